//! The rows of `shared/reliability.md`, each for any writer.

use std::fs;
use std::path::Path;
use std::process::Command;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use crate::trace::{Call, disorder, of_the_library, run_traced, start_traced, sync_again};
use crate::writer::{OLD, Scene, Writer, child_of, finish, names, start};

pub(crate) const BEGINNINGS: [(&str, Option<&str>); 2] = [("a file", Some(OLD)), ("no file", None)];

/// Counts runs, collects what was wrong, and reports both.
pub(crate) struct Tally {
    test: &'static str,
    pub(crate) runs: usize,
    pub(crate) wrong: Vec<String>,
    pub(crate) more: String,
}

impl Tally {
    pub(crate) fn new(test: &'static str) -> Self {
        Self { test, runs: 0, wrong: Vec::new(), more: String::new() }
    }

    pub(crate) fn add(&mut self, what: &str, problems: Vec<String>) {
        self.runs += 1;
        self.wrong.extend(problems.into_iter().map(|problem| format!("{what}: {problem}")));
    }

    /// Whether one fault is enough and found.
    pub(crate) fn is_enough(&self, stop: bool) -> bool {
        stop && !self.wrong.is_empty()
    }

    #[track_caller]
    pub(crate) fn report(self) {
        println!("{}: {} runs, {} wrong{}", self.test, self.runs, self.wrong.len(), self.more);
        assert!(self.runs > 0 && self.wrong.is_empty(), "{}", self.wrong.join("\n"));
    }
}

/// "It is there already" is a promise too: an earlier writer may have been stopped before its sync.
pub(crate) fn row_1_what_is_there_is_synced(writer: &Writer, _: bool) -> Tally {
    let mut tally = Tally::new("row 1, what is there already is synced");
    let scene = Scene::new(Some(OLD));
    let writer = &Writer { args: [&writer.args[..], &["--keep-if-same".into()]].concat(), ..writer.clone() };
    assert!(writer.append(&scene.file, "a").acknowledged);
    let (run, calls) = run_traced(writer, &scene.file, "a", None);
    let mut problems = scene.problems(&["a"], &[]);
    if !run.acknowledged || calls.iter().any(|call| call.is("renameat")) {
        problems.push(format!("{run:?}"));
    }
    let opened = |what: &str| calls.iter().rfind(|call| call.is("openat") && call.text.contains(what));
    for (what, call) in [("the file", opened("\"tokens.json\"")), ("the directory", opened("O_DIRECTORY"))] {
        // The directory is opened again to be listed, from the first handle.
        let descriptor =
            call.and_then(|call| call.descriptor().filter(|_| what != "the file").or(call.result()));
        if !calls.iter().any(|call| call.is("fsync") && call.descriptor() == descriptor) {
            problems.push(format!("{what} is not synced"));
        }
    }
    tally.add("unchanged", problems);
    tally
}

/// The calls of an undisturbed append.
pub(crate) fn undisturbed(writer: &Writer, scene: &Scene) -> Vec<Call> {
    scene.reset();
    let (run, calls) = run_traced(writer, &scene.file, "a", None);
    assert!(run.acknowledged && run.code == 0, "{run:?}");
    assert_eq!(scene.problems(&["a"], &[]), [""; 0]);
    calls
}

/// One more append, after which all must be well and nothing left.
pub(crate) fn afterwards(writer: &Writer, scene: &Scene, must: &[&str], may: &[&str]) -> Vec<String> {
    let run = writer.append(&scene.file, "next");
    let mut problems = scene.problems(&[must, &["next"]].concat(), may);
    if run.code != 0 || !run.acknowledged {
        problems.push(format!("the next append: {run:?}"));
    }
    problems.extend(scene.left_overs().into_iter().map(|name| format!("left: {name}")));
    problems
}

pub(crate) fn row_1_the_order_of_the_calls(writer: &Writer, stop: bool) -> Tally {
    let mut tally = Tally::new("row 1, order of the calls");
    for (what, old) in BEGINNINGS {
        tally.add(what, disorder(&undisturbed(writer, &Scene::new(old))));
        if tally.is_enough(stop) {
            return tally;
        }
    }
    tally
}

