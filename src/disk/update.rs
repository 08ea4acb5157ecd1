//! Updates that read, plan and write under one lock.

use core::fmt;
use std::path::{Path, PathBuf};

use super::{Error, FileOptions, Outcome};
use crate::edit::{self, Change, ChangeError};
use crate::file::TokenFile;
use crate::replace::QuotedPath;
use crate::secret::NewText;

/// Locks a file, passes its current value to `plan`, and applies the returned changes, all or none, in one write.
///
/// `plan` receives `None` if the file does not exist. Without changes nothing is written. The plan is never stale, because no
/// other program that uses this crate can write in between. Every byte outside the changes stays the same.
///
/// `plan` runs again if another program replaced the file without the lock. Keep no state across its runs, and deliver a new
/// secret only after `update` has returned `Ok`. Other writers wait while it runs, by default up to 10 seconds, so do slow
/// work first. A `plan` that writes the same file waits for its own lock and fails.
///
/// ```
/// use std::time::{Duration, SystemTime};
/// use influxdb3_offline_tokens::{Expiry, Token, TokenName, update};
/// use influxdb3_offline_tokens::disk::Outcome;
/// use influxdb3_offline_tokens::edit::Change;
/// use influxdb3_offline_tokens::token::GenerateTokenError;
///
/// # let directory = tempfile::tempdir()?;
/// # let path = directory.path().join("permission-tokens.json");
/// # std::fs::write(&path, r#"{"tokens": [{"token": "apiv3_a", "name": "app", "expiry_millis": 1, "permissions": []}]}"#)?;
/// let (name, now) = (TokenName::parse("app")?, SystemTime::now());
/// let expiry = Expiry::after(now, Duration::from_secs(90 * 24 * 3600))?;
/// let updated = update(&path, |file| {
///     let old = file.and_then(|file| file.get("app")?.expiry());
///     if !old.is_some_and(|old| old.is_past(now)) {
///         return Ok(vec![]);
///     }
///     let rotate = Change::rotate(name.clone(), Token::generate()?);
///     Ok::<_, GenerateTokenError>(vec![rotate, Change::set_expiry(name.clone(), Some(expiry))])
/// })?;
/// if updated.outcome == Outcome::Replaced {
///     let secret = updated.after.as_ref().and_then(|file| file.get("app")).map(|entry| entry.token());
///     assert!(secret.is_some()); // deliver it
/// }
/// # assert_eq!(updated.outcome, Outcome::Replaced);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// Returns the error of `plan`. Also returns an error if the file is invalid, a change cannot be applied, or the file cannot be
/// read, locked or replaced. The file is unchanged, unless [`UpdateError::is_durability_unknown`]. For `?` into
/// `Box<dyn Error>`, the error of the plan must implement [`Error`](core::error::Error), which `Box<dyn Error>` does not.
pub fn update<E>(
    path: impl AsRef<Path>,
    plan: impl FnMut(Option<&TokenFile>) -> Result<Vec<Change>, E>,
) -> Result<Updated, UpdateError<E>> {
    FileOptions::new().update(path, plan)
}

impl FileOptions {
    /// Reads, plans and writes under one lock, as [`update`](crate::update) does.
    ///
    /// ```
    /// use std::convert::Infallible;
    /// use influxdb3_offline_tokens::DatabaseName;
    /// use influxdb3_offline_tokens::disk::FileOptions;
    /// use influxdb3_offline_tokens::edit::Change;
    ///
    /// # let directory = tempfile::tempdir()?;
    /// # let path = directory.path().join("permission-tokens.json");
    /// let sensors = DatabaseName::parse("sensors")?;
    /// let create = || Change::create_databases([sensors.clone()]);
    /// let updated = FileOptions::new()
    ///     .restrict_mode(true)
    ///     .update(&path, |_| Ok::<_, Infallible>(vec![create()]))?;
    /// assert!(updated.before.is_none());
    /// assert_eq!(updated.after.unwrap().create_databases(), [sensors]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// Returns the same errors as [`update`](crate::update). With [`create`](Self::create) off, a missing file is also an error.
    pub fn update<E>(
        &self,
        path: impl AsRef<Path>,
        mut plan: impl FnMut(Option<&TokenFile>) -> Result<Vec<Change>, E>,
    ) -> Result<Updated, UpdateError<E>> {
        let path = path.as_ref();
        let invalid = |error: ChangeError| Error::change(path, error);
        let (mut before, mut after) = (None, None);
        let outcome = self.replace_text(path, |text| -> Result<_, UpdateError<E>> {
            before = text.map(TokenFile::parse).transpose().map_err(|error| invalid(error.into()))?;
            let changes = plan(before.as_ref());
            let changes = changes.map_err(|error| UpdateError::Plan { path: path.into(), error })?;
            let text = edit::apply(text, &changes).map_err(invalid)?;
            after =
                text.as_deref().map(TokenFile::parse).transpose().map_err(|error| invalid(error.into()))?;
            Ok(text.map(NewText::Whole))
        })?;
        Ok(Updated { outcome, after: after.or_else(|| before.clone()), before })
    }
}

