//! The same file in any layout.

use alloc::string::String;
use alloc::vec::Vec;
use core::fmt::Write as _;

use proptest::arbitrary::any;
use proptest::collection::vec;
use proptest::strategy::Strategy;

use crate::file::{TokenEntry, TokenFile};
use crate::strategies::token_file;

/// A JSON value before it is written.
#[derive(Clone, Debug)]
enum Json {
    Text(String),
    /// A number, `true`, `false`, `null`, or any other text that is written as it is.
    Raw(String),
    Array(Vec<Json>),
    Object(Vec<(String, Json)>),
}

fn text(text: impl Into<String>) -> Json {
    Json::Text(text.into())
}

fn raw(text: impl Into<String>) -> Json {
    Json::Raw(text.into())
}

/// Sound files as JSON in any layout, and their values.
///
/// The text has any indentation, order of members, unknown members, escapes, and end; a reader must find in it what the
/// values have.
///
/// ```
/// use influxdb3_offline_tokens::{TokenFile, strategies};
/// use proptest::prelude::*;
///
/// proptest!(|((file, json) in strategies::token_file_and_json())| {
///     let read = TokenFile::parse(json.as_bytes()).unwrap();
///     prop_assert_eq!(read.create_databases(), file.create_databases());
/// });
/// ```
pub fn token_file_and_json() -> impl Strategy<Value = (TokenFile, String)> {
    (token_file(), layout(), any::<bool>()).prop_map(|(file, layout, with_unknown)| {
        let mut json = tree(&file);
        if with_unknown {
            add_unknown(&mut json, &mut Choices::new(&layout));
        }
        let text = write(&json, &layout);
        (file, text)
    })
}

/// Sound files as JSON in any layout; as [`token_file_and_json`] without the values.
///
/// ```
/// use influxdb3_offline_tokens::{Validator, strategies};
/// use proptest::prelude::*;
///
/// proptest!(|(json in strategies::token_file_json())| {
///     prop_assert!(Validator::new(std::time::UNIX_EPOCH).check(json.as_bytes()).is_valid());
/// });
/// ```
pub fn token_file_json() -> impl Strategy<Value = String> {
    token_file_and_json().prop_map(|(_, json)| json)
}

/// The choices of a layout: zeros, to which everything shrinks, give the plainest.
fn layout() -> impl Strategy<Value = Vec<u8>> {
    vec(any::<u8>(), 0..=40)
}

/// The file as its JSON, member by member.
fn tree(file: &TokenFile) -> Json {
    let databases = file.create_databases().iter().map(|name| text(name.as_str())).collect();
    let tokens = file.tokens().iter().map(entry).collect();
    let mut members = Vec::new();
    if !file.create_databases().is_empty() {
        members.push(("create_databases".into(), Json::Array(databases)));
    }
    members.push(("tokens".into(), Json::Array(tokens)));
    Json::Object(members)
}

fn entry(entry: &TokenEntry) -> Json {
    let permissions = entry.permissions().iter().map(|permission| Json::Text(alloc::format!("{permission}")));
    let mut members = Vec::from([
        ("token".into(), text(entry.token().expose())),
        ("name".into(), text(entry.name().as_str())),
        ("permissions".into(), Json::Array(permissions.collect())),
    ]);
    if let Some(expiry) = entry.expiry() {
        members.insert(2, ("expiry_millis".into(), Json::Raw(alloc::format!("{}", expiry.as_millis()))));
    }
    Json::Object(members)
}

/// Adds members that the server ignores, with values of every kind.
fn add_unknown(file: &mut Json, choices: &mut Choices<'_>) {
    let Json::Object(members) = file else { return };
    for (_, value) in members.iter_mut() {
        let Json::Array(elements) = value else { continue };
        for element in elements {
            if let Json::Object(members) = element {
                unknown_member(members, choices);
            }
        }
    }
    unknown_member(members, choices);
}

fn unknown_member(members: &mut Vec<(String, Json)>, choices: &mut Choices<'_>) {
    const NAMES: [&str; 6] = ["description", "comment", "$schema", "x/y~z", "", "\u{1F511} \"k\\\n"];
    const NUMBERS: [&str; 6] = ["0", "-0", "1.50", "1e5", "-2E+7", "123456789012345678901234567890"];
    let Some(name) = NAMES.get(choices.of(NAMES.len())) else { return };
    let value = match choices.of(8) {
        0 => text("apiv3"),
        1 => raw("null"),
        2 => raw("true"),
        3 => Json::Array(Vec::new()),
        4 => Json::Object(Vec::new()),
        5 => Json::Object(Vec::from([
            ("tokens".into(), Json::Array(Vec::from([raw("1"), Json::Array(Vec::new())]))),
            ("name".into(), text("\u{7F}\u{2028}]}")),
        ])),
        number => {
            raw(NUMBERS.get((choices.of(NUMBERS.len()) + number) % NUMBERS.len()).copied().unwrap_or("0"))
        }
    };
    members.push(((*name).into(), value));
}

/// Numbers that say how to write; over and over, zeros where there are none.
struct Choices<'c> {
    numbers: &'c [u8],
    at: usize,
}

impl<'c> Choices<'c> {
    const fn new(numbers: &'c [u8]) -> Self {
        Self { numbers, at: 0 }
    }

