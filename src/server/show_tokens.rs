//! The tokens that a server reports, and what differs between them and a file.
//!
//! `influxdb3 show tokens --format json` prints the table `system.tokens` as a JSON array of rows, and
//! `SELECT * FROM system.tokens` over the HTTP API gives the same (documentation). What the crate reads of a row:
//!
//! | column | form | from |
//! |---|---|---|
//! | `name` | the name of the token | server source |
//! | `hash` | the first 9 hexadecimal digits of the SHA-512 of the token; early releases print all 128. With fewer than 8 digits, or other characters, the row counts as one without a hash. Not there where the server was started without authentication | server source |
//! | `expiry` | a time to the millisecond from 1970 to 9999, without a zone, which is UTC; null or not there for never; an integer is read as milliseconds | server source; that it is printed as `2026-01-01T00:00:00.001` is inferred |
//! | `permissions` | `*:*:*` for an admin token | documentation, server source |
//! | `permissions` | for a resource token a JSON array of permission strings inside of a string | seen on a server of release 3.8.4; the Enterprise part of the source is closed |
//!
//! A row may spell the permissions in another way than the file: compared is what a token may do.

use alloc::boxed::Box;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;
use std::collections::HashSet;

use crate::expiry::Expiry;
use crate::json::compact;
use crate::permission::Permission;
use crate::secret::{Fragment, debug_as_text, shown};
use crate::server::json::{InvalidJson, InvalidJsonKind, Object, Wrong, list, read, text, wrong};
use crate::syntax::Node;
use crate::token::Token;

/// How an admin token's permission is printed (documentation, server source).
const ADMIN: &str = "*:*:*";

/// The column `permissions` of `system.tokens`.
///
/// `Display` writes permissions as the column has them, a JSON array of strings; for an admin token only `*:*:*`, beside
/// which nothing else counts.
///
/// ```
/// use influxdb3_offline_tokens::Permission;
/// use influxdb3_offline_tokens::server::ServerPermissions;
///
/// let read = ServerPermissions::parse(r#"["db:a:read","db:a:write"]"#);
/// assert_eq!(read.permissions().len(), 2);
/// let written = ServerPermissions::new([Permission::parse("db:a:write,read")?]);
/// assert_eq!(written.to_string(), r#"["db:a:read,write"]"#);
/// assert!(ServerPermissions::parse("*:*:*").is_admin());
/// # Ok::<(), influxdb3_offline_tokens::permission::ParsePermissionError>(())
/// ```
#[derive(Clone, Default, PartialEq, Eq)]
pub struct ServerPermissions {
    admin: bool,
    permissions: Vec<Permission>,
    unread: Vec<Box<str>>,
}

debug_as_text!(ServerPermissions);

impl ServerPermissions {
    /// The column of a resource token with these permissions.
    ///
    /// ```
    /// use influxdb3_offline_tokens::Permission;
    /// use influxdb3_offline_tokens::server::ServerPermissions;
    ///
    /// let column = ServerPermissions::new([Permission::parse("db:a:read")?]);
    /// assert_eq!(column.to_string(), r#"["db:a:read"]"#);
    /// # Ok::<(), influxdb3_offline_tokens::permission::ParsePermissionError>(())
    /// ```
    #[must_use]
    pub fn new(permissions: impl IntoIterator<Item = Permission>) -> Self {
        Self { permissions: permissions.into_iter().collect(), ..Self::default() }
    }

    /// Reads the column: a JSON array of strings, or one permission as it is. What is no permission is kept apart.
    ///
    /// ```
    /// use influxdb3_offline_tokens::server::ServerPermissions;
    ///
    /// let column = ServerPermissions::parse(r#"["db:a:read","system:*:read"]"#);
    /// assert_eq!(column.permissions().len(), 2);
    /// ```
    #[must_use]
    pub fn parse(column: &str) -> Self {
        let mut read = Self::default();
        for text in Node::string_list(column).unwrap_or_else(|| Vec::from([column.into()])) {
            if text == ADMIN {
                read.admin = true;
            } else {
                match Permission::parse(&text) {
                    Ok(permission) => read.permissions.push(permission),
                    Err(_) => read.unread.push(text.into()),
                }
            }
        }
        read
    }

    /// Returns whether the token is an admin token: it can do everything.
    ///
    /// ```
    /// use influxdb3_offline_tokens::server::ServerPermissions;
    ///
    /// assert!(ServerPermissions::parse("*:*:*").is_admin());
    /// ```
    #[must_use]
    pub const fn is_admin(&self) -> bool {
        self.admin
    }

