//! The vendor's own examples, checked as they are.

mod util;

use influxdb3_offline_tokens::{Code, Severity, Validator};

/// What is found in a file, in its order: the code, and the text that is underlined.
fn findings(file: &str) -> Vec<String> {
    let text = std::fs::read_to_string(util::fixtures().join("vendor").join(file)).unwrap();
    let report = Validator::new(util::now()).check(text.as_bytes());
    let errors = report.iter().filter(|found| found.severity() == Severity::Error);
    assert_eq!(report.is_valid(), errors.count() == 0);
    report
        .iter()
        .map(|found| match found.code() {
            // The line of a token is enough: it has nothing else in it.
            Code::PlaceholderToken | Code::NeverExpires => {
                format!("{} line {}", found.code(), found.location().line)
            }
            code => format!("{code} {}", found.span().text(&text).unwrap()),
        })
        .collect()
}

#[test]
fn the_example_of_the_schema_has_placeholders_and_has_expired() {
    assert_eq!(
        findings("documentation.json"),
        [
            "placeholder-token line 4",
            "expired 1756400061529",
            "placeholder-token line 6",
            "duplicate-token apiv3_0XXXX-xxxXxXxxxXX_OxxxX...",
            "expired 1756400061529",
        ]
    );
}

#[test]
fn the_other_pages_make_the_mistakes_that_are_said_of_them() {
    for (file, expected) in [
        (
            "like-options-page.json",
            &["placeholder-token line 4", "expired 1756400061529", "granted-not-created green"][..],
        ),
        (
            "like-command-output.json",
            &["placeholder-token line 4", "expired 1756400061529", "granted-not-created green"],
        ),
        (
            "like-compose-page.json",
            &[
                "never-expires line 4",
                "placeholder-token line 4",
                "never-expires line 5",
                "placeholder-token line 5",
            ],
        ),
        (
            "like-ci-page.json",
            &[
                "unexpanded-variable $RED_DATABASE",
                "never-expires line 4",
                "unexpanded-variable $RED_TOKEN",
                "unexpanded-variable $RED_DATABASE",
            ],
        ),
    ] {
        assert_eq!(findings(file), expected, "{file}");
    }
}
