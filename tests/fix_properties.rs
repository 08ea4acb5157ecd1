//! The laws of fixes on the fixtures and on generated files, and the list of applied fixes.

mod laws;
#[path = "util/mistakes.rs"]
mod mistakes;
#[path = "util/props.rs"]
mod props;
mod util;

use std::fmt::Write as _;

use influxdb3_offline_tokens::Validator;
use influxdb3_offline_tokens::diagnostic::{Applicability, Fix};
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

/// The removal of a comment must not change what the rest of a text looks like.
#[test]
fn short_texts_with_comments_keep_the_laws() {
    const COMMENTS: [&str; 3] = ["//c\n", "/*c*/", "#c\n"];
    const PIECES: [&str; 17] = [
        "\"", "'", "`", "-", "1", " ", "\n", "{", "apiv3_x", ".json", "ENC[", "sops", "a", ":", "null",
        "://", "\u{FEFF}",
    ];
    let pieces: Vec<&str> = COMMENTS.into_iter().chain(PIECES).collect();
    let mut texts = vec![String::new()];
    let mut failures = String::new();
    for _ in 0..3 {
        let longer = |text: &String| pieces.iter().map(|piece| format!("{text}{piece}")).collect::<Vec<_>>();
        texts = texts.iter().flat_map(longer).collect();
        for text in texts.iter().filter(|text| COMMENTS.iter().any(|comment| text.contains(comment))) {
            if let Err(error) = fix::all(&Validator::new(util::now()), text.as_bytes()) {
                let _ = writeln!(failures, "== {text:?}: {error}");
            }
        }
    }
    assert!(failures.is_empty(), "{failures}");
}

proptest! {
    #![proptest_config(ProptestConfig { max_shrink_iters: 200, ..cases(150) })]

    #[test]
    fn generated_mistakes_keep_the_laws((json, mistake) in mistakes::mistaken_file()) {
        let result = fix::all(&Validator::new(util::now()), json.as_bytes());
        prop_assert!(result.is_ok(), "{mistake}: {}", result.unwrap_err());
    }
}

#[test]
fn lists_applied_fixes() {
    let text = r#"[{"token": "apiv3_your_token_here", "name": "a", "permissions": ["db:b:reed"],}]"#;
    let validator = Validator::new(util::now());
    let fixed = validator.fix(text.as_bytes(), Applicability::Unsafe).unwrap();
    let applied = fixed.applied.iter();
    let applied = applied.map(|found| {
        let has_new_token = found.fix().is_some_and(Fix::has_new_token);
        (found.location().column, found.code().name(), found.pointer(), has_new_token)
    });
    let expected = [
        (1, "array-at-top", "", false),
        (13, "placeholder-token", "/tokens/0/token", true),
        (72, "unknown-action", "/tokens/0/permissions/0", false),
        (78, "json-syntax", "", false),
    ];
    assert_eq!(applied.collect::<Vec<_>>(), expected);
    assert!(fixed.applied[2].message().contains("`reed`"), "{}", fixed.applied[2].message());
    // The limit of findings has no effect.
    let limited = validator.max_diagnostics(1).fix(text.as_bytes(), Applicability::Unsafe).unwrap();
    assert_eq!(limited.applied, fixed.applied);
}
