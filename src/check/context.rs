//! What every rule needs: where findings go, and how they are worded without a secret.

use alloc::borrow::Cow;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use crate::check::Validator;
use crate::code::{Code, Severity};
use crate::diagnostic::{Applicability, Collector, Diagnostic, Edit, Fix, Report};
use crate::redact::may_show;
use crate::span::Span;

pub(super) struct Context<'v> {
    pub(super) validator: &'v Validator,
    found: Collector,
    // Where bytes were replaced: what is found there is their fault, and has been reported.
    pub(super) damaged: Vec<Span>,
}

impl<'v> Context<'v> {
    pub(super) fn new(validator: &'v Validator) -> Self {
        Self { validator, found: Collector::new(validator.keep), damaged: Vec::new() }
    }

    /// The same rules with no findings yet.
    pub(super) fn fresh(&self) -> Self {
        Self { damaged: self.damaged.clone(), ..Self::new(self.validator) }
    }

    pub(super) fn absorb(&mut self, other: Self) {
        self.found.absorb(other.found);
    }

    /// Whether findings of that code and severity are reported at all: lets a costly rule be left out.
    pub(super) fn wants(&self, code: Code) -> bool {
        let severity = self.validator.severity(code, code.severity());
        severity.is_some_and(|severity| !self.validator.only_errors || severity == Severity::Error)
    }

    pub(super) fn push(&mut self, mut diagnostic: Diagnostic) {
        let Some(severity) = self.validator.severity(diagnostic.code, diagnostic.severity) else { return };
        if self.validator.only_errors && severity < Severity::Error {
            return;
        }
        let span = diagnostic.span;
        let first = self.damaged.partition_point(|damage| damage.end() <= span.start());
        if self.damaged.get(first).is_some_and(|damage| damage.start() < span.end()) {
            return;
        }
        diagnostic.severity = severity;
        self.found.push(diagnostic);
    }

    pub(super) fn finish(self, text: &[u8]) -> Report {
        self.found.finish(text)
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
