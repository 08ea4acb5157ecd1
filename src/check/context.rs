//! What every rule needs: where findings go, and how they are worded without a secret.

use alloc::borrow::Cow;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use crate::check::Validator;
use crate::check::fixes::Fixes;
use crate::code::{Code, Severity};
use crate::diagnostic::{Applicability, Collector, Diagnostic, Edit, Fix, Report};
use crate::json::RawStr;
use crate::redact::may_show;
use crate::span::Span;

pub(super) struct Context<'v> {
    pub(super) validator: &'v Validator,
    found: Collector,
    // In place of findings, where only fixes are asked for.
    fixes: Fixes,
    // Where bytes were replaced: what is found there is their fault, and has been reported.
    pub(super) damaged: Vec<Span>,
}

impl<'v> Context<'v> {
    pub(super) fn new(validator: &'v Validator) -> Self {
        Self {
            validator,
            found: Collector::new(validator.keep),
            fixes: Fixes::default(),
            damaged: Vec::new(),
        }
    }

    /// The same rules with no findings yet.
    pub(super) fn fresh(&self) -> Self {
        Self { damaged: self.damaged.clone(), ..Self::new(self.validator) }
    }

    pub(super) fn absorb(&mut self, other: Self) {
        self.found.absorb(other.found);
        self.fixes.absorb(other.fixes);
    }

    /// Whether findings of that code, with such a fix or none, are asked for at all: lets a costly rule be left out.
    pub(super) fn wants(&self, code: Code, fix: Option<Applicability>) -> bool {
        if self.validator.only_fixes().is_some_and(|up_to| fix.is_none_or(|fix| fix > up_to)) {
            return false;
        }
        let severity = self.validator.severity(code, code.severity());
        severity.is_some_and(|severity| !self.validator.only_errors() || severity == Severity::Error)
    }

    /// The severity of such a finding where it is reported at all.
    fn reports(&self, code: Code, severity: Severity, span: Span) -> Option<Severity> {
        let severity = self.validator.severity(code, severity)?;
        let is_left_out = self.validator.only_errors() && severity < Severity::Error;
        (!is_left_out && !self.is_damaged(span)).then_some(severity)
    }

    /// Whether bytes were replaced in a place.
    pub(super) fn is_damaged(&self, span: Span) -> bool {
        let first = self.damaged.partition_point(|damage| damage.end() <= span.start());
        self.damaged.get(first).is_some_and(|damage| damage.start() < span.end())
    }

    pub(super) fn push(&mut self, diagnostic: Diagnostic) {
        let Diagnostic { code, severity, span, .. } = diagnostic;
        if let Some(up_to) = self.validator.only_fixes() {
            let fix = diagnostic.fixes.iter().find(|fix| fix.applicability() <= up_to).cloned();
            self.mend(code, span, || fix, || diagnostic);
        } else {
            self.add(code, severity, span, || diagnostic);
        }
    }

    /// Adds a finding that has no fix. Its words are made only where it will be kept: a file may have very many.
    pub(super) fn tell(&mut self, code: Code, span: Span, words: impl FnOnce() -> Diagnostic) {
        self.tell_as(code, code.severity(), span, words);
    }

    /// The same where the severity is not the code's own.
    pub(super) fn tell_as(
        &mut self,
        code: Code,
        severity: Severity,
        span: Span,
        words: impl FnOnce() -> Diagnostic,
    ) {
        if self.validator.only_fixes().is_none() {
            self.add(code, severity, span, words);
        }
    }

    /// Adds a finding that may have a fix. Where only fixes are asked for, only some have words.
    pub(super) fn find(
        &mut self,
        code: Code,
        span: Span,
        fix: impl FnOnce() -> Option<Fix>,
        words: impl FnOnce() -> Diagnostic,
    ) {
        if self.validator.only_fixes().is_some() {
            self.mend(code, span, fix, words);
        } else {
            self.add(code, code.severity(), span, || words().fix(fix()));
        }
    }

    fn add(&mut self, code: Code, severity: Severity, span: Span, make: impl FnOnce() -> Diagnostic) {
        let Some(severity) = self.reports(code, severity, span) else { return };
        if self.found.takes(severity, span, code) {
            let made = make();
            debug_assert!((made.code, made.span) == (code, span), "{code} is another finding");
            self.found.push(Diagnostic { severity, ..made });
        }
    }

