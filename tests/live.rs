//! `LiveAuthorizer`: reloads every change of the file, keeps the last valid tokens, and never blocks readers.

#[path = "util/props.rs"]
mod props;
mod util;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::UNIX_EPOCH;

use influxdb3_offline_tokens::live::{LiveAuthorizer, Refreshed};
use proptest::collection::vec;
use proptest::prelude::*;
use util::rename_into;

/// A file whose token is named after the version; all versions have the same length.
fn text(version: usize) -> String {
    format!(r#"{{"tokens": [{{"token": "apiv3_a", "name": "version-{version:04}", "permissions": []}}]}}"#)
}

fn version(live: &LiveAuthorizer) -> usize {
    let identity = live.current().authenticate("apiv3_a", UNIX_EPOCH).unwrap();
    identity.name().as_str().strip_prefix("version-").unwrap().parse().unwrap()
}

fn set_modified(path: &Path) {
    std::fs::File::options().write(true).open(path).unwrap().set_modified(UNIX_EPOCH).unwrap();
}

fn open(text: &str) -> (tempfile::TempDir, PathBuf, LiveAuthorizer) {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("tokens.json");
    std::fs::write(&path, text).unwrap();
    let live = LiveAuthorizer::open(&path).unwrap();
    (directory, path, live)
}

#[test]
fn is_send_and_sync() {
    fn assert_send_sync<T: Send + Sync + 'static>() {}
    assert_send_sync::<LiveAuthorizer>();
    assert_send_sync::<Refreshed>();
}

#[test]
fn open_requires_a_valid_file() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("tokens.json");
    assert_eq!(LiveAuthorizer::open(&path).unwrap_err().path(), Some(&*path));
    std::fs::write(&path, "[]").unwrap();
    assert!(LiveAuthorizer::open(&path).unwrap_err().report().is_some());
}

/// All texts have the same length, and change faster than the timestamps of most file systems.
#[test]
fn reloads_quick_changes_in_place() {
    let (_directory, path, live) = open(&text(0));
    for next in 1..500 {
        std::fs::write(&path, text(next)).unwrap();
        assert!(matches!(live.refresh(), Refreshed::Reloaded), "change {next}");
        assert_eq!(version(&live), next);
    }
}

#[cfg(unix)]
#[test]
fn reloads_swapped_links() {
    let directory = tempfile::tempdir().unwrap();
    let swap = |next: usize| {
        // Same length and time: only the inode differs.
        let folder = directory.path().join(format!("..version_{next}"));
        std::fs::create_dir(&folder).unwrap();
        std::fs::write(folder.join("tokens.json"), text(next)).unwrap();
        set_modified(&folder.join("tokens.json"));
        let link = directory.path().join("..data_tmp");
        std::os::unix::fs::symlink(folder, &link).unwrap();
        std::fs::rename(link, directory.path().join("..data")).unwrap();
    };
    swap(0);
    let path = directory.path().join("tokens.json");
    std::os::unix::fs::symlink("..data/tokens.json", &path).unwrap();
    let live = LiveAuthorizer::open(&path).unwrap();
    swap(1);
    assert!(matches!(live.refresh(), Refreshed::Reloaded));
    // After two seconds, `refresh` trusts the metadata and does not read the file.
    std::thread::sleep(std::time::Duration::from_millis(2_100));
    assert!(matches!(live.refresh(), Refreshed::Unchanged));
    swap(2);
    assert!(matches!(live.refresh(), Refreshed::Reloaded));
    assert_eq!(version(&live), 2);
}

