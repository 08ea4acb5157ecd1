//! The tokens of a file, made ready to authenticate and to decide.

use core::fmt;
use core::hash::BuildHasher;
use std::boxed::Box;
use std::hash::RandomState;
use std::time::SystemTime;
use std::vec;
use std::vec::Vec;

use sha2::{Digest, Sha256, Sha512};

use crate::access::entries::is_over;
use crate::access::names::{Names, tag};
use crate::access::{AccessRequest, Authenticated, Decision, DenyReason, Rights};
use crate::expiry::Expiry;
use crate::file::{TokenEntry, TokenFile};
use crate::name::TokenName;
use crate::permission::DatabaseActions;

/// Authenticates presented tokens and decides requests: built once of a file, then never changed.
///
/// Share it between threads behind an `Arc`; to reload, build a new one and replace the `Arc`. It keeps no token, only
/// digests: SHA-256 under a random key of this value, cut to 128 bits; SHA-512 on x86-64 without instructions for SHA-256. A
/// presented token is hashed, and its digest is looked up in a table, in constant expected time for any number of tokens.
/// How long a comparison of digests takes tells nothing of a token, as nobody outside knows the key. Deciding does not
/// allocate.
///
/// ```
/// use std::time::SystemTime;
/// use influxdb3_offline_tokens::{
///     AccessRequest, Authorizer, DatabaseActions, Permission, Token, TokenEntry, TokenFile, TokenName,
/// };
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
    has_fast_sha256: bool,
    pub(super) seed: u64,
    // Open addressing with linear probing; the digest is uniform, so that it is its own hash. At most two in three slots
    // are taken.
    slots: Box<[Slot]>,
    tokens: Box<[TokenName]>,
    // The grants of one token lie together, sorted by tag.
    pub(super) grants: Box<[Grant]>,
    // The names of all databases, each once.
    pub(super) names: Box<str>,
}

// 128 bits: as many as the documentation asks a token to have at random, and two tokens of a file meet with 2^-95 for
// 100,000 of them. 0 marks a free slot.
#[derive(Clone, Copy)]
pub(super) struct Slot {
    pub(super) digest: u128,
    pub(super) expiry: i64,
    pub(super) token: usize,
    pub(super) start: usize,
    pub(super) count: usize,
    pub(super) all: DatabaseActions,
    pub(super) system: u8,
}

const FREE: Slot =
    Slot { digest: 0, expiry: 0, token: 0, start: 0, count: 0, all: DatabaseActions::EMPTY, system: 0 };

// An exact entry.
#[derive(Clone, Copy)]
pub(super) struct Grant {
    pub(super) name: usize,
    pub(super) tag: u32,
    pub(super) length: u16,
    pub(super) actions: DatabaseActions,
}

// Up to here looking at all grants is quicker than halving.
pub(super) const FEW: usize = 16;