    fn mend(
        &mut self,
        code: Code,
        span: Span,
        fix: impl FnOnce() -> Option<Fix>,
        words: impl FnOnce() -> Diagnostic,
    ) {
        if self.reports(code, code.severity(), span).is_some()
            && let Some(fix) = fix()
            && Some(fix.applicability()) <= self.validator.only_fixes()
        {
            self.fixes.push((span, code), fix, words, self.validator.words());
        }
    }

    pub(super) fn finish(self, text: &[u8]) -> Report {
        self.found.finish(text)
    }

    /// The fixes where only these were asked for.
    pub(super) fn into_fixes(mut self) -> Fixes {
        self.fixes.sort();
        self.fixes
    }
}

/// Where in the file a value stands.
#[derive(Clone, Copy, Debug)]
pub(super) enum At<'p> {
    File,
    Member(&'p str),
    Database(usize),
    Token(usize),
    TokenMember(usize, &'p str),
    Permission(usize, usize),
}

impl At<'_> {
    /// As a JSON pointer.
    pub(super) fn pointer(self) -> String {
        match self {
            Self::File => String::new(),
            Self::Member(key) => format!("/{}", escaped(key)),
            Self::Database(item) => format!("/create_databases/{item}"),
            Self::Token(token) => format!("/tokens/{token}"),
            Self::TokenMember(token, key) => format!("/tokens/{token}/{}", escaped(key)),
            Self::Permission(token, item) => format!("/tokens/{token}/permissions/{item}"),
        }
    }
}

fn escaped(key: &str) -> Cow<'_, str> {
    if !may_show(key, key) {
        // The name of the member may be a secret that was pasted there.
        Cow::Borrowed("***")
    } else if key.contains(['~', '/']) {
        Cow::Owned(key.replace('~', "~0").replace('/', "~1"))
    } else {
        Cow::Borrowed(key)
    }
}

pub(super) fn finding(
    code: Code,
    span: Span,
    at: At<'_>,
    message: impl Into<Cow<'static, str>>,
) -> Diagnostic {
    Diagnostic::new(code, span, at.pointer(), message)
}

/// The message, and behind it the fragment where it can be shown; it stands in `container`.
pub(super) fn with_fragment(message: &str, fragment: &str, container: &str) -> String {
    if may_show(fragment, container) { format!("{message}: `{fragment}`") } else { message.into() }
}

pub(super) fn replace_safely(span: Span, text: impl Into<String>) -> Fix {
    Fix::new(Applicability::Safe, [Edit::new(span, text)])
}

pub(super) fn replace_on_request(span: Span, text: impl Into<String>) -> Fix {
    Fix::new(Applicability::Ask, [Edit::new(span, text)])
}

/// The edits that put a value into brackets.
pub(super) fn in_brackets(span: Span) -> Fix {
    let (start, end) = (span.start(), span.end());
    let edits = [Edit::new(Span::new(start, start), "["), Edit::new(Span::new(end, end), "]")];
    Fix::new(Applicability::Safe, edits)
}

/// Takes one element out of an array, with the comma that belongs to it.
pub(super) fn remove_element(spans: &[Span], index: usize) -> Option<Fix> {
    removal(spans, index).map(|removed| replace_safely(removed, ""))
}

/// What goes with an element of an array or object: the comma that belongs to it.
pub(super) fn removal(spans: &[Span], index: usize) -> Option<Span> {
    let span = *spans.get(index)?;
    let before = index.checked_sub(1).and_then(|before| spans.get(before));
    Some(match (before, spans.get(index + 1)) {
        (Some(before), _) => Span::new(before.end(), span.end()),
        (None, Some(next)) => Span::new(span.start(), next.start()),
        (None, None) => span,
    })
}

/// A finding for an escape that is half of a character.
pub(super) fn half_a_character(context: &mut Context<'_>, string: RawStr<'_>) {
    context.tell(Code::JsonSyntax, string.outer(), || {
        let message = "an escape in this string is half of a character: a surrogate without its pair";
        finding(Code::JsonSyntax, string.outer(), At::File, message).with_help("write the character itself")
    });
}

/// No-break spaces and the like, as they are copied from web pages.
pub(super) fn is_unseen(c: char) -> bool {
    !c.is_ascii() && c.is_whitespace()
        || matches!(c, '\u{200B}'..='\u{200F}' | '\u{2060}' | '\u{FEFF}' | '\u{AD}')
}
