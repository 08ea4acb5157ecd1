//! The offline permission tokens file of InfluxDB 3 Enterprise.

#![no_std]

extern crate alloc;
#[cfg(feature = "std")]
extern crate std;

// In dependency order: a module imports only modules above it.
#[cfg(feature = "std")]
pub mod check;
pub mod code;
#[cfg(feature = "std")]
pub mod diagnostic;
#[cfg(feature = "std")]
pub mod expiry;
#[cfg(feature = "std")]
pub mod file;
#[cfg(feature = "std")]
mod json;
pub mod name;
pub mod permission;
#[cfg(feature = "std")]
mod redact;
pub mod release;
pub mod span;
mod suggest;
pub mod token;

#[cfg(feature = "std")]
pub use crate::check::{InvalidFile, Level, Validator};
pub use crate::code::{Code, Severity, UnknownCode};
#[cfg(feature = "std")]
pub use crate::diagnostic::{Applicability, Diagnostic, Edit, Fix, Label, Replacement, Report};
#[cfg(feature = "std")]
pub use crate::expiry::{Expiry, InvalidExpiry};
#[cfg(feature = "std")]
pub use crate::file::{DuplicateEntry, DuplicateKind, TokenEntry, TokenFile};
pub use crate::name::{DatabaseName, InvalidName, InvalidNameKind, TokenName};
pub use crate::permission::*;
#[cfg(feature = "std")]
pub use crate::redact::redact;
pub use crate::release::{InvalidRelease, Release};
pub use crate::span::{LineIndex, Location, Span};
#[cfg(feature = "std")]
pub use crate::token::GenerateTokenError;
pub use crate::token::{InvalidToken, InvalidTokenKind, Token};
