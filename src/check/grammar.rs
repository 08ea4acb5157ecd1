//! What the grammar refuses, in the words of a finding, with a fix where one is known.

use alloc::borrow::Cow;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use crate::check::context::{At, Context, finding, replace_on_request, replace_safely, with_fragment};
use crate::code::Code;
use crate::diagnostic::{Applicability, Edit, Fix};
use crate::json::RawStr;
use crate::permission::{DatabaseActions, ParsePermissionError, Permission, PermissionErrorKind as Kind};
use crate::release::Release;
use crate::span::Span;

/// Everything that is wrong with a permission string.
pub(super) fn errors(context: &mut Context<'_>, at: At<'_>, string: RawStr<'_>, text: &str) {
    for error in Permission::errors(text) {
        let code = Code::parse(error.kind().name()).unwrap_or(Code::UnknownAction);
        let fragment = error.span().text(text).unwrap_or_default();
        let message = match error.kind() {
            Kind::UnknownResourceType
            | Kind::Glob
            | Kind::UnexpandedVariable
            | Kind::UnknownAction
            | Kind::ActionNotGrantable
            | Kind::ActionNotForType
            | Kind::UnknownSystemResource => with_fragment(&error.message().to_string(), fragment, text),
            Kind::AdminPermission => admin_permission(context),
            _ => error.message().to_string(),
        };
        let found = finding(code, string.place(error.span()), at, message).help(help(context, &error));
        context.push(found.fix(fix(&error, string, text, fragment)));
    }
}

fn admin_permission(context: &Context<'_>) -> String {
    let message = "only an admin token has `*` as resource type";
    match context.validator.release {
        Some(release) if release >= Release::WILDCARD_DATABASES => {
            format!("{message}, and release {release} refuses it")
        }
        Some(release) => format!("{message}, and release {release} would make a full admin token of it"),
        None => format!("{message}; releases 3.4 to 3.9 would make a full admin token of it"),
    }
}

fn help(context: &Context<'_>, error: &ParsePermissionError) -> Cow<'static, str> {
    let old = context.validator.release.is_none_or(|release| release < Release::WILDCARD_DATABASES);
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

fn fix(error: &ParsePermissionError, string: RawStr<'_>, text: &str, fragment: &str) -> Option<Fix> {
    let place = string.place(error.span());
    let is_system = text.starts_with("system:");
    Some(match error.kind() {
        Kind::ExtraPart => {
            let start = error.span().start();
            let colons = fragment.match_indices(':').map(|(at, _)| Span::new(start + at, start + at + 1));
            let edits: Vec<Edit> = colons.map(|colon| Edit::new(string.place(colon), ",")).collect();
            // Not where the result would have other mistakes.
            let (before, after) = text.split_at_checked(start)?;
            let right = Permission::parse_borrowed(&format!("{before}{}", after.replace(':', ","))).is_ok();
            right.then(|| Fix::new(Applicability::Ask, edits))?
        }
        Kind::EmptyItem { number } => {
            let at = error.span().start();
            let comma = if number > 1 { Span::new(at.checked_sub(1)?, at) } else { Span::new(at, at + 1) };
            replace_safely(string.place(comma), "")
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
