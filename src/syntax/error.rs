//! The syntax errors of JSON.

use crate::span::Span;

/// Receives the syntax errors of a parser.
pub(crate) trait ErrorHandler {
    /// Handles one error of a text.
    fn syntax_error(&mut self, error: SyntaxError, text: &str);
}

/// Ignores syntax errors.
impl ErrorHandler for () {
    fn syntax_error(&mut self, _: SyntaxError, _: &str) {}
}

/// Keeps the first syntax error.
impl ErrorHandler for Option<SyntaxError> {
    fn syntax_error(&mut self, error: SyntaxError, _: &str) {
        self.get_or_insert(error);
    }
}

/// A syntax error.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct SyntaxError {
    pub(crate) kind: SyntaxErrorKind,
    pub(crate) span: Span,
}

/// The kind of a syntax error, and how the parser recovers from it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum SyntaxErrorKind {
    /// A comment. Skipped.
    Comment,
    /// A line that marks an unresolved merge conflict. Skipped.
    ConflictMarker,
    /// A byte order mark, or whitespace that JSON does not allow. Skipped.
    InvalidWhitespace,
    /// A comma after the last item. Skipped.
    TrailingComma,
    /// A comma directly before another. Skipped.
    ExtraComma,
    /// A comma before the first item. Skipped.
    LeadingComma,
    /// Two elements or members without a comma. Inserted.
    MissingComma,
    /// A key without a colon. Inserted; the span covers `=` if that replaces the colon.
    MissingColon,
    /// A member without a key. Skipped.
    MissingKey,
    /// No value. It is [`Invalid`](super::Kind::Invalid).
    MissingValue,
    /// An array or object without its closing bracket. Closed before the next comma or bracket.
    MissingBracket { opened: usize },
    /// Members without the `{` before them. Read as an object.
    MissingBrace,
    /// A closing bracket of the wrong kind. It closes the innermost array or object.
    MismatchedBracket { opened: usize },
    /// A closing bracket that closes nothing. Skipped.
    ExtraBracket,
    /// Single or typographic quotes. Read as a string.
    InvalidQuotes,
    /// A string without one of its quotes. It ends before the punctuation at the end of its line, or before the next key.
    MissingQuote,
    /// A quote inside a string. Kept.
    UnescapedQuote,
    /// A line break or control character in a string. Kept.
    ControlCharacter,
    /// A backslash without a valid escape. Kept.
    InvalidEscape,
    /// A number that JSON does not allow. It is [`Invalid`](super::Kind::Invalid).
    InvalidNumber,
    /// A key without quotes. Read as the key.
    UnquotedKey,
    /// `True`, `None` and the like. It is [`Invalid`](super::Kind::Invalid).
    UnknownWord,
    /// A template variable outside a string. As a value it is [`Invalid`](super::Kind::Invalid); as a member it is skipped.
    Variable,
    /// Characters that are not JSON. Skipped.
    Unexpected,
    /// More than [`MAX_DEPTH`](super::MAX_DEPTH) nested brackets. The rest is not read.
    TooDeep,
    /// The text ends inside an array, an object or a string. Closed.
    UnexpectedEnd { opened: usize },
    /// Text after the value. Not read.
    TrailingText,
}

impl SyntaxErrorKind {
    /// Returns whether the parser skips it like whitespace, so that it causes no other error.
    pub(super) const fn is_skipped(self) -> bool {
        matches!(self, Self::Comment | Self::ConflictMarker | Self::InvalidWhitespace | Self::ExtraComma)
    }

    /// Returns whether the error leaves the boundaries of strings certain.
    pub(crate) const fn keeps_strings(self) -> bool {
        matches!(
            self,
            Self::Comment
                | Self::ConflictMarker
                | Self::InvalidWhitespace
                | Self::TrailingComma
                | Self::ExtraComma
                | Self::LeadingComma
                | Self::ExtraBracket
                | Self::ControlCharacter
                | Self::InvalidEscape
                | Self::Variable
                | Self::TrailingText
        )
    }
}
