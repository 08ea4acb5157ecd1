//! Display of requests, entries and decisions.

use core::fmt;

use crate::access::{AccessEntry, AccessRequest, Decision, DenyReason, EntryKey};
use crate::secret::{debug_as_text, shown};

impl fmt::Display for AccessRequest<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let actions = if self.actions().is_empty() { "nothing" } else { self.actions().as_str() };
        match self {
            Self::Database(name, _) => write!(f, "{actions} on database {}", Quoted(name)),
            Self::NewDatabase(name, _) => write!(f, "{actions} on the new database {}", Quoted(name)),
            Self::OtherDatabases(_) => write!(f, "{actions} on any other database"),
            Self::AnyDatabase(_) => write!(f, "{actions} on any database"),
            Self::System(resource) => write!(f, "{actions} on system resource `{resource}`"),
        }
    }
}

debug_as_text!(AccessRequest<'_>, EntryKey<'_>);

impl fmt::Display for EntryKey<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Database(name) => write!(f, "db:{}", shown(name)),
            Self::AllDatabases => f.write_str("db:*"),
            Self::System(resource) => write!(f, "system:{resource}"),
            Self::AllSystemResources => f.write_str("system:*"),
        }
    }
}

impl fmt::Display for AccessEntry<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.key(), self.actions())
    }
}

impl fmt::Display for Decision<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Allowed(entry) => write!(f, "allowed by `{entry}`"),
            Self::Denied(reason) => write!(f, "denied: {reason}"),
        }
    }
}

impl fmt::Display for DenyReason<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::UnknownToken => f.write_str("no such token"),
            Self::Expired(expiry) => write!(f, "the token expired at {expiry}"),
            Self::NoActions => f.write_str("the request names no action"),
            Self::InvalidName => f.write_str("no database can have this name"),
            Self::Internal => f.write_str("only admin tokens can access `_internal`"),
            Self::NoEntry => f.write_str("no permission of the token covers this request"),
            Self::MissingActions { entry, missing, shadowed } => {
                write!(f, "`{entry}` lacks `{missing}`")?;
                shadowed.map_or(Ok(()), |shadowed| write!(f, ", and shadows `{shadowed}`, which has it"))
            }
            Self::NowhereAllowed => f.write_str("no single entry for databases has all of these actions"),
        }
    }
}

/// Displays a text in back-quotes, on one line, and redacted if it may contain a token.
pub(crate) struct Quoted<'a>(pub(crate) &'a str);

impl fmt::Display for Quoted<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}`", shown(self.0).escape_debug())
    }
}
