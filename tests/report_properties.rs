//! Properties of reports and of parsed files, for fixtures, generated files and any bytes.

#[path = "util/layout.rs"]
mod layout;
mod laws;
#[path = "util/mistakes.rs"]
mod mistakes;
#[path = "util/props.rs"]
mod props;
mod util;

use std::collections::BTreeSet;
use std::sync::LazyLock;

use influxdb3_offline_tokens::{
    Code, Expiry, Permission, Release, Severity, TokenFile, Validator, redact, strategies,
};
use laws::{report, secret};
use props::cases;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{Index, select};
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;
use serde_json::Value;

fn validator() -> Validator {
    Validator::new(util::now())
}

/// The small fixtures, also with the canary as their tokens.
static SEEDS: LazyLock<Vec<Vec<u8>>> = LazyLock::new(|| laws::seeds::files(&util::fixtures()));

#[derive(Clone, Debug)]
enum Insertion {
    Bytes(Vec<u8>),
    Copy(Index, usize),
}

/// An offset, the number of bytes to delete there, and an insertion.
type Edit = (Index, usize, Insertion);

fn edits() -> impl Strategy<Value = Vec<Edit>> + Clone {
    #[rustfmt::skip]
    let pieces = [
        "\"", "{", "}", "[", "]", ",", ":", "\\", "\\u0", "\\ud800", "\n", "//", "/*", "*/", "#", "'", "0", "-", ".", "e9",
        "null", "apiv3_", "\u{FEFF}", "\u{e9}", "*", "$", "\"tokens\":", "\"token\":", "\"name\":\"a\",",
        "\"permissions\":[],", util::CANARY, " ", "\t", "=", "True",
    ];
    let insertion = prop_oneof![
        4 => select(pieces.to_vec()).prop_map(|piece| Insertion::Bytes(piece.into())),
        1 => (any::<Index>(), 1..60_usize).prop_map(|(from, length)| Insertion::Copy(from, length)),
    ];
    let nothing = || Just(Insertion::Bytes(Vec::new()));
    let edit = prop_oneof![
        1 => (any::<Index>(), Just(1), any::<u8>().prop_map(|byte| Insertion::Bytes(vec![byte]))),
        1 => (any::<Index>(), 1..30_usize, nothing()),
        1 => (any::<Index>(), Just(usize::MAX), nothing()),
        2 => (any::<Index>(), Just(0), insertion),
    ];
    vec(edit, 0..4)
}

fn edited(mut bytes: Vec<u8>, edits: Vec<Edit>) -> Vec<u8> {
    for (at, delete, insertion) in edits {
        let part = |at: Index, length: usize| {
            let start = at.index(bytes.len() + 1);
            start..start.saturating_add(length).min(bytes.len())
        };
        let insertion = match insertion {
            Insertion::Bytes(piece) => piece,
            Insertion::Copy(from, length) => bytes[part(from, length)].to_vec(),
        };
        bytes.splice(part(at, delete), insertion);
    }
    bytes
}

fn any_bytes() -> impl Strategy<Value = Vec<u8>> {
    bytes_with(edits())
}

/// Excludes copied bytes, because a piece of a token without its prefix may be a name.
fn bytes_with_whole_tokens() -> impl Strategy<Value = Vec<u8>> {
    bytes_with(edits().prop_map(|mut edits| {
        edits.retain(|(.., insertion)| matches!(insertion, Insertion::Bytes(_)));
        edits
    }))
}

fn bytes_with(edits: impl Strategy<Value = Vec<Edit>> + Clone) -> impl Strategy<Value = Vec<u8>> {
    let seed = any::<Index>().prop_map(|at| at.get(&SEEDS).clone());
    let generated =
        prop_oneof![layout::token_file_json(), mistakes::mistaken_file().prop_map(|(json, _)| json)];
    prop_oneof![
        8 => (seed, edits.clone()).prop_map(|(seed, edits)| edited(seed, edits)),
        2 => (generated, edits).prop_map(|(json, edits)| edited(json.into_bytes(), edits)),
        1 => vec(any::<u8>(), 0..60),
    ]
}

