//! Power cuts and disks that fail, on file systems of our own in a private mount namespace. Needs root.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use crate::rows::{BEGINNINGS, Tally, add_crowd, afterwards, is_stopped, undisturbed};
use crate::trace::{of_the_library, start_traced};
use crate::writer::{OLD, Scene, Writer, child_of, finish, start};

/// A file system in a file.
struct Disk {
    home: tempfile::TempDir,
    kind: &'static str,
}

impl Disk {
    /// None where the machine does not let us.
    fn new(kind: &'static str, home: tempfile::TempDir) -> Option<Self> {
        let disk = Self { home, kind };
        fs::create_dir(disk.mount_point()).expect("a directory");
        let image = disk.image();
        let image = image.to_str().expect("a path");
        let make: &[&str] = match kind {
            "ext3" | "ext4" => &["mke2fs", "-t", kind, "-q", "-E", "nodiscard,lazy_itable_init=0"],
            "xfs" => &["mkfs.xfs", "-q", "-K"],
            _ => &["mkfs.btrfs", "-q", "-K", "-m", "single"],
        };
        let size = match kind {
            "xfs" => "320M",
            "btrfs" => "128M",
            _ => "64M",
        };
        let made = run(&["truncate", "-s", size, image]) && run(&[make, &[image]].concat()) && disk.mount();
        if !made {
            println!("skipped: {kind}: it cannot be made and mounted here");
        }
        made.then_some(disk)
    }

    fn image(&self) -> PathBuf {
        self.home.path().join("image")
    }

    fn mount_point(&self) -> PathBuf {
        self.home.path().join("mounted")
    }

    fn mount(&self) -> bool {
        // btrfs writes on its own every so many seconds, and not while its image is copied.
        let options = if self.kind == "btrfs" { "loop,commit=300" } else { "loop" };
        run(&["mount", "-o", options, &self.image().to_string_lossy(), &self.mount_point().to_string_lossy()])
    }

    fn unmount(&self) -> bool {
        run(&["umount", &self.mount_point().to_string_lossy()])
    }

    fn copy(&self) -> PathBuf {
        self.home.path().join("copy")
    }

    /// What was not synced is gone: nothing comes to the disk any more, or its copy is mounted next.
    fn cut(&self) -> bool {
        if self.kind == "btrfs" {
            let (from, to) = (self.image(), self.copy());
            return run(&["cp", "--sparse=always", &from.to_string_lossy(), &to.to_string_lossy()]);
        }
        run(&["xfs_io", "-x", "-c", "shutdown", &self.mount_point().to_string_lossy()])
    }

    /// Mounts what is on the disk after a cut.
    fn restart(&self) -> bool {
        let unmounted = self.unmount();
        if self.kind == "btrfs" {
            // It remembers the newest state of each disk.
            run(&["btrfs", "device", "scan", "--forget"]);
            fs::rename(self.copy(), self.image()).expect("the copy");
        }
        unmounted && self.mount()
    }

    fn scene(&self, old: Option<&str>) -> Scene {
        Scene::at(tempfile::tempdir_in(self.mount_point()).expect("a directory"), old)
    }

    /// Everything so far is on the disk.
    #[track_caller]
    fn settle(&self) {
        assert!(run(&["sync", "-f", &self.mount_point().to_string_lossy()]), "{} syncs", self.kind);
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        self.unmount();
    }
}

fn run(command: &[&str]) -> bool {
    let Some((program, arguments)) = command.split_first() else { return false };
    Command::new(program).args(arguments).output().is_ok_and(|output| output.status.success())
}

/// Runs a test of this binary again in a mount namespace of its own. True when this is inside.
pub(crate) fn is_inside(test: &str) -> bool {
    if std::env::var_os("INSIDE_A_NAMESPACE").is_some() {
        return true;
    }
    if !run(&["unshare", "-m", "true"]) || !Path::new("/dev/loop-control").exists() {
        println!("skipped: {test}: no private mount namespace or no loop device");
        return false;
    }
    let mut inside = Command::new("unshare");
    inside.arg("-m").arg(std::env::current_exe().expect("the path of the test"));
    let done =
        inside.args(["--exact", test, "--ignored", "--nocapture"]).env("INSIDE_A_NAMESPACE", "1").status();
    assert!(done.expect("unshare").success(), "{test} inside a namespace");
    false
}

