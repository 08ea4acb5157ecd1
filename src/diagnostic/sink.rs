//! The sink: the only way to report a finding.

use core::cmp::Reverse;
use core::fmt::Display;

use crate::code::{Code, Severity};
use crate::diagnostic::at::At;
use crate::diagnostic::fix::{Applicability, Fix, TextEdit};
use crate::diagnostic::levels::Levels;
use crate::diagnostic::report::Report;
use crate::diagnostic::{Diagnostic, Label};
use crate::redact::may_show;
use crate::span::{LineIndex, Span};

/// Collects findings in any order, keeps the most severe ones up to a limit, and counts all.
#[derive(Debug)]
pub(crate) struct Sink {
    levels: Levels,
    limit: usize,
    counts: Counts,
    kept: Vec<Kept>,
    // The most severe finding that exceeds the limit.
    bound: Option<Rank>,
    // The fixes of the findings before this index are verified.
    verified: usize,
    keeps_only_fixes: bool,
    // Whether it is certain where strings begin and end.
    is_certain: bool,
    // Bytes that are not UTF-8, and cause other findings there.
    damaged: Vec<Span>,
}

/// The number of findings by code and severity.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Counts {
    by_code: [[usize; 3]; Code::COUNT],
    total: usize,
}

type Rank = (Reverse<Severity>, Span, Code);

/// A finding, with the data for its pointer.
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
            *count += 1;
        }
    }

    fn of(&self, code: Code) -> [usize; 3] {
        self.by_code.get(code as usize).copied().unwrap_or_default()
    }

    /// Returns the number of findings of a code.
    pub(crate) fn count(&self, code: Code) -> usize {
        self.of(code).iter().sum()
    }

    /// Returns whether a code has more errors than before.
    pub(crate) fn has_more_errors(&self, before: &Self, code: Code) -> bool {
        let ([_, _, before], [_, _, after]) = (before.of(code), self.of(code));
        after > before
    }

    /// Returns whether any code has more errors than before.
    pub(crate) fn has_new_error(&self, before: &Self) -> bool {
        Code::ALL.iter().any(|code| self.has_more_errors(before, *code))
    }

    fn by_severity(&self) -> [usize; 3] {
        [0, 1, 2].map(|severity| self.by_code.iter().filter_map(|counts| counts.get(severity)).sum())
    }
}

impl Sink {
    /// Creates an empty sink.
    pub(crate) fn new(levels: &Levels, limit: usize) -> Self {
        Self {
            levels: levels.clone(),
            limit,
            counts: Counts::new(),
            kept: Vec::new(),
            bound: None,
            verified: 0,
            keeps_only_fixes: false,
            is_certain: true,
            damaged: Vec::new(),
        }
    }

    /// Keeps only findings with a fix. All are counted.
    pub(crate) fn only_fixes(self) -> Self {
        Self { keeps_only_fixes: true, ..self }
    }

    /// Redacts all fragments from here on, because it is not certain where strings begin and end.
    pub(crate) const fn redact_fragments(&mut self) {
        self.is_certain = false;
    }

    /// Ignores all later findings that start in a span that is not UTF-8.
    pub(crate) fn ignore(&mut self, span: Span) {
        self.damaged.push(span);
    }

    /// Drops all findings.
    pub(crate) fn clear(&mut self) {
        *self = Self { keeps_only_fixes: self.keeps_only_fixes, ..Self::new(&self.levels, self.limit) };
    }

    /// Returns the number of findings so far.
    pub(crate) const fn total(&self) -> usize {
        self.counts.total
    }

    /// Returns whether findings of a code may be reported. Rules need this only to skip preparations.
    pub(crate) fn is_enabled(&self, code: Code) -> bool {
        self.levels.is_enabled(code)
    }

