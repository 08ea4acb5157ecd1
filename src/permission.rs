//! Permissions, their scopes and their actions.
//!
//! # What is rejected
//!
//! Rejected here, as the server rejects it:
//!
//! | text | why |
//! |---|---|
//! | `db:NAME:*` | one page of the documentation shows it; the server answers "action not supported" (server source) |
//! | `*:*:*` | only admin tokens can have it (server source); 3.4 to 3.9 create a full admin token from it (inferred) |
//! | `db:NAME:drop`, `update`, `all`, `admin` | the server rejects them for resource tokens (server source) |
//! | `token:…` | exists inside the server, and is rejected for resource tokens (server source) |
//!
//! Rejected here, although the server at 3.10 accepts it:
//!
//! | text | why |
//! |---|---|
//! | `system: Health:read` | the server ignores case and spaces only here, and releases before 3.10 may panic (inferred) |
//! | `db:*,*:read` | a repeated `*` means `*`, and is one typo away from a mixed list, which the server rejects |
//! | a database name with `.`, a space, letters other than ASCII or a second `/`, or that starts with `_` or `-` | the HTTP write path rejects the name (server source) |

// In dependency order: a file imports only siblings above it.
mod error;
pub(crate) mod actions;
pub(crate) mod system_resource;
mod scope;
mod resource;
pub(crate) mod value;
mod parse;
mod variables;
mod diagnose;

use alloc::vec::Vec;
use core::ops::Range;

use thiserror::Error;

pub(crate) use self::actions::DatabaseActions;
pub(crate) use self::diagnose::Mistake;
pub use self::error::{ParsePermissionError, PermissionErrorKind, PermissionPart};
pub use self::resource::{DatabasePermission, SystemPermission};
pub use self::scope::{DatabaseNames, Scope, SystemResources};
pub(crate) use self::system_resource::SystemResource;
pub(crate) use self::value::Permission;
pub(crate) use self::variables::variables;
use crate::from_text::from_text;
use crate::name::InvalidName;

/// A permission that borrows its names from the parsed text, without an allocation.
///
/// ```
/// use influxdb3_offline_tokens::Permission;
/// use influxdb3_offline_tokens::permission::PermissionRef;
///
/// let permission: PermissionRef<'_> = Permission::parse_borrowed("system:health:read")?;
/// assert_eq!(permission.resource_type(), "system");
/// # Ok::<(), influxdb3_offline_tokens::permission::ParsePermissionError>(())
/// ```
pub type PermissionRef<'a> = Permission<&'a str>;

impl Permission {
    /// Parses a permission string, with at most one allocation.
    ///
    /// ```
    /// use influxdb3_offline_tokens::Permission;
    ///
    /// let permission = Permission::parse("db:sensors:read")?;
    /// assert_eq!(permission.to_string(), "db:sensors:read");
    /// let error = Permission::parse("db:sensors:raed").unwrap_err();
    /// assert_eq!(error.suggestion(), Some("read"));
    /// # Ok::<(), influxdb3_offline_tokens::permission::ParsePermissionError>(())
    /// ```
    ///
    /// # Errors
    /// Returns the first error if the text does not match the grammar (see the crate's documentation). [`Permission::errors`]
    /// returns all errors.
    pub fn parse(text: &str) -> Result<Self, ParsePermissionError> {
        Self::parse_borrowed(text).map(|permission| permission.to_owned())
    }

