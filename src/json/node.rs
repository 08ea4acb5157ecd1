//! Values with their places, and strings as they are spelt.

use alloc::borrow::Cow;
use alloc::string::String;
use alloc::vec::Vec;

use zeroize::{Zeroize, Zeroizing};

use crate::span::Span;

/// A value and its place.
#[derive(Debug)]
pub(crate) struct Node<'a> {
    pub(crate) span: Span,
    pub(crate) value: Value<'a>,
}

#[derive(Debug)]
pub(crate) enum Value<'a> {
    Null,
    Bool,
    /// As it is spelt.
    Number(&'a str),
    String(RawStr<'a>),
    Array(Vec<Node<'a>>),
    Object(Vec<Member<'a>>),
}

impl Value<'_> {
    /// What it is, for a message.
    pub(crate) const fn description(&self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Bool => "a boolean",
            Self::Number(_) => "a number",
            Self::String(_) => "a string",
            Self::Array(_) => "an array",
            Self::Object(_) => "an object",
        }
    }
}

/// A member of an object.
#[derive(Debug)]
pub(crate) struct Member<'a> {
    pub(crate) key: RawStr<'a>,
    pub(crate) value: Node<'a>,
}

/// A string as it is spelt, without its quotes, and the place of the first byte behind the quote.
#[derive(Clone, Copy, Debug)]
pub(crate) struct RawStr<'a> {
    pub(super) raw: &'a str,
    pub(super) start: usize,
    pub(super) escaped: bool,
}

impl<'a> RawStr<'a> {
    /// A string without escapes, of which `raw` is the piece of the text.
    pub(crate) fn in_text(text: &'a str, raw: &'a str) -> Self {
        Self { raw, start: raw.as_ptr().addr().saturating_sub(text.as_ptr().addr()), escaped: false }
    }

    /// The string whose first byte behind the quote stands at `start`.
    pub(crate) fn at(text: &'a str, start: usize) -> Self {
        let rest = text.get(start..).unwrap_or_default();
        let (mut end, mut escaped) = (0, false);
        while let Some(more) = rest.get(end..).and_then(|behind| behind.find(['"', '\\'])) {
            end += more;
            if !rest.get(end..).is_some_and(|behind| behind.starts_with('\\')) {
                break;
            }
            escaped = true;
            end += 2;
        }
        Self { raw: rest.get(..end).unwrap_or_default(), start, escaped }
    }

    /// What it says; none where an escape is half of a surrogate pair.
    pub(crate) fn decode(self) -> Option<Cow<'a, str>> {
        if !self.escaped {
            return Some(Cow::Borrowed(self.raw));
        }
        // Never longer than it is spelt: a buffer that grows would leave a piece of a secret behind.
        let mut text = Zeroizing::new(String::with_capacity(self.raw.len()));
        let mut rest = self.raw;
        while let Some(at) = rest.find('\\') {
            let (before, behind) = rest.split_at(at);
            let (character, length) = escape(behind)?;
            text.push_str(before);
            text.push(character);
            rest = behind.get(length..)?;
        }
        text.push_str(rest);
        Some(Cow::Owned(core::mem::take(&mut *text)))
    }

    /// What it says, where that may be a secret.
    pub(crate) fn decode_secret(self) -> Option<Wiped<'a>> {
        self.decode().map(Wiped)
    }

    /// A piece of the decoded text, where it is spelt without escapes.
    pub(crate) fn slice(self, decoded: Span) -> Option<&'a str> {
        (!self.escaped).then(|| decoded.text(self.raw)).flatten()
    }

    /// The place of the text between the quotes.
    pub(crate) const fn inner(self) -> Span {
        Span::new(self.start, self.start + self.raw.len())
    }

    /// The place of the text with its quotes.
    pub(crate) const fn outer(self) -> Span {
        Span::new(self.start.saturating_sub(1), self.start + self.raw.len() + 1)
    }

    /// The place in the file of a place in the decoded text.
    pub(crate) fn place(self, decoded: Span) -> Span {
        self.places().place(decoded)
    }

    /// The same for many places.
    pub(crate) const fn places(self) -> Places<'a> {
        Places { string: self, near: [(0, 0); 2] }
    }
}

/// Finds the places in the file of places in a decoded text. One behind the other, or a little before it, they are found
/// without walking through the whole text for each.
pub(crate) struct Places<'a> {
    string: RawStr<'a>,
    // Where the last two began, in the text as it is spelt and in the decoded text.
    near: [(usize, usize); 2],
}

impl Places<'_> {
    pub(crate) fn place(&mut self, decoded: Span) -> Span {
        let shift = |span: Span| Span::new(self.string.start + span.start(), self.string.start + span.end());
        if !self.string.escaped {
            return shift(decoded);
        }
        let is_before = |near: &&(usize, usize)| near.1 <= decoded.start();
        let from = self.near.iter().rev().find(is_before).copied().unwrap_or_default();
        let start = self.walk(from, decoded.start());
        self.near = [from, start];
        shift(Span::new(start.0, self.walk(start, decoded.end()).0))
    }

    fn walk(&self, (mut raw_at, mut decoded_at): (usize, usize), until: usize) -> (usize, usize) {
        while decoded_at < until {
            let Some(rest) = self.string.raw.get(raw_at..).filter(|rest| !rest.is_empty()) else { break };
            // What has no escape is as long as it is spelt.
            let near = rest.get(..until - decoded_at).unwrap_or(rest);
            let plain = near.find('\\').unwrap_or(near.len());
            let (raw, decoded) = if plain == 0 { escape_lengths(rest) } else { (plain, plain) };
            raw_at += raw;
            decoded_at += decoded;
        }
        (raw_at, decoded_at)
    }
}

/// A text that may hold secrets: wiped when dropped, where it is a copy.
pub(crate) struct Wiped<'a>(pub(crate) Cow<'a, str>);

impl core::ops::Deref for Wiped<'_> {
    type Target = str;

    fn deref(&self) -> &str {
        &self.0
    }
}

impl Drop for Wiped<'_> {
    fn drop(&mut self) {
        if let Cow::Owned(text) = &mut self.0 {
            text.zeroize();
        }
    }
}

/// The character that an escape means, and how long the escape is; none for half of a surrogate pair.
fn escape(rest: &str) -> Option<(char, usize)> {
    let code = |at: usize| u32::from_str_radix(rest.get(at..at + 4)?, 16).ok();
    let character = match rest.as_bytes().get(1)? {
        b'b' => '\u{8}',
        b'f' => '\u{C}',
        b'n' => '\n',
        b'r' => '\r',
        b't' => '\t',
        b'u' => {
            return match code(2)? {
                high @ 0xD800..=0xDBFF => {
                    let low = code(8).filter(|_| rest.get(6..8) == Some("\\u"))?;
                    let pair = char::decode_utf16([high, low].map(|half| u16::try_from(half).unwrap_or(0)));
                    pair.into_iter().next()?.ok().map(|character| (character, 12))
                }
                code => char::from_u32(code).map(|character| (character, 6)),
            };
        }
        other => char::from(*other),
    };
    Some((character, 2))
}

/// How many bytes an escape takes, and how many what it means.
fn escape_lengths(rest: &str) -> (usize, usize) {
    let code = rest.get(2..6).and_then(|hex| u32::from_str_radix(hex, 16).ok());
    match code.filter(|_| rest.starts_with("\\u")) {
        Some(0xD800..=0xDBFF) => (12, 4),
        Some(code) => (6, char::from_u32(code).map_or(3, char::len_utf8)),
        None => (2, 1),
    }
}
