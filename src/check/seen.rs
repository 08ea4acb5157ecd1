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
    // Where each string begins.
    starts: Vec<usize>,
    // The hash of each string in the upper half, which of `starts` it is in the lower: one word is sorted faster than two.
    keys: Vec<u64>,
}

/// Where the index is in a word that has a hash above it.
pub(super) const LOWER_HALF: u64 = 0xFFFF_FFFF;

impl<'a> Seen<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        Self { text, hasher: RandomState::default(), starts: Vec::new(), keys: Vec::new() }
    }

    pub(super) fn reserve(&mut self, strings: usize) {
        self.starts.reserve(strings);
        self.keys.reserve(strings);
    }

    /// Remembers a string, which begins at `start`, behind those before, and says `says`.
    pub(super) fn insert(&mut self, start: usize, says: &str) {
        // A string takes some bytes, and no memory holds as many as half a word cannot count.
        let index = self.starts.len() as u64 & LOWER_HALF;
        self.keys.push(self.hash(says) | index);
        self.starts.push(start);
    }

    /// Sorts what was remembered; [`get`](Self::get) and [`again`](Self::again) need it.
    pub(super) fn sort(&mut self) {
        self.keys.sort_unstable();
    }

    /// Where the first string that says `says` begins.
    pub(super) fn get(&self, says: &str) -> Option<usize> {
        let hash = self.hash(says);
        let from = self.keys.partition_point(|key| *key < hash);
        let keys = self.keys.get(from..).unwrap_or_default();
        let same = keys.iter().take_while(|key| **key & !LOWER_HALF == hash);
        let is_spelt = |start: &usize| self.string(*start).decode_secret().is_some_and(|text| *text == *says);
        same.filter_map(|key| self.start(*key)).find(is_spelt)
    }

    /// Every string that says what one before it says, behind the first of those.
    pub(super) fn again(&self) -> impl Iterator<Item = (RawStr<'a>, RawStr<'a>)> {
        let meet = self.keys.windows(2).filter_map(|pair| match pair {
            [one, other] if one & !LOWER_HALF == other & !LOWER_HALF => self.start(*other),
            _ => None,
        });
        meet.filter_map(|start| {
            let string = self.string(start);
            let first = self.get(&string.decode_secret()?)?;
            // Two strings of one hash that say different things.
            (first != start).then(|| (self.string(first), string))
        })
    }

    fn start(&self, key: u64) -> Option<usize> {
        self.starts.get(usize::try_from(key & LOWER_HALF).ok()?).copied()
    }

    fn string(&self, start: usize) -> RawStr<'a> {
        RawStr::at(self.text, start)
    }

    fn hash(&self, says: &str) -> u64 {
        let mut hasher = self.hasher.build_hasher();
        hasher.write(says.as_bytes());
        hasher.finish() & !LOWER_HALF
    }
}
