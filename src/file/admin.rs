//! The admin token file as a plain value.

use alloc::boxed::Box;
use core::fmt;

use crate::expiry::Expiry;
use crate::name::{InvalidName, OPERATOR_TOKEN_NAME, check_admin_token_name};
use crate::secret::shown;
use crate::token::Token;

/// An admin token file without errors: one token that may do everything.
///
/// The server reads one admin token from a file of its own (`--admin-token-file`), a JSON object with `token`, `name` and
/// `expiry_millis` (documentation). It takes the file where there is no admin token yet (documentation), and skips a name
/// that exists already (server source).
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
/// `description` is kept here, and the server whose source is open (3.10) ignores it, as it does every member that it does
/// not know (server source).
#[derive(Clone)]
pub struct AdminTokenFile {
    token: Token,
    // Invariant: not empty.
    name: Box<str>,
    description: Option<Box<str>>,
    expiry: Option<Expiry>,
}

impl AdminTokenFile {
    /// The operator token `_admin`, which never expires.
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

    /// The same token under this name; `_admin` is the operator token's (documentation).
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
    /// An empty name.
    pub fn with_name(self, name: &str) -> Result<Self, InvalidName> {
        check_admin_token_name(name)?;
        Ok(Self { name: name.into(), ..self })
    }

    /// The same token with this text for people.
    ///
    /// ```
    /// use influxdb3_offline_tokens::{AdminTokenFile, Token};
    ///
    /// let file = AdminTokenFile::new(Token::generate()?).with_description(Some("made by the installer"));
    /// assert_eq!(file.description(), Some("made by the installer"));
    /// assert!(!format!("{file:?}").contains("installer"));
    /// # Ok::<(), influxdb3_offline_tokens::token::GenerateTokenError>(())
    /// ```
    #[must_use]
    pub fn with_description(self, description: Option<&str>) -> Self {
        Self { description: description.map(Into::into), ..self }
    }

    /// The same token with this expiry; none means that it never expires.
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

    /// The secret.
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

    /// The name; never empty.
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

    /// Returns whether it is the operator token, `_admin`: nobody can delete it, and only with it can it be replaced by a new one
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

    /// The text for people.
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

    /// When it ends; none where the file has no `expiry_millis`. [`Expiry::NEVER`] means never, too.
    ///
    /// ```
    /// use influxdb3_offline_tokens::AdminTokenFile;
    ///
    /// let file = AdminTokenFile::parse(br#"{"token": "apiv3_a", "name": "deploy", "expiry_millis": 1798761600000}"#)?;
    /// assert_eq!(file.expiry().unwrap().to_string(), "2027-01-01T00:00:00Z");
    /// # Ok::<(), influxdb3_offline_tokens::InvalidFile>(())
    /// ```
    #[must_use]
    pub const fn expiry(&self) -> Option<Expiry> {
        self.expiry
    }
}

/// Without the description, which is any text and may hold a token, as may a name.
impl fmt::Debug for AdminTokenFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AdminTokenFile")
            .field("token", &self.token)
            .field("name", &shown(&self.name))
            .field("expiry", &self.expiry)
            .finish_non_exhaustive()
    }
}
