//! Expectations of what tokens can do, one a line, to be checked in a test.

// In dependency order: a file imports only siblings above it.
mod parse;
mod failure;
pub(crate) mod check;

pub use self::failure::{FailedExpectation, FailedExpectations, FailureKind};
pub use self::parse::{ExpectationErrorKind, InvalidExpectations};
