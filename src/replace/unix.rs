//! The protocol on Unix, relative to a handle of the directory.

use std::fs::{File, TryLockError};
use std::io;
use std::os::unix::fs::{FileTypeExt as _, MetadataExt as _};
use std::path::Path;

use rustix::fs::{CWD, Mode, OFlags, Stat, fstat, openat};
use rustix::io::{Errno, retry_on_intr};

use super::access::{self, Access};
use super::common::{read_all, total_length};
use super::location::{Location, is_regular, is_same, lock_error, open_error, sync_directory, sync_file};
use super::pipe;
use super::temp_file::{TempFile, remove_stale_temp_files};
use super::{
    Backoff, Contents, DiskError, DiskErrorKind, FileFacts, FileOptions, FileStamp, Outcome, ReplaceError,
};
use crate::secret::{NewText, SecretBytes};

/// Reads the complete file, through links, without a lock: a rename is atomic. A pipe is read once, without facts.
///
/// # Errors
/// `NotFound`, `DanglingLink`, `NotRegular`, `PermissionDenied`, `TooLarge`, `TimedOut`, `Io`.
pub(crate) fn read(path: &Path, limit: u64) -> Result<Contents, DiskError> {
    // Before the file is opened, because opening a device may have effects.
    match read_stamp(path) {
        Err(error) if error.kind() != DiskErrorKind::Pipe => return Err(error),
        _ => {}
    }
    let file = File::from(
        retry_on_intr(|| openat(CWD, path, OFlags::RDONLY | OPEN_FLAGS, Mode::empty()))
            .map_err(|error| read_error(path, error))?,
    );
    let metadata = file.metadata().map_err(|error| DiskError::from_io(DiskErrorKind::Io, path, error))?;
    if metadata.file_type().is_fifo() {
        let bytes = pipe::read(&file, path, limit, pipe::TIMEOUT)?;
        return Ok(Contents { bytes, facts: FileFacts::unknown(FileStamp::new(&metadata)) });
    }
    if !metadata.is_file() {
        return Err(DiskError::new(DiskErrorKind::NotRegular, path));
    }
    let facts = FileFacts {
        mode: Some(metadata.mode() & 0o7777),
        owner: Some(metadata.uid()),
        caller: Some(rustix::process::geteuid().as_raw()),
        links: Some(metadata.nlink()),
        stamp: FileStamp::new(&metadata),
    };
    Ok(Contents { bytes: read_all(&file, path, metadata.len(), limit)?, facts })
}

/// Returns the stamp of the file, through links, without opening it.
///
/// # Errors
/// `NotFound`, `DanglingLink`, `NotRegular`, `Pipe`, `PermissionDenied`, `Io`.
pub(crate) fn read_stamp(path: &Path) -> Result<FileStamp, DiskError> {
    // Without an errno, the path contains a NUL byte.
    let failed = |error: io::Error| read_error(path, Errno::from_io_error(&error).unwrap_or(Errno::INVAL));
    let metadata = std::fs::metadata(path).map_err(failed)?;
    if metadata.is_file() {
        return Ok(FileStamp::new(&metadata));
    }
    let is_pipe = metadata.file_type().is_fifo();
    Err(DiskError::new(if is_pipe { DiskErrorKind::Pipe } else { DiskErrorKind::NotRegular }, path))
}

/// Returns the error of a pipe, which may resolve like a dangling link, or else `error`.
fn pipe_error_or(path: &Path, error: DiskError) -> DiskError {
    read_stamp(path).err().filter(|error| error.kind() == DiskErrorKind::Pipe).unwrap_or(error)
}

fn read_error(path: &Path, error: Errno) -> DiskError {
    match error {
        Errno::NOENT if std::fs::symlink_metadata(path).is_ok() => {
            DiskError::with_source(DiskErrorKind::DanglingLink, path, error)
        }
        error => open_error(path, error),
    }
}

