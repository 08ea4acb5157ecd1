//! "Did you mean": the known word that a wrong one comes near.

/// The word of `known` that `written` was meant to be, and whether they differ in case only.
pub(crate) fn meant<'k>(
    written: &str,
    known: impl IntoIterator<Item = &'k str> + Clone,
) -> Option<(&'k str, bool)> {
    if let Some(same) = known.clone().into_iter().find(|word| word.eq_ignore_ascii_case(written)) {
        return Some((same, true));
    }
    let near = |word: &'k str| Some((distance(written.as_bytes(), word.as_bytes())?, word));
    let (distance, word) = known.into_iter().filter_map(near).min()?;
    // One slip in a short word, two in a longer one; more is another word.
    let allowed = if word.len() < 5 { 1 } else { 2 + word.len() / 12 };
    (distance <= allowed && distance < word.len()).then_some((word, false))
}

const LONGEST: usize = 40;

/// The optimal string alignment distance, in ASCII case-insensitive bytes; `strsim` would need std.
fn distance(a: &[u8], b: &[u8]) -> Option<usize> {
    if a.len() > LONGEST || b.len() > LONGEST || a.len().abs_diff(b.len()) > 4 {
        return None;
    }
    let same = |i: usize, j: usize| Some(a.get(i)?.eq_ignore_ascii_case(b.get(j)?));
    let mut rows = [[0_usize; LONGEST + 1]; 3];
    for (j, cell) in rows[1].iter_mut().enumerate() {
        *cell = j;
    }
    for i in 0..a.len() {
        let [before_last, last, mut row] = rows;
        *row.first_mut()? = i + 1;
        for j in 0..b.len() {
            let replaced = last.get(j)? + usize::from(!same(i, j)?);
            let mut smallest = replaced.min(last.get(j + 1)? + 1).min(row.get(j)? + 1);
            if i > 0 && j > 0 && same(i, j - 1)? && same(i - 1, j)? {
                smallest = smallest.min(before_last.get(j - 1)? + 1);
            }
            *row.get_mut(j + 1)? = smallest;
        }
        rows = [last, row, before_last];
    }
    rows[1].get(b.len()).copied()
}

#[cfg(test)]
mod tests {
    use super::meant;

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
        assert_eq!(meant("expiry_milis", ["expiry_millis", "name"]), Some(("expiry_millis", false)));
    }
}
