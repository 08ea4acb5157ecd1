//! Files on disk, and the clock.
//!
//! What changes a file locks it, reads it, writes a new file beside it, private from its first byte, syncs that, looks whether
//! the old one is as it was, renames, and syncs the directory. The crate's documentation says what is promised by that.
//!
//! A symbolic link is followed: the file behind it is replaced, and the link stays. On Linux the new file has the owner, the
//! ACL and the mode of the old one, or there is an error; where only the group cannot be kept, rights are taken away, and
//! never given.

mod checked;
mod options;

use std::path::Path;
use std::time::SystemTime;
use std::vec::Vec;

use zeroize::Zeroizing;

pub use self::checked::CheckedFile;
use self::checked::{readable_by_others, report_facts};
pub use self::options::{ChangeOptions, Changed};
use crate::admin::AdminTokenFile;
use crate::check::Validator;
use crate::code::Code;
use crate::diagnostic::{Applicability, Report};
use crate::disk::{self, NewText, ReplaceError, Replaced};
use crate::edit::{self, Change, ChangeError, IfExists};
use crate::error::Error;
use crate::file::{TokenEntry, TokenFile};
use crate::fix::Mended;
use crate::name::DatabaseName;

/// The most bytes of a file that is read or written where nobody chose another number: 1 GiB.
///
/// ```
/// use influxdb3_offline_tokens::MAX_FILE_BYTES;
///
/// assert_eq!(MAX_FILE_BYTES, 1 << 30);
/// ```
pub const MAX_FILE_BYTES: u64 = 1 << 30;

/// Checks a text with the default settings, at the time that this machine's clock shows. What concerns one release of the
/// server, or the file on disk, needs a [`Validator`].
///
/// ```
/// let report = influxdb3_offline_tokens::validate(br#"{"tokens": [{"token": "abc"}]}"#);
/// assert!(!report.is_valid());
/// for finding in &report {
///     println!("{finding}");
/// }
/// ```
#[must_use]
pub fn validate(bytes: &[u8]) -> Report {
    Validator::new(SystemTime::now()).check(bytes)
}

/// Reads a file from disk, through links. It takes no lock: a writer replaces the file as a whole. Of the mode of the file it
/// says nothing: [`Validator::check_file`] does.
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
/// There is no such file; it is not a regular file; it is larger than 1 GiB; it may not be read; it has errors (with the
/// report).
pub fn load(path: impl AsRef<Path>) -> Result<TokenFile, Error> {
    let path = path.as_ref();
    let mut contents = disk::read(path, MAX_FILE_BYTES)?;
    let file = TokenFile::parse(&contents.bytes);
    // An empty buffer is wiped as one block, a full one byte by byte.
    contents.bytes.clear();
    file.map_err(|error| Error::Invalid { path: path.into(), error })
}

/// Adds a token to a file, which is made with mode 0600 where there is none. Every other byte stays as it is.
///
/// When it returns `Ok`, the token is on the disk. It waits up to 10 seconds for other writers that use this crate. A server
/// that has resource tokens already takes none from the file (documentation).
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
/// A file that is no sound tokens file; a name or secret that is there already; a file that cannot be replaced safely
/// (each has its own [`DiskErrorKind`](crate::DiskErrorKind)). Nothing was changed then, unless
/// [`Error::is_durability_unknown`] says so.
pub fn append(path: impl AsRef<Path>, entry: &TokenEntry) -> Result<Changed, Error> {
    let entries = Vec::from([entry.clone()]);
    change(path, &[Change::Append { entries, if_exists: IfExists::Refuse }], &ChangeOptions::new())
}

/// Adds several tokens and databases in one write, all or nothing.
///
/// ```no_run
/// use influxdb3_offline_tokens::{DatabaseName, Token, TokenEntry, TokenName, append_all};
///
/// let entry = TokenEntry::new(TokenName::parse("app")?, Token::generate()?);
/// append_all("permission-tokens.json", [entry], [DatabaseName::parse("sensors")?])?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// As [`append`].
pub fn append_all(
    path: impl AsRef<Path>,
    entries: impl IntoIterator<Item = TokenEntry>,
    create_databases: impl IntoIterator<Item = DatabaseName>,
) -> Result<Changed, Error> {
    let entries = entries.into_iter().collect();
    let mut changes = Vec::from([Change::Append { entries, if_exists: IfExists::Refuse }]);
    let databases: Vec<DatabaseName> = create_databases.into_iter().collect();
    // Every change reads the whole text.
    if !databases.is_empty() {
        changes.push(Change::CreateDatabases(databases));
    }
    change(path, &changes, &ChangeOptions::new())
}

