//! One valid permission: its names, its actions and its scope.

use alloc::format;
use alloc::string::String;
use core::ops::Range;

use super::database_name;
use super::options::Options;
use crate::code::{Code, Severity};
use crate::diagnostic::{At, Leveled, Sink};
use crate::document::{Element, Entry, Grant, Intent, Resource, items};
use crate::name::INTERNAL_DATABASE;
use crate::permission::DatabaseActions;

pub(super) const CODES: &[Code] = &[
    Code::WildcardDatabase,
    Code::InternalDatabase,
    Code::PlaceholderName,
    Code::TokenInName,
    Code::WildcardSystem,
    Code::DefaultRetentionPolicy,
];

/// The actions that change databases.
const STRONG: DatabaseActions =
    DatabaseActions::WRITE.union(DatabaseActions::CREATE).union(DatabaseActions::DELETE);

pub(super) fn check(entry: &Entry<'_>, _: &Options, sink: &mut Sink) {
    let Some(elements) = entry.permissions.value() else { return };
    for element in elements {
        let at = At::Permission(entry.index, element.index);
        let Some(grant) = element.grant else {
            if let Intent::Names { range, .. } = element.intent() {
                names(element, range, at, sink);
            }
            continue;
        };
        if grant.is_all {
            match grant.resource {
                Resource::Database => wildcard(element, grant, at, sink),
                Resource::System => wildcard_system(element, at, sink),
            }
        }
        if grant.resource == Resource::Database
            && !entry.names(element).all(|(_, name)| database_name::is_plain(name))
        {
            names(element, element.names_range(), at, sink);
        }
    }
}

/// Reports a permission for all databases.
#[cold]
fn wildcard(element: &Element<'_>, grant: Grant, at: At, sink: &mut Sink) {
    let code = Code::WildcardDatabase;
    let is_strong = !(grant.actions & STRONG).is_empty();
    let severity = if is_strong { Severity::Warning } else { code.severity() };
    let span = element.text.locate(element.names_range());
    let Some(draft) = sink.report(Leveled::new(code, severity), span, at) else { return };
    let actions = spoken(grant.actions, " and ");
    draft
        .message(format!("the token can {actions} all databases, including future ones"))
        .help("list the databases that the token needs");
}

/// Reports a permission for all system resources.
#[cold]
fn wildcard_system(element: &Element<'_>, at: At, sink: &mut Sink) {
    let span = element.text.locate(element.names_range());
    let Some(draft) = sink.report(Code::WildcardSystem, span, at) else { return };
    draft
        .message("the token can read all endpoints, but no tables of the schema `system`")
        .help("use an admin token for SQL on `system` tables");
}

/// Returns actions as in `read and write`.
pub(super) fn spoken(actions: DatabaseActions, conjunction: &str) -> String {
    actions.names().collect::<alloc::vec::Vec<_>>().join(conjunction)
}

/// Reports names that are probably a mistake.
#[cold]
fn names(element: &Element<'_>, list: Range<usize>, at: At, sink: &mut Sink) {
    let mut locator = element.text.locator();
    for (range, name) in items(&element.text, Some(list)) {
        if database_name::is_plain(name) {
            continue;
        }
        let span = locator.locate(range);
        database_name::check_valid(name, span, at, sink);
        if name == INTERNAL_DATABASE
            && let Some(draft) = sink.report(Code::InternalDatabase, span, at)
        {
            draft
                .message("only admin tokens can access `_internal`: this grant has no effect")
                .help("remove it, or use an admin token");
        }
    }
}
