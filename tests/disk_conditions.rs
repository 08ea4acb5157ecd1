//! Odd places for a file: every one ends in success or in its own error, with the file and its links intact.

#![cfg(target_os = "linux")]
#![allow(missing_docs, clippy::pedantic, reason = "a harness, told in the order of what happens")]

#[allow(dead_code)]
#[path = "faults/writer.rs"]
mod writer;

use std::fs::{self, Permissions};
use std::os::unix::fs::{FileTypeExt as _, MetadataExt as _, PermissionsExt as _, chown, symlink};
use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::process::Command;

use writer::{OLD, Run, Scene, Writer, finish, has, names, start};

/// Refused with this in the message, and nothing else in the directory.
#[track_caller]
fn refused(run: &Run, fragment: &str, scene: &Scene, others: &[&str]) {
    assert!(matches!(run.code, 1 | 2) && !run.acknowledged && !run.hung, "{run:?}");
    assert!(run.errors.contains(fragment), "{}", run.errors);
    let mut left = scene.left_overs();
    left.sort();
    assert_eq!(left, others);
}

#[track_caller]
fn appended(run: &Run, scene: &Scene, name: &str, others: &[&str]) {
    assert!(run.code == 0 && run.acknowledged, "{run:?}");
    assert_eq!(scene.problems(&[name], &[]), [""; 0]);
    let mut left = scene.left_overs();
    left.sort();
    assert_eq!(left, others);
}

fn text(path: &Path) -> String {
    fs::read_to_string(path).expect("the text")
}

fn is_root(test: &str) -> bool {
    let root = fs::metadata("/proc/self").is_ok_and(|about| about.uid() == 0);
    if !root {
        println!("skipped: {test}: needs root");
    }
    root
}

/// A shell command, which must succeed.
#[track_caller]
fn sh(command: &str, scene: &Scene) {
    let done = Command::new("sh").args(["-ec", command]).current_dir(scene.directory.path()).output();
    let done = done.expect("a shell");
    assert!(done.status.success(), "{command}: {}", String::from_utf8_lossy(&done.stderr));
}

#[test]
fn an_ordinary_file() {
    let scene = Scene::new(Some(OLD));
    appended(&Writer::find().append(&scene.file, "a"), &scene, "a", &[]);
    let scene = Scene::new(None);
    appended(&Writer::find().append(&scene.file, "a"), &scene, "a", &[]);
    assert_eq!(fs::metadata(&scene.file).expect("the file").mode() & 0o7777, 0o600);
}

#[test]
fn a_bare_name_and_a_way_around() {
    let scene = Scene::new(Some(OLD));
    let mut command = Writer::find().command(Path::new("tokens.json"), "a");
    command.current_dir(scene.directory.path());
    appended(&finish(start(command, "a"), "a"), &scene, "a", &[]);
    let around = scene.directory.path().join("x/../tokens.json");
    refused(&Writer::find().append(&around, "b"), "does not exist", &scene, &[]);
    refused(&Writer::find().append(&scene.directory.path().join("new/"), "b"), "regular", &scene, &[]);
}

#[test]
fn a_symbolic_link_stays_and_its_target_changes() {
    let scene = Scene::new(Some(OLD));
    let link = scene.directory.path().join("link");
    symlink("tokens.json", &link).expect("a link");
    appended(&Writer::find().append(&link, "a"), &scene, "a", &["link"]);
    assert_eq!(fs::read_link(&link).expect("still a link"), Path::new("tokens.json"));
}

#[test]
fn dangling_and_circular_links_are_refused() {
    let scene = Scene::new(None);
    for (name, target) in [("link", "nowhere"), ("ring", "ring")] {
        let link = scene.directory.path().join(name);
        symlink(target, &link).expect("a link");
        refused(&Writer::find().append(&link, "a"), "link without a target", &scene, &[name]);
        fs::remove_file(link).expect("removed");
    }
}

