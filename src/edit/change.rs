//! What a change of a tokens file is.

use alloc::vec::Vec;

use crate::expiry::Expiry;
use crate::file::TokenEntry;
use crate::name::{DatabaseName, TokenName};
use crate::permission::Permission;
use crate::token::Token;

/// One change of a tokens file.
///
/// ```
/// use influxdb3_offline_tokens::{Change, Permission, TokenName, edit};
///
/// let text = br#"{"tokens": [{"token": "apiv3_a", "name": "app", "permissions": ["db:d:read"]}]}"#;
/// let permissions = vec![Permission::parse("db:d:read,write")?];
/// let change = Change::SetPermissions { name: TokenName::parse("app")?, permissions };
/// let changed = edit::apply(Some(text), &[change])?.unwrap();
/// assert!(changed.ends_with(br#""permissions": ["db:d:read,write"]}]}"#));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Change {
    /// Adds tokens at the end, all or none.
    Append {
        /// The tokens, in this order.
        entries: Vec<TokenEntry>,
        /// What to do where a name exists already.
        if_exists: IfExists,
    },
    /// Adds databases to `create_databases`; those that are there already are left out.
    CreateDatabases(Vec<DatabaseName>),
    /// Takes a token out.
    Remove(TokenName),
    /// Gives a token another secret under the same name. Its permissions and its expiry stay; for another expiry, let a
    /// [`SetExpiry`](Self::SetExpiry) follow. A server that has a token of this name keeps the old secret (server source, for
    /// the admin token file).
    Rotate {
        /// Which token.
        name: TokenName,
        /// The new secret.
        token: Token,
    },
    /// Adds a token with the permissions and the expiry of another, so that both are accepted for a while.
    RotateBeside {
        /// The token whose permissions and expiry are copied.
        name: TokenName,
        /// The name of the new token.
        new_name: TokenName,
        /// The secret of the new token.
        token: Token,
    },
    /// Sets when a token ends; none means never.
    SetExpiry {
        /// Which token.
        name: TokenName,
        /// The new expiry.
        expiry: Option<Expiry>,
    },
    /// Replaces what a token may do.
    SetPermissions {
        /// Which token.
        name: TokenName,
        /// The new permissions.
        permissions: Vec<Permission>,
    },
}

/// What to do where a token of the same name exists.
///
/// ```
/// use influxdb3_offline_tokens::{Change, IfExists, TokenFile, edit};
///
/// let text = br#"{"tokens": [{"token": "apiv3_a", "name": "app", "permissions": []}]}"#;
/// let entries = TokenFile::parse(text)?.tokens().to_vec();
/// let append = |if_exists| Change::Append { entries: entries.clone(), if_exists };
/// assert!(edit::apply(Some(text), &[append(IfExists::KeepIfSame)])?.is_none());
/// assert!(edit::apply(Some(text), &[append(IfExists::Refuse)]).is_err());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum IfExists {
    /// It is an error.
    #[default]
    Refuse,
    /// It is no error if the entry that is there has the same secret, the same expiry, and the same permissions in the same
    /// order. Nothing is changed then.
    KeepIfSame,
}
