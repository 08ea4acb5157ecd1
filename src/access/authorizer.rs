//! The tokens of a file, made ready to authenticate and to decide.

use core::fmt;
use core::hash::BuildHasher;
use std::collections::{HashMap, HashSet};
use std::hash::RandomState;
use std::sync::Arc;
use std::time::SystemTime;

use sha2::{Digest, Sha256};

use crate::access::identity::Identity;
use crate::access::{AccessRequest, Decision, DenyReason};
use crate::file::TokenFile;

/// Authenticates presented tokens and decides requests: built once from a file, then never changed.
///
/// Share it between threads behind an `Arc`; to reload, build a new one and replace the `Arc`. It keeps no token, only
/// digests: SHA-256 under a random key of this value. A presented token is hashed and its digest is looked up in a hash
/// map, in constant expected time for any number of tokens. The time that a comparison of digests takes reveals nothing
/// about a token, as nobody outside knows the key. Deciding does not allocate.
///
/// ```
/// use std::time::SystemTime;
/// use influxdb3_offline_tokens::{AccessRequest, Authorizer, DatabaseActions, Permission, Token, TokenEntry};
/// use influxdb3_offline_tokens::{TokenFile, TokenName};
///
/// let token = Token::generate()?;
/// let entry = TokenEntry::new(TokenName::parse("app")?, token.clone())
///     .with_permissions([Permission::parse("db:sensors:write")?]);
/// let authorizer = Authorizer::new(&TokenFile::new([], [entry])?);
///
/// let request = AccessRequest::database("sensors", DatabaseActions::WRITE);
/// let now = SystemTime::now();
/// assert!(authorizer.decide(token.expose(), request, now).is_allowed());
/// assert_eq!(authorizer.decide("apiv3_guess", request, now).to_string(), "denied: no such token");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct Authorizer {
    key: [u8; 16],
    // By the digest of the token.
    holders: HashMap<[u8; 32], Identity, foldhash::fast::RandomState>,
}

impl Authorizer {
    /// Makes the tokens of a file ready; it takes time and memory in proportion to the file.
    ///
    /// ```
    /// use influxdb3_offline_tokens::{Authorizer, TokenFile};
    ///
    /// let file = TokenFile::parse(br#"{"tokens": [{"token": "apiv3_a", "name": "app", "permissions": ["db:a:read"]}]}"#)?;
    /// let authorizer = Authorizer::new(&file);
    /// drop(file); // it is not needed any more
    /// assert_eq!(authorizer.len(), 1);
    /// # Ok::<(), influxdb3_offline_tokens::InvalidFile>(())
    /// ```
    #[must_use]
    pub fn new(file: &TokenFile) -> Self {
        let key = random_key();
        let mut names: HashSet<Arc<str>> = HashSet::new();
        let mut shared = |name: &str| {
            names.get(name).cloned().unwrap_or_else(|| {
                let name = Arc::from(name);
                names.insert(Arc::clone(&name));
                name
            })
        };
        let holders = file.tokens().iter().map(|entry| {
            let rights = entry.rights();
            let holder = Identity {
                name: Arc::new(entry.name().clone()),
                expiry: entry.expiry().filter(|expiry| !expiry.is_never()),
                databases: rights.exact.into_iter().map(|(name, actions)| (shared(name), actions)).collect(),
                wildcards: rights.wildcards,
            };
            (digest(&key, entry.token().expose().as_bytes()), holder)
        });
        Self { key, holders: holders.collect() }
    }

