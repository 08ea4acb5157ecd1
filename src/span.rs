//! Byte spans, and lines and columns.

use alloc::vec::Vec;
use core::ops::Range;

/// A half-open range of bytes, `start..end`, counted from 0.
///
/// ```
/// use influxdb3_offline_tokens::span::Span;
///
/// let span = Span::new(3, 7);
/// assert_eq!(span.text("db:read"), Some("read"));
/// assert_eq!(span.len(), 4);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span {
    start: usize,
    end: usize,
}

impl Span {
    /// Creates the span from `start` to `end`; empty, at `start`, if `end` is smaller.
    ///
    /// ```
    /// use influxdb3_offline_tokens::span::Span;
    ///
    /// assert_eq!(Span::new(2, 5).range(), 2..5);
    /// assert!(Span::new(5, 2).is_empty());
    /// ```
    #[must_use]
    pub const fn new(start: usize, end: usize) -> Self {
        // Invariant: start <= end.
        let end = if end < start { start } else { end };
        Self { start, end }
    }

    /// Returns the offset of the first byte.
    ///
    /// ```
    /// use influxdb3_offline_tokens::span::Span;
    ///
    /// assert_eq!(Span::new(3, 7).start(), 3);
    /// ```
    #[must_use]
    pub const fn start(self) -> usize {
        self.start
    }

    /// Returns the offset after the last byte.
    ///
    /// ```
    /// use influxdb3_offline_tokens::span::Span;
    ///
    /// assert_eq!(Span::new(3, 7).end(), 7);
    /// ```
    #[must_use]
    pub const fn end(self) -> usize {
        self.end
    }

    /// Returns the number of bytes.
    ///
    /// ```
    /// use influxdb3_offline_tokens::span::Span;
    ///
    /// assert_eq!(Span::new(3, 7).len(), 4);
    /// ```
    #[must_use]
    pub const fn len(self) -> usize {
        self.end - self.start
    }

    /// Returns whether the span is empty: a position between two bytes.
    ///
    /// ```
    /// use influxdb3_offline_tokens::Permission;
    ///
    /// let error = Permission::parse("db:a").unwrap_err();
    /// assert!(error.span().is_empty()); // something is missing after the last byte
    /// ```
    #[must_use]
    pub const fn is_empty(self) -> bool {
        self.start == self.end
    }

    /// Returns the span as a standard range.
    ///
    /// ```
    /// use influxdb3_offline_tokens::span::Span;
    ///
    /// let mut text = String::from("db:a:red");
    /// text.replace_range(Span::new(5, 8).range(), "read");
    /// assert_eq!(text, "db:a:read");
    /// ```
    #[must_use]
    pub const fn range(self) -> Range<usize> {
        self.start..self.end
    }

    /// Returns the text of the span; `None` if it is outside of `text` or not on character boundaries.
    ///
    /// ```
    /// use influxdb3_offline_tokens::span::Span;
    ///
    /// assert_eq!(Span::new(0, 2).text("db:a:read"), Some("db"));
    /// assert_eq!(Span::new(0, 1).text("ü"), None);
    /// ```
    #[must_use]
    pub fn text(self, text: &str) -> Option<&str> {
        text.get(self.range())
    }
}

/// A line and a column, both counted from 1; columns count characters (Unicode scalar values).
///
/// ```
/// use influxdb3_offline_tokens::span::{LineIndex, Location};
///
/// assert_eq!(LineIndex::new(b"a\nb").location(2), Location { line: 2, column: 1 });
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Location {
    /// The line, from 1. Lines end with `\n`.
    pub line: usize,
    /// The character in the line, from 1.
    pub column: usize,
}

const STRIDE: usize = 128;

/// An index of a text, which converts byte offsets to lines and columns. Long lines do not slow it down.
///
/// ```
/// use influxdb3_offline_tokens::span::LineIndex;
///
/// let text = "{\n  \"ü\": 1\n}";
/// let location = LineIndex::new(text.as_bytes()).location(8);
/// assert_eq!((location.line, location.column), (2, 6));
/// ```
#[derive(Clone, Debug)]
pub struct LineIndex<'a> {
    text: &'a [u8],
    line_starts: Vec<usize>,
    // The number of characters before each multiple of STRIDE bytes.
    characters: Vec<usize>,
}

impl<'a> LineIndex<'a> {
    /// Creates the index, in one pass over the text.
    ///
    /// ```
    /// use influxdb3_offline_tokens::span::LineIndex;
    ///
    /// let index = LineIndex::new(b"{\r\n}");
    /// assert_eq!(index.location(3).line, 2);
    /// ```
    #[must_use]
    pub fn new(text: &'a [u8]) -> Self {
        let mut line_starts = Vec::from([0]);
        let mut characters = Vec::with_capacity(text.len() / STRIDE + 1);
        let mut total = 0;
        for (number, chunk) in text.chunks(STRIDE).enumerate() {
            characters.push(total);
            total += count_characters(chunk);
            let newlines = chunk.iter().enumerate().filter(|&(_, &byte)| byte == b'\n');
            line_starts.extend(newlines.map(|(at, _)| number * STRIDE + at + 1));
        }
        Self { text, line_starts, characters }
    }

    /// Returns the location of the byte at `offset`; the end of the text for any offset after it.
    ///
    /// ```
    /// use influxdb3_offline_tokens::span::LineIndex;
    ///
    /// let index = LineIndex::new(b"one\ntwo");
    /// assert_eq!((index.location(5).line, index.location(5).column), (2, 2));
    /// assert_eq!(index.location(1_000), index.location(7));
    /// ```
    #[must_use]
    pub fn location(&self, offset: usize) -> Location {
        let offset = offset.min(self.text.len());
        let line = self.line_starts.partition_point(|&start| start <= offset);
        let start = self.line_starts.get(line.saturating_sub(1)).copied().unwrap_or(0);
        let before = self.characters_before(offset) - self.characters_before(start);
        Location { line, column: before + 1 }
    }

    fn characters_before(&self, offset: usize) -> usize {
        let chunk = (offset / STRIDE).min(self.characters.len().saturating_sub(1));
        let before = self.characters.get(chunk).copied().unwrap_or(0);
        before + self.text.get(chunk * STRIDE..offset).map_or(0, count_characters)
    }
}

fn count_characters(bytes: &[u8]) -> usize {
    // Fast path: almost every text is ASCII.
    if bytes.is_ascii() {
        return bytes.len();
    }
    bytes.iter().filter(|&&byte| byte & 0xC0 != 0x80).count()
}
