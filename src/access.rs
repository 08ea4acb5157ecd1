//! Decisions about access, as the server makes them.
//!
//! The rules (server source, 3.10):
//!
//! 1. The actions of all permissions on the same key (one database, or `*`) form one entry. Their order has no effect.
//! 2. For an existing database, the entry with exactly its name applies; `db:*` applies only if there is none. **The exact
//!    entry shadows `db:*`; they are not combined**: `db:db1:read` and `db:*:write` deny writing to `db1`.
//! 3. The entry that applies must have all actions of the request.
//! 4. For a database that does not exist yet, only `db:*` applies.
//! 5. A request for any database is allowed if one entry has all actions. `db:_internal:read` counts as such an entry: the
//!    server makes no exception for `_internal` here.
//! 6. For a system resource, the exact entry applies, or else `system:*`.
//! 7. `_internal` is always denied: it needs an admin token, and a tokens file has none.
//! 8. Without an entry, the request is denied. An unknown or expired token is denied everything.
//!
//! # Limitations
//! The server binds a permission to the database that exists when the token is created. A database that is deleted and
//! created again with the same name is not covered. A file does not show that.
//!
//! This crate is stricter than the server in two cases. It denies a request without actions, and `db:*` does not cover a name
//! that no database can have ([`DenyReason::NoActions`], [`DenyReason::InvalidName`]).

// In dependency order: a file imports only siblings above it.
pub(crate) mod request;
pub(crate) mod decision;
mod text;
mod entries;
pub(crate) mod rights;
mod difference;
mod identity;
mod authorization;
pub(crate) mod authorizer;

use std::time::SystemTime;

pub use self::authorization::{InvalidAuthorization, PresentedToken};
pub(crate) use self::decision::Decision;
pub use self::decision::DenyReason;
pub use self::difference::{DifferenceKind, FileDifference, RightsChange, TokenDifference};
pub use self::identity::Identity;
pub(crate) use self::request::AccessRequest;
pub(crate) use self::rights::Rights;
pub(crate) use self::text::Quoted;
use crate::file::{TokenEntry, TokenFile};
use crate::permission::{DatabaseActions, Permission, SystemResource};

/// The key of an entry: the databases or system resources that it applies to.
///
/// ```
/// use influxdb3_offline_tokens::access::EntryKey;
///
/// assert_eq!(EntryKey::Database("sensors").to_string(), "db:sensors");
/// assert_eq!(EntryKey::AllDatabases.to_string(), "db:*");
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum EntryKey<'a> {
    /// One database.
    Database(&'a str),
    /// `db:*`
    AllDatabases,
    /// One system resource.
    System(SystemResource),
    /// `system:*`
    AllSystemResources,
}

/// The combined permissions of a token on one key, which the server looks up.
///
/// ```
/// use influxdb3_offline_tokens::{AccessRequest, DatabaseActions, Permission};
/// use influxdb3_offline_tokens::access::decide;
///
/// let permissions = [Permission::parse("db:a,b:read")?, Permission::parse("db:a:write")?];
/// let decision = decide(&permissions, AccessRequest::Database("a", DatabaseActions::WRITE));
/// let entry = decision.entry().expect("allowed by an entry");
/// assert_eq!(entry.to_string(), "db:a:read,write");
/// assert_eq!(entry.sources(&permissions).collect::<Vec<_>>(), [0, 1]);
/// # Ok::<(), influxdb3_offline_tokens::permission::ParsePermissionError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct AccessEntry<'a> {
    key: EntryKey<'a>,
    actions: DatabaseActions,
}

impl<'a> AccessEntry<'a> {
    /// Returns the key.
    ///
    /// ```
    /// use influxdb3_offline_tokens::{AccessRequest, DatabaseActions, Permission};
    /// use influxdb3_offline_tokens::access::{EntryKey, decide};
    ///
    /// let permissions = [Permission::parse("db:*:read")?];
    /// let decision = decide(&permissions, AccessRequest::Database("sensors", DatabaseActions::READ));
    /// assert_eq!(decision.entry().map(|entry| entry.key()), Some(EntryKey::AllDatabases));
    /// # Ok::<(), influxdb3_offline_tokens::permission::ParsePermissionError>(())
    /// ```
    #[must_use]
    pub const fn key(&self) -> EntryKey<'a> {
        self.key
    }

    /// Returns the allowed actions; `read` for system resources.
    ///
    /// ```
    /// use influxdb3_offline_tokens::{AccessRequest, DatabaseActions, Permission};
    /// use influxdb3_offline_tokens::access::decide;
    ///
    /// let permissions = [Permission::parse("db:a:read")?, Permission::parse("db:a:write")?];
    /// let entry = decide(&permissions, AccessRequest::Database("a", DatabaseActions::READ)).entry();
    /// let both = DatabaseActions::READ | DatabaseActions::WRITE;
    /// assert_eq!(entry.map(|entry| entry.actions()), Some(both));
    /// # Ok::<(), influxdb3_offline_tokens::permission::ParsePermissionError>(())
    /// ```
    #[must_use]
    pub const fn actions(&self) -> DatabaseActions {
        self.actions
    }

    /// Returns the indices, from 0, of the permissions that form the entry. `permissions` must be the list that the decision
    /// was based on.
    ///
    /// ```
    /// use influxdb3_offline_tokens::{AccessRequest, DatabaseActions, Permission};
    /// use influxdb3_offline_tokens::access::decide;
    ///
    /// let permissions = ["db:a:read", "db:b:read", "db:a:write"].map(|text| Permission::parse(text).unwrap());
    /// let decision = decide(&permissions, AccessRequest::Database("a", DatabaseActions::WRITE));
    /// let entry = decision.entry().unwrap();
    /// assert!(entry.sources(&permissions).eq([0, 2]));
    /// ```
    pub fn sources(&self, permissions: &[Permission]) -> impl Iterator<Item = usize> {
        let key = self.key;
        permissions
            .iter()
            .enumerate()
            .filter(move |(_, permission)| is_part_of(permission, key))
            .map(|(at, _)| at)
    }
}

