//! Strategies for tokens files in any layout, and for changes to them.
#![allow(dead_code, unreachable_pub, reason = "as in util")]

use std::collections::HashMap;

use influxdb3_offline_tokens::edit::Change;
use influxdb3_offline_tokens::{DatabaseName, Expiry, Permission, Token, TokenEntry, TokenFile, TokenName};
use proptest::bool::weighted;
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::Index;
use serde_json::Value;

/// Unknown members, with their values as JSON.
const UNKNOWN: &[(&str, &str)] = &[
    ("description", r#""apiv3""#),
    ("comment", "null"),
    ("$schema", "true"),
    ("x/y~z", "[]"),
    ("", "{}"),
    ("\u{1F511} \"k\\\n", "-2E+7"),
    ("comment", r#"{"tokens":[1,[]],"name":"]}"}"#),
    ("x", "-0"),
    ("x", "1.50"),
    ("x", "123456789012345678901234567890"),
];

/// Valid files and their JSON, with any indentation, order of members, unknown members, escapes and final newlines.
pub fn token_file_and_json() -> impl Strategy<Value = (TokenFile, String)> {
    // All zeros give the simplest layout, so failures shrink to it.
    (any::<TokenFile>(), vec(any::<u8>(), 0..=40)).prop_map(|(file, choices)| {
        let mut value = serde_json::to_value(&file).unwrap();
        if file.create_databases().is_empty() {
            value.as_object_mut().unwrap().remove("create_databases");
        }
        let json = write(&value, choices);
        (file, json)
    })
}

/// The JSON of [`token_file_and_json`].
pub fn token_file_json() -> impl Strategy<Value = String> {
    token_file_and_json().prop_map(|(_, json)| json)
}

fn write(value: &Value, choices: Vec<u8>) -> String {
    let mut choices = Choices { numbers: choices, at: 0 };
    let style = choices.one_of(&[
        Style::Compact,
        Style::Lines("  ", usize::MAX),
        Style::Lines("\t", usize::MAX),
        // Each permission list on one line; each entry on one line.
        Style::Lines("  ", 3),
        Style::Lines("  ", 2),
        Style::Wild,
    ]);
    let newline = choices.one_of(&["\n", "\r\n"]);
    let mut is_chosen = || choices.below(2) == 1;
    let (shuffles, escapes, has_unknown) = (is_chosen(), is_chosen(), is_chosen());
    let mut writer = Writer { choices, style, newline, shuffles, escapes, has_unknown };
    let (before, json, after) = (writer.space(), writer.value(value, 0), writer.space());
    before.to_owned() + &json + after + &newline.repeat(writer.choices.below(3))
}

/// Choices by numbers that repeat in a cycle.
struct Choices {
    numbers: Vec<u8>,
    at: usize,
}

impl Choices {
    /// Returns a number below `bound`.
    fn below(&mut self, bound: usize) -> usize {
        let number = self.numbers.get(self.at).copied().unwrap_or(0);
        self.at = if self.at + 1 < self.numbers.len() { self.at + 1 } else { 0 };
        usize::from(number) % bound
    }

    fn one_of<T: Copy>(&mut self, values: &[T]) -> T {
        values[self.below(values.len())]
    }
}

#[derive(Clone, Copy)]
enum Style {
    Compact,
    /// One item per line with this indentation, down to this depth.
    Lines(&'static str, usize),
    Wild,
}

struct Writer {
    choices: Choices,
    style: Style,
    newline: &'static str,
    shuffles: bool,
    escapes: bool,
    has_unknown: bool,
}

impl Writer {
    fn value(&mut self, value: &Value, depth: usize) -> String {
        match value {
            Value::String(text) => self.string(text),
            Value::Array(elements) => {
                let elements: Vec<String> =
                    elements.iter().map(|element| self.value(element, depth + 1)).collect();
                self.list("[", &elements, "]", depth)
            }
            Value::Object(members) => {
                let mut texts = Vec::new();
                for (key, value) in members {
                    let value = self.value(value, depth + 1);
                    texts.push(self.member(key, &value));
                }
                if self.has_unknown {
                    let (key, value) = self.choices.one_of(UNKNOWN);
                    texts.push(self.member(key, value));
                }
                if self.shuffles {
                    for last in (1..texts.len()).rev() {
                        texts.swap(last, self.choices.below(last + 1));
                    }
                }
                self.list("{", &texts, "}", depth)
            }
            number => number.to_string(),
        }
    }

    fn member(&mut self, key: &str, value: &str) -> String {
        let blank = if matches!(self.style, Style::Lines(..)) { " " } else { self.space() };
        format!("{}{}:{blank}{value}", self.string(key), self.space())
    }

    fn list(&mut self, open: &str, items: &[String], close: &str, depth: usize) -> String {
        let (begin, blank, end) = match self.style {
            Style::Lines(indent, max_depth) if depth < max_depth => {
                let begin = self.newline.to_owned() + &indent.repeat(depth + 1);
                (begin.clone(), begin, self.newline.to_owned() + &indent.repeat(depth))
            }
            Style::Lines(..) => (String::new(), " ".to_owned(), String::new()),
            Style::Compact | Style::Wild => Default::default(),
        };
        let items: Vec<String> =
            items.iter().map(|item| self.space().to_owned() + item + self.space()).collect();
        let inside = if items.is_empty() {
            self.space().to_owned()
        } else {
            begin + &items.join(&format!(",{blank}")) + &end
        };
        format!("{open}{inside}{close}")
    }

    fn space(&mut self) -> &'static str {
        if matches!(self.style, Style::Wild) {
            self.choices.one_of(&["", " ", "\t", "\n", "\r\n", "\r", "   \n\n"])
        } else {
            ""
        }
    }

    /// Writes a string, sometimes with needless escapes.
    fn string(&mut self, text: &str) -> String {
        let mut out = String::from("\"");
        for character in text.chars() {
            let hexadecimal = |write: fn(u16) -> String| -> String {
                character.encode_utf16(&mut [0; 2]).iter().map(|unit| write(*unit)).collect()
            };
            match if self.escapes { self.choices.below(5) } else { 0 } {
                1 => out += &hexadecimal(|unit| format!("\\u{unit:04X}")),
                2 => out += &hexadecimal(|unit| format!("\\u{unit:04x}")),
                3 if character == '/' => out += "\\/",
                _ => {
                    let quoted = serde_json::to_string(&character).unwrap();
                    out += &quoted[1..quoted.len() - 1];
                }
            }
        }
        out + "\""
    }
}

/// Changes of all kinds. Most name a token of the file, some an unknown one.
pub fn change(file: &TokenFile) -> impl Strategy<Value = Change> + use<> {
    let names: Vec<TokenName> = file.tokens().iter().map(|entry| entry.name().clone()).collect();
    let name = || {
        let names = names.clone();
        (weighted(0.2), any::<Index>(), any::<TokenName>()).prop_map(move |(is_new, index, new)| {
            if is_new || names.is_empty() { new } else { index.get(&names).clone() }
        })
    };
    let secrets: HashMap<TokenName, [u8; 64]> =
        file.tokens().iter().map(|entry| (entry.name().clone(), entry.token().sha512())).collect();
    let rotate_if_same = move |(name, token): (TokenName, Token)| {
        let sha512 = secrets.get(&name).copied().unwrap_or([0; 64]);
        Change::rotate(name, token).if_sha512(sha512)
    };
    let databases = file.create_databases().to_vec();
    let dropped = (any::<Index>(), any::<DatabaseName>())
        .prop_map(move |(index, new)| if databases.is_empty() { new } else { index.get(&databases).clone() });
    prop_oneof![
        (vec(any::<TokenEntry>(), 0..=3), any::<bool>()).prop_map(|(entries, keep)| {
            let append = Change::append(entries);
            if keep { append.keep_if_same() } else { append }
        }),
        vec(any::<DatabaseName>(), 0..=4).prop_map(Change::create_databases),
        vec(dropped, 0..=4).prop_map(Change::drop_databases),
        name().prop_map(Change::remove),
        (name(), any::<TokenName>()).prop_map(|(name, new_name)| Change::rename(name, new_name)),
        (name(), any::<Token>()).prop_map(|(name, token)| Change::rotate(name, token)),
        (name(), any::<Token>()).prop_map(rotate_if_same),
        (name(), any::<TokenName>(), any::<Token>())
            .prop_map(|(name, new_name, token)| Change::rotate(name, token).beside(new_name)),
        (name(), option::of(any::<Expiry>())).prop_map(|(name, expiry)| Change::set_expiry(name, expiry)),
        (name(), vec(any::<Permission>(), 0..=4))
            .prop_map(|(name, permissions)| Change::set_permissions(name, permissions)),
    ]
}
