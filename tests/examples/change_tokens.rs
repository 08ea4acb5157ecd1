//! `append_token`, `rotate_token` and `remove_token`: what they acknowledge, what they change, and what they refuse.

use std::path::Path;

use influxdb3_offline_tokens::{Expiry, TokenFile};

use crate::util::{CANARY, assert_no_piece_of};
use crate::{folder, run};

const TWO: &str = "{\"tokens\": [\n  {\"token\": \"apiv3_1\", \"name\": \"app\", \"permissions\": [\"db:a:read\"], \
                   \"x\": 1.50},\r\n  {\"token\": \"apiv3_2\", \"name\": \"old\", \"expiry_millis\": 7, \
                   \"permissions\": []}\n]}\n";

/// Runs one and wants this exit code. Acknowledged is what ended with 0, and nothing else; no token is shown.
#[track_caller]
fn change(program: &str, folder: &Path, arguments: &[&str], code: i32) -> String {
    let done = run(program, folder, &[&["t.json"], arguments].concat(), format!("{CANARY}\nmore").as_bytes());
    let name = arguments.windows(2).rfind(|pair| matches!(pair[0], "--name" | "--beside")).unwrap()[1];
    let acknowledged = if code == 0 { format!("ACK {name}\n") } else { String::new() };
    assert_eq!((done.code, done.stdout), (code, acknowledged), "{}", done.stderr);
    assert_no_piece_of(CANARY, &done.stderr, "an error");
    done.stderr
}

fn text(folder: &Path) -> String {
    std::fs::read_to_string(folder.join("t.json")).unwrap()
}

/// The text without the secret that the test knows.
fn shown(folder: &Path) -> String {
    text(folder).replace(CANARY, "NEW")
}

#[test]
fn a_token_is_appended_with_a_given_or_a_new_secret() {
    let folder = folder(&[]);
    let folder = folder.path();
    let given =
        ["--name", "a", "--permission", "db:x:read", "--permission", "system:ping:read", "--token-stdin"];
    change("append_token", folder, &[&given[..], &["--create-databases", "x,y"]].concat(), 0);
    change("append_token", folder, &["--name", "b", "--expiry", "90d"], 0);
    let file = TokenFile::parse(text(folder).as_bytes()).unwrap();
    let [a, b] = file.tokens() else { panic!("two tokens") };
    assert!(a.token().matches(CANARY) && a.expiry().is_none() && a.permissions().len() == 2);
    assert!(b.token().expose().len() == 92 && b.expiry().is_some() && b.permissions().is_empty());
    assert_eq!(file.create_databases().len(), 2);
}

#[test]
fn the_same_entry_twice_is_refused_or_kept() {
    let folder = folder(&[]);
    let folder = folder.path();
    let same = ["--name", "a", "--permission", "db:x:read", "--token-stdin"];
    change("append_token", folder, &same, 0);
    let before = text(folder);
    assert!(change("append_token", folder, &same, 1).contains("already"));
    change("append_token", folder, &[&same[..], &["--keep-if-same"]].concat(), 0);
    // Another secret, other permissions, the same secret under another name.
    change("append_token", folder, &["--name", "a", "--permission", "db:x:read", "--keep-if-same"], 2);
    let refused = |more: &[&str]| {
        let arguments = ["--name", "a", "--token-stdin", "--keep-if-same"];
        change("append_token", folder, &[&arguments[..], more].concat(), 1)
    };
    assert_eq!(
        refused(&[]),
        "append_token: nothing was changed: `t.json`: the token `a` is there, and differs from the wanted one in permissions; remove it first, or choose another name\n"
    );
    let at = ["--expires-at", "2090-01-01T00:00:00Z"];
    assert!(refused(&[&["--permission", "db:x:read"], &at[..]].concat()).contains("in expiry;"));
    assert!(refused(&at).contains("in expiry and permissions;"));
    // A duration ends later each time, so that nothing would ever be the same.
    change("append_token", folder, &["--name", "a", "--token-stdin", "--keep-if-same", "--expiry", "90d"], 2);
    let past = ["--name", "c", "--expires-at", "2020-01-01T00:00:00Z"];
    assert!(change("append_token", folder, &past, 2).contains("would have ended already"));
    let seconds = ["--name", "c", "--expires-at", "1893456000"];
    assert!(
        change("append_token", folder, &seconds, 2).contains("use milliseconds, as `date +%s000` prints")
    );
    assert!(
        change("append_token", folder, &["--name", "b", "--token-stdin"], 1).contains("the secret of `b`")
    );
    assert!(text(folder) == before);
}

