//! Why the disk refused; all wording of it.

use alloc::boxed::Box;
use alloc::string::String;
use core::fmt::{self, Write as _};
use std::io;
use std::path::Path;

use thiserror::Error;

/// What went wrong on the disk. With every kind but [`DurabilityUnknown`](Self::DurabilityUnknown), nothing was changed.
///
/// ```
/// use influxdb3_offline_tokens::{DiskErrorKind, Error, load};
///
/// let error = load("/nowhere/permission-tokens.json").unwrap_err();
/// assert!(matches!(error, Error::Disk(disk) if disk.kind() == DiskErrorKind::NotFound));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum DiskErrorKind {
    /// There is no such file, or no such directory.
    NotFound,
    /// The directory, in which a file is to be made or changed, does not exist.
    NoDirectory,
    /// A directory, a FIFO, a device or a socket; or the file became a symbolic link meanwhile.
    NotRegular,
    /// The file has more than one hard link: a new file would take the place of only one.
    SeveralLinks,
    /// The file itself is a mount point (one file mounted into a container): it cannot be replaced.
    MountPoint,
    /// The file is in a Secret or `ConfigMap` volume of Kubernetes, where what is written is deleted.
    KubernetesVolume,
    /// A symbolic link that leads nowhere, or in a circle.
    DanglingLink,
    /// A read-only file system.
    ReadOnly,
    /// The file or its directory may not be read or written by this process.
    PermissionDenied,
    /// The file belongs to another user, and this process is not root.
    ForeignOwner,
    /// The new file would not have the owner, the ACL or the mode of the old one.
    AccessNotKept,
    /// The file is, or would become, larger than the limit.
    TooLarge,
    /// The disk or a quota is full.
    NoSpace,
    /// Other writers held the file, or changed it again and again, until the time was over.
    Locked,
    /// The file system has no locks.
    LocksUnsupported,
    /// The file is on another file system than its directory.
    CrossDevice,
    /// Writing, syncing or renaming the new file failed. The old one is as it was.
    NotCommitted,
    /// The file holds what was asked for, but it or its directory could not be synced: a power cut may bring back what was
    /// there before.
    DurabilityUnknown,
    /// Anything else before the new file was begun.
    Io,
}

/// An error of the disk: which file, what kind, and the system's own error as its source.
///
/// It holds nothing of what is in the file.
///
/// ```
/// use influxdb3_offline_tokens::{Error, load};
///
/// let Err(Error::Disk(error)) = load("/nowhere/tokens.json") else { panic!("it is there") };
/// assert_eq!(error.path(), std::path::Path::new("/nowhere/tokens.json"));
/// assert!(error.to_string().starts_with("`/nowhere/tokens.json` does not exist"));
/// ```
#[derive(Error)]
#[error("{}", Wording(self))]
pub struct DiskError {
    kind: DiskErrorKind,
    path: Box<Path>,
    holder: Option<u32>,
    source: Option<io::Error>,
}

impl DiskError {
    pub(super) fn new(kind: DiskErrorKind, path: &Path) -> Self {
        Self { kind, path: path.into(), holder: None, source: None }
    }

    pub(super) fn locked(path: &Path, holder: Option<u32>) -> Self {
        Self { holder, ..Self::new(DiskErrorKind::Locked, path) }
    }

    /// Exactly this kind.
    pub(super) fn because(kind: DiskErrorKind, path: &Path, source: impl Into<io::Error>) -> Self {
        Self { source: Some(source.into()), ..Self::new(kind, path) }
    }

    /// The kind that the system's error tells, else `kind`.
    pub(super) fn told(kind: DiskErrorKind, path: &Path, source: impl Into<io::Error>) -> Self {
        let source = source.into();
        let told = match source.kind() {
            io::ErrorKind::ReadOnlyFilesystem => DiskErrorKind::ReadOnly,
            io::ErrorKind::PermissionDenied => DiskErrorKind::PermissionDenied,
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => DiskErrorKind::NoSpace,
            io::ErrorKind::CrossesDevices => DiskErrorKind::CrossDevice,
            _ => kind,
        };
        Self::because(told, path, source)
    }

    fn is_not_a_directory(&self) -> bool {
        self.source.as_ref().is_some_and(|source| source.kind() == io::ErrorKind::NotADirectory)
    }

    /// What kind of error it is.
    ///
    /// ```
    /// use influxdb3_offline_tokens::{DiskErrorKind, Error, load};
    ///
    /// let Err(Error::Disk(error)) = load("/nowhere/permission-tokens.json") else { panic!() };
    /// assert_eq!(error.kind(), DiskErrorKind::NotFound);
    /// ```
    #[must_use]
    pub fn kind(&self) -> DiskErrorKind {
        self.kind
    }

