//! What each release of the server refuses, or silently does wrong: the table of releases, as findings.

#![allow(missing_docs)]

mod util;

use influxdb3_offline_tokens::{Release, Report, Validator};

fn check(release: Option<&str>, permissions: &str) -> (Report, String) {
    let token = |name: &str, secret: &str, permissions: &str| {
        format!(
            r#"{{"token": "{secret}", "name": "{name}", "expiry_millis": 1780272000000, "permissions": [{permissions}]}}"#
        )
    };
    let app = token("app", "apiv3_UiZSArOjH1rakuyh4qDTpkW_C61i7DYm-d7BTXFZIEc", permissions);
    let tokens = if permissions == SAME_TOKEN {
        let permissions = "\"system:ping:read\"";
        let one = token("one", "apiv3_X6kwSBlWkMU-TRXSIuOjMN86oTaoqT1JkgnUs_QUX-c", permissions);
        let two = token("two", "apiv3_X6kwSBlWkMU-TRXSIuOjMN86oTaoqT1JkgnUs_QUX-c", permissions);
        format!("{one}, {two}")
    } else {
        app
    };
    let text = format!(r#"{{"create_databases": ["red"], "tokens": [{tokens}]}}"#);
    let mut validator = Validator::new(util::now());
    if let Some(release) = release {
        validator = validator.release(Release::parse(release).unwrap());
    }
    (validator.check(text.as_bytes()), text)
}

const SAME_TOKEN: &str = "two entries with one token";

#[test]
fn each_release_has_the_findings_of_its_own() {
    // The release, the permission, and what is found: the code, the text, and a piece of the message or help.
    for (release, permission, code, under, says) in [
        // Offline tokens files since 3.4, `create` since 3.1.
        ("3.0", "\"db:red:create\"", "needs-newer-release", "{", "3.4.0 is the first that does"),
        ("3.0", "\"db:red:create\"", "needs-newer-release", "create", "3.1.0 accepts it"),
        ("3.1", "\"db:red:create\"", "needs-newer-release", "{", "3.4.0 is the first that does"),
        ("3.3.9", "\"db:red:read\"", "needs-newer-release", "{", "3.4.0 is the first that does"),
        // `db:*` since 3.10.
        ("3.4", "\"db:*:read\"", "needs-newer-release", "*", "3.10.0 accepts it"),
        ("3.9.9", "\"db:*:read\"", "needs-newer-release", "*", "3.10.0 accepts it"),
        // `*` as a type makes an admin token of it until 3.9.
        ("3.4", "\"*:*:*\"", "admin-permission", "*", "release 3.4.0 would make a full admin token of it"),
        (
            "3.9",
            "\"*:red:read\"",
            "admin-permission",
            "*",
            "release 3.9.0 would make a full admin token of it",
        ),
        ("3.10", "\"*:*:*\"", "admin-permission", "*", "release 3.10.0 refuses it"),
        // Names of system resources that kill the server until 3.9.
        (
            "3.4",
            "\"system:tokens:read\"",
            "unknown-system-resource",
            "tokens",
            "release 3.4.0 panics at this",
        ),
        ("3.9", "\"system:*,ping:read\"", "mixed-wildcard", "*,ping", "release 3.9.0 panics at this"),
        ("3.9", "\"system:pin*:read\"", "glob", "pin*", "release 3.9.0 panics at this"),
        // `read` and `write` allow deleting until 3.8.3.
        ("3.4", "\"db:red:read\"", "allows-delete", "read", "`read` also allows deleting"),
        ("3.8.3", "\"db:red:write\"", "allows-delete", "write", "`write` also allows deleting"),
        // One token twice is refused since 3.11.1.
        (
            "3.11.0",
            SAME_TOKEN,
            "duplicate-token",
            "apiv3_X6kwSBlWkMU-TRXSIuOjMN86oTaoqT1JkgnUs_QUX-c",
            "forgets",
        ),
        (
            "3.11.1",
            SAME_TOKEN,
            "duplicate-token",
            "apiv3_X6kwSBlWkMU-TRXSIuOjMN86oTaoqT1JkgnUs_QUX-c",
            "refuses it",
        ),
    ] {
        let (report, text) = check(Some(release), permission);
        let is_it = |found: &&influxdb3_offline_tokens::Diagnostic| {
            found.code().name() == code
                && found.span().text(&text) == Some(under)
                && (found.message().contains(says) || found.help().is_some_and(|help| help.contains(says)))
        };
        assert!(report.iter().any(|found| is_it(&found)), "{release} {permission}: {code} {says}\n{report}");
    }
}

#[test]
fn a_release_has_no_findings_of_another() {
    for (release, permission, not) in [
        ("3.4", "\"db:red:read\"", "needs-newer-release"),
        ("3.1", "\"db:red:create\"", "accepts it"),
        ("3.10", "\"db:*:read\"", "needs-newer-release"),
        ("3.10", "\"system:tokens:read\"", "panics"),
        ("3.10", "\"system:*,ping:read\"", "panics"),
        ("3.8.4", "\"db:red:read,write\"", "allows-delete"),
        ("3.11.1", SAME_TOKEN, "forgets"),
        // A release that reads no such file does nothing wrong with it.
        ("3.3", "\"db:*:read\"", "3.10.0"),
        ("3.3", "\"*:*:*\"", "full admin token"),
        ("3.3", "\"system:tokens:read\"", "panics"),
        ("3.3", "\"db:red:read\"", "allows-delete"),
        ("3.3", SAME_TOKEN, "forgets"),
    ] {
        let (report, _) = check(Some(release), permission);
        for found in &report {
            let words = format!("{} {} {:?}", found.code(), found.message(), found.help());
            assert!(!words.contains(not), "{release} {permission}: {words}");
        }
    }
}

#[test]
fn without_a_release_the_worst_is_told_of_all() {
    for (permission, says) in [
        ("\"*:*:*\"", "releases 3.4 to 3.9 would make a full admin token of it"),
        ("\"system:tokens:read\"", "a server of 3.4 to 3.9 panics at this"),
        ("\"system:*,ping:read\"", "a server of 3.4 to 3.9 panics at this"),
        (SAME_TOKEN, "before 3.11.1 the last hides the first, since then it is refused"),
    ] {
        let (report, _) = check(None, permission);
        let words: String =
            report.iter().map(|found| format!("{} {:?}\n", found.message(), found.help())).collect();
        assert!(words.contains(says), "{permission}: {words}");
        assert!(!words.contains("release 3."), "{permission}: {words}");
    }
}
