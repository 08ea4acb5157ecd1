//! "Did you mean": the known word that a wrong one comes near.

/// The word of `known` that `written` was meant to be, and whether they differ in case only.
pub(crate) fn meant<'k>(
    written: &str,
    known: impl IntoIterator<Item = &'k str> + Clone,
) -> Option<(&'k str, bool)> {
    if let Some(same) = known.clone().into_iter().find(|word| word.eq_ignore_ascii_case(written)) {
        return Some((same, true));
    }
    if written.len() > LONGEST {
        return None;
    }
    let written = (written.as_bytes(), letters(written.as_bytes()));
    let mut nearest: Option<(usize, &'k str)> = None;
    for word in known {
        // A word that is too far is no reason against another one.
        let within = nearest.map_or(usize::MAX, |(distance, _)| distance).min(allowed(word.len()));
        let distance = distance(written, word.as_bytes(), within);
        if let Some(distance) = distance.filter(|distance| *distance < word.len()) {
            let this = (distance, word);
            nearest = Some(nearest.map_or(this, |nearest| nearest.min(this)));
        }
    }
    nearest.map(|(_, word)| (word, false))
}

/// Asks for the words that were meant by many others, up to a number of comparisons: a file may have very many of both.
#[cfg(feature = "std")]
pub(crate) struct Guesses {
    comparisons: usize,
}

#[cfg(feature = "std")]
impl Default for Guesses {
    fn default() -> Self {
        // Twenty words, twice, for each of as many findings as a report keeps.
        Self { comparisons: 40_000 }
    }
}

#[cfg(feature = "std")]
impl Guesses {
    /// None, too, where there were too many comparisons already.
    pub(crate) fn meant<'k>(
        &mut self,
        written: &str,
        known: impl ExactSizeIterator<Item = &'k str> + Clone,
    ) -> Option<&'k str> {
        self.comparisons = self.comparisons.checked_sub(known.len())?;
        meant(written, known.filter(|word| !differ_in_a_number(written, word))).map(|(near, _)| near)
    }
}

/// Returns whether two names differ in their digits only, as `db1` and `db10`, or have other ones, as many of them, as `sensors_1` and
/// `sensor2`: then they are of two databases.
#[cfg(feature = "std")]
fn differ_in_a_number(a: &str, b: &str) -> bool {
    let digits = |byte: &u8| byte.is_ascii_digit();
    let others = |byte: &u8| !byte.is_ascii_digit();
    if a.bytes().filter(others).eq(b.bytes().filter(others)) {
        return true;
    }
    let (a, b) = (a.bytes().filter(digits), b.bytes().filter(digits));
    a.clone().count() == b.clone().count() && !a.eq(b)
}

/// A name of a member beside its letters and digits in lower case: none where they are more than any word has.
#[cfg(feature = "std")]
pub(crate) struct Word<'n> {
    name: &'n str,
    letters: [u8; LONGEST],
    length: usize,
}

#[cfg(feature = "std")]
impl<'n> Word<'n> {
    pub(crate) fn new(name: &'n str) -> Self {
        let mut word = Self { name, letters: [0; LONGEST], length: 0 };
        let mut plain = plain(name);
        for (slot, byte) in word.letters.iter_mut().zip(&mut plain) {
            *slot = byte;
            word.length += 1;
        }
        if plain.next().is_some() {
            word.length = 0;
        }
        word
    }

    fn letters(&self) -> &[u8] {
        self.letters.get(..self.length).unwrap_or_default()
    }

    /// Without what a time in a token may begin with.
    fn letters_of_a_time(&self) -> &[u8] {
        self.letters().strip_prefix(b"token").unwrap_or(self.letters())
    }

    /// Returns whether the name ends with another one, and says more in front of it than its first letter twice.
    pub(crate) fn is_more_than(&self, other: &str) -> bool {
        let other = Word::new(other);
        let before = self.letters().strip_suffix(other.letters()).unwrap_or_default();
        !before.is_empty() && other.letters().get(..1) != Some(before)
    }

    /// Returns whether another name has the same letters and digits, in any case.
    pub(crate) fn is(&self, other: &str) -> bool {
        // Nearly all differ in their first letter.
        let first = other.as_bytes().first();
        let differs = first.is_some_and(u8::is_ascii_lowercase) && first != self.letters().first();
        !differs && plain(other).eq(self.letters().iter().copied())
    }

