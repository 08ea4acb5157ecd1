//! `apply`: its changes and output, also in concurrent processes.

use std::process::Stdio;

use influxdb3_offline_tokens::{Expiry, load};

use crate::util::{CANARY, assert_no_piece_of};
use crate::{command, folder, run};

const WANTED: &str = r#"{"create_databases": ["sensors"], "tokens": [
    {"name": "app", "permissions": ["db:sensors:read"], "expires_in": "90d", "rotate_within": "7d"},
    {"name": "collector", "permissions": ["db:sensors:write"]}]}"#;

/// A tokens file in which `app` has expired and `other` is not wanted.
fn expired_file() -> String {
    format!(
        r#"{{ "x" : [1.50,1e2], "tokens": [
  {{"token":"{CANARY}", "name":"\u0061pp", "expiry_millis":1, "permissions":["db:sensors:read"]}},
  {{"token":"apiv3_b", "name":"other", "permissions":[]}} ] }}"#
    )
}

#[test]
fn applies_once_across_processes() {
    for old in [Some(expired_file()), None] {
        let files: Vec<_> = old.iter().map(|old| ("t.json", &**old)).chain([("w.json", WANTED)]).collect();
        let folder = folder(&files);
        let path = folder.path().join("t.json");
        let children = [(); 8].map(|()| {
            let mut command = command(folder.path());
            command.args(["apply", "t.json", "w.json"]).stdin(Stdio::null());
            command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
        });
        let printed = children.map(|child| {
            let output = child.wait_with_output().unwrap();
            assert_eq!((output.status.code(), &*output.stderr), (Some(0), &b""[..]));
            String::from_utf8(output.stdout).unwrap()
        });
        let changes: Vec<&String> = printed.iter().filter(|text| *text != "no changes\n").collect();
        let [changes] = &*changes else { panic!("not one process with changes: {printed:?}") };
        assert_no_piece_of(CANARY, changes, "apply");
        let lines: Vec<&str> = changes.lines().map(|line| line.split(" to 2").next().unwrap()).collect();
        let file = load(&path).unwrap();
        let names: Vec<&str> = file.tokens().iter().map(|entry| entry.name().as_str()).collect();
        let app = file.get("app").unwrap();
        assert!(app.expiry().is_some_and(|expiry| expiry > Expiry::from_millis(1)));
        if old.is_none() {
            assert_eq!((&*names, lines.len()), (&["app", "collector"][..], 2));
            continue;
        }
        assert_eq!(names, ["app", "other", "collector"]);
        assert!(!app.token().matches(CANARY));
        let expected = [
            "add `sensors` to `create_databases`",
            "rotate token `app`",
            "set the expiry of token `app`",
            "append token `collector` with no expiry and `db:sensors:write`",
        ];
        assert_eq!(lines, expected);
        let text = std::fs::read_to_string(&path).unwrap();
        assert!(
            text.contains(r#" "x" : [1.50,1e2], "#) && text.contains(r#""name":"\u0061pp""#),
            "{names:?}"
        );
    }
}

#[test]
fn previews_changes_and_removes_others() {
    let folder = folder(&[("w.json", WANTED), ("t.json", &*expired_file())]);
    let path = folder.path().join("t.json");
    let apply = |options: &[&str]| {
        let run = run(&[&["apply", "t.json", "w.json"], options].concat(), folder.path(), b"");
        assert_eq!((run.code, &*run.stderr), (0, ""));
        run.stdout
    };
    let preview = apply(&["--dry-run", "--remove-others"]);
    assert_eq!(preview.lines().last(), Some("remove token `other`"));
    assert_eq!(std::fs::read_to_string(&path).unwrap(), expired_file());
    let applied = apply(&["--remove-others"]);
    assert_eq!(applied.lines().count(), preview.lines().count());
    assert!(load(&path).unwrap().get("other").is_none());
}
