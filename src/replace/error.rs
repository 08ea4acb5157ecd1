//! Disk errors and their messages.

use core::fmt::{self, Write as _};
use std::io;
use std::path::Path;

use thiserror::Error;

/// The kind of a [`DiskError`]. Nothing was changed, except with [`DurabilityUnknown`](Self::DurabilityUnknown).
///
/// ```
/// use influxdb3_offline_tokens::{Error, load};
/// use influxdb3_offline_tokens::disk::DiskErrorKind;
///
/// let error = load("/nowhere/permission-tokens.json").unwrap_err();
/// assert!(matches!(error, Error::Disk(disk) if disk.kind() == DiskErrorKind::NotFound));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum DiskErrorKind {
    /// The file or its directory does not exist.
    NotFound,
    /// The directory of a file to create or change does not exist.
    NoDirectory,
    /// A directory, a device or a socket; or a file that was replaced by a symbolic link in the meantime.
    NotRegular,
    /// A pipe, such as a FIFO, `/dev/stdin` or a process substitution. It can be read only once, not changed or followed.
    Pipe,
    /// The file has more than one hard link: a new file would replace only one.
    SeveralLinks,
    /// The file itself is a mount point (one file mounted into a container): it cannot be replaced.
    MountPoint,
    /// The file is in a Secret or `ConfigMap` volume of Kubernetes, which deletes written files.
    KubernetesVolume,
    /// A symbolic link without a target, or one in a loop.
    DanglingLink,
    /// The name of a device, such as `CON`, or a name that Windows does not allow. Only on Windows.
    InvalidName,
    /// A read-only file system, or on Windows a file with the read-only attribute.
    ReadOnly,
    /// The file or its directory may not be read or written by this process.
    PermissionDenied,
    /// The file belongs to another user, and this process is not root.
    ForeignOwner,
    /// The new file would not have the owner, the ACL, the mode or the `SELinux` label of the old one.
    AccessNotKept,
    /// The file is, or would become, larger than the limit.
    TooLarge,
    /// The disk or a quota is full.
    NoSpace,
    /// Other programs held the lock, kept changing the file or, on Windows, had it open until the timeout.
    Locked,
    /// A pipe did not end within 60 seconds.
    TimedOut,
    /// The file system has no locks.
    LocksUnsupported,
    /// The file is on a different file system than its directory.
    CrossDevice,
    /// Writing, syncing or renaming the new file failed. The old file is unchanged.
    NotCommitted,
    /// The file has the new content, but it or its directory could not be synced. A power cut may restore the old content.
    DurabilityUnknown,
    /// Any other error before the new file was created.
    Io,
}

/// An error of the disk: its path and kind, with the error of the system as its source.
///
/// It contains no content of the file.
///
/// ```
/// use influxdb3_offline_tokens::{Error, load};
///
/// let Err(Error::Disk(error)) = load("/nowhere/tokens.json") else { panic!("it exists") };
/// assert_eq!(error.path(), std::path::Path::new("/nowhere/tokens.json"));
/// assert!(error.to_string().starts_with("`/nowhere/tokens.json` does not exist"));
/// ```
#[derive(Error)]
#[error("{}", Message(self))]
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

    /// Creates an error of exactly this kind.
    pub(super) fn with_source(kind: DiskErrorKind, path: &Path, source: impl Into<io::Error>) -> Self {
        Self { source: Some(source.into()), ..Self::new(kind, path) }
    }

    /// Creates an error of the kind that the system error implies, or else of the kind `fallback`.
    pub(super) fn from_io(fallback: DiskErrorKind, path: &Path, source: impl Into<io::Error>) -> Self {
        let source = source.into();
        let kind = match source.kind() {
            io::ErrorKind::ReadOnlyFilesystem => DiskErrorKind::ReadOnly,
            io::ErrorKind::PermissionDenied => DiskErrorKind::PermissionDenied,
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => DiskErrorKind::NoSpace,
            io::ErrorKind::CrossesDevices => DiskErrorKind::CrossDevice,
            _ => fallback,
        };
        Self::with_source(kind, path, source)
    }

    fn is_not_a_directory(&self) -> bool {
        self.source.as_ref().is_some_and(|source| source.kind() == io::ErrorKind::NotADirectory)
    }

    /// Returns the kind of the error.
    ///
    /// ```
    /// use influxdb3_offline_tokens::{Error, load};
    /// use influxdb3_offline_tokens::disk::DiskErrorKind;
    ///
    /// let Err(Error::Disk(error)) = load("/nowhere/permission-tokens.json") else { panic!() };
    /// assert_eq!(error.kind(), DiskErrorKind::NotFound);
    /// ```
    #[must_use]
    pub fn kind(&self) -> DiskErrorKind {
        self.kind
    }

    /// Returns the path as it was passed.
    ///
    /// ```
    /// use influxdb3_offline_tokens::{Error, load};
    ///
    /// let Err(Error::Disk(error)) = load("/nowhere/permission-tokens.json") else { panic!("it exists") };
    /// assert_eq!(error.path().file_name().unwrap(), "permission-tokens.json");
    /// ```
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Returns the process that holds the lock, for [`DiskErrorKind::Locked`] on Linux.
    ///
    /// ```
    /// use influxdb3_offline_tokens::{Error, load};
    ///
    /// let Err(Error::Disk(error)) = load("/nowhere/permission-tokens.json") else { panic!("it exists") };
    /// assert_eq!(error.holder(), None); // not a `Locked` error
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
            .field("path", &QuotedPath(&self.path))
            .field("holder", &self.holder)
            .field("source", &self.source)
            .finish()
    }
}

