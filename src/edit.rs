//! Changes of a text, from bytes to bytes; everything else keeps its bytes.
//!
//! Use it for a file in an object store, a Secret or a database that has its own compare-and-swap; for a path, use
//! [`update`](crate::update). The example `object_store_append` uses it with the crate `object_store`.

mod error;
mod change;
mod layout;
mod in_place;

use alloc::string::String;
use alloc::vec::Vec;
use std::collections::HashSet;

use zeroize::Zeroizing;

pub use self::change::Change;
use self::change::ChangeKind;
pub use self::error::ChangeError;
use self::layout::{EntryPlace, Layout, Pieces};
use crate::check::survey;
use crate::file::{DuplicateEntry, TokenEntry, TokenFile};
use crate::fix::{is_insertion, splice_pieces};
use crate::json::{pretty, quoted};
use crate::name::{DatabaseName, TokenName};
use crate::rules::Facts;
use crate::secret::SecretBytes;
use crate::token::Token;

/// Applies all changes in order, or none. `None` for `text` is a file that does not exist yet.
///
/// Returns `None` if nothing changes. Each change parses the whole text, so append many entries in one change.
///
/// ```
/// use influxdb3_offline_tokens::edit;
/// use influxdb3_offline_tokens::edit::Change;
/// use influxdb3_offline_tokens::{DatabaseName, TokenFile};
///
/// let text = br#"{"create_databases": ["a"], "tokens": []}"#;
/// let change = Change::create_databases([DatabaseName::parse("b")?]);
/// let changed = edit::apply(Some(text), &[change])?.unwrap();
/// assert_eq!(&*changed, br#"{"create_databases": ["a", "b"], "tokens": []}"#);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// A text that is not a valid tokens file, even if there are no changes; a name or secret that already exists; an unknown
/// name; a secret that is not the expected one.
pub fn apply(text: Option<&[u8]>, changes: &[Change]) -> Result<Option<SecretBytes>, ChangeError> {
    if let (Some(bytes), []) = (text, changes) {
        survey(bytes)?;
    }
    let mut current: Option<SecretBytes> = None;
    let mut rest = changes;
    while let Some(change) = rest.first() {
        let (after, count) = match current.as_deref().or(text) {
            Some(bytes) if in_place::name(change).is_some() => in_place::apply(bytes, rest)?,
            Some(bytes) => (one(bytes, change)?, 1),
            None => (begin(change)?, 1),
        };
        current = after.or(current);
        rest = rest.get(count..).unwrap_or_default();
    }
    // A change may be undone by the next.
    Ok(current.filter(|bytes| text != Some(&**bytes)))
}

/// Passes the current file to `plan`, and applies the returned changes, all or none. `None` for `text` is a file that does not
/// exist yet, and `plan` gets `None` then.
///
/// Returns `None` if nothing changes. A store with compare-and-swap needs no lock: read a version, `update` its text, and write
/// the result only if the version is still the same; otherwise start over.
///
/// ```
/// use influxdb3_offline_tokens::{TokenFile, edit};
/// use influxdb3_offline_tokens::edit::{Change, ChangeError};
///
/// let text = br#"{"tokens": [{"token": "apiv3_a", "name": "app", "permissions": []}]}"#;
/// let remove_all = |file: Option<&TokenFile>| {
///     let names = file.into_iter().flat_map(TokenFile::tokens).map(|entry| entry.name().clone());
///     Ok::<_, ChangeError>(names.map(Change::remove).collect())
/// };
/// let changed = edit::update(Some(text), remove_all)?.unwrap();
/// assert_eq!(&*changed, br#"{"tokens": []}"#);
/// assert!(edit::update(Some(&changed), remove_all)?.is_none());
/// # Ok::<(), ChangeError>(())
/// ```
///
/// # Errors
/// The error of `plan`; the errors of [`apply`].
pub fn update<E: From<ChangeError>>(
    text: Option<&[u8]>,
    plan: impl FnOnce(Option<&TokenFile>) -> Result<Vec<Change>, E>,
) -> Result<Option<SecretBytes>, E> {
    let file = text.map(TokenFile::parse).transpose().map_err(ChangeError::from)?;
    Ok(apply(text, &plan(file.as_ref())?)?)
}

/// Returns the first text of a new file.
fn begin(change: &Change) -> Result<Option<SecretBytes>, ChangeError> {
    match &change.0 {
        ChangeKind::Append { entries, .. } => {
            let file = TokenFile::new([], entries.iter().cloned()).map_err(|duplicate| match duplicate {
                DuplicateEntry::Name { name } => ChangeError::NameExists(name),
                DuplicateEntry::Token { name } => ChangeError::TokenExists(name),
            })?;
            Ok(Some(pretty(&file)))
        }
        ChangeKind::DropDatabases(_) => Ok(None),
        _ => {
            let text = pretty(&TokenFile::default());
            Ok(one(&text, change)?.or(Some(text)))
        }
    }
}

/// The result of a change.
pub(crate) enum ChangedText {
    /// The whole new text.
    Whole(SecretBytes),
    /// The old text with an insertion at an offset.
    Insertion(usize, Zeroizing<String>),
}