    /// The permissions, in the order of the column.
    ///
    /// ```
    /// use influxdb3_offline_tokens::server::ServerPermissions;
    ///
    /// let column = ServerPermissions::parse("db:a:read");
    /// assert_eq!(column.permissions()[0].to_string(), "db:a:read");
    /// ```
    #[must_use]
    pub fn permissions(&self) -> &[Permission] {
        &self.permissions
    }

    /// Strings of the column that are no permission to this crate, such as one of a later release: what they allow is not
    /// known.
    ///
    /// ```
    /// use influxdb3_offline_tokens::server::ServerPermissions;
    ///
    /// let column = ServerPermissions::parse(r#"["db:a:read","table:a.b:read"]"#);
    /// assert_eq!(column.permissions().len(), 1);
    /// assert_eq!(column.unparsed().collect::<Vec<_>>(), ["table:a.b:read"]);
    /// ```
    pub fn unparsed(&self) -> impl Iterator<Item = &str> {
        self.unread.iter().map(AsRef::as_ref)
    }
}

impl fmt::Display for ServerPermissions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.admin {
            return f.write_str(ADMIN);
        }
        let permissions = self.permissions.iter().map(|permission| format!("{permission}"));
        let texts: Vec<String> = permissions.chain(self.unparsed().map(Into::into)).collect();
        f.write_str(&compact(&texts))
    }
}

/// A row of `system.tokens`.
///
/// ```
/// use influxdb3_offline_tokens::Token;
/// use influxdb3_offline_tokens::server::ServerTokens;
///
/// let server = ServerTokens::parse(br#"[{"name": "app", "permissions": "[\"db:a:read\"]"}]"#)?;
/// let app = &server.tokens()[0];
/// assert_eq!(app.permissions().to_string(), r#"["db:a:read"]"#);
/// assert_eq!(app.has_secret(&Token::generate()?), None); // the row has no hash
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct ServerToken {
    name: Box<str>,
    expiry: Option<Expiry>,
    // The first digits, in lower case.
    hash: Option<Box<str>>,
    permissions: ServerPermissions,
}

/// Without a token in place of a name, and without the hash: with a weak token it would help to guess it.
impl fmt::Debug for ServerToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ServerToken")
            .field("name", &shown(&self.name))
            .field("expiry", &self.expiry)
            .field("permissions", &self.permissions)
            .finish_non_exhaustive()
    }
}

impl ServerToken {
    /// The name.
    ///
    /// ```
    /// use influxdb3_offline_tokens::server::ServerTokens;
    ///
    /// let server = ServerTokens::parse(br#"[{"name": "app", "expiry": "2027-01-01T00:00:00", "permissions": "[\"db:a:read\"]"}]"#)?;
    /// assert_eq!(server.tokens()[0].name(), "app");
    /// # Ok::<(), influxdb3_offline_tokens::server::InvalidJson>(())
    /// ```
    #[must_use]
    pub const fn name(&self) -> &str {
        &self.name
    }

    /// When it ends; none where it never does.
    ///
    /// ```
    /// use influxdb3_offline_tokens::server::ServerTokens;
    ///
    /// let server = ServerTokens::parse(br#"[{"name": "app", "expiry": "2027-01-01T00:00:00", "permissions": "[\"db:a:read\"]"}]"#)?;
    /// assert_eq!(server.tokens()[0].expiry().unwrap().to_string(), "2027-01-01T00:00:00Z");
    /// # Ok::<(), influxdb3_offline_tokens::server::InvalidJson>(())
    /// ```
    #[must_use]
    pub const fn expiry(&self) -> Option<Expiry> {
        self.expiry
    }

    /// Returns the permissions.
    ///
    /// ```
    /// use influxdb3_offline_tokens::server::ServerTokens;
    ///
    /// let server = ServerTokens::parse(br#"[{"name": "app", "expiry": "2027-01-01T00:00:00", "permissions": "[\"db:a:read\"]"}]"#)?;
    /// assert!(!server.tokens()[0].permissions().is_admin());
    /// # Ok::<(), influxdb3_offline_tokens::server::InvalidJson>(())
    /// ```
    #[must_use]
    pub const fn permissions(&self) -> &ServerPermissions {
        &self.permissions
    }

