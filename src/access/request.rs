//! A request for access.

use crate::permission::{DatabaseActions, SystemResource};

/// A request for access: one or more actions on one target.
///
/// The name of a database can be any text, which is compared byte by byte. An empty set of actions is denied.
///
/// ```
/// use influxdb3_offline_tokens::access::decide;
/// use influxdb3_offline_tokens::{AccessRequest, DatabaseActions, Permission, SystemResource};
///
/// let request = AccessRequest::Database("sensors", DatabaseActions::READ | DatabaseActions::WRITE);
/// assert_eq!(request.to_string(), "read,write on database `sensors`");
/// assert_eq!(AccessRequest::System(SystemResource::Health).to_string(), "read on system resource `health`");
///
/// let permissions = [Permission::parse("db:a:create")?, Permission::parse("db:b:read")?];
/// let is_allowed = |request| decide(&permissions, request).is_allowed();
/// assert!(is_allowed(AccessRequest::Database("a", DatabaseActions::CREATE)));
/// assert!(!is_allowed(AccessRequest::NewDatabase("a", DatabaseActions::CREATE))); // only `db:*` applies
/// assert!(is_allowed(AccessRequest::AnyDatabase(DatabaseActions::READ)));
/// assert!(!is_allowed(AccessRequest::AnyDatabase(DatabaseActions::CREATE | DatabaseActions::READ))); // no single entry
/// assert!(!is_allowed(AccessRequest::OtherDatabases(DatabaseActions::READ)));
/// # Ok::<(), influxdb3_offline_tokens::permission::ParsePermissionError>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum AccessRequest<'a> {
    /// Actions on a database that exists, by its name.
    ///
    /// Also use it if you do not know whether the database exists. If it does not, and has an exact
    /// entry, the decision differs from the server's: there, only `db:*` applies to it.
    Database(&'a str, DatabaseActions),
    /// Actions on a database that does not exist yet, by its name: `create`, or a write that would create it.
    NewDatabase(&'a str, DatabaseActions),
    /// Actions on all databases that no permission names, existing or not: only `db:*` applies. [`Rights::difference`]
    /// returns it.
    ///
    /// [`Rights::difference`]: crate::Rights::difference
    OtherDatabases(DatabaseActions),
    /// Actions on at least one database: an entry for databases must have all of them.
    AnyDatabase(DatabaseActions),
    /// A system resource. The only action is `read`.
    System(SystemResource),
}

impl AccessRequest<'_> {
    /// Returns the actions; `read` for a system resource.
    ///
    /// ```
    /// use influxdb3_offline_tokens::{AccessRequest, DatabaseActions, SystemResource};
    ///
    /// let ping = AccessRequest::System(SystemResource::Ping);
    /// assert_eq!(ping.actions(), DatabaseActions::READ);
    /// ```
    #[must_use]
    pub const fn actions(&self) -> DatabaseActions {
        match *self {
            Self::Database(_, actions)
            | Self::NewDatabase(_, actions)
            | Self::OtherDatabases(actions)
            | Self::AnyDatabase(actions) => actions,
            Self::System(_) => DatabaseActions::READ,
        }
    }
}
