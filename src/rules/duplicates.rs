//! The rule for duplicate tokens and token names.

use std::collections::HashSet;

use super::duplicate_index::Duplicate;
use super::facts::Facts;
use super::options::Options;
use super::placeholder::is_template;
use crate::code::Code;
use crate::diagnostic::{Applicability, At, Sink, TextEdit};

const ONE_ENTRY: &str = "merge the entry into the one with the same name and token";

pub(super) fn check(facts: &Facts<'_>, _: &Options, sink: &mut Sink) {
    let tokens: Vec<Duplicate> = facts.tokens.duplicates().collect();
    let names: Vec<Duplicate> = facts.names.duplicates().collect();
    // An entry that was pasted twice should be removed, not changed.
    let entries = |duplicates: &[Duplicate]| -> HashSet<(usize, usize)> {
        duplicates.iter().map(|duplicate| (duplicate.first_entry, duplicate.entry)).collect()
    };
    let copies = &entries(&tokens) & &entries(&names);
    let is_copy = |duplicate: &Duplicate| copies.contains(&(duplicate.first_entry, duplicate.entry));
    for duplicate in tokens {
        let is_template = facts.string(duplicate.span).is_none_or(|token| is_template(&token));
        let edit = (!is_template && !is_copy(&duplicate)).then(|| TextEdit::new_token(duplicate.span));
        sink.report(Code::DuplicateToken, duplicate.span, At::Member(Some(duplicate.entry), "token"))
            .message(
                "duplicate token: releases before 3.11.1 ignore the earlier entry, later ones reject this entry",
            )
            .label(duplicate.first, "first occurrence")
            .help(if is_copy(&duplicate) { ONE_ENTRY } else { "use a different token for each entry" })
            .fix(Applicability::Unsafe, edit);
    }
    for duplicate in names {
        let name = facts.string(duplicate.span);
        sink.report(Code::DuplicateName, duplicate.span, At::Member(Some(duplicate.entry), "name"))
            .message_on("duplicate token name", name.as_deref().unwrap_or_default())
            .label(duplicate.first, "first occurrence")
            .help(if is_copy(&duplicate) {
                ONE_ENTRY
            } else {
                "use another name: the server rejects the second token"
            });
    }
}
