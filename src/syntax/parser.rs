//! The pull parser: the caller asks for each value in turn.

use crate::span::Span;
use crate::syntax::error::{ErrorHandler, SyntaxErrorKind};
use crate::syntax::kind::Kind;
use crate::syntax::lexer::{escape_length, leading_blanks, literal, number_length, plain_length};
use crate::syntax::state::Recovery;
use crate::syntax::string::{Extent, Str};

/// The maximum depth of nested arrays and objects.
pub(crate) const MAX_DEPTH: usize = 127;

/// Parses a text from start to end. Syntax errors go to `errors`, and the parser recovers.
pub(crate) struct Parser<'a, E> {
    pub(crate) errors: E,
    pub(super) text: &'a str,
    pub(super) at: usize,
    pub(super) depth: usize,
    // A bit for each open bracket, the innermost in the lowest: 1 is an array.
    pub(super) arrays: u128,
    pub(super) recovery: Recovery,
}

/// The token before the current position between the brackets of an array or object.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Before {
    Bracket,
    Comma,
    Item,
}

/// The meaning of a quote after the start of a string.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Quote {
    Closing,
    /// It is part of the string.
    Inner,
    /// It opens the next string; this one is not closed.
    Opening,
}

impl Parser<'_, ()> {
    /// Returns the offset of the first value of a text.
    pub(crate) fn start(text: &str) -> usize {
        let mut parser = Parser::at(text, 0, ());
        parser.peek();
        parser.at
    }
}

impl<'a, E: ErrorHandler> Parser<'a, E> {
    /// Creates a parser at the start of a text.
    pub(crate) fn new(text: &'a str, errors: E) -> Self {
        let mut parser = Self::at(text, 0, errors);
        if parser.peek() == Some(b'"') {
            parser.find_missing_brace();
        }
        parser
    }

    /// Creates a parser at the start of a value.
    pub(crate) fn at(text: &'a str, at: usize, errors: E) -> Self {
        Self { errors, text, at, depth: 0, arrays: 0, recovery: Recovery::default() }
    }

