//! The entries to change, with the spans of their members.

use std::collections::{HashMap, HashSet};

use crate::diagnostic::{Levels, Sink};
use crate::document::{self, Entry, Text, Visitor};
use crate::file::TokenEntry;
use crate::span::Span;
use crate::syntax::{Parser, Str};

/// An entry and the spans of its members.
pub(super) struct Place {
    pub(super) entry: TokenEntry,
    pub(super) span: Span,
    /// The token, without its quotes.
    pub(super) token: Span,
    /// The name, with its quotes.
    pub(super) name: Span,
    /// The list of permissions.
    pub(super) permissions: Span,
    /// The value of the expiry, and the member.
    pub(super) expiry: Option<(Span, Span)>,
    /// The last member.
    pub(super) last_member: Span,
}

/// Finds the entries with these indices in a valid file.
pub(super) fn find(text: &str, indices: HashSet<usize>) -> HashMap<usize, Place> {
    let mut finder = Finder { indices, places: HashMap::new() };
    // Without indices, a second pass is not needed.
    if !finder.indices.is_empty() {
        let sink = Sink::new(&Levels::new(), 0);
        document::read(Parser::new(text, sink), &mut finder);
    }
    finder.places
}

struct Finder {
    indices: HashSet<usize>,
    places: HashMap<usize, Place>,
}

impl<'a> Visitor<'a> for Finder {
    fn database(&mut self, _: usize, _: Text<'a>) {}

    fn entry(&mut self, entry: &Entry<'a>, _: &mut Sink) {
        if self.indices.contains(&entry.index)
            && let Some(place) = place(entry)
        {
            self.places.insert(entry.index, place);
        }
    }
}

fn place(entry: &Entry<'_>) -> Option<Place> {
    let known = entry.keys().into_iter().filter_map(|(_, key)| key.copied());
    let keys = known.chain(entry.others.iter().map(|other| other.key)).map(Str::outer_span);
    let inside = entry.source.get(..entry.span.end().checked_sub(1)?)?;
    Some(Place {
        entry: entry.to_value()?,
        span: entry.span,
        token: entry.token.value()?.span(),
        name: entry.name.value()?.outer_span(),
        permissions: entry.permissions.span(),
        expiry: entry.expiry.member_span().map(|member| (entry.expiry.span(), member)),
        last_member: Span::new(keys.map(Span::start).max()?, inside.trim_ascii_end().len()),
    })
}
