//! The programs about access, and others that only read a file: standard input, expiries, and lines that are no commands.

use serde_json::{Value, json};

use crate::util::{CANARY, assert_no_piece_of};
use crate::{folder, run};

fn file(app: &[&str]) -> String {
    json!({"tokens": [
        {"token": CANARY, "name": "app", "permissions": app},
        {"token": "apiv3_second_0000000000000000000000000000", "name": "old", "expiry_millis": 1, "permissions": ["db:*:read"]},
    ]})
    .to_string()
}

/// A GitHub runner takes such a line for a command, also behind spaces.
#[test]
fn no_line_begins_as_a_command_of_a_runner() {
    let old = file(&["db:a:read"]);
    for (name, shown) in [
        ("::error::all is lost", "\u{fffd}\u{fffd}error::all is lost"),
        (" \u{3000}::stop-commands::x", "\u{fffd}\u{fffd}stop-commands::x"),
        ("a::b", "a::b"),
    ] {
        let new = old.replace("\"app\"", &json!(name).to_string());
        let server = json!([{"token_id": 1, "name": format!("{name}2"), "permissions": "[]"}]).to_string();
        let folder = folder(&[("old.json", &old), ("new.json", &new)]);
        let who = run("who_can", folder.path(), &["new.json", "--database", "a"], b"");
        assert_eq!((who.code, who.stdout), (0, format!("{shown}\tdb:a:read\tpermissions 0\n")));
        for (program, arguments) in [
            ("diff_access", ["old.json", "new.json"]),
            ("diff_access", ["new.json", "old.json"]),
            ("compare_server", ["new.json", "-"]),
        ] {
            let run = run(program, folder.path(), &arguments, server.as_bytes());
            assert!(run.code < 2 && run.stdout.contains(name), "{program}: {}", run.stderr);
            let is_command = |line: &str| line.trim_start().starts_with("::");
            assert!(!run.stdout.lines().any(is_command), "{program}: {}", run.stdout);
        }
    }
}

#[test]
fn a_tokens_file_may_come_from_standard_input() {
    let text = file(&["db:a:read", "system:health:read"]);
    let more = file(&["db:a:read,write", "system:health:read"]);
    let broken = text.replace("db:a:read", "db:a:reed");
    let files = [("old.json", &*text), ("more.json", &more), ("expectations", "app can read a\n")];
    let folder = folder(&files);
    for (program, before, after) in [
        ("who_can", &["--any-database"][..], &[][..]),
        ("diff_access", &[], &["more.json"]),
        ("diff_access", &["more.json"], &[]),
        ("assert_access", &[], &["expectations"]),
        ("http_requests", &[], &[]),
        ("kubernetes_secret", &["--name", "a", "--output", "-"], &[]),
    ] {
        let with = |file: &str, input: &str| {
            run(program, folder.path(), &[before, &[file], after].concat(), input.as_bytes())
        };
        let (piped, named) = (with("-", &text), with("old.json", ""));
        assert_eq!((piped.code, &piped.stdout), (named.code, &named.stdout), "{program}");
        assert!(piped.code < 2, "{program}: {}", piped.stderr);
        let wrong = with("-", &broken);
        let code = if program == "kubernetes_secret" { 1 } else { 2 };
        assert_eq!((wrong.code, &*wrong.stdout), (code, ""), "{program}");
        assert!(wrong.stderr.ends_with("`validate -` shows all of it\n"), "{program}: {}", wrong.stderr);
        assert_no_piece_of(CANARY, &wrong.stderr, program);
        // As `<(…)` is none.
        let irregular = with(".", "");
        let hint = "is not a regular file; use the path of the file itself, or give `-` for standard input\n";
        assert!(irregular.code == 2 && irregular.stderr.ends_with(hint), "{program}: {}", irregular.stderr);
    }
    let twice = run("diff_access", folder.path(), &["-", "-"], text.as_bytes());
    assert_eq!((twice.code, &*twice.stdout), (2, ""));
    assert!(twice.stderr.contains("`-` can be given once"), "{}", twice.stderr);
}

#[test]
fn diff_access_tells_when_an_added_token_ends() {
    for (expiry, said) in [
        (json!(null), "never expires"),
        (json!(i64::MAX), "never expires"),
        (json!(4_000_000_000_000_i64), "expires 2096-10-02T07:06:40Z"),
        (json!(1), "expired on 1970-01-01T00:00:00.001Z"),
    ] {
        let mut new = json!({"tokens": [{"token": CANARY, "name": "app", "permissions": ["db:a:read"]}]});
        if !expiry.is_null() {
            new["tokens"][0]["expiry_millis"] = expiry.clone();
        }
        let folder = folder(&[("old.json", r#"{"tokens": []}"#), ("new.json", &new.to_string())]);
        let text = run("diff_access", folder.path(), &["old.json", "new.json"], b"");
        let expected = format!("token `app`: added\n  {said}\n  + read on database `a`\n");
        assert_eq!((text.code, text.stdout), (1, expected));
        let json = run("diff_access", folder.path(), &["old.json", "new.json", "--format", "json"], b"");
        let json: Value = serde_json::from_str(&json.stdout).unwrap();
        let new = if expiry == json!(i64::MAX) { Value::Null } else { expiry };
        assert_eq!(json["tokens"][0]["expiry_millis"], json!({"old": null, "new": new}));
    }
}
