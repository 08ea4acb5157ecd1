//! Applying fixes to a text.

mod mended;

use alloc::collections::BTreeMap;
use alloc::vec::Vec;

use zeroize::Zeroizing;

pub use self::mended::Mended;
use self::mended::Moved;
use crate::check::Validator;
use crate::diagnostic::{Applicability, Edit, Replacement};
use crate::secret::SecretBytes;
use crate::span::{LineIndex, Span};
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
    mended: Vec<Mended>,
}

impl Fixed {
    /// The text, which holds the secrets of the file.
    ///
    /// ```
    /// use std::time::SystemTime;
    /// use influxdb3_offline_tokens::{Applicability, Validator};
    ///
    /// let right = br#"{"tokens": []}"#;
    /// let fixed = Validator::new(SystemTime::now()).fix(right, Applicability::Ask)?;
    /// assert_eq!((fixed.as_bytes(), fixed.applied()), (&right[..], 0));
    /// # Ok::<(), influxdb3_offline_tokens::GenerateTokenError>(())
    /// ```
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Hands the text over.
    ///
    /// ```
    /// use std::time::SystemTime;
    /// use influxdb3_offline_tokens::{Applicability, Validator};
    ///
    /// let fixed = Validator::new(SystemTime::now()).fix(br#"{"tokens": [],}"#, Applicability::Safe)?;
    /// assert_eq!(&*fixed.into_bytes(), br#"{"tokens": []}"#);
    /// # Ok::<(), influxdb3_offline_tokens::GenerateTokenError>(())
    /// ```
    #[must_use]
    pub fn into_bytes(self) -> SecretBytes {
        SecretBytes::wiped(self.bytes)
    }

    /// How many fixes were applied; the text is as it was where it is 0.
    ///
    /// ```
    /// use std::time::SystemTime;
    /// use influxdb3_offline_tokens::{Applicability, Validator};
    ///
    /// let fixed = Validator::new(SystemTime::now()).fix(br#"{"tokens": [,],}"#, Applicability::Safe)?;
    /// assert_eq!(fixed.applied(), 2);
    /// # Ok::<(), influxdb3_offline_tokens::GenerateTokenError>(())
    /// ```
    #[must_use]
    pub const fn applied(&self) -> usize {
        self.mended.len()
    }

    /// What was mended, in the order of the text; for each fix that was applied one.
    ///
    /// ```
    /// use std::time::SystemTime;
    /// use influxdb3_offline_tokens::{Applicability, Code, Validator};
    ///
    /// let fixed = Validator::new(SystemTime::now()).fix(br#"{"tokens": [],}"#, Applicability::Safe)?;
    /// let mended = &fixed.mended()[0];
    /// assert_eq!((mended.code(), mended.span().range()), (Code::JsonSyntax, 13..14));
    /// # Ok::<(), influxdb3_offline_tokens::GenerateTokenError>(())
    /// ```
    #[must_use]
    pub fn mended(&self) -> &[Mended] {
        &self.mended
    }

    pub(crate) fn into_parts(self) -> (Zeroizing<Vec<u8>>, Vec<Mended>) {
        (self.bytes, self.mended)
    }
}

impl core::fmt::Debug for Fixed {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Fixed").field("mended", &self.mended).finish_non_exhaustive()
    }
}

// Every pass mends what the one before uncovered; a real file needs two or three.
const MAX_PASSES: usize = 32;

impl Validator {
    /// Applies the fixes of a text: the safe ones, or with [`Applicability::Ask`] all. What no fix concerns keeps every
    /// byte. Of two fixes that overlap the first is applied, and the other where it still applies afterwards. Doing it
    /// twice changes nothing more. What is allowed ([`Level::Allow`](crate::Level::Allow)) is not mended.
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
        let mut fixed = Fixed { bytes: Zeroizing::new(bytes.to_vec()), mended: Vec::new() };
        let mut passes: Vec<Moved> = Vec::new();
        for _ in 0..MAX_PASSES {
            let fixes = self.fixes(&fixed.bytes, up_to);
            let mut chosen = Chosen::default();
            let before = fixed.mended.len();
            let taken = fixes.iter().filter(|fix| chosen.take(fix.edits));
            fixed.mended.extend(taken.map(|fix| Mended::new(fix, &passes)));
            if fixed.mended.len() == before {
                break;
            }
            let (bytes, moved) = splice(&fixed.bytes, &chosen.in_order())?;
            fixed.bytes = bytes;
            passes.push(moved);
        }
        if !fixed.mended.is_empty() {
            let lines = LineIndex::new(bytes);
            fixed.mended.iter_mut().for_each(|mended| mended.locate(&lines));
            fixed.mended.sort_by_key(Mended::span);
        }
        Ok(fixed)
    }
}

