//! The decision on a request: allowed or denied, with the reason.

use crate::access::AccessEntry;
use crate::expiry::Expiry;
use crate::permission::DatabaseActions;

/// The decision on a request: the entry that allows it, or the reason why it is denied.
///
/// ```
/// use influxdb3_offline_tokens::{AccessRequest, DatabaseActions, Permission};
/// use influxdb3_offline_tokens::access::decide;
///
/// let permissions = [Permission::parse("db:db1:read")?, Permission::parse("db:*:write")?];
/// let decision = decide(&permissions, AccessRequest::Database("db1", DatabaseActions::WRITE));
/// assert!(!decision.is_allowed());
/// assert_eq!(decision.to_string(), "denied: `db:db1:read` lacks `write`, and shadows `db:*:write`, which has it");
/// # Ok::<(), influxdb3_offline_tokens::permission::ParsePermissionError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[must_use]
pub enum Decision<'a> {
    /// Allowed, by this entry.
    Allowed(AccessEntry<'a>),
    /// Denied, for this reason.
    Denied(DenyReason<'a>),
}

impl<'a> Decision<'a> {
    /// Returns whether the request is allowed.
    ///
    /// ```
    /// use influxdb3_offline_tokens::{AccessRequest, DatabaseActions, Permission};
    /// use influxdb3_offline_tokens::access::decide;
    ///
    /// let permissions = [Permission::parse("db:sensors:read").unwrap()];
    /// let may = |actions| decide(&permissions, AccessRequest::Database("sensors", actions)).is_allowed();
    /// assert!(may(DatabaseActions::READ) && !may(DatabaseActions::WRITE));
    /// ```
    #[must_use]
    pub const fn is_allowed(&self) -> bool {
        matches!(self, Self::Allowed(_))
    }

    /// Returns the entry that decided: the one that allows the request or lacks an action.
    ///
    /// ```
    /// use influxdb3_offline_tokens::{AccessRequest, DatabaseActions, Permission};
    /// use influxdb3_offline_tokens::access::decide;
    ///
    /// let permissions = [Permission::parse("db:sensors:read").unwrap()];
    /// let entry = |name| decide(&permissions, AccessRequest::Database(name, DatabaseActions::WRITE)).entry();
    /// // The entry for `sensors` lacks `write`; for `alarms` there is none.
    /// assert!(entry("sensors").is_some() && entry("alarms").is_none());
    /// ```
    #[must_use]
    pub const fn entry(&self) -> Option<AccessEntry<'a>> {
        match self {
            Self::Allowed(entry) | Self::Denied(DenyReason::MissingActions { entry, .. }) => Some(*entry),
            Self::Denied(_) => None,
        }
    }

    /// Returns the reason; `None` if the request is allowed.
    ///
    /// ```
    /// use influxdb3_offline_tokens::{AccessRequest, DatabaseActions, Permission};
    /// use influxdb3_offline_tokens::access::{DenyReason, decide};
    ///
    /// let permissions = [Permission::parse("db:*:read").unwrap()];
    /// let decision = decide(&permissions, AccessRequest::Database("_internal", DatabaseActions::READ));
    /// assert_eq!(decision.reason(), Some(DenyReason::Internal));
    /// ```
    #[must_use]
    pub const fn reason(&self) -> Option<DenyReason<'a>> {
        match self {
            Self::Allowed(_) => None,
            Self::Denied(reason) => Some(*reason),
        }
    }
}

/// The reason why a request is denied.
///
/// It borrows from the identity or the authorizer. To keep it, use its `name()` or `to_string()`.
///
/// ```
/// use influxdb3_offline_tokens::{AccessRequest, DatabaseActions};
/// use influxdb3_offline_tokens::access::{DenyReason, decide};
///
/// let decision = decide(&[], AccessRequest::AnyDatabase(DatabaseActions::READ));
/// assert_eq!(decision.reason(), Some(DenyReason::NoEntry));
/// assert_eq!(DenyReason::NoEntry.name(), "no-entry");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum DenyReason<'a> {
    /// The token is not in the file: not authenticated.
    UnknownToken,
    /// The token expired at this time: not authenticated.
    Expired(Expiry),
    /// The request has no action. The server would allow it if an entry covers the target.
    NoActions,
    /// No database can have this name: it is not 1 to 511 bytes of letters, digits, `/`, `_` and `-` (server source).
    InvalidName,
    /// Only admin tokens can access `_internal`.
    Internal,
    /// No entry of the token covers the request.
    NoEntry,
    /// The deciding entry lacks an action.
    #[non_exhaustive]
    MissingActions {
        /// The entry.
        entry: AccessEntry<'a>,
        /// The missing actions.
        missing: DatabaseActions,
        /// The entry of `*` that would allow the request, but is shadowed by the exact entry.
        shadowed: Option<AccessEntry<'a>>,
    },
    /// The request is for any database, and no single entry has all of its actions.
    NowhereAllowed,
}

impl core::error::Error for DenyReason<'_> {}

impl DenyReason<'_> {
    /// Returns a permanent name for programs: `unknown-token`, `expired`, `no-actions`, `invalid-name`, `internal-database`,
    /// `no-entry`, `missing-action`, `shadowed-by-exact-entry`, `nowhere-allowed`.
    ///
    /// ```
    /// use influxdb3_offline_tokens::{AccessRequest, DatabaseActions, Permission};
    /// use influxdb3_offline_tokens::access::{DenyReason, decide};
    ///
    /// let permissions = ["db:a:read", "db:*:write"].map(|text| Permission::parse(text).unwrap());
    /// let decision = decide(&permissions, AccessRequest::Database("a", DatabaseActions::WRITE));
    /// assert_eq!(decision.reason().as_ref().map(DenyReason::name), Some("shadowed-by-exact-entry"));
    /// ```
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::UnknownToken => "unknown-token",
            Self::Expired(_) => "expired",
            Self::NoActions => "no-actions",
            Self::InvalidName => "invalid-name",
            Self::Internal => "internal-database",
            Self::NoEntry => "no-entry",
            Self::MissingActions { shadowed: None, .. } => "missing-action",
            Self::MissingActions { shadowed: Some(_), .. } => "shadowed-by-exact-entry",
            Self::NowhereAllowed => "nowhere-allowed",
        }
    }

    /// Returns whether the token is unknown or expired (HTTP 401), as opposed to lacking permission (403).
    ///
    /// ```
    /// use influxdb3_offline_tokens::{AccessRequest, DatabaseActions};
    /// use influxdb3_offline_tokens::access::{DenyReason, decide};
    ///
    /// let denied = decide(&[], AccessRequest::Database("a", DatabaseActions::READ));
    /// let status = |reason: DenyReason<'_>| if reason.is_unauthenticated() { 401 } else { 403 };
    /// assert_eq!(denied.reason().map(status), Some(403));
    /// assert_eq!(status(DenyReason::UnknownToken), 401);
    /// ```
    #[must_use]
    pub const fn is_unauthenticated(&self) -> bool {
        matches!(self, Self::UnknownToken | Self::Expired(_))
    }
}
