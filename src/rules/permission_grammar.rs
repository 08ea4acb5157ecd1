//! The rule for permissions that the grammar rejects.

use core::cell::LazyCell;
use core::ops::Range;

use super::options::Options;
use super::permission_join as join;
use super::permission_repair::repairs;
use crate::code::Code;
use crate::diagnostic::{Applicability, At, Sink, TextEdit};
use crate::document::{Element, Entry, Text};
use crate::permission::{Permission, PermissionErrorKind as Kind};
use crate::redact::mentions_token;
use crate::span::Span;

pub(super) fn check(entry: &Entry<'_>, _: &Options, sink: &mut Sink) {
    for element in &entry.list.elements {
        if element.grant.is_none() {
            check_invalid(entry, element, sink);
        }
    }
}

#[cold]
fn check_invalid(entry: &Entry<'_>, Element { index, text, .. }: &Element<'_>, sink: &mut Sink) {
    report_invalid(text, At::Permission(entry.index, *index), sink);
}

/// Reports the errors of a string with one or more permissions.
pub(super) fn report_invalid(text: &Text<'_>, at: At, sink: &mut Sink) {
    if let Some(types) = join::repeated_types(text) {
        let mut locator = text.locator();
        let spans: Vec<Span> = types.into_iter().map(|range| locator.locate(range)).collect();
        // Only the last name is followed by actions.
        sink.report(Code::ExtraPart, spans.first().copied().unwrap_or_default(), at)
            .message("repeated resource type before a name")
            .help("write the resource type once, at the start")
            .fix(Applicability::Unsafe, spans.into_iter().map(|span| TextEdit::new(span, "")))
            .effect(String::from("grants the actions on every name"));
        return;
    }
    let pieces = join::split(text);
    if let [first, .., _] = pieces.as_slice() {
        sink.report(Code::ExtraPart, text.locate(first.end..text.len()), at)
            .message("a string can contain only one permission")
            .help("write each permission as a separate string")
            .fix(Applicability::Unsafe, join::separate(text, &pieces));
    }
    for piece in pieces {
        report_mistakes(text, piece, at, sink);
    }
}

/// Reports the errors of one permission in a string.
fn report_mistakes(text: &Text<'_>, piece: Range<usize>, at: At, sink: &mut Sink) {
    let start = piece.start;
    let piece = text.get(piece).unwrap_or_default();
    if Permission::accept(piece).is_some() {
        return;
    }
    let mistakes = Permission::mistakes(piece);
    // Computed only if a finding is kept.
    let repairs = LazyCell::new(|| repairs(piece, &mistakes).unwrap_or_default());
    // Once, not for every fragment of a long text.
    let has_token = mentions_token(piece);
    let mut locator = text.locator();
    let mut locate = |range: Range<usize>| locator.locate(start + range.start..start + range.end);
    for (index, mistake) in mistakes.iter().enumerate() {
        let span = locate(mistake.span.range());
        let Some(draft) = sink.report(mistake.kind.code(), span, at).kept() else { continue };
        let error = mistake.error(piece);
        let kind = error.kind();
        let note = match kind {
            Kind::AdminPermission if piece.starts_with("*:") => {
                ": releases 3.4 to 3.9 turn this token into an admin token"
            }
            // The server ignores the case of known resources.
            Kind::UnknownSystemResource if piece.starts_with("system:") && !error.differs_only_in_case() => {
                ": releases 3.4 to 3.9 panic at every start"
            }
            _ => "",
        };
        let fragment = if has_token { "" } else { error.span().text(piece).unwrap_or_default() };
        let message = format_args!("{kind}{note}");
        let draft = match kind {
            Kind::UnknownSystemResource if !note.is_empty() && draft.may_quote(fragment, fragment) => {
                draft.message(format_args!("{kind} `{fragment}`{note}"))
            }
            Kind::UnknownResourceType
            | Kind::Glob
            | Kind::UnexpandedVariable
            | Kind::UnknownAction
            | Kind::ActionNotGrantable
            | Kind::ActionNotForType
            | Kind::UnknownSystemResource => draft.message_on(message, fragment),
            _ => draft.message(message),
        };
        let draft = draft.help(error.help());
        if let Some(repair) = repairs.get(index) {
            let edit = TextEdit::new(locate(repair.span.range()), repair.text.as_str());
            draft.fix(repair.applicability, [edit]).effect(repair.effect.clone());
        }
    }
}
