//! Time of hostile inputs, compared with a valid file of the same size.
//!
//! Each input runs through every operation that reads a text, and for comparison through `serde_json`. The valid file has
//! 2,500 different lists of permissions. `!` marks a ratio over the limit. Each line ends with the operations whose time is
//! not linear: twice the size takes more than three times as long. A word on the command line selects the inputs whose
//! titles contain it.

mod util;

use criterion::{Criterion, criterion_group, criterion_main};
use influxdb3_offline_tokens::access::FileDifference;
use influxdb3_offline_tokens::diagnostic::Applicability;
use influxdb3_offline_tokens::edit;
use influxdb3_offline_tokens::edit::Change;
use influxdb3_offline_tokens::{
    Authorizer, Permission, Token, TokenEntry, TokenFile, TokenName, Validator, redact,
};
use std::fmt::Write as _;
use std::hint::black_box;
use std::time::{Duration, Instant, UNIX_EPOCH};

const SIZE: usize = 1_000_000;
/// The maximum time, as a multiple of that of a valid file.
const MAX_RATIO: f64 = 50.0;
/// The maximum for fixes.
const MAX_FIX_RATIO: f64 = 200.0;
/// The maximum time for twice the size, as a multiple.
const MAX_GROWTH: f64 = 3.0;

/// Builds texts of about this many bytes.
#[derive(Clone, Copy)]
struct Text(usize);

impl Text {
    fn repeat(self, text: &str) -> String {
        text.repeat(self.0 / text.len())
    }

    fn numbered(self, item: impl Fn(usize) -> String) -> String {
        let mut text = String::with_capacity(self.0);
        for number in 0.. {
            let item = item(number);
            if text.len() + item.len() > self.0 {
                break;
            }
            text.push_str(&item);
        }
        text
    }

    /// Returns many entries with these members.
    fn entries(self, members: impl Fn(usize) -> String) -> String {
        let list = self.numbered(|n| format!("{{{}}},\n", members(n)));
        format!("{{\"tokens\":[\n{}]}}", list.trim_end_matches(",\n"))
    }

    /// Returns one entry with many permissions.
    fn permissions(self, item: impl Fn(usize) -> String) -> String {
        permissions(self.numbered(|n| format!("{},", item(n))).trim_end_matches(','))
    }

    fn half(self) -> Self {
        Self(self.0 / 2)
    }
}

