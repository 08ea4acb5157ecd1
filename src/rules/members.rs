//! Missing, duplicate, misspelt and unknown members, and values of the wrong type.

use alloc::format;
use alloc::string::{String, ToString};
use core::time::Duration;
use std::time::SystemTime;

use super::expiry_guess::{self, LONGEST_DURATION};
use super::options::Options;
use crate::code::Code;
use crate::diagnostic::{Applicability, At, Draft, Sink, TextEdit};
use crate::document::{Entry, Field, Meaning, Other, Role, Text};
use crate::expiry::Expiry;
use crate::redact::may_show;
use crate::span::Span;
use crate::syntax::{Kind, Node, Str};

pub(super) const CODES: &[Code] = &[
    Code::MissingMember,
    Code::DuplicateMember,
    Code::UnknownMember,
    Code::MisspeltMember,
    Code::HttpRequestBody,
    Code::WrongType,
    Code::NullMember,
    Code::JsonSyntax,
];

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
        let known = entry.keys().map(|(name, _)| name);
        report_others(&entry.others, &known, options, sink, |key| entry.at_key(key));
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
        let Some(draft) = sink.report(Code::MissingMember, entry.bracket(), entry.at()) else { continue };
        let subject = subject(entry, &draft);
        draft.message(format!("{subject} has no `{member}`")).help(format!("add `\"{member}\"`"));
    }
}

/// Returns an entry by its name if that may be quoted, and otherwise by its number.
fn subject(entry: &Entry<'_>, draft: &Draft<'_>) -> String {
    match (entry.role, entry.name.value()) {
        (Role::Admin, _) => "the file".into(),
        (Role::Resource, Some(name)) if draft.may_quote(name, name) => format!("token `{}`", &**name),
        _ => format!("token {}", entry.index + 1),
    }
}

/// Reports a member that is not a string.
fn text(field: &Field<'_, Text<'_>>, subject: &str, at: At, sink: &mut Sink) {
    let Field::Invalid { node, .. } = field else { return };
    if node.kind == Kind::String {
        return unpaired_surrogate(node.span, sink);
    }
    let help = match node.kind {
        // In quotes, it would still not be a token.
        Kind::Number | Kind::Bool if subject != "the token" => "put it in double quotes",
        _ => "replace it with a string",
    };
    wrong_type(node, format_args!("{subject} must be a string"), help, at, sink);
}

/// Reports a value of the wrong type, unless it is a syntax error.
pub(super) fn wrong_type(
    node: &Node<'_>,
    expected: core::fmt::Arguments<'_>,
    help: &'static str,
    at: At,
    sink: &mut Sink,
) {
    if node.kind != Kind::Invalid
        && let Some(draft) = sink.report(Code::WrongType, node.head(), at)
    {
        draft.message(format!("{expected}, not {}", node.kind.description())).help(help);
    }
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
    // A misspelt name is reported as such.
    if let Field::Null { key, span } = field
        && key.decode().is_some_and(|key| key == name)
        && let Some(draft) = sink.report(Code::NullMember, *span, at)
    {
        let effect = if name == "expiry_millis" { ", so the token never expires" } else { "" };
        // Without `null`, a duplicate would take effect.
        let member = field.member_span().filter(|_| !others.iter().any(|other| other.is(name)));
        draft
            .message(format!("`{name}` is `null`: the server reads it as missing{effect}"))
            .help("remove the member")
            .fix(Applicability::Safe, member.and_then(|member| TextEdit::removal(source, member)));
    }
}

/// Reports a string that cannot be decoded.
pub(super) fn unpaired_surrogate(span: Span, sink: &mut Sink) {
    if let Some(draft) = sink.report(Code::JsonSyntax, span, At::File) {
        draft.message("unpaired surrogate in a string escape").help("write the character itself");
    }
}

