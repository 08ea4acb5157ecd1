//! Changes of a text, from bytes to bytes: what a change does not concern keeps every byte.
//!
//! Use it where the file is in an object store, a Secret or a database that has its own compare-and-swap; for a path there
//! is [`change`](crate::store::change).

mod layout;

use alloc::borrow::ToOwned;
use alloc::vec::Vec;

use thiserror::Error;
use zeroize::Zeroizing;

use self::layout::{EntryPlace, Layout, Pieces, spelt};
use crate::check::{InvalidFile, Whole, survey};
use crate::expiry::Expiry;
use crate::file::{TokenEntry, TokenFile};
use crate::fix::splice_pieces;
use crate::json::pretty;
use crate::name::{DatabaseName, TokenName};
use crate::permission::Permission;
use crate::token::Token;

/// One change of a tokens file.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Change {
    /// Adds tokens at the end, all or none.
    Append {
        /// The tokens, in this order.
        entries: Vec<TokenEntry>,
        /// What to do where a name exists already.
        if_exists: IfExists,
    },
    /// Adds databases to `create_databases`; those that are there already are left out.
    CreateDatabases(Vec<DatabaseName>),
    /// Takes a token out.
    Remove(TokenName),
    /// Gives a token another secret under the same name.
    Rotate {
        /// Which token.
        name: TokenName,
        /// The new secret.
        token: Token,
    },
    /// Adds a token with the permissions and the expiry of another, so that both are accepted for a while.
    RotateBeside {
        /// The token whose permissions and expiry are copied.
        name: TokenName,
        /// The name of the new token.
        new_name: TokenName,
        /// The secret of the new token.
        token: Token,
    },
    /// Sets when a token ends; none means never.
    SetExpiry {
        /// Which token.
        name: TokenName,
        /// The new expiry.
        expiry: Option<Expiry>,
    },
    /// Replaces what a token may do.
    SetPermissions {
        /// Which token.
        name: TokenName,
        /// The new permissions.
        permissions: Vec<Permission>,
    },
}

/// What to do where a token of the same name exists.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum IfExists {
    /// It is an error.
    #[default]
    Refuse,
    /// It is no error if the entry that is there is the same: secret, expiry and permissions. Nothing is changed.
    KeepIfSame,
}

/// Why a text was not changed.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum ChangeError {
    /// The text is no sound tokens file; the report says why.
    #[error(transparent)]
    Invalid(#[from] InvalidFile),
    /// A token of this name is there already, in the file or in the change.
    #[error("there is a token named `{}` already", shown(.0))]
    NameExists(TokenName),
    /// The secret of the new token of this name is there already, in the file or in the change.
    #[error("the secret of `{}` is there already, in another entry", shown(.0))]
    TokenExists(TokenName),
    /// There is no token of this name.
    #[error("there is no token named `{}`", shown(.0))]
    NoSuchToken(TokenName),
    /// The changed text was read again, and is not what it should be: a mistake in this crate. Nothing was changed.
    #[error("the changed text would not read as it should, so nothing was changed; please report it")]
    NotProven,
}

fn shown(name: &TokenName) -> &str {
    let name = name.as_str();
    if crate::redact::may_show(name, name) { name } else { "…" }
}

/// Makes the changes, one after the other, all or none. `None` for `text` is a file that does not exist yet.
///
/// Gives none where nothing is to be changed.
///
/// ```
/// use influxdb3_offline_tokens::edit::{self, Change};
/// use influxdb3_offline_tokens::{DatabaseName, TokenFile};
///
/// let text = br#"{"create_databases": ["a"], "tokens": []}"#;
/// let change = Change::CreateDatabases(vec![DatabaseName::parse("b")?]);
/// let changed = edit::apply(Some(text), &[change])?.unwrap();
/// assert_eq!(&**changed, br#"{"create_databases": ["a", "b"], "tokens": []}"#);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// A text that is no sound tokens file; a name or secret that is there already; a name that is not there.
pub fn apply(text: Option<&[u8]>, changes: &[Change]) -> Result<Option<Zeroizing<Vec<u8>>>, ChangeError> {
    let mut current: Option<Zeroizing<Vec<u8>>> = None;
    for change in changes {
        let before = current.as_ref().map(|bytes| bytes.as_slice()).or(text);
        let after = match before {
            Some(bytes) => one(bytes, change)?,
            None => begin(change)?,
        };
        current = after.or(current);
    }
    // A change that is undone by the next is none.
    Ok(current.filter(|bytes| text != Some(bytes.as_slice())))
}

/// The first text of a file.
fn begin(change: &Change) -> Result<Option<Zeroizing<Vec<u8>>>, ChangeError> {
    let file = match change {
        Change::Append { entries, .. } => {
            TokenFile::new([], entries.iter().cloned()).map_err(|twice| match twice.kind() {
                crate::file::DuplicateKind::Name => ChangeError::NameExists(twice.name()),
                crate::file::DuplicateKind::Token => ChangeError::TokenExists(twice.name()),
            })?
        }
        Change::CreateDatabases(names) => {
            let text = pretty(&TokenFile::default());
            return Ok(one(&text, &Change::CreateDatabases(names.clone()))?.or(Some(text)));
        }
        Change::Remove(name)
        | Change::Rotate { name, .. }
        | Change::RotateBeside { name, .. }
        | Change::SetExpiry { name, .. }
        | Change::SetPermissions { name, .. } => return Err(ChangeError::NoSuchToken(name.clone())),
    };
    Ok(Some(pretty(&file)))
}

