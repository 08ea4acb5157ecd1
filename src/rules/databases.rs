//! The rule for databases that are granted but not created, or created but not granted.

use std::borrow::Cow;
use std::collections::HashMap;

use foldhash::quality::RandomState;

use super::database_index::Granted;
use super::facts::Facts;
use super::options::Options;
use super::placeholder::is_placeholder;
use crate::code::Code;
use crate::diagnostic::{Applicability, At, Sink, TextEdit};
use crate::document::{Field, Shape};
use crate::json::{quoted, space_at_start, space_before};
use crate::limits::{MAX_COMPARED_PAIRS, MAX_REPEATED_SPACE};
use crate::name::{INTERNAL_DATABASE, check_database_name};
use crate::redact::may_show;
use crate::span::Span;
use crate::suggest::{closest_word, differ_in_number};

pub(super) fn check(facts: &Facts<'_>, _: &Options, sink: &mut Sink) {
    let databases = &facts.databases;
    if !databases.is_compared {
        return;
    }
    let mut explained = Vec::new();
    // An invalid name may be a misspelling of a missing one.
    let is_valid = databases.created().iter().all(|(_, name)| check_database_name(name).is_ok());
    if is_valid && !matches!(facts.outline.create_databases, Field::Invalid { .. }) {
        explained = granted_not_created(facts, sink);
        explained.sort_unstable();
    }
    if !databases.is_complete {
        return;
    }
    for (name, created) in &databases.by_name {
        if created.is_granted || explained.binary_search(&name.as_ref()).is_ok() || has_finding(name, sink) {
            continue;
        }
        let draft = sink.report(Code::CreatedNotGranted, created.span, At::Database(created.index));
        let subject = draft.named("database", name);
        draft
            .message(format_args!("{subject} is created but not granted to any token"))
            .help("grant it to a token, or remove it from `create_databases`");
    }
}

/// Returns whether another rule reports a valid name.
fn has_finding(name: &str, sink: &Sink) -> bool {
    name == INTERNAL_DATABASE || is_placeholder(name) && sink.is_enabled(Code::PlaceholderName)
}

/// Reports grants of databases that are not created. Returns the created names that they probably misspell.
fn granted_not_created<'f>(facts: &'f Facts<'_>, sink: &mut Sink) -> Vec<&'f str> {
    let databases = &facts.databases;
    let name = |granted: &Granted| granted.name.string(databases.text).decode().unwrap_or_default();
    let granted = databases.granted.iter().map(|granted| (name(granted), granted));
    let missing: Vec<(Cow<'_, str>, &Granted)> =
        granted.filter(|(name, _)| !has_finding(name, sink)).collect();
    let created: Vec<&str> = databases.by_name.keys().map(AsRef::as_ref).collect();
    let nearest = |name: &str| {
        let others = created.iter().copied().filter(|other| !differ_in_number(name, other));
        closest_word(name, others).map(|(near, _)| near).filter(|near| may_show(near, near))
    };
    let compared = MAX_COMPARED_PAIRS / created.len().max(1);
    let nearest: Vec<Option<&str>> = missing
        .iter()
        .enumerate()
        .map(|(at, (name, _))| if at < compared { nearest(name) } else { None })
        .collect();
    // Several names are not misspellings of one created name.
    let mut counts: HashMap<&str, usize, RandomState> = HashMap::default();
    for near in nearest.iter().flatten() {
        *counts.entry(near).or_default() += 1;
    }
    // A misspelt name should not be created. The fix of the first finding creates all the others.
    let unknown = missing.iter().zip(&nearest).filter(|(_, near)| near.is_none());
    let unknown = unknown.map(|((name, _), _)| &**name).filter(|name| may_show(name, name));
    let mut addition = insertion(facts, &unknown.collect::<Vec<_>>(), [", ", ": "]);
    let mut explained = Vec::new();
    for ((name, granted), near) in missing.iter().zip(nearest) {
        // If the similar name is not granted, both findings have the same cause.
        let pair = near.filter(|near| !databases.is_granted(near));
        explained.extend(pair);
        let at = At::Permission(granted.entry, granted.permission);
        let span = Span::from(granted.name);
        let Some(draft) = sink.report(Code::GrantedNotCreated, span, at).kept() else { continue };
        let subject = draft.named("database", name);
        let draft = draft.message(format_args!(
            "{subject} is granted but not in `create_databases`: a server without it rejects this token"
        ));
        let Some((near, created)) = near.and_then(|near| Some((near, databases.by_name.get(near)?))) else {
            let addition = if may_show(name, name) { addition.take() } else { None };
            draft
                .help("add it to `create_databases`, unless it exists on every server that reads the file")
                .fix(Applicability::Unsafe, addition.map(|(span, text)| TextEdit::new(span, text)));
            continue;
        };
        // An invalid permission may also grant it.
        let is_certain = !granted.is_repeated && databases.is_complete && counts.get(near) == Some(&1);
        let edit = pair.filter(|_| is_certain).map(|pair| TextEdit::new(span, pair));
        draft
            .label(created.span, "this database is created")
            .help(format_args!("did you mean `{near}`? otherwise add it to `create_databases`"))
            .fix(Applicability::Unsafe, edit)
            .effect(format!("grants the actions on `{near}`"));
    }
    explained
}

/// Returns the span and the text that add databases to `create_databases`; `None` if there is no place for them.
pub(crate) fn insertion(
    facts: &Facts<'_>,
    names: &[&str],
    [comma, colon]: [&str; 2],
) -> Option<(Span, String)> {
    let (text, outline) = (facts.text, &facts.outline);
    let names: Vec<String> = names.iter().map(|name| quoted(name)).collect();
    let (blank, list) = (comma.trim_start_matches(','), names.join(comma));
    let at = |offset| Span::new(offset, offset);
    match (&outline.create_databases, outline.last_database) {
        _ if names.is_empty() => None,
        (Field::Valid { .. }, Some(last)) => {
            let gap = space_before(text, last.start());
            // A single item does not show the separator.
            let is_shown = (1..=MAX_REPEATED_SPACE).contains(&gap.len());
            let separator = format!(",{}", if is_shown { gap } else { blank });
            Some((at(last.end()), format!("{separator}{}", names.join(&separator))))
        }
        (Field::Valid { span, .. }, None) => Some((at(span.start() + 1), list)),
        (Field::Null { span, .. }, _) => Some((*span, format!("[{list}]"))),
        (Field::Missing, _) if matches!(outline.shape, Shape::TokensFile) => {
            let start = outline.span.start() + 1;
            let gap = space_at_start(text.get(start..)?);
            let end = if gap.is_empty() { blank } else { "" };
            Some((at(start), format!("{gap}\"create_databases\"{colon}[{list}],{end}")))
        }
        _ => None,
    }
}
