//! The examples about access, run as they are: what they print, and their exit codes.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test"
)]

#[path = "util/examples.rs"]
mod examples;
mod util;

use std::collections::BTreeMap;
use std::io::Write;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::Mutex;

use examples::example;
use serde_json::{Value, json};
use util::CANARY;

/// Exit code, standard output, standard error; neither shows the secret.
#[track_caller]
fn run(name: &str, arguments: &[&str], input: &str) -> (i32, String, String) {
    static BUILT: Mutex<BTreeMap<String, PathBuf>> = Mutex::new(BTreeMap::new());
    let program = BUILT.lock().unwrap().entry(name.to_owned()).or_insert_with(|| example(name)).clone();
    let mut command = Command::new(program);
    command.args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let input = input.to_owned();
    let writer = std::thread::spawn(move || drop(stdin.write_all(input.as_bytes())));
    let output = child.wait_with_output().unwrap();
    writer.join().unwrap();
    let (out, err) = (String::from_utf8(output.stdout).unwrap(), String::from_utf8(output.stderr).unwrap());
    util::assert_no_piece_of(CANARY, &format!("{out}{err}"), name);
    (output.status.code().unwrap(), out, err)
}

struct Files {
    folder: tempfile::TempDir,
}

impl Files {
    fn new() -> Self {
        let files = Self { folder: tempfile::tempdir().unwrap() };
        files.write("old.json", &file(&["db:a:read", "db:*:write", "system:health:read"]));
        files
    }

    fn write(&self, name: &str, text: &str) -> String {
        let path = self.folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        path.to_str().unwrap().to_owned()
    }

    fn path(&self, name: &str) -> String {
        self.folder.path().join(name).to_str().unwrap().to_owned()
    }
}

fn file(app: &[&str]) -> String {
    json!({"tokens": [
        {"token": CANARY, "name": "app", "permissions": app},
        {"token": "apiv3_second_0000000000000000000000000000", "name": "old", "expiry_millis": 1, "permissions": ["db:*:read"]},
    ]})
    .to_string()
}

#[test]
fn all_explain_themselves_and_their_exit_codes() {
    for name in ["who_can", "diff_access", "check_access", "assert_access"] {
        let (code, out, _) = run(name, &["--help"], "");
        let out = out.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(code == 0 && out.contains("Exit codes: 0") && out.contains("2 wrong usage"), "{name}: {out}");
        assert_eq!(run(name, &[], "").0, 2, "{name} without arguments");
        let missing = ["no-such-file.json", "no-such-file.json"];
        let more: &[&str] = match name {
            "who_can" => &["no-such-file.json", "--any-database"],
            "check_access" => {
                &["no-such-file.json", "--token-name", "app", "--database", "a", "--action", "read"]
            }
            _ => &missing,
        };
        let (code, _, err) = run(name, more, "");
        assert!(code == 2 && err.contains("no-such-file.json"), "{name}: {err}");
    }
}

#[test]
fn who_can_tells_who_and_by_what() {
    let files = Files::new();
    let path = files.path("old.json");
    let who = |arguments: &[&str]| run("who_can", &[&[&*path], arguments].concat(), "");
    assert_eq!(
        who(&["write", "--database", "b"]),
        (0, "app\tdb:*:write\tpermissions 1\n".into(), String::new())
    );
    assert_eq!(who(&["--database", "a"]).1, "app\tdb:a:read\tpermissions 0\n");
    assert_eq!(
        who(&["--database", "a", "--format", "json"]).1,
        "{\"entry\":\"db:a:read\",\"name\":\"app\",\"permissions\":[0]}\n"
    );
    assert_eq!(who(&["write", "--new-database", "a"]).1, "app\tdb:*:write\tpermissions 1\n");
    assert_eq!(who(&["--system", "health"]).1, "app\tsystem:health:read\tpermissions 2\n");
    assert_eq!(who(&["--any-database"]).1, "app\tdb:a:read\tpermissions 0\n");
    assert_eq!(who(&["delete", "--any-database"]), (1, String::new(), String::new()));
    assert_eq!(who(&["write", "--system", "health"]).0, 2);
}

