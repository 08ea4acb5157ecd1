//! What happens when a writer is killed, stopped, refused by the system, or one of many: rows 1 to 9 and 11. They need
//! strace, root or time, about six minutes:
//!
//! ```text
//! cargo test --test faults -- --ignored --nocapture --test-threads=1
//! ```
//!
//! With `EVERY_NTH=10`, the sixteen steps that matter most and every tenth of the others are tried, and every tenth fault is
//! seeded. What cannot run says `skipped:`.

#![cfg(target_os = "linux")]
#![allow(missing_docs, clippy::pedantic, reason = "a harness, told in the order of what happens")]

#[path = "faults/model.rs"]
mod model;
#[path = "faults/power.rs"]
mod power;
#[path = "faults/rows.rs"]
mod rows;
#[path = "faults/seeds.rs"]
mod seeds;
#[path = "faults/trace.rs"]
mod trace;
#[path = "faults/writer.rs"]
mod writer;

use std::fs;
use std::process::Command;

use writer::{OLD, Scene, Writer, has};

macro_rules! rows {
    ($($row:ident: $tool:literal),+ $(,)?) => {$(
        #[test]
        #[ignore = "needs strace or time"]
        fn $row() {
            if has($tool, stringify!($row)) {
                rows::$row(&Writer::find(), false).report();
            }
        }
    )+};
}

#[test]
#[ignore = "needs strace or time"]
fn rows_1_to_4_of_an_update() {
    if has("strace", "the rows of an update") {
        let writer = Writer::updating();
        rows::row_1_the_order_of_the_calls(&writer, false).report();
        rows::row_2_an_update_killed_at_every_call_while_two_others_plan(&writer, false).report();
        rows::row_4_an_error_of_every_call(&writer, false).report();
    }
}

rows! {
    row_1_the_order_of_the_calls: "strace",
    row_1_what_is_there_is_synced: "strace",
    row_2_killed_at_every_call: "strace",
    row_3_a_file_size_limit_at_every_byte: "prlimit",
    row_4_an_error_of_every_call: "strace",
    row_5_stopped_at_every_call_while_another_appends: "strace",
    row_6_many_writers: "sh",
}

#[test]
#[ignore = "needs strace and builds many variants"]
fn row_11_seeded_faults() {
    if has("strace", "row 11") {
        seeds::all_are_found();
    }
}

#[test]
#[ignore = "takes time"]
fn row_7_a_model_of_the_protocol() {
    let sound = model::Broken::default();
    for exists in [true, false] {
        let (states, wrong) = model::explore(sound, exists, 3);
        println!("row 7, 3 writers, 3 crashes, a file at first: {exists}: {states} states, {wrong:?}");
        assert_eq!(wrong, None);
    }
    let variants = [
        ("no lock", model::Broken { lock: true, ..sound }),
        ("no second look", model::Broken { second_look: true, ..sound }),
        ("the new file not locked", model::Broken { lock_of_the_new_file: true, ..sound }),
        ("the new file not looked at", model::Broken { look_at_the_new_file: true, ..sound }),
        ("renamed over what appeared", model::Broken { no_replace: true, ..sound }),
        ("no sync", model::Broken { sync: true, ..sound }),
        ("no sync of the directory", model::Broken { sync_of_the_directory: true, ..sound }),
        ("the directory synced before", model::Broken { sync_before_rename: true, ..sound }),
        ("left-overs removed without their lock", model::Broken { lock_when_cleaning: true, ..sound }),
    ];
    for (name, broken) in variants {
        let found = [true, false].into_iter().find_map(|exists| model::explore(broken, exists, 1).1);
        println!("row 7, {name}: {}", found.as_deref().unwrap_or("not found"));
        assert!(found.is_some(), "{name}");
    }
}

#[test]
#[ignore = "needs root and loop devices"]
fn row_6_other_file_systems() {
    if has("mkfs.btrfs", "row 6") && power::is_inside("row_6_other_file_systems") {
        power::report(power::row_6_other_file_systems(&Writer::find()));
    }
}

#[test]
#[ignore = "needs root, strace, loop devices and xfs_io"]
fn row_8_a_power_cut_at_every_call() {
    let tools = ["strace", "xfs_io", "mkfs.ext4", "mkfs.xfs"];
    if tools.iter().all(|tool| has(tool, "row 8")) && power::is_inside("row_8_a_power_cut_at_every_call") {
        power::report(power::row_8_a_power_cut_at_every_call(&Writer::find(), false));
    }
}

#[test]
#[ignore = "needs root, strace, loop devices and xfs_io"]
fn row_9_a_disk_that_goes() {
    let tools = ["strace", "xfs_io", "mkfs.ext4", "mkfs.xfs"];
    if tools.iter().all(|tool| has(tool, "row 9")) && power::is_inside("row_9_a_disk_that_goes") {
        power::report(power::row_9_a_disk_that_goes(&Writer::find(), false));
    }
}

#[test]
#[ignore = "needs root and loop devices"]
fn row_9_a_sync_that_fails() {
    if has("mkfs.ext4", "row 9") && power::is_inside("row_9_a_sync_that_fails") {
        power::report(power::row_9_a_sync_that_fails(&Writer::find(), false));
    }
}

#[test]
fn the_harness_sees_what_is_wrong() {
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
