//! The findings on files that are not a JSON object.

use crate::code::Code;
use crate::diagnostic::{At, Sink};
use crate::document::{NotJson, OtherFile, Role, Text};
use crate::span::Span;
use crate::syntax::{Kind, Node};
use crate::token::TOKEN_PREFIX;

/// Returns the help with the smallest valid file.
const fn minimal_file_help(role: Role) -> &'static str {
    match role {
        Role::Resource => "write at least `{\"tokens\": []}`",
        Role::Admin => "write `{\"token\": …, \"name\": \"_admin\"}`",
    }
}

/// Reports a text that is not JSON.
pub(crate) fn report(kind: NotJson, span: Span, role: Role, sink: &mut Sink) {
    let (code, message, help) = match kind {
        NotJson::Tokens => return bare_token(span, role, sink),
        NotJson::Known(kind) => return other_file(kind, span, role, sink),
        NotJson::Empty => (Code::EmptyFile, "the file is empty", minimal_file_help(role)),
        NotJson::Conflict => {
            (Code::JsonSyntax, "unresolved merge conflict", "resolve the conflict, and remove its markers")
        }
        NotJson::Unknown => (
            Code::JsonSyntax,
            "the file does not start with `{`: it is not a JSON object",
            minimal_file_help(role),
        ),
    };
    sink.report(code, span, At::File).message(message).help(help);
}

/// Reports a token without a file around it.
fn bare_token(span: Span, role: Role, sink: &mut Sink) {
    let help = match role {
        Role::Resource => "write `{\"tokens\": [{\"token\": …, \"name\": …, \"permissions\": […]}]}`",
        Role::Admin => minimal_file_help(role),
    };
    sink.report(Code::BareToken, span, At::File)
        .message(format_args!("the file is a bare token, not {}", expected_file(role)))
        .help(help);
}

/// Reports a file of another kind.
pub(crate) fn other_file(kind: OtherFile, span: Span, role: Role, sink: &mut Sink) {
    if kind == OtherFile::SOPS {
        // The file is recognized only at its end, after other findings.
        sink.clear();
    }
    sink.report(Code::OtherFile, span, At::File)
        .message(format_args!("this is {}, not {}", kind.name, expected_file(role)))
        .help(kind.help);
}

/// Reports another value in place of the object.
pub(crate) fn not_an_object(value: &Node<'_>, role: Role, sink: &mut Sink) {
    if let Some(string) = value.as_str().filter(|_| is_bare_token(value)) {
        return bare_token(string.span(), role, sink);
    }
    if let Some(kind) = value.as_str().and_then(OtherFile::of_string) {
        return other_file(kind, Span::new(value.span.start(), value.span.start() + 1), role, sink);
    }
    if value.kind != Kind::Invalid {
        let member = if role == Role::Admin { "token" } else { "tokens" };
        let kind = value.kind.description();
        sink.report(Code::NotAnObject, value.head(), At::File)
            .message(format_args!("expected an object with `{member}`, found {kind}"))
            .help(minimal_file_help(role));
    }
}

const fn expected_file(role: Role) -> &'static str {
    match role {
        Role::Resource => "a tokens file",
        Role::Admin => "an admin token file",
    }
}

/// Returns whether a JSON string is a token without a file around it.
fn is_bare_token(value: &Node<'_>) -> bool {
    let text = value.as_str().and_then(Text::new);
    text.is_some_and(|text| text.trim().starts_with(TOKEN_PREFIX))
}
