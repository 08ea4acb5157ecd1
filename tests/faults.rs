//! Experiments with writers that are killed, stopped, cut off from power, given errors, or run concurrently.
//!
//! Most are ignored: they need strace and root, and take about six minutes.
//!
//! ```text
//! cargo test --test faults -- --ignored --nocapture --test-threads=1
//! ```
//!
//! `EVERY_NTH=10` limits each experiment to its sixteen most important steps and every tenth of the others, and the seeded
//! faults to every tenth.
//! Experiments that cannot run print `skipped:`.

#![cfg(target_os = "linux")]
#![allow(missing_docs, clippy::pedantic, reason = "a test harness")]

#[path = "faults/experiments.rs"]
mod experiments;
#[path = "faults/model.rs"]
mod model;
#[path = "faults/power.rs"]
mod power;
#[path = "faults/seeds.rs"]
mod seeds;
#[path = "faults/trace.rs"]
mod trace;
#[path = "faults/writer.rs"]
mod writer;

use std::fs;
use std::process::Command;

use experiments::Tally;
use model::Faults;
use writer::{OLD, Scene, Writer, has};

macro_rules! experiments {
    ($($experiment:ident: $tool:literal),+ $(,)?) => {$(
        #[test]
        #[ignore = "needs strace or time"]
        fn $experiment() {
            if has($tool, stringify!($experiment)) {
                experiments::$experiment(&Writer::find(), false).report();
            }
        }
    )+};
}

#[test]
#[ignore = "needs strace or time"]
fn survives_faults_of_an_update() {
    if has("strace", "survives_faults_of_an_update") {
        let writer = Writer::find_updater();
        experiments::orders_the_system_calls(&writer, false).report();
        experiments::survives_a_killed_update_while_others_plan(&writer, false).report();
        experiments::reports_an_error_of_every_call(&writer, false).report();
    }
}

experiments! {
    orders_the_system_calls: "strace",
    syncs_an_unchanged_file: "strace",
    survives_a_kill_at_every_call: "strace",
    survives_a_size_limit_at_every_byte: "prlimit",
    reports_an_error_of_every_call: "strace",
    survives_a_stop_at_every_call: "strace",
    loses_nothing_in_a_crowd: "sh",
}

#[test]
#[ignore = "needs strace and builds many variants"]
fn finds_seeded_faults() {
    if has("strace", "finds_seeded_faults") {
        seeds::find_all();
    }
}

#[test]
#[ignore = "takes time"]
fn verifies_a_model_of_the_protocol() {
    let none = Faults::default();
    for exists in [true, false] {
        let (states, problem) = model::explore(none, exists, 3);
        println!("3 writers, 3 crashes, the file exists: {exists}: {states} states, {problem:?}");
        assert_eq!(problem, None);
    }
    let variants = [
        ("no lock", Faults { no_lock: true, ..none }),
        ("no check after the lock", Faults { no_check_after_lock: true, ..none }),
        ("no lock of the temporary file", Faults { no_temp_file_lock: true, ..none }),
        ("no check of the temporary file", Faults { no_temp_file_check: true, ..none }),
        ("a rename over a new file", Faults { rename_over: true, ..none }),
        ("no sync", Faults { no_sync: true, ..none }),
        ("no sync of the directory", Faults { no_directory_sync: true, ..none }),
        ("the directory synced before the rename", Faults { early_directory_sync: true, ..none }),
        ("stale temporary files removed without their lock", Faults { no_lock_when_removing: true, ..none }),
    ];
    for (name, faults) in variants {
        let found = [true, false].into_iter().find_map(|exists| model::explore(faults, exists, 1).1);
        println!("{name}: {}", found.as_deref().unwrap_or("not found"));
        assert!(found.is_some(), "{name}");
    }
}

/// Runs an experiment in a private mount namespace, if the machine has the tools.
fn run_on_disks(test: &str, tools: &[&str], experiment: impl Fn(&Writer) -> Tally) {
    if tools.iter().all(|tool| has(tool, test)) && power::runs_in_namespace(test) {
        power::report(experiment(&Writer::find()));
    }
}

#[test]
#[ignore = "needs root and loop devices"]
fn loses_nothing_on_other_file_systems() {
    run_on_disks(
        "loses_nothing_on_other_file_systems",
        &["mkfs.btrfs"],
        power::loses_nothing_on_other_file_systems,
    );
}

const CUTTING_TOOLS: &[&str] = &["strace", "xfs_io", "mkfs.ext4", "mkfs.xfs"];

#[test]
#[ignore = "needs root, strace, loop devices and xfs_io"]
fn survives_a_power_cut_at_every_call() {
    run_on_disks(
        "survives_a_power_cut_at_every_call",
        CUTTING_TOOLS,
        power::survives_a_power_cut_at_every_call,
    );
}

#[test]
#[ignore = "needs root, strace, loop devices and xfs_io"]
fn survives_a_disk_that_disappears() {
    run_on_disks("survives_a_disk_that_disappears", CUTTING_TOOLS, power::survives_a_disk_that_disappears);
}

#[test]
#[ignore = "needs root and loop devices"]
fn reports_a_failed_sync() {
    run_on_disks("reports_a_failed_sync", &["mkfs.ext4"], power::reports_a_failed_sync);
}

#[test]
fn matches_every_seed_in_the_source() {
    seeds::check();
}

#[test]
fn detects_torn_lost_and_changed_files() {
    let scene = Scene::new(Some(OLD));
    let write = |text: &str| fs::write(&scene.file, text).expect("written");
    let token =
        |name: &str| format!(r#",{{"token":"{}","name":"{name}","permissions":[]}}"#, writer::token(name));
    let added = |name: &str| OLD.replace("}  \n", &format!("}}{}  \n", token(name)));
    assert_eq!(scene.problems(&[], &[]), [""; 0]);
    write(&added("a"));
    assert_eq!(scene.problems(&["a"], &[]), [""; 0]);
    assert!(scene.problems(&[], &[])[0].starts_with("not reported"));
    assert!(scene.problems(&["b"], &["a"])[0].starts_with("lost: b"));
    write(&added("a").replace(" 1e2", "").replace("1.50", "1.5"));
    assert!(scene.problems(&["a"], &[])[0].starts_with("changed bytes"));
    write(&added("a")[..100]);
    assert!(scene.problems(&[], &["a"])[0].starts_with("torn"));
    write(OLD);
    Command::new("chmod").arg("640").arg(&scene.file).status().expect("chmod");
    assert!(scene.problems(&[], &[])[0].starts_with("wider"));
}