/// Any JSON, and files with some values of wrong types.
fn json() -> impl Strategy<Value = String> {
    const CHARACTERS: &str =
        r#"a b é 漢 🦀 \n \" \\ \/ \b \u00e9 \ud83e\udd80 \ud800 \u0000 ' : , { ] // # ${x}"#;
    const SCALARS: &str = "0 -0 12 1.5 0.25 1E+5 -1.25e-3 9223372036854775807 18446744073709551616 1e400 \
        -0.0 123456789012345678901234567890 1798761600000 true false null";
    let one_of = |words: &'static str| select(words.split_whitespace().collect::<Vec<_>>());
    let string = vec(one_of(CHARACTERS), 0..6).prop_map(|characters| format!("\"{}\"", characters.concat()));
    let spaces = || select(vec!["", "", " ", "\n", "\t", "\r\n", "\n      "]);
    let value = prop_oneof![2 => string.clone(), 1 => one_of(SCALARS).prop_map(String::from)];
    let value = value.prop_recursive(6, 24, 4, move |value| {
        let value =
            (spaces(), value, spaces()).prop_map(|(before, value, after)| [before, &value, after].concat());
        let member = (spaces(), string.clone(), spaces(), value.clone())
            .prop_map(|(before, key, after, value)| format!("{before}{key}{after}:{value}"));
        prop_oneof![
            vec(value, 0..4).prop_map(|elements| format!("[{}]", elements.join(","))),
            vec(member, 0..4).prop_map(|members| format!("{{{}}}", members.join(","))),
        ]
    });
    let or = |usual: &'static str| prop_oneof![8 => Just(usual.to_owned()), 1 => value.clone()];
    let members =
        (or(r#""apiv3_\u0061""#), or(r#""\u00e9 \ud83e\udd80""#), or("[]"), or("1798761600000"), or("[]"));
    let file = members.prop_map(|(token, name, permissions, expiry, databases)| {
        format!(
            r#"{{"create_databases":{databases},"tokens":[{{"token":{token},"name":{name},
            "permissions":{permissions},"expiry_millis":{expiry}}}]}}"#
        )
    });
    prop_oneof![value, file]
}

/// Files of valid and almost valid entries, for the fast path.
fn plain_entries() -> impl Strategy<Value = Vec<u8>> {
    let names = select(vec!["a", "b", "c", "d", "_admin", "", " a", "a "]);
    #[rustfmt::skip]
    let permission = select(vec![
        "db:a:read", "db:b:read,write", "db:a,b:write", "db:c:read,read", "db:d,d:read", "db:*:read", "db:_internal:read",
        "db:my_db:read", "db:a:create", "db:a:raed", "system:health:read", "system:*:read", "system:ping,ping:read",
    ]);
    let secret = prop_oneof![
        4 => any::<u8>().prop_map(|number| format!("apiv3_{number:03}{}", &util::CANARY["apiv3_".len()..])),
        1 => select(vec!["apiv3_a".to_owned(), "apiv3_xY:1".to_owned() + &util::CANARY[6..], "abc".to_owned()]),
    ];
    let expiry = prop_oneof![
        4 => 1_767_900_000_000..1_820_000_000_000_i64,
        1 => select(vec![-1, 0, 1_767_225_600, 1_767_225_600_000, i64::MAX]),
    ];
    let entry = (secret, names, proptest::option::weighted(0.9, expiry), vec(permission, 0..4));
    vec(entry, 0..8).prop_map(|entries| {
        let entries = entries.into_iter().map(|(token, name, expiry, permissions)| {
            let mut entry = serde_json::json!({"token": token, "name": name, "permissions": permissions});
            if let Some(expiry) = expiry {
                entry["expiry_millis"] = expiry.into();
            }
            entry
        });
        let entries: Vec<Value> = entries.collect();
        serde_json::json!({"create_databases": ["a", "b", "e"], "tokens": entries}).to_string().into_bytes()
    })
}

