//! Secrecy of tokens in the output of every command.

use crate::util::{CANARY, assert_no_piece_of, files, fixtures, piece_of_length};
use crate::{Run, folder, run};

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

/// Commands that read `t.json`.
#[rustfmt::skip]
const COMMANDS: &[&str] = &[
    "validate --release 3.9 t.json", "validate --admin t.json", "validate --diff --fix-all t.json",
    "validate --fix-all t.json", "redact t.json", "list t.json", "remove t.json app", "rotate t.json app",
    "append t.json --name new --permission db:red:read", "apply t.json w.json --dry-run --remove-others",
    "apply t.json t.json --dry-run", "access t.json app --database red --action read",
    "who-can t.json --database red --action read", "diff t.json t.json", "assert t.json t.json",
    "compare t.json t.json", "export requests t.json", "export secret t.json --name tokens",
];

/// Runs a command whose arguments are separated by spaces; `§` is the canary.
fn run_command(command: &str, files: &[(&str, &[u8])]) -> (Run, String) {
    let folder = folder(files);
    let arguments: Vec<String> = command.split(' ').map(|word| word.replace('§', CANARY)).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let run = run(&arguments, folder.path(), b"");
    let output = format!("{}{}", run.stdout, run.stderr);
    (run, output)
}

#[test]
fn never_shows_a_token_of_a_file() {
    let folders =
        ["secrets-in-place", "secrets-out-of-place"].map(|name| fixtures().join("combined").join(name));
    let paths = folders.iter().flat_map(|folder| files(folder, ".json"));
    let fixtures = paths.map(|path| std::fs::read(path).unwrap());
    let more_texts = [
        format!("Bearer {CANARY}"),
        format!(r#"{{"tokens": ["{CANARY}"]}}"#),
        format!(r#"{{"tokens": [{{"token": "{CANARY}", "name": "app", "permissions": ["db:red:reed"]}}]}}"#),
    ];
    let texts = fixtures.chain(more_texts.map(String::into_bytes)).map(|text| (text, &[CANARY][..]));
    let broken = BROKEN.iter().map(|(text, pieces)| (text.as_bytes().to_vec(), *pieces));
    for (number, (text, pieces)) in texts.chain(broken).enumerate() {
        for command in COMMANDS {
            let (_, output) = run_command(command, &[("t.json", &text), ("w.json", br#"{"tokens": []}"#)]);
            assert!(!output.contains("--help"), "{command}: {output}");
            let is_shown = |piece: &&str| piece_of_length(piece.len().min(4), piece, &output).is_some();
            assert!(!pieces.iter().any(is_shown), "{command} shows a piece of text {number}");
        }
    }
}

#[test]
fn never_shows_a_token_argument() {
    let file = br#"{"tokens": [{"token": "apiv3_first", "name": "app", "permissions": ["db:red:read"]}]}"#;
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
        let (_, output) = run_command(command, &[("t.json", file)]);
        assert_no_piece_of(CANARY, &output, command);
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
        let files = [("old.json", old.as_bytes()), ("new.json", new.as_bytes())];
        let (run, output) = run_command(command, &files);
        assert!(run.code <= 1 && output.contains("****"), "{command}: {}", run.code);
        assert_no_piece_of(CANARY, &output, command);
    }
}
