//! Per-code severity overrides, and the severity floor.

use core::fmt;
use core::str::FromStr;

use thiserror::Error;

use crate::code::{Code, Severity};

/// The level of the findings of a code.
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
    /// Returns `allow`, `note`, `warn` or `deny`.
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

    /// Parses the name of a level.
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

/// The error of an unknown level.
///
/// ```
/// use influxdb3_offline_tokens::Level;
///
/// assert_eq!("warn".parse(), Ok(Level::Warn));
/// let error = "warning".parse::<Level>().unwrap_err();
/// assert_eq!(error.to_string(), "unknown level: expected `allow`, `note`, `warn` or `deny`");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("unknown level: expected `allow`, `note`, `warn` or `deny`")]
pub struct UnknownLevel(());

/// A code with the severity that it has in one case.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Leveled {
    pub(super) code: Code,
    severity: Severity,
}

impl Leveled {
    /// Gives a code another severity than its default.
    pub(crate) const fn new(code: Code, severity: Severity) -> Self {
        Self { code, severity }
    }
}

impl From<Code> for Leveled {
    fn from(code: Code) -> Self {
        Self { code, severity: code.severity() }
    }
}

/// The severity of each code.
#[derive(Clone, Debug)]
pub(crate) struct Levels {
    overrides: [Option<Level>; Code::COUNT],
    warnings: Level,
    floor: Severity,
}

impl Levels {
    /// Creates the levels without any override.
    pub(crate) const fn new() -> Self {
        Self { overrides: [None; Code::COUNT], warnings: Level::Warn, floor: Severity::Note }
    }

    /// Overrides the severity of a code.
    pub(crate) fn set(&mut self, code: Code, level: Level) {
        if let Some(slot) = self.overrides.get_mut(code as usize) {
            *slot = Some(level);
        }
    }

    /// Overrides the severity of all warnings whose code has no level of its own.
    pub(crate) const fn set_warnings(&mut self, level: Level) {
        self.warnings = level;
    }

    /// Returns these levels without any code below `floor`.
    pub(crate) const fn with_floor(mut self, floor: Severity) -> Self {
        self.floor = floor;
        self
    }

    /// Returns whether findings of a code may be reported.
    pub(crate) fn is_enabled(&self, code: Code) -> bool {
        // Some codes have two severities, so the default of the code is not enough.
        let severities = [code.severity(), code.other_severity().unwrap_or(code.severity())];
        severities.into_iter().any(|severity| self.severity(Leveled::new(code, severity)).is_some())
    }

    /// Returns the severity of a code; `None` if it is not reported.
    #[inline]
    pub(crate) fn severity(&self, Leveled { code, severity }: Leveled) -> Option<Severity> {
        let level = match self.overrides.get(code as usize) {
            Some(Some(level)) => Some(*level),
            _ if severity == Severity::Warning => Some(self.warnings),
            _ => None,
        };
        let severity = match level {
            None => severity,
            Some(Level::Allow) => return None,
            Some(Level::Note) => Severity::Note,
            Some(Level::Warn) => Severity::Warning,
            Some(Level::Deny) => Severity::Error,
        };
        (severity >= self.floor).then_some(severity)
    }
}
