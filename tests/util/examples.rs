//! Paths of the examples that tests run.
#![allow(unreachable_pub, reason = "as in util")]

use std::path::{Path, PathBuf};
use std::process::Command;

/// Builds an example and returns its path: `cargo test --test NAME` alone builds none.
pub fn example(name: &str) -> PathBuf {
    let test = std::env::current_exe().unwrap();
    let profile = test.ancestors().nth(2).unwrap();
    let mut build = Command::new(std::env::var("CARGO").unwrap_or_else(|_| "cargo".into()));
    build.args(["build", "--quiet", "--example", name, "--manifest-path"]);
    build.arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("Cargo.toml"));
    build.arg("--target-dir").arg(profile.parent().unwrap());
    if profile.ends_with("release") {
        build.arg("--release");
    }
    assert!(build.status().unwrap().success(), "cannot build the example {name}");
    profile.join("examples").join(format!("{name}{}", std::env::consts::EXE_SUFFIX))
}
