//! Windows: many processes, kills, programs that have the file open, line endings, and names that are none.
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

/// A directory with a tokens file.
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
fn fails<T>(result: Result<T, Error>, kind: DiskErrorKind) {
    match result {
        Err(Error::Disk(error)) => assert_eq!(error.kind(), kind, "{error}"),
        Err(error) => panic!("{error}"),
        Ok(_) => panic!("no error, but expected {kind:?}"),
    }
}

/// The process that other tests start and kill: it appends tokens, and prints `ACK NAME` after each.
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

/// The acknowledged names and the exit code.
fn finish(writer: Child) -> (Vec<String>, Option<i32>) {
    let output = writer.wait_with_output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    let whole = text.split_inclusive('\n').filter_map(|line| line.strip_suffix('\n'));
    let names = whole.filter_map(|line| Some(line.split_once("ACK ")?.1.trim().to_owned()));
    (names.collect(), output.status.code())
}

/// Loads the file until the end, and returns how often.
fn read_until(end: &AtomicBool, file: &Path) -> usize {
    let mut reads = 0;
    while !end.load(Ordering::Relaxed) {
        load(file).unwrap();
        reads += 1;
    }
    reads
}

fn found(file: &Path) -> BTreeSet<String> {
    let text = fs::read_to_string(file).unwrap();
    assert!(text.starts_with("{\r\n  \"x\": 1.50,\r\n") && text.ends_with("\r\n  ]\r\n}\r\n"), "{text:?}");
    let file = load(file).unwrap();
    let names: BTreeSet<_> = file.tokens().iter().map(|entry| entry.name().to_string()).collect();
    assert_eq!(names.len(), file.tokens().len());
    names
}

#[test]
fn eight_processes_lose_nothing() {
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
    let found = found(&file);
    println!("8 × 40 appends: {} acknowledged, {} found, {reads} reads", acknowledged.len(), found.len() - 1);
    assert_eq!(found, acknowledged.into_iter().chain(["old".into()]).collect());
    assert_eq!(names_in(directory.path()), [".tokens.json.lock", "tokens.json"]);
}

#[test]
fn killed_writers_lose_nothing() {
    let (directory, file) = directory();
    let (mut must, mut may) = (BTreeSet::from(["old".to_owned()]), BTreeSet::new());
    let (mut kills, mut left) = (0, 0);
    for round in 0..25_u64 {
        let mut writers: Vec<_> =
            (0..3).map(|number| start_writer(&file, &format!("r{round}w{number}"), 100_000)).collect();
        let start = Instant::now();
        while found(&file).len() == must.len() {
            assert!(start.elapsed() < Duration::from_secs(60), "nobody writes");
            std::thread::sleep(Duration::from_millis(5));
        }
        // Not the same moment in any two rounds.
        std::thread::sleep(Duration::from_micros(round * 7_919 % 100_000));
        for writer in &mut writers {
            writer.kill().unwrap();
        }
        for (number, writer) in writers.into_iter().enumerate() {
            let (names, code) = finish(writer);
            // Not an error, after which it ends with 101.
            assert_eq!(code, Some(1), "{names:?}");
            kills += 1;
            // It may have written one more.
            may.insert(format!("r{round}w{number}-{}", names.len()));
            must.extend(names);
        }
        left += names_in(directory.path()).iter().filter(|name| name.ends_with(".new")).count();
        let next = format!("next{round}");
        FileOptions::new().append(&file, &entry(&next)).unwrap();
        must.insert(next);
        let found = found(&file);
        assert!(must.is_subset(&found), "lost: {:?}", must.difference(&found));
        assert!(found.iter().all(|name| must.contains(name) || may.contains(name)), "not acknowledged");
        must = found;
        assert_eq!(names_in(directory.path()), [".tokens.json.lock", "tokens.json"]);
    }
    println!(
        "{kills} writers killed: {} tokens acknowledged, {left} temporary files left and removed",
        must.len()
    );
}

