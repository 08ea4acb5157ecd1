//! Tokens as a server shows them: parsing, and comparison with a tokens file.

#![allow(missing_docs)]

#[path = "util/props.rs"]
mod props;
mod util;

use std::fmt::Write as _;

use InvalidJsonKind as Kind;
use influxdb3_offline_tokens::server::{InvalidJsonKind, ServerComparison, ServerToken, ServerTokens};
use influxdb3_offline_tokens::{Expiry, Permission, Rights, Token, TokenEntry, TokenFile, TokenName};
use props::cases;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::Index;
use serde_json::{Value, json};
use util::CANARY;

const SECOND: &str = "apiv3_UiZSArOjH1rakuyh4qDTpkW_C61i7DYm-d7BTXFZIEc";

fn hash(token: &str, digits: usize) -> String {
    let hash = Token::parse(token).unwrap().sha512();
    hash.iter().map(|byte| format!("{byte:02x}")).collect::<String>()[..digits].to_owned()
}

/// A row with all columns, as a server with authentication prints it.
fn row(id: u64, name: &str, token: &str, expiry: &str, permissions: &Value) -> Value {
    json!({
        "token_id": id,
        "name": name,
        "hash": hash(token, 9),
        "created_at": "2025-08-28T16:54:21.529",
        "created_by_token_id": 0,
        "expiry": expiry,
        "permissions": permissions.to_string(),
    })
}

/// Two tokens and the admin token.
fn rows_json() -> Value {
    json!([
        {"token_id": 0, "name": "_admin", "hash": "0123456ab", "created_at": "2025-08-28T16:54:21", "permissions": "*:*:*"},
        row(1, "app", CANARY, "2026-06-01T00:00:00", &json!(["db:a:read", "db:a:write"])),
        row(2, "other", SECOND, "2027-01-01T00:00:00.001", &json!(["db:*:read", "system:health:read"])),
    ])
}

fn file() -> TokenFile {
    let text = json!({"tokens": [
        {"token": CANARY, "name": "app", "expiry_millis": 1_780_272_000_000_u64, "permissions": ["db:a:write,read"]},
        {"token": SECOND, "name": "other", "expiry_millis": 1_798_761_600_001_u64,
         "permissions": ["system:health:read", "db:*:read"]},
    ]});
    TokenFile::parse(text.to_string().as_bytes()).unwrap()
}

fn parse(rows: &Value) -> ServerTokens {
    ServerTokens::parse(rows.to_string().as_bytes()).unwrap()
}

/// A line for each difference.
fn differences(file: &TokenFile, server: &ServerTokens) -> Vec<String> {
    let comparison = ServerComparison::new(file, server);
    let mut lines: Vec<String> = Vec::new();
    lines.extend(comparison.missing.iter().map(|entry| format!("missing {}", entry.name())));
    lines.extend(comparison.extra.iter().map(|row| format!("extra {}", row.name())));
    for token in &comparison.tokens {
        let (change, row) = (&token.change, token.row);
        let mut line = token.entry.name().to_string();
        assert_eq!(row.name(), line);
        if let Some((file, server)) = change.expiry {
            let display =
                |expiry: Option<Expiry>| expiry.map_or("never".to_owned(), |expiry| expiry.to_string());
            let _ = write!(line, ", expires {} on the server {}", display(file), display(server));
        }
        line += &change.gained.iter().map(|right| format!(", more: {right}")).collect::<String>();
        line += &change.lost.iter().map(|right| format!(", less: {right}")).collect::<String>();
        if row.is_admin() {
            line += ", admin";
        }
        if row.unparsed().next().is_some() {
            line += ", unparsed";
        }
        if row.has_secret(token.entry.token()) == Some(false) {
            line += ", secret";
        }
        lines.push(line);
    }
    assert_eq!(comparison.is_empty(), lines.is_empty());
    lines
}

#[test]
fn ignores_spelling_and_row_order() {
    assert_eq!(differences(&file(), &parse(&rows_json())), [""; 0]);
    let mut reversed = rows_json();
    reversed.as_array_mut().unwrap().reverse();
    assert_eq!(differences(&file(), &parse(&reversed)), [""; 0]);
}

