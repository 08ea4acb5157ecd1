//! Unusual files and directories: an append succeeds or fails with a specific error, and the file and its links stay intact.

#![cfg(target_os = "linux")]
#[allow(dead_code)]
#[path = "faults/writer.rs"]
mod writer;

use std::fs::{self, Permissions};
use std::os::unix::fs::{FileTypeExt as _, MetadataExt as _, PermissionsExt as _, chown, symlink};
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use writer::{OLD, Run, Scene, Writer, finish, has, names, start};

/// Checks that the run failed with `fragment` in its message, and that the directory has only `others` beside the file.
#[track_caller]
fn assert_rejected(run: &Run, fragment: &str, scene: &Scene, others: &[&str]) {
    assert!(matches!(run.code, 1 | 2) && !run.acknowledged && !run.hung, "{run:?}");
    assert!(run.errors.contains(fragment), "{}", run.errors);
    assert_only(scene, others);
}

/// Checks that the run appended `name`, and that the directory has only `others` beside the file.
#[track_caller]
fn assert_appended(run: &Run, scene: &Scene, name: &str, others: &[&str]) {
    assert!(run.code == 0 && run.acknowledged, "{run:?}");
    assert_eq!(scene.problems(&[name], &[]), [""; 0]);
    assert_only(scene, others);
}

#[track_caller]
fn assert_only(scene: &Scene, others: &[&str]) {
    let mut files = scene.other_files();
    files.sort();
    assert_eq!(files, others);
}

fn append(path: impl AsRef<Path>) -> Run {
    Writer::find().append(path.as_ref(), "a")
}

/// Appends to the file of the scene, wrapped in the command `around`, such as `prlimit`.
fn append_within(around: &[&str], scene: &Scene) -> Run {
    finish(start(Writer::find().wrapped(around, &scene.file, "a"), "a"), "a")
}

fn is_root(test: &str) -> bool {
    let is_root = fs::metadata("/proc/self").is_ok_and(|metadata| metadata.uid() == 0);
    if !is_root {
        println!("skipped: {test}: needs root");
    }
    is_root
}

fn text(path: &Path) -> String {
    fs::read_to_string(path).expect("the text")
}

fn mode(scene: &Scene) -> u32 {
    fs::metadata(&scene.file).expect("the file").mode() & 0o7777
}

fn in_directory(scene: &Scene, name: &str) -> PathBuf {
    scene.directory.path().join(name)
}

/// Runs a shell command in the directory.
#[track_caller]
fn sh(command: &str, scene: &Scene) {
    let output = Command::new("sh").args(["-ec", command]).current_dir(scene.directory.path()).output();
    let output = output.expect("a shell");
    assert!(output.status.success(), "{command}: {}", String::from_utf8_lossy(&output.stderr));
}

#[test]
fn appends_to_an_existing_and_a_new_file() {
    for old in [Some(OLD), None] {
        let scene = Scene::new(old);
        assert_appended(&append(&scene.file), &scene, "a", &[]);
        assert_eq!(mode(&scene), 0o600);
    }
}

#[test]
fn resolves_relative_paths() {
    let scene = Scene::new(Some(OLD));
    let mut command = Writer::find().command(Path::new("tokens.json"), "a");
    command.current_dir(scene.directory.path());
    assert_appended(&finish(start(command, "a"), "a"), &scene, "a", &[]);
    assert_rejected(&append(in_directory(&scene, "x/../tokens.json")), "does not exist", &scene, &[]);
    assert_rejected(&append(in_directory(&scene, "new/")), "regular", &scene, &[]);
}

#[test]
fn keeps_a_symbolic_link() {
    let scene = Scene::new(Some(OLD));
    let link = in_directory(&scene, "link");
    symlink("tokens.json", &link).expect("a link");
    assert_appended(&append(&link), &scene, "a", &["link"]);
    assert_eq!(fs::read_link(&link).expect("a link"), Path::new("tokens.json"));
}

#[test]
fn rejects_dangling_and_circular_links() {
    let scene = Scene::new(None);
    for (name, target) in [("link", "nowhere"), ("ring", "ring")] {
        let link = in_directory(&scene, name);
        symlink(target, &link).expect("a link");
        assert_rejected(&append(&link), "link without a target", &scene, &[name]);
        fs::remove_file(link).expect("the link is removed");
    }
    if is_root("a link into a closed directory") {
        sh("chmod 755 .; mkdir -m 700 closed; ln -s closed/tokens.json tokens.json", &scene);
        assert_rejected(&append_as(4321, &scene, "a"), "permission denied", &scene, &["closed"]);
    }
}

