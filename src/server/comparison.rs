//! The comparison of a file with a server.

use std::collections::HashMap;

use crate::access::{AccessRequest, Rights};
use crate::expiry::Expiry;
use crate::file::{TokenEntry, TokenFile};
use crate::server::show_tokens::{ServerToken, ServerTokens};

/// The differences between a tokens file and the tokens of a server. Tokens are matched by name.
///
/// The comparison covers rights, expiry, and the secret if the server shows a part of its hash. The spelling of permissions
/// is ignored. Admin tokens of the server count only if the file has a token with that name.
///
/// ```
/// use influxdb3_offline_tokens::TokenFile;
/// use influxdb3_offline_tokens::server::{ServerComparison, ServerTokens};
///
/// let file = TokenFile::parse(br#"{"tokens": [
///     {"token": "apiv3_a", "name": "app", "permissions": ["db:a:read,write"]},
///     {"token": "apiv3_b", "name": "new", "permissions": ["db:a:read"]}]}"#)?;
/// let server = ServerTokens::parse(br#"[{"name": "app", "permissions": "[\"db:a:read\"]"},
///                                       {"name": "_admin", "permissions": "*:*:*"}]"#)?;
/// let comparison = ServerComparison::new(&file, &server);
/// assert_eq!(comparison.missing()[0].name().as_str(), "new");
/// assert_eq!(comparison.tokens()[0].lost()[0].to_string(), "write on database `a`");
/// assert!(comparison.extra().is_empty());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Limitations
/// The server binds a permission to the database that exists when the token is created. A database that is deleted and
/// created again with the same name is not covered, and the comparison cannot detect this.
#[derive(Clone, Debug)]
pub struct ServerComparison<'a> {
    missing: Vec<&'a TokenEntry>,
    extra: Vec<&'a ServerToken>,
    tokens: Vec<ServerDifference<'a>>,
}

impl<'a> ServerComparison<'a> {
    /// Compares a file with a server.
    ///
    /// ```
    /// use influxdb3_offline_tokens::TokenFile;
    /// use influxdb3_offline_tokens::server::{ServerComparison, ServerTokens};
    ///
    /// let file = TokenFile::parse(br#"{"tokens": [{"token": "apiv3_a", "name": "app", "permissions": ["db:a:read"]}]}"#)?;
    /// let server = ServerTokens::parse(br#"[{"name": "app", "permissions": "[\"db:a:write\"]"}, {"name": "old", "permissions": "[]"}]"#)?;
    /// let comparison = ServerComparison::new(&file, &server);
    /// assert_eq!((comparison.tokens().len(), comparison.extra().len()), (1, 1));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn new(file: &'a TokenFile, server: &'a ServerTokens) -> Self {
        let mut rows: HashMap<&str, &ServerToken> =
            server.tokens().iter().map(|row| (row.name(), row)).collect();
        let (mut missing, mut tokens) = (Vec::new(), Vec::new());
        for entry in file.tokens() {
            match rows.remove(entry.name().as_str()) {
                None => missing.push(entry),
                Some(row) => tokens.extend(ServerDifference::between(entry, row)),
            }
        }
        let is_extra = |row: &&ServerToken| rows.contains_key(row.name()) && !row.permissions().is_admin();
        Self { missing, extra: server.tokens().iter().filter(is_extra).collect(), tokens }
    }

    /// Returns the tokens of the file that the server lacks, in file order.
    ///
    /// ```
    /// use influxdb3_offline_tokens::TokenFile;
    /// use influxdb3_offline_tokens::server::{ServerComparison, ServerTokens};
    ///
    /// let file = TokenFile::parse(br#"{"tokens": [{"token": "apiv3_a", "name": "app", "permissions": ["db:a:read"]}]}"#)?;
    /// let server = ServerTokens::parse(br#"[{"name": "app", "permissions": "[\"db:a:write\"]"}, {"name": "old", "permissions": "[]"}]"#)?;
    /// let comparison = ServerComparison::new(&file, &server);
    /// assert!(comparison.missing().is_empty());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn missing(&self) -> &[&'a TokenEntry] {
        &self.missing
    }

    /// Returns the resource tokens of the server that the file lacks, in server order.
    ///
    /// ```
    /// use influxdb3_offline_tokens::TokenFile;
    /// use influxdb3_offline_tokens::server::{ServerComparison, ServerTokens};
    ///
    /// let file = TokenFile::parse(br#"{"tokens": [{"token": "apiv3_a", "name": "app", "permissions": ["db:a:read"]}]}"#)?;
    /// let server = ServerTokens::parse(br#"[{"name": "app", "permissions": "[\"db:a:write\"]"}, {"name": "old", "permissions": "[]"}]"#)?;
    /// let comparison = ServerComparison::new(&file, &server);
    /// assert_eq!(comparison.extra()[0].name(), "old");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn extra(&self) -> &[&'a ServerToken] {
        &self.extra
    }

    /// Returns the tokens that differ, in file order.
    ///
    /// ```
    /// use influxdb3_offline_tokens::TokenFile;
    /// use influxdb3_offline_tokens::server::{ServerComparison, ServerTokens};
    ///
    /// let file = TokenFile::parse(br#"{"tokens": [{"token": "apiv3_a", "name": "app", "permissions": ["db:a:read"]}]}"#)?;
    /// let server = ServerTokens::parse(br#"[{"name": "app", "permissions": "[\"db:a:write\"]"}, {"name": "old", "permissions": "[]"}]"#)?;
    /// let comparison = ServerComparison::new(&file, &server);
    /// assert_eq!(comparison.tokens()[0].entry().name().as_str(), "app");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn tokens(&self) -> &[ServerDifference<'a>] {
        &self.tokens
    }

    /// Returns whether there are no differences. Without a hash from the server, the secret is not compared.
    ///
    /// ```
    /// use influxdb3_offline_tokens::TokenFile;
    /// use influxdb3_offline_tokens::server::{ServerComparison, ServerTokens};
    ///
    /// let file = TokenFile::parse(br#"{"tokens": [{"token": "apiv3_a", "name": "app", "permissions": ["db:a:read"]}]}"#)?;
    /// let server = ServerTokens::parse(br#"[{"name": "app", "permissions": "[\"db:a:write\"]"}, {"name": "old", "permissions": "[]"}]"#)?;
    /// let comparison = ServerComparison::new(&file, &server);
    /// assert!(!comparison.is_empty());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.missing.is_empty() && self.extra.is_empty() && self.tokens.is_empty()
    }
}

