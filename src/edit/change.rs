//! The type `Change`.

use core::fmt;

use crate::edit::error::shown;
use crate::expiry::Expiry;
use crate::file::TokenEntry;
use crate::name::{DatabaseName, TokenName};
use crate::permission::Permission;
use crate::token::Token;

/// A change to a tokens file. `Display` describes it; neither `Display` nor `Debug` contains a secret.
///
/// ```
/// use influxdb3_offline_tokens::{Permission, TokenName, edit};
/// use influxdb3_offline_tokens::edit::Change;
///
/// let text = br#"{"tokens": [{"token": "apiv3_a", "name": "app", "permissions": ["db:d:read"]}]}"#;
/// let change = Change::set_permissions(TokenName::parse("app")?, [Permission::parse("db:d:read,write")?]);
/// assert_eq!(change.to_string(), "set the permissions of token `app` to `db:d:read,write`");
/// let changed = edit::apply(Some(text), &[change])?.unwrap();
/// assert!(changed.ends_with(br#""permissions": ["db:d:read,write"]}]}"#));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct Change(pub(super) ChangeKind);

/// The content of a [`Change`].
#[derive(Clone, Debug)]
pub(super) enum ChangeKind {
    Append { entries: Vec<TokenEntry>, keep_if_same: bool },
    Remove(TokenName),
    Rename { name: TokenName, new_name: TokenName },
    Rotate { name: TokenName, token: Token, beside: Option<TokenName>, if_sha512: Option<Sha512> },
    SetExpiry { name: TokenName, expiry: Option<Expiry> },
    SetPermissions { name: TokenName, permissions: Vec<Permission> },
    CreateDatabases(Vec<DatabaseName>),
    DropDatabases(Vec<DatabaseName>),
}

/// A digest that `Debug` redacts, because it would help to guess a weak secret.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) struct Sha512(pub(super) [u8; 64]);

impl fmt::Debug for Sha512 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[hash]")
    }
}

