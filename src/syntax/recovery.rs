//! Error recovery, the cold part of the parser. Every function consumes something or leaves it to one that does.

use crate::span::Span;
use crate::syntax::lexer::{is_word, word_length};
use crate::syntax::{ErrorHandler, Parser, Str, SyntaxError, SyntaxErrorKind};

impl<'a, E: ErrorHandler> Parser<'a, E> {
    #[cold]
    fn error(&mut self, kind: SyntaxErrorKind, start: usize, end: usize) {
        let span = Span::new(start, end);
        let is_known = |last: Span| start == last.start() || span.is_empty() && start == last.end();
        if !self.last_error.is_some_and(is_known) {
            self.last_error = Some(span);
            self.error_count += 1;
            self.errors.syntax_error(SyntaxError { kind, span });
        }
    }

    /// Reports the next bytes and consumes them.
    fn consume(&mut self, kind: SyntaxErrorKind, length: usize) -> Span {
        let span = Span::new(self.at, self.at + length);
        self.error(kind, span.start(), span.end());
        self.at = span.end();
        span
    }

    /// Reports something missing after the last token. The end of the text has an error of its own.
    fn missing(&mut self, kind: SyntaxErrorKind) -> Span {
        let mut at = self.at;
        if at < self.text.len() {
            at = self.text.get(..at).unwrap_or_default().trim_end_matches([' ', '\t', '\r', '\n']).len();
            self.error(kind, at, at);
        }
        Span::new(at, at)
    }

