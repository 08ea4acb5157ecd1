//! The laws of a report: any bytes give one, its places are in the text, it tells no secret, and a file loads exactly when it
//! has no error.

#![allow(missing_docs)]

#[path = "util/props.rs"]
mod props;
mod util;

use std::cmp::Reverse;
use std::error::Error;
use std::fmt::Write as _;
use std::path::Path;
use std::sync::LazyLock;

use influxdb3_offline_tokens::{
    Code, Diagnostic, Edit, Fix, Release, Report, Severity, TokenFile, Validator, redact, strategies,
};
use props::cases;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{Index, select};
use proptest::test_runner::TestCaseResult;
use serde_json::Value;

fn validator() -> Validator {
    Validator::new(util::now())
}

/// All fixtures, with the canary in place of their tokens.
static SEEDS: LazyLock<Vec<Vec<u8>>> = LazyLock::new(|| {
    fn collect(folder: &Path, seeds: &mut Vec<Vec<u8>>) {
        for path in util::files(folder, "") {
            if path.is_dir() {
                collect(&path, seeds);
            } else if path.extension().is_some_and(|extension| extension == "json") {
                let bytes = std::fs::read(path).unwrap();
                // The large ones would cost all the time.
                if bytes.len() < 5_000 {
                    seeds.push(with_canary(&bytes));
                }
                seeds.push(bytes);
            }
        }
    }
    let mut seeds = Vec::new();
    collect(&util::fixtures(), &mut seeds);
    seeds.retain(|seed| seed.len() < 5_000);
    assert!(seeds.len() > 300, "{} fixtures", seeds.len());
    seeds
});

/// The same with the canary behind every `apiv3_`.
fn with_canary(bytes: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    let mut rest = bytes;
    while let Some(at) = rest.windows(6).position(|window| window == b"apiv3_") {
        out.extend_from_slice(&rest[..at]);
        out.extend_from_slice(util::CANARY.as_bytes());
        let body = &rest[at + 6..];
        let end =
            body.iter().position(|byte| !byte.is_ascii_alphanumeric() && *byte != b'-' && *byte != b'_');
        rest = &body[end.unwrap_or(body.len())..];
    }
    out.extend_from_slice(rest);
    out
}

