//! Several permissions in one string.

use alloc::borrow::Cow;
use alloc::format;
use alloc::vec::Vec;
use core::ops::Range;

use crate::diagnostic::TextEdit;
use crate::document::Text;
use crate::permission::{Permission, SystemResource};

/// Several permissions in one string that are otherwise valid.
pub(super) struct Joined {
    /// The repeated type, or the second permission.
    pub(super) range: Range<usize>,
    edits: Vec<(Range<usize>, Cow<'static, str>)>,
    /// The right that the edits grant beyond the text.
    pub(super) effect: Option<&'static str>,
    pub(super) message: &'static str,
    pub(super) help: &'static str,
}

impl Joined {
    /// Returns the edits that separate them.
    pub(super) fn edits(&self, text: &Text<'_>) -> Vec<TextEdit> {
        let mut locator = text.locator();
        let edit = |(range, new): &(Range<usize>, Cow<'static, str>)| {
            TextEdit::new(locator.locate(range.clone()), new.clone())
        };
        self.edits.iter().map(edit).collect()
    }
}

/// Finds several permissions, not all complete: `db:a,db:b:read`, which repeats the type, and `db:a:read,b:write`, which
/// lacks it.
pub(super) fn joined(text: &str) -> Option<Joined> {
    // Both have one `:` more than a permission.
    text.match_indices(':').nth(2)?;
    let (first, _) = text.split_once(':').filter(|(first, _)| matches!(*first, "db" | "system"))?;
    repeated_type(text, first).or_else(|| missing_type(text, first))
}

fn repeated_type(text: &str, first: &str) -> Option<Joined> {
    let again = format!(",{first}:");
    let types: Vec<Range<usize>> =
        text.match_indices(&again).map(|(at, found)| at + 1..at + found.len()).collect();
    let (start, end) = (types.first()?.clone(), types.last()?.end);
    Permission::accept(&text.replace(&again, ","))?;
    // One of the other two `:` precedes the names, and one follows them.
    let is_among_names =
        text.get(..start.start)?.matches(':').count() == 1 && text.get(end..)?.matches(':').count() == 1;
    is_among_names.then(|| Joined {
        range: start,
        edits: types.into_iter().map(|range| (range, Cow::Borrowed(""))).collect(),
        // Only the last name is followed by actions.
        effect: Some("grants the actions on every name"),
        message: "repeated resource type before a name",
        help: "write the resource type once, at the start",
    })
}

fn missing_type(text: &str, first: &str) -> Option<Joined> {
    let (before, last) = text.rsplit_once(':')?;
    let comma = before.rfind(',')?;
    let (one, name) = (text.get(..comma)?, before.get(comma + 1..)?);
    // A permission for all, or of the other type, would grant more than the text states.
    let is_plain = name != "*" && !is_type(name) && SystemResource::parse(name).is_err() == (first == "db");
    let other = format!("{first}:{name}:{last}");
    Permission::accept(one).and(Permission::accept(&other)).filter(|_| is_plain)?;
    // The `:` may be meant as a comma.
    if Permission::accept(&format!("{before},{last}")).is_some() {
        return None;
    }
    Some(Joined {
        range: comma + 1..text.len(),
        edits: Vec::from([(comma..comma + 1, Cow::Owned(format!("\", \"{first}:")))]),
        effect: None,
        message: "a string can contain only one permission",
        help: "write each permission as a separate string with its resource type",
    })
}

/// Returns whether a word is a resource type in any case.
pub(super) fn is_type(word: &str) -> bool {
    ["db", "system"].iter().any(|known| known.eq_ignore_ascii_case(word))
}

/// Returns the ranges of the complete permissions in a string.
pub(super) fn split(text: &str) -> Vec<Range<usize>> {
    let is_separator = |c: char| matches!(c, ',' | ';') || c.is_ascii_whitespace();
    let mut pieces = Vec::new();
    // The start of the permission, the number of its colons so far, and the end of the last one.
    let (mut start, mut colons, mut colon_end) = (0, 0, 0);
    for (at, _) in text.match_indices(':') {
        let part = text.get(colon_end..at).unwrap_or_default();
        let (before, word) = part.split_at(part.rfind(is_separator).map_or(0, |last| last + 1));
        if colons == 2 && !before.is_empty() && matches!(word, "db" | "system") {
            let begin = colon_end + before.len();
            let permission = text.get(start..begin).unwrap_or_default().trim_end_matches(is_separator);
            pieces.push(start..start + permission.len());
            (start, colons) = (begin, 0);
        }
        (colon_end, colons) = (at + 1, colons + 1);
    }
    if colons != 2 || pieces.is_empty() {
        pieces.clear();
        start = 0;
    }
    pieces.push(start..text.len());
    pieces
}

/// Returns the edits that put each piece into a separate string.
pub(super) fn separate(text: &Text<'_>, pieces: &[Range<usize>]) -> Vec<TextEdit> {
    let mut locator = text.locator();
    let separators = pieces.iter().zip(pieces.iter().skip(1)).map(|(one, next)| one.end..next.start);
    separators.map(|range| TextEdit::new(locator.locate(range), "\", \"")).collect()
}