impl Authorizer {
    /// Makes the tokens of a file ready; it takes time and room in proportion to the file.
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
        Self::with_digests(file, has_fast_sha256())
    }

    fn with_digests(file: &TokenFile, has_fast_sha256: bool) -> Self {
        // Keys of the operating system's random source; SipHash spreads them.
        let random = RandomState::new();
        let mut key = [0; 16];
        for (byte, random) in
            key.iter_mut().zip((0..2_u8).flat_map(|half| random.hash_one(half).to_le_bytes()))
        {
            *byte = random;
        }
        let count = file.tokens().len();
        let mut authorizer = Self {
            key,
            has_fast_sha256,
            seed: random.hash_one(2_u8),
            slots: vec![FREE; count + count / 2 + 1].into(),
            tokens: file.tokens().iter().map(|entry| entry.name().clone()).collect(),
            grants: Box::default(),
            names: Box::default(),
        };
        let mut names = Names::default();
        let mut grants = Vec::new();
        for (entry, token) in file.tokens().iter().zip(0_usize..) {
            let slot = authorizer.slot_of(entry, token, &mut grants, &mut names);
            authorizer.insert(slot);
        }
        authorizer.grants = grants.into();
        authorizer.names = names.text.into();
        authorizer
    }

    fn slot_of<'a>(
        &self,
        entry: &'a TokenEntry,
        token: usize,
        grants: &mut Vec<Grant>,
        names: &mut Names<'a>,
    ) -> Slot {
        let rights = Rights::of(entry.permissions());
        let start = grants.len();
        for (name, actions) in rights.exact {
            let tag = tag(self.seed, name);
            // Invariant: a name has at most 511 bytes.
            let length = u16::try_from(name.len()).unwrap_or(u16::MAX);
            grants.push(Grant { name: names.place(name), tag, length, actions });
        }
        if let Some(own) = grants.get_mut(start..) {
            own.sort_unstable_by_key(|grant| grant.tag);
        }
        Slot {
            digest: self.digest(entry.token().expose().as_bytes()),
            expiry: entry.expiry().unwrap_or(Expiry::NEVER).as_millis(),
            token,
            start,
            count: grants.len() - start,
            all: rights.all,
            system: rights.system,
        }
    }

    fn insert(&mut self, slot: Slot) {
        let home = self.home(slot.digest);
        let (before, from) = self.slots.split_at_mut(home);
        if let Some(free) = from.iter_mut().chain(before).find(|slot| slot.digest == 0) {
            *free = slot;
        }
    }

    fn digest(&self, token: &[u8]) -> u128 {
        // The key goes first: without it nobody can prepare digests, or learn of one through time. 16 bytes of it leave a
        // token of the server's length in two blocks of SHA-256, or one of SHA-512.
        let start = if self.has_fast_sha256 {
            start_of_digest::<Sha256>([&self.key, token])
        } else {
            start_of_digest::<Sha512>([&self.key, token])
        };
        u128::from_le_bytes(start).max(1)
    }

    // The share of the digest's first half, of all slots.
    #[expect(
        clippy::cast_possible_truncation,
        reason = "the first half; the product is less than the length"
    )]
    fn home(&self, digest: u128) -> usize {
        ((u128::from(digest as u64) * self.slots.len() as u128) >> 64) as usize
    }

    /// Finds out whose token was presented, and that it has not expired at `now`. `presented` is the token alone, without
    /// `Bearer `.
    ///
    /// ```
    /// use std::time::SystemTime;
    /// use influxdb3_offline_tokens::{Authorizer, DenyReason, TokenFile};
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
    ) -> Result<Authenticated<'_>, DenyReason<'static>> {
        let digest = self.digest(presented.as_ref());
        let (before, from) = self.slots.split_at(self.home(digest));
        // There is always a free slot.
        let probed = from.iter().chain(before).take_while(|slot| slot.digest != 0);
        let found = probed.into_iter().find(|slot| slot.digest == digest);
        let slot = found.ok_or(DenyReason::UnknownToken)?;
        let expiry = Expiry::from_millis(slot.expiry);
        if is_over(expiry, now) {
            return Err(DenyReason::Expired(expiry));
        }
        // Every slot that is taken has a token.
        let name = self.tokens.get(slot.token).ok_or(DenyReason::UnknownToken)?;
        Ok(Authenticated { authorizer: self, slot, name })
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
        match self.authenticate(presented, now) {
            Ok(token) => token.decide(request),
            Err(reason) => Decision::Denied(reason),
        }
    }

    /// How many tokens there are.
    ///
    /// ```
    /// use influxdb3_offline_tokens::{Authorizer, TokenFile};
    ///
    /// assert_eq!(Authorizer::new(&TokenFile::parse(br#"{"tokens": []}"#)?).len(), 0);
    /// # Ok::<(), influxdb3_offline_tokens::InvalidFile>(())
    /// ```
    #[must_use]
    pub const fn len(&self) -> usize {
        self.tokens.len()
    }

    /// Whether there is no token: everything is denied.
    ///
    /// ```
    /// use influxdb3_offline_tokens::{Authorizer, TokenFile};
    ///
    /// let authorizer = Authorizer::new(&TokenFile::parse(br#"{"tokens": []}"#)?);
    /// assert!(authorizer.is_empty());
    /// # Ok::<(), influxdb3_offline_tokens::InvalidFile>(())
    /// ```
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.tokens.is_empty()
    }
}

/// Whether the processor has instructions for SHA-256, as most have. On x86-64 without them, one block of SHA-512 takes half
/// the time of two of SHA-256.
#[allow(clippy::missing_const_for_fn, reason = "on x86-64 it cannot be const")]
fn has_fast_sha256() -> bool {
    #[cfg(target_arch = "x86_64")]
    return std::arch::is_x86_feature_detected!("sha");
    #[cfg(not(target_arch = "x86_64"))]
    true
}

fn start_of_digest<D: Digest>(pieces: [&[u8]; 2]) -> [u8; 16] {
    let digest = pieces.into_iter().fold(D::new(), D::chain_update).finalize();
    let mut start = [0; 16];
    for (byte, digest) in start.iter_mut().zip(digest) {
        *byte = digest;
    }
    start
}

impl fmt::Debug for Authorizer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Authorizer({} tokens)", self.len())
    }
}

#[cfg(test)]
mod tests {
    use std::time::SystemTime;

    use super::{Authorizer, TokenFile};

    #[test]
    fn either_digest_tells_tokens_apart() {
        let text = br#"{"tokens": [
            {"token": "apiv3_a", "name": "a", "permissions": []},
            {"token": "apiv3_b", "name": "b", "permissions": []}]}"#;
        let file = TokenFile::parse(text).unwrap();
        for has_fast_sha256 in [true, false] {
            let mut authorizer = Authorizer::with_digests(&file, has_fast_sha256);
            let who =
                |token: &str| Some(authorizer.authenticate(token, SystemTime::now()).ok()?.name().as_str());
            assert_eq!([who("apiv3_a"), who("apiv3_b")], [Some("a"), Some("b")]);
            assert_eq!([who("apiv3_c"), who("apiv3_"), who("")], [None; 3]);
            // The other digest is another one.
            authorizer.has_fast_sha256 = !has_fast_sha256;
            assert!(authorizer.authenticate("apiv3_a", SystemTime::now()).is_err());
        }
    }
}
