//! JSON with the place of every value, read in one pass over `serde_json`; the only file that names it.
//!
//! The reader follows serde: between the end of one piece and the start of the next stand only white space and
//! punctuation that serde has checked, so the place of every piece is known without a parser of our own.

mod node;
mod tree;

use alloc::string::String;
use alloc::vec::Vec;
use core::cell::Cell;
use core::fmt;

use serde::de::{DeserializeSeed, Error as _, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

pub(crate) use self::node::{Member, Node, RawStr, Value, Wiped};
pub(crate) use self::tree::tree;
use crate::span::Span;

/// How deeply arrays and objects may be nested: as deeply as `serde_json` follows.
pub(crate) const MAX_DEPTH: usize = 127;

/// Writes a string as JSON, with its quotes.
pub(crate) fn quoted(text: &str) -> String {
    compact(&text)
}

/// The strings of a text that is a JSON array of strings.
pub(crate) fn string_list(text: &str) -> Option<Vec<String>> {
    serde_json::from_str(text).ok()
}

/// Writes a value that holds no secret on one line.
pub(crate) fn compact(value: &impl serde::Serialize) -> String {
    serde_json::to_string(value).unwrap_or_default()
}

/// Writes a value with an indentation of two spaces and a final newline, into a buffer of the right size.
pub(crate) fn pretty(value: &impl serde::Serialize) -> zeroize::Zeroizing<Vec<u8>> {
    struct Count(usize);

    impl std::io::Write for Count {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            self.0 += bytes.len();
            Ok(bytes.len())
        }

        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }

    // Written twice, because a buffer that grows leaves copies of the secrets behind.
    let mut count = Count(1);
    let _ = serde_json::to_writer_pretty(&mut count, value);
    let mut text = zeroize::Zeroizing::new(Vec::with_capacity(count.0));
    let _ = serde_json::to_writer_pretty(&mut *text, value);
    text.push(b'\n');
    text
}

/// What takes the pieces of a file while they are read, in the order of the file.
pub(crate) trait Sink<'a> {
    /// The file begins with an object, here.
    fn object(&mut self, start: usize);
    /// A member of the file; not the elements of `tokens` where that is an array.
    fn member(&mut self, key: RawStr<'a>, value: Node<'a>);
    /// `tokens` and its array begin.
    fn tokens(&mut self, key: RawStr<'a>, start: usize);
    /// An element of `tokens`.
    fn token(&mut self, index: usize, value: Node<'a>);
    /// The array of `tokens` ends in front of this place.
    fn tokens_end(&mut self, end: usize);
    /// The object of the file ends in front of this place.
    fn object_end(&mut self, end: usize);
    /// The file is something else than an object.
    fn other(&mut self, value: Node<'a>);
}

/// Why a text cannot be read as JSON.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Unreadable {
    /// Arrays and objects are nested too deeply; this bracket is the first that is too many.
    TooDeep(usize),
    /// It ends too early.
    CutOff,
    /// The byte here cannot stand here.
    Syntax(usize),
    /// The JSON ends, and something follows here.
    Trailing(usize),
}

/// Reads a whole text. What was read before an error has been given to the sink.
pub(crate) fn read<'a>(text: &'a str, sink: &mut impl Sink<'a>) -> Result<(), Unreadable> {
    let reader = Reader { text, at: Cell::new(0), escape: Cell::new(None), too_deep: Cell::new(None) };
    let mut deserializer = serde_json::Deserializer::from_str(text);
    let result = File { reader: &reader, sink }.deserialize(&mut deserializer);
    if let Some(bracket) = reader.too_deep.get() {
        return Err(Unreadable::TooDeep(bracket));
    }
    if let Err(error) = result {
        let at = reader.offset(&error);
        return Err(if error.is_eof() { Unreadable::CutOff } else { Unreadable::Syntax(at) });
    }
    deserializer.end().map_err(|error| Unreadable::Trailing(reader.offset(&error)))
}