#[test]
fn a_hard_link_is_refused() {
    let scene = Scene::new(Some(OLD));
    fs::hard_link(&scene.file, scene.directory.path().join("other")).expect("a hard link");
    refused(&Writer::find().append(&scene.file, "a"), "hard links", &scene, &["other"]);
    assert_eq!(text(&scene.file), OLD);
}

#[test]
fn what_is_not_a_file_is_refused_without_hanging() {
    let scene = Scene::new(None);
    sh("mkfifo fifo; mkdir directory", &scene);
    for name in ["fifo", "directory"] {
        let run = Writer::find().append(&scene.directory.path().join(name), "a");
        let message = if name == "fifo" { "is a pipe" } else { "not a regular file" };
        refused(&run, message, &scene, &["directory", "fifo"]);
    }
    assert!(fs::metadata(scene.directory.path().join("fifo")).expect("it").file_type().is_fifo());
    refused(
        &Writer::find().append(Path::new("/dev/null"), "a"),
        "not a regular",
        &scene,
        &["directory", "fifo"],
    );
}

#[test]
fn the_layout_of_kubernetes_is_refused() {
    let scene = Scene::new(None);
    let real = scene.directory.path().join("..2026_11_24/permission-tokens.json");
    sh("mkdir ..2026_11_24; ln -s ..2026_11_24 ..data; ln -s ..data/permission-tokens.json .", &scene);
    fs::write(&real, OLD).expect("written");
    let others = ["..2026_11_24", "..data", "permission-tokens.json"];
    for name in ["permission-tokens.json", "..data/permission-tokens.json", "tokens.json"] {
        let run = Writer::find().append(&scene.directory.path().join(name), "a");
        refused(&run, "Kubernetes", &scene, &others);
    }
    assert_eq!(text(&real), OLD);
    assert_eq!(fs::read_dir(real.parent().expect("it")).expect("it").count(), 1);
}

#[test]
fn a_huge_sparse_file_is_refused() {
    let scene = Scene::new(None);
    // One byte over the limit, which there is memory for, and more than there is.
    for size in ["1073741825", "100G"] {
        sh(&format!("truncate -s {size} tokens.json"), &scene);
        refused(&Writer::find().append(&scene.file, "a"), "size limit", &scene, &[]);
    }
}

#[test]
fn planted_names_are_not_followed() {
    let scene = Scene::new(Some(OLD));
    let victim = tempfile::NamedTempFile::new().expect("a victim");
    let planted = |digit: &str| format!(".tokens.json.{}.new", digit.repeat(32));
    symlink(victim.path(), scene.directory.path().join(planted("a"))).expect("a link");
    sh(&format!("mkdir {}; mkfifo {}; echo x > {}", planted("b"), planted("c"), planted("d")), &scene);
    // The one that a crashed writer could have left goes, the others stay as they are.
    let others = [&*planted("a"), &planted("b"), &planted("c")];
    appended(&Writer::find().append(&scene.file, "a"), &scene, "a", &others);
    assert_eq!(text(victim.path()), "");
}

#[test]
fn a_second_name_that_a_crash_left_goes() {
    let scene = Scene::new(Some(OLD));
    let second = format!(".tokens.json.{}.new", "e".repeat(32));
    fs::hard_link(&scene.file, scene.directory.path().join(second)).expect("a hard link");
    appended(&Writer::find().append(&scene.file, "a"), &scene, "a", &[]);
}

#[test]
fn a_new_file_of_a_living_writer_stays() {
    let scene = Scene::new(Some(OLD));
    let name = format!(".tokens.json.{}.new", "f".repeat(32));
    let living = fs::File::create(scene.directory.path().join(&name)).expect("a file");
    living.set_permissions(Permissions::from_mode(0o600)).expect("its mode");
    living.lock().expect("its lock");
    appended(&Writer::find().append(&scene.file, "a"), &scene, "a", &[&name]);
}

