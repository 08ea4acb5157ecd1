//! Functions that load, append to, change and save a tokens file.

use std::path::Path;

use super::{Error, FileOptions, MAX_FILE_BYTES, Outcome};
use crate::edit::{self, Change};
use crate::file::{TokenEntry, TokenFile};
use crate::replace::{self, ReplaceError};
use crate::secret::{NewText, SecretBytes};

/// Reads a file from disk, through links. It takes no lock, because a writer replaces the file atomically.
///
/// It does not check the mode: use [`Validator::check_file`](crate::Validator::check_file). A pipe, such as `/dev/stdin` or a
/// process substitution, is read once, for up to 60 seconds.
///
/// ```no_run
/// let file = influxdb3_offline_tokens::load("permission-tokens.json")?;
/// for entry in file.tokens() {
///     println!("{}: {:?}", entry.name(), entry.permissions());
/// }
/// # Ok::<(), influxdb3_offline_tokens::Error>(())
/// ```
///
/// # Errors
/// Returns an error if the file does not exist, is not a regular file or pipe, is larger than 1 GiB or cannot be read. If it is
/// invalid, the error has the report, but not the text: to render the report, use
/// [`Validator::check_file`](crate::Validator::check_file).
pub fn load(path: impl AsRef<Path>) -> Result<TokenFile, Error> {
    let path = path.as_ref();
    let contents = replace::read(path, MAX_FILE_BYTES)?;
    TokenFile::parse(&contents.bytes).map_err(|error| Error::Invalid { path: path.into(), error })
}

/// Adds a token to a file, which is created with mode 0600 if it does not exist. Every other byte is unchanged.
///
/// When it returns `Ok`, the token is on disk. It waits up to 10 seconds for other writers that use this crate; for other
/// options, see [`FileOptions`]. A server that already has resource tokens ignores the file (documentation).
///
/// ```no_run
/// use influxdb3_offline_tokens::{Permission, Token, TokenEntry, TokenName, append};
///
/// let entry = TokenEntry::new(TokenName::parse("collector")?, Token::generate()?)
///     .with_permissions([Permission::parse("db:sensors:write")?]);
/// append("permission-tokens.json", &entry)?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// Returns an error if the file is invalid, the name or secret already exists, or the file cannot be replaced safely (see
/// [`DiskErrorKind`](crate::disk::DiskErrorKind)). The file is unchanged, unless [`Error::is_durability_unknown`].
pub fn append(path: impl AsRef<Path>, entry: &TokenEntry) -> Result<Outcome, Error> {
    FileOptions::new().append(path, entry)
}

/// Replaces the content of a file, valid or not, by the same steps as [`append`].
///
/// To change a file, use [`update`](crate::update): `save` loses the layout, unknown members, and the changes that other
/// programs have made since a [`load`].
///
/// ```no_run
/// use influxdb3_offline_tokens::{TokenFile, save};
///
/// save("permission-tokens.json", &TokenFile::default())?;
/// # Ok::<(), influxdb3_offline_tokens::Error>(())
/// ```
///
/// # Errors
/// Returns [`Error::Disk`] if the file cannot be read, locked or replaced.
pub fn save(path: impl AsRef<Path>, file: &TokenFile) -> Result<Outcome, Error> {
    FileOptions::new().save(path, file)
}

impl FileOptions {
    /// Adds a token to a file, as [`append`](crate::append) does.
    ///
    /// ```
    /// use influxdb3_offline_tokens::{Token, TokenEntry, TokenName};
    /// use influxdb3_offline_tokens::disk::FileOptions;
    ///
    /// # let directory = tempfile::tempdir()?;
    /// # let path = directory.path().join("permission-tokens.json");
    /// let entry = TokenEntry::new(TokenName::parse("app")?, Token::generate()?);
    /// assert!(FileOptions::new().create(false).append(&path, &entry).is_err());
    /// assert!(FileOptions::new().append(&path, &entry).is_ok());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// Returns the same errors as [`append`](crate::append). With [`create`](Self::create) off, a missing file is also an error.
    pub fn append(&self, path: impl AsRef<Path>, entry: &TokenEntry) -> Result<Outcome, Error> {
        self.change(path, &[Change::append([entry.clone()])])
    }

    /// Applies changes to a file, all or none, in one write. If they depend on the content of the file, use
    /// [`update`](Self::update).
    ///
    /// ```no_run
    /// use std::time::{Duration, SystemTime};
    /// use influxdb3_offline_tokens::edit::Change;
    /// use influxdb3_offline_tokens::{Expiry, Token, TokenName};
    /// use influxdb3_offline_tokens::disk::{FileOptions, Outcome};
    ///
    /// let name = TokenName::parse("collector")?;
    /// let expiry = Expiry::after(SystemTime::now(), Duration::from_secs(90 * 24 * 3600))?;
    /// let changes = [Change::rotate(name.clone(), Token::generate()?), Change::set_expiry(name, Some(expiry))];
    /// let outcome = FileOptions::new().create(false).change("permission-tokens.json", &changes)?;
    /// assert_eq!(outcome, Outcome::Replaced);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// Returns the same errors as [`append`](crate::append), even without changes. Also returns an error if a name is unknown or a
    /// secret is not the expected one. With [`create`](Self::create) off, a missing file is also an error.
    pub fn change(&self, path: impl AsRef<Path>, changes: &[Change]) -> Result<Outcome, Error> {
        let path = path.as_ref();
        self.replace_text(path, |text| {
            edit::changed_text(text, changes).map_err(|error| Error::change(path, error))
        })
    }

    /// Replaces the content of a file, as [`save`](crate::save) does.
    ///
    /// ```
    /// use influxdb3_offline_tokens::TokenFile;
    /// use influxdb3_offline_tokens::disk::{FileOptions, Outcome};
    ///
    /// # let directory = tempfile::tempdir()?;
    /// # let path = directory.path().join("permission-tokens.json");
    /// let outcome = FileOptions::new().restrict_mode(true).save(&path, &TokenFile::default())?;
    /// assert_eq!(outcome, Outcome::Created);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// Returns the same errors as [`save`](crate::save). With [`create`](Self::create) off, a missing file is also an error.
    pub fn save(&self, path: impl AsRef<Path>, file: &TokenFile) -> Result<Outcome, Error> {
        self.save_text(path.as_ref(), &file.to_json())
    }

    /// Replaces the content of a file with a text.
    pub(crate) fn save_text(&self, path: &Path, text: &SecretBytes) -> Result<Outcome, Error> {
        self.replace_text(path, |old| Ok((old != Some(&**text)).then(|| NewText::Whole(text.clone()))))
    }

    pub(super) fn replace_text<E: From<Error>>(
        &self,
        path: &Path,
        edit: impl FnMut(Option<&[u8]>) -> Result<Option<NewText>, E>,
    ) -> Result<Outcome, E> {
        match replace::replace(path, self, edit) {
            Ok(outcome) => Ok(outcome),
            Err(ReplaceError::Edit(error)) => Err(error),
            Err(ReplaceError::Disk(error)) => Err(Error::from(error).into()),
        }
    }
}
