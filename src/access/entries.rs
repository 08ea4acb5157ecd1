//! The rules that decide a request by the entries of a token.

use crate::access::{AccessEntry, AccessRequest, Decision, DenyReason, EntryKey};
use crate::name::{INTERNAL_DATABASE, MAX_DATABASE_NAME};
use crate::permission::{DatabaseActions, Scope, SystemResource, SystemResources};

/// The entries for system resources and for all databases.
#[derive(Clone, Copy, Default)]
pub(super) struct Wildcards {
    /// The actions of `db:*`; empty if there is no such entry.
    pub(super) databases: DatabaseActions,
    // A bit for each system resource, and one for `system:*`.
    system: u8,
}

impl Wildcards {
    const ALL_SYSTEM: u8 = 1 << 7;

    const fn bit(resource: SystemResource) -> u8 {
        1 << resource as u8
    }

    pub(super) fn add_system(&mut self, scope: &Scope<SystemResources>) {
        self.system |= match scope {
            Scope::All => Self::ALL_SYSTEM,
            Scope::Names(resources) => resources.iter().fold(0, |bits, resource| bits | Self::bit(resource)),
        };
    }

    pub(super) const fn has_all_system(self) -> bool {
        self.system & Self::ALL_SYSTEM != 0
    }

    fn all_databases(self) -> Option<AccessEntry<'static>> {
        let entry = AccessEntry { key: EntryKey::AllDatabases, actions: self.databases };
        (!self.databases.is_empty()).then_some(entry)
    }

    pub(super) const fn system_entry(self, resource: SystemResource) -> Option<AccessEntry<'static>> {
        let key = if self.system & Self::bit(resource) != 0 {
            EntryKey::System(resource)
        } else if self.has_all_system() {
            EntryKey::AllSystemResources
        } else {
            return None;
        };
        Some(AccessEntry { key, actions: DatabaseActions::READ })
    }
}

/// Returns the entry of one database.
pub(super) const fn entry_of(name: &str, actions: DatabaseActions) -> AccessEntry<'_> {
    AccessEntry { key: EntryKey::Database(name), actions }
}

/// Decides a request by the wildcards, the exact entry of its database, and all exact entries.
pub(super) fn decide_by<'a, I: Iterator<Item = AccessEntry<'a>>>(
    request: AccessRequest<'_>,
    wildcards: Wildcards,
    exact: impl FnOnce(&str) -> Option<AccessEntry<'a>>,
    all_exact: impl FnOnce() -> I,
) -> Decision<'a> {
    let actions = request.actions();
    if actions.is_empty() {
        return Decision::Denied(DenyReason::NoActions);
    }
    let all = wildcards.all_databases();
    let by_all = |is_valid_name: bool| match all {
        Some(_) if !is_valid_name => Err(DenyReason::InvalidName),
        _ => all.ok_or(DenyReason::NoEntry),
    };
    let deciding = match request {
        AccessRequest::Database(INTERNAL_DATABASE, _) | AccessRequest::NewDatabase(INTERNAL_DATABASE, _) => {
            Err(DenyReason::Internal)
        }
        AccessRequest::Database(name, _) => exact(name).map_or_else(|| by_all(can_exist(name)), Ok),
        AccessRequest::NewDatabase(name, _) => by_all(can_exist(name)),
        AccessRequest::OtherDatabases(_) => by_all(true),
        AccessRequest::AnyDatabase(_) => {
            let mut entries = all.into_iter().chain(all_exact()).peekable();
            let denied =
                if entries.peek().is_some() { DenyReason::NowhereAllowed } else { DenyReason::NoEntry };
            entries.find(|entry| entry.actions.contains(actions)).ok_or(denied)
        }
        AccessRequest::System(resource) => wildcards.system_entry(resource).ok_or(DenyReason::NoEntry),
    };
    match deciding {
        Err(reason) => Decision::Denied(reason),
        Ok(entry) if entry.actions.contains(actions) => Decision::Allowed(entry),
        Ok(entry) => {
            let shadowed = all.filter(|all| all.actions.contains(actions));
            Decision::Denied(DenyReason::MissingActions { entry, missing: actions - entry.actions, shadowed })
        }
    }
}

/// Returns whether a database can have this name, by the most permissive rule of the server (server source).
fn can_exist(name: &str) -> bool {
    (1..=MAX_DATABASE_NAME).contains(&name.len())
        && name.chars().all(|c| c.is_alphanumeric() || matches!(c, '/' | '_' | '-'))
}
