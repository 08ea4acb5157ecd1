//! The differences between two files.

use std::collections::{HashMap, HashSet};

use crate::access::{AccessRequest, Rights};
use crate::expiry::Expiry;
use crate::file::{TokenEntry, TokenFile};
use crate::name::{DatabaseName, TokenName};

/// The differences between an old and a new file, in databases and tokens.
///
/// Entries with the same token are one token, whatever their names. The remaining entries are matched by name: their token
/// was rotated. Expired tokens count like others.
///
/// ```
/// use influxdb3_offline_tokens::{Permission, Token, TokenEntry, TokenFile, TokenName};
/// use influxdb3_offline_tokens::access::{DifferenceKind, FileDifference};
///
/// let entry = TokenEntry::new(TokenName::parse("app")?, Token::generate()?);
/// let old = TokenFile::new([], [entry.clone().with_permissions([Permission::parse("db:a:read")?])])?;
/// let new = TokenFile::new([], [entry.with_permissions([Permission::parse("db:a:read,write")?])])?;
///
/// let difference = FileDifference::new(&old, &new);
/// assert!(difference.gains());
/// let app = difference.tokens().first().expect("one token differs");
/// assert_eq!(app.kind(), DifferenceKind::Kept);
/// assert_eq!(app.gained().first().expect("gained").to_string(), "write on database `a`");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct FileDifference<'a> {
    added: Vec<&'a DatabaseName>,
    removed: Vec<&'a DatabaseName>,
    tokens: Vec<TokenDifference<'a>>,
}

impl<'a> FileDifference<'a> {
    /// Compares two files.
    ///
    /// ```
    /// use influxdb3_offline_tokens::TokenFile;
    /// use influxdb3_offline_tokens::access::FileDifference;
    ///
    /// let file = TokenFile::parse(br#"{"tokens": [{"token": "apiv3_a", "name": "app", "permissions": ["db:a:read"]}]}"#)?;
    /// assert!(FileDifference::new(&file, &file).is_empty());
    /// # Ok::<(), influxdb3_offline_tokens::InvalidFile>(())
    /// ```
    #[must_use]
    pub fn new(old: &'a TokenFile, new: &'a TokenFile) -> Self {
        let pairs = match_entries(old.tokens(), new.tokens());
        let tokens = pairs.into_iter().filter_map(|(old, new)| TokenDifference::between(old, new)).collect();
        Self {
            added: without(new.create_databases(), old.create_databases()),
            removed: without(old.create_databases(), new.create_databases()),
            tokens,
        }
    }

    /// Returns the databases that only the new file creates.
    ///
    /// ```
    /// use influxdb3_offline_tokens::TokenFile;
    /// use influxdb3_offline_tokens::access::FileDifference;
    ///
    /// let old = TokenFile::parse(br#"{"create_databases": ["a"], "tokens": []}"#)?;
    /// let new = TokenFile::parse(br#"{"create_databases": ["b", "a"], "tokens": []}"#)?;
    /// let difference = FileDifference::new(&old, &new);
    /// assert_eq!(difference.databases_added()[0].as_str(), "b");
    /// assert!(difference.databases_removed().is_empty());
    /// # Ok::<(), influxdb3_offline_tokens::InvalidFile>(())
    /// ```
    #[must_use]
    pub fn databases_added(&self) -> &[&'a DatabaseName] {
        &self.added
    }

    /// Returns the databases that only the old file creates.
    ///
    /// ```
    /// use influxdb3_offline_tokens::TokenFile;
    /// use influxdb3_offline_tokens::access::FileDifference;
    ///
    /// let old = TokenFile::parse(br#"{"create_databases": ["a"], "tokens": [{"token": "apiv3_a", "name": "app", "permissions": ["db:a:read"]}]}"#)?;
    /// let new = TokenFile::parse(br#"{"tokens": [{"token": "apiv3_a", "name": "app", "permissions": ["db:a:write"]}]}"#)?;
    /// let difference = FileDifference::new(&old, &new);
    /// assert_eq!(difference.databases_removed()[0].as_str(), "a");
    /// # Ok::<(), influxdb3_offline_tokens::InvalidFile>(())
    /// ```
    #[must_use]
    pub fn databases_removed(&self) -> &[&'a DatabaseName] {
        &self.removed
    }

    /// Returns the tokens that differ: those of the old file in its order, then the added ones.
    ///
    /// ```
    /// use influxdb3_offline_tokens::TokenFile;
    /// use influxdb3_offline_tokens::access::FileDifference;
    ///
    /// let old = TokenFile::parse(br#"{"create_databases": ["a"], "tokens": [{"token": "apiv3_a", "name": "app", "permissions": ["db:a:read"]}]}"#)?;
    /// let new = TokenFile::parse(br#"{"tokens": [{"token": "apiv3_a", "name": "app", "permissions": ["db:a:write"]}]}"#)?;
    /// let difference = FileDifference::new(&old, &new);
    /// assert_eq!(difference.tokens().len(), 1);
    /// # Ok::<(), influxdb3_offline_tokens::InvalidFile>(())
    /// ```
    #[must_use]
    pub fn tokens(&self) -> &[TokenDifference<'a>] {
        &self.tokens
    }

