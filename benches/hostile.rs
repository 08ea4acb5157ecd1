//! Does any input of 1 MB take much longer than a good file of 1 MB? Each goes through everything that takes a text, and a
//! good file beside it, in which every token has permissions of its own. `serde_json` reads both into a `Value`, to show what
//! it takes of such inputs by itself. A word on the command line picks the inputs whose titles have it.

#![allow(clippy::too_many_lines, reason = "tables of inputs")]

mod util;

use criterion::{Criterion, criterion_group, criterion_main};
use influxdb3_offline_tokens::edit::{self, Change, IfExists};
use influxdb3_offline_tokens::{
    Applicability, Authorizer, FileDifference, Permission, Token, TokenEntry, TokenFile, TokenName,
    Validator, redact,
};
use std::fmt::Write as _;
use std::hint::black_box;
use std::time::{Duration, Instant, UNIX_EPOCH};

const SIZE: usize = 1_000_000;
/// More than this many times a good file is too much.
const TOO_MUCH: f64 = 10.0;

fn repeat(text: &str) -> String {
    text.repeat(SIZE / text.len())
}

fn numbered_to(size: usize, item: impl Fn(usize) -> String) -> String {
    let mut text = String::with_capacity(size);
    for number in 0.. {
        let item = item(number);
        if text.len() + item.len() > size {
            break;
        }
        text.push_str(&item);
    }
    text
}

fn numbered(item: impl Fn(usize) -> String) -> String {
    numbered_to(SIZE, item)
}

