//! Tests on Windows: many processes, kills, open files, line endings, and reserved names.
//!
//! `tests/windows/run` runs it under Wine.

#![cfg(windows)]
#![allow(missing_docs, clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test")]

use std::collections::BTreeSet;
use std::fs::{self, File, OpenOptions};
use std::os::windows::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use influxdb3_offline_tokens::disk::{DiskErrorKind, FileOptions, Outcome};
use influxdb3_offline_tokens::{Error, Token, TokenEntry, TokenName, append, load};

const OLD: &str = "{\r\n  \"x\": 1.50,\r\n  \"tokens\": [\r\n    {\"token\": \"apiv3_old\", \"name\": \"old\", \
                   \"permissions\": []}\r\n  ]\r\n}\r\n";

fn entry(name: &str) -> TokenEntry {
    TokenEntry::new(TokenName::parse(name).unwrap(), Token::generate().unwrap())
}

/// Creates a directory with a tokens file.
fn directory() -> (tempfile::TempDir, PathBuf) {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("tokens.json");
    fs::write(&file, OLD).unwrap();
    (directory, file)
}

fn names_in(directory: &Path) -> Vec<String> {
    let entries = fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().file_name());
    let mut names: Vec<_> = entries.map(|name| name.into_string().unwrap()).collect();
    names.sort();
    names
}

#[track_caller]
fn assert_fails<T>(result: Result<T, Error>, kind: DiskErrorKind) {
    match result {
        Err(Error::Disk(error)) => assert_eq!(error.kind(), kind, "{error}"),
        Err(error) => panic!("{error}"),
        Ok(_) => panic!("no error, but expected {kind:?}"),
    }
}

/// Appends tokens, and prints `ACK NAME` after each. Other tests start and kill this process.
#[test]
#[ignore = "a process of other tests"]
fn writer() {
    let variable = |name| std::env::var(name).unwrap();
    let (file, prefix) = (variable("WRITER_FILE"), variable("WRITER_PREFIX"));
    let options = FileOptions::new().lock_timeout(Duration::from_secs(120));
    for number in 0..variable("WRITER_COUNT").parse().unwrap() {
        let name = format!("{prefix}-{number}");
        options.append(&file, &entry(&name)).unwrap();
        println!("ACK {name}");
    }
}

fn start_writer(file: &Path, prefix: &str, count: usize) -> Child {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["--exact", "writer", "--ignored", "--nocapture"]).stdout(Stdio::piped());
    command.env("WRITER_FILE", file).env("WRITER_PREFIX", prefix).env("WRITER_COUNT", count.to_string());
    command.spawn().unwrap()
}

/// Waits for the end. Returns the acknowledged names and the exit code.
fn finish(writer: Child) -> (Vec<String>, Option<i32>) {
    let output = writer.wait_with_output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    let lines = text.split_inclusive('\n').filter_map(|line| line.strip_suffix('\n'));
    let names = lines.filter_map(|line| Some(line.split_once("ACK ")?.1.trim().to_owned()));
    (names.collect(), output.status.code())
}

/// Loads the file until the end, and returns the number of reads.
fn read_until(end: &AtomicBool, file: &Path) -> usize {
    let mut reads = 0;
    while !end.load(Ordering::Relaxed) {
        load(file).unwrap();
        reads += 1;
    }
    reads
}

fn load_names(file: &Path) -> BTreeSet<String> {
    let text = fs::read_to_string(file).unwrap();
    assert!(text.starts_with("{\r\n  \"x\": 1.50,\r\n") && text.ends_with("\r\n  ]\r\n}\r\n"), "{text:?}");
    let file = load(file).unwrap();
    let names: BTreeSet<_> = file.tokens().iter().map(|entry| entry.name().to_string()).collect();
    assert_eq!(names.len(), file.tokens().len());
    names
}

#[test]
fn loses_nothing_among_eight_processes() {
    let (directory, file) = directory();
    let end = AtomicBool::new(false);
    let (acknowledged, reads) = std::thread::scope(|scope| {
        let reader = scope.spawn(|| read_until(&end, &file));
        let writers: Vec<_> = (0..8).map(|number| start_writer(&file, &format!("w{number}"), 40)).collect();
        let acknowledged: Vec<_> = writers
            .into_iter()
            .flat_map(|writer| {
                let (names, code) = finish(writer);
                assert!(code == Some(0) && names.len() == 40, "{code:?} {names:?}");
                names
            })
            .collect();
        end.store(true, Ordering::Relaxed);
        (acknowledged, reader.join().unwrap())
    });
    let found = load_names(&file);
    println!("8 × 40 appends: {} acknowledged, {} found, {reads} reads", acknowledged.len(), found.len() - 1);
    assert_eq!(found, acknowledged.into_iter().chain(["old".into()]).collect());
    assert_eq!(names_in(directory.path()), [".tokens.json.lock", "tokens.json"]);
}

