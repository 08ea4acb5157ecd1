//! Errors of operations on a file.

use core::fmt;
use std::path::{Path, PathBuf};

use thiserror::Error;

use crate::check::InvalidFile;
use crate::diagnostic::Report;
use crate::edit::ChangeError;
use crate::replace::{DiskError, DiskErrorKind, QuotedPath};
use crate::token::GenerateTokenError;

/// An error when reading or changing a file on disk.
///
/// Nothing was changed, unless [`Error::is_durability_unknown`]. `Debug` prints the same as `Display`, so that
/// `load(path).unwrap()` reads well in a test.
///
/// ```
/// use influxdb3_offline_tokens::load;
///
/// let error = load("/nowhere/permission-tokens.json").unwrap_err();
/// assert_eq!(error.path(), Some("/nowhere/permission-tokens.json".as_ref()));
/// assert!(error.report().is_none() && !error.is_durability_unknown());
/// ```
#[derive(Error)]
#[non_exhaustive]
pub enum Error {
    /// The operating system returned an error, or another process holds the lock.
    #[error(transparent)]
    Disk(#[from] DiskError),
    /// The file has errors, as a tokens file or as an admin token file.
    #[error("{}: {error}", QuotedPath(.path))]
    #[non_exhaustive]
    Invalid {
        /// The path as it was passed.
        path: PathBuf,
        /// The errors of the file.
        error: InvalidFile,
    },
    /// The change cannot be applied to the file.
    #[error("{}: {error}", QuotedPath(.path))]
    #[non_exhaustive]
    Change {
        /// The path as it was passed.
        path: PathBuf,
        /// The error of the change.
        error: ChangeError,
    },
    /// The file already exists and must not be replaced.
    #[error("{}: the file already exists; use another path, or remove the file", QuotedPath(.path))]
    #[non_exhaustive]
    Exists {
        /// The path as it was passed.
        path: PathBuf,
    },
    /// No token could be generated: the operating system returned no random bytes.
    #[error(transparent)]
    Generate(#[from] GenerateTokenError),
}

impl Error {
    pub(crate) fn change(path: &Path, error: ChangeError) -> Self {
        let path = path.to_path_buf();
        match error {
            ChangeError::Invalid(error) => Self::Invalid { path, error },
            error => Self::Change { path, error },
        }
    }

    /// Returns the path as it was passed; `None` if the error is not about a file.
    ///
    /// ```
    /// use influxdb3_offline_tokens::load;
    ///
    /// let error = load("/nowhere/tokens.json").unwrap_err();
    /// assert_eq!(error.path(), Some(std::path::Path::new("/nowhere/tokens.json")));
    /// ```
    #[must_use]
    pub fn path(&self) -> Option<&Path> {
        match self {
            Self::Disk(error) => Some(error.path()),
            Self::Invalid { path, .. } | Self::Change { path, .. } | Self::Exists { path } => Some(path),
            Self::Generate(_) => None,
        }
    }

    /// Returns the report if the file is invalid.
    ///
    /// ```
    /// use influxdb3_offline_tokens::{Code, load};
    ///
    /// # let directory = tempfile::tempdir()?;
    /// # let path = directory.path().join("permission-tokens.json");
    /// std::fs::write(&path, "[]")?;
    /// let error = load(&path).unwrap_err();
    /// let first = error.report().and_then(|report| report.iter().next());
    /// assert_eq!(first.map(|finding| finding.code()), Some(Code::ArrayAtTop));
    /// # Ok::<(), std::io::Error>(())
    /// ```
    #[must_use]
    pub const fn report(&self) -> Option<&Report> {
        match self {
            Self::Invalid { error, .. } => Some(error.report()),
            _ => None,
        }
    }

    /// Returns whether a power cut may restore the old file: the file has the new content, but could not be synced. Keep
    /// the token. To try again, append it with [`Change::keep_if_same`](crate::edit::Change::keep_if_same).
    ///
    /// ```
    /// use influxdb3_offline_tokens::{Error, Token, TokenEntry, TokenName, append};
    ///
    /// # let directory = tempfile::tempdir()?;
    /// # let path = directory.path().join("permission-tokens.json");
    /// let entry = TokenEntry::new(TokenName::parse("app")?, Token::generate()?);
    /// let keep = match append(&path, &entry) {
    ///     Ok(_) => true,
    ///     Err(error) => error.is_durability_unknown(),
    /// };
    /// assert!(keep);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn is_durability_unknown(&self) -> bool {
        matches!(self, Self::Disk(error) if error.kind() == DiskErrorKind::DurabilityUnknown)
    }
}

// The same as `Display`, so that `unwrap` reads well.
impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}
