//! The fixes of a text, with few words of the findings that they are for.

use alloc::borrow::Cow;
use alloc::string::String;
use alloc::vec::Vec;
use core::ops::Range;

use crate::code::Code;
use crate::diagnostic::{Diagnostic, Edit, Fix};
use crate::span::Span;

/// One fix: what it is for, and its edits.
#[derive(Clone, Copy)]
pub(crate) struct Mend<'f> {
    pub(crate) code: Code,
    pub(crate) span: Span,
    pub(crate) words: Option<&'f Words>,
    pub(crate) edits: &'f [Edit],
}

/// The message of a finding, and the pointer to its value.
#[derive(Clone)]
pub(crate) struct Words {
    pub(crate) message: Cow<'static, str>,
    pub(crate) pointer: String,
}

impl From<Diagnostic> for Words {
    fn from(found: Diagnostic) -> Self {
        Self { message: found.message, pointer: found.pointer }
    }
}

/// Takes fixes in any order. Their edits lie side by side, which takes a quarter of the room of findings.
#[derive(Default)]
pub(crate) struct Fixes {
    edits: Vec<Edit>,
    words: Vec<Words>,
    places: Vec<Place>,
}

/// Where and what the finding of a fix is, which edits are its own, and which words.
struct Place {
    span: Span,
    code: Code,
    edits: Range<usize>,
    words: Option<usize>,
}

impl Fixes {
    /// Adds a fix; of the first `keep` ones with the words of its finding.
    pub(super) fn push(
        &mut self,
        (span, code): (Span, Code),
        fix: Fix,
        words: impl FnOnce() -> Diagnostic,
        keep: usize,
    ) {
        let start = self.edits.len();
        self.edits.extend(fix.edits);
        let words = (self.words.len() < keep).then(|| {
            self.words.push(words().into());
            self.words.len() - 1
        });
        self.places.push(Place { span, code, edits: start..self.edits.len(), words });
    }

    pub(super) fn absorb(&mut self, other: Self) {
        let (edits, words) = (self.edits.len(), self.words.len());
        self.edits.extend(other.edits);
        self.words.extend(other.words);
        self.places.extend(other.places.into_iter().map(|place| Place {
            edits: edits + place.edits.start..edits + place.edits.end,
            words: place.words.map(|at| words + at),
            ..place
        }));
    }

    /// Brings them into the order in which a report has their findings.
    pub(super) fn sort(&mut self) {
        self.places.sort_by_key(|place| (place.span, place.code));
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = Mend<'_>> {
        self.places.iter().map(|place| Mend {
            code: place.code,
            span: place.span,
            words: place.words.and_then(|at| self.words.get(at)),
            edits: self.edits.get(place.edits.clone()).unwrap_or_default(),
        })
    }
}
