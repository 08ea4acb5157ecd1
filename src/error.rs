//! Errors of operations on a path.

use core::fmt;
use std::path::{Path, PathBuf};

use thiserror::Error;

use crate::check::InvalidFile;
use crate::diagnostic::Report;
use crate::disk::{DiskError, DiskErrorKind, Shown};
use crate::edit::ChangeError;
use crate::token::GenerateTokenError;

/// Why a file on disk was not read or not changed.
///
/// Nothing was changed, unless [`Error::is_durability_unknown`] says so.
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
    /// The disk refused, or somebody else holds the file.
    #[error(transparent)]
    Disk(#[from] DiskError),
    /// The file has errors, as a tokens file or as an admin token file.
    #[error("{}: {error}", Shown(.path))]
    Invalid {
        /// Which file.
        path: PathBuf,
        /// What is wrong with it.
        error: InvalidFile,
    },
    /// The change does not fit the file.
    #[error("{}: {error}", Shown(.path))]
    Change {
        /// Which file.
        path: PathBuf,
        /// Why.
        error: ChangeError,
    },
    /// There is a file already, and it is not to be replaced.
    #[error("{}: there is a file already; choose another path, or remove it", Shown(.path))]
    Exists {
        /// Which file.
        path: PathBuf,
    },
    /// A token was to be made, and the operating system gave no random bytes.
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

    /// The path as it was given; none where no file was the reason.
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

    /// What is wrong with the file, where that is the reason.
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

    /// Whether a power cut may still bring the old file back: it was changed, or was as it should be, and could not be synced.
    /// Do not throw the token away. To try again, append it with [`IfExists::KeepIfSame`](crate::IfExists::KeepIfSame).
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

// By hand, because people give a token in place of a path.
impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let with_path = |f: &mut fmt::Formatter<'_>, kind, path: &Path, error: &dyn fmt::Debug| {
            f.debug_struct(kind).field("path", &Shown(path)).field("error", error).finish()
        };
        match self {
            Self::Disk(error) => f.debug_tuple("Disk").field(error).finish(),
            Self::Invalid { path, error } => with_path(f, "Invalid", path, error),
            Self::Change { path, error } => with_path(f, "Change", path, error),
            Self::Exists { path } => f.debug_struct("Exists").field("path", &Shown(path)).finish(),
            Self::Generate(error) => f.debug_tuple("Generate").field(error).finish(),
        }
    }
}
