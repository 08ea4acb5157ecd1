//! Faults put into a copy of the disk layer, one at a time. Each must be found by the method that should find it: what the
//! methods do not find here, they would not find in the library either.

use std::fs;
use std::path::{Path, PathBuf};

use crate::rows;
use crate::writer::{Writer, cargo, every_nth, profile};

enum Found {
    Row(fn(&Writer, bool) -> rows::Tally),
    /// A test of `disk_conditions.rs`.
    Condition(&'static str),
    /// A test of `faults.rs` that needs a namespace of its own.
    Power(&'static str),
}

struct Seed {
    name: &'static str,
    /// File, text, and what stands there instead.
    changes: &'static [(&'static str, &'static str, &'static str)],
    by: Found,
}

const ROW_1: Found = Found::Row(rows::row_1_the_order_of_the_calls);
const ROW_2: Found = Found::Row(rows::row_2_killed_at_every_call);
const ROW_3: Found = Found::Row(rows::row_3_a_file_size_limit_at_every_byte);
const ROW_4: Found = Found::Row(rows::row_4_an_error_of_every_call);
const ROW_5: Found = Found::Row(rows::row_5_stopped_at_every_call_while_another_appends);
const ROW_6: Found = Found::Row(rows::row_6_many_writers);

const ROW_8: Found = Found::Power("row_8_a_power_cut_at_every_call");

const SYNC: &str = "sync_file(&self.file).map_err(|error| failed(error.into()))";
const IN_PLACE: &str = "Some(old) => { use std::io::Write as _; old.file.set_len(0).ok(); \
     let mut to = &old.file; to.rewind_(); \
     to.write_all(&pieces.concat()).map_err(|e| DiskError::from_io(DiskErrorKind::Io, path, e))?; \
     sync_file(&old.file).ok(); Some(Outcome::Replaced) }";
const REWIND: &str = "trait Rewind { fn rewind_(&mut self); } impl Rewind for &File { fn rewind_(&mut self) { \
     use std::io::Seek as _; self.rewind().ok(); } } const OPEN_FLAGS: OFlags =";

