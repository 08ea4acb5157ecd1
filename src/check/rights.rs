//! What the permissions of one token do to each other.

use alloc::format;
use alloc::vec;
use alloc::vec::Vec;
use core::cell::OnceCell;
use core::mem::replace;

use crate::check::context::{At, Context, finding, remove_element, replace_on_request};
use crate::check::numbered::{Numbered, Sets};
use crate::check::permissions::{Grant, spoken};
use crate::code::Code;
use crate::name::INTERNAL_DATABASE;
use crate::permission::{DatabaseActions, Permission};
use crate::redact::{may_show, mentions_token};
use crate::span::Span;

/// How many other permissions are shown with one that they cover.
const SHOWN: usize = 4;

/// The rules between the permissions of a token.
pub(super) fn between(
    context: &mut Context<'_>,
    token: usize,
    grants: &[Grant<'_, '_>],
    elements: impl FnOnce() -> Vec<Span>,
) {
    if grants.len() < 2 {
        return;
    }
    let names = Numbered::new(grants);
    let for_all = grants.iter().position(is_for_all);
    // Most lists name everything once.
    if for_all.is_none() && !names.meet() {
        return;
    }
    let (sets, elements) = (names.sets(), elements());
    let duplicates = duplicates(context, token, grants, (&names, &sets), &elements);
    let is_first = |position: usize| duplicates.get(position).is_some_and(|is_duplicate| !is_duplicate);
    let mut counts: Vec<Counts> = Vec::with_capacity(names.len());
    for number in (0..).take(names.len()) {
        let mut count = Counts::default();
        for position in names.grants(number).filter(|position| is_first(*position)) {
            count.add(grants.get(position).map(actions).unwrap_or_default());
        }
        counts.push(count);
    }
    if let Some(for_all) = for_all {
        hides(context, token, grants, for_all, (&names, &counts));
    }
    let mut redundant = Vec::new();
    // From the last to the first, so that of several that cover each other the first stays.
    for (position, grant) in grants.iter().enumerate().rev().filter(|(position, _)| is_first(*position)) {
        let own = sets.of(position);
        if own.iter().all(|number| count(&counts, *number).at_least(2).contains(actions(grant))) {
            for number in own {
                if let Some(count) = counts.get_mut(*number as usize) {
                    count.remove(actions(grant));
                }
            }
            redundant.push((position, grant));
        }
    }
    for (position, grant) in redundant.into_iter().rev() {
        let place = grant.string.inner();
        let fix = || remove_element(&elements, grant.index);
        context.find(Code::RedundantPermission, place, fix, || {
            let message = "other permissions of the token cover this one";
            let mut found =
                finding(Code::RedundantPermission, place, At::Permission(token, grant.index), message);
            let firsts = |number: &u32| names.grants(*number).filter(|one| is_first(*one)).take(SHOWN);
            let with_a_name = names.of(position).iter().flat_map(firsts).filter_map(|one| grants.get(one));
            let covers = |other: &&Grant<'_, '_>| {
                other.index != grant.index && !(actions(other) & actions(grant)).is_empty()
            };
            let mut covering: Vec<&Grant<'_, '_>> = with_a_name.filter(covers).take(SHOWN).collect();
            covering.sort_unstable_by_key(|other| other.index);
            covering.dedup_by_key(|other| other.index);
            let label = if covering.len() > 1 { "this one covers a part" } else { "this one covers it" };
            for other in covering {
                found = found.label(other.string.inner(), label);
            }
            found.with_help("remove it")
        });
    }
}

/// The actions on a database, and on a system resource in the same measure.
fn actions(grant: &Grant<'_, '_>) -> DatabaseActions {
    grant.database_actions().unwrap_or(DatabaseActions::READ)
}

fn is_for_all(grant: &Grant<'_, '_>) -> bool {
    matches!(&grant.permission, Permission::Database(permission) if permission.scope().is_all())
}

/// How many permissions grant each action on one name.
#[derive(Clone, Copy, Default)]
struct Counts([u32; 5]);

impl Counts {
    fn add(&mut self, actions: DatabaseActions) {
        for (count, action) in self.each() {
            *count += u32::from(actions.contains(action));
        }
    }

    fn remove(&mut self, actions: DatabaseActions) {
        for (count, action) in self.each() {
            *count -= u32::from(actions.contains(action));
        }
    }

