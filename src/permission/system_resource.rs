//! The endpoints that a token can be allowed to read.

use core::fmt;

use crate::permission::{ParsePermissionError, PermissionErrorKind};
use crate::suggest::closest_word;

/// An endpoint of the server that a token can be allowed to read.
///
/// `health`, `metrics` and `ping` are documented; `ready` was added in release 3.10.0 (release notes).
///
/// ```
/// use influxdb3_offline_tokens::SystemResource;
///
/// assert_eq!("health".parse(), Ok(SystemResource::Health));
/// assert_eq!(SystemResource::Metrics.to_string(), "metrics");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum SystemResource {
    /// `health`
    Health,
    /// `metrics`
    Metrics,
    /// `ping`
    Ping,
    /// `ready`
    Ready,
}

impl SystemResource {
    /// Every resource.
    ///
    /// ```
    /// use influxdb3_offline_tokens::SystemResource;
    ///
    /// let names: Vec<&str> = SystemResource::ALL.iter().map(|resource| resource.as_str()).collect();
    /// assert_eq!(names, ["health", "metrics", "ping", "ready"]);
    /// ```
    pub const ALL: &'static [Self] = &[Self::Health, Self::Metrics, Self::Ping, Self::Ready];

    /// Returns the name.
    ///
    /// ```
    /// use influxdb3_offline_tokens::SystemResource;
    ///
    /// assert_eq!(SystemResource::Health.as_str(), "health");
    /// ```
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Health => "health",
            Self::Metrics => "metrics",
            Self::Ping => "ping",
            Self::Ready => "ready",
        }
    }

    /// Parses the name of a resource. The server also accepts `Health` and ` health` (server source); this crate does not.
    ///
    /// ```
    /// use influxdb3_offline_tokens::SystemResource;
    ///
    /// assert_eq!(SystemResource::parse("ping"), Ok(SystemResource::Ping));
    /// assert!(SystemResource::parse("Ping").is_err());
    /// ```
    ///
    /// # Errors
    /// Returns an error for any other name.
    pub fn parse(name: &str) -> Result<Self, ParsePermissionError> {
        Self::from_name(name).ok_or_else(|| {
            ParsePermissionError::for_text(PermissionErrorKind::UnknownSystemResource, name)
                .with_suggestion(closest_word(name, Self::ALL.iter().map(|known| known.as_str())))
        })
    }

    pub(crate) fn from_name(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|resource| resource.as_str() == name)
    }
}

impl fmt::Display for SystemResource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}