/// Fails with the law and the input.
fn holds(law: laws::Law, bytes: &[u8]) -> Result<(), TestCaseError> {
    law.map_err(|broken| TestCaseError::fail(format!("{broken}\n{}", bytes.escape_ascii())))
}

fn secret_law(bytes: &[u8]) -> laws::Law {
    secret::output_shows_no_token(bytes)?;
    secret::redact_keeps_length_and_lines(bytes)?;
    secret::redact_shows_no_token(bytes)
}

proptest! {
    #![proptest_config(cases(500))]

    #[test]
    fn reports_keep_the_laws_with_options(
        bytes in prop_oneof![any_bytes(), plain_entries()],
        release in select(vec![None, Some("3.4"), Some("3.9"), Some("3.11.1")]),
        limit in 0..5_usize,
        deny_warnings: bool,
    ) {
        let mut validator = validator();
        if let Some(release) = release {
            validator = validator.release(Release::parse(release).unwrap());
        }
        if deny_warnings {
            validator = validator.deny_warnings();
        }
        holds(report::all_with(&bytes, &validator, limit).map(drop), &bytes)?;
    }
}

proptest! {
    #![proptest_config(cases(2_000))]

    #[test]
    fn json_syntax_matches_serde_json(json in json(), edits in edits()) {
        let bytes = edited(json.into_bytes(), edits);
        holds(laws::syntax(&bytes), &bytes)?;
    }
}

proptest! {
    #![proptest_config(cases(250))]

    #[test]
    fn any_bytes_keep_the_laws(bytes in any_bytes()) {
        holds(report::all(&bytes), &bytes)?;
        holds(laws::syntax(&bytes), &bytes)?;
    }

    #[test]
    fn never_shows_a_token(bytes in bytes_with_whole_tokens()) {
        holds(secret_law(&bytes), &bytes)?;
    }
}

proptest! {
    #![proptest_config(cases(100))]

    #[test]
    fn reports_every_mistake((json, mistake) in mistakes::mistaken_file()) {
        let report = validator().check(json.as_bytes());
        prop_assert!(report.iter().any(|found| found.code() == mistake), "{mistake}:\n{report}\n{json}");
        if mistake.severity() == Severity::Error {
            prop_assert!(TokenFile::parse(json.as_bytes()).is_err());
            // serde ignores the depth of unknown members.
            let by_serde = serde_json::from_str::<TokenFile>(&json);
            prop_assert!(mistake == Code::NestedTooDeeply || by_serde.is_err(), "{mistake}: serde accepts\n{json}");
            let others: Vec<_> = report.iter().filter(|found| found.severity() == Severity::Error && found.code() != mistake).collect();
            prop_assert!(others.is_empty(), "{mistake} is not the only error:\n{report}\n{json}");
        } else {
            prop_assert!(report.is_valid(), "{mistake}:\n{report}\n{json}");
        }
    }
}

