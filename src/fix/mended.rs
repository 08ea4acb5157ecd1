//! What fixes did, and where that was in the text before them.

use alloc::borrow::Cow;
use alloc::string::String;
use alloc::vec::Vec;
use core::ops::Range;

#[cfg(doc)]
use crate::check::Validator;
use crate::check::{Mend, Words};
use crate::code::Code;
use crate::diagnostic::{Diagnostic, Replacement};
use crate::span::{LineIndex, Location, Span};

/// A fix that was applied, and the finding that it was for.
///
/// ```
/// use std::time::SystemTime;
/// use influxdb3_offline_tokens::{Applicability, Code, Validator};
///
/// let weak = br#"{"tokens": [{"token": "apiv3_abc", "name": "app", "permissions": ["system:*:read"]}]}"#;
/// let fixed = Validator::new(SystemTime::now()).fix(weak, Applicability::Ask)?;
/// let mended = &fixed.mended()[0];
/// assert_eq!((mended.code(), mended.has_new_token()), (Code::WeakToken, true));
/// # Ok::<(), influxdb3_offline_tokens::GenerateTokenError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mended {
    code: Code,
    message: Cow<'static, str>,
    pointer: String,
    span: Span,
    location: Location,
    has_new_token: bool,
}

impl Mended {
    /// A fix of a text that `passes` have made of the first one.
    pub(super) fn new(fix: Mend<'_>, passes: &[Moved]) -> Self {
        let words = || Words { message: fix.code.summary().into(), pointer: String::new() };
        let Words { message, pointer } = fix.words.cloned().unwrap_or_else(words);
        Self {
            code: fix.code,
            message,
            pointer,
            span: passes.iter().rev().fold(fix.span, |span, pass| pass.before(span)),
            location: Location { line: 1, column: 1 },
            has_new_token: fix.edits.iter().any(|edit| *edit.replacement() == Replacement::NewToken),
        }
    }

    /// A finding about the file itself, which is none of its text.
    pub(crate) fn of_the_file(found: Diagnostic) -> Self {
        let Diagnostic { code, message, pointer, span, location, .. } = found;
        Self { code, message, pointer, span, location, has_new_token: false }
    }

    pub(super) fn locate(&mut self, lines: &LineIndex<'_>) {
        self.location = lines.location(self.span.start());
    }

    /// Which mistake it was.
    ///
    /// ```
    /// use std::time::SystemTime;
    /// use influxdb3_offline_tokens::{Applicability, Code, Validator};
    ///
    /// let fixed = Validator::new(SystemTime::now()).fix(b"{\"tokens\": []} // none", Applicability::Safe)?;
    /// assert_eq!(fixed.mended()[0].code(), Code::JsonSyntax);
    /// # Ok::<(), influxdb3_offline_tokens::GenerateTokenError>(())
    /// ```
    #[must_use]
    pub const fn code(&self) -> Code {
        self.code
    }

    /// What was wrong: the message of the finding, or the code's summary where there were more than a report
    /// [keeps](Validator::keep).
    ///
    /// ```
    /// use std::time::SystemTime;
    /// use influxdb3_offline_tokens::{Applicability, Validator};
    ///
    /// let fixed = Validator::new(SystemTime::now()).fix(b"{\"tokens\": []} // none", Applicability::Safe)?;
    /// assert_eq!(fixed.mended()[0].message(), "there are no comments in JSON");
    /// # Ok::<(), influxdb3_offline_tokens::GenerateTokenError>(())
    /// ```
    #[must_use]
    pub fn message(&self) -> &str {
        &self.message
    }

    /// The JSON pointer (RFC 6901) of the value, as [`Diagnostic::pointer`]; empty for the whole file, and where there were
    /// more than a report [keeps](Validator::keep). No fix makes an entry another in the list.
    ///
    /// ```
    /// use std::time::SystemTime;
    /// use influxdb3_offline_tokens::{Applicability, Validator};
    ///
    /// let weak = br#"{"tokens": [{"token": "apiv3_abc", "name": "app", "permissions": ["system:*:read"]}]}"#;
    /// let fixed = Validator::new(SystemTime::now()).fix(weak, Applicability::Ask)?;
    /// assert_eq!(fixed.mended()[0].pointer(), "/tokens/0/token");
    /// # Ok::<(), influxdb3_offline_tokens::GenerateTokenError>(())
    /// ```
    #[must_use]
    pub fn pointer(&self) -> &str {
        &self.pointer
    }