impl Change {
    /// Adds tokens at the end, all or none. A name that already exists is an error, unless
    /// [`keep_if_same`](Self::keep_if_same) allows it. Without tokens, it only creates a missing file.
    ///
    /// ```
    /// use influxdb3_offline_tokens::{Token, TokenEntry, TokenFile, TokenName, edit};
    /// use influxdb3_offline_tokens::edit::Change;
    ///
    /// let entry = TokenEntry::new(TokenName::parse("app")?, Token::generate()?);
    /// let text = edit::apply(None, &[Change::append([entry])])?.unwrap();
    /// assert!(TokenFile::parse(&text)?.get("app").is_some());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn append(entries: impl IntoIterator<Item = TokenEntry>) -> Self {
        Self(ChangeKind::Append { entries: entries.into_iter().collect(), keep_if_same: false })
    }

    /// Keeps an existing token if it is equal to the one to append, with its permissions in the same order. Any other token
    /// with that name is still an error. Only [`append`](Self::append) has this option.
    ///
    /// ```
    /// use influxdb3_offline_tokens::{TokenFile, edit};
    /// use influxdb3_offline_tokens::edit::Change;
    ///
    /// let text = br#"{"tokens": [{"token": "apiv3_a", "name": "app", "permissions": []}]}"#;
    /// let append = Change::append(TokenFile::parse(text)?.tokens().to_vec());
    /// assert!(edit::apply(Some(text), &[append.clone().keep_if_same()])?.is_none());
    /// assert!(edit::apply(Some(text), &[append]).is_err());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn keep_if_same(mut self) -> Self {
        if let ChangeKind::Append { keep_if_same, .. } = &mut self.0 {
            *keep_if_same = true;
        }
        self
    }

    /// Replaces the secret of a token. Its name, permissions and expiry are unchanged; see
    /// [`set_expiry`](Self::set_expiry). A server that has a token with this name keeps the old secret (server source, for
    /// the admin token file).
    ///
    /// ```
    /// use influxdb3_offline_tokens::{Token, TokenFile, TokenName, edit};
    /// use influxdb3_offline_tokens::edit::Change;
    ///
    /// let text = br#"{"tokens": [{"token": "apiv3_a", "name": "app", "permissions": []}]}"#;
    /// let rotate = Change::rotate(TokenName::parse("app")?, Token::parse("apiv3_b")?);
    /// let text = edit::apply(Some(text), &[rotate])?.unwrap();
    /// assert!(TokenFile::parse(&text)?.tokens()[0].token().matches("apiv3_b"));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub const fn rotate(name: TokenName, token: Token) -> Self {
        Self(ChangeKind::Rotate { name, token, beside: None, if_sha512: None })
    }

    /// Keeps the old token, and adds the new one under another name with the same permissions and expiry. Both are then
    /// valid. Only [`rotate`](Self::rotate) has this option.
    ///
    /// ```
    /// use influxdb3_offline_tokens::{Token, TokenFile, TokenName, edit};
    /// use influxdb3_offline_tokens::edit::Change;
    ///
    /// let text = br#"{"tokens": [{"token": "apiv3_a", "name": "app", "permissions": []}]}"#;
    /// let rotate = Change::rotate(TokenName::parse("app")?, Token::generate()?).beside(TokenName::parse("app-2")?);
    /// let file = TokenFile::parse(&edit::apply(Some(text), &[rotate])?.unwrap())?;
    /// assert!(file.get("app").is_some() && file.get("app-2").is_some());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn beside(mut self, new_name: TokenName) -> Self {
        if let ChangeKind::Rotate { beside, .. } = &mut self.0 {
            *beside = Some(new_name);
        }
        self
    }

    /// Rotates only if the old secret has this [`sha512`](Token::sha512). If two programs rotate the same secret, the
    /// second gets [`ChangeError::SecretChanged`](super::ChangeError::SecretChanged). Only [`rotate`](Self::rotate) has
    /// this option.
    ///
    /// ```
    /// use influxdb3_offline_tokens::{Token, TokenName, edit};
    /// use influxdb3_offline_tokens::edit::{Change, ChangeError};
    ///
    /// let text = br#"{"tokens": [{"token": "apiv3_a", "name": "app", "permissions": []}]}"#;
    /// let (name, old) = (TokenName::parse("app")?, Token::parse("apiv3_a")?.sha512());
    /// let rotate = || Ok::<_, Box<dyn std::error::Error>>(Change::rotate(name.clone(), Token::generate()?).if_sha512(old));
    /// let text = edit::apply(Some(text), &[rotate()?])?.unwrap();
    /// assert_eq!(edit::apply(Some(&text), &[rotate()?]).unwrap_err(), ChangeError::SecretChanged(name.clone()));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn if_sha512(mut self, digest: [u8; 64]) -> Self {
        if let ChangeKind::Rotate { if_sha512, .. } = &mut self.0 {
            *if_sha512 = Some(Sha512(digest));
        }
        self
    }

    /// Sets the expiry of a token; `None` means that it never expires.
    ///
    /// ```
    /// use influxdb3_offline_tokens::{Expiry, TokenName, edit};
    /// use influxdb3_offline_tokens::edit::Change;
    ///
    /// let text = br#"{"tokens":[{"token":"apiv3_a","name":"app","permissions":[]}]}"#;
    /// let change = Change::set_expiry(TokenName::parse("app")?, Some(Expiry::parse("2030-01-01T00:00:00Z")?));
    /// let changed = edit::apply(Some(text), &[change])?.unwrap();
    /// assert!(changed.ends_with(br#""permissions":[],"expiry_millis":1893456000000}]}"#));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub const fn set_expiry(name: TokenName, expiry: Option<Expiry>) -> Self {
        Self(ChangeKind::SetExpiry { name, expiry })
    }

    /// Replaces the permissions of a token.
    ///
    /// ```
    /// use influxdb3_offline_tokens::{Permission, TokenName, edit};
    /// use influxdb3_offline_tokens::edit::Change;
    ///
    /// let text = br#"{"tokens": [{"token": "apiv3_a", "name": "app", "permissions": []}]}"#;
    /// let change = Change::set_permissions(TokenName::parse("app")?, [Permission::parse("db:d:read")?]);
    /// let changed = edit::apply(Some(text), &[change])?.unwrap();
    /// assert!(changed.ends_with(br#""permissions": ["db:d:read"]}]}"#));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn set_permissions(name: TokenName, permissions: impl IntoIterator<Item = Permission>) -> Self {
        Self(ChangeKind::SetPermissions { name, permissions: permissions.into_iter().collect() })
    }

    /// Removes a token.
    ///
    /// ```
    /// use influxdb3_offline_tokens::{TokenName, edit};
    /// use influxdb3_offline_tokens::edit::Change;
    ///
    /// let text = br#"{"tokens": [{"token": "apiv3_a", "name": "app", "permissions": []}]}"#;
    /// let changed = edit::apply(Some(text), &[Change::remove(TokenName::parse("app")?)])?.unwrap();
    /// assert_eq!(&*changed, br#"{"tokens": []}"#);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub const fn remove(name: TokenName) -> Self {
        Self(ChangeKind::Remove(name))
    }

    /// Renames a token. Its secret, permissions and expiry are unchanged.
    ///
    /// ```
    /// use influxdb3_offline_tokens::{TokenFile, TokenName, edit};
    /// use influxdb3_offline_tokens::edit::Change;
    ///
    /// let text = br#"{"tokens": [{"token": "apiv3_a", "name": "app", "permissions": []}]}"#;
    /// let rename = Change::rename(TokenName::parse("app")?, TokenName::parse("collector")?);
    /// let text = edit::apply(Some(text), &[rename])?.unwrap();
    /// assert_eq!(TokenFile::parse(&text)?.tokens()[0].name(), &"collector");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub const fn rename(name: TokenName, new_name: TokenName) -> Self {
        Self(ChangeKind::Rename { name, new_name })
    }

    /// Adds databases to `create_databases`, except for existing ones.
    ///
    /// ```
    /// use influxdb3_offline_tokens::{DatabaseName, edit};
    /// use influxdb3_offline_tokens::edit::Change;
    ///
    /// let text = br#"{"create_databases": ["a"], "tokens": []}"#;
    /// let change = Change::create_databases([DatabaseName::parse("a")?, DatabaseName::parse("b")?]);
    /// let changed = edit::apply(Some(text), &[change])?.unwrap();
    /// assert_eq!(&*changed, br#"{"create_databases": ["a", "b"], "tokens": []}"#);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn create_databases(names: impl IntoIterator<Item = DatabaseName>) -> Self {
        Self(ChangeKind::CreateDatabases(names.into_iter().collect()))
    }

    /// Removes databases from `create_databases`; unknown ones are ignored. Permissions and the databases of a running
    /// server are unchanged.
    ///
    /// ```
    /// use influxdb3_offline_tokens::{DatabaseName, edit};
    /// use influxdb3_offline_tokens::edit::Change;
    ///
    /// let text = br#"{"create_databases": ["a", "b"], "tokens": []}"#;
    /// let change = Change::drop_databases([DatabaseName::parse("a")?, DatabaseName::parse("c")?]);
    /// let changed = edit::apply(Some(text), &[change])?.unwrap();
    /// assert_eq!(&*changed, br#"{"create_databases": ["b"], "tokens": []}"#);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn drop_databases(names: impl IntoIterator<Item = DatabaseName>) -> Self {
        Self(ChangeKind::DropDatabases(names.into_iter().collect()))
    }
}

