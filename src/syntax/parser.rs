//! A pull parser: the caller asks for each value in turn.

use crate::span::Span;
use crate::syntax::lexer::{escape_length, is_word, number_length, plain_length};
use crate::syntax::{ErrorHandler, Kind, Str};

/// The maximum depth of nested arrays and objects.
pub(crate) const MAX_DEPTH: usize = 127;

/// Parses a text from start to end. Syntax errors go to `errors`, and the parser recovers.
pub(crate) struct Parser<'a, E> {
    pub(crate) errors: E,
    pub(super) text: &'a str,
    pub(super) at: usize,
    // Open arrays and objects, and open arrays.
    pub(super) depth: usize,
    pub(super) arrays: usize,
    // One error per place is enough.
    pub(super) last_error: Option<Span>,
    pub(super) error_count: usize,
}

/// What precedes the current position between the brackets of an array or object.
#[derive(Clone, Copy)]
enum Before {
    Bracket,
    Comma(usize),
    Item,
}

impl<'a, E: ErrorHandler> Parser<'a, E> {
    /// Creates a parser at the start of a text.
    pub(crate) fn new(text: &'a str, errors: E) -> Self {
        Self { errors, text, at: 0, depth: 0, arrays: 0, last_error: None, error_count: 0 }
    }

    /// Returns the whole text.
    pub(crate) const fn text(&self) -> &'a str {
        self.text
    }

    /// Returns the number of syntax errors so far.
    pub(crate) const fn error_count(&self) -> usize {
        self.error_count
    }

    /// Returns the type of the next value, by its first byte.
    #[inline]
    pub(crate) fn kind(&mut self) -> Kind {
        match self.peek() {
            Some(b'"') => Kind::String,
            Some(b'{') => Kind::Object,
            Some(b'[') => Kind::Array,
            Some(b'-' | b'0'..=b'9') => Kind::Number,
            Some(b't' | b'f') => Kind::Bool,
            Some(b'n') => Kind::Null,
            _ if self.begins_string() => Kind::String,
            _ => Kind::Invalid,
        }
    }

    /// Reads an array. `element` must read one value.
    #[inline]
    pub(crate) fn array(&mut self, element: impl FnMut(&mut Self)) -> Span {
        self.list(b']', element)
    }

    /// Reads an object. `member` receives a key and must read its value.
    #[inline]
    pub(crate) fn object(&mut self, mut member: impl FnMut(&mut Self, Str<'a>)) -> Span {
        self.list(b'}', |parser| {
            let key = if parser.peek() == Some(b'"') { Some(parser.string()) } else { parser.invalid_key() };
            let Some(key) = key else { return };
            if parser.peek() == Some(b':') {
                parser.at += 1;
            } else {
                parser.missing_colon();
            }
            member(parser, key);
        })
    }

    /// Reads a string, if [`kind`](Self::kind) returned one.
    #[inline]
    pub(crate) fn string(&mut self) -> Str<'a> {
        if self.byte(self.at) != Some(b'"') {
            return self.misquoted();
        }
        let start = self.at + 1;
        let (mut end, mut has_escapes) = (start, false);
        loop {
            end += plain_length(self.bytes(end));
            match self.byte(end) {
                Some(b'"') => break,
                Some(b'\\') => {
                    has_escapes = true;
                    end += escape_length(self.bytes(end)).unwrap_or_else(|| self.invalid_escape(end));
                }
                _ => match self.control_character(end) {
                    Some(length) => end += length,
                    None => return self.unclosed(start, end),
                },
            }
        }
        self.at = end + 1;
        Str { raw: self.text.get(start..end).unwrap_or_default(), start, has_escapes }
    }

    /// Reads an array if it is spelled as `raw`, and returns the start of it.
    #[inline]
    pub(crate) fn repeated_array(&mut self, raw: &str) -> Option<usize> {
        self.peek();
        let repeats = !raw.is_empty() && self.bytes(self.at).starts_with(raw.as_bytes());
        repeats.then(|| {
            let start = self.at;
            self.at += raw.len();
            start
        })
    }

    /// Reads a value that is not a string, array or object.
    #[inline]
    pub(crate) fn scalar(&mut self) -> (Kind, Span) {
        let (kind, length) = match self.bytes(self.at) {
            rest @ [b'-' | b'0'..=b'9', ..] => (Kind::Number, number_length(rest)),
            [b't', b'r', b'u', b'e', rest @ ..] => (Kind::Bool, ends_word(rest).then_some(4)),
            [b'f', b'a', b'l', b's', b'e', rest @ ..] => (Kind::Bool, ends_word(rest).then_some(5)),
            [b'n', b'u', b'l', b'l', rest @ ..] => (Kind::Null, ends_word(rest).then_some(4)),
            _ => (Kind::Invalid, None),
        };
        let Some(length) = length else { return (Kind::Invalid, self.invalid_value()) };
        let span = Span::new(self.at, self.at + length);
        self.at = span.end();
        (kind, span)
    }

    /// Skips a value.
    pub(crate) fn skip(&mut self) {
        match self.kind() {
            Kind::Array => _ = self.array(Self::skip),
            Kind::Object => _ = self.object(|parser, _| parser.skip()),
            Kind::String => _ = self.string(),
            _ => _ = self.scalar(),
        }
    }

    /// Reports text after the value, and returns the error handler.
    pub(crate) fn end(mut self) -> E {
        if self.peek().is_some() {
            self.trailing_text();
        }
        self.errors
    }

    /// Reads items between brackets, with their commas.
    #[inline]
    fn list(&mut self, close: u8, mut item: impl FnMut(&mut Self)) -> Span {
        let (start, is_array) = (self.at, usize::from(close == b']'));
        if self.depth == MAX_DEPTH {
            return self.too_deep();
        }
        (self.at, self.depth, self.arrays) = (start + 1, self.depth + 1, self.arrays + is_array);
        let mut before = Before::Bracket;
        loop {
            match (self.peek(), before) {
                (Some(b','), Before::Item) => {
                    before = Before::Comma(self.at);
                    self.at += 1;
                }
                (Some(byte), _) if byte == close => {
                    if let Before::Comma(comma) = before {
                        self.extra_comma(comma);
                    }
                    self.at += 1;
                    break;
                }
                (None | Some(b']' | b'}'), _) => {
                    if self.unmatched_end(start) {
                        break;
                    }
                }
                (Some(b','), _) => {
                    self.extra_comma(self.at);
                    self.at += 1;
                }
                (Some(_), Before::Item) => {
                    if self.missing_comma() {
                        before = Before::Bracket;
                    }
                }
                _ => {
                    item(self);
                    before = Before::Item;
                }
            }
        }
        (self.depth, self.arrays) = (self.depth - 1, self.arrays - is_array);
        Span::new(start, self.at)
    }

    /// Skips white space and returns the next byte.
    #[inline]
    pub(super) fn peek(&mut self) -> Option<u8> {
        loop {
            match self.byte(self.at) {
                Some(b' ' | b'\n' | b'\r' | b'\t') => self.at += 1,
                Some(b'/' | b'#' | ..=b' ' | 0x80..) if self.skip_invalid_whitespace() => {}
                byte => return byte,
            }
        }
    }

    #[inline]
    pub(super) fn byte(&self, at: usize) -> Option<u8> {
        self.text.as_bytes().get(at).copied()
    }

    #[inline]
    pub(super) fn bytes(&self, at: usize) -> &'a [u8] {
        self.text.as_bytes().get(at..).unwrap_or_default()
    }
}

fn ends_word(rest: &[u8]) -> bool {
    !rest.first().is_some_and(|byte| is_word(*byte))
}
