//! The JSON parser (RFC 8259), with spans and recovery from syntax errors.

mod brackets;
mod error;
mod kind;
mod lexer;
mod node;
mod parser;
mod quotes;
mod recovery;
mod state;
mod string;

pub(crate) use self::error::{ErrorHandler, SyntaxError, SyntaxErrorKind};
pub(crate) use self::kind::Kind;
pub(crate) use self::lexer::{starts_like_json, starts_with_conflict_marker};
pub(crate) use self::node::Node;
pub(crate) use self::parser::{MAX_DEPTH, Parser};
pub(crate) use self::string::{Locator, SecretStr, SmallSpan, Str};

#[cfg(test)]
mod tests;
