//! The laws of the fuzz targets, over the inputs that fuzzing begins with and those that once broke one.

#![allow(missing_docs)]

mod laws;
mod util;

use std::path::{Path, PathBuf};
use std::process::Command;

use base64::Engine as _;
use laws::TARGETS;
use serde::Deserialize;
use serde::de::IgnoredAny;

/// Inputs that once broke the law of a target: `tests/regressions/<target>-<what>`.
fn regressions(target: &str) -> Vec<PathBuf> {
    let mut files = util::files(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/regressions"), "");
    let of_target =
        |path: &PathBuf| path.file_name()?.to_str()?.strip_prefix(target)?.strip_prefix('-').map(drop);
    files.retain(|path| of_target(path).is_some());
    files
}

#[test]
fn every_seed_keeps_the_law() {
    let mut wrong = Vec::new();
    for (target, law) in TARGETS {
        let seeds = laws::seeds::of(target, &util::fixtures());
        let broken =
            |seed: &Vec<u8>| Some(format!("{target}: {}\n{}", law(seed).err()?, seed.escape_ascii()));
        wrong.extend(seeds.iter().find_map(broken));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}

#[test]
fn what_once_broke_a_law_keeps_it() {
    let all = util::files(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/regressions"), "");
    let of_targets: usize = TARGETS.iter().map(|(target, _)| regressions(target).len()).sum();
    assert_eq!(of_targets, all.len(), "each begins with the name of a target");
    for (target, law) in TARGETS {
        for path in regressions(target) {
            if let Err(broken) = law(&std::fs::read(&path).unwrap()) {
                panic!("{}: {broken}", path.display());
            }
        }
    }
}

/// What `serde_json` accepts is what the `JSONTestSuite` demands, and the law is to accept the same.
#[test]
fn json_test_suite() {
    #[derive(Deserialize)]
    struct Case {
        name: String,
        b64: String,
    }
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data/json-test-suite.jsonl.gz");
    let output = Command::new("gzip").arg("-dc").arg(&path).output();
    let Some(output) = output.ok().filter(|output| path.exists() && output.status.success()) else {
        println!("skipped: no gzip, or no {}", path.display());
        return;
    };
    let (mut accepted, mut rejected) = (0, 0);
    for line in String::from_utf8(output.stdout).unwrap().lines() {
        let case: Case = serde_json::from_str(line).unwrap();
        let bytes = base64::engine::general_purpose::STANDARD.decode(case.b64).unwrap();
        laws::syntax(&bytes).unwrap_or_else(|broken| panic!("{}: {broken}", case.name));
        let is_accepted = serde_json::from_slice::<IgnoredAny>(&bytes).is_ok();
        match case.name.as_bytes()[0] {
            b'y' => {
                assert!(is_accepted, "{}", case.name);
                accepted += 1;
            }
            b'n' => {
                assert!(!is_accepted, "{}", case.name);
                rejected += 1;
            }
            _ => {}
        }
    }
    assert!(accepted > 90 && rejected > 180, "{accepted} {rejected}");
}

/// Changes are made, and not only refused for the text.
#[test]
fn many_seeds_of_changes_are_sound() {
    let seeds = laws::seeds::of("change", &util::fixtures());
    let sound = seeds
        .iter()
        .filter(|seed| influxdb3_offline_tokens::TokenFile::parse(&seed[laws::change::HEADER..]).is_ok());
    assert!(sound.count() > 200);
}

/// For `fuzz/run`: the inputs as files, in `fuzz/corpus/<target>/`.
#[test]
#[ignore = "writes into the checkout"]
fn write_the_corpus() {
    for (target, _) in TARGETS {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus").join(target);
        std::fs::create_dir_all(&folder).unwrap();
        for (at, seed) in laws::seeds::of(target, &util::fixtures()).iter().enumerate() {
            std::fs::write(folder.join(format!("seed-{at}")), seed).unwrap();
        }
        for path in regressions(target) {
            std::fs::copy(&path, folder.join(path.file_name().unwrap())).unwrap();
        }
    }
}
