//! One file of secrets on the disk: read it, or replace it without losing a byte. Knows nothing of what is in it.
//!
//! The promise of [`replace`]: `Ok` is returned only after the new file and its directory were synced; any error but
//! [`DiskErrorKind::DurabilityUnknown`] means that nothing was changed. It holds among programs that use this module, on a
//! local file system of Linux.
//!
//! # The order
//!
//! Resolve the path once; open its directory once; look, then open the file for reading and writing without following a
//! link; lock it; look whether the name is still that file; remove what crashed writers left; read; edit; a new file with
//! an unpredictable name, 0600 and locked; owner, extended attributes, ACL, mode; write; sync; look again; rename; sync the
//! directory.
//!
//! The documentation of the module `disk` lists what other systems do less and what is not kept. On unixes that cannot
//! rename without replacing, a new file gets its name by a hard link. macOS syncs with `F_FULLFSYNC`, but an inherited ACL
//! stays there.

use std::fs::Metadata;
use std::time::{Duration, Instant, SystemTime};

use alloc::vec::Vec;
use zeroize::Zeroizing;

// In dependency order: a file imports only siblings above it.
mod error;
mod common;
#[cfg(unix)]
mod access;
#[cfg(unix)]
mod place;
#[cfg(unix)]
mod fresh;
#[cfg(unix)]
mod pipe;
#[cfg(unix)]
mod unix;
#[cfg(any(not(unix), test))]
mod portable;

#[cfg(test)]
mod tests;

pub(crate) use error::Shown;
pub use error::{DiskError, DiskErrorKind};

#[cfg(not(unix))]
pub(crate) use portable::{look, read, replace};
#[cfg(unix)]
pub(crate) use unix::{look, read, replace};

/// The content of a file, read from one handle; zeroized on drop.
pub(crate) struct Contents {
    /// All bytes of the file.
    pub(crate) bytes: Zeroizing<Vec<u8>>,
    /// About the same handle.
    pub(crate) facts: FileFacts,
}

/// About the handle that was read. None where the system does not know such a thing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct FileFacts {
    /// The permission bits, with set-user-id, set-group-id and sticky. With an ACL, the group's bits are its mask.
    pub(crate) mode: Option<u32>,
    /// The number of the owner.
    pub(crate) owner: Option<u32>,
    /// The user that this process acts as.
    pub(crate) caller: Option<u32>,
    /// How many names the file has.
    pub(crate) links: Option<u64>,
    /// The state of the file just before it was read.
    pub(crate) stamp: FileStamp,
}

impl FileFacts {
    const fn unknown(stamp: FileStamp) -> Self {
        Self { mode: None, owner: None, caller: None, links: None, stamp }
    }
}

/// Tells one state of a file from another. Two changes within one tick of the file system's clock may have the same stamp.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct FileStamp {
    size: u64,
    modified: Option<SystemTime>,
    // Device, inode, and when either the content or the status changed.
    #[cfg(unix)]
    id: (u64, u64, i64, i64),
}

impl FileStamp {
    fn new(about: &Metadata) -> Self {
        #[cfg(unix)]
        use std::os::unix::fs::MetadataExt as _;
        Self {
            size: about.len(),
            modified: about.modified().ok(),
            #[cfg(unix)]
            id: (about.dev(), about.ino(), about.ctime(), about.ctime_nsec()),
        }
    }
}

/// The new content of a file; zeroized on drop.
pub(crate) enum NewText {
    /// The whole new text.
    Whole(Zeroizing<Vec<u8>>),
    /// The old content with an insertion: a large file is not copied.
    Insertion {
        /// In front of which byte.
        at: usize,
        /// The inserted text.
        text: Zeroizing<Vec<u8>>,
    },
}

impl NewText {
    /// The pieces of the file, where it holds `old`.
    fn pieces<'t>(&'t self, old: &'t [u8]) -> [&'t [u8]; 3] {
        match self {
            Self::Whole(text) => [text, &[], &[]],
            Self::Insertion { at, text } => {
                let (before, behind) = old.split_at_checked(*at).unwrap_or((old, &[]));
                [before, text, behind]
            }
        }
    }

    fn into_bytes(self) -> Zeroizing<Vec<u8>> {
        match self {
            Self::Whole(text) | Self::Insertion { text, .. } => text,
        }
    }
}

impl From<Zeroizing<Vec<u8>>> for NewText {
    fn from(text: Zeroizing<Vec<u8>>) -> Self {
        Self::Whole(text)
    }
}

/// How to replace.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ReplaceOptions {
    /// How long to wait for other writers, in all.
    pub(crate) lock_timeout: Duration,
    /// Make the file where there is none.
    pub(crate) create: bool,
    /// Leave rights to the owner only, and no ACL.
    pub(crate) restrict_mode: bool,
    /// The most bytes that the file may have, before and after.
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
    /// The file was replaced by one with the change.
    Replaced,
    /// The file already had the wanted content and was not replaced. It was synced.
    Unchanged,
}

/// Why [`replace`] failed.
#[derive(Debug)]
pub(crate) enum ReplaceError<E> {
    /// What `edit` returned. Nothing was changed.
    Edit(E),
    /// The disk.
    Disk(DiskError),
}

impl<E> From<DiskError> for ReplaceError<E> {
    fn from(error: DiskError) -> Self {
        Self::Disk(error)
    }
}

/// One deadline, and waits that grow.
struct Patience {
    // None: no end.
    deadline: Option<Instant>,
    next: Duration,
}

impl Patience {
    const LONGEST: Duration = Duration::from_millis(10);

    fn new(wait: Duration) -> Self {
        Self { deadline: Instant::now().checked_add(wait), next: Duration::from_micros(250) }
    }

    /// Sleeps a little; false when the time is over.
    fn wait(&mut self) -> bool {
        let left = self.deadline.map(|deadline| deadline.saturating_duration_since(Instant::now()));
        if left == Some(Duration::ZERO) {
            return false;
        }
        std::thread::sleep(left.map_or(self.next, |left| left.min(self.next)));
        self.next = (self.next * 2).min(Self::LONGEST);
        true
    }
}