    /// Finds the holder of the presented token, if it has not expired at `now`. `presented` is the token alone, without
    /// `Bearer `: [`PresentedToken`](crate::access::PresentedToken) takes it from a header.
    ///
    /// The returned value is owned; for one decision, [`Authorizer::decide`] is a little cheaper.
    ///
    /// ```
    /// use std::time::SystemTime;
    /// use influxdb3_offline_tokens::{Authorizer, TokenFile};
    /// use influxdb3_offline_tokens::access::DenyReason;
    ///
    /// let file = TokenFile::parse(br#"{"tokens": [{"token": "apiv3_a", "name": "app", "expiry_millis": 1, "permissions": []}]}"#)?;
    /// let authorizer = Authorizer::new(&file);
    /// let refused = |presented| authorizer.authenticate(presented, SystemTime::now()).err();
    /// assert_eq!(refused("apiv3_b"), Some(DenyReason::UnknownToken));
    /// assert!(matches!(refused("apiv3_a"), Some(DenyReason::Expired(_))));
    /// # Ok::<(), influxdb3_offline_tokens::InvalidFile>(())
    /// ```
    ///
    /// # Errors
    /// [`DenyReason::UnknownToken`] and [`DenyReason::Expired`].
    pub fn authenticate(
        &self,
        presented: impl AsRef<[u8]>,
        now: SystemTime,
    ) -> Result<Identity, DenyReason<'static>> {
        self.holder(presented.as_ref(), now).cloned()
    }

    fn holder(&self, presented: &[u8], now: SystemTime) -> Result<&Identity, DenyReason<'static>> {
        let digest = digest(&self.key, presented);
        let holder = self.holders.get(&digest).ok_or(DenyReason::UnknownToken)?;
        match holder.expiry() {
            Some(expiry) if expiry.is_past(now) => Err(DenyReason::Expired(expiry)),
            _ => Ok(holder),
        }
    }

    /// Authenticates and decides; `presented` is the token alone.
    ///
    /// ```
    /// use std::time::SystemTime;
    /// use influxdb3_offline_tokens::{AccessRequest, Authorizer, DatabaseActions, TokenFile};
    ///
    /// let file = TokenFile::parse(br#"{"tokens": [{"token": "apiv3_a", "name": "app", "permissions": ["db:a:read"]}]}"#)?;
    /// let authorizer = Authorizer::new(&file);
    /// let may = |actions| authorizer.decide("apiv3_a", AccessRequest::database("a", actions), SystemTime::now()).is_allowed();
    /// assert!(may(DatabaseActions::READ) && !may(DatabaseActions::WRITE));
    /// # Ok::<(), influxdb3_offline_tokens::InvalidFile>(())
    /// ```
    pub fn decide(
        &self,
        presented: impl AsRef<[u8]>,
        request: AccessRequest<'_>,
        now: SystemTime,
    ) -> Decision<'_> {
        match self.holder(presented.as_ref(), now) {
            Ok(holder) => holder.decide(request),
            Err(reason) => Decision::Denied(reason),
        }
    }

    /// Returns the number of tokens.
    ///
    /// ```
    /// use influxdb3_offline_tokens::{Authorizer, TokenFile};
    ///
    /// assert_eq!(Authorizer::new(&TokenFile::parse(br#"{"tokens": []}"#)?).len(), 0);
    /// # Ok::<(), influxdb3_offline_tokens::InvalidFile>(())
    /// ```
    #[must_use]
    pub fn len(&self) -> usize {
        self.holders.len()
    }

    /// Returns whether there is no token, so that everything is denied.
    ///
    /// ```
    /// use influxdb3_offline_tokens::{Authorizer, TokenFile};
    ///
    /// let authorizer = Authorizer::new(&TokenFile::parse(br#"{"tokens": []}"#)?);
    /// assert!(authorizer.is_empty());
    /// # Ok::<(), influxdb3_offline_tokens::InvalidFile>(())
    /// ```
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.holders.is_empty()
    }
}

/// A key from the random source of the operating system, by way of std's hash keys, which never fail.
fn random_key() -> [u8; 16] {
    let random = RandomState::new();
    (u128::from(random.hash_one(0_u8)) << 64 | u128::from(random.hash_one(1_u8))).to_le_bytes()
}

/// The key goes first: without it nobody can prepare digests or learn one from timing. A longer key than 16 bytes would
/// take a token of the server's length into a third block.
fn digest(key: &[u8; 16], token: &[u8]) -> [u8; 32] {
    Sha256::new().chain_update(key).chain_update(token).finalize().into()
}

impl fmt::Debug for Authorizer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Authorizer({} tokens)", self.len())
    }
}

#[cfg(test)]
mod tests {
    use super::{Authorizer, TokenFile};

    #[test]
    fn each_authorizer_has_its_own_key() {
        let text = br#"{"tokens": [{"token": "apiv3_a", "name": "a", "permissions": []}]}"#;
        let file = TokenFile::parse(text).unwrap();
        let digests = || Authorizer::new(&file).holders.into_keys();
        assert!(digests().ne(digests()));
    }
}
