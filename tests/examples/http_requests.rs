use std::process::Command;

use serde_json::{Value, json};

use crate::util::{CANARY, assert_no_piece_of};
use crate::{folder, run};

fn file() -> String {
    json!({"create_databases": ["red"], "tokens": [
        {"token": CANARY, "name": "it's $(app)", "permissions": ["db:red,blue:write,read", "system:*:read"]},
        {"token": "apiv3_second_00000000000", "name": "late", "expiry_millis": 1, "permissions": []},
        {"token": "apiv3_third_000000000000", "name": "soon", "expiry_millis": 4_000_000_000_000_i64, "permissions": []},
    ]})
    .to_string()
}

#[test]
fn there_is_a_request_for_each_database_and_each_token() {
    let folder = folder(&[("t.json", &file())]);
    let printed = run("http_requests", folder.path(), &["t.json", "--format", "json"], b"");
    assert_eq!(printed.code, 1);
    assert_eq!(
        printed.stderr,
        "http_requests: token `late` is left out: the expiry is in the past or less than a second away: use a later time\n\
         http_requests: send them now, as each `expiry_secs` counts from then; each answer tells a new secret, once: keep it, and not in a log\n"
    );
    let lines: Vec<Value> = printed.stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let seconds = lines[2]["body"]["expiry_secs"].as_u64().unwrap();
    assert!((1_000_000_000..3_000_000_000).contains(&seconds));
    let path = "/api/v3/enterprise/configure/token";
    assert_eq!(
        lines,
        [
            json!({"method": "POST", "path": "/api/v3/configure/database", "body": {"db": "red"}}),
            json!({"method": "POST", "path": path, "body": {"token_name": "it's $(app)", "permissions": [
                {"resource_type": "db", "resource_names": ["red", "blue"], "actions": ["read", "write"]},
                {"resource_type": "system", "resource_names": ["*"], "actions": ["read"]},
            ]}}),
            json!({"method": "POST", "path": path,
                   "body": {"token_name": "soon", "permissions": [], "expiry_secs": seconds}}),
        ]
    );
    assert_no_piece_of(CANARY, &(printed.stdout + &printed.stderr), "http_requests");
}

#[cfg(unix)]
#[test]
fn a_shell_takes_the_commands_as_they_are_meant() {
    let text = file().replace("\"expiry_millis\":1,", "");
    let folder = folder(&[("t.json", &text), ("curl", "#!/bin/sh\nprintf '%s\\n' \"$@\"; cat; echo --\n")]);
    let curl = folder.path().join("curl");
    std::fs::set_permissions(&curl, std::os::unix::fs::PermissionsExt::from_mode(0o700)).unwrap();
    let printed = run("http_requests", folder.path(), &["t.json", "--host", "https://db:8181/"], b"");
    assert_eq!((printed.code, printed.stderr.as_str()), (0, ""));
    assert!(printed.stdout.starts_with("# send them now"));
    std::fs::write(folder.path().join("all.sh"), &printed.stdout).unwrap();
    let mut shell = Command::new("sh");
    let path = format!("{}:{}", folder.path().display(), std::env::var("PATH").unwrap());
    shell.arg("all.sh").current_dir(folder.path()).env("PATH", path).env("INFLUXDB3_AUTH_TOKEN", "s3cret");
    let output = shell.output().unwrap();
    let words = String::from_utf8(output.stdout).unwrap();
    let calls: Vec<&str> = words.split("\n--\n").filter(|call| !call.is_empty()).collect();
    assert_eq!(calls.len(), 4, "{words}");
    let body = r#"{"token_name":"it's $(app)","permissions":[{"resource_type":"db","resource_names":["red","blue"],"actions":["read","write"]},{"resource_type":"system","resource_names":["*"],"actions":["read"]}]}"#;
    assert_eq!(
        calls[1],
        format!(
            "--silent\n--show-error\n--fail-with-body\n--globoff\n--write-out\n\\n\n--request\nPOST\nhttps://db:8181/api/v3/enterprise/configure/token\n--header\n\
             @-\n--header\nContent-Type: application/json\n--data-raw\n{body}\nAuthorization: Bearer s3cret"
        )
    );
    assert!(output.status.success());
    // A token that is refused is told at the end, and keeps none of the others from being made; a database may be there.
    for (refused, fails) in [("token_name\":\"it", true), ("{\"db\"", false)] {
        let script = format!(
            "#!/bin/sh\nprintf '%s\\n' \"$@\"; cat; echo --; case \"$*\" in *'{refused}'*) exit 22; esac\n"
        );
        std::fs::write(&curl, script).unwrap();
        let output = shell.output().unwrap();
        assert_eq!(output.status.success(), !fails, "{refused}");
        assert_eq!(String::from_utf8(output.stdout).unwrap().matches("\n--\n").count(), 4, "{refused}");
        let told = String::from_utf8(output.stderr).unwrap();
        assert!(told.starts_with("this failed: {") && told.contains(refused), "{told}");
    }
    let mut shell = Command::new("sh");
    shell.arg("all.sh").current_dir(folder.path()).env_remove("INFLUXDB3_AUTH_TOKEN");
    let output = shell.output().unwrap();
    assert!(!output.status.success() && output.stdout.is_empty(), "without a token nothing is sent");
}

