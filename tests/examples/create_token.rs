use serde_json::{Value, json};

use crate::util::{CANARY, assert_no_piece_of};
use crate::{folder, run};

const APP: [&str; 6] = ["--name", "app", "--permission", "db:red:read", "--output-file", "t.json"];

#[test]
fn a_file_is_made_and_added_to() {
    let folder = folder(&[]);
    let more = ["--offline", "--expiry", "90d", "--create-databases", "red,blue", "--format", "json"];
    let made = run("create_token", folder.path(), &[&APP[..], &more].concat(), b"");
    assert_eq!((made.code, made.stderr.as_str()), (0, ""));
    let line: Value = serde_json::from_str(&made.stdout).unwrap();
    let expiry = line["expiry_millis"].as_i64().unwrap();
    assert_eq!(
        line,
        json!({"name": "app", "output_file": "t.json", "expiry_millis": expiry, "permissions": ["db:red:read"],
               "create_databases": ["red", "blue"], "created": true})
    );
    let text = std::fs::read_to_string(folder.path().join("t.json")).unwrap();
    let file: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(file["create_databases"], json!(["red", "blue"]));
    assert_eq!(file["tokens"][0]["expiry_millis"], expiry);
    assert_eq!(file["tokens"][0]["token"].as_str().unwrap().len(), 92);

    // What is wrong with a database is said of all of them, and one that is given twice is one.
    let pasted = format!("red,red,{CANARY},_internal");
    let doubtful =
        [&APP[..4], &["--output-file", "d.json", "--expiry", "90d", "--create-databases", &pasted]].concat();
    let doubtful = run("create_token", folder.path(), &doubtful, b"");
    assert_eq!(doubtful.code, 0, "{}", doubtful.stderr);
    assert_eq!(doubtful.stdout.matches("red, ").count(), 1, "{}", doubtful.stdout);
    for told in ["warning: the name contains a token", "warning: `_internal`"] {
        assert!(doubtful.stderr.contains(told), "{told}: {}", doubtful.stderr);
    }
    assert!(!doubtful.stderr.contains("twice"), "{}", doubtful.stderr);
    assert_no_piece_of(CANARY, &(doubtful.stdout + &doubtful.stderr), "create_token");

    let other = ["--name", "other", "--permission", "db:red:write,read", "--permission", "system:ping:read"];
    let added = run("create_token", folder.path(), &[&other[..], &["--output-file", "t.json"]].concat(), b"");
    assert_eq!(added.code, 0);
    assert_eq!(
        added.stdout,
        "`t.json` has a new token `other`\n  may:     db:red:read,write\n  may:     system:ping:read\n  expires: never\n\
         The token stands in the file; --show-token would print it, too.\n"
    );
    let checked = run("validate", folder.path(), &["t.json"], b"");
    assert_eq!(checked.code, 0, "{}", checked.stdout);
}

#[test]
fn the_token_is_printed_only_when_asked_for() {
    for format in ["text", "json"] {
        for show in [false, true] {
            let folder = folder(&[]);
            let arguments =
                [&APP[..], &["--format", format], if show { &["--show-token"] } else { &[] }].concat();
            let made = run("create_token", folder.path(), &arguments, b"");
            let text = std::fs::read(folder.path().join("t.json")).unwrap();
            let file: Value = serde_json::from_slice(&text).unwrap();
            let token = file["tokens"][0]["token"].as_str().unwrap();
            assert_eq!(made.stdout.contains(token), show, "{format}");
            assert_eq!(made.stdout.contains(&token[6..20]), show, "{format}");
        }
    }
}