    /// The actions that at least so many grant.
    fn at_least(mut self, permissions: u32) -> DatabaseActions {
        let granted = self.each().filter(|(count, _)| **count >= permissions);
        granted.map(|(_, action)| action).collect()
    }

    fn each(&mut self) -> impl Iterator<Item = (&mut u32, DatabaseActions)> {
        self.0.iter_mut().zip(DatabaseActions::ALL.iter())
    }
}

fn count(counts: &[Counts], number: u32) -> Counts {
    counts.get(number as usize).copied().unwrap_or_default()
}

/// Permissions that stand before in any order of their items; which ones.
fn duplicates(
    context: &mut Context<'_>,
    token: usize,
    grants: &[Grant<'_, '_>],
    (names, sets): (&Numbered, &Sets),
    elements: &[Span],
) -> Vec<bool> {
    let mut same: Vec<(u32, DatabaseActions, usize)> = Vec::new();
    for (position, grant) in grants.iter().enumerate() {
        if let Some(number) = sets.of(position).first()
            && names.grants(*number).nth(1).is_some()
        {
            same.push((*number, actions(grant), position));
        }
    }
    same.sort_unstable();
    let set = |(_, _, position): &(u32, DatabaseActions, usize)| sets.of(*position);
    // Most differ in their first name or in their actions; those of one set stay in their order.
    for alike in same.chunk_by_mut(|one, other| (one.0, one.1) == (other.0, other.1)) {
        alike.sort_by(|one, other| set(one).cmp(set(other)));
    }
    let mut firsts: Vec<Option<usize>> = vec![None; grants.len()];
    for run in same.chunk_by(|one, other| (one.1, set(one)) == (other.1, set(other))) {
        let Some(((_, _, first), others)) = run.split_first() else { continue };
        for (_, _, position) in others {
            if let Some(slot) = firsts.get_mut(*position) {
                *slot = Some(*first);
            }
        }
    }
    // In the order of the text: of many fixes the first have words.
    for (grant, first) in grants.iter().zip(&firsts) {
        let Some(first) = first.and_then(|first| grants.get(first)) else { continue };
        let place = grant.string.inner();
        let fix = || remove_element(elements, grant.index);
        context.find(Code::DuplicatePermission, place, fix, || {
            let message = "the token has this permission already";
            finding(Code::DuplicatePermission, place, At::Permission(token, grant.index), message)
                .label(first.string.inner(), "it stands here")
                .with_help("remove it")
        });
    }
    firsts.iter().map(Option::is_some).collect()
}

/// Entries for one database that allow less than the one for all.
fn hides(
    context: &mut Context<'_>,
    token: usize,
    grants: &[Grant<'_, '_>],
    for_all: usize,
    (names, counts): (&Numbered, &[Counts]),
) {
    let allowed = |number: &u32| count(counts, *number).at_least(1);
    let all = names.of(for_all).first().map(allowed).unwrap_or_default();
    let Some(for_all) = grants.get(for_all) else { return };
    let wildcard = for_all.names().next().map(|(span, _)| for_all.string.place(span)).unwrap_or_default();
    let mut told = vec![false; names.len()];
    for (position, grant) in grants.iter().enumerate() {
        if grant.database_actions().is_none() || is_for_all(grant) {
            continue;
        }
        let mut places = grant.string.places();
        let hides = OnceCell::new();
        for ((span, name), number) in grant.names().zip(names.of(position)) {
            // `db:*` does not reach `_internal` anyway, which has a finding of its own.
            if name == INTERNAL_DATABASE {
                continue;
            }
            let hidden = all - allowed(number);
            if hidden.is_empty() || told.get_mut(*number as usize).is_none_or(|told| replace(told, true)) {
                continue;
            }
            let place = places.place(span);
            let end = grant.string.inner().end();
            let fix = || Some(replace_on_request(Span::new(end, end), format!(",{hidden}")));
            context.find(Code::SpecificHidesWildcard, place, fix, || {
                let shown = !*hides.get_or_init(|| mentions_token(grant.text)) && may_show(name, name);
                let database = if shown { format!("`{name}`") } else { "this database".into() };
                let message = format!(
                    "the token cannot {} {database}: the entry for one database hides the one for all",
                    spoken(hidden).replace(" and ", " or ")
                );
                finding(Code::SpecificHidesWildcard, place, At::Permission(token, grant.index), message)
                    .label(wildcard, "the entry for all")
                    .with_help("add the actions here too, if they are wanted")
            });
        }
    }
}
