//! The sink: the only way to report a finding.

use alloc::borrow::Cow;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use core::cmp::Reverse;

use crate::code::{Code, Severity};
use crate::diagnostic::at::At;
use crate::diagnostic::fix::{Applicability, Fix, TextEdit};
use crate::diagnostic::levels::{Leveled, Levels};
use crate::diagnostic::report::Report;
use crate::diagnostic::{Diagnostic, Label};
use crate::redact::may_show;
use crate::span::{LineIndex, Span};

/// Collects findings in any order: the worst, up to a limit, and the number of all.
#[derive(Debug)]
pub(crate) struct Sink {
    levels: Levels,
    keep: Keep,
    counts: Counts,
    kept: Vec<Kept>,
    // The worst finding that is past the limit.
    bound: Option<Rank>,
    // The fixes of the findings before this index are verified.
    verified: usize,
    // Whether it is certain where strings begin and end.
    is_certain: bool,
    // Bytes that are not UTF-8, and cause other findings there.
    damaged: Vec<Span>,
}

/// The findings that a sink keeps.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Keep {
    /// The worst ones, up to a number.
    Worst(usize),
    /// All that have a fix of at most this applicability.
    Fixable(Applicability),
}

/// The number of findings by code and severity.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Counts {
    by_code: [[u32; 3]; Code::COUNT],
    total: usize,
}

type Rank = (Reverse<Severity>, Span, Code);

/// A finding with what its report needs to be written.
#[derive(Debug)]
struct Kept {
    diagnostic: Diagnostic,
    at: At,
    is_certain: bool,
}

impl Kept {
    const fn rank(&self) -> Rank {
        (Reverse(self.diagnostic.severity), self.diagnostic.span, self.diagnostic.code)
    }
}

impl Counts {
    const fn new() -> Self {
        Self { by_code: [[0; 3]; Code::COUNT], total: 0 }
    }

    fn add(&mut self, code: Code, severity: Severity) {
        self.total += 1;
        let count = self.by_code.get_mut(code as usize).and_then(|counts| counts.get_mut(severity as usize));
        if let Some(count) = count {
            *count = count.saturating_add(1);
        }
    }

    /// Returns the number of findings of a code.
    pub(crate) fn count(&self, code: Code) -> usize {
        self.by_code.get(code as usize).map_or(0, |counts| counts.iter().map(|count| *count as usize).sum())
    }

    fn errors(&self, code: Code) -> u32 {
        self.by_code.get(code as usize).map_or(0, |[_, _, errors]| *errors)
    }

    /// Returns whether a code has more errors than before.
    pub(crate) fn has_more_errors(&self, before: &Self, code: Code) -> bool {
        self.errors(code) > before.errors(code)
    }

    /// Returns whether any code has more errors than before.
    pub(crate) fn has_new_error(&self, before: &Self) -> bool {
        Code::ALL.iter().any(|code| self.has_more_errors(before, *code))
    }

    fn by_severity(&self) -> [usize; 3] {
        self.by_code.iter().fold([0; 3], |[notes, warnings, errors], [note, warning, error]| {
            [notes + *note as usize, warnings + *warning as usize, errors + *error as usize]
        })
    }
}

impl Sink {
    /// Creates an empty sink.
    pub(crate) fn new(levels: &Levels, keep: Keep) -> Self {
        Self {
            levels: levels.clone(),
            keep,
            counts: Counts::new(),
            kept: Vec::new(),
            bound: None,
            verified: 0,
            is_certain: true,
            damaged: Vec::new(),
        }
    }

    /// Redacts all fragments from here on, because it is not certain where strings begin and end.
    pub(crate) const fn redact_fragments(&mut self) {
        self.is_certain = false;
    }

    /// Ignores all later findings at a span that is not UTF-8.
    pub(crate) fn ignore(&mut self, span: Span) {
        self.damaged.push(span);
    }

