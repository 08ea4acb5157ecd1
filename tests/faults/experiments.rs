//! Experiments with system calls, limits and concurrent writers, each for any writer.

use std::fs;
use std::path::Path;
use std::process::Command;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use crate::trace::{Call, has_repeated_sync, library_calls, order_problems, run_traced, start_traced};
use crate::writer::{OLD, Scene, Writer, child_of, finish, names, start};

pub(crate) const INITIAL_FILES: [(&str, Option<&str>); 2] = [("a file", Some(OLD)), ("no file", None)];

/// The number of runs and the failures of an experiment.
pub(crate) struct Tally {
    test: &'static str,
    pub(crate) runs: usize,
    pub(crate) failures: Vec<String>,
    pub(crate) details: String,
}

impl Tally {
    pub(crate) fn new(test: &'static str) -> Self {
        Self { test, runs: 0, failures: Vec::new(), details: String::new() }
    }

    pub(crate) fn add(&mut self, run: &str, problems: Vec<String>) {
        self.runs += 1;
        self.failures.extend(problems.into_iter().map(|problem| format!("{run}: {problem}")));
    }

    /// Returns whether to stop, because one failure suffices and was found.
    pub(crate) fn is_finished(&self, stop: bool) -> bool {
        stop && !self.failures.is_empty()
    }

    #[track_caller]
    pub(crate) fn report(self) {
        println!("{}: {} runs, {} failures{}", self.test, self.runs, self.failures.len(), self.details);
        assert!(self.runs > 0 && self.failures.is_empty(), "{}", self.failures.join("\n"));
    }
}

/// Checks that an unchanged file is synced: an earlier writer may have been stopped before its sync.
pub(crate) fn syncs_an_unchanged_file(writer: &Writer, _: bool) -> Tally {
    let mut tally = Tally::new("sync of an unchanged file");
    let scene = Scene::new(Some(OLD));
    let writer = &Writer { args: [&writer.args[..], &["--keep-if-same".into()]].concat(), ..writer.clone() };
    assert!(writer.append(&scene.file, "a").acknowledged);
    let (run, calls) = run_traced(writer, &scene.file, "a", None);
    let mut problems = scene.problems(&["a"], &[]);
    if !run.acknowledged || calls.iter().any(|call| call.is("renameat")) {
        problems.push(format!("{run:?}"));
    }
    let opened =
        |fragment: &str| calls.iter().rfind(|call| call.is("openat") && call.text.contains(fragment));
    for (target, call) in [("the file", opened("\"tokens.json\"")), ("the directory", opened("O_DIRECTORY"))]
    {
        // The last `openat` with `O_DIRECTORY` lists the directory. Its first argument is the descriptor to sync.
        let descriptor =
            call.and_then(|call| call.descriptor().filter(|_| target != "the file").or(call.result()));
        if !calls.iter().any(|call| call.is("fsync") && call.descriptor() == descriptor) {
            problems.push(format!("{target} is not synced"));
        }
    }
    tally.add("unchanged", problems);
    tally
}

/// Returns the calls of an undisturbed append.
pub(crate) fn trace_append(writer: &Writer, scene: &Scene) -> Vec<Call> {
    scene.reset();
    let (run, calls) = run_traced(writer, &scene.file, "a", None);
    assert!(run.acknowledged && run.code == 0, "{run:?}");
    assert_eq!(scene.problems(&["a"], &[]), [""; 0]);
    calls
}

/// Appends once more. Returns the problems afterwards, including other files in the directory.
pub(crate) fn append_next(writer: &Writer, scene: &Scene, must: &[&str], may: &[&str]) -> Vec<String> {
    let run = writer.append(&scene.file, "next");
    let mut problems = scene.problems(&[must, &["next"]].concat(), may);
    if run.code != 0 || !run.acknowledged {
        problems.push(format!("the next append: {run:?}"));
    }
    problems.extend(scene.other_files().into_iter().map(|name| format!("stale: {name}")));
    problems
}

pub(crate) fn orders_the_system_calls(writer: &Writer, stop: bool) -> Tally {
    let mut tally = Tally::new("order of the calls");
    for (initial, old) in INITIAL_FILES {
        tally.add(initial, order_problems(&trace_append(writer, &Scene::new(old))));
        if tally.is_finished(stop) {
            return tally;
        }
    }
    tally
}