const SEEDS: &[Seed] = &[
    Seed { name: "no sync", changes: &[("temp_file.rs", SYNC, "Ok(())")], by: ROW_1 },
    Seed {
        name: "no sync of the directory",
        changes: &[("location.rs", "rustix::fs::fsync(directory)", "{ let _ = directory; Ok(()) }")],
        by: ROW_1,
    },
    Seed {
        name: "an error of the sync ignored",
        changes: &[("temp_file.rs", SYNC, "{ let _ = (sync_file(&self.file), failed); Ok(()) }")],
        by: ROW_4,
    },
    Seed {
        name: "an error of the directory's sync ignored",
        changes: &[(
            "location.rs",
            "rustix::fs::fsync(directory)",
            "{ let _ = rustix::fs::fsync(directory); Ok(()) }",
        )],
        by: ROW_4,
    },
    Seed {
        name: "a sync tried again",
        changes: &[(
            "location.rs",
            "rustix::fs::fsync(file)",
            "rustix::fs::fsync(file).or_else(|_| rustix::fs::fsync(file))",
        )],
        by: ROW_4,
    },
    Seed {
        name: "no lock",
        changes: &[("unix.rs", "match file.try_lock() {", "match Ok::<(), TryLockError>(()) {")],
        by: ROW_5,
    },
    Seed {
        name: "no lock, in a crowd",
        changes: &[("unix.rs", "match file.try_lock() {", "match Ok::<(), TryLockError>(()) {")],
        by: ROW_6,
    },
    Seed {
        name: "a lock without the second look",
        changes: &[
            ("unix.rs", "if now.is_some_and(|now| is_same(&now, &stat)) {", "if now.is_some() {"),
            ("unix.rs", "&& named.is_some_and(|named| is_same(&named, &self.stat))", "&& named.is_some()"),
            // Its times change when it loses its name.
            ("unix.rs", "key(&now) == key(&self.stat)", "now.st_size == self.stat.st_size"),
            (
                "unix.rs",
                "(stat.st_size, stat.st_mtime, stat.st_mtime_nsec, stat.st_ctime, stat.st_ctime_nsec)",
                "stat.st_size",
            ),
            ("unix.rs", "let key = |stat: &Stat|", "let _key = |stat: &Stat|"),
        ],
        by: ROW_5,
    },
    Seed {
        name: "a new file that is not locked",
        changes: &[(
            "temp_file.rs",
            "match temp_file.file.try_lock() {",
            "match Ok::<(), std::fs::TryLockError>(()) {",
        )],
        by: ROW_5,
    },
    Seed {
        name: "a rename over a file that appeared",
        changes: &[("temp_file.rs", "RenameFlags::NOREPLACE)", "RenameFlags::empty())")],
        by: ROW_5,
    },
    Seed {
        name: "the mode set late",
        changes: &[("temp_file.rs", "flags, Mode::RUSR | Mode::WUSR)", "flags, Mode::from_raw_mode(0o644))")],
        by: ROW_2,
    },
    Seed {
        name: "a new file that may exist",
        changes: &[("temp_file.rs", "OFlags::EXCL | ", "")],
        by: ROW_1,
    },
    Seed {
        name: "an error leaves the new file",
        changes: &[(
            "temp_file.rs",
            "if self.remove_on_drop {\n            // After",
            "if false {\n            // After",
        )],
        by: ROW_4,
    },
    Seed {
        name: "left-overs stay",
        changes: &[(
            "temp_file.rs",
            "if is_temp_name(name, &location.name) {",
            "if false && is_temp_name(name, &location.name) {",
        )],
        by: ROW_2,
    },
    Seed {
        name: "written in place",
        changes: &[
            ("unix.rs", "Some(_) => temp_file.rename_over()?.then_some(Outcome::Replaced),", IN_PLACE),
            ("unix.rs", "        zeroize_all([bytes, text.into_bytes()]);\n", ""),
            ("unix.rs", "const OPEN_FLAGS: OFlags =", REWIND),
        ],
        by: ROW_2,
    },
    Seed {
        name: "half of the text counts as written",
        changes: &[(
            "temp_file.rs",
            "self.file.write_all(text).map_err(failed)?;",
            "let _ = self.file.write(text);",
        )],
        by: ROW_3,
    },
    Seed {
        name: "nothing synced where nothing changed",
        changes: &[
            ("unix.rs", "sync_file(&old.file).map_err(|error| durability_unknown(path, error))?;", ""),
            (
                "unix.rs",
                "                sync_directory(&location.directory).map_err(|error| durability_unknown(path, error))?;\n            }\n            return Ok(Outcome::Unchanged);",
                "            let _ = old; }\n            return Ok(Outcome::Unchanged);",
            ),
        ],
        by: Found::Row(rows::row_1_what_is_there_is_synced),
    },
    Seed { name: "no sync, and a power cut", changes: &[("temp_file.rs", SYNC, "Ok(())")], by: ROW_8 },
    Seed {
        name: "no sync of the directory, and a power cut",
        changes: &[("location.rs", "rustix::fs::fsync(directory)", "{ let _ = directory; Ok(()) }")],
        by: ROW_8,
    },
    Seed {
        name: "an error of the sync ignored, and a disk that fails",
        changes: &[
            ("temp_file.rs", SYNC, "{ let _ = (sync_file(&self.file), failed); Ok(()) }"),
            (
                "location.rs",
                "rustix::fs::fsync(directory)",
                "{ let _ = rustix::fs::fsync(directory); Ok(()) }",
            ),
        ],
        by: Found::Power("row_9_a_sync_that_fails"),
    },
    Seed {
        name: "a file system that is gone not seen",
        changes: &[("location.rs", "synced.and_then(|()| fstat(directory).map(drop))", "synced")],
        by: Found::Power("row_9_a_disk_that_goes"),
    },
    Seed {
        name: "the ACL forgotten",
        changes: &[("access.rs", "acl: if restrict_mode {", "acl: if true {")],
        by: Found::Condition("keeps_an_acl_and_inherits_none"),
    },
    Seed {
        name: "an inherited ACL kept",
        changes: &[("access.rs", "None => xattr::remove(file, xattr::ACL),", "None => Ok(()),")],
        by: Found::Condition("keeps_an_acl_and_inherits_none"),
    },
    Seed {
        name: "the label of SELinux forgotten",
        changes: &[(
            "access.rs",
            "if let Some(label) = &self.label",
            "if false && let Some(label) = &self.label",
        )],
        by: Found::Condition("keeps_extended_attributes"),
    },
    Seed {
        name: "a label that cannot be set ignored",
        changes: &[(
            "access.rs",
            "xattr::set(file, xattr::LABEL, label).map_err(AccessError::Rights)?;",
            "let _ = xattr::set(file, xattr::LABEL, label);",
        )],
        by: Found::Condition("keeps_extended_attributes"),
    },
    Seed {
        name: "the attributes of users forgotten",
        changes: &[("access.rs", "let _ = xattr::set(file, name, value);", "let _ = (name, value);")],
        by: Found::Condition("keeps_extended_attributes"),
    },
    Seed {
        name: "the owner forgotten",
        changes: &[(
            "access.rs",
            "if current.st_uid != owner.as_raw()",
            "if false && current.st_uid != owner.as_raw()",
        )],
        by: Found::Condition("keeps_the_owner_or_removes_lost_rights"),
    },
    Seed {
        name: "the bits of a lost group kept",
        changes: &[("access.rs", "self.mode & (Mode::RWXU | Mode::from_raw_mode(bits))", "self.mode")],
        by: Found::Condition("keeps_the_owner_or_removes_lost_rights"),
    },
    Seed {
        name: "the members of a lost group taken for all others",
        changes: &[("access.rs", "Mode::from_raw_mode(bits)", "Mode::RWXO")],
        by: Found::Condition("keeps_the_owner_or_removes_lost_rights"),
    },
    Seed {
        name: "the mode forgotten",
        changes: &[(
            "access.rs",
            "fchmod(file, self.mode).map_err(AccessError::Rights)?;",
            "let _ = fchmod::<&File>;",
        )],
        by: Found::Condition("keeps_the_mode_under_every_umask"),
    },
    Seed {
        name: "hard links not seen",
        changes: &[("unix.rs", "if stat.st_nlink > 1 {", "if false {")],
        by: Found::Condition("rejects_a_hard_link"),
    },
    Seed {
        name: "a planted link followed when cleaning",
        changes: &[
            (
                "temp_file.rs",
                "is_regular(stat) && stat.st_nlink == 1",
                "!is_regular(stat) || stat.st_nlink == 1",
            ),
            (
                "temp_file.rs",
                "OFlags::RDWR | OFlags::NOFOLLOW | OFlags::NONBLOCK",
                "OFlags::RDWR | OFlags::NONBLOCK",
            ),
        ],
        by: Found::Condition("ignores_planted_temporary_names"),
    },
    Seed {
        name: "other users' files written",
        changes: &[
            ("unix.rs", "stat.st_uid != caller.as_raw()", "false && stat.st_uid != caller.as_raw()"),
            // The kernel refuses to give the new file away, too.
            (
                "access.rs",
                "if current.st_uid != owner.as_raw()",
                "if false && current.st_uid != owner.as_raw()",
            ),
        ],
        by: Found::Condition("keeps_the_owner_or_removes_lost_rights"),
    },
];

