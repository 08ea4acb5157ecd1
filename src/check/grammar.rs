//! What the grammar refuses, in the words of a finding, with a fix where one is known.

use alloc::borrow::Cow;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::cell::OnceCell;

use crate::check::context::{At, Context, finding, replace_on_request, replace_safely, with_fragment};
use crate::code::Code;
use crate::diagnostic::{Applicability, Edit, Fix};
use crate::json::{Places, RawStr};
use crate::permission::{DatabaseActions, ParsePermissionError, Permission, PermissionErrorKind as Kind};
use crate::redact::mentions_token;
use crate::release::Release;
use crate::span::Span;

/// Everything that is wrong with a permission string that the grammar refuses.
pub(super) fn errors(context: &mut Context<'_>, at: At<'_>, string: RawStr<'_>, text: &str) {
    if context.is_damaged(string.inner()) {
        // What is wrong with the rest follows from what stood there, which nobody knows.
        return;
    }
    let release = context.validator.release;
    let mut places = string.places();
    // Looked for once, not for every fragment of a long text.
    let hides = OnceCell::new();
    Permission::each_mistake(text, |mistake| {
        let (code, place) = (code(mistake.kind), places.place(mistake.span));
        context.add((code, code.severity(), may_have_a_fix(mistake.kind)), place, || {
            let error = mistake.error(text);
            let fragment = error.span().text(text).unwrap_or_default();
            let message = match error.kind() {
                Kind::UnknownResourceType
                | Kind::Glob
                | Kind::UnexpandedVariable
                | Kind::UnknownAction
                | Kind::ActionNotGrantable
                | Kind::ActionNotForType
                | Kind::UnknownSystemResource => {
                    let hides = *hides.get_or_init(|| mentions_token(text));
                    with_fragment(&error.message().to_string(), if hides { "" } else { fragment }, fragment)
                }
                Kind::AdminPermission => admin_permission(release),
                _ => error.message().to_string(),
            };
            let found = finding(code, place, at, message).help(help(release, &error));
            found.fix(fix(&error, &mut places, place, text, fragment))
        });
    });
}

/// The code of the same name.
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

/// Whether [`fix`] may give one.
const fn may_have_a_fix(kind: Kind) -> bool {
    !matches!(
        kind,
        Kind::MissingPart(_)
            | Kind::EmptyPart(_)
            | Kind::AdminPermission
            | Kind::Glob
            | Kind::BadDatabaseName(_)
            | Kind::DatabaseNameTooLong
            | Kind::UnexpandedVariable
            | Kind::ActionNotGrantable
    )
}

fn admin_permission(release: Option<Release>) -> String {
    let message = "only an admin token has `*` as resource type";
    match release {
        Some(release) if release >= Release::WILDCARD_DATABASES => {
            format!("{message}, and release {release} refuses it")
        }
        Some(release) => format!("{message}, and release {release} would make a full admin token of it"),
        None => format!("{message}; releases 3.4 to 3.9 would make a full admin token of it"),
    }
}

fn help(release: Option<Release>, error: &ParsePermissionError) -> Cow<'static, str> {
    let old = release.is_none_or(|release| release < Release::WILDCARD_DATABASES);
    match error.kind() {
        Kind::UnknownSystemResource if old => Cow::Owned(format!(
            "{} A server of 3.4 to 3.9 panics at this, and at every later start",
            sentence(&error.help())
        )),
        _ => error.help(),
    }
}

/// The same text, ready to be followed by a sentence.
fn sentence(text: &str) -> String {
    if text.ends_with('?') { text.into() } else { format!("{text}.") }
}

fn fix(
    error: &ParsePermissionError,
    places: &mut Places<'_>,
    place: Span,
    text: &str,
    fragment: &str,
) -> Option<Fix> {
    let is_system = text.starts_with("system:");
    Some(match error.kind() {
        Kind::ExtraPart => {
            let start = error.span().start();
            // Not where the result would have other mistakes.
            let (before, after) = text.split_at_checked(start)?;
            Permission::accept(&format!("{before}{}", after.replace(':', ",")))?;
            let colons = fragment.match_indices(':').map(|(at, _)| Span::new(start + at, start + at + 1));
            let edits: Vec<Edit> = colons.map(|colon| Edit::new(places.place(colon), ",")).collect();
            Fix::new(Applicability::Ask, edits)
        }
        Kind::EmptyItem { number } => {
            let at = error.span().start();
            let comma = if number > 1 { Span::new(at.checked_sub(1)?, at) } else { Span::new(at, at + 1) };
            replace_safely(places.place(comma), "")
        }
        Kind::Whitespace => replace_safely(place, ""),
        Kind::MixedWildcard => replace_on_request(place, "*"),
        Kind::WildcardAction => replace_on_request(place, if is_system { "read" } else { "read,write" }),
        Kind::ActionNotForType => replace_on_request(place, "read"),
        Kind::UnknownAction if error.suggestion().is_none() => {
            let words: Vec<&str> = fragment.split([';', '|', '+', ' ', '/', '&']).map(str::trim).collect();
            let list = words.join(",");
            let right = words.len() > 1 && DatabaseActions::parse(&list).is_ok();
            right.then(|| replace_on_request(place, list))?
        }
        _ if error.differs_only_in_case() => replace_safely(place, error.suggestion()?),
        _ => replace_on_request(place, error.suggestion()?),
    })
}