#[test]
fn an_open_file_is_waited_for() {
    const READ: u32 = 1;
    const READ_WRITE: u32 = 3;
    const ALL: u32 = 7;
    let open = |file: &Path, share| OpenOptions::new().read(true).share_mode(share).open(file).unwrap();
    for share in [0, READ, READ_WRITE] {
        let (directory, file) = directory();
        let held = open(&file, share);
        let options = FileOptions::new().lock_timeout(Duration::from_millis(100));
        fails(options.append(&file, &entry("a")), DiskErrorKind::Locked);
        assert_eq!(names_in(directory.path()), [".tokens.json.lock", "tokens.json"]);
        std::thread::scope(|scope| {
            scope.spawn(move || {
                std::thread::sleep(Duration::from_millis(300));
                drop(held);
            });
            load(&file).unwrap();
            assert_eq!(append(&file, &entry("a")).unwrap(), Outcome::Replaced);
        });
        assert_eq!(found(&file), ["a", "old"].map(String::from).into());
    }
    // A file that its readers share as std does is replaced at once, or as soon as they close it.
    let (_directory, file) = directory();
    let held = open(&file, ALL);
    std::thread::scope(|scope| {
        scope.spawn(move || {
            std::thread::sleep(Duration::from_millis(300));
            drop(held);
        });
        append(&file, &entry("a")).unwrap();
    });
    // One that nobody closes is an error of its own for readers, too.
    let _held = open(&file, 0);
    fails(load(&file), DiskErrorKind::Locked);
}

#[test]
fn line_endings_stay() {
    let (_directory, file) = directory();
    append(&file, &entry("a")).unwrap();
    let text = fs::read_to_string(&file).unwrap();
    assert_eq!(text.matches('\n').count(), text.matches("\r\n").count());
    assert_eq!(text.matches('\n').count(), OLD.matches('\n').count() + 1);
    assert_eq!(found(&file), ["a", "old"].map(String::from).into());
}

#[test]
fn long_paths_work() {
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
fn names_that_windows_reserves_or_changes_are_rejected() {
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
        fails(append(&path, &entry("a")), DiskErrorKind::InvalidName);
        fails(load(&path), DiskErrorKind::InvalidName);
    }
    fails(load("NUL"), DiskErrorKind::InvalidName);
    assert!(names_in(directory.path()).is_empty());
    for name in ["console.json", "COM10.json", "nul-tokens.json", "LPT", ".tokens.json"] {
        append(directory.path().join(name), &entry("a")).unwrap();
    }
}

#[test]
fn a_read_only_file_is_not_replaced() {
    let (_directory, file) = directory();
    let set = |read_only| {
        let mut permissions = fs::metadata(&file).unwrap().permissions();
        permissions.set_readonly(read_only);
        fs::set_permissions(&file, permissions).unwrap();
    };
    set(true);
    fails(append(&file, &entry("a")), DiskErrorKind::ReadOnly);
    assert_eq!(fs::read_to_string(&file).unwrap(), OLD);
    assert_eq!(load(&file).unwrap().tokens().len(), 1);
    set(false);
    append(&file, &entry("a")).unwrap();
}

#[test]
fn directories_and_missing_ones_are_rejected_without_a_lock_file() {
    let directory = tempfile::tempdir().unwrap();
    fs::create_dir(directory.path().join("folder")).unwrap();
    fails(append(directory.path().join("folder"), &entry("a")), DiskErrorKind::NotRegular);
    fails(append(directory.path().join("none").join("tokens.json"), &entry("a")), DiskErrorKind::NoDirectory);
    let change = FileOptions::new().create(false);
    fails(change.append(directory.path().join("tokens.json"), &entry("a")), DiskErrorKind::NotFound);
    assert_eq!(names_in(directory.path()), ["folder"]);
    // The lock of a file in use.
    let (_directory, file) = self::directory();
    let lock = File::create(file.with_file_name(".tokens.json.lock")).unwrap();
    lock.lock().unwrap();
    let options = FileOptions::new().lock_timeout(Duration::from_millis(50));
    fails(options.append(&file, &entry("a")), DiskErrorKind::Locked);
    drop(lock);
    options.append(&file, &entry("a")).unwrap();
}

#[test]
fn the_program_works() {
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
