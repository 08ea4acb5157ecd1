//! What fixes promise: a cleaner text, no byte more changed than they say, and nothing to do the second time.

mod laws;
#[path = "util/props.rs"]
mod props;
mod util;

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::PathBuf;

use influxdb3_offline_tokens::{Applicability, Code, Mended, Release, Validator, strategies};
use laws::fix::{self, without_new_tokens};
use props::cases;
use proptest::prelude::*;

/// The fixtures that are wrong, and the validator that finds it.
fn fixtures() -> Vec<(PathBuf, Validator, Vec<u8>)> {
    let mut all = Vec::new();
    for folder in util::files(&util::fixtures().join("codes"), "") {
        let mut validator = Validator::new(util::now());
        if let Ok(release) = std::fs::read_to_string(folder.join("release")) {
            validator = validator.release(Release::parse(release.trim()).unwrap());
        }
        if folder.join("admin").exists() {
            validator = validator.admin_token_file();
        }
        for path in util::files(&folder, ".json") {
            if path.file_name().unwrap().to_str().unwrap().starts_with("bad") {
                let bytes = std::fs::read(&path).unwrap();
                all.push((path, validator.clone(), bytes));
            }
        }
    }
    assert!(all.len() > 200, "{} fixtures", all.len());
    all
}

#[test]
fn the_fixtures_keep_the_laws() {
    let mut wrong = String::new();
    for (path, validator, bytes) in fixtures() {
        if let Err(error) = fix::all(&validator, &bytes) {
            let _ = writeln!(wrong, "== {}: {error}", path.display());
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}

proptest! {
    #![proptest_config(ProptestConfig { max_shrink_iters: 200, ..cases(150) })]

    #[test]
    fn mistaken_files_keep_the_laws((json, mistake) in strategies::wrong_token_file_json()) {
        let result = fix::all(&Validator::new(util::now()), json.as_bytes());
        prop_assert!(result.is_ok(), "{mistake}: {}", result.unwrap_err());
    }
}

/// The fixes that every code is to have.
const FIXES: [(Code, &[Applicability]); 31] = {
    use Applicability::{Ask, Safe};
    [
        (Code::ByteOrderMark, &[Safe]),
        (Code::JsonSyntax, &[Safe]),
        (Code::ArrayAtTop, &[Ask]),
        (Code::HttpRequestBody, &[Ask]),
        (Code::MisspeltMember, &[Safe]),
        (Code::PermissionsNotAList, &[Safe]),
        (Code::PermissionObject, &[Safe]),
        (Code::CreateDatabasesNotAList, &[Safe]),
        (Code::ExpiryNotAnInteger, &[Safe, Ask]),
        (Code::ExtraPart, &[Ask]),
        (Code::EmptyItem, &[Safe]),
        (Code::Whitespace, &[Safe]),
        (Code::UnknownResourceType, &[Safe, Ask]),
        (Code::MixedWildcard, &[Ask]),
        (Code::UnknownAction, &[Safe, Ask]),
        (Code::WildcardAction, &[Ask]),
        (Code::ActionNotForType, &[Ask]),
        (Code::TokenPrefix, &[Ask]),
        (Code::PlaceholderToken, &[Ask]),
        (Code::WeakToken, &[Ask]),
        (Code::NameWithSurroundingSpace, &[Safe]),
        (Code::ExpiryInSeconds, &[Ask]),
        (Code::ExpiryTooFine, &[Ask]),
        (Code::ExpiryNotPositive, &[Ask]),
        (Code::DuplicateToken, &[Ask]),
        (Code::DuplicatePermission, &[Safe]),
        (Code::DuplicateItem, &[Safe]),
        (Code::RedundantPermission, &[Safe]),
        (Code::SpecificHidesWildcard, &[Ask]),
        (Code::GrantedNotCreated, &[Ask]),
        (Code::DuplicateDatabase, &[Safe]),
    ]
};

/// The codes with a fix that is none of the text: a mode is not in it, and `tests/on_disk.rs` looks after it.
const NO_TEXT: [Code; 1] = [Code::ReadableByOthers];

#[test]
fn every_code_has_the_fixes_that_it_should() {
    let mut seen = BTreeSet::new();
    for (_, validator, bytes) in fixtures() {
        for found in &validator.check(&bytes) {
            seen.extend(found.fixes().iter().map(|fix| (found.code(), fix.applicability())));
        }
    }
    let expected: BTreeSet<_> =
        FIXES.iter().flat_map(|(code, levels)| levels.iter().map(|level| (*code, *level))).collect();
    let missing: Vec<_> = expected.difference(&seen).collect();
    assert!(missing.is_empty(), "no fixture has these: {missing:?}");
    assert!(!seen.iter().any(|(code, _)| NO_TEXT.contains(code)));
}

const SECRET: &str = "apiv3_Kq3Zf0mC7uXk9Tn2LwYv5RgH1sBd8JpE4xVtAaQiUoNyMzWhFcGe6rDlSbPjKTmIqX2wY7ZvO5nRf";

/// The text with every fix, with short words in place of the secrets.
fn mended(text: &str) -> String {
    let text = text.replace("SECRET", SECRET);
    let fixed = Validator::new(util::now()).fix(text.as_bytes(), Applicability::Ask).unwrap();
    without_new_tokens(fixed.as_bytes()).replace(SECRET, "SECRET")
}

#[test]
fn permissions_become_what_was_meant() {
    for (before, after) in [
        ("db:a:read:write", "db:a:read,write"),
        ("db:a:read:write:create", "db:a:read,write,create"),
        ("db:a,,b:read", "db:a,b:read"),
        ("db:a,:read", "db:a:read"),
        ("db:,a:read", "db:a:read"),
        ("db:a, ,b:read", "db:a,b:read"),
        // Nothing would be left.
        ("db:,:read", "db:,:read"),
        ("db:a: ,", "db:a: ,"),
        ("db:a, b:read", "db:a,b:read"),
        (" db:a:read", "db:a:read"),
        ("DB:a:read", "db:a:read"),
        ("dbs:a:read", "db:a:read"),
        ("database:a:read", "db:a:read"),
        ("db:a:Read", "db:a:read"),
        ("db:a:reaad", "db:a:read"),
        ("db:a:write;read", "db:a:read,write"),
        ("db:a:read & write", "db:a:read,write"),
        ("db:*,a:read", "db:*:read"),
        ("db:a:*", "db:a:read,write"),
        ("system:health:*", "system:health:read"),
        ("system:health:write", "system:health:read"),
        ("db:a,a:read,read", "db:a:read"),
        ("db:a\\u002ca:read", "db:a:read"),
        ("db:a,db:b:read", "db:a,b:read"),
        ("db:a:read,b:write", "db:a:read\", \"db:b:write"),
        ("db:a,db:b:read,write", "db:a,b:read,write"),
        ("db:a,db:b,db:b:read", "db:a,b:read"),
        ("db:a,db:b,db:a,db:b:read", "db:a,b:read"),
        ("db:a:write,read:create", "db:a:write,read,create"),
        // Of several permissions or a table of a database, nobody wrote that all may be written.
        ("db:*,db:*:read", "db:*,db:*:read"),
        ("db:*,db:a:read", "db:*,db:a:read"),
        ("db:*:*:read", "db:*:*:read"),
        ("db:a:*:read", "db:a:*:read"),
        ("db:a,db:*:read", "db:a,db:*:read"),
        ("db:a,db:*", "db:a,db:*"),
        ("DB:a,DB:*", "DB:a,DB:*"),
        ("database:a,database:*", "database:a,database:*"),
        ("db:a,db:rw", "db:a,db:rw"),
        ("db:a:read,DB:write", "db:a:read,DB:write"),
        ("dbs:a:read,dbs:write", "dbs:a:read,dbs:write"),
        ("db:a;db:*", "db:a;db:*"),
        // Nobody wrote a permission for all databases, for a database of such a name, or for one called `write`.
        ("db:a:read,*:write", "db:a:read,*:write"),
        ("db:a:read,system:read", "db:a:read,system:read"),
        ("db:a:read,health:read", "db:a:read,health:read"),
        ("db:a:read,db:write", "db:a:read,db:write"),
        // Without what is too much, another permission would begin here, and the rest would be read in another way.
        ("db:a:read,db,:b:rea", "db:a:read,db,:b:rea"),
        ("db:a:read;db,,:b:rea", "db:a:read;db,,:b:rea"),
        ("db:a:read, system :health:rea", "db:a:read, system :health:rea"),
        ("db:a:read, ,db:b:read,", "db:a:read\", \"db:b:read"),
    ] {
        let text = |permission: &str| {
            format!(
                r#"{{"create_databases": ["a", "b"], "tokens": [{{"token": "SECRET", "name": "n", "permissions": ["{permission}"]}}]}}"#
            )
        };
        assert_eq!(mended(&text(before)), text(after), "{before}");
    }
}

#[test]
fn a_wrong_name_that_stands_twice_is_left_to_a_person() {
    for text in [
        r#"{"tokens": [], "create_database": ["a"], "create_database": ["b"]}"#,
        r#"{"create_databases": ["a", "b"], "tokens": [{"token": "SECRET", "name": "n", "permision": ["db:a:read"], "permision": ["db:b:read"]}]}"#,
        r#"{"create_databases": ["a", "b"], "tokens": [{"token": "SECRET", "token_name": "n", "token_name": "m", "permissions": ["db:a:read"]}]}"#,
        r#"{"create_databases": ["a", "b"], "tokens": [{"token": "SECRET", "name": "n", "expiry_secs": 1, "expiry_secs": 2, "permissions": ["db:a:read"]}]}"#,
    ] {
        assert_eq!(mended(text), text);
    }
}

#[test]
fn members_become_what_was_meant() {
    let entry = |members: &str| {
        format!(r#"{{"create_databases": ["a"], "tokens": [{{"token": "SECRET", {members}}}]}}"#)
    };
    for (before, after) in [
        (r#""name": "n", "permissions": "db:a:read""#, r#""name": "n", "permissions": ["db:a:read"]"#),
        (r#""name": "n", "permissions": "[\"db:a:read\"]""#, r#""name": "n", "permissions": ["db:a:read"]"#),
        (
            r#""name": "n", "permissions": "db:a:read,a:write""#,
            r#""name": "n", "permissions": ["db:a:read", "db:a:write"]"#,
        ),
        (r#""name": "n", "permissions": "db:a,db:a:read""#, r#""name": "n", "permissions": ["db:a:read"]"#),
        (
            r#""name": "n", "permissions": [{"resource_type": "db", "resource_names": ["a"], "actions": ["read"]}]"#,
            r#""name": "n", "permissions": ["db:a:read"]"#,
        ),
        (r#""name": " n", "permissions": ["db:a:read"]"#, r#""name": "n", "permissions": ["db:a:read"]"#),
        (
            r#""token_name": "n", "permissions": ["db:a:read"]"#,
            r#""name": "n", "permissions": ["db:a:read"]"#,
        ),
        (r#""name": "n", "permission": ["db:a:read"]"#, r#""name": "n", "permissions": ["db:a:read"]"#),
        (
            r#""name": "n", "permissions": ["db:a:read", "db:a:read"]"#,
            r#""name": "n", "permissions": ["db:a:read"]"#,
        ),
        (
            r#""name": "n", "permissions": ["db:a:read", "db:a:read,write"]"#,
            r#""name": "n", "permissions": ["db:a:read,write"]"#,
        ),
        (
            // What is removed with the first is a comma that the second needs.
            r#""name": "n", "permissions": ["db:a:read","db:a:read","db:a:read,write"]"#,
            r#""name": "n", "permissions": ["db:a:read,write"]"#,
        ),
        (
            r#""name": "n", "permissions": ["db:*:write", "db:a:read"]"#,
            r#""name": "n", "permissions": ["db:*:write", "db:a:read,write"]"#,
        ),
        (
            r#""name": "n", "expiry_millis": "1900000000000", "permissions": ["db:a:read"]"#,
            r#""name": "n", "expiry_millis": 1900000000000, "permissions": ["db:a:read"]"#,
        ),
        (
            r#""name": "n", "expiry_millis": 1900000000, "permissions": ["db:a:read"]"#,
            r#""name": "n", "expiry_millis": 1900000000000, "permissions": ["db:a:read"]"#,
        ),
        (
            r#""name": "n", "expiry_millis": 1900000000000000, "permissions": ["db:a:read"]"#,
            r#""name": "n", "expiry_millis": 1900000000000, "permissions": ["db:a:read"]"#,
        ),
        (
            r#""name": "n", "expiry_millis": 0, "permissions": ["db:a:read"]"#,
            r#""name": "n", "permissions": ["db:a:read"]"#,
        ),
    ] {
        assert_eq!(mended(&entry(before)), entry(after), "{before}");
    }
    let permitted = r#""name": "n", "permissions": ["db:a:read"]"#;
    for (before, after) in [
        (
            format!(r#"[{{"token": "SECRET", {permitted}}}]"#),
            format!(r#"{{"create_databases": ["a"], "tokens": [{{"token": "SECRET", {permitted}}}]}}"#),
        ),
        (
            format!(r#"{{"create_databases": "a", "tokens": [{{"token": "Bearer SECRET", {permitted}}}]}}"#),
            format!(r#"{{"create_databases": ["a"], "tokens": [{{"token": "SECRET", {permitted}}}]}}"#),
        ),
        (
            format!(
                r#"{{"create_databases": ["a", "a"], "tokens": [{{"token": "apiv3_secret", {permitted}}}]}}"#
            ),
            format!(r#"{{"create_databases": ["a"], "tokens": [{{"token": "NEW", {permitted}}}]}}"#),
        ),
        (
            format!(
                r#"{{"create_databases": [], "tokens": [{{"token": "apiv3_your_token_here", {permitted}}}]}}"#
            ),
            format!(r#"{{"create_databases": ["a"], "tokens": [{{"token": "NEW", {permitted}}}]}}"#),
        ),
        (format!("\u{FEFF}{}", r#"{"tokens": [/* none */]}"#), r#"{"tokens": []}"#.to_owned()),
    ] {
        assert_eq!(mended(&before), after);
    }
}

/// Safe where it is the same number, else asked for, or nothing.
#[test]
fn an_expiry_that_is_no_integer_becomes_what_it_is() {
    for (spelt, safe, asked) in [
        ("1956400061529.0", "1956400061529", "1956400061529"),
        ("1.956400061529e12", "1956400061529", "1956400061529"),
        ("19564000615290e-1", "1956400061529", "1956400061529"),
        ("1956400061529.0001", "1956400061529.0001", "1956400061529"),
        ("0.99999999999999999999", "0.99999999999999999999", "0.99999999999999999999"),
        // Microseconds.
        ("9007199254740993.0", "9007199254740993.0", "9007199254740"),
        ("\"1956400061529000\"", "\"1956400061529000\"", "1956400061529"),
        // Who writes these means no time of 1970.
        ("\"30\"", "\"30\"", "\"30\""),
        ("\"20320101\"", "\"20320101\"", "\"20320101\""),
        ("1e10", "1e10", "1e10"),
        ("\"203201011200\"", "\"203201011200\"", "\"203201011200\""),
        ("\"20320101120000\"", "\"20320101120000\"", "\"20320101120000\""),
        ("\"20320101120000123\"", "\"20320101120000123\"", "\"20320101120000123\""),
        // What JavaScript's `toISOString` prints.
        ("\"2032-01-01T00:00:00.000Z\"", "1956528000000", "1956528000000"),
        ("\"2032-01-01T00:00:00.0001Z\"", "\"2032-01-01T00:00:00.0001Z\"", "1956528000000"),
        ("1e-400", "1e-400", "1e-400"),
        ("1e400", "1e400", "1e400"),
        // What Python's `time.time()` prints.
        ("1956400061.0", "1956400061.0", "1956400061000"),
        ("1956400061.5291", "1956400061.5291", "1956400061529"),
        ("\"1956400061\"", "\"1956400061\"", "1956400061000"),
        // 30 days, or a time of 2052.
        ("\"2592000000\"", "\"2592000000\"", "\"2592000000\""),
        ("\"1956400061529ms\"", "\"1956400061529ms\"", "\"1956400061529ms\""),
        ("\"2032-01-01T00:00:00+00:00\"", "1956528000000", "1956528000000"),
        ("\"2032-01-01T02:00:00+02:00\"", "\"2032-01-01T02:00:00+02:00\"", "1956528000000"),
        ("\"2031-12-31T22:30:00-01:30\"", "\"2031-12-31T22:30:00-01:30\"", "1956528000000"),
        ("\"2032-01-01 00:00:00\"", "\"2032-01-01 00:00:00\"", "1956528000000"),
        ("\"2032-01-01\"", "\"2032-01-01\"", "1956528000000"),
        (
            "\"2032-01-01T00:00:00Z+02:00\"",
            "\"2032-01-01T00:00:00Z+02:00\"",
            "\"2032-01-01T00:00:00Z+02:00\"",
        ),
    ] {
        let text = |spelt: &str| {
            format!(
                r#"{{"tokens": [{{"token": "{SECRET}", "name": "n", "expiry_millis": {spelt}, "permissions": ["system:*:read"]}}]}}"#
            )
        };
        check_fixes(&text(spelt), Some(&text(safe)), Some(&text(asked)));
    }
}

/// What safe fixes and all fixes make of a text; none where they leave it, or do no more than the safe ones.
#[track_caller]
fn check_fixes(before: &str, safe: Option<&String>, asked: Option<&String>) {
    let safe = safe.map_or(before, String::as_str);
    for (level, expected) in
        [(Applicability::Safe, safe), (Applicability::Ask, asked.map_or(safe, String::as_str))]
    {
        let fixed = Validator::new(util::now()).fix(before.as_bytes(), level).unwrap();
        assert!(fixed.as_bytes() == expected.as_bytes(), "{level}: {}", before.replace(SECRET, "SECRET"));
    }
}

/// What each would lose, or tell: a secret, an end, a date that a person can read.
#[test]
fn what_only_a_person_can_mend_is_left() {
    let rest = r#""name": "n", "permissions": ["system:*:read"]"#;
    let secret = format!(r#""token": "{SECRET}", {rest}"#);
    let of = |members: &str| format!(r#"{{"tokens": [{{{members}}}]}}"#);
    let never = of(&secret);
    for (before, safe, asked) in [
        // A file with a variable is a template, and is read by more people than the file.
        (of(&format!(r#""token": "${{TOKEN}}", {rest}"#)), None, None),
        (of(&format!(r#""token": "apiv3_{{{{ .token }}}}", {rest}"#)), None, None),
        (
            of(&format!(r#"{secret}, "expires_at": "2032-01-01T00:00:00Z""#)),
            None,
            Some(of(&format!(r#"{secret}, "expiry_millis": 1956528000000"#))),
        ),
        (
            of(&format!(r#"{secret}, "expiry_secs": 1956528000"#)),
            None,
            Some(of(&format!(r#"{secret}, "expiry_millis": 1956528000000"#))),
        ),
        (
            of(&format!(r#"{secret}, "expiry_secs": 1956528000000"#)),
            None,
            Some(of(&format!(r#"{secret}, "expiry_millis": 1956528000000"#))),
        ),
        // 30 days in milliseconds, or a time in seconds; and a duration of 31 years.
        (of(&format!(r#"{secret}, "expiry_secs": 2592000000"#)), None, None),
        (of(&format!(r#"{secret}, "expiry_secs": 978307200"#)), None, None),
        (of(&format!(r#"{secret}, "expiry_millis": "never""#)), None, Some(never.clone())),
        // What a variable leaves that is not set.
        (of(&format!(r#"{secret}, "expiry_millis": """#)), None, None),
        (of(&format!(r#"{secret}, "expiry_millis": "-1""#)), None, None),
        (of(&format!(r"{secret} /* was: {SECRET} */")), None, Some(of(&format!("{secret} ")))),
        (of(&format!(r"{secret} /* was: another */")), Some(of(&format!("{secret} "))), None),
        (of(&format!(r#""token": "{SECRET}\n", {rest}"#)), None, Some(never.clone())),
        (
            of(&format!(r"{secret} /* was: \u0061piv3_{} */", &SECRET[6..])),
            None,
            Some(of(&format!("{secret} "))),
        ),
        (of(&format!(r#""token": "Bearer ${{TOKEN}}", {rest}"#)), None, None),
        (of(&format!(r#""token": "apiv3_$env-$token", {rest}"#)), None, None),
        (of(&format!(r#""token": "apiv3_%TOKEN%", {rest}"#)), None, None),
        (of(&format!(r#""token": "__TOKEN__", {rest}"#)), None, None),
        (of(&format!(r#""token": "op://vault/tokens/app", {rest}"#)), None, None),
        (of(&format!(r#""token": "ENC[AES256_GCM,data]", {rest}"#)), None, None),
        (of(&format!(r#""token": "op://vault/apiv3_app/token", {rest}"#)), None, None),
        (of(&format!(r#""token": "[[apiv3_token]]", {rest}"#)), None, None),
        (of(&format!(r#""token": "@/run/secrets/token", {rest}"#)), None, None),
        (of(&format!(r#""token": "apiv3_#TOKEN#", {rest}"#)), None, None),
        (of(&format!(r#""token": "Bearer __TOKEN__", {rest}"#)), None, None),
        (of(&format!(r#""token": "arn:aws:secret:apiv3_app", {rest}"#)), None, None),
        (of(&format!(r#""token": "Authorization: Bearer {SECRET}", {rest}"#)), None, Some(never.clone())),
        (
            format!(
                r#"{{"tokens": [{{"token": "/run/secrets/t", {rest}}}, {{"token": "/run/secrets/t", {}}}]}}"#,
                rest.replace("\"n\"", "\"m\"")
            ),
            None,
            None,
        ),
        (
            format!(
                r#"{{"tokens": [{{"token": "apiv3_%TOKEN%", {rest}}}, {{"token": "apiv3_%TOKEN%", {}}}]}}"#,
                rest.replace("\"n\"", "\"m\"")
            ),
            None,
            None,
        ),
        (
            of(&format!(r#"{secret}, "No_Expiry_Millis": 1956528000000"#)),
            None,
            Some(of(&format!(r#"{secret}, "expiry_millis": 1956528000000"#))),
        ),
        (
            of(&format!(r#"{secret}, "eexpiry_millis": 1956528000000"#)),
            Some(of(&format!(r#"{secret}, "expiry_millis": 1956528000000"#))),
            None,
        ),
        (of(&format!(r#"{secret}, "token_expires_in": 90"#)), None, None),
        // The same entry twice.
        (format!(r#"{{"tokens": [{{{secret}}}, {{{secret}}}]}}"#), None, None),
    ] {
        check_fixes(&before, safe.as_ref(), asked.as_ref());
    }
}

/// A member that may be none on purpose, and a time that would end a token which works.
#[test]
fn a_member_that_may_not_be_meant_is_left_to_a_person() {
    let rest = r#""name": "n", "permissions": ["system:*:read"]"#;
    let secret = format!(r#""token": "{SECRET}", {rest}"#);
    let of = |members: &str| format!(r#"{{"tokens": [{{{members}}}]}}"#);
    for (before, safe, asked) in [
        // What is none on purpose, or may be.
        (of(&format!(r#"{secret}, "//expiry_millis": 1956528000000"#)), None, None),
        (of(&format!(r#"{secret}, "_expiry_millis": 1956528000000"#)), None, None),
        (of(&format!(r#"{secret}, "§expiry_millis": 1956528000000"#)), None, None),
        (format!(r#"{{"//create_databases": ["a"], "tokens": [{{{secret}}}]}}"#), None, None),
        (
            of(&format!(r#"{secret}, "x_expiry_millis": 1956528000000"#)),
            None,
            Some(of(&format!(r#"{secret}, "expiry_millis": 1956528000000"#))),
        ),
        // The token would be refused, which works today.
        (
            of(&format!(r#"{secret}, "expiry_milis": 1756400061529"#)),
            None,
            Some(of(&format!(r#"{secret}, "expiry_millis": 1756400061529"#))),
        ),
        (
            of(&format!(r#"{secret}, "token_expiry_epoch_ms": 1956528000000"#)),
            None,
            Some(of(&format!(r#"{secret}, "expiry_millis": 1956528000000"#))),
        ),
        (of(&format!(r#"{secret}, "expiry_millis": 0, "expiry_millis": 1956528000000"#)), None, None),
        (
            format!(
                r#"{{"tokens": [{{"token": "${{A}}", {rest}}}, {{"token": "${{A}}", {}}}]}}"#,
                rest.replace("\"n\"", "\"m\"")
            ),
            None,
            None,
        ),
    ] {
        check_fixes(&before, safe.as_ref(), asked.as_ref());
    }
}

/// Names that differ in digits are of two databases; one that is granted and not created is then added.
#[test]
fn a_number_tells_databases_apart() {
    let text = |created: &str, granted: &str| {
        format!(
            r#"{{"create_databases": [{created}], "tokens": [{{"token": "SECRET", "name": "n", "permissions": ["db:{granted}:read"]}}]}}"#
        )
    };
    for (created, granted) in
        [("db1", "db2"), ("db1", "db10"), ("db", "db2"), ("db2", "db"), ("sensors_1", "sensor2")]
    {
        let both = format!(r#""{created}", "{granted}""#);
        let created = format!("\"{created}\"");
        assert_eq!(mended(&text(&created, granted)), text(&both, granted), "{granted}");
    }
    assert_eq!(mended(&text("\"sensors2\"", "sensor2")), text("\"sensors2\"", "sensors2"));
}

/// Of three entries, the last is a copy of the second: one of the two goes, and only then the other needs a token of its own.
#[test]
fn a_copy_of_a_copy_is_left_to_a_person() {
    let entry =
        |name: &str| format!(r#"{{"token": "SECRET", "name": "{name}", "permissions": ["system:*:read"]}}"#);
    let (a, b) = (entry("a"), entry("b"));
    let text = format!(r#"{{"tokens": [{a}, {b}, {b}]}}"#);
    assert_eq!(mended(&text), text);
    let two = format!(r#"{{"tokens": [{a}, {b}]}}"#);
    assert_eq!(mended(&two), two.replacen(&b, &b.replace("SECRET", "NEW"), 1));
}

/// With what was said of each, and where it was in the text before any of them.
#[test]
fn what_was_mended_is_told() {
    let text = r#"[{"token": "apiv3_your_token_here", "name": "a", "permissions": ["db:b:reed"],}]"#;
    let validator = Validator::new(util::now());
    let fixed = validator.fix(text.as_bytes(), Applicability::Ask).unwrap();
    let told: Vec<_> = fixed
        .mended()
        .iter()
        .map(|mended| {
            (mended.location().column, mended.code().name(), mended.pointer(), mended.has_new_token())
        })
        .collect();
    let expected = [
        (1, "array-at-top", "", false),
        (13, "placeholder-token", "/tokens/0/token", true),
        (70, "granted-not-created", "/tokens/0/permissions/0", false),
        (72, "unknown-action", "/tokens/0/permissions/0", false),
        (78, "json-syntax", "", false),
    ];
    assert_eq!(told, expected);
    assert!(fixed.mended()[3].message().contains("`reed`"), "{}", fixed.mended()[3].message());
    // Without words, each still has its place.
    let few = validator.keep(1).fix(text.as_bytes(), Applicability::Ask).unwrap();
    let places: Vec<_> = few.mended().iter().map(|mended| mended.location().column).collect();
    assert_eq!(places, expected.map(|(column, ..)| column));
    assert_eq!(few.mended()[3].message(), Code::UnknownAction.summary());
}

/// Whatever the keys of the hashes that the rules use.
#[test]
fn of_many_fixes_the_first_have_words() {
    let token = |secret: &str, name: &str, expiry: &str, permissions: &str| {
        format!(
            r#"{{"token": "{secret}", "name": "{name}", "expiry_millis": {expiry}, "permissions": [{permissions}]}}"#
        )
    };
    let one = |expiry, permissions| token(util::CANARY, "app", expiry, permissions);
    let read = |secret: &str, name| token(secret, name, "1790000000000", r#""db:a:read""#);
    let other = util::CANARY.replace("apiv3_", "apiv3_0");
    let cases = [
        (one("1798761600000000", r#""db:a:read,read""#), "/tokens/0/expiry_millis"),
        (
            one("1790000000000", r#""db:a:read", "db:a:read", "db:b:write", "db:b:write""#),
            "/tokens/0/permissions/1",
        ),
        (
            one("1790000000000", r#""db:b:write", "db:b:write", "db:a:read", "db:a:read""#),
            "/tokens/0/permissions/1",
        ),
        (
            [read(util::CANARY, "a"), read(util::CANARY, "b"), read(&other, "c"), read(&other, "d")]
                .join(", "),
            "/tokens/1/token",
        ),
    ];
    let validator = Validator::new(util::now()).keep(1);
    for (case, (tokens, first)) in cases.iter().enumerate() {
        let text = format!(r#"{{"create_databases": ["a", "b"], "tokens": [{tokens}]}}"#);
        for _ in 0..20 {
            let fixed = validator.fix(text.as_bytes(), Applicability::Ask).unwrap();
            let pointers: Vec<&str> = fixed.mended().iter().map(Mended::pointer).collect();
            assert_eq!(pointers, [first, ""], "case {case}");
        }
    }
}

/// Two databases are not what the object says.
#[test]
fn a_name_with_a_comma_stays_one() {
    for names in ["\"a,b\"", "\"a\", \"b,c\""] {
        let text = format!(
            r#"{{"tokens": [{{"token": "{SECRET}", "name": "n", "permissions": [{{"resource_type": "db", "resource_names": [{names}], "actions": ["read"]}}]}}]}}"#
        );
        assert_eq!(mended(&text), text.replace(SECRET, "SECRET"));
    }
}
