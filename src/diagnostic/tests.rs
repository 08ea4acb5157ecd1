//! Overlap of edits, and the verification of fixes.

use crate::code::Code;
use crate::diagnostic::fix::TextEdit;
use crate::diagnostic::{Applicability, At, EditSet, Levels, Sink};
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

#[test]
fn verifies_each_fix_if_only_fixes_are_kept() {
    let mut sink = Sink::new(&Levels::new(), usize::MAX).only_fixes();
    let mut verified = 0;
    for has_fix in [true, false, false, true, false] {
        let edits = has_fix.then(|| TextEdit::new(Span::new(0, 1), ""));
        sink.report(Code::UnknownMember, Span::new(0, 1), At::File).fix(Applicability::Safe, edits);
        sink.verify_fixes(|proposals| verified += proposals.len());
    }
    assert_eq!(
        (verified, sink.finish(b"x").0.iter().filter(|finding| finding.fix().is_some()).count()),
        (2, 2)
    );
}