/// One entry with these members behind its token and name.
fn entry(members: &str) -> String {
    format!(r#"{{"tokens":[{{"token":"{}","name":"a",{members}}}]}}"#, util::token(0))
}

fn permissions(list: &str) -> String {
    entry(&format!(r#""permissions":[{list}]"#))
}

fn permission(text: &str) -> String {
    permissions(&format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\"")))
}

/// Many entries, each of these members.
fn entries(members: impl Fn(usize) -> String) -> String {
    let list = numbered(|n| format!("{{{}}},\n", members(n)));
    format!("{{\"tokens\":[\n{}]}}", list.trim_end_matches(",\n"))
}

fn good_entries(members: impl Fn(usize) -> String) -> String {
    entries(|n| {
        format!(r#""token":"{}","name":"n{n}","permissions":["db:d:read"],{}"#, util::token(n), members(n))
    })
}

fn created(list: &str, rest: &str) -> String {
    format!(r#"{{"create_databases":[{}],{rest}}}"#, list.trim_end_matches(','))
}

fn escaped(text: &str) -> String {
    text.bytes().map(|byte| format!("\\u00{byte:02x}")).collect()
}

/// Names that are all near each other, and none the same: 16 characters with two of them different.
fn near(n: usize, last: char) -> String {
    let letter = |n: usize| char::from(b'a' + u8::try_from(n % 26).unwrap());
    format!("sen{}or-{}a{}a-{}{last}", letter(n), letter(n / 26), letter(n / 676), letter(n / 17_576))
}

fn names_and_members() -> Vec<(&'static str, String)> {
    let list = |item: &str| repeat(item).trim_end_matches(',').to_string();
    vec![
        ("one long name of a token", format!(r#"{{"tokens":[{{"name":"{}"}}]}}"#, repeat("a"))),
        ("one long token", format!(r#"{{"tokens":[{{"token":"apiv3_{}"}}]}}"#, repeat("ab"))),
        (
            "one long token of all kinds",
            format!(r#"{{"tokens":[{{"token":"apiv3_{}"}}]}}"#, repeat("aZ09-_x5")),
        ),
        (
            "one long token, hexadecimal",
            format!(r#"{{"tokens":[{{"token":"apiv3_{}"}}]}}"#, numbered(|n| format!("{:x}", n * 7_919))),
        ),
        ("one long token of words", format!(r#"{{"tokens":[{{"token":"apiv3_{}"}}]}}"#, repeat("server-"))),
        (
            "one long token with wrong characters",
            format!(r#"{{"tokens":[{{"token":"apiv3_{}"}}]}}"#, repeat("a ")),
        ),
        ("one long token without its prefix", format!(r#"{{"tokens":[{{"token":"{}"}}]}}"#, repeat("apiv"))),
        (
            "one long name of white space",
            entry(&format!(r#""permissions":[],"x":1}},{{"name":"{}""#, repeat(" "))),
        ),
        ("the same member", format!("{{{}\"a\":1}}", repeat("\"a\":1,"))),
        ("the same member of an entry", entry(&format!("{}\"a\":1", repeat("\"a\":1,")))),
        ("the name of an entry, many times", entry(&format!("{}\"a\":1", repeat("\"name\":1,")))),
        ("many members of the file", format!("{{{}\"x\":1}}", numbered(|n| format!(r#""m{n}":1,"#)))),
        (
            "members of the file, nearly right",
            format!("{{{}\"x\":1}}", numbered(|n| format!(r#""creat_datbase{n}":1,"#))),
        ),
        ("many members of an entry", entry(&format!("{}\"x\":1", numbered(|n| format!(r#""m{n}":1,"#))))),
        (
            "members of an entry, nearly right",
            entry(&format!("{}\"x\":1", numbered(|n| format!(r#""{}":1,"#, near(n, 's'))))),
        ),
        (
            "members of an entry, nearly permissions",
            format!(r#"{{"tokens":[{{{}"x":1}}]}}"#, numbered(|n| format!(r#""prmss{n:05}":1,"#))),
        ),
        ("keys only", format!("{{{}\"x\":1}}", numbered(|n| format!(r#""{n}":{{}},"#)))),
        (
            "escapes in every member",
            format!(
                "{{{}\"x\":1}}",
                numbered(|n| format!(r#""{}":"{}","#, escaped(&format!("m{n}")), escaped("v")))
            ),
        ),
        (
            "entries with escapes everywhere",
            entries(|n| {
                format!(
                    r#""{}":"{}","{}":"{}","{}":["{}"]"#,
                    escaped("token"),
                    escaped(&util::token(n)),
                    escaped("name"),
                    escaped(&format!("n{n}")),
                    escaped("permissions"),
                    escaped("db:a:read"),
                )
            }),
        ),
        ("entries without anything", format!(r#"{{"tokens":[{}]}}"#, list("{},"))),
        ("entries that are numbers", format!(r#"{{"tokens":[{}]}}"#, list("1,"))),
        ("entries that are lists", format!(r#"{{"tokens":[{}]}}"#, list("[],"))),
        ("entries of empty strings", entries(|_| r#""token":"","name":"","permissions":[]"#.into())),
        (
            "entries of wrong types",
            entries(|_| r#""token":1,"name":2,"expiry_millis":"x","permissions":3"#.into()),
        ),
        (
            "entries of misspelt members",
            entries(|_| r#""tokn":"a","nam":"b","expiry_milis":1,"permisions":[]"#.into()),
        ),
        (
            "entries of the HTTP API",
            entries(|n| {
                format!(
                    r#""token_name":"a{n}","expiry_secs":1,"permissions":[{{"resource_type":"db","resource_names":["a"],"actions":["read"]}}]"#
                )
            }),
        ),
        (
            "the file as the HTTP API has it",
            format!(r#"{{"token_name":"a",{}"expiry_secs":1}}"#, numbered(|n| format!(r#""m{n}":1,"#))),
        ),
        (
            "one name and one token, many times",
            entries(|_| r#""token":"apiv3_a","name":"a","permissions":[]"#.into()),
        ),
        ("a long name, many times", entries(|_| format!(r#""name":"{}""#, "a".repeat(500)))),
        (
            "a long token in escapes, many times",
            entries(|_| format!(r#""token":"apiv3_{}""#, escaped(&"a".repeat(100)))),
        ),
        ("padded names", entries(|n| format!(r#""token":"apiv3_{n}","name":" n{n} ","permissions":[]"#))),
        (
            "padded names that meet",
            entries(|n| format!(r#""name":"{}n{}""#, if n % 2 == 0 { "" } else { " " }, n / 2)),
        ),
        ("weak tokens", entries(|n| format!(r#""token":"apiv3_secret-{n}","name":"n{n}","permissions":[]"#))),
        (
            "tokens of one letter",
            entries(|n| format!(r#""token":"apiv3_{}{n}","name":"n{n}","permissions":[]"#, "a".repeat(200))),
        ),
        (
            "tokens that repeat",
            entries(|n| {
                format!(r#""token":"apiv3_{}{n}","name":"n{n}","permissions":[]"#, "abc1abc2abd1".repeat(16))
            }),
        ),
        (
            "tokens of words",
            entries(|n| {
                format!(
                    r#""token":"apiv3_{}{n}","name":"n{n}","permissions":[]"#,
                    "server-client-".repeat(14)
                )
            }),
        ),
        (
            "hexadecimal tokens",
            entries(|n| {
                format!(
                    r#""token":"apiv3_{:032x}{:032x}","name":"n{n}","permissions":[]"#,
                    (n as u128 + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15_F39C_C060_5CED_C835),
                    (n as u128 + 7).wrapping_mul(0xD1B5_4A32_D192_ED03_9E37_79B9_7F4A_7C15)
                )
            }),
        ),
        ("tokens with colons", good_entries(|_| String::from(r#""x":1"#)).replace("apiv3_", "apiv3_:")),
        (
            "tokens in a scheme",
            entries(|n| format!(r#""token":"Bearer apiv3_{n}","name":"n{n}","permissions":[]"#)),
        ),
        (
            "tokens with wrong characters",
            entries(|n| format!(r#""token":"apiv3_ü{n}","name":"n{n}","permissions":[]"#)),
        ),
        (
            "placeholder tokens",
            entries(|n| format!(r#""token":"apiv3_your_token_{n}","name":"n{n}","permissions":[]"#)),
        ),
        ("reserved names", entries(|_| r#""name":"_admin""#.into())),
        ("half characters", entries(|_| r#""name":"\ud800""#.into())),
        ("half characters in keys", format!("{{{}\"x\":1}}", repeat(r#""\ud800":1,"#))),
        ("expired", good_entries(|n| format!(r#""expiry_millis":15000000{n:05}"#))),
        ("expiry in seconds", good_entries(|_| r#""expiry_millis":1756400061"#.into())),
        ("expiry too fine", good_entries(|_| r#""expiry_millis":1756400061529000"#.into())),
        ("expiry as text", good_entries(|_| r#""expiry_millis":"2030-01-01T00:00:00Z""#.into())),
        ("expiry as a duration", good_entries(|_| r#""expiry_millis":"90d 3h""#.into())),
        ("expiry of many digits", entry(&format!(r#""permissions":[],"expiry_millis":{}"#, repeat("1")))),
        ("expiry of a long text", entry(&format!(r#""permissions":[],"expiry_millis":"{}""#, repeat("1s ")))),
        (
            "expiry of many digits behind the point",
            entries(|_| format!(r#""expiry_millis":1.{}"#, "7".repeat(770))),
        ),
        ("never", good_entries(|_| r#""x":1"#.into())),
        (
            "permissions that are no list",
            entries(|n| format!(r#""token":"apiv3_{n}","name":"n{n}","permissions":"db:a:read""#)),
        ),
        ("a list in a string", entry(&format!(r#""permissions":"[{}\"a\"]""#, repeat(r#"\"a\","#)))),
    ]
}

fn databases() -> Vec<(&'static str, String)> {
    let one = |names: &str| {
        format!(r#""tokens":[{{"token":"{}","name":"a","permissions":["{names}"]}}]"#, util::token(0))
    };
    let half = |item: &dyn Fn(usize) -> String| numbered_to(SIZE / 2, item);
    vec![
        ("many databases", created(&numbered(|n| format!("\"n{n}\",")), r#""tokens":[]"#)),
        ("one database, many times", created(&repeat("\"x\","), r#""tokens":[]"#)),
        ("wrong databases", created(&repeat("\"ü\","), r#""tokens":[]"#)),
        ("databases that are numbers", created(&repeat("1,"), r#""tokens":[]"#)),
        ("databases in one string", format!(r#"{{"create_databases":"{}x","tokens":[]}}"#, repeat("x,"))),
        ("databases called *", created(&repeat("\"*\","), r#""tokens":[]"#)),
        ("placeholder databases", created(&numbered(|n| format!("\"DATABASE{n}\",")), r#""tokens":[]"#)),
        ("databases of 65 letters", created(&numbered(|n| format!("\"{n:0>65}\",")), r#""tokens":[]"#)),
        (
            "granted and not created",
            created("\"x\"", &one(&format!("db:{}x:read", numbered(|n| format!("n{n},"))))),
        ),
        (
            "granted twice and not created",
            created("\"x\"", &one(&format!("db:{}x:read", numbered(|n| format!("n{n},n{n},"))))),
        ),
        (
            "granted and nearly created",
            created(
                &half(&|n| format!("\"{}\",", near(n, 'a'))),
                &one(&format!("db:{}x:read", half(&|n| format!("{},", near(n, 'b'))))),
            ),
        ),
        (
            "granted and created, of one length",
            created(
                &half(&|n| format!("\"n{n:06}\",")),
                &one(&format!("db:{}x:read", half(&|n| format!("m{n:06},")))),
            ),
        ),
        (
            "granted and created, short",
            created(
                &half(&|n| format!("\"{n:x}\",")),
                &one(&format!("db:{}x:read", half(&|n| format!("z{n:x},")))),
            ),
        ),
        (
            "granted by many and nearly created",
            created(
                &half(&|n| format!("\"{}\",", near(n, 'a'))),
                &format!(
                    r#""tokens":[{}{{}}]"#,
                    half(&|n| format!(r#"{{"permissions":["db:{}:read"]}},"#, near(n, 'b')))
                ),
            ),
        ),
    ]
}

fn permission_strings() -> Vec<(&'static str, String)> {
    let names = |item: &str| permission(&format!("db:{}x:read", repeat(item)));
    let escaped_names =
        permission(&format!("db:{}:red", escaped(&numbered_to(SIZE / 8, |n| format!("n{n},")))));
    let escaped_names = escaped_names.replace("\\\\u", "\\u");
    vec![
        ("one long name of a database", permission(&format!("db:{}:read", repeat("a")))),
        ("many items", permission(&format!("db:{}x:read", numbered(|n| format!("n{n},"))))),
        ("one item, many times", names("x,")),
        ("one long item, many times", names(&format!("{},", "x".repeat(500)))),
        ("many wrong items", names("ü,")),
        ("many wrong actions", permission(&format!("db:x:{}read", repeat("raed,")))),
        ("many unknown actions", permission(&format!("db:x:{}read", repeat("abcde,")))),
        (
            "many actions of long names",
            permission(&format!("db:x:{}read", numbered(|n| format!("descrbie{n},")))),
        ),
        ("many actions, the same", permission(&format!("db:x:{}read", repeat("write,")))),
        ("undocumented actions", permission(&format!("db:x:{}read", repeat("create,")))),
        ("system resources", permission(&format!("system:{}ping:read", repeat("healht,")))),
        ("system resources, the same", permission(&format!("system:{}ping:read", repeat("health,")))),
        ("empty items", names(",")),
        ("blank items", names(" ,")),
        ("padded items", names(" a ,")),
        ("wildcards among names", names("*,")),
        ("patterns", names("a*,")),
        ("many colons", permission(&repeat(":"))),
        ("many right actions behind colons", permission(&format!("db:a{}", repeat(":read")))),
        ("permissions in one string", permission(&repeat("db:a:read,"))),
        ("permissions in one string, nearly", permission(&repeat(",db:a"))),
        ("escapes and wrong items", escaped_names),
        ("variables that do not end: <", permission(&repeat("<"))),
        ("variables that do not end: ${", permission(&repeat("${"))),
        ("variables that end late", permission(&format!("{}>", repeat("<${$({{")))),
        ("variables without names", permission(&repeat("$"))),
        ("variables", names("$A,")),
        ("variables with separators", names("${a:b,c},")),
        ("words with signs between", permission(&format!("db:x:{}read", repeat("read;write,")))),
        ("one word with signs between", permission(&format!("db:x:{}read", repeat("read;")))),
        ("look-alikes", names("dаta,")),
        ("slashes", names("a/b/c,")),
    ]
}

fn permission_lists() -> Vec<(&'static str, String)> {
    let list = |item: &dyn Fn(usize) -> String| {
        permissions(numbered(|n| format!("\"{}\",", item(n))).trim_end_matches(','))
    };
    vec![
        ("many permissions", list(&|n| format!("db:n{n}:read"))),
        ("one permission, many times", list(&|_| "db:a:read".into())),
        (
            "redundant permissions",
            list(&|n| format!("db:a{}:{}", n / 2, if n % 2 == 0 { "read" } else { "read,write" })),
        ),
        ("permissions that cover each other", list(&|n| format!("db:a{},a{}:read", n, n + 1))),
        ("hidden by all", list(&|n| if n == 0 { "db:*:read,write".into() } else { format!("db:n{n}:read") })),
        (
            "hidden by all, backwards",
            list(&|n| if n == 0 { "db:*:read,write".into() } else { format!("db:n{}:read", 900_000 - n) }),
        ),
        (
            "all databases, many times",
            list(&|n| format!("db:*:{}", ["read", "write", "create", "delete"][n % 4])),
        ),
        ("all databases of many tokens", entries(|_| r#""permissions":["db:*:write"]"#.into())),
        (
            "two permissions that meet, of many tokens",
            entries(|_| r#""permissions":["db:a:read","db:a:write,read"]"#.into()),
        ),
        (
            "eight permissions of many tokens",
            entries(|_| {
                format!(
                    r#""permissions":[{}]"#,
                    (0..8)
                        .map(|n| format!("\"db:a{n},b{n},c{n},d{n},e{n},f{n},g{n},h{n}:read\""))
                        .collect::<Vec<_>>()
                        .join(",")
                )
            }),
        ),
        (
            "short lists of many tokens",
            entries(|_| {
                format!(
                    r#""permissions":["db:{}:read"]"#,
                    (10..35).map(|n| n.to_string()).collect::<Vec<_>>().join(",")
                )
            }),
        ),
        ("the internal database", list(&|_| "db:_internal:read".into())),
        ("wrong permissions", list(&|_| "db:a:reed".into())),
        ("parts that are missing", list(&|_| "db".into())),
        ("unknown types", list(&|n| format!("dbs{n}:a:read"))),
        ("admin permissions", list(&|_| "*:*:*".into())),
        ("permissions that are numbers", permissions(repeat("1,").trim_end_matches(','))),
        (
            "permissions that are objects",
            permissions(
                repeat(r#"{"resource_type":"db","resource_names":["a"],"actions":["read"]},"#)
                    .trim_end_matches(','),
            ),
        ),
        (
            "one permission that is a large object",
            permissions(&format!(
                r#"{{"resource_type":"db","resource_names":[{}"a"],"actions":["read"]}}"#,
                repeat("\"a\",")
            )),
        ),
        (
            "permissions that are objects of empty names",
            permissions(
                repeat(&format!(
                    r#"{{"resource_type":"db","resource_names":[{}"a"],"actions":["read"]}},"#,
                    "\"\",".repeat(4_000)
                ))
                .trim_end_matches(','),
            ),
        ),
        (
            "permissions that are objects of wrong names",
            permissions(
                repeat(&format!(
                    r#"{{"resource_type":"db","resource_names":[{}"a"],"actions":["raed"]}},"#,
                    "\"a b\",".repeat(400)
                ))
                .trim_end_matches(','),
            ),
        ),
        (
            "one permission of many members",
            permissions(&format!(r#"{{{}"actions":["read"]}}"#, repeat("\"a\":1,"))),
        ),
    ]
}

fn broken() -> Vec<(&'static str, String)> {
    let comments = |comment: &str| format!("{}{{\"tokens\":[]}}", repeat(comment));
    vec![
        ("deep nesting", repeat("[")),
        ("deep nesting of objects", repeat("{\"a\":")),
        ("nesting as deep as may be", repeat(&format!("{}{},", "[".repeat(100), "]".repeat(100)))),
        (
            "nesting in an unknown member",
            format!(r#"{{"x":[{}0]}}"#, repeat(&format!("{}{},", "[".repeat(100), "]".repeat(100)))),
        ),
        ("empty lists in an unknown member", format!(r#"{{"x":[{}0]}}"#, repeat("[],"))),
        ("lists of one in an unknown member", format!(r#"{{"x":[{}0]}}"#, repeat("[0],"))),
        ("objects in an unknown member", format!(r#"{{"x":[{}0]}}"#, repeat("{\"\":0},"))),
        ("numbers in an unknown member", format!(r#"{{"x":[{}0]}}"#, repeat("1,"))),
        ("strings in an unknown member", format!(r#"{{"x":[{}0]}}"#, repeat("\"\","))),
        ("escapes in an unknown member", format!(r#"{{"x":"{}"}}"#, repeat("\\n"))),
        ("strings in front of an escape", format!(r#"{{"x":[{}"\n"]}}"#, repeat("\"\","))),
        ("one huge number", format!(r#"{{"x":{}}}"#, repeat("9"))),
        ("huge exponents", format!(r#"{{"x":[{}0]}}"#, repeat("1e999999999,"))),
        ("an array at the top", format!("[{}]", repeat("{},").trim_end_matches(','))),
        ("a string at the top", format!("\"{}\"", repeat("a"))),
        ("a bare token", format!("apiv3_{}", repeat("a"))),
        (
            "tokens as an object",
            format!(r#"{{"tokens":{{{}"name":1}}}}"#, numbered(|n| format!(r#""m{n}":1,"#))),
        ),
        ("comments", comments("#\n")),
        ("comments of two slashes", comments("//\n")),
        ("comments on one line", comments("/**/")),
        ("comments that do not end", repeat("/* ")),
        ("comments that do not end, in JSON", format!(r#"{{"tokens":[{}"#, repeat("/* "))),
        ("open comments", repeat("/*")),
        ("trailing commas", format!(r#"{{"tokens":[],"x":[{}0]}}"#, repeat("[0,],"))),
        ("trailing commas and an error", format!(r#"{{"tokens":[],"x":[{}0"#, repeat("[0,],"))),
        ("commas", format!(r#"{{"tokens":[{}]}}"#, repeat(",}"))),
        ("white space", repeat(" \n")),
        ("white space in front of an error", format!("{}x", repeat(" \n"))),
        ("quotes", repeat("\"")),
        ("quotes on lines", repeat("\"\n")),
        ("single quotes", repeat("'a',")),
        ("cut off in a string", format!(r#"{{"tokens":["{}"#, repeat("a"))),
        ("cut off at the end", {
            let file = util::file(SIZE / 270);
            file[..file.len() - 4].into()
        }),
        ("a second document", util::file(SIZE / 540).repeat(2)),
        ("an error on the last of many lines", format!("{{{}", repeat("\n\n\n\n\n\n\n\n"))),
        ("brackets that close", repeat("}")),
        ("words", repeat("apiv3_ab cdefghijk ")),
        ("prefixes", repeat("apiv3")),
        ("prefixes, nearly", format!(r#"{{"tokens":[{{"name":"{}"}}]}}"#, repeat("apiv"))),
        ("random in a name", format!(r#"{{"tokens":[{{"name":"{}"}}]}}"#, repeat("aaaaaaaaaaaaaaaaaaaaA "))),
    ]
}

fn inputs() -> Vec<(&'static str, Vec<u8>)> {
    let texts =
        [names_and_members(), databases(), permission_strings(), permission_lists(), broken()].concat();
    let mut inputs: Vec<(&str, Vec<u8>)> =
        texts.into_iter().map(|(title, text)| (title, text.into_bytes())).collect();
    inputs.push(("no UTF-8", vec![0xFF; SIZE]));
    inputs.push(("no UTF-8, half", [b'a', 0xFF].repeat(SIZE / 2)));
    inputs.push((
        "no UTF-8 in a string",
        [b"{\"x\":\"".to_vec(), [b'a', 0xFF].repeat(SIZE / 2), b"\"}".to_vec()].concat(),
    ));
    inputs.push(("no UTF-8, in two", [0xF0, 0x9F].repeat(SIZE / 2)));
    inputs.push(("zeros", vec![0; SIZE]));
    inputs
}

type Operation = (&'static str, Box<dyn Fn(&[u8])>);

fn operations() -> Vec<Operation> {
    let validator = Validator::new(UNIX_EPOCH + Duration::from_secs(1_767_225_600));
    let (safe, all) = (validator.clone(), validator.clone());
    let fix =
        |validator: &Validator, text: &[u8], up_to| drop(black_box(validator.fix(text, up_to).unwrap()));
    let entry = TokenEntry::new(TokenName::parse("another").unwrap(), Token::parse("apiv3_another").unwrap());
    let append = [Change::Append { entries: vec![entry], if_exists: IfExists::Refuse }];
    vec![
        ("check", Box::new(move |text| drop(black_box(validator.check(text))))),
        ("parse", Box::new(|text| drop(black_box(TokenFile::parse(text))))),
        ("redact", Box::new(|text| drop(black_box(redact(text))))),
        ("append", Box::new(move |text| drop(black_box(edit::apply(Some(text), &append))))),
        ("fix", Box::new(move |text| fix(&safe, text, Applicability::Safe))),
        ("fix all", Box::new(move |text| fix(&all, text, Applicability::Ask))),
        ("serde_json", Box::new(|text| drop(black_box(serde_json::from_slice::<serde_json::Value>(text))))),
    ]
}

fn time(run: impl FnOnce()) -> f64 {
    let start = Instant::now();
    run();
    start.elapsed().as_secs_f64()
}

/// The least of a few times of `run`, and of `good` beside it; a run that takes long takes place once.
fn least(run: impl Fn(), good: impl Fn()) -> (f64, f64) {
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
    let picked = picked();
    for (name, run) in &operations {
        println!("{name}: {:.2} ms for a good file", least(|| run(good.as_bytes()), || ()).0 * 1e3);
    }
    let mut worst = vec![(0.0, ""); operations.len()];
    for (title, text) in inputs().into_iter().filter(|(title, _)| title.contains(&picked)) {
        let mut line = String::new();
        for ((name, run), worst) in operations.iter().zip(&mut worst) {
            let (ours, theirs) = least(|| run(&text), || run(good.as_bytes()));
            let ratio = ours / theirs;
            let mark = if ratio > TOO_MUCH { "!" } else { "" };
            let _ = write!(line, "{name} {ratio:.1}{mark}  ");
            if ratio > worst.0 {
                *worst = (ratio, title);
            }
        }
        println!("{title:42} {line}");
    }
    for ((name, _), (ratio, title)) in operations.iter().zip(worst) {
        println!("ratio {ratio:5.1}  {name}: the worst is `{title}`");
    }
}

/// The word on the command line.
fn picked() -> String {
    std::env::args().skip(1).find(|word| !word.starts_with('-')).unwrap_or_default()
}

/// What takes one permission, or files that are read already.
fn values(_: &mut Criterion) {
    let good = format!("db:{}x:read", numbered(|n| format!("database{n},")));
    let picked = picked();
    for (title, text) in permission_strings().into_iter().filter(|(title, _)| title.contains(&picked)) {
        let text: String = text.split('"').nth(11).unwrap_or_default().into();
        let parse =
            least(|| drop(black_box(Permission::parse(&text))), || drop(black_box(Permission::parse(&good))));
        let errors = least(
            || drop(black_box(Permission::errors(&text))),
            || drop(black_box(Permission::parse(&good))),
        );
        println!("{title:42} Permission::parse {:.1}  errors {:.1}", parse.0 / parse.1, errors.0 / errors.1);
    }
    let good = TokenFile::parse(util::tenants(SIZE / 270).as_bytes()).unwrap();
    for (title, text) in [names_and_members(), databases(), permission_strings(), permission_lists()].concat()
    {
        let Ok(file) = TokenFile::parse(text.as_bytes()) else { continue };
        let new =
            least(|| drop(black_box(Authorizer::new(&file))), || drop(black_box(Authorizer::new(&good))));
        let compare =
            |file: &TokenFile| drop(black_box(FileDifference::between(file, &TokenFile::default())));
        let compare = least(|| compare(&file), || compare(&good));
        println!("{title:42} Authorizer {:.1}  FileDifference {:.1}", new.0 / new.1, compare.0 / compare.1);
    }
}

criterion_group!(benches, texts, values);
criterion_main!(benches);