#[test]
fn loses_nothing_to_killed_writers() {
    let (directory, file) = directory();
    let (mut must, mut may) = (BTreeSet::from(["old".to_owned()]), BTreeSet::new());
    let (mut kills, mut stale) = (0, 0);
    for round in 0..25_u64 {
        let mut writers: Vec<_> =
            (0..3).map(|number| start_writer(&file, &format!("r{round}w{number}"), 100_000)).collect();
        let start = Instant::now();
        while load_names(&file).len() == must.len() {
            assert!(start.elapsed() < Duration::from_secs(60), "no writer writes");
            std::thread::sleep(Duration::from_millis(5));
        }
        // Kills at a different moment in each round.
        std::thread::sleep(Duration::from_micros(round * 7_919 % 100_000));
        for writer in &mut writers {
            writer.kill().unwrap();
        }
        for (number, writer) in writers.into_iter().enumerate() {
            let (names, code) = finish(writer);
            // A panic would exit with 101.
            assert_eq!(code, Some(1), "{names:?}");
            kills += 1;
            // It may have written one more token without acknowledging it.
            may.insert(format!("r{round}w{number}-{}", names.len()));
            must.extend(names);
        }
        stale += names_in(directory.path()).iter().filter(|name| name.ends_with(".new")).count();
        let next = format!("next{round}");
        FileOptions::new().append(&file, &entry(&next)).unwrap();
        must.insert(next);
        let found = load_names(&file);
        assert!(must.is_subset(&found), "lost: {:?}", must.difference(&found));
        assert!(found.iter().all(|name| must.contains(name) || may.contains(name)), "not acknowledged");
        must = found;
        assert_eq!(names_in(directory.path()), [".tokens.json.lock", "tokens.json"]);
    }
    println!(
        "{kills} writers killed: {} tokens acknowledged, {stale} stale temporary files removed",
        must.len()
    );
}

#[test]
fn waits_for_an_open_file() {
    const READ: u32 = 1;
    const READ_WRITE: u32 = 3;
    const ALL: u32 = 7;
    let open = |file: &Path, share| OpenOptions::new().read(true).share_mode(share).open(file).unwrap();
    for share in [0, READ, READ_WRITE] {
        let (directory, file) = directory();
        let opened = open(&file, share);
        let options = FileOptions::new().lock_timeout(Duration::from_millis(100));
        assert_fails(options.append(&file, &entry("a")), DiskErrorKind::Locked);
        assert_eq!(names_in(directory.path()), [".tokens.json.lock", "tokens.json"]);
        std::thread::scope(|scope| {
            scope.spawn(move || {
                std::thread::sleep(Duration::from_millis(300));
                drop(opened);
            });
            load(&file).unwrap();
            assert_eq!(append(&file, &entry("a")).unwrap(), Outcome::Replaced);
        });
        assert_eq!(load_names(&file), ["a", "old"].map(String::from).into());
    }
    // A file shared for reading, writing and deleting is replaced at once, or when it is closed.
    let (_directory, file) = directory();
    let opened = open(&file, ALL);
    std::thread::scope(|scope| {
        scope.spawn(move || {
            std::thread::sleep(Duration::from_millis(300));
            drop(opened);
        });
        append(&file, &entry("a")).unwrap();
    });
    // A reader gives up if the file stays open.
    let _held = open(&file, 0);
    assert_fails(load(&file), DiskErrorKind::Locked);
}

#[test]
fn keeps_line_endings() {
    let (_directory, file) = directory();
    append(&file, &entry("a")).unwrap();
    let text = fs::read_to_string(&file).unwrap();
    assert_eq!(text.matches('\n').count(), text.matches("\r\n").count());
    assert_eq!(text.matches('\n').count(), OLD.matches('\n').count() + 1);
    assert_eq!(load_names(&file), ["a", "old"].map(String::from).into());
}

