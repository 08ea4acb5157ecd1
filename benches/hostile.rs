//! Does any input of 1 MB take much longer than a good file of 1 MB? Each is checked beside it.

mod util;

use criterion::{Criterion, criterion_group, criterion_main};
use influxdb3_offline_tokens::Validator;
use std::time::{Duration, UNIX_EPOCH};

const SIZE: usize = 1_000_000;

fn permission(text: &str) -> String {
    let text = text.replace('\\', "\\\\").replace('"', "\\\"");
    format!(r#"{{"tokens":[{{"token":"{}","name":"a","permissions":["{text}"]}}]}}"#, util::token(0))
}

fn numbered(size: usize, item: impl Fn(usize) -> String) -> String {
    (0..)
        .map(item)
        .scan(0, |length, item| {
            *length += item.len();
            (*length < size).then_some(item)
        })
        .collect()
}

fn inputs() -> Vec<(&'static str, Vec<u8>)> {
    let repeat = |text: &str| text.repeat(SIZE / text.len());
    let escapes = permission(&format!("db:{}:red", numbered(SIZE / 8, |n| format!("n{n},"))));
    let escapes = escapes.split_once("db:").map(|(before, rest)| {
        let (list, after) = rest.split_once(":red").unwrap();
        let list: String = list.bytes().map(|byte| format!("\\u00{byte:02x}")).collect();
        format!("{before}db:{list}:red{after}")
    });
    let members = numbered(SIZE, |n| format!(r#""m{n}":1,"#));
    let open = format!(
        r#"{{"tokens":[{{"token":"{}","name":"a","permissions":[], {members}"x":1}}]}}"#,
        util::token(0)
    );
    let inputs = [
        ("one long name of a database", permission(&format!("db:{}:read", repeat("a")))),
        ("one long name of a token", format!(r#"{{"tokens":[{{"name":"{}"}}]}}"#, repeat("a"))),
        ("one long token", format!(r#"{{"tokens":[{{"token":"apiv3_{}"}}]}}"#, repeat("ab"))),
        ("deep nesting", repeat("[")),
        ("nesting as deep as may be", repeat(&format!("{}{},", "[".repeat(100), "]".repeat(100)))),
        ("the same member", format!("{{{}\"a\":1}}", repeat("\"a\":1,"))),
        ("many members of the file", format!("{{{members}\"x\":1}}")),
        ("many members of an entry", open),
        (
            "many databases",
            format!(
                r#"{{"create_databases":[{}"x"],"tokens":[]}}"#,
                numbered(SIZE, |n| format!("\"n{n}\","))
            ),
        ),
        (
            "one database, many times",
            format!(r#"{{"create_databases":[{}"x"],"tokens":[]}}"#, repeat("\"x\",")),
        ),
        ("many items", permission(&format!("db:{}x:read", numbered(SIZE, |n| format!("n{n},"))))),
        ("one item, many times", permission(&format!("db:{}x:read", repeat("x,")))),
        ("many wrong items", permission(&format!("db:{}x:read", repeat("ü,")))),
        ("many wrong actions", permission(&format!("db:x:{}read", repeat("raed,")))),
        ("empty items", permission(&format!("db:{}x:read", repeat(",")))),
        ("many colons", permission(&repeat(":"))),
        ("escapes and wrong items", escapes.unwrap()),
        ("variables that do not end: <", permission(&repeat("<"))),
        ("variables that do not end: ${", permission(&repeat("${"))),
        ("variables without names", permission(&repeat("$"))),
        ("variables", permission(&format!("db:{}x:read", repeat("$A,")))),
        ("comments", format!("{}{{}}", repeat("#\n"))),
        ("open comments", repeat("/*")),
        ("commas", format!(r#"{{"tokens":[{}]}}"#, repeat(",}"))),
        ("white space", repeat(" \n")),
    ];
    let mut inputs: Vec<(&str, Vec<u8>)> = inputs.map(|(title, text)| (title, text.into_bytes())).into();
    inputs.push(("no UTF-8", vec![0xFF; SIZE]));
    inputs.push(("no UTF-8, half", [b'a', 0xFF].repeat(SIZE / 2)));
    inputs
}

fn ratios(_: &mut Criterion) {
    let good = util::file(SIZE / 270);
    let validator = Validator::new(UNIX_EPOCH + Duration::from_secs(1_767_225_600));
    for (title, text) in inputs() {
        let (ours, good) = (|| validator.check(&text), || validator.check(good.as_bytes()));
        util::ratio(title, 3, ("hostile", ours), ("a good file", good));
    }
}

criterion_group!(benches, ratios);
criterion_main!(benches);
