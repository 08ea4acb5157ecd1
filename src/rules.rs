//! The rules: plain functions in three tables, one file per family of codes.

mod options;
mod not_json;
mod duplicate_index;
mod database_index;
mod facts;
mod expiry_guess;
mod members;
mod file;
mod placeholder;
mod strength;
mod token;
mod name;
mod expiry;
mod expiry_type;
mod database_name;
mod permission_shape;
mod permission_join;
mod permission_repair;
mod permission_grammar;
mod permission;
mod permission_set;
mod release;
mod duplicates;
mod created;
mod databases;
pub(crate) mod admin;
#[cfg(test)]
mod tests;

pub(crate) use self::facts::Facts;
pub(crate) use self::not_json::{
    not_an_object as report_not_an_object, other_file as report_other_file, report as report_not_json,
};
pub(crate) use self::options::Options;
use crate::code::Severity;
use crate::diagnostic::Sink;
use crate::document::Entry;

/// Checks one entry. A rule starts with its cheapest test.
type EntryRule = for<'a> fn(&Entry<'a>, &Options, &mut Sink);

/// Checks the file as a whole.
type FileRule = for<'a> fn(&Facts<'a>, &Options, &mut Sink);

/// The rules for entries, each with the worst default severity of its codes.
const ENTRY_RULES: [(Severity, EntryRule); 7] = [
    (Severity::Error, members::check),
    (Severity::Error, token::check),
    (Severity::Warning, strength::check),
    (Severity::Error, name::check),
    (Severity::Warning, expiry::check),
    (Severity::Error, expiry_type::check),
    (Severity::Error, admin::check_entry),
];

/// The rules whose findings depend only on the permissions.
const PERMISSION_RULES: [(Severity, EntryRule); 5] = [
    (Severity::Error, permission_shape::check),
    (Severity::Error, permission_grammar::check),
    (Severity::Warning, permission::check),
    (Severity::Error, release::check_entry),
    (Severity::Warning, permission_set::check),
];

/// The rules for the file as a whole.
const FILE_RULES: [(Severity, FileRule); 5] = [
    (Severity::Error, file::check),
    (Severity::Error, duplicates::check),
    (Severity::Error, created::check),
    (Severity::Warning, databases::check),
    (Severity::Error, release::check_file),
];

/// Checks one entry.
pub(crate) fn check_entry(entry: &Entry<'_>, options: &Options, sink: &mut Sink) {
    check_members(entry, options, sink);
    check_permissions(entry, options, sink);
}

/// Checks one entry without its permissions.
#[inline]
pub(crate) fn check_members(entry: &Entry<'_>, options: &Options, sink: &mut Sink) {
    for rule in enabled(&ENTRY_RULES, options) {
        rule(entry, options, sink);
    }
}

/// Checks the permissions of one entry.
#[inline]
pub(crate) fn check_permissions(entry: &Entry<'_>, options: &Options, sink: &mut Sink) {
    for rule in enabled(&PERMISSION_RULES, options) {
        rule(entry, options, sink);
    }
}

/// Checks the file after its last entry.
pub(crate) fn check_file(facts: &Facts<'_>, options: &Options, sink: &mut Sink) {
    for rule in enabled(&FILE_RULES, options) {
        rule(facts, options, sink);
    }
}

#[inline]
fn enabled<R: Copy>(rules: &[(Severity, R)], options: &Options) -> impl Iterator<Item = R> {
    rules.iter().filter(|(worst, _)| !options.errors_only || *worst == Severity::Error).map(|(_, rule)| *rule)
}
