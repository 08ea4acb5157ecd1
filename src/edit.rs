//! Changes of a text, from bytes to bytes; everything else keeps its bytes.
//!
//! Use it for a file in an object store, a Secret or a database that has its own compare-and-swap; for a path, use
//! [`change`](crate::disk::change). The example `object_store_append` uses it with the crate `object_store`.

mod change;
mod layout;

use alloc::borrow::ToOwned;
use alloc::string::String;
use alloc::vec::Vec;

use thiserror::Error;
use zeroize::Zeroizing;

pub use self::change::{Change, IfExists};
use self::layout::{EntryPlace, Layout, Pieces, spelt};
use crate::check::{InvalidFile, survey};
use crate::file::{DuplicateEntry, TokenEntry, TokenFile};
use crate::fix::{is_insertion, splice_pieces};
use crate::json::pretty;
use crate::name::{DatabaseName, TokenName};
use crate::rules::Facts;
use crate::secret::SecretBytes;
use crate::token::Token;

/// The error of a change.
///
/// ```
/// use influxdb3_offline_tokens::{TokenName, edit};
/// use influxdb3_offline_tokens::edit::{Change, ChangeError};
///
/// let name = TokenName::parse("app")?;
/// let changed = edit::apply(Some(br#"{"tokens": []}"#), &[Change::Remove(name.clone())]);
/// assert_eq!(changed.unwrap_err(), ChangeError::NoSuchToken(name));
/// # Ok::<(), influxdb3_offline_tokens::name::InvalidName>(())
/// ```
#[derive(Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum ChangeError {
    /// The text is not a valid tokens file; the report has its errors.
    #[error(transparent)]
    Invalid(#[from] InvalidFile),
    /// A token with this name already exists, in the file or in the change.
    #[error("a token named `{}` already exists; use another name, or rotate that token", shown(.0))]
    NameExists(TokenName),
    /// The secret of the new token with this name already exists, in the file or in the change.
    #[error("the secret of `{}` is already in use; generate a new one", shown(.0))]
    TokenExists(TokenName),
    /// No token has this name.
    #[error("no token is named `{}`; check the name", shown(.0))]
    NoSuchToken(TokenName),
    /// The changed text failed verification, because of a bug in this crate. Nothing was changed.
    #[error("the changed text failed verification, so nothing was changed; please report this bug")]
    NotProven,
}

// Implemented by hand, because people pass a token in place of a name.
impl core::fmt::Debug for ChangeError {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        let (kind, name) = match self {
            Self::Invalid(error) => return f.debug_tuple("Invalid").field(error).finish(),
            Self::NotProven => return f.write_str("NotProven"),
            Self::NameExists(name) => ("NameExists", name),
            Self::TokenExists(name) => ("TokenExists", name),
            Self::NoSuchToken(name) => ("NoSuchToken", name),
        };
        f.debug_tuple(kind).field(&shown(name)).finish()
    }
}

fn shown(name: &TokenName) -> &str {
    let name = name.as_str();
    if crate::redact::may_show(name, name) { name } else { "…" }
}

/// Applies all changes in order, or none. `None` for `text` is a file that does not exist yet.
///
/// Returns `None` if nothing changes.
///
/// ```
/// use influxdb3_offline_tokens::edit;
/// use influxdb3_offline_tokens::edit::Change;
/// use influxdb3_offline_tokens::{DatabaseName, TokenFile};
///
/// let text = br#"{"create_databases": ["a"], "tokens": []}"#;
/// let change = Change::CreateDatabases(vec![DatabaseName::parse("b")?]);
/// let changed = edit::apply(Some(text), &[change])?.unwrap();
/// assert_eq!(&*changed, br#"{"create_databases": ["a", "b"], "tokens": []}"#);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// A text that is not a valid tokens file; a name or secret that already exists; an unknown name.
pub fn apply(text: Option<&[u8]>, changes: &[Change]) -> Result<Option<SecretBytes>, ChangeError> {
    let mut current: Option<SecretBytes> = None;
    for change in changes {
        let before = current.as_deref().or(text);
        let after = match before {
            Some(bytes) => one(bytes, change)?,
            None => begin(change)?,
        };
        current = after.or(current);
    }
    // A change may be undone by the next.
    Ok(current.filter(|bytes| text != Some(&**bytes)))
}

