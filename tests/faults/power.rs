//! Experiments with power cuts and failing disks, on file systems in a private mount namespace. They need root.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use crate::experiments::{INITIAL_FILES, Tally, add_crowd, append_next, is_stopped, trace_append};
use crate::trace::{library_calls, start_traced};
use crate::writer::{OLD, Scene, Writer, child_of, finish, start};

/// A file system in an image file.
struct Disk {
    directory: tempfile::TempDir,
    kind: &'static str,
}

impl Disk {
    /// Creates and mounts a file system. Returns `None` if the machine does not allow it.
    fn new(kind: &'static str, directory: tempfile::TempDir) -> Option<Self> {
        let disk = Self { directory, kind };
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
        let mounted =
            run(&["truncate", "-s", size, image]) && run(&[make, &[image]].concat()) && disk.mount();
        if !mounted {
            println!("skipped: {kind}: it cannot be created and mounted here");
        }
        mounted.then_some(disk)
    }

    fn image(&self) -> PathBuf {
        self.directory.path().join("image")
    }

    fn mount_point(&self) -> PathBuf {
        self.directory.path().join("mounted")
    }

    fn mount(&self) -> bool {
        // btrfs commits every 30 seconds by default, but must not while its image is copied.
        let options = if self.kind == "btrfs" { "loop,commit=300" } else { "loop" };
        run(&["mount", "-o", options, &self.image().to_string_lossy(), &self.mount_point().to_string_lossy()])
    }

    fn unmount(&self) -> bool {
        run(&["umount", &self.mount_point().to_string_lossy()])
    }

    fn copy(&self) -> PathBuf {
        self.directory.path().join("copy")
    }

    /// Discards what was not synced: shuts the file system down, or copies the image for the next mount.
    fn cut_power(&self) -> bool {
        if self.kind == "btrfs" {
            let (from, to) = (self.image(), self.copy());
            return run(&["cp", "--sparse=always", &from.to_string_lossy(), &to.to_string_lossy()]);
        }
        run(&["xfs_io", "-x", "-c", "shutdown", &self.mount_point().to_string_lossy()])
    }

    /// Mounts the disk as it is after a cut.
    fn restart(&self) -> bool {
        let unmounted = self.unmount();
        if self.kind == "btrfs" {
            // btrfs remembers the newest state of each disk.
            run(&["btrfs", "device", "scan", "--forget"]);
            fs::rename(self.copy(), self.image()).expect("the copy");
        }
        unmounted && self.mount()
    }

    fn scene(&self, old: Option<&str>) -> Scene {
        Scene::at(tempfile::tempdir_in(self.mount_point()).expect("a directory"), old)
    }

