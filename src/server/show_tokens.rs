//! The tokens that a server shows.
//!
//! `influxdb3 show tokens --format json` prints the table `system.tokens` as a JSON array of rows. So does
//! `SELECT * FROM system.tokens` over the HTTP API (documentation). The crate reads these columns:
//!
//! | column | form | from |
//! |---|---|---|
//! | `name` | the name of the token | server source |
//! | `hash` | the first 9 hexadecimal digits of the SHA-512 of the token; early releases print all 128. Fewer than 8 digits are ignored. Missing if the server was started without authentication | server source |
//! | `expiry` | a time in UTC without a zone, to the millisecond, from 1970 to 9999; null or missing for never; an integer is milliseconds | server source; the form `2030-01-01T00:00:00.001` is inferred |
//! | `permissions` | `*:*:*` for an admin token | documentation, server source |
//! | `permissions` | for a resource token, a JSON array of permission strings, as a string | seen on a server of release 3.8.4; the Enterprise part of the source is closed |

use core::fmt;
use std::collections::HashSet;

use crate::expiry::Expiry;
use crate::permission::Permission;
use crate::secret::{Fragment, shown};
use crate::server::json::{InvalidJson, InvalidJsonKind, Object, fail, list, read, text};
use crate::syntax::Node;
use crate::token::Token;

/// The permission of an admin token (documentation, server source).
const ADMIN: &str = "*:*:*";

/// A row of `system.tokens`.
///
/// ```
/// use influxdb3_offline_tokens::Token;
/// use influxdb3_offline_tokens::server::ServerTokens;
///
/// let server = ServerTokens::parse(br#"[{"name": "app", "permissions": "[\"db:a:read\"]"}]"#)?;
/// let app = &server.tokens()[0];
/// assert_eq!(app.permissions()[0].to_string(), "db:a:read");
/// assert_eq!(app.has_secret(&Token::generate()?), None); // the row has no hash
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct ServerToken {
    name: Box<str>,
    expiry: Option<Expiry>,
    // The first hexadecimal digits, in lower case.
    hash: Option<Box<str>>,
    is_admin: bool,
    permissions: Vec<Permission>,
    unparsed: Vec<Box<str>>,
}

/// Without the hash, which would help to guess a weak token.
impl fmt::Debug for ServerToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ServerToken")
            .field("name", &shown(&self.name))
            .field("expiry", &self.expiry)
            .field("is_admin", &self.is_admin)
            .field("permissions", &self.permissions)
            .field("unparsed", &self.unparsed().map(shown).collect::<Vec<_>>())
            .finish_non_exhaustive()
    }
}

impl ServerToken {
    /// Returns the name.
    ///
    /// ```
    /// use influxdb3_offline_tokens::server::ServerTokens;
    ///
    /// let server = ServerTokens::parse(br#"[{"name": "app", "expiry": "2030-01-01T00:00:00", "permissions": "[\"db:a:read\"]"}]"#)?;
    /// assert_eq!(server.tokens()[0].name(), "app");
    /// # Ok::<(), influxdb3_offline_tokens::server::InvalidJson>(())
    /// ```
    #[must_use]
    pub const fn name(&self) -> &str {
        &self.name
    }

    /// Returns the expiry; `None` if the token never expires.
    ///
    /// ```
    /// use influxdb3_offline_tokens::server::ServerTokens;
    ///
    /// let server = ServerTokens::parse(br#"[{"name": "app", "expiry": "2030-01-01T00:00:00", "permissions": "[\"db:a:read\"]"}]"#)?;
    /// assert_eq!(server.tokens()[0].expiry().unwrap().to_string(), "2030-01-01T00:00:00Z");
    /// # Ok::<(), influxdb3_offline_tokens::server::InvalidJson>(())
    /// ```
    #[must_use]
    pub const fn expiry(&self) -> Option<Expiry> {
        self.expiry
    }