/// A writer with which every step is tried, since a fault may show in one only.
fn unsampled(program: PathBuf) -> Writer {
    Writer { program, args: Vec::new(), every_nth: 1 }
}

/// Builds every variant and asks its method.
pub(crate) fn all_are_found() {
    let place = tempfile::tempdir().expect("a directory");
    let sound = unsampled(build(place.path(), &[]));
    rows::row_1_the_order_of_the_calls(&sound, false).report();
    rows::row_1_what_is_there_is_synced(&sound, false).report();
    let seeds: Vec<&Seed> = SEEDS.iter().step_by(every_nth()).collect();
    let tests = seeds.iter().filter_map(|seed| match seed.by {
        Found::Row(_) => None,
        Found::Condition(test) => Some(("disk_conditions", test)),
        Found::Power(test) => Some(("faults", test)),
    });
    // Whoever finds a fault in the sound one finds nothing.
    for (binary, test) in tests.collect::<std::collections::BTreeSet<_>>() {
        let found = fails(binary, test, &sound.program).filter(|problem| !problem.contains("skipped"));
        assert_eq!(found, None, "without a fault");
    }
    let (mut missed, mut skipped) = (Vec::new(), 0);
    for seed in &seeds {
        let program = build(place.path(), seed.changes);
        let found = match seed.by {
            Found::Row(row) => row(&unsampled(program), true).wrong.into_iter().next(),
            Found::Condition(test) => fails("disk_conditions", test, &program),
            Found::Power(test) => fails("faults", test, &program),
        };
        match &found {
            Some(problem) if problem.contains("skipped") => {
                println!("skipped: {}: {problem}", seed.name);
                skipped += 1;
            }
            Some(problem) => println!("found: {}: {}", seed.name, problem.lines().next().unwrap_or_default()),
            None => missed.push(seed.name),
        }
    }
    let found = seeds.len() - missed.len() - skipped;
    println!("row 11, seeded faults: {found} of {} found, {skipped} skipped", seeds.len());
    assert_eq!(missed, [""; 0], "not found");
}