/// Makes changes of a file, all or none, in one write.
///
/// ```no_run
/// use std::time::{Duration, SystemTime};
/// use influxdb3_offline_tokens::edit::Change;
/// use influxdb3_offline_tokens::{Changed, ChangeOptions, Expiry, Token, TokenName, change};
///
/// let name = TokenName::parse("collector")?;
/// let expiry = Some(Expiry::after(SystemTime::now(), Duration::from_secs(90 * 24 * 3600))?);
/// let rotate = Change::Rotate { name: name.clone(), token: Token::generate()? };
/// let changes = [rotate, Change::SetExpiry { name, expiry }];
/// let options = ChangeOptions::new().create(false);
/// assert_eq!(change("permission-tokens.json", &changes, &options)?, Changed::Replaced);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// As [`append`]; a name that is not there; with [`ChangeOptions::create`] off, a file that does not exist.
pub fn change(path: impl AsRef<Path>, changes: &[Change], options: &ChangeOptions) -> Result<Changed, Error> {
    replace(path.as_ref(), options, |text| Ok(edit::changed(text, changes)?.map(NewText::from)))
}

/// Writes a whole file in place of what is there, whatever that is, with the same care as [`append`].
///
/// To change a file use [`change`]: what another program wrote between a [`load`] and a `save` is lost, as are the layout
/// and members that are not of the format.
///
/// ```no_run
/// use influxdb3_offline_tokens::{ChangeOptions, TokenFile, save};
///
/// save("permission-tokens.json", &TokenFile::default(), &ChangeOptions::new())?;
/// # Ok::<(), influxdb3_offline_tokens::Error>(())
/// ```
///
/// # Errors
/// The file cannot be read, locked or replaced ([`Error::Disk`]); with [`ChangeOptions::create`] off, it does not exist. What
/// is there does not need to be sound.
pub fn save(path: impl AsRef<Path>, file: &TokenFile, options: &ChangeOptions) -> Result<Changed, Error> {
    let text = file.to_json();
    replace(path.as_ref(), options, |old| Ok((old != Some(&*text)).then(|| text.clone().into_wiped())))
}

/// Reads an admin token file from disk, as [`load`] reads a tokens file.
///
/// ```no_run
/// let file = influxdb3_offline_tokens::load_admin("admin-token.json")?;
/// println!("{}: {:?}", file.name(), file.expiry());
/// # Ok::<(), influxdb3_offline_tokens::Error>(())
/// ```
///
/// # Errors
/// As [`load`]; no sound admin token file (with the report).
pub fn load_admin(path: impl AsRef<Path>) -> Result<AdminTokenFile, Error> {
    let path = path.as_ref();
    let contents = disk::read(path, MAX_FILE_BYTES)?;
    AdminTokenFile::parse(&contents.bytes).map_err(|error| Error::Invalid { path: path.into(), error })
}

/// Makes an admin token file with mode 0600, and never in place of another file.
///
/// When it returns `Ok`, the token is on the disk.
///
/// ```
/// use influxdb3_offline_tokens::{AdminTokenFile, Token, create_admin, load_admin};
///
/// # let directory = tempfile::tempdir()?;
/// # let path = directory.path().join("admin-token.json");
/// create_admin(&path, &AdminTokenFile::new(Token::generate()?))?;
/// assert_eq!(load_admin(&path)?.name(), "_admin");
/// assert!(create_admin(&path, &AdminTokenFile::new(Token::generate()?)).is_err());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// There is a file already ([`Error::Exists`]); one cannot be made. Nothing was changed then, unless
/// [`Error::is_durability_unknown`] says so.
pub fn create_admin(path: impl AsRef<Path>, file: &AdminTokenFile) -> Result<(), Error> {
    let path = path.as_ref();
    let edit =
        |old: Option<&[u8]>| if old.is_some() { Err(()) } else { Ok(Some(file.to_json().into_wiped())) };
    match disk::replace(path, &ChangeOptions::new().0, edit) {
        Ok(_) => Ok(()),
        Err(ReplaceError::Edit(())) => Err(Error::Exists { path: path.into() }),
        Err(ReplaceError::Disk(error)) => Err(error.into()),
    }
}

/// Writes an admin token file in place of what is there, whatever that is, as [`save`] writes a tokens file.
///
/// ```
/// use influxdb3_offline_tokens::{AdminTokenFile, ChangeOptions, Changed, Token, create_admin, save_admin};
///
/// # let directory = tempfile::tempdir()?;
/// # let path = directory.path().join("admin-token.json");
/// create_admin(&path, &AdminTokenFile::new(Token::generate()?))?;
/// let other = AdminTokenFile::new(Token::generate()?);
/// assert_eq!(save_admin(&path, &other, &ChangeOptions::new())?, Changed::Replaced);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// As [`save`].
pub fn save_admin(
    path: impl AsRef<Path>,
    file: &AdminTokenFile,
    options: &ChangeOptions,
) -> Result<Changed, Error> {
    let text = file.to_json();
    replace(path.as_ref(), options, |old| Ok((old != Some(&*text)).then(|| text.clone().into_wiped())))
}