proptest! {
    #![proptest_config(cases(200))]

    #[test]
    fn every_parser_reads_the_same_file((file, json) in layout::token_file_and_json()) {
        let report = validator().check(json.as_bytes());
        prop_assert!(report.is_valid(), "{report}\n{json}");
        let written = file.to_json();
        for read in [
            TokenFile::parse(json.as_bytes()).ok(),
            TokenFile::parse(&written).ok(),
            serde_json::from_str(&json).ok(),
            serde_json::from_slice(&written).ok(),
            serde_json::to_vec(&file).ok().and_then(|text| TokenFile::parse(&text).ok()),
        ] {
            let read = read.expect("a valid file");
            prop_assert_eq!(read.create_databases(), file.create_databases());
            prop_assert_eq!(read.tokens().len(), file.tokens().len());
            for (read, entry) in read.tokens().iter().zip(file.tokens()) {
                prop_assert!(read.token().matches(entry.token().expose()));
                prop_assert_eq!(
                    (read.name(), read.expiry(), read.permissions()),
                    (entry.name(), entry.expiry(), entry.permissions())
                );
            }
        }
    }

    #[test]
    fn redact_keeps_everything_but_secrets(file in any::<TokenFile>()) {
        let shown = redact(&file.to_json());
        let read: Value = serde_json::from_str(&shown).unwrap();
        let is_shown = |shown: &Value, text: &str| {
            let is_suspicious = text.len() >= 20 || text.to_ascii_lowercase().contains("apiv3");
            let shown = shown.as_str().unwrap();
            shown == text || is_suspicious && shown.bytes().all(|byte| byte == b'*')
        };
        for (shown, entry) in read["tokens"].as_array().unwrap().iter().zip(file.tokens()) {
            prop_assert!(shown["token"].as_str().unwrap().bytes().all(|byte| byte == b'*'));
            prop_assert!(is_shown(&shown["name"], entry.name().as_str()), "{}", shown);
            prop_assert_eq!(shown["expiry_millis"].as_i64(), entry.expiry().map(Expiry::as_millis));
            for (shown, permission) in shown["permissions"].as_array().unwrap().iter().zip(entry.permissions()) {
                prop_assert!(Permission::parse(shown.as_str().unwrap()).is_ok_and(|shown| shown == *permission)
                    || is_shown(shown, &permission.to_string()), "{}", shown);
            }
        }
    }
}

#[test]
fn strategies_generate_every_permission_error() {
    let mut runner = TestRunner::deterministic();
    let strategy = strategies::wrong_permission_text();
    let kinds: BTreeSet<&str> =
        (0..2_000).map(|_| strategy.new_tree(&mut runner).unwrap().current().1.name()).collect();
    assert_eq!(kinds.len(), 17, "{kinds:?}");
    for kind in kinds {
        let chosen = strategies::wrong_permission_text_with(Code::parse(kind).unwrap()).unwrap();
        assert_eq!(chosen.new_tree(&mut runner).unwrap().current().1.name(), kind);
    }
    assert!(strategies::wrong_permission_text_with(Code::WeakToken).is_none());
}

/// Truncates at each byte, and removes each single byte.
#[test]
fn truncated_files_keep_the_laws() {
    let full = format!(
        r#"{{"create_databases": ["d\u0062é"], "tokens": [{{"token": "{}", "name": "\uD83D\uDD11", "expiry_millis": 1,
        "permissions": ["db:a,,b:red", "d\u0062: a:read"]}}], // x
        "x": [1e5, null],}}"#,
        util::CANARY
    );
    for at in 0..=full.len() {
        let without_byte =
            [&full.as_bytes()[..at], full.as_bytes().get(at + 1..).unwrap_or_default()].concat();
        for bytes in [&full.as_bytes()[..at], &without_byte] {
            holds(report::all(bytes).and_then(|()| secret_law(bytes)), bytes).unwrap();
        }
    }
}

#[test]
fn never_shows_a_token_at_any_offset() {
    let file = r#"{"create_databases": ["d"], "tokens": [{"token": "t", "name": "n", "expiry_millis": 5, "permissions": ["db:d:read", "system:health:read"]}], "x": {"y": ["z"]}}"#;
    let body = util::CANARY.trim_start_matches("apiv3_");
    for secret in [
        util::CANARY.to_owned(),
        format!("a:{}:b", util::CANARY),
        format!("$({})", util::CANARY),
        util::CANARY.replace('_', "\\u005f"),
        util::CANARY.to_uppercase().replace(&body.to_uppercase(), body),
    ] {
        for at in 0..=file.len() {
            let file = format!("{}{secret}{}", &file[..at], &file[at..]);
            holds(secret_law(file.as_bytes()), file.as_bytes()).unwrap();
        }
    }
}
