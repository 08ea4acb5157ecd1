//! The layout of a text: insertions look like their neighbours.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use std::collections::{HashMap, HashSet};

use zeroize::Zeroizing;

use crate::check::survey;
use crate::diagnostic::{Keep, Levels, Sink, TextEdit};
use crate::document::{self, Entry, Text, Visitor};
use crate::edit::change::Sha512;
use crate::expiry::Expiry;
use crate::file::{TokenEntry, TokenFile};
use crate::json::quoted;
use crate::name::TokenName;
use crate::permission::Permission;
use crate::rules::Facts;
use crate::span::Span;
use crate::syntax::{Parser, Str};
use crate::token::Token;

/// The value of an optional member that reads as missing.
const NULL: &str = "null";

/// Texts to put in place of spans, sorted; wiped when dropped.
#[derive(Default)]
pub(super) struct Pieces(pub(super) Vec<(Span, Zeroizing<String>)>);

impl Pieces {
    pub(super) fn one(span: Span, text: &str) -> Self {
        Self(Vec::from([(span, Zeroizing::new(text.into()))]))
    }

    fn insert(at: usize, text: Zeroizing<String>) -> Self {
        Self(Vec::from([(Span::new(at, at), text)]))
    }
}

/// The spans of an entry and its members.
#[derive(Clone, Copy)]
pub(super) struct EntryPlace {
    span: Span,
    /// The token, without its quotes.
    pub(super) token: Span,
    /// The digest of the token.
    pub(super) sha512: Sha512,
    /// The name, with its quotes.
    pub(super) name: Span,
    /// The list of permissions.
    pub(super) permissions: Span,
    /// The key and the value of the expiry, and the value alone.
    expiry: Option<(Span, Span)>,
    /// The last member, with its key.
    last_member: Span,
    members: usize,
}

