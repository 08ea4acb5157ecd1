//! JSON strings as written, with their escapes.

use core::ops::{Deref, Range};
use std::borrow::Cow;

use zeroize::{Zeroize, Zeroizing};

use crate::span::Span;
use crate::syntax::lexer::escape_length;

/// A string as written, without its quotes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Str<'a> {
    raw: &'a str,
    start: usize,
    has_escapes: bool,
    // The lengths of the quotes, 0 if they are missing.
    opening: u8,
    closing: u8,
}

/// The end of a string and the lengths of its quotes: small enough for registers.
#[derive(Clone, Copy)]
pub(super) struct Extent {
    pub(super) end: usize,
    pub(super) has_escapes: bool,
    pub(super) opening: u8,
    pub(super) closing: u8,
}

impl<'a> Str<'a> {
    /// Creates a string from the text between its ASCII quotes.
    pub(crate) fn new(raw: &'a str, start: usize) -> Self {
        Self { raw, start, has_escapes: raw.contains('\\'), opening: 1, closing: 1 }
    }

    /// Returns the string at an offset.
    #[inline]
    pub(super) fn from_extent(text: &'a str, at: usize, extent: Extent) -> Self {
        let Extent { end, has_escapes, opening, closing } = extent;
        let start = at + usize::from(opening);
        let raw = text.get(start..end).unwrap_or_default();
        Self { raw, start, has_escapes, opening, closing }
    }

    /// Returns the span between the quotes.
    #[inline]
    pub(crate) const fn span(self) -> Span {
        Span::new(self.start, self.start + self.raw.len())
    }

    /// Returns the span with the quotes.
    pub(crate) const fn outer_span(self) -> Span {
        let end = self.start + self.raw.len() + self.closing as usize;
        Span::new(self.start.saturating_sub(self.opening as usize), end)
    }

    /// Returns the text between the quotes.
    pub(crate) const fn raw(self) -> &'a str {
        self.raw
    }

    /// Returns the same string at another offset.
    #[inline]
    pub(crate) const fn at(self, start: usize) -> Self {
        Self { start, ..self }
    }

    /// Returns the text if it has no escapes.
    #[inline]
    pub(crate) const fn plain(self) -> Option<&'a str> {
        if self.has_escapes { None } else { Some(self.raw) }
    }

    /// Decodes the escapes. Returns `None` on an unpaired surrogate.
    #[inline]
    pub(crate) fn decode(self) -> Option<Cow<'a, str>> {
        if !self.has_escapes {
            return Some(Cow::Borrowed(self.raw));
        }
        self.unescape().map(|mut text| Cow::Owned(core::mem::take(&mut *text)))
    }

    /// Returns a cursor that maps offsets in the decoded text to the file.
    pub(crate) const fn locator(self) -> Locator<'a> {
        Locator { string: self, raw: 0, decoded: 0 }
    }

    /// Decodes the escapes of a string that may be a secret. Returns `None` on an unpaired surrogate.
    pub(crate) fn decode_secret(self) -> Option<SecretStr<'a>> {
        self.decode().map(SecretStr)
    }

    /// Decodes the escapes. Returns `None` on an unpaired surrogate.
    pub(crate) fn unescape(self) -> Option<Zeroizing<String>> {
        // Never longer than the raw text: a growing buffer would leave a piece of a secret behind.
        let mut text = Zeroizing::new(String::with_capacity(self.raw.len()));
        let mut rest = self.raw;
        while let Some(at) = rest.find('\\') {
            let (before, after) = rest.split_at(at);
            let (character, length) = unescape_one(after)?;
            text.push_str(before);
            text.push(character);
            rest = after.get(length..)?;
        }
        text.push_str(rest);
        Some(text)
    }
}

/// A decoded string that may be a secret: a copy is zeroized on drop.
#[derive(PartialEq, Eq, Hash)]
pub(crate) struct SecretStr<'a>(Cow<'a, str>);

impl Deref for SecretStr<'_> {
    type Target = str;

    fn deref(&self) -> &str {
        &self.0
    }
}

impl Drop for SecretStr<'_> {
    fn drop(&mut self) {
        if let Cow::Owned(text) = &mut self.0 {
            text.zeroize();
        }
    }
}

/// A span in half the memory. Files are smaller than 4 GiB.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct SmallSpan {
    start: u32,
    end: u32,
}

impl From<Span> for SmallSpan {
    #[expect(clippy::cast_possible_truncation, reason = "the length of a file is checked")]
    fn from(span: Span) -> Self {
        Self { start: span.start() as u32, end: span.end() as u32 }
    }
}

impl From<SmallSpan> for Span {
    fn from(span: SmallSpan) -> Self {
        Self::new(span.start as usize, span.end as usize)
    }
}

impl SmallSpan {
    /// Returns the string with this span.
    pub(crate) fn string(self, text: &str) -> Str<'_> {
        let raw = Span::from(self).text(text).unwrap_or_default();
        Str::new(raw, self.start as usize)
    }
}

/// Maps offsets in a decoded string to the file. Linear if the offsets ascend.
pub(crate) struct Locator<'a> {
    string: Str<'a>,
    raw: usize,
    decoded: usize,
}

impl Locator<'_> {
    /// Returns the span in the file of a range of the decoded text.
    pub(crate) fn locate(&mut self, range: Range<usize>) -> Span {
        if !self.string.has_escapes {
            return Span::new(self.string.start + range.start, self.string.start + range.end);
        }
        if range.start < self.decoded {
            (self.raw, self.decoded) = (0, 0);
        }
        let start = self.advance(range.start);
        Span::new(start, self.advance(range.end))
    }

    fn advance(&mut self, decoded: usize) -> usize {
        while self.decoded < decoded {
            let rest = self.string.raw.get(self.raw..).unwrap_or_default();
            let Some(first) = rest.chars().next() else { break };
            let plain = (first, first.len_utf8());
            let (character, length) = if first == '\\' { unescape_one(rest).unwrap_or(plain) } else { plain };
            self.raw += length;
            self.decoded += character.len_utf8();
        }
        self.string.start + self.raw
    }
}

/// Returns the character and the length of an escape; `None` on an unpaired surrogate. An invalid escape is a backslash.
fn unescape_one(rest: &str) -> Option<(char, usize)> {
    let code = |at: usize| u32::from_str_radix(rest.get(at..at + 4)?, 16).ok();
    let Some(length) = escape_length(rest.as_bytes()) else { return Some(('\\', 1)) };
    let character = match *rest.as_bytes().get(1)? {
        b'b' => '\u{8}',
        b'f' => '\u{C}',
        b'n' => '\n',
        b'r' => '\r',
        b't' => '\t',
        b'u' => match code(2)? {
            high @ 0xD800..=0xDBFF => {
                let is_low = |low: &u32| rest.get(6..8) == Some("\\u") && (0xDC00..0xE000).contains(low);
                let low = code(8).filter(is_low)?;
                return Some((char::from_u32(0x1_0000 + ((high - 0xD800) << 10) + (low - 0xDC00))?, 12));
            }
            code => char::from_u32(code)?,
        },
        other => char::from(other),
    };
    Some((character, length))
}