    /// The path as it was given.
    ///
    /// ```
    /// use influxdb3_offline_tokens::{Error, load};
    ///
    /// let Err(Error::Disk(error)) = load("/nowhere/permission-tokens.json") else { panic!("it is there") };
    /// assert_eq!(error.path().file_name().unwrap(), "permission-tokens.json");
    /// ```
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The process that holds the lock, for [`DiskErrorKind::Locked`], where the system tells (Linux).
    ///
    /// ```
    /// use influxdb3_offline_tokens::{Error, load};
    ///
    /// let Err(Error::Disk(error)) = load("/nowhere/permission-tokens.json") else { panic!("it is there") };
    /// assert_eq!(error.holder(), None); // nobody locks what is not there
    /// ```
    #[must_use]
    pub fn holder(&self) -> Option<u32> {
        self.holder
    }
}

impl fmt::Debug for DiskError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DiskError")
            .field("kind", &self.kind)
            .field("path", &Shown(&self.path))
            .field("holder", &self.holder)
            .field("source", &self.source)
            .finish()
    }
}

/// A path on one line; none that has a token in it, because people mix up arguments.
pub(crate) struct Shown<'a>(pub(crate) &'a Path);

impl fmt::Debug for Shown<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl fmt::Display for Shown<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let path: String = self.0.to_string_lossy().into();
        if path.contains("apiv3_") {
            return f.write_str("a path that holds a token");
        }
        f.write_char('`')?;
        for character in path.chars() {
            if character.is_control() {
                write!(f, "{}", character.escape_default())?;
            } else {
                f.write_char(character)?;
            }
        }
        f.write_char('`')
    }
}

struct Wording<'a>(&'a DiskError);

impl fmt::Display for Wording<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let path = Shown(&self.0.path);
        match self.0.kind {
            DiskErrorKind::NotFound => {
                write!(f, "{path} does not exist; check the path")
            }
            DiskErrorKind::NoDirectory => {
                write!(
                    f,
                    "the directory of {path} does not exist; check the path, or make the directory first"
                )
            }
            DiskErrorKind::NotRegular => write!(f, "{path} is not a regular file; name the file itself"),
            DiskErrorKind::SeveralLinks => {
                write!(
                    f,
                    "{path} has several hard links, of which only one would change; remove the others first"
                )
            }
            DiskErrorKind::MountPoint => {
                write!(
                    f,
                    "{path} is a mount point and cannot be replaced; mount its directory instead of the file"
                )
            }
            DiskErrorKind::KubernetesVolume => write!(
                f,
                "{path} is in a Kubernetes volume, which deletes what is written into it; change the Secret itself"
            ),
            DiskErrorKind::DanglingLink => {
                write!(f, "{path} is a symbolic link that leads nowhere; make its target or remove the link")
            }
            DiskErrorKind::ReadOnly => {
                write!(f, "{path} is on a read-only file system; mount it for writing, or write elsewhere")
            }
            DiskErrorKind::PermissionDenied => {
                write!(f, "no permission for {path} or its directory; run as the owner of both")
            }
            DiskErrorKind::ForeignOwner => {
                write!(f, "{path} belongs to another user; run as that user, or as root")
            }
            DiskErrorKind::AccessNotKept => write!(
                f,
                "the owner, the ACL or the mode of {path} cannot be kept on this file system; nothing was changed"
            ),
            DiskErrorKind::TooLarge => {
                write!(
                    f,
                    "{path} is larger than what is read or written at most; check that it is the right file"
                )
            }
            DiskErrorKind::NoSpace => {
                write!(f, "there is no space for a new {path}; nothing was changed, free some and try again")
            }
            DiskErrorKind::Locked => match self.0.holder {
                Some(process) => {
                    write!(f, "{path} is locked by process {process}; wait until it is done and try again")
                }
                None => {
                    write!(f, "{path} is in use by other writers; wait until they are done and try again")
                }
            },
            DiskErrorKind::LocksUnsupported => {
                write!(f, "the file system of {path} has no locks; keep the file on a local file system")
            }
            DiskErrorKind::CrossDevice => write!(
                f,
                "{path} is on another file system than its directory; mount the directory instead of the file"
            ),
            DiskErrorKind::NotCommitted => {
                write!(
                    f,
                    "the new {path} could not be written; nothing was changed, check the disk and try again"
                )
            }
            DiskErrorKind::DurabilityUnknown => write!(
                f,
                "{path} holds the change, but could not be synced, and a power cut may take it away; keep what was \
                 written, and check the disk"
            ),
            DiskErrorKind::Io if self.0.is_not_a_directory() => {
                write!(f, "a part of {path} is a file and not a directory; check the path")
            }
            DiskErrorKind::Io => write!(f, "{path} could not be read; check the disk and try again"),
        }
    }
}