pub(crate) fn row_2_killed_at_every_call(writer: &Writer, stop: bool) -> Tally {
    let mut tally = Tally::new("row 2, killed at every call");
    for (what, old) in BEGINNINGS {
        let scene = Scene::new(old);
        let calls = undisturbed(writer, &scene);
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
            problems.extend(afterwards(writer, &scene, must, may));
            tally.add(&format!("{what}, killed at {}", call.text), problems);
            if tally.is_enough(stop) {
                return tally;
            }
        }
    }
    tally
}

/// The lock that a killed update had is free at once, and the plans of the others are those of the file as it is.
pub(crate) fn row_2_an_update_killed_at_every_call_while_two_others_plan(
    writer: &Writer,
    stop: bool,
) -> Tally {
    let mut tally = Tally::new("row 2, an update killed at every call while two others plan");
    let (mut killed, planning) = (0, writer.with("--plan-millis", "5"));
    for (what, old) in BEGINNINGS {
        let scene = Scene::new(old);
        let calls = undisturbed(writer, &scene);
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
                    problems.push(format!("{name} is refused: {run:?}"));
                }
            }
            // What one meets depends on the others: a call that it makes alone it need not make here.
            killed += usize::from(run.code == 137);
            if run.code != 137 && !run.acknowledged {
                problems.push(format!("neither killed nor acknowledged: {run:?}"));
            }
            let (must, may): (&[&str], &[&str]) =
                if run.acknowledged { (&["a", "b", "c"], &[]) } else { (&["b", "c"], &["a"]) };
            problems.extend(scene.problems(must, may));
            problems.extend(afterwards(writer, &scene, must, may));
            tally.add(&format!("{what}, killed at {}", call.text), problems);
            if tally.is_enough(stop) {
                return tally;
            }
        }
    }
    tally.more = format!("; killed {killed}");
    tally
}

pub(crate) fn row_3_a_file_size_limit_at_every_byte(writer: &Writer, stop: bool) -> Tally {
    let mut tally = Tally::new("row 3, file size limit at every byte");
    for (what, old) in BEGINNINGS {
        let scene = Scene::new(old);
        assert!(writer.append(&scene.file, "a").acknowledged);
        let length = fs::metadata(&scene.file).expect("the file").len();
        for limit in writer.sampled((0..=length).rev()) {
            // With the signal ignored the write fails; else it kills.
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
                // One that was killed could not remove its new file.
                if run.code < 128 {
                    problems.extend(scene.left_overs());
                }
                problems.extend(afterwards(writer, &scene, must, &[]));
                tally.add(&format!("{what}, {limit} bytes, {shell}"), problems);
                if tally.is_enough(stop) {
                    return tally;
                }
            }
        }
    }
    tally
}

pub(crate) fn row_4_an_error_of_every_call(writer: &Writer, stop: bool) -> Tally {
    let mut tally = Tally::new("row 4, an error of every call");
    let mut seen = [0; 4];
    for (what, old) in BEGINNINGS {
        let scene = Scene::new(old);
        // The kernel has no error of `geteuid`, nor of `getrandom` as std asks for the keys of its maps.
        let has_errors = |call: &Call| {
            let of_std = call.is("getrandom") && call.text.contains("GRND_INSECURE");
            !of_std && !call.is("geteuid")
        };
        let mut calls = of_the_library(&undisturbed(writer, &scene));
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
                // It could not say so, but it is there.
                _ if is_last => (&["a"], &[]),
                _ => (&[], &[]),
            };
            let mut problems = scene.problems(must, may);
            // The library has succeeded before the last call, and the writer may try that again.
            let said = (run.code == 0) == run.acknowledged || is_last;
            if !said || run.code > 100 || run.hung {
                problems.push(format!("{run:?}"));
            }
            if run.acknowledged && !is_last {
                problems.extend(disorder(&calls));
            }
            if sync_again(&calls) {
                problems.push("synced again".into());
            }
            if call.is("fsync") && run.acknowledged {
                problems.push("success after a sync that failed".into());
            }
            problems.extend(scene.left_overs());
            problems.extend(afterwards(writer, &scene, must, may));
            seen[usize::try_from(run.code.min(3)).unwrap_or(3)] += 1;
            tally.add(&format!("{what}, {errno} of {}", call.text), problems);
            if tally.is_enough(stop) {
                return tally;
            }
        }
    }
    tally.more =
        format!("; succeeded {}, refused {}, durability unknown {}", seen[0], seen[1] + seen[2], seen[3]);
    tally
}

/// strace says so when the process no longer runs.
pub(crate) fn is_stopped(log: &Path) -> bool {
    fs::read_to_string(log).is_ok_and(|log| log.contains("--- stopped by SIGSTOP"))
}

