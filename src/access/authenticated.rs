//! A token that was presented, and is known.

use core::fmt;

use crate::access::authorizer::{Authorizer, FEW, Grant, Slot};
use crate::access::entries::{Entries, decide_by};
use crate::access::names::tag;
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
    pub(super) authorizer: &'a Authorizer,
    pub(super) slot: &'a Slot,
    pub(super) name: &'a TokenName,
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
        self.name
    }

    /// Until when it may do anything, for who keeps it longer than for one request; none where it never ends.
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
        Some(Expiry::from_millis(self.slot.expiry)).filter(|expiry| !expiry.is_never())
    }

    /// Decides a request. The time was looked at when the token was authenticated.
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

    fn grants(&self) -> &'a [Grant] {
        let start = self.slot.start;
        self.authorizer.grants.get(start..start + self.slot.count).unwrap_or_default()
    }

    fn name_of(&self, grant: &Grant) -> &'a str {
        self.authorizer.names.get(grant.name..grant.name + usize::from(grant.length)).unwrap_or_default()
    }

    fn bytes_of(&self, grant: &Grant) -> Option<&'a [u8]> {
        self.authorizer.names.as_bytes().get(grant.name..grant.name + usize::from(grant.length))
    }

    fn entry(&self, grant: &Grant) -> AccessEntry<'a> {
        AccessEntry { key: EntryKey::Database(self.name_of(grant)), actions: grant.actions }
    }
}

impl<'a> Entries<'a> for Authenticated<'a> {
    fn exact(&self, name: &str) -> Option<AccessEntry<'a>> {
        let tag = tag(self.authorizer.seed, name);
        let mut grants = self.grants();
        if grants.len() > FEW {
            grants = grants.get(grants.partition_point(|grant| grant.tag < tag)..).unwrap_or_default();
            let same = grants.partition_point(|grant| grant.tag == tag);
            grants = grants.get(..same).unwrap_or_default();
        }
        let same = |grant: &&Grant| grant.tag == tag && self.bytes_of(grant) == Some(name.as_bytes());
        grants.iter().find(same).map(|grant| self.entry(grant))
    }

    fn all_databases(&self) -> DatabaseActions {
        self.slot.all
    }

    fn least_with(&self, actions: DatabaseActions) -> Option<AccessEntry<'a>> {
        let with = self.grants().iter().filter(|grant| grant.actions.contains(actions));
        with.min_by_key(|grant| self.name_of(grant)).map(|grant| self.entry(grant))
    }

    fn has_exact(&self) -> bool {
        self.slot.count != 0
    }

    fn system(&self) -> u8 {
        self.slot.system
    }
}

impl fmt::Debug for Authenticated<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Authenticated").field(&self.name()).finish()
    }
}
