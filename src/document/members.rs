//! Members without a field: duplicate, misspelt and unknown ones.

use std::borrow::Cow;
use std::collections::HashMap;

use foldhash::quality::RandomState;

use crate::diagnostic::Applicability;
use crate::span::Span;
use crate::suggest::{Word, closest_word};
use crate::syntax::{Node, Str};

/// The members of the file, all of them lists.
pub(crate) const FILE_MEMBERS: [&str; 2] = ["create_databases", "tokens"];
/// The members of an entry.
pub(crate) const ENTRY_MEMBERS: [&str; 4] = ["token", "name", "expiry_millis", "permissions"];
/// The members of an entry that are lists.
pub(crate) const ENTRY_LISTS: [&str; 1] = ["permissions"];

/// Members of a request body of the HTTP API, and their names in the file.
const HTTP_MEMBERS: [(&str, &str); 2] = [("token_name", "name"), ("expiry_secs", "expiry_millis")];

/// The members of the file, each with common other names.
const ALIASES: [(&str, &str); 5] = [
    ("expiry_millis", "valid_until valid_till valid_to until not_after exp"),
    ("permissions", "perms grants scopes"),
    ("token", "secret value"),
    ("name", "id"),
    ("create_databases", "databases create_dbs create_db"),
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
    /// A member of the HTTP API for this one, which the object lacks.
    Http(&'static str),
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

    /// Returns the known name of a misspelt member, its key and the start of its value.
    pub(super) fn misspelt(&self) -> Option<(&'static str, Str<'a>, usize)> {
        let (Meaning::Misspelt { known, .. } | Meaning::Http(known @ "name")) = self.meaning else {
            return None;
        };
        Some((known, self.key, self.node.span.start()))
    }

    /// Returns whether the decoded name is `name`.
    pub(crate) fn matches(&self, name: &str) -> bool {
        self.name.as_deref() == Some(name)
    }
}

/// Sets the meaning of each member. `known` are the members of the object, each with its key unless it is missing. `lists`
/// are those that are lists.
#[cold]
pub(super) fn resolve<'a>(
    others: &mut [Other<'a>],
    known: &[(&'static str, Option<Str<'a>>)],
    lists: &[&'static str],
) {
    mark_duplicates(others, known);
    let mut free: Vec<&'static str> =
        known.iter().filter(|(_, key)| key.is_none()).map(|(name, _)| *name).collect();
    for other in others.iter_mut().filter(|other| other.meaning == Meaning::Unknown) {
        let Some(name) = &other.name else { continue };
        other.meaning = meaning(name, &free);
        match other.meaning {
            Meaning::Misspelt { known, .. } => free.retain(|free| *free != known),
            Meaning::Unknown => {
                other.meaning = misspelt_list(name, lists).map_or(Meaning::Unknown, Meaning::SecondList);
            }
            _ => {}
        }
    }
}

fn mark_duplicates<'a>(others: &mut [Other<'a>], known: &[(&'static str, Option<Str<'a>>)]) {
    let mut counts: HashMap<Cow<'a, str>, usize, RandomState> = HashMap::default();
    for name in others.iter().filter_map(|other| other.name.clone()) {
        *counts.entry(name).or_default() += 1;
    }
    for other in others {
        let Some(name) = &other.name else { continue };
        other.is_unique = counts.get(name) == Some(&1);
        let first = known.iter().find(|(known, _)| known == name).and_then(|(_, key)| *key);
        if let Some(first) = first {
            other.meaning = Meaning::Duplicate(first.outer_span());
        }
    }
}

/// Returns the meaning of a member. `free` are the missing members of the object.
pub(super) fn meaning(name: &str, free: &[&'static str]) -> Meaning {
    if let Some((_, known)) = HTTP_MEMBERS.iter().find(|(http, known)| *http == name && free.contains(known))
    {
        return Meaning::Http(known);
    }
    if is_commented_out(name) {
        return Meaning::Unknown;
    }
    let word = Word::new(name);
    if word.is_duration() {
        return if free.contains(&"expiry_millis") { Meaning::Duration } else { Meaning::Unknown };
    }
    if let Some(known) = find_similar(name, &word, free) {
        // `old_name` and `no_expiry_millis` may mean that the member does not apply.
        let has_prefix = word.has_prefix_before(known);
        let applicability = if has_prefix { Applicability::Unsafe } else { Applicability::Safe };
        return Meaning::Misspelt { known, applicability };
    }
    let is_alias = |aliases: &str| aliases.split(' ').any(|alias| word.matches(alias));
    let alias = ALIASES.iter().find(|(known, aliases)| free.contains(known) && is_alias(aliases));
    let expiry = || (word.is_expiry() && free.contains(&"expiry_millis")).then_some("expiry_millis");
    match alias.map(|(known, _)| *known).or_else(expiry) {
        Some(known) => Meaning::Misspelt { known, applicability: Applicability::Unsafe },
        None => Meaning::Unknown,
    }
}

/// Returns whether a member is disabled on purpose, such as `//tokens`, `_tokens` and `#name`: JSON has no comments.
fn is_commented_out(name: &str) -> bool {
    // Quotes and invisible characters are typos.
    let is_typo = |c: char| c.is_whitespace() || is_invisible(c) || matches!(c, '\'' | '"' | '`');
    name.trim_start_matches(is_typo).starts_with(|c: char| !c.is_alphanumeric())
}

/// Returns whether a character is a no-break space or similar, as copied from web pages.
pub(crate) fn is_invisible(c: char) -> bool {
    !c.is_ascii() && c.is_whitespace()
        || matches!(c, '\u{200B}'..='\u{200F}' | '\u{2060}' | '\u{FEFF}' | '\u{AD}')
}

/// Returns the list that a member misspells. The server would ignore the items of a second list.
fn misspelt_list(name: &str, lists: &[&'static str]) -> Option<&'static str> {
    if is_commented_out(name) { None } else { find_similar(name, &Word::new(name), lists) }
}

/// Returns the known name that is equal, ignoring case and punctuation, or the closest one.
fn find_similar(name: &str, word: &Word<'_>, known: &[&'static str]) -> Option<&'static str> {
    let same = known.iter().copied().find(|known| word.matches(known));
    same.or_else(|| closest_word(name, known.iter().copied()).map(|(known, _)| known))
}

/// Returns whether a member is from a request body of the HTTP API.
pub(super) fn is_http_member(name: &str) -> bool {
    HTTP_MEMBERS.iter().any(|(http, _)| *http == name)
}
