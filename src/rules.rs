//! The rules: plain functions in tables, one file per family of codes.

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
pub(crate) mod databases;
pub(crate) mod admin;
#[cfg(test)]
mod tests;

pub(crate) use self::facts::Facts;
pub(crate) use self::not_json::{
    not_an_object as report_not_an_object, other_file as report_other_file, report as report_not_json,
};
pub(crate) use self::options::Options;
use crate::diagnostic::Sink;
use crate::document::Entry;

/// Checks one entry. A rule starts with its cheapest test.
type EntryRule = for<'a> fn(&Entry<'a>, &Options, &mut Sink);

/// Checks the file as a whole.
type FileRule = for<'a> fn(&Facts<'a>, &Options, &mut Sink);

/// The rules for entries.
const ENTRY_RULES: [EntryRule; 5] =
    [members::check, token::check, name::check, expiry_type::check, admin::check_entry];

/// Rules for entries; they never report an error.
const ENTRY_WARNINGS: [EntryRule; 2] = [strength::check, expiry::check];

/// The rules whose findings depend only on the permissions.
const PERMISSION_RULES: [EntryRule; 3] =
    [permission_shape::check, permission_grammar::check, release::check_entry];

/// Rules for permissions; they never report an error.
const PERMISSION_WARNINGS: [EntryRule; 2] = [permission::check, permission_set::check];

/// The rules for the file as a whole.
const FILE_RULES: [FileRule; 5] =
    [file::check, duplicates::check, created::check, databases::check, release::check_file];

/// Checks one entry.
pub(crate) fn check_entry(entry: &Entry<'_>, options: &Options, sink: &mut Sink) {
    check_members(entry, options, sink);
    check_permissions(entry, options, sink);
}

/// Checks one entry without its permissions.
#[inline]
pub(crate) fn check_members(entry: &Entry<'_>, options: &Options, sink: &mut Sink) {
    apply(&ENTRY_RULES, &ENTRY_WARNINGS, entry, options, sink);
}

/// Checks the permissions of one entry.
#[inline]
pub(crate) fn check_permissions(entry: &Entry<'_>, options: &Options, sink: &mut Sink) {
    apply(&PERMISSION_RULES, &PERMISSION_WARNINGS, entry, options, sink);
}

#[inline]
fn apply(rules: &[EntryRule], warnings: &[EntryRule], entry: &Entry<'_>, options: &Options, sink: &mut Sink) {
    for rule in rules {
        rule(entry, options, sink);
    }
    if !options.errors_only {
        for rule in warnings {
            rule(entry, options, sink);
        }
    }
}

/// Checks the file after its last entry.
pub(crate) fn check_file(facts: &Facts<'_>, options: &Options, sink: &mut Sink) {
    for rule in FILE_RULES {
        rule(facts, options, sink);
    }
}
