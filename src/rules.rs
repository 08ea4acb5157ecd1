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

use alloc::vec::Vec;

pub(crate) use self::facts::Facts;
pub(crate) use self::not_json::{other_file as report_other_file, report as report_not_json};
pub(crate) use self::options::Options;
use crate::code::Code;
use crate::diagnostic::{Levels, Sink};
use crate::document::Entry;

/// Checks one entry. A rule starts with its cheapest test.
type EntryRule = for<'a> fn(&Entry<'a>, &Options, &mut Sink);

/// Checks what the entries of a file have in common.
type FileRule = for<'a> fn(&Facts<'a>, &Options, &mut Sink);

const ENTRY_RULES: &[(&[Code], EntryRule)] = &[
    (members::CODES, members::check),
    (token::CODES, token::check),
    (strength::CODES, strength::check),
    (name::CODES, name::check),
    (expiry::CODES, expiry::check),
    (expiry_type::CODES, expiry_type::check),
    (admin::ENTRY_CODES, admin::check_entry),
];

/// The rules of which the outcome depends on the permissions alone.
const PERMISSION_RULES: &[(&[Code], EntryRule)] = &[
    (permission_shape::CODES, permission_shape::check),
    (permission_grammar::CODES, permission_grammar::check),
    (permission::CODES, permission::check),
    (release::ENTRY_CODES, release::check_entry),
    (permission_set::CODES, permission_set::check),
];

const FILE_RULES: &[(&[Code], FileRule)] = &[
    (file::CODES, file::check),
    (duplicates::CODES, duplicates::check),
    (created::CODES, created::check),
    (databases::CODES, databases::check),
    (release::FILE_CODES, release::check_file),
];

/// The rules with at least one code that may be reported.
#[derive(Debug)]
pub(crate) struct RuleSet {
    entry: Vec<EntryRule>,
    permissions: Vec<EntryRule>,
    file: Vec<FileRule>,
}

impl RuleSet {
    /// Selects the rules for these levels.
    pub(crate) fn new(levels: &Levels) -> Self {
        Self {
            entry: enabled(ENTRY_RULES, levels),
            permissions: enabled(PERMISSION_RULES, levels),
            file: enabled(FILE_RULES, levels),
        }
    }

    /// Checks one entry.
    pub(crate) fn check_entry(&self, entry: &Entry<'_>, options: &Options, sink: &mut Sink) {
        self.check_members(entry, options, sink);
        self.check_permissions(entry, options, sink);
    }

    /// Checks one entry without its permissions.
    #[inline]
    pub(crate) fn check_members(&self, entry: &Entry<'_>, options: &Options, sink: &mut Sink) {
        for rule in &self.entry {
            rule(entry, options, sink);
        }
    }

    /// Checks the permissions of one entry.
    #[inline]
    pub(crate) fn check_permissions(&self, entry: &Entry<'_>, options: &Options, sink: &mut Sink) {
        for rule in &self.permissions {
            rule(entry, options, sink);
        }
    }

    /// Checks the file after its last entry.
    pub(crate) fn check_file(&self, facts: &Facts<'_>, options: &Options, sink: &mut Sink) {
        for rule in &self.file {
            rule(facts, options, sink);
        }
    }
}

fn enabled<R: Copy>(rules: &[(&[Code], R)], levels: &Levels) -> Vec<R> {
    let is_enabled = |codes: &[Code]| codes.iter().any(|code| levels.is_enabled(*code));
    rules.iter().filter(|(codes, _)| is_enabled(codes)).map(|(_, rule)| *rule).collect()
}
