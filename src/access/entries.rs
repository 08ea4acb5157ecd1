//! The rules of the decision, once, over whatever can look entries up.

use std::collections::BTreeMap;
use std::time::SystemTime;

use crate::access::{AccessEntry, AccessRequest, Decision, DenyReason, EntryKey};
use crate::expiry::Expiry;
use crate::name::{INTERNAL_DATABASE, MAX_DATABASE_NAME, NAME_BYTES};
use crate::permission::{DatabaseActions, DatabasePermission, Permission, Scope, SystemResource};

/// A source of entries: a list of permissions, `Rights`, or a token of an `Authorizer`.
pub(super) trait Entries<'a> {
    /// The entry of exactly this database.
    fn exact(&self, name: &str) -> Option<AccessEntry<'a>>;
    /// The actions of `db:*`; empty where there is no such entry.
    fn all_databases(&self) -> DatabaseActions;
    /// The entry with the least name among those of databases that have all of `actions`.
    fn least_with(&self, actions: DatabaseActions) -> Option<AccessEntry<'a>>;
    /// Returns whether there is an entry of a database.
    fn has_exact(&self) -> bool;
    /// The bits of the system resources.
    fn system(&self) -> u8;
}

pub(super) fn decide_by<'a, E: Entries<'a> + ?Sized>(
    entries: &E,
    request: AccessRequest<'_>,
) -> Decision<'a> {
    if request.actions().is_empty() {
        return Decision::Denied(DenyReason::NoActions);
    }
    match request {
        AccessRequest::Database { name, .. } | AccessRequest::NewDatabase { name, .. }
            if name == INTERNAL_DATABASE =>
        {
            Decision::Denied(DenyReason::Internal)
        }
        AccessRequest::Database { name, actions } => match entries.exact(name) {
            Some(entry) => by_exact(entries, entry, actions),
            None => by_all(entries, Some(name), actions),
        },
        AccessRequest::NewDatabase { name, actions } => by_all(entries, Some(name), actions),
        AccessRequest::OtherDatabases { actions } => by_all(entries, None, actions),
        AccessRequest::AnyDatabase { actions } => anywhere(entries, actions),
        AccessRequest::System { resource } => {
            let (bits, bit) = (entries.system(), system_bit(resource));
            let allowed = |key| Decision::Allowed(AccessEntry { key, actions: DatabaseActions::READ });
            if bits & bit != 0 {
                allowed(EntryKey::System(resource))
            } else if bits & ALL_SYSTEM != 0 {
                allowed(EntryKey::AllSystemResources)
            } else {
                Decision::Denied(DenyReason::NoEntry)
            }
        }
    }
}

fn all<'a, E: Entries<'a> + ?Sized>(entries: &E) -> Option<AccessEntry<'a>> {
    let actions = entries.all_databases();
    (!actions.is_empty()).then_some(AccessEntry { key: EntryKey::AllDatabases, actions })
}

fn by_exact<'a, E: Entries<'a> + ?Sized>(
    entries: &E,
    entry: AccessEntry<'a>,
    actions: DatabaseActions,
) -> Decision<'a> {
    let missing = actions - entry.actions;
    if missing.is_empty() {
        return Decision::Allowed(entry);
    }
    let hidden = all(entries).filter(|all| all.actions.contains(actions));
    Decision::Denied(DenyReason::MissingActions { entry, missing, hidden })
}

fn by_all<'a, E: Entries<'a> + ?Sized>(
    entries: &E,
    name: Option<&str>,
    actions: DatabaseActions,
) -> Decision<'a> {
    let Some(entry) = all(entries) else {
        return Decision::Denied(DenyReason::NoEntry);
    };
    if name.is_some_and(|name| !can_be_a_name(name)) {
        return Decision::Denied(DenyReason::InvalidName);
    }
    let missing = actions - entry.actions;
    if missing.is_empty() {
        Decision::Allowed(entry)
    } else {
        Decision::Denied(DenyReason::MissingActions { entry, missing, hidden: None })
    }
}

