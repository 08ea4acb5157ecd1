//! The limits of a check, each with its reason.

use core::ops::RangeInclusive;

/// Bytes of a text that is checked. Spans have 32 bits.
pub(crate) const MAX_TEXT_BYTES: usize = 1 << 30;

/// Findings that a report keeps by default. A terminal shows no more, and each takes about 300 bytes.
pub(crate) const MAX_FINDINGS: usize = 1_000;

/// Bytes that are parsed again to verify fixes, per byte of the text. Checks stay linear.
pub(crate) const VERIFIED_BYTES_PER_BYTE: usize = 8;

/// Bytes of an entry in a typical file, for the first allocation.
pub(crate) const TYPICAL_ENTRY: usize = 256;

/// Names of one token that are compared with each other. For more, sorted hashes are faster.
pub(crate) const MAX_COMPARED_NAMES: usize = 12;

/// Bytes of a token whose strength is estimated. Longer random tokens are strong in any case.
pub(crate) const MAX_JUDGED_TOKEN: usize = 512;

/// Bytes that are not UTF-8 before the text counts as binary, if they are also an eighth of it.
pub(crate) const MAX_INVALID_BYTES: usize = 32;

/// Databases that a server has by default (documentation, server source).
pub(crate) const MAX_DATABASES: usize = 100;

/// The maximum length of a database name in the documentation. The server accepts longer ones.
pub(crate) const DOCUMENTED_MAX_NAME_LENGTH: usize = 64;

/// Seconds from September 2001 to the end of 2099. As milliseconds they are in January 1970.
pub(crate) const LIKELY_SECONDS: RangeInclusive<i64> = 1_000_000_000..=4_102_444_800;

/// The first number that is not taken for seconds: year 5138 as seconds, March 1973 as milliseconds.
pub(crate) const SECONDS_END: i64 = 100_000_000_000;

/// September 2001 as microseconds. As milliseconds it is in the year 33658, later than the 9999 that often means never.
pub(crate) const MICROSECONDS: i64 = 1_000_000_000_000_000;

/// Pairs of a granted and a created database whose names are compared. Checks stay linear.
pub(crate) const MAX_COMPARED_PAIRS: usize = 40_000;

/// Bytes of white space that are repeated before each added database. Checks stay linear.
pub(crate) const MAX_REPEATED_SPACE: usize = 100;
