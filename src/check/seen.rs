//! Strings of the file that stand there once, by their content and without a copy of it.

use alloc::vec::Vec;
use core::hash::{BuildHasher, BuildHasherDefault, Hasher};
use std::collections::HashMap;
use std::collections::hash_map::{Entry, RandomState};

use crate::json::RawStr;

/// Finds strings by a keyed hash, so that no map holds a secret and nobody can make them collide on purpose; the place
/// tells whether it really is the same.
#[derive(Default)]
pub(super) struct Seen<'a> {
    hasher: RandomState,
    by_hash: HashMap<u64, usize, BuildHasherDefault<Hashed>>,
    // The index of the token with each.
    places: Vec<(RawStr<'a>, usize)>,
}

impl<'a> Seen<'a> {
    pub(super) fn reserve(&mut self, strings: usize) {
        self.by_hash.reserve(strings);
        self.places.reserve(strings);
    }

    /// Remembers a string, which says `text`; gives the place of the one that says the same already.
    pub(super) fn insert(&mut self, string: RawStr<'a>, text: &str, index: usize) -> Option<RawStr<'a>> {
        let mut hash = self.hasher.hash_one(text);
        loop {
            match self.by_hash.entry(hash) {
                Entry::Vacant(slot) => {
                    slot.insert(self.places.len());
                    self.places.push((string, index));
                    return None;
                }
                Entry::Occupied(slot) => {
                    let earlier = self.places.get(*slot.get()).filter(|(earlier, _)| says(*earlier, text));
                    if let Some((earlier, _)) = earlier {
                        return Some(*earlier);
                    }
                    // Two strings with one hash: the next place is free or holds it.
                    hash = hash.wrapping_add(1);
                }
            }
        }
    }

    /// The token whose string says `text`.
    pub(super) fn get(&self, text: &str) -> Option<usize> {
        let mut hash = self.hasher.hash_one(text);
        while let Some((string, index)) = self.by_hash.get(&hash).and_then(|place| self.places.get(*place)) {
            if says(*string, text) {
                return Some(*index);
            }
            hash = hash.wrapping_add(1);
        }
        None
    }
}

fn says(string: RawStr<'_>, text: &str) -> bool {
    string.decode_secret().is_some_and(|decoded| *decoded == *text)
}

/// A hash already.
#[derive(Default)]
struct Hashed(u64);

impl Hasher for Hashed {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for &byte in bytes {
            self.0 = self.0.rotate_left(8) ^ u64::from(byte);
        }
    }

    fn write_u64(&mut self, hash: u64) {
        self.0 = hash;
    }
}
