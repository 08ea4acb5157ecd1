//! The owner, extended attributes, ACL and mode, copied from the old file to the new one.

use std::ffi::CString;
use std::fs::File;
use std::path::Path;

use rustix::fs::{Gid, Mode, Stat, Uid, fchmod, fchown, fstat};
use rustix::io::Errno;

use super::{DiskError, DiskErrorKind};

/// The error if the access of the old file cannot be copied.
pub(super) enum AccessError {
    /// The owner cannot be set: only root gives files away.
    Owner(Errno),
    /// The label, ACL or mode cannot be read or set, or the file system grants more than the mode.
    Rights(Errno),
}

impl AccessError {
    pub(super) fn into_disk_error(self, path: &Path) -> DiskError {
        match self {
            Self::Owner(error @ (Errno::PERM | Errno::ACCESS)) => {
                DiskError::with_source(DiskErrorKind::ForeignOwner, path, error)
            }
            // Not `PermissionDenied`: even the owner of both may be denied to set a label.
            Self::Rights(error @ (Errno::PERM | Errno::ACCESS)) => {
                DiskError::with_source(DiskErrorKind::AccessNotKept, path, error)
            }
            Self::Owner(error) | Self::Rights(error) => {
                DiskError::from_io(DiskErrorKind::AccessNotKept, path, error)
            }
        }
    }
}

/// The access of the new file.
pub(super) struct Access {
    owner: Option<(Uid, Gid)>,
    label: Option<Vec<u8>>,
    // `user.*`, if the file system supports them.
    attributes: Vec<(CString, Vec<u8>)>,
    acl: Option<Vec<u8>>,
    mode: Mode,
}

/// Returns whether users other than the owner have access. With an ACL, the group's bits are its mask.
pub(super) fn is_open_to_others(stat: &Stat) -> bool {
    Mode::from_raw_mode(stat.st_mode).intersects(Mode::RWXG | Mode::RWXO)
}

impl Access {
    /// Returns the access of a file that did not exist: only its creator.
    pub(super) fn private() -> Self {
        Self { owner: None, label: None, attributes: Vec::new(), acl: None, mode: OWNER_ONLY }
    }

    /// Reads the access of the old file. With `restrict_mode`, the mode is 0600 without an ACL.
    pub(super) fn read(file: &File, stat: &Stat, restrict_mode: bool) -> Result<Self, AccessError> {
        Ok(Self {
            owner: Some((Uid::from_raw(stat.st_uid), Gid::from_raw(stat.st_gid))),
            label: xattr::get(file, xattr::LABEL).map_err(AccessError::Rights)?,
            attributes: xattr::get_user_attributes(file),
            acl: if restrict_mode {
                None
            } else {
                xattr::get(file, xattr::ACL).map_err(AccessError::Rights)?
            },
            // Not the old owner's bits: with mode 0130, only root could read it.
            mode: if restrict_mode { OWNER_ONLY } else { permission_bits(stat) },
        })
    }

    /// Returns the access without the old group. Its members count as others, who get no more access than the group had.
    fn without_group(self) -> Self {
        // With an ACL, the group's bits are its mask, not the access of the group.
        let bits = if self.acl.is_some() { 0 } else { (self.mode & Mode::RWXG).as_raw_mode() >> 3 };
        Self { acl: None, mode: self.mode & (Mode::RWXU | Mode::from_raw_mode(bits)), ..self }
    }

    /// Sets owner, attributes, ACL and mode. The ACL comes before the mode, whose group bits are the mask of the ACL.
    pub(super) fn apply(mut self, file: &File) -> Result<(), AccessError> {
        let current = fstat(file).map_err(AccessError::Rights)?;
        if let Some((owner, group)) = self.owner {
            if current.st_uid != owner.as_raw() {
                fchown(file, Some(owner), None).map_err(AccessError::Owner)?;
            }
            if current.st_gid != group.as_raw() && fchown(file, None, Some(group)).is_err() {
                self = self.without_group();
            }
        }
        if let Some(label) = &self.label
            && xattr::get(file, xattr::LABEL).map_err(AccessError::Rights)?.as_ref() != Some(label)
        {
            xattr::set(file, xattr::LABEL, label).map_err(AccessError::Rights)?;
        }
        for (name, value) in &self.attributes {
            let _ = xattr::set(file, name, value);
        }
        match &self.acl {
            Some(acl) => xattr::set(file, xattr::ACL, acl),
            // A new file inherits the default ACL of its directory.
            None => xattr::remove(file, xattr::ACL),
        }
        .map_err(AccessError::Rights)?;
        if fstat(file).map_err(AccessError::Rights)?.st_mode & 0o7777 != self.mode.as_raw_mode() {
            fchmod(file, self.mode).map_err(AccessError::Rights)?;
        }
        // Some file systems accept any mode and keep their own.
        if self.mode.contains(permission_bits(&fstat(file).map_err(AccessError::Rights)?)) {
            Ok(())
        } else {
            Err(AccessError::Rights(Errno::NOTSUP))
        }
    }
}

const OWNER_ONLY: Mode = Mode::RUSR.union(Mode::WUSR);

/// Returns the mode without the type, set-user-id, set-group-id and sticky.
fn permission_bits(stat: &Stat) -> Mode {
    Mode::from_raw_mode(stat.st_mode) & (Mode::RWXU | Mode::RWXG | Mode::RWXO)
}

/// Returns whether the file itself is a mount point; `false` if this is unknown, because the rename will fail.
pub(super) fn is_mount_point(file: &File) -> bool {
    #[cfg(any(target_os = "linux", target_os = "android"))]
    {
        use rustix::fs::{AtFlags, StatxAttributes, StatxFlags, statx};

        let metadata = statx(file, "", AtFlags::EMPTY_PATH, StatxFlags::BASIC_STATS);
        metadata.is_ok_and(|metadata| metadata.stx_attributes.contains(StatxAttributes::MOUNT_ROOT))
    }
    #[cfg(not(any(target_os = "linux", target_os = "android")))]
    {
        let _ = file;
        false
    }
}

#[cfg(any(target_os = "linux", target_os = "android"))]
mod xattr {
    use core::ffi::CStr;
    use std::ffi::CString;
    use std::fs::File;

    use rustix::fs::{XattrFlags, fgetxattr, flistxattr, fremovexattr, fsetxattr};
    use rustix::io::Errno;

    pub(super) const ACL: &CStr = c"system.posix_acl_access";
    pub(super) const LABEL: &CStr = c"security.selinux";

    fn read(call: impl FnOnce(&mut [u8]) -> Result<usize, Errno>) -> Result<Option<Vec<u8>>, Errno> {
        // Linux's limit of one extended attribute, and of all their names.
        let mut bytes = vec![0; 65_536];
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

    /// Returns the readable `user.*` attributes.
    pub(super) fn get_user_attributes(file: &File) -> Vec<(CString, Vec<u8>)> {
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
    use core::ffi::CStr;
    use std::ffi::CString;
    use std::fs::File;

    use rustix::io::Errno;

    pub(super) const ACL: &CStr = c"";
    pub(super) const LABEL: &CStr = c"";

    pub(super) fn get(_: &File, _: &CStr) -> Result<Option<Vec<u8>>, Errno> {
        Ok(None)
    }

    pub(super) fn get_user_attributes(_: &File) -> Vec<(CString, Vec<u8>)> {
        Vec::new()
    }

    pub(super) fn set(_: &File, _: &CStr, _: &[u8]) -> Result<(), Errno> {
        Ok(())
    }

    pub(super) fn remove(_: &File, _: &CStr) -> Result<(), Errno> {
        Ok(())
    }
}
