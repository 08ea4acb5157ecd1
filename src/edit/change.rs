//! Changes of a tokens file.

use alloc::vec::Vec;

use crate::expiry::Expiry;
use crate::file::TokenEntry;
use crate::name::{DatabaseName, TokenName};
use crate::permission::Permission;
use crate::token::Token;

/// One change of a tokens file.
///
/// ```
/// use influxdb3_offline_tokens::{Permission, TokenName, edit};
/// use influxdb3_offline_tokens::edit::Change;
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
        /// The behaviour if a name already exists.
        if_exists: IfExists,
    },
    /// Adds databases to `create_databases`, except for those that are already there.
    CreateDatabases(Vec<DatabaseName>),
    /// Removes a token.
    Remove(TokenName),
    /// Replaces the secret of a token. Its name, permissions and expiry stay; for another expiry, add a
    /// [`SetExpiry`](Self::SetExpiry). A server that has a token with this name keeps the old secret (server source, for the
    /// admin token file).
    Rotate {
        /// Which token.
        name: TokenName,
        /// The new secret.
        token: Token,
    },
    /// Adds a token with the permissions and the expiry of another, so that both are valid for a while.
    RotateBeside {
        /// The token whose permissions and expiry are copied.
        name: TokenName,
        /// The name of the new token.
        new_name: TokenName,
        /// The secret of the new token.
        token: Token,
    },
    /// Sets the expiry of a token; `None` means never.
    SetExpiry {
        /// Which token.
        name: TokenName,
        /// The new expiry.
        expiry: Option<Expiry>,
    },
    /// Replaces the permissions of a token.
    SetPermissions {
        /// Which token.
        name: TokenName,
        /// The new permissions.
        permissions: Vec<Permission>,
    },
}

/// The behaviour if a token with the same name exists.
///
/// ```
/// use influxdb3_offline_tokens::{TokenFile, edit};
/// use influxdb3_offline_tokens::edit::{Change, IfExists};
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
    /// Returns an error.
    #[default]
    Refuse,
    /// Keeps the existing entry if it has the same secret, the same expiry, and the same permissions in the same order;
    /// otherwise returns an error.
    KeepIfSame,
}
