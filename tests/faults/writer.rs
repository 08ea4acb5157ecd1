//! The writer under test, and the directory that it writes to, with checks of its state.

use std::collections::BTreeSet;
use std::fs;
use std::io::Write as _;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::os::unix::process::ExitStatusExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::sync::OnceLock;
use std::time::{Duration, Instant};

/// A piece of every written token. It must not appear in any output.
pub(crate) const CANARY: &str = "cAnArY-";

/// A file edited by hand: odd spaces, escapes, unknown members.
pub(crate) const OLD: &str = "{ \"x\" : [1.50,1e2],\r\n\t\"tokens\": [\n  {\"token\":\"apiv3_old\", \"name\":\"\\u006fld\", \
                       \"permissions\":[ \"db:*:read\" ]}  \n]}\n\n";

/// A program that appends one token: `PROGRAM FILE --name N --permission P --token-stdin [ARGS…]`, and prints `ACK N`.
#[derive(Clone, Debug)]
pub(crate) struct Writer {
    pub(crate) program: PathBuf,
    pub(crate) args: Vec<String>,
    /// Limits experiments to every n-th step.
    pub(crate) every_nth: usize,
}

/// The result of a writer.
#[derive(Debug)]
pub(crate) struct Run {
    /// The exit code, or 128 plus the signal that ended it.
    pub(crate) code: i32,
    /// Whether it printed the acknowledgement.
    pub(crate) acknowledged: bool,
    /// Its standard error.
    pub(crate) errors: String,
    /// Whether it did not end in time and was killed.
    pub(crate) hung: bool,
}

impl Writer {
    /// Builds the example `append_token`, unless `WRITER_UNDER_TEST` names another writer.
    pub(crate) fn find() -> Self {
        static FOUND: OnceLock<PathBuf> = OnceLock::new();
        let given = || std::env::var_os("WRITER_UNDER_TEST").map(PathBuf::from);
        Self::new(FOUND.get_or_init(|| given().unwrap_or_else(|| example("append_token"))))
    }

    /// Builds the example `update_writer`.
    pub(crate) fn find_updater() -> Self {
        static FOUND: OnceLock<PathBuf> = OnceLock::new();
        Self::new(FOUND.get_or_init(|| example("update_writer")))
    }

    fn new(program: &Path) -> Self {
        // Longer than the default, for a crowd on a busy machine.
        Self {
            program: program.into(),
            args: vec!["--lock-timeout".into(), "60".into()],
            every_nth: every_nth(),
        }
    }

    /// Returns the writer with another argument and its value.
    pub(crate) fn with(&self, argument: &str, value: &str) -> Self {
        Self { args: [&self.args[..], &[argument.into(), value.into()]].concat(), ..self.clone() }
    }

    /// Returns the first steps and every n-th of the others. In reversed calls, the first steps are those around the rename.
    pub(crate) fn sampled<T>(&self, steps: impl Iterator<Item = T>) -> impl Iterator<Item = T> {
        const FIRST: usize = 16;
        let is_sampled = |at: usize| at < FIRST || at.is_multiple_of(self.every_nth);
        steps.enumerate().filter(move |&(at, _)| is_sampled(at)).map(|(_, step)| step)
    }

    /// Returns the command alone.
    pub(crate) fn command(&self, file: &Path, name: &str) -> Command {
        self.wrapped(&[], file, name)
    }

    /// Returns the command wrapped in another one: `strace …`, `prlimit …`, `sh -c … sh`.
    pub(crate) fn wrapped(&self, around: &[&str], file: &Path, name: &str) -> Command {
        let mut command = match around.split_first() {
            Some((program, rest)) => {
                let mut command = Command::new(program);
                command.args(rest).arg(&self.program);
                command
            }
            None => Command::new(&self.program),
        };
        command.arg(file).args(["--name", name, "--permission", "db:*:read", "--token-stdin"]);
        command.args(&self.args);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }

    /// Appends a token, with nothing around the writer.
    pub(crate) fn append(&self, file: &Path, name: &str) -> Run {
        finish(start(self.command(file, name), name), name)
    }
}

