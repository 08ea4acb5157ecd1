//! Permissions that the grammar rejects.

use alloc::borrow::Cow;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::cell::LazyCell;
use core::ops::Range;

use super::database_name;
use super::options::Options;
use super::permission_join as join;
use super::permission_repair::{self, Repair};
use crate::code::Code;
use crate::diagnostic::{Applicability, At, Sink, TextEdit};
use crate::document::{Element, Entry, Intent, items};
use crate::limits::MAX_DOCUMENTED_NAME;
use crate::permission::{ParsePermissionError, Permission, PermissionErrorKind as Kind};
use crate::redact::mentions_token;
use crate::release::Release;
use crate::span::Span;

pub(super) const CODES: &[Code] = &[
    Code::MissingPart,
    Code::ExtraPart,
    Code::EmptyPart,
    Code::EmptyItem,
    Code::Whitespace,
    Code::UnknownResourceType,
    Code::AdminPermission,
    Code::MixedWildcard,
    Code::Glob,
    Code::BadDatabaseName,
    Code::DatabaseNameTooLong,
    Code::UnexpandedVariable,
    Code::UnknownAction,
    Code::WildcardAction,
    Code::ActionNotGrantable,
    Code::ActionNotForType,
    Code::UnknownSystemResource,
];

pub(super) fn check(entry: &Entry<'_>, options: &Options, sink: &mut Sink) {
    for element in entry.permissions.value().into_iter().flatten() {
        if element.text.len() > MAX_DOCUMENTED_NAME {
            long_names(entry, element, sink);
        }
        if element.grant.is_none() {
            check_invalid(entry, element, options, sink);
        }
    }
}

/// Reports names that the grammar accepts, but not the documentation.
#[cold]
fn long_names(entry: &Entry<'_>, element: &Element<'_>, sink: &mut Sink) {
    let range = match element.intent() {
        _ if element.grant.is_some() => element.names_range(),
        Intent::Names { range, .. } => range,
        Intent::System | Intent::Unknown => return,
    };
    let mut locator = element.text.locator();
    for (range, name) in items(&element.text, Some(range)) {
        let at = At::Permission(entry.index, element.index);
        database_name::check_length(name, locator.locate(range), at, sink);
    }
}

#[cold]
fn check_invalid(
    entry: &Entry<'_>,
    Element { index, text, .. }: &Element<'_>,
    options: &Options,
    sink: &mut Sink,
) {
    let at = At::Permission(entry.index, *index);
    // A string instead of an array has one fix for all its errors.
    let has_fix = entry.bare_permissions.is_none();
    if let Some(joined) = join::joined(text) {
        let Some(draft) = sink.report(Code::ExtraPart, text.locate(joined.range.clone()), at) else { return };
        let edits = if has_fix { joined.edits(text) } else { Vec::new() };
        let draft = draft.message(joined.message).help(joined.help).fix(Applicability::Unsafe, edits);
        draft.effect(joined.effect.map(String::from));
        return;
    }
    let pieces = join::split(text);
    if let [first, .., _] = pieces.as_slice()
        && has_fix
        && let Some(draft) = sink.report(Code::ExtraPart, text.locate(first.end..text.len()), at)
    {
        let is_valid = |piece: &Range<usize>| text.get(piece.clone()).and_then(Permission::accept).is_some();
        let edits = if pieces.iter().all(is_valid) { join::separate(text, &pieces) } else { Vec::new() };
        draft
            .message("a string can contain only one permission")
            .help("write each permission as a separate string")
            .fix(Applicability::Unsafe, edits);
    }
    let is_alone = pieces.len() == 1 && has_fix;
    for piece in pieces {
        let start = piece.start;
        let mut locator = text.locator();
        let mut locate = |range: Range<usize>| Some(locator.locate(start + range.start..start + range.end));
        let piece = text.get(piece).unwrap_or_default();
        report_mistakes(piece, is_alone, &mut locate, at, options, sink);
    }
}

