//! Errors of the types at the root of the crate.
//!
//! The errors of names, tokens and permissions are in their modules.

pub use crate::code::{UnknownCode, UnknownSeverity};
#[cfg(feature = "std")]
pub use crate::expiry::{InvalidExpiry, InvalidExpiryKind};
#[cfg(feature = "std")]
pub use crate::file::DuplicateEntry;
pub use crate::release::InvalidRelease;
