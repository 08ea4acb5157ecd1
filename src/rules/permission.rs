//! The rule for one valid permission.

use core::ops::Range;

use super::database_name;
use super::options::Options;
use crate::code::{Code, Severity};
use crate::diagnostic::{At, Sink};
use crate::document::{Element, Entry, Grant, Resource};
use crate::name::INTERNAL_DATABASE;
use crate::permission::DatabaseActions;

/// The actions that change databases.
const STRONG: DatabaseActions =
    DatabaseActions::WRITE.union(DatabaseActions::CREATE).union(DatabaseActions::DELETE);

pub(super) fn check(entry: &Entry<'_>, _: &Options, sink: &mut Sink) {
    for element in &entry.list.elements {
        let Some(grant) = element.grant else {
            names(element, element.intended_names(), At::Permission(entry.index, element.index), sink);
            continue;
        };
        let is_plain = grant.resource == Resource::System
            || entry.list.names(element).all(|(_, name)| database_name::is_plain(name));
        if grant.is_all || !is_plain {
            unusual(entry, element, grant, sink);
        }
    }
}

/// Reports a permission for everything, and names that are probably a mistake.
#[cold]
fn unusual(entry: &Entry<'_>, element: &Element<'_>, grant: Grant, sink: &mut Sink) {
    let at = At::Permission(entry.index, element.index);
    let span = element.text.locate(element.names_range());
    match grant.resource {
        Resource::Database if grant.is_all => {
            let code = Code::WildcardDatabase;
            let is_strong = !(grant.actions & STRONG).is_empty();
            let severity = if is_strong { Severity::Warning } else { code.severity() };
            sink.report_as(code, severity, span, at)
                .message(format_args!(
                    "the token can {} all databases, including future ones",
                    join_names(grant.actions, " and ")
                ))
                .help("list the databases that the token needs");
        }
        Resource::Database => names(element, entry.list.names(element), at, sink),
        Resource::System if grant.is_all => {
            sink.report(Code::WildcardSystem, span, at)
                .message("the token can read all endpoints, but no tables of the schema `system`")
                .help("use an admin token for SQL on `system` tables");
        }
        Resource::System => {}
    }
}

/// Returns the names of actions, as in `read and write`.
pub(super) fn join_names(actions: DatabaseActions, conjunction: &str) -> String {
    actions.names().collect::<Vec<_>>().join(conjunction)
}

/// Reports names that are probably a mistake.
fn names<'e>(
    element: &'e Element<'_>,
    names: impl Iterator<Item = (Range<usize>, &'e str)>,
    at: At,
    sink: &mut Sink,
) {
    let mut locator = element.text.locator();
    for (range, name) in names.filter(|(_, name)| !database_name::is_plain(name)) {
        let span = locator.locate(range);
        database_name::check_valid(name, span, at, sink);
        if name == INTERNAL_DATABASE {
            sink.report(Code::InternalDatabase, span, at)
                .message("only admin tokens can access `_internal`: this grant has no effect")
                .help("remove it, or use an admin token");
        }
    }
}
