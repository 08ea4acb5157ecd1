//! What every rule needs: where findings go, and how they are worded without a secret.

use alloc::borrow::Cow;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use crate::check::Validator;
use crate::code::{Code, Severity};
use crate::diagnostic::{Applicability, Collector, Diagnostic, Edit, Fix, Report};
use crate::json::RawStr;
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
        severity.is_some_and(|severity| !self.validator.only_errors() || severity == Severity::Error)
    }

    /// The severity of such a finding where it will be kept; where it is only counted, and where it is not reported, none.
    fn takes(&mut self, code: Code, severity: Severity, span: Span) -> Option<Severity> {
        let severity = self.validator.severity(code, severity)?;
        if self.validator.only_errors() && severity < Severity::Error {
            return None;
        }
        if self.is_damaged(span) {
            return None;
        }
        self.found.takes(severity, span, code).then_some(severity)
    }

    /// Whether bytes were replaced in a place.
    pub(super) fn is_damaged(&self, span: Span) -> bool {
        let first = self.damaged.partition_point(|damage| damage.end() <= span.start());
        self.damaged.get(first).is_some_and(|damage| damage.start() < span.end())
    }

    pub(super) fn push(&mut self, diagnostic: Diagnostic) {
        let Diagnostic { code, severity, span, .. } = diagnostic;
        self.add((code, severity, !diagnostic.fixes.is_empty()), span, || diagnostic);
    }

    /// Adds a finding of this code and place, which is made only where it will be kept: a file may have very many.
    pub(super) fn find(&mut self, code: Code, span: Span, make: impl FnOnce() -> Diagnostic) {
        self.add((code, code.severity(), true), span, make);
    }

    /// The same for one that has no fix.
    pub(super) fn tell(&mut self, code: Code, span: Span, make: impl FnOnce() -> Diagnostic) {
        self.add((code, code.severity(), false), span, make);
    }

    /// The same where severity, and whether there may be a fix, are not the code's own.
    pub(super) fn add(
        &mut self,
        (code, severity, fixable): (Code, Severity, bool),
        span: Span,
        make: impl FnOnce() -> Diagnostic,
    ) {
        if self.validator.only_fixable() && !fixable {
            return;
        }
        if let Some(severity) = self.takes(code, severity, span) {
            let made = make();
            debug_assert!(fixable || made.fixes.is_empty(), "{code} has a fix");
            debug_assert!((made.code, made.span) == (code, span), "{code} is another finding");
            self.found.push(Diagnostic { severity, ..made });
        }
    }

    pub(super) fn finish(self, text: &[u8]) -> Report {
        // Who only mends the text does not ask for lines.
        self.found.finish(if self.validator.only_fixable() { &[] } else { text })
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
        finding(Code::JsonSyntax, string.outer(), At::File, message).help("write the character itself")
    });
}
