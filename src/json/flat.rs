//! Objects of plain strings, integers and lists of plain strings, as almost all tokens of a file are: read by serde without
//! a place. Where a place is wanted, it follows from where the strings lie in the text.

use alloc::vec::Vec;
use core::fmt;
use core::ops::Range;

use serde::de::{DeserializeSeed, IgnoredAny, MapAccess, SeqAccess, Visitor};

use crate::json::RawStr;

/// A flat object; its buffers are used again for the next one.
#[derive(Default)]
pub(crate) struct Flat<'a> {
    members: Vec<(&'a str, FlatValue<'a>)>,
    items: Vec<&'a str>,
    // Something in it is not flat, or it is no object.
    other: bool,
}

/// A value of a flat object.
#[derive(Clone)]
pub(crate) enum FlatValue<'a> {
    /// A string without escapes.
    String(&'a str),
    /// An integer of 64 bits with sign.
    Integer(i64),
    /// A list of strings without escapes: which of the items of the object.
    List(Range<usize>),
}

impl<'a> Flat<'a> {
    /// The members in their order.
    pub(crate) fn members(&self) -> &[(&'a str, FlatValue<'a>)] {
        &self.members
    }

    /// The strings of a list.
    pub(crate) fn items(&self, list: Range<usize>) -> &[&'a str] {
        self.items.get(list).unwrap_or_default()
    }

    pub(super) fn clear(&mut self) {
        self.members.clear();
        self.items.clear();
        self.other = false;
    }

    /// Where in the text the object ends; none where something in it is not flat.
    pub(super) fn end(&self, text: &'a str) -> Option<usize> {
        let (key, value) = self.members.last().filter(|_| !self.other)?;
        let last = match value {
            FlatValue::String(string) => string,
            FlatValue::List(list) => self.items(list.clone()).last().unwrap_or(key),
            FlatValue::Integer(_) => key,
        };
        // Behind the last string stand no other strings, so that the first bracket is that of the object.
        let behind = RawStr::in_text(text, last).inner().end();
        let bracket = text.as_bytes().get(behind..)?.iter().position(|byte| *byte == b'}')?;
        Some(behind + bracket + 1)
    }

    pub(super) fn give_up(&mut self) {
        self.other = true;
    }
}

impl<'a> DeserializeSeed<'a> for &mut Flat<'a> {
    type Value = ();

    #[inline]
    fn deserialize<D: serde::Deserializer<'a>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(Object(self))
    }
}

/// The rest of a visitor that takes some kinds of values: every other one makes the object one that is not flat.
macro_rules! other_kinds {
    ($($kind:ident($type:ty)),*) => {
        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("a value")
        }

        fn visit_unit<E>(self) -> Result<(), E> {
            self.0.give_up();
            Ok(())
        }

        $(
            fn $kind<E>(self, _: $type) -> Result<(), E> {
                self.0.give_up();
                Ok(())
            }
        )*
    };
}

fn ignore_list<'a, A: SeqAccess<'a>>(mut list: A) -> Result<(), A::Error> {
    while list.next_element::<IgnoredAny>()?.is_some() {}
    Ok(())
}

fn ignore_object<'a, A: MapAccess<'a>>(mut object: A) -> Result<(), A::Error> {
    while object.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
    Ok(())
}

struct Object<'f, 'a>(&'f mut Flat<'a>);

impl<'a> Visitor<'a> for Object<'_, 'a> {
    type Value = ();

    other_kinds!(visit_bool(bool), visit_i64(i64), visit_u64(u64), visit_f64(f64), visit_str(&str));

    fn visit_seq<A: SeqAccess<'a>>(self, list: A) -> Result<(), A::Error> {
        self.0.give_up();
        ignore_list(list)
    }

    #[inline]
    fn visit_map<A: MapAccess<'a>>(self, mut object: A) -> Result<(), A::Error> {
        while let Some(key) = object.next_key::<&'a str>()? {
            object.next_value_seed(Member(self.0, key))?;
        }
        Ok(())
    }
}

struct Member<'f, 'a>(&'f mut Flat<'a>, &'a str);

impl<'a> DeserializeSeed<'a> for Member<'_, 'a> {
    type Value = ();

    #[inline]
    fn deserialize<D: serde::Deserializer<'a>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'a> Visitor<'a> for Member<'_, 'a> {
    type Value = ();

    other_kinds!(visit_bool(bool), visit_f64(f64), visit_str(&str));

    #[inline]
    fn visit_borrowed_str<E>(self, string: &'a str) -> Result<(), E> {
        self.0.members.push((self.1, FlatValue::String(string)));
        Ok(())
    }

    #[inline]
    fn visit_i64<E>(self, integer: i64) -> Result<(), E> {
        self.0.members.push((self.1, FlatValue::Integer(integer)));
        Ok(())
    }

    #[inline]
    fn visit_u64<E>(self, integer: u64) -> Result<(), E> {
        match i64::try_from(integer) {
            Ok(integer) => self.0.members.push((self.1, FlatValue::Integer(integer))),
            Err(_) => self.0.give_up(),
        }
        Ok(())
    }

    #[inline]
    fn visit_seq<A: SeqAccess<'a>>(self, mut list: A) -> Result<(), A::Error> {
        let start = self.0.items.len();
        while list.next_element_seed(Item(self.0))?.is_some() {}
        self.0.members.push((self.1, FlatValue::List(start..self.0.items.len())));
        Ok(())
    }

    fn visit_map<A: MapAccess<'a>>(self, object: A) -> Result<(), A::Error> {
        self.0.give_up();
        ignore_object(object)
    }
}

struct Item<'f, 'a>(&'f mut Flat<'a>);

impl<'a> DeserializeSeed<'a> for Item<'_, 'a> {
    type Value = ();

    #[inline]
    fn deserialize<D: serde::Deserializer<'a>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'a> Visitor<'a> for Item<'_, 'a> {
    type Value = ();

    other_kinds!(visit_bool(bool), visit_i64(i64), visit_u64(u64), visit_f64(f64), visit_str(&str));

    #[inline]
    fn visit_borrowed_str<E>(self, string: &'a str) -> Result<(), E> {
        self.0.items.push(string);
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'a>>(self, list: A) -> Result<(), A::Error> {
        self.0.give_up();
        ignore_list(list)
    }

    fn visit_map<A: MapAccess<'a>>(self, object: A) -> Result<(), A::Error> {
        self.0.give_up();
        ignore_object(object)
    }
}
