//! Seeded faults: each is built into a copy of the disk layer, and its method must find it.

use std::fs;
use std::path::{Path, PathBuf};

use crate::experiments;
use crate::writer::{Writer, cargo, every_nth, profile};

enum Method {
    Experiment(fn(&Writer, bool) -> experiments::Tally),
    /// A test program and its test.
    Test(&'static str, &'static str),
}

/// A file, the text to replace, and the replacement.
type Edit = (&'static str, &'static str, &'static str);

struct Seed {
    name: &'static str,
    edits: &'static [Edit],
    by: Method,
}

const ORDER: Method = Method::Experiment(experiments::orders_the_system_calls);
const KILL: Method = Method::Experiment(experiments::survives_a_kill_at_every_call);
const SIZE_LIMIT: Method = Method::Experiment(experiments::survives_a_size_limit_at_every_byte);
const ERROR: Method = Method::Experiment(experiments::reports_an_error_of_every_call);
const STOP: Method = Method::Experiment(experiments::survives_a_stop_at_every_call);
const CROWD: Method = Method::Experiment(experiments::loses_nothing_in_a_crowd);

const POWER_CUT: Method = Method::Test("faults", "survives_a_power_cut_at_every_call");

const SYNC: &str = "sync_file(&self.file).map_err(|error| failed(error.into()))";
const IN_PLACE: &str = "Some(old) => { use std::io::Write as _; old.file.set_len(0).ok(); \
     let mut to = &old.file; to.rewind_(); \
     to.write_all(&pieces.concat()).map_err(|e| DiskError::from_io(DiskErrorKind::Io, path, e))?; \
     sync_file(&old.file).ok(); Some(Outcome::Replaced) }";
const REWIND: &str = "trait Rewind { fn rewind_(&mut self); } impl Rewind for &File { fn rewind_(&mut self) { \
     use std::io::Seek as _; self.rewind().ok(); } } const OPEN_FLAGS: OFlags =";

const SEEDS: &[Seed] = &[
    Seed { name: "no sync", edits: &[("temp_file.rs", SYNC, "Ok(())")], by: ORDER },
    Seed {
        name: "no sync of the directory",
        edits: &[("location.rs", "rustix::fs::fsync(directory)", "{ let _ = directory; Ok(()) }")],
        by: ORDER,
    },
    Seed {
        name: "a sync error ignored",
        edits: &[("temp_file.rs", SYNC, "{ let _ = (sync_file(&self.file), failed); Ok(()) }")],
        by: ERROR,
    },
    Seed {
        name: "a sync error of the directory ignored",
        edits: &[(
            "location.rs",
            "rustix::fs::fsync(directory)",
            "{ let _ = rustix::fs::fsync(directory); Ok(()) }",
        )],
        by: ERROR,
    },
    Seed {
        name: "a repeated sync",
        edits: &[(
            "location.rs",
            "rustix::fs::fsync(file)",
            "rustix::fs::fsync(file).or_else(|_| rustix::fs::fsync(file))",
        )],
        by: ERROR,
    },
    Seed {
        name: "no lock",
        edits: &[("unix.rs", "match file.try_lock() {", "match Ok::<(), TryLockError>(()) {")],
        by: STOP,
    },
    Seed {
        name: "no lock, in a crowd",
        edits: &[("unix.rs", "match file.try_lock() {", "match Ok::<(), TryLockError>(()) {")],
        by: CROWD,
    },
    Seed {
        name: "no check after the lock",
        edits: &[
            ("unix.rs", "if now.is_some_and(|now| is_same(&now, &stat)) {", "if now.is_some() {"),
            ("unix.rs", "&& named.is_some_and(|named| is_same(&named, &self.stat))", "&& named.is_some()"),
            // The times would reveal it too: the status time changes when the file loses its name.
            ("unix.rs", "key(&now) == key(&self.stat)", "now.st_size == self.stat.st_size"),
            (
                "unix.rs",
                "(stat.st_size, stat.st_mtime, stat.st_mtime_nsec, stat.st_ctime, stat.st_ctime_nsec)",
                "stat.st_size",
            ),
            ("unix.rs", "let key = |stat: &Stat|", "let _key = |stat: &Stat|"),
        ],
        by: STOP,
    },
    Seed {
        name: "no lock of the temporary file",
        edits: &[(
            "temp_file.rs",
            "match temp_file.file.try_lock() {",
            "match Ok::<(), std::fs::TryLockError>(()) {",
        )],
        by: STOP,
    },
    Seed {
        name: "a rename over a new file",
        edits: &[("temp_file.rs", "RenameFlags::NOREPLACE)", "RenameFlags::empty())")],
        by: STOP,
    },
    Seed {
        name: "a temporary file readable by others",
        edits: &[("temp_file.rs", "flags, Mode::RUSR | Mode::WUSR)", "flags, Mode::from_raw_mode(0o644))")],
        by: KILL,
    },
    Seed {
        name: "a temporary file that may exist",
        edits: &[("temp_file.rs", "OFlags::EXCL | ", "")],
        by: ORDER,
    },
    Seed {
        name: "a temporary file left after an error",
        edits: &[(
            "temp_file.rs",
            "if self.remove_on_drop {\n            // After",
            "if false {\n            // After",
        )],
        by: ERROR,
    },
    Seed {
        name: "stale temporary files left",
        edits: &[(
            "temp_file.rs",
            "if is_temp_name(name, &location.name) {",
            "if false && is_temp_name(name, &location.name) {",
        )],
        by: KILL,
    },
    Seed {
        name: "written in place",
        edits: &[
            ("unix.rs", "Some(_) => temp_file.rename_over()?.then_some(Outcome::Replaced),", IN_PLACE),
            ("unix.rs", "const OPEN_FLAGS: OFlags =", REWIND),
        ],
        by: KILL,
    },
    Seed {
        name: "a partial write taken for complete",
        edits: &[(
            "temp_file.rs",
            "self.file.write_all(text).map_err(failed)?;",
            "let _ = self.file.write(text);",
        )],
        by: SIZE_LIMIT,
    },
    Seed {
        name: "an unchanged file not synced",
        edits: &[
            ("unix.rs", "sync_file(&old.file).map_err(|error| durability_unknown(path, error))?;", ""),
            (
                "unix.rs",
                "                sync_directory(&location.directory).map_err(|error| durability_unknown(path, error))?;\n            }\n            return Ok(Outcome::Unchanged);",
                "            let _ = old; }\n            return Ok(Outcome::Unchanged);",
            ),
        ],
        by: Method::Experiment(experiments::syncs_an_unchanged_file),
    },
    Seed { name: "no sync, and a power cut", edits: &[("temp_file.rs", SYNC, "Ok(())")], by: POWER_CUT },
    Seed {
        name: "no sync of the directory, and a power cut",
        edits: &[("location.rs", "rustix::fs::fsync(directory)", "{ let _ = directory; Ok(()) }")],
        by: POWER_CUT,
    },
    Seed {
        name: "a sync error ignored, and a failing disk",
        edits: &[
            ("temp_file.rs", SYNC, "{ let _ = (sync_file(&self.file), failed); Ok(()) }"),
            (
                "location.rs",
                "rustix::fs::fsync(directory)",
                "{ let _ = rustix::fs::fsync(directory); Ok(()) }",
            ),
        ],
        by: Method::Test("faults", "reports_a_failed_sync"),
    },
    Seed {
        name: "a shut-down file system not noticed",
        edits: &[("location.rs", "synced.and_then(|()| fstat(directory).map(drop))", "synced")],
        by: Method::Test("faults", "survives_a_disk_that_disappears"),
    },
    Seed {
        name: "the ACL lost",
        edits: &[("access.rs", "acl: if restrict_mode {", "acl: if true {")],
        by: Method::Test("disk_conditions", "keeps_an_acl_and_inherits_none"),
    },
    Seed {
        name: "an inherited ACL kept",
        edits: &[("access.rs", "None => xattr::remove(file, xattr::ACL),", "None => Ok(()),")],
        by: Method::Test("disk_conditions", "keeps_an_acl_and_inherits_none"),
    },
    Seed {
        name: "the SELinux label lost",
        edits: &[(
            "access.rs",
            "if let Some(label) = &self.label",
            "if false && let Some(label) = &self.label",
        )],
        by: Method::Test("disk_conditions", "keeps_extended_attributes"),
    },
    Seed {
        name: "an error of the SELinux label ignored",
        edits: &[(
            "access.rs",
            "xattr::set(file, xattr::LABEL, label).map_err(AccessError::Rights)?;",
            "let _ = xattr::set(file, xattr::LABEL, label);",
        )],
        by: Method::Test("disk_conditions", "keeps_extended_attributes"),
    },
    Seed {
        name: "the attributes `user.*` lost",
        edits: &[("access.rs", "let _ = xattr::set(file, name, value);", "let _ = (name, value);")],
        by: Method::Test("disk_conditions", "keeps_extended_attributes"),
    },
    Seed {
        name: "the owner lost",
        edits: &[(
            "access.rs",
            "if current.st_uid != owner.as_raw()",
            "if false && current.st_uid != owner.as_raw()",
        )],
        by: Method::Test("disk_conditions", "keeps_the_owner_or_removes_lost_rights"),
    },
    Seed {
        name: "the bits of a lost group kept",
        edits: &[("access.rs", "self.mode & (Mode::RWXU | Mode::from_raw_mode(bits))", "self.mode")],
        by: Method::Test("disk_conditions", "keeps_the_owner_or_removes_lost_rights"),
    },
    Seed {
        name: "more access for members of a lost group",
        edits: &[("access.rs", "Mode::from_raw_mode(bits)", "Mode::RWXO")],
        by: Method::Test("disk_conditions", "keeps_the_owner_or_removes_lost_rights"),
    },
    Seed {
        name: "the mode lost",
        edits: &[(
            "access.rs",
            "fchmod(file, self.mode).map_err(AccessError::Rights)?;",
            "let _ = fchmod::<&File>;",
        )],
        by: Method::Test("disk_conditions", "keeps_the_mode_under_every_umask"),
    },
    Seed {
        name: "hard links not noticed",
        edits: &[("unix.rs", "if stat.st_nlink > 1 {", "if false {")],
        by: Method::Test("disk_conditions", "rejects_a_hard_link"),
    },
    Seed {
        name: "a planted link followed while removing stale files",
        edits: &[
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
        by: Method::Test("disk_conditions", "ignores_planted_temporary_names"),
    },
    Seed {
        name: "files of other users written",
        edits: &[
            ("unix.rs", "stat.st_uid != caller.as_raw()", "false && stat.st_uid != caller.as_raw()"),
            // The kernel also rejects the change of owner.
            (
                "access.rs",
                "if current.st_uid != owner.as_raw()",
                "if false && current.st_uid != owner.as_raw()",
            ),
        ],
        by: Method::Test("disk_conditions", "keeps_the_owner_or_removes_lost_rights"),
    },
];

/// Returns a writer that is not sampled, because a fault may show in a single step.
fn unsampled(program: PathBuf) -> Writer {
    Writer { program, args: Vec::new(), every_nth: 1 }
}

/// Checks that every text to replace and every test exists.
pub(crate) fn check() {
    for seed in SEEDS {
        seed.edits.iter().for_each(|(file, _, _)| drop(edited(file, seed.edits)));
        if let Method::Test(program, test) = seed.by {
            let text = read(&root().join("tests").join(program).with_extension("rs"));
            assert!(text.contains(&format!("fn {test}()")), "{program} has {test}");
        }
    }
}

/// Builds every variant, and runs its method.
pub(crate) fn find_all() {
    let directory = tempfile::tempdir().expect("a directory");
    let correct = unsampled(build(directory.path(), &[]));
    experiments::orders_the_system_calls(&correct, false).report();
    experiments::syncs_an_unchanged_file(&correct, false).report();
    let seeds: Vec<&Seed> = SEEDS.iter().step_by(every_nth()).collect();
    let tests = seeds.iter().filter_map(|seed| match seed.by {
        Method::Experiment(_) => None,
        Method::Test(program, test) => Some((program, test)),
    });
    // A test that fails without a fault proves nothing.
    for (program, test) in tests.collect::<std::collections::BTreeSet<_>>() {
        let problem = failure(program, test, &correct.program).filter(|problem| !problem.contains("skipped"));
        assert_eq!(problem, None, "without a fault");
    }
    let (mut missed, mut skipped) = (Vec::new(), 0);
    for seed in &seeds {
        let writer = build(directory.path(), seed.edits);
        let problem = match seed.by {
            Method::Experiment(experiment) => {
                experiment(&unsampled(writer), true).failures.into_iter().next()
            }
            Method::Test(program, test) => failure(program, test, &writer),
        };
        match &problem {
            Some(problem) if problem.contains("skipped") => {
                println!("skipped: {}: {problem}", seed.name);
                skipped += 1;
            }
            Some(problem) => println!("found: {}: {}", seed.name, problem.lines().next().unwrap_or_default()),
            None => missed.push(seed.name),
        }
    }
    let found = seeds.len() - missed.len() - skipped;
    println!("seeded faults: {found} of {} found, {skipped} skipped", seeds.len());
    assert_eq!(missed, [""; 0], "not found");
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|error| panic!("{path:?}: {error}"))
}

/// Returns a file of the disk layer with its edits.
fn edited(file: &str, edits: &[Edit]) -> String {
    let mut text = read(&root().join("src/replace").join(file));
    for (_, from, to) in edits.iter().filter(|(name, _, _)| *name == file) {
        assert_eq!(text.matches(from).count(), 1, "{file} has once: {from}");
        text = text.replace(from, to);
    }
    text
}

/// Builds a writer with an edited copy of the disk layer, and returns its path.
fn build(directory: &Path, edits: &[Edit]) -> PathBuf {
    let source = directory.join("src");
    fs::create_dir_all(source.join("replace")).expect("a directory");
    let write = |path: PathBuf, text: &str| fs::write(&path, text).expect("written");
    write(directory.join("Cargo.toml"), PACKAGE);
    fs::copy(root().join("Cargo.lock"), directory.join("Cargo.lock")).expect("the versions");
    write(source.join("main.rs"), &read(&root().join("tests/faults/driver.rs")));
    for file in ["secret.rs", "replace.rs"] {
        write(source.join(file), &read(&root().join("src").join(file)));
    }
    for file in [
        "access.rs",
        "common.rs",
        "error.rs",
        "location.rs",
        "pipe.rs",
        "portable.rs",
        "temp_file.rs",
        "unix.rs",
    ] {
        write(source.join("replace").join(file), &edited(file, edits));
    }
    let target = profile().parent().expect("the target directory").join("seeds");
    let mut build = cargo();
    build.args(["build", "--quiet", "--offline"]).current_dir(directory).arg("--target-dir").arg(&target);
    let built = build.env("RUSTFLAGS", "-Awarnings").output().expect("cargo runs");
    assert!(built.status.success(), "{}", String::from_utf8_lossy(&built.stderr));
    target.join("debug/seeded")
}

/// Returns why a test fails with this writer, or that it is skipped.
fn failure(test_program: &str, test: &str, writer: &Path) -> Option<String> {
    let mut run = cargo();
    run.args(["test", "--quiet", "--test", test_program, "--target-dir"]);
    run.arg(profile().parent().expect("the target directory"));
    run.args(["--", "--nocapture", "--include-ignored", "--exact", test]);
    run.current_dir(env!("CARGO_MANIFEST_DIR")).env("WRITER_UNDER_TEST", writer).env_remove("EVERY_NTH");
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
rustix = { version = "1.1", default-features = false, features = ["std", "event", "fs", "process"] }
thiserror = { version = "2", default-features = false, features = ["std"] }
zeroize = { version = "1.8", default-features = false, features = ["alloc", "std"] }
"#;
