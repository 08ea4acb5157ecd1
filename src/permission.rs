//! Permissions, their scopes and their actions.

// In dependency order: a file imports only siblings above it.
mod error;
mod actions;
mod scope;
mod resource;
mod parse;
mod variables;
mod diagnose;

use alloc::boxed::Box;
use alloc::string::{String, ToString as _};
use alloc::vec::Vec;
use core::fmt;
use core::str::FromStr;

use thiserror::Error;

pub use self::actions::{DatabaseActions, SystemActions};
#[cfg(feature = "std")]
pub(crate) use self::diagnose::{Mistake, stands_for_actions};
pub use self::error::{ParsePermissionError, PermissionErrorKind, PermissionPart};
pub use self::resource::{DatabasePermission, SystemPermission};
pub use self::scope::{DatabaseNames, Scope, SystemResource, SystemResources, UnknownSystemResource};
#[cfg(feature = "std")]
pub(crate) use self::variables::variables;
use crate::name::InvalidName;
use crate::secret::shown;

/// One permission string: `db:db1,db2:read,write` or `system:health:read`.
///
/// The names are kept in the order written, the actions as a set. `T` is where the names are kept: a `Box<str>`, or a
/// `&str` of the text that was parsed ([`PermissionRef`]). Two are equal only with their names in one order; what they allow
/// is compared by `Rights`.
///
/// ```
/// use influxdb3_offline_tokens::{DatabaseActions, Permission};
///
/// let permission = Permission::parse("db:sensors,alarms:write,read")?;
/// let Permission::Database(database) = &permission else { unreachable!() };
/// assert!(database.actions().contains(DatabaseActions::READ));
/// assert_eq!(permission.to_string(), "db:sensors,alarms:read,write");
/// # Ok::<(), influxdb3_offline_tokens::ParsePermissionError>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Permission<T = Box<str>> {
    /// `db:…`: databases.
    Database(DatabasePermission<T>),
    /// `system:…`: the server's endpoints.
    System(SystemPermission<T>),
}

/// A permission that borrows its names from the text that was parsed: nothing is allocated.
///
/// ```
/// use influxdb3_offline_tokens::{Permission, PermissionRef};
///
/// let permission: PermissionRef<'_> = Permission::parse_borrowed("system:health:read")?;
/// assert_eq!(permission.resource_type(), "system");
/// # Ok::<(), influxdb3_offline_tokens::ParsePermissionError>(())
/// ```
pub type PermissionRef<'a> = Permission<&'a str>;

impl Permission {
    /// Reads a permission string. One allocation at most.
    ///
    /// ```
    /// use influxdb3_offline_tokens::Permission;
    ///
    /// let permission = Permission::parse("db:sensors:read")?;
    /// assert_eq!(permission.to_string(), "db:sensors:read");
    /// let error = Permission::parse("db:sensors:raed").unwrap_err();
    /// assert_eq!(error.suggestion(), Some("read"));
    /// # Ok::<(), influxdb3_offline_tokens::ParsePermissionError>(())
    /// ```
    ///
    /// # Errors
    /// A text that is not of the grammar (see the crate's documentation): the error is the first one, with its place.
    /// [`Permission::errors`] gives all.
    pub fn parse(text: &str) -> Result<Self, ParsePermissionError> {
        Self::parse_borrowed(text).map(|permission| permission.to_owned())
    }