    /// Parses a permission string and borrows its names. Allocates only if it is invalid.
    ///
    /// ```
    /// use influxdb3_offline_tokens::Permission;
    ///
    /// let line = String::from("token-a db:sensors:read");
    /// let permission = Permission::parse_borrowed(line.split_at(8).1)?;
    /// assert_eq!(permission.resource_type(), "db");
    /// # Ok::<(), influxdb3_offline_tokens::permission::ParsePermissionError>(())
    /// ```
    ///
    /// # Errors
    /// Returns the same error as [`Permission::parse`].
    pub fn parse_borrowed(text: &str) -> Result<PermissionRef<'_>, ParsePermissionError> {
        parse::permission(text, |_| ()).ok_or_else(|| diagnose::first(text, diagnose::permission(text)))
    }

    /// Parses without diagnosing an invalid text, which takes longer.
    pub(crate) fn accept(text: &str) -> Option<PermissionRef<'_>> {
        parse::permission(text, |_| ())
    }

    /// As [`accept`](Self::accept); `name` receives the range of each name or `*`, including those before an error.
    #[inline]
    pub(crate) fn accept_names(text: &str, name: impl FnMut(Range<usize>)) -> Option<PermissionRef<'_>> {
        parse::permission(text, name)
    }

    /// Returns all errors of a permission string in source order; empty if it is valid.
    ///
    /// ```
    /// use influxdb3_offline_tokens::Permission;
    ///
    /// let text = "dbs:a,,b:red";
    /// let names: Vec<_> = Permission::errors(text).iter().map(|error| error.kind().name()).collect();
    /// assert_eq!(names, ["unknown-resource-type", "empty-item", "unknown-action"]);
    /// ```
    #[must_use]
    pub fn errors(text: &str) -> Vec<ParsePermissionError> {
        match parse::permission(text, |_| ()) {
            Some(_) => Vec::new(),
            None => diagnose::errors(text, diagnose::permission(text)).collect(),
        }
    }

    /// Returns the mistakes in an invalid text, in source order.
    pub(crate) fn mistakes(text: &str) -> Vec<Mistake> {
        diagnose::permission(text)
    }

    /// Creates `db:NAMES:read` from typed names: one, several, or [`Scope::All`].
    ///
    /// ```
    /// use influxdb3_offline_tokens::{DatabaseName, Permission};
    /// use influxdb3_offline_tokens::permission::{DatabaseNames, Scope};
    ///
    /// let mut names = DatabaseNames::from(DatabaseName::parse("sensors")?);
    /// names.extend([DatabaseName::parse("alarms")?]);
    /// assert_eq!(Permission::read(names).to_string(), "db:sensors,alarms:read");
    /// assert_eq!(Permission::read(Scope::All).to_string(), "db:*:read");
    /// # Ok::<(), influxdb3_offline_tokens::name::InvalidName>(())
    /// ```
    #[must_use]
    pub fn read(scope: impl Into<Scope<DatabaseNames>>) -> Self {
        Self::Database(DatabasePermission::read(scope))
    }

    /// Creates `db:NAMES:write` from typed names: one, several, or [`Scope::All`].
    ///
    /// ```
    /// use influxdb3_offline_tokens::{DatabaseName, Permission};
    ///
    /// assert_eq!(Permission::write(DatabaseName::parse("sensors")?).to_string(), "db:sensors:write");
    /// # Ok::<(), influxdb3_offline_tokens::name::InvalidName>(())
    /// ```
    #[must_use]
    pub fn write(scope: impl Into<Scope<DatabaseNames>>) -> Self {
        Self::Database(DatabasePermission::write(scope))
    }

    /// Creates `db:NAMES:read,write` from typed names: one, several, or [`Scope::All`]. For other actions, see
    /// [`DatabasePermission::with_added_actions`].
    ///
    /// ```
    /// use influxdb3_offline_tokens::{DatabaseName, Permission};
    ///
    /// assert_eq!(Permission::read_write(DatabaseName::parse("sensors")?).to_string(), "db:sensors:read,write");
    /// # Ok::<(), influxdb3_offline_tokens::name::InvalidName>(())
    /// ```
    #[must_use]
    pub fn read_write(scope: impl Into<Scope<DatabaseNames>>) -> Self {
        Self::Database(DatabasePermission::read(scope).with_added_actions(DatabaseActions::WRITE))
    }

    /// Creates `db:NAMES:ACTIONS`.
    ///
    /// ```
    /// use influxdb3_offline_tokens::{DatabaseActions, Permission};
    ///
    /// let permission = Permission::database(["db1"], DatabaseActions::READ | DatabaseActions::WRITE)?;
    /// assert_eq!(permission.to_string(), "db:db1:read,write");
    /// # Ok::<(), influxdb3_offline_tokens::permission::InvalidPermission>(())
    /// ```
    ///
    /// # Errors
    /// Returns an error if there is no name or no action, or the server's write path rejects a name.
    pub fn database<N: AsRef<str>>(
        names: impl IntoIterator<Item = N>,
        actions: DatabaseActions,
    ) -> Result<Self, InvalidPermission> {
        DatabasePermission::new(Scope::Names(DatabaseNames::new(names)?), actions).map(Self::Database)
    }

    /// Creates `db:*:ACTIONS`: all databases, including future ones. Releases 3.4 to 3.9 reject it in a tokens file
    /// (inferred).
    ///
    /// ```
    /// use influxdb3_offline_tokens::{DatabaseActions, Permission};
    ///
    /// assert_eq!(Permission::all_databases(DatabaseActions::READ)?.to_string(), "db:*:read");
    /// # Ok::<(), influxdb3_offline_tokens::permission::InvalidPermission>(())
    /// ```
    ///
    /// # Errors
    /// Returns an error if there is no action.
    pub fn all_databases(actions: DatabaseActions) -> Result<Self, InvalidPermission> {
        DatabasePermission::new(Scope::All, actions).map(Self::Database)
    }

    /// Creates `system:NAMES:read`.
    ///
    /// ```
    /// use influxdb3_offline_tokens::{Permission, SystemResource};
    ///
    /// let permission = Permission::system([SystemResource::Health, SystemResource::Metrics])?;
    /// assert_eq!(permission.to_string(), "system:health,metrics:read");
    /// # Ok::<(), influxdb3_offline_tokens::permission::InvalidPermission>(())
    /// ```
    ///
    /// # Errors
    /// Returns an error if there is no resource.
    pub fn system(resources: impl IntoIterator<Item = SystemResource>) -> Result<Self, InvalidPermission> {
        let resources = SystemResources::new(resources)?;
        Ok(Self::System(SystemPermission::new(Scope::Names(resources))))
    }

    /// Creates `system:*:read`: all endpoints.
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

