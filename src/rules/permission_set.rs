//! Duplicate items, and duplicate, redundant and shadowed permissions of one token.

use alloc::format;
use alloc::vec::Vec;
use std::collections::{HashMap, HashSet};

use foldhash::quality::RandomState;

use super::duplicate_index::duplicates;
use super::options::Options;
use super::permission::spoken;
use crate::code::Code;
use crate::diagnostic::{Applicability, At, Sink, TextEdit};
use crate::document::{Element, Entry, Grant, Resource};
use crate::limits::{MAX_COMPARED_NAMES, MAX_LABELS};
use crate::name::INTERNAL_DATABASE;
use crate::permission::DatabaseActions;

pub(super) const CODES: &[Code] =
    &[Code::DuplicateItem, Code::DuplicatePermission, Code::RedundantPermission, Code::SpecificHidesWildcard];

pub(super) fn check(entry: &Entry<'_>, _: &Options, sink: &mut Sink) {
    let Some(elements) = entry.permissions.value() else { return };
    if entry.may_repeat_names() && may_repeat(entry, elements)
        || elements.iter().any(may_repeat_actions)
        || has_resources_beside_all(elements)
    {
        for element in elements {
            duplicate_items(entry, element, sink);
        }
        overlaps(entry, elements, sink);
    }
    if elements.iter().any(|element| element.grant.is_some_and(Grant::is_wildcard)) {
        shadowed(entry, elements, sink);
    }
}

/// Returns whether there are a permission for all system resources and one for some of them.
fn has_resources_beside_all(elements: &[Element<'_>]) -> bool {
    let has = |is_all| {
        let is_such = |grant: Grant| grant.resource == Resource::System && grant.is_all == is_all;
        elements.iter().any(|element| element.grant.is_some_and(is_such))
    };
    has(true) && has(false)
}

/// Returns whether a name occurs twice, or there are too many to compare.
fn may_repeat(entry: &Entry<'_>, elements: &[Element<'_>]) -> bool {
    let (mut known, mut count) = ([""; MAX_COMPARED_NAMES], 0);
    for element in elements {
        for (_, name) in entry.names(element) {
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
    let names = duplicates(entry.names(element));
    let actions = duplicates(element.actions());
    for (first, range) in names.into_iter().chain(actions) {
        let span = locator.locate(range.clone());
        let Some(draft) = sink.report(Code::DuplicateItem, span, at_of(entry, element)) else { continue };
        // The comma before it may be an escape in the file.
        let removed = locator.locate(range.start - 1..range.end);
        draft
            .message("duplicate item in the list")
            .label(text.locate(first), "first occurrence")
            .help("remove the duplicate")
            .fix(Applicability::Safe, [TextEdit::new(removed, "")]);
    }
}

/// A database or system resource, or `*`.
type Name<'t> = (Resource, &'t str);

const ALL_RESOURCES: Name<'static> = (Resource::System, "*");

/// The permissions of a token that have a name, and how many of them grant each action on it.
#[derive(Default)]
struct Holders {
    positions: Vec<usize>,
    counts: [usize; 5],
}

impl Holders {
    fn add(&mut self, position: usize, actions: DatabaseActions) {
        // A name can occur twice in one permission.
        if self.positions.last() != Some(&position) {
            self.positions.push(position);
            self.each(actions, |count| *count += 1);
        }
    }

    fn each(&mut self, actions: DatabaseActions, change: impl Fn(&mut usize)) {
        let counts = self.counts.iter_mut().zip(DatabaseActions::ALL.iter());
        counts.filter(|(_, action)| actions.contains(*action)).for_each(|(count, _)| change(count));
    }

    /// Returns the actions that at least two permissions grant.
    fn repeated(&self) -> DatabaseActions {
        let counts = self.counts.iter().zip(DatabaseActions::ALL.iter());
        counts.filter(|(count, _)| **count > 1).map(|(_, action)| action).collect()
    }
}

/// Reports permissions that others repeat or include. If permissions include each other, the first is not reported, so that
/// all fixes together keep the rights of the token.
#[cold]
fn overlaps(entry: &Entry<'_>, elements: &[Element<'_>], sink: &mut Sink) {
    let granted =
        || elements.iter().enumerate().filter_map(|(at, element)| Some((at, element, element.grant?)));
    let keys = granted().map(|(at, element, grant)| {
        let mut names: Vec<&str> = entry.names(element).map(|(_, name)| name).collect();
        names.sort_unstable();
        names.dedup();
        (at, (grant.resource, grant.actions, names))
    });
    let mut copies: HashSet<usize, RandomState> = HashSet::default();
    for (first, at) in duplicates(keys) {
        copies.insert(at);
        let (Some(first), Some(element)) = (elements.get(first), elements.get(at)) else { continue };
        let span = element.text.span();
        let Some(draft) = sink.report(Code::DuplicatePermission, span, at_of(entry, element)) else {
            continue;
        };
        draft
            .message("duplicate permission")
            .label(first.text.span(), "first occurrence")
            .help("remove the duplicate")
            .fix(Applicability::Safe, removal(entry, element));
    }
    let mut holders: HashMap<Name<'_>, Holders, RandomState> = HashMap::default();
    let others: Vec<_> = granted().filter(|(at, ..)| !copies.contains(at)).collect();
    for (position, element, grant) in &others {
        for name in names(entry, element, *grant) {
            holders.entry(name).or_default().add(*position, grant.actions);
        }
    }
    // Databases differ: a permission for one may exist to shadow the one for `*`.
    let has_all_resources = holders.contains_key(&ALL_RESOURCES);
    let mut redundant = Vec::new();
    for (position, element, grant) in others.into_iter().rev() {
        let mut own: Vec<_> = names(entry, element, grant).collect();
        own.sort_unstable();
        own.dedup();
        let is_repeated =
            |name| holders.get(name).is_some_and(|name| name.repeated().contains(grant.actions));
        let is_below_all = grant.resource == Resource::System && has_all_resources && !grant.is_all;
        if is_below_all || own.iter().all(is_repeated) {
            for name in &own {
                if let Some(name) = holders.get_mut(name) {
                    name.each(grant.actions, |count| *count -= 1);
                }
            }
            redundant.push((position, element, grant));
        }
    }
    for (position, element, grant) in redundant.into_iter().rev() {
        report_redundant(entry, elements, (position, element, grant), &holders, sink);
    }
}

