//! The identity of a presented token.

use core::fmt;
use std::sync::Arc;

use crate::access::entries::{Wildcards, decide_by, entry_of};
use crate::access::{AccessRequest, Decision};
use crate::expiry::Expiry;
use crate::name::TokenName;
use crate::permission::DatabaseActions;

/// An authenticated token: its name, expiry and rights.
///
/// It is owned and cheap to clone, for example for the extensions of a request or another task. It decides with the file that
/// authenticated it, even after a reload, and keeps the permissions of that file in memory.
///
/// ```
/// use std::time::SystemTime;
/// use influxdb3_offline_tokens::access::Identity;
/// use influxdb3_offline_tokens::{AccessRequest, Authorizer, DatabaseActions, TokenFile};
///
/// let file = TokenFile::parse(br#"{"tokens": [{"token": "apiv3_a", "name": "app", "permissions": ["db:a:read"]}]}"#)?;
/// let identity: Identity = Authorizer::new(&file).authenticate("apiv3_a", SystemTime::now()).expect("known");
/// let request = AccessRequest::Database("a", DatabaseActions::READ);
/// let allowed = std::thread::spawn(move || identity.decide(request).is_allowed());
/// assert!(allowed.join().unwrap());
/// # Ok::<(), influxdb3_offline_tokens::InvalidFile>(())
/// ```
#[derive(Clone)]
pub struct Identity {
    pub(super) name: Arc<TokenName>,
    pub(super) expiry: Option<Expiry>,
    // Sorted by name. The names are shared with the other tokens of the file.
    pub(super) databases: Arc<[(Arc<str>, DatabaseActions)]>,
    pub(super) wildcards: Wildcards,
}

impl Identity {
    /// Returns the name of the token.
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
        &self.name
    }

    /// Returns the expiry; `None` if the token never expires. Check it if you keep the identity for longer than one request.
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
    pub const fn expiry(&self) -> Option<Expiry> {
        self.expiry
    }

    /// Decides a request, regardless of the expiry, which was checked at authentication.
    ///
    /// ```
    /// use std::time::SystemTime;
    /// use influxdb3_offline_tokens::{AccessRequest, Authorizer, DatabaseActions, TokenFile};
    ///
    /// let file = TokenFile::parse(br#"{"tokens": [{"token": "apiv3_a", "name": "app", "permissions": ["db:a:read"]}]}"#)?;
    /// let identity = Authorizer::new(&file).authenticate("apiv3_a", SystemTime::now()).expect("known");
    /// let may = |name| identity.decide(AccessRequest::Database(name, DatabaseActions::READ)).is_allowed();
    /// assert!(may("a") && !may("b"));
    /// # Ok::<(), influxdb3_offline_tokens::InvalidFile>(())
    /// ```
    pub fn decide<'a>(&'a self, request: AccessRequest<'_>) -> Decision<'a> {
        let entry = |(name, actions): &'a (Arc<str>, DatabaseActions)| entry_of(name, *actions);
        let exact = |wanted: &str| {
            let at = self.databases.binary_search_by(|(name, _)| (**name).cmp(wanted)).ok()?;
            self.databases.get(at).map(entry)
        };
        decide_by(request, self.wildcards, exact, || self.databases.iter().map(entry))
    }
}

impl fmt::Debug for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Identity").field(&self.name()).finish()
    }
}
