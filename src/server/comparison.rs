//! The comparison of a file with a server.

use std::collections::HashMap;

use crate::access::{Rights, RightsChange};
use crate::file::{TokenEntry, TokenFile};
use crate::server::show_tokens::{ServerToken, ServerTokens};

/// The differences between a tokens file and the tokens of a server. Tokens are matched by name.
///
/// The comparison covers rights, expiry, and the secret if the server shows a part of its hash. The spelling of permissions
/// is ignored. An admin token of the server is compared only if the file has a token with its name.
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
/// assert_eq!(comparison.missing[0].name().as_str(), "new");
/// assert_eq!(comparison.tokens[0].change.lost[0].to_string(), "write on database `a`");
/// assert!(comparison.extra.is_empty());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Limitations
/// The server binds a permission to the database that exists when the token is created. A database that is deleted and
/// created again with the same name is not covered, and the comparison cannot detect this.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct ServerComparison<'a> {
    /// The tokens of the file that the server lacks, in file order.
    pub missing: Vec<&'a TokenEntry>,
    /// The resource tokens of the server that the file lacks, in server order.
    pub extra: Vec<&'a ServerToken>,
    /// The tokens that differ, in file order.
    pub tokens: Vec<ServerDifference<'a>>,
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
    /// assert_eq!((comparison.tokens.len(), comparison.extra.len()), (1, 1));
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
        let is_extra = |row: &&ServerToken| rows.contains_key(row.name()) && !row.is_admin();
        Self { missing, extra: server.tokens().iter().filter(is_extra).collect(), tokens }
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
/// The rights on the server are not fully known if its token is an admin token, which can do everything. The same holds if it
/// prints permissions that this crate cannot parse. Then `change.lost` is empty, and `change.gained` covers only the permissions that
/// this crate can parse: none for an admin token.
///
/// [`ServerToken::has_secret`] compares the secret. A server does not accept a changed secret for an existing name (server
/// source, for the admin token file).
///
/// ```
/// use influxdb3_offline_tokens::{Expiry, TokenFile};
/// use influxdb3_offline_tokens::server::{ServerComparison, ServerTokens};
///
/// let file = TokenFile::parse(br#"{"tokens": [{"token": "apiv3_a", "name": "app", "permissions": ["db:a:read"]}]}"#)?;
/// let server = ServerTokens::parse(br#"[{"name": "app", "expiry": "2030-01-01T00:00:00", "permissions": "[]"}]"#)?;
/// let app = &ServerComparison::new(&file, &server).tokens[0];
/// assert_eq!(app.change.lost[0].to_string(), "read on database `a`");
/// assert_eq!(app.change.expiry, Some((None, Some(Expiry::parse("2030-01-01T00:00:00Z")?))));
/// assert_eq!(app.row.has_secret(app.entry.token()), None); // the server shows no hash
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct ServerDifference<'a> {
    /// The token in the file.
    pub entry: &'a TokenEntry,
    /// The token on the server.
    pub row: &'a ServerToken,
    /// The change in rights and expiry from the file to the server.
    pub change: RightsChange<'a>,
}

impl<'a> ServerDifference<'a> {
    fn between(entry: &'a TokenEntry, row: &'a ServerToken) -> Option<Self> {
        let server = Rights::new(row.permissions());
        let mut change =
            RightsChange::between(&entry.rights(), &server, Some((entry.expiry(), row.expiry())));
        let is_known = !row.is_admin() && row.unparsed().next().is_none();
        if !is_known {
            change.lost.clear();
        }
        let is_same = is_known && change.is_empty() && row.has_secret(entry.token()) != Some(false);
        (!is_same).then_some(Self { entry, row, change })
    }
}
