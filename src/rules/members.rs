//! The rule for missing, duplicate, misspelt and unknown members, and values of the wrong type.

use core::fmt::Display;

use super::expiry_guess;
use super::options::Options;
use crate::code::Code;
use crate::diagnostic::{Applicability, At, Draft, Sink, TextEdit};
use crate::document::{Entry, Field, Meaning, Other, Role, Text};
use crate::redact::may_show;
use crate::span::Span;
use crate::syntax::{Kind, Node};

const NO_DURATION: &str = "use `expiry_millis`: the Unix time of the expiry in milliseconds, not a duration";

pub(super) fn check(entry: &Entry<'_>, options: &Options, sink: &mut Sink) {
    if entry.token.value().and(entry.name.value()).and(entry.permissions.value()).is_none() {
        if !entry.is_truncated() {
            missing(entry, sink);
        }
        text(&entry.token, "the token", entry.at_member("token"), sink);
        text(&entry.name, "the token name", entry.at_member("name"), sink);
        text(&entry.description, "the description", entry.at_member("description"), sink);
    }
    let Entry { source, expiry, description, others, .. } = entry;
    null_member(expiry, "expiry_millis", others, source, entry.at_member("expiry_millis"), sink);
    null_member(description, "description", others, source, entry.at_member("description"), sink);
    if !entry.others.is_empty() {
        report_others(&entry.others, entry.position(), options, sink);
    }
}

/// Reports the required members that an entry lacks.
#[cold]
fn missing(entry: &Entry<'_>, sink: &mut Sink) {
    for (member, key) in entry.keys() {
        let is_required = match entry.role {
            Role::Resource => member != "expiry_millis",
            Role::Admin => member == "token",
        };
        if !is_required || key.is_some() {
            continue;
        }
        let draft = sink
            .report(Code::MissingMember, entry.bracket(), entry.at())
            .help(format_args!("add `\"{member}\"`"));
        match (entry.role, entry.name.value()) {
            (Role::Admin, _) => draft.message(format_args!("the file has no `{member}`")),
            (Role::Resource, Some(name)) if draft.may_quote(name, name) => {
                draft.message(format_args!("token `{}` has no `{member}`", &**name))
            }
            _ => draft.message(format_args!("token {} has no `{member}`", entry.index + 1)),
        };
    }
}

/// Reports a member that is not a string.
fn text(field: &Field<'_, Text<'_>>, subject: &str, at: At, sink: &mut Sink) {
    let Field::Invalid { node, .. } = field else { return };
    if node.kind == Kind::String {
        return unpaired_surrogate(node.span, sink);
    }
    wrong_type(node, format_args!("{subject} must be a string"), "replace it with a string", at, sink);
}

/// Reports a value of the wrong type, unless it is a syntax error.
pub(super) fn wrong_type<'s>(
    node: &Node<'_>,
    expected: impl Display,
    help: &str,
    at: At,
    sink: &'s mut Sink,
) -> Draft<'s> {
    if node.kind == Kind::Invalid {
        return Draft::default();
    }
    let kind = node.kind.description();
    sink.report(Code::WrongType, node.head(), at).message(format_args!("{expected}, not {kind}")).help(help)
}

/// Reports an optional member whose value is `null`.
#[inline]
pub(super) fn null_member<T>(
    field: &Field<'_, T>,
    name: &str,
    others: &[Other<'_>],
    source: &str,
    at: At,
    sink: &mut Sink,
) {
    // A misspelt name has another finding.
    if let Field::Null { key, span } = field
        && key.decode().is_some_and(|key| key == name)
    {
        // Without `null`, a duplicate would take effect.
        let member = field.member_span().filter(|_| !others.iter().any(|other| other.matches(name)));
        sink.report(Code::NullMember, *span, at)
            .message(format_args!("`{name}` is `null`: the server reads it as missing{}", effect(name)))
            .help("remove the member")
            .fix(Applicability::Safe, member.and_then(|member| TextEdit::removal(source, member)));
    }
}

/// Returns the consequence if a member is ignored.
fn effect(member: &str) -> &'static str {
    if member == "expiry_millis" { ", so the token never expires" } else { "" }
}

/// Reports a string that cannot be decoded.
pub(super) fn unpaired_surrogate(span: Span, sink: &mut Sink) {
    sink.report(Code::JsonSyntax, span, At::File)
        .message("unpaired surrogate in a string escape")
        .help("write the character itself");
}

/// Reports the members other than those of the format.
#[cold]
pub(super) fn report_others(others: &[Other<'_>], entry: Option<usize>, options: &Options, sink: &mut Sink) {
    for other in others {
        let Some(name) = &other.name else {
            unpaired_surrogate(other.key.outer_span(), sink);
            continue;
        };
        let code = match other.meaning {
            Meaning::Duplicate(_) => Code::DuplicateMember,
            Meaning::Http(_) => Code::HttpRequestBody,
            Meaning::Misspelt { .. } | Meaning::Duration | Meaning::SecondList(_) => Code::MisspeltMember,
            Meaning::Unknown => Code::UnknownMember,
        };
        let Some(draft) =
            sink.report(code, other.key.outer_span(), At::UnknownMember(entry, other.key.span())).kept()
        else {
            continue;
        };
        let is_shown = draft.may_quote(name, name) && (code != Code::UnknownMember || is_plain_word(name));
        let subject = if is_shown { format!("unknown member `{name}`") } else { "unknown member".into() };
        let ignored = |member| format!("{subject}: the server ignores it{}", effect(member));
        let rename = |known: &'static str| other.is_unique.then(|| TextEdit::new(other.key.span(), known));
        match other.meaning {
            Meaning::Duplicate(first) => draft
                .message_on("duplicate member", name)
                .label(first, "first occurrence")
                .help("keep only one of them"),
            Meaning::Http(known) => {
                let is_name = known == "name";
                draft
                    .message(format_args!("`{name}` is a member of the HTTP API: this file uses `{known}`"))
                    .help(if is_name { "use `name`" } else { NO_DURATION })
                    .fix(Applicability::Unsafe, rename(known).filter(|_| is_name))
            }
            Meaning::Misspelt { known, applicability } => {
                // A wrong or past expiry would disable a token that never expired.
                let is_certain =
                    known != "expiry_millis" || expiry_guess::is_future(options.now, &other.node);
                let applicability = if is_certain { applicability } else { Applicability::Unsafe };
                let edit = rename(known).filter(|_| can_be(known, other.node.kind));
                draft.message(ignored(known)).help(format_args!("use `{known}`")).fix(applicability, edit)
            }
            Meaning::Duration => draft.message(ignored("expiry_millis")).help(NO_DURATION),
            Meaning::SecondList(list) => {
                draft.message(ignored(list)).help(format_args!("move its elements to `{list}`"))
            }
            Meaning::Unknown => draft.message(ignored("")).help("remove the member"),
        };
    }
}

/// Returns whether a member can have a value of a kind.
fn can_be(known: &str, kind: Kind) -> bool {
    match known {
        "token" | "name" | "description" => kind == Kind::String,
        "expiry_millis" => true,
        _ => matches!(kind, Kind::Array | Kind::Object | Kind::String),
    }
}

/// Returns whether the name of a member is a plain word, and not a piece of a secret.
fn is_plain_word(name: &str) -> bool {
    let is_short = name.len() <= 24 && may_show(name, name);
    is_short && name.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_')
}