/// Applies changes as [`apply`], without a copy of the text for a single insertion.
pub(crate) fn changed_text(
    text: Option<&[u8]>,
    changes: &[Change],
) -> Result<Option<ChangedText>, ChangeError> {
    match (text, changes) {
        (Some(bytes), [change]) if in_place::name(change).is_none() => planned(bytes, change),
        _ => Ok(apply(text, changes)?.map(ChangedText::Whole)),
    }
}

fn one(bytes: &[u8], change: &Change) -> Result<Option<SecretBytes>, ChangeError> {
    if in_place::name(change).is_some() {
        return Ok(in_place::apply(bytes, core::slice::from_ref(change))?.0);
    }
    match planned(bytes, change)? {
        None => Ok(None),
        Some(ChangedText::Whole(changed)) => Ok(Some(changed)),
        Some(ChangedText::Insertion(at, text)) => {
            let changed =
                SecretBytes::wiped(splice_pieces(bytes, core::iter::once((at..at, text.as_bytes()))));
            // A copy of three pieces can only be too short. Debug assertions compare all of it.
            let proven = changed.len() == bytes.len() + text.len()
                && (!cfg!(debug_assertions) || is_insertion(bytes, at, &text, &changed));
            if proven { Ok(Some(changed)) } else { Err(ChangeError::NotProven) }
        }
    }
}

fn planned(bytes: &[u8], change: &Change) -> Result<Option<ChangedText>, ChangeError> {
    let facts = survey(bytes)?;
    let layout = Layout::new(&facts);
    let mut pieces = match &change.0 {
        ChangeKind::Append { entries, keep_if_same } => {
            append(&facts, &layout, bytes, entries, *keep_if_same)?
        }
        ChangeKind::CreateDatabases(names) => {
            let new = |name: &&DatabaseName| !facts.databases.creates(name.as_str());
            let mut missing: Vec<&str> = names.iter().filter(new).map(DatabaseName::as_str).collect();
            let mut seen = HashSet::new();
            missing.retain(|name| seen.insert(*name));
            layout.databases(&missing)
        }
        ChangeKind::DropDatabases(names) => {
            let names: HashSet<&str> = names.iter().map(DatabaseName::as_str).collect();
            let created = facts.databases.created().iter();
            Layout::drop_elements(created.map(|(_, name)| (name.outer_span(), names.contains(&**name))))
        }
        ChangeKind::Remove(name) => layout.remove(position(&facts, name)?),
        ChangeKind::Rename { name, new_name } if name == new_name => {
            position(&facts, name)?;
            Pieces::default()
        }
        ChangeKind::Rename { name, new_name } => {
            let entry = place(&facts, &layout, name)?;
            refuse_name(&facts, new_name)?;
            Pieces::one(entry.name, &quoted(new_name.as_str()))
        }
        ChangeKind::Rotate { name, token, beside: Some(new_name), if_sha512 } => {
            let entry = place(&facts, &layout, name)?;
            if if_sha512.is_some_and(|expected| entry.sha512 != expected) {
                return Err(ChangeError::SecretChanged(name.clone()));
            }
            refuse_name(&facts, new_name)?;
            refuse_token(&facts, new_name, token)?;
            layout.append(&[layout.beside(&entry, new_name, token)])
        }
        // Applied in place.
        ChangeKind::Rotate { beside: None, .. }
        | ChangeKind::SetExpiry { .. }
        | ChangeKind::SetPermissions { .. } => Pieces::default(),
    };
    if pieces.0.is_empty() {
        return Ok(None);
    }
    let splice = || -> SecretBytes {
        let new = pieces.0.iter().map(|(span, new)| (span.range(), new.as_bytes()));
        SecretBytes::wiped(splice_pieces(bytes, new))
    };
    if let (ChangeKind::Append { entries, .. }, [(place, text)]) = (&change.0, pieces.0.as_slice()) {
        let new = |entry: &&TokenEntry| facts.names.get(entry.name().as_str()).is_none();
        let new: Vec<&TokenEntry> = entries.iter().filter(new).collect();
        let proven = layout.is_place_to_append(*place)
            && layout.is_list_of(text, &new)
            // Debug assertions also check the consequence.
            && (!cfg!(debug_assertions) || has_tokens(&splice(), facts.outline.entries + new.len()));
        let at = place.start();
        let insertion = pieces.0.pop().map(|(_, text)| ChangedText::Insertion(at, text));
        return if proven { Ok(insertion) } else { Err(ChangeError::NotProven) };
    }
    let changed = splice();
    let entries = match &change.0 {
        ChangeKind::Rotate { beside: Some(_), .. } => facts.outline.entries + 1,
        ChangeKind::Remove(_) => facts.outline.entries.saturating_sub(1),
        _ => facts.outline.entries,
    };
    let is_one_piece = pieces.0.len() == 1 || matches!(change.0, ChangeKind::DropDatabases(_));
    let proven = is_one_piece && has_tokens(&changed, entries);
    if !proven {
        return Err(ChangeError::NotProven);
    }
    Ok((*changed != *bytes).then_some(ChangedText::Whole(changed)))
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
    keep_if_same: bool,
) -> Result<Pieces, ChangeError> {
    let mut names = HashSet::new();
    let mut secrets = HashSet::new();
    let mut texts = Vec::new();
    let mut file: Option<TokenFile> = None;
    for entry in entries {
        let name = entry.name();
        if let Some(position) = facts.names.get(name.as_str()) {
            if keep_if_same {
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
        Some(_) => Err(ChangeError::NameExists(name.clone())),
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
