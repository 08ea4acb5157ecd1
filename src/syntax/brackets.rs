//! Recovery of arrays and objects: brackets that are missing, extra or of the wrong type.

use crate::syntax::error::{ErrorHandler, SyntaxErrorKind};
use crate::syntax::lexer::{is_invalid_quote, is_word, variables_length};
use crate::syntax::parser::Parser;
use crate::syntax::state::Balance;

impl<E: ErrorHandler> Parser<'_, E> {
    /// Returns whether the array or object around the innermost one is an array; `None` if there is none.
    fn is_array_around(&self) -> Option<bool> {
        (self.depth > 1).then_some(self.arrays & 2 == 2)
    }

    /// Returns the balance of the brackets of one type, counted on first use.
    fn balance(&mut self, bracket: u8) -> &mut i64 {
        let rest = || Parser::at(self.text, self.at, ()).count_brackets(self.arrays, self.depth);
        self.recovery.balance.get_or_insert_with(rest).of(bracket)
    }

    /// Reports a missing `{` if the text starts with a member.
    #[cold]
    pub(super) fn find_missing_brace(&mut self) {
        if self.is_key_at(0) {
            self.peek();
            self.missing(SyntaxErrorKind::MissingBrace, self.at);
            self.recovery.unopened = Some(self.at);
        }
    }

    /// Handles an end that does not match the bracket at `opened`. Returns whether it closes that bracket.
    #[cold]
    pub(super) fn unmatched_end(&mut self, opened: usize, last: usize) -> bool {
        let Some(bracket) = self.byte(self.at) else {
            if !self.recovery.lacks_brace(opened) {
                self.error(SyntaxErrorKind::UnexpectedEnd { opened }, self.at, self.at);
            }
            return true;
        };
        let expected = if self.is_in_array() { b']' } else { b'}' };
        let arrays = self.arrays.count_ones() as usize;
        let is_open = if bracket == b']' { arrays > 0 } else { self.depth > arrays };
        if is_open && *self.balance(bracket) <= 0 {
            self.missing(SyntaxErrorKind::MissingBracket { opened }, last);
            *self.balance(expected) += 1;
            return true;
        }
        *self.balance(bracket) -= 1;
        if *self.balance(expected) < 0 {
            *self.balance(expected) += 1;
            self.consume(SyntaxErrorKind::MismatchedBracket { opened }, 1);
            return true;
        }
        self.consume(SyntaxErrorKind::ExtraBracket, 1);
        false
    }

    /// Skips a bracket that closes the outermost object before another member.
    #[cold]
    pub(super) fn closes_early(&mut self) -> bool {
        let mut next = Parser::at(self.text, self.at + 1, ());
        let is_comma = next.peek() == Some(b',');
        next.at += 1;
        let is_early = is_comma && next.peek() == Some(b'"');
        if is_early {
            self.consume(SyntaxErrorKind::ExtraBracket, 1);
            if let Some(balance) = &mut self.recovery.balance {
                balance.objects -= 1;
            }
        }
        is_early
    }

    /// Returns whether a key and a colon are at an offset.
    #[cold]
    pub(super) fn is_key_at(&self, at: usize) -> bool {
        let mut key = Parser::at(self.text, at, ());
        if key.peek() != Some(b'"') {
            return false;
        }
        key.string();
        key.peek() == Some(b':')
    }

    /// Returns whether a word, a colon or an unclosed bracket is extra, because a key follows at `next`.
    pub(super) fn is_extra(&mut self, byte: u8, next: usize) -> bool {
        let is_bracket = matches!(byte, b'{' | b'[');
        if !is_bracket && byte != b':' && !is_word(byte) || !self.is_key_at(next) {
            return false;
        }
        let is_extra = !is_bracket || *self.balance(byte) < 0;
        if is_bracket && is_extra {
            *self.balance(byte) += 1;
        }
        is_extra
    }

    /// Handles a colon after a string in an array. Returns whether the array ended before that string.
    #[cold]
    pub(super) fn member_in_array(&mut self, opened: usize, from: usize) -> bool {
        let ends = self.is_array_around() == Some(false) && *self.balance(b']') < 0;
        if ends {
            self.missing(SyntaxErrorKind::MissingBracket { opened }, from);
            *self.balance(b']') += 1;
            self.rewind(from);
        } else {
            self.rewind(from);
            self.at += usize::from(self.byte(from) == Some(b','));
            self.peek();
            self.recovery.reread = self.at;
            self.missing(SyntaxErrorKind::MissingBrace, self.at);
            self.recovery.unopened = Some(self.at);
            *self.balance(b'}') -= 1;
        }
        ends
    }

    /// Handles a `{` where an object has a key. Returns whether the object ended before it.
    #[cold]
    pub(super) fn object_in_object(&mut self, opened: usize, last: usize) -> bool {
        let is_entry = self.is_array_around() == Some(true) && variables_length(self.bytes(self.at)) == 0;
        let is_missing = is_entry && *self.balance(b'}') < 0;
        if is_missing {
            self.missing(SyntaxErrorKind::MissingBracket { opened }, last);
            *self.balance(b'}') += 1;
            self.rewind(last);
        }
        is_missing
    }
}

impl Parser<'_, ()> {
    /// Returns the balance of the open brackets and the rest of the text.
    fn count_brackets(mut self, arrays: u128, depth: usize) -> Balance {
        let arrays = i64::from(arrays.count_ones());
        let depth = i64::try_from(depth).unwrap_or(arrays);
        let mut balance = Balance { arrays: -arrays, objects: arrays - depth };
        // At depth 0, an invalid value would extend to the end of the text.
        self.depth = 1;
        while let Some(byte) = self.peek() {
            match byte {
                b'[' | b'{' => *balance.of(byte) -= 1,
                b']' | b'}' => *balance.of(byte) += 1,
                b',' | b':' => {}
                _ if byte == b'"' || self.rest(self.at).starts_with(is_invalid_quote) => {
                    self.string();
                    continue;
                }
                _ => {
                    self.scalar();
                    continue;
                }
            }
            self.at += 1;
        }
        balance
    }
}