/// Returns whether a permission is part of the entry with this key.
fn is_part_of(permission: &Permission, key: EntryKey<'_>) -> bool {
    match (permission, key) {
        (Permission::Database(permission), EntryKey::Database(name)) => {
            permission.scope().names().is_some_and(|names| names.contains(name))
        }
        (Permission::Database(permission), EntryKey::AllDatabases) => permission.scope().is_all(),
        (Permission::System(permission), EntryKey::System(resource)) => {
            permission.scope().names().is_some_and(|names| names.contains(resource))
        }
        (Permission::System(permission), EntryKey::AllSystemResources) => permission.scope().is_all(),
        _ => false,
    }
}

/// Decides a request with a list of permissions, as the server does.
///
/// For many requests, [`Rights`] and [`Authorizer`](crate::Authorizer) are faster: they read the permissions only once.
///
/// ```
/// use influxdb3_offline_tokens::{AccessRequest, DatabaseActions, Permission};
/// use influxdb3_offline_tokens::access::decide;
///
/// let permissions = [Permission::parse("db:db1:read")?, Permission::parse("db:*:write")?];
/// let may = |name| decide(&permissions, AccessRequest::Database(name, DatabaseActions::WRITE)).is_allowed();
/// assert!(!may("db1") && may("db2"));
/// # Ok::<(), influxdb3_offline_tokens::permission::ParsePermissionError>(())
/// ```
pub fn decide<'a>(permissions: &'a [Permission], request: AccessRequest<'_>) -> Decision<'a> {
    let is_wanted = |name: &str| match request {
        AccessRequest::Database(wanted, _) => name == wanted,
        AccessRequest::AnyDatabase(_) => true,
        _ => false,
    };
    Rights::of(permissions, is_wanted).decide(request)
}

impl TokenEntry {
    /// Decides a request of this token at `now`. An expired token is denied everything.
    ///
    /// ```
    /// use std::time::SystemTime;
    /// use influxdb3_offline_tokens::{AccessRequest, Expiry, SystemResource, Token, TokenEntry, TokenName};
    ///
    /// let entry = TokenEntry::new(TokenName::parse("old")?, Token::generate()?);
    /// let entry = entry.with_expiry(Some(Expiry::from_millis(0)));
    /// let decision = entry.decide(AccessRequest::System(SystemResource::Ping), SystemTime::now());
    /// assert_eq!(decision.to_string(), "denied: the token expired at 1970-01-01T00:00:00Z");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn decide(&self, request: AccessRequest<'_>, now: SystemTime) -> Decision<'_> {
        match self.expiry() {
            Some(expiry) if !expiry.is_never() && expiry.is_past(now) => {
                Decision::Denied(DenyReason::Expired(expiry))
            }
            _ => decide(self.permissions(), request),
        }
    }

    /// Returns the rights of the token, regardless of its expiry.
    ///
    /// ```
    /// use influxdb3_offline_tokens::{DatabaseActions, Permission, Token, TokenEntry, TokenName};
    ///
    /// let entry = TokenEntry::new(TokenName::parse("app")?, Token::generate()?)
    ///     .with_permissions([Permission::parse("db:*:read")?]);
    /// assert_eq!(entry.rights().other_databases(), DatabaseActions::READ);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn rights(&self) -> Rights<'_> {
        Rights::new(self.permissions())
    }
}

impl TokenFile {
    /// Returns the tokens that allow the request at `now`, in file order, each with the entry that allows it.
    ///
    /// ```
    /// use std::time::SystemTime;
    /// use influxdb3_offline_tokens::{AccessRequest, DatabaseActions, Permission, Token, TokenEntry, TokenFile};
    /// use influxdb3_offline_tokens::TokenName;
    ///
    /// let entry = TokenEntry::new(TokenName::parse("app")?, Token::generate()?)
    ///     .with_permissions([Permission::parse("db:sensors:write")?]);
    /// let file = TokenFile::new([], [entry])?;
    /// let request = AccessRequest::Database("sensors", DatabaseActions::WRITE);
    /// let (token, by) = file.who_can(request, SystemTime::now()).next().expect("one");
    /// assert_eq!((token.name().as_str(), by.to_string().as_str()), ("app", "db:sensors:write"));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn who_can<'a>(
        &'a self,
        request: AccessRequest<'_>,
        now: SystemTime,
    ) -> impl Iterator<Item = (&'a TokenEntry, AccessEntry<'a>)> {
        self.tokens().iter().filter_map(move |token| match token.decide(request, now) {
            Decision::Allowed(entry) => Some((token, entry)),
            Decision::Denied(_) => None,
        })
    }
}