/// Locks the file, reads it, and replaces it with the result of `edit`. The module lists the steps.
///
/// `edit` receives `None` if the file does not exist, and returns `None` to keep it. It is called again if the file has changed
/// in the meantime.
///
/// # Errors
/// Returns the error of `edit`, or an error of any [`DiskErrorKind`].
pub(crate) fn replace<E>(
    path: &Path,
    options: &FileOptions,
    mut edit: impl FnMut(Option<&[u8]>) -> Result<Option<NewText>, E>,
) -> Result<Outcome, ReplaceError<E>> {
    let mut backoff = Backoff::new(options.lock_timeout);
    let location = Location::resolve(path).map_err(|error| pipe_error_or(path, error))?;
    loop {
        let old = LockedFile::open(&location, &mut backoff)?;
        if old.is_none() && !options.create {
            return Err(DiskError::with_source(DiskErrorKind::NotFound, path, Errno::NOENT).into());
        }
        let bytes = match &old {
            Some(old) => read_all(&old.file, path, size(&old.stat), options.size_limit)?,
            None => SecretBytes::default(),
        };
        let text = edit(old.is_some().then_some(&bytes)).map_err(ReplaceError::Edit)?;
        let restricts_mode =
            options.restrict_mode && old.as_ref().is_some_and(|old| access::is_open_to_others(&old.stat));
        // The mode is restricted on a new file, even if the text is unchanged.
        let unchanged = || restricts_mode.then(|| NewText::Insertion(0, SecretBytes::default()));
        let Some(text) = text.or_else(unchanged) else {
            // An earlier writer may have been stopped before its sync, and `Unchanged` promises one.
            if let Some(old) = &old {
                sync_file(&old.file).map_err(|error| durability_unknown(path, error))?;
                sync_directory(&location.directory).map_err(|error| durability_unknown(path, error))?;
            }
            return Ok(Outcome::Unchanged);
        };
        let pieces = text.pieces(&bytes);
        if total_length(&pieces) > options.size_limit {
            return Err(DiskError::new(DiskErrorKind::TooLarge, path).into());
        }
        let mut temp_file = TempFile::create(&location)?;
        let access = match &old {
            Some(old) => Access::read(&old.file, &old.stat, options.restrict_mode),
            None => Ok(Access::private()),
        };
        access
            .and_then(|access| access.apply(temp_file.file()))
            .map_err(|error| error.into_disk_error(path))?;
        temp_file.write(&pieces)?;
        let outcome = match &old {
            Some(old) if !old.is_unchanged(&location)? => None,
            Some(_) => temp_file.rename_over()?.then_some(Outcome::Replaced),
            None => temp_file.rename_no_replace()?.then_some(Outcome::Created),
        };
        if let Some(outcome) = outcome {
            sync_directory(&location.directory).map_err(|error| durability_unknown(path, error))?;
            return Ok(outcome);
        }
        // No temporary file remains while it sleeps.
        drop((temp_file, old));
        if !backoff.sleep() {
            return Err(DiskError::locked(path, None).into());
        }
    }
}

const OPEN_FLAGS: OFlags = OFlags::CLOEXEC.union(OFlags::NONBLOCK).union(OFlags::NOCTTY);

/// The file to replace, opened and locked.
struct LockedFile {
    file: File,
    stat: Stat,
}

impl LockedFile {
    /// Opens and locks the file. Returns `None` if it does not exist.
    fn open(location: &Location<'_>, backoff: &mut Backoff) -> Result<Option<Self>, DiskError> {
        let path = location.path;
        loop {
            let Some(file) = open(location)? else {
                remove_stale_temp_files(location, None);
                return Ok(None);
            };
            let stat = fstat(&file).map_err(|error| open_error(path, error))?;
            check_replaceable(path, &file, &stat)?;
            match file.try_lock() {
                Ok(()) => {
                    // The lock is on the file, not on the name: another writer may have replaced the file.
                    let now = location.stat(&location.name).map_err(|error| open_error(path, error))?;
                    if now.is_some_and(|now| is_same(&now, &stat)) {
                        remove_stale_temp_files(location, Some(&stat));
                        // Read again, because the file may have changed before the lock.
                        let stat = fstat(&file).map_err(|error| open_error(path, error))?;
                        check_replaceable(path, &file, &stat)?;
                        // Not earlier: a file that gets its name from a hard link has two names for a moment.
                        if stat.st_nlink > 1 {
                            return Err(DiskError::new(DiskErrorKind::SeveralLinks, path));
                        }
                        return Ok(Some(Self { file, stat }));
                    }
                    drop(file);
                    if !backoff.sleep() {
                        return Err(DiskError::locked(path, None));
                    }
                }
                Err(TryLockError::WouldBlock) => {
                    drop(file);
                    if !backoff.sleep() {
                        return Err(DiskError::locked(path, holder(&stat)));
                    }
                }
                Err(TryLockError::Error(error)) => return Err(lock_error(path, error)),
            }
        }
    }

