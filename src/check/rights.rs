//! What the permissions of one token do to each other.

use alloc::format;
use alloc::vec::Vec;
use core::cell::OnceCell;
use std::collections::{HashMap, HashSet};

use foldhash::quality::RandomState;

use crate::check::context::{At, Context, finding, remove_element};
use crate::check::permissions::{Grant, spoken};
use crate::code::Code;
use crate::diagnostic::{Applicability, Edit, Fix};
use crate::name::INTERNAL_DATABASE;
use crate::permission::{DatabaseActions, Permission, Scope};
use crate::redact::{may_show, mentions_token};
use crate::span::Span;

// The actions on a system resource in the same measure.
const SYSTEM: DatabaseActions = DatabaseActions::READ;

/// How many other permissions are shown with one that they cover.
const SHOWN: usize = 4;

/// Whether [`between`] can find anything: some database or resource is in two permissions. Few are searched for it.
pub(super) fn may_meet(grants: &[Grant<'_, '_>]) -> bool {
    const FEW: usize = 8;
    const SHORT: usize = 80;
    if grants.len() > FEW || grants.iter().any(|grant| grant.text.len() > SHORT) {
        return grants.len() > 1;
    }
    let mut rest = grants;
    while let [grant, others @ ..] = rest {
        if others.iter().any(|other| meet(grant, other)) {
            return true;
        }
        rest = others;
    }
    false
}

fn meet(a: &Grant<'_, '_>, b: &Grant<'_, '_>) -> bool {
    fn common<N: AsRef<str>>(a: &Scope<N>, b: &Scope<N>) -> bool {
        let (Scope::Names(a), Scope::Names(b)) = (a, b) else { return true };
        a.as_ref().split(',').any(|name| b.as_ref().split(',').any(|other| name == other))
    }

    match (&a.permission, &b.permission) {
        (Permission::Database(a), Permission::Database(b)) => common(a.scope(), b.scope()),
        (Permission::System(a), Permission::System(b)) => common(a.scope(), b.scope()),
        _ => false,
    }
}

/// The rules between the permissions of a token, of which there are at least two.
pub(super) fn between(context: &mut Context<'_>, token: usize, grants: &[Grant<'_, '_>], elements: &[Span]) {
    let duplicates = duplicates(context, token, grants, elements);
    let actions = |grant: &Grant<'_, '_>| grant.database_actions().unwrap_or(SYSTEM);
    let mut counts: HashMap<(&str, &str), [u32; 5], RandomState> = HashMap::default();
    // Which grants have a name; a few of each are enough to show what covers another.
    let mut holders: HashMap<(&str, &str), Vec<&Grant<'_, '_>>, RandomState> = HashMap::default();
    for (grant, _) in grants.iter().zip(&duplicates).filter(|(_, duplicate)| !**duplicate) {
        for (_, name) in grant.names() {
            let holders = holders.entry((grant.permission.resource_type(), name)).or_default();
            if holders.len() < SHOWN {
                holders.push(grant);
            }
            let count = counts.entry((grant.permission.resource_type(), name)).or_default();
            for (bit, action) in DatabaseActions::ALL.iter().enumerate() {
                if let Some(count) = count.get_mut(bit).filter(|_| actions(grant).contains(action)) {
                    *count += 1;
                }
            }
        }
    }
    let union = |counts: &HashMap<(&str, &str), [u32; 5], RandomState>, key: &(&str, &str), at_least: u32| {
        let count = counts.get(key).copied().unwrap_or_default();
        let granted = DatabaseActions::ALL.iter().zip(count).filter(|(_, count)| *count >= at_least);
        granted.fold(DatabaseActions::EMPTY, |all, (action, _)| all | action)
    };
    hides(context, token, grants, |key| union(&counts, key, 1));
    let mut redundant = Vec::new();
    // From the last to the first, so that of several that cover each other the first stays.
    for (grant, _) in grants.iter().zip(&duplicates).rev().filter(|(_, duplicate)| !**duplicate) {
        let resource_type = grant.permission.resource_type();
        let covered = |name: &str| union(&counts, &(resource_type, name), 2).contains(actions(grant));
        if grant.names().all(|(_, name)| covered(name)) {
            for (_, name) in grant.names() {
                if let Some(count) = counts.get_mut(&(resource_type, name)) {
                    for (count, action) in count.iter_mut().zip(DatabaseActions::ALL.iter()) {
                        *count -= u32::from(actions(grant).contains(action));
                    }
                }
            }
            redundant.push(grant);
        }
    }
    for grant in redundant.into_iter().rev() {
        let place = grant.string.inner();
        context.find(Code::RedundantPermission, place, || {
            let message = "other permissions of the token cover this one";
            let mut found =
                finding(Code::RedundantPermission, place, At::Permission(token, grant.index), message);
            let resource_type = grant.permission.resource_type();
            let with_a_name =
                grant.names().filter_map(|(_, name)| holders.get(&(resource_type, name))).flatten();
            let covers = |other: &&&Grant<'_, '_>| {
                other.index != grant.index && !(actions(other) & actions(grant)).is_empty()
            };
            let mut covering: Vec<&Grant<'_, '_>> = with_a_name.filter(covers).take(SHOWN).copied().collect();
            covering.sort_unstable_by_key(|other| other.index);
            covering.dedup_by_key(|other| other.index);
            let label = if covering.len() > 1 { "this one covers a part" } else { "this one covers it" };
            for other in covering {
                found = found.label(other.string.inner(), label);
            }
            found.help("remove it").fix(remove_element(elements, grant.index))
        });
    }
}

