//! Spanned JSON: RFC 8259 to the letter. Errors go to an [`ErrorHandler`], and the parser recovers.

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
pub(crate) use self::node::Node;
pub(crate) use self::parser::{MAX_DEPTH, Parser};
pub(crate) use self::string::{Locator, SecretStr, SmallSpan, Str};

#[cfg(test)]
mod tests;