/// The result of an [`update`](crate::update): its outcome, and the file before and after, which
/// [`FileDifference`](crate::access::FileDifference) compares.
///
/// ```
/// use std::convert::Infallible;
/// use influxdb3_offline_tokens::disk::Outcome;
/// use influxdb3_offline_tokens::update;
///
/// # let directory = tempfile::tempdir()?;
/// # let path = directory.path().join("permission-tokens.json");
/// let updated = update(&path, |_| Ok::<_, Infallible>(Vec::new()))?;
/// assert_eq!(updated.outcome, Outcome::Unchanged);
/// assert!(updated.before.is_none() && updated.after.is_none() && !path.exists());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Updated {
    /// The outcome of the write.
    pub outcome: Outcome,
    /// The file that the last run of the plan received; `None` if it did not exist.
    pub before: Option<TokenFile>,
    /// The file with the changes; `None` if it does not exist.
    pub after: Option<TokenFile>,
}

/// The error of an [`update`](crate::update). Its `Display` includes the error of the plan.
///
/// ```
/// use influxdb3_offline_tokens::disk::UpdateError;
/// use influxdb3_offline_tokens::update;
///
/// # let directory = tempfile::tempdir()?;
/// # let path = directory.path().join("permission-tokens.json");
/// let error = update(&path, |_| Err("the vault is sealed")).unwrap_err();
/// assert!(error.to_string().ends_with("the plan failed: the vault is sealed"));
/// assert!(matches!(error, UpdateError::Plan { error: "the vault is sealed", .. }));
/// # Ok::<(), std::io::Error>(())
/// ```
#[non_exhaustive]
pub enum UpdateError<E> {
    /// The plan returned an error. Nothing was changed.
    Plan {
        /// The path as it was passed.
        path: PathBuf,
        /// The error of the plan.
        error: E,
    },
    /// The file is invalid ([`Error::report`]), a change cannot be applied to it, or it cannot be read, locked or replaced.
    File(Error),
}

impl<E> UpdateError<E> {
    /// Returns whether a power cut may restore the old file, like [`Error::is_durability_unknown`]. Keep the new secrets.
    ///
    /// ```
    /// use influxdb3_offline_tokens::update;
    ///
    /// # let directory = tempfile::tempdir()?;
    /// # let path = directory.path().join("permission-tokens.json");
    /// let error = update(&path, |_| Err("the vault is sealed")).unwrap_err();
    /// assert!(!error.is_durability_unknown());
    /// # Ok::<(), std::io::Error>(())
    /// ```
    #[must_use]
    pub fn is_durability_unknown(&self) -> bool {
        matches!(self, Self::File(error) if error.is_durability_unknown())
    }
}

impl<E> From<Error> for UpdateError<E> {
    fn from(error: Error) -> Self {
        Self::File(error)
    }
}

impl<E: fmt::Display> fmt::Display for UpdateError<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Plan { path, error } => write!(f, "{}: the plan failed: {error}", QuotedPath(path)),
            Self::File(error) => error.fmt(f),
        }
    }
}

// Redacts a path that contains a token: people mix up arguments.
impl<E: fmt::Debug> fmt::Debug for UpdateError<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Plan { path, error } => {
                f.debug_struct("Plan").field("path", &QuotedPath(path)).field("error", error).finish()
            }
            Self::File(error) => f.debug_tuple("File").field(error).finish(),
        }
    }
}

impl<E: core::error::Error + 'static> core::error::Error for UpdateError<E> {
    // `Display` includes the error itself.
    fn source(&self) -> Option<&(dyn core::error::Error + 'static)> {
        match self {
            Self::Plan { error, .. } => error.source(),
            Self::File(error) => error.source(),
        }
    }
}