/// Builds an example, and returns its path.
fn example(name: &str) -> PathBuf {
    let profile = profile();
    let mut build = cargo();
    build.args(["build", "--quiet", "--example", name, "--manifest-path"]);
    build.arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("Cargo.toml"));
    build.arg("--target-dir").arg(profile.parent().expect("the target directory"));
    if profile.ends_with("release") {
        build.arg("--release");
    }
    let built = build.output().expect("cargo runs");
    assert!(built.status.success(), "{}", String::from_utf8_lossy(&built.stderr));
    profile.join("examples").join(name)
}

/// Returns the variable `EVERY_NTH`, or 1. CI has no time for all steps.
pub(crate) fn every_nth() -> usize {
    std::env::var("EVERY_NTH").map_or(1, |number| number.parse().expect("`EVERY_NTH` is a number from 1"))
}

/// Returns the directory of the profile, such as `target/debug`.
pub(crate) fn profile() -> PathBuf {
    let test = std::env::current_exe().expect("the path of the test");
    test.ancestors().nth(2).expect("the directory of the profile").to_owned()
}

pub(crate) fn cargo() -> Command {
    Command::new(std::env::var("CARGO").unwrap_or_else(|_| "cargo".into()))
}

/// Returns the token of a name.
pub(crate) fn token(name: &str) -> String {
    format!("apiv3_{CANARY}{name}-0123456789abcdef0123456789abcdef0123456789")
}

/// Starts a command, and writes the token to its standard input.
pub(crate) fn start(mut command: Command, name: &str) -> Child {
    // A new program file is busy while a process started by another thread has inherited its write descriptor.
    let mut tries = 0;
    let mut child = loop {
        match command.spawn() {
            Err(error) if error.kind() == std::io::ErrorKind::ExecutableFileBusy && tries < 100 => {
                tries += 1;
                std::thread::sleep(Duration::from_millis(20));
            }
            started => break started.expect("the command starts"),
        }
    };
    // Fails if it is killed early.
    let _ = writeln!(child.stdin.take().expect("its input"), "{}", token(name));
    child
}

/// Waits for the end for at most 90 seconds. The lock timeout is shorter, so that the writer reports it.
pub(crate) fn finish(mut child: Child, name: &str) -> Run {
    let end = Instant::now() + Duration::from_secs(90);
    let mut hung = false;
    while child.try_wait().expect("its end").is_none() {
        if Instant::now() > end {
            hung = true;
            // The child of strace would outlive it.
            if let Some(inner) = child_of(child.id()) {
                let _ = Command::new("kill").args(["-KILL", &inner.to_string()]).status();
            }
            let _ = child.kill();
            break;
        }
        std::thread::sleep(Duration::from_micros(500));
    }
    let Output { status, stdout, stderr } = child.wait_with_output().expect("its output");
    let (out, errors) = (String::from_utf8_lossy(&stdout), String::from_utf8_lossy(&stderr).into_owned());
    assert!(!out.contains(CANARY) && !errors.contains(CANARY), "a token in the output: {out}{errors}");
    let acknowledged = out == format!("ACK {name}\n");
    assert!(acknowledged || out.is_empty(), "unexpected output {out:?}");
    let code = status.code().unwrap_or_else(|| 128 + status.signal().unwrap_or(0));
    Run { code, acknowledged, errors, hung }
}

/// Returns the only child of a process.
pub(crate) fn child_of(process: u32) -> Option<u32> {
    let children = fs::read_to_string(format!("/proc/{process}/task/{process}/children")).ok()?;
    children.split_whitespace().next()?.parse().ok()
}

/// A temporary directory with a tokens file.
pub(crate) struct Scene {
    pub(crate) directory: tempfile::TempDir,
    pub(crate) file: PathBuf,
    old: Option<String>,
    mode: u32,
}

impl Scene {
    /// Creates a directory with a file of this text, or without a file.
    pub(crate) fn new(old: Option<&str>) -> Self {
        let directory = tempfile::tempdir().expect("a temporary directory");
        Self::at(directory, old)
    }