#[test]
fn rejects_a_hard_link() {
    let scene = Scene::new(Some(OLD));
    fs::hard_link(&scene.file, in_directory(&scene, "other")).expect("a hard link");
    assert_rejected(&append(&scene.file), "hard links", &scene, &["other"]);
    assert_eq!(text(&scene.file), OLD);
}

#[test]
fn rejects_special_files_without_hanging() {
    let scene = Scene::new(None);
    sh("mkfifo fifo; mkdir directory", &scene);
    for (path, fragment) in [
        (in_directory(&scene, "fifo"), "is a pipe"),
        (in_directory(&scene, "directory"), "not a regular file"),
        ("/dev/null".into(), "not a regular"),
    ] {
        assert_rejected(&append(path), fragment, &scene, &["directory", "fifo"]);
    }
    assert!(fs::metadata(in_directory(&scene, "fifo")).expect("the pipe").file_type().is_fifo());
}

#[test]
fn rejects_the_layout_of_kubernetes() {
    let scene = Scene::new(None);
    let target = in_directory(&scene, "..2026_11_24/permission-tokens.json");
    sh("mkdir ..2026_11_24; ln -s ..2026_11_24 ..data; ln -s ..data/permission-tokens.json .", &scene);
    fs::write(&target, OLD).expect("the file is written");
    let others = ["..2026_11_24", "..data", "permission-tokens.json"];
    for name in ["permission-tokens.json", "..data/permission-tokens.json", "tokens.json"] {
        assert_rejected(&append(in_directory(&scene, name)), "Kubernetes", &scene, &others);
    }
    assert_eq!(text(&target), OLD);
    assert_eq!(fs::read_dir(in_directory(&scene, "..2026_11_24")).expect("the directory").count(), 1);
}

#[test]
fn rejects_a_huge_sparse_file() {
    let scene = Scene::new(None);
    // One byte over the limit, and larger than the memory.
    for size in ["1073741825", "100G"] {
        sh(&format!("truncate -s {size} tokens.json"), &scene);
        assert_rejected(&append(&scene.file), "size limit", &scene, &[]);
    }
}

fn temporary_name(digit: &str) -> String {
    format!(".tokens.json.{}.new", digit.repeat(32))
}

#[test]
fn ignores_planted_temporary_names() {
    let scene = Scene::new(Some(OLD));
    let victim = tempfile::NamedTempFile::new().expect("a victim");
    let [link, directory, pipe, stale] = ["a", "b", "c", "d"].map(temporary_name);
    symlink(victim.path(), in_directory(&scene, &link)).expect("a link");
    sh(&format!("mkdir {directory}; mkfifo {pipe}; echo x > {stale}"), &scene);
    // Only the stale file could be from a crashed writer.
    assert_appended(&append(&scene.file), &scene, "a", &[&link, &directory, &pipe]);
    assert_eq!(text(victim.path()), "");
}

#[test]
fn removes_a_temporary_link_left_by_a_crash() {
    let scene = Scene::new(Some(OLD));
    fs::hard_link(&scene.file, in_directory(&scene, &temporary_name("e"))).expect("a hard link");
    assert_appended(&append(&scene.file), &scene, "a", &[]);
}

#[test]
fn keeps_the_temporary_file_of_a_running_writer() {
    let scene = Scene::new(Some(OLD));
    let name = temporary_name("f");
    let living = fs::File::create(in_directory(&scene, &name)).expect("a file");
    living.set_permissions(Permissions::from_mode(0o600)).expect("the mode");
    living.lock().expect("the lock");
    assert_appended(&append(&scene.file), &scene, "a", &[&name]);
}

#[test]
fn keeps_the_mode_under_every_umask() {
    for umask in ["000", "022", "077", "277", "777"] {
        let shell = format!("umask {umask}; exec \"$@\"");
        let around = ["sh", "-c", &shell, "sh"];
        for expected in [0o600, 0o640, 0o644, 0o660, 0o666, 0o700, 0o777] {
            let scene = Scene::new(Some(OLD));
            fs::set_permissions(&scene.file, Permissions::from_mode(expected)).expect("the mode");
            let run = append_within(&around, &scene);
            assert!(run.acknowledged, "{umask} {expected:o} {run:?}");
            assert_eq!(mode(&scene), expected, "umask {umask}: {:o} for {expected:o}", mode(&scene));
        }
        let scene = Scene::new(None);
        assert_appended(&append_within(&around, &scene), &scene, "a", &[]);
        assert_eq!(mode(&scene), 0o600, "umask {umask}");
    }
}

