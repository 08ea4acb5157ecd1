//! Text that is not JSON: only what is certainly harmless is shown.

use alloc::vec::Vec;

use crate::name::DatabaseName;
use crate::permission::Permission;
use crate::redact::is_suspicious;
use crate::span::Span;
use crate::syntax::{Kind, Parser, Str};

/// Returns the spans that may hold secrets: everything between the members of the format that is not certain.
pub(super) fn secrets(text: &str) -> Vec<Span> {
    let members = members(text);
    let mut shown = Shown { text, spans: Vec::new() };
    let starts = members.iter().map(|(span, _)| span.start());
    let mut ends = starts.chain([text.len()]);
    let first = Span::new(0, ends.next().unwrap_or_default());
    shown.punctuation(first.start(), first);
    for ((span, member), end) in members.iter().zip(ends) {
        let value = Span::new(span.end(), end);
        shown.spans.push(*span);
        shown.value(*member, value);
        // The indentation of the next member.
        let length = value.text(text).unwrap_or_default().trim_ascii_end().len();
        shown.spans.push(Span::new(value.start() + length, end));
    }
    shown.hidden()
}

/// A member of the format.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Member {
    Databases,
    Tokens,
    Token,
    Name,
    Expiry,
    Permissions,
}

impl Member {
    fn new(name: &str) -> Option<Self> {
        Some(match name {
            "create_databases" => Self::Databases,
            "tokens" => Self::Tokens,
            "token" => Self::Token,
            "name" => Self::Name,
            "expiry_millis" => Self::Expiry,
            "permissions" => Self::Permissions,
            _ => return None,
        })
    }
}

/// Returns the members with the span from the quote before the name to the colon. Which quotes open and which close is
/// uncertain, so no quote is needed.
fn members(text: &str) -> Vec<(Span, Member)> {
    let is_word = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-');
    let is_quote = |c: char| matches!(c, '"' | '\'' | '`' | '\u{2018}'..='\u{201F}');
    let mut members = Vec::new();
    let mut rest = text;
    while let Some(start) = rest.find(is_word) {
        let (before, word) = rest.split_at_checked(start).unwrap_or_default();
        let (word, behind) =
            word.split_at_checked(word.find(|c| !is_word(c)).unwrap_or(word.len())).unwrap_or_default();
        rest = behind;
        let Some(member) = Member::new(word) else { continue };
        let colon = behind.strip_prefix(is_quote).unwrap_or(behind).trim_ascii_start();
        if let Some(value) = colon.strip_prefix([':', '=']) {
            let quote = before.chars().next_back().filter(|c| is_quote(*c)).map_or(0, char::len_utf8);
            let start = text.len() - behind.len() - word.len() - quote;
            members.push((Span::new(start, text.len() - value.len()), member));
            rest = value;
        }
    }
    members
}

/// The spans that are certainly harmless.
struct Shown<'a> {
    text: &'a str,
    spans: Vec<Span>,
}

impl Shown<'_> {
    /// Shows the value of a member, if it is complete and harmless, and the punctuation after it.
    fn value(&mut self, member: Member, value: Span) {
        let text = value.text(self.text).unwrap_or_default();
        let mut parser = Parser::new(text, ());
        match (member, parser.kind()) {
            (Member::Tokens, _) => self.punctuation(value.start(), value),
            (Member::Token | Member::Name, Kind::String) => {
                let string = parser.string();
                if parser.error_count() == 0 {
                    self.spans.push(Span::new(value.start(), value.start() + string.outer_span().start()));
                    self.string(member, string, value);
                }
            }
            (Member::Expiry, Kind::Number | Kind::Null) => {
                let (_, span) = parser.scalar();
                if parser.error_count() == 0 && is_complete(text, span.end()) {
                    self.spans.push(Span::new(value.start(), value.start() + span.end()));
                    self.punctuation(value.start() + span.end(), value);
                }
            }
            (Member::Databases | Member::Permissions, Kind::Array) => {
                self.punctuation(value.start(), value);
                parser.array(|parser| {
                    let errors = parser.error_count();
                    if parser.kind() != Kind::String {
                        return parser.skip();
                    }
                    let string = parser.string();
                    // Behind an error a string may be anything; a permission is harmless anywhere.
                    if parser.error_count() == errors
                        && (errors == 0 || is_harmless(Member::Permissions, string))
                    {
                        self.string(member, string, value);
                    }
                });
            }
            _ => {}
        }
    }

    /// Shows a string, or its quotes if it is not harmless, and the punctuation after it.
    fn string(&mut self, member: Member, string: Str<'_>, value: Span) {
        let (inner, outer) = (string.span(), string.outer_span());
        if !is_complete(value.text(self.text).unwrap_or_default(), outer.end()) {
            return;
        }
        let mut show = |start: usize, end: usize| {
            self.spans.push(Span::new(value.start() + start, value.start() + end));
        };
        if is_harmless(member, string) {
            show(outer.start(), outer.end());
        } else {
            show(outer.start(), inner.start());
            show(inner.end(), outer.end());
        }
        self.punctuation(value.start() + outer.end(), value);
    }

    /// Shows white space, commas and brackets up to anything else.
    fn punctuation(&mut self, start: usize, within: Span) {
        let rest = self.text.get(start..within.end()).unwrap_or_default();
        let is_other = |c: char| !matches!(c, ' ' | '\t' | '\r' | '\n' | ',' | '{' | '}' | '[' | ']');
        let length = rest.find(is_other).unwrap_or(rest.len());
        self.spans.push(Span::new(start, start + length));
    }

    /// Returns what is not shown.
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
fn is_harmless(member: Member, string: Str<'_>) -> bool {
    let text = string.decode_secret().filter(|text| !is_suspicious(text));
    text.is_some_and(|text| match member {
        Member::Databases => DatabaseName::parse(&text).is_ok(),
        Member::Name => true,
        Member::Permissions => Permission::parse_borrowed(&text).is_ok(),
        Member::Tokens | Member::Token | Member::Expiry => false,
    })
}
