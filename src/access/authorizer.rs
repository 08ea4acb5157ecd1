//! The tokens of a file, indexed for authentication.

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

/// Authenticates presented tokens and decides requests. It is built once from a file and never changes.
///
/// Share it between threads in an `Arc`; to reload, build a new one and replace the `Arc`. It stores no token, only SHA-256
/// digests under a random key. A look-up takes the same time for any number of tokens, and its time reveals nothing about a
/// token, because the key is secret. Deciding does not allocate.
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
/// let request = AccessRequest::Database("sensors", DatabaseActions::WRITE);
/// let now = SystemTime::now();
/// assert!(authorizer.decide(token.expose(), request, now).is_allowed());
/// assert_eq!(authorizer.decide("apiv3_guess", request, now).to_string(), "denied: no such token");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct Authorizer {
    key: [[u8; 8]; 2],
    // The key is the digest of the token.
    holders: HashMap<[u8; 32], Identity, foldhash::fast::RandomState>,
}

impl Authorizer {
    /// Indexes the tokens of a file, in time and memory proportional to the file.
    ///
    /// ```
    /// use influxdb3_offline_tokens::{Authorizer, TokenFile};
    ///
    /// let file = TokenFile::parse(br#"{"tokens": [{"token": "apiv3_a", "name": "app", "permissions": ["db:a:read"]}]}"#)?;
    /// let authorizer = Authorizer::new(&file);
    /// drop(file); // no longer needed
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

    /// Returns the identity of the presented token. `presented` is the token alone, without `Bearer `:
    /// [`PresentedToken`](crate::access::PresentedToken) parses the header.
    ///
    /// The result is owned. For a single decision, [`Authorizer::decide`] is slightly faster.
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
    /// Returns [`DenyReason::UnknownToken`], or [`DenyReason::Expired`] if the token has expired at `now`.
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

    /// Authenticates a token and decides its request. `presented` is the token alone, without `Bearer `.
    ///
    /// ```
    /// use std::time::SystemTime;
    /// use influxdb3_offline_tokens::{AccessRequest, Authorizer, DatabaseActions, TokenFile};
    ///
    /// let file = TokenFile::parse(br#"{"tokens": [{"token": "apiv3_a", "name": "app", "permissions": ["db:a:read"]}]}"#)?;
    /// let authorizer = Authorizer::new(&file);
    /// let may = |actions| authorizer.decide("apiv3_a", AccessRequest::Database("a", actions), SystemTime::now()).is_allowed();
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

    /// Returns whether there are no tokens: everything is denied.
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

/// Returns a random key, derived from the hash keys of std, whose creation cannot fail.
fn random_key() -> [[u8; 8]; 2] {
    let random = RandomState::new();
    [0_u8, 1].map(|half| random.hash_one(half).to_le_bytes())
}

/// Hashes a token with a secret key, which prevents timing attacks. With a key of more than 16 bytes, a token would take a
/// third block.
fn digest(key: &[[u8; 8]; 2], token: &[u8]) -> [u8; 32] {
    Sha256::new().chain_update(key.as_flattened()).chain_update(token).finalize().into()
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