/// Returns the first text of a new file.
fn begin(change: &Change) -> Result<Option<SecretBytes>, ChangeError> {
    let file = match change {
        Change::Append { entries, .. } => {
            TokenFile::new([], entries.iter().cloned()).map_err(|duplicate| match duplicate {
                DuplicateEntry::Name { name } => ChangeError::NameExists(name),
                DuplicateEntry::Token { name } => ChangeError::TokenExists(name),
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

/// The result of a change.
pub(crate) enum Changed {
    /// The whole new text.
    Whole(SecretBytes),
    /// The old text with an insertion at an offset.
    Insertion(usize, Zeroizing<String>),
}

/// Applies changes as [`apply`], without a copy of the text for a single insertion.
pub(crate) fn changed(text: Option<&[u8]>, changes: &[Change]) -> Result<Option<Changed>, ChangeError> {
    match (text, changes) {
        (Some(bytes), [change]) => planned(bytes, change),
        _ => Ok(apply(text, changes)?.map(Changed::Whole)),
    }
}

fn one(bytes: &[u8], change: &Change) -> Result<Option<SecretBytes>, ChangeError> {
    match planned(bytes, change)? {
        None => Ok(None),
        Some(Changed::Whole(changed)) => Ok(Some(changed)),
        Some(Changed::Insertion(at, text)) => {
            let changed =
                SecretBytes::wiped(splice_pieces(bytes, core::iter::once((at..at, text.as_bytes()))));
            // A copy of three pieces can only be too short. Debug assertions compare all of it.
            let proven = changed.len() == bytes.len() + text.len()
                && (!cfg!(debug_assertions) || is_insertion(bytes, at, &text, &changed));
            if proven { Ok(Some(changed)) } else { Err(ChangeError::NotProven) }
        }
    }
}

fn planned(bytes: &[u8], change: &Change) -> Result<Option<Changed>, ChangeError> {
    let facts = survey(bytes)?;
    let layout = Layout::new(&facts);
    let mut pieces = match change {
        Change::Append { entries, if_exists } => append(&facts, &layout, bytes, entries, *if_exists)?,
        Change::CreateDatabases(names) => {
            let new = |name: &&DatabaseName| !facts.databases.creates(name.as_str());
            let mut missing: Vec<&str> = names.iter().filter(new).map(DatabaseName::as_str).collect();
            let mut seen = std::collections::HashSet::new();
            missing.retain(|name| seen.insert(*name));
            layout.databases(&missing)
        }
        Change::Remove(name) => layout.remove(position(&facts, name)?),
        Change::Rotate { name, token } => {
            let entry = place(&facts, &layout, name)?;
            refuse_token(&facts, name, token)?;
            Pieces::one(entry.token, &spelt(token))
        }
        Change::RotateBeside { name, new_name, token } => {
            let entry = place(&facts, &layout, name)?;
            refuse_name(&facts, new_name)?;
            refuse_token(&facts, new_name, token)?;
            layout.append(&[layout.beside(&entry, new_name, token)])
        }
        Change::SetExpiry { name, expiry } => layout.set_expiry(&place(&facts, &layout, name)?, *expiry),
        Change::SetPermissions { name, permissions } => {
            let list = layout.permissions(permissions);
            Pieces::one(place(&facts, &layout, name)?.permissions, &list)
        }
    };
    if pieces.0.is_empty() {
        return Ok(None);
    }
    let splice = || -> SecretBytes {
        let new = pieces.0.iter().map(|(span, new)| (span.range(), new.as_bytes()));
        SecretBytes::wiped(splice_pieces(bytes, new))
    };
    if let (Change::Append { entries, .. }, [(place, text)]) = (change, pieces.0.as_slice()) {
        let new = |entry: &&TokenEntry| facts.names.get(entry.name().as_str()).is_none();
        let new: Vec<&TokenEntry> = entries.iter().filter(new).collect();
        let proven = layout.is_place_to_append(*place)
            && layout.is_list_of(text, &new)
            // Debug assertions also check the consequence.
            && (!cfg!(debug_assertions) || has_tokens(&splice(), facts.outline.entries + new.len()));
        let at = place.start();
        let insertion = pieces.0.pop().map(|(_, text)| Changed::Insertion(at, text));
        return if proven { Ok(insertion) } else { Err(ChangeError::NotProven) };
    }
    let changed = splice();
    let proven = match (change, pieces.0.as_slice()) {
        (Change::RotateBeside { .. }, [_]) => has_tokens(&changed, facts.outline.entries + 1),
        (Change::Remove(_), [_]) => has_tokens(&changed, facts.outline.entries.saturating_sub(1)),
        (_, [_]) => has_tokens(&changed, facts.outline.entries),
        _ => false,
    };
    if !proven {
        return Err(ChangeError::NotProven);
    }
    Ok((*changed != *bytes).then_some(Changed::Whole(changed)))
}

/// Returns whether a changed text is valid and has this number of tokens.
fn has_tokens(changed: &[u8], tokens: usize) -> bool {
    survey(changed).is_ok_and(|after| after.outline.entries == tokens)
}

fn append(
    facts: &Facts<'_>,
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
        if let Some(position) = facts.names.get(name.as_str()) {
            if if_exists == IfExists::KeepIfSame {
                if file.is_none() {
                    file = Some(TokenFile::parse(bytes)?);
                }
                let present = file.as_ref().and_then(|file| file.tokens().get(position));
                if present.is_some_and(|present| present.is_same(entry)) {
                    continue;
                }
            }
            return Err(ChangeError::NameExists(name.clone()));
        }
        if !names.insert(name.as_str()) {
            return Err(ChangeError::NameExists(name.clone()));
        }
        refuse_token(facts, name, entry.token())?;
        if !secrets.insert(entry.token().expose()) {
            return Err(ChangeError::TokenExists(name.clone()));
        }
        texts.push(layout.entry(entry));
    }
    Ok(layout.append(&texts))
}

fn refuse_name(facts: &Facts<'_>, name: &TokenName) -> Result<(), ChangeError> {
    match facts.names.get(name.as_str()) {
        Some(_) => Err(ChangeError::NameExists(name.to_owned())),
        None => Ok(()),
    }
}

fn refuse_token(facts: &Facts<'_>, name: &TokenName, token: &Token) -> Result<(), ChangeError> {
    if facts.tokens.get(token.expose()).is_some() {
        Err(ChangeError::TokenExists(name.clone()))
    } else {
        Ok(())
    }
}

fn position(facts: &Facts<'_>, name: &TokenName) -> Result<usize, ChangeError> {
    facts.names.get(name.as_str()).ok_or_else(|| ChangeError::NoSuchToken(name.clone()))
}

fn place(facts: &Facts<'_>, layout: &Layout<'_>, name: &TokenName) -> Result<EntryPlace, ChangeError> {
    let found = layout.place(position(facts, name)?);
    found.ok_or_else(|| ChangeError::NoSuchToken(name.clone()))
}

#[cfg(test)]
mod tests {
    use alloc::format;
    use alloc::string::String;

    use super::{Layout, survey};
    use crate::file::TokenEntry;
    use crate::name::TokenName;
    use crate::permission::Permission;
    use crate::span::Span;
    use crate::token::Token;

    const ONE: &str = r#"{"tokens":[{"token":"apiv3_a","name":"a","permissions":[]}]}"#;

    #[test]
    fn only_the_entries_themselves_are_proven_to_be_appended() {
        let entry = |token: &str, permission: &str| {
            TokenEntry::new(TokenName::parse("b").unwrap(), Token::parse(token).unwrap())
                .with_permissions([Permission::parse(permission).unwrap()])
        };
        let entry_b = entry("apiv3_b", "db:d:read");
        let facts = survey(ONE.as_bytes()).unwrap();
        let layout = Layout::new(&facts);
        let text = |entry: &TokenEntry| String::from(layout.entry(entry).as_str());
        let b = text(&entry_b);
        let cases = [
            (format!(",{b}"), true),
            (format!(",\n {b}\n"), true),
            (b.clone(), false),
            (String::new(), false),
            (",".into(), false),
            (format!(",{b},"), false),
            (format!(",{b},{b}"), false),
            (format!(",{b}]"), false),
            // These are valid by themselves, but end the list early.
            (format!(",{b}],\"x\":["), false),
            (format!(",{b}]}} {{\"tokens\":["), false),
            (format!(",{}", text(&entry("apiv3_c", "db:d:read"))), false),
            (format!(",{}", text(&entry("apiv3_b", "db:e:read"))), false),
            (
                format!(
                    ",{}",
                    text(&entry_b.clone().with_expiry(Some(crate::expiry::Expiry::from_millis(1))))
                ),
                false,
            ),
            (format!(",{}", b.replace("\"b\"", "\"c\"")), false),
        ];
        for (case, (inserted, expected)) in cases.iter().enumerate() {
            assert_eq!(layout.is_list_of(inserted, &[&entry_b]), *expected, "case {case}");
        }
        assert!(!layout.is_list_of(",", &[]));

        let end = ONE.rfind(']').unwrap();
        for place in 0..=ONE.len() {
            assert_eq!(layout.is_place_to_append(Span::new(place, place)), place == end, "{place}");
        }
    }
}