    /// Syncs everything to the disk.
    #[track_caller]
    fn sync(&self) {
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

/// Returns true in a private mount namespace; otherwise runs the test again in one.
pub(crate) fn runs_in_namespace(test: &str) -> bool {
    if std::env::var_os("IN_NAMESPACE").is_some() {
        return true;
    }
    if !run(&["unshare", "-m", "true"]) || !Path::new("/dev/loop-control").exists() {
        println!("skipped: {test}: no private mount namespace or no loop device");
        return false;
    }
    let mut inside = Command::new("unshare");
    inside.arg("-m").arg(std::env::current_exe().expect("the path of the test"));
    let done = inside.args(["--exact", test, "--ignored", "--nocapture"]).env("IN_NAMESPACE", "1").status();
    assert!(done.expect("unshare").success(), "{test} inside a namespace");
    false
}

/// Reports the tally, unless nothing ran. In that case each disk has printed why it was skipped.
#[track_caller]
pub(crate) fn report(tally: Tally) {
    if tally.runs > 0 {
        tally.report();
    }
}

/// Cuts the power after each call of the writer, and right after the acknowledgement.
pub(crate) fn survives_a_power_cut_at_every_call(writer: &Writer) -> Tally {
    let kinds = ["ext3", "ext4", "xfs", "btrfs"];
    at_every_call(Tally::new("power cut at every call"), &kinds, "KILL", writer)
}

/// Removes the disk after each call while the writer continues: later calls and syncs on that disk fail.
pub(crate) fn survives_a_disk_that_disappears(writer: &Writer) -> Tally {
    at_every_call(Tally::new("disk that disappears at every call"), &["ext4", "xfs"], "CONT", writer)
}

/// Stops the writer after each call, cuts the disk off, and sends the writer a signal.
fn at_every_call(mut tally: Tally, kinds: &[&'static str], signal: &str, writer: &Writer) -> Tally {
    let mut codes = std::collections::BTreeMap::<(&str, i32), usize>::new();
    for &kind in kinds {
        let directory = tempfile::tempdir().expect("a directory");
        let Some(disk) = Disk::new(kind, directory) else { continue };
        for (initial, old) in INITIAL_FILES {
            let scene = disk.scene(old);
            let mut calls: Vec<_> =
                library_calls(&trace_append(writer, &scene)).into_iter().map(Some).collect();
            if signal == "KILL" {
                // `None` is a cut after the writer has ended.
                calls.push(None);
            }
            for call in writer.sampled(calls.into_iter().rev()) {
                scene.reset();
                disk.sync();
                let inject = call.as_ref().map(|call| format!("{}:signal=STOP:when={}", call.name, call.nth));
                let log = tempfile::NamedTempFile::new().expect("a file for the trace");
                let run = if inject.is_none() {
                    let run = finish(start(writer.command(&scene.file, "a"), "a"), "a");
                    assert!(disk.cut_power(), "{kind} is cut");
                    run
                } else {
                    let child = start_traced(writer, &scene.file, "a", inject.as_deref(), log.path());
                    let end = Instant::now() + Duration::from_secs(10);
                    while !is_stopped(log.path()) && Instant::now() < end {
                        std::thread::sleep(Duration::from_millis(1));
                    }
                    assert!(disk.cut_power(), "{kind} is cut");
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
                problems.extend(append_next(writer, &scene, must, may));
                *codes.entry((kind, run.code)).or_default() += 1;
                let at = call.map_or("the end".into(), |call| call.text);
                tally.add(&format!("{kind}, {initial}, cut at {at}"), problems);
            }
        }
    }
    tally.details = format!("; by file system and exit code: {codes:?}");
    tally
}

/// Runs crowds on other file systems. On an overlay, the first crowd begins with a file of the lower layer.
pub(crate) fn loses_nothing_on_other_file_systems(writer: &Writer) -> Tally {
    let mut tally = Tally::new("other file systems");
    let run_crowds = |tally: &mut Tally, kind: &str, scene: &Scene| {
        for kill in [None, Some(4)] {
            scene.reset();
            add_crowd(tally, kind, writer, (8, 40, kill), scene);
        }
    };
    for kind in ["xfs", "btrfs"] {
        let directory = tempfile::tempdir().expect("a directory");
        if let Some(disk) = Disk::new(kind, directory) {
            run_crowds(&mut tally, kind, &disk.scene(Some(OLD)));
        }
    }
    let directory = tempfile::tempdir().expect("a directory");
    let path = |name: &str| directory.path().join(name).to_string_lossy().into_owned();
    if !run(&["mount", "-t", "tmpfs", "none", &path("")]) {
        println!("skipped: no tmpfs");
        return tally;
    }
    let scene = Scene::at(tempfile::tempdir_in(directory.path()).expect("a directory"), Some(OLD));
    run_crowds(&mut tally, "tmpfs", &scene);
    scene.reset();
    // Mounted over its own lower layer.
    let lower = scene.directory.path().to_string_lossy().into_owned();
    let layers = format!("lowerdir={lower},upperdir={},workdir={}", path("upper"), path("work"));
    if run(&["mkdir", &path("upper"), &path("work")])
        && run(&["mount", "-t", "overlay", "-o", &layers, "none", &lower])
    {
        add_crowd(&mut tally, "overlayfs, lower file", writer, (8, 40, None), &scene);
        run_crowds(&mut tally, "overlayfs", &scene);
        assert!(run(&["umount", &lower]), "the overlay is unmounted");
        assert_eq!(scene.problems(&[], &[]), [""; 0], "the lower layer");
    } else {
        println!("skipped: no overlayfs");
    }
    drop(scene);
    run(&["umount", &path("")]);
    tally
}

/// Appends on a full disk, so that a sync really fails.
pub(crate) fn reports_a_failed_sync(writer: &Writer) -> Tally {
    let mut tally = Tally::new("a real failing sync");
    let (mut succeeded, mut not_committed, mut other_errors, mut unknown) = (0, 0, 0, 0);
    for round in writer.sampled(0..8) {
        let directory = tempfile::tempdir().expect("a directory");
        let below = directory.path().to_string_lossy().into_owned();
        if !run(&["mount", "-t", "tmpfs", "-o", "size=40m", "none", &below]) {
            println!("skipped: no tmpfs");
            continue;
        }
        {
            // The image is in the small tmpfs.
            let inner = tempfile::tempdir_in(directory.path()).expect("a directory");
            let Some(disk) = Disk::new("ext4", inner) else { continue };
            let scene = disk.scene((round % 2 == 0).then_some(OLD));
            disk.sync();
            let fill = directory.path().join("fill");
            run(&["dd", "if=/dev/zero", &format!("of={}", fill.display()), "bs=4k"]);
            let (mut must, mut may) = (Vec::new(), Vec::new());
            let names: Vec<String> = (0..12).map(|number| format!("n{number}")).collect();
            for name in &names {
                // Uses different blocks in each round.
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
                    // The file system has space, but the sync to the full disk fails.
                    _ if ["could not be written", "no space"].iter().any(|why| run.errors.contains(why)) => {
                        not_committed += 1;
                    }
                    // For example, a file system that is read-only after its first error.
                    _ => other_errors += 1,
                }
                if (run.code == 0) != run.acknowledged || run.hung {
                    tally.add(&format!("round {round}"), vec![format!("{:?}", run.errors)]);
                }
            }
            fs::remove_file(fill).expect("removed");
            assert!(disk.unmount() && disk.mount(), "it is mounted again");
            let must: Vec<&str> = must.iter().map(String::as_str).collect();
            let may: Vec<&str> = may.iter().map(String::as_str).collect();
            let mut problems = scene.problems(&must, &may);
            problems.iter_mut().for_each(|problem| *problem = problem.replace("pp", ""));
            tally.add(&format!("round {round}"), problems);
        }
        run(&["umount", &below]);
    }
    tally.details = format!(
        "; succeeded {succeeded}, failed at the sync {not_committed}, other errors {other_errors}, durability unknown {unknown}"
    );
    if tally.runs > 0 && succeeded + not_committed + unknown == 0 {
        tally.failures.push("no sync was reached".into());
    }
    tally
}
