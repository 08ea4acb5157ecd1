//! The type `Permission`.

use alloc::boxed::Box;
use alloc::string::String;
use core::fmt;

use crate::permission::PermissionRef;
use crate::permission::resource::{DatabasePermission, SystemPermission};
use crate::secret::debug_as_text;

/// One permission string: `db:db1,db2:read,write` or `system:health:read`.
///
/// Names are in the order written; actions are a set. `T` stores the names: a `Box<str>`, or a `&str` of the parsed text
/// ([`PermissionRef`]). Equality and order compare type, names in their order, and actions. To compare what permissions
/// allow, use `Rights`.
///
/// ```
/// use influxdb3_offline_tokens::{DatabaseActions, Permission};
///
/// let permission = Permission::parse("db:sensors,alarms:write,read")?;
/// let Permission::Database(database) = &permission else { unreachable!() };
/// assert!(database.actions().contains(DatabaseActions::READ));
/// assert_eq!(permission.to_string(), "db:sensors,alarms:read,write");
/// # Ok::<(), influxdb3_offline_tokens::permission::ParsePermissionError>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Permission<T = Box<str>> {
    /// `db:…`: databases.
    Database(DatabasePermission<T>),
    /// `system:…`: the server's endpoints.
    System(SystemPermission<T>),
}

impl<T: AsRef<str>> Permission<T> {
    /// Returns `db` or `system`.
    ///
    /// ```
    /// use influxdb3_offline_tokens::Permission;
    ///
    /// assert_eq!(Permission::parse("db:*:read")?.resource_type(), "db");
    /// assert_eq!(Permission::parse("system:ping:read")?.resource_type(), "system");
    /// # Ok::<(), influxdb3_offline_tokens::permission::ParsePermissionError>(())
    /// ```
    #[must_use]
    pub const fn resource_type(&self) -> &'static str {
        match self {
            Self::Database(_) => "db",
            Self::System(_) => "system",
        }
    }

    /// Returns the same permission, borrowed.
    ///
    /// ```
    /// use influxdb3_offline_tokens::Permission;
    /// use influxdb3_offline_tokens::permission::PermissionRef;
    ///
    /// let owned = Permission::parse("db:a,b:write")?;
    /// let borrowed: PermissionRef<'_> = owned.as_ref();
    /// assert_eq!(borrowed, Permission::parse_borrowed("db:a,b:write")?);
    /// # Ok::<(), influxdb3_offline_tokens::permission::ParsePermissionError>(())
    /// ```
    #[must_use]
    pub fn as_ref(&self) -> PermissionRef<'_> {
        self.map(AsRef::as_ref)
    }

    /// Returns the same permission with owned names.
    ///
    /// ```
    /// use influxdb3_offline_tokens::Permission;
    ///
    /// let kept = Permission::parse_borrowed(&String::from("db:a:read"))?.to_owned();
    /// assert_eq!(kept, Permission::parse("db:a:read")?);
    /// # Ok::<(), influxdb3_offline_tokens::permission::ParsePermissionError>(())
    /// ```
    #[must_use]
    pub fn to_owned(&self) -> Permission {
        self.map(|names| names.as_ref().into())
    }

    fn map<'a, U>(&'a self, names: impl FnOnce(&'a T) -> U) -> Permission<U> {
        match self {
            Self::Database(permission) => Permission::Database(permission.map(names)),
            Self::System(permission) => Permission::System(permission.map(names)),
        }
    }

    /// Appends the canonical text, as [`Display`](fmt::Display) prints it.
    ///
    /// ```
    /// use influxdb3_offline_tokens::Permission;
    ///
    /// let mut text = String::from("-> ");
    /// Permission::parse("db:a:write,read")?.append_to(&mut text);
    /// assert_eq!(text, "-> db:a:read,write");
    /// # Ok::<(), influxdb3_offline_tokens::permission::ParsePermissionError>(())
    /// ```
    pub fn append_to(&self, text: &mut String) {
        let [resource_type, names, actions] = self.parts();
        for part in [resource_type, ":", names, ":", actions] {
            text.push_str(part);
        }
    }

    /// Returns the three parts of the canonical text.
    pub(crate) fn parts(&self) -> [&str; 3] {
        let (names, actions) = match self {
            Self::Database(permission) => (permission.scope().text(), permission.actions().as_str()),
            Self::System(permission) => (permission.scope().text(), "read"),
        };
        [self.resource_type(), names, actions]
    }
}

impl<T> From<DatabasePermission<T>> for Permission<T> {
    fn from(permission: DatabasePermission<T>) -> Self {
        Self::Database(permission)
    }
}

impl<T> From<SystemPermission<T>> for Permission<T> {
    fn from(permission: SystemPermission<T>) -> Self {
        Self::System(permission)
    }
}

impl<T: AsRef<str>> fmt::Display for Permission<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Database(permission) => permission.fmt(f),
            Self::System(permission) => permission.fmt(f),
        }
    }
}

debug_as_text!(Permission<T>);
