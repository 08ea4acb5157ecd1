//! The tokens file as plain values.

pub(crate) mod admin;

use std::collections::HashSet;

use thiserror::Error;

pub(crate) use self::admin::AdminTokenFile;
use crate::expiry::Expiry;
use crate::name::{DatabaseName, TokenName};
use crate::permission::Permission;
use crate::secret::Fragment;
use crate::token::Token;

/// One entry of `tokens`: the token, its name, its expiry and its permissions.
///
/// ```
/// use influxdb3_offline_tokens::{Expiry, Permission, Token, TokenEntry, TokenName};
///
/// let entry = TokenEntry::new(TokenName::parse("collector")?, Token::generate()?)
///     .with_expiry(Some(Expiry::parse("2030-01-01T00:00:00Z")?))
///     .with_permissions([Permission::parse("db:sensors:write")?]);
/// assert_eq!(entry.name().as_str(), "collector");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct TokenEntry {
    token: Token,
    name: TokenName,
    expiry: Option<Expiry>,
    permissions: Vec<Permission>,
}

impl TokenEntry {
    /// Creates an entry without an expiry and without permissions.
    ///
    /// ```
    /// use influxdb3_offline_tokens::{Token, TokenEntry, TokenName};
    ///
    /// let entry = TokenEntry::new(TokenName::parse("app")?, Token::generate()?);
    /// assert!(entry.expiry().is_none() && entry.permissions().is_empty());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub const fn new(name: TokenName, token: Token) -> Self {
        Self { token, name, expiry: None, permissions: Vec::new() }
    }

    // For `check`, which has all parts at once.
    pub(crate) const fn of(
        token: Token,
        name: TokenName,
        expiry: Option<Expiry>,
        permissions: Vec<Permission>,
    ) -> Self {
        Self { token, name, expiry, permissions }
    }

    /// Sets the expiry; `None` means that the token never expires.
    ///
    /// ```
    /// use influxdb3_offline_tokens::{Expiry, Token, TokenEntry, TokenName};
    ///
    /// let expiry = Expiry::parse("2030-01-01T00:00:00Z")?;
    /// let entry = TokenEntry::new(TokenName::parse("app")?, Token::parse("apiv3_a")?);
    /// assert_eq!(entry.with_expiry(Some(expiry)).expiry(), Some(expiry));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn with_expiry(self, expiry: Option<Expiry>) -> Self {
        Self { expiry, ..self }
    }

    /// Replaces the permissions.
    ///
    /// ```
    /// use influxdb3_offline_tokens::{Permission, Token, TokenEntry, TokenName};
    ///
    /// let entry = TokenEntry::new(TokenName::parse("app")?, Token::generate()?)
    ///     .with_permissions([Permission::parse("db:a:read")?])
    ///     .with_permissions([Permission::parse("db:b:write")?]);
    /// assert_eq!(entry.permissions(), [Permission::parse("db:b:write")?]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn with_permissions(self, permissions: impl IntoIterator<Item = Permission>) -> Self {
        Self { permissions: permissions.into_iter().collect(), ..self }
    }

    /// Replaces the token.
    ///
    /// ```
    /// use influxdb3_offline_tokens::{Token, TokenEntry, TokenName};
    ///
    /// let old = TokenEntry::new(TokenName::parse("app")?, Token::generate()?);
    /// let new = old.clone().with_token(Token::generate()?);
    /// assert_eq!(new.name(), old.name());
    /// assert!(!new.token().matches(old.token().expose()));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn with_token(self, token: Token) -> Self {
        Self { token, ..self }
    }

    /// Returns the token.
    ///
    /// ```
    /// use influxdb3_offline_tokens::TokenFile;
    ///
    /// let file = TokenFile::parse(br#"{"create_databases": ["a"], "tokens": [{"token": "apiv3_a", "name": "app", "permissions": ["db:a:read"]}]}"#)?;
    /// assert!(file.tokens()[0].token().matches("apiv3_a"));
    /// # Ok::<(), influxdb3_offline_tokens::InvalidFile>(())
    /// ```
    #[must_use]
    pub const fn token(&self) -> &Token {
        &self.token
    }

    /// Returns the name, which is unique in a file.
    ///
    /// ```
    /// use influxdb3_offline_tokens::TokenFile;
    ///
    /// let file = TokenFile::parse(br#"{"create_databases": ["a"], "tokens": [{"token": "apiv3_a", "name": "app", "permissions": ["db:a:read"]}]}"#)?;
    /// assert_eq!(file.tokens()[0].name().as_str(), "app");
    /// # Ok::<(), influxdb3_offline_tokens::InvalidFile>(())
    /// ```
    #[must_use]
    pub const fn name(&self) -> &TokenName {
        &self.name
    }

    /// Returns the expiry; `None` if the file has no `expiry_millis`. [`Expiry::NEVER`] also means never.
    ///
    /// ```
    /// use influxdb3_offline_tokens::{Token, TokenEntry, TokenName};
    ///
    /// let entry = TokenEntry::new(TokenName::parse("app")?, Token::parse("apiv3_a")?);
    /// assert!(entry.expiry().is_none());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub const fn expiry(&self) -> Option<Expiry> {
        self.expiry
    }

    /// Returns the permissions in file order.
    ///
    /// ```
    /// use influxdb3_offline_tokens::TokenFile;
    ///
    /// let file = TokenFile::parse(br#"{"create_databases": ["a"], "tokens": [{"token": "apiv3_a", "name": "app", "permissions": ["db:a:read"]}]}"#)?;
    /// assert_eq!(file.tokens()[0].permissions()[0].to_string(), "db:a:read");
    /// # Ok::<(), influxdb3_offline_tokens::InvalidFile>(())
    /// ```
    #[must_use]
    pub fn permissions(&self) -> &[Permission] {
        &self.permissions
    }

    /// Returns whether secret, name, expiry and permissions are the same.
    pub(crate) fn is_same(&self, other: &Self) -> bool {
        self.token.matches(other.token.expose())
            && (&self.name, self.expiry, &self.permissions) == (&other.name, other.expiry, &other.permissions)
    }
}

