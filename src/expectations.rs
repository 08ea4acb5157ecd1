//! Expectations of what tokens can do, one a line, to be checked in a test.

// In dependency order: a file imports only siblings above it.
mod parse;
pub(crate) mod check;

pub use self::check::{FailedExpectation, FailureKind};
pub use self::parse::{ExpectationErrorKind, InvalidExpectations};