/// How the text is written.
pub(super) struct Layout<'a> {
    text: &'a str,
    tokens: Span,
    last: Option<Span>,
    create: Option<(Span, Option<Span>)>,
    object_start: usize,
    // Between entries; a line break and indentation, or a blank, or nothing.
    gap: &'a str,
    // The white space between the members of an entry on lines of their own, and before its closing bracket.
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
            create: (!outline.create_databases.is_missing())
                .then_some((outline.create_databases.span(), outline.last_database)),
            object_start: outline.span.start(),
            // A single entry on a line has no neighbour to tell how they are separated.
            gap: if gap.is_empty() && !compact && outline.entries == 1 { " " } else { gap },
            member_gap: inside.contains('\n').then_some((inside, end)),
            colon: if compact { ":" } else { ": " },
            comma: if compact { "," } else { ", " },
        }
    }

    /// An entry as text.
    pub(super) fn entry(&self, entry: &TokenEntry) -> Zeroizing<String> {
        let expiry = entry.expiry().map(|expiry| format!("{}", expiry.as_millis()));
        self.object(entry.token(), entry.name(), expiry.as_deref(), &self.permissions(entry.permissions()))
    }

    /// The text of a token with another name and secret than the one at `place`.
    pub(super) fn beside(&self, place: &EntryPlace, name: &TokenName, token: &Token) -> Zeroizing<String> {
        let copy = |span: Span| span.text(self.text).unwrap_or_default();
        let expiry = place.expiry.map(|(_, value)| copy(value)).filter(|value| *value != NULL);
        self.object(token, name, expiry, copy(place.permissions))
    }

    fn object(
        &self,
        token: &Token,
        name: &TokenName,
        expiry: Option<&str>,
        permissions: &str,
    ) -> Zeroizing<String> {
        let (gap, end) = self.member_gap.unwrap_or(("", ""));
        let between = if self.member_gap.is_some() { gap } else { self.comma.trim_start_matches(',') };
        let name = quoted(name.as_str());
        let (start, token) = (format!("{{{gap}\"token\"{}\"", self.colon), spelt(token));
        let colon = self.colon;
        let expiry =
            expiry.map(|expiry| format!(",{between}\"expiry_millis\"{colon}{expiry}")).unwrap_or_default();
        let rest = format!(
            "\",{between}\"name\"{colon}{name}{expiry},{between}\"permissions\"{colon}{permissions}{end}}}"
        );
        // Exactly as large as needed, so that no piece of the secret is left behind by growing.
        let mut text = Zeroizing::new(String::with_capacity(start.len() + token.len() + rest.len()));
        text.push_str(&start);
        text.push_str(&token);
        text.push_str(&rest);
        text
    }

    /// A list of permissions as text.
    pub(super) fn permissions(&self, permissions: &[Permission]) -> String {
        let mut text = String::from("[");
        for (index, permission) in permissions.iter().enumerate() {
            if index > 0 {
                text.push_str(self.comma);
            }
            text.push('"');
            permission.append_to(&mut text);
            text.push('"');
        }
        text.push(']');
        text
    }

    /// Adds entries behind the last one.
    pub(super) fn append(&self, entries: &[Zeroizing<String>]) -> Pieces {
        if entries.is_empty() {
            return Pieces::default();
        }
        let (first, between, end) = match self.last {
            Some(_) => (format!(",{}", self.gap), format!(",{}", self.gap), String::new()),
            None if self.text.contains('\n') => {
                let newline = if self.text.contains("\r\n") { "\r\n" } else { "\n" };
                let indentation = self.indentation();
                let gap = format!("{newline}{indentation}  ");
                // Where there is a line break already, it stays in front of the bracket.
                let inside = self.tokens.text(self.text).unwrap_or_default();
                let end =
                    if inside.contains('\n') { String::new() } else { format!("{newline}{indentation}") };
                (gap.clone(), format!(",{gap}"), end)
            }
            None => (String::new(), self.comma.into(), String::new()),
        };
        let size = |entry: &Zeroizing<String>| entry.len() + first.len().max(between.len());
        let size = entries.iter().map(size).sum::<usize>() + end.len();
        let mut text = Zeroizing::new(String::with_capacity(size));
        for (index, entry) in entries.iter().enumerate() {
            text.push_str(if index == 0 { &first } else { &between });
            text.push_str(entry);
        }
        text.push_str(&end);
        Pieces::insert(self.last.map_or(self.tokens.start() + 1, Span::end), text)
    }

    /// Returns whether that is behind the last entry, or the first place inside of a list without entries.
    pub(super) fn is_place_to_append(&self, place: Span) -> bool {
        place.is_empty() && place.end() == self.last.map_or(self.tokens.start() + 1, Span::end)
    }

    /// Returns whether what was put in at that place reads as exactly these entries: it begins with the comma that belongs there,
    /// and the rest between the brackets of a list of its own is a list of them and of nothing else. So it is, too, behind
    /// an element of a longer list, or alone in an empty one.
    pub(super) fn is_list_of(&self, inserted: &str, entries: &[&TokenEntry]) -> bool {
        const BEFORE: &str = "{\"tokens\":[";
        const BEHIND: &str = "]}";
        let list = if self.last.is_some() { inserted.strip_prefix(',') } else { Some(inserted) };
        let Some(list) = list else { return false };
        let mut text = Zeroizing::new(String::with_capacity(BEFORE.len() + list.len() + BEHIND.len()));
        for piece in [BEFORE, list, BEHIND] {
            text.push_str(piece);
        }
        // The list ends with the bracket that was put behind it.
        let ends =
            survey(text.as_bytes()).is_ok_and(|alone| alone.outline.tokens.span().end() + 1 == text.len());
        let same = |file: TokenFile| {
            let read = file.tokens();
            read.len() == entries.len() && read.iter().zip(entries).all(|(read, entry)| read.is_same(entry))
        };
        ends && !entries.is_empty() && TokenFile::parse(text.as_bytes()).is_ok_and(same)
    }

    /// The white space at the start of the line of `tokens`.
    fn indentation(&self) -> &'a str {
        let before = self.text.get(..self.tokens.start()).unwrap_or_default();
        let line = before.rsplit('\n').next().unwrap_or_default();
        line.get(..line.len() - line.trim_start_matches([' ', '\t']).len()).unwrap_or_default()
    }

    /// Adds databases behind the last one, and the list where there is none.
    pub(super) fn databases(&self, names: &[&str]) -> Pieces {
        if names.is_empty() {
            return Pieces::default();
        }
        let names: Vec<String> = names.iter().map(|name| quoted(name)).collect();
        let (at, text) = match self.create {
            Some((_, Some(last))) => {
                let gap = match space_before(self.text, last.start()) {
                    // A single item has no neighbour to tell how they are separated.
                    "" => self.comma.trim_start_matches(','),
                    gap => gap,
                };
                (last.end(), format!(",{gap}{}", names.join(&format!(",{gap}"))))
            }
            Some((list, None)) if list.text(self.text) == Some(NULL) => {
                return Pieces::one(list, &format!("[{}]", names.join(self.comma)));
            }
            Some((list, None)) => (list.start() + 1, names.join(self.comma)),
            None => {
                let start = self.object_start + 1;
                let gap = space_at_start(self.text.get(start..).unwrap_or_default());
                let between = if gap.is_empty() { self.comma.trim_start_matches(',') } else { "" };
                let list = names.join(self.comma);
                (start, format!("{gap}\"create_databases\"{}[{list}],{between}", self.colon))
            }
        };
        Pieces::insert(at, Zeroizing::new(text))
    }

    /// Drops elements of a list, each with a comma next to it. The flag of an element says whether it is dropped.
    pub(super) fn drop_elements(elements: impl Iterator<Item = (Span, bool)>) -> Pieces {
        let mut pieces = Pieces::default();
        let mut push = |start, end| pieces.0.push((Span::new(start, end), Zeroizing::default()));
        let (mut kept, mut dropped): (Option<Span>, Option<Span>) = (None, None);
        for (element, is_dropped) in elements {
            if is_dropped {
                dropped = Some(Span::new(dropped.unwrap_or(element).start(), element.end()));
                continue;
            }
            // Neighbours are dropped together.
            if let Some(dropped) = dropped.take() {
                push(dropped.start(), element.start());
            }
            kept = Some(element);
        }
        if let Some(dropped) = dropped {
            push(kept.map_or(dropped.start(), Span::end), dropped.end());
        }
        pieces
    }

    /// Removes an entry, with the comma that belongs to it.
    pub(super) fn remove(&self, index: usize) -> Pieces {
        let removal = self.place(index).and_then(|entry| TextEdit::removal(self.text, entry.span));
        removal.map_or_else(Pieces::default, |edit| Pieces::one(edit.span(), ""))
    }

    /// Returns the spans of an entry.
    pub(super) fn place(&self, index: usize) -> Option<EntryPlace> {
        self.places(core::iter::once(index)).remove(&index)
    }

    /// Returns the spans of entries, by their indices.
    pub(super) fn places(&self, indices: impl Iterator<Item = usize>) -> HashMap<usize, EntryPlace> {
        let mut finder = Finder { indices: indices.collect(), places: HashMap::new() };
        let sink = Sink::new(&Levels::new(), Keep::Worst(0));
        document::read(Parser::new(self.text, sink), &mut finder);
        finder.places
    }

    /// Sets, adds or removes the expiry of an entry.
    pub(super) fn set_expiry(&self, entry: &EntryPlace, expiry: Option<Expiry>) -> Pieces {
        let millis = expiry.map(|expiry| format!("{}", expiry.as_millis()));
        match (entry.expiry, millis) {
            (Some((_, value)), Some(millis)) => Pieces::one(value, &millis),
            (None, Some(millis)) => {
                let gap = match entry.members {
                    0 | 1 => self.comma.trim_start_matches(','),
                    _ => space_before(self.text, entry.last_member.start()),
                };
                let text = format!(",{gap}\"expiry_millis\"{}{millis}", self.colon);
                Pieces::insert(entry.last_member.end(), Zeroizing::new(text))
            }
            (Some((member, _)), None) => {
                let removal = TextEdit::removal(self.text, member);
                removal.map_or_else(Pieces::default, |edit| Pieces::one(edit.span(), ""))
            }
            (None, None) => Pieces::default(),
        }
    }
}

