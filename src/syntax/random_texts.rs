//! Random JSON, tokens files and mistakes.

use std::prelude::rust_2024::*;
use std::{format, vec};

use super::MAX_DEPTH;

/// A xorshift generator: the same texts in every run.
pub(super) struct Rng(pub(super) u64);

impl Rng {
    pub(super) fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 33) as usize % bound
    }

    fn pick<'a>(&mut self, from: &[&'a str]) -> &'a str {
        from[self.below(from.len())]
    }
}

const SPACES: [&str; 8] = ["", "", "", " ", "\n", "\t", "\r\n", "\n      "];

const CHARACTERS: [&str; 28] = [
    "a",
    "b",
    "token",
    "é",
    "ü",
    "漢",
    "🦀",
    "\\n",
    "\\\"",
    "\\\\",
    "\\/",
    "\\u00e9",
    "\\ud83e\\udd80",
    "\\ud800",
    "\\u0000",
    "\\b",
    "\\f",
    "\\t",
    "\u{7f}",
    "\u{85}",
    "'",
    ":",
    ",",
    "{",
    "]",
    "//",
    "#",
    "${x}",
];

const SCALARS: [&str; 20] = [
    "0",
    "-0",
    "1",
    "-1",
    "12",
    "1.5",
    "0.25",
    "1e5",
    "1E+5",
    "-1.25e-3",
    "9223372036854775807",
    "18446744073709551616",
    "1e400",
    "1e-400",
    "123456789012345678901234567890",
    "-0.0",
    "1798761600000",
    "true",
    "false",
    "null",
];

const PIECES: [&str; 46] = [
    "\"",
    "'",
    ",",
    ":",
    "[",
    "]",
    "{",
    "}",
    "\\",
    "/",
    "//",
    "/*",
    "*/",
    "#",
    "\n",
    "\r",
    "\t",
    " ",
    "\0",
    "\u{1f}",
    "0",
    "1",
    "-",
    "+",
    ".",
    "e",
    "E",
    "t",
    "true",
    "null",
    "None",
    "\\u",
    "\\x",
    "=",
    "=>",
    "\u{a0}",
    "\u{feff}",
    "“",
    "é",
    "$",
    "${x}",
    "{{",
    "}}",
    "\n=======\n",
    "\": \"",
    "\", \"",
];

fn string(rng: &mut Rng) -> String {
    let length = rng.below(6);
    format!("\"{}\"", (0..length).map(|_| rng.pick(&CHARACTERS)).collect::<String>())
}

fn list(rng: &mut Rng, brackets: [&str; 2], mut item: impl FnMut(&mut Rng) -> String) -> String {
    let count = rng.below(4);
    let items: Vec<_> =
        (0..count).map(|_| format!("{}{}{}", rng.pick(&SPACES), item(rng), rng.pick(&SPACES))).collect();
    format!("{}{}{}", brackets[0], items.join(","), brackets[1])
}

pub(super) fn value(rng: &mut Rng, depth: usize) -> String {
    match rng.below(if depth > 5 { 5 } else { 9 }) {
        0..3 => string(rng),
        3..5 => rng.pick(&SCALARS).to_owned(),
        5..7 => list(rng, ["[", "]"], |rng| value(rng, depth + 1)),
        _ => list(rng, ["{", "}"], |rng| {
            format!("{}{}:{}", string(rng), rng.pick(&SPACES), value(rng, depth + 1))
        }),
    }
}

/// A tokens file in which now and then a value has the wrong type.
pub(super) fn tokens_file(rng: &mut Rng) -> String {
    fn member(rng: &mut Rng, key: &str, good: &str) -> String {
        let value = if rng.below(12) == 0 { value(rng, 3) } else { good.to_owned() };
        format!("\"{key}\":{}{value}", rng.pick(&SPACES))
    }
    fn entry(rng: &mut Rng) -> String {
        let (token, name, permission) = (string(rng), string(rng), string(rng));
        let mut members = vec![
            member(rng, "token", &token),
            member(rng, "name", &name),
            member(rng, "permissions", &format!("[{permission}]")),
        ];
        match rng.below(4) {
            0 => members.push(member(rng, "expiry_millis", "1798761600000")),
            1 => members.push(format!("{}:{}", string(rng), value(rng, 3))),
            _ => {}
        }
        format!("{{{}}}", members.join(","))
    }
    let database = string(rng);
    let mut members = vec![member(rng, "create_databases", &format!("[{database}]"))];
    members.push(format!("\"tokens\":{}", list(rng, ["[", "]"], entry)));
    if rng.below(4) == 0 {
        members.push(format!("{}:{}", string(rng), value(rng, 3)));
    }
    format!("{{{}}}", members.join(","))
}

pub(super) fn nested(rng: &mut Rng) -> String {
    let depth = MAX_DEPTH - 2 + rng.below(5);
    let brackets: Vec<_> = (0..depth).map(|_| [("[", "]"), ("{\"a\":", "}")][rng.below(2)]).collect();
    let open: String = brackets.iter().map(|(open, _)| *open).collect();
    let close: String = brackets.iter().rev().map(|(_, close)| *close).collect();
    format!("{open}1{close}")
}

pub(super) fn mutate(rng: &mut Rng, text: &mut String) {
    let at = text.floor_char_boundary(rng.below(text.len() + 1));
    let to = text.floor_char_boundary((at + 1 + rng.below(12)).min(text.len())).max(at);
    match rng.below(6) {
        0 => text.replace_range(at..to, ""),
        1 => text.truncate(at),
        2 => text.replace_range(at..to, rng.pick(&PIECES)),
        3 => {
            let piece = text[at..to].to_owned();
            let target = text.floor_char_boundary(rng.below(text.len() + 1));
            text.insert_str(target, &piece);
        }
        _ => text.insert_str(at, rng.pick(&PIECES)),
    }
}