#[test]
fn check_access_answers_by_its_exit_code() {
    let files = Files::new();
    let path = files.path("old.json");
    let check = |arguments: &[&str]| {
        let (code, out, err) = run("check_access", &[&[&*path, "--token-name"], arguments].concat(), "");
        format!("{code} {out}{err}")
    };
    for (arguments, expected) in [
        (&["app", "--database", "a", "--action", "read"][..], "0 allowed by `db:a:read`\n"),
        (
            &["app", "--database", "a", "--action", "write"],
            "1 denied: `db:a:read` lacks `write`, and hides `db:*:write`, which has it\n",
        ),
        (
            &["app", "--database", "b", "--action", "read", "--action", "write"],
            "1 denied: `db:*:write` lacks `read`\n",
        ),
        (&["app", "--database", "a", "--new", "--action", "write"], "0 allowed by `db:*:write`\n"),
        (&["app", "--any-database", "--action", "write"], "0 allowed by `db:*:write`\n"),
        (&["app", "--system", "health"], "0 allowed by `system:health:read`\n"),
        (
            &["app", "--system", "health", "--action", "write"],
            "2 check_access: system resources can only be read; leave out the actions\n",
        ),
        (&["app", "--system", "ping"], "1 denied: no permission of the token is for this\n"),
        (
            &["old", "--database", "a", "--action", "read"],
            "1 denied: the token expired at 1970-01-01T00:00:00.001Z\n",
        ),
        (
            &["ghost", "--database", "a", "--action", "read"],
            "2 check_access: the file has no token named `ghost`; check `--token-name`\n",
        ),
    ] {
        assert_eq!(check(arguments), expected, "{arguments:?}");
    }
    assert!(check(&["app", "--database", "a", "--action", "reed"]).starts_with("2 check_access: "));
    // What cannot be asked is not denied: a variable may not be set.
    for arguments in [["--database", ""], ["--database", "a b"], ["--system", "tokens"]] {
        let said = check(&[&["app"], &arguments[..], &["--action", "read"]].concat());
        assert!(said.starts_with("2 error: invalid value") && said.contains(arguments[0]), "{said}");
    }
    for (with, value) in [("--any-database", ""), ("--system", "health")] {
        let arguments: Vec<&str> = ["app", with, value, "--new", "--action", "read"]
            .into_iter()
            .filter(|word| !word.is_empty())
            .collect();
        let said = check(&arguments);
        assert!(
            said.starts_with("2 ") && said.contains(&format!("'{with}")) && said.contains("'--new'"),
            "{said}"
        );
    }
}