/// Finds entries by their indices.
struct Finder {
    indices: HashSet<usize>,
    places: HashMap<usize, EntryPlace>,
}

impl<'a> Visitor<'a> for Finder {
    fn database(&mut self, _: usize, _: Text<'a>) {}

    fn entry(&mut self, entry: &Entry<'a>, _: &mut Sink) {
        if self.indices.contains(&entry.index)
            && let Some(place) = entry_place(entry)
        {
            self.places.insert(entry.index, place);
        }
    }
}

fn entry_place(entry: &Entry<'_>) -> Option<EntryPlace> {
    let known = entry.keys().into_iter().filter_map(|(_, key)| key.copied());
    let keys: Vec<Span> =
        known.chain(entry.others.iter().map(|other| other.key)).map(Str::outer_span).collect();
    let inside = entry.source.get(..entry.span.end().checked_sub(1)?)?;
    let last_key = keys.iter().map(|key| key.start()).max()?;
    Some(EntryPlace {
        span: entry.span,
        token: entry.token.value()?.span(),
        sha512: Sha512(entry.to_token()?.sha512()),
        name: entry.name.value()?.outer_span(),
        permissions: entry.permissions.span(),
        expiry: entry.expiry.key().map(|key| {
            let value = entry.expiry.span();
            (Span::new(key.outer_span().start(), value.end()), value)
        }),
        last_member: Span::new(last_key, inside.trim_end_matches(is_space).len()),
        members: keys.len(),
    })
}

/// A token as it stands between quotes: of what it may hold, JSON escapes `"` and `\`.
pub(super) fn spelt(token: &Token) -> Zeroizing<String> {
    let token = token.expose();
    // Large enough for every character to be escaped, so that it never grows.
    let mut text = Zeroizing::new(String::with_capacity(token.len() * 2));
    for character in token.chars() {
        if matches!(character, '"' | '\\') {
            text.push('\\');
        }
        text.push(character);
    }
    text
}

fn is_space(c: char) -> bool {
    matches!(c, ' ' | '\t' | '\r' | '\n')
}

fn space_before(text: &str, at: usize) -> &str {
    space_at_end(text.get(..at).unwrap_or_default())
}

fn space_at_end(text: &str) -> &str {
    text.get(text.trim_end_matches(is_space).len()..).unwrap_or_default()
}

fn space_at_start(text: &str) -> &str {
    text.get(..text.len() - text.trim_start_matches(is_space).len()).unwrap_or_default()
}
