//! The differences between two files.

use std::collections::{HashMap, HashSet};

use crate::access::{AccessRequest, Rights};
use crate::expiry::Expiry;
use crate::file::{TokenEntry, TokenFile};
use crate::name::{DatabaseName, TokenName};

/// A change in rights and their expiry.
///
/// [`AccessRequest::OtherDatabases`] means all databases that neither side names.
///
/// ```
/// use influxdb3_offline_tokens::TokenFile;
/// use influxdb3_offline_tokens::access::FileDifference;
///
/// let old = TokenFile::parse(br#"{"tokens": [{"token": "apiv3_a", "name": "app", "permissions": ["db:a:read"]}]}"#)?;
/// let new = TokenFile::parse(br#"{"tokens": [{"token": "apiv3_a", "name": "app", "permissions": ["db:a:write"]}]}"#)?;
/// let change = &FileDifference::new(&old, &new).tokens[0].change;
/// assert_eq!(change.gained[0].to_string(), "write on database `a`");
/// assert_eq!(change.lost[0].to_string(), "read on database `a`");
/// assert!(change.expiry.is_none());
/// # Ok::<(), influxdb3_offline_tokens::InvalidFile>(())
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct RightsChange<'a> {
    /// The requests that only the new rights allow.
    pub gained: Vec<AccessRequest<'a>>,
    /// The requests that only the old rights allow.
    pub lost: Vec<AccessRequest<'a>>,
    /// The old and the new expiry, if both sides have the token and they differ. `None` inside means never.
    pub expiry: Option<(Option<Expiry>, Option<Expiry>)>,
}

impl<'a> RightsChange<'a> {
    pub(crate) fn between(
        old: &Rights<'a>,
        new: &Rights<'a>,
        expiries: Option<(Option<Expiry>, Option<Expiry>)>,
    ) -> Self {
        let finite = |expiry: Option<Expiry>| expiry.filter(|expiry| !expiry.is_never());
        let expiry = expiries.map(|(old, new)| (finite(old), finite(new))).filter(|(old, new)| old != new);
        Self { gained: new.difference(old), lost: old.difference(new), expiry }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.gained.is_empty() && self.lost.is_empty() && self.expiry.is_none()
    }
}

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
/// let app = difference.tokens.first().expect("one token differs");
/// assert_eq!(app.kind, DifferenceKind::Kept);
/// assert_eq!(app.change.gained.first().expect("gained").to_string(), "write on database `a`");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct FileDifference<'a> {
    /// The databases that only the new file creates.
    pub databases_added: Vec<&'a DatabaseName>,
    /// The databases that only the old file creates.
    pub databases_removed: Vec<&'a DatabaseName>,
    /// The tokens that differ: those of the old file in its order, then the added ones.
    pub tokens: Vec<TokenDifference<'a>>,
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
            databases_added: without(new.create_databases(), old.create_databases()),
            databases_removed: without(old.create_databases(), new.create_databases()),
            tokens,
        }
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
        self.databases_added.is_empty() && self.databases_removed.is_empty() && self.tokens.is_empty()
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
/// assert_eq!(FileDifference::new(&old, &new).tokens[0].kind, DifferenceKind::Rotated);
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
/// let app = &FileDifference::new(&old, &new).tokens[0];
/// assert!(app.before.is_some() && app.after.is_none());
/// assert_eq!(app.change.lost[0].to_string(), "read on database `a`");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct TokenDifference<'a> {
    /// The kind of the difference.
    pub kind: DifferenceKind,
    /// The entry of the old file; `None` if it was added.
    pub before: Option<&'a TokenEntry>,
    /// The entry of the new file; `None` if it was removed.
    pub after: Option<&'a TokenEntry>,
    /// The change in its rights and expiry.
    pub change: RightsChange<'a>,
}

impl<'a> TokenDifference<'a> {
    fn between(before: Option<&'a TokenEntry>, after: Option<&'a TokenEntry>) -> Option<Self> {
        let both = before.zip(after);
        let kind = match both {
            None if before.is_none() => DifferenceKind::Added,
            None => DifferenceKind::Removed,
            Some((old, new)) if old.name() != new.name() => DifferenceKind::Renamed,
            Some((old, new)) if !old.token().matches(new.token().expose()) => DifferenceKind::Rotated,
            _ => DifferenceKind::Kept,
        };
        let [old, new] = [before, after].map(|entry| entry.map_or_else(Rights::default, TokenEntry::rights));
        let expiries = both.map(|(old, new)| (old.expiry(), new.expiry()));
        let change = RightsChange::between(&old, &new, expiries);
        let is_same = kind == DifferenceKind::Kept && change.is_empty();
        (!is_same).then_some(Self { kind, before, after, change })
    }

    /// Returns whether the token gains access: a right, or more time for its rights. A new name or secret is no gain.
    ///
    /// ```
    /// use influxdb3_offline_tokens::TokenFile;
    /// use influxdb3_offline_tokens::access::FileDifference;
    ///
    /// let old = TokenFile::parse(br#"{"tokens": [{"token": "apiv3_a", "name": "app", "permissions": ["db:a:read"], "expiry_millis": 9}]}"#)?;
    /// let new = TokenFile::parse(br#"{"tokens": [{"token": "apiv3_a", "name": "app", "permissions": ["db:a:read"]}]}"#)?;
    /// assert!(FileDifference::new(&old, &new).tokens[0].gains(), "it no longer expires");
    /// assert!(!FileDifference::new(&new, &old).tokens[0].gains());
    /// # Ok::<(), influxdb3_offline_tokens::InvalidFile>(())
    /// ```
    #[must_use]
    pub fn gains(&self) -> bool {
        let is_longer = self
            .change
            .expiry
            .is_some_and(|(old, new)| new.unwrap_or(Expiry::NEVER) > old.unwrap_or(Expiry::NEVER));
        let has_rights = || self.after.is_some_and(|entry| entry.rights() != Rights::default());
        !self.change.gained.is_empty() || is_longer && has_rights()
    }
}
