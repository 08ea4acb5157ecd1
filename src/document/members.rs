//! Members that the format does not have: duplicates, misspelt members and unknown ones.

use alloc::borrow::Cow;
use alloc::vec::Vec;
use std::collections::HashMap;

use foldhash::quality::RandomState;

use crate::diagnostic::Applicability;
use crate::span::Span;
use crate::suggest::{Word, meant};
use crate::syntax::{Node, Str};

/// The members of the file, all of them lists.
pub(crate) const FILE_MEMBERS: [&str; 2] = ["create_databases", "tokens"];
/// The members of an entry.
pub(crate) const ENTRY_MEMBERS: [&str; 4] = ["token", "name", "expiry_millis", "permissions"];
/// The members of an entry that are lists.
pub(crate) const ENTRY_LISTS: [&str; 1] = ["permissions"];
/// The members of the admin token file.
pub(crate) const ADMIN_MEMBERS: [&str; 4] = ["token", "name", "expiry_millis", "description"];

/// Members of a body of the HTTP API, and their names in the file.
const HTTP_MEMBERS: [(&str, &str); 2] = [("token_name", "name"), ("expiry_secs", "expiry_millis")];

/// Words that people write instead, and the names in the file.
const ALIASES: [(&str, &str); 25] = [
    ("expiry", "expiry_millis"),
    ("expires", "expiry_millis"),
    ("expires_at", "expiry_millis"),
    ("expires_on", "expiry_millis"),
    ("expiration", "expiry_millis"),
    ("expiry_ms", "expiry_millis"),
    ("expiry_milliseconds", "expiry_millis"),
    ("expiry_time", "expiry_millis"),
    ("expires_millis", "expiry_millis"),
    ("expiry_date", "expiry_millis"),
    ("valid_until", "expiry_millis"),
    ("valid_till", "expiry_millis"),
    ("valid_to", "expiry_millis"),
    ("until", "expiry_millis"),
    ("not_after", "expiry_millis"),
    ("exp", "expiry_millis"),
    ("perms", "permissions"),
    ("grants", "permissions"),
    ("scopes", "permissions"),
    ("secret", "token"),
    ("value", "token"),
    ("id", "name"),
    ("databases", "create_databases"),
    ("create_dbs", "create_databases"),
    ("create_db", "create_databases"),
];

/// A member without a field of its own.
#[derive(Debug)]
pub(crate) struct Other<'a> {
    pub(crate) key: Str<'a>,
    /// The decoded key; `None` if it has an unpaired surrogate.
    pub(crate) name: Option<Cow<'a, str>>,
    pub(crate) node: Node<'a>,
    pub(crate) meaning: Meaning,
    /// Whether no other member of the object has this name.
    pub(crate) is_unique: bool,
}