struct Reader<'a> {
    text: &'a str,
    // Behind the last piece that was read.
    at: Cell<usize>,
    // The first backslash behind a string that was read, or the end.
    escape: Cell<Option<usize>>,
    too_deep: Cell<Option<usize>>,
}

impl<'a> Reader<'a> {
    fn offset(&self, error: &serde_json::Error) -> usize {
        let before = error.line().saturating_sub(1);
        let line = match before {
            0 => Some(0),
            nth => self.text.match_indices('\n').nth(nth - 1).map(|(at, _)| at + 1),
        };
        let offset = line.unwrap_or(0) + error.column().saturating_sub(1);
        let is_boundary = |at: &usize| self.text.is_char_boundary(*at);
        (0..=offset.min(self.text.len())).rev().find(is_boundary).unwrap_or(0)
    }

    /// The start of the next piece, and its first byte.
    fn next(&self) -> (usize, Option<u8>) {
        let mut at = self.at.get();
        let bytes = self.text.as_bytes();
        while let Some(b' ' | b'\n' | b'\r' | b'\t' | b',' | b':') = bytes.get(at) {
            at += 1;
        }
        self.at.set(at);
        (at, bytes.get(at).copied())
    }

    /// Steps into an array or object.
    fn enter(&self, start: usize, depth: usize) -> bool {
        if depth >= MAX_DEPTH {
            self.too_deep.set(Some(start));
            return false;
        }
        self.at.set(start + 1);
        true
    }

    /// Steps out of an array or object.
    fn leave(&self) -> usize {
        let (bracket, _) = self.next();
        self.at.set(bracket + 1);
        bracket + 1
    }

    fn scalar<'de: 'a, D: serde::Deserializer<'de>>(&self, deserializer: D) -> Result<&'a str, D::Error> {
        let (start, _) = self.next();
        let raw: &'de RawValue = serde::Deserialize::deserialize(deserializer)?;
        self.at.set(start + raw.get().len());
        Ok(raw.get())
    }

    /// The string that begins at `start`.
    fn string<'de: 'a, D: serde::Deserializer<'de>>(
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

    /// Whether the string that begins at `start` is spelt without escapes and control characters: serde can borrow it,
    /// which is faster than to keep how it is spelt.
    fn is_plain(&self, start: usize) -> bool {
        let find = |from: usize, wanted: char| self.text.get(from..).and_then(|rest| rest.find(wanted));
        let escape = match self.escape.get() {
            Some(escape) if escape >= start => escape,
            _ => {
                let escape = find(start, '\\').map_or(self.text.len(), |at| start + at);
                self.escape.set(Some(escape));
                escape
            }
        };
        // In most files no string has an escape, and none has to be searched for its end.
        escape == self.text.len() || find(start + 1, '"').is_some_and(|length| start + 1 + length < escape)
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

struct NodeSeed<'r, 'a> {
    reader: &'r Reader<'a>,
    depth: usize,
}

impl<'a> DeserializeSeed<'a> for NodeSeed<'_, 'a> {
    type Value = Node<'a>;

    fn deserialize<D: serde::Deserializer<'a>>(self, deserializer: D) -> Result<Node<'a>, D::Error> {
        let reader = self.reader;
        let (start, first) = reader.next();
        let value = match first {
            Some(b'[' | b'{') if !reader.enter(start, self.depth) => {
                return Err(D::Error::custom("nested too deeply"));
            }
            Some(b'[' | b'{') => {
                let value = deserializer.deserialize_any(Children(&self))?;
                reader.leave();
                value
            }
            Some(b'"') => Value::String(reader.string(deserializer, start)?),
            first => {
                let raw = reader.scalar(deserializer)?;
                match first {
                    Some(b'n') => Value::Null,
                    Some(b't' | b'f') => Value::Bool,
                    _ => Value::Number(raw),
                }
            }
        };
        Ok(Node { span: Span::new(start, reader.at.get()), value })
    }
}

struct Children<'s, 'r, 'a>(&'s NodeSeed<'r, 'a>);

impl<'a> Visitor<'a> for Children<'_, '_, 'a> {
    type Value = Value<'a>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an array or an object")
    }

    fn visit_seq<A: SeqAccess<'a>>(self, mut elements: A) -> Result<Value<'a>, A::Error> {
        let mut nodes = Vec::new();
        while let Some(node) = elements.next_element_seed(self.0.child())? {
            nodes.push(node);
        }
        Ok(Value::Array(nodes))
    }

    fn visit_map<A: MapAccess<'a>>(self, mut access: A) -> Result<Value<'a>, A::Error> {
        let mut members = Vec::new();
        while let Some(key) = access.next_key_seed(Key(self.0.reader))? {
            let value = access.next_value_seed(self.0.child())?;
            members.push(Member { key, value });
        }
        Ok(Value::Object(members))
    }
}