#[test]
fn check_access_in_a_batch_answers_line_by_line() {
    let files = Files::new();
    let secret = format!("{{\"token_name\": \"{CANARY}\", \"permissions\": \"{CANARY}\"}}");
    let named =
        format!("{{\"token_name\": \"{CANARY}\", \"database\": \"{CANARY}\", \"actions\": [\"{CANARY}\"]}}");
    let rows: &[(&str, &str)] = &[
        (
            r#"{"token_name": "app", "database": "a", "actions": ["read"]}"#,
            r#"{"allowed":true,"reason":null,"entry":"db:a:read"}"#,
        ),
        (
            r#"{"token_name": "app", "database": "a", "actions": ["write"]}"#,
            r#"{"allowed":false,"reason":"hidden-by-exact-entry","entry":"db:a:read"}"#,
        ),
        (
            r#"{"token_name": "app", "database": "a", "exists": false, "actions": ["write"]}"#,
            r#"{"allowed":true,"reason":null,"entry":"db:*:write"}"#,
        ),
        (
            r#"{"token_name": "app", "database": null, "exists": false, "actions": ["write"]}"#,
            r#"{"allowed":true,"reason":null,"entry":"db:*:write"}"#,
        ),
        (
            r#"{"token_name": "app", "database": null, "any_database": true, "actions": ["delete"]}"#,
            r#"{"allowed":false,"reason":"nowhere-allowed","entry":null}"#,
        ),
        (
            r#"{"token_name": "app", "system": "health", "actions": ["read"]}"#,
            r#"{"allowed":true,"reason":null,"entry":"system:health:read"}"#,
        ),
        (
            r#"{"token_name": "app", "system": "health"}"#,
            r#"{"allowed":true,"reason":null,"entry":"system:health:read"}"#,
        ),
        (
            r#"{"token_name": "app", "system": "health", "actions": ["write"]}"#,
            r#"{"allowed":false,"reason":"missing-action","entry":"system:health:read"}"#,
        ),
        (
            r#"{"token_name": "ghost", "database": "a", "actions": ["read"]}"#,
            r#"{"allowed":false,"reason":"unknown-token","entry":null}"#,
        ),
        (
            r#"{"token_name": "old", "database": "a", "actions": ["read"]}"#,
            r#"{"allowed":false,"reason":"expired","entry":null}"#,
        ),
        (
            r#"{"permissions": ["db:x:read", "db:x:write"], "database": "x", "exists": true, "actions": ["read", "write"]}"#,
            r#"{"allowed":true,"reason":null,"entry":"db:x:read,write"}"#,
        ),
        (
            r#"{"permissions": ["db:*:read"], "database": "_internal", "actions": ["read"]}"#,
            r#"{"allowed":false,"reason":"internal-database","entry":null}"#,
        ),
        (
            r#"{"permissions": [], "database": "x", "actions": []}"#,
            r#"{"allowed":false,"reason":"no-actions","entry":null}"#,
        ),
        (
            r#"{"permissions": ["system:*:read"], "system": "ping", "actions": []}"#,
            r#"{"allowed":false,"reason":"no-actions","entry":null}"#,
        ),
        (r#"{"token_name": "app", "any_database": true, "exists": false, "actions": ["read"]}"#, "error"),
        (r#"{"token_name": "app", "system": "health", "exists": true, "actions": ["read"]}"#, "error"),
        ("", "error"),
        ("nonsense", "error"),
        ("[1]", "error"),
        (r#"{"token_name": "app", "actions": ["read"]}"#, "error"),
        (r#"{"token_name": "app", "database": "a", "any_database": true, "actions": ["read"]}"#, "error"),
        (r#"{"token_name": "app", "permissions": [], "database": "a", "actions": ["read"]}"#, "error"),
        (r#"{"database": "a", "actions": ["read"]}"#, "error"),
        (r#"{"token_name": "app", "database": "a", "actions": ["fly"]}"#, "error"),
        (r#"{"token_name": "app", "database": "a", "action": "read"}"#, "error"),
        (r#"{"permissions": ["db:x"], "database": "a", "actions": ["read"]}"#, "error"),
        (&secret, "error"),
        (&named, "error"),
        (
            r#"{"token_name": "app", "database": "a", "actions": ["read"]}"#,
            r#"{"allowed":true,"reason":null,"entry":"db:a:read"}"#,
        ),
    ];
    let mut input = rows.iter().map(|(line, _)| *line).collect::<Vec<_>>().join(
        "
",
    );
    input.push('\n');
    let (code, out, err) = run("check_access", &[&files.path("old.json"), "--batch"], &input);
    assert_eq!((code, err.as_str(), out.lines().count()), (2, "", rows.len()));
    for ((line, expected), answer) in rows.iter().zip(out.lines()) {
        let answer: Value = serde_json::from_str(answer).unwrap();
        if *expected == "error" {
            assert!(answer["error"].is_string() && answer.get("allowed").is_none(), "{line}: {answer}");
        } else {
            assert_eq!(answer, serde_json::from_str::<Value>(expected).unwrap(), "{line}");
        }
    }
}

#[test]
fn check_access_in_a_batch_without_a_file_has_no_tokens() {
    let good = r#"{"permissions": ["db:x:read"], "database": "x", "actions": ["read"]}"#;
    assert_eq!(run("check_access", &["--batch"], good).0, 0);
    let without = good.replace(r#", "actions": ["read"]"#, "");
    assert!(run("check_access", &["--batch"], &without).1.contains("no request: `actions` is missing"));
    let named = r#"{"token_name": "app", "database": "x", "actions": ["read"]}"#;
    let (code, out, _) = run("check_access", &["--batch"], &format!("{named}\n{good}\n"));
    let [first, second] = out.lines().collect::<Vec<_>>()[..] else { panic!("{out}") };
    assert!(code == 2 && first.contains("{\"error\":\"`token_name` needs a tokens file"), "{out}");
    assert!(second.contains("\"allowed\":true"), "{out}");
}

#[test]
fn diff_access_tells_what_was_gained() {
    let files = Files::new();
    let old = files.path("old.json");
    let diff = |new: &str, format: &[&str]| run("diff_access", &[&[&*old, new], format].concat(), "");
    assert_eq!(diff(&old, &[]), (0, String::new(), String::new()));
    let less = files.write("less.json", &file(&["db:a:read", "system:health:read"]));
    assert_eq!(diff(&less, &[]).0, 0);
    let more =
        files.write("more.json", &file(&["db:a:read,write", "system:*:read"]).replace("\"old\"", "\"new\""));
    let expected = "token `app`: kept\n  + write on database `a`\n  + read on system resource `metrics`\n\
        \x20 + read on system resource `ping`\n  + read on system resource `ready`\n\
        \x20 - write on any other database\ntoken `old` -> `new`: renamed\n";
    assert_eq!(diff(&more, &[]), (1, expected.into(), String::new()));
    let (code, out, _) = diff(&more, &["--format", "json"]);
    let json: Value = serde_json::from_str(&out).unwrap();
    assert_eq!(
        (code, &json["gains"], &json["tokens"][0]["gained"][0]),
        (1, &json!(true), &json!({"database": "a", "actions": ["write"]}))
    );
    assert_eq!(json["tokens"][0]["lost"], json!([{"other_databases": true, "actions": ["write"]}]));
    let broken = files.write("broken.json", &file(&["db:a:reed"]));
    let (code, out, err) = diff(&broken, &[]);
    assert!(code == 2 && out.is_empty() && err.contains("broken.json"), "{err}");
}

#[test]
fn assert_access_holds_or_tells_the_line() {
    let files = Files::new();
    let old = files.path("old.json");
    let check = |text: &str| run("assert_access", &[&old, &files.write("expectations", text)], "");
    assert_eq!(
        check("app can read a\nonly app can write any # all of it\n"),
        (0, String::new(), String::new())
    );
    let (code, out, _) = check("\napp can write a\n");
    assert_eq!(code, 1);
    assert!(out.ends_with("expectations: line 2: `app` cannot write on database `a`: `db:a:read` lacks `write`, and hides `db:*:write`, which has it\n"), "{out}");
    let (code, out, err) = check("app can fly a\napp\n");
    assert!(
        code == 2
            && out.is_empty()
            && err.contains("line 1: unknown action `fly`: use ")
            && err.contains("line 2: "),
        "{err}"
    );
    assert_eq!(check(&format!("app can read {CANARY}\n{CANARY}")).0, 2);
    for database in ["my db", "", "."] {
        let (code, out, err) = run("who_can", &["--database", database, &old, "read"], "");
        assert!(code == 2 && out.is_empty() && err.contains("--database"), "{err}");
    }
    for nothing in ["", "\n# app can read a\n"] {
        let (code, out, err) = check(nothing);
        assert!(code == 2 && out.is_empty() && err.contains("has no expectation"), "{err}");
    }
}
