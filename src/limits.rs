//! The limits of a check, each with its reason.

use core::ops::RangeInclusive;

/// The maximum size of a text in bytes. Spans have 32 bits.
pub(crate) const MAX_TEXT_BYTES: usize = 1 << 30;

/// The default maximum number of findings in a report. Nobody reads more in a terminal, and each takes about 300 bytes.
pub(crate) const MAX_FINDINGS: usize = 1_000;

/// The maximum number of bytes that are parsed again to verify fixes, per byte of the text. It keeps checks linear.
pub(crate) const VERIFIED_BYTES_PER_BYTE: usize = 8;

/// The number of bytes that may be parsed again in a text of any size: a small one can afford to verify each fix.
pub(crate) const MIN_VERIFIED_BYTES: usize = 1 << 16;

/// The size of a typical entry in bytes, for the first allocation.
pub(crate) const TYPICAL_ENTRY: usize = 256;

/// The maximum number of names of one token that are compared pairwise. For more, sorted hashes are faster.
pub(crate) const MAX_COMPARED_NAMES: usize = 12;

/// The maximum number of bytes of a token whose strength is estimated. Longer random tokens are strong in any case.
pub(crate) const MAX_JUDGED_TOKEN: usize = 512;

/// The number of invalid UTF-8 bytes from which a text counts as binary, if they are also an eighth of it.
pub(crate) const MAX_INVALID_BYTES: usize = 32;

/// The maximum number of databases on a server by default (documentation, server source).
pub(crate) const MAX_DATABASES: usize = 100;

/// The maximum length of a database name in the documentation. The server accepts longer ones.
pub(crate) const DOCUMENTED_MAX_NAME_LENGTH: usize = 64;

/// Seconds from September 2001 to the end of 2099. As milliseconds they are in January 1970.
pub(crate) const LIKELY_SECONDS: RangeInclusive<i64> = 1_000_000_000..=4_102_444_800;

/// The first number that cannot be seconds: year 5138 as seconds, March 1973 as milliseconds.
pub(crate) const SECONDS_END: i64 = 100_000_000_000;

/// September 2001 as microseconds. As milliseconds it is in the year 33658, later than the 9999 that often means never.
pub(crate) const MICROSECONDS: i64 = 1_000_000_000_000_000;

/// The maximum number of pairs of a granted and a created database whose names are compared. It keeps checks linear.
pub(crate) const MAX_COMPARED_PAIRS: usize = 40_000;

/// The maximum number of whitespace bytes that are repeated before each added database. It keeps checks linear.
pub(crate) const MAX_REPEATED_SPACE: usize = 100;
