//! `update`: reading, planning and writing under one lock.

#![allow(missing_docs)]

#[path = "util/layout.rs"]
mod layout;
#[path = "util/props.rs"]
mod props;
mod util;

use std::convert::Infallible;
use std::error::Error as _;
use std::fs;
use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Barrier, mpsc};
use std::time::Duration;

use influxdb3_offline_tokens::disk::{DiskErrorKind, FileOptions, Outcome, UpdateError};
use influxdb3_offline_tokens::edit::{self, Change, ChangeError};
use influxdb3_offline_tokens::token::GenerateTokenError;
use influxdb3_offline_tokens::{
    Error, Expiry, Token, TokenEntry, TokenFile, TokenName, append, load, save, update,
};
use proptest::prelude::*;

fn name(name: &str) -> TokenName {
    TokenName::parse(name).unwrap()
}

fn entry(token_name: &str) -> TokenEntry {
    TokenEntry::new(name(token_name), Token::generate().unwrap())
}

/// A directory with a tokens file whose only token, `app`, has expired.
fn directory() -> (tempfile::TempDir, PathBuf) {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("permission-tokens.json");
    let expired = entry("app").with_expiry(Some(Expiry::from_millis(1)));
    save(&path, &TokenFile::new([], [expired]).unwrap()).unwrap();
    (directory, path)
}

fn without_waiting() -> FileOptions {
    FileOptions::new().lock_timeout(Duration::ZERO)
}

fn names(file: &TokenFile) -> Vec<&str> {
    file.tokens().iter().map(|entry| entry.name().as_str()).collect()
}

proptest! {
    // Each case syncs several times.
    #![proptest_config(props::cases(60))]

    #[test]
    fn matches_load_and_change(
        (text, changes) in prop::option::of(layout::token_file_and_json()).prop_flat_map(|file| {
            let (file, text) = file.unzip();
            let change = layout::change(&file.unwrap_or_default());
            (Just(text), prop::collection::vec(change, 0..4))
        }),
    ) {
        let directory = tempfile::tempdir().unwrap();
        let [updated_path, changed_path] = ["updated", "changed"].map(|name| directory.path().join(name).join("tokens.json"));
        for path in [&updated_path, &changed_path] {
            fs::create_dir(path.parent().unwrap()).unwrap();
            if let Some(text) = &text {
                fs::write(path, text).unwrap();
            }
        }
        let json = |file: Option<&TokenFile>| file.map(|file| file.to_json().to_vec());
        let before = load(&changed_path).ok();
        let mut planned = None;
        let updated = update(&updated_path, |file| {
            planned = Some(json(file));
            Ok::<_, Infallible>(changes.clone())
        });
        let changed = FileOptions::new().change(&changed_path, &changes);
        prop_assert!(planned == Some(json(before.as_ref())), "the plan gets another file");
        prop_assert!(fs::read(&updated_path).ok() == fs::read(&changed_path).ok(), "`change` writes other bytes");
        match (updated, changed) {
            (Ok(updated), Ok(outcome)) => {
                prop_assert_eq!(updated.outcome, outcome);
                prop_assert!(json(updated.before.as_ref()) == json(before.as_ref()), "`before` is another file");
                prop_assert!(json(updated.after.as_ref()) == json(load(&updated_path).ok().as_ref()), "`after` is another file");
            }
            (Err(UpdateError::File(Error::Change { error, .. })), Err(Error::Change { error: expected, .. })) => {
                prop_assert_eq!(error, expected);
            }
            (updated, changed) => prop_assert!(false, "{updated:?}, {changed:?}"),
        }
        let in_memory = edit::update(text.as_deref().map(str::as_bytes), |file| {
            assert!(json(file) == json(before.as_ref()), "the plan gets another file");
            Ok::<_, ChangeError>(changes.clone())
        });
        let in_memory = in_memory.ok().flatten().map(|text| text.to_vec());
        let unchanged = || text.clone().map(String::into_bytes);
        prop_assert!(in_memory.or_else(unchanged) == fs::read(&updated_path).ok(), "`edit::update` returns other bytes");
    }
}

#[test]
fn rotates_once_across_threads() {
    let (_directory, path) = directory();
    let (now, start) = (util::now(), Barrier::new(16));
    let rotate_if_expired = |file: Option<&TokenFile>| {
        let old = file.and_then(|file| file.get("app")?.expiry());
        if !old.is_some_and(|expiry| expiry.is_past(now)) {
            return Ok(Vec::new());
        }
        let expiry = Expiry::after(now, Duration::from_secs(3_600)).unwrap();
        let rotate = Change::rotate(name("app"), Token::generate()?);
        Ok::<_, GenerateTokenError>(vec![rotate, Change::set_expiry(name("app"), Some(expiry))])
    };
    let rotated: Vec<[u8; 64]> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..16)
            .map(|_| {
                scope.spawn(|| {
                    start.wait();
                    let updated = update(&path, rotate_if_expired).unwrap();
                    let secret = updated.after.unwrap().get("app").unwrap().token().sha512();
                    (updated.outcome == Outcome::Replaced).then_some(secret)
                })
            })
            .collect();
        threads.into_iter().filter_map(|thread| thread.join().unwrap()).collect()
    });
    assert_eq!(rotated.len(), 1);
    assert_eq!(load(&path).unwrap().get("app").unwrap().token().sha512(), rotated[0]);
}

