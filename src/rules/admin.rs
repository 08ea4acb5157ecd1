//! The admin token file.

use alloc::format;

use super::options::Options;
use crate::code::Code;
use crate::diagnostic::{Applicability, At, Sink, TextEdit};
use crate::document::{Entry, OtherFile, Role, is_bare_token};
use crate::name::OPERATOR_TOKEN_NAME;
use crate::rules::not_json::{bare_token, other_file, smallest};
use crate::span::Span;
use crate::syntax::{Kind, Node};

pub(super) const ENTRY_CODES: &[Code] = &[Code::MissingMember];

/// Reports an admin token file without a name.
pub(super) fn check_entry(entry: &Entry<'_>, _: &Options, sink: &mut Sink) {
    if entry.role != Role::Admin || !entry.name.is_missing() {
        return;
    }
    let Some(draft) = sink.report(Code::MissingMember, entry.bracket(), At::File) else { return };
    let is_empty = entry.keys().iter().all(|(_, key)| key.is_none()) && entry.others.is_empty();
    let comma = if is_empty { "" } else { ", " };
    let member = format!("\"name\": \"{OPERATOR_TOKEN_NAME}\"{comma}");
    draft
        .message("the file has no `name`: the server does not read it")
        .help("add `\"name\": \"_admin\"` for the operator token, or another name")
        .fix(Applicability::Unsafe, [TextEdit::insert(entry.bracket().end(), member)]);
}

/// Reports another file in place of an admin token file. Returns whether it is one.
pub(crate) fn report_other_file(entry: &Entry<'_>, sink: &mut Sink) -> bool {
    let sops = OtherFile::sops(&entry.others).map(|key| (OtherFile::Sops, key));
    let other = || OtherFile::of_members(&entry.others).filter(|_| entry.token.is_missing());
    let Some((kind, key)) = sops.or_else(other) else { return report_tokens_file(entry, sink) };
    if kind == OtherFile::Sops {
        sink.clear();
    }
    other_file(kind, key.outer_span(), Role::Admin, sink);
    true
}

fn report_tokens_file(entry: &Entry<'_>, sink: &mut Sink) -> bool {
    let has = |name: &str, is_kind: fn(Kind) -> bool| {
        entry.others.iter().any(|other| other.is(name) && is_kind(other.node.kind))
    };
    let is_list = |kind| matches!(kind, Kind::Array | Kind::Object);
    // `tokens` is also a misspelt `token`.
    let has_token = entry.token.key().is_some_and(|key| key.decode().is_some_and(|key| key == "token"));
    if has_token || !has("create_databases", |_| true) && !has("tokens", is_list) {
        return false;
    }
    if let Some(draft) = sink.report(Code::TokensFile, entry.bracket(), At::File) {
        draft
            .message("this is a tokens file, not an admin token file")
            .help("pass it to the server as `--permission-tokens-file`");
    }
    true
}

/// Reports a value in place of the object.
pub(crate) fn report_not_an_object(node: &Node<'_>, sink: &mut Sink) {
    if let Some(string) = node.as_str().filter(|_| is_bare_token(node)) {
        bare_token(string.span(), Role::Admin, sink);
    } else if let Some(kind) = node.as_str().and_then(OtherFile::of_string) {
        other_file(kind, Span::new(node.span.start(), node.span.start() + 1), Role::Admin, sink);
    } else if node.kind != Kind::Invalid
        && let Some(draft) = sink.report(Code::NotAnObject, node.head(), At::File)
    {
        let message = format!("expected an object with `token`, found {}", node.kind.description());
        draft.message(message).help(smallest(Role::Admin));
    }
}