    /// Returns whether the files are equivalent: only order and spelling may differ.
    ///
    /// ```
    /// use influxdb3_offline_tokens::TokenFile;
    /// use influxdb3_offline_tokens::access::FileDifference;
    ///
    /// let old = TokenFile::parse(br#"{"tokens": [{"token": "apiv3_a", "name": "app", "permissions": ["db:a,b:read"]}]}"#)?;
    /// let new = TokenFile::parse(br#"{"tokens": [{"token": "apiv3_a", "name": "app", "permissions": ["db:b:read", "db:a:read"]}]}"#)?;
    /// assert!(FileDifference::new(&old, &new).is_empty());
    /// # Ok::<(), influxdb3_offline_tokens::InvalidFile>(())
    /// ```
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.added.is_empty() && self.removed.is_empty() && self.tokens.is_empty()
    }

    /// Returns whether any token [gains](TokenDifference::gains) access.
    ///
    /// ```
    /// use influxdb3_offline_tokens::TokenFile;
    /// use influxdb3_offline_tokens::access::FileDifference;
    ///
    /// let old = TokenFile::parse(br#"{"create_databases": ["a"], "tokens": [{"token": "apiv3_a", "name": "app", "permissions": ["db:a:read"]}]}"#)?;
    /// let new = TokenFile::parse(br#"{"tokens": [{"token": "apiv3_a", "name": "app", "permissions": ["db:a:write"]}]}"#)?;
    /// let difference = FileDifference::new(&old, &new);
    /// assert!(difference.gains()); // `app` may write to `a` now
    /// # Ok::<(), influxdb3_offline_tokens::InvalidFile>(())
    /// ```
    #[must_use]
    pub fn gains(&self) -> bool {
        self.tokens.iter().any(TokenDifference::gains)
    }
}

fn without<'a>(names: &'a [DatabaseName], others: &[DatabaseName]) -> Vec<&'a DatabaseName> {
    let mut seen: HashSet<&DatabaseName> = others.iter().collect();
    names.iter().filter(|name| seen.insert(name)).collect()
}

type Pair<'a> = (Option<&'a TokenEntry>, Option<&'a TokenEntry>);

/// Matches entries by token, as digests, and the remaining ones by name.
fn match_entries<'a>(old: &'a [TokenEntry], new: &'a [TokenEntry]) -> Vec<Pair<'a>> {
    let mut by_secret: HashMap<_, _> = new.iter().map(|entry| (entry.token().sha512(), entry)).collect();
    let same: Vec<_> = old.iter().map(|entry| by_secret.remove(&entry.token().sha512())).collect();
    let mut by_name: HashMap<&TokenName, &TokenEntry> =
        by_secret.into_values().map(|entry| (entry.name(), entry)).collect();
    let from_old = |(old, same): (&'a TokenEntry, Option<&'a TokenEntry>)| {
        (Some(old), same.or_else(|| by_name.remove(old.name())))
    };
    let mut pairs: Vec<Pair<'a>> = old.iter().zip(same).map(from_old).collect();
    let added = new.iter().filter(|entry| by_name.contains_key(entry.name()));
    pairs.extend(added.map(|entry| (None, Some(entry))));
    pairs
}

/// The kind of a token's difference.
///
/// ```
/// use influxdb3_offline_tokens::{Token, TokenEntry, TokenFile, TokenName};
/// use influxdb3_offline_tokens::access::{DifferenceKind, FileDifference};
///
/// let entry = TokenEntry::new(TokenName::parse("app")?, Token::generate()?);
/// let rotated = entry.clone().with_token(Token::generate()?);
/// let (old, new) = (TokenFile::new([], [entry])?, TokenFile::new([], [rotated])?);
/// assert_eq!(FileDifference::new(&old, &new).tokens()[0].kind(), DifferenceKind::Rotated);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum DifferenceKind {
    /// The token is new.
    Added,
    /// The token was removed.
    Removed,
    /// The same secret under another name.
    Renamed,
    /// The same name with another secret.
    Rotated,
    /// The same secret and name.
    Kept,
}

impl DifferenceKind {
    /// Returns a permanent name for programs: `added`, `removed`, `renamed`, `rotated`, `kept`.
    ///
    /// ```
    /// use influxdb3_offline_tokens::access::DifferenceKind;
    ///
    /// assert_eq!(DifferenceKind::Rotated.name(), "rotated");
    /// ```
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Added => "added",
            Self::Removed => "removed",
            Self::Renamed => "renamed",
            Self::Rotated => "rotated",
            Self::Kept => "kept",
        }
    }
}