pub(crate) fn survives_a_kill_at_every_call(writer: &Writer, stop: bool) -> Tally {
    let mut tally = Tally::new("killed at every call");
    for (initial, old) in INITIAL_FILES {
        let scene = Scene::new(old);
        let calls = trace_append(writer, &scene);
        for call in writer.sampled(calls.iter().rev().filter(|call| !call.is("execve"))) {
            scene.reset();
            let inject = format!("{}:signal=KILL:when={}", call.name, call.nth);
            let (run, _) = run_traced(writer, &scene.file, "a", Some(&inject));
            let (must, may): (&[&str], &[&str]) =
                if run.acknowledged { (&["a"], &[]) } else { (&[], &["a"]) };
            let mut problems = scene.problems(must, may);
            if run.code != 137 {
                problems.push(format!("not killed: {run:?}"));
            }
            problems.extend(append_next(writer, &scene, must, may));
            tally.add(&format!("{initial}, killed at {}", call.text), problems);
            if tally.is_finished(stop) {
                return tally;
            }
        }
    }
    tally
}

/// Kills an update at every call. Its lock must be free at once, and the plans of two others must see the current file.
pub(crate) fn survives_a_killed_update_while_others_plan(writer: &Writer, stop: bool) -> Tally {
    let mut tally = Tally::new("update killed at every call while two others plan");
    let (mut killed, planning) = (0, writer.with("--plan-millis", "5"));
    for (initial, old) in INITIAL_FILES {
        let scene = Scene::new(old);
        let calls = trace_append(writer, &scene);
        for call in writer.sampled(calls.iter().rev().filter(|call| !call.is("execve"))) {
            scene.reset();
            let log = tempfile::NamedTempFile::new().expect("a file for the trace");
            let inject = format!("{}:signal=KILL:when={}", call.name, call.nth);
            let first = start_traced(&planning, &scene.file, "a", Some(&inject), log.path());
            let others = ["b", "c"].map(|name| (start(planning.command(&scene.file, name), name), name));
            let run = finish(first, "a");
            let mut problems = Vec::new();
            for (other, name) in others {
                let run = finish(other, name);
                if run.code != 0 || !run.acknowledged {
                    problems.push(format!("{name} failed: {run:?}"));
                }
            }
            // The calls of the first depend on the others, so it may not reach the call that kills it.
            killed += usize::from(run.code == 137);
            if run.code != 137 && !run.acknowledged {
                problems.push(format!("neither killed nor acknowledged: {run:?}"));
            }
            let (must, may): (&[&str], &[&str]) =
                if run.acknowledged { (&["a", "b", "c"], &[]) } else { (&["b", "c"], &["a"]) };
            problems.extend(scene.problems(must, may));
            problems.extend(append_next(writer, &scene, must, may));
            tally.add(&format!("{initial}, killed at {}", call.text), problems);
            if tally.is_finished(stop) {
                return tally;
            }
        }
    }
    tally.details = format!("; killed {killed}");
    tally
}

pub(crate) fn survives_a_size_limit_at_every_byte(writer: &Writer, stop: bool) -> Tally {
    let mut tally = Tally::new("file size limit at every byte");
    for (initial, old) in INITIAL_FILES {
        let scene = Scene::new(old);
        assert!(writer.append(&scene.file, "a").acknowledged);
        let length = fs::metadata(&scene.file).expect("the file").len();
        for limit in writer.sampled((0..=length).rev()) {
            // If the signal is ignored, the write fails; otherwise the signal kills.
            for shell in ["trap '' XFSZ; exec \"$@\"", "exec \"$@\""] {
                scene.reset();
                let limited = format!("--fsize={limit}");
                let around = ["prlimit", &limited, "sh", "-c", shell, "sh"];
                let run = finish(start(writer.wrapped(&around, &scene.file, "a"), "a"), "a");
                let must: &[&str] = if limit == length { &["a"] } else { &[] };
                let mut problems = scene.problems(must, &[]);
                if run.acknowledged != (limit == length) || (run.code == 0) != run.acknowledged || run.hung {
                    problems.push(format!("{run:?}"));
                }
                // A killed writer cannot remove its temporary file.
                if run.code < 128 {
                    problems.extend(scene.other_files());
                }
                problems.extend(append_next(writer, &scene, must, &[]));
                tally.add(&format!("{initial}, {limit} bytes, {shell}"), problems);
                if tally.is_finished(stop) {
                    return tally;
                }
            }
        }
    }
    tally
}

