//! Values as a tree, for the parts of a file that no rule reads directly.

use alloc::vec::Vec;

use crate::span::Span;
use crate::syntax::error::ErrorHandler;
use crate::syntax::kind::Kind;
use crate::syntax::parser::Parser;
use crate::syntax::string::Str;

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
