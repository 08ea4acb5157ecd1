//! The program: transcripts of its commands, exit codes and output.
//!
//! The `console` blocks of `tests/program/*.md` and the README are run by `sh`, all blocks of a file in one new directory.
//! A line that starts with `$ ` is a command, one that starts with `> ` continues it, `[1]` is an exit code, and `[..]`
//! stands for any text. `SNAPSHOTS=overwrite cargo test --test program` updates the transcripts.

#![allow(missing_docs, clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test")]
#![cfg(unix)]

mod apply;
mod sarif;
mod secrets;
#[path = "../util/mod.rs"]
mod util;

use std::fmt::Write as _;
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

use snapbox::{Assert, Data};

/// The result of a run.
struct Run {
    code: i32,
    stdout: String,
    stderr: String,
}

/// Returns a command in a directory, independent of the terminal that runs the tests.
fn isolated(program: &str, directory: &Path) -> Command {
    let mut command = Command::new(program);
    command.current_dir(directory).env("COLUMNS", "80");
    for variable in ["CI", "NO_COLOR", "CLICOLOR_FORCE"] {
        command.env_remove(variable);
    }
    command
}

fn command(directory: &Path) -> Command {
    isolated(env!("CARGO_BIN_EXE_influxdb3-tokens"), directory)
}

/// Runs the program to its end.
#[track_caller]
fn run(arguments: &[&str], directory: &Path, input: &[u8]) -> Run {
    let mut command = command(directory);
    command.args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    // With invalid arguments, the program exits before it reads.
    let _ = child.stdin.take().unwrap().write_all(input);
    let output = child.wait_with_output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    let (stdout, stderr) = (text(output.stdout), text(output.stderr));
    assert!(!stderr.contains("panicked"), "{stderr}");
    Run { code: output.status.code().unwrap(), stdout, stderr }
}

/// Creates a directory with files that only their owner can read.
fn folder<T: AsRef<[u8]>>(files: &[(&str, T)]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in files {
        let path = folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        std::fs::set_permissions(&path, std::os::unix::fs::PermissionsExt::from_mode(0o600)).unwrap();
    }
    folder
}

/// Runs a command of a transcript in a shell, and returns its output.
fn run_in_shell(command: &str, directory: &Path) -> String {
    let programs = Path::new(env!("CARGO_BIN_EXE_influxdb3-tokens")).parent().unwrap();
    let path = format!("{}:{}", programs.display(), std::env::var("PATH").unwrap());
    let mut shell = isolated("sh", directory);
    let output = shell.args(["-c", &format!("umask 022; {{ {command}\n}} 2>&1")]).env("PATH", path).output();
    let output = output.unwrap();
    let mut text = String::from_utf8(output.stdout).unwrap();
    if !text.is_empty() && !text.ends_with('\n') {
        text.push('\n');
    }
    match output.status.code() {
        Some(0) => text,
        code => text + &format!("[{}]\n", code.unwrap()),
    }
}

/// Returns the text with the current output of its commands.
fn replay(text: &str) -> String {
    let directory = tempfile::tempdir().unwrap();
    let mut replayed = String::new();
    let mut lines = text.lines().peekable();
    let mut in_block = false;
    while let Some(line) = lines.next() {
        if !in_block || line == "```" {
            in_block = !in_block && line == "```console";
            writeln!(replayed, "{line}").unwrap();
            continue;
        }
        let Some(first) = line.strip_prefix("$ ") else { continue };
        let mut command = first.to_owned();
        writeln!(replayed, "{line}").unwrap();
        while let Some(more) = lines.next_if(|line| line.starts_with("> ")) {
            write!(command, "\n{}", &more[2..]).unwrap();
            writeln!(replayed, "{more}").unwrap();
        }
        replayed.push_str(&run_in_shell(&command, directory.path()));
    }
    replayed
}

fn assert_transcript(path: &Path) {
    let text = std::fs::read_to_string(path).unwrap();
    let assert = Assert::new().action_env("SNAPSHOTS");
    assert.eq(replay(&text), Data::read_from(path, None).raw());
}

#[test]
fn transcripts_are_current() {
    let paths = util::files(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/program"), ".md");
    assert!(paths.len() > 5);
    for path in paths {
        assert_transcript(&path);
    }
}

#[test]
fn readme_is_current() {
    assert_transcript(&Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md"));
}

#[test]
fn help_fits_into_80_columns() {
    let transcript = include_str!("help.md");
    let commands =
        transcript.lines().filter(|line| line.starts_with("$ ") && line.ends_with("--help")).count();
    assert_eq!(commands, 24);
    let long: Vec<&str> = transcript.lines().filter(|line| line.chars().count() > 80).collect();
    assert!(long.is_empty(), "{long:#?}");
}

#[test]
fn exits_with_3_if_output_fails_after_a_change() {
    let folder = folder::<&str>(&[]);
    let mut command = command(folder.path());
    command.args(["create", "tokens.json", "--name", "app"]);
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    let output = command.stdout(writer).stderr(Stdio::piped()).spawn().unwrap().wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(3));
    assert!(String::from_utf8(output.stderr).unwrap().contains("the file was changed"));
    assert!(folder.path().join("tokens.json").exists());
}

/// The output exceeds the buffer, so that printing fails before the end.
#[test]
fn exits_with_3_if_output_fails_after_a_fix() {
    let entry = |number| {
        format!(r#"{{"token": "apiv3_{number}", "name": "{number}", "permissions": ["db:a:Read"]}}"#)
    };
    let entries: Vec<String> = (0..500).map(entry).collect();
    let folder = folder(&[("tokens.json", &format!(r#"{{"tokens": [{}]}}"#, entries.join(",")))]);
    let full = std::fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
    let mut command = command(folder.path());
    command.args(["validate", "--fix", "tokens.json"]).stdout(full);
    assert_eq!(command.status().unwrap().code(), Some(3));
}

#[test]
fn kubernetes_secret_keeps_every_byte() {
    use base64::Engine as _;
    let text = format!(
        "{{\r\n\t\"tokens\": [{{\"token\": \"{}\", \"name\": \"ü \\u0022'#: $x ????>>>>\", \"permissions\": []}}]\r\n}}\n\n",
        util::CANARY
    );
    let folder = folder(&[("tokens.json", &text)]);
    let run = run(&["export", "secret", "tokens.json", "--name", "tokens"], folder.path(), b"");
    assert_eq!(run.code, 0);
    util::assert_no_piece_of(util::CANARY, &run.stderr, "a warning");
    let manifest: serde_json::Value = serde_json::from_str(&run.stdout).unwrap();
    assert_eq!((&manifest["kind"], &manifest["metadata"]["name"]), (&"Secret".into(), &"tokens".into()));
    let data = manifest["data"]["permission-tokens.json"].as_str().unwrap();
    assert_eq!(base64::engine::general_purpose::STANDARD.decode(data).unwrap(), text.as_bytes());
}

#[test]
fn summary_counts_omitted_findings() {
    let entry = r#"{"token": "apiv3_a", "name": "", "permissions": ["db:a:Read"]}"#;
    let text = format!(r#"{{"tokens": [{}]}}"#, vec![entry; 1_500].join(","));
    let folder = folder(&[("tokens.json", &text)]);
    let run = run(&["validate", "tokens.json"], folder.path(), b"");
    let [fixable, counts] = [0, 1].map(|number| run.stdout.lines().nth_back(number).unwrap());
    assert!(
        counts.starts_with("1 file checked: ") && run.stdout.contains("more findings not shown"),
        "{counts}"
    );
    assert!(fixable.starts_with("[*] 1500 fixable with --fix"), "{fixable}");
}
