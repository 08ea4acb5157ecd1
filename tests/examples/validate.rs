use std::process::Stdio;

use serde_json::Value;

use crate::util::{files, fixtures};
use crate::{command, folder, run};

/// 2026-01-01T00:00:00Z, the time of the fixtures.
const NOW: [&str; 2] = ["--now", "2026-01-01T00:00:00Z"];

const GOOD: &str = r#"{
  "create_databases": ["red"],
  "tokens": [
    {
      "token": "apiv3_UiZSArOjH1rakuyh4qDTpkW_C61i7DYm-d7BTXFZIEc",
      "name": "app",
      "expiry_millis": 1780272000000,
      "permissions": ["db:red:read"]
    }
  ]
}
"#;

const BAD: &str = r#"{
  "create_databases": ["red"],
  "tokens": [
    {
      "token": "apiv3_UiZSArOjH1rakuyh4qDTpkW_C61i7DYm-d7BTXFZIEc",
      "name": "app",
      "expiry_millis": 1780272000000,
      "permissions": ["db:red:read", "db:red:reaad,write"]
    },
    {
      "token": "apiv3_X6kwSBlWkMU-TRXSIuOjMN86oTaoqT1JkgnUs_QUX-c",
      "name": "app",
      "expiry_millis": 1780272000000,
      "permissions": ["db:red:write"],
    }
  ]
}
"#;

fn validate(text: &str, arguments: &[&str]) -> crate::Run {
    let folder = folder(&[("tokens.json", text)]);
    run("validate", folder.path(), &[&NOW, arguments, &["tokens.json"]].concat(), b"")
}