#[test]
fn what_is_wrong_on_the_command_line_is_said_with_the_way_out() {
    let folder = folder(&[]);
    let folder = folder.path();
    assert!(
        change("append_token", folder, &["--name", "c", "--wait", "-1"], 2)
            .contains("a whole number of seconds")
    );
    let soon = change("append_token", folder, &["--name", "soon", "--expiry", "1h"], 0);
    assert!(soon.contains("; `--expiry` sets a later time"), "{soon}");
    let under = run("append_token", folder, &["t.json/x", "--name", "c"], b"");
    assert_eq!(under.code, 2);
    #[cfg(unix)]
    assert!(
        under.stderr.contains("a component of `t.json/x` is a file, not a directory"),
        "{}",
        under.stderr
    );
}

#[test]
fn a_token_is_rotated_in_place_or_beside_the_old_one() {
    let files = folder(&[("t.json", TWO)]);
    change("rotate_token", files.path(), &["--name", "app", "--token-stdin"], 0);
    assert_eq!(shown(files.path()), TWO.replace("apiv3_1", "NEW"));

    let files = folder(&[("t.json", TWO)]);
    change("rotate_token", files.path(), &["--name", "old", "--expiry", "90d", "--token-stdin"], 0);
    let file = TokenFile::parse(text(files.path()).as_bytes()).unwrap();
    let expiry = file.get("old").unwrap().expiry().map(Expiry::as_millis).unwrap();
    assert!(expiry > 1_700_000_000_000);
    let expected = TWO.replace("apiv3_2", "NEW").replace(": 7,", &format!(": {expiry},"));
    assert_eq!(shown(files.path()), expected);

    let alive = TWO.replace(": 7,", ": 4891384800000,");
    let files = folder(&[("t.json", &alive)]);
    change("rotate_token", files.path(), &["--name", "old", "--beside", "new", "--token-stdin"], 0);
    let added = ",\r\n  {\"token\": \"NEW\", \"name\": \"new\", \"expiry_millis\": 4891384800000, \"permissions\": []}\n]}";
    assert_eq!(shown(files.path()), alive.replace("\n]}", added));
    // The expiry is that of the new one only.
    change("rotate_token", files.path(), &["--name", "app", "--beside", "app2", "--expiry", "1d"], 0);
    let file = TokenFile::parse(text(files.path()).as_bytes()).unwrap();
    let [app, app2] = ["app", "app2"].map(|name| file.get(name).unwrap());
    assert!(app.expiry().is_none() && app2.expiry().is_some() && app.permissions() == app2.permissions());
}

#[test]
fn a_token_is_removed() {
    let files = folder(&[("t.json", TWO)]);
    change("remove_token", files.path(), &["--name", "app"], 0);
    let lines: Vec<&str> = TWO.split_inclusive('\n').collect();
    assert_eq!(text(files.path()), [lines[0], lines[2], lines[3]].concat());
}

#[test]
fn what_does_not_fit_changes_nothing() {
    let files = folder(&[("t.json", TWO)]);
    for (program, arguments, code, says) in [
        ("remove_token", &["--name", "ap"][..], 1, "no token is named `ap`"),
        ("rotate_token", &["--name", "ap"], 1, "no token is named `ap`"),
        ("rotate_token", &["--name", "app", "--beside", "old"], 1, "a token named `old` already exists"),
        ("rotate_token", &["--name", "app", "--expiry", "soon"], 2, "`--expiry` is wrong"),
        ("append_token", &["--name", ""], 2, "`--name` is wrong"),
        (
            "append_token",
            &["--name", "c", "--permission", "db:a"],
            2,
            "1 of 1 permissions wrong; nothing was changed",
        ),
        ("append_token", &["--name", "c", "--permission", "db:a:reed"], 2, "did you mean `read`?"),
        (
            "append_token",
            &["--name", "c", "--create-databases", "a,b c"],
            2,
            "item 2 of `--create-databases` is wrong",
        ),
        (
            "rotate_token",
            &["--name", "old"],
            2,
            "the token has expired, and its successor would end with it: give `--expiry`",
        ),
        ("rotate_token", &["--name", "old", "--beside", "new"], 2, "give `--expiry`"),
    ] {
        let error = change(program, files.path(), arguments, code);
        assert!(error.contains(says), "{error}");
    }
    assert_eq!(text(files.path()), TWO);
    let broken = folder(&[("t.json", "{\"tokens\": [],}")]);
    for program in ["append_token", "rotate_token", "remove_token"] {
        let error = change(program, broken.path(), &["--name", "app"], 1);
        assert!(error.contains("json-syntax"), "{error}");
        let end = format!(
            "{program}: nothing was changed: `t.json` has one error\n{program}: `validate t.json` shows all of it\n"
        );
        assert!(error.ends_with(&end), "{error}");
    }
    assert_eq!(text(broken.path()), "{\"tokens\": [],}");
    let none = folder(&[]);
    for (program, more) in
        [("append_token", &["--must-exist"][..]), ("rotate_token", &[]), ("remove_token", &[])]
    {
        let error = change(program, none.path(), &[more, &["--name", "app"]].concat(), 2);
        assert!(error.contains("does not exist"), "{error}");
    }
    assert_eq!(none.path().read_dir().unwrap().count(), 0);
}