/// A valid tokens file: names and tokens are unique.
///
/// ```
/// use influxdb3_offline_tokens::{DatabaseName, Permission, Token, TokenEntry, TokenFile, TokenName};
///
/// let entry = TokenEntry::new(TokenName::parse("collector")?, Token::generate()?)
///     .with_permissions([Permission::parse("db:sensors:write")?]);
/// let file = TokenFile::new([DatabaseName::parse("sensors")?], [entry])?;
/// assert_eq!(file.tokens().len(), 1);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct TokenFile {
    create_databases: Vec<DatabaseName>,
    tokens: Vec<TokenEntry>,
}

impl TokenFile {
    /// Creates a file from databases and tokens.
    ///
    /// ```
    /// use influxdb3_offline_tokens::{Token, TokenEntry, TokenFile, TokenName};
    ///
    /// let entry = |name| TokenEntry::new(TokenName::parse(name).unwrap(), Token::generate().unwrap());
    /// assert_eq!(TokenFile::new([], [entry("a"), entry("b")])?.tokens().len(), 2);
    /// assert!(TokenFile::new([], [entry("a"), entry("a")]).is_err());
    /// # Ok::<(), influxdb3_offline_tokens::error::DuplicateEntry>(())
    /// ```
    ///
    /// # Errors
    /// Returns an error if two entries have the same name or the same token.
    pub fn new(
        create_databases: impl IntoIterator<Item = DatabaseName>,
        tokens: impl IntoIterator<Item = TokenEntry>,
    ) -> Result<Self, DuplicateEntry> {
        let file = Self {
            create_databases: create_databases.into_iter().collect(),
            tokens: tokens.into_iter().collect(),
        };
        let (mut names, mut secrets) = (HashSet::new(), HashSet::new());
        for entry in &file.tokens {
            if !names.insert(entry.name.as_str()) {
                return Err(DuplicateEntry::Name { name: entry.name.clone() });
            }
            if !secrets.insert(entry.token.expose()) {
                return Err(DuplicateEntry::Token { name: entry.name.clone() });
            }
        }
        // Invariant: names are unique, tokens are unique.
        Ok(file)
    }

    // For `check`, which has checked both lists.
    pub(crate) const fn checked(create_databases: Vec<DatabaseName>, tokens: Vec<TokenEntry>) -> Self {
        Self { create_databases, tokens }
    }

    /// Returns the databases that the server creates at start-up, in file order.
    ///
    /// ```
    /// use influxdb3_offline_tokens::TokenFile;
    ///
    /// let file = TokenFile::parse(br#"{"create_databases": ["a"], "tokens": [{"token": "apiv3_a", "name": "app", "permissions": ["db:a:read"]}]}"#)?;
    /// assert_eq!(file.create_databases()[0].as_str(), "a");
    /// # Ok::<(), influxdb3_offline_tokens::InvalidFile>(())
    /// ```
    #[must_use]
    pub fn create_databases(&self) -> &[DatabaseName] {
        &self.create_databases
    }

