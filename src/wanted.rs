//! The wanted state of a tokens file, and the changes that lead to it.
//!
//! A wanted file is a tokens file without secrets. Instead of `expiry_millis`, a token may have a lifetime (`expires_in`). It
//! may also have a time before its expiry from which it is rotated (`rotate_within`):
//!
//! ```json
//! {
//!   "create_databases": ["sensors"],
//!   "tokens": [
//!     {"name": "collector", "permissions": ["db:sensors:write"], "expires_in": "90d", "rotate_within": "7d"}
//!   ]
//! }
//! ```
//!
//! Pass the plan to [`update`](crate::update), which computes and applies it under one lock:
//!
//! ```
//! use std::time::SystemTime;
//! use influxdb3_offline_tokens::{Token, update};
//! use influxdb3_offline_tokens::disk::Outcome;
//! use influxdb3_offline_tokens::wanted::WantedFile;
//!
//! # let directory = tempfile::tempdir()?;
//! # let path = directory.path().join("permission-tokens.json");
//! let wanted = WantedFile::parse(br#"{"tokens": [{"name": "app", "permissions": [], "expires_in": "90d"}]}"#)?;
//! let reconcile = || update(&path, |file| wanted.plan(file, SystemTime::now(), Token::generate));
//! assert_eq!(reconcile()?.outcome, Outcome::Created);
//! assert_eq!(reconcile()?.outcome, Outcome::Unchanged);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod parse;

use core::time::Duration;
use std::collections::{HashMap, HashSet};
use std::time::SystemTime;

pub use self::parse::InvalidWantedFile;
use crate::access::Rights;
use crate::edit::Change;
use crate::expiry::Expiry;
use crate::file::{TokenEntry, TokenFile};
use crate::name::{DatabaseName, TokenName};
use crate::permission::Permission;
use crate::token::Token;

/// The wanted state of a tokens file.
///
/// ```
/// use std::time::SystemTime;
/// use influxdb3_offline_tokens::{Token, TokenFile};
/// use influxdb3_offline_tokens::wanted::WantedFile;
///
/// let file = TokenFile::parse(br#"{"tokens": [
///     {"token": "apiv3_a", "name": "app", "expiry_millis": 1, "permissions": ["db:a:read"]},
///     {"token": "apiv3_b", "name": "other", "permissions": []}]}"#)?;
/// let wanted = WantedFile::parse(br#"{"create_databases": ["a"], "tokens": [
///     {"name": "app", "permissions": ["db:a:read,write"], "expires_in": "90d"}]}"#)?;
/// let changes = wanted.plan(Some(&file), SystemTime::UNIX_EPOCH, Token::generate)?;
/// let changes: Vec<String> = changes.iter().map(ToString::to_string).collect();
/// assert_eq!(changes, ["add `a` to `create_databases`", "set the permissions of token `app` to `db:a:read,write`"]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct WantedFile {
    create_databases: Vec<DatabaseName>,
    tokens: Vec<WantedToken>,
    remove_others: bool,
}

/// An entry of `tokens` without its secret.
#[derive(Clone, Debug)]
struct WantedToken {
    name: TokenName,
    permissions: Vec<Permission>,
    expiry: WantedExpiry,
}

#[derive(Clone, Copy, Debug)]
enum WantedExpiry {
    Never,
    At(Expiry),
    // Invariant: at least a second longer than `rotate_within`.
    In { lifetime: Duration, rotate_within: Duration },
}

