//! A request for access.

use crate::permission::{DatabaseActions, SystemResource};

/// A request for access: one or more actions on one target.
///
/// The name of a database can be any text. It is compared byte by byte.
///
/// ```
/// use influxdb3_offline_tokens::{AccessRequest, DatabaseActions, SystemResource};
///
/// let request = AccessRequest::database("sensors", DatabaseActions::READ | DatabaseActions::WRITE);
/// assert_eq!(request.to_string(), "read,write on database `sensors`");
/// assert_eq!(AccessRequest::system(SystemResource::Health).to_string(), "read on system resource `health`");
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum AccessRequest<'a> {
    /// A database that exists.
    Database {
        /// Its name.
        name: &'a str,
        /// The actions; an empty set is denied.
        actions: DatabaseActions,
    },
    /// A database that does not exist yet: `create`, or a write that would create it.
    NewDatabase {
        /// Its name.
        name: &'a str,
        /// The actions; an empty set is denied.
        actions: DatabaseActions,
    },
    /// All databases that no permission names, existing or not: only `db:*` decides.
    OtherDatabases {
        /// The actions; an empty set is denied.
        actions: DatabaseActions,
    },
    /// At least one database: an entry for databases must have all actions.
    AnyDatabase {
        /// The actions; an empty set is denied.
        actions: DatabaseActions,
    },
    /// A system resource. The only action is `read`.
    System {
        /// The resource.
        resource: SystemResource,
    },
}

impl<'a> AccessRequest<'a> {
    /// Creates a request for a database that exists.
    ///
    /// Use it, too, if you do not know whether the database exists. It differs from the server only for a database that does
    /// not exist and has an exact entry: there, only `db:*` decides on the server.
    ///
    /// ```
    /// use influxdb3_offline_tokens::{AccessRequest, DatabaseActions, Permission};
    /// use influxdb3_offline_tokens::access::decide;
    ///
    /// let permissions = [Permission::parse("db:sensors:read")?];
    /// let request = AccessRequest::database("sensors", DatabaseActions::READ);
    /// assert!(decide(&permissions, request).is_allowed());
    /// # Ok::<(), influxdb3_offline_tokens::permission::ParsePermissionError>(())
    /// ```
    #[must_use]
    pub const fn database(name: &'a str, actions: DatabaseActions) -> Self {
        Self::Database { name, actions }
    }

    /// Creates a request for a database that does not exist yet.
    ///
    /// ```
    /// use influxdb3_offline_tokens::{AccessRequest, DatabaseActions, Permission};
    /// use influxdb3_offline_tokens::access::decide;
    ///
    /// let permissions = [Permission::parse("db:a:create")?];
    /// let create = DatabaseActions::CREATE;
    /// assert!(decide(&permissions, AccessRequest::database("a", create)).is_allowed());
    /// assert!(!decide(&permissions, AccessRequest::new_database("a", create)).is_allowed());
    /// # Ok::<(), influxdb3_offline_tokens::permission::ParsePermissionError>(())
    /// ```
    #[must_use]
    pub const fn new_database(name: &'a str, actions: DatabaseActions) -> Self {
        Self::NewDatabase { name, actions }
    }

    /// Creates a request for all databases that no permission names, existing or not. [`Rights::difference`] returns it.
    ///
    /// ```
    /// use influxdb3_offline_tokens::{AccessRequest, DatabaseActions, Permission};
    /// use influxdb3_offline_tokens::access::decide;
    ///
    /// let permissions = [Permission::parse("db:a:write")?, Permission::parse("db:*:read")?];
    /// let others = |actions| decide(&permissions, AccessRequest::other_databases(actions)).is_allowed();
    /// assert!(others(DatabaseActions::READ) && !others(DatabaseActions::WRITE));
    /// # Ok::<(), influxdb3_offline_tokens::permission::ParsePermissionError>(())
    /// ```
    ///
    /// [`Rights::difference`]: crate::Rights::difference
    #[must_use]
    pub const fn other_databases(actions: DatabaseActions) -> Self {
        Self::OtherDatabases { actions }
    }

    /// Creates a request for at least one database.
    ///
    /// ```
    /// use influxdb3_offline_tokens::{AccessRequest, DatabaseActions, Permission};
    /// use influxdb3_offline_tokens::access::decide;
    ///
    /// let permissions = [Permission::parse("db:a:read")?, Permission::parse("db:b:write")?];
    /// let any = |actions| decide(&permissions, AccessRequest::any_database(actions)).is_allowed();
    /// assert!(any(DatabaseActions::WRITE) && !any(DatabaseActions::READ | DatabaseActions::WRITE));
    /// # Ok::<(), influxdb3_offline_tokens::permission::ParsePermissionError>(())
    /// ```
    #[must_use]
    pub const fn any_database(actions: DatabaseActions) -> Self {
        Self::AnyDatabase { actions }
    }

    /// Creates a request to read a system resource.
    ///
    /// ```
    /// use influxdb3_offline_tokens::{AccessRequest, Permission, SystemResource};
    /// use influxdb3_offline_tokens::access::decide;
    ///
    /// let permissions = [Permission::parse("system:metrics:read")?];
    /// let may = |resource| decide(&permissions, AccessRequest::system(resource)).is_allowed();
    /// assert!(may(SystemResource::Metrics) && !may(SystemResource::Health));
    /// # Ok::<(), influxdb3_offline_tokens::permission::ParsePermissionError>(())
    /// ```
    #[must_use]
    pub const fn system(resource: SystemResource) -> Self {
        Self::System { resource }
    }

    /// Returns the actions; `read` for a system resource.
    ///
    /// ```
    /// use influxdb3_offline_tokens::{AccessRequest, DatabaseActions, SystemResource};
    ///
    /// let ping = AccessRequest::system(SystemResource::Ping);
    /// assert_eq!(ping.actions(), DatabaseActions::READ);
    /// ```
    #[must_use]
    pub const fn actions(&self) -> DatabaseActions {
        match *self {
            Self::Database { actions, .. }
            | Self::NewDatabase { actions, .. }
            | Self::OtherDatabases { actions }
            | Self::AnyDatabase { actions } => actions,
            Self::System { .. } => DatabaseActions::READ,
        }
    }
}