/// The differences of one token.
///
/// ```
/// use influxdb3_offline_tokens::{Permission, Token, TokenEntry, TokenFile, TokenName};
/// use influxdb3_offline_tokens::access::FileDifference;
///
/// let entry = TokenEntry::new(TokenName::parse("app")?, Token::generate()?)
///     .with_permissions([Permission::parse("db:a:read")?]);
/// let (old, new) = (TokenFile::new([], [entry])?, TokenFile::default());
/// let difference = FileDifference::new(&old, &new);
/// let app = &difference.tokens()[0];
/// assert!(app.before().is_some() && app.after().is_none());
/// assert_eq!(app.lost()[0].to_string(), "read on database `a`");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct TokenDifference<'a> {
    kind: DifferenceKind,
    old: Option<&'a TokenEntry>,
    new: Option<&'a TokenEntry>,
    gained: Vec<AccessRequest<'a>>,
    lost: Vec<AccessRequest<'a>>,
}

impl<'a> TokenDifference<'a> {
    fn between(old: Option<&'a TokenEntry>, new: Option<&'a TokenEntry>) -> Option<Self> {
        let kind = match (old, new) {
            (None, _) => DifferenceKind::Added,
            (_, None) => DifferenceKind::Removed,
            (Some(old), Some(new)) if old.name() != new.name() => DifferenceKind::Renamed,
            (Some(old), Some(new)) if !old.token().matches(new.token().expose()) => DifferenceKind::Rotated,
            _ => DifferenceKind::Kept,
        };
        let [before, after] = [old, new].map(|entry| entry.map_or_else(Rights::default, TokenEntry::rights));
        let (gained, lost) = (after.difference(&before), before.difference(&after));
        let difference = Self { kind, old, new, gained, lost };
        let is_same = kind == DifferenceKind::Kept
            && difference.gained.is_empty()
            && difference.lost.is_empty()
            && difference.expiry().is_none();
        (!is_same).then_some(difference)
    }

    /// Returns the kind of the difference.
    ///
    /// ```
    /// use influxdb3_offline_tokens::TokenFile;
    /// use influxdb3_offline_tokens::access::{DifferenceKind, FileDifference};
    ///
    /// let old = TokenFile::parse(br#"{"create_databases": ["a"], "tokens": [{"token": "apiv3_a", "name": "app", "permissions": ["db:a:read"]}]}"#)?;
    /// let new = TokenFile::parse(br#"{"tokens": [{"token": "apiv3_a", "name": "app", "permissions": ["db:a:write"]}]}"#)?;
    /// let difference = FileDifference::new(&old, &new);
    /// assert_eq!(difference.tokens()[0].kind(), DifferenceKind::Kept);
    /// # Ok::<(), influxdb3_offline_tokens::InvalidFile>(())
    /// ```
    #[must_use]
    pub const fn kind(&self) -> DifferenceKind {
        self.kind
    }