    /// Returns whether the token is an admin token, which can do everything.
    ///
    /// ```
    /// use influxdb3_offline_tokens::server::ServerTokens;
    ///
    /// let server = ServerTokens::parse(br#"[{"name": "_admin", "permissions": "*:*:*"}]"#)?;
    /// assert!(server.tokens()[0].is_admin());
    /// # Ok::<(), influxdb3_offline_tokens::server::InvalidJson>(())
    /// ```
    #[must_use]
    pub const fn is_admin(&self) -> bool {
        self.is_admin
    }

    /// Returns the permissions, in the order of the column.
    ///
    /// ```
    /// use influxdb3_offline_tokens::server::ServerTokens;
    ///
    /// let server = ServerTokens::parse(br#"[{"name": "app", "expiry": "2030-01-01T00:00:00", "permissions": "[\"db:a:read\"]"}]"#)?;
    /// assert_eq!(server.tokens()[0].permissions()[0].to_string(), "db:a:read");
    /// # Ok::<(), influxdb3_offline_tokens::server::InvalidJson>(())
    /// ```
    #[must_use]
    pub fn permissions(&self) -> &[Permission] {
        &self.permissions
    }

    /// Returns the permissions that this crate cannot parse, such as those of a later release. Their rights are unknown.
    ///
    /// ```
    /// use influxdb3_offline_tokens::server::ServerTokens;
    ///
    /// let rows = br#"[{"name": "app", "permissions": "[\"db:a:read\",\"table:a.b:read\"]"}]"#;
    /// let server = ServerTokens::parse(rows)?;
    /// assert!(server.tokens()[0].unparsed().eq(["table:a.b:read"]));
    /// # Ok::<(), influxdb3_offline_tokens::server::InvalidJson>(())
    /// ```
    pub fn unparsed(&self) -> impl Iterator<Item = &str> {
        self.unparsed.iter().map(AsRef::as_ref)
    }

    /// Returns whether the row has this token, by the shown digits of the hash; `None` if there are fewer than 8 digits.
    ///
    /// The nine digits of two different tokens are equal in one of 69 billion cases.
    ///
    /// ```
    /// use influxdb3_offline_tokens::Token;
    /// use influxdb3_offline_tokens::server::ServerTokens;
    ///
    /// let token = Token::generate()?;
    /// let hash: String = token.sha512().iter().map(|byte| format!("{byte:02x}")).take(5).collect();
    /// let json = format!(r#"[{{"name": "app", "hash": "{hash}", "permissions": "[]"}}]"#);
    /// let server = ServerTokens::parse(json.as_bytes())?;
    /// assert_eq!(server.tokens()[0].has_secret(&token), Some(true));
    /// assert_eq!(server.tokens()[0].has_secret(&Token::generate()?), Some(false));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn has_secret(&self, token: &Token) -> Option<bool> {
        let hash = self.hash.as_ref()?;
        let digits: String = token.sha512().iter().map(|byte| format!("{byte:02x}")).collect();
        Some(digits.starts_with(&**hash))
    }
}

/// The tokens that a server shows, including admin tokens.
///
/// ```
/// use influxdb3_offline_tokens::server::ServerTokens;
///
/// let shown = br#"[{"token_id": 0, "name": "_admin", "hash": "6f8a3b1c0", "permissions": "*:*:*"},
///                  {"token_id": 1, "name": "app", "hash": "0c1b3a8f6", "expiry": "2030-01-01T00:00:00",
///                   "permissions": "[\"db:a:read\"]"}]"#;
/// let server = ServerTokens::parse(shown)?;
/// assert_eq!(server.get("app").unwrap().expiry().unwrap().to_string(), "2030-01-01T00:00:00Z");
/// # Ok::<(), influxdb3_offline_tokens::server::InvalidJson>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct ServerTokens(Vec<ServerToken>);

