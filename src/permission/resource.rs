//! The permissions on databases and on the server's endpoints.

use alloc::boxed::Box;
use core::fmt;

use crate::permission::{DatabaseActions, DatabaseNames, InvalidPermission, Scope, SystemResources};
use crate::secret::debug_as_text;

/// A permission on databases: their names or all, and at least one action.
///
/// ```
/// use influxdb3_offline_tokens::DatabaseActions;
/// use influxdb3_offline_tokens::permission::{DatabaseNames, DatabasePermission, Scope};
///
/// let names = DatabaseNames::new(["db1", "db2"])?;
/// let permission = DatabasePermission::new(Scope::Names(names), DatabaseActions::READ)?;
/// assert_eq!(permission.to_string(), "db:db1,db2:read");
/// # Ok::<(), influxdb3_offline_tokens::permission::InvalidPermission>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DatabasePermission<T = Box<str>> {
    pub(super) scope: Scope<DatabaseNames<T>>,
    pub(super) actions: DatabaseActions,
}

/// A permission to read the server's endpoints: their names or all. There is no other action.
///
/// ```
/// use influxdb3_offline_tokens::permission::{Scope, SystemPermission};
///
/// assert_eq!(SystemPermission::new(Scope::All).to_string(), "system:*:read");
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SystemPermission<T = Box<str>> {
    pub(super) scope: Scope<SystemResources<T>>,
}

impl DatabasePermission {
    /// Creates a permission to read the databases of `scope`: a name, several, or [`Scope::All`].
    ///
    /// ```
    /// use influxdb3_offline_tokens::{DatabaseActions, DatabaseName};
    /// use influxdb3_offline_tokens::permission::{DatabasePermission, Scope};
    ///
    /// let name = DatabaseName::parse("sensors")?;
    /// assert_eq!(DatabasePermission::read(name).to_string(), "db:sensors:read");
    /// let all = DatabasePermission::read(Scope::All).with_added_actions(DatabaseActions::CREATE);
    /// assert_eq!(all.to_string(), "db:*:create,read");
    /// # Ok::<(), influxdb3_offline_tokens::name::InvalidName>(())
    /// ```
    #[must_use]
    pub fn read(scope: impl Into<Scope<DatabaseNames>>) -> Self {
        Self { scope: scope.into(), actions: DatabaseActions::READ }
    }

    /// Creates a permission to write to the databases of `scope`: a name, several, or [`Scope::All`].
    ///
    /// ```
    /// use influxdb3_offline_tokens::DatabaseName;
    /// use influxdb3_offline_tokens::permission::DatabasePermission;
    ///
    /// let name = DatabaseName::parse("sensors")?;
    /// assert_eq!(DatabasePermission::write(name).to_string(), "db:sensors:write");
    /// # Ok::<(), influxdb3_offline_tokens::name::InvalidName>(())
    /// ```
    #[must_use]
    pub fn write(scope: impl Into<Scope<DatabaseNames>>) -> Self {
        Self { scope: scope.into(), actions: DatabaseActions::WRITE }
    }

    /// Returns the permission with these actions added.
    ///
    /// ```
    /// use influxdb3_offline_tokens::{DatabaseActions, DatabaseName};
    /// use influxdb3_offline_tokens::permission::DatabasePermission;
    ///
    /// let read = DatabasePermission::read(DatabaseName::parse("sensors")?);
    /// assert_eq!(read.with_added_actions(DatabaseActions::DELETE).to_string(), "db:sensors:read,delete");
    /// # Ok::<(), influxdb3_offline_tokens::name::InvalidName>(())
    /// ```
    #[must_use]
    pub fn with_added_actions(self, actions: DatabaseActions) -> Self {
        Self { actions: self.actions | actions, ..self }
    }

