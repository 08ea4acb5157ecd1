//! The rights that a list of permissions grants, with one entry per key.

use core::fmt;
use std::collections::BTreeMap;

use crate::access::entries::{Wildcards, decide_by, entry_of};
use crate::access::{AccessRequest, Decision, EntryKey};
use crate::name::INTERNAL_DATABASE;
use crate::permission::{DatabaseActions, Permission, Scope, SystemResource};

/// The rights that a list of permissions grants. They decide requests and can be compared.
///
/// ```
/// use influxdb3_offline_tokens::{DatabaseActions, Permission, Rights};
///
/// let permissions = [Permission::parse("db:db1:read")?, Permission::parse("db:*:write")?];
/// let rights = Rights::new(&permissions);
/// assert_eq!(rights.database("db1"), DatabaseActions::READ);
/// assert_eq!(rights.database("db2"), DatabaseActions::WRITE);
/// assert_eq!(rights.other_databases(), DatabaseActions::WRITE);
/// # Ok::<(), influxdb3_offline_tokens::permission::ParsePermissionError>(())
/// ```
#[derive(Clone, Default)]
pub struct Rights<'a> {
    // Invariant: no set of actions is empty.
    pub(super) exact: BTreeMap<&'a str, DatabaseActions>,
    pub(super) wildcards: Wildcards,
}

/// Rights are equal if they allow the same requests, as in [`Rights::is_equivalent`].
impl PartialEq for Rights<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.is_equivalent(other)
    }
}

impl Eq for Rights<'_> {}

impl fmt::Debug for Rights<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let named = self.exact.iter().map(|(name, actions)| (EntryKey::Database(name), *actions));
        let all = [(EntryKey::AllDatabases, self.other_databases())];
        let system = self.system_resources().map(|one| (EntryKey::System(one), DatabaseActions::READ));
        f.debug_map().entries(named.chain(all).chain(system)).finish()
    }
}

impl<'a> Rights<'a> {
    /// Combines the permissions by key, as the server does.
    ///
    /// ```
    /// use influxdb3_offline_tokens::{DatabaseActions, Permission, Rights};
    ///
    /// let permissions = [Permission::parse("db:a:read")?, Permission::parse("db:a:write")?];
    /// assert_eq!(Rights::new(&permissions).database("a"), DatabaseActions::READ | DatabaseActions::WRITE);
    /// # Ok::<(), influxdb3_offline_tokens::permission::ParsePermissionError>(())
    /// ```
    #[must_use]
    pub fn new(permissions: &'a [Permission]) -> Self {
        Self::of(permissions, |_| true)
    }

    /// Combines the permissions on the wanted databases.
    pub(super) fn of(permissions: &'a [Permission], is_wanted: impl Fn(&str) -> bool) -> Self {
        let mut rights = Self::default();
        for permission in permissions {
            match permission {
                Permission::Database(permission) => match permission.scope() {
                    Scope::All => rights.wildcards.databases |= permission.actions(),
                    Scope::Names(names) => {
                        for name in names.into_iter().filter(|name| is_wanted(name)) {
                            *rights.exact.entry(name).or_default() |= permission.actions();
                        }
                    }
                },
                Permission::System(permission) => rights.wildcards.add_system(permission.scope()),
            }
        }
        rights
    }

