//! Several permissions in one string.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use crate::check::context::{At, Context, finding};
use crate::code::Code;
use crate::diagnostic::{Edit, Fix};
use crate::json::RawStr;
use crate::permission::{Permission, SystemResource};
use crate::span::Span;

/// A string of several permissions that are right but for that.
pub(super) struct Joined {
    place: Span,
    edits: Vec<(Span, String)>,
    message: &'static str,
    help: &'static str,
}

impl Joined {
    pub(super) fn edits(&self, string: RawStr<'_>) -> Vec<Edit> {
        self.edits.iter().map(|(span, new)| Edit::new(string.place(*span), new.as_str())).collect()
    }

    pub(super) fn tell(
        &self,
        context: &mut Context<'_>,
        at: At<'_>,
        string: RawStr<'_>,
        fix: impl FnOnce() -> Option<Fix>,
    ) {
        let place = string.place(self.place);
        context.find(Code::ExtraPart, place, fix, || {
            finding(Code::ExtraPart, place, at, self.message).with_help(self.help)
        });
    }
}

/// Several permissions in one, of which the rest is right: `db:a,db:b:read`, where the type stands again, and
/// `db:a:read,b:write`, where it does not.
pub(super) fn joined(text: &str) -> Option<Joined> {
    // Both have one `:` more than a permission.
    text.match_indices(':').nth(2)?;
    let (first, _) = text.split_once(':').filter(|(first, _)| matches!(*first, "db" | "system"))?;
    let again = format!(",{first}:");
    let of_type = |(at, found): (usize, &str)| Span::new(at + 1, at + found.len());
    let types: Vec<Span> = text.match_indices(&again).map(of_type).collect();
    if let (Some(place), Some(last)) = (types.first(), types.last()) {
        Permission::accept(&text.replace(&again, ","))?;
        // All of them among the names: of its two other `:`, one is in front of them, and one behind.
        let is_among_names = text.get(..place.start())?.matches(':').count() == 1
            && text.get(last.end()..)?.matches(':').count() == 1;
        return is_among_names.then(|| Joined {
            place: *place,
            edits: types.iter().map(|span| (*span, String::new())).collect(),
            message: "the type stands once more, in front of a name",
            help: "write it once, at the start",
        });
    }
    let (before, last) = text.rsplit_once(':')?;
    let comma = before.rfind(',')?;
    let (one, name) = (text.get(..comma)?, before.get(comma + 1..)?);
    // Of another type, or for all, is more than anybody wrote; and where a `:` stands for a comma, it is one permission.
    let is_plain = name != "*" && !is_a_type(name) && SystemResource::parse(name).is_err() == (first == "db");
    let other = format!("{first}:{name}:{last}");
    Permission::accept(one).and(Permission::accept(&other)).filter(|_| is_plain)?;
    if Permission::accept(&format!("{before},{last}")).is_some() {
        return None;
    }
    Some(Joined {
        place: Span::new(comma + 1, text.len()),
        edits: Vec::from([(Span::new(comma, comma + 1), format!("\", \"{first}:"))]),
        message: "a string holds one permission, and this is one more",
        help: "write each as a string of its own, with its type",
    })
}

/// Whether a word is a type, in any case.
pub(super) fn is_a_type(word: &str) -> bool {
    ["db", "system"].iter().any(|known| known.eq_ignore_ascii_case(word))
}

/// What makes strings of their own of the permissions in one.
pub(super) fn apart(string: RawStr<'_>, separators: &[Span]) -> Vec<Edit> {
    separators.iter().map(|separator| Edit::new(string.place(*separator), "\", \"")).collect()
}

/// What separates several permissions in one string; nothing where there is one.
pub(super) fn between_permissions(text: &str) -> Vec<Span> {
    let is_separator = |c: char| matches!(c, ',' | ';') || c.is_ascii_whitespace();
    let mut separators = Vec::new();
    // Where the permission begins, how many colons it has so far, and where it goes on behind the last of them.
    let (mut start, mut colons, mut behind) = (0, 0, 0);
    for (at, _) in text.match_indices(':') {
        let (before, name) = text
            .get(behind..at)
            .map_or(("", ""), |part| part.split_at(part.rfind(is_separator).map_or(0, |last| last + 1)));
        let word = behind + before.len();
        if colons == 2 && !before.is_empty() && matches!(name, "db" | "system") {
            let permission = text.get(start..word).unwrap_or_default().trim_end_matches(is_separator);
            separators.push(Span::new(start + permission.len(), word));
            (start, colons) = (word, 0);
        }
        (behind, colons) = (at + 1, colons + 1);
    }
    if colons == 2 { separators } else { Vec::new() }
}
