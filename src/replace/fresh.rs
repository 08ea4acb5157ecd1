//! The new file, until it has its name; and those that crashed writers left.

use std::ffi::{OsStr, OsString};
use std::fs::File;
use std::io::{self, Write as _};
use std::os::unix::ffi::OsStrExt as _;

use rustix::fs::{AtFlags, Dir, Mode, OFlags, Stat, fstat, openat, renameat, statat, unlinkat};
use rustix::io::{Errno, retry_on_intr};

use super::common::{is_ours, random_name};
use super::place::{Place, is_regular, is_same, locking, sync_file};
use super::{DiskError, DiskErrorKind};

const TRIES: usize = 32;

/// A new file in the directory: 0600, locked, removed on drop unless it got the name.
pub(super) struct Fresh<'a> {
    place: &'a Place<'a>,
    name: OsString,
    file: File,
    // Whether the name is still this file's.
    temporary: bool,
}

impl<'a> Fresh<'a> {
    pub(super) fn create(place: &'a Place<'a>) -> Result<Self, DiskError> {
        let failed = |error: io::Error| DiskError::told(DiskErrorKind::NotCommitted, place.path, error);
        let flags = OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        for _ in 0..TRIES {
            let name = random_name(&place.name).map_err(failed)?;
            let file = match retry_on_intr(|| openat(&place.directory, &name, flags, Mode::RUSR | Mode::WUSR))
            {
                Ok(file) => File::from(file),
                Err(Errno::EXIST) => continue,
                Err(error) => return Err(failed(error.into())),
            };
            let fresh = Self { place, name, file, temporary: true };
            match fresh.file.try_lock() {
                Ok(()) => {}
                // Another writer takes it for a left-over, and removes it.
                Err(std::fs::TryLockError::WouldBlock) => continue,
                Err(std::fs::TryLockError::Error(error)) => return Err(locking(place.path, error)),
            }
            let is = fstat(&fresh.file).map_err(|error| failed(error.into()))?;
            let named = place.look(&fresh.name).map_err(|error| failed(error.into()))?;
            if named.is_some_and(|named| is_same(&named, &is)) {
                return Ok(fresh);
            }
        }
        Err(DiskError::new(DiskErrorKind::NotCommitted, place.path))
    }

    pub(super) fn file(&self) -> &File {
        &self.file
    }

    /// Writes all pieces and syncs.
    pub(super) fn write(&mut self, pieces: &[&[u8]]) -> Result<(), DiskError> {
        let failed = |error: io::Error| DiskError::told(DiskErrorKind::NotCommitted, self.place.path, error);
        for text in pieces {
            self.file.write_all(text).map_err(failed)?;
        }
        sync_file(&self.file).map_err(|error| failed(error.into()))
    }

    /// Takes the name from the old file. Always true.
    pub(super) fn replace(&mut self) -> Result<bool, DiskError> {
        let directory = &self.place.directory;
        let renamed = renameat(directory, &self.name, directory, &self.place.name);
        self.renamed(renamed)
    }

    /// Takes the name if nothing has it; false if something has.
    pub(super) fn appear(&mut self) -> Result<bool, DiskError> {
        #[cfg(any(target_os = "linux", target_os = "android", target_vendor = "apple"))]
        {
            use rustix::fs::{RenameFlags, renameat_with};

            let directory = &self.place.directory;
            let renamed =
                renameat_with(directory, &self.name, directory, &self.place.name, RenameFlags::NOREPLACE);
            if !matches!(renamed, Err(Errno::INVAL | Errno::NOSYS | Errno::NOTSUP)) {
                return self.renamed(renamed);
            }
        }
        // The old way to rename without replacing. On drop the temporary name goes, before the lock.
        let directory = &self.place.directory;
        match rustix::fs::linkat(directory, &self.name, directory, &self.place.name, AtFlags::empty()) {
            Ok(()) => Ok(true),
            linked => self.renamed(linked),
        }
    }

    fn renamed(&mut self, renamed: Result<(), Errno>) -> Result<bool, DiskError> {
        let path = self.place.path;
        let Err(error) = renamed else {
            self.temporary = false;
            return Ok(true);
        };
        // An error of a failing disk may come after the deed.
        let is = fstat(&self.file);
        let named = self.place.look(&self.place.name);
        if let (Ok(is), Ok(Some(named))) = (is, named)
            && is_same(&is, &named)
        {
            self.temporary = false;
            return Err(DiskError::because(DiskErrorKind::DurabilityUnknown, path, error));
        }
        match error {
            Errno::EXIST => Ok(false),
            Errno::BUSY => Err(DiskError::because(DiskErrorKind::MountPoint, path, error)),
            Errno::ISDIR => Err(DiskError::because(DiskErrorKind::NotRegular, path, error)),
            error => Err(DiskError::told(DiskErrorKind::NotCommitted, path, error)),
        }
    }
}

impl Drop for Fresh<'_> {
    fn drop(&mut self) {
        if self.temporary {
            // An error leaves it to the next writer.
            let _ = unlinkat(&self.place.directory, &self.name, AtFlags::empty());
        }
    }
}

/// Removes the new files of writers that crashed. Whatever fails is left to the next writer.
///
/// `current` is the tokens file itself: a second name of it, by our pattern, is what a crash between link and unlink left.
pub(super) fn remove_left_overs(place: &Place<'_>, current: Option<&Stat>) {
    let Ok(entries) = Dir::read_from(&place.directory) else { return };
    for entry in entries {
        let Ok(entry) = entry else { return };
        let found = OsStr::from_bytes(entry.file_name().to_bytes());
        if is_ours(found, &place.name) {
            let _ = remove_left_over(place, found, current);
        }
    }
}

fn remove_left_over(place: &Place<'_>, name: &OsStr, current: Option<&Stat>) -> Result<(), Errno> {
    let look = || statat(&place.directory, name, AtFlags::SYMLINK_NOFOLLOW);
    let stat = look()?;
    if current.is_some_and(|current| is_same(&stat, current)) {
        return unlinkat(&place.directory, name, AtFlags::empty());
    }
    let is_left_over = |stat: &Stat| is_regular(stat) && stat.st_nlink == 1;
    if !is_left_over(&stat) {
        return Ok(());
    }
    let flags = OFlags::RDWR | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::NOCTTY | OFlags::CLOEXEC;
    let file = File::from(openat(&place.directory, name, flags, Mode::empty())?);
    // Its writer has the lock as long as it lives.
    if file.try_lock().is_ok() && is_left_over(&fstat(&file)?) && is_same(&fstat(&file)?, &look()?) {
        unlinkat(&place.directory, name, AtFlags::empty())?;
    }
    Ok(())
}