    /// Decides a request, as [`decide`](crate::access::decide) does.
    ///
    /// ```
    /// use influxdb3_offline_tokens::{AccessRequest, DatabaseActions, Permission, Rights};
    ///
    /// let permissions = [Permission::parse("db:*:read")?];
    /// let rights = Rights::new(&permissions);
    /// assert!(rights.decide(AccessRequest::AnyDatabase(DatabaseActions::READ)).is_allowed());
    /// # Ok::<(), influxdb3_offline_tokens::permission::ParsePermissionError>(())
    /// ```
    pub fn decide(&self, request: AccessRequest<'_>) -> Decision<'a> {
        let entry = |(name, actions): (&&'a str, &DatabaseActions)| entry_of(name, *actions);
        let exact = |name: &str| self.exact.get_key_value(name).map(entry);
        decide_by(request, self.wildcards, exact, || self.exact.iter().map(entry))
    }

    /// Returns the actions allowed on an existing database; none on `_internal`. An exact entry shadows `db:*`.
    ///
    /// ```
    /// use influxdb3_offline_tokens::{DatabaseActions, Permission, Rights};
    ///
    /// let permissions = [Permission::parse("db:a:read")?, Permission::parse("db:*:write")?];
    /// let rights = Rights::new(&permissions);
    /// assert_eq!(rights.database("a"), DatabaseActions::READ);
    /// assert_eq!(rights.database("b"), DatabaseActions::WRITE);
    /// assert!(rights.database("_internal").is_empty());
    /// # Ok::<(), influxdb3_offline_tokens::permission::ParsePermissionError>(())
    /// ```
    #[must_use]
    pub fn database(&self, name: &str) -> DatabaseActions {
        let allowed =
            |action: &DatabaseActions| self.decide(AccessRequest::Database(name, *action)).is_allowed();
        DatabaseActions::ALL.iter().filter(allowed).collect()
    }

    /// Returns the named databases, sorted, each with its allowed actions.
    ///
    /// ```
    /// use influxdb3_offline_tokens::{DatabaseActions, Permission, Rights};
    ///
    /// let permissions = [Permission::parse("db:b,a:read")?, Permission::parse("db:_internal:read")?];
    /// let rights = Rights::new(&permissions);
    /// let read = DatabaseActions::READ;
    /// let none = DatabaseActions::EMPTY;
    /// assert_eq!(rights.databases().collect::<Vec<_>>(), [("_internal", none), ("a", read), ("b", read)]);
    /// # Ok::<(), influxdb3_offline_tokens::permission::ParsePermissionError>(())
    /// ```
    pub fn databases(&self) -> impl Iterator<Item = (&'a str, DatabaseActions)> {
        let allowed =
            |name, actions| if name == INTERNAL_DATABASE { DatabaseActions::EMPTY } else { actions };
        self.exact.iter().map(move |(name, actions)| (*name, allowed(*name, *actions)))
    }

    /// Returns the actions allowed on all other databases except `_internal`, and on those that do not exist yet.
    ///
    /// ```
    /// use influxdb3_offline_tokens::{DatabaseActions, Permission, Rights};
    ///
    /// let permissions = [Permission::parse("db:a:write")?, Permission::parse("db:*:read")?];
    /// assert_eq!(Rights::new(&permissions).other_databases(), DatabaseActions::READ);
    /// # Ok::<(), influxdb3_offline_tokens::permission::ParsePermissionError>(())
    /// ```
    #[must_use]
    pub const fn other_databases(&self) -> DatabaseActions {
        self.wildcards.databases
    }

    /// Returns whether the system resource may be read.
    ///
    /// ```
    /// use influxdb3_offline_tokens::{Permission, Rights, SystemResource};
    ///
    /// let permissions = [Permission::parse("system:health,ping:read")?];
    /// let rights = Rights::new(&permissions);
    /// assert!(rights.system(SystemResource::Ping) && !rights.system(SystemResource::Metrics));
    /// # Ok::<(), influxdb3_offline_tokens::permission::ParsePermissionError>(())
    /// ```
    #[must_use]
    pub const fn system(&self, resource: SystemResource) -> bool {
        self.wildcards.system_entry(resource).is_some()
    }

    /// Returns the system resources that may be read.
    ///
    /// ```
    /// use influxdb3_offline_tokens::{Permission, Rights, SystemResource};
    ///
    /// let permissions = [Permission::parse("system:ping,health:read")?];
    /// let rights = Rights::new(&permissions);
    /// assert_eq!(rights.system_resources().collect::<Vec<_>>(), [SystemResource::Health, SystemResource::Ping]);
    /// assert!(!rights.system(SystemResource::Metrics));
    /// # Ok::<(), influxdb3_offline_tokens::permission::ParsePermissionError>(())
    /// ```
    pub fn system_resources(&self) -> impl Iterator<Item = SystemResource> {
        SystemResource::ALL.iter().copied().filter(|resource| self.system(*resource))
    }

    /// Returns whether these rights allow everything that `other` allows.
    ///
    /// ```
    /// use influxdb3_offline_tokens::{Permission, Rights};
    ///
    /// let wide = [Permission::parse("db:*:read,write")?];
    /// let narrow = [Permission::parse("db:*:read,write")?, Permission::parse("db:a:read")?];
    /// assert!(Rights::new(&wide).covers(&Rights::new(&narrow)));
    /// assert!(!Rights::new(&narrow).covers(&Rights::new(&wide)));
    /// # Ok::<(), influxdb3_offline_tokens::permission::ParsePermissionError>(())
    /// ```
    #[must_use]
    pub fn covers(&self, other: &Rights<'_>) -> bool {
        Rights::differences(other, self).next().is_none()
    }

    /// Returns whether both allow the same requests.
    ///
    /// ```
    /// use influxdb3_offline_tokens::{Permission, Rights};
    ///
    /// let one = [Permission::parse("db:a:read")?, Permission::parse("db:a:write")?];
    /// let other = [Permission::parse("db:a:write,read")?];
    /// assert!(Rights::new(&one).is_equivalent(&Rights::new(&other)));
    /// # Ok::<(), influxdb3_offline_tokens::permission::ParsePermissionError>(())
    /// ```
    #[must_use]
    pub fn is_equivalent(&self, other: &Rights<'_>) -> bool {
        self.covers(other) && other.covers(self)
    }

    /// Returns the requests that these rights allow and `other` does not, at most one for each target.
    ///
    /// [`AccessRequest::OtherDatabases`] means all databases that neither names.
    ///
    /// ```
    /// use influxdb3_offline_tokens::{AccessRequest, DatabaseActions, Permission, Rights};
    ///
    /// let old = [Permission::parse("db:a:read")?];
    /// let new = [Permission::parse("db:a:read,write")?];
    /// let gained = Rights::new(&new).difference(&Rights::new(&old));
    /// assert_eq!(gained.first(), Some(&AccessRequest::Database("a", DatabaseActions::WRITE)));
    /// # Ok::<(), influxdb3_offline_tokens::permission::ParsePermissionError>(())
    /// ```
    #[must_use]
    pub fn difference(&self, other: &Rights<'a>) -> Vec<AccessRequest<'a>> {
        self.differences(other).collect()
    }

    fn differences<'s>(&'s self, other: &'s Rights<'a>) -> impl Iterator<Item = AccessRequest<'a>> + 's {
        let only_there = other.exact.keys().filter(|name| !self.exact.contains_key(*name));
        let every = self.exact.keys().chain(only_there).copied().filter(|name| *name != INTERNAL_DATABASE);
        let actions_on = |rights: &Rights<'a>, name: &str| {
            rights.exact.get(name).copied().unwrap_or(rights.other_databases())
        };
        let more = |actions: DatabaseActions| (!actions.is_empty()).then_some(actions);
        let named = every.filter_map(move |name: &'a str| {
            more(actions_on(self, name) - actions_on(other, name))
                .map(|actions| AccessRequest::Database(name, actions))
        });
        let others =
            more(self.other_databases() - other.other_databases()).map(AccessRequest::OtherDatabases);
        let resources = SystemResource::ALL.iter().copied();
        let system =
            resources.filter(|one| self.system(*one) && !other.system(*one)).map(AccessRequest::System);
        // For "any database", only `_internal` can add a difference: every other entry is compared above.
        let internal = self.exact.get(INTERNAL_DATABASE).copied().map(AccessRequest::AnyDatabase);
        let any = internal.filter(|any| !other.decide(*any).is_allowed());
        named.chain(others).chain(any).chain(system)
    }

