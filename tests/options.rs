//! Validator options: allowed codes, and a limit of findings far beyond the default.

mod util;

use influxdb3_offline_tokens::diagnostic::Label;
use influxdb3_offline_tokens::span::Span;
use influxdb3_offline_tokens::{Code, Diagnostic, Report, Severity, Validator};

fn file(create_databases: &str, members: &str) -> String {
    format!(
        r#"{{"create_databases": {create_databases}, "tokens": [{{"token": "{}", "name": "app", {members}, "expiry_millis": 1780272000000}}]}}"#,
        util::CANARY
    )
}

/// The finding about the placeholder replaces the other one, unless its code is allowed.
#[test]
fn allowed_codes_reveal_implied_findings() {
    let text = file(r#"["red"]"#, r#""permissions": ["db:red,my_db:read"]"#);
    for (severity, expected) in
        [(Some(Severity::Warning), Code::PlaceholderName), (None, Code::GrantedNotCreated)]
    {
        let report =
            Validator::new(util::now()).severity(Code::PlaceholderName, severity).check(text.as_bytes());
        assert_eq!(report.iter().map(Diagnostic::code).collect::<Vec<_>>(), [expected]);
    }
}

const MANY: usize = 10_000;

fn numbered_names(prefix: &str) -> Vec<String> {
    (0..MANY).map(|number| format!("{prefix}{number}")).collect()
}

fn check(text: &str) -> Report {
    Validator::new(util::now()).max_diagnostics(4 * MANY).check(text.as_bytes())
}

/// The text of each finding of a code, and the offsets of the finding and its labels.
fn findings(text: &str, code: Code) -> Vec<(&str, Vec<usize>)> {
    let report = check(text);
    let found = report.iter().filter(|found| found.code() == code).map(|found| {
        let spans = std::iter::once(found.span()).chain(found.labels().iter().map(Label::span));
        (found.span().text(text).unwrap(), spans.map(Span::start).collect())
    });
    found.collect()
}

#[test]
fn reports_each_database_at_first_grant() {
    let names = numbered_names("granted-");
    let list = names.join(",");
    let text = file(r#"["created"]"#, &format!(r#""permissions": ["db:{list}:read", "db:{list}:write"]"#));
    let found = findings(&text, Code::GrantedNotCreated);
    let first = text.find(&list).unwrap();
    assert!(found.iter().map(|(name, _)| *name).eq(names.iter().map(String::as_str)));
    assert!(found.iter().all(|(_, offsets)| offsets[0] < first + list.len()));
}

#[test]
fn fixes_names_granted_once() {
    let list = numbered_names("granted-").join(",");
    for (again, has_fix) in [("granted-1", true), ("sensor", false)] {
        let permissions = format!(r#""permissions": ["db:{list},sensor:read", "db:{again}:write"]"#);
        let text = file(r#"["sensors"]"#, &permissions);
        let report = check(&text);
        let sensor = report.iter().find(|found| found.span().text(&text) == Some("sensor"));
        assert_eq!(sensor.map(|found| found.fix().is_some()), Some(has_fix), "{again}");
    }
}
