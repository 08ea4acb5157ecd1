//! Files on disk: load, validate, append, change, update and save a tokens file.
//!
//! A change locks the file, reads it, writes a new file beside it that is private from its first byte, syncs it, checks that
//! the old file is unchanged, renames, and syncs the directory.
//!
//! A symbolic link is followed: its target is replaced, and the link stays. On Linux, the new file has the owner, the ACL and
//! the mode of the old one, or the change fails. If only the group cannot be kept, its rights are removed.
//!
//! # Promises
//!
//! After success, the change is on disk, in a complete file; every other byte is the same, and nobody gains read access. On
//! error the file is unchanged, unless the error reports unknown durability
//! ([`Error::is_durability_unknown`](crate::Error::is_durability_unknown)). This holds among programs that use this crate, on a
//! local file system of Linux.
//!
//! Tested by `cargo test`, and by `cargo test --test faults -- --ignored --nocapture --test-threads=1` with the examples
//! `append_token` and `update_writer` as writers:
//!
//! | what | how often | wrong |
//! |---|---|---|
//! | the order of the system calls of an append and an update | 5 traces | 0 |
//! | killed at every system call, then one more append | 473 | 0 |
//! | an update killed at every system call while two others plan | 473 | 0 |
//! | a file size limit at every byte | 816 | 0 |
//! | six errors injected into every system call, of an append and of an update | 996 | 0 |
//! | stopped at every call while a second append runs | 87 | 0 |
//! | 8 × 40 and 16 × 60 appends at once, with and without kills, readers all the while | 8 crowds | 0 |
//! | a model of the protocol, 3 writers, 3 crashes, all interleavings | 108,064 states | 0; 9 of 9 broken variants found |
//! | power cut at every call, ext4 and xfs | 190 cuts | 0 |
//! | a disk that disappears at every call while the writer continues, ext4 and xfs | 186 | 0 |
//! | appends on a full disk, which fail at the sync | 96 | 0 |
//! | links, mounts, ACLs, owners, modes, limits, Kubernetes' layout | 18 tests | 0 |
//! | seeded faults in a copy of the code | 30 | all 30 found |
//! | pieces of a token in reports, errors and panics | 33 texts through every operation on a file | 0 |
//! | freed memory with a token in it | 22 texts, 5 operations on a file | 0 |
//! | random changes of random files, compared with another parser and byte by byte; on disk | 900; 60 | 0 |
//!
//! # Limitations
//!
//! Not promised: network file systems; programs that write the file without the lock; a disk that reorders writes; btrfs,
//! which was not tried. Not kept: extended attributes other than the ACL, such as a security label; set-user-id bits; ACLs of
//! NFS 4.
//!
//! The code for systems other than Linux was not run, and does less:
//!
//! - Other unixes: ACLs are not kept, and a mount point is noticed only when the rename fails.
//! - Windows: a new file has the owner and the rights that its directory gives, not mode 0600. A lock file `.NAME.lock` stays
//!   beside it, and the directory is not synced. [`Validator::check_file`](crate::Validator::check_file) does not report mode,
//!   owner and links.

// In dependency order: a file imports only siblings above it.
pub(crate) mod error;
mod options;
mod checked;
pub(crate) mod validate;
pub(crate) mod file;
pub(crate) mod update;

pub use self::checked::CheckedFile;
pub(crate) use self::error::Error;
pub use self::options::FileOptions;
pub use self::update::{UpdateError, Updated};
pub use crate::replace::{DiskError, DiskErrorKind, Outcome};

/// The most bytes of a file that is read or written where nobody chose another number: 1 GiB.
///
/// ```
/// use influxdb3_offline_tokens::disk::MAX_FILE_BYTES;
///
/// assert_eq!(MAX_FILE_BYTES, 1 << 30);
/// ```
pub const MAX_FILE_BYTES: u64 = 1 << 30;
