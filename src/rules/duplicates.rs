//! Tokens and names that are not unique.

use alloc::vec::Vec;
use std::collections::HashMap;

use super::duplicate_index::Duplicate;
use super::facts::Facts;
use super::options::Options;
use super::placeholder::is_template;
use crate::code::Code;
use crate::diagnostic::{Applicability, At, Sink, TextEdit};
use crate::release::Release;

pub(super) const CODES: &[Code] = &[Code::DuplicateToken, Code::DuplicateName];

const ONE_ENTRY: &str = "merge the entry into the one with the same name and token";

pub(super) fn check(facts: &Facts<'_>, options: &Options, sink: &mut Sink) {
    let names: Vec<Duplicate> = facts.names.duplicates().collect();
    let tokens: Vec<Duplicate> = facts.tokens.duplicates().collect();
    // An entry that was pasted twice needs neither another token nor another name.
    let first_names: HashMap<usize, usize> =
        names.iter().map(|name| (name.entry, name.first_entry)).collect();
    let copies: HashMap<usize, usize> = tokens
        .iter()
        .map(|token| (token.entry, token.first_entry))
        .filter(|(entry, first)| first_names.get(entry) == Some(first))
        .collect();
    for duplicate in tokens {
        let at = At::EntryMember(duplicate.entry, "token");
        let Some(draft) = sink.report(Code::DuplicateToken, duplicate.span, at) else { continue };
        let is_copy = copies.contains_key(&duplicate.entry);
        let is_template = facts.string(duplicate.span).is_none_or(|token| is_template(&token));
        draft
            .message(message(options.release))
            .label(duplicate.first, "first occurrence")
            .help(if is_copy { ONE_ENTRY } else { "use a different token for each entry" })
            .fix(
                Applicability::Unsafe,
                (!is_copy && !is_template).then(|| TextEdit::new_token(duplicate.span)),
            );
    }
    for duplicate in names {
        let at = At::EntryMember(duplicate.entry, "name");
        let Some(draft) = sink.report(Code::DuplicateName, duplicate.span, at) else { continue };
        let name = facts.string(duplicate.span);
        let is_copy = copies.contains_key(&duplicate.entry);
        draft
            .message_on("duplicate token name", name.as_deref().unwrap_or_default())
            .label(duplicate.first, "first occurrence")
            .help(if is_copy { ONE_ENTRY } else { "use another name: the server rejects the second token" });
    }
}

fn message(release: Option<Release>) -> alloc::string::String {
    match release {
        Some(release) if release >= Release::UNIQUE_TOKENS => {
            alloc::format!("duplicate token: release {release} rejects this entry")
        }
        Some(release) if release >= Release::OFFLINE_TOKENS => {
            alloc::format!("duplicate token: release {release} silently ignores the earlier entry")
        }
        Some(_) => "duplicate token".into(),
        None => {
            "duplicate token: releases before 3.11.1 ignore the earlier entry, later ones reject this entry"
                .into()
        }
    }
}