/// The differences of one token.
///
/// ```
/// use influxdb3_offline_tokens::TokenFile;
/// use influxdb3_offline_tokens::server::{ServerComparison, ServerTokens};
///
/// let file = TokenFile::parse(br#"{"tokens": [{"token": "apiv3_a", "name": "app", "permissions": ["db:a:read"]}]}"#)?;
/// let server = ServerTokens::parse(br#"[{"name": "app", "permissions": "[]"}]"#)?;
/// let comparison = ServerComparison::new(&file, &server);
/// assert_eq!(comparison.tokens()[0].lost()[0].to_string(), "read on database `a`");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct ServerDifference<'a> {
    entry: &'a TokenEntry,
    row: &'a ServerToken,
    gained: Vec<AccessRequest<'a>>,
    lost: Vec<AccessRequest<'a>>,
}

impl<'a> ServerDifference<'a> {
    fn between(entry: &'a TokenEntry, row: &'a ServerToken) -> Option<Self> {
        let (file, server) = (entry.rights(), Rights::new(row.permissions().permissions()));
        let mut difference = Self { entry, row, gained: server.difference(&file), lost: Vec::new() };
        // Unparsed permissions may allow these requests.
        let is_known = !difference.is_admin() && !difference.has_unparsed();
        if is_known {
            difference.lost = file.difference(&server);
        }
        let is_same = is_known
            && difference.gained.is_empty()
            && difference.lost.is_empty()
            && difference.expiry().is_none()
            && difference.has_same_secret() != Some(false);
        (!is_same).then_some(difference)
    }