impl NodeSeed<'_, '_> {
    const fn child(&self) -> Self {
        Self { reader: self.reader, depth: self.depth + 1 }
    }
}

struct Key<'r, 'a>(&'r Reader<'a>);

impl<'a> DeserializeSeed<'a> for Key<'_, 'a> {
    type Value = RawStr<'a>;

    fn deserialize<D: serde::Deserializer<'a>>(self, deserializer: D) -> Result<RawStr<'a>, D::Error> {
        let (start, _) = self.0.next();
        self.0.string(deserializer, start)
    }
}

/// The whole file: the elements of `tokens` go to the sink one by one, so that only one is held at a time.
struct File<'r, 'a, 's, S> {
    reader: &'r Reader<'a>,
    sink: &'s mut S,
}

impl<'a, S: Sink<'a>> DeserializeSeed<'a> for File<'_, 'a, '_, S> {
    type Value = ();

    fn deserialize<D: serde::Deserializer<'a>>(self, deserializer: D) -> Result<(), D::Error> {
        let (start, first) = self.reader.next();
        if first == Some(b'{') {
            self.reader.enter(start, 0);
            self.sink.object(start);
            deserializer.deserialize_map(self)
        } else {
            let node = NodeSeed { reader: self.reader, depth: 0 }.deserialize(deserializer)?;
            self.sink.other(node);
            Ok(())
        }
    }
}

impl<'a, S: Sink<'a>> Visitor<'a> for File<'_, 'a, '_, S> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'a>>(self, mut access: A) -> Result<(), A::Error> {
        let Self { reader, sink } = self;
        let mut tokens_seen = false;
        while let Some(key) = access.next_key_seed(Key(reader))? {
            let is_tokens = !tokens_seen && key.decode().is_some_and(|name| name == "tokens");
            if is_tokens && matches!(reader.next(), (_, Some(b'['))) {
                tokens_seen = true;
                access.next_value_seed(Tokens { reader, sink: &mut *sink, key })?;
            } else {
                sink.member(key, access.next_value_seed(NodeSeed { reader, depth: 1 })?);
            }
        }
        sink.object_end(reader.leave());
        Ok(())
    }
}

struct Tokens<'r, 'a, 's, S> {
    reader: &'r Reader<'a>,
    sink: &'s mut S,
    key: RawStr<'a>,
}

impl<'a, S: Sink<'a>> DeserializeSeed<'a> for Tokens<'_, 'a, '_, S> {
    type Value = ();

    fn deserialize<D: serde::Deserializer<'a>>(self, deserializer: D) -> Result<(), D::Error> {
        let (start, _) = self.reader.next();
        self.reader.enter(start, 1);
        self.sink.tokens(self.key, start);
        deserializer.deserialize_seq(self)
    }
}

impl<'a, S: Sink<'a>> Visitor<'a> for Tokens<'_, 'a, '_, S> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an array")
    }

    fn visit_seq<A: SeqAccess<'a>>(self, mut elements: A) -> Result<(), A::Error> {
        let Self { reader, sink, .. } = self;
        let mut index = 0;
        while let Some(node) = elements.next_element_seed(NodeSeed { reader, depth: 2 })? {
            sink.token(index, node);
            index += 1;
        }
        sink.tokens_end(reader.leave());
        Ok(())
    }
}