/// Without any run each disk has said why it is skipped.
#[track_caller]
pub(crate) fn report(tally: Tally) {
    if tally.runs > 0 {
        tally.report();
    }
}

/// The power goes while the writer is behind every one of its calls, and right after it acknowledged.
pub(crate) fn row_8_a_power_cut_at_every_call(writer: &Writer, stop: bool) -> Tally {
    let kinds = ["ext3", "ext4", "xfs", "btrfs"];
    at_every_call(Tally::new("row 8, power cut at every call"), &kinds, "KILL", writer, stop)
}

/// The disk goes behind every call, and the writer goes on: its next call on that disk fails, the syncs too.
pub(crate) fn row_9_a_disk_that_goes(writer: &Writer, stop: bool) -> Tally {
    at_every_call(Tally::new("row 9, a disk that goes at every call"), &["ext4", "xfs"], "CONT", writer, stop)
}

/// Stops the writer behind a call, takes the disk away, and sends the writer a signal.
fn at_every_call(
    mut tally: Tally,
    kinds: &[&'static str],
    signal: &str,
    writer: &Writer,
    stop: bool,
) -> Tally {
    let mut codes = std::collections::BTreeMap::<(&str, i32), usize>::new();
    for &kind in kinds {
        let home = tempfile::tempdir().expect("a directory");
        let Some(disk) = Disk::new(kind, home) else { continue };
        for (what, old) in BEGINNINGS {
            let scene = disk.scene(old);
            let mut calls: Vec<_> =
                of_the_library(&undisturbed(writer, &scene)).into_iter().map(Some).collect();
            if signal == "KILL" {
                // None: not stopped at all.
                calls.push(None);
            }
            for call in writer.sampled(calls.into_iter().rev()) {
                scene.reset();
                disk.settle();
                let inject = call.as_ref().map(|call| format!("{}:signal=STOP:when={}", call.name, call.nth));
                let log = tempfile::NamedTempFile::new().expect("a file for the trace");
                let run = if inject.is_none() {
                    let run = finish(start(writer.command(&scene.file, "a"), "a"), "a");
                    assert!(disk.cut(), "{kind} is cut");
                    run
                } else {
                    let child = start_traced(writer, &scene.file, "a", inject.as_deref(), log.path());
                    let end = Instant::now() + Duration::from_secs(10);
                    while !is_stopped(log.path()) && Instant::now() < end {
                        std::thread::sleep(Duration::from_millis(1));
                    }
                    assert!(disk.cut(), "{kind} is cut");
                    let inner = child_of(child.id()).expect("the stopped writer");
                    assert!(self::run(&["kill", "-s", signal, &inner.to_string()]), "it gets the signal");
                    finish(child, "a")
                };
                assert!(disk.restart(), "{kind} is mounted again");
                let (must, may): (&[&str], &[&str]) = match run.code {
                    _ if run.acknowledged => (&["a"], &[]),
                    // Durability unknown, or killed.
                    3 | 128.. => (&[], &["a"]),
                    _ => (&[], &[]),
                };
                let mut problems = scene.problems(must, may);
                if run.hung || (run.code == 0) != run.acknowledged && run.code < 128 {
                    problems.push(format!("{run:?}"));
                }
                problems.extend(afterwards(writer, &scene, must, may));
                *codes.entry((kind, run.code)).or_default() += 1;
                let at = call.map_or("the end".into(), |call| call.text);
                tally.add(&format!("{kind}, {what}, cut at {at}"), problems);
                if tally.is_enough(stop) {
                    return tally;
                }
            }
        }
    }
    tally.more = format!("; by file system and exit code: {codes:?}");
    tally
}

/// Many writers on the file systems that this kernel has; on an overlay they begin with a file of its lower layer.
pub(crate) fn row_6_other_file_systems(writer: &Writer) -> Tally {
    let mut tally = Tally::new("row 6, other file systems");
    let begin = |tally: &mut Tally, kind: &str, scene: &Scene| {
        for kill in [None, Some(4)] {
            scene.reset();
            add_crowd(tally, kind, writer, (8, 40, kill), scene);
        }
    };
    for kind in ["xfs", "btrfs"] {
        let home = tempfile::tempdir().expect("a directory");
        if let Some(disk) = Disk::new(kind, home) {
            begin(&mut tally, kind, &disk.scene(Some(OLD)));
        }
    }
    let home = tempfile::tempdir().expect("a directory");
    let path = |name: &str| home.path().join(name).to_string_lossy().into_owned();
    if !run(&["mount", "-t", "tmpfs", "none", &path("")]) {
        println!("skipped: row 6: no tmpfs");
        return tally;
    }
    let scene = Scene::at(tempfile::tempdir_in(home.path()).expect("a directory"), Some(OLD));
    begin(&mut tally, "tmpfs", &scene);
    scene.reset();
    // Over its own lower layer.
    let lower = scene.directory.path().to_string_lossy().into_owned();
    let layers = format!("lowerdir={lower},upperdir={},workdir={}", path("upper"), path("work"));
    if run(&["mkdir", &path("upper"), &path("work")])
        && run(&["mount", "-t", "overlay", "-o", &layers, "none", &lower])
    {
        add_crowd(&mut tally, "overlayfs, lower file", writer, (8, 40, None), &scene);
        begin(&mut tally, "overlayfs", &scene);
        assert!(run(&["umount", &lower]), "nobody uses it");
        assert_eq!(scene.problems(&[], &[]), [""; 0], "the lower layer");
    } else {
        println!("skipped: row 6: no overlayfs");
    }
    drop(scene);
    run(&["umount", &path("")]);
    tally
}

/// The disk below the file system is full, so that a sync really fails.
pub(crate) fn row_9_a_sync_that_fails(writer: &Writer, stop: bool) -> Tally {
    let mut tally = Tally::new("row 9, a real failing sync");
    let (mut succeeded, mut not_committed, mut refused, mut unknown) = (0, 0, 0, 0);
    for round in writer.sampled(0..8) {
        let home = tempfile::tempdir().expect("a directory");
        let below = home.path().to_string_lossy().into_owned();
        if !run(&["mount", "-t", "tmpfs", "-o", "size=40m", "none", &below]) {
            println!("skipped: row 9: no tmpfs");
            continue;
        }
        {
            // The directory of the image is in that small file system.
            let inner = tempfile::tempdir_in(home.path()).expect("a directory");
            let Some(disk) = Disk::new("ext4", inner) else { continue };
            let scene = disk.scene((round % 2 == 0).then_some(OLD));
            disk.settle();
            let fill = home.path().join("fill");
            run(&["dd", "if=/dev/zero", &format!("of={}", fill.display()), "bs=4k"]);
            let (mut must, mut may) = (Vec::new(), Vec::new());
            let names: Vec<String> = (0..12).map(|number| format!("n{number}")).collect();
            for name in &names {
                // Not the same blocks again and again.
                let pad = "p".repeat(5000 * (round + 1));
                let name = format!("{name}{pad}");
                let run = writer.append(&scene.file, &name);
                match run.code {
                    0 => {
                        succeeded += 1;
                        must.push(name);
                    }
                    3 => {
                        unknown += 1;
                        may.push(name);
                    }
                    // The file system has space: it is the disk that says no, when it is synced.
                    _ if ["could not be written", "no space"].iter().any(|why| run.errors.contains(why)) => {
                        not_committed += 1;
                    }
                    // Such as a file system that is read-only after its first error.
                    _ => refused += 1,
                }
                if (run.code == 0) != run.acknowledged || run.hung {
                    tally.add(&format!("round {round}"), vec![format!("{:?}", run.errors)]);
                }
            }
            fs::remove_file(fill).expect("room again");
            assert!(disk.unmount() && disk.mount(), "it is mounted again");
            let must: Vec<&str> = must.iter().map(String::as_str).collect();
            let may: Vec<&str> = may.iter().map(String::as_str).collect();
            let mut problems = scene.problems(&must, &may);
            problems.iter_mut().for_each(|problem| *problem = problem.replace("pp", ""));
            tally.add(&format!("round {round}"), problems);
        }
        run(&["umount", &below]);
        if tally.is_enough(stop) {
            return tally;
        }
    }
    tally.more = format!(
        "; succeeded {succeeded}, failed at the sync {not_committed}, otherwise refused {refused}, durability unknown {unknown}"
    );
    if tally.runs > 0 && succeeded + not_committed + unknown == 0 {
        tally.wrong.push("no sync was reached".into());
    }
    tally
}
