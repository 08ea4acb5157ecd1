//! The rule for duplicate items, and for duplicate, redundant and shadowed permissions of one token.

use std::collections::{HashMap, HashSet};

use foldhash::quality::RandomState;

use super::duplicate_index::duplicates;
use super::options::Options;
use super::permission::join_names;
use crate::code::Code;
use crate::diagnostic::{Applicability, At, Sink, TextEdit};
use crate::document::{Element, Entry, Grant, Resource};
use crate::limits::MAX_COMPARED_NAMES;
use crate::name::INTERNAL_DATABASE;
use crate::permission::DatabaseActions;

pub(super) fn check(entry: &Entry<'_>, _: &Options, sink: &mut Sink) {
    let elements = &entry.list.elements;
    let has_all = || elements.iter().any(|element| element.grant.is_some_and(|grant| grant.is_all));
    if entry.list.may_repeat_names() && may_repeat(entry, elements)
        || elements.iter().any(may_repeat_actions)
        || elements.len() > 1 && has_all()
    {
        for element in elements {
            duplicate_items(entry, element, sink);
        }
        overlaps(entry, elements, sink);
        shadowed(entry, elements, sink);
    }
}

/// Returns whether there is a duplicate name, or too many names to compare.
fn may_repeat(entry: &Entry<'_>, elements: &[Element<'_>]) -> bool {
    let (mut known, mut count) = ([""; MAX_COMPARED_NAMES], 0);
    for element in elements {
        for (_, name) in entry.list.names(element) {
            let Some((before, [slot, ..])) = known.split_at_mut_checked(count) else { return true };
            if before.contains(&name) {
                return true;
            }
            *slot = name;
            count += 1;
        }
    }
    false
}

/// Returns whether the actions may contain a duplicate.
fn may_repeat_actions(element: &Element<'_>) -> bool {
    let is_longer = |grant: Grant| {
        let length = element.text.len() - element.names_range().end - 1;
        length != grant.actions.as_str().len()
    };
    element.grant.is_some_and(is_longer)
}

/// Reports duplicate items.
#[cold]
fn duplicate_items(entry: &Entry<'_>, element: &Element<'_>, sink: &mut Sink) {
    let text = &element.text;
    let mut locator = text.locator();
    let names = duplicates(entry.list.names(element));
    let actions = duplicates(element.actions());
    for (first, range) in names.into_iter().chain(actions) {
        let span = locator.locate(range.clone());
        // The comma before it may be an escape in the file.
        let removed = locator.locate(range.start - 1..range.end);
        sink.report(Code::DuplicateItem, span, at_of(entry, element))
            .message("duplicate item in the list")
            .label(text.locate(first), "first occurrence")
            .help("remove the duplicate")
            .fix(Applicability::Safe, [TextEdit::new(removed, "")]);
    }
}

/// An action on a database or system resource, or on `*`.
type Right<'t> = (Resource, &'t str, DatabaseActions);

/// The number of permissions that grant a right, and the first and last of them.
#[derive(Clone, Copy)]
struct Holders {
    count: usize,
    first: usize,
    last: usize,
}

/// Reports duplicate and redundant permissions, but not the first of equal ones, so that all fixes together keep the rights.
#[cold]
fn overlaps(entry: &Entry<'_>, elements: &[Element<'_>], sink: &mut Sink) {
    let granted =
        || elements.iter().enumerate().filter_map(|(at, element)| Some((at, element, element.grant?)));
    let keys = granted().map(|(at, element, grant)| (at, rights(entry, element, grant)));
    let mut copies: HashSet<usize, RandomState> = HashSet::default();
    for (first, at) in duplicates(keys) {
        copies.insert(at);
        let (Some(first), Some(element)) = (elements.get(first), elements.get(at)) else { continue };
        sink.report(Code::DuplicatePermission, element.text.span(), at_of(entry, element))
            .message("duplicate permission")
            .label(first.text.span(), "first occurrence")
            .help("remove the duplicate")
            .fix(Applicability::Safe, removal(entry, element));
    }
    let others = granted().filter(|(at, ..)| !copies.contains(at));
    let others: Vec<_> =
        others.map(|(at, element, grant)| (at, element, grant, rights(entry, element, grant))).collect();
    let mut holders: HashMap<Right<'_>, Holders, RandomState> = HashMap::default();
    for (position, .., rights) in &others {
        for right in rights {
            let holders = holders.entry(*right).or_insert(Holders { count: 0, first: *position, last: 0 });
            holders.count += 1;
            holders.last = *position;
        }
    }
    // Not for databases: a permission for one may exist to shadow the one for `*`.
    let all = holders.get(&(Resource::System, "*", DatabaseActions::READ)).copied();
    for (position, element, grant, rights) in others.into_iter().rev() {
        let all = all.filter(|_| grant.resource == Resource::System && !grant.is_all);
        let held = |right| holders.get(right).copied().filter(|holders: &Holders| holders.count > 1);
        let is_covered = all.is_some() || rights.iter().all(|right| held(right).is_some());
        let Some(covering) = all.or_else(|| held(rights.first()?)).filter(|_| is_covered) else { continue };
        let covering = if covering.first == position { covering.last } else { covering.first };
        for right in &rights {
            if let Some(holders) = holders.get_mut(right) {
                holders.count -= 1;
            }
        }
        let mut draft = sink.report(Code::RedundantPermission, element.text.span(), at_of(entry, element));
        if let Some(covering) = elements.get(covering) {
            draft = draft.label(covering.text.span(), "overlapping permission");
        }
        draft
            .message("redundant permission: the other permissions of the token cover it")
            .help("remove the permission")
            .fix(Applicability::Safe, removal(entry, element));
    }
}

