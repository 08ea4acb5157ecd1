//! The offline permission tokens file of InfluxDB 3 Enterprise.

#![no_std]

extern crate alloc;
#[cfg(feature = "std")]
extern crate std;

// In dependency order: a module imports only modules above it.
pub mod span;
pub mod name;
#[cfg(feature = "std")]
#[allow(dead_code, unused_imports)] // until store.rs uses it
mod disk;

#[cfg(feature = "std")]
pub use crate::disk::{DiskError, DiskErrorKind};
pub use crate::name::{DatabaseName, InvalidName, InvalidNameKind, TokenName};
pub use crate::span::{LineIndex, Location, Span};
