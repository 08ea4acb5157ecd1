//! What fixes did, and where that was in the text before them.

use alloc::vec::Vec;
use core::ops::Range;

use crate::check::Mend;
use crate::code::Code;
use crate::diagnostic::Replacement;
use crate::span::Span;

/// A fix that was applied.
///
/// ```
/// use std::time::SystemTime;
/// use influxdb3_offline_tokens::{Applicability, Code, Validator};
///
/// let weak = br#"{"tokens": [{"token": "apiv3_abc", "name": "app", "permissions": ["system:*:read"]}]}"#;
/// let fixed = Validator::new(SystemTime::now()).fix(weak, Applicability::Ask)?;
/// let mended = fixed.mended()[0];
/// assert_eq!((mended.code(), mended.has_new_token()), (Code::WeakToken, true));
/// # Ok::<(), influxdb3_offline_tokens::GenerateTokenError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Mended {
    code: Code,
    span: Span,
    has_new_token: bool,
}

impl Mended {
    /// A fix of a text that `passes` have made of the first one.
    pub(super) fn new(fix: Mend<'_>, passes: &[Moved]) -> Self {
        let span = passes.iter().rev().fold(fix.span, |span, pass| pass.before(span));
        let has_new_token = fix.edits.iter().any(|edit| *edit.replacement() == Replacement::NewToken);
        Self { code: fix.code, span, has_new_token }
    }

    /// The mode of the file, which is none of its text.
    pub(crate) const MODE: Self =
        Self { code: Code::ReadableByOthers, span: Span::new(0, 0), has_new_token: false };

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