    /// Returns whether the name is that of a time from now on, or of one in another unit than milliseconds.
    pub(crate) fn is_duration(&self) -> bool {
        const WORDS: [&[u8]; 5] = [b"ttl", b"lifetime", b"validfor", b"maxage", b"expiresafter"];
        const UNITS: [&[u8]; 20] = [
            b"hr", b"hrs", b"week", b"weeks", b"month", b"months", b"sec", b"secs", b"second", b"seconds",
            b"min", b"mins", b"minute", b"minutes", b"hour", b"hours", b"day", b"days", b"micros", b"nanos",
        ];
        if self.is_long() || !self.name.starts_with(['e', 'E', 't', 'T', 'l', 'L', 'v', 'V', 'm', 'M']) {
            return false;
        }
        let letters = self.letters_of_a_time();
        let is_word = |word: &&[u8]| {
            let end = letters.strip_prefix(*word);
            end.is_some_and(|end| end.is_empty() || UNITS.contains(&end) || end == b"millis")
        };
        let Some(rest) = letters.strip_prefix(b"expir") else {
            return WORDS.iter().any(is_word);
        };
        let mut words = self.name.split(|c: char| !c.is_ascii_alphanumeric());
        WORDS.iter().any(is_word)
            || UNITS.iter().any(|unit| rest.ends_with(unit)) && !rest.windows(3).any(|part| part == b"mil")
            || rest.ends_with(b"sin")
            || words.any(|word| ["in", "us", "ns"].iter().any(|other| word.eq_ignore_ascii_case(other)))
    }

    /// Returns whether the name is that of an expiry: `expires_at`, `expiration_millis`; or of a duration.
    pub(crate) fn is_expiry(&self) -> bool {
        const STEMS: [&[u8]; 4] = [b"expiration", b"expiry", b"expires", b"expire"];
        // Each behind those that begin with it.
        const WORDS: [&[u8]; 14] = [
            b"milliseconds",
            b"millisecond",
            b"millis",
            b"ms",
            b"timestamp",
            b"datetime",
            b"date",
            b"time",
            b"unix",
            b"epoch",
            b"iso",
            b"utc",
            b"at",
            b"on",
        ];
        let rest = STEMS.iter().find_map(|stem| self.letters_of_a_time().strip_prefix(*stem));
        let is_one = rest.is_some_and(|mut rest| {
            while let Some(behind) = WORDS.iter().find_map(|word| rest.strip_prefix(*word)) {
                rest = behind;
            }
            rest.is_empty()
        });
        !self.is_long() && is_one || self.is_duration()
    }

    /// Nobody looks into a long name.
    const fn is_long(&self) -> bool {
        self.name.len() > LONGEST
    }
}

/// The letters and digits of a name, in lower case.
#[cfg(feature = "std")]
fn plain(name: &str) -> impl Iterator<Item = u8> {
    name.bytes().filter(u8::is_ascii_alphanumeric).map(|byte| byte.to_ascii_lowercase())
}

/// One slip in a short word, two in a longer one; more is another word.
const fn allowed(length: usize) -> usize {
    if length < 5 { 1 } else { 2 + length / 12 }
}

const LONGEST: usize = 40;

/// The optimal string alignment distance, in ASCII case-insensitive bytes, where it is not more than `within`; `strsim`
/// would need std. The letters of the first one are known.
fn distance((a, letters_of_a): (&[u8], u32), b: &[u8], within: usize) -> Option<usize> {
    if a.len() > LONGEST || b.len() > LONGEST || a.len().abs_diff(b.len()) > within.min(4) {
        return None;
    }
    // Each letter that only one of them has takes a change of its own.
    let (letters, others) = (letters_of_a, letters(b));
    if (letters & !others).count_ones().max((others & !letters).count_ones()) as usize > within {
        return None;
    }
    let (a, b) = without_common_ends(a, b);
    let same = |i: usize, j: usize| Some(a.get(i)?.eq_ignore_ascii_case(b.get(j)?));
    let within_u8 = u8::try_from(within).ok()?;
    // Row i holds the distances of the first i bytes of `a`; only cells near the diagonal can be small enough.
    let mut rows = [[FAR; LONGEST + 2]; 3];
    for (cell, j) in rows[1].iter_mut().zip(0..=within_u8) {
        *cell = j;
    }
    for i in 0..a.len() {
        let [before_last, last, row] = &mut rows;
        let (from, to) = (i.saturating_sub(within), b.len().min(i + 1 + within));
        // The cells left of the first one, and right of the last one for the next row.
        *row.get_mut(from)? = if from == 0 { u8::try_from(i + 1).ok()? } else { FAR };
        *row.get_mut(to + 1)? = FAR;
        let mut least = *row.get(from)?;
        for j in from..to {
            let replaced = last.get(j)? + u8::from(!same(i, j)?);
            let mut smallest = replaced.min(last.get(j + 1)? + 1).min(row.get(j)? + 1);
            if i > 0 && j > 0 && same(i, j - 1)? && same(i - 1, j)? {
                smallest = smallest.min(before_last.get(j - 1)? + 1);
            }
            *row.get_mut(j + 1)? = smallest;
            least = least.min(smallest);
        }
        // A swap of two bytes reaches back over one row, and costs one.
        if least > within_u8 + 1 {
            return None;
        }
        rows.rotate_left(1);
    }
    rows[1].get(b.len()).map(|distance| usize::from(*distance)).filter(|distance| *distance <= within)
}

