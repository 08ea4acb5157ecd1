//! The known members of an object, and decoded strings.

use core::ops::{Deref, Range};

use zeroize::Zeroizing;

use crate::span::Span;
use crate::syntax::{ErrorHandler, Kind, Locator, Node, Parser, Str};

/// A known member of an object.
#[derive(Debug, Default)]
pub(crate) enum Field<'a, T> {
    /// The member is missing.
    #[default]
    Missing,
    /// The member is optional and its value is `null`, which reads as missing.
    Null { key: Str<'a>, span: Span },
    /// The value has the wrong type, or is a string with an unpaired surrogate.
    Invalid { key: Str<'a>, node: Node<'a> },
    /// The value has the right type.
    Valid { key: Str<'a>, span: Span, value: T },
}

impl<'a, T> Field<'a, T> {
    /// Returns the value.
    #[inline]
    pub(crate) const fn value(&self) -> Option<&T> {
        match self {
            Self::Valid { value, .. } => Some(value),
            _ => None,
        }
    }

    /// Reads `null` as missing, for an optional member.
    #[cold]
    pub(super) fn optional(self) -> Self {
        match self {
            Self::Invalid { key, node } if node.kind == Kind::Null => Self::Null { key, span: node.span },
            field => field,
        }
    }

    /// Returns whether the object lacks the member.
    #[inline]
    pub(crate) const fn is_missing(&self) -> bool {
        matches!(self, Self::Missing)
    }

    /// Returns the span of the value; empty if there is none.
    pub(crate) fn span(&self) -> Span {
        match self {
            Self::Missing => Span::default(),
            Self::Invalid { node, .. } => node.span,
            Self::Null { span, .. } | Self::Valid { span, .. } => *span,
        }
    }

    /// Returns the key as it is spelled.
    pub(crate) const fn key(&self) -> Option<&Str<'a>> {
        match self {
            Self::Missing => None,
            Self::Null { key, .. } | Self::Invalid { key, .. } | Self::Valid { key, .. } => Some(key),
        }
    }

    /// Returns the span of the key and the value; `None` if the member is missing.
    pub(crate) fn member_span(&self) -> Option<Span> {
        self.key().map(|key| Span::new(key.outer_span().start(), self.span().end()))
    }
}

impl<'a> Field<'a, Text<'a>> {
    /// Reads the value of a member that must be a string.
    #[inline]
    pub(super) fn read_text(parser: &mut Parser<'a, impl ErrorHandler>, key: Str<'a>) -> Self {
        if parser.kind() != Kind::String {
            return Self::Invalid { key, node: Node::read(parser) };
        }
        let string = parser.string();
        match Text::new(string) {
            Some(value) => Self::Valid { key, span: string.span(), value },
            None => Self::Invalid { key, node: Node::string(string) },
        }
    }
}

/// A decoded string and its source.
#[derive(Clone, Debug)]
pub(crate) struct Text<'a> {
    pub(super) source: Str<'a>,
    // `None` if the string has no escapes.
    decoded: Option<Zeroizing<Box<str>>>,
}

impl<'a> Text<'a> {
    /// Decodes a string. Returns `None` on an unpaired surrogate.
    #[inline]
    pub(crate) fn new(source: Str<'a>) -> Option<Self> {
        let decoded = if source.plain().is_some() { None } else { Some(unescape(source)?) };
        Some(Self { source, decoded })
    }

    /// Returns the span between the quotes.
    pub(crate) const fn span(&self) -> Span {
        self.source.span()
    }

    /// Returns the span with the quotes.
    pub(crate) const fn outer_span(&self) -> Span {
        self.source.outer_span()
    }

    /// Returns the text if it is spelled without escapes.
    pub(crate) fn borrowed(&self) -> Option<&'a str> {
        self.decoded.is_none().then_some(self.source.raw())
    }

    /// Returns a cursor that maps offsets in the decoded text to the file.
    pub(crate) const fn locator(&self) -> Locator<'a> {
        self.source.locator()
    }

    /// Returns the span in the file of a range of the decoded text.
    pub(crate) fn locate(&self, range: Range<usize>) -> Span {
        self.locator().locate(range)
    }
}

impl Deref for Text<'_> {
    type Target = str;

    #[inline]
    fn deref(&self) -> &str {
        self.decoded.as_ref().map_or(self.source.raw(), |decoded| decoded)
    }
}

#[cold]
fn unescape(source: Str<'_>) -> Option<Zeroizing<Box<str>>> {
    Some(Zeroizing::new(source.unescape()?.as_str().into()))
}