#[test]
fn keeps_the_last_valid_tokens() {
    let (_directory, path, live) = open(&text(1));
    let in_force = live.current();
    let kept = |what: &str| {
        let Refreshed::Kept(error) = live.refresh() else { panic!("{what}: not kept") };
        assert!(Arc::ptr_eq(&in_force, &live.current()), "{what}");
        error
    };
    for invalid in ["", "{\"tokens\": [", "[]", &text(2)[1..]] {
        rename_into(&path, invalid);
        let error = kept(invalid);
        assert!(error.report().is_some_and(|report| !report.is_valid()), "{invalid}");
        assert!(Arc::ptr_eq(&error, &kept(invalid)), "reports a new error for the same text");
    }
    std::fs::remove_file(&path).unwrap();
    assert!(kept("no file").report().is_none());
    std::fs::create_dir(&path).unwrap();
    kept("a directory");
    std::fs::remove_dir(&path).unwrap();
    rename_into(&path, &text(3));
    assert!(matches!(live.refresh(), Refreshed::Reloaded));
    assert_eq!(version(&live), 3);
}

#[derive(Clone, Debug)]
enum Step {
    InPlace(usize),
    Renamed(usize),
    Touched,
    Removed,
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    // Odd versions are invalid.
    let step = prop_oneof![
        3 => (0..4_usize).prop_map(Step::InPlace),
        3 => (0..4_usize).prop_map(Step::Renamed),
        1 => Just(Step::Touched),
        1 => Just(Step::Removed),
    ];
    vec(step, 1..12)
}

fn text_or_invalid(version: usize) -> String {
    if version.is_multiple_of(2) { text(version) } else { text(version).replace("[]", "01") }
}

proptest! {
    #![proptest_config(props::cases(200))]

    #[test]
    fn outcomes_match_the_file(steps in steps()) {
        let (_directory, path, live) = open(&text(0));
        let (mut on_disk, mut in_force, mut parsed) = (Some(0), 0, 0);
        for step in steps {
            match step {
                Step::InPlace(version) => std::fs::write(&path, text_or_invalid(version)).unwrap(),
                Step::Renamed(version) => rename_into(&path, &text_or_invalid(version)),
                Step::Touched if on_disk.is_none() => {}
                Step::Touched => set_modified(&path),
                Step::Removed => drop(std::fs::remove_file(&path)),
            }
            on_disk = match step {
                Step::InPlace(version) | Step::Renamed(version) => Some(version),
                Step::Touched => on_disk,
                Step::Removed => None,
            };
            let before = live.current();
            let outcome = live.refresh();
            let is_reloaded = matches!(outcome, Refreshed::Reloaded);
            prop_assert_eq!(Arc::ptr_eq(&before, &live.current()), !is_reloaded);
            match on_disk {
                None => prop_assert!(matches!(&outcome, Refreshed::Kept(error) if error.report().is_none())),
                Some(on_disk) if !on_disk.is_multiple_of(2) => {
                    prop_assert!(matches!(&outcome, Refreshed::Kept(error) if error.report().is_some()));
                }
                Some(on_disk) if on_disk == parsed => prop_assert!(matches!(outcome, Refreshed::Unchanged)),
                Some(on_disk) => {
                    prop_assert!(is_reloaded, "{outcome:?}");
                    in_force = on_disk;
                }
            }
            parsed = on_disk.unwrap_or(parsed);
            prop_assert_eq!(version(&live), in_force);
        }
    }
}

#[test]
fn reports_each_change_once_to_concurrent_callers() {
    const VERSIONS: usize = 200;
    let (_directory, path, live) = open(&text(0));
    let (done, reloads) = (AtomicBool::new(false), AtomicUsize::new(0));
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                let mut last = 0;
                while !done.load(Ordering::Relaxed) {
                    let next = version(&live);
                    assert!(next >= last, "{next} after {last}");
                    last = next;
                }
            });
        }
        for next in 1..=VERSIONS {
            rename_into(&path, &text(next));
            std::thread::scope(|scope| {
                for _ in 0..3 {
                    scope.spawn(|| {
                        if matches!(live.refresh(), Refreshed::Reloaded) {
                            reloads.fetch_add(1, Ordering::Relaxed);
                        }
                    });
                }
            });
        }
        done.store(true, Ordering::Relaxed);
    });
    assert_eq!((reloads.into_inner(), version(&live)), (VERSIONS, VERSIONS));
}