pub(crate) fn reports_an_error_of_every_call(writer: &Writer, stop: bool) -> Tally {
    let mut tally = Tally::new("an error of every call");
    let mut by_code = [0; 4];
    for (initial, old) in INITIAL_FILES {
        let scene = Scene::new(old);
        // `geteuid` cannot fail, nor can the `getrandom` that std uses to seed its hash maps.
        let has_errors = |call: &Call| {
            let of_std = call.is("getrandom") && call.text.contains("GRND_INSECURE");
            !of_std && !call.is("geteuid")
        };
        let mut calls = library_calls(&trace_append(writer, &scene));
        calls.retain(has_errors);
        let errors = ["EIO", "ENOSPC", "EACCES", "EINTR", "EINVAL", "EMFILE"];
        let errors = errors.iter().flat_map(|errno| calls.iter().rev().map(move |call| (call, errno)));
        for (call, errno) in writer.sampled(errors) {
            scene.reset();
            let inject = format!("{}:error={errno}:when={}", call.name, call.nth);
            let (run, calls) = run_traced(writer, &scene.file, "a", Some(&inject));
            let is_last = call.is("write") && call.descriptor() == Some(1);
            let (must, may): (&[&str], &[&str]) = match run.code {
                0 => (&["a"], &[]),
                3 => (&[], &["a"]),
                // It failed to acknowledge, but the token is in the file.
                _ if is_last => (&["a"], &[]),
                _ => (&[], &[]),
            };
            let mut problems = scene.problems(must, may);
            // The library succeeded before the last call, and the writer may repeat that call.
            let is_consistent = (run.code == 0) == run.acknowledged || is_last;
            if !is_consistent || run.code > 100 || run.hung {
                problems.push(format!("{run:?}"));
            }
            if run.acknowledged && !is_last {
                problems.extend(order_problems(&calls));
            }
            if has_repeated_sync(&calls) {
                problems.push("a repeated sync".into());
            }
            if call.is("fsync") && run.acknowledged {
                problems.push("success after a failed sync".into());
            }
            problems.extend(scene.other_files());
            problems.extend(append_next(writer, &scene, must, may));
            by_code[usize::try_from(run.code.min(3)).unwrap_or(3)] += 1;
            tally.add(&format!("{initial}, {errno} of {}", call.text), problems);
            if tally.is_finished(stop) {
                return tally;
            }
        }
    }
    tally.details = format!(
        "; succeeded {}, failed {}, durability unknown {}",
        by_code[0],
        by_code[1] + by_code[2],
        by_code[3]
    );
    tally
}

/// Returns whether strace has logged the stop.
pub(crate) fn is_stopped(log: &Path) -> bool {
    fs::read_to_string(log).is_ok_and(|log| log.contains("--- stopped by SIGSTOP"))
}

pub(crate) fn survives_a_stop_at_every_call(writer: &Writer, stop: bool) -> Tally {
    let mut tally = Tally::new("stopped at every call");
    let mut completed = 0;
    for (initial, old) in INITIAL_FILES {
        let scene = Scene::new(old);
        for call in writer.sampled(library_calls(&trace_append(writer, &scene)).into_iter().rev()) {
            scene.reset();
            let log = tempfile::NamedTempFile::new().expect("a file for the trace");
            let inject = format!("{}:signal=STOP:when={}", call.name, call.nth);
            let first = start_traced(writer, &scene.file, "a", Some(&inject), log.path());
            let end = Instant::now() + Duration::from_secs(10);
            let stopped = loop {
                if let Some(child) = child_of(first.id()).filter(|_| is_stopped(log.path())) {
                    break Some(child);
                }
                if Instant::now() > end {
                    break None;
                }
                std::thread::sleep(Duration::from_millis(1));
            };
            let mut problems = Vec::new();
            let mut second = start(writer.command(&scene.file, "b"), "b");
            // The second ends while the first is stopped, unless the first holds the lock.
            let end = Instant::now() + Duration::from_millis(200);
            let mut ended = false;
            while !ended && Instant::now() < end {
                ended = second.try_wait().expect("its end").is_some();
                std::thread::sleep(Duration::from_millis(1));
            }
            completed += usize::from(ended);
            if ended {
                problems.extend(scene.problems(&["b"], &["a"]));
            }
            match stopped {
                Some(child) => {
                    let continued = Command::new("kill").args(["-CONT", &child.to_string()]).status();
                    assert!(continued.is_ok_and(|status| status.success()), "{child} continues");
                }
                None => problems.push("not stopped".into()),
            }
            for run in [finish(first, "a"), finish(second, "b")] {
                if !run.acknowledged || run.code != 0 {
                    problems.push(format!("failed: {run:?}"));
                }
            }
            problems.extend(scene.problems(&["a", "b"], &[]));
            problems.extend(scene.other_files());
            problems.extend(append_next(writer, &scene, &["a", "b"], &[]));
            tally.add(&format!("{initial}, stopped at {}", call.text), problems);
            if tally.is_finished(stop) {
                return tally;
            }
        }
    }
    tally.details = format!("; the second completed in the meantime in {completed}");
    tally
}

