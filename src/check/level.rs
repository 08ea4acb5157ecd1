//! How bad the findings of a code are made to be.

use core::fmt;
use core::str::FromStr;

use thiserror::Error;

/// What a code's findings are made to be.
///
/// ```
/// use influxdb3_offline_tokens::{Code, Level, Validator};
///
/// let validator = Validator::new(std::time::SystemTime::now()).level(Code::NoTokens, Level::Allow);
/// assert!(validator.check(br#"{"tokens": []}"#).is_empty());
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Level {
    /// Not reported.
    Allow,
    /// Reported as a note.
    Note,
    /// Reported as a warning.
    Warn,
    /// Reported as an error.
    Deny,
}

impl Level {
    /// `allow`, `note`, `warn` or `deny`.
    ///
    /// ```
    /// use influxdb3_offline_tokens::Level;
    ///
    /// assert_eq!(Level::Deny.as_str(), "deny");
    /// ```
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Allow => "allow",
            Self::Note => "note",
            Self::Warn => "warn",
            Self::Deny => "deny",
        }
    }

    /// The level of that name.
    ///
    /// ```
    /// use influxdb3_offline_tokens::Level;
    ///
    /// assert_eq!(Level::parse("allow"), Ok(Level::Allow));
    /// ```
    ///
    /// # Errors
    /// Any other text.
    pub fn parse(text: &str) -> Result<Self, UnknownLevel> {
        let all = [Self::Allow, Self::Note, Self::Warn, Self::Deny];
        all.into_iter().find(|level| level.as_str() == text).ok_or(UnknownLevel(()))
    }
}

impl fmt::Display for Level {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl FromStr for Level {
    type Err = UnknownLevel;

    fn from_str(text: &str) -> Result<Self, UnknownLevel> {
        Self::parse(text)
    }
}

impl TryFrom<&str> for Level {
    type Error = UnknownLevel;

    fn try_from(text: &str) -> Result<Self, UnknownLevel> {
        Self::parse(text)
    }
}

/// A text that is no level.
///
/// ```
/// use influxdb3_offline_tokens::Level;
///
/// assert_eq!("warn".parse(), Ok(Level::Warn));
/// let error = "warning".parse::<Level>().unwrap_err();
/// assert_eq!(error.to_string(), "a level is `allow`, `note`, `warn` or `deny`");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("a level is `allow`, `note`, `warn` or `deny`")]
pub struct UnknownLevel(());
