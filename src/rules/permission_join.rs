//! The split of a string with several permissions.

use core::ops::Range;

use crate::diagnostic::TextEdit;
use crate::document::Text;
use crate::permission::Permission;

/// Returns the ranges of the permissions in a string, or of the whole string if one of them lacks a part.
pub(super) fn split(text: &str) -> Vec<Range<usize>> {
    let is_separator = |c: char| matches!(c, ',' | ';') || c.is_ascii_whitespace();
    let types = ["db:", "system:"].into_iter().flat_map(|kind| text.match_indices(kind));
    let is_after_separator =
        |at: &usize| text.get(..*at).is_some_and(|before| before.ends_with(is_separator));
    let mut starts: Vec<usize> =
        types.map(|(at, _)| at).filter(is_after_separator).chain([text.len()]).collect();
    starts.sort_unstable();
    let (mut pieces, mut start) = (Vec::new(), 0);
    for next in starts {
        let piece = text.get(start..next).unwrap_or_default();
        let end = if next < text.len() { piece.trim_end_matches(is_separator).len() } else { piece.len() };
        if piece.matches(':').count() != 2 {
            return core::iter::once(0..text.len()).collect();
        }
        pieces.push(start..start + end);
        start = next;
    }
    pieces
}

/// Returns the ranges of a resource type that is repeated before names, as in `db:a,db:b:read`.
pub(super) fn repeated_types(text: &str) -> Option<Vec<Range<usize>>> {
    // It has one `:` more than a permission.
    text.match_indices(':').nth(2)?;
    let (first, _) = text.split_once(':')?;
    let repeated = format!(",{first}:");
    let types: Vec<Range<usize>> =
        text.match_indices(&repeated).map(|(at, found)| at + 1..at + found.len()).collect();
    let (names, actions) = (text.get(..types.first()?.start)?, text.get(types.last()?.end..)?);
    let are_between_names = names.matches(':').count() == 1 && actions.matches(':').count() == 1;
    Permission::accept(&text.replace(&repeated, ","))?;
    are_between_names.then_some(types)
}

/// Returns the edits that put each piece into a separate string; none if a piece is invalid.
pub(super) fn separate(text: &Text<'_>, pieces: &[Range<usize>]) -> Vec<TextEdit> {
    let is_valid = |piece: &Range<usize>| text.get(piece.clone()).and_then(Permission::accept).is_some();
    if !pieces.iter().all(is_valid) {
        return Vec::new();
    }
    let mut locator = text.locator();
    let separators = pieces.iter().zip(pieces.iter().skip(1)).map(|(one, next)| one.end..next.start);
    separators.map(|range| TextEdit::new(locator.locate(range), "\", \"")).collect()
}