/// Runs many writers, some of them killed at a random time, and a reader. Returns acknowledged writes, reads and problems.
fn crowd(
    writer: &Writer,
    writers: usize,
    each: usize,
    scene: &Scene,
    kill_one_in: Option<usize>,
) -> (usize, usize, Vec<String>) {
    let is_new = !scene.file.exists();
    let (acknowledged, maybe) = (std::sync::Mutex::new(Vec::new()), std::sync::Mutex::new(Vec::new()));
    let problems = std::sync::Mutex::new(Vec::new());
    let (is_over, reads) = (AtomicBool::new(false), AtomicUsize::new(0));
    std::thread::scope(|scope| {
        let reader = scope.spawn(|| {
            while !is_over.load(Ordering::Relaxed) {
                match fs::read_to_string(&scene.file) {
                    Ok(text) => {
                        if let Err(error) = names(&text) {
                            problems.lock().expect("problems").push(format!("torn read: {error}"));
                        }
                        reads.fetch_add(1, Ordering::Relaxed);
                    }
                    Err(error) => assert!(is_new && reads.load(Ordering::Relaxed) == 0, "{error}"),
                }
                std::thread::sleep(Duration::from_micros(200));
            }
        });
        let crowd: Vec<_> = (0..writers)
            .map(|number| {
                let (acknowledged, maybe, problems) = (&acknowledged, &maybe, &problems);
                scope.spawn(move || {
                    for turn in 0..each {
                        let name = format!("w{number}-{turn}");
                        let mut child = start(writer.command(&scene.file, &name), &name);
                        let chance = seed(number * each + turn);
                        let killed = kill_one_in.is_some_and(|one_in| chance.is_multiple_of(one_in));
                        if killed {
                            std::thread::sleep(Duration::from_micros((chance / 64 % 30_000) as u64));
                            let _ = child.kill();
                        }
                        let run = finish(child, &name);
                        if run.acknowledged {
                            acknowledged.lock().expect("names").push(name);
                        } else {
                            maybe.lock().expect("names").push(name.clone());
                            if !killed {
                                problems.lock().expect("problems").push(format!("failed: {name}: {run:?}"));
                            }
                        }
                    }
                })
            })
            .collect();
        crowd.into_iter().for_each(|thread| thread.join().expect("a writer's thread"));
        is_over.store(true, Ordering::Relaxed);
        reader.join().expect("the reader's thread");
    });
    let (acknowledged, maybe) =
        (acknowledged.into_inner().expect("names"), maybe.into_inner().expect("names"));
    let mut problems = problems.into_inner().expect("problems");
    let must: Vec<&str> = acknowledged.iter().map(String::as_str).collect();
    let may: Vec<&str> = maybe.iter().map(String::as_str).collect();
    problems.extend(scene.problems(&must, &may));
    problems.extend(append_next(writer, scene, &must, &may));
    (acknowledged.len(), reads.into_inner(), problems)
}

/// Returns a pseudorandom number, the same in every run.
fn seed(number: usize) -> usize {
    let mixed = (number as u64 + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    usize::try_from((mixed ^ (mixed >> 29)) & 0xFFFF_FFFF).unwrap_or(0)
}

pub(crate) fn loses_nothing_in_a_crowd(writer: &Writer, stop: bool) -> Tally {
    let mut tally = Tally::new("many writers");
    for (writers, each, kill) in [(8, 40, None), (16, 60, None), (8, 40, Some(4)), (16, 60, Some(5))] {
        for (initial, old) in INITIAL_FILES {
            add_crowd(&mut tally, initial, writer, (writers, each, kill), &Scene::new(old));
            if tally.is_finished(stop) {
                return tally;
            }
        }
    }
    tally
}

/// Runs a crowd and adds its result. The tuple is the number of writers, the writes of each, and n if one in n is killed.
pub(crate) fn add_crowd(
    tally: &mut Tally,
    initial: &str,
    writer: &Writer,
    (writers, each, kill): (usize, usize, Option<usize>),
    scene: &Scene,
) {
    let each = each.div_ceil(writer.every_nth);
    let (acknowledged, reads, problems) = crowd(writer, writers, each, scene, kill);
    let run = format!("{writers} × {each}, {initial}, {}", kill.map_or("no kills", |_| "kills"));
    tally.details += &format!("\n  {run}: {acknowledged} acknowledged, {reads} complete reads");
    tally.add(&run, problems);
}
