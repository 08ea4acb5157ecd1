//! The layout of a text, which insertions follow.

use std::borrow::Cow;

use zeroize::Zeroizing;

use super::place::Place;
use crate::check::survey;
use crate::expiry::Expiry;
use crate::file::{TokenEntry, TokenFile};
use crate::json::{quoted, space_at_end, space_at_start, space_before};
use crate::permission::Permission;
use crate::rules::{Facts, databases};
use crate::span::Span;
use crate::token::Token;

/// A span and its new text.
pub(super) type Edit = (Span, Zeroizing<String>);

/// The whitespace and separators of a text.
pub(super) struct Layout<'a> {
    text: &'a str,
    tokens: Span,
    last: Option<Span>,
    // The whitespace between entries: a line break and indentation, a blank, or nothing.
    gap: &'a str,
    // The whitespace between members on separate lines, and before the closing bracket.
    member_gap: Option<(&'a str, &'a str)>,
    colon: &'static str,
    comma: &'static str,
}

impl<'a> Layout<'a> {
    pub(super) fn new(facts: &Facts<'a>) -> Self {
        let (text, outline) = (facts.text, &facts.outline);
        let last = outline.last_entry;
        let entry = last.and_then(|last| last.text(text)).unwrap_or_default();
        let gap = last.map_or("", |last| space_before(text, last.start()));
        let inside = entry.strip_prefix('{').map(space_at_start).unwrap_or_default();
        let end = entry.strip_suffix('}').map(space_at_end).unwrap_or_default();
        let compact = last.is_some() && !entry.contains("\": ") && !entry.contains("\":\n");
        Self {
            text,
            tokens: outline.tokens.span(),
            last,
            // A single entry on a line does not show the separator.
            gap: if gap.is_empty() && !compact && outline.entries == 1 { " " } else { gap },
            member_gap: inside.contains('\n').then_some((inside, end)),
            colon: if compact { ":" } else { ": " },
            comma: if compact { "," } else { ", " },
        }
    }

    /// Returns the text of an entry.
    pub(super) fn entry(&self, entry: &TokenEntry) -> Zeroizing<String> {
        let Self { colon, comma, .. } = self;
        let (between, end) = self.member_gap.unwrap_or((comma.trim_start_matches(','), ""));
        let start = if self.member_gap.is_some() { between } else { "" };
        let name = quoted(entry.name().as_str());
        let expiry = entry.expiry().map(|expiry| self.expiry(expiry) + "," + between).unwrap_or_default();
        let permissions = self.permissions(entry.permissions());
        concat(&[
            &format!("{{{start}\"token\"{colon}\""),
            &escape_token(entry.token()),
            &format!(
                "\",{between}\"name\"{colon}{name},{between}{expiry}\"permissions\"{colon}{permissions}{end}}}"
            ),
        ])
    }

    fn expiry(&self, expiry: Expiry) -> String {
        format!("\"expiry_millis\"{}{}", self.colon, expiry.as_millis())
    }

    /// Returns the text of a list of permissions.
    pub(super) fn permissions(&self, permissions: &[Permission]) -> String {
        let permissions: Vec<String> =
            permissions.iter().map(|permission| format!("\"{permission}\"")).collect();
        format!("[{}]", permissions.join(self.comma))
    }

    /// Returns the offset and the text of new entries after the last one.
    pub(super) fn append(&self, entries: &[Cow<'_, TokenEntry>]) -> (usize, Zeroizing<String>) {
        let (first, between, end) = match self.last {
            Some(_) => (format!(",{}", self.gap), format!(",{}", self.gap), String::new()),
            None if !self.text.contains('\n') => (String::new(), self.comma.into(), String::new()),
            None => {
                let newline = if self.text.contains("\r\n") { "\r\n" } else { "\n" };
                let line = format!("{newline}{}", self.indentation());
                // A line break inside the list remains before the bracket.
                let inside = self.tokens.text(self.text).unwrap_or_default();
                let end = if inside.contains('\n') { String::new() } else { line.clone() };
                (format!("{line}  "), format!(",{line}  "), end)
            }
        };
        let texts: Vec<Zeroizing<String>> = entries.iter().map(|entry| self.entry(entry)).collect();
        let mut pieces = Vec::new();
        for text in &texts {
            pieces.push(if pieces.is_empty() { first.as_str() } else { &between });
            pieces.push(text);
        }
        pieces.push(&end);
        (self.last.map_or(self.tokens.start() + 1, Span::end), concat(&pieces))
    }

    /// Returns whether an inserted text is parsed as exactly these entries. It must start with a comma if the list has
    /// elements; the rest must be the elements of a separate list. Then it is also valid in the longer list.
    pub(super) fn is_list_of(&self, inserted: &str, entries: &[Cow<'_, TokenEntry>]) -> bool {
        let list = if self.last.is_some() { inserted.strip_prefix(',') } else { Some(inserted) };
        let text = concat(&["{\"tokens\":[", list.unwrap_or(","), "]}"]);
        // The list must end with the added bracket.
        let ends =
            survey(text.as_bytes()).is_ok_and(|facts| facts.outline.tokens.span().end() + 1 == text.len());
        let same = |file: TokenFile| {
            let read = file.tokens();
            read.len() == entries.len() && read.iter().zip(entries).all(|(read, entry)| read.is_same(entry))
        };
        ends && !entries.is_empty() && TokenFile::parse(text.as_bytes()).is_ok_and(same)
    }

    /// Returns the whitespace at the start of the line of `tokens`.
    fn indentation(&self) -> &'a str {
        let before = self.text.get(..self.tokens.start()).unwrap_or_default();
        let line = before.rsplit('\n').next().unwrap_or_default();
        line.get(..line.len() - line.trim_start_matches([' ', '\t']).len()).unwrap_or_default()
    }

    /// Adds databases after the last one, and the list if there is none.
    pub(super) fn databases(&self, facts: &Facts<'_>, names: &[&str]) -> Option<Edit> {
        let (span, text) = databases::insertion(facts, names, [self.comma, self.colon])?;
        Some((span, Zeroizing::new(text)))
    }

    /// Adds the expiry after the last member of an entry.
    pub(super) fn add_expiry(&self, place: &Place, expiry: Expiry) -> Edit {
        let gap = space_before(self.text, place.last_member.start());
        let end = place.last_member.end();
        (Span::new(end, end), Zeroizing::new(format!(",{gap}{}", self.expiry(expiry))))
    }
}

/// Joins texts. The buffer never grows, because growing leaves copies of secrets behind.
fn concat(pieces: &[&str]) -> Zeroizing<String> {
    let length = pieces.iter().map(|piece| piece.len()).sum();
    let mut text = Zeroizing::new(String::with_capacity(length));
    text.extend(pieces.iter().copied());
    text
}

/// Escapes `"` and `\` in a token.
pub(super) fn escape_token(token: &Token) -> Zeroizing<String> {
    let token = token.expose();
    // Large enough if every character is escaped, so that it never grows.
    let mut text = Zeroizing::new(String::with_capacity(token.len() * 2));
    for character in token.chars() {
        if matches!(character, '"' | '\\') {
            text.push('\\');
        }
        text.push(character);
    }
    text
}