#[test]
fn replaces_files_with_long_paths() {
    let (directory, _) = directory();
    let deep = directory.path().join("x".repeat(120)).join("y".repeat(120)).join("z".repeat(120));
    fs::create_dir_all(&deep).unwrap();
    let file = deep.join("tokens.json");
    assert!(file.as_os_str().len() > 360);
    assert_eq!(append(&file, &entry("a")).unwrap(), Outcome::Created);
    assert_eq!(append(&file, &entry("b")).unwrap(), Outcome::Replaced);
    assert_eq!(load(&file).unwrap().tokens().len(), 2);
    assert_eq!(names_in(&deep), [".tokens.json.lock", "tokens.json"]);
    let long = deep.join(format!("{}.json", "n".repeat(240)));
    assert_eq!(append(&long, &entry("a")).unwrap(), Outcome::Created);
    assert_eq!(append(&long, &entry("b")).unwrap(), Outcome::Replaced);
    assert_eq!(load(&long).unwrap().tokens().len(), 2);
}

#[test]
fn rejects_names_that_windows_reserves_or_changes() {
    let directory = tempfile::tempdir().unwrap();
    for name in [
        "CON",
        "nul",
        "Aux.json",
        "PRN",
        "COM1",
        "com9.json",
        "LPT²",
        "CONOUT$",
        "NUL .json",
        "tokens.json.",
        "tokens.json ",
        "tokens.json:stream",
        "tokens?.json",
    ] {
        let path = directory.path().join(name);
        assert_fails(append(&path, &entry("a")), DiskErrorKind::InvalidName);
        assert_fails(load(&path), DiskErrorKind::InvalidName);
    }
    assert_fails(load("NUL"), DiskErrorKind::InvalidName);
    assert!(names_in(directory.path()).is_empty());
    for name in ["console.json", "COM10.json", "nul-tokens.json", "LPT", ".tokens.json"] {
        append(directory.path().join(name), &entry("a")).unwrap();
    }
}

#[test]
fn rejects_a_read_only_file() {
    let (_directory, file) = directory();
    let set = |read_only| {
        let mut permissions = fs::metadata(&file).unwrap().permissions();
        permissions.set_readonly(read_only);
        fs::set_permissions(&file, permissions).unwrap();
    };
    set(true);
    assert_fails(append(&file, &entry("a")), DiskErrorKind::ReadOnly);
    assert_eq!(fs::read_to_string(&file).unwrap(), OLD);
    assert_eq!(load(&file).unwrap().tokens().len(), 1);
    set(false);
    append(&file, &entry("a")).unwrap();
}

#[test]
fn rejects_directories_and_missing_files_without_a_lock_file() {
    let directory = tempfile::tempdir().unwrap();
    fs::create_dir(directory.path().join("folder")).unwrap();
    assert_fails(append(directory.path().join("folder"), &entry("a")), DiskErrorKind::NotRegular);
    assert_fails(
        append(directory.path().join("none").join("tokens.json"), &entry("a")),
        DiskErrorKind::NoDirectory,
    );
    let change = FileOptions::new().create(false);
    assert_fails(change.append(directory.path().join("tokens.json"), &entry("a")), DiskErrorKind::NotFound);
    assert_eq!(names_in(directory.path()), ["folder"]);
    // A locked file is rejected after the timeout.
    let (_directory, file) = self::directory();
    let lock = File::create(file.with_file_name(".tokens.json.lock")).unwrap();
    lock.lock().unwrap();
    let options = FileOptions::new().lock_timeout(Duration::from_millis(50));
    assert_fails(options.append(&file, &entry("a")), DiskErrorKind::Locked);
    drop(lock);
    options.append(&file, &entry("a")).unwrap();
}

#[test]
fn runs_the_program() {
    let (directory, _) = directory();
    let run = |arguments: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_influxdb3-tokens"));
        let output = command.args(arguments).current_dir(directory.path()).output().unwrap();
        let text = |bytes| String::from_utf8(bytes).unwrap();
        (output.status.code(), text(output.stdout), text(output.stderr))
    };
    let (code, out, _) =
        run(&["append", "tokens.json", "--name", "app", "--database", "a", "--action", "read"]);
    assert_eq!(code, Some(0), "{out}");
    assert!(out.starts_with("added token `app` in tokens.json"), "{out}");
    let (code, out, _) = run(&["list", "tokens.json"]);
    assert!(code == Some(0) && out.contains("app") && out.contains("db:a:read"), "{out}");
    let (code, out, error) = run(&["create", "new.json", "--name", "app"]);
    assert_eq!(code, Some(0), "{out}{error}");
    let (code, out, error) = run(&["validate", "--error", "new.json"]);
    assert!(code.is_some_and(|code| code < 3), "{out}{error}");
    let (code, _, error) = run(&["append", "NUL", "--name", "app"]);
    assert!(code == Some(2) && error.contains("use another name"), "{error}");
    assert_eq!(
        names_in(directory.path()),
        [".new.json.lock", ".tokens.json.lock", "new.json", "tokens.json"]
    );
}