    /// Returns a short list of permissions that grants exactly these rights: `db:*`, then one permission for each set of
    /// actions, with its names sorted, then the system resources.
    ///
    /// Names with the same actions as `db:*` are omitted. A list of all system resources does not become `system:*`, because
    /// later releases may have more.
    ///
    /// ```
    /// use influxdb3_offline_tokens::{Permission, Rights};
    ///
    /// let long = ["db:b:read", "db:c:read", "db:c:write", "db:a:read"].map(|text| Permission::parse(text));
    /// let long = long.into_iter().collect::<Result<Vec<_>, _>>()?;
    /// let short: Vec<_> = Rights::new(&long).to_permissions().iter().map(ToString::to_string).collect();
    /// assert_eq!(short, ["db:a,b:read", "db:c:read,write"]);
    /// # Ok::<(), influxdb3_offline_tokens::permission::ParsePermissionError>(())
    /// ```
    #[must_use]
    pub fn to_permissions(&self) -> Vec<Permission> {
        let mut groups: BTreeMap<DatabaseActions, Vec<&str>> = BTreeMap::new();
        for (name, actions) in self.exact.iter().filter(|(name, actions)| self.needs(name, **actions)) {
            groups.entry(*actions).or_default().push(name);
        }
        // An error means no actions or names: nothing to grant.
        let all = Permission::all_databases(self.other_databases()).ok();
        let named =
            groups.into_iter().filter_map(|(actions, names)| Permission::database(names, actions).ok());
        let system = if self.wildcards.has_all_system() {
            Some(Permission::all_system_resources())
        } else {
            Permission::system(self.system_resources()).ok()
        };
        all.into_iter().chain(named).chain(system).collect()
    }

    /// Returns whether some decision would change without this exact entry.
    fn needs(&self, name: &str, actions: DatabaseActions) -> bool {
        if name != INTERNAL_DATABASE {
            return actions != self.other_databases();
        }
        // `_internal` counts only for "any database", and only if no other entry has its actions.
        let mut others = self.exact.iter().filter(|(other, _)| **other != name);
        !self.other_databases().contains(actions) && others.all(|(_, other)| !other.contains(actions))
    }
}
