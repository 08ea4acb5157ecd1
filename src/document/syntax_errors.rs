//! Messages of syntax errors.

use alloc::format;

use crate::code::Code;
use crate::diagnostic::{Applicability, At, Edit, Sink};
use crate::redact::mentions_token;
use crate::span::Span;
use crate::syntax::{ErrorHandler, MAX_DEPTH, SyntaxError, SyntaxErrorKind as Kind};

impl ErrorHandler for Sink {
    #[cold]
    fn syntax_error(&mut self, SyntaxError { kind, span }: SyntaxError, text: &str) {
        if !kind.keeps_strings() {
            self.redact_fragments();
        }
        if kind == Kind::TooDeep {
            let Some(draft) = self.report(Code::NestedTooDeeply, span, At::File) else { return };
            let message = format!("arrays and objects are nested more than {MAX_DEPTH} deep");
            draft.message(message).help("a tokens file has a depth of 4");
            return;
        }
        if let Some(draft) = self.report(Code::JsonSyntax, span, At::File) {
            let fragment = span.text(text).unwrap_or_default();
            let (message, help) = describe(kind, fragment);
            let draft = draft.message(message).help(help);
            if matches!(kind, Kind::Comment | Kind::TrailingComma) {
                // A comment may hold the only copy of a token.
                let may_be_token = mentions_token(fragment) || fragment.contains("\\u");
                let applicability = if may_be_token { Applicability::Ask } else { Applicability::Safe };
                draft.fix(applicability, [Edit::new(span, "")]);
            }
        }
        if let Kind::UnexpectedEnd { opened } = kind
            && text.as_bytes().get(opened) == Some(&b'"')
        {
            // What is found in half a string is the fault of the end. Also at the end itself.
            self.ignore(Span::new(opened, text.len() + 1));
        }
    }
}

fn describe(kind: Kind, fragment: &str) -> (&'static str, &'static str) {
    match kind {
        Kind::Comment => ("there are no comments in JSON", "remove it"),
        Kind::InvalidWhitespace => (
            "a space that JSON does not know, or a character that is not seen, stands here",
            "remove it, or write a plain space",
        ),
        Kind::TrailingComma => ("JSON allows no `,` after the last value", "remove it"),
        Kind::ExtraComma => ("a value is missing before this `,`", "remove the `,`"),
        Kind::MissingComma => ("a `,` is missing before this", "separate values by `,`"),
        Kind::MissingColon => ("a name and its value are separated by `:`", "write `:`"),
        Kind::MissingValue => ("a value is missing here", "write it behind the `:`; was a variable not set?"),
        Kind::MissingBracket { .. } => ("a closing bracket is missing here", "check the brackets before it"),
        Kind::MismatchedBracket { .. } => {
            ("this bracket does not close what is open", "check the brackets before it")
        }
        Kind::MissingBrace => (
            "the file begins with a member, and not with the `{` of an object",
            "put `{` and `}` around the whole",
        ),
        Kind::ConflictMarker => (
            "this is a mark of two versions of the file that were not merged",
            "keep one of them, or what belongs into the file of both, and remove the marks",
        ),
        Kind::Variable => (
            "a variable or a template stands here, and was not filled in",
            "fill it in before; a text stands in double quotes then",
        ),
        Kind::UnescapedQuote => ("this `\"` is in a string", "write `\\\"`"),
        Kind::ExtraBracket => ("this bracket closes nothing", "remove it"),
        Kind::InvalidQuotes if fragment.starts_with('\'') => {
            ("strings are in double quotes, not in single quotes", "write `\"`")
        }
        Kind::InvalidQuotes => ("strings are in plain double quotes, not in typographic ones", "write `\"`"),
        Kind::MissingQuote => ("a `\"` is missing here", "close the string on its line"),
        Kind::ControlCharacter => (
            "a line break or control character stands in a string",
            "close the string on its line, or write `\\n`",
        ),
        Kind::InvalidEscape => ("this escape does not exist in JSON", "write `\\\\` for a backslash"),
        Kind::InvalidNumber if fragment.trim_start_matches('-').starts_with('0') => {
            ("a number does not begin with 0", "remove the leading zeros")
        }
        Kind::InvalidNumber if fragment.ends_with(['.', 'e', 'E', '+', '-']) => {
            ("a number is not finished here", "write its digits")
        }
        Kind::InvalidNumber => ("this is not a JSON number", "write its digits without leading zeros"),
        Kind::MissingKey | Kind::UnquotedKey => {
            ("the name of a member is a string in double quotes", "write `\"` around it")
        }
        Kind::UnknownWord => {
            ("this is not a JSON value", "JSON writes `null`, `true` and `false`, and no `NaN`")
        }
        Kind::Unexpected => ("this cannot stand here in JSON", "is a `\"` or a `,` missing before it?"),
        Kind::TooDeep => ("arrays and objects are nested too deeply", "a tokens file has a depth of 4"),
        Kind::UnexpectedEnd { .. } => (
            "the file ends too early: a string, array or object is not closed",
            "was it copied or written in full?",
        ),
        Kind::TrailingText if fragment.starts_with(['{', '[']) => {
            ("a second JSON document begins here", "put all tokens into one object")
        }
        Kind::TrailingText if fragment.starts_with(['}', ']']) => {
            ("this bracket closes nothing", "remove it")
        }
        Kind::TrailingText => ("there is text behind the end of the JSON", "remove it"),
    }
}