impl From<edit::Changed> for NewText {
    fn from(changed: edit::Changed) -> Self {
        match changed {
            edit::Changed::Whole(text) => Self::Whole(text.into_wiped()),
            edit::Changed::Insertion(at, mut text) => {
                // Moved, not copied.
                let text = Zeroizing::new(core::mem::take(&mut *text).into_bytes());
                Self::Insertion { at, text }
            }
        }
    }
}

fn replace<T: Into<NewText>>(
    path: &Path,
    options: &ChangeOptions,
    edit: impl FnMut(Option<&[u8]>) -> Result<Option<T>, ChangeError>,
) -> Result<Changed, Error> {
    match disk::replace(path, &options.0, edit) {
        Ok(Replaced::Created) => Ok(Changed::Created),
        Ok(Replaced::Changed) => Ok(Changed::Replaced),
        Ok(Replaced::Unchanged) => Ok(Changed::Unchanged),
        Err(ReplaceError::Edit(error)) => Err(Error::change(path, error)),
        Err(ReplaceError::Disk(error)) => Err(error.into()),
    }
}

impl Validator {
    /// Checks a file on disk: its text, who else may read it, who owns it and how many names it has, from one handle.
    ///
    /// ```
    /// use influxdb3_offline_tokens::{Code, Validator};
    ///
    /// # let directory = tempfile::tempdir()?;
    /// # let path = directory.path().join("permission-tokens.json");
    /// std::fs::write(&path, r#"{"tokens": []}"#)?;
    /// std::fs::hard_link(&path, path.with_extension("bak"))?;
    /// let checked = Validator::new(std::time::SystemTime::now()).check_file(&path)?;
    /// # #[cfg(unix)]
    /// assert!(checked.report().iter().any(|finding| finding.code() == Code::SeveralLinks));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// There is no such file; it is not a regular file; it is larger than 1 GiB; it may not be read.
    pub fn check_file(&self, path: impl AsRef<Path>) -> Result<CheckedFile, Error> {
        let contents = disk::read(path.as_ref(), MAX_FILE_BYTES)?;
        let report = self.check_with(&contents.bytes, |sink| report_facts(&contents.facts, sink));
        Ok(CheckedFile::new(contents.bytes, report))
    }

    /// Applies fixes to a file on disk, as [`Validator::fix`] does to a text. Gives what was mended: first, where the rights of
    /// others were taken, that, with an empty place at the start of the file.
    ///
    /// ```
    /// use influxdb3_offline_tokens::{Applicability, Validator, load};
    ///
    /// # let directory = tempfile::tempdir()?;
    /// # let path = directory.path().join("permission-tokens.json");
    /// std::fs::write(&path, r#"{"tokens": [],}"#)?;
    /// let validator = Validator::new(std::time::SystemTime::now());
    /// assert_eq!(validator.fix_file(&path, Applicability::Safe)?.len(), 1);
    /// assert!(load(&path).is_ok());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// With [`Applicability::Ask`] it also takes all rights from everybody but the owner.
    ///
    /// # Errors
    /// There is no such file; it cannot be read, locked or replaced ([`Error::Disk`]); there are no random bytes for a new
    /// token ([`Error::Generate`]). A file with errors is no error of this call.
    pub fn fix_file(&self, path: impl AsRef<Path>, up_to: Applicability) -> Result<Vec<Mended>, Error> {
        let path = path.as_ref();
        let wants_mode = up_to == Applicability::Ask && self.is_enabled(Code::ReadableByOthers);
        let mode =
            if wants_mode { readable_by_others(&disk::read(path, MAX_FILE_BYTES)?.facts) } else { None };
        let options = ChangeOptions::new().create(false).tighten(mode.is_some());
        let mut mended = Vec::new();
        let result = disk::replace(path, &options.0, |old| {
            let fixed = self.fix(old.unwrap_or_default(), up_to)?;
            let (bytes, of_text) = fixed.into_parts();
            let mode = mode.clone().map(|message| Mended::of_the_file(Code::ReadableByOthers, message));
            mended = mode.into_iter().chain(of_text).collect();
            Ok((!mended.is_empty()).then_some(bytes))
        });
        match result {
            Ok(_) => Ok(mended),
            Err(ReplaceError::Edit(error)) => Err(Error::Generate(error)),
            Err(ReplaceError::Disk(error)) => Err(error.into()),
        }
    }
}
