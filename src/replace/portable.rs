//! The order of things where there is no unix: by path, with a side file for the lock, without rights and without a sync
//! of the directory. Compiled into the tests everywhere.

use alloc::string::String;
use core::fmt::Write as _;
use std::ffi::OsString;
use std::fs::{File, Metadata, OpenOptions, TryLockError};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use rand::TryRng as _;
use zeroize::Zeroizing;

use super::common::{length, read_all, resolve, wipe};
use super::{
    Contents, DiskError, DiskErrorKind, FileFacts, FileStamp, NewText, Patience, ReplaceError,
    ReplaceOptions, Replaced,
};

/// Reads the whole file, through links, without a lock.
pub(crate) fn read(path: &Path, limit: u64) -> Result<Contents, DiskError> {
    let file = open_regular(path, path, false)?.ok_or_else(|| missing(path))?;
    let stamp = FileStamp::new(&metadata(&file, path)?);
    let bytes = read_all(&file, path, size(&file, path)?, limit)?;
    let facts = FileFacts { mode: None, owner: None, caller: None, group: None, links: None, stamp };
    Ok(Contents { bytes, facts })
}

/// Looks at the file behind all links.
pub(crate) fn look(path: &Path) -> Result<FileStamp, DiskError> {
    let file = open_regular(path, path, false)?.ok_or_else(|| missing(path))?;
    Ok(FileStamp::new(&metadata(&file, path)?))
}

/// As on unix, but weaker; see the module above.
pub(crate) fn replace<E, T: Into<NewText>>(
    path: &Path,
    options: &ReplaceOptions,
    mut edit: impl FnMut(Option<&[u8]>) -> Result<Option<T>, E>,
) -> Result<Replaced, ReplaceError<E>> {
    let mut patience = Patience::new(options.lock_timeout);
    let real = resolve(path)?;
    // Looked at before the side file is made.
    if open_regular(&real, path, true)?.is_none() && !options.create {
        return Err(missing(path).into());
    }
    let _lock = lock(&real, path, &mut patience)?;
    loop {
        let old = open_regular(&real, path, true)?;
        if old.is_none() && !options.create {
            return Err(missing(path).into());
        }
        remove_left_overs(&real);
        let before = old
            .as_ref()
            .map(seen)
            .transpose()
            .map_err(|error| DiskError::told(DiskErrorKind::Io, path, error))?;
        let bytes = match &old {
            Some(old) => read_all(old, path, size(old, path)?, options.size_limit)?,
            None => Zeroizing::default(),
        };
        let text = edit(old.is_some().then_some(&bytes)).map_err(ReplaceError::Edit)?;
        let Some(text) = text.map(Into::into) else {
            wipe([bytes]);
            if let Some(old) = &old {
                old.sync_all()
                    .map_err(|error| DiskError::because(DiskErrorKind::DurabilityUnknown, path, error))?;
            }
            return Ok(Replaced::Unchanged);
        };
        let pieces = text.pieces(&bytes);
        if length(&pieces) > options.size_limit {
            return Err(DiskError::new(DiskErrorKind::TooLarge, path).into());
        }
        let failed = |error| DiskError::told(DiskErrorKind::NotCommitted, path, error);
        let fresh = Fresh::create(&real).map_err(failed)?;
        fresh.write(&pieces).map_err(failed)?;
        wipe([bytes, text.into_bytes()]);
        let now = match File::open(&real) {
            Ok(file) => Some(seen(&file).map_err(failed)?),
            Err(error) if error.kind() == io::ErrorKind::NotFound => None,
            Err(error) => return Err(failed(error).into()),
        };
        if now == before {
            fresh.rename(&real).map_err(failed)?;
            return Ok(if old.is_some() { Replaced::Changed } else { Replaced::Created });
        }
        drop((fresh, old));
        if !patience.wait() {
            return Err(DiskError::locked(path, None).into());
        }
    }
}

