//! One pass over a text: one change, or many independent changes to entries.

use core::mem;
use std::borrow::Cow;
use std::collections::{HashMap, HashSet};

use zeroize::Zeroizing;

use super::change::{Change, ChangeKind, Sha512};
use super::error::ChangeError;
use super::layout::{Edit, Layout, escape_token};
use super::place::{self, Place};
use crate::check::survey;
use crate::diagnostic::TextEdit;
use crate::file::TokenEntry;
use crate::fix::splice_pieces;
use crate::json::quoted;
use crate::name::{DatabaseName, TokenName};
use crate::rules::Facts;
use crate::secret::{NewText, SecretBytes};
use crate::span::Span;
use crate::token::Token;

/// Applies the first changes, at least one, in one pass. Returns the new text, or `None` if it is unchanged, and the number
/// of applied changes.
pub(super) fn apply(bytes: &[u8], changes: &[Change]) -> Result<(Option<NewText>, usize), ChangeError> {
    let changes = independent(changes);
    let pass = Pass::new(bytes, changes)?;
    if let [change] = changes
        && let Some(new) = pass.new_entries(change)?
    {
        return Ok((pass.append(&new)?, 1));
    }
    let mut edits = Vec::new();
    let mut count = 0;
    for change in changes {
        match pass.edits(change) {
            Ok(new) => edits.extend(new),
            Err(error) if count == 0 => return Err(error),
            // It may depend on an earlier change: the next pass tries it on the changed text.
            Err(_) => break,
        }
        count += 1;
    }
    if edits.is_empty() {
        return Ok((None, count));
    }
    edits.sort_by_key(|(span, _)| *span);
    let changed = splice(bytes, &edits);
    let is_removal = matches!(changes, [Change(ChangeKind::Remove(_))]);
    let entries = pass.facts.outline.entries - usize::from(is_removal);
    if !survey(&changed).is_ok_and(|after| after.outline.entries == entries) {
        return Err(ChangeError::NotProven);
    }
    Ok(((*changed != *bytes).then_some(NewText::Whole(changed)), count))
}

/// Replaces spans, which are sorted and do not overlap.
fn splice(bytes: &[u8], edits: &[Edit]) -> SecretBytes {
    splice_pieces(bytes, edits.iter().map(|(span, new)| (span.range(), new.as_bytes())))
}

/// Returns the first changes that do not depend on each other: one, or several that change different members of entries.
fn independent(changes: &[Change]) -> &[Change] {
    let (mut members, mut secrets) = (HashSet::new(), HashSet::new());
    let are_independent = changes.iter().map(|change| match &change.0 {
        ChangeKind::Rotate { beside: Some(_), .. } => false,
        ChangeKind::Rotate { name, token, .. } => {
            members.insert((name, mem::discriminant(&change.0))) && secrets.insert(token.expose())
        }
        ChangeKind::SetExpiry { name, .. } | ChangeKind::SetPermissions { name, .. } => {
            members.insert((name, mem::discriminant(&change.0)))
        }
        _ => false,
    });
    let count = are_independent.take_while(|is_independent| *is_independent).count();
    changes.get(..count.max(1)).unwrap_or_default()
}

/// A text, and the entries that changes need.
struct Pass<'a> {
    facts: Facts<'a>,
    layout: Layout<'a>,
    places: HashMap<usize, Place>,
}

impl<'a> Pass<'a> {
    fn new(bytes: &'a [u8], changes: &[Change]) -> Result<Self, ChangeError> {
        let facts = survey(bytes)?;
        let layout = Layout::new(&facts);
        let names = changes.iter().flat_map(|change| match &change.0 {
            ChangeKind::Append { entries, .. } => entries.iter().map(TokenEntry::name).collect(),
            ChangeKind::Remove(name)
            | ChangeKind::Rename { name, .. }
            | ChangeKind::Rotate { name, .. }
            | ChangeKind::SetExpiry { name, .. }
            | ChangeKind::SetPermissions { name, .. } => Vec::from([name]),
            ChangeKind::CreateDatabases(_) | ChangeKind::DropDatabases(_) => Vec::new(),
        });
        let indices = names.filter_map(|name| facts.names.get(name.as_str())).collect();
        let places = place::find(facts.text, indices);
        Ok(Self { facts, layout, places })
    }