fn report_redundant(
    entry: &Entry<'_>,
    elements: &[Element<'_>],
    (position, element, grant): (usize, &Element<'_>, Grant),
    holders: &HashMap<Name<'_>, Holders, RandomState>,
    sink: &mut Sink,
) {
    let at = at_of(entry, element);
    let Some(mut draft) = sink.report(Code::RedundantPermission, element.text.span(), at) else { return };
    let of_name = |name| holders.get(&name).map_or(&[][..], |name| &name.positions).iter().take(MAX_LABELS);
    let is_below_all = grant.resource == Resource::System && holders.contains_key(&ALL_RESOURCES);
    let all = is_below_all.then_some(ALL_RESOURCES);
    let names = all.into_iter().chain(names(entry, element, grant).filter(|_| !is_below_all));
    let mut positions: Vec<usize> = names.take(MAX_LABELS).flat_map(of_name).copied().collect();
    positions.sort_unstable();
    positions.dedup();
    let covering: Vec<_> = positions
        .into_iter()
        .filter(|other| *other != position)
        .filter_map(|other| elements.get(other))
        .filter(|other| other.grant.is_some_and(|other| !(other.actions & grant.actions).is_empty()))
        .take(MAX_LABELS)
        .collect();
    let label = if covering.len() > 1 { "covers part of it" } else { "covers it" };
    for other in covering {
        draft = draft.label(other.text.span(), label);
    }
    draft
        .message("redundant permission: the other permissions of the token cover it")
        .help("remove the permission")
        .fix(Applicability::Safe, removal(entry, element));
}

fn names<'t>(entry: &'t Entry<'_>, element: &'t Element<'_>, grant: Grant) -> impl Iterator<Item = Name<'t>> {
    entry.names(element).map(move |(_, name)| (grant.resource, name))
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
            entry.names(element).for_each(|(_, name)| *by_name.entry(name).or_default() |= grant.actions);
        }
    }
    let wildcard = wildcard.unwrap_or_default();
    for (element, _) in databases().filter(|(_, grant)| !grant.is_all) {
        let mut locator = element.text.locator();
        let mut has_fix = true;
        for (range, name) in entry.names(element) {
            // `db:*` does not reach `_internal` anyway. Each name is reported once.
            let granted = by_name.insert(name, DatabaseActions::ALL).unwrap_or_default();
            let hidden = all - granted;
            if hidden.is_empty() || name == INTERNAL_DATABASE {
                continue;
            }
            let (span, at) = (locator.locate(range), at_of(entry, element));
            let Some(draft) = sink.report(Code::SpecificHidesWildcard, span, at) else { continue };
            let is_quoted = draft.may_quote(name, &element.text);
            let database = if is_quoted { format!("`{name}`") } else { "this database".into() };
            let actions = spoken(hidden, " or ");
            // One edit adds the actions for all names of the permission.
            let scope = if entry.names(element).nth(1).is_some() { "every name" } else { &*database };
            let edit = TextEdit::insert(element.text.span().end(), format!(",{hidden}"));
            draft
                .message(format!(
                    "the token cannot {actions} {database}: this permission shadows the one for `*`"
                ))
                .label(wildcard, "the permission for `*`")
                .help("add the actions to this permission if the token needs them")
                .fix(Applicability::Unsafe, has_fix.then_some(edit))
                .effect(format!("adds `{hidden}` on {scope}"));
            has_fix = false;
        }
    }
}
