//! Time to parse and to print a permission, compared with a regular expression for the same grammar, with `split` into
//! `String`s, and with `write!`; and to generate a token.

mod util;

use criterion::{Criterion, criterion_group, criterion_main};
use influxdb3_offline_tokens::{Permission, Token};
use regex::Regex;
use std::fmt::Write as _;
use std::hint::black_box;

const MIX: [&str; 5] = [
    "db:db1,db2:read,write",
    "db:db3:read",
    "system:*:read",
    "db:*:read,write",
    "db:sensors_factory_1,sensors_factory_2,alarms/one_week,metrics:read,write,create",
];

/// The grammar without the limit on the length of names.
fn regex() -> Regex {
    let name = "(?:[A-Za-z0-9][A-Za-z0-9_-]*(?:/[A-Za-z0-9_-]+)?|_internal)";
    let action = "(?:create|describe|read|write|delete)";
    let system = "(?:health|metrics|ping|ready)";
    Regex::new(&format!(
        r"(?-u)\A(?:db:(?:\*|{name}(?:,{name})*):{action}(?:,{action})*|system:(?:\*|{system}(?:,{system})*):read(?:,read)*)\z"
    ))
    .unwrap()
}

/// Splits into `String`s, without checks.
fn split(text: &str) -> Option<(String, Vec<String>, Vec<String>)> {
    let mut parts = text.split(':');
    let list = |part: &str| part.split(',').map(String::from).collect();
    Some((parts.next()?.to_string(), list(parts.next()?), list(parts.next()?)))
}

const TIMES: usize = 20_000;

fn all<T>(mut run: impl FnMut(&str) -> T) {
    for _ in 0..TIMES {
        for text in MIX {
            black_box(run(black_box(text)));
        }
    }
}

fn ratios(_: &mut Criterion) {
    let regex = regex();
    assert!(MIX.iter().all(|text| regex.is_match(text) && Permission::parse(text).is_ok()));
    util::ratio(
        "parse a permission, borrowed",
        31,
        ("parse_borrowed", || all(|text| Permission::parse_borrowed(text).is_ok())),
        ("Regex::is_match", || all(|text| regex.is_match(text))),
    );
    util::ratio(
        "parse a permission, owned",
        31,
        ("parse", || all(|text| Permission::parse(text).unwrap())),
        ("split into Strings", || all(split)),
    );
    let parsed = MIX.map(|text| Permission::parse(text).unwrap());
    let parts = MIX.map(|text| split(text).unwrap());
    let (mut ours, mut theirs) = (String::new(), String::new());
    let mut print = || {
        for _ in 0..TIMES {
            for permission in &parsed {
                ours.clear();
                black_box(permission).append_to(&mut ours);
                black_box(&ours);
            }
        }
    };
    let write = || {
        for _ in 0..TIMES {
            for (kind, names, actions) in &parts {
                theirs.clear();
                write!(theirs, "{kind}:").unwrap();
                for (index, name) in names.iter().enumerate() {
                    write!(theirs, "{}{name}", if index > 0 { "," } else { "" }).unwrap();
                }
                for (index, action) in actions.iter().enumerate() {
                    write!(theirs, "{}{action}", if index > 0 { "," } else { ":" }).unwrap();
                }
                black_box(&theirs);
            }
        }
    };
    util::ratio("print a permission", 31, ("append_to", &mut print), ("write! of its parts", write));
    let parts = MIX.map(|text| {
        let (kind, rest) = text.split_once(':').unwrap();
        let (names, actions) = rest.split_once(':').unwrap();
        (kind, names, actions)
    });
    let mut buffer = String::new();
    let write = || {
        for _ in 0..TIMES {
            for (kind, names, actions) in &parts {
                buffer.clear();
                write!(buffer, "{kind}:{names}:{actions}").unwrap();
                black_box(&buffer);
            }
        }
    };
    util::ratio("print a permission", 31, ("append_to", print), ("write! of its three parts", write));
    util::ratio("generate a token", 31, ("generate", generate), ("64 random bytes, encoded", random));
}

fn generate() {
    for _ in 0..1_000 {
        black_box(Token::generate().unwrap());
    }
}

fn random() {
    use base64::Engine;
    use rand::TryRng;

    for _ in 0..1_000 {
        let mut bytes = [0; 64];
        rand::rngs::SysRng.try_fill_bytes(&mut bytes).unwrap();
        black_box(base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(bytes));
    }
}

fn parse(criterion: &mut Criterion) {
    let regex = regex();
    let mut group = criterion.benchmark_group("parse");
    for text in MIX {
        group.bench_function(format!("borrowed {text}"), |bencher| {
            bencher.iter(|| Permission::parse_borrowed(black_box(text)).is_ok());
        });
        group.bench_function(format!("regex {text}"), |bencher| {
            bencher.iter(|| regex.is_match(black_box(text)));
        });
    }
    group.finish();
}

criterion_group!(benches, ratios, parse);
criterion_main!(benches);
