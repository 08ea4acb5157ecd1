//! Applying fixes to a text.

use alloc::vec::Vec;

use zeroize::Zeroizing;

use crate::check::Validator;
use crate::diagnostic::{Applicability, Edit, Replacement, Report};
use crate::token::{GenerateTokenError, Token};

/// A text with fixes applied. `Debug` shows nothing of the text; it is wiped when dropped.
///
/// ```
/// use std::time::SystemTime;
/// use influxdb3_offline_tokens::{Applicability, Validator};
///
/// let fixed = Validator::new(SystemTime::now()).fix(br#"{"tokens": [],}"#, Applicability::Safe)?;
/// assert_eq!((fixed.applied(), fixed.as_bytes()), (1, &br#"{"tokens": []}"#[..]));
/// # Ok::<(), influxdb3_offline_tokens::GenerateTokenError>(())
/// ```
pub struct Fixed {
    bytes: Zeroizing<Vec<u8>>,
    applied: usize,
}

impl Fixed {
    /// The text, which holds the secrets of the file.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.bytes
    }

    pub(crate) fn into_bytes(self) -> Zeroizing<Vec<u8>> {
        self.bytes
    }

    /// How many fixes were applied; the text is as it was where it is 0.
    #[must_use]
    pub const fn applied(&self) -> usize {
        self.applied
    }
}

impl core::fmt::Debug for Fixed {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Fixed").field("applied", &self.applied).finish_non_exhaustive()
    }
}

// Every pass mends what the one before uncovered; a real file needs two or three.
const MAX_PASSES: usize = 32;

impl Validator {
    /// Applies the fixes of a text: the safe ones, or with [`Applicability::Ask`] all. What no fix concerns keeps every
    /// byte. Of two fixes that overlap the first is applied, and the other where it still applies afterwards. Doing it
    /// twice changes nothing more.
    ///
    /// ```
    /// use influxdb3_offline_tokens::{Applicability, Validator};
    ///
    /// let validator = Validator::new(std::time::SystemTime::now());
    /// let fixed = validator.fix(br#"{"tokens": [],}"#, Applicability::Safe)?;
    /// assert_eq!(fixed.as_bytes(), br#"{"tokens": []}"#);
    /// # Ok::<(), influxdb3_offline_tokens::GenerateTokenError>(())
    /// ```
    ///
    /// # Errors
    /// A fix puts a new token in place of a weak one, and the operating system gives no random bytes.
    pub fn fix(&self, bytes: &[u8], up_to: Applicability) -> Result<Fixed, GenerateTokenError> {
        let validator = self.for_fixes();
        let mut fixed = Fixed { bytes: Zeroizing::new(bytes.to_vec()), applied: 0 };
        for _ in 0..MAX_PASSES {
            let report = validator.check(&fixed.bytes);
            let (edits, applied) = chosen(&report, up_to);
            if applied == 0 {
                break;
            }
            fixed.bytes = splice(&fixed.bytes, &edits)?;
            fixed.applied += applied;
        }
        Ok(fixed)
    }
}

/// The edits of fixes that do not overlap, in the order of the text.
fn chosen(report: &Report, up_to: Applicability) -> (Vec<&Edit>, usize) {
    let mut edits: Vec<&Edit> = Vec::new();
    let mut applied = 0;
    // The findings are in the order of the text, but the edits of one may lie before those of another.
    for diagnostic in report {
        let fix = diagnostic.fixes().iter().find(|fix| fix.applicability() <= up_to);
        let Some(fix) = fix else { continue };
        let places: Option<Vec<usize>> = fix.edits().iter().map(|edit| place(&edits, edit)).collect();
        if let Some(places) = places {
            for (inserted, (at, edit)) in places.into_iter().zip(fix.edits()).enumerate() {
                edits.insert(at + inserted, edit);
            }
            applied += 1;
        }
    }
    (edits, applied)
}

/// Where an edit goes among the others; none where it overlaps one.
fn place(edits: &[&Edit], edit: &Edit) -> Option<usize> {
    let at = match edits.last() {
        Some(last) if last.span() > edit.span() => edits.partition_point(|other| other.span() <= edit.span()),
        _ => edits.len(),
    };
    let overlaps = |other: &&Edit| {
        let (first, second) = if other.span() <= edit.span() { (*other, edit) } else { (edit, *other) };
        let (a, b) = (first.span(), second.span());
        if a == b && a.is_empty() {
            // Two items that are appended to one list stand behind each other.
            return !(begins_with_comma(first) && begins_with_comma(second));
        }
        a.end() > b.start() || a.start() == b.start()
    };
    let before = at.checked_sub(1).and_then(|before| edits.get(before));
    let clear = !before.is_some_and(overlaps) && !edits.get(at).is_some_and(overlaps);
    clear.then_some(at)
}

fn begins_with_comma(edit: &Edit) -> bool {
    matches!(edit.replacement(), Replacement::Text(text) if text.starts_with(','))
}

/// The text with the edits, which are sorted and do not overlap, in a buffer of the right size.
fn splice(bytes: &[u8], edits: &[&Edit]) -> Result<Zeroizing<Vec<u8>>, GenerateTokenError> {
    let mut pieces: Vec<(core::ops::Range<usize>, Zeroizing<Vec<u8>>)> = Vec::with_capacity(edits.len());
    for edit in edits {
        let text = match edit.replacement() {
            Replacement::Text(text) => text.clone().into_bytes(),
            Replacement::NewToken => Token::generate()?.expose().as_bytes().to_vec(),
        };
        pieces.push((edit.span().range(), Zeroizing::new(text)));
    }
    Ok(splice_pieces(bytes, pieces.iter().map(|(range, text)| (range.clone(), text.as_slice()))))
}

/// Puts texts in place of ranges, which are sorted and do not overlap; every other byte is kept.
pub(crate) fn splice_pieces<'p>(
    bytes: &[u8],
    pieces: impl Iterator<Item = (core::ops::Range<usize>, &'p [u8])> + Clone,
) -> Zeroizing<Vec<u8>> {
    let grown: usize = pieces.clone().map(|(_, text)| text.len()).sum();
    // No larger buffer is needed, so none is left behind unwiped.
    let mut result = Zeroizing::new(Vec::with_capacity(bytes.len() + grown));
    let mut at = 0;
    for (range, text) in pieces {
        result.extend_from_slice(bytes.get(at..range.start).unwrap_or_default());
        result.extend_from_slice(text);
        at = range.end;
    }
    result.extend_from_slice(bytes.get(at..).unwrap_or_default());
    result
}

/// Whether `changed` is `bytes` with `text` put in at a place, and nothing else.
pub(crate) fn is_insertion(bytes: &[u8], at: usize, text: &str, changed: &[u8]) -> bool {
    let Some((before, behind)) = bytes.split_at_checked(at) else { return false };
    let rest = changed.strip_prefix(before).and_then(|rest| rest.strip_prefix(text.as_bytes()));
    rest == Some(behind)
}

#[cfg(test)]
mod tests {
    use super::is_insertion;

    #[test]
    fn an_insertion_leaves_every_other_byte() {
        for (changed, expected) in [
            ("abXYcd", true),
            ("abcd", false),
            ("abXYce", false),
            ("aeXYcd", false),
            ("abXYcdd", false),
            ("abYXcd", false),
        ] {
            assert_eq!(is_insertion(b"abcd", 2, "XY", changed.as_bytes()), expected, "{changed}");
        }
    }
}