fn missing(path: &Path) -> DiskError {
    DiskError::because(DiskErrorKind::NotFound, path, io::Error::from(io::ErrorKind::NotFound))
}

/// None where there is no file.
fn open_regular(real: &Path, path: &Path, write: bool) -> Result<Option<File>, DiskError> {
    let failed = |error: io::Error| DiskError::told(DiskErrorKind::Io, path, error);
    match std::fs::metadata(real) {
        Ok(about) if !about.is_file() => return Err(DiskError::new(DiskErrorKind::NotRegular, path)),
        Ok(_) => {}
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(failed(error)),
    }
    match OpenOptions::new().read(true).write(write).open(real) {
        Ok(file) => Ok(Some(file)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(failed(error)),
    }
}

fn metadata(file: &File, path: &Path) -> Result<Metadata, DiskError> {
    file.metadata().map_err(|error| DiskError::told(DiskErrorKind::Io, path, error))
}

fn size(file: &File, path: &Path) -> Result<u64, DiskError> {
    Ok(metadata(file, path)?.len())
}

fn seen(file: &File) -> io::Result<(u64, std::time::SystemTime)> {
    let about = file.metadata()?;
    Ok((about.len(), about.modified()?))
}

/// The lock on `.NAME.lock`, which is never removed: a lock on a file that goes away binds nobody.
fn lock(real: &Path, path: &Path, patience: &mut Patience) -> Result<File, DiskError> {
    let failed = |error| DiskError::told(DiskErrorKind::Io, path, error);
    let side = beside(real, ".lock");
    let file = OpenOptions::new().write(true).create(true).truncate(false).open(side).map_err(failed)?;
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

/// `.NAME` and what is added, in the same directory.
fn beside(real: &Path, added: &str) -> PathBuf {
    let mut name = OsString::from(".");
    name.push(real.file_name().unwrap_or_default());
    name.push(added);
    real.with_file_name(name)
}

/// Only writers that hold the lock make new files, so whatever matches was left by a crash.
fn remove_left_overs(real: &Path) {
    let Some(entries) = real.parent().and_then(|parent| std::fs::read_dir(parent).ok()) else { return };
    let stem = beside(real, ".");
    let stem = stem.file_name().unwrap_or_default().to_string_lossy();
    for entry in entries.flatten() {
        let name = entry.file_name();
        let name = name.to_string_lossy();
        let digits = name.strip_prefix(&*stem).and_then(|rest| rest.strip_suffix(".new"));
        let ours =
            digits.is_some_and(|digits| digits.len() == 32 && digits.bytes().all(|b| b.is_ascii_hexdigit()));
        if ours && entry.file_type().is_ok_and(|kind| kind.is_file()) {
            let _ = std::fs::remove_file(entry.path());
        }
    }
}

/// The new file, removed on drop unless it was renamed.
struct Fresh {
    path: Option<PathBuf>,
    file: File,
}

impl Fresh {
    fn create(real: &Path) -> io::Result<Self> {
        let mut bytes = [0; 16];
        rand::rngs::SysRng.try_fill_bytes(&mut bytes).map_err(io::Error::other)?;
        let mut added = String::from(".");
        for byte in bytes {
            write!(added, "{byte:02x}").map_err(io::Error::other)?;
        }
        added.push_str(".new");
        let path = beside(real, &added);
        let file = OpenOptions::new().write(true).create_new(true).open(&path)?;
        Ok(Self { path: Some(path), file })
    }

    fn write(&self, pieces: &[&[u8]]) -> io::Result<()> {
        for text in pieces {
            (&self.file).write_all(text)?;
        }
        self.file.sync_all()
    }

    fn rename(mut self, real: &Path) -> io::Result<()> {
        if let Some(path) = &self.path {
            std::fs::rename(path, real)?;
        }
        self.path = None;
        Ok(())
    }
}

impl Drop for Fresh {
    fn drop(&mut self) {
        if let Some(path) = &self.path {
            let _ = std::fs::remove_file(path);
        }
    }
}