    /// Where it was, in the text before any fix. What stands in a text that another fix put in is where that was done.
    ///
    /// ```
    /// use std::time::SystemTime;
    /// use influxdb3_offline_tokens::{Applicability, Validator};
    ///
    /// let text = "{\"tokens\": []} // none";
    /// let fixed = Validator::new(SystemTime::now()).fix(text.as_bytes(), Applicability::Safe)?;
    /// assert_eq!(fixed.mended()[0].span().text(text), Some("// none"));
    /// # Ok::<(), influxdb3_offline_tokens::GenerateTokenError>(())
    /// ```
    #[must_use]
    pub const fn span(&self) -> Span {
        self.span
    }

    /// The line and column where the span starts.
    ///
    /// ```
    /// use std::time::SystemTime;
    /// use influxdb3_offline_tokens::{Applicability, Location, Validator};
    ///
    /// let fixed = Validator::new(SystemTime::now()).fix(b"{\"tokens\": []}\n// none", Applicability::Safe)?;
    /// assert_eq!(fixed.mended()[0].location(), Location { line: 2, column: 1 });
    /// # Ok::<(), influxdb3_offline_tokens::GenerateTokenError>(())
    /// ```
    #[must_use]
    pub const fn location(&self) -> Location {
        self.location
    }

    /// Whether a new token stands in place of another: whoever has that one must be given the new one.
    ///
    /// ```
    /// use std::time::SystemTime;
    /// use influxdb3_offline_tokens::{Applicability, Validator};
    ///
    /// let fixed = Validator::new(SystemTime::now()).fix(br#"{"tokens": [],}"#, Applicability::Ask)?;
    /// assert!(!fixed.mended()[0].has_new_token());
    /// # Ok::<(), influxdb3_offline_tokens::GenerateTokenError>(())
    /// ```
    #[must_use]
    pub const fn has_new_token(&self) -> bool {
        self.has_new_token
    }
}

/// What stands in a place of a text after edits, and where it stood before them; in the order of the text.
pub(super) struct Moved(Vec<(Span, Span)>);

impl Moved {
    pub(super) fn of<'p>(pieces: impl Iterator<Item = (Range<usize>, &'p [u8])>) -> Self {
        let (mut at, mut grown) = (0, 0);
        let place = |(old, new): (Range<usize>, &[u8])| {
            let start = grown + (old.start - at);
            (at, grown) = (old.end, start + new.len());
            (Span::new(start, grown), Span::new(old.start, old.end))
        };
        Self(pieces.map(place).collect())
    }

    /// Where it stood before the edits; of what was put in, where that was done.
    pub(super) fn before(&self, span: Span) -> Span {
        let place = |at: usize| {
            let behind = self.0.partition_point(|(new, _)| new.start() <= at);
            match behind.checked_sub(1).and_then(|last| self.0.get(last)) {
                None => at,
                Some((new, old)) if at < new.end() => old.start(),
                Some((new, old)) => at - new.end() + old.end(),
            }
        };
        let start = place(span.start());
        Span::new(start, place(span.end()).max(start))
    }
}

#[cfg(test)]
mod tests {
    use super::Moved;
    use crate::span::Span;

    #[test]
    fn a_place_is_where_it_was_before_the_edits() {
        // `abcdef` becomes `aXYZdf`.
        let moved = Moved::of([(1..3, &b"XYZ"[..]), (4..5, b"")].into_iter());
        for ((start, end), before) in
            [((0, 1), (0, 1)), ((1, 2), (1, 1)), ((1, 4), (1, 3)), ((4, 5), (3, 5)), ((5, 6), (5, 6))]
        {
            assert_eq!(moved.before(Span::new(start, end)), Span::new(before.0, before.1), "{start} {end}");
        }
    }
}