#[test]
fn of_a_broken_file_only_the_first_errors_are_shown() {
    let entry = r#"{"token": "apiv3_1", "name": "app", "permissions": ["db:a:reed"]},"#;
    let text = format!("{{\"tokens\": [{}{{}}]}}", format!("{entry}\n").repeat(50));
    let files = folder(&[("t.json", &text)]);
    let checked = run("validate", files.path(), &["t.json"], b"");
    assert!(checked.stdout.contains("\nwarning[") && checked.stdout.contains("\nnote["));
    for (program, arguments) in [
        ("append_token", &["t.json", "--name", "new"][..]),
        ("create_token", &["--output-file", "t.json", "--name", "new", "--permission", "db:a:read"]),
        ("rotate_token", &["t.json", "--name", "app"]),
        ("remove_token", &["t.json", "--name", "app"]),
        ("kubernetes_secret", &["t.json", "--name", "app", "--output", "-"]),
    ] {
        let done = run(program, files.path(), arguments, b"");
        assert_eq!((done.code, done.stdout.as_str()), (1, ""), "{program}");
        let found = |level: &str| done.stderr.lines().filter(|line| line.starts_with(level)).count();
        let counts = ["error[", "warning[", "note["].map(found);
        assert_eq!(counts, [3, 0, 0], "{program}: {}", done.stderr);
        let end = format!("\n{program}: `validate t.json` shows all of it\n");
        assert!(done.stderr.ends_with(&end), "{program}: {}", done.stderr);
    }
    assert_eq!(self::text(files.path()), text);
}

#[test]
fn a_token_on_standard_input_that_is_none_is_refused() {
    let files = folder(&[("t.json", TWO)]);
    for (input, says) in [("", "there is no token"), ("\n", "there is no token"), ("Bearer x\n", "is wrong")]
    {
        let arguments = ["t.json", "--name", "c", "--token-stdin"];
        let done = run("append_token", files.path(), &arguments, input.as_bytes());
        assert_eq!((done.code, &*done.stdout), (2, ""));
        assert!(done.stderr.contains(says), "{}", done.stderr);
    }
    assert_eq!(text(files.path()), TWO);
}

/// The caller must not take that for a refusal.
#[test]
#[cfg(target_os = "linux")]
fn what_was_changed_and_not_told_ends_with_3() {
    for (program, arguments) in [
        ("append_token", &["t.json", "--name", "new"][..]),
        ("create_token", &["--output-file", "t.json", "--name", "new", "--permission", "db:a:read"]),
        ("rotate_token", &["t.json", "--name", "app"]),
        ("remove_token", &["t.json", "--name", "app"]),
    ] {
        let files = folder(&[("t.json", TWO)]);
        let full = std::fs::File::create("/dev/full").unwrap();
        // Nobody reads at the other end.
        let (reader, closed) = std::io::pipe().unwrap();
        drop(reader);
        for (output, new) in [(std::process::Stdio::from(full), "new"), (closed.into(), "newer")] {
            std::fs::write(files.path().join("t.json"), TWO).unwrap();
            let arguments = arguments.iter().map(|word| if *word == "new" { new } else { word });
            let done = crate::command(program, files.path()).args(arguments).stdout(output).output().unwrap();
            let error = String::from_utf8(done.stderr).unwrap();
            assert_eq!(done.status.code(), Some(3), "{program}: {error}");
            assert!(error.contains("the file was changed; cannot write to standard output"), "{error}");
            assert!(text(files.path()) != TWO, "{program}");
        }
    }
}

