//! The offline permission tokens file of InfluxDB 3 Enterprise.

#![no_std]

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

// The world.
#[cfg(feature = "std")]
#[allow(dead_code, unused_imports)] // until store.rs uses it
mod disk;

// Optional.
#[cfg(feature = "proptest1")]
pub mod strategies;

#[cfg(feature = "std")]
pub use crate::check::{InvalidFile, Level, Validator};
pub use crate::code::{Code, Severity, UnknownCode};
#[cfg(feature = "std")]
pub use crate::diagnostic::{Applicability, Diagnostic, Edit, Fix, Label, Replacement, Report};
#[cfg(feature = "std")]
pub use crate::disk::{DiskError, DiskErrorKind};
#[cfg(feature = "std")]
pub use crate::expiry::{Expiry, InvalidExpiry};
#[cfg(feature = "std")]
pub use crate::file::{DuplicateEntry, DuplicateKind, TokenEntry, TokenFile};
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
pub use crate::token::GenerateTokenError;
pub use crate::token::{InvalidToken, InvalidTokenKind, Token};
