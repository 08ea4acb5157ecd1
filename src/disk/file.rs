//! Loading, appending to, changing and saving a tokens file.

use std::path::Path;
use std::vec::Vec;

use zeroize::Zeroizing;

use super::{Changed, Error, FileOptions, MAX_FILE_BYTES};
use crate::edit::{self, Change, ChangeError, IfExists};
use crate::file::{TokenEntry, TokenFile};
use crate::name::DatabaseName;
use crate::replace::{self, NewText, ReplaceError, Replaced};

/// Reads a file from disk, through links. It takes no lock: a writer replaces the file as a whole. Of the mode of the file it
/// says nothing: [`Validator::check_file`](crate::Validator::check_file) does.
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
    let mut contents = replace::read(path, MAX_FILE_BYTES)?;
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
/// (each has its own [`DiskErrorKind`](crate::disk::DiskErrorKind)). Nothing was changed then, unless
/// [`Error::is_durability_unknown`] says so.
pub fn append(path: impl AsRef<Path>, entry: &TokenEntry) -> Result<Changed, Error> {
    let entries = Vec::from([entry.clone()]);
    change(path, &[Change::Append { entries, if_exists: IfExists::Refuse }], &FileOptions::new())
}

/// Adds several tokens and databases in one write, all or nothing.
///
/// ```no_run
/// use influxdb3_offline_tokens::{DatabaseName, Token, TokenEntry, TokenName};
/// use influxdb3_offline_tokens::disk::append_all;
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
    change(path, &changes, &FileOptions::new())
}

/// Makes changes of a file, all or none, in one write.
///
/// ```no_run
/// use std::time::{Duration, SystemTime};
/// use influxdb3_offline_tokens::edit::Change;
/// use influxdb3_offline_tokens::{Expiry, Token, TokenName};
/// use influxdb3_offline_tokens::disk::{Changed, FileOptions, change};
///
/// let name = TokenName::parse("collector")?;
/// let expiry = Some(Expiry::after(SystemTime::now(), Duration::from_secs(90 * 24 * 3600))?);
/// let rotate = Change::Rotate { name: name.clone(), token: Token::generate()? };
/// let changes = [rotate, Change::SetExpiry { name, expiry }];
/// let options = FileOptions::new().create(false);
/// assert_eq!(change("permission-tokens.json", &changes, &options)?, Changed::Replaced);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// As [`append`]; a name that is not there; with [`FileOptions::create`] off, a file that does not exist.
pub fn change(path: impl AsRef<Path>, changes: &[Change], options: &FileOptions) -> Result<Changed, Error> {
    replace_text(path.as_ref(), options, |text| Ok(edit::changed(text, changes)?.map(NewText::from)))
}

/// Writes a whole file in place of what is there, whatever that is, with the same care as [`append`].
///
/// To change a file use [`change`]: what another program wrote between a [`load`] and a `save` is lost, as are the layout
/// and members that are not of the format.
///
/// ```no_run
/// use influxdb3_offline_tokens::{TokenFile, save};
/// use influxdb3_offline_tokens::disk::FileOptions;
///
/// save("permission-tokens.json", &TokenFile::default(), &FileOptions::new())?;
/// # Ok::<(), influxdb3_offline_tokens::Error>(())
/// ```
///
/// # Errors
/// The file cannot be read, locked or replaced ([`Error::Disk`]); with [`FileOptions::create`] off, it does not exist. What
/// is there does not need to be sound.
pub fn save(path: impl AsRef<Path>, file: &TokenFile, options: &FileOptions) -> Result<Changed, Error> {
    let text = file.to_json();
    replace_text(path.as_ref(), options, |old| Ok((old != Some(&*text)).then(|| text.clone().into_wiped())))
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

pub(crate) fn replace_text<T: Into<NewText>>(
    path: &Path,
    options: &FileOptions,
    edit: impl FnMut(Option<&[u8]>) -> Result<Option<T>, ChangeError>,
) -> Result<Changed, Error> {
    match replace::replace(path, &options.0, edit) {
        Ok(Replaced::Created) => Ok(Changed::Created),
        Ok(Replaced::Changed) => Ok(Changed::Replaced),
        Ok(Replaced::Unchanged) => Ok(Changed::Unchanged),
        Err(ReplaceError::Edit(error)) => Err(Error::change(path, error)),
        Err(ReplaceError::Disk(error)) => Err(error.into()),
    }
}