    /// Creates a permission on the databases of `scope`.
    ///
    /// ```
    /// use influxdb3_offline_tokens::DatabaseActions;
    /// use influxdb3_offline_tokens::permission::{DatabasePermission, Scope};
    ///
    /// let permission = DatabasePermission::new(Scope::All, DatabaseActions::WRITE)?;
    /// assert_eq!(permission.to_string(), "db:*:write");
    /// # Ok::<(), influxdb3_offline_tokens::permission::InvalidPermission>(())
    /// ```
    ///
    /// # Errors
    /// Returns an error if there is no action.
    pub fn new(scope: Scope<DatabaseNames>, actions: DatabaseActions) -> Result<Self, InvalidPermission> {
        if actions.is_empty() {
            return Err(InvalidPermission::NoActions);
        }
        // Invariant: at least one action.
        Ok(Self { scope, actions })
    }
}

impl<T> DatabasePermission<T> {
    /// Returns the databases.
    ///
    /// ```
    /// use influxdb3_offline_tokens::DatabaseActions;
    /// use influxdb3_offline_tokens::permission::{DatabasePermission, Scope};
    ///
    /// let permission = DatabasePermission::new(Scope::All, DatabaseActions::READ)?;
    /// assert!(permission.scope().is_all());
    /// # Ok::<(), influxdb3_offline_tokens::permission::InvalidPermission>(())
    /// ```
    #[must_use]
    pub const fn scope(&self) -> &Scope<DatabaseNames<T>> {
        &self.scope
    }

    /// Returns the actions; never empty.
    ///
    /// ```
    /// use influxdb3_offline_tokens::DatabaseActions;
    /// use influxdb3_offline_tokens::permission::{DatabasePermission, Scope};
    ///
    /// let permission = DatabasePermission::new(Scope::All, DatabaseActions::READ)?;
    /// assert_eq!(permission.actions(), DatabaseActions::READ);
    /// # Ok::<(), influxdb3_offline_tokens::permission::InvalidPermission>(())
    /// ```
    #[must_use]
    pub const fn actions(&self) -> DatabaseActions {
        self.actions
    }

    pub(super) fn map<'a, U>(&'a self, names: impl FnOnce(&'a T) -> U) -> DatabasePermission<U> {
        DatabasePermission { scope: self.scope.map(|list| list.map(names)), actions: self.actions }
    }
}

impl SystemPermission {
    /// Creates a permission to read the endpoints of `scope`.
    ///
    /// ```
    /// use influxdb3_offline_tokens::SystemResource;
    /// use influxdb3_offline_tokens::permission::{Scope, SystemPermission, SystemResources};
    ///
    /// let ping = SystemResources::new([SystemResource::Ping])?;
    /// assert_eq!(SystemPermission::new(Scope::Names(ping)).to_string(), "system:ping:read");
    /// # Ok::<(), influxdb3_offline_tokens::permission::InvalidPermission>(())
    /// ```
    #[must_use]
    pub const fn new(scope: Scope<SystemResources>) -> Self {
        Self { scope }
    }
}

impl<T> SystemPermission<T> {
    /// Returns the endpoints.
    ///
    /// ```
    /// use influxdb3_offline_tokens::permission::{Scope, SystemPermission};
    ///
    /// assert!(SystemPermission::new(Scope::All).scope().is_all());
    /// ```
    #[must_use]
    pub const fn scope(&self) -> &Scope<SystemResources<T>> {
        &self.scope
    }

    pub(super) fn map<'a, U>(&'a self, names: impl FnOnce(&'a T) -> U) -> SystemPermission<U> {
        SystemPermission { scope: self.scope.map(|list| list.map(names)) }
    }
}

impl<T: AsRef<str>> fmt::Display for DatabasePermission<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "db:{}:{}", self.scope.text(), self.actions)
    }
}

impl<T: AsRef<str>> fmt::Display for SystemPermission<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "system:{}:read", self.scope.text())
    }
}

debug_as_text!(DatabasePermission<T>, SystemPermission<T>);