impl WantedFile {
    /// Sets whether the plan removes tokens that are not in the wanted file. By default it keeps them.
    ///
    /// ```
    /// use std::time::SystemTime;
    /// use influxdb3_offline_tokens::{Token, TokenFile};
    /// use influxdb3_offline_tokens::wanted::WantedFile;
    ///
    /// let file = TokenFile::parse(br#"{"tokens": [{"token": "apiv3_a", "name": "app", "permissions": []}]}"#)?;
    /// let wanted = WantedFile::parse(br#"{"tokens": []}"#)?.remove_others(true);
    /// let changes = wanted.plan(Some(&file), SystemTime::now(), Token::generate)?;
    /// assert_eq!(changes[0].to_string(), "remove token `app`");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub const fn remove_others(mut self, remove: bool) -> Self {
        self.remove_others = remove;
        self
    }

    /// Returns the changes from the current file to the wanted state at `now`. `file` is `None` if it does not exist.
    /// `secrets` returns a new secret for each added or rotated token. After the changes, the plan is empty until the next
    /// rotation.
    ///
    /// - A missing file is created, even without tokens. A missing token is added.
    /// - A token that has expired, or expires within `rotate_within`, is rotated and gets the wanted expiry. It is not
    ///   rotated if the wanted `expiry_millis` is also in the past.
    /// - The expiry is set if it differs from `expiry_millis`, and removed if none is wanted.
    /// - With `expires_in`, a token without an expiry gets one, and an existing expiry is kept until the rotation. An existing
    ///   one is shortened only if it exceeds `now` plus `expires_in` by more than a tenth of `expires_in`, at most an hour.
    ///   This tolerates different clocks.
    /// - The permissions are set if their [`Rights`] differ. Spelling and order are ignored.
    /// - Databases that are missing from `create_databases` are added. None is removed.
    ///
    /// ```
    /// use std::convert::Infallible;
    /// use std::time::{Duration, UNIX_EPOCH};
    /// use influxdb3_offline_tokens::{Token, TokenFile, edit};
    /// use influxdb3_offline_tokens::wanted::WantedFile;
    ///
    /// let wanted = br#"{"tokens": [{"name": "app", "permissions": [], "expires_in": "90d", "rotate_within": "7d"}]}"#;
    /// let wanted = WantedFile::parse(wanted)?;
    /// let day = |number: u64| UNIX_EPOCH + Duration::from_secs(number * 24 * 3600);
    /// let secrets = || Ok::<_, Infallible>(Token::parse("apiv3_for_a_dry_run").unwrap());
    /// let changes = wanted.plan(None, day(0), secrets)?;
    /// let file = TokenFile::parse(&edit::apply(None, &changes)?.unwrap())?;
    /// assert!(wanted.plan(Some(&file), day(82), secrets)?.is_empty());
    /// let changes = wanted.plan(Some(&file), day(83), secrets)?;
    /// assert_eq!(changes[0].to_string(), "rotate token `app`");
    /// assert_eq!(changes[1].to_string(), "set the expiry of token `app` to 1970-06-23T00:00:00Z");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// Returns the error of `secrets`.
    pub fn plan<E>(
        &self,
        file: Option<&TokenFile>,
        now: SystemTime,
        mut secrets: impl FnMut() -> Result<Token, E>,
    ) -> Result<Vec<Change>, E> {
        let (databases, entries) =
            file.map_or((&[][..], &[][..]), |file| (file.create_databases(), file.tokens()));
        let created: HashSet<&DatabaseName> = databases.iter().collect();
        let present: HashMap<&TokenName, &TokenEntry> =
            entries.iter().map(|entry| (entry.name(), entry)).collect();

        let mut changes = Vec::new();
        let missing: Vec<DatabaseName> =
            self.create_databases.iter().filter(|name| !created.contains(name)).cloned().collect();
        if !missing.is_empty() {
            changes.push(Change::create_databases(missing));
        }
        let mut new = Vec::new();
        for token in &self.tokens {
            match present.get(&token.name) {
                Some(entry) => token.plan(entry, now, &mut secrets, &mut changes)?,
                None => new.push(token.to_entry(now, secrets()?)),
            }
        }
        if !new.is_empty() || file.is_none() && changes.is_empty() {
            changes.push(Change::append(new));
        }
        if self.remove_others {
            let wanted: HashSet<&TokenName> = self.tokens.iter().map(|token| &token.name).collect();
            let others = entries.iter().map(TokenEntry::name).filter(|name| !wanted.contains(name));
            changes.extend(others.cloned().map(Change::remove));
        }
        Ok(changes)
    }
}

impl WantedToken {
    fn to_entry(&self, now: SystemTime, token: Token) -> TokenEntry {
        TokenEntry::new(self.name.clone(), token)
            .with_expiry(self.expiry.to_expiry(None, now))
            .with_permissions(self.permissions.iter().cloned())
    }

    fn plan<E>(
        &self,
        entry: &TokenEntry,
        now: SystemTime,
        secrets: &mut impl FnMut() -> Result<Token, E>,
        changes: &mut Vec<Change>,
    ) -> Result<(), E> {
        let name = || self.name.clone();
        let old = entry.expiry().filter(|expiry| !expiry.is_never());
        let rotates = old.is_some_and(|old| self.expiry.is_due(old, now));
        if rotates {
            changes.push(Change::rotate(name(), secrets()?).if_sha512(entry.token().sha512()));
        }
        let expiry = self.expiry.to_expiry(old.filter(|_| !rotates), now);
        if expiry != old {
            changes.push(Change::set_expiry(name(), expiry));
        }
        if Rights::new(entry.permissions()) != Rights::new(&self.permissions) {
            changes.push(Change::set_permissions(name(), self.permissions.iter().cloned()));
        }
        Ok(())
    }
}

impl WantedExpiry {
    /// The maximum tolerated difference of clocks.
    const MAX_TOLERANCE: Duration = Duration::from_secs(60 * 60);

    /// Returns whether a token with this expiry must be rotated.
    fn is_due(self, old: Expiry, now: SystemTime) -> bool {
        match self {
            Self::At(expiry) if expiry.is_past(now) => false,
            Self::Never | Self::At(_) => old.is_past(now),
            Self::In { rotate_within, .. } => old.remaining(now).is_none_or(|left| left <= rotate_within),
        }
    }

    /// Returns the wanted expiry of a token. `old` is its expiry, and `None` for a new secret.
    fn to_expiry(self, old: Option<Expiry>, now: SystemTime) -> Option<Expiry> {
        match self {
            Self::Never => None,
            Self::At(expiry) => Some(expiry),
            Self::In { lifetime, .. } => {
                let tolerance = (lifetime / 10).min(Self::MAX_TOLERANCE);
                let latest = after(now, lifetime.saturating_add(tolerance));
                old.filter(|old| *old <= latest).or_else(|| Some(after(now, lifetime)))
            }
        }
    }
}

/// Returns the expiry `duration` after `now`, or the last one before never.
fn after(now: SystemTime, duration: Duration) -> Expiry {
    const LAST: Expiry = Expiry::from_millis(i64::MAX - 1);
    Expiry::after(now, duration).map_or(LAST, |expiry| expiry.min(LAST))
}
