//! What happens when a writer is killed, stopped, refused by the system, or one of many: `shared/reliability.md`, rows 1 to
//! 6 and 11. These need strace or time: `cargo test --test faults -- --ignored --nocapture`. What cannot run says
//! `skipped:`.

#![cfg(target_os = "linux")]
#![allow(missing_docs)]

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

rows! {
    row_1_the_order_of_the_calls: "strace",
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
