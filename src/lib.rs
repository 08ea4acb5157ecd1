//! The offline permission tokens file of InfluxDB 3 Enterprise.

#![no_std]
#![forbid(unsafe_code)]
// Bad input is never a reason to panic; tests may.
#![cfg_attr(
    not(test),
    warn(clippy::expect_used, clippy::indexing_slicing, clippy::panic, clippy::unwrap_used)
)]

extern crate alloc;
#[cfg(feature = "std")]
extern crate std;

// In dependency order: a module imports only modules above it.

// Values: no I/O, no JSON.
pub mod span;
mod suggest;
pub mod name;
pub mod permission;
pub mod token;
#[cfg(feature = "std")]
pub mod expiry;
pub mod release;

// The file: still no I/O, no clock.
#[cfg(feature = "std")]
pub mod file;
pub mod code;
#[cfg(feature = "std")]
pub mod diagnostic;
#[cfg(feature = "std")]
mod json;
#[cfg(feature = "std")]
mod redact;
#[cfg(feature = "std")]
pub mod check;
#[cfg(feature = "std")]
pub mod fix;
#[cfg(feature = "std")]
pub mod edit;
#[cfg(feature = "std")]
pub mod access;

// The world.
#[cfg(feature = "std")]
mod disk;
#[cfg(feature = "std")]
pub mod error;
#[cfg(feature = "std")]
pub mod store;

// Optional.
#[cfg(feature = "std")]
mod serde_impls;
#[cfg(feature = "proptest1")]
pub mod strategies;

#[cfg(feature = "std")]
pub use crate::access::{
    AccessEntry, AccessRequest, Authenticated, Authorizer, ChangeKind, Decision, DenyReason, EntryKey,
    ExpectationErrorKind, Expectations, FailedExpectation, FailureKind, FileDifference, InvalidExpectation,
    InvalidExpectations, Rights, TokenDifference, decide,
};
#[cfg(feature = "std")]
pub use crate::check::{InvalidFile, Level, Validator};
pub use crate::code::{Code, Severity, UnknownCode};
#[cfg(feature = "std")]
pub use crate::diagnostic::{Applicability, Diagnostic, Edit, Fix, Label, Replacement, Report};
#[cfg(feature = "std")]
pub use crate::disk::{DiskError, DiskErrorKind};
#[cfg(feature = "std")]
pub use crate::edit::{Change, ChangeError, IfExists};
#[cfg(feature = "std")]
pub use crate::error::Error;
#[cfg(feature = "std")]
pub use crate::expiry::{Expiry, InvalidExpiry};
#[cfg(feature = "std")]
pub use crate::file::{DuplicateEntry, DuplicateKind, TokenEntry, TokenFile};
#[cfg(feature = "std")]
pub use crate::fix::Fixed;
pub use crate::name::{DatabaseName, InvalidName, InvalidNameKind, TokenName};
pub use crate::permission::{
    DatabaseActions, DatabaseNames, DatabasePermission, InvalidPermission, ParsePermissionError, Permission,
    PermissionErrorKind, PermissionPart, PermissionRef, Scope, SystemActions, SystemPermission,
    SystemResource, SystemResources, UnknownSystemResource,
};
#[cfg(feature = "std")]
pub use crate::redact::redact;
pub use crate::release::{InvalidRelease, Release};
pub use crate::span::{LineIndex, Location, Span};
#[cfg(feature = "std")]
pub use crate::store::{
    ChangeOptions, Changed, CheckedFile, MAX_FILE_BYTES, append, append_all, change, load, save, validate,
};
#[cfg(feature = "std")]
pub use crate::token::GenerateTokenError;
pub use crate::token::{InvalidToken, InvalidTokenKind, Token};