#[derive(Clone, Debug)]
enum Change {
    Flip(Index, u8),
    Delete(Index, usize),
    Insert(Index, &'static str),
    Truncate(Index),
    Copy(Index, Index, usize),
}

fn changes() -> impl Strategy<Value = Vec<Change>> + Clone {
    let pieces = [
        "\"",
        "{",
        "}",
        "[",
        "]",
        ",",
        ":",
        "\\",
        "\\u0",
        "\\ud800",
        "\n",
        "//",
        "/*",
        "*/",
        "#",
        "'",
        "0",
        "-",
        ".",
        "e9",
        "null",
        "apiv3_",
        "\u{FEFF}",
        "\u{e9}",
        "*",
        "$",
        "\"tokens\":",
        "\"token\":",
        "\"name\":\"a\",",
        "\"permissions\":[],",
        util::CANARY,
        " ",
        "\t",
        "=",
        "True",
    ];
    let change = prop_oneof![
        any::<(Index, u8)>().prop_map(|(at, byte)| Change::Flip(at, byte)),
        (any::<Index>(), 1..30_usize).prop_map(|(at, length)| Change::Delete(at, length)),
        (any::<Index>(), select(pieces.to_vec())).prop_map(|(at, piece)| Change::Insert(at, piece)),
        any::<Index>().prop_map(Change::Truncate),
        (any::<Index>(), any::<Index>(), 1..60_usize)
            .prop_map(|(from, to, length)| Change::Copy(from, to, length)),
    ];
    vec(change, 0..4)
}

fn changed(mut bytes: Vec<u8>, changes: Vec<Change>) -> Vec<u8> {
    for change in changes {
        let length = bytes.len();
        match change {
            Change::Flip(at, byte) if length > 0 => bytes[at.index(length)] = byte,
            Change::Delete(at, many) => {
                let start = at.index(length + 1);
                bytes.drain(start..(start + many).min(length));
            }
            Change::Insert(at, piece) => {
                let at = at.index(length + 1);
                bytes.splice(at..at, piece.bytes());
            }
            Change::Truncate(at) => bytes.truncate(at.index(length + 1)),
            Change::Copy(from, to, many) => {
                let start = from.index(length + 1);
                let piece = bytes[start..(start + many).min(length)].to_vec();
                let to = to.index(length + 1);
                bytes.splice(to..to, piece);
            }
            Change::Flip(..) => {}
        }
    }
    bytes
}

fn any_bytes() -> impl Strategy<Value = Vec<u8>> {
    bytes_after(changes())
}

/// No piece of a token is copied without its prefix to where a name may stand: nobody could tell it from one.
fn bytes_with_whole_tokens() -> impl Strategy<Value = Vec<u8>> {
    bytes_after(changes().prop_map(|mut changes| {
        changes.retain(|change| !matches!(change, Change::Copy(..)));
        changes
    }))
}

fn bytes_after(changes: impl Strategy<Value = Vec<Change>> + Clone) -> impl Strategy<Value = Vec<u8>> {
    let seed = any::<Index>().prop_map(|at| at.get(&SEEDS).clone());
    let made = prop_oneof![
        strategies::token_file_json(),
        strategies::wrong_token_file_json().prop_map(|(json, _)| json)
    ];
    prop_oneof![
        8 => (seed, changes.clone()).prop_map(|(seed, changes)| changed(seed, changes)),
        2 => (made, changes).prop_map(|(made, changes)| changed(made.into_bytes(), changes)),
        1 => vec(any::<u8>(), 0..60),
    ]
}

/// Everything that a report says.
fn said(report: &Report) -> String {
    let mut out = format!("{report}\n{report:?}\n");
    for found in report {
        let _ = write!(out, "{found}\n{} {} {:?}\n", found.message(), found.pointer(), found.help_text());
        for label in found.labels() {
            let _ = writeln!(out, "{}", label.message());
        }
        for edit in found.fixes().iter().flat_map(Fix::edits) {
            let _ = writeln!(out, "{:?}", edit.replacement());
        }
    }
    out
}

fn chain(error: &dyn Error) -> String {
    let mut out = String::new();
    let mut next = Some(error);
    while let Some(error) = next {
        let _ = writeln!(out, "{error}\n{error:?}\n{error:#?}");
        next = error.source();
    }
    out
}

fn boundaries(text: Option<&str>, length: usize, start: usize, end: usize, what: &str) -> TestCaseResult {
    prop_assert!(start <= end && end <= length, "{what} {start}..{end} is outside of {length} bytes");
    if let Some(text) = text {
        prop_assert!(
            text.is_char_boundary(start) && text.is_char_boundary(end),
            "{what} {start}..{end} cuts a character"
        );
    }
    Ok(())
}

/// Where a value stands under another name or in another shape than it should, its pointer says where it belongs.
const ELSEWHERE: [Code; 6] = [
    Code::MisspeltMember,
    Code::HttpRequestBody,
    Code::ArrayAtTop,
    Code::DuplicateMember,
    Code::WrongType,
    Code::PermissionsNotAList,
];

fn report_laws(bytes: &[u8], validator: &Validator) -> TestCaseResult {
    let report = validator.check(bytes);
    let text = std::str::from_utf8(bytes).ok();
    prop_assert_eq!(&report, &validator.check(bytes), "not deterministic");
    let places: Vec<_> = report.iter().map(|found| (found.span(), found.code())).collect();
    prop_assert!(places.is_sorted(), "{places:?}");
    let elsewhere = report.iter().any(|found| ELSEWHERE.contains(&found.code())) || report.omitted() > 0;
    let json = serde_json::from_slice::<Value>(bytes).ok().filter(|_| !elsewhere);
    for found in &report {
        let code = found.code();
        boundaries(text, bytes.len(), found.span().start(), found.span().end(), code.name())?;
        for label in found.labels() {
            boundaries(text, bytes.len(), label.span().start(), label.span().end(), "a label")?;
        }
        for fix in found.fixes() {
            let mut spans: Vec<_> = fix.edits().iter().map(Edit::span).collect();
            for span in &spans {
                boundaries(text, bytes.len(), span.start(), span.end(), "an edit")?;
            }
            spans.sort();
            prop_assert!(
                spans.windows(2).all(|pair| pair[0].end() <= pair[1].start()),
                "{code}: edits overlap"
            );
            prop_assert!(!spans.is_empty(), "{code}: a fix without an edit");
        }
        let before = String::from_utf8_lossy(&bytes[..found.span().start()]).into_owned();
        if text.is_some() {
            let column = before.rsplit('\n').next().unwrap().chars().count() + 1;
            let location = (found.location().line, found.location().column);
            prop_assert_eq!(location, (before.matches('\n').count() + 1, column), "{}", code);
        }
        prop_assert!(
            !found.message().is_empty() && !found.message().contains('\n'),
            "{code}: {:?}",
            found.message()
        );
        prop_assert!(!found.message().ends_with('.'), "{code}: {:?}", found.message());
        if let Some(json) = &json {
            // The name of a member that may be a secret is not told.
            let resolves = json.pointer(found.pointer()).is_some() || found.pointer().contains("***");
            prop_assert!(resolves, "{code}: nothing at {}", found.pointer());
        }
    }
    Ok(())
}

fn load_law(bytes: &[u8]) -> TestCaseResult {
    let report = validator().check(bytes);
    match TokenFile::parse(bytes) {
        Ok(_) => prop_assert!(report.is_valid(), "loads, and the report has errors:\n{report}"),
        Err(error) => {
            prop_assert!(!report.is_valid(), "does not load, and the report has no error:\n{error}");
            let errors = |report: &Report| -> Vec<_> {
                let errors = report.iter().filter(|found| found.severity() == Severity::Error);
                errors.map(|found| (found.code(), found.span(), found.pointer().to_owned())).collect()
            };
            prop_assert_eq!(errors(error.report()), errors(&report), "other errors");
        }
    }
    Ok(())
}

fn secret_law(bytes: &[u8]) -> TestCaseResult {
    let report = validator().check(bytes);
    let mut out = said(&report);
    out += &said(&validator().release(Release::new(3, 9, 0)).check(bytes));
    if let Err(error) = TokenFile::parse(bytes) {
        out += &chain(&error);
    }
    let shown = redact(bytes);
    prop_assert_eq!(shown.len(), bytes.len(), "redact changes the length");
    let lines = |bytes: &[u8]| bytes.iter().map(|&byte| byte == b'\n').collect::<Vec<_>>();
    prop_assert_eq!(lines(shown.as_bytes()), lines(bytes), "redact changes the lines");
    for (output, what) in [(out, "a report"), (shown, "redact")] {
        let piece = util::piece_of(util::CANARY, &output);
        prop_assert!(piece.is_none(), "{what} shows {piece:?}");
    }
    Ok(())
}

/// The same file with an escape in the name of every entry's `name`: no entry is plain, and all are read the long way. And
/// the places behind those names, where the letter is spelt with five bytes more.
fn with_escapes(text: &str) -> (String, Vec<usize>) {
    let (plain, escaped) = ("\"name\"", "\"\\u006eame\"");
    let (mut out, mut ends, mut rest) = (String::new(), Vec::new(), text);
    while let Some((before, behind)) = rest.split_once(plain) {
        out += before;
        if before.ends_with('\\') {
            out += plain;
        } else {
            out += escaped;
            ends.push(out.len() - 1);
        }
        rest = behind;
    }
    (out + rest, ends)
}

/// Entries in which nothing is to be found are taken a short way: it finds what the long way finds.
fn short_way_law(bytes: &[u8], validator: &Validator) -> TestCaseResult {
    let Ok(text) = std::str::from_utf8(bytes) else { return Ok(()) };
    let (long, ends) = with_escapes(text);
    let place = |at: usize| at - 5 * ends.iter().filter(|end| **end <= at).count();
    let all = |report: &Report, place: &dyn Fn(usize) -> usize| -> Vec<String> {
        let span = |span: influxdb3_offline_tokens::Span| place(span.start())..place(span.end());
        let said = |found: &Diagnostic| {
            let labels: Vec<_> =
                found.labels().iter().map(|label| (span(label.span()), label.message())).collect();
            let edits = found.fixes().iter().flat_map(Fix::edits);
            let edits: Vec<_> = edits.map(|edit| (span(edit.span()), edit.replacement())).collect();
            let mut under = span(found.span());
            if found.code() == Code::JsonSyntax {
                // A word outside of strings, which an escape in it cuts.
                under.end = under.start;
            }
            format!(
                "{:?} {under:?} {} {} {} {:?} {labels:?} {edits:?}",
                found.severity(),
                found.code(),
                found.pointer(),
                found.message(),
                found.help_text()
            )
        };
        report.iter().map(said).collect()
    };
    let (short, long_report) = (validator.check(bytes), validator.check(long.as_bytes()));
    prop_assert_eq!(all(&short, &|at| at), all(&long_report, &place));
    let values = |bytes: &[u8]| TokenFile::parse(bytes).ok().map(|file| file.to_json());
    prop_assert!(values(bytes) == values(long.as_bytes()), "another file is loaded");
    Ok(())
}

/// Sound entries, and plain ones among them: nothing is to be said of the most.
fn plain_entries() -> impl Strategy<Value = Vec<u8>> {
    let names = select(vec!["a", "b", "c", "d", "_admin", "", " a", "a "]);
    let permission = select(vec![
        "db:a:read",
        "db:b:read,write",
        "db:a,b:write",
        "db:c:read,read",
        "db:d,d:read",
        "db:*:read",
        "db:_internal:read",
        "db:my_db:read",
        "db:a:create",
        "db:a:raed",
        "system:health:read",
        "system:*:read",
        "system:ping,ping:read",
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
        let entries: Vec<Value> = entries
            .into_iter()
            .map(|(token, name, expiry, permissions)| {
                let mut entry = serde_json::json!({"token": token, "name": name, "permissions": permissions});
                if let Some(expiry) = expiry {
                    entry["expiry_millis"] = expiry.into();
                }
                entry
            })
            .collect();
        serde_json::json!({"create_databases": ["a", "b", "e"], "tokens": entries}).to_string().into_bytes()
    })
}

proptest! {
    #![proptest_config(cases(500))]

    #[test]
    fn the_short_way_finds_what_the_long_way_finds(
        bytes in prop_oneof![any_bytes(), plain_entries()],
        release in select(vec![None, Some("3.4"), Some("3.9"), Some("3.11.1")]),
    ) {
        let validator = match release {
            Some(release) => validator().release(Release::parse(release).unwrap()),
            None => validator(),
        };
        short_way_law(&bytes, &validator).map_err(|error| shown(error, &bytes))?;
    }
}

proptest! {
    #![proptest_config(cases(250))]

    #[test]
    fn places_are_in_the_text_and_in_order(bytes in any_bytes()) {
        report_laws(&bytes, &validator()).map_err(|error| shown(error, &bytes))?;
    }

    #[test]
    fn a_file_loads_exactly_when_it_has_no_error(bytes in any_bytes()) {
        load_law(&bytes).map_err(|error| shown(error, &bytes))?;
    }

    #[test]
    fn nothing_tells_a_secret(bytes in bytes_with_whole_tokens()) {
        secret_law(&bytes).map_err(|error| shown(error, &bytes))?;
    }
}

/// The bytes as people can read them, with the failure.
fn shown(error: TestCaseError, bytes: &[u8]) -> TestCaseError {
    match error {
        TestCaseError::Fail(reason) => TestCaseError::fail(format!("{reason}\n{}", bytes.escape_ascii())),
        reject @ TestCaseError::Reject(_) => reject,
    }
}

proptest! {
    #![proptest_config(cases(100))]

    #[test]
    fn options_keep_the_laws(bytes in any_bytes(), release: Release, keep in 0..5_usize, deny: bool) {
        let mut validator = validator().release(release);
        if deny {
            validator = validator.deny_warnings();
        }
        report_laws(&bytes, &validator).map_err(|error| shown(error, &bytes))?;
        let all = validator.clone().check(&bytes);
        let some = validator.keep(keep).check(&bytes);
        prop_assert_eq!(some.iter().count(), keep.min(all.iter().count()));
        for severity in [Severity::Note, Severity::Warning, Severity::Error] {
            prop_assert_eq!(some.count(severity), all.count(severity));
        }
        prop_assert_eq!(some.omitted(), all.iter().count() - some.iter().count());
        let mut worst: Vec<_> = all.iter().collect();
        worst.sort_by_key(|found| Reverse(found.severity()));
        worst.truncate(keep);
        worst.sort_by_key(|found| (found.span(), found.code()));
        prop_assert_eq!(some.iter().collect::<Vec<_>>(), worst);
    }

    #[test]
    fn sound_files_are_valid_in_any_layout((file, json) in strategies::token_file_and_json()) {
        let report = validator().check(json.as_bytes());
        prop_assert!(report.is_valid(), "{report}\n{json}");
        let read = TokenFile::parse(json.as_bytes()).unwrap();
        prop_assert_eq!(read.create_databases(), file.create_databases());
        prop_assert_eq!(read.tokens().len(), file.tokens().len());
        for (read, wanted) in read.tokens().iter().zip(file.tokens()) {
            prop_assert_eq!(read.token().expose(), wanted.token().expose());
            prop_assert_eq!(read.name(), wanted.name());
            prop_assert_eq!(read.expiry(), wanted.expiry());
            prop_assert_eq!(read.permissions(), wanted.permissions());
        }
    }

    #[test]
    fn a_chosen_mistake_is_found((json, mistake) in strategies::wrong_token_file_json()) {
        let report = validator().check(json.as_bytes());
        prop_assert!(report.iter().any(|found| found.code() == mistake), "{mistake}:\n{report}\n{json}");
        if mistake.severity() == Severity::Error {
            prop_assert!(TokenFile::parse(json.as_bytes()).is_err());
            let others: Vec<_> = report.iter().filter(|found| found.severity() == Severity::Error && found.code() != mistake).collect();
            prop_assert!(others.is_empty(), "{mistake} is not alone:\n{report}\n{json}");
        } else {
            prop_assert!(report.is_valid(), "{mistake}:\n{report}\n{json}");
        }
    }
}

#[test]
fn every_mistake_can_be_chosen() {
    assert!(strategies::MISTAKES.iter().all(|&mistake| strategies::token_file_json_with(mistake).is_some()));
    assert!(strategies::token_file_json_with(Code::ReadableByOthers).is_none());
    assert!(Code::ALL.len() - strategies::MISTAKES.len() < 10);
}

#[test]
fn every_fixture_keeps_the_laws() {
    for seed in SEEDS.iter() {
        for law in [load_law, secret_law, |bytes: &[u8]| report_laws(bytes, &validator())] {
            if let Err(error) = law(seed).map_err(|error| shown(error, seed)) {
                panic!("{error}");
            }
        }
    }
}

/// Cut off behind every byte, and with every byte left out.
#[test]
fn a_file_cut_anywhere_keeps_the_laws() {
    let whole = format!(
        r#"{{"create_databases": ["d\u0062é"], "tokens": [{{"token": "{}", "name": "\uD83D\uDD11", "expiry_millis": 1,
        "permissions": ["db:a,,b:red", "d\u0062: a:read"]}}], // x
        "x": [1e5, null],}}"#,
        util::CANARY
    );
    for at in 0..=whole.len() {
        let left_out = [&whole.as_bytes()[..at], whole.as_bytes().get(at + 1..).unwrap_or_default()].concat();
        for bytes in [&whole.as_bytes()[..at], &left_out] {
            for law in [load_law, secret_law, |bytes: &[u8]| report_laws(bytes, &validator())] {
                if let Err(error) = law(bytes).map_err(|error| shown(error, bytes)) {
                    panic!("{error}");
                }
            }
        }
    }
}

