//! Files on disk: load, validate, append, change, update and save a tokens file.
//!
//! What changes a file locks it, reads it, writes a new file beside it, private from its first byte, syncs that, looks whether
//! the old one is as it was, renames, and syncs the directory. The crate's documentation says what is promised by that.
//!
//! A symbolic link is followed: the file behind it is replaced, and the link stays. On Linux the new file has the owner, the
//! ACL and the mode of the old one, or there is an error; where only the group cannot be kept, rights are taken away, and
//! never given.

// In dependency order: a file imports only siblings above it.
pub(crate) mod error;
mod outcome;
mod options;
mod checked;
pub(crate) mod validate;
pub(crate) mod file;
pub(crate) mod update;

pub use self::checked::CheckedFile;
pub(crate) use self::error::Error;
pub use self::options::FileOptions;
pub use self::outcome::Outcome;
pub use self::update::{UpdateError, Updated};
pub use crate::replace::{DiskError, DiskErrorKind};

/// The most bytes of a file that is read or written where nobody chose another number: 1 GiB.
///
/// ```
/// use influxdb3_offline_tokens::disk::MAX_FILE_BYTES;
///
/// assert_eq!(MAX_FILE_BYTES, 1 << 30);
/// ```
pub const MAX_FILE_BYTES: u64 = 1 << 30;