    /// Returns the tokens, in file order.
    ///
    /// ```
    /// use influxdb3_offline_tokens::TokenFile;
    ///
    /// let file = TokenFile::parse(br#"{"create_databases": ["a"], "tokens": [{"token": "apiv3_a", "name": "app", "permissions": ["db:a:read"]}]}"#)?;
    /// assert_eq!(file.tokens().len(), 1);
    /// # Ok::<(), influxdb3_offline_tokens::InvalidFile>(())
    /// ```
    #[must_use]
    pub fn tokens(&self) -> &[TokenEntry] {
        &self.tokens
    }

    /// Returns the entry with this name.
    ///
    /// ```
    /// use influxdb3_offline_tokens::TokenFile;
    ///
    /// let file = TokenFile::parse(br#"{"tokens": [{"token": "apiv3_a", "name": "app", "permissions": ["db:a:read"]}]}"#)?;
    /// assert_eq!(file.get("app").map(|entry| entry.permissions().len()), Some(1));
    /// assert!(file.get("App").is_none());
    /// # Ok::<(), influxdb3_offline_tokens::InvalidFile>(())
    /// ```
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&TokenEntry> {
        self.tokens.iter().find(|entry| entry.name.as_str() == name)
    }

    /// Adds an entry at the end.
    ///
    /// ```
    /// use influxdb3_offline_tokens::{Token, TokenEntry, TokenFile, TokenName};
    ///
    /// let mut file = TokenFile::default();
    /// file.push(TokenEntry::new(TokenName::parse("app")?, Token::generate()?))?;
    /// assert_eq!(file.tokens().len(), 1);
    /// assert!(file.push(TokenEntry::new(TokenName::parse("app")?, Token::generate()?)).is_err());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// Returns an error if another entry has the same name or the same token.
    pub fn push(&mut self, entry: TokenEntry) -> Result<(), DuplicateEntry> {
        for other in &self.tokens {
            if other.name == entry.name {
                return Err(DuplicateEntry::Name { name: entry.name });
            }
            if other.token.matches(entry.token.expose()) {
                return Err(DuplicateEntry::Token { name: entry.name });
            }
        }
        // Invariant: names are unique, tokens are unique.
        self.tokens.push(entry);
        Ok(())
    }

    /// Returns the databases and the tokens by value.
    ///
    /// ```
    /// use influxdb3_offline_tokens::TokenFile;
    ///
    /// let file = TokenFile::parse(br#"{"create_databases": ["a", "b"], "tokens": []}"#)?;
    /// let (mut databases, tokens) = file.into_parts();
    /// databases.retain(|name| name.as_str() != "b");
    /// assert_eq!(TokenFile::new(databases, tokens)?.create_databases().len(), 1);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn into_parts(self) -> (Vec<DatabaseName>, Vec<TokenEntry>) {
        (self.create_databases, self.tokens)
    }
}

/// The error for an entry whose name or token another entry already has.
///
/// `Display` prints the name, unless it may be a secret.
///
/// ```
/// use influxdb3_offline_tokens::error::DuplicateEntry;
/// use influxdb3_offline_tokens::{Token, TokenEntry, TokenFile, TokenName};
///
/// let token = Token::generate()?;
/// let entries = [
///     TokenEntry::new(TokenName::parse("first")?, token.clone()),
///     TokenEntry::new(TokenName::parse("second")?, token),
/// ];
/// let error = TokenFile::new([], entries).unwrap_err();
/// assert!(matches!(&error, DuplicateEntry::Token { name, .. } if name == "second"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum DuplicateEntry {
    /// Two entries have the same name: the server rejects the second (server source).
    #[error("a token named{} already exists; use another name", Fragment::new(.name.as_str(), .name.as_str()))]
    #[non_exhaustive]
    Name {
        /// The name of both entries.
        name: TokenName,
    },
    /// Two entries have the same token. Before 3.11.1 the last one replaces the first (server source); since then it is
    /// rejected (release notes).
    #[error("the token of{} is already in use; generate a new one", Fragment::new(.name.as_str(), .name.as_str()))]
    #[non_exhaustive]
    Token {
        /// The name of the second entry.
        name: TokenName,
    },
}
