//! The offline permission tokens file of InfluxDB 3 Enterprise.

#![no_std]

extern crate alloc;
#[cfg(feature = "std")]
extern crate std;

// In dependency order: a module imports only modules above it.
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
pub mod release;
pub mod span;
mod suggest;
pub mod token;

pub use crate::code::{Code, Severity, UnknownCode};
#[cfg(feature = "std")]
pub use crate::expiry::{Expiry, InvalidExpiry};
#[cfg(feature = "std")]
pub use crate::file::{DuplicateEntry, DuplicateKind, TokenEntry, TokenFile};
pub use crate::name::{DatabaseName, InvalidName, InvalidNameKind, TokenName};
pub use crate::permission::*;
pub use crate::release::{InvalidRelease, Release};
pub use crate::span::{LineIndex, Location, Span};
#[cfg(feature = "std")]
pub use crate::token::GenerateTokenError;
pub use crate::token::{InvalidToken, InvalidTokenKind, Token};
