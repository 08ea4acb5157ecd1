//! The messages of syntax errors.

use crate::code::Code;
use crate::diagnostic::{Applicability, At, Sink, TextEdit};
use crate::redact::mentions_token;
use crate::span::Span;
use crate::syntax::{ErrorHandler, MAX_DEPTH, SyntaxError, SyntaxErrorKind as Kind};

impl ErrorHandler for Sink {
    #[cold]
    fn syntax_error(&mut self, SyntaxError { kind, span }: SyntaxError, text: &str) {
        if !kind.keeps_strings() {
            self.redact_fragments();
        }
        let code = if kind == Kind::TooDeep { Code::NestedTooDeeply } else { Code::JsonSyntax };
        let fragment = span.text(text).unwrap_or_default();
        let (message, help) = describe(kind, fragment);
        let draft = self.report(code, span, At::File).message(message).help(help);
        if matches!(kind, Kind::Comment | Kind::TrailingComma | Kind::ExtraComma) {
            // A comment may contain the only copy of a token.
            let may_be_token = mentions_token(fragment) || fragment.contains("\\u");
            let applicability = if may_be_token { Applicability::Unsafe } else { Applicability::Safe };
            let replacement = if separates_words(span, text) { " " } else { "" };
            draft.fix(applicability, [TextEdit::new(span, replacement)]);
        }
        if let Kind::UnexpectedEnd { opened } = kind
            && text.as_bytes().get(opened) == Some(&b'"')
        {
            // Findings in an unclosed string, or at its end, are consequences of the missing quote.
            self.ignore(Span::new(opened, text.len() + 1));
        }
    }
}

/// Returns whether the removal of a span would join two words or quotes, or move a text to the start of the file.
fn separates_words(span: Span, text: &str) -> bool {
    let is_word = |c: char| !c.is_whitespace() && !matches!(c, ',' | ':' | '[' | ']' | '{' | '}');
    let (before, after) = (text.get(..span.start()), text.get(span.end()..));
    // Behind a comment, a byte order mark is invalid whitespace; at the start of the file it is another error.
    before.is_some_and(|before| before.is_empty() || before.ends_with(is_word))
        && after.is_some_and(|after| after.starts_with(is_word))
}

const _: () = assert!(MAX_DEPTH == 127, "a message has this limit");

fn describe(kind: Kind, fragment: &str) -> (&'static str, &'static str) {
    match kind {
        Kind::Comment => ("JSON does not allow comments", "remove the comment"),
        Kind::InvalidWhitespace => {
            ("invalid whitespace or invisible character", "remove it, or use a plain space")
        }
        Kind::TrailingComma => ("trailing `,` after the last value", "remove the `,`"),
        Kind::ExtraComma => ("two `,` in a row", "remove one"),
        Kind::LeadingComma => ("missing value before `,`", "remove the `,`"),
        Kind::MissingComma => ("missing `,`", "separate the values with `,`"),
        Kind::MissingColon => ("missing `:` between a name and its value", "write `:`"),
        Kind::MissingValue => ("missing value", "write a value after `:`; is a variable unset?"),
        Kind::MissingBracket { .. } => ("missing closing bracket", "check the brackets before it"),
        Kind::MismatchedBracket { .. } => ("mismatched closing bracket", "check the brackets before it"),
        Kind::MissingBrace => {
            ("the file starts with a member instead of `{`", "put `{` and `}` around the members")
        }
        Kind::ConflictMarker => ("unresolved merge conflict", "resolve the conflict, and remove its markers"),
        Kind::Variable => {
            ("unexpanded variable", "expand the template first, and write strings in double quotes")
        }
        Kind::UnescapedQuote => ("unescaped `\"` in a string", "write `\\\"`"),
        Kind::ExtraBracket => ("unexpected closing bracket", "remove the bracket"),
        Kind::InvalidQuotes => ("JSON strings use plain double quotes", "use `\"`"),
        Kind::MissingQuote => ("missing `\"`", "close the string on the same line"),
        Kind::ControlCharacter => (
            "line break or control character in a string",
            "close the string on the same line, or write `\\n`",
        ),
        Kind::InvalidEscape => ("invalid escape in a string", "write `\\\\` for a backslash"),
        Kind::InvalidNumber => {
            ("invalid number", "write a number such as `1893456000000`, without leading zeros")
        }
        Kind::MissingKey | Kind::UnquotedKey => {
            ("a member name must be a string in double quotes", "put the name in double quotes")
        }
        Kind::UnknownWord => {
            ("invalid JSON value", "put a string in double quotes, or use `true`, `false` or `null`")
        }
        Kind::Unexpected => ("unexpected text", "remove it, or add a missing `\"` or `,` before it"),
        Kind::TooDeep => (
            "arrays and objects are nested more than 127 levels deep",
            "reduce the nesting: a tokens file has 4 levels",
        ),
        Kind::UnexpectedEnd { .. } => (
            "unexpected end of file: a string, array or object is not closed",
            "close it; is the file complete?",
        ),
        Kind::TrailingText if fragment.starts_with(['{', '[']) => {
            ("unexpected second JSON document", "move all tokens to one object")
        }
        Kind::TrailingText => ("unexpected text after the JSON value", "remove it"),
    }
}
