//! Fixes add no error, and change no byte more than they report.

mod laws;
#[path = "util/mistakes.rs"]
mod mistakes;
#[path = "util/props.rs"]
mod props;
mod util;

use std::collections::BTreeSet;
use std::fmt::Write as _;

use influxdb3_offline_tokens::diagnostic::Applicability;
use influxdb3_offline_tokens::{Code, Validator};
use laws::fix;
use props::cases;
use proptest::prelude::*;

#[test]
fn fixtures_keep_the_laws() {
    let mut failures = String::new();
    for fixture in util::mistaken_fixtures() {
        if let Err(error) = fix::all(&fixture.validator, &fixture.bytes()) {
            let _ = writeln!(failures, "== {}: {error}", fixture.path.display());
        }
    }
    assert!(failures.is_empty(), "{failures}");
}

proptest! {
    #![proptest_config(ProptestConfig { max_shrink_iters: 200, ..cases(150) })]

    #[test]
    fn generated_files_with_a_mistake_keep_the_laws((json, mistake) in mistakes::mistaken_file()) {
        let result = fix::all(&Validator::new(util::now()), json.as_bytes());
        prop_assert!(result.is_ok(), "{mistake}: {}", result.unwrap_err());
    }
}

/// The codes with a fix that is safe.
const SAFE: [Code; 18] = [
    Code::ByteOrderMark,
    Code::JsonSyntax,
    Code::MisspeltMember,
    Code::PermissionsNotAList,
    Code::PermissionObject,
    Code::CreateDatabasesNotAList,
    Code::ExpiryNotAnInteger,
    Code::NullMember,
    Code::EmptyItem,
    Code::Whitespace,
    Code::UnknownResourceType,
    Code::UnknownAction,
    Code::UnknownSystemResource,
    Code::NameWithSurroundingSpace,
    Code::DuplicatePermission,
    Code::DuplicateItem,
    Code::RedundantPermission,
    Code::DuplicateDatabase,
];

/// The codes with a fix that a person should look at.
const ASK: [Code; 27] = [
    Code::JsonSyntax,
    Code::ArrayAtTop,
    Code::HttpRequestBody,
    Code::MissingMember,
    Code::MisspeltMember,
    Code::ExpiryNotAnInteger,
    Code::ExtraPart,
    Code::EmptyItem,
    Code::Whitespace,
    Code::UnknownResourceType,
    Code::MixedWildcard,
    Code::BadDatabaseName,
    Code::UnknownAction,
    Code::WildcardAction,
    Code::ActionNotGrantable,
    Code::ActionNotForType,
    Code::UnknownSystemResource,
    Code::TokenPrefix,
    Code::TokenCharacters,
    Code::PlaceholderToken,
    Code::WeakToken,
    Code::ExpiryInSeconds,
    Code::ExpiryTooFine,
    Code::ExpiryNotPositive,
    Code::DuplicateToken,
    Code::SpecificHidesWildcard,
    Code::GrantedNotCreated,
];

#[test]
fn every_code_has_its_fixes() {
    let mut found = BTreeSet::new();
    for fixture in util::mistaken_fixtures() {
        for finding in &fixture.validator.check(&fixture.bytes()) {
            found.extend(finding.fixes().iter().map(|fix| (fix.applicability(), finding.code())));
        }
    }
    let safe = SAFE.map(|code| (Applicability::Safe, code));
    let ask = ASK.map(|code| (Applicability::Unsafe, code));
    assert!(found.iter().eq(safe.iter().chain(&ask)), "{found:#?}");
}

/// With the message of each, and its location in the original file.
#[test]
fn applied_fixes_are_listed() {
    let text = r#"[{"token": "apiv3_your_token_here", "name": "a", "permissions": ["db:b:reed"],}]"#;
    let validator = Validator::new(util::now());
    let fixed = validator.fix(text.as_bytes(), Applicability::Unsafe).unwrap();
    let listed: Vec<_> = fixed
        .applied()
        .iter()
        .map(|mended| {
            (mended.location().column, mended.code().name(), mended.pointer(), mended.has_new_token())
        })
        .collect();
    let expected = [
        (1, "array-at-top", "", false),
        (13, "placeholder-token", "/tokens/0/token", true),
        (72, "unknown-action", "/tokens/0/permissions/0", false),
        (78, "json-syntax", "", false),
    ];
    assert_eq!(listed, expected);
    assert!(fixed.applied()[2].message().contains("`reed`"), "{}", fixed.applied()[2].message());
    // Whatever the limit of findings.
    let few = validator.max_diagnostics(1).fix(text.as_bytes(), Applicability::Unsafe).unwrap();
    assert_eq!(few.applied(), fixed.applied());
}
