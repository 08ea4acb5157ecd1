//! Redaction of text that is not JSON: only harmless parts are shown.

use core::ops::Range;

use crate::name::DatabaseName;
use crate::permission::Permission;
use crate::redact::is_suspicious;
use crate::span::Span;
use crate::syntax::{Kind, Parser, Str};

/// Returns the spans that may contain secrets: everything but the members of the format and their harmless values.
pub(super) fn secrets(text: &str) -> Vec<Span> {
    let members = members(text);
    let mut shown = Shown { text, spans: Vec::new() };
    let ends = members.iter().skip(1).map(|(span, _)| span.start()).chain([text.len()]);
    shown.punctuation(Span::new(0, members.first().map_or(text.len(), |(span, _)| span.start())));
    for ((span, member), end) in members.iter().zip(ends) {
        let value = Span::new(span.end(), end);
        shown.spans.push(*span);
        shown.value(member, value);
        // The indentation of the next member.
        let length = value.text(text).unwrap_or_default().trim_ascii_end().len();
        shown.spans.push(Span::new(value.start() + length, end));
    }
    shown.hidden()
}

const MEMBERS: [&str; 6] = ["create_databases", "tokens", "token", "name", "expiry_millis", "permissions"];

/// Returns the members with their span, from the quote before the name to the colon. Quotes are optional, because a missing
/// one shifts all others.
fn members(text: &str) -> Vec<(Span, &str)> {
    let is_word = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-');
    let is_quote = |c: char| matches!(c, '"' | '\'' | '`' | '\u{2018}'..='\u{201F}');
    let mut members = Vec::new();
    let mut rest = text;
    while let Some(start) = rest.find(is_word) {
        let (before, word) = rest.split_at_checked(start).unwrap_or_default();
        let (word, after) =
            word.split_at_checked(word.find(|c| !is_word(c)).unwrap_or(word.len())).unwrap_or_default();
        rest = after;
        if !MEMBERS.contains(&word) {
            continue;
        }
        let colon = after.strip_prefix(is_quote).unwrap_or(after).trim_ascii_start();
        if let Some(value) = colon.strip_prefix([':', '=']) {
            let quote = before.chars().next_back().filter(|c| is_quote(*c)).map_or(0, char::len_utf8);
            let start = text.len() - after.len() - word.len() - quote;
            members.push((Span::new(start, text.len() - value.len()), word));
            rest = value;
        }
    }
    members
}

/// The harmless spans.
struct Shown<'a> {
    text: &'a str,
    spans: Vec<Span>,
}

impl Shown<'_> {
    /// Shows the value of a member, if it is complete and harmless, and the punctuation after it.
    fn value(&mut self, member: &str, value: Span) {
        let text = value.text(self.text).unwrap_or_default();
        let mut parser = Parser::new(text, ());
        match (member, parser.kind()) {
            ("tokens", _) => self.punctuation(value),
            ("token" | "name", Kind::String) => {
                let string = parser.string();
                if parser.error_count() == 0 {
                    self.show(value, 0..string.outer_span().start());
                    self.string(member, string, value);
                }
            }
            ("expiry_millis", Kind::Number | Kind::Null) => {
                let (_, span) = parser.scalar();
                if parser.error_count() == 0 && is_complete(text, span.end()) {
                    self.show(value, 0..span.end());
                    self.punctuation(Span::new(value.start() + span.end(), value.end()));
                }
            }
            ("create_databases" | "permissions", Kind::Array) => {
                self.punctuation(value);
                parser.array(|parser| {
                    let errors = parser.error_count();
                    if parser.kind() != Kind::String {
                        return parser.skip();
                    }
                    let string = parser.string();
                    // After an error, a string may be anything; a permission is always harmless.
                    if parser.error_count() == errors && (errors == 0 || is_harmless("permissions", string)) {
                        self.string(member, string, value);
                    }
                });
            }
            _ => {}
        }
    }

    /// Shows a string, or its quotes if it is not harmless, and the punctuation after it.
    fn string(&mut self, member: &str, string: Str<'_>, value: Span) {
        let (inner, outer) = (string.span(), string.outer_span());
        if !is_complete(value.text(self.text).unwrap_or_default(), outer.end()) {
            return;
        }
        if is_harmless(member, string) {
            self.show(value, outer.range());
        } else {
            self.show(value, outer.start()..inner.start());
            self.show(value, inner.end()..outer.end());
        }
        self.punctuation(Span::new(value.start() + outer.end(), value.end()));
    }

    /// Shows the whitespace, commas and brackets at the start of a span.
    fn punctuation(&mut self, span: Span) {
        let text = span.text(self.text).unwrap_or_default();
        let is_other = |c: char| !matches!(c, ' ' | '\t' | '\r' | '\n' | ',' | '{' | '}' | '[' | ']');
        self.show(span, 0..text.find(is_other).unwrap_or(text.len()));
    }

    /// Shows a range of a value.
    fn show(&mut self, value: Span, range: Range<usize>) {
        self.spans.push(Span::new(value.start() + range.start, value.start() + range.end));
    }

    /// Returns the spans that are not shown.
    fn hidden(mut self) -> Vec<Span> {
        self.spans.push(Span::new(self.text.len(), self.text.len()));
        let mut end = 0;
        let hidden = self.spans.into_iter().map(|shown| {
            let hidden = Span::new(end, shown.start());
            end = end.max(shown.end());
            hidden
        });
        hidden.filter(|hidden| !hidden.is_empty()).collect()
    }
}

/// Returns whether a value that ends here is followed by punctuation or by another string.
fn is_complete(text: &str, end: usize) -> bool {
    let rest = text.get(end..).unwrap_or_default().trim_ascii_start();
    rest.is_empty() || rest.starts_with([',', ']', '}', '"'])
}

/// Returns whether a string cannot be a secret as a value of this member.
fn is_harmless(member: &str, string: Str<'_>) -> bool {
    let text = string.decode_secret().filter(|text| !is_suspicious(text));
    text.is_some_and(|text| match member {
        "create_databases" => DatabaseName::parse(&text).is_ok(),
        "name" => true,
        "permissions" => Permission::parse_borrowed(&text).is_ok(),
        _ => false,
    })
}
