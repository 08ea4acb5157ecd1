//! Changes inside existing entries: many of them in one pass.

use alloc::collections::BTreeMap;
use alloc::string::String;
use core::mem;
use std::collections::HashSet;

use zeroize::Zeroizing;

use super::change::{Change, ChangeKind};
use super::error::ChangeError;
use super::layout::{EntryPlace, Layout, Pieces, spelt};
use super::{has_tokens, position, refuse_token};
use crate::check::survey;
use crate::fix::splice_pieces;
use crate::name::TokenName;
use crate::rules::Facts;
use crate::secret::SecretBytes;
use crate::span::Span;

/// Applies the first changes, as many as are in place and independent of each other: at least one. Returns the new text, or
/// `None` if it is the same, and the number of applied changes.
///
/// A plan for many tokens would otherwise parse the text several times for each change.
pub(super) fn apply(bytes: &[u8], changes: &[Change]) -> Result<(Option<SecretBytes>, usize), ChangeError> {
    let facts = survey(bytes)?;
    let layout = Layout::new(&facts);
    let names = changes.iter().map_while(name);
    let places = layout.places(names.filter_map(|name| facts.names.get(name.as_str())));
    let mut edits = Edits::default();
    let mut tokens = HashSet::new();
    let mut done = HashSet::new();
    let mut count = 0;
    for change in changes {
        let Some(name) = name(change) else { break };
        let pieces = position(&facts, name).and_then(|index| {
            let place = places.get(&index).ok_or_else(|| ChangeError::NoSuchToken(name.clone()))?;
            pieces(&facts, &layout, place, change)
        });
        let pieces = match pieces {
            Ok(pieces) => pieces,
            Err(error) if count == 0 => return Err(error),
            // It may depend on a change before it: the next pass decides, by the text with that change.
            Err(_) => break,
        };
        let token = match &change.0 {
            ChangeKind::Rotate { token, .. } => Some(token.expose()),
            _ => None,
        };
        let is_repeated = !done.insert((name, mem::discriminant(&change.0)));
        if is_repeated || token.is_some_and(|token| tokens.contains(token)) || !edits.add(pieces) {
            break;
        }
        tokens.extend(token);
        count += 1;
    }
    if edits.0.is_empty() {
        return Ok((None, count));
    }
    let new = edits.0.iter().map(|(&(start, end), text)| (start..end, text.as_bytes()));
    let changed = SecretBytes::wiped(splice_pieces(bytes, new));
    if !has_tokens(&changed, facts.outline.entries) {
        return Err(ChangeError::NotProven);
    }
    Ok(((*changed != *bytes).then_some(changed), count))
}

/// Returns the name of the entry that a change in place is about; `None` for other changes.
pub(super) fn name(change: &Change) -> Option<&TokenName> {
    match &change.0 {
        ChangeKind::Rotate { name, beside: None, .. }
        | ChangeKind::SetExpiry { name, .. }
        | ChangeKind::SetPermissions { name, .. } => Some(name),
        _ => None,
    }
}

fn pieces(
    facts: &Facts<'_>,
    layout: &Layout<'_>,
    place: &EntryPlace,
    change: &Change,
) -> Result<Pieces, ChangeError> {
    Ok(match &change.0 {
        ChangeKind::Rotate { name, token, if_sha512, .. } => {
            if if_sha512.is_some_and(|expected| place.sha512 != expected) {
                return Err(ChangeError::SecretChanged(name.clone()));
            }
            refuse_token(facts, name, token)?;
            Pieces::one(place.token, &spelt(token))
        }
        ChangeKind::SetExpiry { expiry, .. } => layout.set_expiry(place, *expiry),
        ChangeKind::SetPermissions { permissions, .. } => {
            Pieces::one(place.permissions, &layout.permissions(permissions))
        }
        _ => Pieces::default(),
    })
}

/// Edits that do not meet, by their start and end.
#[derive(Default)]
struct Edits(BTreeMap<(usize, usize), Zeroizing<String>>);

impl Edits {
    /// Adds pieces, or none if one meets an edit. Returns whether they were added.
    fn add(&mut self, pieces: Pieces) -> bool {
        let is_free = pieces.0.iter().all(|(span, _)| self.is_free(*span));
        if is_free {
            self.0.extend(pieces.0.into_iter().map(|(span, text)| ((span.start(), span.end()), text)));
        }
        is_free
    }

    fn is_free(&self, span: Span) -> bool {
        let before = self.0.range(..=(span.start(), usize::MAX)).next_back();
        let after = self.0.range((span.start(), usize::MAX)..).next();
        // An insertion after a replaced value is apart from it.
        let is_apart = |start: usize, end: usize| end <= span.start() && start < span.start();
        before.is_none_or(|(&(start, end), _)| is_apart(start, end))
            && after.is_none_or(|(&(start, _), _)| span.end() <= start)
    }
}