#[test]
fn keeps_an_acl_and_inherits_none() {
    if !has("setfacl", "an ACL") {
        return;
    }
    let acl = |scene: &Scene| {
        let output = Command::new("getfacl").args(["-cn"]).arg(&scene.file).output().expect("getfacl");
        String::from_utf8_lossy(&output.stdout).into_owned()
    };
    // The mask limits the named user and the group. The mode shows the mask in its group bits.
    let scene = Scene::new(Some(OLD));
    sh("setfacl -m u:12345:rw,g::-,m::r tokens.json", &scene);
    let before = acl(&scene);
    assert!(before.contains("user:12345:rw-") && before.contains("mask::r--"), "{before}");
    assert!(append(&scene.file).acknowledged);
    assert_eq!(acl(&scene), before);
    // The default ACL of the directory does not apply to a replaced or new file.
    for (old, setup, expected) in [(Some(OLD), "chmod 640 tokens.json", 0o640), (None, ":", 0o600)] {
        let scene = Scene::new(old);
        sh(&format!("{setup}; setfacl -d -m u:12345:rw ."), &scene);
        assert!(append(&scene.file).acknowledged);
        assert!(!acl(&scene).contains("12345"), "{}", acl(&scene));
        assert_eq!(mode(&scene), expected);
    }
}

#[test]
fn keeps_extended_attributes() {
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
    // Failing to set the label is an error; failing to set a `user.*` attribute is not.
    if !has("strace", "a label that cannot be set") {
        return;
    }
    let around = ["strace", "-qq", "-o", "/dev/null", "-e", "inject=fsetxattr:error=EPERM"];
    let failing = |scene: &Scene| finish(start(Writer::find().wrapped(&around, &scene.file, "a"), "a"), "a");
    let scene = labelled();
    assert_rejected(&failing(&scene), "SELinux label", &scene, &[]);
    assert_eq!(text(&scene.file), OLD);
    sh("setfattr -x security.selinux tokens.json; setfattr -n user.note -v x tokens.json", &scene);
    assert_appended(&failing(&scene), &scene, "a", &[]);
    assert_eq!(attributes(&scene), "");
}

#[test]
fn restrict_mode_removes_access_of_others() {
    if !has("setfacl", "restrict mode") {
        return;
    }
    let writer = Writer { args: vec!["--restrict-mode".into()], ..Writer::find() };
    let scene = Scene::new(Some(OLD));
    for setup in ["chmod 666 tokens.json", "chmod 755 tokens.json", "setfacl -m u:12345:rw tokens.json"] {
        scene.reset();
        sh(setup, &scene);
        assert!(writer.append(&scene.file, "a").acknowledged, "{setup}");
        assert_eq!(mode(&scene), 0o600, "{setup}");
        sh("! getfacl -cn tokens.json | grep 12345", &scene);
    }
}

