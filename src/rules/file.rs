//! The members of the file, and other files in place of a tokens file.

use alloc::format;

use super::facts::Facts;
use super::options::Options;
use super::{members, not_json};
use crate::code::Code;
use crate::diagnostic::{Applicability, At, Sink, TextEdit};
use crate::document::{FILE_MEMBERS, Field, Role, Shape};
use crate::span::Span;
use crate::syntax::Kind;

pub(super) const CODES: &[Code] = &[
    Code::NotAnObject,
    Code::ArrayAtTop,
    Code::BareToken,
    Code::AdminTokenFile,
    Code::HttpRequestBody,
    Code::MissingMember,
    Code::WrongType,
    Code::UnknownMember,
    Code::MisspeltMember,
    Code::DuplicateMember,
    Code::NoTokens,
    Code::JsonSyntax,
];

pub(super) fn check(facts: &Facts<'_>, options: &Options, sink: &mut Sink) {
    let outline = &facts.outline;
    let bracket = Span::new(outline.span.start(), outline.span.start() + 1);
    match outline.shape {
        Shape::TokensFile => {
            members::report_others(&outline.others, &FILE_MEMBERS, options, sink, |key| {
                At::UnknownMember(None, key.span())
            });
            tokens(facts, bracket, sink);
        }
        Shape::Entry => {
            let Some(draft) = sink.report(Code::MissingMember, bracket, At::File) else { return };
            let (start, end) = (outline.span.start(), outline.span.end());
            let edits = [TextEdit::insert(start, "{\"tokens\": ["), TextEdit::insert(end, "]}")];
            // `create_databases` would be wrapped, too.
            let is_alone = outline.create_databases.is_missing();
            draft
                .message("the file has no `tokens`: it is a single entry")
                .help("wrap the entry: `{\"tokens\": [{…}]}`")
                .fix(Applicability::Unsafe, edits.into_iter().filter(|_| is_alone));
        }
        Shape::AdminTokenFile => {
            let Some(draft) = sink.report(Code::AdminTokenFile, bracket, At::File) else { return };
            draft
                .message("this is an admin token file, not a tokens file")
                .help("pass it to the server as `--admin-token-file`, or move the token to `tokens`");
        }
        Shape::HttpBody(key) => {
            let at = At::UnknownMember(None, key.span());
            let Some(draft) = sink.report(Code::HttpRequestBody, key.outer_span(), at) else { return };
            draft.message("this is an HTTP API request body, not a tokens file").help(
                "write it as an entry: `{\"tokens\": [{\"token\": …, \"name\": …, \"expiry_millis\": …, \"permissions\": […]}]}`",
            );
        }
        Shape::Wrapped(key) => {
            let at = At::UnknownMember(None, key.span());
            let Some(draft) = sink.report(Code::MissingMember, key.outer_span(), at) else { return };
            draft
                .message("the file has no `tokens`: they are nested in this member")
                .help("use the value of this member as the file");
        }
        Shape::FileInArray => {
            let Some(draft) = sink.report(Code::ArrayAtTop, bracket, At::File) else { return };
            draft.message("the tokens file is inside an array").help("remove the array around it");
        }
        Shape::Entries(span) | Shape::Array(span) => {
            invalid_entries(facts, sink);
            let Some(draft) = sink.report(Code::ArrayAtTop, bracket, At::File) else { return };
            let edits = [TextEdit::insert(span.start(), "{\"tokens\": "), TextEdit::insert(span.end(), "}")];
            // Once wrapped, each element that is not an entry would be another error.
            let are_entries = matches!(outline.shape, Shape::Entries(_));
            draft
                .message("expected an object with `tokens`, found an array")
                .help("wrap the array: `{\"tokens\": […]}`")
                .fix(Applicability::Unsafe, edits.into_iter().filter(|_| are_entries));
        }
        Shape::Token(span) => not_json::bare_token(span, Role::Resource, sink),
        // Another file is reported instead of these rules.
        Shape::Scalar { kind: Kind::Invalid, .. } | Shape::Other(..) => {}
        Shape::Scalar { kind, span } => {
            let Some(draft) = sink.report(Code::NotAnObject, span, At::File) else { return };
            let message = format!("expected an object with `tokens`, found {}", kind.description());
            draft.message(message).help(not_json::smallest(Role::Resource));
        }
    }
}

fn tokens(facts: &Facts<'_>, bracket: Span, sink: &mut Sink) {
    const AT: At = At::Member("tokens");
    let outline = &facts.outline;
    match &outline.tokens {
        Field::Missing if facts.is_truncated() => {}
        Field::Missing | Field::Null { .. } => {
            let Some(draft) = sink.report(Code::MissingMember, bracket, At::File) else { return };
            draft.message("the file has no `tokens`").help("add `\"tokens\": [{…}]`");
        }
        Field::Invalid { node, .. } if node.kind == Kind::Invalid => {}
        Field::Invalid { node, .. } => {
            let Some(draft) = sink.report(Code::WrongType, node.head(), AT) else { return };
            let message = format!("`tokens` must be an array of objects, not {}", node.kind.description());
            // Brackets do not turn another object, such as a map of tokens by name, into an entry.
            let brackets = (outline.entries == 1).then(|| TextEdit::brackets(node.span));
            draft
                .message(message)
                .help("write `\"tokens\": [{…}]`")
                .fix(Applicability::Safe, brackets.into_iter().flatten());
        }
        Field::Valid { span, .. } if outline.entries == 0 && !facts.is_truncated() => {
            let Some(draft) = sink.report(Code::NoTokens, *span, AT) else { return };
            draft.message("`tokens` is empty").help("add a token, or start the server without the file");
        }
        Field::Valid { .. } => invalid_entries(facts, sink),
    }
}

/// Reports the elements that are not objects.
fn invalid_entries(facts: &Facts<'_>, sink: &mut Sink) {
    for (index, node) in &facts.outline.invalid_entries {
        if node.kind == Kind::Invalid {
            continue;
        }
        let Some(draft) = sink.report(Code::WrongType, node.head(), At::Entry(*index)) else { continue };
        let message = format!("an entry must be an object, not {}", node.kind.description());
        draft.message(message).help("write `{\"token\": …, \"name\": …, \"permissions\": […]}`");
    }
}
