//! The interfaces of a running server: the HTTP request that creates a token, and the list of tokens to compare with a file.

// In dependency order: a file imports only siblings above it.
pub(crate) mod json;
mod http_error;
mod http;
mod show_tokens;
mod comparison;

pub use self::comparison::{ServerComparison, ServerDifference};
pub use self::http::{HttpPermission, HttpTokenRequest};
pub use self::http_error::InvalidHttpPermission;
pub use self::json::{InvalidJson, InvalidJsonKind};
pub use self::show_tokens::{ServerToken, ServerTokens};
