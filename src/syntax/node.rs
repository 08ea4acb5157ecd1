//! Values as a tree, for the parts of a file that no rule reads directly.

use alloc::vec::Vec;

use crate::span::Span;
use crate::syntax::{ErrorHandler, Parser, Str};

/// The type of a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Null,
    Bool,
    Number,
    String,
    Array,
    Object,
    /// A syntax error, already reported.
    Invalid,
}

impl Kind {
    /// Returns the type with its article, as in "a string".
    pub(crate) const fn description(self) -> &'static str {
        match self {
            Self::Null => "`null`",
            Self::Bool => "a boolean",
            Self::Number => "a number",
            Self::String => "a string",
            Self::Array => "an array",
            Self::Object => "an object",
            Self::Invalid => "an invalid value",
        }
    }
}

/// A value and its span. The span of a string excludes its quotes.
#[derive(Debug)]
pub(crate) struct Node<'a> {
    pub(crate) kind: Kind,
    pub(crate) span: Span,
    pub(crate) value: Value<'a>,
}

/// The contents of a value.
#[derive(Debug)]
pub(crate) enum Value<'a> {
    /// `null`, a boolean or a number: the span is enough.
    Scalar,
    String(Str<'a>),
    Array(Vec<Node<'a>>),
    Object(Vec<(Str<'a>, Node<'a>)>),
}

impl<'a> Node<'a> {
    /// Reads the next value.
    pub(crate) fn read(parser: &mut Parser<'a, impl ErrorHandler>) -> Self {
        match parser.kind() {
            kind @ Kind::Array => {
                let mut elements = Vec::new();
                let span = parser.array(|parser| elements.push(Self::read(parser)));
                Self { kind, span, value: Value::Array(elements) }
            }
            kind @ Kind::Object => {
                let mut members = Vec::new();
                let span = parser.object(|parser, key| members.push((key, Self::read(parser))));
                Self { kind, span, value: Value::Object(members) }
            }
            kind @ Kind::String => {
                let string = parser.string();
                Self { kind, span: string.span(), value: Value::String(string) }
            }
            _ => {
                let (kind, span) = parser.scalar();
                Self { kind, span, value: Value::Scalar }
            }
        }
    }
}