/// Appends as another user, who can reach a copy of the program.
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
fn keeps_the_owner_or_removes_lost_rights() {
    if !is_root("owners") {
        return;
    }
    let owned = |setup: &str| {
        let scene = Scene::new(Some(OLD));
        chown(&scene.file, Some(4321), Some(8765)).expect("the owner");
        sh(setup, &scene);
        scene
    };
    let owners = |scene: &Scene| {
        let metadata = fs::metadata(&scene.file).expect("the file");
        (metadata.uid(), metadata.gid(), mode(scene))
    };
    // Root keeps the owner and the group.
    let scene = owned("chmod 640 tokens.json");
    assert!(append(&scene.file).acknowledged);
    assert_eq!(owners(&scene), (4321, 8765, 0o640));
    // The owner cannot keep a group of which it is no member, so the mode loses the bits of that group.
    sh("chmod 777 .", &scene);
    let run = append_as(4321, &scene, "b");
    assert!(run.acknowledged, "{run:?}");
    assert_eq!(owners(&scene), (4321, 4321, 0o600));
    // Members of the lost group must not gain access as others. With an ACL, the mode does not show what access they had.
    let mut cases = vec![("chmod 604", 0o600), ("chmod 646", 0o604), ("chmod 666", 0o606)];
    if has("setfacl", "a lost group beside an ACL") {
        cases.push(("setfacl -m u::rw,u:999:-,g::r,m::r,o::r", 0o600));
    }
    for (command, expected) in cases {
        let scene = owned(&format!("chmod 777 .; {command} tokens.json"));
        assert!(append_as(4321, &scene, "b").acknowledged);
        assert_eq!(owners(&scene), (4321, 4321, expected), "{command}");
        // `ls` shows an ACL as `+`.
        sh("case $(ls -l tokens.json) in ??????????+*) exit 1; esac", &scene);
    }
    // Only the owner can append, also in a sticky directory, and only if the directory is writable.
    for (mode, user, fragment) in
        [("777", 999, "another user"), ("1777", 999, "another user"), ("755", 4321, "permission denied")]
    {
        let before = text(&scene.file);
        sh(&format!("chmod {mode} .; chmod 666 tokens.json"), &scene);
        assert_rejected(&append_as(user, &scene, "c"), fragment, &scene, &[]);
        assert_eq!(text(&scene.file), before);
    }
    sh("chmod 1777 .; chmod 600 tokens.json", &scene);
    assert!(append_as(4321, &scene, "d").acknowledged, "the owner in a sticky directory");
    assert_rejected(&append_as(999, &scene, "e"), "permission denied", &scene, &[]);
    sh("chmod 400 tokens.json", &scene);
    assert_rejected(&append_as(4321, &scene, "e"), "permission denied", &scene, &[]);
    assert_eq!(names(&text(&scene.file)).expect("a valid file"), ["old", "a", "b", "d"]);
}

#[test]
fn survives_limits_of_size_and_descriptors() {
    if !has("prlimit", "limits") {
        return;
    }
    let scene = Scene::new(Some(OLD));
    let around = ["prlimit", "--fsize=100", "sh", "-c", "trap '' XFSZ; exec \"$@\"", "sh"];
    assert_rejected(&append_within(&around, &scene), "nothing was changed", &scene, &[]);
    assert_eq!(text(&scene.file), OLD);
    // The program needs 4 descriptors to start; with a few more, a later step fails.
    let mut rejections = 0;
    for descriptors in 4..12 {
        scene.reset();
        let run = append_within(&["prlimit", &format!("--nofile={descriptors}")], &scene);
        if run.acknowledged {
            assert_appended(&run, &scene, "a", &[]);
        } else {
            rejections += 1;
            assert_rejected(&run, "tokens.json", &scene, &[]);
            assert_eq!(text(&scene.file), OLD);
        }
    }
    assert!((1..8).contains(&rejections), "{rejections}");
}

#[test]
fn rejects_mounted_and_full_file_systems() {
    let probe = Command::new("unshare").args(["-m", "mount", "-t", "tmpfs", "none", "/mnt"]).output();
    if !probe.is_ok_and(|output| output.status.success()) {
        println!("skipped: mounts: no private mount namespace");
        return;
    }
    let scene = Scene::new(Some(OLD));
    sh("cp tokens.json source; mkdir small", &scene);
    for (setup, file, fragment) in [
        // Containers mount single files like this.
        ("mount --bind source tokens.json", "tokens.json", "mount point"),
        ("mount --bind . .; mount -o remount,ro,bind .; cd .", "tokens.json", "read-only"),
        // A file system without space, and one without inodes.
        (
            "mount -t tmpfs -o size=8k none small; cp source small/tokens.json; cp source small/x; \
             ! cat /dev/zero > small/x",
            "small/tokens.json",
            "no space",
        ),
        (
            "mount -t tmpfs -o nr_inodes=2 none small; cp source small/tokens.json",
            "small/tokens.json",
            "no space",
        ),
    ] {
        let shell = format!("cd '{}'; {setup}\nexec \"$@\"", scene.directory.path().display());
        let around = ["unshare", "-m", "sh", "-ec", &shell, "sh"];
        let command = Writer::find().wrapped(&around, &in_directory(&scene, file), "a");
        assert_rejected(&finish(start(command, "a"), "a"), fragment, &scene, &["small", "source"]);
    }
    assert_eq!((text(&scene.file), text(&in_directory(&scene, "source"))), (OLD.into(), OLD.into()));
}

#[test]
fn concurrent_processes_lose_no_entry() {
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
    assert_eq!(names(&text(&scene.file)).expect("a valid file").len(), 40);
    assert_only(&scene, &[]);
}