#[test]
fn a_token_that_has_ended_is_not_made() {
    for (program, arguments) in [
        ("append_token", &["t.json", "--name", "new", "--expiry", "0s"][..]),
        (
            "create_token",
            &["--output-file", "t.json", "--name", "new", "--permission", "db:a:read", "--expiry", "0s"],
        ),
        ("rotate_token", &["t.json", "--name", "app", "--expiry", "0s"]),
    ] {
        let files = folder(&[("t.json", TWO)]);
        let done = run(program, files.path(), arguments, b"");
        assert_eq!((done.code, done.stdout.as_str()), (2, ""), "{program}");
        assert!(done.stderr.contains("the token would have ended already"), "{}", done.stderr);
        assert!(text(files.path()) == TWO, "{program}");
    }
}

#[test]
fn a_weak_secret_is_warned_of() {
    for (program, arguments) in [
        ("append_token", &["t.json", "--name", "new", "--token-stdin"][..]),
        ("rotate_token", &["t.json", "--name", "app", "--token-stdin"]),
    ] {
        let files = folder(&[("t.json", TWO)]);
        let done = run(program, files.path(), arguments, b"apiv3_secret\n");
        assert_eq!(done.code, 0, "{program}: {}", done.stderr);
        assert!(done.stderr.contains("warning: "), "{program}: {}", done.stderr);
        let long = run(program, files.path(), arguments, &b"a".repeat(70_000));
        assert_eq!(long.code, 2);
        assert!(long.stderr.contains("too long for a token"), "{}", long.stderr);
    }
}

#[test]
#[cfg(target_os = "linux")]
fn how_a_file_is_changed_is_an_option_of_each() {
    use std::fs::{File, Permissions};
    use std::os::unix::fs::{MetadataExt, PermissionsExt};

    for (program, name) in [("append_token", "new"), ("rotate_token", "app"), ("remove_token", "app")] {
        let files = folder(&[("t.json", TWO)]);
        let path = files.path().join("t.json");
        let held = File::open(&path).unwrap();
        held.lock().unwrap();
        let begun = std::time::Instant::now();
        let error = change(program, files.path(), &["--name", name, "--wait", "0"], 2);
        // Without the option it waits so long.
        assert!(begun.elapsed().as_secs() < 10);
        // Some sandboxes have no locks in /proc/locks.
        let holder = format!("`t.json` is locked by process {}", std::process::id());
        assert!(error.contains(&holder) || error.contains("in use by other writers"), "{error}");
        assert_eq!(text(files.path()), TWO);
        drop(held);

        std::fs::set_permissions(&path, Permissions::from_mode(0o664)).unwrap();
        change(program, files.path(), &["--name", name], 0);
        assert_eq!(path.metadata().unwrap().mode() & 0o7777, 0o664);
        std::fs::write(&path, TWO).unwrap();
        change(program, files.path(), &["--name", name, "--tighten"], 0);
        assert_eq!(path.metadata().unwrap().mode() & 0o7777, 0o600);
    }
}

#[test]
fn what_can_be_said_against_a_new_token_is_said() {
    let files = folder(&[]);
    let files = files.path();
    let said = change("append_token", files, &["--name", "a"], 0);
    assert_eq!(
        said,
        "append_token: warning: the token has no permissions: it cannot access anything; add a permission, or remove the token\n"
    );
    let fine = ["--name", "b", "--permission", "system:ping:read", "--expiry", "90d"];
    assert_eq!(change("append_token", files, &fine, 0), "");
    let weak = run("append_token", files, &["t.json", "--name", "c", "--token-stdin"], b"apiv3_secret");
    assert!(weak.code == 0 && weak.stderr.contains("append_token: warning: "), "{}", weak.stderr);
    let name = format!("apiv3_{}", "x1-_".repeat(8));
    let pasted = ["--name", &name, "--permission", "system:ping:read", "--output-file", "other.json"];
    let pasted = run("create_token", files, &pasted, b"");
    assert!(pasted.stderr.contains("create_token: warning: the name contains a token"), "{}", pasted.stderr);
}

