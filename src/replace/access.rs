//! Owner, extended attributes, ACL and mode, copied from the old file to the new one.

use alloc::vec::Vec;
use std::ffi::CString;
use std::fs::File;
use std::path::Path;

use rustix::fs::{Gid, Mode, Stat, Uid, fchmod, fchown, fstat};
use rustix::io::Errno;

use super::{DiskError, DiskErrorKind};

/// Why the access of the old file cannot be that of the new one.
pub(super) enum NotKept {
    /// Only root gives files away.
    Owner(Errno),
    /// The label, the ACL, or a file system that makes files wider than asked.
    Rights(Errno),
}

impl NotKept {
    pub(super) fn at(self, path: &Path) -> DiskError {
        match self {
            Self::Owner(error @ (Errno::PERM | Errno::ACCESS)) => {
                DiskError::because(DiskErrorKind::ForeignOwner, path, error)
            }
            // Not `PermissionDenied`: the owner of both may lack the right to set a label.
            Self::Rights(error @ (Errno::PERM | Errno::ACCESS)) => {
                DiskError::because(DiskErrorKind::AccessNotKept, path, error)
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
    label: Option<Vec<u8>>,
    // `user.*`, kept as far as the file system takes them.
    attributes: Vec<(CString, Vec<u8>)>,
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
        Self { owner: None, label: None, attributes: Vec::new(), acl: None, mode: owner_only() }
    }

    /// That of the old file, or the mode 0600 for its owner.
    pub(super) fn of(file: &File, stat: &Stat, tighten: bool) -> Result<Self, NotKept> {
        let is_kept = Mode::from_raw_mode(stat.st_mode) & (Mode::RWXU | Mode::RWXG | Mode::RWXO);
        Ok(Self {
            owner: Some((Uid::from_raw(stat.st_uid), Gid::from_raw(stat.st_gid))),
            label: xattr::get(file, xattr::LABEL).map_err(NotKept::Rights)?,
            attributes: xattr::of_users(file),
            acl: if tighten { None } else { xattr::get(file, xattr::ACL).map_err(NotKept::Rights)? },
            // Without the owner's bits, as of mode 1130, nobody but root could read it.
            mode: if tighten { owner_only() } else { is_kept },
        })
    }

    /// The same where the group is lost: its bits were for others than the members of the new one, and its members may now
    /// do what all others may.
    fn without_group(self) -> Self {
        // With an ACL, the mode does not tell what the group had.
        let bits = if self.acl.is_some() { 0 } else { (self.mode & Mode::RWXG).as_raw_mode() >> 3 };
        Self { acl: None, mode: self.mode & (Mode::RWXU | Mode::from_raw_mode(bits)), ..self }
    }

    /// Owner, then attributes, then ACL, then mode: with an ACL the group's bits are its mask, so the mode alone would widen it.
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
        if let Some(label) = &self.label
            && xattr::get(file, xattr::LABEL).map_err(NotKept::Rights)?.as_ref() != Some(label)
        {
            xattr::set(file, xattr::LABEL, label).map_err(NotKept::Rights)?;
        }
        for (name, value) in &self.attributes {
            let _ = xattr::set(file, name, value);
        }
        match &self.acl {
            Some(acl) => xattr::set(file, xattr::ACL, acl),
            // A directory's default ACL gives every new file one.
            None => xattr::remove(file, xattr::ACL),
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
mod xattr {
    use alloc::vec::Vec;
    use core::ffi::CStr;
    use std::ffi::CString;
    use std::fs::File;

    use rustix::fs::{XattrFlags, fgetxattr, flistxattr, fremovexattr, fsetxattr};
    use rustix::io::Errno;

    pub(super) const ACL: &CStr = c"system.posix_acl_access";
    pub(super) const LABEL: &CStr = c"security.selinux";

    fn read(call: impl FnOnce(&mut [u8]) -> Result<usize, Errno>) -> Result<Option<Vec<u8>>, Errno> {
        // The most that Linux keeps in an extended attribute, and in all their names.
        let mut bytes = alloc::vec![0; 65_536];
        match call(&mut bytes) {
            Ok(length) => {
                bytes.truncate(length);
                Ok(Some(bytes))
            }
            Err(Errno::NODATA | Errno::NOTSUP) => Ok(None),
            Err(error) => Err(error),
        }
    }

    pub(super) fn get(file: &File, name: &CStr) -> Result<Option<Vec<u8>>, Errno> {
        read(|bytes| fgetxattr(file, name, bytes))
    }

    /// The attributes `user.*` that can be read.
    pub(super) fn of_users(file: &File) -> Vec<(CString, Vec<u8>)> {
        let names = read(|bytes| flistxattr(file, bytes)).ok().flatten().unwrap_or_default();
        let names = names.split(|&byte| byte == 0).filter(|name| name.starts_with(b"user."));
        let attribute = |name| {
            let name = CString::new(name).ok()?;
            let value = get(file, &name).ok()??;
            Some((name, value))
        };
        names.filter_map(attribute).collect()
    }

    pub(super) fn set(file: &File, name: &CStr, value: &[u8]) -> Result<(), Errno> {
        fsetxattr(file, name, value, XattrFlags::empty())
    }

    pub(super) fn remove(file: &File, name: &CStr) -> Result<(), Errno> {
        match fremovexattr(file, name) {
            Ok(()) | Err(Errno::NODATA | Errno::NOTSUP) => Ok(()),
            Err(error) => Err(error),
        }
    }
}

#[cfg(not(any(target_os = "linux", target_os = "android")))]
mod xattr {
    use alloc::vec::Vec;
    use core::ffi::CStr;
    use std::ffi::CString;
    use std::fs::File;

    use rustix::io::Errno;

    pub(super) const ACL: &CStr = c"";
    pub(super) const LABEL: &CStr = c"";

    pub(super) fn get(_: &File, _: &CStr) -> Result<Option<Vec<u8>>, Errno> {
        Ok(None)
    }

    pub(super) fn of_users(_: &File) -> Vec<(CString, Vec<u8>)> {
        Vec::new()
    }

    pub(super) fn set(_: &File, _: &CStr, _: &[u8]) -> Result<(), Errno> {
        Ok(())
    }

    pub(super) fn remove(_: &File, _: &CStr) -> Result<(), Errno> {
        Ok(())
    }
}
