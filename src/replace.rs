//! Reading and atomic replacement of a file with secrets, whatever its content.
//!
//! [`replace`] returns `Ok` only after the new file and its directory are synced. After any error but
//! [`DiskErrorKind::DurabilityUnknown`], nothing has changed. This is guaranteed among programs that use this module, on a
//! local file system on Linux.
//!
//! # Steps
//!
//! 1. Resolve the path and open its directory, both once.
//! 2. Open the file for reading and writing, if it is a regular file; do not follow a link.
//! 3. Lock it, and check that the name still refers to it.
//! 4. Remove stale temporary files.
//! 5. Read, and call `edit`.
//! 6. Create a temporary file with an unpredictable name and mode 0600, and lock it.
//! 7. Copy the owner, extended attributes, ACL and mode.
//! 8. Write and sync.
//! 9. Check that the old file is unchanged, rename, and sync the directory.
//!
//! The documentation of `disk` lists what is not kept, and the weaker guarantees on other systems. If a Unix cannot rename
//! without replacing, a hard link gives a new file its name. macOS syncs with `F_FULLFSYNC`, but keeps an inherited ACL.

use std::fs::Metadata;
use std::time::{Duration, Instant, SystemTime};

// In dependency order: a file imports only siblings above it.
mod error;
mod common;
#[cfg(unix)]
mod access;
#[cfg(unix)]
mod location;
#[cfg(unix)]
mod temp_file;
#[cfg(unix)]
mod pipe;
#[cfg(unix)]
mod unix;
#[cfg(any(not(unix), test))]
mod portable;

#[cfg(test)]
mod tests;

pub(crate) use error::QuotedPath;
pub use error::{DiskError, DiskErrorKind};

#[cfg(not(unix))]
pub(crate) use portable::{read, read_stamp, replace};
#[cfg(unix)]
pub(crate) use unix::{read, read_stamp, replace};

use crate::secret::SecretBytes;

/// The content of a file, read from one handle; zeroized on drop.
pub(crate) struct Contents {
    /// All bytes of the file.
    pub(crate) bytes: SecretBytes,
    /// Facts about the same handle.
    pub(crate) facts: FileFacts,
}

/// Facts about the handle that was read. A fact is `None` if the system does not provide it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct FileFacts {
    /// The permission bits, with set-user-id, set-group-id and sticky. With an ACL, the group's bits are its mask.
    pub(crate) mode: Option<u32>,
    /// The user id of the owner.
    pub(crate) owner: Option<u32>,
    /// The effective user id of this process.
    pub(crate) caller: Option<u32>,
    /// The number of hard links.
    pub(crate) links: Option<u64>,
    /// The state of the file just before it was read.
    pub(crate) stamp: FileStamp,
}

impl FileFacts {
    const fn unknown(stamp: FileStamp) -> Self {
        Self { mode: None, owner: None, caller: None, links: None, stamp }
    }
}

/// A fingerprint of a file's state. Two changes within one tick of the file system's clock may have the same stamp.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct FileStamp {
    size: u64,
    modified: Option<SystemTime>,
    // Device, inode, and the time when the content or the status changed.
    #[cfg(unix)]
    id: (u64, u64, i64, i64),
}

impl FileStamp {
    fn new(metadata: &Metadata) -> Self {
        #[cfg(unix)]
        use std::os::unix::fs::MetadataExt as _;
        Self {
            size: metadata.len(),
            modified: metadata.modified().ok(),
            #[cfg(unix)]
            id: (metadata.dev(), metadata.ino(), metadata.ctime(), metadata.ctime_nsec()),
        }
    }
}

/// Options and methods for writing a file, like [`std::fs::OpenOptions`].
///
/// ```
/// use std::time::Duration;
/// use influxdb3_offline_tokens::TokenFile;
/// use influxdb3_offline_tokens::disk::{FileOptions, Outcome};
///
/// # let directory = tempfile::tempdir()?;
/// # let path = directory.path().join("permission-tokens.json");
/// let options = FileOptions::new().lock_timeout(Duration::from_secs(2)).restrict_mode(true);
/// assert_eq!(options.save(&path, &TokenFile::default())?, Outcome::Created);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct FileOptions {
    /// The total time to wait for other writers.
    pub(crate) lock_timeout: Duration,
    /// Create the file if it does not exist.
    pub(crate) create: bool,
    /// Restrict access to the owner, and remove the ACL.
    pub(crate) restrict_mode: bool,
    /// The maximum size in bytes, before and after the change.
    pub(crate) size_limit: u64,
}

/// The outcome of a write.
///
/// ```
/// use influxdb3_offline_tokens::{TokenFile, save};
/// use influxdb3_offline_tokens::disk::Outcome;
///
/// # let directory = tempfile::tempdir()?;
/// # let path = directory.path().join("permission-tokens.json");
/// assert_eq!(save(&path, &TokenFile::default())?, Outcome::Created);
/// assert_eq!(save(&path, &TokenFile::default())?, Outcome::Unchanged);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Outcome {
    /// The file did not exist and was created.
    Created,
    /// The file was replaced with one that has the change.
    Replaced,
    /// The file already had the wanted content and was not replaced. It was synced.
    Unchanged,
}

/// The error of [`replace`].
#[derive(Debug)]
pub(crate) enum ReplaceError<E> {
    /// The error of `edit`. Nothing was changed.
    Edit(E),
    /// An error of the disk.
    Disk(DiskError),
}

impl<E> From<DiskError> for ReplaceError<E> {
    fn from(error: DiskError) -> Self {
        Self::Disk(error)
    }
}

/// Exponential backoff until a deadline.
struct Backoff {
    // `None`: no deadline.
    deadline: Option<Instant>,
    delay: Duration,
}

impl Backoff {
    const MAX_DELAY: Duration = Duration::from_millis(10);

    fn new(timeout: Duration) -> Self {
        Self { deadline: Instant::now().checked_add(timeout), delay: Duration::from_micros(250) }
    }

    /// Sleeps for the next delay. Returns `false` at once if the deadline has passed.
    fn sleep(&mut self) -> bool {
        let left = self.deadline.map(|deadline| deadline.saturating_duration_since(Instant::now()));
        if left == Some(Duration::ZERO) {
            return false;
        }
        std::thread::sleep(left.map_or(self.delay, |left| left.min(self.delay)));
        self.delay = (self.delay * 2).min(Self::MAX_DELAY);
        true
    }
}
