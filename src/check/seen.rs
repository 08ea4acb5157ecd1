//! Strings of the file that may stand there once, by their content and without a copy of it.

use alloc::vec::Vec;
use core::hash::{BuildHasher, Hasher};

use foldhash::quality::RandomState;

use crate::json::RawStr;

/// Finds strings by a keyed hash, so that nothing here holds a secret and nobody can make many meet on purpose; the place
/// tells whether it really is the same. The hashes are sorted once, when all are there: that is several times as fast as
/// a map, which goes to another place in memory for every string.
pub(super) struct Seen<'a> {
    text: &'a str,
    hasher: RandomState,
    /// The hash of each string, and where it begins.
    places: Vec<(u64, usize)>,
}

impl<'a> Seen<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        Self { text, hasher: RandomState::default(), places: Vec::new() }
    }

    pub(super) fn reserve(&mut self, strings: usize) {
        self.places.reserve(strings);
    }

    /// Remembers a string, which begins at `start` and says `says`.
    pub(super) fn insert(&mut self, start: usize, says: &str) {
        self.places.push((self.hash(says), start));
    }

    /// Sorts what was remembered; [`get`](Self::get) and [`again`](Self::again) need it.
    pub(super) fn sort(&mut self) {
        self.places.sort_unstable();
    }

    /// Where the first string that says `says` begins.
    pub(super) fn get(&self, says: &str) -> Option<usize> {
        let hash = self.hash(says);
        let from = self.places.partition_point(|(other, _)| *other < hash);
        let same = self.places.get(from..).unwrap_or_default().iter().take_while(|(other, _)| *other == hash);
        let is_spelt = |start: &usize| self.string(*start).decode_secret().is_some_and(|text| *text == *says);
        same.map(|(_, start)| *start).find(is_spelt)
    }

    /// Every string that says what one before it says, behind the first of those.
    pub(super) fn again(&self) -> impl Iterator<Item = (RawStr<'a>, RawStr<'a>)> {
        let meet = self.places.windows(2).filter_map(|pair| match pair {
            [(one, _), (other, start)] if one == other => Some(*start),
            _ => None,
        });
        meet.filter_map(|start| {
            let string = self.string(start);
            let first = self.get(&string.decode_secret()?)?;
            // Two strings of one hash that say different things.
            (first != start).then(|| (self.string(first), string))
        })
    }

    fn string(&self, start: usize) -> RawStr<'a> {
        RawStr::at(self.text, start)
    }

    fn hash(&self, says: &str) -> u64 {
        let mut hasher = self.hasher.build_hasher();
        hasher.write(says.as_bytes());
        hasher.finish()
    }
}