impl Permission {
    /// Builds a permission from the parts of a valid text. `names` is `None` for `*`.
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
    /// # Ok::<(), influxdb3_offline_tokens::permission::ParsePermissionError>(())
    /// ```
    ///
    /// # Errors
    /// Returns an error if the list or an item is empty, or an action does not exist or cannot be granted.
    pub fn parse(text: &str) -> Result<Self, ParsePermissionError> {
        parse::database_actions(text).ok_or_else(|| diagnose::first(text, diagnose::actions(text)))
    }
}

from_text!(Permission, ParsePermissionError; DatabaseActions, ParsePermissionError; SystemResource, ParsePermissionError);

/// The error for a permission with invalid values.
///
/// ```
/// use influxdb3_offline_tokens::DatabaseActions;
/// use influxdb3_offline_tokens::permission::{DatabasePermission, InvalidPermission, Scope};
///
/// let permission = DatabasePermission::new(Scope::All, DatabaseActions::EMPTY);
/// assert_eq!(permission, Err(InvalidPermission::NoActions));
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum InvalidPermission {
    /// No action was given.
    #[error("a permission needs at least one action, such as `read`")]
    NoActions,
    /// No name was given.
    #[error("a permission needs at least one name, or `*`")]
    NoNames,
    /// A name that the server's write path rejects.
    #[error("invalid database name at index {index}: {error}")]
    #[non_exhaustive]
    Name {
        /// The index of the name, from 0.
        index: usize,
        /// The error of the name.
        error: InvalidName,
    },
}
