//! All limits of a check, each with its reason.

use core::ops::RangeInclusive;

/// Bytes of a text that is checked: spans of 32 bits must be enough.
pub(crate) const MAX_TEXT_BYTES: usize = 1 << 30;

/// Findings that a report keeps by default. A terminal shows no more, and each takes about 300 bytes.
pub(crate) const MAX_FINDINGS: usize = 1_000;

/// Bytes that may be read again to verify fixes, for each byte of the text: checks stay linear.
pub(crate) const VERIFIED_BYTES_PER_BYTE: usize = 8;

/// Bytes of an entry in a typical file, for the first allocation.
pub(crate) const TYPICAL_ENTRY: usize = 256;

/// Names of one token that are compared with each other. For more, sorted hashes are faster.
pub(crate) const MAX_COMPARED_NAMES: usize = 12;

/// Bytes of a token that are judged. Random ones are strong long before, and nobody invents longer ones.
pub(crate) const MAX_JUDGED_TOKEN: usize = 512;

/// Bytes that are not UTF-8 before the text counts as binary, if they are also an eighth of it.
pub(crate) const MAX_INVALID_BYTES: usize = 32;

/// Databases that a server has by default (documentation, server source).
pub(crate) const MAX_DATABASES: usize = 100;

/// Characters of a database name that the documentation allows.
pub(crate) const MAX_DOCUMENTED_NAME: usize = 64;

/// Seconds from September 2001 to the end of 2099. As milliseconds they are in January 1970.
pub(crate) const LIKELY_SECONDS: RangeInclusive<i64> = 1_000_000_000..=4_102_444_800;

/// The first milliseconds, of March 1973, that are not seconds of a year up to 5138.
pub(crate) const SECONDS_END: i64 = 100_000_000_000;

/// Microseconds of September 2001. As milliseconds they are in the year 33658, and people write the year 9999 for never.
pub(crate) const MICROSECONDS: i64 = 1_000_000_000_000_000;

/// Pairs of a granted and a created database whose names are compared: a file may have very many of both.
pub(crate) const MAX_COMPARED_PAIRS: usize = 40_000;
