//! Recovery of strings with invalid or missing quotes.

use crate::syntax::error::{ErrorHandler, SyntaxErrorKind};
use crate::syntax::lexer::{first_line, is_invalid_quote, is_word};
use crate::syntax::parser::{Parser, Quote};
use crate::syntax::string::Extent;

impl<E: ErrorHandler> Parser<'_, E> {
    /// Returns the meaning of the quote at `at` in the string that starts at `start`.
    #[inline]
    pub(super) fn quote(&self, start: usize, at: usize) -> Quote {
        let is_usual = |next| matches!(next, None | Some(b',' | b':' | b']' | b'}' | b'\n' | b'\r'));
        let next = self.byte(at + 1);
        if is_usual(next) || next == Some(b' ') && is_usual(self.byte(at + 2)) {
            return Quote::Closing;
        }
        self.unusual_quote(start, at, None)
    }

    #[cold]
    fn unusual_quote(&self, start: usize, at: usize, opening: Option<char>) -> Quote {
        let mut after = self.rest(at).chars();
        after.next();
        let after = after.as_str();
        let is_end = |c: char| closes(opening, c);
        let is_punctuation = |c: char| matches!(c, ',' | ':' | '[' | ']' | '{' | '}' | '\n');
        let end = after.find(|c| is_punctuation(c) || is_end(c)).unwrap_or(after.len());
        let (text, next) = after.split_at_checked(end).unwrap_or_default();
        let text = text.trim();
        if text.is_empty()
            || text.starts_with(['=', ';', '#'])
            || text.starts_with("//")
            || text.starts_with("/*")
        {
            return Quote::Closing;
        }
        let before = self.text.get(start..at).unwrap_or_default().trim_end();
        if before.ends_with([',', ':', '[', '{']) {
            return Quote::Opening;
        }
        if next.starts_with(is_end) { Quote::Inner } else { Quote::Closing }
    }

    /// Returns whether a quote closes a string that was not opened: only punctuation follows on its line.
    pub(super) fn is_last_quote(&self, at: usize) -> bool {
        let after = self.rest(at).strip_prefix('"').map(|rest| rest.trim_start_matches([' ', '\t', '\r']));
        after.is_some_and(|rest| rest.is_empty() || rest.starts_with([',', ']', '}', '\n']))
    }

    /// Returns whether a string with other quotes or without its first quote starts here.
    #[cold]
    pub(super) fn starts_string(&self, is_key: bool) -> bool {
        let rest = self.rest(self.at);
        if !rest.starts_with(|c| u8::try_from(c).is_ok_and(is_word)) {
            return rest.starts_with(is_invalid_quote);
        }
        let is_end = |c: char| {
            matches!(c, ',' | '[' | ']' | '{' | '}' | '"' | '\n') || is_key && matches!(c, ':' | '=')
        };
        let Some(end) = rest.find(is_end) else { return false };
        let is_before_colon = || {
            let after = rest.get(end..).and_then(|quote| quote.strip_prefix('"'));
            after.is_some_and(|rest| rest.trim_start_matches([' ', '\t']).starts_with([':', '=']))
        };
        if is_key { is_before_colon() } else { self.is_last_quote(self.at + end) }
    }

    /// Reads a string with other quotes or without its first quote. It ends with its line.
    #[cold]
    pub(super) fn misquoted(&mut self) -> Extent {
        let opening = self.rest(self.at).chars().next().filter(|c| is_invalid_quote(*c));
        let start = self.at + opening.map_or(0, char::len_utf8);
        let mut end = start;
        let last = loop {
            let rest = self.rest(end);
            end += rest.find(|c| c == '\n' || closes(opening, c)).unwrap_or(rest.len());
            let Some(last) = self.rest(end).chars().next().filter(|c| closes(opening, *c)) else {
                return self.unclosed(start, end);
            };
            let is_escaped = self.text.get(start..end).is_some_and(|before| before.ends_with('\\'));
            match self.unusual_quote(start, end, opening) {
                Quote::Opening => return self.unclosed(start, end),
                Quote::Closing if !is_escaped => break last,
                _ => end += last.len_utf8(),
            }
        };
        let kind =
            if opening.is_some() { SyntaxErrorKind::InvalidQuotes } else { SyntaxErrorKind::MissingQuote };
        let after = end + last.len_utf8();
        self.error(kind, self.at, after);
        self.at = after;
        self.extent(start, end, opening, Some(last))
    }

    /// Reads an unclosed string up to the punctuation at the end of its line.
    #[cold]
    pub(super) fn unclosed(&mut self, start: usize, end: usize) -> Extent {
        let opening = self.text.get(self.at..start).unwrap_or_default().chars().next();
        let line = self.text.get(start..end).unwrap_or_default();
        let mut raw = line.trim_end_matches([' ', '\t', '\r', ',', ':', '[', ']', '{', '}']);
        let is_complete = line.trim_end().ends_with([']', '}']);
        if end == self.text.len() && !is_complete {
            raw = line;
            self.error(SyntaxErrorKind::UnexpectedEnd { opened: self.at }, end, end);
        } else {
            self.error(SyntaxErrorKind::MissingQuote, self.at, start + raw.len());
        }
        self.at = start + raw.len();
        let closing = raw.chars().next_back().filter(|c| is_invalid_quote(*c));
        self.extent(start, self.at - closing.map_or(0, char::len_utf8), opening, closing)
    }

    fn extent(&self, start: usize, end: usize, opening: Option<char>, closing: Option<char>) -> Extent {
        let raw = self.text.get(start..end).unwrap_or_default();
        // A quote has one to three bytes.
        let length =
            |quote: Option<char>| quote.map_or(0, |quote| u8::try_from(quote.len_utf8()).unwrap_or(0));
        let (opening, closing) = (length(opening), length(closing));
        Extent { end, has_escapes: raw.contains('\\'), opening, closing }
    }

    /// Reports a backslash without a valid escape, and returns the length to keep unchanged.
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
        rest.chars().next()?;
        let length = if rest.starts_with("\r\n") { 2 } else { 1 };
        if rest.get(..length)?.ends_with('\n') && !self.is_closed_on_line(at + length) {
            return None;
        }
        self.error(SyntaxErrorKind::ControlCharacter, at, at + length);
        Some(length)
    }

    /// Returns whether the first quote of a line closes a string of the line before.
    fn is_closed_on_line(&self, at: usize) -> bool {
        let mut bytes = first_line(self.rest(at)).bytes();
        while let Some(byte) = bytes.next() {
            match byte {
                b'\\' => _ = bytes.next(),
                b'"' => {
                    let next = bytes.find(|byte| !matches!(byte, b' ' | b'\t'));
                    return matches!(next, None | Some(b',' | b':' | b']' | b'}'));
                }
                _ => {}
            }
        }
        false
    }
}

/// Returns whether a quote closes a string that `opening` opened; without it, the string lacks its first quote.
fn closes(opening: Option<char>, quote: char) -> bool {
    match opening {
        None => quote == '"',
        Some('\'' | '`') => opening == Some(quote),
        Some(_) => quote == '"' || matches!(quote, '\u{2018}'..='\u{201F}'),
    }
}
