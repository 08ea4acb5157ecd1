//! The holder of a presented token.

use core::fmt;
use core::ops::Range;

use crate::access::entries::{Entries, decide_by};
use crate::access::names::Names;
use crate::access::{AccessEntry, AccessRequest, Decision, EntryKey};
use crate::expiry::Expiry;
use crate::name::TokenName;
use crate::permission::DatabaseActions;

/// A token that was presented, is known, and has not expired.
///
/// ```
/// use std::time::SystemTime;
/// use influxdb3_offline_tokens::{AccessRequest, Authorizer, SystemResource, Token, TokenEntry, TokenFile, TokenName};
///
/// let token = Token::generate()?;
/// let entry = TokenEntry::new(TokenName::parse("app")?, token.clone());
/// let authorizer = Authorizer::new(&TokenFile::new([], [entry])?);
/// let who = authorizer.authenticate(token.expose(), SystemTime::now()).expect("known");
/// assert_eq!(who.name().as_str(), "app");
/// assert!(!who.decide(AccessRequest::system(SystemResource::Health)).is_allowed());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy)]
pub struct Authenticated<'a> {
    pub(super) holder: &'a Holder,
    /// The exact entries by the number of the database's name, sorted.
    pub(super) databases: &'a [(u32, DatabaseActions)],
    pub(super) names: &'a Names,
}

/// What a file grants to one of its tokens.
pub(super) struct Holder {
    pub(super) name: TokenName,
    pub(super) expiry: Expiry,
    /// Where the exact entries are among those of all holders.
    pub(super) databases: Range<usize>,
    /// The actions of `db:*`.
    pub(super) all: DatabaseActions,
    /// The bits of the system resources.
    pub(super) system: u8,
}

impl<'a> Authenticated<'a> {
    /// The name of the token.
    ///
    /// ```
    /// use std::time::SystemTime;
    /// use influxdb3_offline_tokens::{Authorizer, TokenFile};
    ///
    /// let file = TokenFile::parse(br#"{"tokens": [{"token": "apiv3_a", "name": "app", "permissions": ["db:a:read"]}]}"#)?;
    /// let authorizer = Authorizer::new(&file);
    /// let who = authorizer.authenticate("apiv3_a", SystemTime::now()).expect("known");
    /// assert_eq!(who.name().as_str(), "app");
    /// # Ok::<(), influxdb3_offline_tokens::InvalidFile>(())
    /// ```
    #[must_use]
    pub const fn name(&self) -> &'a TokenName {
        &self.holder.name
    }

    /// Returns when the token expires, for callers that keep the value longer than one request; `None` if it never expires.
    ///
    /// ```
    /// use std::time::UNIX_EPOCH;
    /// use influxdb3_offline_tokens::{Authorizer, Expiry, TokenFile};
    ///
    /// let file = TokenFile::parse(
    ///     br#"{"tokens": [{"token": "apiv3_a", "name": "app", "permissions": ["db:a:read"], "expiry_millis": 9}]}"#,
    /// )?;
    /// let authorizer = Authorizer::new(&file);
    /// let who = authorizer.authenticate("apiv3_a", UNIX_EPOCH).expect("known");
    /// assert_eq!(who.expiry(), Some(Expiry::from_millis(9)));
    /// # Ok::<(), influxdb3_offline_tokens::InvalidFile>(())
    /// ```
    #[must_use]
    pub fn expiry(&self) -> Option<Expiry> {
        Some(self.holder.expiry).filter(|expiry| !expiry.is_never())
    }

    /// Decides a request. The expiry was checked when the token was authenticated.
    ///
    /// ```
    /// use std::time::SystemTime;
    /// use influxdb3_offline_tokens::{AccessRequest, Authorizer, DatabaseActions, TokenFile};
    ///
    /// let file = TokenFile::parse(br#"{"tokens": [{"token": "apiv3_a", "name": "app", "permissions": ["db:a:read"]}]}"#)?;
    /// let authorizer = Authorizer::new(&file);
    /// let who = authorizer.authenticate("apiv3_a", SystemTime::now()).expect("known");
    /// let may = |name| who.decide(AccessRequest::database(name, DatabaseActions::READ)).is_allowed();
    /// assert!(may("a") && !may("b"));
    /// # Ok::<(), influxdb3_offline_tokens::InvalidFile>(())
    /// ```
    pub fn decide(&self, request: AccessRequest<'_>) -> Decision<'a> {
        decide_by(self, request)
    }
}

impl<'a> Entries<'a> for Authenticated<'a> {
    fn exact(&self, name: &str) -> Option<AccessEntry<'a>> {
        let (name, number) = self.names.find(name)?;
        let at = self.databases.binary_search_by_key(&number, |(number, _)| *number).ok()?;
        let (_, actions) = self.databases.get(at)?;
        Some(AccessEntry { key: EntryKey::Database(name), actions: *actions })
    }

    fn all_databases(&self) -> DatabaseActions {
        self.holder.all
    }

    fn least_with(&self, wanted: DatabaseActions) -> Option<AccessEntry<'a>> {
        let (number, actions) = self.databases.iter().find(|(_, actions)| actions.contains(wanted))?;
        Some(AccessEntry { key: EntryKey::Database(self.names.name(*number)?), actions: *actions })
    }

    fn has_exact(&self) -> bool {
        !self.databases.is_empty()
    }

    fn system(&self) -> u8 {
        self.holder.system
    }
}

impl fmt::Debug for Authenticated<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Authenticated").field(&self.name()).finish()
    }
}
