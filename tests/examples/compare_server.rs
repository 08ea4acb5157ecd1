use serde_json::{Value, json};

use crate::util::{CANARY, assert_no_piece_of};
use crate::{Run, folder, run};

/// The first nine digits of the canary's SHA-512.
fn hash() -> String {
    let hash = influxdb3_offline_tokens::Token::parse(CANARY).unwrap().sha512();
    hash.iter().map(|byte| format!("{byte:02x}")).collect::<String>()[..9].to_owned()
}

fn file() -> String {
    json!({"tokens": [
        {"token": CANARY, "name": "app", "expiry_millis": 1_780_272_000_000_i64, "permissions": ["db:a:read,write"]},
        {"token": "apiv3_second_00000000000", "name": "new", "permissions": ["db:a:read"]},
    ]})
    .to_string()
}

fn shown() -> Value {
    json!([
        {"token_id": 0, "name": "_admin", "hash": "0123456ab", "created_at": "2025-08-28T16:54:21", "permissions": "*:*:*"},
        {"token_id": 1, "name": "app", "hash": hash(), "expiry": "2026-06-01T00:00:00",
         "permissions": "[\"db:a:read\",\"db:a:write\"]"},
        {"token_id": 2, "name": "new", "permissions": "[\"db:a:read\"]"},
    ])
}

/// Compares by standard input, and by a file; both say the same.
#[track_caller]
fn compare(server: &Value, arguments: &[&str]) -> Run {
    let server = server.to_string();
    let folder = folder(&[("t.json", &file()), ("s.json", &server)]);
    let by_file = run("compare_server", folder.path(), &[&["t.json", "s.json"], arguments].concat(), b"");
    let piped = run("compare_server", folder.path(), &[&["t.json"], arguments].concat(), server.as_bytes());
    assert_eq!((by_file.code, &by_file.stdout), (piped.code, &piped.stdout));
    assert_no_piece_of(CANARY, &(piped.stdout.clone() + &piped.stderr), "compare_server");
    assert!(!piped.stdout.contains(&hash()));
    piped
}

#[test]
fn a_server_that_took_the_file_is_the_same() {
    let same = compare(&shown(), &[]);
    assert_eq!((same.code, same.stderr.as_str()), (0, ""));
    assert_eq!(
        same.stdout,
        "the server has the 2 tokens of the file, and no other resource token\n\
         not compared: 1 secret, because the server shows no hash, or too little of it\n"
    );
    // What PowerShell writes begins with a byte order mark.
    let marked = folder(&[("t.json", &file()), ("s.json", &format!("\u{FEFF}{}", shown()))]);
    assert_eq!(run("compare_server", marked.path(), &["t.json", "s.json"], b"").stdout, same.stdout);
    let same = compare(&shown(), &["--format", "json"]);
    assert_eq!(same.code, 0);
    assert_eq!(
        same.stdout,
        "{\"only_in_file\":[],\"only_on_server\":[],\"same\":true,\"secrets_not_compared\":1,\"tokens\":[]}\n"
    );
}

#[test]
fn what_differs_is_told_and_ends_with_1() {
    let mut shown = shown();
    shown[2]["name"] = json!("old\u{1b}[31m");
    shown[1]["hash"] = json!("0123456ab");
    shown[1]["expiry"] = Value::Null;
    shown[1]["permissions"] = json!("[\"db:a:read\",\"system:health:read\",\"db:a:purge\"]");
    let differs = compare(&shown, &[]);
    assert_eq!(
        (differs.code, differs.stdout.as_str()),
        (
            1,
            "token `new`: only in the file\n\
             token `old\u{fffd}[31m`: only on the server\n\
             token `app`: differs\n  \
             expires: 2026-06-01T00:00:00Z in the file, never on the server\n  \
             only on the server: read on system resource `health`\n  \
             not understood: `db:a:purge`\n  \
             secret: another one on the server\n"
        )
    );
    let differs = compare(&shown, &["--format", "json"]);
    assert_eq!(differs.code, 1);
    let line: Value = serde_json::from_str(&differs.stdout).unwrap();
    assert_eq!(
        line,
        json!({
            "same": false,
            "only_in_file": ["new"],
            "only_on_server": ["old\u{1b}[31m"],
            "secrets_not_compared": 0,
            "tokens": [{
                "name": "app",
                "expiry_millis": {"file": 1_780_272_000_000_i64, "server": null},
                "admin": false,
                "only_on_server": [{"system": "health", "actions": ["read"]}],
                "only_in_file": [],
                "not_understood": ["db:a:purge"],
                "same_secret": false,
            }],
        })
    );
    shown[1]["permissions"] = json!("*:*:*");
    let admin = compare(&shown, &[]).stdout;
    assert!(admin.contains("only on the server: an admin token of this name"), "{admin}");
}

#[test]
fn trouble_ends_with_2() {
    let pretty = json!("+----+").to_string();
    let folder =
        folder(&[("t.json", &file()), ("s.json", &pretty), ("bad.json", "{}"), ("empty.json", "\n")]);
    std::fs::write(folder.path().join("utf16.json"), b"\xFF\xFE[\0]\0").unwrap();
    for (arguments, says) in [
        (
            &["t.json", "s.json"][..],
            "`s.json` is not what `influxdb3 show tokens --format json` prints: 1:1: the list of tokens must be an array, not a string",
        ),
        (&["t.json", "no.json"], "cannot read `no.json`"),
        (&["t.json", "utf16.json"], "`utf16.json` is UTF-16; PowerShell's `Out-File` has `-Encoding utf8`"),
        (
            &["t.json", "empty.json"],
            "`empty.json` is empty: `influxdb3 show tokens --format json` printed nothing",
        ),
        (&["no.json", "s.json"], "no.json"),
        (&["bad.json", "s.json"], "invalid tokens file"),
        (&["bad.json", "s.json"], "compare_server: `validate bad.json` shows all of it"),
        (&["-"], "standard input is not taken here"),
        (&["t.json", "s.json", "--format", "yaml"], "possible values"),
        (&[], "<FILE>"),
    ] {
        let run = run("compare_server", folder.path(), arguments, b"[]");
        assert_eq!((run.code, run.stdout.as_str()), (2, ""), "{arguments:?}: {}", run.stderr);
        assert!(run.stderr.contains(says), "{arguments:?}: {}", run.stderr);
    }
    let help = run("compare_server", folder.path(), &["--help"], b"").stdout;
    assert!(help.contains("0 nothing differs, 1 something differs, 2 wrong usage"), "{help}");
}
