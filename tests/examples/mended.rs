//! `validate --fix` says what it did to a file, and to whom it could not say it.

use serde_json::Value;

use crate::util::{CANARY, assert_no_piece_of};
use crate::{command, folder, run};

/// With a comma too many, tokens of examples, one with a token as its name, and a permission that is misspelt.
fn text() -> String {
    format!(
        r#"{{
  "create_databases": ["a"],
  "tokens": [
    {{"token": "apiv3_your_token_here", "name": "app", "permissions": ["db:a:reaad"],}},
    {{"token": "apiv3_another_token_here", "name": "{CANARY}", "permissions": ["db:a:read"]}}
  ]
}}
"#
    )
}

/// The lines that say what was mended.
fn mended(text: &str) -> Vec<&str> {
    text.lines().filter(|line| line.starts_with("mended[")).collect()
}

#[test]
fn each_fix_is_told_and_new_secrets_are_named() {
    let folder = folder(&[("t.json", &text())]);
    let safe = run("validate", folder.path(), &["--fix", "t.json"], b"");
    let comma = "mended[T0104 json-syntax] t.json:4:84: trailing `,` after the last value";
    assert_eq!(mended(&safe.stdout), [comma]);
    assert!(safe.stdout.starts_with(&format!("{comma}\n\n")) && safe.stdout.contains("; 1 fix applied;"));
    let all = run("validate", folder.path(), &["--fix-all", "t.json"], b"");
    let expected = [
        "mended[T0303 placeholder-token] t.json:4:16: token `app` has a new secret: the token is copied from an example",
        "mended[T0214 unknown-action] t.json:4:77: unknown action: `reaad`; the fix grants `read`",
        "mended[T0303 placeholder-token] t.json:5:16: this token has a new secret: the token is copied from an example",
    ];
    assert_eq!(mended(&all.stdout), expected);
    assert!(all.stdout.contains("; 3 fixes applied"), "{}", all.stdout);
    let file = std::fs::read_to_string(folder.path().join("t.json")).unwrap();
    let new = file.split("\"token\": \"").nth(1).and_then(|rest| rest.split('"').next()).unwrap();
    assert_eq!(new.len(), 92);
    for secret in [CANARY, new] {
        assert_no_piece_of(secret, &format!("{}{}", safe.stdout, all.stdout), "what was mended");
    }
    let again = run("validate", folder.path(), &["--fix-all", "t.json"], b"");
    assert!(mended(&again.stdout).is_empty() && !again.stdout.contains("applied"), "{}", again.stdout);
}

#[test]
fn every_format_tells_what_was_mended() {
    let told = |format: &str| {
        let folder = folder(&[("t.json", &text())]);
        let done = run("validate", folder.path(), &["--fix-all", "--format", format, "t.json"], b"");
        assert_no_piece_of(CANARY, &done.stdout, format);
        done.stdout
    };
    let line: Value = serde_json::from_str(&told("json")).unwrap();
    let expected = serde_json::json!({
        "code": "T0303", "name": "placeholder-token", "line": 4, "column": 16, "new_secret": true,
        "message": "token `app` has a new secret: the token is copied from an example",
    });
    assert_eq!(line["mended"][0], expected);
    assert_eq!(line["mended"].as_array().unwrap().len(), 4);
    let message = "unknown action: `reaad`; the fix grants `read`";
    assert_eq!(line["mended"][1]["message"], message);
    let notice = format!("::notice file=t.json,line=4,col=77,title=mended T0214 unknown-action::{message}\n");
    assert!(told("github").contains(&notice));
    let log: Value = serde_json::from_str(&told("sarif")).unwrap();
    crate::sarif::assert_is_log(&log);
    let notes = log["runs"][0]["invocations"][0]["toolExecutionNotifications"].as_array().unwrap();
    assert_eq!(notes.len(), 4);
    assert_eq!(notes[1]["message"]["text"], format!("mended T0214 unknown-action: {message}"));
}

/// The caller must not take that for a check that failed, or for one that is fine.
#[test]
#[cfg(target_os = "linux")]
fn what_was_mended_and_not_told_ends_with_3() {
    let text = "{\"tokens\": [],}";
    for (arguments, code) in [
        (&["--fix", "t.json"][..], 3),
        (&["--fix", "t.json", "none.json"], 3),
        (&["--fix-all", "--format", "json", "t.json"], 3),
        (&["t.json"], 2),
        (&["--fix", "fine.json"], 2),
    ] {
        let files = folder(&[("t.json", text), ("fine.json", "{\"tokens\": []}")]);
        let full = std::fs::File::create("/dev/full").unwrap();
        // Nobody reads at the other end.
        let (reader, closed) = std::io::pipe().unwrap();
        drop(reader);
        for (output, code) in [
            (std::process::Stdio::from(full), code),
            // To a plain check, that is no matter.
            (closed.into(), if code == 3 { 3 } else { i32::from(arguments[0] == "t.json") }),
        ] {
            std::fs::write(files.path().join("t.json"), text).unwrap();
            let done = command("validate", files.path()).args(arguments).stdout(output).output().unwrap();
            let error = String::from_utf8(done.stderr).unwrap();
            assert_eq!(done.status.code(), Some(code), "{arguments:?}: {error}");
            let told = error.contains("validate: the file was changed; cannot write to standard output: ");
            assert_eq!(told, code == 3, "{arguments:?}: {error}");
            let now = std::fs::read_to_string(files.path().join("t.json")).unwrap();
            assert_eq!(now != text, code == 3, "{arguments:?}");
        }
    }
}