fn one(bytes: &[u8], change: &Change) -> Result<Option<Zeroizing<Vec<u8>>>, ChangeError> {
    let whole = survey(bytes)?;
    // What the survey took is UTF-8.
    let text = core::str::from_utf8(bytes).unwrap_or_default();
    let layout = Layout::new(text, &whole);
    let pieces = match change {
        Change::Append { entries, if_exists } => append(&whole, &layout, bytes, entries, *if_exists)?,
        Change::CreateDatabases(names) => {
            let new = |name: &&DatabaseName| !whole.creates(name.as_str());
            let mut missing: Vec<&str> = names.iter().filter(new).map(DatabaseName::as_str).collect();
            let mut seen = std::collections::HashSet::new();
            missing.retain(|name| seen.insert(*name));
            layout.databases(&missing)
        }
        Change::Remove(name) => layout.remove(position(&whole, name)?),
        Change::Rotate { name, token } => {
            let entry = place(&whole, &layout, name)?;
            refuse_token(&whole, name, token)?;
            Pieces::one(entry.token, &spelt(token))
        }
        Change::RotateBeside { name, new_name, token } => {
            let entry = place(&whole, &layout, name)?;
            refuse_name(&whole, new_name)?;
            refuse_token(&whole, new_name, token)?;
            layout.append(&[layout.beside(&entry, new_name, token)])
        }
        Change::SetExpiry { name, expiry } => layout.set_expiry(&place(&whole, &layout, name)?, *expiry),
        Change::SetPermissions { name, permissions } => {
            let list = layout.permissions(permissions);
            Pieces::one(place(&whole, &layout, name)?.permissions, &list)
        }
    };
    if pieces.0.is_empty() {
        return Ok(None);
    }
    let changed = splice_pieces(bytes, pieces.0.iter().map(|(span, new)| (span.range(), new.as_bytes())));
    prove(&whole, change, &changed, pieces.0.len())?;
    Ok((changed.as_slice() != bytes).then_some(changed))
}

/// Reads the changed text again: it is sound, and has as many tokens as it should have.
fn prove(before: &Whole<'_>, change: &Change, changed: &[u8], pieces: usize) -> Result<(), ChangeError> {
    let after = survey(changed).map_err(|_| ChangeError::NotProven)?;
    let (more, fewer) = match change {
        Change::Append { entries, .. } => {
            let new = |entry: &&TokenEntry| before.position(entry.name().as_str()).is_none();
            (entries.iter().filter(new).count(), 0)
        }
        Change::RotateBeside { .. } => (1, 0),
        Change::Remove(_) => (0, 1),
        _ => (0, 0),
    };
    let right = pieces == 1 && after.token_count + fewer == before.token_count + more;
    if right { Ok(()) } else { Err(ChangeError::NotProven) }
}

fn append(
    whole: &Whole<'_>,
    layout: &Layout<'_>,
    bytes: &[u8],
    entries: &[TokenEntry],
    if_exists: IfExists,
) -> Result<Pieces, ChangeError> {
    let mut names = std::collections::HashSet::new();
    let mut secrets = std::collections::HashSet::new();
    let mut texts = Vec::new();
    let mut file: Option<TokenFile> = None;
    for entry in entries {
        let name = entry.name();
        if whole.position(name.as_str()).is_some() {
            if if_exists == IfExists::KeepIfSame {
                if file.is_none() {
                    file = Some(TokenFile::parse(bytes)?);
                }
                let present = file.as_ref().and_then(|file| file.get(name.as_str()));
                if present.is_some_and(|present| is_same(present, entry)) {
                    continue;
                }
            }
            return Err(ChangeError::NameExists(name.clone()));
        }
        if !names.insert(name.as_str()) {
            return Err(ChangeError::NameExists(name.clone()));
        }
        refuse_token(whole, name, entry.token())?;
        if !secrets.insert(entry.token().expose()) {
            return Err(ChangeError::TokenExists(name.clone()));
        }
        texts.push(layout.entry(entry));
    }
    Ok(layout.append(&texts))
}

fn is_same(present: &TokenEntry, entry: &TokenEntry) -> bool {
    present.token().matches(entry.token().expose())
        && present.expiry() == entry.expiry()
        && present.permissions() == entry.permissions()
}

fn refuse_name(whole: &Whole<'_>, name: &TokenName) -> Result<(), ChangeError> {
    match whole.position(name.as_str()) {
        Some(_) => Err(ChangeError::NameExists(name.to_owned())),
        None => Ok(()),
    }
}

fn refuse_token(whole: &Whole<'_>, name: &TokenName, token: &Token) -> Result<(), ChangeError> {
    if whole.has_token(token.expose()) { Err(ChangeError::TokenExists(name.clone())) } else { Ok(()) }
}

fn position(whole: &Whole<'_>, name: &TokenName) -> Result<usize, ChangeError> {
    whole.position(name.as_str()).ok_or_else(|| ChangeError::NoSuchToken(name.clone()))
}

fn place(whole: &Whole<'_>, layout: &Layout<'_>, name: &TokenName) -> Result<EntryPlace, ChangeError> {
    let found = layout.place(position(whole, name)?);
    found.ok_or_else(|| ChangeError::NoSuchToken(name.clone()))
}