/// The meaning of a member without a field of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Meaning {
    /// The object already has this member, at this span.
    Duplicate(Span),
    /// A member of the HTTP API for this one, which the object may lack.
    Http { known: &'static str, is_free: bool },
    /// The misspelt name of this member, which the object lacks.
    Misspelt { known: &'static str, applicability: Applicability },
    /// A duration or a time in another unit, in place of `expiry_millis`.
    Duration,
    /// The misspelt name of this list, which the object has.
    SecondList(&'static str),
    /// An unknown member.
    Unknown,
}

impl<'a> Other<'a> {
    pub(super) fn new(key: Str<'a>, node: Node<'a>) -> Self {
        Self { key, name: key.decode(), node, meaning: Meaning::Unknown, is_unique: true }
    }

    /// Returns whether this is its decoded name.
    pub(crate) fn is(&self, name: &str) -> bool {
        self.name.as_deref() == Some(name)
    }
}

/// Finds the meaning of each member. `known` are the members of the object, each with the key if it is there, and `lists`
/// those that are lists.
#[cold]
pub(super) fn resolve<'a>(
    others: &mut [Other<'a>],
    known: &[(&'static str, Option<Str<'a>>)],
    lists: &[&'static str],
) {
    mark_duplicates(others, known);
    let mut free: Vec<&'static str> =
        known.iter().filter(|(_, key)| key.is_none()).map(|(name, _)| *name).collect();
    // A slip has a member before another word for it.
    for is_slip in [true, false] {
        for other in others.iter_mut().filter(|other| other.meaning == Meaning::Unknown) {
            let Some(name) = &other.name else { continue };
            let meaning = meaning(name, &free);
            let taken = match meaning {
                Meaning::Misspelt { known, applicability: Applicability::Safe } => Some(known),
                _ if is_slip => continue,
                Meaning::Misspelt { known, .. } => Some(known),
                _ => None,
            };
            free.retain(|free| Some(*free) != taken);
            other.meaning = meaning;
        }
    }
    for other in others.iter_mut().filter(|other| other.meaning == Meaning::Unknown) {
        if let Some(list) = other.name.as_deref().and_then(|name| nearly(name, lists)) {
            other.meaning = Meaning::SecondList(list);
        }
    }
}

fn mark_duplicates<'a>(others: &mut [Other<'a>], known: &[(&'static str, Option<Str<'a>>)]) {
    let mut firsts: HashMap<Cow<'a, str>, usize, RandomState> = HashMap::default();
    for index in 0..others.len() {
        let Some(name) = others.get(index).and_then(|other| other.name.clone()) else { continue };
        let known = known.iter().find(|(known, _)| *known == name).and_then(|(_, key)| *key);
        let first = if let Some(key) = known {
            Some(key.outer_span())
        } else if let Some(first) = firsts.get(&name).and_then(|first| others.get_mut(*first)) {
            first.is_unique = false;
            Some(first.key.outer_span())
        } else {
            firsts.insert(name, index);
            None
        };
        if let (Some(first), Some(other)) = (first, others.get_mut(index)) {
            other.meaning = Meaning::Duplicate(first);
        }
    }
}

/// Returns the meaning of a member, of those that are `free`.
pub(super) fn meaning(name: &str, free: &[&'static str]) -> Meaning {
    if let Some((_, known)) = HTTP_MEMBERS.iter().find(|(http, _)| *http == name) {
        return Meaning::Http { known, is_free: free.contains(known) };
    }
    if is_commented_out(name) {
        return Meaning::Unknown;
    }
    let word = Word::new(name);
    if word.is_duration() {
        return if free.contains(&"expiry_millis") { Meaning::Duration } else { Meaning::Unknown };
    }
    if let Some(known) = near(name, &word, free) {
        // `old_name` and `no_expiry_millis` may mean that there is none.
        let is_more = word.is_more_than(known);
        let applicability = if is_more { Applicability::Unsafe } else { Applicability::Safe };
        return Meaning::Misspelt { known, applicability };
    }
    let alias = ALIASES.iter().find(|(alias, known)| word.is(alias) && free.contains(known));
    let expiry = || (word.is_expiry() && free.contains(&"expiry_millis")).then_some("expiry_millis");
    match alias.map(|(_, known)| *known).or_else(expiry) {
        Some(known) => Meaning::Misspelt { known, applicability: Applicability::Unsafe },
        None => Meaning::Unknown,
    }
}

/// Returns whether a member is disabled on purpose, such as `//tokens`, `_tokens` and `#name`: JSON has no comments.
fn is_commented_out(name: &str) -> bool {
    // Quotes and invisible characters are slips.
    let is_slip = |c: char| c.is_whitespace() || is_invisible(c) || matches!(c, '\'' | '"' | '`');
    name.trim_start_matches(is_slip).starts_with(|c: char| !c.is_alphanumeric())
}

/// Returns whether a character is a no-break space or similar, as copied from web pages.
pub(crate) fn is_invisible(c: char) -> bool {
    !c.is_ascii() && c.is_whitespace()
        || matches!(c, '\u{200B}'..='\u{200F}' | '\u{2060}' | '\u{FEFF}' | '\u{AD}')
}

/// Returns the list whose name a member nearly has: the items of a second list would be lost.
fn nearly(name: &str, lists: &[&'static str]) -> Option<&'static str> {
    if is_commented_out(name) { None } else { near(name, &Word::new(name), lists) }
}

/// Returns the known name that a name is, apart from case and signs, or is near.
fn near(name: &str, word: &Word<'_>, known: &[&'static str]) -> Option<&'static str> {
    let same = known.iter().copied().find(|known| word.is(known));
    same.or_else(|| meant(name, known.iter().copied()).map(|(known, _)| known))
}

/// Returns whether a member is from a request body of the HTTP API.
pub(super) fn is_http_member(name: &str) -> bool {
    HTTP_MEMBERS.iter().any(|(http, _)| *http == name)
}
