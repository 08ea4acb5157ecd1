//! Releases of the server.

use alloc::vec::Vec;
use core::fmt;

use thiserror::Error;

use crate::from_text::from_text;
use crate::secret::Fragment;

/// A release of InfluxDB 3 Enterprise, such as `3.9` or `3.11.1`.
///
/// ```
/// use influxdb3_offline_tokens::Release;
///
/// let release = Release::parse("3.9")?;
/// assert!(release < Release::WILDCARD_DATABASES && release >= Release::OFFLINE_TOKENS);
/// assert_eq!(release.to_string(), "3.9.0");
/// # Ok::<(), influxdb3_offline_tokens::error::InvalidRelease>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Release {
    major: u16,
    minor: u16,
    patch: u16,
}

impl Release {
    /// 3.1.0: `create` can be granted on databases (release notes).
    ///
    /// ```
    /// use influxdb3_offline_tokens::Release;
    ///
    /// assert!(Release::parse("3.0.2")? < Release::CREATE_ACTION);
    /// assert!(Release::parse("3.1")? >= Release::CREATE_ACTION);
    /// # Ok::<(), influxdb3_offline_tokens::error::InvalidRelease>(())
    /// ```
    pub const CREATE_ACTION: Self = Self::new(3, 1, 0);
    /// 3.4.0: the first release that reads offline tokens files (release notes).
    ///
    /// ```
    /// use influxdb3_offline_tokens::Release;
    ///
    /// assert!(Release::parse("3.3")? < Release::OFFLINE_TOKENS);
    /// assert!(Release::parse("3.4")? >= Release::OFFLINE_TOKENS);
    /// # Ok::<(), influxdb3_offline_tokens::error::InvalidRelease>(())
    /// ```
    pub const OFFLINE_TOKENS: Self = Self::new(3, 4, 0);
    /// 3.8.4: `read` and `write` no longer allow deleting databases (release notes).
    ///
    /// ```
    /// use influxdb3_offline_tokens::Release;
    ///
    /// assert!(Release::parse("3.8.3")? < Release::NO_DELETE_BY_WRITE);
    /// assert!(Release::parse("3.8.4")? >= Release::NO_DELETE_BY_WRITE);
    /// # Ok::<(), influxdb3_offline_tokens::error::InvalidRelease>(())
    /// ```
    pub const NO_DELETE_BY_WRITE: Self = Self::new(3, 8, 4);
    /// 3.10.0: `db:*:…` is accepted in the file. `*` as a type, unknown system resources and mixed wildcards are rejected
    /// without harm (server source, run).
    ///
    /// ```
    /// use influxdb3_offline_tokens::Release;
    ///
    /// assert!(Release::parse("3.9")? < Release::WILDCARD_DATABASES);
    /// assert!(Release::parse("3.10")? >= Release::WILDCARD_DATABASES);
    /// # Ok::<(), influxdb3_offline_tokens::error::InvalidRelease>(())
    /// ```
    pub const WILDCARD_DATABASES: Self = Self::new(3, 10, 0);
    /// 3.10.0: the first release with the endpoint `GET /ready`, for `system:ready:read` (release notes).
    ///
    /// ```
    /// use influxdb3_offline_tokens::Release;
    ///
    /// assert!(Release::parse("3.9.6")? < Release::READY_RESOURCE);
    /// assert!(Release::parse("3.10")? >= Release::READY_RESOURCE);
    /// # Ok::<(), influxdb3_offline_tokens::error::InvalidRelease>(())
    /// ```
    pub const READY_RESOURCE: Self = Self::new(3, 10, 0);
    /// 3.11.1: a token whose hash is already registered is rejected (release notes).
    ///
    /// ```
    /// use influxdb3_offline_tokens::Release;
    ///
    /// assert!(Release::parse("3.11.0")? < Release::UNIQUE_TOKENS);
    /// assert!(Release::parse("3.11.1")? >= Release::UNIQUE_TOKENS);
    /// # Ok::<(), influxdb3_offline_tokens::error::InvalidRelease>(())
    /// ```
    pub const UNIQUE_TOKENS: Self = Self::new(3, 11, 1);

    /// Creates the release `major.minor.patch`.
    ///
    /// ```
    /// use influxdb3_offline_tokens::Release;
    ///
    /// assert!(Release::new(3, 9, 0) < Release::WILDCARD_DATABASES);
    /// ```
    #[must_use]
    pub const fn new(major: u16, minor: u16, patch: u16) -> Self {
        Self { major, minor, patch }
    }

    /// Returns the first of the three numbers.
    ///
    /// ```
    /// use influxdb3_offline_tokens::Release;
    ///
    /// let release = Release::new(3, 11, 1);
    /// assert_eq!((release.major(), release.minor(), release.patch()), (3, 11, 1));
    /// ```
    #[must_use]
    pub const fn major(self) -> u16 {
        self.major
    }

    /// Returns the second number.
    ///
    /// ```
    /// use influxdb3_offline_tokens::Release;
    ///
    /// assert_eq!(Release::WILDCARD_DATABASES.minor(), 10);
    /// ```
    #[must_use]
    pub const fn minor(self) -> u16 {
        self.minor
    }

    /// Returns the third number.
    ///
    /// ```
    /// use influxdb3_offline_tokens::Release;
    ///
    /// assert_eq!(Release::new(3, 9, 0).patch(), 0);
    /// ```
    #[must_use]
    pub const fn patch(self) -> u16 {
        self.patch
    }

    /// Parses `3.9` (the same as `3.9.0`) or `3.11.1`; a leading `v` is allowed.
    ///
    /// ```
    /// use influxdb3_offline_tokens::Release;
    ///
    /// assert_eq!(Release::parse("v3.9")?, Release::new(3, 9, 0));
    /// assert!(Release::parse("3.11.1")? > Release::parse("3.9.12")?);
    /// # Ok::<(), influxdb3_offline_tokens::error::InvalidRelease>(())
    /// ```
    ///
    /// # Errors
    /// Returns an error for any other text, and for numbers over 65,535.
    pub fn parse(text: &str) -> Result<Self, InvalidRelease> {
        let number = |part: &str| {
            // `parse` alone would accept `+1`.
            part.parse().ok().filter(|_| part.bytes().all(|byte| byte.is_ascii_digit()))
        };
        let parts = text.strip_prefix('v').unwrap_or(text).split('.').map(number);
        let release = match *parts.collect::<Vec<_>>() {
            [Some(major), Some(minor)] => Some(Self::new(major, minor, 0)),
            [Some(major), Some(minor), Some(patch)] => Some(Self::new(major, minor, patch)),
            _ => None,
        };
        release.ok_or_else(|| InvalidRelease(Fragment::new(text, text)))
    }
}

impl fmt::Display for Release {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}.{}", self.major, self.minor, self.patch)
    }
}

from_text!(Release, InvalidRelease);

/// The error for an invalid release. `Display` quotes the text, unless it may be a secret.
///
/// ```
/// use influxdb3_offline_tokens::Release;
///
/// let error = Release::parse("3").unwrap_err();
/// assert_eq!(error.to_string(), "invalid release `3`: expected a form such as `3.9` or `3.11.1`");
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("invalid release{0}: expected a form such as `3.9` or `3.11.1`")]
pub struct InvalidRelease(Fragment);
