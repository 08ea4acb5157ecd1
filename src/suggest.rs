//! "Did you mean": the known word that a wrong one comes near.

/// The word of `known` that `written` was meant to be, and whether they differ in case only.
pub(crate) fn meant<'k>(
    written: &str,
    known: impl IntoIterator<Item = &'k str> + Clone,
) -> Option<(&'k str, bool)> {
    if let Some(same) = known.clone().into_iter().find(|word| word.eq_ignore_ascii_case(written)) {
        return Some((same, true));
    }
    let mut nearest: Option<(usize, &'k str)> = None;
    for word in known {
        // A word that is too far is no reason against another one.
        let within = nearest.map_or(usize::MAX, |(distance, _)| distance).min(allowed(word.len()));
        let distance = distance(written.as_bytes(), word.as_bytes(), within);
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
        // Twenty words for each of as many findings as a report keeps.
        Self { comparisons: 20_000 }
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
        meant(written, known).map(|(near, _)| near)
    }
}

/// The letters and digits of a name, in lower case; nothing of a long one, which nobody looks into.
#[cfg(feature = "std")]
fn plain(name: &str) -> alloc::string::String {
    let short = if name.len() > LONGEST { "" } else { name };
    short.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()).collect()
}

/// Whether a name is that of a time from now on, or of one in another unit than milliseconds.
#[cfg(feature = "std")]
pub(crate) fn is_duration(name: &str) -> bool {
    const WORDS: [&str; 5] = ["ttl", "lifetime", "validfor", "maxage", "expiresafter"];
    const UNITS: [&str; 14] = [
        "sec", "secs", "second", "seconds", "min", "mins", "minute", "minutes", "hour", "hours", "day",
        "days", "micros", "nanos",
    ];
    if !name.starts_with(['e', 'E', 't', 'T', 'l', 'L', 'v', 'V', 'm', 'M']) {
        return false;
    }
    let plain = plain(name);
    let is_word = |word: &&str| {
        plain.strip_prefix(*word).is_some_and(|end| end.is_empty() || UNITS.contains(&end) || end == "millis")
    };
    let Some(rest) = plain.strip_prefix("expir") else {
        return WORDS.iter().any(is_word);
    };
    let mut words = name.split(|c: char| !c.is_ascii_alphanumeric());
    WORDS.iter().any(is_word)
        || UNITS.iter().any(|unit| rest.ends_with(unit)) && !rest.contains("mil")
        || rest.ends_with("sin")
        || words.any(|word| ["in", "us", "ns"].iter().any(|other| word.eq_ignore_ascii_case(other)))
}

/// Whether a name is that of an expiry: `expires_at`, `expiration_millis`; or of a duration.
#[cfg(feature = "std")]
pub(crate) fn is_expiry(name: &str) -> bool {
    const STEMS: [&str; 4] = ["expiration", "expiry", "expires", "expire"];
    const ENDS: [&str; 15] = [
        "",
        "at",
        "on",
        "ms",
        "millis",
        "millisecond",
        "milliseconds",
        "atms",
        "atmillis",
        "time",
        "date",
        "datetime",
        "timestamp",
        "unix",
        "epoch",
    ];
    let plain = plain(name);
    let is_one = |stem: &&str| plain.strip_prefix(*stem).is_some_and(|end| ENDS.contains(&end));
    STEMS.iter().any(is_one) || is_duration(name)
}

/// One slip in a short word, two in a longer one; more is another word.
const fn allowed(length: usize) -> usize {
    if length < 5 { 1 } else { 2 + length / 12 }
}

const LONGEST: usize = 40;

/// The optimal string alignment distance, in ASCII case-insensitive bytes, where it is not more than `within`; `strsim`
/// would need std.
fn distance(a: &[u8], b: &[u8], within: usize) -> Option<usize> {
    if a.len() > LONGEST || b.len() > LONGEST || a.len().abs_diff(b.len()) > within.min(4) {
        return None;
    }
    // Each letter that only one of them has takes a change of its own.
    let (letters, others) = (letters(a), letters(b));
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
        // What stands left of the first cell, and right of the last one for the next row.
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

/// What is left of both without the bytes that they begin and end with: those cost nothing.
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

    use super::{Guesses, LONGEST, allowed, distance, meant};

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
                            distance(a.as_bytes(), b.as_bytes(), within),
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