#[test]
fn every_mode_stays_under_every_umask() {
    let writer = Writer::find();
    for umask in ["000", "022", "077", "277", "777"] {
        let shell = format!("umask {umask}; exec \"$@\"");
        let append =
            |file: &Path| finish(start(writer.wrapped(&["sh", "-c", &shell, "sh"], file, "a"), "a"), "a");
        for mode in [0o600, 0o640, 0o644, 0o660, 0o666, 0o700, 0o777] {
            let scene = Scene::new(Some(OLD));
            fs::set_permissions(&scene.file, Permissions::from_mode(mode)).expect("the mode");
            let run = append(&scene.file);
            assert!(run.acknowledged, "{umask} {mode:o} {run:?}");
            let has = fs::metadata(&scene.file).expect("the file").mode() & 0o7777;
            assert_eq!(has, mode, "umask {umask}: {has:o} for {mode:o}");
        }
        let scene = Scene::new(None);
        appended(&append(&scene.file), &scene, "a", &[]);
        assert_eq!(fs::metadata(&scene.file).expect("the file").mode() & 0o7777, 0o600, "umask {umask}");
    }
}

#[test]
fn an_acl_stays_and_none_is_inherited() {
    if !has("setfacl", "an ACL") {
        return;
    }
    let acl = |scene: &Scene| {
        let shown = Command::new("getfacl").args(["-cn"]).arg(&scene.file).output().expect("getfacl");
        String::from_utf8_lossy(&shown.stdout).into_owned()
    };
    // A named user and the group are limited by the mask, which the mode shows as the group's bits.
    let scene = Scene::new(Some(OLD));
    sh("setfacl -m u:12345:rw,g::-,m::r tokens.json", &scene);
    let before = acl(&scene);
    assert!(before.contains("user:12345:rw-") && before.contains("mask::r--"), "{before}");
    assert!(Writer::find().append(&scene.file, "a").acknowledged);
    assert_eq!(acl(&scene), before);
    // A default ACL of the directory must not come to a file that has none.
    for old in [Some(OLD), None] {
        let scene = Scene::new(old);
        if old.is_some() {
            sh("chmod 640 tokens.json", &scene);
        }
        sh("setfacl -d -m u:12345:rw .", &scene);
        assert!(Writer::find().append(&scene.file, "a").acknowledged);
        let after = acl(&scene);
        assert!(!after.contains("12345"), "{after}");
        let mode = if old.is_some() { 0o640 } else { 0o600 };
        assert_eq!(fs::metadata(&scene.file).expect("the file").mode() & 0o7777, mode);
    }
}

#[test]
fn extended_attributes_stay() {
    if !has("setfattr", "extended attributes") || !is_root("extended attributes") {
        return;
    }
    let attributes = |scene: &Scene| {
        let shown = Command::new("getfattr").args(["-dm-", "--absolute-names"]).arg(&scene.file).output();
        String::from_utf8_lossy(&shown.expect("getfattr").stdout).into_owned()
    };
    let labelled = || {
        let scene = Scene::new(Some(OLD));
        sh("setfattr -n security.selinux -v system_u:object_r:etc_t:s0 tokens.json", &scene);
        scene
    };
    let scene = labelled();
    sh("setfattr -n user.note -v 'by hand' tokens.json; setfattr -n user.empty tokens.json", &scene);
    let before = attributes(&scene);
    assert_eq!(before.lines().filter(|line| line.starts_with("user.")).count(), 2, "{before}");
    for (name, writer) in
        [("a", Writer::find()), ("b", Writer { args: vec!["--restrict-mode".into()], ..Writer::find() })]
    {
        assert!(writer.append(&scene.file, name).acknowledged);
        assert_eq!(attributes(&scene), before);
    }
    // A label that cannot be set is an error, an attribute of users is not.
    if !has("strace", "a label that cannot be set") {
        return;
    }
    let around = ["strace", "-qq", "-o", "/dev/null", "-e", "inject=fsetxattr:error=EPERM"];
    let failing = |scene: &Scene| finish(start(Writer::find().wrapped(&around, &scene.file, "a"), "a"), "a");
    let scene = labelled();
    refused(&failing(&scene), "SELinux label", &scene, &[]);
    assert_eq!(text(&scene.file), OLD);
    sh("setfattr -x security.selinux tokens.json; setfattr -n user.note -v x tokens.json", &scene);
    appended(&failing(&scene), &scene, "a", &[]);
    assert_eq!(attributes(&scene), "");
}