fn json_lines(text: &str) -> Vec<Value> {
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn names(file: &Value) -> Vec<&str> {
    file["diagnostics"].as_array().unwrap().iter().map(|found| found["name"].as_str().unwrap()).collect()
}

#[test]
fn human_output_shows_the_place_and_the_help() {
    let run = validate(&BAD.replace("\"],\n    }", "\"]\n    }"), &[]);
    assert_eq!(run.code, 1);
    assert_eq!(
        run.stdout,
        r#"error[T0214 unknown-action]: unknown action: `reaad`
 --> tokens.json:8:46
  |
8 |       "permissions": ["db:red:read", "db:red:reaad,write"]
  |                                              ^^^^^
  |
  = help: did you mean `read`?
  = fix: grants `read`

error[T0401 duplicate-name]: duplicate token name: `app`
  --> tokens.json:12:16
   |
 6 |       "name": "app",
   |                --- first occurrence
...
12 |       "name": "app",
   |                ^^^
   |
   = help: use another name: the server rejects the second token

1 file checked: 2 errors, 0 warnings, 0 notes; 1 can be mended by --fix-all
"#
    );
    assert_eq!(run.stderr, "");
}

#[test]
fn human_output_of_a_trailing_comma_shows_what_it_shows_of_json() {
    let run = validate(BAD, &[]);
    assert_eq!(run.code, 1);
    let place = r#"
  --> tokens.json:14:38
   |
14 |       "permissions": ["db:red:write"],
   |                                      ^
   |
   = help: remove the `,`
"#;
    assert!(run.stdout.contains(place), "{}", run.stdout);
}

#[test]
fn human_output_of_a_broken_text_hides_the_values_of_other_members() {
    let run = validate(&BAD.replace("\"name\": \"app\"", "name: \"app\", note: \"maple\""), &[]);
    assert_eq!(run.code, 1);
    let place = r#"
 --> tokens.json:6:7
  |
6 |       name: "app", **************
  |       ^^^^
  |
"#;
    assert!(run.stdout.contains(place), "{}", run.stdout);
}

#[test]
fn a_good_file_is_fine() {
    let run = validate(GOOD, &[]);
    assert_eq!((run.code, run.stdout.as_str()), (0, "1 file checked: nothing found\n"));
}

#[test]
fn warnings_and_notes_are_no_errors() {
    let run = validate(r#"{"tokens": []}"#, &[]);
    assert_eq!(run.code, 0);
    assert!(run.stdout.ends_with("1 file checked: 0 errors, 1 warning, 0 notes\n"), "{}", run.stdout);
}

#[test]
fn long_lines_are_cut_around_the_place() {
    let entry = r#"{"token": "apiv3_UiZSArOjH1rakuyh4qDTpkW_C61i7DYm-d7BTXFZIEc", "name": "ü", "expiry_millis": 1780272000000, "permissions": ["db:red:read"]}, "#;
    let text = format!(r#"{{"create_databases": ["red"], "tokens": [{}"#, entry.repeat(2_000));
    let run = validate(&text, &[]);
    assert_eq!(run.code, 1);
    assert!(run.stdout.lines().all(|line| line.chars().count() < 200), "a line is not cut");
    assert!(run.stdout.contains("first occurrence"));
    assert!(run.stdout.contains(" more findings not shown\n"));
}

#[test]
fn lines_are_as_wide_as_the_terminal() {
    let long = "x".repeat(1_000_000);
    let text = BAD.replace("\"name\": \"app\"", &format!("\"name\": \"{long}\"")).replace('\n', "");
    let folder = folder(&[("tokens.json", &text), ("broken.json", &format!("{{\"tokens\": {long}}}"))]);
    for columns in [60, 80, 200] {
        let mut command = command("validate", folder.path());
        command.args(NOW).args(["tokens.json", "broken.json"]).env("COLUMNS", columns.to_string());
        let output = command.output().unwrap();
        let text = String::from_utf8(output.stdout).unwrap();
        // Messages are not cut.
        let shown = text.lines().filter(|line| line.starts_with("1 |"));
        let widest = shown.map(|line| line.chars().count()).max().unwrap();
        assert!(widest <= columns && widest > columns / 2, "{widest} of {columns} columns");
        let marks = text.lines().filter(|line| line.contains('^')).count();
        assert_eq!(
            marks,
            text.lines().filter(|line| line.contains("]: ")).count(),
            "every place is underlined"
        );
    }
}

#[test]
fn json_output_has_every_member() {
    let run = validate(BAD, &["--format", "json"]);
    assert_eq!(run.code, 1);
    let lines = json_lines(&run.stdout);
    assert_eq!(lines.len(), 1);
    assert_eq!(names(&lines[0]), ["unknown-action", "duplicate-name", "json-syntax"]);
    assert_eq!(
        (&lines[0]["file"], &lines[0]["valid"], &lines[0]["omitted"]),
        (&"tokens.json".into(), &false.into(), &0.into())
    );
    let (start, end) = (BAD.find("reaad").unwrap(), BAD.find("reaad").unwrap() + 5);
    let expected = serde_json::json!({
        "code": "T0214", "name": "unknown-action", "severity": "error",
        "message": "unknown action: `reaad`", "pointer": "/tokens/0/permissions/1",
        "start": start, "end": end, "line": 8, "column": 46, "help": "did you mean `read`?", "labels": [],
        "fixes": [{
            "applicability": "unsafe", "edits": [{"start": start, "end": end, "text": "read"}],
            "effect": "grants `read`",
        }],
    });
    assert_eq!(lines[0]["diagnostics"][0], expected);
    let label = &lines[0]["diagnostics"][1]["labels"][0];
    assert_eq!((&label["line"], &label["message"]), (&6.into(), &"first occurrence".into()));
}

#[test]
fn a_fix_that_makes_a_token_has_no_text() {
    let text =
        GOOD.replace("apiv3_UiZSArOjH1rakuyh4qDTpkW_C61i7DYm-d7BTXFZIEc", "apiv3_0XXXX-xxxXxXxxxXX_OxxxX...");
    let run = validate(&text, &["--format", "json"]);
    let fixes = json_lines(&run.stdout)[0]["diagnostics"][0]["fixes"].clone();
    assert_eq!(
        (&fixes[0]["edits"][0]["text"], &fixes[0]["edits"][0]["new_token"]),
        (&Value::Null, &true.into())
    );
    let log: Value = serde_json::from_str(&validate(&text, &["--format", "sarif"]).stdout).unwrap();
    assert_eq!(log["runs"][0]["results"][0]["fixes"], serde_json::json!([]));
}

#[test]
fn github_output_is_escaped() {
    let folder = folder(&[("a,b:%.json", BAD)]);
    let run = run(
        "validate",
        folder.path(),
        &[&NOW[..], &["--format", "github", "a,b:%.json", "none"]].concat(),
        b"",
    );
    assert_eq!(run.code, 2);
    let lines: Vec<&str> = run.stdout.lines().collect();
    assert_eq!(
        lines[0],
        "::error file=a%2Cb%3A%25.json,line=8,endLine=8,col=46,endColumn=51,title=T0214 unknown-action::unknown action: \
         `reaad`%0Ahelp: did you mean `read`?"
    );
    assert_eq!(lines.len(), 4);
    assert!(lines[3].starts_with("::error file=none,title=not checked::"), "{}", lines[3]);
}

#[test]
fn several_files_are_all_checked_and_the_worst_counts() {
    let folder = folder(&[("good.json", GOOD), ("bad.json", BAD)]);
    let arguments = [&NOW[..], &["--format", "json", "good.json", "none.json", "bad.json", "-"]].concat();
    let run = run("validate", folder.path(), &arguments, GOOD.as_bytes());
    assert_eq!(run.code, 2);
    let lines = json_lines(&run.stdout);
    let files: Vec<(&str, Option<bool>)> =
        lines.iter().map(|line| (line["file"].as_str().unwrap(), line["valid"].as_bool())).collect();
    let expected =
        [("good.json", Some(true)), ("none.json", None), ("bad.json", Some(false)), ("-", Some(true))];
    assert_eq!(files, expected);
    let failure = lines[1].as_object().unwrap();
    assert_eq!(failure.keys().collect::<Vec<_>>(), ["error", "file"]);
    assert!(run.stderr.contains(failure["error"].as_str().unwrap()), "{failure:?}");
    assert!(run.stderr.starts_with("validate: "), "{}", run.stderr);
    assert!(run.stderr.contains("none.json") && run.stderr.ends_with('\n'), "{}", run.stderr);
    assert_eq!(run.stderr.lines().count(), 1);
}

#[test]
fn standard_input_is_checked() {
    let folder = folder(&[]);
    let run = run("validate", folder.path(), &[&NOW[..], &["-"]].concat(), b"{\xff");
    assert_eq!(run.code, 1);
    assert!(run.stdout.contains("error[T0101 invalid-utf8]"), "{}", run.stdout);
    assert!(run.stdout.contains(" --> <stdin>:1:2"), "{}", run.stdout);
}

#[test]
fn wrong_usage_ends_with_2() {
    for (arguments, says) in [
        (&["--deny", "unknown-acton", "x"][..], "did you mean `unknown-action`?"),
        (
            &["--release", "latest", "x"],
            "invalid release `latest`: expected a form such as `3.9` or `3.11.1`",
        ),
        (&["--format", "yaml", "x"], "[possible values: text, json, github, sarif]"),
        (&["--now", "tomorrow", "x"], "invalid time `tomorrow`: expected RFC 3339"),
        (&["-", "-"], "`-` can be given once"),
        (&["--fix", "-"], "`-` cannot be fixed"),
        (&["--fix", "--fix-all", "x"], "cannot be used with"),
        (&["--explain", "nothing"], "unknown code `nothing`"),
        (&[], "<FILE>..."),
        (&["--unknown"], "unexpected argument"),
    ] {
        let folder = folder(&[]);
        let run = run("validate", folder.path(), arguments, b"");
        assert_eq!((run.code, run.stdout.as_str()), (2, ""), "{arguments:?}");
        assert!(run.stderr.contains(says) && run.stderr.ends_with('\n'), "{arguments:?}: {}", run.stderr);
    }
}

#[test]
fn levels_count_in_the_order_of_the_command_line() {
    let empty = r#"{"tokens": []}"#;
    for (arguments, code, severity) in [
        (&["--deny", "no-tokens"][..], 1, Some("error")),
        (&["--deny", "warnings"], 1, Some("error")),
        (&["--deny", "warnings", "--warn", "T0403"], 0, Some("warning")),
        (&["--warn", "T0403", "--deny", "warnings"], 0, Some("warning")),
        (&["--allow", "T0403"], 0, None),
        (&["--allow", "warnings"], 0, None),
        (&["--note", "no-tokens"], 0, Some("note")),
        (&["--note", "warnings"], 0, Some("note")),
        (&["--note", "warnings", "--deny", "no-tokens"], 1, Some("error")),
        (&["--allow", "warnings", "--deny", "no-tokens"], 1, Some("error")),
        (&["--deny", "no-tokens", "--allow", "no-tokens"], 0, None),
        (&["--allow", "no-tokens", "--deny", "no-tokens"], 1, Some("error")),
        (&["--deny", "warnings", "--allow", "warnings"], 0, None),
        (&["--allow", "warnings", "--deny", "warnings"], 1, Some("error")),
    ] {
        let run = validate(empty, &[&["--format", "json"], arguments].concat());
        assert_eq!(run.code, code, "{arguments:?}");
        let found = &json_lines(&run.stdout)[0]["diagnostics"][0]["severity"];
        assert_eq!(found.as_str(), severity, "{arguments:?}");
    }
}

/// Codes that are a note or an error as a rule.
#[test]
fn what_is_only_sometimes_a_warning_is_one_of_the_warnings() {
    let long = "a".repeat(65);
    for text in [GOOD.replace("db:red:read", "db:*:write"), GOOD.replace("red", &long)] {
        assert!(validate(&text, &["--format", "json"]).stdout.contains("\"warning\""));
        let allowed = validate(&text, &["--format", "json", "--allow", "warnings"]);
        assert!(!allowed.stdout.contains("\"severity\""), "{}", allowed.stdout);
    }
}

#[test]
fn files_are_checked_although_nobody_reads_of_them() {
    let many = format!("{{\"tokens\": [{}0]}}", "0,".repeat(5_000));
    let folder = folder(&[("many.json", &many), ("fixed.json", "{\"tokens\": [],}")]);
    let (reader, closed) = std::io::pipe().unwrap();
    drop(reader);
    let mut command = crate::command("validate", folder.path());
    let done = command.args(["--fix", "many.json", "fixed.json"]).stdout(closed).output().unwrap();
    assert_eq!(done.status.code(), Some(3));
    assert_eq!(std::fs::read_to_string(folder.path().join("fixed.json")).unwrap(), "{\"tokens\": []}");
}

#[test]
fn a_release_adds_what_it_refuses() {
    let text = GOOD.replace("db:red:read", "db:*:read");
    assert_eq!(validate(&text, &[]).code, 0);
    let run = validate(&text, &["--release", "3.9", "--format", "json"]);
    assert_eq!(run.code, 1);
    assert!(names(&json_lines(&run.stdout)[0]).contains(&"needs-newer-release"), "{}", run.stdout);
}

#[test]
fn fixes_are_applied_safe_ones_or_all() {
    let folder = folder(&[("tokens.json", BAD)]);
    let path = folder.path().join("tokens.json");
    let safe = run("validate", folder.path(), &[&NOW[..], &["--fix", "tokens.json"]].concat(), b"");
    assert_eq!(safe.code, 1);
    assert_eq!(std::fs::read_to_string(&path).unwrap(), BAD.replace("\"],\n    }", "\"]\n    }"));
    assert!(
        safe.stdout.ends_with("2 errors, 0 warnings, 0 notes; 1 fix applied; 1 can be mended by --fix-all\n"),
        "{}",
        safe.stdout
    );
    let all = run("validate", folder.path(), &[&NOW[..], &["--fix-all", "tokens.json"]].concat(), b"");
    assert_eq!(all.code, 1);
    let mended = std::fs::read_to_string(&path).unwrap();
    assert!(mended.contains("\"db:red:read,write\""), "{mended}");
    let missing = run("validate", folder.path(), &["--fix", "none.json"], b"");
    assert_eq!(missing.code, 2);
    assert!(!folder.path().join("none.json").exists());
}

#[test]
fn codes_are_explained_and_listed() {
    let folder = folder(&[]);
    let explained = run("validate", folder.path(), &["--explain", "T0214"], b"");
    assert_eq!(explained.code, 0);
    assert!(explained.stdout.starts_with("# T0214 unknown-action (error): "), "{}", explained.stdout);
    assert!(explained.stdout.contains("## Use instead"), "{}", explained.stdout);
    let listed = run("validate", folder.path(), &["--list"], b"");
    assert_eq!((listed.code, listed.stdout.lines().count()), (0, influxdb3_offline_tokens::Code::ALL.len()));
}

#[test]
fn every_fixture_is_printed_in_every_format() {
    let codes = fixtures().join("codes");
    let paths: Vec<_> = files(&codes, "").iter().flat_map(|folder| files(folder, ".json")).collect();
    let paths: Vec<&str> = paths.iter().map(|path| path.to_str().unwrap()).collect();
    for format in ["text", "json", "github", "sarif"] {
        let run = run("validate", &codes, &[&NOW[..], &["--format", format], &paths].concat(), b"");
        assert_eq!((run.code, run.stderr.as_str()), (1, ""), "{format}");
        match format {
            "json" => assert_eq!(json_lines(&run.stdout).len(), paths.len()),
            "github" => assert!(run.stdout.lines().all(|line| line.starts_with("::"))),
            "sarif" => crate::sarif::assert_is_log(&serde_json::from_str(&run.stdout).unwrap()),
            _ => assert!(!run.stdout.contains('\u{1b}') && !run.stdout.contains(":::")),
        }
    }
}

#[test]
fn a_reader_that_goes_away_is_no_error() {
    let folder = folder(&[("bad.json", BAD)]);
    for (name, arguments) in
        [("validate", &["--list"][..]), ("validate", &["bad.json"]), ("parse_permission", &["db:a:read"])]
    {
        let mut command = command(name, folder.path());
        let mut child =
            command.args(arguments).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        drop(child.stdout.take());
        let output = child.wait_with_output().unwrap();
        assert_eq!(String::from_utf8_lossy(&output.stderr), "", "{name} {arguments:?}");
        assert!(output.status.code().is_some_and(|code| code < 2), "{name} {arguments:?}");
    }
}

#[test]
fn help_says_what_a_newcomer_needs() {
    let folder = folder(&[]);
    for (name, words) in [
        (
            "validate",
            &["--format", "--release", "--fix-all", "--explain", "NO_COLOR", "Exit codes: 0", "3 a file"][..],
        ),
        ("parse_permission", &["canonical", "\"kind\"", "Exit codes: 0"]),
        ("create_token", &["--output-file", "--show-token", "--expiry", "Exit codes: 0"]),
    ] {
        let run = run(name, folder.path(), &["--help"], b"");
        assert_eq!((run.code, run.stderr.as_str()), (0, ""));
        for word in words {
            assert!(run.stdout.contains(word), "{name} --help does not say {word}:\n{}", run.stdout);
        }
    }
}

#[test]
fn admin_token_files_are_checked_and_mended_as_such() {
    let text = r#"{"token": "apiv3_UiZSArOjH1rakuyh4qDTpkW_C61i7DYm-d7BTXFZIEc", "nmae": "_admin"}"#;
    let folder = folder(&[("a.json", text), ("t.json", GOOD)]);
    let validate = |arguments: &[&str]| run("validate", folder.path(), &[&NOW, arguments].concat(), b"");
    let checked = validate(&["--format", "json", "--admin", "a.json", "t.json"]);
    assert_eq!(checked.code, 1);
    let lines = json_lines(&checked.stdout);
    assert_eq!(lines.iter().map(names).collect::<Vec<_>>(), [["misspelt-member"], ["tokens-file"]]);
    assert_eq!(validate(&["--admin", "--fix", "a.json"]).code, 0);
    let fixed = std::fs::read_to_string(folder.path().join("a.json")).unwrap();
    assert_eq!(fixed, text.replace("nmae", "name"));
    let without = validate(&["--format", "json", "a.json"]);
    assert_eq!(json_lines(&without.stdout).iter().map(names).collect::<Vec<_>>(), [["admin-token-file"]]);
}

#[test]
fn a_time_in_seconds_is_no_time_to_check_against() {
    let folder = folder(&[("tokens.json", GOOD)]);
    let at = |time: &str| run("validate", folder.path(), &["--now", time, "tokens.json"], b"");
    let said = at("1795616951").stderr;
    assert!(said.contains("`--now` looks like seconds: in milliseconds it is `1795616951000`"), "{said}");
    assert_eq!((at("1795616951").code, at("1767225600000").code), (2, 0));
}

#[test]
fn a_byte_order_mark_takes_a_column() {
    let run = validate(&format!("\u{FEFF}{GOOD}"), &[]);
    assert!(run.stdout.contains("1 | \u{FFFD}{\n  | ^\n"), "{}", run.stdout);
}
