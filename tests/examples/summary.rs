//! The last line of `validate`, and what it says of files that do not load.

use serde_json::Value;

use crate::{Run, folder, run};

fn validate(files: &[(&str, &str)], arguments: &[&str]) -> Run {
    run("validate", folder(files).path(), arguments, b"")
}

#[test]
#[cfg(unix)]
fn the_mode_is_counted_among_what_can_be_mended() {
    use std::os::unix::fs::PermissionsExt;

    let folder = folder(&[("t.json", "{\"tokens\": []}")]);
    let path = folder.path().join("t.json");
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o644)).unwrap();
    let quiet = ["--allow", "no-tokens", "t.json"];
    let checked = run("validate", folder.path(), &quiet, b"");
    let summary = "\n1 file checked: 0 errors, 1 warning, 0 notes; 1 can be mended by --fix-all\n";
    assert!(checked.stdout.ends_with(summary), "{}", checked.stdout);
    let mended = run("validate", folder.path(), &[&["--fix-all"], &quiet[..]].concat(), b"");
    let told = "mended[T0501 readable-by-others] t.json: the file mode is 0644: users other than the owner have access\n\n\
                1 file checked: nothing found; 1 fix applied\n";
    assert_eq!(mended.stdout, told);
    assert_eq!(path.metadata().unwrap().permissions().mode() & 0o777, 0o600);
}

#[test]
fn where_nothing_was_checked_nothing_is_said_to_be_found() {
    for file in ["none.json", "."] {
        let done = validate(&[], &[file]);
        let summary = "0 files checked; 1 file not read or written\n";
        assert_eq!((done.code, done.stdout.as_str()), (2, summary), "{file}");
    }
    let some = validate(&[("t.json", "{\"tokens\": []}")], &["--allow", "no-tokens", "t.json", "none.json"]);
    assert_eq!(some.stdout, "1 file checked: nothing found; 1 file not read or written\n");
}

#[test]
fn what_is_allowed_does_not_make_a_file_load() {
    let yaml = ("x.yaml", "tokens: []\n");
    let note = "its errors were allowed or made less";
    for (level, found) in [("--allow", "nothing found"), ("--note", "0 errors, 0 warnings, 1 note")] {
        let done = validate(&[yaml], &[level, "other-file", "x.yaml"]);
        let summary = format!("1 file checked: {found}; 1 file does not load: {note}\n");
        assert!(done.code == 0 && done.stdout.ends_with(&summary), "{}", done.stdout);
    }
    let line =
        |format: &str| validate(&[yaml], &["--allow", "other-file", "--format", format, "x.yaml"]).stdout;
    let json: Value = serde_json::from_str(&line("json")).unwrap();
    assert_eq!((&json["loads"], &json["valid"]), (&false.into(), &true.into()));
    assert!(line("github").starts_with("::notice file=x.yaml,title=does not load::"), "{}", line("github"));
    assert!(line("sarif").contains(note), "{}", line("sarif"));
    let admin = validate(&[yaml], &["--admin", "--allow", "other-file", "x.yaml"]);
    assert!(admin.stdout.contains(note), "{}", admin.stdout);
    // What loads, and what does not without this.
    for (text, arguments) in [
        ("{\"tokens\": []}", &["--allow", "json-syntax", "--allow", "no-tokens"][..]),
        ("{\"tokens\": [],}", &["--allow", "never-expires"]),
        ("{\"tokens\": [],}", &["--deny", "json-syntax"]),
    ] {
        let done = validate(&[("t.json", text)], &[arguments, &["t.json"]].concat());
        assert!(!done.stdout.contains("load"), "{arguments:?}: {}", done.stdout);
    }
}