/// Reports the errors of a text. `locate` returns the span in the file of a range, or `None` if it is not in one piece.
pub(super) fn report_mistakes(
    text: &str,
    can_be_repaired: bool,
    locate: &mut dyn FnMut(Range<usize>) -> Option<Span>,
    at: At,
    options: &Options,
    sink: &mut Sink,
) {
    if Permission::accept(text).is_some() {
        return;
    }
    let mistakes = Permission::mistakes(text);
    // Only if a finding is kept.
    let repairs = LazyCell::new(|| {
        let repairs = if can_be_repaired { permission_repair::repairs(text, &mistakes) } else { None };
        repairs.unwrap_or_default()
    });
    // Searched once, not for every fragment of a long text.
    let is_hidden = mentions_token(text);
    for (index, mistake) in mistakes.iter().enumerate() {
        let Some(span) = locate(mistake.span.range()) else { continue };
        let Some(draft) = sink.report(code(mistake.kind), span, at) else { continue };
        let error = mistake.error(text);
        let fragment = if is_hidden { "" } else { error.span().text(text).unwrap_or_default() };
        let draft = match error.kind() {
            Kind::UnknownResourceType
            | Kind::Glob
            | Kind::UnexpandedVariable
            | Kind::UnknownAction
            | Kind::ActionNotGrantable
            | Kind::ActionNotForType
            | Kind::UnknownSystemResource => draft.message_on(&error.kind().to_string(), fragment),
            Kind::AdminPermission => draft.message(admin_permission(options.release, text)),
            kind => draft.message(kind.to_string()),
        };
        let draft = draft.help(help(options.release, &error, text));
        let Some(Repair { applicability, edits, effect }) = repairs.get(index).cloned() else { continue };
        let edits: Option<Vec<TextEdit>> =
            edits.into_iter().map(|(range, new)| Some(TextEdit::new(locate(range)?, new))).collect();
        draft.fix(applicability, edits.unwrap_or_default()).effect(effect);
    }
}

/// Returns the code of the same name.
const fn code(kind: Kind) -> Code {
    match kind {
        Kind::MissingPart(_) => Code::MissingPart,
        Kind::ExtraPart => Code::ExtraPart,
        Kind::EmptyPart(_) => Code::EmptyPart,
        Kind::EmptyItem { .. } => Code::EmptyItem,
        Kind::Whitespace => Code::Whitespace,
        Kind::UnknownResourceType => Code::UnknownResourceType,
        Kind::AdminPermission => Code::AdminPermission,
        Kind::MixedWildcard => Code::MixedWildcard,
        Kind::Glob => Code::Glob,
        Kind::BadDatabaseName(_) => Code::BadDatabaseName,
        Kind::DatabaseNameTooLong => Code::DatabaseNameTooLong,
        Kind::UnexpandedVariable => Code::UnexpandedVariable,
        Kind::UnknownAction => Code::UnknownAction,
        Kind::WildcardAction => Code::WildcardAction,
        Kind::ActionNotGrantable => Code::ActionNotGrantable,
        Kind::ActionNotForType => Code::ActionNotForType,
        Kind::UnknownSystemResource => Code::UnknownSystemResource,
    }
}

fn admin_permission(release: Option<Release>, text: &str) -> Cow<'static, str> {
    const MESSAGE: &str = "only admin tokens have the resource type `*`";
    // Only this spelling has that effect.
    let is_taken = text.starts_with("*:") && text.matches(':').count() == 2;
    match release {
        _ if !is_taken => MESSAGE.into(),
        Some(release) if release >= Release::WILDCARD_DATABASES => {
            format!("{MESSAGE}: release {release} rejects it").into()
        }
        Some(release) if release >= Release::OFFLINE_TOKENS => {
            format!("{MESSAGE}: release {release} turns this token into an admin token").into()
        }
        Some(_) => MESSAGE.into(),
        None => format!("{MESSAGE}: releases 3.4 to 3.9 turn this token into an admin token").into(),
    }
}

fn help(release: Option<Release>, error: &ParsePermissionError, text: &str) -> Cow<'static, str> {
    let is_system = text.starts_with("system:");
    // An older release rejects `db:*`, and does not know `ready`.
    let is_old = release.is_some_and(|release| release < Release::WILDCARD_DATABASES);
    let help = match error.kind() {
        Kind::AdminPermission if is_old => {
            Cow::Borrowed("use `db:db1,db2:…` for databases, or `system:*:read` for all endpoints")
        }
        Kind::MixedWildcard | Kind::Glob if is_old && !is_system => {
            Cow::Borrowed("list the names without `*`")
        }
        Kind::UnknownSystemResource if is_old && error.suggestion().is_none_or(|meant| meant == "ready") => {
            Cow::Borrowed(
                "use `health`, `metrics` or `ping`; tables such as `system.queries` cannot be granted",
            )
        }
        _ => error.help(),
    };
    // Unknown system resources make a server panic. It accepts known ones in any case, and a repeated `*`.
    let kills = match error.kind() {
        Kind::UnknownSystemResource | Kind::Glob => !error.differs_only_in_case(),
        Kind::MixedWildcard => {
            text.split(':').nth(1).is_some_and(|names| names.split(',').any(|name| name != "*"))
        }
        _ => false,
    };
    if !is_system || !kills {
        return help;
    }
    let old = Release::OFFLINE_TOKENS..Release::WILDCARD_DATABASES;
    let who = match release {
        Some(release) if old.contains(&release) => format!("release {release}"),
        Some(_) => return help,
        None => "a server of release 3.4 to 3.9".into(),
    };
    let before = if help.ends_with('?') { " " } else { "; " };
    Cow::Owned(format!("{help}{before}{who} panics on this, now and at every later start"))
}