    /// Drops all findings.
    pub(crate) fn clear(&mut self) {
        self.counts = Counts::new();
        self.kept.clear();
        self.damaged.clear();
        (self.bound, self.verified) = (None, 0);
    }

    /// Returns the number of findings so far.
    pub(crate) const fn total(&self) -> usize {
        self.counts.total
    }

    /// Returns whether findings of a code may be reported. Rules need this only to skip preparations.
    pub(crate) fn is_enabled(&self, code: Code) -> bool {
        self.levels.is_enabled(code)
    }

    /// Counts a finding and returns its draft. Returns `None` if its code is allowed or the limit is reached.
    #[inline]
    pub(crate) fn report(&mut self, code: impl Into<Leveled>, span: Span, at: At) -> Option<Draft<'_>> {
        let leveled = code.into();
        let severity = self.levels.severity(leveled)?;
        let code = leveled.code;
        if !self.damaged.is_empty() && self.is_damaged(span) {
            return None;
        }
        self.counts.add(code, severity);
        let rank = (Reverse(severity), span, code);
        let is_kept = match self.keep {
            Keep::Worst(limit) => limit > 0 && self.bound.is_none_or(|bound| rank < bound),
            // In broken text, no fix is proposed.
            Keep::Fixable(_) => self.is_certain,
        };
        if !is_kept {
            return None;
        }
        let diagnostic = Diagnostic::new(code, severity, span);
        self.keep(Kept { diagnostic, at, is_certain: self.is_certain })
    }

    /// Returns whether a span touches bytes that are not UTF-8. Their spans ascend.
    fn is_damaged(&self, span: Span) -> bool {
        let first = self.damaged.partition_point(|damage| damage.end() <= span.start());
        self.damaged.get(first).is_some_and(|damage| damage.start() < span.end())
    }

    #[cold]
    fn keep(&mut self, kept: Kept) -> Option<Draft<'_>> {
        match self.keep {
            // Twice the limit, so that sorting is amortized.
            Keep::Worst(limit) if self.kept.len() >= limit.saturating_mul(2) => self.drop_past_limit(limit),
            // The draft before this one is complete.
            Keep::Fixable(_) if self.kept.len() > self.verified => {
                self.kept.pop_if(|last| last.diagnostic.fixes.is_empty());
            }
            _ => {}
        }
        self.kept.push(kept);
        self.kept.last_mut().map(Draft)
    }

    fn drop_past_limit(&mut self, limit: usize) {
        self.kept.sort_by_key(Kept::rank);
        self.bound = self.kept.get(limit).map(Kept::rank).or(self.bound);
        self.kept.truncate(limit);
        self.verified = 0;
    }

    /// Replaces the fixes proposed since the last call by those of them that `verify` accepts.
    #[inline]
    pub(crate) fn verify_fixes(&mut self, verify: impl FnOnce(Vec<&mut Diagnostic>)) {
        if self.verified < self.kept.len() {
            self.verify_new_fixes(verify);
        }
    }

    #[cold]
    fn verify_new_fixes(&mut self, verify: impl FnOnce(Vec<&mut Diagnostic>)) {
        // Only the new findings: a pass over all of them for each entry would be quadratic.
        let mut kept = self.kept.split_off(self.verified.min(self.kept.len()));
        if let Keep::Fixable(applicability) = self.keep {
            for Kept { diagnostic, .. } in &mut kept {
                diagnostic.fixes.retain(|fix| fix.applicability() <= applicability);
            }
            kept.retain(|kept| !kept.diagnostic.fixes.is_empty());
        }
        let is_proposal = |kept: &&mut Kept| !kept.diagnostic.fixes.is_empty();
        let proposals: Vec<_> =
            kept.iter_mut().filter(is_proposal).map(|kept| &mut kept.diagnostic).collect();
        if !proposals.is_empty() {
            verify(proposals);
        }
        if matches!(self.keep, Keep::Fixable(_)) {
            kept.retain(|kept| !kept.diagnostic.fixes.is_empty());
        }
        self.kept.append(&mut kept);
        self.verified = self.kept.len();
    }

    /// Keeps the fixes proposed since the last call as they are.
    pub(crate) fn accept_fixes(&mut self) {
        self.verify_fixes(|_| ());
    }

    /// Returns the number of findings.
    pub(crate) fn into_counts(self) -> Counts {
        self.counts
    }

    /// Returns the findings in source order, and the number of all.
    pub(crate) fn finish(mut self, bytes: &[u8]) -> (Report, Counts) {
        self.accept_fixes();
        if let Keep::Worst(limit) = self.keep {
            self.drop_past_limit(limit);
        }
        self.kept.sort_by_key(|kept| (kept.diagnostic.span, kept.diagnostic.code));
        let spans = self.kept.iter().flat_map(|Kept { diagnostic, .. }| {
            diagnostic.labels.iter().map(|label| label.span).chain([diagnostic.span])
        });
        if let Some(last) = spans.map(Span::start).max() {
            let lines = LineIndex::new(bytes.get(..last).unwrap_or_default());
            for Kept { diagnostic, at, is_certain } in &mut self.kept {
                diagnostic.pointer = at.pointer(bytes, *is_certain);
                diagnostic.location = lines.location(diagnostic.span.start());
                for label in &mut diagnostic.labels {
                    label.location = lines.location(label.span.start());
                }
            }
        }
        let diagnostics = self.kept.into_iter().map(|kept| kept.diagnostic).collect();
        (Report { diagnostics, counts: self.counts.by_severity() }, self.counts)
    }
}

