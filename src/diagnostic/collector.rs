//! Takes findings in any order, and makes a report of them.

use alloc::vec::Vec;
use core::cmp::Reverse;

use super::{Diagnostic, Report};
use crate::code::{Code, Severity};
use crate::span::{LineIndex, Span};

/// Takes findings in any order and keeps the worst, the first of them first.
#[derive(Debug)]
pub(crate) struct Collector {
    kept: Vec<Diagnostic>,
    counts: [usize; 3],
    keep: usize,
    // The last of as many findings as are kept: what comes behind it is only counted.
    last: Option<(Reverse<Severity>, Span, Code)>,
}

impl Collector {
    pub(crate) const fn new(keep: usize) -> Self {
        Self { kept: Vec::new(), counts: [0; 3], keep, last: None }
    }

    /// Whether such a finding would be kept; it is counted where not, so that its words need not be made.
    pub(crate) fn takes(&mut self, severity: Severity, span: Span, code: Code) -> bool {
        let is_behind = |last| (Reverse(severity), span, code) >= last;
        let takes = self.keep > 0 && !self.last.is_some_and(is_behind);
        if !takes {
            self.count(severity);
        }
        takes
    }

    /// A finding that [`takes`](Self::takes) said yes to.
    pub(crate) fn push(&mut self, diagnostic: Diagnostic) {
        self.count(diagnostic.severity);
        self.kept.push(diagnostic);
        // Twice as many as are kept at the most, so that the sorting is paid for by what was pushed.
        let full =
            if self.last.is_some() { self.keep.saturating_mul(2).saturating_add(64) } else { self.keep };
        if self.kept.len() >= full {
            self.shrink();
        }
    }

    fn count(&mut self, severity: Severity) {
        if let Some(count) = self.counts.get_mut(severity as usize) {
            *count += 1;
        }
    }

    pub(crate) fn absorb(&mut self, other: Self) {
        for (count, more) in self.counts.iter_mut().zip(other.counts) {
            *count += more;
        }
        self.kept.extend(other.kept);
    }

    fn shrink(&mut self) {
        if self.kept.len() >= self.keep {
            self.kept.sort_by_key(key);
            self.kept.truncate(self.keep);
            self.last = self.kept.last().map(key);
        }
    }

    pub(crate) fn finish(mut self, text: &[u8]) -> Report {
        self.shrink();
        self.kept.sort_by_key(order);
        let starts = self.kept.iter().flat_map(|found| {
            found.labels.iter().map(|label| label.span.start()).chain([found.span.start()])
        });
        if let Some(last) = starts.max() {
            // Behind the last place no line has to be counted.
            let lines = LineIndex::new(text.get(..last).unwrap_or(text));
            for diagnostic in &mut self.kept {
                diagnostic.location = lines.location(diagnostic.span.start());
                for label in &mut diagnostic.labels {
                    label.location = lines.location(label.span.start());
                }
            }
        }
        Report { diagnostics: self.kept, counts: self.counts }
    }
}

fn key(found: &Diagnostic) -> (Reverse<Severity>, Span, Code) {
    (Reverse(found.severity), found.span, found.code)
}

fn order(found: &Diagnostic) -> (Span, Code) {
    (found.span, found.code)
}
