//! The protocol on systems other than Unix: by path, with a lock file, and without access rights or a sync of the directory.
//!
//! In tests, it is compiled on every system.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::common::{is_temp_name, random_temp_name, read_all, resolve, sibling_name, total_length};
use super::{
    Backoff, Contents, DiskError, DiskErrorKind, FileFacts, FileOptions, FileStamp, Outcome, ReplaceError,
};
use crate::secret::{NewText, SecretBytes};

/// The time that a reader waits for a program with exclusive access.
const READ_TIMEOUT: Duration = Duration::from_secs(2);

/// Reads the whole file, through links, without a lock.
pub(crate) fn read(path: &Path, limit: u64) -> Result<Contents, DiskError> {
    read_stamp(path)?;
    let file = open(path, path, false, &mut Backoff::new(READ_TIMEOUT))?;
    let metadata = file.metadata().map_err(|error| DiskError::from_io(DiskErrorKind::Io, path, error))?;
    let facts = FileFacts::unknown(FileStamp::new(&metadata));
    Ok(Contents { bytes: read_all(&file, path, metadata.len(), limit)?, facts })
}

/// Returns the stamp of the file, through links.
pub(crate) fn read_stamp(path: &Path) -> Result<FileStamp, DiskError> {
    check_name(path)?;
    stamp_if_exists(path, path)?.ok_or_else(|| not_found(path))
}

/// Replaces the file as on Unix, but with the weaker promises of this module.
pub(crate) fn replace<E>(
    path: &Path,
    options: &FileOptions,
    mut edit: impl FnMut(Option<&[u8]>) -> Result<Option<NewText>, E>,
) -> Result<Outcome, ReplaceError<E>> {
    let mut backoff = Backoff::new(options.lock_timeout);
    check_name(path)?;
    let real = resolve(path)?;
    let current_stamp = || match stamp_if_exists(&real, path)? {
        None if !options.create => Err(not_found(path)),
        stamp => Ok(stamp),
    };
    // Creates no lock file for a missing file.
    current_stamp()?;
    let _lock = lock(&real, path, &mut backoff)?;
    loop {
        let before = current_stamp()?;
        remove_stale_temp_files(&real);
        let old = before.map(|_| open(&real, path, true, &mut backoff)).transpose()?;
        let bytes = match (&old, before) {
            (Some(old), Some(before)) => read_all(old, path, before.size, options.size_limit)?,
            _ => SecretBytes::default(),
        };
        let text = edit(old.is_some().then_some(&bytes)).map_err(ReplaceError::Edit)?;
        let Some(text) = text else {
            if let Some(old) = &old {
                old.sync_all()
                    .map_err(|error| DiskError::with_source(DiskErrorKind::DurabilityUnknown, path, error))?;
            }
            return Ok(Outcome::Unchanged);
        };
        // Windows does not replace a file with an open handle.
        drop(old);
        let pieces = text.pieces(&bytes);
        if total_length(&pieces) > options.size_limit {
            return Err(DiskError::new(DiskErrorKind::TooLarge, path).into());
        }
        let failed = |error| DiskError::from_io(DiskErrorKind::NotCommitted, path, error);
        let mut temp_file = TempFile::write(&real, &pieces).map_err(failed)?;
        while stamp_if_exists(&real, path)? == before {
            match temp_file.rename(&real) {
                Ok(()) if before.is_some() => return Ok(Outcome::Replaced),
                Ok(()) => return Ok(Outcome::Created),
                // Windows reports it if another program has the old file open and denies deletion.
                Err(error) if is_busy(&error) || error.kind() == io::ErrorKind::PermissionDenied => {
                    if !backoff.sleep() {
                        return Err(DiskError::with_source(DiskErrorKind::Locked, path, error).into());
                    }
                }
                Err(error) => return Err(failed(error).into()),
            }
        }
        drop(temp_file);
        if !backoff.sleep() {
            return Err(DiskError::locked(path, None).into());
        }
    }
}

fn not_found(path: &Path) -> DiskError {
    DiskError::with_source(DiskErrorKind::NotFound, path, io::Error::from(io::ErrorKind::NotFound))
}

/// Rejects device names, and names that Windows forbids or changes: the canonical path would allow them.
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

