//! The findings on files that are not a JSON object.

use crate::code::Code;
use crate::diagnostic::{At, Sink};
use crate::document::{OtherFile, Role, Text};
use crate::span::Span;
use crate::syntax::{Kind, Node, Parser, starts_like_json, starts_with_conflict_marker};
use crate::token::TOKEN_PREFIX;

/// Returns the help with the smallest valid file.
const fn minimal_file_help(role: Role) -> &'static str {
    match role {
        Role::Resource => "write at least `{\"tokens\": []}`",
        Role::Admin => "write `{\"token\": …, \"name\": \"_admin\"}`",
    }
}

/// Reports a text that does not start like JSON. Returns whether it reports one.
pub(crate) fn report(text: &str, role: Role, sink: &mut Sink) -> bool {
    // The parser reports a merge conflict.
    if starts_with_conflict_marker(text.trim_start()) {
        return false;
    }
    let start = Parser::start(text);
    let rest = text.get(start..).unwrap_or_default();
    let first = Span::new(start, start + rest.chars().next().map_or(0, char::len_utf8));
    if let Some(token) = only_tokens(rest) {
        bare_token(Span::new(start + token.start(), start + token.end()), role, sink);
        return true;
    }
    if let Some(kind) = OtherFile::of_start(rest) {
        other_file(kind, first, role, sink);
        return true;
    }
    let (code, span, message) = match () {
        () if rest.is_empty() => (Code::EmptyFile, Span::default(), "the file is empty"),
        () if is_text(rest) => {
            (Code::JsonSyntax, first, "the file does not start with `{`: it is not a JSON object")
        }
        () => return false,
    };
    sink.report(code, span, At::File).message(message).help(minimal_file_help(role));
    true
}

/// Returns whether a text starts with a word that is not JSON, with dashes, or with a Markdown marker.
fn is_text(text: &str) -> bool {
    let is_word = text.starts_with(char::is_alphanumeric) && !starts_like_json(text);
    is_word || text.starts_with("--") || text.starts_with('`')
}

/// Returns the span of the first token of a text that contains only tokens and is not JSON.
fn only_tokens(text: &str) -> Option<Span> {
    let mut first = None;
    for line in text.lines().map(str::trim).filter(|line| !line.is_empty()) {
        let word = line.rsplit([' ', '\t', '=']).next().unwrap_or_default();
        let token = word.trim_matches(['"', '\'']);
        if !token.starts_with(TOKEN_PREFIX) || !is_text(line) {
            return None;
        }
        first = first.or(Some(token));
    }
    let token = first?;
    let start = text.find(token)?;
    Some(Span::new(start, start + token.len()))
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
    if let Some(string) = value.as_str()
        && let Some(kind) = OtherFile::of_string(string)
    {
        let quote = Span::new(value.span.start(), string.span().start());
        return other_file(kind, quote, role, sink);
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
