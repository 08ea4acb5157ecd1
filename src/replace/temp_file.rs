//! The temporary file of a replacement, and the removal of stale ones.

use std::ffi::{OsStr, OsString};
use std::fs::File;
use std::io::{self, Write as _};
use std::os::unix::ffi::OsStrExt as _;

use rustix::fs::{AtFlags, Dir, Mode, OFlags, Stat, fstat, openat, renameat, statat, unlinkat};
use rustix::io::{Errno, retry_on_intr};

use super::common::{is_temp_name, random_temp_name};
use super::location::{Location, is_regular, is_same, lock_error, sync_file};
use super::{DiskError, DiskErrorKind};

const MAX_ATTEMPTS: usize = 32;

/// A new file in the directory: mode 0600, locked, and removed on drop unless it was renamed.
pub(super) struct TempFile<'a> {
    location: &'a Location<'a>,
    name: OsString,
    file: File,
    remove_on_drop: bool,
}

impl<'a> TempFile<'a> {
    pub(super) fn create(location: &'a Location<'a>) -> Result<Self, DiskError> {
        let failed = |error: io::Error| DiskError::from_io(DiskErrorKind::NotCommitted, location.path, error);
        let flags = OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        for _ in 0..MAX_ATTEMPTS {
            let name = random_temp_name(&location.name).map_err(failed)?;
            let file =
                match retry_on_intr(|| openat(&location.directory, &name, flags, Mode::RUSR | Mode::WUSR)) {
                    Ok(file) => File::from(file),
                    Err(Errno::EXIST) => continue,
                    Err(error) => return Err(failed(error.into())),
                };
            let temp_file = Self { location, name, file, remove_on_drop: true };
            match temp_file.file.try_lock() {
                Ok(()) => {}
                // Another writer considers it stale and removes it.
                Err(std::fs::TryLockError::WouldBlock) => continue,
                Err(std::fs::TryLockError::Error(error)) => return Err(lock_error(location.path, error)),
            }
            let stat = fstat(&temp_file.file).map_err(|error| failed(error.into()))?;
            let named = location.stat(&temp_file.name).map_err(|error| failed(error.into()))?;
            if named.is_some_and(|named| is_same(&named, &stat)) {
                return Ok(temp_file);
            }
        }
        Err(DiskError::new(DiskErrorKind::NotCommitted, location.path))
    }

    pub(super) fn file(&self) -> &File {
        &self.file
    }

    /// Writes all pieces and syncs.
    pub(super) fn write(&mut self, pieces: &[&[u8]]) -> Result<(), DiskError> {
        let failed =
            |error: io::Error| DiskError::from_io(DiskErrorKind::NotCommitted, self.location.path, error);
        for text in pieces {
            self.file.write_all(text).map_err(failed)?;
        }
        sync_file(&self.file).map_err(|error| failed(error.into()))
    }

    /// Renames the file over the old one.
    pub(super) fn rename_over(&mut self) -> Result<bool, DiskError> {
        let directory = &self.location.directory;
        let renamed = renameat(directory, &self.name, directory, &self.location.name);
        self.finish_rename(renamed)
    }

    /// Renames the file, unless the name exists. Returns `false` if it does.
    pub(super) fn rename_no_replace(&mut self) -> Result<bool, DiskError> {
        #[cfg(any(target_os = "linux", target_os = "android", target_vendor = "apple"))]
        {
            use rustix::fs::{RenameFlags, renameat_with};

            let directory = &self.location.directory;
            let renamed =
                renameat_with(directory, &self.name, directory, &self.location.name, RenameFlags::NOREPLACE);
            if !matches!(renamed, Err(Errno::INVAL | Errno::NOSYS | Errno::NOTSUP)) {
                return self.finish_rename(renamed);
            }
        }
        // A hard link does not replace anything either. Drop removes the temporary name, then releases the lock.
        let directory = &self.location.directory;
        match rustix::fs::linkat(directory, &self.name, directory, &self.location.name, AtFlags::empty()) {
            Ok(()) => Ok(true),
            linked => self.finish_rename(linked),
        }
    }

    fn finish_rename(&mut self, renamed: Result<(), Errno>) -> Result<bool, DiskError> {
        let path = self.location.path;
        let Err(error) = renamed else {
            self.remove_on_drop = false;
            return Ok(true);
        };
        // A failing disk may report an error although it has renamed the file.
        let stat = fstat(&self.file);
        let named = self.location.stat(&self.location.name);
        if let (Ok(stat), Ok(Some(named))) = (stat, named)
            && is_same(&stat, &named)
        {
            self.remove_on_drop = false;
            return Err(DiskError::with_source(DiskErrorKind::DurabilityUnknown, path, error));
        }
        match error {
            Errno::EXIST => Ok(false),
            Errno::BUSY => Err(DiskError::with_source(DiskErrorKind::MountPoint, path, error)),
            Errno::ISDIR => Err(DiskError::with_source(DiskErrorKind::NotRegular, path, error)),
            error => Err(DiskError::from_io(DiskErrorKind::NotCommitted, path, error)),
        }
    }
}

impl Drop for TempFile<'_> {
    fn drop(&mut self) {
        if self.remove_on_drop {
            // After an error, the next writer removes it.
            let _ = unlinkat(&self.location.directory, &self.name, AtFlags::empty());
        }
    }
}

/// Removes the temporary files of crashed writers. After an error, the next writer removes them.
///
/// `current` is the file itself: a crash between link and unlink leaves it a temporary name.
pub(super) fn remove_stale_temp_files(location: &Location<'_>, current: Option<&Stat>) {
    let Ok(entries) = Dir::read_from(&location.directory) else { return };
    for entry in entries {
        let Ok(entry) = entry else { return };
        let name = OsStr::from_bytes(entry.file_name().to_bytes());
        if is_temp_name(name, &location.name) {
            let _ = remove_if_stale(location, name, current);
        }
    }
}

fn remove_if_stale(location: &Location<'_>, name: &OsStr, current: Option<&Stat>) -> Result<(), Errno> {
    let stat_name = || statat(&location.directory, name, AtFlags::SYMLINK_NOFOLLOW);
    let stat = stat_name()?;
    if current.is_some_and(|current| is_same(&stat, current)) {
        return unlinkat(&location.directory, name, AtFlags::empty());
    }
    let is_temp_file = |stat: &Stat| is_regular(stat) && stat.st_nlink == 1;
    if !is_temp_file(&stat) {
        return Ok(());
    }
    let flags = OFlags::RDWR | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::NOCTTY | OFlags::CLOEXEC;
    let file = File::from(openat(&location.directory, name, flags, Mode::empty())?);
    // A running writer holds the lock.
    if file.try_lock().is_ok() && is_temp_file(&fstat(&file)?) && is_same(&fstat(&file)?, &stat_name()?) {
        unlinkat(&location.directory, name, AtFlags::empty())?;
    }
    Ok(())
}
