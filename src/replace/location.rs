//! The directory and name of a file, and system calls on both.

use std::ffi::{OsStr, OsString};
use std::fs::File;
use std::io;
use std::os::fd::OwnedFd;
use std::path::Path;

use rustix::fs::{AtFlags, CWD, FileType, Mode, OFlags, Stat, fstat, openat, statat};
use rustix::io::{Errno, retry_on_intr};

use super::common::resolve;
use super::{DiskError, DiskErrorKind};

/// A handle of the directory without links, and the name of the file there.
pub(super) struct Location<'a> {
    /// The path as it was passed, for errors.
    pub(super) path: &'a Path,
    pub(super) directory: OwnedFd,
    pub(super) name: OsString,
}

impl<'a> Location<'a> {
    pub(super) fn resolve(path: &'a Path) -> Result<Self, DiskError> {
        let real = resolve(path)?;
        let (Some(parent), Some(name)) = (real.parent(), real.file_name()) else {
            return Err(DiskError::new(DiskErrorKind::NotRegular, path));
        };
        let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let directory =
            retry_on_intr(|| openat(CWD, parent, flags, Mode::empty())).map_err(|e| open_error(path, e))?;
        let volume = statat(&directory, "..data", AtFlags::SYMLINK_NOFOLLOW);
        if volume.is_ok_and(|stat| FileType::from_raw_mode(stat.st_mode) == FileType::Symlink) {
            return Err(DiskError::new(DiskErrorKind::KubernetesVolume, path));
        }
        Ok(Self { path, directory, name: name.into() })
    }

    /// Returns the status of a name in the directory, or `None` if it does not exist.
    pub(super) fn stat(&self, name: &OsStr) -> Result<Option<Stat>, Errno> {
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

/// Syncs once. After an error, a second sync would succeed although the data is lost.
pub(super) fn sync_file(file: &File) -> Result<(), Errno> {
    // `fsync` of macOS does not reach the disk.
    #[cfg(target_vendor = "apple")]
    match rustix::fs::fcntl_fullfsync(file) {
        Err(Errno::NOTSUP | Errno::INVAL | Errno::NOTTY) => {}
        result => return result,
    }
    rustix::fs::fsync(file)
}

pub(super) fn sync_directory(directory: &OwnedFd) -> Result<(), Errno> {
    let synced = rustix::fs::fsync(directory);
    // On XFS that was shut down after a disk error, `fsync` succeeds and `fstat` fails.
    synced.and_then(|()| fstat(directory).map(drop))
}

pub(super) fn open_error(path: &Path, error: Errno) -> DiskError {
    let kind = match error {
        Errno::NOENT | Errno::NOTDIR => DiskErrorKind::NotFound,
        Errno::LOOP => DiskErrorKind::DanglingLink,
        _ => DiskErrorKind::Io,
    };
    DiskError::from_io(kind, path, error)
}

pub(super) fn lock_error(path: &Path, error: io::Error) -> DiskError {
    let kind = match error.raw_os_error().map(Errno::from_raw_os_error) {
        Some(Errno::NOLCK | Errno::NOTSUP | Errno::NOSYS | Errno::INVAL) => DiskErrorKind::LocksUnsupported,
        _ => DiskErrorKind::Io,
    };
    DiskError::from_io(kind, path, error)
}
