//! JSON with the place of every value, read in one pass over `serde_json`; the only file that names it.
//!
//! The reader follows serde: between the end of one piece and the start of the next stand only white space and
//! punctuation that serde has checked, so the place of every piece is known without a parser of our own.

mod extras;
mod flat;
mod node;
mod reader;
mod tree;
mod write;

use alloc::string::ToString;
use alloc::vec::Vec;
use core::fmt;

use serde::de::{DeserializeSeed, Error as _, MapAccess, SeqAccess, Visitor};

pub(crate) use self::extras::without_extras;
pub(crate) use self::flat::{Flat, FlatValue};
pub(crate) use self::node::{Member, Node, Places, RawStr, Value, Wiped};
use self::reader::Reader;
pub(crate) use self::tree::tree;
pub(crate) use self::write::{compact, pretty, quoted, quoted_list, string_list};
use crate::span::Span;

/// How deeply arrays and objects may be nested: as deeply as `serde_json` follows.
pub(crate) const MAX_DEPTH: usize = 127;

/// What takes the pieces of a file while they are read, in the order of the file.
pub(crate) trait Sink<'a> {
    /// The file begins with an object, here.
    fn object(&mut self, start: usize);
    /// A member of the file; not the elements of `tokens` where that is an array.
    fn member(&mut self, key: RawStr<'a>, value: Node<'a>);
    /// `tokens` and its array begin.
    fn tokens(&mut self, key: RawStr<'a>, start: usize);
    /// An element of `tokens`.
    fn token(&mut self, index: usize, element: &Element<'_, 'a>);
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

/// Reads a whole text into a sink. What was read before an error has been given to it.
pub(crate) fn read<'a, S: Sink<'a>>(text: &'a str, sink: impl Fn() -> S) -> (S, Result<(), Unreadable>) {
    let once = |skips_numbers| {
        let (mut sink, reader) = (sink(), Reader::new(text, skips_numbers));
        let result = read_once(&reader, &mut sink);
        (sink, result, reader.met_huge_number.get())
    };
    let (mut sink, mut result, met_huge_number) = once(false);
    // Rare: a text without such a number pays nothing for it.
    if met_huge_number {
        (sink, result, _) = once(true);
    }
    (sink, result)
}

fn read_once<'a>(reader: &Reader<'a>, sink: &mut impl Sink<'a>) -> Result<(), Unreadable> {
    let mut deserializer = serde_json::Deserializer::from_str(reader.text);
    let result = File { reader, sink }.deserialize(&mut deserializer);
    if let Some(bracket) = reader.too_deep.get() {
        return Err(Unreadable::TooDeep(bracket));
    }
    if let Err(error) = result {
        let at = reader.offset(&error);
        reader.met_huge_number.set(error.to_string().starts_with("number out of range"));
        // In a number serde does not always say that it was the end.
        let is_in_number = at + 1 >= reader.text.len() && reader.text.ends_with(['e', 'E', '.', '-', '+']);
        return Err(if error.is_eof() || is_in_number { Unreadable::CutOff } else { Unreadable::Syntax(at) });
    }
    deserializer.end().map_err(|error| Unreadable::Trailing(reader.offset(&error)))
}

/// An element of `tokens`: as a flat object, where it is one, or with the place of everything in it.
pub(crate) struct Element<'r, 'a> {
    reader: &'r Reader<'a>,
    start: usize,
    flat: Option<&'r Flat<'a>>,
}

impl<'a> Element<'_, 'a> {
    /// Where it begins.
    pub(crate) const fn start(&self) -> usize {
        self.start
    }

    /// The place of a flat object.
    pub(crate) fn span(&self) -> Option<Span> {
        self.flat.map(|_| Span::new(self.start, self.reader.at.get()))
    }

    /// The element, where it is an object of plain values.
    pub(crate) const fn flat(&self) -> Option<&Flat<'a>> {
        self.flat
    }

    /// The element with its places, which is read again for it; none where it is nested too deeply.
    pub(crate) fn node(&self) -> Option<Node<'a>> {
        self.reader.at.set(self.start);
        let rest = self.reader.text.get(self.start..).unwrap_or_default();
        let mut deserializer = serde_json::Deserializer::from_str(rest);
        NodeSeed { reader: self.reader, depth: TOKEN_DEPTH }.deserialize(&mut deserializer).ok()
    }
}

/// How deeply what a file holds is kept: no rule looks deeper. What is below is read, and forgotten at once.
const KEPT_DEPTH: usize = 10;

// An element stands in an array in an object.
const TOKEN_DEPTH: usize = 2;

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
            if self.0.is_kept() {
                push(&mut nodes, node);
            }
        }
        Ok(Value::Array(nodes))
    }

    fn visit_map<A: MapAccess<'a>>(self, mut access: A) -> Result<Value<'a>, A::Error> {
        let mut members = Vec::new();
        while let Some(key) = access.next_key_seed(Key(self.0.reader))? {
            let value = access.next_value_seed(self.0.child())?;
            if self.0.is_kept() {
                push(&mut members, Member { key, value });
            }
        }
        Ok(Value::Object(members))
    }
}

/// Makes no room for more than the first one at first: a text may have very many lists of one.
fn push<T>(values: &mut Vec<T>, value: T) {
    if values.is_empty() {
        values.reserve_exact(1);
    }
    values.push(value);
}

impl NodeSeed<'_, '_> {
    const fn child(&self) -> Self {
        Self { reader: self.reader, depth: self.depth + 1 }
    }

    const fn is_kept(&self) -> bool {
        self.depth < KEPT_DEPTH
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
        let mut flat = Flat::default();
        let mut index = 0;
        loop {
            let start = reader.next().0;
            match reader.element(&mut flat, &mut elements) {
                Ok(false) => break,
                Ok(true) => {
                    let flat = flat.end(reader.text).inspect(|end| reader.at.set(*end)).map(|_| &flat);
                    let element = Element { reader, start, flat };
                    sink.token(index, &element);
                    if reader.at.get() == start {
                        // Nobody asked where it ends.
                        let _ = element.node();
                    }
                }
                Err(error) => {
                    // Only to see whether it is nested too deeply, which serde does not say.
                    let _ = Element { reader, start, flat: None }.node();
                    return Err(error);
                }
            }
            if reader.too_deep.get().is_some() {
                return Err(A::Error::custom("nested too deeply"));
            }
            index += 1;
        }
        sink.tokens_end(reader.leave());
        Ok(())
    }
}
