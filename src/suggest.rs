//! "Did you mean": the known word that is closest to a misspelt one.

use alloc::string::String;
use alloc::vec::Vec;

#[cfg(all(test, feature = "std"))]
mod tests;

/// The maximum length of compared words.
const MAX_LENGTH: usize = 40;

/// Returns the word of `known` that is closest to `written`, and whether they differ only in case.
pub(crate) fn closest_word<'k>(
    written: &str,
    known: impl IntoIterator<Item = &'k str> + Clone,
) -> Option<(&'k str, bool)> {
    if let Some(same) = known.clone().into_iter().find(|word| word.eq_ignore_ascii_case(written)) {
        return Some((same, true));
    }
    if written.len() > MAX_LENGTH {
        return None;
    }
    let near = known.into_iter().filter_map(|word| {
        // One typo in a short word, two or more in a longer one.
        let allowed = if word.len() < 5 { 1 } else { 2 + word.len() / 12 };
        let (a, b) = (written.as_bytes(), word.as_bytes());
        if b.len() > MAX_LENGTH || a.len().abs_diff(b.len()) > allowed || different_letters(a, b) > allowed {
            return None;
        }
        let distance = distance(a, b);
        (distance <= allowed && distance < word.len()).then_some((distance, word))
    });
    near.min().map(|(_, word)| (word, false))
}

/// Returns the number of letters that only one of two words has, a lower bound of their distance.
fn different_letters(a: &[u8], b: &[u8]) -> usize {
    let letters = |word: &[u8]| word.iter().fold(0_u32, |letters, byte| letters | 1 << (byte & 31));
    let (a, b) = (letters(a), letters(b));
    (a & !b).count_ones().max((b & !a).count_ones()) as usize
}

/// Returns the optimal string alignment distance, in ASCII case-insensitive bytes. `strsim` would need std.
fn distance(a: &[u8], b: &[u8]) -> usize {
    let same = |a: Option<&u8>, b: Option<&u8>| a.zip(b).is_some_and(|(a, b)| a.eq_ignore_ascii_case(b));
    let cell = |row: &[usize], at: usize| row.get(at).copied().unwrap_or_default();
    let (mut before_last, mut last) = (Vec::new(), (0..=b.len()).collect::<Vec<usize>>());
    for i in 0..a.len() {
        let mut row = Vec::with_capacity(b.len() + 1);
        row.push(i + 1);
        for j in 0..b.len() {
            let replaced = cell(&last, j) + usize::from(!same(a.get(i), b.get(j)));
            let is_swap = i > 0 && j > 0 && same(a.get(i), b.get(j - 1)) && same(a.get(i - 1), b.get(j));
            let swapped = if is_swap { cell(&before_last, j - 1) + 1 } else { replaced };
            row.push(replaced.min(swapped).min(cell(&last, j + 1) + 1).min(cell(&row, j) + 1));
        }
        before_last = core::mem::replace(&mut last, row);
    }
    cell(&last, b.len())
}

/// Returns whether two names differ only in digits (`db1`, `db10`), or have equally many but different digits (`sensors_1`,
/// `sensor2`): then neither is a misspelling.
pub(crate) fn differ_in_number(a: &str, b: &str) -> bool {
    let digits = |byte: &u8| byte.is_ascii_digit();
    let others = |byte: &u8| !byte.is_ascii_digit();
    if a.bytes().filter(others).eq(b.bytes().filter(others)) {
        return true;
    }
    let (a, b) = (a.bytes().filter(digits), b.bytes().filter(digits));
    a.clone().count() == b.clone().count() && !a.eq(b)
}

/// The name of a member, and its letters and digits in lower case.
pub(crate) struct Word<'n> {
    name: &'n str,
    letters: String,
}

impl<'n> Word<'n> {
    pub(crate) fn new(name: &'n str) -> Self {
        // Long names are not compared.
        let name = if name.len() > MAX_LENGTH { "" } else { name };
        Self { name, letters: normalize(name).collect() }
    }

    /// Returns the letters without the prefix `token`, as in `token_expiry`.
    fn without_token_prefix(&self) -> &str {
        self.letters.strip_prefix("token").unwrap_or(&self.letters)
    }

    /// Returns whether the name is `other` with a prefix, which is not just a doubled first letter.
    pub(crate) fn has_prefix_before(&self, other: &str) -> bool {
        let other: String = normalize(other).collect();
        let before = self.letters.strip_suffix(&other).unwrap_or_default();
        !before.is_empty() && other.get(..1) != Some(before)
    }

    /// Returns whether another name has the same letters and digits, ignoring case.
    pub(crate) fn matches(&self, other: &str) -> bool {
        normalize(other).eq(self.letters.chars())
    }

    /// Returns whether the name is that of a duration, or of a time in a unit other than milliseconds.
    pub(crate) fn is_duration(&self) -> bool {
        const WORDS: [&str; 5] = ["ttl", "lifetime", "validfor", "maxage", "expiresafter"];
        const UNITS: [&str; 20] = [
            "hr", "hrs", "week", "weeks", "month", "months", "sec", "secs", "second", "seconds", "min",
            "mins", "minute", "minutes", "hour", "hours", "day", "days", "micros", "nanos",
        ];
        let letters = self.without_token_prefix();
        let is_unit = |rest: &str| rest.is_empty() || rest == "millis" || UNITS.contains(&rest);
        if WORDS.iter().any(|word| letters.strip_prefix(word).is_some_and(is_unit)) {
            return true;
        }
        let Some(rest) = letters.strip_prefix("expir") else { return false };
        let has_unit = UNITS.iter().any(|unit| rest.ends_with(unit)) && !rest.contains("mil");
        let mut words = self.name.split(|c: char| !c.is_ascii_alphanumeric());
        has_unit
            || rest.ends_with("sin")
            || words.any(|word| ["in", "us", "ns"].iter().any(|other| word.eq_ignore_ascii_case(other)))
    }

    /// Returns whether the name is that of an expiry: `expires_at`, `expiration_millis`; or of a duration.
    pub(crate) fn is_expiry(&self) -> bool {
        const STEMS: [&str; 4] = ["expiration", "expiry", "expires", "expire"];
        // Each word precedes its own prefixes.
        const WORDS: &str = "milliseconds millisecond millis ms timestamp date time unix epoch iso utc at on";
        let rest = STEMS.iter().find_map(|stem| self.without_token_prefix().strip_prefix(stem));
        let is_time = rest.is_some_and(|mut rest| {
            while let Some(remaining) = WORDS.split(' ').find_map(|word| rest.strip_prefix(word)) {
                rest = remaining;
            }
            rest.is_empty()
        });
        is_time || self.is_duration()
    }
}

/// Returns the letters and digits of a name, in lower case.
fn normalize(name: &str) -> impl Iterator<Item = char> {
    name.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase())
}
