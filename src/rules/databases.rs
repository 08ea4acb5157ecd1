//! Databases that are granted but not created, or created but not granted.

use alloc::borrow::Cow;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use std::collections::HashMap;

use foldhash::quality::RandomState;

use super::database_index::Granted;
use super::facts::Facts;
use super::options::Options;
use super::placeholder::is_placeholder;
use crate::code::Code;
use crate::diagnostic::{Applicability, At, Draft, Sink, TextEdit};
use crate::document::{Field, Shape};
use crate::json;
use crate::name::INTERNAL_DATABASE;
use crate::redact::may_show;
use crate::span::Span;
use crate::suggest::Guesses;

pub(super) const CODES: &[Code] = &[Code::GrantedNotCreated, Code::CreatedNotGranted];

pub(super) fn check(facts: &Facts<'_>, _: &Options, sink: &mut Sink) {
    let databases = &facts.databases;
    let mut explained = Vec::new();
    if !matches!(facts.outline.create_databases, Field::Invalid { .. }) {
        explained = granted_not_created(facts, sink);
        explained.sort_unstable();
    }
    if databases.grants_all || !databases.is_complete {
        return;
    }
    for (name, created) in &databases.by_name {
        let is_explained = || explained.binary_search(&name.as_ref()).is_ok() || has_finding(name, sink);
        if created.is_granted || !created.is_element || is_explained() {
            continue;
        }
        let at = At::Database(created.index);
        let Some(draft) = sink.report(Code::CreatedNotGranted, created.span, at) else { continue };
        let subject = subject(&draft, name);
        draft
            .message(format!("{subject} is created but not granted to any token"))
            .help("grant it to a token, or remove it from `create_databases`");
    }
}

/// Returns a database by its name if that may be quoted.
fn subject(draft: &Draft<'_>, name: &str) -> String {
    if draft.may_quote(name, name) { format!("database `{name}`") } else { "a database".into() }
}

/// Returns whether another rule reports a valid name.
fn has_finding(name: &str, sink: &Sink) -> bool {
    name == INTERNAL_DATABASE || is_placeholder(name) && sink.is_enabled(Code::PlaceholderName)
}

/// Reports grants of databases that are not created. Returns the created names that were probably meant.
fn granted_not_created<'f>(facts: &'f Facts<'_>, sink: &mut Sink) -> Vec<&'f str> {
    let databases = &facts.databases;
    let granted = databases
        .granted
        .iter()
        .map(|granted| (granted.name.string(databases.text).decode().unwrap_or_default(), granted));
    let missing: Vec<(Cow<'_, str>, &Granted)> =
        granted.filter(|(name, _)| !has_finding(name, sink)).collect();
    let all: Vec<&str> = databases.by_name.keys().map(AsRef::as_ref).collect();
    // A misspelt name probably replaces one that is not granted to any token.
    let free: Vec<&str> = all.iter().copied().filter(|name| !databases.is_granted(name)).collect();
    let mut guesses = Guesses::default();
    let mut nearest = |name: &str| {
        let mut meant = |names: &[&'f str]| guesses.meant(name, names.iter().copied());
        meant(&free).or_else(|| meant(&all)).filter(|near| may_show(near, near))
    };
    let nearest: Vec<Option<&str>> = missing.iter().map(|(name, _)| nearest(name)).collect();
    // One created name is not the misspelling of several.
    let mut counts: HashMap<&str, usize, RandomState> = HashMap::default();
    for near in nearest.iter().flatten() {
        *counts.entry(near).or_default() += 1;
    }
    let names: Vec<&str> =
        missing.iter().map(|(name, _)| &**name).filter(|name| may_show(name, name)).collect();
    let mut explained = Vec::new();
    for ((name, granted), near) in missing.iter().zip(nearest) {
        // If the near name is not granted, both findings are one mistake.
        let pair = near.filter(|near| !databases.is_granted(near));
        explained.extend(pair);
        let at = At::Permission(granted.entry as usize, granted.permission as usize);
        let span = Span::from(granted.name);
        let Some(draft) = sink.report(Code::GrantedNotCreated, span, at) else { continue };
        let edit = match pair {
            // An unreadable permission may also grant it.
            Some(pair) if !granted.is_repeated && databases.is_complete && counts.get(pair) == Some(&1) => {
                Some(TextEdit::new(span, pair))
            }
            // It is probably misspelt, and should not be created.
            _ if near.is_some() => None,
            _ => addition(facts, name, &names),
        };
        let subject = subject(&draft, name);
        let draft = draft.message(format!(
            "{subject} is granted but not in `create_databases`: a server without it rejects this token"
        ));
        let draft = match near.and_then(|near| Some((near, databases.by_name.get(near)?.span))) {
            Some((near, span)) => draft
                .label(span, "this database is created")
                .help(format!("did you mean `{near}`? otherwise add it to `create_databases`")),
            None => draft
                .help("add it to `create_databases`, unless it exists on every server that reads the file"),
        };
        let effect = pair.map(|pair| format!("grants the actions on `{pair}`"));
        draft.fix(Applicability::Unsafe, edit).effect(effect);
    }
    explained
}

/// Returns the edit that creates a database. If none is created yet, the edit of the first name creates all.
fn addition(facts: &Facts<'_>, name: &str, missing: &[&str]) -> Option<TextEdit> {
    let outline = &facts.outline;
    if !may_show(name, name) {
        return None;
    }
    let is_first = missing.first() == Some(&name);
    let names = if is_first { missing } else { core::slice::from_ref(&name) };
    match (&outline.create_databases, outline.last_database) {
        (Field::Valid { .. }, Some(last)) => {
            Some(TextEdit::insert(last.end(), format!(", {}", json::quoted(name))))
        }
        (Field::Valid { span, .. }, None) => {
            let list = json::quoted_list(names);
            Some(TextEdit::insert(span.end() - 1, list.trim_matches(['[', ']'])))
        }
        (Field::Null { span, .. }, _) => Some(TextEdit::new(*span, json::quoted_list(names))),
        (Field::Missing, _) if matches!(outline.shape, Shape::TokensFile) => {
            let (list, start) = (json::quoted_list(names), outline.span.start() + 1);
            let rest = facts.text.get(start..)?;
            let gap = rest.get(..rest.len() - rest.trim_start_matches([' ', '\t', '\r', '\n']).len())?;
            // On a line of its own if the members are.
            let (before, after) = if gap.contains('\n') { (gap, "") } else { ("", " ") };
            Some(TextEdit::insert(start, format!("{before}\"create_databases\": {list},{after}")))
        }
        _ => None,
    }
}
