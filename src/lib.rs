//! The offline permission tokens file of InfluxDB 3 Enterprise.

#![no_std]

extern crate alloc;
#[cfg(feature = "std")]
extern crate std;

// In dependency order: a module imports only modules above it.
pub mod span;
pub mod name;

pub use crate::name::{DatabaseName, InvalidName, InvalidNameKind, TokenName};
pub use crate::span::{LineIndex, Location, Span};