/// Returns the rights of a permission, each once.
fn rights<'t>(entry: &'t Entry<'_>, element: &'t Element<'_>, grant: Grant) -> Vec<Right<'t>> {
    let names = entry.list.names(element).map(|(_, name)| name);
    let rights =
        names.flat_map(|name| grant.actions.iter().map(move |action| (grant.resource, name, action)));
    let mut rights: Vec<_> = rights.collect();
    rights.sort_unstable();
    rights.dedup();
    rights
}

const fn at_of(entry: &Entry<'_>, element: &Element<'_>) -> At {
    At::Permission(entry.index, element.index)
}

fn removal(entry: &Entry<'_>, element: &Element<'_>) -> Option<TextEdit> {
    TextEdit::removal(entry.source, element.text.outer_span())
}

/// Reports permissions for a database that grant less than the permission for `*`.
#[cold]
fn shadowed(entry: &Entry<'_>, elements: &[Element<'_>], sink: &mut Sink) {
    let databases = || {
        let granted = elements.iter().filter_map(|element| Some((element, element.grant?)));
        granted.filter(|(_, grant)| grant.resource == Resource::Database)
    };
    let mut all = DatabaseActions::EMPTY;
    let mut wildcard = None;
    let mut by_name: HashMap<&str, DatabaseActions, RandomState> = HashMap::default();
    for (element, grant) in databases() {
        if grant.is_all {
            all |= grant.actions;
            wildcard = wildcard.or_else(|| Some(element.text.locate(element.names_range())));
        } else {
            entry
                .list
                .names(element)
                .for_each(|(_, name)| *by_name.entry(name).or_default() |= grant.actions);
        }
    }
    let wildcard = wildcard.unwrap_or_default();
    for (element, _) in databases().filter(|(_, grant)| !grant.is_all) {
        let mut locator = element.text.locator();
        let mut has_fix = true;
        for (range, name) in entry.list.names(element) {
            // `db:*` does not cover `_internal`. Each name is reported once.
            let granted = by_name.insert(name, DatabaseActions::ALL).unwrap_or_default();
            let shadowed_actions = all - granted;
            if shadowed_actions.is_empty() || name == INTERNAL_DATABASE {
                continue;
            }
            let (span, at) = (locator.locate(range), at_of(entry, element));
            let Some(draft) = sink.report(Code::SpecificHidesWildcard, span, at).kept() else { continue };
            let is_quoted = draft.may_quote(name, &element.text);
            let database = if is_quoted { format!("`{name}`") } else { "this database".into() };
            let actions = join_names(shadowed_actions, " or ");
            // One edit adds the actions for all names of the permission.
            let scope = if entry.list.names(element).nth(1).is_some() { "every name" } else { &*database };
            let edit = TextEdit::insert(element.text.span().end(), format!(",{shadowed_actions}"));
            draft
                .message(format!(
                    "the token cannot {actions} {database}: this permission shadows the one for `*`"
                ))
                .label(wildcard, "the permission for `*`")
                .help("add the actions to this permission if the token needs them")
                .fix(Applicability::Unsafe, has_fix.then_some(edit))
                .effect(format!("adds `{shadowed_actions}` on {scope}"));
            has_fix = false;
        }
    }
}