#[test]
fn a_token_in_a_name_is_not_printed() {
    for (old, new) in [("late", CANARY), ("soon", CANARY), ("red", CANARY)] {
        let text = file().replace(&format!("\"{old}\""), &format!("\"{new}\""));
        let folder = folder(&[("t.json", &text)]);
        for format in ["curl", "json"] {
            let printed = run("http_requests", folder.path(), &["t.json", "--format", format], b"");
            assert_no_piece_of(CANARY, &(printed.stdout + &printed.stderr), old);
            assert_eq!(printed.code, if old == "late" { 1 } else { 2 }, "{old}");
        }
    }
}

#[test]
fn one_token_is_asked_for_by_its_name() {
    let folder = folder(&[("t.json", &file())]);
    let only = |names: &[&str]| {
        run("http_requests", folder.path(), &[&["t.json", "--format", "json"], names].concat(), b"")
    };
    let soon = only(&["--name", "soon"]);
    assert_eq!((soon.code, soon.stdout.lines().count()), (0, 1), "{}", soon.stderr);
    assert!(soon.stdout.contains(r#""token_name":"soon""#), "{}", soon.stdout);
    let unknown = only(&["--name", "soon", "--name", "sooner"]);
    assert_eq!((unknown.code, unknown.stdout.as_str()), (2, ""));
    assert!(unknown.stderr.contains("no token named `sooner`; check `--name`"), "{}", unknown.stderr);
}

#[test]
fn what_is_no_address_is_refused() {
    let folder = folder(&[("t.json", r#"{"tokens": []}"#)]);
    for host in [
        "not a url",
        "localhost:8181",
        "ftp://db",
        "http://",
        "http:///api",
        "http://db?a=b",
        "http://db#a",
        CANARY,
    ] {
        let printed = run("http_requests", folder.path(), &["t.json", "--host", host], b"");
        assert_eq!((printed.code, printed.stdout.as_str()), (2, ""), "{host}");
        assert!(printed.stderr.contains("http://127.0.0.1:8181"), "{}", printed.stderr);
        assert_no_piece_of(CANARY, &printed.stderr, host);
    }
    for host in ["http://db", "https://db.example.org:8181/influx/", "http://[::1]:8181"] {
        assert_eq!(run("http_requests", folder.path(), &["t.json", "--host", host], b"").code, 0, "{host}");
    }
}

#[test]
fn trouble_ends_with_2() {
    let folder = folder(&[("bad.json", "{}")]);
    for (arguments, says) in
        [(&["bad.json"][..], "invalid tokens file"), (&["no.json"], "no.json"), (&[], "<FILE>")]
    {
        let run = run("http_requests", folder.path(), arguments, b"");
        assert_eq!((run.code, run.stdout.as_str()), (2, ""), "{arguments:?}");
        assert!(run.stderr.contains(says), "{}", run.stderr);
    }
    let help = run("http_requests", folder.path(), &["--help"], b"").stdout;
    assert!(help.contains("The secrets of the file are not in the requests"), "{help}");
}