#[test]
fn returns_the_error_of_the_plan() {
    let (directory, path) = directory();
    let old = fs::read(&path).unwrap();
    let invalid = || Expiry::parse("tomorrow").unwrap_err();
    let error = update(&path, |_| Err(invalid())).unwrap_err();
    assert_eq!(error.to_string(), format!("`{}`: the plan failed: {}", path.display(), invalid()));
    assert!(error.source().is_none() && !error.is_durability_unknown());
    assert!(format!("{error:?}").starts_with("Plan { path: "), "{error:?}");
    assert!(
        matches!(&error, UpdateError::Plan { error, path: shown } if *error == invalid() && *shown == path)
    );
    // The update error has the source of the plan error.
    let inner = || Err(load(directory.path().join("none")).unwrap_err());
    let error = update(&path, |_| inner()).unwrap_err();
    let UpdateError::Plan { error: plan, .. } = &error else { panic!("{error:?}") };
    assert_eq!(error.source().map(ToString::to_string), plan.source().map(ToString::to_string));
    assert!(error.source().is_some() && error.to_string().ends_with(&plan.to_string()));
    assert_eq!(fs::read(&path).unwrap(), old);
}

#[test]
fn failed_plans_change_nothing() {
    let (directory, path) = directory();
    let old = fs::read(&path).unwrap();
    assert!(update(&path, |_| Err("no")).is_err());
    let panicked = std::panic::catch_unwind(|| {
        let _ = update(&path, |_| -> Result<Vec<Change>, Infallible> { std::panic::panic_any("no") });
    });
    assert!(panicked.is_err());
    let error = update(&path, |_| Ok::<_, Infallible>(vec![Change::remove(name("none"))])).unwrap_err();
    assert!(matches!(error, UpdateError::File(Error::Change { error: ChangeError::NoSuchToken(_), .. })));
    assert_eq!(fs::read(&path).unwrap(), old);
    assert_eq!(directory.path().read_dir().unwrap().count(), 1);
    without_waiting().append(&path, &entry("next")).unwrap();
    // No file exists.
    let new = directory.path().join("new.json");
    assert!(update(&new, |_| Err("no")).is_err());
    assert!(!new.exists());
    without_waiting().append(&new, &entry("next")).unwrap();
}

#[test]
fn blocks_writers_during_a_plan() {
    let (_directory, path) = directory();
    let (planning, is_planning) = mpsc::channel();
    std::thread::scope(|scope| {
        let slow = scope.spawn(|| {
            update(&path, |file| {
                assert_eq!(names(file.unwrap()), ["app"]);
                planning.send(()).unwrap();
                std::thread::sleep(Duration::from_millis(300));
                Ok::<_, Infallible>(vec![Change::append([entry("slow")])])
            })
        });
        is_planning.recv().unwrap();
        match without_waiting().append(&path, &entry("hurried")).unwrap_err() {
            Error::Disk(error) => assert_eq!(error.kind(), DiskErrorKind::Locked),
            error => panic!("{error:?}"),
        }
        append(&path, &entry("patient")).unwrap();
        assert_eq!(names(slow.join().unwrap().unwrap().after.as_ref().unwrap()), ["app", "slow"]);
    });
    assert_eq!(names(&load(&path).unwrap()), ["app", "slow", "patient"]);
}

#[test]
fn reruns_the_plan_after_unlocked_writes() {
    let (_directory, path) = directory();
    let runs = AtomicUsize::new(0);
    let updated = update(&path, |file| {
        if runs.fetch_add(1, Ordering::Relaxed) == 0 {
            fs::write(&path, TokenFile::new([], [entry("other")]).unwrap().to_json()).unwrap();
        }
        let names = file.unwrap().tokens().iter().map(|entry| entry.name().clone());
        Ok::<_, Infallible>(names.map(Change::remove).collect())
    });
    let updated = updated.unwrap();
    assert_eq!((runs.into_inner(), names(updated.before.as_ref().unwrap())), (2, vec!["other"]));
    assert!(load(&path).unwrap().tokens().is_empty());
}

#[test]
fn writes_nothing_without_changes() {
    let (_directory, path) = directory();
    let identity = || {
        let about = fs::metadata(&path).unwrap();
        (about.modified().unwrap(), about.len())
    };
    let before = identity();
    for changes in [vec![], vec![Change::drop_databases([])]] {
        let updated = update(&path, |_| Ok::<_, Infallible>(changes.clone())).unwrap();
        assert_eq!((updated.outcome, identity()), (Outcome::Unchanged, before));
        assert_eq!(names(updated.after.as_ref().unwrap()), ["app"]);
    }
}

#[test]
fn skips_the_plan_for_invalid_files() {
    let (directory, path) = directory();
    let never = |_: Option<&TokenFile>| -> Result<Vec<Change>, Infallible> { panic!("planned") };
    fs::write(&path, "garbage").unwrap();
    assert!(matches!(update(&path, never), Err(UpdateError::File(Error::Invalid { .. }))));
    assert!(matches!(FileOptions::new().change(&path, &[]), Err(Error::Invalid { .. })));
    let garbage =
        edit::update(Some(b"garbage"), |_| -> Result<Vec<Change>, ChangeError> { panic!("planned") });
    assert!(matches!(garbage, Err(ChangeError::Invalid(_))));
    let none = directory.path().join("none.json");
    match FileOptions::new().create(false).update(&none, never) {
        Err(UpdateError::File(Error::Disk(error))) => assert_eq!(error.kind(), DiskErrorKind::NotFound),
        other => panic!("{other:?}"),
    }
}