/// Compiles the disk layer with these changes, and returns the writer.
fn build(place: &Path, changes: &[(&str, &str, &str)]) -> PathBuf {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let source = place.join("src");
    fs::create_dir_all(source.join("replace")).expect("a directory");
    let read = |path: PathBuf| fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path:?}: {error}"));
    let write = |path: PathBuf, text: &str| {
        fs::write(&path, text).unwrap_or_else(|error| panic!("{path:?}: {error}"))
    };
    write(place.join("Cargo.toml"), PACKAGE);
    fs::copy(root.join("Cargo.lock"), place.join("Cargo.lock")).expect("the versions");
    write(source.join("main.rs"), &read(root.join("tests/faults/driver.rs")));
    write(source.join("replace.rs"), &read(root.join("src/replace.rs")));
    for name in [
        "access.rs",
        "common.rs",
        "error.rs",
        "temp_file.rs",
        "pipe.rs",
        "location.rs",
        "portable.rs",
        "unix.rs",
    ] {
        let mut text = read(root.join("src/replace").join(name));
        for (_, from, to) in changes.iter().filter(|(file, _, _)| *file == name) {
            assert_eq!(text.matches(from).count(), 1, "{name} has once: {from}");
            text = text.replace(from, to);
        }
        write(source.join("replace").join(name), &text);
    }
    let target = profile().parent().expect("the target directory").join("seeds");
    let mut build = cargo();
    build.args(["build", "--quiet", "--offline"]).current_dir(place).arg("--target-dir").arg(&target);
    let built = build.env("RUSTFLAGS", "-Awarnings").output().expect("cargo runs");
    assert!(built.status.success(), "{}", String::from_utf8_lossy(&built.stderr));
    target.join("debug/seeded")
}

/// Whether a test fails with this writer, or is skipped.
fn fails(binary: &str, test: &str, program: &Path) -> Option<String> {
    let mut run = cargo();
    run.args(["test", "--quiet", "--test", binary, "--target-dir"]);
    run.arg(profile().parent().expect("the target directory"));
    run.args(["--", "--nocapture", "--include-ignored", "--exact", test]);
    run.current_dir(env!("CARGO_MANIFEST_DIR")).env("WRITER_UNDER_TEST", program).env_remove("EVERY_NTH");
    let output = run.output().expect("cargo runs");
    let out = String::from_utf8_lossy(&output.stdout);
    if let Some(line) = out.lines().find(|line| line.contains("skipped:")) {
        return Some(line.into());
    }
    (!output.status.success() && out.contains("1 failed")).then(|| format!("{test} fails"))
}

const PACKAGE: &str = r#"
[package]
name = "seeded"
version = "0.0.0"
edition = "2024"

[workspace]

[dependencies]
rand = { version = "0.10", default-features = false, features = ["sys_rng"] }
rustix = { version = "1.1", default-features = false, features = ["std", "fs", "process"] }
thiserror = { version = "2", default-features = false, features = ["std"] }
zeroize = { version = "1.8", default-features = false, features = ["alloc", "std"] }
"#;
