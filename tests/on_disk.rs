//! Findings about a file on disk: mode, owner and hard links.

#![cfg(target_os = "linux")]
mod util;

use std::fs::{self, Permissions};
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, chown};
use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::process::Command;

use influxdb3_offline_tokens::diagnostic::Applicability;
use influxdb3_offline_tokens::disk::{FileOptions, Outcome};
use influxdb3_offline_tokens::{Code, TokenFile, Validator, validate};

fn folder(code: Code) -> std::path::PathBuf {
    util::fixtures().join("codes").join(format!("{}-{}", code.id(), code.name()))
}

/// Copies a fixture, with mode 600.
fn copy(code: Code, file: &str, directory: &Path) -> std::path::PathBuf {
    let path = directory.join(file);
    fs::copy(folder(code).join(file), &path).unwrap();
    set_mode(&path, 0o600);
    path
}

fn set_mode(path: &Path, mode: u32) {
    fs::set_permissions(path, Permissions::from_mode(mode)).unwrap();
}

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().mode() & 0o7777
}

fn is_root(test: &str) -> bool {
    let is_root = fs::metadata("/proc/self").unwrap().uid() == 0;
    if !is_root {
        println!("skipped: {test}: needs root");
    }
    is_root
}

fn findings(path: &Path) -> Vec<(&'static str, String)> {
    let file = Validator::new(util::now()).check_file(path).unwrap();
    assert_eq!(*file.bytes, *fs::read(path).unwrap());
    file.report.iter().map(|found| (found.code().name(), found.message().to_owned())).collect()
}

#[test]
fn reports_modes_readable_by_others() {
    let code = Code::ReadableByOthers;
    let modes = fs::read_to_string(folder(code).join("modes")).unwrap();
    let directory = tempfile::tempdir().unwrap();
    for line in modes.lines() {
        let (file, bits) = line.split_once('\t').unwrap();
        let path = copy(code, file, directory.path());
        set_mode(&path, u32::from_str_radix(bits, 8).unwrap());
        let found = findings(&path);
        assert_eq!(found.len(), usize::from(file.starts_with("bad")), "{file} {bits}: {found:?}");
        assert!(
            found.iter().all(|(name, message)| *name == code.name() && message.contains(bits)),
            "{found:?}"
        );
    }
    assert_eq!(modes.lines().count(), 6);
    // SOPS is recognized at the end of the file, after other findings.
    let path = copy(Code::OtherFile, "bad-sops.json", directory.path());
    set_mode(&path, 0o644);
    let found = findings(&path);
    let names: Vec<_> = found.iter().map(|(name, _)| *name).collect();
    assert_eq!(names, [code.name(), Code::OtherFile.name()]);
}

#[test]
fn only_unsafe_fixes_restrict_the_mode() {
    let code = Code::ReadableByOthers;
    let directory = tempfile::tempdir().unwrap();
    let path = copy(code, "bad.json", directory.path());
    let text = fs::read(&path).unwrap();
    let validator = Validator::new(util::now());
    set_mode(&path, 0o644);
    let allowed = validator.clone().severity(code, None);
    for (validator, applicability, fixes, expected) in [
        (&validator, Applicability::Safe, 0, 0o644),
        (&allowed, Applicability::Unsafe, 0, 0o644),
        (&validator, Applicability::Unsafe, 1, 0o600),
        (&validator, Applicability::Unsafe, 0, 0o600),
    ] {
        assert_eq!(validator.fix_file(&path, applicability).unwrap().len(), fixes);
        assert_eq!((mode(&path), fs::read(&path).unwrap()), (expected, text.clone()));
    }
}

#[test]
fn fixes_the_text_of_a_file() {
    let path = tempfile::NamedTempFile::new().unwrap().into_temp_path();
    fs::write(&path, "{\"tokens\": [],}").unwrap();
    assert!(!validate(&fs::read(&path).unwrap()).is_valid());
    assert_eq!(Validator::new(util::now()).fix_file(&path, Applicability::Safe).unwrap().len(), 1);
    assert_eq!(fs::read(&path).unwrap(), b"{\"tokens\": []}");
}

/// Only root can read a file without the bits of its owner.
#[test]
fn fixes_modes_without_owner_bits() {
    if !is_root("fixes_modes_without_owner_bits") {
        return;
    }
    let directory = tempfile::tempdir().unwrap();
    for open in [0o1130, 0o0070, 0o0007, 0o4755, 0o2640] {
        let path = copy(Code::ReadableByOthers, "bad.json", directory.path());
        set_mode(&path, open);
        let validator = Validator::new(util::now());
        assert_eq!(validator.fix_file(&path, Applicability::Unsafe).unwrap().len(), 1);
        assert_eq!(mode(&path), 0o600, "{open:o}");
        assert_eq!(findings(&path), [], "{open:o}");
    }
}

#[test]
fn restrict_mode_applies_to_unchanged_files() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("permission-tokens.json");
    let (default, restricting) = (FileOptions::new(), FileOptions::new().restrict_mode(true));
    default.save(&path, &TokenFile::default()).unwrap();
    let text = fs::read(&path).unwrap();
    let save = |options: &FileOptions| options.save(&path, &TokenFile::default()).unwrap();
    let change = |options: &FileOptions| options.change(&path, &[]).unwrap();
    for write in [&save as &dyn Fn(&FileOptions) -> Outcome, &change] {
        for open in [0o644, 0o440, 0o604] {
            set_mode(&path, open);
            assert_eq!((write(&default), mode(&path)), (Outcome::Unchanged, open));
            assert_eq!((write(&restricting), mode(&path)), (Outcome::Replaced, 0o600));
            assert_eq!((write(&restricting), mode(&path)), (Outcome::Unchanged, 0o600));
            assert_eq!(fs::read(&path).unwrap(), text);
        }
    }
}

#[test]
fn reports_hard_links() {
    let directory = tempfile::tempdir().unwrap();
    let path = copy(Code::SeveralLinks, "bad.json", directory.path());
    assert_eq!(findings(&path), []);
    fs::hard_link(&path, directory.path().join("backup.json")).unwrap();
    let found = findings(&path);
    assert_eq!(found.len(), 1);
    assert!(found[0].0 == "several-links" && found[0].1.contains("2 hard links"), "{found:?}");
}

#[test]
fn reports_foreign_owners() {
    if !is_root("reports_foreign_owners") {
        return;
    }
    const USER: u32 = 23_456;
    let directory = tempfile::tempdir().unwrap();
    let program = directory.path().join("program");
    fs::copy(env!("CARGO_BIN_EXE_influxdb3-tokens"), &program).unwrap();
    for path in [directory.path(), &program] {
        set_mode(path, 0o755);
    }
    let path = copy(Code::ForeignOwner, "bad.json", directory.path());
    set_mode(&path, 0o644);
    let names = |owner: u32, caller: u32| -> Vec<String> {
        chown(&path, Some(owner), None).unwrap();
        let mut command = Command::new(&program);
        command
            .args(["validate", "--now", "2026-01-01T00:00:00Z", "--format", "json"])
            .arg(&path)
            .uid(caller)
            .gid(caller);
        let output = command.env_clear().current_dir("/").output().unwrap();
        let line: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
        let names = line["diagnostics"].as_array().unwrap().iter();
        names.map(|found| found["name"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(names(12_345, USER), ["readable-by-others", "foreign-owner"]);
    for (owner, caller) in [(USER, USER), (0, USER), (USER, 0), (0, 0)] {
        assert_eq!(names(owner, caller), ["readable-by-others"], "owner {owner}, caller {caller}");
    }
}