    /// Returns whether the row is of this secret, by the part of the hash that it shows; `None` if it shows fewer than 8
    /// hexadecimal digits of it.
    ///
    /// Nine hexadecimal digits are the same for two secrets by chance once in 69 billion.
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

/// The tokens that a server reports, admin tokens too.
///
/// ```
/// use influxdb3_offline_tokens::server::ServerTokens;
///
/// let shown = br#"[{"token_id": 0, "name": "_admin", "hash": "6f8a3b1c0", "permissions": "*:*:*"},
///                  {"token_id": 1, "name": "app", "hash": "0c1b3a8f6", "expiry": "2027-01-01T00:00:00",
///                   "permissions": "[\"db:a:read\"]"}]"#;
/// let server = ServerTokens::parse(shown)?;
/// assert_eq!(server.get("app").unwrap().expiry().unwrap().to_string(), "2027-01-01T00:00:00Z");
/// # Ok::<(), influxdb3_offline_tokens::server::InvalidJson>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct ServerTokens(Vec<ServerToken>);

impl ServerTokens {
    /// Reads what `influxdb3 show tokens --format json` prints. Columns other than `name`, `hash`, `expiry` and
    /// `permissions` are ignored, and of these `hash` and `expiry` may be missing.
    ///
    /// ```
    /// use influxdb3_offline_tokens::server::ServerTokens;
    ///
    /// let error = ServerTokens::parse(br#"[{"permissions": "[]"}]"#).unwrap_err();
    /// assert_eq!(error.to_string(), "1:2: a row of `system.tokens` has no `name`");
    /// ```
    ///
    /// # Errors
    /// No JSON, such as the output in another format; a column that is missing, there twice, or of another type; an `expiry`
    /// that is no time; two rows of one name.
    pub fn parse(json: &[u8]) -> Result<Self, InvalidJson> {
        read(json, |root| {
            let mut names = HashSet::new();
            let mut tokens = Vec::new();
            for node in list(root, "the list of tokens")? {
                let token = row(node)?;
                if !names.insert(token.name.clone()) {
                    let name = Fragment::new(&token.name, &token.name);
                    let message = format!("two tokens have the same name{name}");
                    return wrong(InvalidJsonKind::DuplicateName, node.span, message);
                }
                tokens.push(token);
            }
            Ok(Self(tokens))
        })
    }

    /// The rows, in their order.
    ///
    /// ```
    /// use influxdb3_offline_tokens::server::ServerTokens;
    ///
    /// let server = ServerTokens::parse(br#"[{"name": "app", "expiry": "2027-01-01T00:00:00", "permissions": "[\"db:a:read\"]"}]"#)?;
    /// assert_eq!(server.tokens().len(), 1);
    /// # Ok::<(), influxdb3_offline_tokens::server::InvalidJson>(())
    /// ```
    #[must_use]
    pub fn tokens(&self) -> &[ServerToken] {
        &self.0
    }

    /// The row of that name.
    ///
    /// ```
    /// use influxdb3_offline_tokens::server::ServerTokens;
    ///
    /// let server = ServerTokens::parse(br#"[{"name": "app", "expiry": "2027-01-01T00:00:00", "permissions": "[\"db:a:read\"]"}]"#)?;
    /// assert!(server.get("app").is_some() && server.get("other").is_none());
    /// # Ok::<(), influxdb3_offline_tokens::server::InvalidJson>(())
    /// ```
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&ServerToken> {
        self.0.iter().find(|token| *token.name == *name)
    }
}

fn row(node: &Node<'_>) -> Result<ServerToken, Wrong> {
    const WHAT: &str = "a row of `system.tokens`";
    let row = Object::of(node, WHAT)?;
    let (_, name) = text(row.required("name", WHAT)?, "`name`")?;
    let (_, column) = text(row.required("permissions", WHAT)?, "`permissions`")?;
    let hash = row.get("hash").map(|node| text(node, "`hash`")).transpose()?;
    let hash = hash.map(|(_, hash)| hash.to_ascii_lowercase()).filter(|hash| is_hash(hash));
    let expiry = row.get("expiry").map(expiry).transpose()?;
    Ok(ServerToken {
        name: name.into(),
        // The longest time means never (server source).
        expiry: expiry.filter(|expiry| !expiry.is_never()),
        hash: hash.map(Into::into),
        permissions: ServerPermissions::parse(&column),
    })
}

fn expiry(node: &Node<'_>) -> Result<Expiry, Wrong> {
    let expiry = match node.number() {
        Some(millis) => millis.parse().ok().map(Expiry::from_millis),
        None => Expiry::parse_loosely(&text(node, "`expiry`")?.1),
    };
    let message = "`expiry` is a time such as `2027-01-01T00:00:00.000`";
    expiry.map_or_else(|| wrong(InvalidJsonKind::Time, node.span, message), Ok)
}

/// Returns whether a text has enough digits of a hash. Fewer are the same too often by chance.
fn is_hash(text: &str) -> bool {
    text.len() >= 8 && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}
