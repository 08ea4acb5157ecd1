//! The smallest list of permissions that allows the same.

use std::collections::BTreeMap;
use std::vec;
use std::vec::Vec;

use crate::access::Rights;
use crate::access::entries::ALL_SYSTEM;
use crate::name::INTERNAL_DATABASE;
use crate::permission::{DatabaseActions, Permission};

// Names with the same actions go together, so that at most 31 groups are left. A permission gives one set of actions to
// its names; the fewest sets whose unions make the sets of all groups are sought. Any group is a union of the five single
// actions, so that five are always enough, and at most four have to be looked for: 36,000 combinations at worst.
pub(super) fn smallest(rights: &Rights<'_>) -> Vec<Permission> {
    let mut groups: BTreeMap<DatabaseActions, Vec<&str>> = BTreeMap::new();
    for (name, actions) in needed(rights) {
        groups.entry(actions).or_default().push(name);
    }
    let mut permissions: Vec<Permission> = Permission::all_databases(rights.all).into_iter().collect();
    for (actions, mut names) in spread(&groups) {
        names.sort_unstable();
        permissions.extend(Permission::database(names, actions));
    }
    if rights.system & ALL_SYSTEM != 0 {
        permissions.push(Permission::all_system_resources());
    } else {
        // None at all is no permission: that is the error, and it adds nothing.
        permissions.extend(Permission::system(rights.system_resources()));
    }
    permissions
}

// The exact entries without which a decision would change.
fn needed<'a>(rights: &Rights<'a>) -> impl Iterator<Item = (&'a str, DatabaseActions)> {
    rights.exact.iter().map(|(name, actions)| (*name, *actions)).filter(|(name, actions)| {
        if *name == INTERNAL_DATABASE {
            // It counts for "any database" alone, and only where no other entry has as much.
            let other = rights.exact.iter().any(|(other, more)| other != name && more.contains(*actions));
            !other && !rights.all.contains(*actions)
        } else {
            *actions != rights.all
        }
    })
}

type Groups<'a> = BTreeMap<DatabaseActions, Vec<&'a str>>;

fn spread<'a>(groups: &Groups<'a>) -> Groups<'a> {
    let mut spread = Groups::new();
    let basis = basis(groups);
    for (wanted, names) in groups {
        for part in parts(&basis, *wanted).unwrap_or_default() {
            spread.entry(part).or_default().extend(names);
        }
    }
    spread
}

// The fewest sets that make all groups; of several choices the one that repeats the fewest names.
fn basis(groups: &Groups<'_>) -> Vec<DatabaseActions> {
    let candidates: Vec<DatabaseActions> = every_set().collect();
    for count in 0..groups.len().min(DatabaseActions::ALL.len()) {
        let mut best = None;
        search(&candidates, count, &mut Vec::new(), groups, &mut best);
        if let Some((_, basis)) = best {
            return basis;
        }
    }
    // Not with fewer: then each group by itself, or each action by itself.
    if groups.len() <= DatabaseActions::ALL.len() {
        groups.keys().copied().collect()
    } else {
        DatabaseActions::ALL.iter().collect()
    }
}

// All sets of actions but the empty one.
fn every_set() -> impl Iterator<Item = DatabaseActions> {
    let mut sets = vec![DatabaseActions::EMPTY];
    for action in DatabaseActions::ALL.iter() {
        let with: Vec<_> = sets.iter().map(|set| *set | action).collect();
        sets.extend(with);
    }
    sets.into_iter().filter(|set| !set.is_empty())
}

type Best = Option<(usize, Vec<DatabaseActions>)>;

fn search(
    candidates: &[DatabaseActions],
    more: usize,
    chosen: &mut Vec<DatabaseActions>,
    groups: &Groups<'_>,
    best: &mut Best,
) {
    if more == 0 {
        let cost = |(wanted, names): (&DatabaseActions, &Vec<&str>)| {
            parts(chosen, *wanted).map(|parts| parts.len() * names.len())
        };
        if let Some(cost) = groups.iter().map(cost).sum::<Option<usize>>()
            && best.as_ref().is_none_or(|(least, _)| cost < *least)
        {
            *best = Some((cost, chosen.clone()));
        }
        return;
    }
    let mut rest = candidates;
    while let [first, after @ ..] = rest {
        rest = after;
        chosen.push(*first);
        search(rest, more - 1, chosen, groups, best);
        chosen.pop();
    }
}

// The fewest of the chosen sets whose union is exactly the wanted one.
fn parts(chosen: &[DatabaseActions], wanted: DatabaseActions) -> Option<Vec<DatabaseActions>> {
    let fitting: Vec<DatabaseActions> = chosen.iter().copied().filter(|set| wanted.contains(*set)).collect();
    let union = |sets: &[DatabaseActions]| sets.iter().copied().collect::<DatabaseActions>();
    if union(&fitting) != wanted {
        return None;
    }
    let picks = (0_u32..1 << fitting.len()).map(|pick| {
        let picked = fitting.iter().enumerate().filter(move |(at, _)| pick >> at & 1 == 1);
        picked.map(|(_, set)| *set).collect::<Vec<_>>()
    });
    picks.filter(|sets| union(sets) == wanted).min_by_key(Vec::len)
}