    /// Reads a permission string and borrows its names: no allocation unless it is wrong.
    ///
    /// ```
    /// use influxdb3_offline_tokens::Permission;
    ///
    /// let line = String::from("token-a db:sensors:read");
    /// let permission = Permission::parse_borrowed(line.split_at(8).1)?;
    /// assert_eq!(permission.resource_type(), "db");
    /// # Ok::<(), influxdb3_offline_tokens::ParsePermissionError>(())
    /// ```
    ///
    /// # Errors
    /// As [`Permission::parse`].
    pub fn parse_borrowed(text: &str) -> Result<PermissionRef<'_>, ParsePermissionError> {
        parse::permission(text).ok_or_else(|| diagnose::first(text))
    }

    /// The same without a word of what is wrong, which takes longer to find than that something is.
    #[cfg(feature = "std")]
    pub(crate) fn accept(text: &str) -> Option<PermissionRef<'_>> {
        parse::permission(text)
    }

    /// Everything that is wrong with a permission string, in the order of the text; nothing if it is right.
    ///
    /// ```
    /// use influxdb3_offline_tokens::Permission;
    ///
    /// let text = "dbs:a,,b:red";
    /// let wrong: Vec<_> = Permission::errors(text).iter().map(|error| error.kind().name()).collect();
    /// assert_eq!(wrong, ["unknown-resource-type", "empty-item", "unknown-action"]);
    /// ```
    #[must_use]
    pub fn errors(text: &str) -> Vec<ParsePermissionError> {
        if parse::permission(text).is_some() { Vec::new() } else { diagnose::all(text) }
    }

    /// The same of a text that is wrong, one by one and nearly in order.
    #[cfg(feature = "std")]
    pub(crate) fn each_mistake(text: &str, tell: impl FnMut(diagnose::Mistake)) {
        diagnose::each(text, tell);
    }

    /// `db:NAMES:ACTIONS`.
    ///
    /// ```
    /// use influxdb3_offline_tokens::{DatabaseActions, Permission};
    ///
    /// let permission = Permission::database(["db1"], DatabaseActions::READ | DatabaseActions::WRITE)?;
    /// assert_eq!(permission.to_string(), "db:db1:read,write");
    /// # Ok::<(), influxdb3_offline_tokens::InvalidPermission>(())
    /// ```
    ///
    /// # Errors
    /// No name, a name that the server's write path refuses, no action.
    pub fn database<N: AsRef<str>>(
        names: impl IntoIterator<Item = N>,
        actions: DatabaseActions,
    ) -> Result<Self, InvalidPermission> {
        DatabasePermission::new(Scope::Names(DatabaseNames::new(names)?), actions).map(Self::Database)
    }

    /// `db:*:ACTIONS`: all databases, also those to come. Releases 3.4 to 3.9 refuse it in a
    /// tokens file (inferred).
    ///
    /// ```
    /// use influxdb3_offline_tokens::{DatabaseActions, Permission};
    ///
    /// assert_eq!(Permission::all_databases(DatabaseActions::READ)?.to_string(), "db:*:read");
    /// # Ok::<(), influxdb3_offline_tokens::InvalidPermission>(())
    /// ```
    ///
    /// # Errors
    /// No action.
    pub fn all_databases(actions: DatabaseActions) -> Result<Self, InvalidPermission> {
        DatabasePermission::new(Scope::All, actions).map(Self::Database)
    }

    /// `system:NAMES:read`.
    ///
    /// ```
    /// use influxdb3_offline_tokens::{Permission, SystemResource};
    ///
    /// let permission = Permission::system([SystemResource::Health, SystemResource::Metrics])?;
    /// assert_eq!(permission.to_string(), "system:health,metrics:read");
    /// # Ok::<(), influxdb3_offline_tokens::InvalidPermission>(())
    /// ```
    ///
    /// # Errors
    /// No resource.
    pub fn system(resources: impl IntoIterator<Item = SystemResource>) -> Result<Self, InvalidPermission> {
        let resources = SystemResources::new(resources)?;
        Ok(Self::System(SystemPermission::new(Scope::Names(resources))))
    }

    /// `system:*:read`: all endpoints.
    ///
    /// ```
    /// use influxdb3_offline_tokens::Permission;
    ///
    /// assert_eq!(Permission::all_system_resources().to_string(), "system:*:read");
    /// ```
    #[must_use]
    pub const fn all_system_resources() -> Self {
        Self::System(SystemPermission::new(Scope::All))
    }
}

#[cfg(feature = "std")]
impl Permission {
    /// Builds a permission from the parts of a text that was accepted. Without names it is for all.
    #[inline]
    pub(crate) fn from_checked(is_database: bool, names: Option<&str>, actions: DatabaseActions) -> Self {
        if is_database {
            let scope = names.map_or(Scope::All, |names| Scope::Names(DatabaseNames::checked(names.into())));
            Self::Database(DatabasePermission { scope, actions })
        } else {
            let scope =
                names.map_or(Scope::All, |names| Scope::Names(SystemResources::checked(names.into())));
            Self::System(SystemPermission { scope })
        }
    }
}