/// Displays a path on one line, unless it contains a token: people mix up arguments.
pub(crate) struct QuotedPath<'a>(pub(crate) &'a Path);

impl fmt::Debug for QuotedPath<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl fmt::Display for QuotedPath<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let path: String = self.0.to_string_lossy().into();
        if path.contains("apiv3_") {
            return f.write_str("a path that contains a token");
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

struct Message<'a>(&'a DiskError);

impl fmt::Display for Message<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        use DiskErrorKind as Kind;

        let DiskError { kind, path, holder, .. } = self.0;
        let path = QuotedPath(path);
        if let (Kind::Locked, Some(process)) = (kind, holder) {
            return write!(f, "{path} is locked by process {process}; wait until it finishes and try again");
        }
        // `@` is the path.
        let text = match kind {
            Kind::NotFound => "@ does not exist; check the path",
            Kind::NoDirectory => "the directory of @ does not exist; check the path, or create the directory",
            Kind::NotRegular => "@ is not a regular file; use the path of the file itself",
            Kind::Pipe => {
                "@ is a pipe, which can be read only once and not replaced; save its content to a file, and use the \
                 path of that file"
            }
            Kind::TimedOut => {
                "@ is a pipe that did not end within 60 seconds; check the program that writes to it"
            }
            Kind::SeveralLinks => {
                "@ has several hard links, and only one would change; remove the other links first"
            }
            Kind::MountPoint => {
                "@ is a mount point and cannot be replaced; mount its directory instead of the file"
            }
            Kind::KubernetesVolume => {
                "@ is in a Kubernetes volume, which deletes written files; change the Secret itself"
            }
            Kind::DanglingLink => {
                "@ is a symbolic link without a target, or in a loop; create the target, or remove the link"
            }
            Kind::InvalidName => "@ has a name that Windows reserves or does not allow; use another name",
            Kind::ReadOnly => "@ or its file system is read-only; make it writable, or use another path",
            Kind::PermissionDenied => {
                "permission denied for @ or its directory; check their owners and modes"
            }
            Kind::ForeignOwner => "@ belongs to another user; run as that user, or as root",
            Kind::AccessNotKept => {
                "the owner, ACL, mode or SELinux label of @ cannot be preserved, so nothing was changed; run as root, or \
                 use another file system"
            }
            Kind::TooLarge => "@ is larger than the size limit; check that it is the right file",
            Kind::NoSpace => {
                "no space left to write @, so nothing was changed; free some space and try again"
            }
            Kind::Locked => "@ is in use by other programs; wait until they finish and try again",
            Kind::LocksUnsupported => "the file system of @ does not support locks; use a local file system",
            Kind::CrossDevice => {
                "@ is on a different file system than its directory; mount the directory instead of the file"
            }
            Kind::NotCommitted => {
                "@ could not be written, so nothing was changed; check the disk and try again"
            }
            Kind::DurabilityUnknown => {
                "@ contains the change but could not be synced, so a power cut may undo it; keep what was written, and \
                 check the disk"
            }
            Kind::Io if self.0.is_not_a_directory() => {
                "a component of @ is a file, not a directory; check the path"
            }
            Kind::Io => "@ could not be read; check the disk and try again",
        };
        let (before, after) = text.split_once('@').unwrap_or((text, ""));
        write!(f, "{before}{path}{after}")
    }
}
