//! The wording of requests, entries and decisions.

use core::fmt;

use crate::access::{AccessEntry, AccessRequest, Decision, DenyReason, EntryKey};
use crate::expiry::Expiry;
use crate::token::TOKEN_PREFIX;

impl fmt::Display for AccessRequest<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let actions = Actions(self.actions().as_str());
        match self {
            Self::Database { name, .. } => write!(f, "{actions} on database {}", Quoted(name)),
            Self::NewDatabase { name, .. } => write!(f, "{actions} on the new database {}", Quoted(name)),
            Self::OtherDatabases { .. } => write!(f, "{actions} on any other database"),
            Self::AnyDatabase { .. } => write!(f, "{actions} on any database"),
            Self::System { resource } => write!(f, "{actions} on system resource `{resource}`"),
        }
    }
}

impl fmt::Debug for AccessRequest<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "AccessRequest({self})")
    }
}

impl fmt::Debug for EntryKey<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "EntryKey({self})")
    }
}

impl fmt::Display for EntryKey<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            // A token that was pasted where a database belongs.
            Self::Database(name) if name.contains(TOKEN_PREFIX) => f.write_str("db:[redacted]"),
            Self::Database(name) => write!(f, "db:{name}"),
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
            Self::Expired(expiry) => write!(f, "the token expired at {}", Moment(*expiry)),
            Self::NoActions => f.write_str("no action is asked for"),
            Self::InvalidName => f.write_str("no database can have this name"),
            Self::Internal => {
                f.write_str("only an admin token reaches `_internal`, whatever a permission says")
            }
            Self::NoEntry => f.write_str("no permission of the token covers this request"),
            Self::MissingActions { entry, missing, hidden: None } => {
                write!(f, "`{entry}` lacks `{missing}`")
            }
            Self::MissingActions { entry, missing, hidden: Some(hidden) } => {
                write!(f, "`{entry}` lacks `{missing}`, and hides `{hidden}`, which has it")
            }
            Self::NowhereAllowed => f.write_str("no single entry for databases has all of these actions"),
        }
    }
}

struct Actions(&'static str);

impl fmt::Display for Actions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.0.is_empty() { "nothing" } else { self.0 })
    }
}

/// An expiry as a time; one that no calendar holds as milliseconds.
pub(super) struct Moment(pub(super) Expiry);

impl fmt::Display for Moment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = std::string::ToString::to_string(&self.0);
        if text.ends_with('Z') { f.write_str(&text) } else { write!(f, "{text} ms") }
    }
}

/// A text of the user in back-quotes: on one line, and hidden where it could hold a token.
pub(crate) struct Quoted<'a>(pub(crate) &'a str);

impl fmt::Display for Quoted<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.contains(TOKEN_PREFIX) {
            return f.write_str("`[redacted]`");
        }
        write!(f, "`{}`", self.0.escape_debug())
    }
}

impl fmt::Debug for Quoted<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}
