//! Expectations of what tokens can do, as text, for tests of a tokens file.

// In dependency order: a file imports only siblings above it.
mod parse;
mod failure;
pub(crate) mod check;

pub use self::failure::{FailedExpectation, FailedExpectations};
pub use self::parse::{ExpectationErrorKind, InvalidExpectations};
