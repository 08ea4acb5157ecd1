//! What fixes promise: a cleaner text, no byte more changed than they say, and nothing to do the second time.

#[path = "util/props.rs"]
mod props;
mod util;

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::PathBuf;

use influxdb3_offline_tokens::{
    Applicability, Code, Diagnostic, Edit, Fix, Release, Replacement, Report, Severity, Validator, strategies,
};
use props::cases;
use proptest::prelude::*;

const LEVELS: [Applicability; 2] = [Applicability::Safe, Applicability::Ask];

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

fn fix_up_to(found: &Diagnostic, level: Applicability) -> Option<&Fix> {
    found.fixes().iter().find(|fix| fix.applicability() <= level)
}

/// The text with these edits, made in the plainest way; none where two overlap.
fn spliced(bytes: &[u8], edits: &[&Edit]) -> Option<Vec<u8>> {
    let mut edits = edits.to_vec();
    edits.sort_by_key(|edit| edit.span());
    let apart = |pair: &[&Edit]| {
        pair[0].span().end() <= pair[1].span().start() && pair[0].span().start() < pair[1].span().start()
    };
    if !edits.windows(2).all(apart) {
        return None;
    }
    let mut result = bytes.to_vec();
    for edit in edits.iter().rev() {
        let text = match edit.replacement() {
            Replacement::Text(text) => text.clone(),
            _ => util::CANARY.to_owned(),
        };
        result.splice(edit.span().range(), text.into_bytes());
    }
    Some(result)
}

/// With one word in place of every token that was generated.
fn without_new_tokens(bytes: &[u8]) -> String {
    let mut text = String::from_utf8_lossy(bytes).replace(util::CANARY, "NEW");
    let mut from = 0;
    while let Some(at) = text[from..].find("apiv3_").map(|at| at + from) {
        let body = &text[at + 6..];
        let end =
            body.find(|c: char| !c.is_ascii_alphanumeric() && c != '-' && c != '_').unwrap_or(body.len());
        if end == 86 {
            text.replace_range(at..at + 92, "NEW");
        }
        from = at + 3;
    }
    text
}

/// Every finding of at least a warning, and what can be fixed.
fn fixable(report: &Report, level: Applicability) -> (bool, BTreeSet<Code>) {
    let bad = report.iter().filter(|found| found.severity() >= Severity::Warning);
    let all = bad.clone().all(|found| fix_up_to(found, level).is_some());
    (all, bad.map(Diagnostic::code).collect())
}

fn fix_laws(validator: &Validator, bytes: &[u8]) -> Result<(), String> {
    let report = validator.check(bytes);
    let errors = report.count(Severity::Error);
    for level in LEVELS {
        let fixed = validator.fix(bytes, level).unwrap();
        let after = validator.check(fixed.as_bytes());
        let show = || {
            format!(
                "{level}:\n{}\n{report}\n{}\n{after}",
                bytes.escape_ascii(),
                fixed.as_bytes().escape_ascii()
            )
        };
        let again = validator.fix(fixed.as_bytes(), level).unwrap();
        if again.applied() != 0 || again.as_bytes() != fixed.as_bytes() {
            return Err(format!("fixed twice, {}", show()));
        }
        if (fixed.applied() == 0) != (fixed.as_bytes() == bytes) {
            return Err(format!("{} fixes applied, {}", fixed.applied(), show()));
        }
        if after.count(Severity::Error) > errors {
            return Err(format!("more errors, {}", show()));
        }
        let (all, codes) = fixable(&report, level);
        let left = after.iter().find(|found| codes.contains(&found.code()));
        if let Some(left) = left.filter(|_| all) {
            return Err(format!("{} is left, {}", left.code(), show()));
        }
        // Where all fixes can be made at once and nothing follows from them, that is what is made.
        let edits: Vec<&Edit> =
            report.iter().filter_map(|found| fix_up_to(found, level)).flat_map(Fix::edits).collect();
        if let Some(plain) = spliced(bytes, &edits)
            && validator.check(&plain).iter().all(|found| fix_up_to(found, level).is_none())
            && without_new_tokens(&plain) != without_new_tokens(fixed.as_bytes())
        {
            return Err(format!("other bytes than the edits say: {}", show()));
        }
    }
    // Each fix by itself mends its finding and makes no error.
    for found in report.iter().take(20) {
        for fix in found.fixes() {
            let edits: Vec<&Edit> = fix.edits().iter().collect();
            let Some(one) = spliced(bytes, &edits) else {
                return Err(format!("{found}: its edits overlap"));
            };
            let after = validator.check(&one);
            let same = |report: &Report| report.iter().filter(|other| other.code() == found.code()).count();
            // A permission with a duplicate is redundant after what made the duplicate so has gone: fewer findings in all.
            let mended = same(&after) < same(&report) || after.iter().count() < report.iter().count();
            if after.count(Severity::Error) > errors || !mended {
                return Err(format!(
                    "the fix of {found}\n{}\n{report}\nmakes\n{}\n{after}",
                    bytes.escape_ascii(),
                    one.escape_ascii()
                ));
            }
        }
    }
    Ok(())
}

#[test]
fn the_fixtures_keep_the_laws() {
    let mut wrong = String::new();
    for (path, validator, bytes) in fixtures() {
        if let Err(error) = fix_laws(&validator, &bytes) {
            let _ = writeln!(wrong, "== {}: {error}", path.display());
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}

proptest! {
    #![proptest_config(ProptestConfig { max_shrink_iters: 200, ..cases(150) })]

    #[test]
    fn mistaken_files_keep_the_laws((json, mistake) in strategies::wrong_token_file_json()) {
        let result = fix_laws(&Validator::new(util::now()), json.as_bytes());
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
        ("db:a, b:read", "db:a,b:read"),
        (" db:a:read", "db:a:read"),
        ("DB:a:read", "db:a:read"),
        ("dbs:a:read", "db:a:read"),
        ("database:a:read", "db:a:read"),
        ("db:a:Read", "db:a:read"),
        ("db:a:reaad", "db:a:read"),
        ("db:a:write;read", "db:a:write,read"),
        ("db:*,a:read", "db:*:read"),
        ("db:a:*", "db:a:read,write"),
        ("system:health:*", "system:health:read"),
        ("system:health:write", "system:health:read"),
        ("db:a,a:read,read", "db:a:read"),
        ("db:a\\u002ca:read", "db:a:read"),
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
fn members_become_what_was_meant() {
    let entry = |members: &str| {
        format!(r#"{{"create_databases": ["a"], "tokens": [{{"token": "SECRET", {members}}}]}}"#)
    };
    for (before, after) in [
        (r#""name": "n", "permissions": "db:a:read""#, r#""name": "n", "permissions": ["db:a:read"]"#),
        (r#""name": "n", "permissions": "[\"db:a:read\"]""#, r#""name": "n", "permissions": ["db:a:read"]"#),
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
