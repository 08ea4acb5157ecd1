//! Files on disk: load, validate, append, change, update and save a tokens file.
//!
//! A change locks the file and reads it. It writes and syncs a new file in the same directory, which is private from its first
//! byte. It checks that the old file is unchanged, renames the new one, and syncs the directory.
//!
//! A symbolic link is followed: its target is replaced, and the link remains. On Linux, the new file has the owner, the ACL,
//! the mode and the `SELinux` label of the old one, or the change fails. If only the group cannot be kept, its rights are
//! removed. `user.*` attributes are kept if the file system supports them.
//!
//! # Promises
//!
//! After success, the change is on disk, in a complete file; every other byte is the same, and nobody gains read access. On
//! error the file is unchanged, unless the error reports unknown durability
//! ([`Error::is_durability_unknown`](crate::Error::is_durability_unknown)). This is guaranteed among programs that use this
//! crate, on a local file system on Linux.
//!
//! These tests check the promises, with the number of runs. None failed:
//!
//! | test | Linux | musl | aarch64 | s390x | i686 | Windows |
//! |---|---|---|---|---|---|---|
//! | test programs for values, texts and files | all | 7 | 7 | 7 | 7 | 4 |
//! | 8 × 40 and 16 × 60 concurrent appends by processes, with readers | 4 crowds | 4 small | 4 small | 4 small | 4 small | 8 × 40 |
//! | the same, with some writers killed | 4 crowds | 4 small | 4 small | 4 small | 4 small | 75 kills |
//! | crowds of 8 × 40 on xfs, btrfs, tmpfs and overlayfs | 9 | | | | | |
//! | the order of the system calls of an append and an update | 5 traces | | | | | |
//! | killed at every system call, then one more append | 477 | | | | | |
//! | an update killed at every system call while two others plan | 475 | | | | | |
//! | a file size limit at every byte | 816 | | | | | |
//! | six errors injected into every system call, of an append and of an update | 1,032 | | | | | |
//! | stopped at every call while a second append runs | 91 | | | | | |
//! | a model of the protocol, 3 writers, 3 crashes, all interleavings | 108,064 states; 9 of 9 broken variants found | | | | | |
//! | power cut at every call on ext3, ext4, xfs and btrfs | 396 cuts | | | | | |
//! | a disk that disappears at every call while the writer continues, ext4 and xfs | 194 | | | | | |
//! | appends on a full disk, which fail at the sync | 96 | | | | | |
//! | links, mounts, attributes, ACLs, owners, modes, limits, the Kubernetes layout | 19 tests | | | | | |
//! | open files, line endings, long paths, reserved names | | | | | | 7 tests |
//! | seeded faults in a copy of the code | 33 of 33 found | | | | | |
//! | pieces of a token in reports, errors and panics | 33 texts through every operation on a file | | | | | |
//! | freed memory with a token in it | 22 texts, 5 operations on a file | | | | | |
//! | random changes of random files, compared with another parser and byte by byte; on disk | 900; 60 | | | | | |
//!
//! An empty cell means that the test was not run. Linux is x86-64 on ext4, with the programs `append_token` and
//! `update_writer` as writers. `cargo test` runs the quick tests, and
//! `cargo test --test faults -- --ignored --nocapture --test-threads=1` the others.
//! `tests/targets/run` runs a static program with musl, and aarch64, s390x and i686 in qemu 7.2, on the host's kernel.
//! Small crowds are 8 × 10 and 16 × 15. On a busy machine in qemu, three writers on aarch64 reached their lock timeout of 60
//! seconds in one of three runs; nothing was lost. `tests/windows/run` runs Windows for x86-64 in Wine 8.
//!
//! # File systems
//!
//! | file system | after success, the change survives | test |
//! |---|---|---|
//! | ext3, ext4, xfs | a power cut | shut down at every call |
//! | btrfs | a power cut | a copy of the disk at every call |
//! | overlayfs | whatever its upper layer survives; nothing with the option `volatile` | crowds; a file of a lower layer is copied and remains unchanged |
//! | tmpfs | the end of the program, not of the machine | crowds |
//!
//! # Limitations
//!
//! There is no promise for network file systems, for programs that write the file without the lock, or for a disk that reorders
//! writes. Set-user-id bits, NFS 4 ACLs and other extended attributes, such as capabilities, are not kept.
//!
//! On other systems:
//!
//! - Other Unix systems: not tested. ACLs and extended attributes are not kept, and a mount point is detected only when the
//!   rename fails.
//! - Windows: tested only in Wine. A lock file `.NAME.lock` remains next to each tokens file, because a lock on the file itself
//!   would stop its readers. Each new file, even one that replaces another, inherits its owner and access rights from its
//!   directory. Use a directory that only its user can read. The directory is not synced: a power cut may restore the old
//!   content. If another program has the file open, a writer waits until the lock timeout, and a reader two seconds.
//!   [`Validator::check_file`](crate::Validator::check_file) does not report the mode, owner and links.

// In dependency order: a file imports only siblings above it.
pub(crate) mod error;
mod options;
mod checked;
pub(crate) mod validate;
pub(crate) mod file;
pub(crate) mod update;

pub use self::checked::CheckedFile;
pub(crate) use self::error::Error;
pub use self::update::{UpdateError, Updated};
pub use crate::replace::{DiskError, DiskErrorKind, FileOptions, Outcome};

/// The default size limit of a file that is read or written, in bytes: 1 GiB.
///
/// ```
/// use influxdb3_offline_tokens::disk::MAX_FILE_BYTES;
///
/// assert_eq!(MAX_FILE_BYTES, 1 << 30);
/// ```
pub const MAX_FILE_BYTES: u64 = 1 << 30;