/// Edits that do not overlap.
#[derive(Default)]
struct Chosen<'f> {
    // Fixes are in the order of their findings, and most edits, too.
    sorted: Vec<&'f Edit>,
    // Those that lie before one that was taken earlier, with the order in which they came.
    others: BTreeMap<(Span, usize), &'f Edit>,
}

impl<'f> Chosen<'f> {
    /// Takes all edits of a fix, or none where one overlaps what was taken.
    fn take(&mut self, fix: &'f [Edit]) -> bool {
        let takes = fix.iter().all(|edit| self.is_free(edit));
        if takes {
            for edit in fix {
                if self.is_last(edit) {
                    self.sorted.push(edit);
                } else {
                    self.others.insert((edit.span(), self.others.len()), edit);
                }
            }
        }
        takes
    }

    fn is_last(&self, edit: &Edit) -> bool {
        self.sorted.last().is_none_or(|last| last.span() <= edit.span())
    }

    fn is_free(&self, edit: &Edit) -> bool {
        let is_before = |other: &&Edit| other.span() <= edit.span();
        let at = if self.is_last(edit) { self.sorted.len() } else { self.sorted.partition_point(is_before) };
        let before = at.checked_sub(1).and_then(|before| self.sorted.get(before));
        let behind = self.sorted.get(at);
        let place = (edit.span(), usize::MAX);
        let others = [self.others.range(..place).next_back(), self.others.range(place..).next()];
        let [other_before, other_behind] = others.map(|other| other.map(|(_, edit)| edit));
        ![before, other_before].into_iter().flatten().any(|before| overlap(before, edit))
            && ![behind, other_behind].into_iter().flatten().any(|behind| overlap(edit, behind))
    }

    /// All of them in the order of the text.
    fn in_order(self) -> Vec<&'f Edit> {
        if self.others.is_empty() {
            return self.sorted;
        }
        let mut edits = self.sorted;
        edits.extend(self.others.into_values());
        // Of two in one place the first stays the first: it is in front of the other here, too.
        edits.sort_by_key(|edit| edit.span());
        edits
    }
}

/// Whether two edits, which are sorted, cannot both be made.
fn overlap(first: &Edit, second: &Edit) -> bool {
    let (a, b) = (first.span(), second.span());
    if a == b && a.is_empty() {
        // Two items that are appended to one list stand behind each other.
        return !(begins_with_comma(first) && begins_with_comma(second));
    }
    a.end() > b.start() || a.start() == b.start()
}

fn begins_with_comma(edit: &Edit) -> bool {
    matches!(edit.replacement(), Replacement::Text(text) if text.starts_with(','))
}

/// The text with the edits, which are sorted and do not overlap, in a buffer of the right size.
fn splice(bytes: &[u8], edits: &[&Edit]) -> Result<(Zeroizing<Vec<u8>>, Moved), GenerateTokenError> {
    let new = edits.iter().filter(|edit| *edit.replacement() == Replacement::NewToken);
    let tokens = new.map(|_| Token::generate()).collect::<Result<Vec<Token>, _>>()?;
    let mut new = tokens.iter();
    let pieces = edits.iter().map(move |edit| {
        let text = match edit.replacement() {
            Replacement::Text(text) => text.as_str(),
            Replacement::NewToken => new.next().map(Token::expose).unwrap_or_default(),
        };
        (edit.span().range(), text.as_bytes())
    });
    Ok((splice_pieces(bytes, pieces.clone()), Moved::of(pieces)))
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
    use super::{is_insertion, overlap};
    use crate::diagnostic::Edit;
    use crate::span::Span;

    #[test]
    fn edits_overlap_where_one_takes_a_byte_or_a_place_of_the_other() {
        let edit = |start, end, text: &str| Edit::new(Span::new(start, end), text);
        for (first, second, expected) in [
            (edit(0, 2, "x"), edit(2, 4, "y"), false),
            (edit(0, 3, "x"), edit(2, 4, "y"), true),
            (edit(2, 2, "x"), edit(2, 4, "y"), true),
            (edit(0, 2, "x"), edit(2, 2, "y"), false),
            // Only items of a list can stand behind each other in one place.
            (edit(2, 2, ", a"), edit(2, 2, ", b"), false),
            (edit(2, 2, ", a"), edit(2, 2, "b"), true),
            (edit(2, 2, "a"), edit(2, 2, ", b"), true),
        ] {
            assert_eq!(overlap(&first, &second), expected, "{first:?} {second:?}");
        }
    }

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