#[test]
fn reports_each_difference() {
    type Change = fn(&mut Vec<Value>);
    let rows: &[(Change, &[&str])] = &[
        (|rows| drop(rows.remove(1)), &["missing app"]),
        (|rows| rows.clear(), &["missing app", "missing other"]),
        (|rows| rows.push(json!({"name": "more", "permissions": "[]"})), &["extra more"]),
        (|rows| rows[1]["name"] = json!("APP"), &["missing app", "extra APP"]),
        (|rows| rows[1]["permissions"] = json!(r#"["db:a:read"]"#), &["app, less: write on database `a`"]),
        (
            |rows| rows[1]["permissions"] = json!(r#"["db:a:read,write,delete"]"#),
            &["app, more: delete on database `a`"],
        ),
        (
            |rows| rows[1]["permissions"] = json!(r#"["db:a,b:read,write"]"#),
            &["app, more: read,write on database `b`"],
        ),
        (|rows| rows[1]["permissions"] = json!("db:a:read,write"), &[]),
        (|rows| rows[1]["permissions"] = json!("*:*:*"), &["app, admin"]),
        (|rows| rows[1]["permissions"] = json!(r#"["*:*:*"]"#), &["app, admin"]),
        (|rows| rows[1]["permissions"] = json!(r#"["db:a:read,write","db:a:purge"]"#), &["app, unparsed"]),
        (|rows| rows[1]["permissions"] = json!("nothing of this kind"), &["app, unparsed"]),
        (|rows| rows[1]["hash"] = json!(hash(SECOND, 9)), &["app, secret"]),
        (|rows| rows[1]["hash"] = json!(hash(CANARY, 9).to_uppercase()), &[]),
        (|rows| rows[1]["hash"] = json!(hash(CANARY, 128)), &[]),
        (|rows| rows[1]["hash"] = json!(hash(SECOND, 128)), &["app, secret"]),
        (|rows| rows[1]["hash"] = json!(""), &[]),
        (|rows| rows[1]["hash"] = json!("none"), &[]),
        (|rows| drop(rows[1].as_object_mut().unwrap().remove("hash")), &[]),
        (
            |rows| drop(rows[1].as_object_mut().unwrap().remove("expiry")),
            &["app, expires 2026-06-01T00:00:00Z on the server never"],
        ),
        (
            |rows| rows[1]["expiry"] = json!("2026-06-01T00:00:00.001"),
            &["app, expires 2026-06-01T00:00:00Z on the server 2026-06-01T00:00:00.001Z"],
        ),
        (|rows| rows[1]["expiry"] = json!(1_780_272_000_000_i64), &[]),
        (|rows| rows[1]["expiry"] = json!("2026-06-01 00:00:00Z"), &[]),
        // No resource token has rights on `_internal`.
        (|rows| rows[1]["permissions"] = json!(r#"["db:a:read,write","db:_internal:read"]"#), &[]),
    ];
    for (change, expected) in rows {
        let mut changed = rows_json();
        change(changed.as_array_mut().unwrap());
        assert_eq!(differences(&file(), &parse(&changed)), *expected, "{changed}");
    }
}

#[test]
fn reports_spans_of_invalid_json() {
    let text = rows_json().to_string();
    let with = |old: &str, new: &str| {
        assert!(text.contains(old), "{old}");
        text.replacen(old, new, 1)
    };
    let rows = [
        ("+----------+\n| token_id |".to_owned(), Kind::Syntax, "+"),
        (format!("{text}{text}"), Kind::Syntax, "["),
        ("{}".into(), Kind::WrongType, "{"),
        ("[5]".into(), Kind::WrongType, "5"),
        (with("\"name\"", "\"nam\""), Kind::MissingMember, "{"),
        (with("\"permissions\"", "\"rights\""), Kind::MissingMember, "{"),
        (with("\"*:*:*\"", "[\"*:*:*\"]"), Kind::WrongType, "["),
        (with("\"app\"", "\"_admin\""), Kind::DuplicateName, "*"),
        (with("\"2026-06-01T00:00:00\"", "\"tomorrow\""), Kind::Time, "\"tomorrow\""),
        (with("\"2026-06-01T00:00:00\"", "1.5"), Kind::Time, "1.5"),
        (with("\"2026-06-01T00:00:00\"", "true"), Kind::WrongType, "true"),
        (with("\"0123456ab\"", "9"), Kind::WrongType, "9"),
        (with("\"token_id\"", "\"name\""), Kind::DuplicateMember, "\"name\""),
    ];
    for (text, kind, expected) in rows {
        let error = ServerTokens::parse(text.as_bytes()).unwrap_err();
        let spanned = error.span().text(&text).unwrap();
        assert!(
            error.kind() == kind && (spanned == expected || expected == "*"),
            "{text}: {error:?} {spanned}"
        );
    }
}

#[test]
fn parses_each_form_of_permissions() {
    for (column, permissions, unparsed, admin) in [
        ("[]", &[][..], &[][..], false),
        ("*:*:*", &[], &[], true),
        ("[\"*:*:*\"]", &[], &[], true),
        ("db:a:read", &["db:a:read"], &[], false),
        ("[\"db:b,a:write,read\", \"system:*:read\"]", &["db:b,a:read,write", "system:*:read"], &[], false),
        ("[\"db:a:read\", \"x\"]", &["db:a:read"], &["x"], false),
        ("[\"db:a:read\", 5]", &[], &["[\"db:a:read\", 5]"], false),
        ("", &[], &[""], false),
    ] {
        let server = parse(&json!([{"name": "app", "permissions": column}]));
        let read = &server.tokens()[0];
        let texts: Vec<String> = read.permissions().iter().map(ToString::to_string).collect();
        assert_eq!(
            (texts, read.is_admin()),
            (permissions.iter().map(ToString::to_string).collect(), admin),
            "{column}"
        );
        assert_eq!(read.unparsed().collect::<Vec<_>>(), unparsed, "{column}");
    }
}

#[test]
fn never_shows_a_token_or_hash() {
    let other = json!([
        row(1, "app", SECOND, "2027-01-01T00:00:00", &json!(["db:a:read", "db:a:purge"])),
        {"name": "x", "hash": hash(CANARY, 128), "permissions": "[]"},
    ]);
    let (file, server) = (file(), parse(&other));
    let comparison = ServerComparison::new(&file, &server);
    let mut out = format!("{server:?}\n{server:#?}\n{comparison:?}\n{comparison:#?}");
    for old in ["\"app\"", "\"permissions\"", "\"[]\"", "\"expiry\"", "\"2027-01-01T00:00:00\"", "\"hash\""] {
        let text = other.to_string().replace(old, &format!("\"{CANARY}\""));
        if let Err(error) = ServerTokens::parse(text.as_bytes()) {
            let _ = write!(out, "{error} {error:?} {error:#?}");
        }
    }
    util::assert_no_piece_of(CANARY, &out, "a comparison");
    for token in [CANARY, SECOND] {
        assert!(!out.contains(&hash(token, 8)), "a hash");
    }
}

/// The permissions as the server may print them: as written, an element for each action or each name, or reversed.
fn spelled(permissions: &[Permission], style: usize) -> String {
    let mut texts = Vec::new();
    for permission in permissions {
        let text = permission.to_string();
        let parts: Vec<&str> = text.split(':').collect();
        let split = |part: usize, is_split: bool| -> Vec<&str> {
            if is_split { parts[part].split(',').collect() } else { vec![parts[part]] }
        };
        for names in split(1, style == 2) {
            texts.extend(
                split(2, matches!(style, 1 | 2))
                    .iter()
                    .map(|actions| format!("{}:{names}:{actions}", parts[0])),
            );
        }
    }
    if style > 0 {
        texts.reverse();
    }
    json!(texts).to_string()
}

fn server_row(entry: &TokenEntry, style: usize, digits: Option<usize>) -> Value {
    let mut row = json!({"token_id": 1, "name": entry.name().as_str(), "permissions": spelled(entry.permissions(), style)});
    if let Some(digits) = digits {
        row["hash"] = json!(hash(entry.token().expose(), digits));
    }
    if let Some(expiry) = entry.expiry() {
        row["expiry"] = json!(expiry.as_millis());
    }
    row
}

proptest! {
    #![proptest_config(cases(300))]

    #[test]
    fn finds_no_difference_after_loading(
        file in any::<TokenFile>(),
        style in 0..4_usize,
        digits in proptest::option::of(8..=128_usize),
    ) {
        let rows: Vec<Value> = file.tokens().iter().map(|entry| server_row(entry, style, digits)).collect();
        let server = parse(&Value::from(rows));
        prop_assert_eq!(differences(&file, &server), Vec::<String>::new());
    }

    #[test]
    fn compares_permissions_by_rights(
        ours in vec(any::<Permission>(), 0..4),
        theirs in vec(any::<Permission>(), 0..4),
    ) {
        let entry = |permissions: &[Permission]| {
            TokenEntry::new(TokenName::parse("app").unwrap(), Token::parse(CANARY).unwrap())
                .with_permissions(permissions.iter().cloned())
        };
        let file = TokenFile::new([], [entry(&ours)]).unwrap();
        let server = parse(&json!([server_row(&entry(&theirs), 0, Some(9))]));
        let same = Rights::new(&ours).is_equivalent(&Rights::new(&theirs));
        prop_assert_eq!(ServerComparison::new(&file, &server).is_empty(), same);
    }

    #[test]
    fn error_spans_are_in_bounds(
        noise in vec(any::<u8>(), 0..60),
        bytes in vec((any::<Index>(), any::<u8>()), 0..3),
    ) {
        let mut text = rows_json().to_string().into_bytes();
        for (at, byte) in bytes {
            let at = at.index(text.len());
            text[at] = byte;
        }
        for text in [&noise, &text] {
            if let Err(error) = ServerTokens::parse(text) {
                prop_assert!(error.span().end() <= text.len());
            }
        }
    }

    #[test]
    fn parses_times_of_any_year(expiry in 0..253_402_300_799_999_i64) {
        let printed = Expiry::from_millis(expiry).to_string();
        let server = parse(&json!([{"name": "a", "permissions": "[]", "expiry": printed.trim_end_matches('Z')}]));
        let read: Option<i64> = server.get("a").and_then(ServerToken::expiry).map(Expiry::as_millis);
        prop_assert_eq!(read, Some(expiry));
    }
}

#[test]
fn compares_secrets_by_hash() {
    let server = parse(&rows_json());
    let token = |text| Token::parse(text).unwrap();
    let app = server.get("app").unwrap();
    assert_eq!(app.has_secret(&token(CANARY)), Some(true));
    assert_eq!(app.has_secret(&token(SECOND)), Some(false));
    let bare = parse(&json!([{"name": "app", "permissions": "[]"}]));
    assert_eq!(bare.get("app").unwrap().has_secret(&token(CANARY)), None);
}
