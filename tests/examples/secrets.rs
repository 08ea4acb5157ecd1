use crate::util::{CANARY, assert_no_piece_of, piece_of_length};
use crate::{folder, run};

/// Files that have the canary in every place where people put one.
fn files() -> Vec<String> {
    let good = format!(
        r#"{{"create_databases": ["red"], "tokens": [{{"token": "{CANARY}", "name": "app", "permissions": ["db:red:reed"]}}]}}"#
    );
    let entry = |member: &str, value: &str| {
        format!(
            r#"{{"tokens": [{{"token": "{CANARY}", "name": "app", "permissions": [], "{member}": {value}}}]}}"#
        )
    };
    let quoted = format!(r#""{CANARY}""#);
    let mut files = vec![
        good.clone(),
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
        format!("# {CANARY}\n{good}"),
        good.replace("\", \"name\"", "\n\", \"name\""),
        good.replace("apiv3_", "\\u0061piv3_"),
        good.replace("apiv3_", "Bearer apiv3_"),
        good.replace("apiv3_", ""),
        entry("token", &quoted),
        entry("expiry_millis", &quoted),
        entry("secret", &quoted),
        entry("name", &quoted),
    ];
    files.extend((1..good.len()).step_by(23).map(|end| good[..end].to_owned()));
    files
}

#[test]
fn no_format_of_validate_shows_a_piece_of_a_token() {
    for (number, text) in files().iter().enumerate() {
        let folder = folder(&[("t.json", text)]);
        for format in ["text", "json", "github", "sarif"] {
            let arguments = ["--format", format, "--release", "3.9", "t.json"];
            let run = run("validate", folder.path(), &arguments, b"");
            assert_no_piece_of(
                CANARY,
                &(run.stdout + &run.stderr),
                &format!("{format} of file {number}: {}", text.replace(CANARY, "CANARY")),
            );
        }
        let admin = run("validate", folder.path(), &["--admin", "t.json"], b"");
        assert_no_piece_of(CANARY, &(admin.stdout + &admin.stderr), &format!("--admin of file {number}"));
        let arguments = ["--name", "new", "--permission", "db:red:read", "--output-file", "t.json"];
        let made = run("create_token", folder.path(), &arguments, b"");
        assert_no_piece_of(CANARY, &(made.stdout + &made.stderr), &format!("create_token at file {number}"));
        let fixed = run("validate", folder.path(), &["--fix-all", "t.json"], b"");
        assert_no_piece_of(CANARY, &(fixed.stdout + &fixed.stderr), &format!("--fix-all of file {number}"));
    }
}

fn with<'a>(first: &[&'a str], more: &[&'a str]) -> Vec<&'a str> {
    [first, more].concat()
}

#[test]
fn no_program_repeats_a_token_of_its_command_line() {
    let app = ["--name", "app", "--permission", "db:red:read", "--output-file", "t.json"];
    let database = format!("red,{CANARY}");
    let right = format!("db:{CANARY}:read");
    let permission = format!("db:{CANARY}:red");
    let long = format!("--token={CANARY}");
    for (name, arguments) in [
        ("validate", vec![CANARY]),
        ("validate", vec!["--format", "json", CANARY]),
        ("validate", vec!["--format", "github", CANARY]),
        ("validate", vec!["--format", "sarif", CANARY]),
        ("validate", vec!["--format", CANARY, "x"]),
        ("validate", vec!["--deny", CANARY, "x"]),
        ("validate", vec!["--explain", CANARY]),
        ("validate", vec!["--release", CANARY, "x"]),
        ("validate", vec!["--now", CANARY, "x"]),
        ("validate", vec![&long]),
        ("parse_permission", vec![CANARY]),
        ("parse_permission", vec![&permission]),
        ("parse_permission", vec![&long]),
        ("create_token", with(&app, &["--expiry", CANARY])),
        ("create_token", with(&app, &["--permission", CANARY])),
        ("create_token", with(&app, &[CANARY])),
        ("create_token", with(&app, &["--permission", &right])),
        ("create_token", with(&app, &["--permission", &right, "--format", "json"])),
        ("create_token", vec!["--name", CANARY, "--permission", "db:a:read", "--output-file", "t.json"]),
        ("create_token", vec!["--name", CANARY, "--permission", "db:a:read", "--output-file", CANARY]),
        ("parse_permission", vec![&right]),
        ("create_token", vec!["--admin", "--name", CANARY, "--output-file", "t.json"]),
        ("create_token", vec!["--admin", "--output-file", CANARY]),
        ("validate", vec!["--admin", CANARY]),
        ("compare_server", vec![CANARY]),
        ("compare_server", vec!["x", CANARY]),
        ("compare_server", vec!["x", &long]),
        ("http_requests", vec![CANARY]),
        ("http_requests", vec!["x", "--host", CANARY]),
        ("http_requests", vec!["x", &long]),
        ("create_token", with(&app, &["--permission", &permission])),
        ("create_token", with(&app, &["--create-databases", &database])),
        ("create_token", with(&app, &[&long])),
    ] {
        let folder = folder(&[]);
        let run = run(name, folder.path(), &arguments, b"");
        assert_no_piece_of(
            CANARY,
            &(run.stdout + &run.stderr),
            &format!("{name} {}", arguments.join(" ").replace(CANARY, "CANARY")),
        );
    }
}

#[test]
fn no_program_repeats_a_token_that_is_a_name() {
    let named = |token: &str, name: &str| {
        format!(
            r#"{{"create_databases": ["{name}"], "tokens": [{{"token": "apiv3_{token}", "name": "{name}", "permissions": ["db:{name}:read"]}}]}}"#
        )
    };
    let (old, new) = (named("first", "app"), named("second", CANARY));
    for arguments in [
        &["append_token", "a.json", "--name", CANARY][..],
        &["remove_token", "new.json", "--name", CANARY],
        &["rotate_token", "new.json", "--name", CANARY],
        &["rotate_token", "old.json", "--name", "app", "--beside", CANARY],
        &["diff_access", "old.json", "new.json"],
        &["diff_access", "new.json", "old.json"],
        &["diff_access", "old.json", "new.json", "--format", "json"],
        &["diff_access", "new.json", "old.json", "--format", "json"],
    ] {
        let folder = folder(&[("old.json", &old), ("new.json", &new)]);
        let run = run(arguments[0], folder.path(), &arguments[1..], b"");
        let shown = run.stdout + &run.stderr;
        assert!(run.code <= 1 && shown.contains("****"), "{}: {}", arguments[0], run.code);
        assert_no_piece_of(CANARY, &shown, arguments[0]);
    }
    let run = run("guard_service", folder(&[]).path(), &["--listen", CANARY, "t.json"], b"");
    assert_eq!(run.code, 2);
    assert_no_piece_of(CANARY, &(run.stdout + &run.stderr), "guard_service");
}

/// Broken texts, and the pieces of the tokens in them.
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
fn no_program_shows_a_piece_of_a_token_in_broken_text() {
    let new = ["--name", "new", "--permission", "db:red:read"];
    for arguments in [
        &["validate", "t.json"][..],
        &["validate", "--admin", "t.json"],
        &["validate", "--format", "json", "t.json"],
        &["validate", "--format", "github", "t.json"],
        &["validate", "--format", "sarif", "t.json"],
        &["validate", "--fix-all", "t.json"],
        &with(&with(&["append_token", "t.json"], &new), &["--create-databases", "red"]),
        &with(&with(&["create_token"], &new), &["--output-file", "t.json"]),
        &["remove_token", "t.json", "--name", "app"],
        &["rotate_token", "t.json", "--name", "app"],
        &["check_access", "t.json", "--token-name", "app", "--database", "red", "--action", "read"],
        &["who_can", "--database", "red", "t.json", "read"],
        &["diff_access", "t.json", "t.json"],
        &["http_requests", "t.json"],
        &["compare_server", "t.json", "t.json"],
        &["kubernetes_secret", "t.json", "--name", "tokens", "--output", "-"],
        &["assert_access", "t.json", "t.json"],
    ] {
        for (number, (text, pieces)) in BROKEN.iter().enumerate() {
            let folder = folder(&[("t.json", text)]);
            let run = run(arguments[0], folder.path(), &arguments[1..], b"");
            let shown = run.stdout + &run.stderr;
            assert!(run.code > 0 && !shown.is_empty(), "{} of text {number}", arguments[0]);
            let is_shown = |piece: &&str| piece_of_length(piece.len().min(4), piece, &shown).is_some();
            assert!(!pieces.iter().any(is_shown), "{} shows a piece of text {number}", arguments.join(" "));
        }
    }
}