#[test]
fn rights_of_others_go_on_request() {
    if !has("setfacl", "tighten") {
        return;
    }
    let tighten = Writer { args: vec!["--restrict-mode".into()], ..Writer::find() };
    let scene = Scene::new(Some(OLD));
    for rights in ["chmod 666 tokens.json", "chmod 755 tokens.json", "setfacl -m u:12345:rw tokens.json"] {
        scene.reset();
        sh(rights, &scene);
        assert!(tighten.append(&scene.file, "a").acknowledged, "{rights}");
        assert_eq!(fs::metadata(&scene.file).expect("the file").mode() & 0o7777, 0o600, "{rights}");
        sh("! getfacl -cn tokens.json | grep 12345", &scene);
    }
}

/// The writer as another user, who can reach the program and the directory.
fn append_as(user: u32, scene: &Scene, name: &str) -> Run {
    let writer = Writer::find();
    let copy = tempfile::tempdir().expect("a directory");
    let program = copy.path().join("writer");
    fs::copy(&writer.program, &program).expect("a copy");
    for path in [copy.path(), &program] {
        fs::set_permissions(path, Permissions::from_mode(0o755)).expect("the mode");
    }
    let mut command = Writer { program, ..writer }.command(&scene.file, name);
    command.uid(user).gid(user).env_clear().current_dir("/");
    finish(start(command, name), name)
}

#[test]
fn owners() {
    if !is_root("owners") {
        return;
    }
    let about = |scene: &Scene| {
        let about = fs::metadata(&scene.file).expect("the file");
        (about.uid(), about.gid(), about.mode() & 0o7777)
    };
    // Root keeps the owner and the group.
    let scene = Scene::new(Some(OLD));
    chown(&scene.file, Some(4321), Some(8765)).expect("the owner");
    sh("chmod 640 tokens.json", &scene);
    assert!(Writer::find().append(&scene.file, "a").acknowledged);
    assert_eq!(about(&scene), (4321, 8765, 0o640));
    // Its owner cannot keep a group that he is not in: its bits go.
    sh("chmod 777 .", &scene);
    let run = append_as(4321, &scene, "b");
    assert!(run.acknowledged, "{run:?}");
    assert_eq!(about(&scene), (4321, 4321, 0o600));
    // What its members could not do they cannot do as others.
    for (mode, left) in [("604", 0o600), ("646", 0o604), ("666", 0o606)] {
        let scene = Scene::new(Some(OLD));
        chown(&scene.file, Some(4321), Some(8765)).expect("the owner");
        sh(&format!("chmod 777 .; chmod {mode} tokens.json"), &scene);
        assert!(append_as(4321, &scene, "b").acknowledged);
        assert_eq!(about(&scene), (4321, 4321, left), "{mode}");
    }
    // With an ACL the mode does not tell what they could do.
    if has("setfacl", "a lost group beside an ACL") {
        let scene = Scene::new(Some(OLD));
        chown(&scene.file, Some(4321), Some(8765)).expect("the owner");
        sh("chmod 777 .; setfacl -m u::rw,u:999:-,g::r,m::r,o::r tokens.json", &scene);
        assert!(append_as(4321, &scene, "b").acknowledged);
        assert_eq!(about(&scene), (4321, 4321, 0o600), "with an ACL");
    }
    // Another user is refused, in a sticky directory too, and so is its owner in a directory that is closed to him.
    for (mode, user, fragment) in
        [("777", 999, "another user"), ("1777", 999, "another user"), ("755", 4321, "permission denied")]
    {
        let before = text(&scene.file);
        sh(&format!("chmod {mode} .; chmod 666 tokens.json"), &scene);
        refused(&append_as(user, &scene, "c"), fragment, &scene, &[]);
        assert_eq!(text(&scene.file), before);
    }
    sh("chmod 1777 .; chmod 600 tokens.json", &scene);
    assert!(append_as(4321, &scene, "d").acknowledged, "its owner in a sticky directory");
    refused(&append_as(999, &scene, "e"), "permission denied", &scene, &[]);
    sh("chmod 400 tokens.json", &scene);
    refused(&append_as(4321, &scene, "e"), "permission denied", &scene, &[]);
    assert_eq!(names(&text(&scene.file)).expect("whole"), ["old", "a", "b", "d"]);
}