#[test]
fn thirty_mistakes_in_one_file_are_all_found() {
    let strong = |number: u32| {
        format!("apiv3_{number}q3Zf0mC7uXk9Tn2LwYv5RgKq3Zf0mC7uXk9Tn2LwYv5RgH1sBd8JpE4xVtAaQiUoNyMz")
    };
    let file = format!(
        r#"{{
  "create_databases": ["my db", "*", "a", "a", "nobody", "$DB"],
  "version": 1,
  "tokens": [
    {{"token": "{}", "name": "", "expiry_milis": 1900000000000, "permissions": ["db:a", "db:a:read:write"]}},
    {{"token": "{}", "name": "_admin", "expiry_millis": "90d", "permissions": ["db::read", "db:a,,b:read"]}},
    {{"token": "Bearer x", "name": " padded", "expiry_millis": 0, "permissions": ["db: a:read", "dbs:a:read"]}},
    {{"token": "apiv3_a b", "name": "twin", "expiry_millis": 1756400061, "permissions": ["*:*:*", "db:*,a:read"]}},
    {{"token": "{}", "name": "twin", "expiry_millis": 1756400061529, "permissions": ["db:x_*:read", "db:a:reaad"]}},
    {{"token": "apiv3_secret", "name": "weak", "permissions": ["db:a:*", "db:a:drop"]}},
    {{"token": "apiv3_your_token_here", "name": "copied", "permissions": ["system:health:write", "system:tokens:read"]}},
    {{"token": "{}:", "name": "colon", "expiry_millis": 1756400061529000, "permissions": []}},
    {{"name": 5, "token": "{}", "token": "x", "permissions": "db:a:read"}},
    {{"permissions": [{{"resource_type": "db", "resource_names": ["a"], "actions": ["read"]}}, 7]}},
    {{"token": "{}", "name": "rights", "permissions": ["db:a:read", "db:a:read", "db:*:read,write", "db:_internal:describe"]}}
  ]
}}"#,
        strong(1),
        strong(2),
        strong(1),
        strong(3),
        strong(4),
        strong(5)
    );
    let report = validator().check(file.as_bytes());
    let expected = [
        Code::BadDatabaseName,
        Code::CreateWildcard,
        Code::DuplicateDatabase,
        Code::CreatedNotGranted,
        Code::UnexpandedVariable,
        Code::UnknownMember,
        Code::EmptyName,
        Code::MisspeltMember,
        Code::MissingPart,
        Code::ExtraPart,
        Code::ReservedName,
        Code::ExpiryNotAnInteger,
        Code::EmptyPart,
        Code::EmptyItem,
        Code::TokenPrefix,
        Code::NameWithSurroundingSpace,
        Code::ExpiryNotPositive,
        Code::Whitespace,
        Code::UnknownResourceType,
        Code::TokenCharacters,
        Code::ExpiryInSeconds,
        Code::AdminPermission,
        Code::MixedWildcard,
        Code::DuplicateToken,
        Code::DuplicateName,
        Code::Expired,
        Code::Glob,
        Code::UnknownAction,
        Code::WeakToken,
        Code::NeverExpires,
        Code::WildcardAction,
        Code::ActionNotGrantable,
        Code::PlaceholderToken,
        Code::ActionNotForType,
        Code::UnknownSystemResource,
        Code::TokenWithColon,
        Code::ExpiryTooFine,
        Code::NoPermissions,
        Code::WrongType,
        Code::DuplicateMember,
        Code::PermissionsNotAList,
        Code::MissingMember,
        Code::PermissionObject,
        Code::DuplicatePermission,
        Code::WildcardDatabase,
        Code::SpecificHidesWildcard,
        Code::InternalDatabase,
        Code::UndocumentedAction,
    ];
    // `db:*` is granted, so `nobody` is not one that no token may use.
    let missing: Vec<_> = expected
        .iter()
        .filter(|&&code| code != Code::CreatedNotGranted && !report.iter().any(|found| found.code() == code))
        .collect();
    assert!(missing.is_empty(), "not found: {missing:?}\n{report}");
    let codes: std::collections::BTreeSet<_> = report.iter().map(Diagnostic::code).collect();
    assert!(codes.len() >= 47, "{} codes", codes.len());
    assert!(
        codes.iter().all(|code| expected.contains(code) || code.severity() < Severity::Error),
        "{report}"
    );
}

#[test]
fn a_token_in_every_place_is_never_told() {
    let plain = r#"{"create_databases": ["d"], "tokens": [{"token": "t", "name": "n", "expiry_millis": 5, "permissions": ["db:d:read", "system:health:read"]}], "x": {"y": ["z"]}}"#;
    let mut places = 0;
    let body = util::CANARY.trim_start_matches("apiv3_");
    for secret in [
        util::CANARY.to_owned(),
        format!("a:{}:b", util::CANARY),
        format!("$({})", util::CANARY),
        util::CANARY.replace('_', "\\u005f"),
        util::CANARY.to_uppercase().replace(&body.to_uppercase(), body),
    ] {
        for (at, _) in plain.char_indices() {
            let file = format!("{}{secret}{}", &plain[..at], &plain[at..]);
            if let Err(error) = secret_law(file.as_bytes()).map_err(|error| shown(error, file.as_bytes())) {
                panic!("{error}");
            }
            places += 1;
        }
    }
    assert!(places > 500);
}