impl ServerTokens {
    /// Parses the output of `influxdb3 show tokens --format json`. `hash` and `expiry` may be missing, and columns other than
    /// `name`, `hash`, `expiry` and `permissions` are ignored.
    ///
    /// ```
    /// use influxdb3_offline_tokens::server::ServerTokens;
    ///
    /// let error = ServerTokens::parse(br#"[{"permissions": "[]"}]"#).unwrap_err();
    /// assert_eq!(error.to_string(), "1:2: a row of `system.tokens` has no `name`");
    /// ```
    ///
    /// # Errors
    /// Returns an error if the text is not JSON, such as another output format, or two rows have the same name. It
    /// also returns an error if a column is missing or duplicate, a value has the wrong type, or an `expiry` is invalid.
    pub fn parse(json: &[u8]) -> Result<Self, InvalidJson> {
        read(json, |root| {
            let mut names = HashSet::new();
            let mut tokens = Vec::new();
            for node in list(root, "the list of tokens")? {
                let token = row(node)?;
                if !names.insert(token.name.clone()) {
                    let name = Fragment::new(&token.name, &token.name);
                    let message = format!("two tokens have the same name{name}");
                    return fail(InvalidJsonKind::DuplicateName, node.span, message);
                }
                tokens.push(token);
            }
            Ok(Self(tokens))
        })
    }

    /// Returns the rows, in server order.
    ///
    /// ```
    /// use influxdb3_offline_tokens::server::ServerTokens;
    ///
    /// let server = ServerTokens::parse(br#"[{"name": "app", "expiry": "2030-01-01T00:00:00", "permissions": "[\"db:a:read\"]"}]"#)?;
    /// assert_eq!(server.tokens().len(), 1);
    /// # Ok::<(), influxdb3_offline_tokens::server::InvalidJson>(())
    /// ```
    #[must_use]
    pub fn tokens(&self) -> &[ServerToken] {
        &self.0
    }

    /// Returns the row with this name.
    ///
    /// ```
    /// use influxdb3_offline_tokens::server::ServerTokens;
    ///
    /// let server = ServerTokens::parse(br#"[{"name": "app", "expiry": "2030-01-01T00:00:00", "permissions": "[\"db:a:read\"]"}]"#)?;
    /// assert!(server.get("app").is_some() && server.get("other").is_none());
    /// # Ok::<(), influxdb3_offline_tokens::server::InvalidJson>(())
    /// ```
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&ServerToken> {
        self.0.iter().find(|token| *token.name == *name)
    }
}

fn row(node: &Node<'_>) -> Result<ServerToken, InvalidJson> {
    const WHAT: &str = "a row of `system.tokens`";
    let row = Object::of(node, WHAT)?;
    let (_, name) = text(row.required("name", WHAT)?, "`name`")?;
    let (_, column) = text(row.required("permissions", WHAT)?, "`permissions`")?;
    let hash = row.get("hash").map(|node| text(node, "`hash`")).transpose()?;
    let hash = hash.map(|(_, hash)| hash.to_ascii_lowercase()).filter(|hash| is_hash(hash));
    let expiry = row.get("expiry").map(expiry).transpose()?;
    let mut token = ServerToken {
        name: name.into(),
        // The last possible time means never (server source).
        expiry: expiry.filter(|expiry| !expiry.is_never()),
        hash: hash.map(Into::into),
        is_admin: false,
        permissions: Vec::new(),
        unparsed: Vec::new(),
    };
    // The column is a JSON array of strings, or one permission.
    for text in Node::string_list(&column).unwrap_or_else(|| vec![column.into_owned()]) {
        match Permission::parse(&text) {
            _ if text == ADMIN => token.is_admin = true,
            Ok(permission) => token.permissions.push(permission),
            Err(_) => token.unparsed.push(text.into()),
        }
    }
    Ok(token)
}

fn expiry(node: &Node<'_>) -> Result<Expiry, InvalidJson> {
    let expiry = match node.number() {
        Some(millis) => millis.parse().ok().map(Expiry::from_millis),
        None => Expiry::parse_loosely(&text(node, "`expiry`")?.1),
    };
    let message = "`expiry` is a time such as `2030-01-01T00:00:00.000`";
    expiry.map_or_else(|| fail(InvalidJsonKind::Time, node.span, message), Ok)
}

/// Returns whether a text has enough digits of a hash to exclude equality by chance.
fn is_hash(text: &str) -> bool {
    text.len() >= 8 && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}