pub(crate) fn row_5_stopped_at_every_call_while_another_appends(writer: &Writer, stop: bool) -> Tally {
    let mut tally = Tally::new("row 5, stopped at every call");
    let mut whole = 0;
    for (what, old) in BEGINNINGS {
        let scene = Scene::new(old);
        for call in writer.sampled(of_the_library(&undisturbed(writer, &scene)).into_iter().rev()) {
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
            // It ends while the first one is stopped, unless that one has the lock.
            let end = Instant::now() + Duration::from_millis(200);
            let mut ended = false;
            while !ended && Instant::now() < end {
                ended = second.try_wait().expect("its end").is_some();
                std::thread::sleep(Duration::from_millis(1));
            }
            whole += usize::from(ended);
            if ended {
                problems.extend(scene.problems(&["b"], &["a"]));
            }
            match stopped {
                Some(child) => {
                    let continued = Command::new("kill").args(["-CONT", &child.to_string()]).status();
                    assert!(continued.is_ok_and(|status| status.success()), "{child} continues");
                }
                None => problems.push("it was not stopped".into()),
            }
            for run in [finish(first, "a"), finish(second, "b")] {
                if !run.acknowledged || run.code != 0 {
                    problems.push(format!("refused: {run:?}"));
                }
            }
            problems.extend(scene.problems(&["a", "b"], &[]));
            problems.extend(scene.left_overs());
            problems.extend(afterwards(writer, &scene, &["a", "b"], &[]));
            tally.add(&format!("{what}, stopped at {}", call.text), problems);
            if tally.is_enough(stop) {
                return tally;
            }
        }
    }
    tally.more = format!("; the second ran whole meanwhile in {whole}");
    tally
}

/// Many writers, some of them killed at a random time, and a reader all the while.
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
    let (over, reads) = (AtomicBool::new(false), AtomicUsize::new(0));
    std::thread::scope(|scope| {
        let reader = scope.spawn(|| {
            while !over.load(Ordering::Relaxed) {
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
                                problems.lock().expect("problems").push(format!("refused: {name}: {run:?}"));
                            }
                        }
                    }
                })
            })
            .collect();
        crowd.into_iter().for_each(|thread| thread.join().expect("a writer's thread"));
        over.store(true, Ordering::Relaxed);
        reader.join().expect("the reader's thread");
    });
    let (acknowledged, maybe) =
        (acknowledged.into_inner().expect("names"), maybe.into_inner().expect("names"));
    let mut problems = problems.into_inner().expect("problems");
    let must: Vec<&str> = acknowledged.iter().map(String::as_str).collect();
    let may: Vec<&str> = maybe.iter().map(String::as_str).collect();
    problems.extend(scene.problems(&must, &may));
    problems.extend(afterwards(writer, scene, &must, &may));
    (acknowledged.len(), reads.into_inner(), problems)
}

/// The same sequence in every run, unlike neighbours.
fn seed(number: usize) -> usize {
    let mixed = (number as u64 + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    usize::try_from((mixed ^ (mixed >> 29)) & 0xFFFF_FFFF).unwrap_or(0)
}

pub(crate) fn row_6_many_writers(writer: &Writer, stop: bool) -> Tally {
    let mut tally = Tally::new("row 6, many writers");
    for (writers, each, kill) in [(8, 40, None), (16, 60, None), (8, 40, Some(4)), (16, 60, Some(5))] {
        for (what, old) in BEGINNINGS {
            add_crowd(&mut tally, what, writer, (writers, each, kill), &Scene::new(old));
            if tally.is_enough(stop) {
                return tally;
            }
        }
    }
    tally
}

/// Counts a crowd: how many writers, how often each writes, and one in how many is killed.
pub(crate) fn add_crowd(
    tally: &mut Tally,
    what: &str,
    writer: &Writer,
    (writers, each, kill): (usize, usize, Option<usize>),
    scene: &Scene,
) {
    let each = each.div_ceil(writer.every_nth);
    let (acknowledged, reads, problems) = crowd(writer, writers, each, scene, kill);
    let what = format!("{writers} × {each}, {what}, {}", kill.map_or("no kills", |_| "kills"));
    tally.more += &format!("\n  {what}: {acknowledged} acknowledged, {reads} whole reads");
    tally.add(&what, problems);
}
