//! The admin token file as a plain value.

use core::fmt;

use crate::expiry::Expiry;
use crate::name::{InvalidName, OPERATOR_TOKEN_NAME, check_admin_token_name};
use crate::secret::shown;
use crate::token::Token;

/// A valid admin token file: one token that can do everything.
///
/// The server reads one admin token from a separate file (`--admin-token-file`): a JSON object with `token`, `name` and
/// `expiry_millis` (documentation). It creates the token only if no admin token exists (documentation), and skips a name that
/// already exists (server source).
///
/// ```
/// use influxdb3_offline_tokens::{AdminTokenFile, Token};
///
/// let file = AdminTokenFile::new(Token::generate()?);
/// assert_eq!(file.name(), "_admin");
/// let named = file.with_name("deploy")?;
/// assert!(!named.is_operator());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Limitations
/// `description` is kept here, but the server ignores it, like every unknown member (server source, 3.10).
#[derive(Clone)]
pub struct AdminTokenFile {
    token: Token,
    // Invariant: not empty.
    name: Box<str>,
    description: Option<Box<str>>,
    expiry: Option<Expiry>,
}

impl AdminTokenFile {
    /// Creates a file with the operator token `_admin`, which never expires.
    ///
    /// ```
    /// use influxdb3_offline_tokens::{AdminTokenFile, Token};
    ///
    /// let file = AdminTokenFile::new(Token::generate()?);
    /// assert!(file.is_operator() && file.expiry().is_none());
    /// # Ok::<(), influxdb3_offline_tokens::token::GenerateTokenError>(())
    /// ```
    #[must_use]
    pub fn new(token: Token) -> Self {
        Self { token, name: OPERATOR_TOKEN_NAME.into(), description: None, expiry: None }
    }

    /// Sets the name. `_admin` is the name of the operator token (documentation).
    ///
    /// ```
    /// use influxdb3_offline_tokens::{AdminTokenFile, Token};
    ///
    /// let file = AdminTokenFile::new(Token::generate()?).with_name("deploy")?;
    /// assert_eq!(file.name(), "deploy");
    /// assert!(file.with_name("").is_err());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// Returns an error if the name is empty.
    pub fn with_name(self, name: &str) -> Result<Self, InvalidName> {
        check_admin_token_name(name)?;
        Ok(Self { name: name.into(), ..self })
    }

    /// Sets the description, which is free text.
    ///
    /// ```
    /// use influxdb3_offline_tokens::{AdminTokenFile, Token};
    ///
    /// let file = AdminTokenFile::new(Token::generate()?).with_description(Some("created by the installer"));
    /// assert_eq!(file.description(), Some("created by the installer"));
    /// assert!(!format!("{file:?}").contains("installer"));
    /// # Ok::<(), influxdb3_offline_tokens::token::GenerateTokenError>(())
    /// ```
    #[must_use]
    pub fn with_description(self, description: Option<&str>) -> Self {
        Self { description: description.map(Into::into), ..self }
    }

    /// Sets the expiry; `None` means that the token never expires.
    ///
    /// ```
    /// use std::time::SystemTime;
    /// use influxdb3_offline_tokens::{AdminTokenFile, Expiry, Token};
    ///
    /// let expiry = Expiry::parse_after(SystemTime::now(), "1y")?;
    /// let file = AdminTokenFile::new(Token::generate()?).with_expiry(Some(expiry));
    /// assert_eq!(AdminTokenFile::parse(&file.to_json())?.expiry(), Some(expiry));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn with_expiry(self, expiry: Option<Expiry>) -> Self {
        Self { expiry, ..self }
    }

    /// Returns the token.
    ///
    /// ```
    /// use influxdb3_offline_tokens::AdminTokenFile;
    ///
    /// let file = AdminTokenFile::parse(br#"{"token": "apiv3_a", "name": "deploy"}"#)?;
    /// assert!(file.token().matches("apiv3_a"));
    /// # Ok::<(), influxdb3_offline_tokens::InvalidFile>(())
    /// ```
    #[must_use]
    pub const fn token(&self) -> &Token {
        &self.token
    }

    /// Returns the name; never empty.
    ///
    /// ```
    /// use influxdb3_offline_tokens::AdminTokenFile;
    ///
    /// let file = AdminTokenFile::parse(br#"{"token": "apiv3_a", "name": "deploy"}"#)?;
    /// assert_eq!(file.name(), "deploy");
    /// # Ok::<(), influxdb3_offline_tokens::InvalidFile>(())
    /// ```
    #[must_use]
    pub const fn name(&self) -> &str {
        &self.name
    }

    /// Returns whether it is the operator token, `_admin`. It cannot be deleted, and only it can regenerate itself
    /// (documentation).
    ///
    /// ```
    /// use influxdb3_offline_tokens::AdminTokenFile;
    ///
    /// let file = AdminTokenFile::parse(br#"{"token": "apiv3_a", "name": "deploy"}"#)?;
    /// assert!(!file.is_operator());
    /// # Ok::<(), influxdb3_offline_tokens::InvalidFile>(())
    /// ```
    #[must_use]
    pub fn is_operator(&self) -> bool {
        *self.name == *OPERATOR_TOKEN_NAME
    }

    /// Returns the description, which is free text.
    ///
    /// ```
    /// use influxdb3_offline_tokens::AdminTokenFile;
    ///
    /// let file = AdminTokenFile::parse(br#"{"token": "apiv3_a", "name": "deploy"}"#)?;
    /// assert_eq!(file.description(), None);
    /// # Ok::<(), influxdb3_offline_tokens::InvalidFile>(())
    /// ```
    #[must_use]
    pub fn description(&self) -> Option<&str> {
        self.description.as_deref()
    }

    /// Returns the expiry; `None` if the file has no `expiry_millis`. [`Expiry::NEVER`] also means never.
    ///
    /// ```
    /// use influxdb3_offline_tokens::AdminTokenFile;
    ///
    /// let file = AdminTokenFile::parse(br#"{"token": "apiv3_a", "name": "deploy", "expiry_millis": 1893456000000}"#)?;
    /// assert_eq!(file.expiry().unwrap().to_string(), "2030-01-01T00:00:00Z");
    /// # Ok::<(), influxdb3_offline_tokens::InvalidFile>(())
    /// ```
    #[must_use]
    pub const fn expiry(&self) -> Option<Expiry> {
        self.expiry
    }
}

/// Without the description, which may contain a token.
impl fmt::Debug for AdminTokenFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AdminTokenFile")
            .field("token", &self.token)
            .field("name", &shown(&self.name))
            .field("expiry", &self.expiry)
            .finish_non_exhaustive()
    }
}