    /// Returns the edits of a change that adds no entry.
    fn edits(&self, change: &Change) -> Result<Vec<Edit>, ChangeError> {
        let edit = |span: Span, new: &str| Vec::from([(span, Zeroizing::new(new.into()))]);
        let removal = |span: Span| {
            let removal = TextEdit::removal(self.facts.text, span);
            removal.map_or_else(Vec::new, |removal| edit(removal.span(), ""))
        };
        Ok(match &change.0 {
            ChangeKind::Remove(name) => removal(self.place(name)?.span),
            ChangeKind::Rename { name, new_name } => {
                let place = self.place(name)?;
                if name == new_name {
                    return Ok(Vec::new());
                }
                self.check_new_name(new_name)?;
                edit(place.name, &quoted(new_name.as_str()))
            }
            ChangeKind::Rotate { name, token, if_sha512, .. } => {
                let place = self.entry_to_rotate(name, *if_sha512)?;
                self.check_new_token(name, token)?;
                Vec::from([(place.token, escape_token(token))])
            }
            ChangeKind::SetExpiry { name, expiry } => match (self.place(name)?, expiry) {
                (Place { expiry: Some((value, _)), .. }, Some(new)) => {
                    edit(*value, &new.as_millis().to_string())
                }
                (Place { expiry: Some((_, member)), .. }, None) => removal(*member),
                (place, Some(new)) => Vec::from([self.layout.add_expiry(place, *new)]),
                (_, None) => Vec::new(),
            },
            ChangeKind::SetPermissions { name, permissions } => {
                let place = self.place(name)?;
                if place.entry.permissions() == permissions {
                    return Ok(Vec::new());
                }
                edit(place.permissions, &self.layout.permissions(permissions))
            }
            ChangeKind::CreateDatabases(names) => {
                let mut seen = HashSet::new();
                let names = names.iter().map(DatabaseName::as_str);
                let new = names.filter(|name| !self.facts.databases.creates(name) && seen.insert(*name));
                self.layout.databases(&self.facts, &new.collect::<Vec<_>>()).into_iter().collect()
            }
            ChangeKind::DropDatabases(names) => {
                let names: HashSet<&str> = names.iter().map(DatabaseName::as_str).collect();
                let created = self.facts.databases.created();
                let elements: Vec<(Span, bool)> =
                    created.iter().map(|(_, name)| (name.outer_span(), names.contains(&**name))).collect();
                drop_elements(&elements)
            }
            ChangeKind::Append { .. } => Vec::new(),
        })
    }

    /// Returns the entries that a change adds; `None` if it is another change.
    fn new_entries<'c>(&self, change: &'c Change) -> Result<Option<Vec<Cow<'c, TokenEntry>>>, ChangeError> {
        match &change.0 {
            ChangeKind::Append { entries, keep_if_same } => {
                let (mut names, mut secrets, mut new) = (HashSet::new(), HashSet::new(), Vec::new());
                for entry in entries {
                    let name = entry.name();
                    if *keep_if_same && self.place(name).is_ok_and(|place| place.entry.is_same(entry)) {
                        continue;
                    }
                    self.check_new_name(name)?;
                    if !names.insert(name.as_str()) {
                        return Err(ChangeError::NameExists(name.clone()));
                    }
                    self.check_new_token(name, entry.token())?;
                    if !secrets.insert(entry.token().expose()) {
                        return Err(ChangeError::TokenExists(name.clone()));
                    }
                    new.push(Cow::Borrowed(entry));
                }
                Ok(Some(new))
            }
            ChangeKind::Rotate { name, token, beside: Some(new_name), if_sha512 } => {
                let old = &self.entry_to_rotate(name, *if_sha512)?.entry;
                self.check_new_name(new_name)?;
                self.check_new_token(new_name, token)?;
                let new = TokenEntry::new(new_name.clone(), token.clone()).with_expiry(old.expiry());
                Ok(Some(Vec::from([Cow::Owned(new.with_permissions(old.permissions().iter().cloned()))])))
            }
            _ => Ok(None),
        }
    }

    fn append(&self, entries: &[Cow<'_, TokenEntry>]) -> Result<Option<NewText>, ChangeError> {
        if entries.is_empty() {
            return Ok(None);
        }
        let (at, mut text) = self.layout.append(entries);
        if self.layout.is_list_of(&text, entries) {
            // Moved, not copied.
            Ok(Some(NewText::Insertion(at, mem::take(&mut *text).into_bytes().into())))
        } else {
            Err(ChangeError::NotProven)
        }
    }

    fn place(&self, name: &TokenName) -> Result<&Place, ChangeError> {
        let place = self.facts.names.get(name.as_str()).and_then(|index| self.places.get(&index));
        place.ok_or_else(|| ChangeError::NoSuchToken(name.clone()))
    }

    /// Returns the entry whose secret is replaced, if that is the expected one.
    fn entry_to_rotate(&self, name: &TokenName, expected: Option<Sha512>) -> Result<&Place, ChangeError> {
        let place = self.place(name)?;
        match expected {
            Some(expected) if expected != Sha512(place.entry.token().sha512()) => {
                Err(ChangeError::SecretChanged(name.clone()))
            }
            _ => Ok(place),
        }
    }

    fn check_new_name(&self, name: &TokenName) -> Result<(), ChangeError> {
        let present = self.facts.names.get(name.as_str());
        present.map_or(Ok(()), |_| Err(ChangeError::NameExists(name.clone())))
    }

    fn check_new_token(&self, name: &TokenName, token: &Token) -> Result<(), ChangeError> {
        let present = self.facts.tokens.get(token.expose());
        present.map_or(Ok(()), |_| Err(ChangeError::TokenExists(name.clone())))
    }
}

/// Drops elements of a list, each with the comma and the space on one side. The flag marks the dropped ones.
fn drop_elements(elements: &[(Span, bool)]) -> Vec<Edit> {
    let last_kept = elements.iter().rposition(|(_, is_dropped)| !is_dropped);
    let dropped = elements.iter().enumerate().filter(|(_, (_, is_dropped))| *is_dropped);
    let edits = dropped.map(|(index, (element, _))| {
        let span = if last_kept > Some(index) {
            let next = elements.get(index + 1).map_or(element.end(), |(next, _)| next.start());
            Span::new(element.start(), next)
        } else {
            let before = index.checked_sub(1).and_then(|before| elements.get(before));
            Span::new(before.map_or(element.start(), |(before, _)| before.end()), element.end())
        };
        (span, Zeroizing::default())
    });
    edits.collect()
}
