//! The edits that are applied together.

use core::ops::Range;
use std::collections::BTreeSet;

use crate::diagnostic::fix::TextEdit;
use crate::secret::SecretBytes;
use crate::span::Span;

/// The spans of edits without overlaps.
#[derive(Debug, Default)]
pub(crate) struct EditSet(BTreeSet<Span>);

impl EditSet {
    /// Adds all edits of a fix, or none if one overlaps an edit of the set. Returns whether they were added.
    pub(crate) fn add(&mut self, edits: &[TextEdit]) -> bool {
        let is_free = edits.iter().all(|edit| self.is_free(edit.span()));
        if is_free {
            self.0.extend(edits.iter().map(TextEdit::span));
        }
        is_free
    }

    fn is_free(&self, span: Span) -> bool {
        let overlap = |a: &Span, b: &Span| a.end() > b.start() || a.start() == b.start();
        let before = self.0.range(..=span).next_back();
        let after = self.0.range(span..).next();
        !before.is_some_and(|before| overlap(before, &span))
            && !after.is_some_and(|after| overlap(&span, after))
    }
}

/// Replaces ranges, which are sorted and do not overlap, with texts. All other bytes are unchanged.
pub(crate) fn splice_pieces<'p>(
    bytes: &[u8],
    pieces: impl Iterator<Item = (Range<usize>, &'p [u8])> + Clone,
) -> SecretBytes {
    let grown: usize = pieces.clone().map(|(_, text)| text.len()).sum();
    // The buffer never grows: growing would leave a copy that is not zeroized.
    let mut result = SecretBytes::from(Vec::with_capacity(bytes.len() + grown));
    let mut at = 0;
    for (range, text) in pieces {
        result.0.extend_from_slice(bytes.get(at..range.start).unwrap_or_default());
        result.0.extend_from_slice(text);
        at = range.end;
    }
    result.0.extend_from_slice(bytes.get(at..).unwrap_or_default());
    result
}