    /// Counts a finding and returns its draft, which is empty if the code is not reported or the limit is reached.
    #[inline]
    pub(crate) fn report(&mut self, code: Code, span: Span, at: At) -> Draft<'_> {
        self.report_as(code, code.severity(), span, at)
    }

    /// Reports a code with a severity other than its default.
    #[inline]
    pub(crate) fn report_as(&mut self, code: Code, severity: Severity, span: Span, at: At) -> Draft<'_> {
        let Some(severity) = self.levels.severity(code, severity) else { return Draft(None) };
        if !self.damaged.is_empty() && self.is_damaged(span) {
            return Draft(None);
        }
        self.counts.add(code, severity);
        let rank = (Reverse(severity), span, code);
        if self.limit == 0 || self.bound.is_some_and(|bound| rank >= bound) {
            return Draft(None);
        }
        let diagnostic = Diagnostic::new(code, severity, span);
        self.keep(Kept { diagnostic, at, is_certain: self.is_certain })
    }

    /// Returns whether a span starts in bytes that are not UTF-8. Their spans ascend.
    fn is_damaged(&self, span: Span) -> bool {
        let first = self.damaged.partition_point(|damage| damage.end() <= span.start());
        self.damaged.get(first).is_some_and(|damage| damage.start() <= span.start())
    }

    #[cold]
    fn keep(&mut self, kept: Kept) -> Draft<'_> {
        if self.keeps_only_fixes && self.kept.pop_if(|kept| kept.diagnostic.fix.is_none()).is_some() {
            self.verified = self.verified.min(self.kept.len());
        }
        // Twice the limit, so that sorting is amortized.
        if self.kept.len() >= self.limit.saturating_mul(2) {
            self.drop_past_limit();
        }
        self.kept.push(kept);
        Draft(self.kept.last_mut())
    }

    fn drop_past_limit(&mut self) {
        if self.kept.len() <= self.limit {
            return;
        }
        self.kept.sort_by_cached_key(Kept::rank);
        self.bound = self.kept.get(self.limit).map(Kept::rank).or(self.bound);
        self.kept.truncate(self.limit);
        self.verified = 0;
    }

    /// Passes the new findings that have a fix to `verify`, which removes the fixes that it rejects.
    #[inline]
    pub(crate) fn verify_fixes(&mut self, verify: impl FnOnce(Vec<&mut Diagnostic>)) {
        if self.verified < self.kept.len() {
            self.verify_new_fixes(verify);
        }
    }

    #[cold]
    fn verify_new_fixes(&mut self, verify: impl FnOnce(Vec<&mut Diagnostic>)) {
        // Only the new findings: a pass over all of them for each entry would be quadratic.
        let new = self.kept.get_mut(self.verified..).unwrap_or_default();
        let diagnostics = new.iter_mut().map(|kept| &mut kept.diagnostic);
        let proposals: Vec<_> = diagnostics.filter(|diagnostic| diagnostic.fix.is_some()).collect();
        if !proposals.is_empty() {
            verify(proposals);
        }
        self.verified = self.kept.len();
    }

    /// Keeps all fixes proposed since the last call.
    pub(crate) const fn accept_fixes(&mut self) {
        self.verified = self.kept.len();
    }

    /// Returns the number of findings.
    pub(crate) fn into_counts(self) -> Counts {
        self.counts
    }

    /// Returns the findings in source order, and their counts.
    pub(crate) fn finish(mut self, bytes: &[u8]) -> (Report, Counts) {
        self.drop_past_limit();
        // Findings are large: sorting moves each of them once.
        self.kept.sort_by_cached_key(|kept| (kept.diagnostic.span, kept.diagnostic.code));
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
        let mut diagnostics: Vec<_> = self.kept.into_iter().map(|kept| kept.diagnostic).collect();
        // Without some of its bytes, a text with NUL characters might look like UTF-16, which is another error. Around bytes
        // that are not UTF-8, it is a guess where strings and comments end.
        let is_text = || core::str::from_utf8(bytes).is_ok() && !bytes.contains(&0);
        if diagnostics.iter().any(|diagnostic| diagnostic.fix.is_some()) && !is_text() {
            for diagnostic in &mut diagnostics {
                diagnostic.fix = None;
            }
        }
        (Report { diagnostics, counts: self.counts.by_severity() }, self.counts)
    }
}

/// A reported finding, to which details are added; empty if the report does not keep it.
#[derive(Debug, Default)]
pub(crate) struct Draft<'s>(Option<&'s mut Kept>);

impl Draft<'_> {
    /// Returns the draft if the finding is kept, for details that take time.
    pub(crate) fn kept(self) -> Option<Self> {
        self.0.is_some().then_some(self)
    }

    /// Returns whether a message may quote a fragment of the file that is part of `container`.
    pub(crate) fn may_quote(&self, fragment: &str, container: &str) -> bool {
        self.0.as_ref().is_some_and(|kept| kept.is_certain && may_show(fragment, container))
    }

    /// Returns a noun and a name, if the name may be quoted.
    pub(crate) fn named(&self, noun: &str, name: &str) -> String {
        if self.may_quote(name, name) { format!("{noun} `{name}`") } else { format!("a {noun}") }
    }

    fn with(mut self, change: impl FnOnce(&mut Kept)) -> Self {
        self.0.as_deref_mut().map(change);
        self
    }

    /// Replaces the summary of the code.
    pub(crate) fn message(self, message: impl Display) -> Self {
        self.with(|kept| kept.diagnostic.message = message.to_string().into())
    }

    /// Replaces the summary with a message and the invalid fragment, if that may be quoted.
    pub(crate) fn message_on(self, message: impl Display, fragment: &str) -> Self {
        if self.may_quote(fragment, fragment) {
            self.message(format_args!("{message}: `{fragment}`"))
        } else {
            self.message(message)
        }
    }

    /// Sets the help.
    pub(crate) fn help(self, help: impl Display) -> Self {
        self.with(|kept| kept.diagnostic.help = Some(help.to_string()))
    }

    /// Adds another span.
    pub(crate) fn label(self, span: Span, message: &'static str) -> Self {
        self.with(|kept| kept.diagnostic.labels.push(Label::new(span, message)))
    }

    /// Proposes a fix, unless there are no edits. In broken text, no fix is proposed.
    pub(crate) fn fix(self, applicability: Applicability, edits: impl IntoIterator<Item = TextEdit>) -> Self {
        self.with(|kept| {
            let mut edits: Vec<_> = edits.into_iter().collect();
            if !edits.is_empty() && kept.is_certain {
                edits.sort_by_key(TextEdit::span);
                kept.diagnostic.fix = Some(Fix::new(applicability, edits));
            }
        })
    }

    /// Sets the effect of the proposed fix.
    pub(crate) fn effect(self, effect: impl Into<Option<String>>) -> Self {
        self.with(|kept| {
            if let (Some(fix), Some(effect)) = (&mut kept.diagnostic.fix, effect.into()) {
                fix.effect = Some(effect);
            }
        })
    }
}
