//! Spanned JSON: RFC 8259 to the letter. Errors go to an [`ErrorHandler`], and the parser recovers.

mod error;
mod lexer;
mod node;
mod parser;
mod recovery;
mod string;

pub(crate) use self::error::{ErrorHandler, SyntaxError, SyntaxErrorKind};
pub(crate) use self::node::{Kind, Node, Value};
pub(crate) use self::parser::{MAX_DEPTH, Parser};
pub(crate) use self::string::{Locator, SmallSpan, Str};
