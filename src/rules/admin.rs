//! The rule for the admin token file.

use super::options::Options;
use crate::code::Code;
use crate::diagnostic::{Applicability, At, Sink, TextEdit};
use crate::document::{Entry, OtherFile, Role};
use crate::name::OPERATOR_TOKEN_NAME;
use crate::rules::not_json::other_file;
use crate::syntax::Kind;

/// Reports an admin token file without a name.
pub(super) fn check_entry(entry: &Entry<'_>, _: &Options, sink: &mut Sink) {
    if entry.role != Role::Admin || !entry.name.is_missing() {
        return;
    }
    let member = format!("\"name\": \"{OPERATOR_TOKEN_NAME}\", ");
    sink.report(Code::MissingMember, entry.bracket(), At::File)
        .message("the file has no `name`: the server cannot read the file")
        .help("add `\"name\": \"_admin\"` for the operator token, or another name")
        .fix(Applicability::Unsafe, [TextEdit::insert(entry.bracket().end(), member)]);
}

/// Reports another file in place of an admin token file. Returns whether it did.
pub(crate) fn report_other_file(entry: &Entry<'_>, sink: &mut Sink) -> bool {
    let sops = OtherFile::sops(&entry.others).map(|key| (OtherFile::SOPS, key));
    let other = || OtherFile::of_members(&entry.others).filter(|_| entry.token.is_missing());
    if let Some((kind, key)) = sops.or_else(other) {
        other_file(kind, key.outer_span(), Role::Admin, sink);
        return true;
    }
    let has = |name: &str, is_kind: fn(Kind) -> bool| {
        entry.others.iter().any(|other| other.matches(name) && is_kind(other.node.kind))
    };
    let is_list = |kind| matches!(kind, Kind::Array | Kind::Object);
    // `tokens` may be a misspelt `token`.
    let has_token = entry.token.key().is_some_and(|key| key.decode().is_some_and(|key| key == "token"));
    let is_tokens_file = !has_token && (has("create_databases", |_| true) || has("tokens", is_list));
    if is_tokens_file {
        sink.report(Code::TokensFile, entry.bracket(), At::File)
            .message("this is a tokens file, not an admin token file")
            .help("pass it to the server as `--permission-tokens-file`");
    }
    is_tokens_file
}