/// Returns both texts without their common prefix and suffix, which cost nothing.
fn without_common_ends<'w>(a: &'w [u8], b: &'w [u8]) -> (&'w [u8], &'w [u8]) {
    let same = |(a, b): &(&u8, &u8)| a.eq_ignore_ascii_case(b);
    let begin = a.iter().zip(b).take_while(same).count();
    let (a, b) = (a.get(begin..).unwrap_or_default(), b.get(begin..).unwrap_or_default());
    let end = a.iter().rev().zip(b.iter().rev()).take_while(same).count();
    (a.get(..a.len() - end).unwrap_or_default(), b.get(..b.len() - end).unwrap_or_default())
}

/// Which letters occur, in any case; other bytes count as one of them.
fn letters(word: &[u8]) -> u32 {
    word.iter().fold(0, |letters, byte| letters | 1 << (byte & 31))
}

// More than any distance that is asked for, and no overflow where something is added.
const FAR: u8 = u8::MAX / 2;

#[cfg(test)]
mod tests {
    use alloc::string::String;
    use alloc::vec::Vec;

    use super::{Guesses, LONGEST, allowed, distance, letters, meant};

    #[test]
    fn a_slip_is_recognised_and_another_word_is_not() {
        let actions = ["create", "describe", "read", "write", "delete"];
        for (written, expected) in [
            ("red", Some(("read", false))),
            ("raed", Some(("read", false))),
            ("READ", Some(("read", true))),
            ("wirte", Some(("write", false))),
            ("reaad", Some(("read", false))),
            ("drop", None),
            ("", None),
            ("x", None),
        ] {
            assert_eq!(meant(written, actions), expected, "{written}");
        }
        assert_eq!(meant("", ["a"]), None);
        assert_eq!(meant("expiry_milis", ["expiry_millis", "name"]), Some(("expiry_millis", false)));
    }
    /// The whole table, without a limit.
    fn plain_distance(a: &[u8], b: &[u8]) -> usize {
        let mut cells = alloc::vec![alloc::vec![0_usize; b.len() + 1]; a.len() + 1];
        for i in 0..=a.len() {
            for j in 0..=b.len() {
                cells[i][j] = match (i, j) {
                    (0, _) => j,
                    (_, 0) => i,
                    _ => {
                        let replaced = cells[i - 1][j - 1] + usize::from(a[i - 1] != b[j - 1]);
                        let smallest = replaced.min(cells[i - 1][j] + 1).min(cells[i][j - 1] + 1);
                        let swapped = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
                        if swapped { smallest.min(cells[i - 2][j - 2] + 1) } else { smallest }
                    }
                };
            }
        }
        cells[a.len()][b.len()]
    }

    #[test]
    fn the_distance_near_the_diagonal_is_that_of_the_whole_table() {
        let words: Vec<String> = (0..5_u32)
            .flat_map(|length| (0..3_u32.pow(length)).map(move |number| (length, number)))
            .map(|(length, number)| {
                (0..length).map(|at| ['a', 'b', 'c'][(number / 3_u32.pow(at) % 3) as usize]).collect()
            })
            .collect();
        for a in &words {
            for b in &words {
                for (a, b) in [
                    (a.clone(), b.clone()),
                    (alloc::format!("{a}defghij{b}"), alloc::format!("{b}defghij{a}")),
                ] {
                    let plain = plain_distance(a.as_bytes(), b.as_bytes());
                    for within in 0..=allowed(LONGEST) {
                        let expected = (plain <= within && a.len().abs_diff(b.len()) <= 4).then_some(plain);
                        assert_eq!(
                            distance((a.as_bytes(), letters(a.as_bytes())), b.as_bytes(), within),
                            expected,
                            "{a} {b} {within}"
                        );
                    }
                }
            }
        }
    }

    #[test]
    fn guesses_end() {
        let mut guesses = Guesses { comparisons: 3 };
        assert_eq!(guesses.meant("reed", ["read", "write"].into_iter()), Some("read"));
        assert_eq!(guesses.meant("reed", ["read", "write"].into_iter()), None);
    }
}
