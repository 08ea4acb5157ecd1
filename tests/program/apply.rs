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
        let folder = folder(&[("w.json", WANTED)]);
        let path = folder.path().join("t.json");
        if let Some(old) = &old {
            std::fs::write(&path, old).unwrap();
            std::fs::set_permissions(&path, std::os::unix::fs::PermissionsExt::from_mode(0o600)).unwrap();
        }
        let children: Vec<_> = (0..8)
            .map(|_| {
                let mut command = command(folder.path());
                command.args(["apply", "t.json", "w.json"]);
                command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
            })
            .collect();
        let outputs = children.into_iter().map(|child| child.wait_with_output().unwrap());
        let mut printed = Vec::new();
        for output in outputs {
            assert_eq!((output.status.code(), &*output.stderr), (Some(0), &b""[..]));
            printed.extend(
                Some(String::from_utf8(output.stdout).unwrap()).filter(|text| text != "no changes\n"),
            );
        }
        let [printed] = &*printed else { panic!("the output of processes with changes: {printed:?}") };
        assert_no_piece_of(CANARY, printed, "apply");
        let file = load(&path).unwrap();
        let names: Vec<&str> = file.tokens().iter().map(|entry| entry.name().as_str()).collect();
        let app = file.get("app").unwrap();
        assert!(app.expiry().is_some_and(|expiry| expiry > Expiry::from_millis(1)));
        let lines: Vec<&str> = printed.lines().map(|line| line.split(" to 2").next().unwrap()).collect();
        if old.is_some() {
            assert_eq!(names, ["app", "other", "collector"]);
            assert!(!app.token().matches(CANARY));
            assert_eq!(
                lines,
                [
                    "add `sensors` to `create_databases`",
                    "rotate token `app`",
                    "set the expiry of token `app`",
                    "append token `collector` with no expiry and `db:sensors:write`"
                ]
            );
            let text = std::fs::read_to_string(&path).unwrap();
            assert!(
                text.contains(r#" "x" : [1.50,1e2], "#) && text.contains(r#""name":"\u0061pp""#),
                "{names:?}"
            );
        } else {
            assert_eq!((names.as_slice(), lines.len()), (&["app", "collector"][..], 2));
        }
    }
}

#[test]
fn previews_changes_and_removes_others() {
    let folder = folder(&[("w.json", WANTED), ("t.json", &expired_file())]);
    let apply =
        |options: &[&str]| run(&[&["apply", "t.json", "w.json"], options].concat(), folder.path(), b"");
    let dry = apply(&["--dry-run", "--remove-others"]);
    assert_eq!((dry.code, &*dry.stderr), (0, ""));
    assert_eq!(dry.stdout.lines().last(), Some("remove token `other`"));
    assert_eq!(std::fs::read_to_string(folder.path().join("t.json")).unwrap(), expired_file());
    let done = apply(&["--remove-others"]);
    assert_eq!(done.stdout.lines().count(), dry.stdout.lines().count());
    assert!(load(folder.path().join("t.json")).unwrap().get("other").is_none());
    for options in [&["--remove-others"][..], &["--dry-run"]] {
        let again = apply(options);
        assert_eq!((again.code, &*again.stdout, &*again.stderr), (0, "no changes\n", ""));
    }
    std::fs::remove_file(folder.path().join("t.json")).unwrap();
    let new = apply(&["--dry-run"]);
    assert_eq!((new.code, new.stdout.lines().count()), (0, 2));
    assert!(!folder.path().join("t.json").exists());
}
