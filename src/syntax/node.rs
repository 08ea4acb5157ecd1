//! JSON values as a tree.

use std::borrow::Cow;

use crate::span::Span;
use crate::syntax::error::{ErrorHandler, SyntaxError};
use crate::syntax::kind::Kind;
use crate::syntax::parser::Parser;
use crate::syntax::string::Str;

/// A value and its span. The span of a string includes its quotes.
#[derive(Debug)]
pub(crate) struct Node<'a> {
    pub(crate) kind: Kind,
    pub(crate) span: Span,
    pub(crate) value: Value<'a>,
}

/// The contents of a value.
#[derive(Debug)]
pub(crate) enum Value<'a> {
    /// `null` or a boolean: the kind is enough.
    Scalar,
    /// A number as it is spelled.
    Number(&'a str),
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
            Kind::String => Self::string(parser.string()),
            _ => {
                let (kind, span) = parser.scalar();
                Self::scalar(kind, span, parser.text())
            }
        }
    }

    /// Parses a text up to its first syntax error.
    pub(crate) fn parse(text: &'a str) -> Result<Self, SyntaxError> {
        let mut parser = Parser::new(text, None);
        let node = Self::read(&mut parser);
        parser.end().map_or(Ok(node), Err)
    }

    /// Returns the strings of a text that is an array of strings.
    pub(crate) fn string_list(text: &'a str) -> Option<Vec<String>> {
        let node = Self::parse(text).ok().filter(|node| node.kind == Kind::Array)?;
        node.elements().iter().map(|node| node.as_str()?.decode().map(Cow::into_owned)).collect()
    }

    /// Returns the node of a string.
    pub(crate) const fn string(string: Str<'a>) -> Self {
        Self { kind: Kind::String, span: string.outer_span(), value: Value::String(string) }
    }

    /// Returns the node of a value that is not a string, array or object.
    pub(crate) fn scalar(kind: Kind, span: Span, text: &'a str) -> Self {
        let number = if kind == Kind::Number { span.text(text) } else { None };
        Self { kind, span, value: number.map_or(Value::Scalar, Value::Number) }
    }

    /// Returns a number as it is spelled.
    pub(crate) const fn number(&self) -> Option<&'a str> {
        if let Value::Number(number) = self.value { Some(number) } else { None }
    }

    /// Returns the span of a scalar or a string, and otherwise that of the opening bracket.
    pub(crate) const fn head(&self) -> Span {
        match self.kind {
            Kind::Array | Kind::Object => Span::new(self.span.start(), self.span.start() + 1),
            _ => self.span,
        }
    }

    /// Returns the members of an object.
    pub(crate) fn members(&self) -> &[(Str<'a>, Self)] {
        if let Value::Object(members) = &self.value { members } else { &[] }
    }

    /// Returns the elements of an array.
    pub(crate) fn elements(&self) -> &[Self] {
        if let Value::Array(elements) = &self.value { elements } else { &[] }
    }

    /// Returns a string.
    pub(crate) const fn as_str(&self) -> Option<Str<'a>> {
        if let Value::String(string) = self.value { Some(string) } else { None }
    }
}