    /// Returns the entry of the old file; `None` if it was added.
    ///
    /// ```
    /// use influxdb3_offline_tokens::TokenFile;
    /// use influxdb3_offline_tokens::access::FileDifference;
    ///
    /// let old = TokenFile::parse(br#"{"create_databases": ["a"], "tokens": [{"token": "apiv3_a", "name": "app", "permissions": ["db:a:read"]}]}"#)?;
    /// let new = TokenFile::parse(br#"{"tokens": [{"token": "apiv3_a", "name": "app", "permissions": ["db:a:write"]}]}"#)?;
    /// let difference = FileDifference::new(&old, &new);
    /// let before = difference.tokens()[0].before().unwrap();
    /// assert_eq!(before.permissions()[0].to_string(), "db:a:read");
    /// # Ok::<(), influxdb3_offline_tokens::InvalidFile>(())
    /// ```
    #[must_use]
    pub const fn before(&self) -> Option<&'a TokenEntry> {
        self.old
    }

    /// Returns the entry of the new file; `None` if it was removed.
    ///
    /// ```
    /// use influxdb3_offline_tokens::TokenFile;
    /// use influxdb3_offline_tokens::access::FileDifference;
    ///
    /// let old = TokenFile::parse(br#"{"create_databases": ["a"], "tokens": [{"token": "apiv3_a", "name": "app", "permissions": ["db:a:read"]}]}"#)?;
    /// let new = TokenFile::parse(br#"{"tokens": [{"token": "apiv3_a", "name": "app", "permissions": ["db:a:write"]}]}"#)?;
    /// let difference = FileDifference::new(&old, &new);
    /// let after = difference.tokens()[0].after().unwrap();
    /// assert_eq!(after.permissions()[0].to_string(), "db:a:write");
    /// # Ok::<(), influxdb3_offline_tokens::InvalidFile>(())
    /// ```
    #[must_use]
    pub const fn after(&self) -> Option<&'a TokenEntry> {
        self.new
    }

    /// Returns the expiry before and after, if both files have the token and its expiry differs. `None` inside means never.
    ///
    /// ```
    /// use influxdb3_offline_tokens::{Expiry, TokenFile};
    /// use influxdb3_offline_tokens::access::FileDifference;
    ///
    /// let old = TokenFile::parse(br#"{"tokens": [{"token": "apiv3_a", "name": "app", "permissions": [], "expiry_millis": 9}]}"#)?;
    /// let new = TokenFile::parse(br#"{"tokens": [{"token": "apiv3_a", "name": "app", "permissions": []}]}"#)?;
    /// let difference = FileDifference::new(&old, &new);
    /// assert_eq!(difference.tokens()[0].expiry(), Some((Some(Expiry::from_millis(9)), None)));
    /// # Ok::<(), influxdb3_offline_tokens::InvalidFile>(())
    /// ```
    #[must_use]
    pub fn expiry(&self) -> Option<(Option<Expiry>, Option<Expiry>)> {
        let expiry = |token: &TokenEntry| token.expiry().filter(|expiry| !expiry.is_never());
        let (old, new) = (expiry(self.old?), expiry(self.new?));
        (old != new).then_some((old, new))
    }

    /// Returns the requests that only the new entry allows.
    ///
    /// [`AccessRequest::OtherDatabases`] stands for all databases that neither entry names.
    ///
    /// ```
    /// use influxdb3_offline_tokens::TokenFile;
    /// use influxdb3_offline_tokens::access::FileDifference;
    ///
    /// let old = TokenFile::parse(br#"{"create_databases": ["a"], "tokens": [{"token": "apiv3_a", "name": "app", "permissions": ["db:a:read"]}]}"#)?;
    /// let new = TokenFile::parse(br#"{"tokens": [{"token": "apiv3_a", "name": "app", "permissions": ["db:a:write"]}]}"#)?;
    /// let difference = FileDifference::new(&old, &new);
    /// assert_eq!(difference.tokens()[0].gained()[0].to_string(), "write on database `a`");
    /// # Ok::<(), influxdb3_offline_tokens::InvalidFile>(())
    /// ```
    #[must_use]
    pub fn gained(&self) -> &[AccessRequest<'a>] {
        &self.gained
    }

    /// Returns the requests that only the old entry allows.
    ///
    /// ```
    /// use influxdb3_offline_tokens::TokenFile;
    /// use influxdb3_offline_tokens::access::FileDifference;
    ///
    /// let old = TokenFile::parse(br#"{"create_databases": ["a"], "tokens": [{"token": "apiv3_a", "name": "app", "permissions": ["db:a:read"]}]}"#)?;
    /// let new = TokenFile::parse(br#"{"tokens": [{"token": "apiv3_a", "name": "app", "permissions": ["db:a:write"]}]}"#)?;
    /// let difference = FileDifference::new(&old, &new);
    /// assert_eq!(difference.tokens()[0].lost()[0].to_string(), "read on database `a`");
    /// # Ok::<(), influxdb3_offline_tokens::InvalidFile>(())
    /// ```
    #[must_use]
    pub fn lost(&self) -> &[AccessRequest<'a>] {
        &self.lost
    }

    /// Returns whether the token gains access: a right, or more time for its rights. A new name or secret is no gain.
    ///
    /// ```
    /// use influxdb3_offline_tokens::TokenFile;
    /// use influxdb3_offline_tokens::access::FileDifference;
    ///
    /// let old = TokenFile::parse(br#"{"tokens": [{"token": "apiv3_a", "name": "app", "permissions": ["db:a:read"], "expiry_millis": 9}]}"#)?;
    /// let new = TokenFile::parse(br#"{"tokens": [{"token": "apiv3_a", "name": "app", "permissions": ["db:a:read"]}]}"#)?;
    /// assert!(FileDifference::new(&old, &new).tokens()[0].gains(), "it no longer expires");
    /// assert!(!FileDifference::new(&new, &old).tokens()[0].gains());
    /// # Ok::<(), influxdb3_offline_tokens::InvalidFile>(())
    /// ```
    #[must_use]
    pub fn gains(&self) -> bool {
        let longer = self
            .expiry()
            .is_some_and(|(old, new)| new.unwrap_or(Expiry::NEVER) > old.unwrap_or(Expiry::NEVER));
        !self.gained.is_empty() || longer && self.new.is_some_and(|new| new.rights() != Rights::default())
    }
}