    /// Returns the token in the file.
    ///
    /// ```
    /// use influxdb3_offline_tokens::TokenFile;
    /// use influxdb3_offline_tokens::server::{ServerComparison, ServerTokens};
    ///
    /// let file = TokenFile::parse(br#"{"tokens": [{"token": "apiv3_a", "name": "app", "permissions": ["db:a:read"]}]}"#)?;
    /// let server = ServerTokens::parse(br#"[{"name": "app", "permissions": "[\"db:a:write\"]"}, {"name": "old", "permissions": "[]"}]"#)?;
    /// let comparison = ServerComparison::new(&file, &server);
    /// assert_eq!(comparison.tokens()[0].entry().permissions().len(), 1);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub const fn entry(&self) -> &'a TokenEntry {
        self.entry
    }

    /// Returns the token on the server.
    ///
    /// ```
    /// use influxdb3_offline_tokens::TokenFile;
    /// use influxdb3_offline_tokens::server::{ServerComparison, ServerTokens};
    ///
    /// let file = TokenFile::parse(br#"{"tokens": [{"token": "apiv3_a", "name": "app", "permissions": ["db:a:read"]}]}"#)?;
    /// let server = ServerTokens::parse(br#"[{"name": "app", "permissions": "[\"db:a:write\"]"}, {"name": "old", "permissions": "[]"}]"#)?;
    /// let comparison = ServerComparison::new(&file, &server);
    /// assert_eq!(comparison.tokens()[0].row().name(), "app");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub const fn row(&self) -> &'a ServerToken {
        self.row
    }

    /// Returns whether the server has an admin token with this name, which may do everything.
    ///
    /// ```
    /// use influxdb3_offline_tokens::TokenFile;
    /// use influxdb3_offline_tokens::server::{ServerComparison, ServerTokens};
    ///
    /// let file = TokenFile::parse(br#"{"tokens": [{"token": "apiv3_a", "name": "app", "permissions": ["db:a:read"]}]}"#)?;
    /// let server = ServerTokens::parse(br#"[{"name": "app", "permissions": "[\"db:a:write\"]"}, {"name": "old", "permissions": "[]"}]"#)?;
    /// let comparison = ServerComparison::new(&file, &server);
    /// assert!(!comparison.tokens()[0].is_admin());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub const fn is_admin(&self) -> bool {
        self.row.permissions().is_admin()
    }

    /// Returns whether the server prints permissions that this crate cannot parse. Then the rights on the server are not
    /// fully known.
    ///
    /// ```
    /// use influxdb3_offline_tokens::TokenFile;
    /// use influxdb3_offline_tokens::server::{ServerComparison, ServerTokens};
    ///
    /// let file = TokenFile::parse(br#"{"tokens": [{"token": "apiv3_a", "name": "app", "permissions": []}]}"#)?;
    /// let server = ServerTokens::parse(br#"[{"name": "app", "permissions": "[\"table:a.b:read\"]"}]"#)?;
    /// assert!(ServerComparison::new(&file, &server).tokens()[0].has_unparsed());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn has_unparsed(&self) -> bool {
        self.row.permissions().unparsed().next().is_some()
    }

    /// Returns the requests that only the server allows; none for an admin token, which may do everything
    /// ([`is_admin`](Self::is_admin)).
    ///
    /// ```
    /// use influxdb3_offline_tokens::TokenFile;
    /// use influxdb3_offline_tokens::server::{ServerComparison, ServerTokens};
    ///
    /// let file = TokenFile::parse(br#"{"tokens": [{"token": "apiv3_a", "name": "app", "permissions": ["db:a:read"]}]}"#)?;
    /// let server = ServerTokens::parse(br#"[{"name": "app", "permissions": "[\"db:a:write\"]"}, {"name": "old", "permissions": "[]"}]"#)?;
    /// let comparison = ServerComparison::new(&file, &server);
    /// assert_eq!(comparison.tokens()[0].gained()[0].to_string(), "write on database `a`");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn gained(&self) -> &[AccessRequest<'a>] {
        &self.gained
    }

    /// Returns the requests that only the file allows; none if the server prints permissions that cannot be parsed
    /// ([`has_unparsed`](Self::has_unparsed)), which may allow them.
    ///
    /// ```
    /// use influxdb3_offline_tokens::TokenFile;
    /// use influxdb3_offline_tokens::server::{ServerComparison, ServerTokens};
    ///
    /// let file = TokenFile::parse(br#"{"tokens": [{"token": "apiv3_a", "name": "app", "permissions": ["db:a:read"]}]}"#)?;
    /// let server = ServerTokens::parse(br#"[{"name": "app", "permissions": "[\"db:a:write\"]"}, {"name": "old", "permissions": "[]"}]"#)?;
    /// let comparison = ServerComparison::new(&file, &server);
    /// assert_eq!(comparison.tokens()[0].lost()[0].to_string(), "read on database `a`");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn lost(&self) -> &[AccessRequest<'a>] {
        &self.lost
    }

    /// Returns the expiry in the file and on the server, if they differ. `None` inside means never.
    ///
    /// ```
    /// use influxdb3_offline_tokens::{Expiry, TokenFile};
    /// use influxdb3_offline_tokens::server::{ServerComparison, ServerTokens};
    ///
    /// let file = TokenFile::parse(br#"{"tokens": [{"token": "apiv3_a", "name": "app", "permissions": []}]}"#)?;
    /// let server = ServerTokens::parse(br#"[{"name": "app", "expiry": "2030-01-01T00:00:00", "permissions": "[]"}]"#)?;
    /// let comparison = ServerComparison::new(&file, &server);
    /// assert_eq!(comparison.tokens()[0].expiry(), Some((None, Some(Expiry::parse("2030-01-01T00:00:00Z")?))));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn expiry(&self) -> Option<(Option<Expiry>, Option<Expiry>)> {
        let file = self.entry.expiry().filter(|expiry| !expiry.is_never());
        let server = self.row.expiry();
        (file != server).then_some((file, server))
    }

    /// Returns whether the secret is the same, as [`ServerToken::has_secret`]. A server does not accept a changed secret
    /// for an existing name (server source, for the admin token file).
    ///
    /// ```
    /// use influxdb3_offline_tokens::TokenFile;
    /// use influxdb3_offline_tokens::server::{ServerComparison, ServerTokens};
    ///
    /// let file = TokenFile::parse(br#"{"tokens": [{"token": "apiv3_a", "name": "app", "permissions": []}]}"#)?;
    /// let server = ServerTokens::parse(br#"[{"name": "app", "hash": "00000000", "permissions": "[]"}]"#)?;
    /// let comparison = ServerComparison::new(&file, &server);
    /// assert_eq!(comparison.tokens()[0].has_same_secret(), Some(false));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn has_same_secret(&self) -> Option<bool> {
        self.row.has_secret(self.entry.token())
    }
}
