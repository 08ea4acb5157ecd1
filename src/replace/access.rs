//! Owner, ACL and mode, copied from the old file to the new one.

use alloc::vec::Vec;
use std::fs::File;
use std::path::Path;

use rustix::fs::{Gid, Mode, Stat, Uid, fchmod, fchown, fstat};
use rustix::io::Errno;

use super::{DiskError, DiskErrorKind};

/// Why the access of the old file cannot be that of the new one.
pub(super) enum NotKept {
    /// Only root gives files away.
    Owner(Errno),
    /// The ACL, or a file system that makes files wider than asked.
    Rights(Errno),
}

impl NotKept {
    pub(super) fn at(self, path: &Path) -> DiskError {
        match self {
            Self::Owner(error @ (Errno::PERM | Errno::ACCESS)) => {
                DiskError::because(DiskErrorKind::ForeignOwner, path, error)
            }
            Self::Owner(error) | Self::Rights(error) => {
                DiskError::told(DiskErrorKind::AccessNotKept, path, error)
            }
        }
    }
}

/// The access that the new file is to have.
pub(super) struct Access {
    owner: Option<(Uid, Gid)>,
    acl: Option<Vec<u8>>,
    mode: Mode,
}

/// Returns whether others than the owner have rights; with an ACL the group's bits are what it can give at most.
pub(super) fn is_open_to_others(stat: &Stat) -> bool {
    Mode::from_raw_mode(stat.st_mode).intersects(Mode::RWXG | Mode::RWXO)
}

impl Access {
    /// That of a file which did not exist: its maker only.
    pub(super) fn private() -> Self {
        Self { owner: None, acl: None, mode: owner_only() }
    }

    /// That of the old file, or the mode 0600 for its owner.
    pub(super) fn of(file: &File, stat: &Stat, tighten: bool) -> Result<Self, NotKept> {
        let owner = Some((Uid::from_raw(stat.st_uid), Gid::from_raw(stat.st_gid)));
        let mode = Mode::from_raw_mode(stat.st_mode) & (Mode::RWXU | Mode::RWXG | Mode::RWXO);
        if tighten {
            // Without the owner's bits, as of mode 1130, nobody but root could read it.
            return Ok(Self { owner, acl: None, mode: owner_only() });
        }
        Ok(Self { owner, acl: acl::get(file).map_err(NotKept::Rights)?, mode })
    }

    /// The same where the group is lost: its bits were for others than the members of the new one, and its members may now
    /// do what all others may.
    fn without_group(self) -> Self {
        let Self { owner, acl, mode } = self;
        // With an ACL, the mode does not tell what the group had.
        let bits = if acl.is_some() { 0 } else { (mode & Mode::RWXG).as_raw_mode() >> 3 };
        Self { owner, acl: None, mode: mode & (Mode::RWXU | Mode::from_raw_mode(bits)) }
    }

    /// Owner, then ACL, then mode: with an ACL the group's bits are its mask, so the mode alone would widen it.
    pub(super) fn apply(mut self, file: &File) -> Result<(), NotKept> {
        let is = fstat(file).map_err(NotKept::Rights)?;
        if let Some((owner, group)) = self.owner {
            if is.st_uid != owner.as_raw() {
                fchown(file, Some(owner), None).map_err(NotKept::Owner)?;
            }
            if is.st_gid != group.as_raw() && fchown(file, None, Some(group)).is_err() {
                self = self.without_group();
            }
        }
        match &self.acl {
            Some(acl) => acl::set(file, acl),
            None => acl::remove(file),
        }
        .map_err(NotKept::Rights)?;
        if fstat(file).map_err(NotKept::Rights)?.st_mode & 0o7777 != self.mode.as_raw_mode() {
            fchmod(file, self.mode).map_err(NotKept::Rights)?;
        }
        // Some file systems take any mode and keep their own.
        let has = Mode::from_raw_mode(fstat(file).map_err(NotKept::Rights)?.st_mode);
        if self.mode.contains(has & (Mode::RWXU | Mode::RWXG | Mode::RWXO)) {
            Ok(())
        } else {
            Err(NotKept::Rights(Errno::NOTSUP))
        }
    }
}

fn owner_only() -> Mode {
    Mode::RUSR | Mode::WUSR
}

/// Returns whether the file itself is mounted; false where the system cannot tell, and the rename will.
pub(super) fn is_mount_point(file: &File) -> bool {
    #[cfg(any(target_os = "linux", target_os = "android"))]
    {
        use rustix::fs::{AtFlags, StatxAttributes, StatxFlags, statx};

        let about = statx(file, "", AtFlags::EMPTY_PATH, StatxFlags::BASIC_STATS);
        about.is_ok_and(|about| about.stx_attributes.contains(StatxAttributes::MOUNT_ROOT))
    }
    #[cfg(not(any(target_os = "linux", target_os = "android")))]
    {
        let _ = file;
        false
    }
}

#[cfg(any(target_os = "linux", target_os = "android"))]
mod acl {
    use alloc::vec::Vec;
    use std::fs::File;

    use rustix::fs::{XattrFlags, fgetxattr, fremovexattr, fsetxattr};
    use rustix::io::Errno;

    const NAME: &str = "system.posix_acl_access";
    // The most that Linux keeps in an extended attribute.
    const MOST: usize = 65_536;

    pub(super) fn get(file: &File) -> Result<Option<Vec<u8>>, Errno> {
        let mut acl = alloc::vec![0; MOST];
        match fgetxattr(file, NAME, acl.as_mut_slice()) {
            Ok(length) => {
                acl.truncate(length);
                Ok(Some(acl))
            }
            Err(Errno::NODATA | Errno::NOTSUP) => Ok(None),
            Err(error) => Err(error),
        }
    }

    pub(super) fn set(file: &File, acl: &[u8]) -> Result<(), Errno> {
        fsetxattr(file, NAME, acl, XattrFlags::empty())
    }

    /// A directory's default ACL gives every new file one.
    pub(super) fn remove(file: &File) -> Result<(), Errno> {
        match fremovexattr(file, NAME) {
            Ok(()) | Err(Errno::NODATA | Errno::NOTSUP) => Ok(()),
            Err(error) => Err(error),
        }
    }
}

#[cfg(not(any(target_os = "linux", target_os = "android")))]
mod acl {
    use alloc::vec::Vec;
    use std::fs::File;

    use rustix::io::Errno;

    pub(super) fn get(_: &File) -> Result<Option<Vec<u8>>, Errno> {
        Ok(None)
    }

    pub(super) fn set(_: &File, _: &[u8]) -> Result<(), Errno> {
        Ok(())
    }

    pub(super) fn remove(_: &File) -> Result<(), Errno> {
        Ok(())
    }
}
