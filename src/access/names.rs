//! The names of databases for many lookups: kept once, and found by a short hash.

use std::collections::HashMap;
use std::string::String;

// A short hash of a name, eight bytes at a time. Nothing rests on its quality but speed: names are compared as well.
#[inline]
pub(super) fn tag(seed: u64, name: &str) -> u32 {
    const ODD: u64 = 0x9E37_79B9_7F4A_7C15;
    let mix = |hash: u64, word: u64| {
        let product = u128::from(hash ^ word) * u128::from(ODD);
        #[expect(clippy::cast_possible_truncation, reason = "the two halves")]
        let folded = (product as u64) ^ (product >> 64) as u64;
        folded
    };
    let bytes = name.as_bytes();
    let (words, rest) = bytes.as_chunks();
    let hash = words.iter().fold(seed ^ name.len() as u64, |hash, word| mix(hash, u64::from_le_bytes(*word)));
    // The last eight bytes, some of them for the second time, are quicker than those that are left one by one.
    let last = bytes.last_chunk().map_or_else(
        || rest.iter().fold(0, |last, byte| last << 8 | u64::from(*byte)),
        |last| u64::from_le_bytes(*last),
    );
    (mix(hash, last) >> 32) as u32
}

// The names of the databases in one text, each once.
#[derive(Default)]
pub(super) struct Names<'a> {
    pub(super) text: String,
    places: HashMap<&'a str, usize>,
}

impl<'a> Names<'a> {
    pub(super) fn place(&mut self, name: &'a str) -> usize {
        let Self { text, places } = self;
        *places.entry(name).or_insert_with(|| {
            let place = text.len();
            text.push_str(name);
            place
        })
    }
}
