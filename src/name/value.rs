//! The types `DatabaseName` and `TokenName`.

use alloc::boxed::Box;
use alloc::string::String;
use core::borrow::Borrow;
use core::fmt;

use crate::from_text::from_text;
use crate::name::{InvalidName, check_database_name, check_token_name};
use crate::secret::debug_as_text;

/// The name of a database.
///
/// A valid name is one that the server's HTTP write path accepts (server source, 3.10), or `_internal`, which every server
/// has. It has 1 to 511 bytes: an ASCII letter or digit, then ASCII letters, digits, `_` and `-`. It may contain one `/`
/// (`database/retention_policy`). The documentation asks for at most 64 characters.
///
/// ```
/// use influxdb3_offline_tokens::DatabaseName;
///
/// let name = DatabaseName::parse("sensors/one_week")?;
/// assert_eq!(name.as_str(), "sensors/one_week");
/// assert!(DatabaseName::parse("sensor.data").is_err());
/// # Ok::<(), influxdb3_offline_tokens::name::InvalidName>(())
/// ```
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DatabaseName(Box<str>);

impl DatabaseName {
    /// Parses a name.
    ///
    /// ```
    /// use influxdb3_offline_tokens::DatabaseName;
    ///
    /// assert!(DatabaseName::parse("_internal").is_ok());
    /// let error = DatabaseName::parse("a/b/c").unwrap_err();
    /// assert_eq!(error.kind().to_string(), "a database name can contain only one `/`");
    /// ```
    ///
    /// # Errors
    /// Returns an error if the name is empty or too long, or does not start with an ASCII letter or digit. A `/` at the end, a
    /// second `/` and a character that the server rejects are also errors; the span covers that character.
    pub fn parse(name: &str) -> Result<Self, InvalidName> {
        check_database_name(name).map_err(|error| error.quoting(name))?;
        // Invariant: check_database_name accepted it.
        Ok(Self(name.into()))
    }

    /// Returns the name as a string.
    ///
    /// ```
    /// use influxdb3_offline_tokens::DatabaseName;
    ///
    /// assert_eq!(DatabaseName::parse("sensors/autogen")?.as_str(), "sensors/autogen");
    /// # Ok::<(), influxdb3_offline_tokens::name::InvalidName>(())
    /// ```
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The name of a token: not empty, and not `_admin`.
///
/// The server does not trim names: ` app` and `app` are different. A resource token named `_admin` that is created before
/// the operator token prevents its creation (server source, run).
///
/// ```
/// use influxdb3_offline_tokens::TokenName;
///
/// assert_eq!(TokenName::parse("collector")?.as_str(), "collector");
/// assert!(TokenName::parse("_admin").is_err());
/// # Ok::<(), influxdb3_offline_tokens::name::InvalidName>(())
/// ```
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TokenName(Box<str>);

impl TokenName {
    /// Parses a name.
    ///
    /// ```
    /// use influxdb3_offline_tokens::TokenName;
    ///
    /// assert_ne!(TokenName::parse(" app")?, TokenName::parse("app")?);
    /// let error = TokenName::parse("").unwrap_err();
    /// assert_eq!(error.to_string(), "the name is empty: add a name; is a variable unset?");
    /// # Ok::<(), influxdb3_offline_tokens::name::InvalidName>(())
    /// ```
    ///
    /// # Errors
    /// Returns an error if the name is empty or `_admin`, the name of the operator token.
    pub fn parse(name: &str) -> Result<Self, InvalidName> {
        check_token_name(name).map_err(|error| error.quoting(name))?;
        // Invariant: check_token_name accepted it.
        Ok(Self(name.into()))
    }

    /// Returns the name as a string.
    ///
    /// ```
    /// use influxdb3_offline_tokens::TokenName;
    ///
    /// assert_eq!(TokenName::parse("ingest, plant 2")?.as_str(), "ingest, plant 2");
    /// # Ok::<(), influxdb3_offline_tokens::name::InvalidName>(())
    /// ```
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

macro_rules! string_impls {
    ($($name:ident),+) => {$(
        impl PartialEq<str> for $name {
            fn eq(&self, other: &str) -> bool {
                self.as_str() == other
            }
        }

        impl PartialEq<&str> for $name {
            fn eq(&self, other: &&str) -> bool {
                self.as_str() == *other
            }
        }

        impl From<$name> for String {
            fn from(name: $name) -> Self {
                name.0.into()
            }
        }

        // Hash, order and equality are those of the text.
        impl Borrow<str> for $name {
            fn borrow(&self) -> &str {
                &self.0
            }
        }

        impl AsRef<str> for $name {
            fn as_ref(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(&self.0)
            }
        }
    )+};
}

string_impls!(DatabaseName, TokenName);
debug_as_text!(DatabaseName, TokenName);
from_text!(DatabaseName, InvalidName; TokenName, InvalidName);
