//! The search for duplicates.

use core::hash::{BuildHasher, Hash, Hasher};
use std::collections::HashMap;
use std::collections::hash_map::Entry as Slot;

use foldhash::quality::RandomState;

use crate::document::Text;
use crate::limits::TYPICAL_ENTRY;
use crate::span::Span;
use crate::syntax::{SecretStr, SmallSpan};

/// Returns each item whose key occurs earlier, after the first item with that key.
pub(super) fn duplicates<K: Eq + Hash, V: Clone>(items: impl Iterator<Item = (V, K)>) -> Vec<(V, V)> {
    let mut firsts: HashMap<K, V, RandomState> = HashMap::default();
    let mut duplicates = Vec::new();
    for (value, key) in items {
        match firsts.entry(key) {
            Slot::Occupied(first) => duplicates.push((first.get().clone(), value)),
            Slot::Vacant(slot) => _ = slot.insert(value),
        }
    }
    duplicates
}

/// A string of an entry that an earlier entry also has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Duplicate {
    pub(super) entry: usize,
    pub(super) first_entry: usize,
    pub(super) span: Span,
    pub(super) first: Span,
}

/// Finds duplicate strings of entries by sorted keyed hashes. They are several times as fast as a map, take 16 bytes per
/// string, and contain no copy of a secret.
#[derive(Debug)]
pub(crate) struct DuplicateIndex<'a> {
    text: &'a str,
    hasher: RandomState,
    // The hash in the upper half, the index of the entry in the lower.
    keys: Vec<u64>,
    // The string of each entry; empty if it has none.
    spans: Vec<SmallSpan>,
}

const LOWER_HALF: u64 = 0xFFFF_FFFF;

impl<'a> DuplicateIndex<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        let entries = text.len() / TYPICAL_ENTRY;
        let (keys, spans) = (Vec::with_capacity(entries), Vec::with_capacity(entries));
        Self { text, hasher: RandomState::default(), keys, spans }
    }

    /// Adds the string of an entry. Indices must ascend.
    #[inline]
    pub(super) fn insert(&mut self, entry: usize, string: &Text<'a>) {
        self.keys.push(self.hash(string) | entry as u64 & LOWER_HALF);
        self.spans.resize(entry, SmallSpan::default());
        self.spans.push(string.span().into());
    }

    #[inline]
    fn hash(&self, string: &str) -> u64 {
        let mut hasher = self.hasher.build_hasher();
        hasher.write(string.as_bytes());
        hasher.finish() & !LOWER_HALF
    }

    /// Sorts the hashes, after the last entry.
    pub(super) fn sort(&mut self) {
        self.keys.sort_unstable();
    }

    /// Returns the first entry with this string.
    pub(crate) fn get(&self, string: &str) -> Option<usize> {
        let hash = self.hash(string);
        let from = self.keys.partition_point(|key| *key < hash);
        let keys = self.keys.get(from..).unwrap_or_default();
        let mut same = keys.iter().take_while(|key| **key & !LOWER_HALF == hash).map(|key| entry(*key));
        same.find(|entry| self.decode(*entry).is_some_and(|other| *other == *string))
    }

    fn span(&self, entry: usize) -> SmallSpan {
        self.spans.get(entry).copied().unwrap_or_default()
    }

    fn decode(&self, entry: usize) -> Option<SecretStr<'a>> {
        self.span(entry).string(self.text).decode_secret()
    }

    /// Returns each duplicate with its first occurrence, in no particular order.
    pub(super) fn duplicates(&self) -> impl Iterator<Item = Duplicate> {
        let groups = self.keys.chunk_by(|a, b| a & !LOWER_HALF == b & !LOWER_HALF);
        groups.filter(|group| group.len() > 1).flat_map(|group| self.duplicates_in(group))
    }

    /// Compares the strings with equal hashes, which are almost always equal.
    #[cold]
    fn duplicates_in(&self, group: &[u64]) -> Vec<Duplicate> {
        let strings = group.iter().filter_map(|key| Some((entry(*key), self.decode(entry(*key))?)));
        let duplicate = |(first_entry, entry)| Duplicate {
            entry,
            first_entry,
            span: self.span(entry).into(),
            first: self.span(first_entry).into(),
        };
        duplicates(strings).into_iter().map(duplicate).collect()
    }
}

fn entry(key: u64) -> usize {
    usize::try_from(key & LOWER_HALF).unwrap_or(usize::MAX)
}
