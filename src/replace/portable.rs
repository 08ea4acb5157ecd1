//! The protocol where there is no unix: by path, with a side file for the lock, without rights and without a sync of the
//! directory. Compiled into the tests everywhere.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::time::Duration;

use zeroize::Zeroizing;

use super::common::{beside, is_ours, length, random_name, read_all, resolve, wipe};
use super::{
    Contents, DiskError, DiskErrorKind, FileFacts, FileStamp, NewText, Outcome, Patience, ReplaceError,
    ReplaceOptions,
};

/// How long a reader waits for a program that has the file for itself.
const READ_TIMEOUT: Duration = Duration::from_secs(2);

/// Reads the whole file, through links, without a lock.
pub(crate) fn read(path: &Path, limit: u64) -> Result<Contents, DiskError> {
    look(path)?;
    let file = open(path, path, false, &mut Patience::new(READ_TIMEOUT))?;
    let about = file.metadata().map_err(|error| DiskError::told(DiskErrorKind::Io, path, error))?;
    let facts = FileFacts::unknown(FileStamp::new(&about));
    Ok(Contents { bytes: read_all(&file, path, about.len(), limit)?, facts })
}

/// Looks at the file behind all links.
pub(crate) fn look(path: &Path) -> Result<FileStamp, DiskError> {
    check_name(path)?;
    stamp(path, path)?.ok_or_else(|| missing(path))
}

/// As on unix, but weaker; see the module above.
pub(crate) fn replace<E, T: Into<NewText>>(
    path: &Path,
    options: &ReplaceOptions,
    mut edit: impl FnMut(Option<&[u8]>) -> Result<Option<T>, E>,
) -> Result<Outcome, ReplaceError<E>> {
    let mut patience = Patience::new(options.lock_timeout);
    check_name(path)?;
    let real = resolve(path)?;
    let current_stamp = || match stamp(&real, path)? {
        None if !options.create => Err(missing(path)),
        stamp => Ok(stamp),
    };
    // Before the lock file is created.
    current_stamp()?;
    let _lock = lock(&real, path, &mut patience)?;
    loop {
        let before = current_stamp()?;
        remove_left_overs(&real);
        let old = before.map(|_| open(&real, path, true, &mut patience)).transpose()?;
        let bytes = match (&old, before) {
            (Some(old), Some(before)) => read_all(old, path, before.size, options.size_limit)?,
            _ => Zeroizing::default(),
        };
        let text = edit(old.is_some().then_some(&bytes)).map_err(ReplaceError::Edit)?;
        let Some(text) = text.map(Into::into) else {
            wipe([bytes]);
            if let Some(old) = &old {
                old.sync_all()
                    .map_err(|error| DiskError::because(DiskErrorKind::DurabilityUnknown, path, error))?;
            }
            return Ok(Outcome::Unchanged);
        };
        // Windows does not replace a file to which a handle is open.
        drop(old);
        let pieces = text.pieces(&bytes);
        if length(&pieces) > options.size_limit {
            return Err(DiskError::new(DiskErrorKind::TooLarge, path).into());
        }
        let failed = |error| DiskError::told(DiskErrorKind::NotCommitted, path, error);
        let mut fresh = Fresh::write(&real, &pieces).map_err(failed)?;
        wipe([bytes, text.into_bytes()]);
        while stamp(&real, path)? == before {
            match fresh.rename(&real) {
                Ok(()) if before.is_some() => return Ok(Outcome::Replaced),
                Ok(()) => return Ok(Outcome::Created),
                // A program that has the old file open without the right to delete it is reported so.
                Err(error) if is_busy(&error) || error.kind() == io::ErrorKind::PermissionDenied => {
                    if !patience.wait() {
                        return Err(DiskError::because(DiskErrorKind::Locked, path, error).into());
                    }
                }
                Err(error) => return Err(failed(error).into()),
            }
        }
        drop(fresh);
        if !patience.wait() {
            return Err(DiskError::locked(path, None).into());
        }
    }
}

fn missing(path: &Path) -> DiskError {
    DiskError::because(DiskErrorKind::NotFound, path, io::Error::from(io::ErrorKind::NotFound))
}

