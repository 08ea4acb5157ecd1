//! Overlap of edits.

use crate::diagnostic::EditSet;
use crate::diagnostic::fix::TextEdit;
use crate::span::Span;

#[test]
fn rejects_overlapping_edits() {
    let edit = |start, end, text: &str| TextEdit::new(Span::new(start, end), text);
    for (first, second, overlap) in [
        (edit(0, 2, "x"), edit(2, 4, "y"), false),
        (edit(0, 3, "x"), edit(2, 4, "y"), true),
        (edit(2, 2, "x"), edit(2, 4, "y"), true),
        (edit(0, 2, "x"), edit(2, 2, "y"), false),
        (edit(2, 2, "x"), edit(2, 2, "y"), true),
    ] {
        let mut set = EditSet::default();
        assert!(set.add(core::slice::from_ref(&first)));
        assert_eq!(set.add(core::slice::from_ref(&second)), !overlap, "{first:?} {second:?}");
    }
}