impl fmt::Debug for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            ChangeKind::Append { entries, .. } if entries.is_empty() => {
                f.write_str("create the file if it does not exist")
            }
            ChangeKind::Append { entries, .. } => {
                let one = |entry: &TokenEntry| {
                    let expiry = entry.expiry().map(|expiry| format!("the expiry {expiry}"));
                    let permissions = match entry.permissions() {
                        [] => "no permissions".into(),
                        permissions => list(permissions),
                    };
                    let expiry = expiry.as_deref().unwrap_or("no expiry");
                    format!("token `{}` with {expiry} and {permissions}", shown(entry.name()))
                };
                let entries: Vec<String> = entries.iter().map(one).collect();
                write!(f, "append {}", entries.join("; "))
            }
            ChangeKind::Remove(name) => write!(f, "remove token `{}`", shown(name)),
            ChangeKind::Rename { name, new_name } => {
                write!(f, "rename token `{}` to `{}`", shown(name), shown(new_name))
            }
            ChangeKind::Rotate { name, beside: None, .. } => write!(f, "rotate token `{}`", shown(name)),
            ChangeKind::Rotate { name, beside: Some(new_name), .. } => {
                write!(f, "rotate token `{}` to `{}`, and keep both", shown(name), shown(new_name))
            }
            ChangeKind::SetExpiry { name, expiry: None } => {
                write!(f, "remove the expiry of token `{}`", shown(name))
            }
            ChangeKind::SetExpiry { name, expiry: Some(expiry) } => {
                write!(f, "set the expiry of token `{}` to {expiry}", shown(name))
            }
            ChangeKind::SetPermissions { name, permissions } => {
                write!(f, "set the permissions of token `{}` to {}", shown(name), list(permissions))
            }
            ChangeKind::CreateDatabases(names) => write!(f, "add {} to `create_databases`", list(names)),
            ChangeKind::DropDatabases(names) => write!(f, "remove {} from `create_databases`", list(names)),
        }
    }
}

/// Lists names or permissions. Those that may not be quoted are `…`.
fn list<T: fmt::Display>(items: &[T]) -> String {
    let quote = |item: &T| format!("`{}`", shown(&item.to_string()));
    if items.is_empty() { "nothing".into() } else { items.iter().map(quote).collect::<Vec<_>>().join(", ") }
}
