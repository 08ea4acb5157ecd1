//! The holder of a presented token.

use core::fmt;
use core::ops::Range;
use std::boxed::Box;
use std::sync::Arc;

use crate::access::entries::{Entries, decide_by};
use crate::access::names::Names;
use crate::access::{AccessEntry, AccessRequest, Decision, EntryKey};
use crate::expiry::Expiry;
use crate::name::TokenName;
use crate::permission::DatabaseActions;

/// The holder of a token that was presented, is known, and had not expired: its name, its expiry, and what it may do.
///
/// It is owned and cheap to clone, so that it can go into the extensions of a request or to another task. It decides by the
/// file that it was authenticated with, also after a reload, and keeps that file's permissions in memory.
///
/// ```
/// use std::time::SystemTime;
/// use influxdb3_offline_tokens::access::Identity;
/// use influxdb3_offline_tokens::{AccessRequest, Authorizer, DatabaseActions, TokenFile};
///
/// let file = TokenFile::parse(br#"{"tokens": [{"token": "apiv3_a", "name": "app", "permissions": ["db:a:read"]}]}"#)?;
/// let identity: Identity = Authorizer::new(&file).authenticate("apiv3_a", SystemTime::now()).expect("known");
/// let request = AccessRequest::database("a", DatabaseActions::READ);
/// let allowed = std::thread::spawn(move || identity.decide(request).is_allowed());
/// assert!(allowed.join().unwrap());
/// # Ok::<(), influxdb3_offline_tokens::InvalidFile>(())
/// ```
#[derive(Clone)]
pub struct Identity {
    holder: Holder,
    tables: Arc<Tables>,
}

/// The permissions of all tokens of a file.
pub(super) struct Tables {
    pub(super) names: Names,
    /// The exact entries by the number of the database's name; those of one holder lie together, sorted.
    pub(super) databases: Box<[(u32, DatabaseActions)]>,
}

/// The grants of one token.
#[derive(Clone)]
pub(super) struct Holder {
    pub(super) name: Arc<TokenName>,
    pub(super) expiry: Expiry,
    /// The range of its exact entries among those of all tokens.
    pub(super) databases: Range<usize>,
    /// The actions of `db:*`.
    pub(super) all: DatabaseActions,
    /// The bits of the system resources.
    pub(super) system: u8,
}

impl Identity {
    pub(super) fn new(holder: &Holder, tables: &Arc<Tables>) -> Self {
        Self { holder: holder.clone(), tables: Arc::clone(tables) }
    }

    /// The name of the token.
    ///
    /// ```
    /// use std::time::SystemTime;
    /// use influxdb3_offline_tokens::{Authorizer, TokenFile};
    ///
    /// let file = TokenFile::parse(br#"{"tokens": [{"token": "apiv3_a", "name": "app", "permissions": ["db:a:read"]}]}"#)?;
    /// let identity = Authorizer::new(&file).authenticate("apiv3_a", SystemTime::now()).expect("known");
    /// assert_eq!(identity.name().as_str(), "app");
    /// # Ok::<(), influxdb3_offline_tokens::InvalidFile>(())
    /// ```
    #[must_use]
    pub fn name(&self) -> &TokenName {
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
    /// let identity = Authorizer::new(&file).authenticate("apiv3_a", UNIX_EPOCH).expect("known");
    /// assert_eq!(identity.expiry(), Some(Expiry::from_millis(9)));
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
    /// let identity = Authorizer::new(&file).authenticate("apiv3_a", SystemTime::now()).expect("known");
    /// let may = |name| identity.decide(AccessRequest::database(name, DatabaseActions::READ)).is_allowed();
    /// assert!(may("a") && !may("b"));
    /// # Ok::<(), influxdb3_offline_tokens::InvalidFile>(())
    /// ```
    pub fn decide(&self, request: AccessRequest<'_>) -> Decision<'_> {
        Grants::new(&self.holder, &self.tables).decide(request)
    }
}

impl fmt::Debug for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Identity").field(&self.name()).finish()
    }
}

/// The entries of one holder.
pub(super) struct Grants<'a> {
    holder: &'a Holder,
    databases: &'a [(u32, DatabaseActions)],
    names: &'a Names,
}

impl<'a> Grants<'a> {
    pub(super) fn new(holder: &'a Holder, tables: &'a Tables) -> Self {
        // Invariant: the range is one of `databases`.
        let databases = tables.databases.get(holder.databases.clone()).unwrap_or_default();
        Self { holder, databases, names: &tables.names }
    }

    pub(super) fn decide(&self, request: AccessRequest<'_>) -> Decision<'a> {
        decide_by(self, request)
    }
}

impl<'a> Entries<'a> for Grants<'a> {
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