/// Reports the members other than the `known` ones of the format.
#[cold]
pub(super) fn report_others<'a>(
    others: &[Other<'a>],
    known: &[&str],
    options: &Options,
    sink: &mut Sink,
    at: impl Fn(Str<'a>) -> At,
) {
    for other in others {
        let Some(name) = &other.name else {
            unpaired_surrogate(other.key.outer_span(), sink);
            continue;
        };
        let (span, at) = (other.key.outer_span(), at(other.key));
        let rename = |known: &'static str| other.is_unique.then(|| TextEdit::new(other.key.span(), known));
        match other.meaning {
            Meaning::Duplicate(first) => {
                let Some(draft) = sink.report(Code::DuplicateMember, span, at) else { continue };
                draft
                    .message_on("duplicate member", name)
                    .label(first, "first occurrence")
                    .help("keep only one of them");
            }
            Meaning::Http { known, is_free } => {
                let Some(draft) = sink.report(Code::HttpRequestBody, span, at) else { continue };
                let draft =
                    draft.message(format!("`{name}` is a member of the HTTP API: this file uses `{known}`"));
                let rename = rename(known).filter(|_| is_free);
                if known == "name" {
                    draft.help("use `name`").fix(Applicability::Unsafe, rename);
                } else {
                    let millis = from_now_on(options.now, &other.node);
                    let edits = rename.zip(millis).map(|(rename, millis)| [rename, millis]);
                    draft.help(NO_DURATION).fix(Applicability::Unsafe, edits.into_iter().flatten());
                }
            }
            Meaning::Misspelt { known, applicability } => {
                let Some(draft) = sink.report(Code::MisspeltMember, span, at) else { continue };
                let is_expiry = known == "expiry_millis";
                let effect = if is_expiry { ", so the token never expires" } else { "" };
                let subject = unknown_member(&draft, name);
                // An expiry that is misread or in the past would end a token that never expired.
                let is_certain = !is_expiry || expiry_guess::is_future(options.now, &other.node);
                let applicability = if is_certain { applicability } else { Applicability::Unsafe };
                draft
                    .message(format!("{subject}: the server ignores it{effect}"))
                    .help(format!("use `{known}`"))
                    .fix(applicability, rename(known).filter(|_| can_be(known, other.node.kind)));
            }
            Meaning::Duration => {
                let Some(draft) = sink.report(Code::MisspeltMember, span, at) else { continue };
                let subject = unknown_member(&draft, name);
                draft
                    .message(format!("{subject}: the server ignores it, so the token never expires"))
                    .help(NO_DURATION);
            }
            Meaning::SecondList(list) => {
                let Some(draft) = sink.report(Code::MisspeltMember, span, at) else { continue };
                let subject = unknown_member(&draft, name);
                draft
                    .message(format!("{subject}: the server ignores it and reads `{list}`"))
                    .help(format!("move its elements to `{list}`"));
            }
            Meaning::Unknown => {
                let Some(draft) = sink.report(Code::UnknownMember, span, at) else { continue };
                if name == "permissions" && !known.contains(&"permissions") && known.contains(&"token") {
                    draft
                        .message("the server ignores `permissions`: an admin token has all permissions")
                        .help("remove it, or create a resource token in a tokens file");
                } else if is_plain_word(name) && draft.may_quote(name, name) {
                    draft
                        .message(format!("unknown member `{name}`: the server ignores it"))
                        .help("remove the member");
                } else {
                    draft.message("unknown member: the server ignores it").help("remove the member");
                }
            }
        }
    }
}

/// Returns an unknown member by its name if that may be quoted.
fn unknown_member(draft: &Draft<'_>, name: &str) -> String {
    if draft.may_quote(name, name) { format!("unknown member `{name}`") } else { "unknown member".into() }
}

/// Returns whether a member can have a value of a kind.
fn can_be(known: &str, kind: Kind) -> bool {
    match known {
        "token" | "name" => kind == Kind::String,
        "tokens" | "create_databases" | "permissions" => {
            matches!(kind, Kind::Array | Kind::Object | Kind::String)
        }
        _ => true,
    }
}

/// Returns the edit that turns a duration in seconds, or a time in seconds, into an expiry.
fn from_now_on(now: SystemTime, node: &Node<'_>) -> Option<TextEdit> {
    let seconds: i64 = node.number()?.parse().ok()?;
    let millis = expiry_guess::time_for_seconds(seconds).or_else(|| {
        let duration = Duration::from_secs(u64::try_from(seconds).ok().filter(|seconds| *seconds > 0)?);
        let expiry = Expiry::after(now, duration).ok().filter(|_| duration <= LONGEST_DURATION)?;
        Some(expiry.as_millis())
    });
    Some(TextEdit::new(node.span, millis?.to_string()))
}

/// Returns whether the name of a member is a plain word, and not a piece of a secret.
fn is_plain_word(name: &str) -> bool {
    let is_short = name.len() <= 24 && may_show(name, name);
    is_short && name.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_')
}