/// Returns one entry with these members after its token and name.
fn entry(members: &str) -> String {
    format!(r#"{{"tokens":[{{"token":"{}","name":"a",{members}}}]}}"#, util::token(0))
}

fn permissions(list: &str) -> String {
    entry(&format!(r#""permissions":[{list}]"#))
}

fn granted(databases: &str, names: &str) -> String {
    let databases = databases.trim_end_matches(',');
    format!(r#"{{"create_databases":[{databases}],{}"#, &permissions(&format!("\"db:{names}x:read\""))[1..])
}

fn escaped(text: &str) -> String {
    text.bytes().map(|byte| format!("\\u00{byte:02x}")).collect()
}

/// Returns a name of 16 characters, similar to the names of other numbers.
fn similar_name(n: usize, last: char) -> String {
    let letter = |n: usize| char::from(b'a' + u8::try_from(n % 26).unwrap());
    format!("sen{}or-{}a{}a-{}{last}", letter(n), letter(n / 26), letter(n / 676), letter(n / 17_576))
}

type Input = (&'static str, fn(Text) -> String);

/// Long permission strings.
const PERMISSIONS: [Input; 3] = [
    ("many items", |text| format!("db:{}x:read", text.numbered(|n| format!("n{n},")))),
    ("many unknown actions", |text| format!("db:x:{}read", text.repeat("abcde,"))),
    ("variables that end late", |text| format!("{}>", text.repeat("<${$({{"))),
];

const FILES: [Input; 20] = [
    ("one long token of words", |text| {
        format!(r#"{{"tokens":[{{"token":"apiv3_{}"}}]}}"#, text.repeat("server-"))
    }),
    ("many members of the file", |text| format!("{{{}\"x\":1}}", text.numbered(|n| format!(r#""m{n}":1,"#)))),
    ("members of an entry, nearly right", |text| {
        entry(&format!("{}\"x\":1", text.numbered(|n| format!(r#""{}":1,"#, similar_name(n, 's')))))
    }),
    ("entries with escapes everywhere", |text| {
        let [token, name, permissions] = ["token", "name", "permissions"].map(escaped);
        text.entries(|n| {
            let (secret, value) = (escaped(&util::token(n)), escaped(&format!("n{n}")));
            let permission = escaped("db:a:read");
            format!(r#""{token}":"{secret}","{name}":"{value}","{permissions}":["{permission}"]"#)
        })
    }),
    ("entries without anything", |text| text.entries(|_| String::new())),
    ("entries of misspelt members", |text| {
        text.entries(|_| r#""tokn":"a","nam":"b","expiry_milis":1,"permisions":[]"#.into())
    }),
    ("one name and one token, many times", |text| {
        text.entries(|_| r#""token":"apiv3_a","name":"a","permissions":[]"#.into())
    }),
    ("padded names that meet", |text| {
        text.entries(|n| format!(r#""name":"{}n{}""#, if n % 2 == 0 { "" } else { " " }, n / 2))
    }),
    ("one database, many times", |text| {
        format!(r#"{{"create_databases":[{}"x"],"tokens":[]}}"#, text.repeat("\"x\","))
    }),
    ("granted twice and not created", |text| granted("\"x\"", &text.numbered(|n| format!("n{n},n{n},")))),
    ("granted and nearly created", |text| {
        let half = text.half();
        granted(
            &half.numbered(|n| format!("\"{}\",", similar_name(n, 'a'))),
            &half.numbered(|n| format!("{},", similar_name(n, 'b'))),
        )
    }),
    ("redundant permissions", |text| {
        text.permissions(|n| format!("\"db:a{}:{}\"", n / 2, ["read", "read,write"][n % 2]))
    }),
    ("permissions that are objects of wrong names", |text| {
        let names = "\"a b\",".repeat(400);
        text.permissions(|_| {
            format!(r#"{{"resource_type":"db","resource_names":[{names}"a"],"actions":["raed"]}}"#)
        })
    }),
    ("deep nesting of objects", |text| text.repeat("{\"a\":")),
    ("nesting in an unknown member", |text| {
        format!(r#"{{"x":[{}0]}}"#, text.repeat(&format!("{}{},", "[".repeat(100), "]".repeat(100))))
    }),
    ("trailing commas", |text| format!(r#"{{"tokens":[],"x":[{}0]}}"#, text.repeat("[0,],"))),
    ("brackets that do not match", |text| format!(r#"{{"tokens":[{}"#, text.repeat("[{]}"))),
    ("quotes", |text| text.repeat("\"")),
    ("variables that do not end, in JSON", |text| format!(r#"{{"tokens":[{}"#, text.repeat("${"))),
    ("comments that do not end, in JSON", |text| format!(r#"{{"tokens":[{}"#, text.repeat("/* "))),
];

fn inputs(size: usize) -> Vec<(&'static str, Vec<u8>)> {
    let permissions =
        PERMISSIONS.iter().map(|(title, make)| (*title, permissions(&format!("\"{}\"", make(Text(size))))));
    let files = FILES.iter().map(|(title, make)| (*title, make(Text(size))));
    let texts = files.chain(permissions).map(|(title, text)| (title, text.into_bytes()));
    let invalid = [b"{\"x\":\"".to_vec(), [b'a', 0xFF].repeat(size / 2), b"\"}".to_vec()].concat();
    texts.chain([("no UTF-8 in a string", invalid)]).collect()
}

struct Operation {
    name: &'static str,
    max_ratio: f64,
    run: Box<dyn Fn(&[u8])>,
}

fn operations() -> Vec<Operation> {
    let validator = Validator::new(UNIX_EPOCH + Duration::from_secs(1_767_225_600));
    let (safe, all) = (validator.clone(), validator.clone());
    let fix =
        |validator: &Validator, text: &[u8], up_to| drop(black_box(validator.fix(text, up_to).unwrap()));
    let entry = TokenEntry::new(TokenName::parse("another").unwrap(), Token::parse("apiv3_another").unwrap());
    let append = [Change::append([entry])];
    let operation = |name, run: Box<dyn Fn(&[u8])>| Operation { name, max_ratio: MAX_RATIO, run };
    let fix_operation = |name, run: Box<dyn Fn(&[u8])>| Operation { name, max_ratio: MAX_FIX_RATIO, run };
    vec![
        operation("check", Box::new(move |text| drop(black_box(validator.check(text))))),
        operation("parse", Box::new(|text| drop(black_box(TokenFile::parse(text))))),
        operation("redact", Box::new(|text| drop(black_box(redact(text))))),
        operation("append", Box::new(move |text| drop(black_box(edit::apply(Some(text), &append))))),
        fix_operation("fix", Box::new(move |text| fix(&safe, text, Applicability::Safe))),
        fix_operation("fix all", Box::new(move |text| fix(&all, text, Applicability::Unsafe))),
        operation(
            "serde_json",
            Box::new(|text| drop(black_box(serde_json::from_slice::<serde_json::Value>(text)))),
        ),
    ]
}

fn time(run: impl FnOnce()) -> f64 {
    let start = Instant::now();
    run();
    start.elapsed().as_secs_f64()
}

/// Returns the shortest time of `run` and of `good` in three runs. Does not repeat a `run` of over half a second.
fn shortest(run: impl Fn(), good: impl Fn()) -> (f64, f64) {
    let (mut ours, mut theirs) = (time(&run), time(&good));
    for _ in 0..2 {
        if ours < 0.5 {
            ours = ours.min(time(&run));
        }
        theirs = theirs.min(time(&good));
    }
    (ours, theirs)
}

fn texts(_: &mut Criterion) {
    let good = util::tenants(SIZE / 270);
    let operations = operations();
    let filter = title_filter();
    for Operation { name, run, .. } in &operations {
        println!("{name}: {:.2} ms for a good file", shortest(|| run(good.as_bytes()), || ()).0 * 1e3);
    }
    let mut worst = vec![(0.0, ""); operations.len()];
    let inputs = inputs(SIZE).into_iter().zip(self::inputs(SIZE / 2));
    for ((title, text), (_, half)) in inputs.filter(|((title, _), _)| title.contains(&filter)) {
        let (mut line, mut growth) = (String::new(), String::new());
        for (Operation { name, max_ratio, run }, worst) in operations.iter().zip(&mut worst) {
            let (ours, theirs) = shortest(|| run(&text), || run(good.as_bytes()));
            let ratio = ours / theirs;
            let mark = if ratio > *max_ratio { "!" } else { "" };
            let _ = write!(line, "{name} {ratio:.1}{mark}  ");
            // The growth of shorter times is mostly noise.
            if ratio > 1.0 {
                let (whole, half) = shortest(|| run(&text), || run(&half));
                let factor = whole.min(ours) / half;
                if factor > MAX_GROWTH {
                    let _ = write!(growth, "  {name} {factor:.1}!");
                }
            }
            if ratio > worst.0 {
                *worst = (ratio, title);
            }
        }
        let growth = if growth.is_empty() { "  linear" } else { &growth };
        println!("{title:42} {line}twice the size:{growth}");
    }
    for (Operation { name, .. }, (ratio, title)) in operations.iter().zip(worst) {
        println!("ratio {ratio:5.1}  {name}: the worst is `{title}`");
    }
}

/// Returns the word on the command line, or an empty string.
fn title_filter() -> String {
    std::env::args().skip(1).find(|word| !word.starts_with('-')).unwrap_or_default()
}

/// Times the functions of one permission, and the functions of parsed files.
fn values(_: &mut Criterion) {
    let good = format!("db:{}x:read", Text(SIZE).numbered(|n| format!("database{n},")));
    let filter = title_filter();
    for (title, make) in PERMISSIONS.iter().filter(|(title, _)| title.contains(&filter)) {
        let text = make(Text(SIZE));
        let parse = shortest(
            || drop(black_box(Permission::parse(&text))),
            || drop(black_box(Permission::parse(&good))),
        );
        let errors = shortest(
            || drop(black_box(Permission::errors(&text))),
            || drop(black_box(Permission::parse(&good))),
        );
        println!("{title:42} Permission::parse {:.1}  errors {:.1}", parse.0 / parse.1, errors.0 / errors.1);
    }
    let good = TokenFile::parse(util::tenants(SIZE / 270).as_bytes()).unwrap();
    for (title, text) in inputs(SIZE).into_iter().filter(|(title, _)| title.contains(&filter)) {
        let Ok(file) = TokenFile::parse(&text) else { continue };
        let new =
            shortest(|| drop(black_box(Authorizer::new(&file))), || drop(black_box(Authorizer::new(&good))));
        let compare = |file: &TokenFile| drop(black_box(FileDifference::new(file, &TokenFile::default())));
        let compare = shortest(|| compare(&file), || compare(&good));
        println!("{title:42} Authorizer {:.1}  FileDifference {:.1}", new.0 / new.1, compare.0 / compare.1);
    }
}

criterion_group!(benches, texts, values);
criterion_main!(benches);