/// Permissions that stand before in any order of their items; which ones.
fn duplicates(
    context: &mut Context<'_>,
    token: usize,
    grants: &[Grant<'_, '_>],
    elements: &[Span],
) -> Vec<bool> {
    let mut seen: HashMap<(&str, Vec<&str>, DatabaseActions), Span, RandomState> = HashMap::default();
    let mut duplicates = Vec::with_capacity(grants.len());
    for grant in grants {
        let mut names: Vec<&str> = grant.names().map(|(_, name)| name).collect();
        names.sort_unstable();
        names.dedup();
        let actions = grant.database_actions().unwrap_or(SYSTEM);
        let place = grant.string.inner();
        let first = *seen.entry((grant.permission.resource_type(), names, actions)).or_insert(place);
        duplicates.push(first != place);
        if first != place {
            context.find(Code::DuplicatePermission, place, || {
                let message = "the token has this permission already";
                finding(Code::DuplicatePermission, place, At::Permission(token, grant.index), message)
                    .label(first, "it stands here")
                    .help("remove it")
                    .fix(remove_element(elements, grant.index))
            });
        }
    }
    duplicates
}

/// Entries for one database that allow less than the one for all.
fn hides(
    context: &mut Context<'_>,
    token: usize,
    grants: &[Grant<'_, '_>],
    allowed: impl Fn(&(&str, &str)) -> DatabaseActions,
) {
    let all = allowed(&("db", "*"));
    let is_for_all = |grant: &&Grant<'_, '_>| matches!(&grant.permission, Permission::Database(permission) if permission.scope().is_all());
    let Some(for_all) = grants.iter().find(is_for_all).filter(|_| !all.is_empty()) else { return };
    let wildcard = for_all.names().next().map(|(span, _)| for_all.string.place(span)).unwrap_or_default();
    let mut told: HashSet<&str, RandomState> = HashSet::default();
    for grant in grants {
        if !matches!(&grant.permission, Permission::Database(permission) if !permission.scope().is_all()) {
            continue;
        }
        let mut places = grant.string.places();
        let hides = OnceCell::new();
        for (span, name) in grant.names() {
            // `db:*` does not reach `_internal` anyway, which has a finding of its own.
            if name == INTERNAL_DATABASE {
                continue;
            }
            let hidden = all - allowed(&("db", name));
            if hidden.is_empty() || !told.insert(name) {
                continue;
            }
            let place = places.place(span);
            context.find(Code::SpecificHidesWildcard, place, || {
                let shown = !*hides.get_or_init(|| mentions_token(grant.text)) && may_show(name, name);
                let database = if shown { format!("`{name}`") } else { "this database".into() };
                let message = format!(
                    "the token cannot {} {database}: the entry for one database hides the one for all",
                    spoken(hidden).replace(" and ", " or ")
                );
                let end = grant.string.inner().end();
                let more = Edit::new(Span::new(end, end), format!(",{hidden}"));
                finding(Code::SpecificHidesWildcard, place, At::Permission(token, grant.index), message)
                    .label(wildcard, "the entry for all")
                    .help("add the actions here too, if they are wanted")
                    .fix(Fix::new(Applicability::Ask, [more]))
            });
        }
    }
}
