//! Tokens and names that are not unique.

use alloc::vec::Vec;
use std::collections::HashMap;

use super::duplicate_index::Duplicate;
use super::facts::Facts;
use super::options::Options;
use super::placeholder::is_template;
use crate::code::Code;
use crate::diagnostic::{Applicability, At, Edit, Sink};
use crate::release::Release;

pub(super) const CODES: &[Code] = &[Code::DuplicateToken, Code::DuplicateName];

const ONE_ENTRY: &str = "name and token stand in one entry already: make one of the two entries";

pub(super) fn check(facts: &Facts<'_>, options: &Options, sink: &mut Sink) {
    let names: Vec<Duplicate> = facts.names.duplicates().collect();
    let tokens: Vec<Duplicate> = facts.tokens.duplicates().collect();
    // An entry that was pasted twice needs no other token or name.
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
            .label(duplicate.first, "it stands here already")
            .help(if is_copy { ONE_ENTRY } else { "give every entry a token of its own" })
            .fix(Applicability::Ask, (!is_copy && !is_template).then(|| Edit::new_token(duplicate.span)));
    }
    for duplicate in names {
        let at = At::EntryMember(duplicate.entry, "name");
        let Some(draft) = sink.report(Code::DuplicateName, duplicate.span, at) else { continue };
        let name = facts.string(duplicate.span);
        let is_copy = copies.contains_key(&duplicate.entry);
        draft
            .message_on("another token has this name", name.as_deref().unwrap_or_default())
            .label(duplicate.first, "it stands here already")
            .help(if is_copy { ONE_ENTRY } else { "the server refuses the second: give it another name" });
    }
}

fn message(release: Option<Release>) -> alloc::string::String {
    match release {
        Some(release) if release >= Release::UNIQUE_TOKENS => {
            alloc::format!("another entry has this token, and release {release} refuses it")
        }
        Some(release) if release >= Release::OFFLINE_TOKENS => alloc::format!(
            "another entry has this token, and release {release} forgets that entry's without a word"
        ),
        Some(_) => "another entry has this token".into(),
        None => {
            "another entry has this token: before 3.11.1 the last hides the first, since then it is refused"
                .into()
        }
    }
}
