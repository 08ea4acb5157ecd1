//! Secrecy of tokens in the output of every command.

use crate::util::{CANARY, assert_no_piece_of, piece_of_length};
use crate::{folder, run};

/// Files with the canary in every place where users put a token.
fn files() -> Vec<String> {
    let valid = format!(
        r#"{{"create_databases": ["red"], "tokens": [{{"token": "{CANARY}", "name": "app", "permissions": ["db:red:reed"]}}]}}"#
    );
    let entry = |member: &str, value: &str| {
        format!(
            r#"{{"tokens": [{{"token": "{CANARY}", "name": "app", "permissions": [], "{member}": {value}}}]}}"#
        )
    };
    let quoted = format!(r#""{CANARY}""#);
    let mut files = vec![
        valid.clone(),
        CANARY.to_owned(),
        quoted.clone(),
        format!("Bearer {CANARY}"),
        format!("[{quoted}]"),
        format!(r#"{{"tokens": [{quoted}]}}"#),
        format!(r#"{{"tokens": {quoted}}}"#),
        format!(r#"{{"token": {quoted}, "name": "_admin"}}"#),
        format!(r#"{{{quoted}: 1, "tokens": []}}"#),
        format!(r#"{{"create_databases": [{quoted}], "tokens": []}}"#),
        format!(r#"{{"tokens": [{{"token": "app", "name": {quoted}, "permissions": ["db:a:read"]}}]}}"#),
        format!(r#"{{"tokens": [{{"token": {quoted}, "name": {quoted}, "permissions": ["{CANARY}"]}}]}}"#),
        format!(r#"{{"tokens": [{{"token": {quoted}, "name": "a", "permissions": ["db:{CANARY}:read"]}}]}}"#),
        format!(r#"{{"tokens": [{{"token": {quoted}, "name": "a", "permissions": "db:a:{CANARY}"}}]}}"#),
        format!("# {CANARY}\n{valid}"),
        valid.replace("\", \"name\"", "\n\", \"name\""),
        valid.replace("apiv3_", "\\u0061piv3_"),
        valid.replace("apiv3_", "Bearer apiv3_"),
        valid.replace("apiv3_", ""),
        entry("token", &quoted),
        entry("expiry_millis", &quoted),
        entry("secret", &quoted),
        entry("name", &quoted),
    ];
    files.extend((1..valid.len()).step_by(23).map(|end| valid[..end].to_owned()));
    files
}

#[test]
fn never_shows_a_token_of_a_file() {
    for (number, text) in files().iter().enumerate() {
        let folder = folder(&[("t.json", text), ("w.json", r#"{"tokens": []}"#)]);
        let commands = [
            "validate --format human --release 3.9 t.json",
            "validate --format json t.json",
            "validate --format github t.json",
            "validate --format sarif t.json",
            "validate --admin t.json",
            "validate --diff --fix-all t.json",
            "redact t.json",
            "list t.json",
            "list --format json t.json",
            "apply t.json w.json --dry-run --remove-others",
            "apply t.json t.json --dry-run",
            "append t.json --name new --permission db:red:read",
            "validate --fix-all t.json",
        ];
        for command in commands {
            let run = run(&command.split(' ').collect::<Vec<_>>(), folder.path(), b"");
            let what = format!("{command} of file {number}: {}", text.replace(CANARY, "CANARY"));
            assert_no_piece_of(CANARY, &(run.stdout + &run.stderr), &what);
        }
    }
}

#[test]
fn never_shows_a_token_argument() {
    let file = r#"{"tokens": [{"token": "apiv3_first", "name": "app", "permissions": ["db:red:read"]}]}"#;
    for command in [
        "validate §",
        "validate --format json §",
        "validate --format github §",
        "validate --format sarif §",
        "validate --format § t.json",
        "validate --deny § t.json",
        "validate --release § t.json",
        "validate --now § t.json",
        "validate --token=§",
        "explain §",
        "permission §",
        "permission db:§:read",
        "permission db:§:red",
        "create §",
        "create new.json --name §",
        "create new.json --name a --expiry §",
        "create new.json --name a --permission §",
        "create new.json --name a --permission db:§:read",
        "create new.json --name a --permission db:§:read --format json",
        "create new.json --name a --database § --action read",
        "create new.json --name a --database red --action §",
        "create new.json --name a --create-database §",
        "append t.json --name §",
        "append t.json --name a --expires-at §",
        "append t.json --name a --create-database red,§",
        "rotate t.json §",
        "rotate t.json app --beside §",
        "rotate t.json app --if-sha512 §",
        "rename t.json app §",
        "rename t.json § app",
        "remove t.json §",
        "set t.json §",
        "set t.json app --permission db:§:read",
        "apply t.json §",
        "admin create §",
        "admin create new.json --name §",
        "admin create new.json --description §",
        "access t.json § --database red --action read",
        "access t.json app --database § --action read",
        "access t.json app --system §",
        "who-can t.json --database § --action read",
        "diff t.json §",
        "assert t.json §",
        "compare t.json §",
        "export requests t.json --name §",
        "export requests t.json --host §",
        "export requests t.json --host http://h/§",
        "export secret t.json --name §",
        "list §",
        "redact §",
        "man §",
        "completions §",
        "§",
    ] {
        let folder = folder(&[("t.json", file)]);
        let arguments: Vec<String> = command.split(' ').map(|word| word.replace('§', CANARY)).collect();
        let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
        let run = run(&arguments, folder.path(), b"");
        assert_no_piece_of(CANARY, &(run.stdout + &run.stderr), command);
    }
}

#[test]
fn never_shows_a_token_used_as_name() {
    let named = |token: &str, name: &str| {
        format!(
            r#"{{"create_databases": ["{name}"], "tokens": [{{"token": "apiv3_{token}", "name": "{name}", "permissions": ["db:{name}:read"]}}]}}"#
        )
    };
    let (old, new) = (named("first", "app"), named("second", CANARY));
    for command in [
        "list new.json",
        "list --format json new.json",
        "diff old.json new.json",
        "diff new.json old.json",
        "diff old.json new.json --format json",
        "diff new.json old.json --format json",
        "who-can new.json --any-database --action read",
        "who-can new.json --any-database --action read --format json",
        "append old.json --name §",
        "rename old.json app §",
        "rename new.json § other",
        "rotate new.json §",
        "remove new.json §",
    ] {
        let folder = folder(&[("old.json", &old), ("new.json", &new)]);
        let command = command.replace('§', CANARY);
        let run = run(&command.split(' ').collect::<Vec<_>>(), folder.path(), b"");
        let shown = run.stdout + &run.stderr;
        assert!(run.code <= 1 && shown.contains("****"), "{}: {}", command.replace(CANARY, "§"), run.code);
        assert_no_piece_of(CANARY, &shown, &command.replace(CANARY, "§"));
    }
}

/// Broken texts and the pieces of their tokens.
const BROKEN: [(&str, &[&str]); 4] = [
    (r#"{"tokens": [{"token": "apiv3_h7Q"x2L"9vTz"kP4", "name": "app"}]}"#, &["h7Q", "x2L", "9vTz", "kP4"]),
    (
        "{'tokens': [{'token': 'apiv3_tulip maple crane ocean', 'name': 'app'}]}",
        &["tulip", "maple", "crane", "ocean"],
    ),
    ("{tokens: [{token: apiv3_h7Q x2L 9vTz kP4, name: app}]}", &["h7Q", "x2L", "9vTz", "kP4"]),
    (r#"{"tokens": [{"name": "app", "permissions": [], "token": "apiv3_h7Qx2L9vT"#, &["h7Qx2L9vT"]),
];

#[test]
fn never_shows_a_token_of_broken_text() {
    for command in [
        "validate t.json",
        "validate --admin t.json",
        "validate --format json t.json",
        "validate --format github t.json",
        "validate --format sarif t.json",
        "validate --diff --fix-all t.json",
        "validate --fix-all t.json",
        "list t.json",
        "redact t.json",
        "append t.json --name new --permission db:red:read",
        "remove t.json app",
        "rotate t.json app",
        "apply t.json t.json",
        "access t.json app --database red --action read",
        "who-can t.json --database red --action read",
        "diff t.json t.json",
        "assert t.json t.json",
        "compare t.json t.json",
        "export requests t.json",
        "export secret t.json --name tokens",
    ] {
        for (number, (text, pieces)) in BROKEN.iter().enumerate() {
            let folder = folder(&[("t.json", text)]);
            let run = run(&command.split(' ').collect::<Vec<_>>(), folder.path(), b"");
            let shown = run.stdout + &run.stderr;
            assert!(run.code > 0 || command == "redact t.json", "{command} of text {number}");
            let is_shown = |piece: &&str| piece_of_length(piece.len().min(4), piece, &shown).is_some();
            assert!(!pieces.iter().any(is_shown), "{command} shows a piece of text {number}");
        }
    }
}