fn anywhere<'a, E: Entries<'a> + ?Sized>(entries: &E, actions: DatabaseActions) -> Decision<'a> {
    let all = all(entries);
    let found = all.filter(|all| all.actions.contains(actions)).or_else(|| entries.least_with(actions));
    match found {
        Some(entry) => Decision::Allowed(entry),
        None if all.is_some() || entries.has_exact() => Decision::Denied(DenyReason::NowhereAllowed),
        None => Decision::Denied(DenyReason::NoEntry),
    }
}

// The widest rule that the server has for the name of a database, that of its internal type (server source): what it
// refuses cannot exist.
fn can_be_a_name(name: &str) -> bool {
    let plain = |byte: u8| NAME_BYTES.get(usize::from(byte)).is_some_and(|allowed| *allowed) || byte == b'/';
    (1..=MAX_DATABASE_NAME).contains(&name.len())
        && (name.bytes().all(plain)
            || name.chars().all(|c| c.is_alphanumeric() || matches!(c, '/' | '_' | '-')))
}

// A slice is looked up where it lies; only "any database" collects it.
impl<'a> Entries<'a> for &'a [Permission] {
    fn exact(&self, wanted: &str) -> Option<AccessEntry<'a>> {
        let same = self.iter().flat_map(|one| databases(one).1).filter(|(name, _)| *name == wanted);
        same.fold(None, |entry: Option<AccessEntry<'a>>, (name, actions)| {
            let actions = entry.map_or(actions, |entry| entry.actions | actions);
            Some(AccessEntry { key: EntryKey::Database(name), actions })
        })
    }

    fn all_databases(&self) -> DatabaseActions {
        let all = self.iter().filter_map(|one| databases(one).0);
        all.collect()
    }

    fn least_with(&self, actions: DatabaseActions) -> Option<AccessEntry<'a>> {
        let (name, actions) = exact_entries(self).into_iter().find(|(_, more)| more.contains(actions))?;
        Some(AccessEntry { key: EntryKey::Database(name), actions })
    }

    fn has_exact(&self) -> bool {
        self.iter().any(|one| databases(one).1.next().is_some())
    }

    fn system(&self) -> u8 {
        self.iter().fold(0, |bits, one| bits | system_bits(one))
    }
}

pub(super) fn is_over(expiry: Expiry, now: SystemTime) -> bool {
    !expiry.is_never() && expiry.is_past(now)
}

// The names of the databases in a permission, and whether it is for all of them.
pub(super) fn databases(
    permission: &Permission,
) -> (Option<DatabaseActions>, impl Iterator<Item = (&str, DatabaseActions)>) {
    let database = match permission {
        Permission::Database(permission) => Some(permission),
        Permission::System(_) => None,
    };
    let all = database.filter(|one| one.scope().is_all()).map(DatabasePermission::actions);
    let named = database.and_then(|one| Some((one.scope().names()?, one.actions())));
    let named = named.into_iter().flat_map(|(names, actions)| names.iter().map(move |name| (name, actions)));
    (all, named)
}

/// The exact entries, united by name.
pub(super) fn exact_entries(permissions: &[Permission]) -> BTreeMap<&str, DatabaseActions> {
    let mut entries: BTreeMap<_, DatabaseActions> = BTreeMap::new();
    for (name, actions) in permissions.iter().flat_map(|permission| databases(permission).1) {
        *entries.entry(name).or_default() |= actions;
    }
    entries
}

// The system resources in a permission as bits, `ALL_SYSTEM` for `*`.
fn system_bits(permission: &Permission) -> u8 {
    match permission {
        Permission::Database(_) => 0,
        Permission::System(permission) => match permission.scope() {
            Scope::All => ALL_SYSTEM,
            Scope::Names(names) => names.iter().fold(0, |bits, resource| bits | system_bit(resource)),
        },
    }
}

pub(super) const ALL_SYSTEM: u8 = 1 << 7;

pub(super) const fn system_bit(resource: SystemResource) -> u8 {
    match resource {
        SystemResource::Health => 1,
        SystemResource::Metrics => 1 << 1,
        SystemResource::Ping => 1 << 2,
        SystemResource::Ready => 1 << 3,
    }
}
