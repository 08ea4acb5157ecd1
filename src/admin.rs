//! The admin token file on disk, which the server reads with `--admin-token-file`.

use std::path::Path;

use crate::disk::{Error, FileOptions, MAX_FILE_BYTES, Outcome};
use crate::file::AdminTokenFile;
use crate::replace::{ReplaceError, read, replace};
use crate::secret::NewText;

/// Reads an admin token file from disk, as [`load`](crate::load) reads a tokens file.
///
/// ```no_run
/// let file = influxdb3_offline_tokens::admin::load("admin-token.json")?;
/// println!("{}: {:?}", file.name(), file.expiry());
/// # Ok::<(), influxdb3_offline_tokens::Error>(())
/// ```
///
/// # Errors
/// Returns the errors of [`load`](crate::load). If the admin token file is invalid, the error has the report.
pub fn load(path: impl AsRef<Path>) -> Result<AdminTokenFile, Error> {
    let path = path.as_ref();
    let contents = read(path, MAX_FILE_BYTES)?;
    AdminTokenFile::parse(&contents.bytes).map_err(|error| Error::Invalid { path: path.into(), error })
}

/// Creates an admin token file with mode 0600. It never replaces another file.
///
/// On `Ok`, the token is durable on disk.
///
/// ```
/// use influxdb3_offline_tokens::{AdminTokenFile, Token, admin};
///
/// # let directory = tempfile::tempdir()?;
/// # let path = directory.path().join("admin-token.json");
/// admin::create(&path, &AdminTokenFile::new(Token::generate()?))?;
/// assert_eq!(admin::load(&path)?.name(), "_admin");
/// assert!(admin::create(&path, &AdminTokenFile::new(Token::generate()?)).is_err());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// Returns [`Error::Exists`] if the file already exists, or another error if it cannot be created. On error nothing is changed,
/// unless [`Error::is_durability_unknown`] returns true.
pub fn create(path: impl AsRef<Path>, file: &AdminTokenFile) -> Result<(), Error> {
    let path = path.as_ref();
    let edit =
        |old: Option<&[u8]>| if old.is_some() { Err(()) } else { Ok(Some(NewText::Whole(file.to_json()))) };
    match replace(path, &FileOptions::new(), edit) {
        Ok(_) => Ok(()),
        Err(ReplaceError::Edit(())) => Err(Error::Exists { path: path.into() }),
        Err(ReplaceError::Disk(error)) => Err(error.into()),
    }
}

impl FileOptions {
    /// Replaces any content of a file with an admin token file, as [`save`](Self::save) does for a tokens file.
    ///
    /// ```
    /// use influxdb3_offline_tokens::{AdminTokenFile, Token};
    /// use influxdb3_offline_tokens::disk::{FileOptions, Outcome};
    ///
    /// # let directory = tempfile::tempdir()?;
    /// # let path = directory.path().join("admin-token.json");
    /// let file = AdminTokenFile::new(Token::generate()?);
    /// assert!(FileOptions::new().create(false).save_admin(&path, &file).is_err());
    /// assert_eq!(FileOptions::new().save_admin(&path, &file)?, Outcome::Created);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// Returns the same errors as [`save`](crate::save). With [`create`](Self::create) off, a missing file is also an error.
    pub fn save_admin(&self, path: impl AsRef<Path>, file: &AdminTokenFile) -> Result<Outcome, Error> {
        self.save_text(path.as_ref(), &file.to_json())
    }
}