#[test]
fn a_limit_of_the_file_size_and_of_descriptors() {
    if !has("prlimit", "limits") {
        return;
    }
    let writer = Writer::find();
    let scene = Scene::new(Some(OLD));
    let around = ["prlimit", "--fsize=100", "sh", "-c", "trap '' XFSZ; exec \"$@\"", "sh"];
    let run = finish(start(writer.wrapped(&around, &scene.file, "a"), "a"), "a");
    refused(&run, "nothing was changed", &scene, &[]);
    assert_eq!(text(&scene.file), OLD);
    // 3 is not enough to start; from 4 on each is refused in its own place until it is enough.
    let mut refusals = 0;
    for descriptors in 4..12 {
        scene.reset();
        let limited = format!("--nofile={descriptors}");
        let run = finish(start(writer.wrapped(&["prlimit", &limited], &scene.file, "a"), "a"), "a");
        if run.acknowledged {
            appended(&run, &scene, "a", &[]);
        } else {
            refusals += 1;
            refused(&run, "tokens.json", &scene, &[]);
            assert_eq!(text(&scene.file), OLD);
        }
    }
    assert!((1..8).contains(&refusals), "{refusals}");
}

/// In a mount namespace of its own: `setup` in the directory, then the writer.
fn mounted(setup: &str, scene: &Scene, file: &str) -> Run {
    let shell = format!("cd '{}'; {setup}\nexec \"$@\"", scene.directory.path().display());
    let around = ["unshare", "-m", "sh", "-ec", &shell, "sh"];
    finish(start(Writer::find().wrapped(&around, &scene.directory.path().join(file), "a"), "a"), "a")
}

#[test]
fn mounts() {
    let can = Command::new("unshare").args(["-m", "mount", "-t", "tmpfs", "none", "/mnt"]).output();
    if !can.is_ok_and(|output| output.status.success()) {
        println!("skipped: mounts: no private mount namespace");
        return;
    }
    let scene = Scene::new(Some(OLD));
    sh("cp tokens.json source; mkdir small", &scene);
    // One file mounted from outside, as containers do it.
    let run = mounted("mount --bind source tokens.json", &scene, "tokens.json");
    refused(&run, "mount point", &scene, &["small", "source"]);
    let run = mounted("mount --bind . .; mount -o remount,ro,bind .; cd .", &scene, "tokens.json");
    refused(&run, "read-only", &scene, &["small", "source"]);
    // No space, then no inodes, in a small file system.
    let full = "mount -t tmpfs -o size=8k none small; cp source small/tokens.json; cp source small/x; \
                ! cat /dev/zero > small/x";
    refused(&mounted(full, &scene, "small/tokens.json"), "no space", &scene, &["small", "source"]);
    let full = "mount -t tmpfs -o nr_inodes=2 none small; cp source small/tokens.json";
    refused(&mounted(full, &scene, "small/tokens.json"), "no space", &scene, &["small", "source"]);
    assert_eq!((text(&scene.file), text(&scene.directory.path().join("source"))), (OLD.into(), OLD.into()));
}

#[test]
fn processes_lose_nothing() {
    let (writer, scene) = (Writer::find(), Scene::new(None));
    std::thread::scope(|scope| {
        for number in 0..4 {
            let (writer, file) = (&writer, &scene.file);
            scope.spawn(move || {
                for turn in 0..10 {
                    let run = writer.append(file, &format!("w{number}-{turn}"));
                    assert!(run.acknowledged && run.code == 0, "{run:?}");
                }
            });
        }
    });
    assert_eq!(names(&text(&scene.file)).expect("whole").len(), 40);
    assert_eq!(scene.left_overs(), [""; 0]);
}