/// Rejects the names of devices, and names that Windows forbids or changes: the real path would take them as they are.
fn check_name(path: &Path) -> Result<(), DiskError> {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let stem = name.split('.').next().unwrap_or_default().trim_end().to_ascii_uppercase();
    let port = stem.strip_prefix("COM").or_else(|| stem.strip_prefix("LPT"));
    let is_number = |text: &str| {
        text.strip_prefix(|digit: char| "0123456789¹²³".contains(digit)).is_some_and(str::is_empty)
    };
    let is_device =
        matches!(&*stem, "CON" | "PRN" | "AUX" | "NUL" | "CONIN$" | "CONOUT$") || port.is_some_and(is_number);
    let is_forbidden = |character: char| r#"<>:"|?*"#.contains(character) || character.is_control();
    if is_device || name.ends_with(['.', ' ']) || name.contains(is_forbidden) {
        return Err(DiskError::new(DiskErrorKind::InvalidName, path));
    }
    Ok(())
}

/// Returns the state of the file; none where there is none.
fn stamp(real: &Path, path: &Path) -> Result<Option<FileStamp>, DiskError> {
    match std::fs::metadata(real) {
        Ok(about) if about.is_file() => Ok(Some(FileStamp::new(&about))),
        Ok(_) => Err(DiskError::new(DiskErrorKind::NotRegular, path)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(DiskError::told(DiskErrorKind::Io, path, error)),
    }
}

/// Opens a file that exists.
fn open(real: &Path, path: &Path, write: bool, patience: &mut Patience) -> Result<File, DiskError> {
    let is_read_only = || std::fs::metadata(real).is_ok_and(|about| about.permissions().readonly());
    if write && is_read_only() {
        return Err(DiskError::new(DiskErrorKind::ReadOnly, path));
    }
    patiently(path, patience, || OpenOptions::new().read(true).write(write).open(real))
}

/// Tries again as long as another program, such as a virus scanner, has the file for itself.
fn patiently(
    path: &Path,
    patience: &mut Patience,
    mut open: impl FnMut() -> io::Result<File>,
) -> Result<File, DiskError> {
    loop {
        match open() {
            Err(error) if is_busy(&error) && !patience.wait() => {
                return Err(DiskError::because(DiskErrorKind::Locked, path, error));
            }
            Err(error) if is_busy(&error) => {}
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                return Err(DiskError::because(DiskErrorKind::NotFound, path, error));
            }
            opened => return opened.map_err(|error| DiskError::told(DiskErrorKind::Io, path, error)),
        }
    }
}

/// Returns whether the error is a sharing or lock violation, or that of a file about to be deleted or mapped into memory.
fn is_busy(error: &io::Error) -> bool {
    cfg!(windows) && matches!(error.raw_os_error(), Some(32 | 33 | 303 | 1224))
}

/// The lock on `.NAME.lock`, which is never removed: a lock on a file that goes away binds nobody.
fn lock(real: &Path, path: &Path, patience: &mut Patience) -> Result<File, DiskError> {
    let side = real.with_file_name(beside(real.file_name().unwrap_or_default(), ".lock"));
    let file = patiently(path, patience, || {
        OpenOptions::new().write(true).create(true).truncate(false).open(&side)
    })?;
    loop {
        match file.try_lock() {
            Ok(()) => return Ok(file),
            Err(TryLockError::WouldBlock) if patience.wait() => {}
            Err(TryLockError::WouldBlock) => return Err(DiskError::locked(path, None)),
            Err(TryLockError::Error(error)) => {
                return Err(DiskError::told(DiskErrorKind::LocksUnsupported, path, error));
            }
        }
    }
}

/// Only writers that hold the lock make new files, so whatever matches was left by a crash.
fn remove_left_overs(real: &Path) {
    let Some(entries) = real.parent().and_then(|parent| std::fs::read_dir(parent).ok()) else { return };
    for entry in entries.flatten() {
        let is_file = entry.file_type().is_ok_and(|kind| kind.is_file());
        if is_file && is_ours(&entry.file_name(), real.file_name().unwrap_or_default()) {
            let _ = std::fs::remove_file(entry.path());
        }
    }
}

/// The new file, removed on drop unless it was renamed.
struct Fresh {
    path: PathBuf,
    temporary: bool,
}

impl Fresh {
    /// Writes all pieces, syncs, and closes the file.
    fn write(real: &Path, pieces: &[&[u8]]) -> io::Result<Self> {
        let path = real.with_file_name(random_name(real.file_name().unwrap_or_default())?);
        let mut file = OpenOptions::new().write(true).create_new(true).open(&path)?;
        let fresh = Self { path, temporary: true };
        for text in pieces {
            file.write_all(text)?;
        }
        file.sync_all().map(|()| fresh)
    }

    fn rename(&mut self, real: &Path) -> io::Result<()> {
        std::fs::rename(&self.path, real)?;
        self.temporary = false;
        Ok(())
    }
}

impl Drop for Fresh {
    fn drop(&mut self) {
        if self.temporary {
            let _ = std::fs::remove_file(&self.path);
        }
    }
}