    /// Returns whether no writer, even without the lock, changed the file since it was read.
    fn is_unchanged(&self, location: &Location<'_>) -> Result<bool, DiskError> {
        let failed = |error| DiskError::from_io(DiskErrorKind::NotCommitted, location.path, error);
        let now = fstat(&self.file).map_err(failed)?;
        let named = location.stat(&location.name).map_err(failed)?;
        let key = |stat: &Stat| {
            (stat.st_size, stat.st_mtime, stat.st_mtime_nsec, stat.st_ctime, stat.st_ctime_nsec)
        };
        Ok(key(&now) == key(&self.stat) && named.is_some_and(|named| is_same(&named, &self.stat)))
    }
}

/// Opens the file for reading and writing, so that a read-only file or mount is an error.
fn open(location: &Location<'_>) -> Result<Option<File>, DiskError> {
    let path = location.path;
    match location.stat(&location.name) {
        Ok(Some(stat)) if !is_regular(&stat) => {
            return Err(pipe_error_or(path, DiskError::new(DiskErrorKind::NotRegular, path)));
        }
        Ok(Some(_)) => {}
        Ok(None) => return Ok(None),
        Err(error) => return Err(open_error(path, error)),
    }
    let flags = OFlags::RDWR | OFlags::NOFOLLOW | OPEN_FLAGS;
    match retry_on_intr(|| openat(&location.directory, &location.name, flags, Mode::empty())) {
        Ok(file) => Ok(Some(file.into())),
        Err(Errno::NOENT) => Ok(None),
        Err(error @ (Errno::LOOP | Errno::ISDIR)) => {
            Err(DiskError::with_source(DiskErrorKind::NotRegular, path, error))
        }
        Err(error) => Err(open_error(path, error)),
    }
}

fn check_replaceable(path: &Path, file: &File, stat: &Stat) -> Result<(), DiskError> {
    let fail = |kind| Err(DiskError::new(kind, path));
    let caller = rustix::process::geteuid();
    if !is_regular(stat) {
        fail(DiskErrorKind::NotRegular)
    } else if access::is_mount_point(file) {
        fail(DiskErrorKind::MountPoint)
    } else if !caller.is_root() && stat.st_uid != caller.as_raw() {
        fail(DiskErrorKind::ForeignOwner)
    } else {
        Ok(())
    }
}

fn durability_unknown(path: &Path, error: Errno) -> DiskError {
    DiskError::with_source(DiskErrorKind::DurabilityUnknown, path, error)
}

fn size(stat: &Stat) -> u64 {
    u64::try_from(stat.st_size).unwrap_or(u64::MAX)
}

/// Returns the process that holds the lock, from `/proc/locks`; `None` if it is not listed.
fn holder(stat: &Stat) -> Option<u32> {
    let (major, minor) = (rustix::fs::major(stat.st_dev), rustix::fs::minor(stat.st_dev));
    let file = format!("{major:02x}:{minor:02x}:{}", stat.st_ino);
    let locks = std::fs::read_to_string("/proc/locks").ok()?;
    let line =
        locks.lines().find(|line| line.contains("FLOCK") && line.split(' ').any(|word| word == file))?;
    line.split_whitespace().nth(4)?.parse().ok().filter(|&process| process > 0)
}