impl DatabaseActions {
    /// Parses a list such as `read,write`.
    ///
    /// ```
    /// use influxdb3_offline_tokens::DatabaseActions;
    ///
    /// assert_eq!(DatabaseActions::parse("write,read")?, DatabaseActions::READ | DatabaseActions::WRITE);
    /// assert!(DatabaseActions::parse("all").is_err());
    /// # Ok::<(), influxdb3_offline_tokens::ParsePermissionError>(())
    /// ```
    ///
    /// # Errors
    /// An empty list or item, an action that does not exist or cannot be granted.
    pub fn parse(text: &str) -> Result<Self, ParsePermissionError> {
        parse::database_actions(text).ok_or_else(|| diagnose::first_action(text))
    }
}

impl<T: AsRef<str>> Permission<T> {
    /// `db` or `system`.
    ///
    /// ```
    /// use influxdb3_offline_tokens::Permission;
    ///
    /// assert_eq!(Permission::parse("db:*:read")?.resource_type(), "db");
    /// assert_eq!(Permission::parse("system:ping:read")?.resource_type(), "system");
    /// # Ok::<(), influxdb3_offline_tokens::ParsePermissionError>(())
    /// ```
    #[must_use]
    pub const fn resource_type(&self) -> &'static str {
        match self {
            Self::Database(_) => "db",
            Self::System(_) => "system",
        }
    }

    /// The same permission, borrowed.
    ///
    /// ```
    /// use influxdb3_offline_tokens::{Permission, PermissionRef};
    ///
    /// let owned = Permission::parse("db:a,b:write")?;
    /// let borrowed: PermissionRef<'_> = owned.as_ref();
    /// assert_eq!(borrowed, Permission::parse_borrowed("db:a,b:write")?);
    /// # Ok::<(), influxdb3_offline_tokens::ParsePermissionError>(())
    /// ```
    #[must_use]
    pub fn as_ref(&self) -> PermissionRef<'_> {
        match self {
            Self::Database(permission) => Permission::Database(permission.as_ref()),
            Self::System(permission) => Permission::System(permission.as_ref()),
        }
    }

    /// The same permission with names of its own.
    ///
    /// ```
    /// use influxdb3_offline_tokens::Permission;
    ///
    /// let kept = Permission::parse_borrowed(&String::from("db:a:read"))?.to_owned();
    /// assert_eq!(kept, Permission::parse("db:a:read")?);
    /// # Ok::<(), influxdb3_offline_tokens::ParsePermissionError>(())
    /// ```
    #[must_use]
    pub fn to_owned(&self) -> Permission {
        match self {
            Self::Database(permission) => Permission::Database(permission.to_owned()),
            Self::System(permission) => Permission::System(permission.to_owned()),
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
    /// # Ok::<(), influxdb3_offline_tokens::ParsePermissionError>(())
    /// ```
    pub fn append_to(&self, text: &mut String) {
        let (names, actions) = match self {
            Self::Database(permission) => {
                text.push_str("db:");
                (permission.scope().text(), permission.actions().text())
            }
            Self::System(permission) => {
                text.push_str("system:");
                (permission.scope().text(), permission.actions().text())
            }
        };
        text.push_str(names);
        text.push(':');
        text.push_str(actions);
    }
}

/// The error of a permission with invalid values.
///
/// ```
/// use influxdb3_offline_tokens::{DatabaseActions, DatabasePermission, InvalidPermission, Scope};
///
/// let permission = DatabasePermission::new(Scope::All, DatabaseActions::EMPTY);
/// assert_eq!(permission, Err(InvalidPermission::NoActions));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum InvalidPermission {
    /// No action was given.
    #[error("a permission needs at least one action")]
    NoActions,
    /// No name was given.
    #[error("a permission needs at least one name, or `*`")]
    NoNames,
    /// A name that the server's write path rejects.
    #[error("name {index} of the permission, counted from 0, is not a valid database name")]
    #[non_exhaustive]
    Name {
        /// The index of the name, from 0.
        index: usize,
        /// The error of the name.
        #[source]
        error: InvalidName,
    },
}

impl<T: AsRef<str>> fmt::Display for Permission<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Database(permission) => permission.fmt(f),
            Self::System(permission) => permission.fmt(f),
        }
    }
}

impl<T: AsRef<str>> fmt::Debug for Permission<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Permission({})", shown(&self.to_string()))
    }
}

impl FromStr for Permission {
    type Err = ParsePermissionError;

    fn from_str(text: &str) -> Result<Self, ParsePermissionError> {
        Self::parse(text)
    }
}

impl TryFrom<&str> for Permission {
    type Error = ParsePermissionError;

    fn try_from(text: &str) -> Result<Self, ParsePermissionError> {
        Self::parse(text)
    }
}