/// A finding that was reported, for its details.
#[derive(Debug)]
pub(crate) struct Draft<'s>(&'s mut Kept);

impl Draft<'_> {
    /// Returns whether a message may quote a fragment of the file that is part of `container`.
    pub(crate) fn may_quote(&self, fragment: &str, container: &str) -> bool {
        self.0.is_certain && may_show(fragment, container)
    }

    /// Replaces the summary of the code.
    pub(crate) fn message(self, message: impl Into<Cow<'static, str>>) -> Self {
        self.0.diagnostic.message = message.into();
        self
    }

    /// Replaces the summary by a message and the fragment that it is about, if that may be quoted.
    pub(crate) fn message_on(self, message: &str, fragment: &str) -> Self {
        let is_quoted = self.may_quote(fragment, fragment);
        self.message(if is_quoted { format!("{message}: `{fragment}`") } else { message.into() })
    }

    /// States what to do.
    pub(crate) fn help(self, help: impl Into<Cow<'static, str>>) -> Self {
        self.0.diagnostic.help = Some(help.into());
        self
    }

    /// Adds another span.
    pub(crate) fn label(self, span: Span, message: &'static str) -> Self {
        // Most findings have one, and a first push allocates room for four.
        self.0.diagnostic.labels.reserve_exact(1);
        self.0.diagnostic.labels.push(Label::new(span, message));
        self
    }

    /// Proposes a fix, unless there are no edits. In broken text, no fix is proposed.
    pub(crate) fn fix(self, applicability: Applicability, edits: impl IntoIterator<Item = TextEdit>) -> Self {
        let mut edits: Vec<_> = edits.into_iter().collect();
        if !edits.is_empty() && self.0.is_certain {
            edits.sort_by_key(TextEdit::span);
            self.0.diagnostic.fixes.reserve_exact(1);
            self.0.diagnostic.fixes.push(Fix::new(applicability, edits));
        }
        self
    }

    /// States what the proposed fix grants or replaces.
    pub(crate) fn effect(self, effect: impl Into<Option<String>>) -> Self {
        if let (Some(fix), Some(effect)) = (self.0.diagnostic.fixes.last_mut(), effect.into()) {
            fix.effect = Some(effect);
        }
        self
    }
}
