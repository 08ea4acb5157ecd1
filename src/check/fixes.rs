//! The fixes of a text without the findings that they are for.

use alloc::vec::Vec;
use core::ops::Range;

use crate::code::Code;
use crate::diagnostic::{Edit, Fix};
use crate::span::Span;

/// One fix: what it is for, and its edits.
#[derive(Clone, Copy)]
pub(crate) struct Mend<'f> {
    pub(crate) code: Code,
    pub(crate) span: Span,
    pub(crate) edits: &'f [Edit],
}

/// Takes fixes in any order. Their edits lie side by side, which takes a quarter of the room of findings.
#[derive(Default)]
pub(crate) struct Fixes {
    edits: Vec<Edit>,
    // Where and what the finding of each fix is, and which edits are its own.
    places: Vec<(Span, Code, Range<usize>)>,
}

impl Fixes {
    pub(super) fn push(&mut self, span: Span, code: Code, fix: Fix) {
        let start = self.edits.len();
        self.edits.extend(fix.edits);
        self.places.push((span, code, start..self.edits.len()));
    }

    pub(super) fn absorb(&mut self, other: Self) {
        let start = self.edits.len();
        self.edits.extend(other.edits);
        let moved =
            |(span, code, own): (Span, Code, Range<usize>)| (span, code, start + own.start..start + own.end);
        self.places.extend(other.places.into_iter().map(moved));
    }

    /// Brings them into the order in which a report has their findings.
    pub(super) fn sort(&mut self) {
        self.places.sort_by_key(|(span, code, _)| (*span, *code));
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = Mend<'_>> {
        let edits = |own: &Range<usize>| self.edits.get(own.clone()).unwrap_or_default();
        self.places.iter().map(move |(span, code, own)| Mend { code: *code, span: *span, edits: edits(own) })
    }
}