    fn rest(&self, at: usize) -> &'a str {
        self.text.get(at..).unwrap_or_default()
    }

    /// Skips a comment or white space that JSON does not allow.
    #[cold]
    pub(super) fn skip_invalid_whitespace(&mut self) -> bool {
        let rest = self.rest(self.at);
        let comment = if rest.starts_with("/*") {
            Some(rest.find("*/").map_or(rest.len(), |end| end + 2))
        } else {
            let is_comment = rest.starts_with("//") || rest.starts_with('#');
            is_comment.then(|| first_line(rest).len())
        };
        if let Some(length) = comment {
            self.consume(SyntaxErrorKind::Comment, length);
            return true;
        }
        let is_space =
            |c: char| c.is_whitespace() || matches!(c, '\u{200B}'..='\u{200F}' | '\u{2060}' | '\u{FEFF}');
        let length = rest.find(|c| !is_space(c)).unwrap_or(rest.len());
        if length > 0 {
            self.consume(SyntaxErrorKind::InvalidWhitespace, length);
        }
        length > 0
    }

    /// Handles an end that does not match the bracket at `opened`. Returns whether it closes that bracket, too.
    #[cold]
    pub(super) fn unmatched_end(&mut self, opened: usize) -> bool {
        let outer = match self.byte(self.at) {
            None => {
                self.error(SyntaxErrorKind::UnexpectedEnd { opened }, self.at, self.at);
                return true;
            }
            Some(b']') => self.arrays,
            Some(_) => self.depth - self.arrays,
        };
        if outer > 0 {
            self.missing(SyntaxErrorKind::MissingBracket { opened });
        } else {
            self.consume(SyntaxErrorKind::ExtraBracket, 1);
        }
        outer > 0
    }

    #[cold]
    pub(super) fn extra_comma(&mut self, at: usize) {
        self.error(SyntaxErrorKind::ExtraComma, at, at + 1);
    }

    /// Handles an item that is not followed by a comma. Returns whether the next item begins here.
    #[cold]
    pub(super) fn missing_comma(&mut self) -> bool {
        let begins_item =
            self.byte(self.at).is_some_and(|byte| is_word(byte) || matches!(byte, b'"' | b'{' | b'['));
        if begins_item || self.begins_string() {
            self.missing(SyntaxErrorKind::MissingComma);
            return true;
        }
        self.junk(SyntaxErrorKind::Unexpected);
        false
    }

    #[cold]
    pub(super) fn missing_colon(&mut self) {
        let rest = self.rest(self.at);
        if rest.starts_with('=') {
            self.consume(SyntaxErrorKind::MissingColon, if rest.starts_with("=>") { 2 } else { 1 });
        } else {
            self.missing(SyntaxErrorKind::MissingColon);
        }
    }

    /// Reads a key that is not in double quotes. Returns `None` if there is none; its value is skipped, too.
    #[cold]
    pub(super) fn invalid_key(&mut self) -> Option<Str<'a>> {
        if self.begins_string() {
            return Some(self.misquoted());
        }
        let length = word_length(self.bytes(self.at));
        if length > 0 {
            let span = self.consume(SyntaxErrorKind::UnquotedKey, length);
            return Some(Str { raw: span.text(self.text)?, start: span.start(), has_escapes: false });
        }
        match self.byte(self.at) {
            Some(byte @ (b':' | b'{' | b'[')) => {
                self.error(SyntaxErrorKind::MissingKey, self.at, self.at + 1);
                self.at += usize::from(byte == b':');
                self.skip();
            }
            _ => _ = self.junk(SyntaxErrorKind::Unexpected),
        }
        None
    }

    /// Whether a string begins here, in other quotes or without the first quote.
    #[cold]
    pub(super) fn begins_string(&self) -> bool {
        let rest = self.rest(self.at);
        let word = word_length(rest.as_bytes());
        rest.starts_with(is_invalid_quote) || word > 0 && self.byte(self.at + word) == Some(b'"')
    }

    /// Reads such a string. It ends with its line.
    #[cold]
    pub(super) fn misquoted(&mut self) -> Str<'a> {
        let quote = self.rest(self.at).chars().next().filter(|c| is_invalid_quote(*c));
        let start = self.at + quote.map_or(0, char::len_utf8);
        let is_end = |c: char| match quote {
            Some('\'') => c == '\'',
            Some(_) => c == '"' || is_invalid_quote(c),
            None => c == '"',
        };
        let rest = self.rest(start);
        let length = rest.find(|c| c == '\n' || is_end(c)).unwrap_or(rest.len());
        let (raw, behind) = rest.split_at_checked(length).unwrap_or_default();
        let Some(last) = behind.chars().next().filter(|c| is_end(*c)) else {
            return self.unclosed(start, start + length);
        };
        let kind =
            if quote.is_some() { SyntaxErrorKind::InvalidQuotes } else { SyntaxErrorKind::MissingQuote };
        self.consume(kind, start + length + last.len_utf8() - self.at);
        Str { raw, start, has_escapes: raw.contains('\\') }
    }

    /// Reads an unclosed string up to the punctuation at the end of its line.
    #[cold]
    pub(super) fn unclosed(&mut self, start: usize, end: usize) -> Str<'a> {
        let mut raw = self.text.get(start..end).unwrap_or_default();
        if end == self.text.len() {
            self.error(SyntaxErrorKind::UnexpectedEnd { opened: self.at }, end, end);
        } else {
            raw = raw.trim_end_matches([' ', '\t', '\r', ',', ']', '}']);
            self.error(SyntaxErrorKind::MissingQuote, self.at, start + raw.len());
        }
        self.at = start + raw.len();
        Str { raw, start, has_escapes: raw.contains('\\') }
    }

    #[cold]
    pub(super) fn invalid_escape(&mut self, at: usize) -> usize {
        let character = self.rest(at + 1).chars().next().filter(|c| *c >= ' ').map_or(0, char::len_utf8);
        self.error(SyntaxErrorKind::InvalidEscape, at, at + 1 + character);
        1 + usize::from(character == 1)
    }

    /// Returns the length of a control character; `None` if the string ends before it.
    #[cold]
    pub(super) fn control_character(&mut self, at: usize) -> Option<usize> {
        let rest = self.rest(at);
        let length = if rest.starts_with("\r\n") { 2 } else { 1 };
        if let Some(line) = rest.strip_prefix("\r\n").or(rest.strip_prefix('\n')) {
            // If the next line has all its quotes, this line is missing one.
            let mut quotes = 0;
            let mut bytes = first_line(line).bytes();
            while let Some(byte) = bytes.next() {
                match byte {
                    b'\\' => _ = bytes.next(),
                    b'"' => quotes += 1,
                    _ => {}
                }
            }
            if quotes % 2 == 0 {
                return None;
            }
        }
        rest.chars().next()?;
        self.error(SyntaxErrorKind::ControlCharacter, at, at + length);
        Some(length)
    }

    /// Handles an invalid or missing value.
    #[cold]
    pub(super) fn invalid_value(&mut self) -> Span {
        match self.byte(self.at) {
            None if self.depth == 0 => self.consume(SyntaxErrorKind::UnexpectedEnd { opened: self.at }, 0),
            None | Some(b',' | b']' | b'}') => self.missing(SyntaxErrorKind::MissingValue),
            Some(b'0'..=b'9' | b'-' | b'+' | b'.') => self.junk(SyntaxErrorKind::InvalidNumber),
            Some(byte) if is_word(byte) => self.junk(SyntaxErrorKind::UnknownWord),
            Some(_) => self.junk(SyntaxErrorKind::Unexpected),
        }
    }

    /// Consumes meaningless characters up to the next token on the line.
    fn junk(&mut self, kind: SyntaxErrorKind) -> Span {
        let rest = self.rest(self.at);
        let is_end =
            |(at, c): &(usize, char)| *at > 0 && matches!(c, ',' | ']' | '}' | '[' | '{' | '"' | '\n');
        let length = rest.char_indices().find(is_end).map_or(rest.len(), |(at, _)| at);
        self.consume(kind, rest.get(..length).unwrap_or_default().trim_end().len())
    }

    #[cold]
    pub(super) fn too_deep(&mut self) -> Span {
        let span = self.consume(SyntaxErrorKind::TooDeep, 1);
        self.at = self.text.len();
        self.last_error = Some(Span::new(self.at, self.at));
        span
    }

    #[cold]
    pub(super) fn trailing_text(&mut self) {
        self.consume(SyntaxErrorKind::TrailingText, self.rest(self.at).trim_end().len());
    }
}

const fn is_invalid_quote(c: char) -> bool {
    matches!(c, '\'' | '\u{2018}'..='\u{201F}')
}

fn first_line(text: &str) -> &str {
    text.lines().next().unwrap_or_default()
}