/// The file that is there after it, and not only the new entry.
#[test]
fn what_a_server_would_refuse_the_file_for_is_said() {
    let create = |more: &[&str]| {
        let arguments = [&["--name", "c", "--expiry", "90d"], more].concat();
        let [created, appended] =
            [("create_token", &["--output-file", "n.json"][..]), ("append_token", &["n.json"])].map(
                |(program, file)| {
                    let done = run(program, folder(&[]).path(), &[file, &arguments].concat(), b"");
                    assert_eq!(done.code, 0, "{}", done.stderr);
                    done.stderr.replace(program, "P")
                },
            );
        assert_eq!(created, appended);
        created
    };
    let rejects = "is granted but not in `create_databases`: a server without it rejects this token";
    let other = ["--permission", "db:other,sensors:read"];
    assert_eq!(
        create(&[&other[..], &["--create-databases", "sensors"]].concat()),
        format!(
            "P: warning: database `other` {rejects}; add it there, as `--create-databases other` would have\n"
        )
    );
    let near = ["--permission", "db:sensor:read", "--create-databases", "sensors"];
    assert_eq!(
        create(&near),
        format!(
            "P: warning: database `sensor` {rejects}; did you mean `sensors`? otherwise add it to `create_databases`\n"
        )
    );
    assert_eq!(
        create(&[&other[..], &["--create-databases", "x"]].concat()),
        "P: warning: databases are granted but not in `create_databases`, so a server without them does not make their tokens; \
         add them there, as `--create-databases` would have; `validate n.json` shows them\n"
    );
    let secret = format!("db:{CANARY}:read");
    let hidden = create(&["--permission", &secret, "--create-databases", "x"]);
    assert!(hidden.contains(rejects) && hidden.ends_with("; `validate n.json` shows it\n"), "{hidden}");
    assert_no_piece_of(CANARY, &hidden, "a warning");
    // Where nothing is created, all is meant to be there already; and what the report passes over is passed over.
    for fine in [
        &other[..],
        &[&other[..], &["--create-databases", "other,sensors"]].concat(),
        &["--permission", "db:*:read", "--create-databases", "x"],
    ] {
        assert_eq!(create(fine), "", "{fine:?}");
    }
    let placeholder = create(&["--permission", "db:DATABASE_NAME:read", "--create-databases", "x"]);
    assert!(!placeholder.contains("granted"), "{placeholder}");

    // What was there before counts, too, and a rotation grants nothing.
    let text = TWO.replace("{\"tokens", "{\"create_databases\": [\"b\"], \"tokens");
    let files = folder(&[("t.json", &text)]);
    let fine = ["--name", "c", "--permission", "db:b:read", "--expiry", "90d"];
    assert!(change("append_token", files.path(), &fine, 0).contains("database `a` is granted but not in"));
    assert_eq!(change("rotate_token", files.path(), &["--name", "app", "--expiry", "90d"], 0), "");
}

#[test]
#[cfg(unix)]
fn a_new_secret_in_a_file_that_others_may_read_is_warned_of() {
    use std::os::unix::fs::PermissionsExt;

    for (program, arguments) in [
        ("append_token", &["t.json", "--name", "new", "--permission", "db:a:read", "--expiry", "90d"][..]),
        (
            "create_token",
            &["--output-file", "t.json", "--name", "new", "--permission", "db:a:read", "--expiry", "90d"],
        ),
        ("rotate_token", &["t.json", "--name", "app", "--expiry", "90d"]),
    ] {
        let files = folder(&[("t.json", TWO)]);
        let path = files.path().join("t.json");
        std::fs::set_permissions(&path, PermissionsExt::from_mode(0o644)).unwrap();
        let done = run(program, files.path(), arguments, b"");
        let expected = format!(
            "{program}: warning: the file mode is 0644: users other than the owner have access; run `chmod 600` on the file\n"
        );
        assert_eq!((done.code, done.stderr), (0, expected));
        assert_eq!(path.metadata().unwrap().permissions().mode() & 0o7777, 0o644);

        let files = folder(&[("t.json", TWO)]);
        let done = run(program, files.path(), arguments, b"");
        assert_eq!((done.code, &*done.stderr), (0, ""), "{program}");
    }
}

#[test]
fn a_file_is_named_where_standard_input_is_not_taken() {
    let files = folder(&[("t.json", TWO), ("-", TWO)]);
    for (program, arguments) in [
        ("append_token", &["-", "--name", "c"][..]),
        ("rotate_token", &["-", "--name", "app"]),
        ("remove_token", &["-", "--name", "app"]),
        ("assert_access", &["t.json", "-"]),
        ("check_access", &["--batch", "-"]),
        ("compare_server", &["-", "t.json"]),
    ] {
        let done = run(program, files.path(), arguments, TWO.as_bytes());
        assert_eq!((done.code, done.stdout.as_str()), (2, ""), "{program}");
        assert!(done.stderr.contains("standard input is not taken here"), "{program}: {}", done.stderr);
        assert_eq!(std::fs::read_to_string(files.path().join("-")).unwrap(), TWO);
    }
}
