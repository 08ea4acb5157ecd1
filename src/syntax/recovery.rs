//! Recovery from syntax errors, the cold part of the parser. Every path consumes input, so parsing terminates.

use crate::span::Span;
use crate::syntax::error::{ErrorHandler, SyntaxError, SyntaxErrorKind};
use crate::syntax::kind::Kind;
use crate::syntax::lexer::{
    first_line, is_invalid_quote, is_word, split_before_punctuation, starts_with_conflict_marker,
    variables_length, word_length,
};
use crate::syntax::parser::Parser;
use crate::syntax::string::Extent;

impl<'a, E: ErrorHandler> Parser<'a, E> {
    #[cold]
    pub(super) fn error(&mut self, kind: SyntaxErrorKind, start: usize, end: usize) {
        let span = Span::new(start, end);
        let is_known = |last: Span| start == last.start() || span.is_empty() && start == last.end();
        if start >= self.recovery.reread && !self.recovery.last_error.is_some_and(is_known) {
            if !kind.is_skipped() {
                self.recovery.last_error = Some(span);
            }
            self.recovery.error_count += 1;
            self.errors.syntax_error(SyntaxError { kind, span }, self.text);
        }
    }

    /// Reports the next bytes and consumes them.
    #[cold]
    pub(super) fn consume(&mut self, kind: SyntaxErrorKind, length: usize) -> Span {
        let span = Span::new(self.at, self.at + length);
        self.error(kind, span.start(), span.end());
        self.at = span.end();
        span
    }

    /// Reports a missing token, except at the end of the text, which is a separate error.
    pub(super) fn missing(&mut self, kind: SyntaxErrorKind, at: usize) {
        if self.at < self.text.len() {
            self.error(kind, at, at);
        }
    }

    /// Goes back to an offset. Errors up to the current position are not reported twice.
    pub(super) fn rewind(&mut self, at: usize) {
        self.recovery.reread = self.at;
        self.at = at;
    }

