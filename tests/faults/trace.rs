//! Traces of a writer's system calls with `strace`, which also injects errors and signals.

use std::fs;
use std::path::Path;
use std::process::Child;

use crate::writer::{Run, Writer, finish, start};

/// One system call of a trace.
#[derive(Clone, Debug)]
pub(crate) struct Call {
    pub(crate) name: String,
    /// The number among calls of this name, from 1, as in `when=` of `strace`.
    pub(crate) nth: usize,
    /// Arguments and result as `strace` prints them.
    pub(crate) text: String,
}

impl Call {
    pub(crate) fn is(&self, name: &str) -> bool {
        self.name == name
    }

    /// Returns the result, or `None` for an error.
    pub(crate) fn result(&self) -> Option<i64> {
        let (_, result) = self.text.rsplit_once(" = ")?;
        result.split_whitespace().next()?.parse().ok().filter(|&result| result >= 0)
    }

    /// Returns the first argument as a file descriptor.
    pub(crate) fn descriptor(&self) -> Option<i64> {
        self.text.split(['(', ',', ')']).nth(1)?.parse().ok()
    }
}

/// Starts the writer under strace, with at most one injection.
pub(crate) fn start_traced(
    writer: &Writer,
    file: &Path,
    name: &str,
    inject: Option<&str>,
    log: &Path,
) -> Child {
    let log = log.to_string_lossy();
    let mut around = vec!["strace", "-qq", "-s", "32", "-o", &log];
    let inject = inject.map(|inject| format!("inject={inject}"));
    if let Some(inject) = &inject {
        around.extend(["-e", inject]);
    }
    start(writer.wrapped(&around, file, name), name)
}

/// Runs the writer under strace to its end.
pub(crate) fn run_traced(writer: &Writer, file: &Path, name: &str, inject: Option<&str>) -> (Run, Vec<Call>) {
    let log = tempfile::NamedTempFile::new().expect("a file for the trace");
    let run = finish(start_traced(writer, file, name, inject, log.path()), name);
    (run, parse(&fs::read_to_string(log.path()).expect("a trace")))
}

pub(crate) fn parse(trace: &str) -> Vec<Call> {
    let mut calls: Vec<Call> = Vec::new();
    for line in trace.lines() {
        let Some((name, _)) = line.split_once('(') else { continue };
        if name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_') {
            let nth = calls.iter().filter(|call| call.name == name).count() + 1;
            calls.push(Call { name: name.into(), nth, text: line.into() });
        }
    }
    calls
}

/// Returns the calls of the library: after the token was read, through the acknowledgement.
pub(crate) fn library_calls(calls: &[Call]) -> Vec<Call> {
    let begin = calls.iter().position(|call| call.is("read") && call.descriptor() == Some(0));
    let begin = begin.expect("the token is read from standard input");
    let end = calls.iter().rposition(|call| call.is("write") && call.descriptor() == Some(1));
    calls[begin + 1..end.map_or(calls.len(), |end| end + 1)].to_vec()
}

/// Returns the problems in the order of the calls of an acknowledged run.
pub(crate) fn order_problems(calls: &[Call]) -> Vec<String> {
    let mut problems = Vec::new();
    let last = |matches: &dyn Fn(&Call) -> bool| calls.iter().rposition(matches);
    let Some(created) =
        last(&|call| call.is("openat") && call.text.contains("O_CREAT") && call.result().is_some())
    else {
        return vec!["no new file".into()];
    };
    let create = &calls[created];
    for flag in ["O_EXCL", "O_NOFOLLOW", "O_CLOEXEC", ", 0600)"] {
        if !create.text.contains(flag) {
            problems.push(format!("the new file without {flag}"));
        }
    }
    let (temp_file, directory) = (create.result(), create.descriptor());
    let done = |name: &str, descriptor: Option<i64>| {
        last(&|call| call.is(name) && call.descriptor() == descriptor && call.result().is_some())
    };
    // A hard link, if the file system cannot rename without replacing.
    let is_rename = |call: &Call| call.name.starts_with("renameat") || call.is("linkat");
    let renamed = last(&|call| is_rename(call) && call.result().is_some());
    let acknowledged = last(&|call| call.is("write") && call.descriptor() == Some(1));
    let steps = [
        ("a new file", Some(created)),
        ("lock it", done("flock", temp_file)),
        ("write it", done("write", temp_file)),
        ("sync it", done("fsync", temp_file)),
        ("rename it", renamed),
        ("sync the directory", done("fsync", directory)),
        ("acknowledge", acknowledged),
    ];
    for pair in steps.windows(2) {
        let [(before, one), (after, other)] = pair else { continue };
        if one.is_none() || other.is_none() || one >= other {
            problems.push(format!("not in this order: {before}, {after}"));
        }
    }
    let late =
        |call: &&Call| matches!(call.name.as_str(), "fchmod" | "fchown" | "fsetxattr" | "fremovexattr");
    let wrote = calls.iter().position(|call| call.is("write") && call.descriptor() == temp_file);
    if let Some(call) = calls.iter().skip(wrote.unwrap_or(calls.len())).find(late) {
        problems.push(format!("after the first write: {}", call.text));
    }
    problems
}

/// Returns whether a failed sync is repeated.
pub(crate) fn has_repeated_sync(calls: &[Call]) -> bool {
    let syncs = |call: &&Call| call.is("fsync") || call.is("fdatasync");
    calls.iter().enumerate().any(|(at, failed)| {
        syncs(&failed)
            && failed.result().is_none()
            && calls.iter().skip(at + 1).filter(syncs).any(|call| call.descriptor() == failed.descriptor())
    })
}