    pub(crate) fn at(directory: tempfile::TempDir, old: Option<&str>) -> Self {
        let file = directory.path().join("tokens.json");
        let scene = Self { directory, file, old: old.map(Into::into), mode: 0o600 };
        scene.reset();
        scene
    }

    /// Restores the initial state.
    pub(crate) fn reset(&self) {
        for entry in fs::read_dir(self.directory.path()).expect("the directory") {
            fs::remove_file(entry.expect("an entry").path()).expect("removed");
        }
        if let Some(old) = &self.old {
            fs::write(&self.file, old).expect("written");
            fs::set_permissions(&self.file, fs::Permissions::from_mode(self.mode)).expect("the mode");
        }
    }

    /// Returns the problems, given the names that must be in the file and those that may be.
    pub(crate) fn problems(&self, must: &[&str], may: &[&str]) -> Vec<String> {
        let mut problems = Vec::new();
        match fs::read_to_string(&self.file) {
            Err(error) if self.old.is_none() && must.is_empty() => drop(error),
            Err(error) => problems.push(format!("torn: {error}")),
            Ok(text) => match names(&text) {
                Err(error) => problems.push(format!("torn: {error}: {text:?}")),
                Ok(found) => self.compare(&text, &found, must, may, &mut problems),
            },
        }
        for entry in fs::read_dir(self.directory.path()).expect("the directory").flatten() {
            let metadata = entry.metadata().ok().filter(fs::Metadata::is_file);
            let mode = metadata.map_or(0, |metadata| metadata.mode());
            if mode & 0o7777 & !self.mode != 0 {
                problems.push(format!("wider: {} has {mode:o}", entry.file_name().display()));
            }
        }
        problems
    }

    fn compare(&self, text: &str, found: &[String], must: &[&str], may: &[&str], problems: &mut Vec<String>) {
        let old: &[&str] = if self.old.is_some() { &["old"] } else { &[] };
        let unique: BTreeSet<_> = found.iter().map(String::as_str).collect();
        if unique.len() != found.len() {
            problems.push(format!("duplicate: {found:?}"));
        }
        for name in must.iter().chain(old).filter(|name| !unique.contains(*name)) {
            problems.push(format!("lost: {name}"));
        }
        for name in unique.iter().filter(|name| ![must, may, old].concat().contains(name)) {
            problems.push(format!("not reported as written: {name}"));
        }
        if let Some(old) = &self.old {
            let same = |(one, other): &(u8, u8)| one == other;
            let head = old.bytes().zip(text.bytes()).take_while(same).count();
            let tail = old.bytes().rev().zip(text.bytes().rev()).take_while(same).count();
            if head + tail < old.len() {
                problems.push(format!("changed bytes: {text:?}"));
            }
        }
    }

    /// Returns the names of the other files in the directory.
    pub(crate) fn other_files(&self) -> Vec<String> {
        let entries = fs::read_dir(self.directory.path()).expect("the directory");
        let names = entries.map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned());
        names.filter(|name| name != "tokens.json").collect()
    }
}

/// Returns the names of the tokens, if the text is complete and every token has its own secret.
pub(crate) fn names(text: &str) -> Result<Vec<String>, String> {
    let value: serde_json::Value = serde_json::from_str(text).map_err(|error| error.to_string())?;
    let tokens = value["tokens"].as_array().ok_or("no tokens")?;
    let name = |entry: &serde_json::Value| {
        let name = entry["name"].as_str().ok_or("no name")?.to_owned();
        let secret = entry["token"].as_str().ok_or("no token")?;
        if name == "old" || secret == token(&name) { Ok(name) } else { Err(format!("the token of {name}")) }
    };
    tokens.iter().map(name).collect()
}

/// Returns whether a tool is installed. If not, prints that the test is skipped.
pub(crate) fn has(tool: &str, test: &str) -> bool {
    let output = Command::new("sh").args(["-c", &format!("command -v {tool}")]).output();
    let is_installed = output.is_ok_and(|output| output.status.success());
    if !is_installed {
        println!("skipped: {test}: {tool} is not installed");
    }
    is_installed
}
