//! The verification of fixes: the entry is checked again with the fixes applied.

use zeroize::Zeroizing;

use crate::access::Rights;
use crate::code::Code;
use crate::diagnostic::{
    Applicability, Counts, Diagnostic, EditSet, Fix, Levels, Sink, TextEdit, splice_pieces,
};
use crate::document::Entry;
use crate::limits::{MIN_VERIFIED_BYTES, VERIFIED_BYTES_PER_BYTE};
use crate::permission::Permission;
use crate::rules::{self, Options};
use crate::span::Span;
use crate::syntax::Parser;

/// Verifies the fixes of an entry, within a budget of bytes.
pub(super) struct Verifier<'a, 'c> {
    text: &'a str,
    levels: &'c Levels,
    options: &'c Options,
    budget: usize,
}

impl<'a, 'c> Verifier<'a, 'c> {
    pub(super) const fn new(text: &'a str, levels: &'c Levels, options: &'c Options) -> Self {
        let budget = MIN_VERIFIED_BYTES.saturating_add(text.len().saturating_mul(VERIFIED_BYTES_PER_BYTE));
        Self { text, levels, options, budget }
    }

    /// Removes the fixes that do not resolve their finding, cause an error, or are safe and change the rights of the token.
    /// Each is verified together with the earlier ones, because they are applied together.
    #[cold]
    pub(super) fn verify(&mut self, entry: &Entry<'a>, mut proposals: Vec<&mut Diagnostic>) {
        let mut state = State { edits: Vec::new(), outcome: self.read(entry, &[]) };
        let mut edits = EditSet::default();
        proposals.sort_by_key(|diagnostic| diagnostic.span());
        for applicability in [Applicability::Safe, Applicability::Unsafe] {
            // If two fixes overlap, the next run verifies the second.
            let mut is_member = |diagnostic: &Diagnostic| {
                let is_this = |fix: &Fix| fix.applicability() == applicability && is_inside(entry, fix);
                diagnostic.fix().is_some_and(|fix| is_this(fix) && edits.add(fix.edits()))
            };
            let mut group: Vec<_> = proposals.extract_if(.., |diagnostic| is_member(diagnostic)).collect();
            self.verify_group(entry, &mut state, &mut group, applicability);
        }
    }

    /// Verifies fixes together, which usually succeeds, and otherwise in halves.
    fn verify_group(
        &mut self,
        entry: &Entry<'a>,
        state: &mut State,
        group: &mut [&mut Diagnostic],
        applicability: Applicability,
    ) {
        let all: Vec<&Diagnostic> = group.iter().map(|diagnostic| &**diagnostic).collect();
        if let Some(next) = self.apply(entry, state, &all, applicability) {
            *state = next;
        } else if let [diagnostic] = group {
            diagnostic.fix = None;
        } else if !group.is_empty() {
            let (first, second) = group.split_at_mut(group.len() / 2);
            self.verify_group(entry, state, first, applicability);
            self.verify_group(entry, state, second, applicability);
        }
    }

    /// Applies fixes on top of a state. Returns `None` if they do not resolve a finding, cause an error, or are safe and
    /// change the token or its rights.
    fn apply(
        &mut self,
        entry: &Entry<'a>,
        state: &State,
        fixed: &[&Diagnostic],
        applicability: Applicability,
    ) -> Option<State> {
        if fixed.is_empty() {
            return None;
        }
        let fixes = fixed.iter().filter_map(|diagnostic| diagnostic.fix());
        let mut edits = state.edits.clone();
        edits.extend(fixes.flat_map(Fix::edits).cloned());
        edits.sort_by_key(TextEdit::span);
        let before = state.outcome.as_ref()?;
        let after = self.read(entry, &edits)?;
        let mut codes: Vec<Code> = fixed.iter().map(|diagnostic| diagnostic.code()).collect();
        codes.sort_unstable();
        let is_resolved = |fixed: &[Code]| {
            let is_gone = |code| after.counts.count(code) + fixed.len() <= before.counts.count(code);
            fixed.first().is_none_or(|code| is_gone(*code))
        };
        let is_applied = codes.chunk_by(|one, other| one == other).all(is_resolved)
            && !after.counts.has_new_error(&before.counts)
            && (applicability > Applicability::Safe || after.is_equivalent(before));
        is_applied.then_some(State { edits, outcome: Some(after) })
    }

    /// Reads and checks an entry with edits. Returns `None` if two of them overlap, or the budget is spent.
    fn read(&mut self, entry: &Entry<'a>, edits: &[TextEdit]) -> Option<Outcome> {
        self.budget = self.budget.checked_sub(entry.span.len())?;
        let (start, text) = (entry.span.start(), entry.span.text(self.text)?);
        let pieces = edits.iter().map(|edit| {
            let span = edit.span();
            (span.start() - start..span.end() - start, edit.text_or_sample().as_bytes())
        });
        let text = splice_pieces(text.as_bytes(), pieces);
        let mut parser = Parser::new(core::str::from_utf8(&text).ok()?, Sink::new(self.levels, 0));
        let mut fixed = Entry::new(entry.role);
        fixed.read(&mut parser, 0);
        rules::check_entry(&fixed, self.options, &mut parser.errors);
        let token = fixed.token.value().map(|token| Zeroizing::new(String::from(&**token)));
        let permissions = fixed.to_permissions();
        Some(Outcome { token, permissions, counts: parser.end().into_counts() })
    }
}

/// The edits that are accepted, and the entry with them.
struct State {
    edits: Vec<TextEdit>,
    outcome: Option<Outcome>,
}

/// The result of checking an entry with edits.
struct Outcome {
    counts: Counts,
    token: Option<Zeroizing<String>>,
    // `None` if a permission is invalid: then there are no rights to keep.
    permissions: Option<Vec<Permission>>,
}

impl Outcome {
    /// Returns whether the token and its rights are unchanged.
    fn is_equivalent(&self, before: &Self) -> bool {
        let has_same_rights = match (&self.permissions, &before.permissions) {
            (Some(after), Some(before)) => Rights::new(after).is_equivalent(&Rights::new(before)),
            (after, before) => after.is_some() || before.is_none(),
        };
        let has_same_token = before.token.is_none() || self.token == before.token;
        has_same_rights && has_same_token
    }
}

/// Returns whether a fix changes nothing outside of an entry.
fn is_inside(entry: &Entry<'_>, fix: &Fix) -> bool {
    let is_inside = |span: Span| entry.span.start() <= span.start() && span.end() <= entry.span.end();
    fix.edits().iter().map(TextEdit::span).all(is_inside)
}
