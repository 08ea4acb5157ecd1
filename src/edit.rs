//! Changes to a text, from bytes to bytes. All other bytes are unchanged.
//!
//! Use it for a text that is not on disk, but in an object store, a Secret or a database. For a path, use
//! [`update`](crate::update). The example `object_store_append` uses it with the crate `object_store`.

mod error;
mod change;
mod place;
mod layout;
mod pass;
#[cfg(test)]
mod tests;

pub use self::change::Change;
use self::change::ChangeKind;
pub use self::error::ChangeError;
use crate::check::survey;
use crate::file::{DuplicateEntry, TokenFile};
use crate::json::pretty;
use crate::secret::{NewText, SecretBytes};

/// Applies all changes in order, or none. `text` is `None` for a file that does not exist yet.
///
/// Returns `None` if nothing changes. Many changes parse the whole text again, so append many entries in one change.
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
/// Returns an error if the text is not a valid tokens file, even without changes. It also returns an error
/// if a new name or token already exists, a name is unknown, or a token is not the expected one.
pub fn apply(text: Option<&[u8]>, changes: &[Change]) -> Result<Option<SecretBytes>, ChangeError> {
    let changed = changed_text(text, changes)?;
    Ok(changed.map(|changed| changed.into_bytes(text.unwrap_or_default())))
}

/// Passes the current file to `plan`, and applies the returned changes, all or none. `text` is `None` for a file that does not
/// exist yet, and `plan` then receives `None`.
///
/// Returns `None` if nothing changes. A store with compare-and-swap needs no lock: read a version, `update` its text, and
/// write the result only if the version is unchanged. Otherwise start over.
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
/// Returns the error of `plan`, or an error of [`apply`].
pub fn update<E: From<ChangeError>>(
    text: Option<&[u8]>,
    plan: impl FnOnce(Option<&TokenFile>) -> Result<Vec<Change>, E>,
) -> Result<Option<SecretBytes>, E> {
    let file = text.map(TokenFile::parse).transpose().map_err(ChangeError::from)?;
    Ok(apply(text, &plan(file.as_ref())?)?)
}

/// Applies changes as [`apply`], without a copy of the text for a single insertion.
pub(crate) fn changed_text(text: Option<&[u8]>, changes: &[Change]) -> Result<Option<NewText>, ChangeError> {
    if let (Some(bytes), []) = (text, changes) {
        survey(bytes)?;
    }
    let mut current: Option<SecretBytes> = None;
    let mut rest = changes;
    while let Some(first) = rest.first() {
        let Some(bytes) = current.as_deref().or(text) else {
            let (new, count) = new_file(first)?;
            current = new;
            rest = rest.get(count..).unwrap_or_default();
            continue;
        };
        let (changed, count) = pass::apply(bytes, rest)?;
        rest = rest.get(count..).unwrap_or_default();
        if rest.is_empty() && current.is_none() {
            return Ok(changed);
        }
        let changed = changed.map(|changed| changed.into_bytes(bytes));
        current = changed.or(current);
    }
    // A change may be undone by the next.
    Ok(current.filter(|bytes| text != Some(&**bytes)).map(NewText::Whole))
}

/// Returns the first text of a new file, and the number of changes that it contains.
fn new_file(first: &Change) -> Result<(Option<SecretBytes>, usize), ChangeError> {
    Ok(match &first.0 {
        ChangeKind::Append { entries, .. } => {
            let file = TokenFile::new([], entries.iter().cloned()).map_err(|duplicate| match duplicate {
                DuplicateEntry::Name { name } => ChangeError::NameExists(name),
                DuplicateEntry::Token { name } => ChangeError::TokenExists(name),
            })?;
            (Some(pretty(&file)), 1)
        }
        ChangeKind::DropDatabases(_) => (None, 1),
        _ => (Some(pretty(&TokenFile::default())), 0),
    })
}
