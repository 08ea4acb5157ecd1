//! `reconcile`: what it changes and prints, that it does so once, and what it refuses.

use std::process::Stdio;

use influxdb3_offline_tokens::{Expiry, TokenFile, load};

use crate::util::{CANARY, assert_no_piece_of};
use crate::{command, folder, run};

const WANTED: &str = r#"{"create_databases": ["sensors"], "tokens": [
    {"name": "app", "permissions": ["db:sensors:read"], "expires_in": "90d", "rotate_within": "7d"},
    {"name": "collector", "permissions": ["db:sensors:write"]}]}"#;

/// A file in which `app` has expired, and that has a token that is not wanted.
fn expired() -> String {
    format!(
        r#"{{ "x" : [1.50,1e2], "tokens": [
  {{"token":"{CANARY}", "name":"\u0061pp", "expiry_millis":1, "permissions":["db:sensors:read"]}},
  {{"token":"apiv3_b", "name":"other", "permissions":[]}} ] }}"#
    )
}

#[test]
fn of_eight_processes_one_makes_the_changes() {
    for old in [Some(expired()), None] {
        let folder = folder(&[("w.json", WANTED)]);
        let path = folder.path().join("t.json");
        if let Some(old) = &old {
            std::fs::write(&path, old).unwrap();
        }
        let children: Vec<_> = (0..8)
            .map(|_| {
                let mut command = command("reconcile", folder.path());
                command.args(["t.json", "--wanted", "w.json"]);
                command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
            })
            .collect();
        let outputs = children.into_iter().map(|child| child.wait_with_output().unwrap());
        let mut printed = Vec::new();
        for output in outputs {
            assert_eq!((output.status.code(), &*output.stderr), (Some(0), &b""[..]));
            printed.extend(Some(String::from_utf8(output.stdout).unwrap()).filter(|text| !text.is_empty()));
        }
        let [printed] = &*printed else { panic!("not one of eight made changes: {printed:?}") };
        assert_no_piece_of(CANARY, printed, "reconcile");
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
fn a_dry_run_prints_the_changes_and_others_are_removed_on_request() {
    let folder = folder(&[("w.json", WANTED), ("t.json", &expired())]);
    let reconcile = |options: &[&str]| {
        run("reconcile", folder.path(), &[&["t.json", "--wanted", "w.json"], options].concat(), b"")
    };
    let dry = reconcile(&["--dry-run", "--remove-others"]);
    assert_eq!((dry.code, &*dry.stderr), (0, ""));
    assert_eq!(dry.stdout.lines().last(), Some("remove token `other`"));
    assert_eq!(std::fs::read_to_string(folder.path().join("t.json")).unwrap(), expired());
    let done = reconcile(&["--remove-others"]);
    assert_eq!(done.stdout.lines().count(), dry.stdout.lines().count());
    assert!(load(folder.path().join("t.json")).unwrap().get("other").is_none());
    for options in [&["--remove-others"][..], &["--dry-run"]] {
        let again = reconcile(options);
        assert_eq!((again.code, &*again.stdout, &*again.stderr), (0, "", ""));
    }
    std::fs::remove_file(folder.path().join("t.json")).unwrap();
    let none = reconcile(&["--dry-run"]);
    assert_eq!((none.code, none.stdout.lines().count()), (0, 2));
    assert!(!folder.path().join("t.json").exists());
}

#[test]
fn what_is_wrong_is_told_and_nothing_changed() {
    let canary =
        format!(r#"{{"tokens": [{{"name": "a", "permissions": ["{CANARY}"], "token": "{CANARY}"}}]}}"#);
    let files = [("w.json", WANTED), ("canary.json", &*canary), ("t.json", "garbage")];
    let folder = folder(&files);
    for (arguments, code, message) in [
        (["t.json", "--wanted", "w.json"], 1, "nothing was changed: `t.json` has one error"),
        (["t.json", "--wanted", "t.json"], 1, "reconcile: `--wanted`: 1:1: invalid JSON"),
        (["t.json", "--wanted", "canary.json"], 1, "secrets are no part of a wanted file; remove `token`"),
        (["t.json", "--wanted", "none.json"], 2, "cannot read `none.json`"),
        (["none/t.json", "--wanted", "w.json"], 2, "none/t.json"),
    ] {
        let run = run("reconcile", folder.path(), &arguments, b"");
        assert!(
            run.code == code && run.stderr.contains(message),
            "{arguments:?}: {} {}",
            run.code,
            run.stderr
        );
        assert_no_piece_of(CANARY, &(run.stdout + &run.stderr), "reconcile");
    }
    let text = std::fs::read(folder.path().join("t.json")).unwrap();
    assert!(text == b"garbage" && TokenFile::parse(&text).is_err());
}