#[test]
fn a_name_that_is_there_and_a_broken_file_end_with_1() {
    let folder = folder(&[("bad.json", r#"{"tokens": [],}"#)]);
    assert_eq!(run("create_token", folder.path(), &APP, b"").code, 0);
    let before = std::fs::read(folder.path().join("t.json")).unwrap();
    let again = run("create_token", folder.path(), &APP, b"");
    assert_eq!((again.code, again.stdout.as_str()), (1, ""));
    assert_eq!(
        again.stderr,
        "create_token: nothing was changed: `t.json`: a token named `app` already exists; use another name, or rotate \
         that token\n"
    );
    assert_eq!(std::fs::read(folder.path().join("t.json")).unwrap(), before);

    let broken = run("create_token", folder.path(), &[&APP[..5], &["bad.json"]].concat(), b"");
    assert_eq!((broken.code, broken.stdout.as_str()), (1, ""));
    assert!(broken.stderr.contains(" --> bad.json:1:14\n"), "{}", broken.stderr);
    assert_eq!(std::fs::read_to_string(folder.path().join("bad.json")).unwrap(), r#"{"tokens": [],}"#);
}

#[test]
fn wrong_usage_ends_with_2_and_makes_nothing() {
    let with = |changes: &[&'static str]| [&APP[..], changes].concat();
    for (arguments, says) in [
        (with(&["--expiry", "soon"]), "invalid duration `soon`: expected a form such as `10d`"),
        (with(&["--expiry", "0s"]), "the token would have ended already"),
        (with(&["--create-databases", "red,my db"]), "item 2 of `--create-databases` is wrong"),
        (with(&["--permission", "dbs:red:read"]), "error[T0206 unknown-resource-type]"),
        (with(&["--format", "yaml"]), "possible values"),
        (vec!["--name", "", "--permission", "db:red:read", "--output-file", "t.json"], "`--name` is wrong"),
        (vec!["--name", "app", "--output-file", "t.json"], "--permission <PERMISSION>"),
        (vec!["--name", "app", "--permission", "db:red:read", "--output-file", "-"], "not `-`"),
        (vec!["--name", "app", "--permission", "db:red:read", "--output-file", "no/t.json"], "no/t.json"),
    ] {
        let folder = folder(&[]);
        let run = run("create_token", folder.path(), &arguments, b"");
        assert_eq!((run.code, run.stdout.as_str()), (2, ""), "{arguments:?}: {}", run.stderr);
        assert!(run.stderr.contains(says) && run.stderr.ends_with('\n'), "{arguments:?}: {}", run.stderr);
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0, "{arguments:?}");
    }
}

const ADMIN: [&str; 4] = ["--admin", "--offline", "--output-file", "a.json"];

#[test]
fn an_admin_token_file_is_made_as_the_vendors_command_makes_it() {
    let folder = folder(&[]);
    let made = run("create_token", folder.path(), &ADMIN, b"");
    assert_eq!(
        (made.code, made.stdout.as_str(), made.stderr.as_str()),
        (
            0,
            "`a.json` made with token `_admin`\n  may:     *:*:*\n  expires: never\n\
             The token stands in the file; --show-token would print it, too.\n",
            ""
        )
    );
    let path = folder.path().join("a.json");
    let text = std::fs::read_to_string(&path).unwrap();
    let file: Value = serde_json::from_str(&text).unwrap();
    let token = file["token"].as_str().unwrap();
    assert_eq!((token.len(), &token[..6]), (92, "apiv3_"));
    assert_eq!(text, format!("{{\n  \"token\": \"{token}\",\n  \"name\": \"_admin\"\n}}\n"));
    assert!(!made.stdout.contains(&token[6..14]));
    #[cfg(unix)]
    {
        let mode = std::os::unix::fs::PermissionsExt::mode(&path.metadata().unwrap().permissions());
        assert_eq!(mode & 0o7777, 0o600);
    }
    let checked = run("validate", folder.path(), &["--admin", "a.json"], b"");
    assert_eq!((checked.code, checked.stdout.as_str()), (0, "1 file checked: nothing found\n"));

    let again = run("create_token", folder.path(), &ADMIN, b"");
    assert_eq!((again.code, again.stdout.as_str()), (1, ""));
    assert_eq!(
        again.stderr,
        "create_token: nothing was changed: `a.json`: the file already exists; use another path, or \
         remove the file\n"
    );
    assert_eq!(std::fs::read_to_string(&path).unwrap(), text);
}

#[test]
fn an_admin_token_has_the_name_and_the_expiry_that_are_given() {
    let folder = folder(&[]);
    let more = ["--name", "deploy", "--expiry", "10d", "--format", "json", "--show-token"];
    let made = run("create_token", folder.path(), &[&ADMIN[..], &more].concat(), b"");
    assert_eq!((made.code, made.stderr.as_str()), (0, ""));
    let line: Value = serde_json::from_str(&made.stdout).unwrap();
    let file: Value = serde_json::from_slice(&std::fs::read(folder.path().join("a.json")).unwrap()).unwrap();
    assert_eq!(file["name"], "deploy");
    assert_eq!(file["expiry_millis"], line["expiry_millis"]);
    assert_eq!(file["token"], line["token"]);
    assert_eq!(line["permissions"], json!(["*:*:*"]));

    // The vendor's command forgets the expiry of an operator token.
    let operator = ["--admin", "--expiry", "10d", "--output-file", "b.json"];
    assert_eq!(run("create_token", folder.path(), &operator, b"").code, 0);
    let file: Value = serde_json::from_slice(&std::fs::read(folder.path().join("b.json")).unwrap()).unwrap();
    assert!(file["expiry_millis"].is_i64());
}

#[test]
fn an_admin_token_has_no_permissions_and_no_databases() {
    for more in [
        &["--permission", "db:red:read"][..],
        &["--create-databases", "red"],
        &["--name", ""],
        &["--expiry", "0s"],
    ] {
        let folder = folder(&[]);
        let run = run("create_token", folder.path(), &[&ADMIN[..], more].concat(), b"");
        assert_eq!((run.code, run.stdout.as_str()), (2, ""), "{more:?}: {}", run.stderr);
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0, "{more:?}");
    }
}