    /// A number below `many`.
    fn of(&mut self, many: usize) -> usize {
        let number = self.numbers.get(self.at).copied().unwrap_or(0);
        self.at = if self.at + 1 < self.numbers.len() { self.at + 1 } else { 0 };
        usize::from(number) % many.max(1)
    }

    fn one_of<T: Copy>(&mut self, values: &[T], otherwise: T) -> T {
        values.get(self.of(values.len())).copied().unwrap_or(otherwise)
    }
}

/// Writes a value in the layout that `numbers` decide.
fn write(json: &Json, numbers: &[u8]) -> String {
    let mut choices = Choices::new(numbers);
    let style = choices.one_of(
        &[
            Style::Compact,
            Style::Lines("  ", usize::MAX),
            Style::Lines("\t", usize::MAX),
            // Lists in a line, and an entry in a line.
            Style::Lines("  ", 3),
            Style::Lines("  ", 2),
            Style::Wild,
        ],
        Style::Compact,
    );
    let newline = choices.one_of(&["\n", "\r\n"], "\n");
    let shuffles = choices.of(2) == 1;
    let escapes = choices.of(2) == 1;
    let mut writer = Writer { choices, style, newline, shuffles, escapes, out: String::new() };
    writer.wild_space();
    writer.value(json, 0);
    writer.wild_space();
    let end = writer.choices.of(3);
    for _ in 0..end {
        writer.out.push_str(newline);
    }
    writer.out
}

#[derive(Clone, Copy)]
enum Style {
    Compact,
    /// What is no deeper than that begins on a line of its own.
    Lines(&'static str, usize),
    Wild,
}

struct Writer<'c> {
    choices: Choices<'c>,
    style: Style,
    newline: &'static str,
    shuffles: bool,
    escapes: bool,
    out: String,
}

impl Writer<'_> {
    fn value(&mut self, json: &Json, depth: usize) {
        match json {
            Json::Text(text) => self.string(text),
            Json::Raw(text) => self.out.push_str(text),
            Json::Array(items) => {
                self.out.push('[');
                for (index, item) in items.iter().enumerate() {
                    self.separate(index, depth + 1);
                    self.value(item, depth + 1);
                }
                self.close(']', items.is_empty(), depth);
            }
            Json::Object(members) => {
                self.out.push('{');
                let mut members: Vec<&(String, Json)> = members.iter().collect();
                if self.shuffles {
                    for last in (1..members.len()).rev() {
                        members.swap(last, self.choices.of(last + 1));
                    }
                }
                for (index, (key, value)) in members.iter().enumerate() {
                    self.separate(index, depth + 1);
                    self.string(key);
                    self.wild_space();
                    self.out.push(':');
                    match self.style {
                        Style::Lines(..) => self.out.push(' '),
                        Style::Compact | Style::Wild => self.wild_space(),
                    }
                    self.value(value, depth + 1);
                }
                self.close('}', members.is_empty(), depth);
            }
        }
    }

    fn separate(&mut self, index: usize, depth: usize) {
        if index > 0 {
            self.wild_space();
            self.out.push(',');
        }
        self.line(depth, depth, if index > 0 { " " } else { "" });
        self.wild_space();
    }

    fn close(&mut self, bracket: char, empty: bool, depth: usize) {
        self.wild_space();
        if !empty {
            self.line(depth, depth + 1, "");
        }
        self.out.push(bracket);
    }

    /// A new line where what is `inside` has lines of its own, and otherwise the space.
    fn line(&mut self, depth: usize, inside: usize, space: &str) {
        match self.style {
            Style::Lines(indent, deepest) if inside <= deepest => {
                self.out.push_str(self.newline);
                self.out.push_str(&indent.repeat(depth));
            }
            Style::Lines(..) => self.out.push_str(space),
            Style::Compact | Style::Wild => {}
        }
    }

    fn wild_space(&mut self) {
        if matches!(self.style, Style::Wild) {
            let space = self.choices.one_of(&["", " ", "\t", "\n", "\r\n", "\r", "   \n\n"], "");
            self.out.push_str(space);
        }
    }

    fn string(&mut self, text: &str) {
        self.out.push('"');
        for character in text.chars() {
            let must = matches!(character, '"' | '\\' | '\0'..='\u{1F}');
            let short = match character {
                '"' | '\\' | '/' => Some(character),
                '\n' => Some('n'),
                '\r' => Some('r'),
                '\t' => Some('t'),
                '\u{8}' => Some('b'),
                '\u{C}' => Some('f'),
                _ => None,
            };
            let choice = if self.escapes { self.choices.of(6) } else { 0 };
            let plain = !must && !matches!(choice, 1 | 2 | 5);
            match short {
                _ if plain => self.out.push(character),
                Some(short) if !matches!(choice, 1 | 2) => self.out.extend(['\\', short]),
                _ => self.hexadecimal(character, choice == 1),
            }
        }
        self.out.push('"');
    }

    fn hexadecimal(&mut self, character: char, upper: bool) {
        for unit in character.encode_utf16(&mut [0; 2]) {
            // Writing into a string cannot fail.
            let _ = if upper { write!(self.out, "\\u{unit:04X}") } else { write!(self.out, "\\u{unit:04x}") };
        }
    }
}
