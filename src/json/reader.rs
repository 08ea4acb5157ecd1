//! Where the pieces of a text are: between the end of one and the start of the next stand only white space and punctuation
//! that serde has checked.

use alloc::string::ToString;
use core::cell::Cell;
use core::fmt;

use memchr::memchr;
use serde::de::{DeserializeSeed, SeqAccess, Visitor};
use serde_json::value::RawValue;

use crate::json::{Flat, MAX_DEPTH, RawStr};

/// Follows serde through a text, from the end of one piece to the start of the next.
pub(super) struct Reader<'a> {
    pub(super) text: &'a str,
    /// Behind the last piece that was read.
    pub(super) at: Cell<usize>,
    // The first backslash behind a string that was read, or the end.
    escape: Cell<Option<usize>>,
    // Whether no number is to be read: serde refuses one that no double holds, and skips it where nobody asks for it.
    skips_numbers: bool,
    /// Whether serde refused such a number.
    pub(super) met_huge_number: Cell<bool>,
    /// The first bracket that is too many.
    pub(super) too_deep: Cell<Option<usize>>,
}

impl<'a> Reader<'a> {
    pub(super) const fn new(text: &'a str, skips_numbers: bool) -> Self {
        Self {
            text,
            at: Cell::new(0),
            escape: Cell::new(None),
            skips_numbers,
            met_huge_number: Cell::new(false),
            too_deep: Cell::new(None),
        }
    }

    pub(super) fn offset(&self, error: &serde_json::Error) -> usize {
        let before = error.line().saturating_sub(1);
        let line = match before {
            0 => Some(0),
            nth => self.text.match_indices('\n').nth(nth - 1).map(|(at, _)| at + 1),
        };
        // The column is that of the byte that is wrong, counted from 1; 0 is the line break in front of the line.
        let mut offset = (line.unwrap_or(0) + error.column()).saturating_sub(1);
        if error.to_string().starts_with("control character") {
            // Where serde skips a string it stops one byte earlier.
            let behind = self.text.as_bytes().get(offset..).unwrap_or_default();
            offset += behind.iter().position(|byte| *byte < b' ').unwrap_or(0);
        }
        let is_boundary = |at: &usize| self.text.is_char_boundary(*at);
        (0..=offset.min(self.text.len())).rev().find(is_boundary).unwrap_or(0)
    }

    /// The start of the next piece, and its first byte.
    pub(super) fn next(&self) -> (usize, Option<u8>) {
        let mut at = self.at.get();
        let bytes = self.text.as_bytes();
        while let Some(b' ' | b'\n' | b'\r' | b'\t' | b',' | b':') = bytes.get(at) {
            at += 1;
        }
        self.at.set(at);
        (at, bytes.get(at).copied())
    }

    /// Steps into an array or object.
    pub(super) fn enter(&self, start: usize, depth: usize) -> bool {
        if depth >= MAX_DEPTH {
            self.too_deep.set(Some(start));
            return false;
        }
        self.at.set(start + 1);
        true
    }

    /// Steps out of an array or object.
    pub(super) fn leave(&self) -> usize {
        let (bracket, _) = self.next();
        self.at.set(bracket + 1);
        bracket + 1
    }

    pub(super) fn scalar<'de: 'a, D: serde::Deserializer<'de>>(
        &self,
        deserializer: D,
    ) -> Result<&'a str, D::Error> {
        let (start, _) = self.next();
        let raw: &'de RawValue = serde::Deserialize::deserialize(deserializer)?;
        self.at.set(start + raw.get().len());
        Ok(raw.get())
    }

    /// The string that begins at `start`.
    pub(super) fn string<'de: 'a, D: serde::Deserializer<'de>>(
        &self,
        deserializer: D,
        start: usize,
    ) -> Result<RawStr<'a>, D::Error> {
        if self.is_plain(start) {
            let raw = deserializer.deserialize_str(Plain)?;
            self.at.set(start + raw.len() + 2);
            return Ok(RawStr { raw, start: start + 1, escaped: false });
        }
        let quoted = self.scalar(deserializer)?;
        let raw = quoted.get(1..quoted.len().saturating_sub(1)).unwrap_or_default();
        Ok(RawStr { raw, start: start + 1, escaped: raw.as_bytes().contains(&b'\\') })
    }

    /// Reads an element of an array; `flat` holds it where it is a flat object. False behind the last one.
    pub(super) fn element<A: SeqAccess<'a>>(
        &self,
        flat: &mut Flat<'a>,
        elements: &mut A,
    ) -> Result<bool, A::Error> {
        let start = self.at.get();
        if !self.skips_numbers && self.escape_behind(start) == self.text.len() {
            flat.clear();
            return Ok(elements.next_element_seed(flat)?.is_some());
        }
        // With an escape serde would decode into a buffer that it does not wipe, so it only finds the end at first.
        let Some(raw) = elements.next_element::<&RawValue>()? else { return Ok(false) };
        flat.clear();
        let escaped = self.escape_behind(start) < start + raw.get().len();
        if escaped || flat.deserialize(&mut serde_json::Deserializer::from_str(raw.get())).is_err() {
            flat.give_up();
        }
        Ok(true)
    }

    /// Where the first backslash behind a place is; the end of the text where there is none.
    fn escape_behind(&self, start: usize) -> usize {
        match self.escape.get() {
            Some(escape) if escape >= start => escape,
            _ => {
                let rest = self.text.as_bytes().get(start..).unwrap_or_default();
                let escape = memchr(b'\\', rest).map_or(self.text.len(), |at| start + at);
                self.escape.set(Some(escape));
                escape
            }
        }
    }

    /// Whether the string that begins at `start` is spelt without escapes and control characters: serde can borrow it,
    /// which is faster than to keep how it is spelt.
    fn is_plain(&self, start: usize) -> bool {
        let escape = self.escape_behind(start);
        // In most files no string has an escape, and none has to be searched for its end.
        escape == self.text.len() || {
            let rest = self.text.as_bytes().get(start + 1..).unwrap_or_default();
            memchr(b'"', rest).is_some_and(|length| start + 1 + length < escape)
        }
    }
}

/// A string that serde can borrow.
struct Plain;

impl<'a> Visitor<'a> for Plain {
    type Value = &'a str;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a string")
    }

    fn visit_borrowed_str<E>(self, text: &'a str) -> Result<&'a str, E> {
        Ok(text)
    }
}
