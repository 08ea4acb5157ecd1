//! The example programs, run as people run them: output, exit codes, and no secret in any of it.

mod create_token;
mod parse_permission;
mod sarif;
mod secrets;
#[path = "../util/mod.rs"]
mod util;
mod validate;

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;

/// What a program gave.
pub(crate) struct Run {
    pub(crate) code: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

/// An example, in a folder, without colours of the terminal that runs the tests.
pub(crate) fn command(name: &str, folder: &Path) -> Command {
    let mut command = Command::new(program(name));
    command.current_dir(folder).env_remove("NO_COLOR").env_remove("CLICOLOR_FORCE");
    command
}

/// Runs an example to its end.
#[track_caller]
pub(crate) fn run(name: &str, folder: &Path, arguments: &[&str], input: &[u8]) -> Run {
    let mut command = command(name, folder);
    command.args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    // A program that is called wrongly ends before it reads.
    let _ = child.stdin.take().unwrap().write_all(input);
    let output = child.wait_with_output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    let (stdout, stderr) = (text(output.stdout), text(output.stderr));
    assert!(!stderr.contains("panicked"), "{stderr}");
    Run { code: output.status.code().unwrap(), stdout, stderr }
}

/// A folder with files that only their owner can read.
pub(crate) fn folder(files: &[(&str, &str)]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in files {
        let path = folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        #[cfg(unix)]
        std::fs::set_permissions(&path, std::os::unix::fs::PermissionsExt::from_mode(0o600)).unwrap();
    }
    folder
}

/// The program next to this test. `cargo test` builds the examples; `cargo test --test examples` does not.
fn program(name: &str) -> PathBuf {
    static FOLDER: OnceLock<PathBuf> = OnceLock::new();
    let folder = FOLDER.get_or_init(|| {
        let test = std::env::current_exe().unwrap();
        let profile = test.parent().unwrap().parent().unwrap();
        let folder = profile.join("examples");
        if !folder.join(format!("create_token{}", std::env::consts::EXE_SUFFIX)).exists() {
            let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
            cargo.args(["build", "--quiet", "--examples", "--manifest-path"]);
            cargo.arg(concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml"));
            cargo.arg("--target-dir").arg(profile.parent().unwrap());
            if profile.file_name().is_some_and(|profile| profile == "release") {
                cargo.arg("--release");
            }
            assert!(cargo.status().unwrap().success());
        }
        folder
    });
    folder.join(format!("{name}{}", std::env::consts::EXE_SUFFIX))
}