    /// Returns the whole text.
    pub(crate) const fn text(&self) -> &'a str {
        self.text
    }

    /// Returns the number of syntax errors so far.
    pub(crate) const fn error_count(&self) -> usize {
        self.recovery.error_count
    }

    /// Returns the type of the next value, by its first byte.
    #[inline]
    pub(crate) fn kind(&mut self) -> Kind {
        self.skip_whitespace();
        let is_string = self.byte(self.at) == Some(b'"') && !self.recovery.lacks_brace(self.at);
        if is_string { Kind::String } else { self.other_kind() }
    }

    #[inline(never)]
    fn other_kind(&mut self) -> Kind {
        match self.byte(self.at) {
            Some(b'{') if self.byte(self.at + 1) != Some(b'{') => Kind::Object,
            Some(b'[') => Kind::Array,
            Some(b'-' | b'0'..=b'9') => Kind::Number,
            _ => self.unusual_kind(),
        }
    }

    #[cold]
    fn unusual_kind(&mut self) -> Kind {
        let at = self.at;
        self.peek();
        if self.at > at {
            return self.kind();
        }
        literal(self.bytes(at)).map_or_else(|| self.invalid_kind(), |(kind, _)| kind)
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
            let at = parser.at;
            let is_quoted = parser.byte(at) == Some(b'"');
            let extent = if is_quoted { Some(parser.string_extent()) } else { parser.invalid_key() };
            let Some(extent) = extent else { return };
            let key = Str::from_extent(parser.text, at, extent);
            let end = parser.at;
            if parser.byte(end) == Some(b':') || parser.peek() == Some(b':') {
                parser.at += 1;
            } else {
                parser.missing_colon(end);
            }
            member(parser, key);
        })
    }

    /// Reads a string, if [`kind`](Self::kind) returned one.
    #[inline]
    pub(crate) fn string(&mut self) -> Str<'a> {
        let at = self.at;
        let extent = self.string_extent();
        Str::from_extent(self.text, at, extent)
    }

    #[inline]
    fn string_extent(&mut self) -> Extent {
        match self.plain_string() {
            Some(end) => Extent { end, has_escapes: false, opening: 1, closing: 1 },
            None => self.unusual_string(),
        }
    }

    /// Reads a string without escapes or errors, and returns its end.
    fn plain_string(&mut self) -> Option<usize> {
        let (b'"', rest) = self.bytes(self.at).split_first()? else { return None };
        let start = self.at + 1;
        let end = start + plain_length(rest);
        let is_plain = self.byte(end) == Some(b'"') && self.quote(start, end) == Quote::Closing;
        is_plain.then(|| {
            self.at = end + 1;
            end
        })
    }

    /// Reads a string that may have escapes or errors.
    #[inline(never)]
    fn unusual_string(&mut self) -> Extent {
        if self.byte(self.at) != Some(b'"') {
            return self.misquoted();
        }
        let start = self.at + 1;
        let (mut end, mut has_escapes) = (start, false);
        loop {
            end += plain_length(self.bytes(end));
            match self.byte(end) {
                Some(b'"') => match self.quote(start, end) {
                    Quote::Closing => break,
                    Quote::Inner => {
                        self.error(SyntaxErrorKind::UnescapedQuote, end, end + 1);
                        end += 1;
                    }
                    Quote::Opening => return self.unclosed(start, end),
                },
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
        Extent { end, has_escapes, opening: 1, closing: 1 }
    }

    /// Skips an array that is identical to `raw`, and returns its start.
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
        let scalar = match self.bytes(self.at) {
            rest @ [b'-' | b'0'..=b'9', ..] => number_length(rest).map(|length| (Kind::Number, length)),
            rest => literal(rest),
        };
        let Some((kind, length)) = scalar else { return (Kind::Invalid, self.invalid_value()) };
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
            self.consume(SyntaxErrorKind::TrailingText, self.rest(self.at).trim_end().len());
        }
        self.errors
    }

    /// Reads items between brackets, with their commas.
    #[inline]
    fn list(&mut self, close: u8, mut item: impl FnMut(&mut Self)) -> Span {
        let (start, is_array) = (self.at, close == b']');
        if self.depth == MAX_DEPTH {
            return self.too_deep();
        }
        self.depth += 1;
        self.arrays = self.arrays << 1 | u128::from(is_array);
        self.at += usize::from(!self.recovery.lacks_brace(start));
        // The position after the last token (of a comma, its start), and the same before the last item.
        let (mut last, mut from) = (self.at, self.at);
        let mut before = Before::Bracket;
        loop {
            match (self.peek(), before) {
                (Some(b','), Before::Item | Before::Comma) => {
                    if before == Before::Comma {
                        self.error(SyntaxErrorKind::ExtraComma, last, last + 1);
                    }
                    (before, last) = (Before::Comma, self.at);
                    self.at += 1;
                }
                (Some(byte), _) if byte == close => {
                    if before == Before::Comma {
                        self.error(SyntaxErrorKind::TrailingComma, last, last + 1);
                    }
                    if is_array || self.depth > 1 || !self.closes_early() {
                        self.at += 1;
                        break;
                    }
                    before = Before::Item;
                }
                (Some(b','), Before::Bracket) => _ = self.consume(SyntaxErrorKind::LeadingComma, 1),
                (None | Some(b']' | b'}'), _) => {
                    if self.unmatched_end(start, last) {
                        break;
                    }
                }
                (Some(b':'), Before::Item)
                    if is_array && self.is_key_at(from + usize::from(self.byte(from) == Some(b','))) =>
                {
                    if self.member_in_array(start, from) {
                        break;
                    }
                    before = Before::Bracket;
                }
                (Some(b'{'), _) if !is_array && self.object_in_object(start, last) => break,
                (Some(_), Before::Item) => {
                    if self.missing_comma(last) {
                        before = Before::Bracket;
                    } else {
                        last = self.at;
                    }
                }
                _ => {
                    item(self);
                    (before, from, last) = (Before::Item, last, self.at);
                    // Fast path: a comma follows at once.
                    if self.byte(last) == Some(b',') {
                        before = Before::Comma;
                        self.at += 1;
                    }
                }
            }
        }
        self.depth -= 1;
        self.arrays >>= 1;
        Span::new(start, self.at)
    }

    /// Skips whitespace and returns the next byte.
    #[inline]
    pub(super) fn peek(&mut self) -> Option<u8> {
        self.skip_whitespace();
        match self.byte(self.at) {
            Some(b'/' | b'#' | b'<'..=b'>' | ..=b' ' | 0x80..) => self.peek_unusual(),
            byte => byte,
        }
    }

    #[cold]
    fn peek_unusual(&mut self) -> Option<u8> {
        while self.skip_invalid_whitespace() {
            self.skip_whitespace();
        }
        self.byte(self.at)
    }

    #[inline]
    fn skip_whitespace(&mut self) {
        // A local variable avoids a store for each byte.
        let mut at = self.at;
        while let Some(byte @ (b' ' | b'\n' | b'\r' | b'\t')) = self.byte(at) {
            at += 1;
            if byte == b'\n' {
                at += leading_blanks(self.bytes(at));
            }
        }
        self.at = at;
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
