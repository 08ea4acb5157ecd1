//! The answer to a request: allowed or denied, and why.

use crate::access::AccessEntry;
use crate::expiry::Expiry;
use crate::permission::DatabaseActions;

/// Whether a request is allowed, and what decided it.
///
/// ```
/// use influxdb3_offline_tokens::{AccessRequest, DatabaseActions, Permission};
/// use influxdb3_offline_tokens::access::decide;
///
/// let permissions = [Permission::parse("db:db1:read")?, Permission::parse("db:*:write")?];
/// let decision = decide(&permissions, AccessRequest::database("db1", DatabaseActions::WRITE));
/// assert!(!decision.is_allowed());
/// assert_eq!(decision.to_string(), "denied: `db:db1:read` lacks `write`, and hides `db:*:write`, which has it");
/// # Ok::<(), influxdb3_offline_tokens::permission::ParsePermissionError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[must_use]
pub enum Decision<'a> {
    /// Allowed, by this entry.
    Allowed(AccessEntry<'a>),
    /// Denied, and why.
    Denied(DenyReason<'a>),
}

impl<'a> Decision<'a> {
    /// Returns whether it is allowed.
    ///
    /// ```
    /// use influxdb3_offline_tokens::{AccessRequest, DatabaseActions, Permission};
    /// use influxdb3_offline_tokens::access::decide;
    ///
    /// let permissions = [Permission::parse("db:sensors:read").unwrap()];
    /// let may = |actions| decide(&permissions, AccessRequest::database("sensors", actions)).is_allowed();
    /// assert!(may(DatabaseActions::READ) && !may(DatabaseActions::WRITE));
    /// ```
    #[must_use]
    pub const fn is_allowed(&self) -> bool {
        matches!(self, Self::Allowed(_))
    }

    /// The entry that decided: that allowed, or that lacks an action.
    ///
    /// ```
    /// use influxdb3_offline_tokens::{AccessRequest, DatabaseActions, Permission};
    /// use influxdb3_offline_tokens::access::decide;
    ///
    /// let permissions = [Permission::parse("db:sensors:read").unwrap()];
    /// let entry = |name| decide(&permissions, AccessRequest::database(name, DatabaseActions::WRITE)).entry();
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

    /// Why not; none where it is allowed.
    ///
    /// ```
    /// use influxdb3_offline_tokens::{AccessRequest, DatabaseActions, Permission};
    /// use influxdb3_offline_tokens::access::{DenyReason, decide};
    ///
    /// let permissions = [Permission::parse("db:*:read").unwrap()];
    /// let decision = decide(&permissions, AccessRequest::database("_internal", DatabaseActions::READ));
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

/// Why a request is denied. It borrows from the identity or the authorizer: keep its `name()` or `to_string()`.
///
/// ```
/// use influxdb3_offline_tokens::{AccessRequest, DatabaseActions};
/// use influxdb3_offline_tokens::access::{DenyReason, decide};
///
/// let decision = decide(&[], AccessRequest::any_database(DatabaseActions::READ));
/// assert_eq!(decision.reason(), Some(DenyReason::NoEntry));
/// assert_eq!(DenyReason::NoEntry.name(), "no-entry");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum DenyReason<'a> {
    /// The token is not in the file. Not authenticated.
    UnknownToken,
    /// The token ended then. Not authenticated.
    Expired(Expiry),
    /// The request names no action. The server would let an empty set pass; nothing is allowed here that no entry names.
    NoActions,
    /// The name is not 1 to 511 bytes of letters, digits, `/`, `_` and `-`, so that no request of the server names it (server
    /// source: the widest of its rules but that of the catalogue, which has none). `db:*` does not reach it.
    InvalidName,
    /// `_internal`, which only admin tokens reach.
    Internal,
    /// The token has no entry for this.
    NoEntry,
    /// The entry that decides lacks an action.
    #[non_exhaustive]
    MissingActions {
        /// The entry.
        entry: AccessEntry<'a>,
        /// What it lacks.
        missing: DatabaseActions,
        /// The entry of `*` that would allow the request, and that the exact entry hides.
        hidden: Option<AccessEntry<'a>>,
    },
    /// Any database was asked for, and no single entry has all of the actions.
    NowhereAllowed,
}

impl core::error::Error for DenyReason<'_> {}

impl DenyReason<'_> {
    /// A permanent name for programs: `unknown-token`, `expired`, `no-actions`, `invalid-name`, `internal-database`,
    /// `no-entry`, `missing-action`, `hidden-by-exact-entry`, `nowhere-allowed`.
    ///
    /// ```
    /// use influxdb3_offline_tokens::{AccessRequest, DatabaseActions, Permission};
    /// use influxdb3_offline_tokens::access::{DenyReason, decide};
    ///
    /// let permissions = ["db:a:read", "db:*:write"].map(|text| Permission::parse(text).unwrap());
    /// let decision = decide(&permissions, AccessRequest::database("a", DatabaseActions::WRITE));
    /// assert_eq!(decision.reason().as_ref().map(DenyReason::name), Some("hidden-by-exact-entry"));
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
            Self::MissingActions { hidden: None, .. } => "missing-action",
            Self::MissingActions { hidden: Some(_), .. } => "hidden-by-exact-entry",
            Self::NowhereAllowed => "nowhere-allowed",
        }
    }

    /// Returns whether the holder of the token is not known at all (HTTP 401), rather than not allowed (403).
    ///
    /// ```
    /// use influxdb3_offline_tokens::{AccessRequest, DatabaseActions};
    /// use influxdb3_offline_tokens::access::{DenyReason, decide};
    ///
    /// let denied = decide(&[], AccessRequest::database("a", DatabaseActions::READ));
    /// let status = |reason: DenyReason<'_>| if reason.is_unauthenticated() { 401 } else { 403 };
    /// assert_eq!(denied.reason().map(status), Some(403));
    /// assert_eq!(status(DenyReason::UnknownToken), 401);
    /// ```
    #[must_use]
    pub const fn is_unauthenticated(&self) -> bool {
        matches!(self, Self::UnknownToken | Self::Expired(_))
    }
}
