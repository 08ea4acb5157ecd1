//! Edits that can be applied together.

use alloc::collections::BTreeMap;

use crate::diagnostic::fix::TextEdit;
use crate::span::Span;

/// The spans of edits without overlaps.
#[derive(Debug, Default)]
pub(crate) struct EditSet {
    // With the order of insertion, and whether the edit appends an item to a list.
    spans: BTreeMap<(Span, usize), bool>,
}

impl EditSet {
    /// Adds all edits of a fix, or none if one overlaps an edit of the set. Returns whether they were added.
    pub(crate) fn add(&mut self, edits: &[TextEdit]) -> bool {
        let is_free = edits.iter().all(|edit| self.is_free(edit));
        if is_free {
            for edit in edits {
                self.spans.insert((edit.span(), self.spans.len()), appends(edit));
            }
        }
        is_free
    }

    fn is_free(&self, edit: &TextEdit) -> bool {
        let this = (edit.span(), appends(edit));
        let key = (edit.span(), usize::MAX);
        let edit = |((span, _), appends): (&(Span, usize), &bool)| (*span, *appends);
        // Most edits come in source order.
        let last = self.spans.last_key_value().filter(|(last, _)| **last < key);
        let before = last.or_else(|| self.spans.range(..key).next_back()).map(edit);
        let after = if last.is_some() { None } else { self.spans.range(key..).next().map(edit) };
        !before.is_some_and(|before| overlap(before, this))
            && !after.is_some_and(|after| overlap(this, after))
    }
}

fn appends(edit: &TextEdit) -> bool {
    edit.span().is_empty() && edit.text_or_sample().starts_with(',')
}

/// Returns whether two sorted edits overlap. Items that are appended to one list do not.
fn overlap((a, appends): (Span, bool), (b, also_appends): (Span, bool)) -> bool {
    if a == b && a.is_empty() {
        return !(appends && also_appends);
    }
    a.end() > b.start() || a.start() == b.start()
}

#[cfg(test)]
mod tests {
    use super::EditSet;
    use crate::diagnostic::fix::TextEdit;
    use crate::span::Span;

    #[test]
    fn edits_overlap_if_one_changes_a_byte_or_a_place_of_the_other() {
        let edit = |start, end, text: &str| TextEdit::new(Span::new(start, end), text);
        for (first, second, overlap) in [
            (edit(0, 2, "x"), edit(2, 4, "y"), false),
            (edit(0, 3, "x"), edit(2, 4, "y"), true),
            (edit(2, 2, "x"), edit(2, 4, "y"), true),
            (edit(0, 2, "x"), edit(2, 2, "y"), false),
            (edit(2, 2, ", a"), edit(2, 2, ", b"), false),
            (edit(2, 2, ", a"), edit(2, 2, "b"), true),
            (edit(2, 2, "a"), edit(2, 2, ", b"), true),
        ] {
            let mut set = EditSet::default();
            assert!(set.add(core::slice::from_ref(&first)));
            assert_eq!(set.add(core::slice::from_ref(&second)), !overlap, "{first:?} {second:?}");
        }
    }
}
