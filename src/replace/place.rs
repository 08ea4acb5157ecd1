//! The directory of the file and its name there, and the handles of both.

use std::ffi::{OsStr, OsString};
use std::fs::File;
use std::io;
use std::os::fd::OwnedFd;
use std::path::Path;

use rustix::fs::{AtFlags, CWD, FileType, Mode, OFlags, Stat, fstat, openat, statat};
use rustix::io::{Errno, retry_on_intr};

use super::common::resolve;
use super::{DiskError, DiskErrorKind};

/// A handle of the real directory of the file, and the name of the file there.
pub(super) struct Place<'a> {
    /// As the caller gave it, for errors.
    pub(super) path: &'a Path,
    pub(super) directory: OwnedFd,
    pub(super) name: OsString,
}

impl<'a> Place<'a> {
    pub(super) fn resolve(path: &'a Path) -> Result<Self, DiskError> {
        let real = resolve(path)?;
        let (Some(parent), Some(name)) = (real.parent(), real.file_name()) else {
            return Err(DiskError::new(DiskErrorKind::NotRegular, path));
        };
        let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let directory =
            retry_on_intr(|| openat(CWD, parent, flags, Mode::empty())).map_err(|e| opening(path, e))?;
        let volume = statat(&directory, "..data", AtFlags::SYMLINK_NOFOLLOW);
        if volume.is_ok_and(|stat| FileType::from_raw_mode(stat.st_mode) == FileType::Symlink) {
            return Err(DiskError::new(DiskErrorKind::KubernetesVolume, path));
        }
        Ok(Self { path, directory, name: name.into() })
    }

    /// Returns the status of what has the name now, or `None` if nothing has it.
    pub(super) fn look(&self, name: &OsStr) -> Result<Option<Stat>, Errno> {
        match statat(&self.directory, name, AtFlags::SYMLINK_NOFOLLOW) {
            Ok(stat) => Ok(Some(stat)),
            Err(Errno::NOENT) => Ok(None),
            Err(error) => Err(error),
        }
    }
}

pub(super) fn is_regular(stat: &Stat) -> bool {
    FileType::from_raw_mode(stat.st_mode) == FileType::RegularFile
}

pub(super) fn is_same(one: &Stat, other: &Stat) -> bool {
    (one.st_dev, one.st_ino) == (other.st_dev, other.st_ino)
}

/// Syncs once and returns what the system returns: after an error, a second sync succeeds and the data is lost.
pub(super) fn sync_file(file: &File) -> Result<(), Errno> {
    // A sync of macOS does not reach the disk.
    #[cfg(target_vendor = "apple")]
    match rustix::fs::fcntl_fullfsync(file) {
        Err(Errno::NOTSUP | Errno::INVAL | Errno::NOTTY) => {}
        done => return done,
    }
    rustix::fs::fsync(file)
}

pub(super) fn sync_directory(directory: &OwnedFd) -> Result<(), Errno> {
    let synced = rustix::fs::fsync(directory);
    // On XFS that was shut down after a disk error, the first succeeds and the second fails.
    synced.and_then(|()| fstat(directory).map(drop))
}

pub(super) fn opening(path: &Path, error: Errno) -> DiskError {
    let kind = match error {
        Errno::NOENT | Errno::NOTDIR => DiskErrorKind::NotFound,
        Errno::LOOP => DiskErrorKind::DanglingLink,
        _ => DiskErrorKind::Io,
    };
    DiskError::told(kind, path, error)
}

pub(super) fn locking(path: &Path, error: io::Error) -> DiskError {
    let kind = match error.raw_os_error().map(Errno::from_raw_os_error) {
        Some(Errno::NOLCK | Errno::NOTSUP | Errno::NOSYS | Errno::INVAL) => DiskErrorKind::LocksUnsupported,
        _ => DiskErrorKind::Io,
    };
    DiskError::told(kind, path, error)
}