    pub(super) fn rest(&self, at: usize) -> &'a str {
        self.text.get(at..).unwrap_or_default()
    }

    pub(super) const fn is_in_array(&self) -> bool {
        self.arrays & 1 == 1
    }

    /// Skips a comment, a conflict marker or whitespace that JSON does not allow.
    #[cold]
    pub(super) fn skip_invalid_whitespace(&mut self) -> bool {
        let rest = self.rest(self.at);
        let is_line_start =
            self.text.get(..self.at).is_none_or(|before| before.is_empty() || before.ends_with('\n'));
        let is_space =
            |c: char| c.is_whitespace() || matches!(c, '\u{200B}'..='\u{200F}' | '\u{2060}' | '\u{FEFF}');
        let (kind, length) = if rest.starts_with("/*") {
            (SyntaxErrorKind::Comment, rest.find("*/").map_or(rest.len(), |end| end + 2))
        } else if rest.starts_with("//") || rest.starts_with('#') {
            (SyntaxErrorKind::Comment, first_line(rest).len())
        } else if is_line_start && starts_with_conflict_marker(rest) {
            (SyntaxErrorKind::ConflictMarker, first_line(rest).len())
        } else {
            (SyntaxErrorKind::InvalidWhitespace, rest.find(|c| !is_space(c)).unwrap_or(rest.len()))
        };
        if length > 0 {
            self.consume(kind, length);
        }
        length > 0
    }

    /// Handles an item without a comma after it. Returns whether the next item starts here.
    #[cold]
    pub(super) fn missing_comma(&mut self, last: usize) -> bool {
        if self.is_last_quote(self.at) {
            self.consume(SyntaxErrorKind::MissingQuote, 1);
            return false;
        }
        let starts_item = self.starts_item();
        if starts_item {
            self.missing(SyntaxErrorKind::MissingComma, last);
        } else {
            self.junk(SyntaxErrorKind::Unexpected, 0);
        }
        starts_item
    }

    fn starts_item(&self) -> bool {
        let rest = self.rest(self.at);
        let is_bare = || {
            if self.is_in_array() {
                return rest.starts_with(|c: char| c.is_ascii_digit() || c == '-');
            }
            let after = rest.get(word_length(rest.as_bytes())..).unwrap_or_default().trim_start();
            rest.starts_with(|c| u8::try_from(c).is_ok_and(is_word)) && after.starts_with([':', '='])
        };
        rest.starts_with(['"', '{', '['])
            || variables_length(rest.as_bytes()) > 0
            || is_bare()
            || self.starts_string(!self.is_in_array())
    }

    #[cold]
    pub(super) fn missing_colon(&mut self, end: usize) {
        let rest = self.rest(self.at);
        if rest.starts_with(['=', ';']) {
            self.consume(SyntaxErrorKind::MissingColon, if rest.starts_with("=>") { 2 } else { 1 });
            return;
        }
        let is_end = |c: char| c.is_ascii_whitespace() || ",:[]{}\"".contains(c) || is_invalid_quote(c);
        let length = rest.find(is_end).unwrap_or(rest.len()).max(usize::from(rest.starts_with('"')));
        let after = rest.get(length..).unwrap_or_default().trim_start_matches([' ', '\t']);
        if after.starts_with(':') {
            self.consume(SyntaxErrorKind::Unexpected, length);
            self.peek();
            self.at += 1;
        } else {
            self.missing(SyntaxErrorKind::MissingColon, end);
        }
    }

    /// Reads a key that is not in double quotes. Returns `None` if there is none; its value is also skipped.
    #[cold]
    pub(super) fn invalid_key(&mut self) -> Option<Extent> {
        let variables = variables_length(self.bytes(self.at));
        if variables == 0 && self.starts_string(true) {
            return Some(self.misquoted());
        }
        let word = word_length(self.bytes(self.at));
        match self.byte(self.at) {
            _ if variables > 0 => _ = self.consume(SyntaxErrorKind::Variable, variables),
            // The key follows.
            Some(byte) if self.is_extra(byte, self.at + word.max(1)) => {
                self.consume(SyntaxErrorKind::Unexpected, word.max(1));
            }
            _ if word > 0 => {
                let span = self.consume(SyntaxErrorKind::UnquotedKey, word);
                return Some(Extent { end: span.end(), has_escapes: false, opening: 0, closing: 0 });
            }
            Some(b':') => self.error(SyntaxErrorKind::MissingKey, self.at, self.at + 1),
            Some(b'{' | b'[') => {
                self.error(SyntaxErrorKind::MissingKey, self.at, self.at + 1);
                self.skip();
            }
            _ => _ = self.junk(SyntaxErrorKind::Unexpected, 0),
        }
        if self.rest(self.at).trim_ascii_start().starts_with(':') {
            self.peek();
            self.at += 1;
            self.skip();
        }
        None
    }

    /// Returns the type of a value that does not start like JSON.
    #[cold]
    pub(super) fn invalid_kind(&mut self) -> Kind {
        let rest = self.rest(self.at);
        if variables_length(rest.as_bytes()) > 0 {
            return Kind::Invalid;
        }
        // A `{` that starts no variable, or a key without its `{`.
        if rest.starts_with(['{', '"']) {
            return Kind::Object;
        }
        if self.starts_string(false) {
            return Kind::String;
        }
        let (before, next) = split_before_punctuation(rest);
        let value = self.at + before.len();
        let is_string = || self.is_in_array() || !self.is_key_at(value);
        let is_value = next.starts_with(['[', '{']) || next.starts_with('"') && is_string();
        if self.depth == 0 || before.is_empty() || !is_value {
            return Kind::Invalid;
        }
        self.consume(SyntaxErrorKind::Unexpected, before.trim_end().len());
        self.kind()
    }

    /// Handles an invalid or missing value.
    #[cold]
    pub(super) fn invalid_value(&mut self) -> Span {
        let variables = variables_length(self.bytes(self.at));
        let kind = match self.byte(self.at) {
            None if self.depth == 0 => {
                return self.consume(SyntaxErrorKind::UnexpectedEnd { opened: self.at }, 0);
            }
            None | Some(b',' | b']' | b'}') if self.depth > 0 => {
                let before = self.text.get(..self.at).unwrap_or_default();
                let end = before.trim_end_matches([' ', '\t', '\r', '\n']).len();
                self.missing(SyntaxErrorKind::MissingValue, end);
                return Span::new(end, end);
            }
            _ if variables > 0 => SyntaxErrorKind::Variable,
            Some(b'0'..=b'9' | b'-' | b'+' | b'.') => SyntaxErrorKind::InvalidNumber,
            Some(byte) if is_word(byte) => SyntaxErrorKind::UnknownWord,
            _ => SyntaxErrorKind::Unexpected,
        };
        let span = self.junk(kind, variables);
        if self.depth == 0 {
            self.at = self.text.len();
        }
        span
    }

    /// Consumes template variables of this length, or a character, and the text up to the next token on the line.
    fn junk(&mut self, kind: SyntaxErrorKind, variables: usize) -> Span {
        let rest = self.rest(self.at);
        // At least one character, so that parsing terminates.
        let first = rest.chars().next().map_or(0, char::len_utf8);
        let first = variables.max(first);
        let after = rest.get(first..).unwrap_or_default();
        let (junk, _) = split_before_punctuation(after);
        let is_comment = |at: &usize| {
            let after = junk.get(at + 1..).unwrap_or_default();
            after.starts_with('#') || after.starts_with("//") || after.starts_with("/*")
        };
        let end = first + junk.match_indices(' ').map(|(at, _)| at).find(is_comment).unwrap_or(junk.len());
        let has_quote = self.is_last_quote(self.at + end);
        let trimmed = rest.get(..end).unwrap_or_default().trim_end().len();
        self.consume(kind, if has_quote { end + 1 } else { trimmed })
    }

    #[cold]
    pub(super) fn too_deep(&mut self) -> Span {
        let span = self.consume(SyntaxErrorKind::TooDeep, 1);
        self.at = self.text.len();
        self.recovery.last_error = Some(Span::new(self.at, self.at));
        span
    }
}