/// Returns the stamp of the file, or `None` if it does not exist.
fn stamp_if_exists(real: &Path, path: &Path) -> Result<Option<FileStamp>, DiskError> {
    match std::fs::metadata(real) {
        Ok(metadata) if metadata.is_file() => Ok(Some(FileStamp::new(&metadata))),
        Ok(_) => Err(DiskError::new(DiskErrorKind::NotRegular, path)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(DiskError::from_io(DiskErrorKind::Io, path, error)),
    }
}

/// Opens an existing file.
fn open(real: &Path, path: &Path, write: bool, backoff: &mut Backoff) -> Result<File, DiskError> {
    let is_read_only = || std::fs::metadata(real).is_ok_and(|metadata| metadata.permissions().readonly());
    if write && is_read_only() {
        return Err(DiskError::new(DiskErrorKind::ReadOnly, path));
    }
    open_with_retries(path, backoff, || OpenOptions::new().read(true).write(write).open(real))
}

/// Retries while another program, such as a virus scanner, has exclusive access.
fn open_with_retries(
    path: &Path,
    backoff: &mut Backoff,
    mut open: impl FnMut() -> io::Result<File>,
) -> Result<File, DiskError> {
    loop {
        match open() {
            Err(error) if is_busy(&error) && !backoff.sleep() => {
                return Err(DiskError::with_source(DiskErrorKind::Locked, path, error));
            }
            Err(error) if is_busy(&error) => {}
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                return Err(DiskError::with_source(DiskErrorKind::NotFound, path, error));
            }
            opened => return opened.map_err(|error| DiskError::from_io(DiskErrorKind::Io, path, error)),
        }
    }
}

/// Returns whether another program has the file open, locked, mapped into memory, or is deleting it.
fn is_busy(error: &io::Error) -> bool {
    cfg!(windows) && matches!(error.raw_os_error(), Some(32 | 33 | 303 | 1224))
}

/// Locks `.NAME.lock`, which is never removed, because a lock on a removed file excludes nobody.
fn lock(real: &Path, path: &Path, backoff: &mut Backoff) -> Result<File, DiskError> {
    let lock_path = real.with_file_name(sibling_name(real.file_name().unwrap_or_default(), ".lock"));
    let file = open_with_retries(path, backoff, || {
        OpenOptions::new().write(true).create(true).truncate(false).open(&lock_path)
    })?;
    loop {
        match file.try_lock() {
            Ok(()) => return Ok(file),
            Err(TryLockError::WouldBlock) if backoff.sleep() => {}
            Err(TryLockError::WouldBlock) => return Err(DiskError::locked(path, None)),
            Err(TryLockError::Error(error)) => {
                return Err(DiskError::from_io(DiskErrorKind::LocksUnsupported, path, error));
            }
        }
    }
}

/// Removes all temporary files: only the holder of the lock creates them.
fn remove_stale_temp_files(real: &Path) {
    let Some(entries) = real.parent().and_then(|parent| std::fs::read_dir(parent).ok()) else { return };
    for entry in entries.flatten() {
        let is_file = entry.file_type().is_ok_and(|kind| kind.is_file());
        if is_file && is_temp_name(&entry.file_name(), real.file_name().unwrap_or_default()) {
            let _ = std::fs::remove_file(entry.path());
        }
    }
}

/// A new file, removed on drop unless it was renamed.
struct TempFile {
    path: PathBuf,
    remove_on_drop: bool,
}

impl TempFile {
    /// Writes all pieces, syncs, and closes the file.
    fn write(real: &Path, pieces: &[&[u8]]) -> io::Result<Self> {
        let path = real.with_file_name(random_temp_name(real.file_name().unwrap_or_default())?);
        let mut file = OpenOptions::new().write(true).create_new(true).open(&path)?;
        let temp_file = Self { path, remove_on_drop: true };
        for text in pieces {
            file.write_all(text)?;
        }
        file.sync_all().map(|()| temp_file)
    }

    fn rename(&mut self, real: &Path) -> io::Result<()> {
        std::fs::rename(&self.path, real)?;
        self.remove_on_drop = false;
        Ok(())
    }
}

impl Drop for TempFile {
    fn drop(&mut self) {
        if self.remove_on_drop {
            let _ = std::fs::remove_file(&self.path);
        }
    }
}
