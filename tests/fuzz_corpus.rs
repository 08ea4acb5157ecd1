//! The laws of the fuzz targets, on their seeds, on regressions, and on the `JSONTestSuite`.

mod laws;
mod util;

use std::path::{Path, PathBuf};
use std::process::Command;

use base64::Engine as _;
use laws::TARGETS;
use serde::Deserialize;
use serde::de::IgnoredAny;

fn all_regressions() -> Vec<PathBuf> {
    util::files(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/regressions"), "")
}

/// Inputs that once broke the law of a target: `tests/regressions/TARGET-WHAT`.
fn regressions(target: &str) -> impl Iterator<Item = PathBuf> {
    let prefix = format!("{target}-");
    all_regressions().into_iter().filter(move |path| util::file_name(path).starts_with(&prefix))
}

#[test]
fn seeds_keep_the_laws() {
    let mut failures = Vec::new();
    for (target, law) in TARGETS {
        let seeds = laws::seeds::of(target, &util::fixtures());
        let broken =
            |seed: &Vec<u8>| Some(format!("{target}: {}\n{}", law(seed).err()?, seed.escape_ascii()));
        failures.extend(seeds.iter().find_map(broken));
    }
    assert!(failures.is_empty(), "{}", failures.join("\n\n"));
}

#[test]
fn regressions_keep_the_laws() {
    let count: usize = TARGETS.iter().map(|(target, _)| regressions(target).count()).sum();
    assert_eq!(count, all_regressions().len(), "a file name does not start with a target");
    for (target, law) in TARGETS {
        for path in regressions(target) {
            if let Err(broken) = law(&std::fs::read(&path).unwrap()) {
                panic!("{}: {broken}", path.display());
            }
        }
    }
}

/// The law compares with `serde_json`, which must match the suite.
#[test]
fn matches_the_json_test_suite() {
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
    assert!(accepted > 90 && rejected > 180, "{accepted} accepted, {rejected} rejected");
}

/// Otherwise the target would test only rejected files.
#[test]
fn many_seeds_of_change_are_valid() {
    let seeds = laws::seeds::of("change", &util::fixtures());
    let valid = seeds
        .iter()
        .filter(|seed| influxdb3_offline_tokens::TokenFile::parse(&seed[laws::change::HEADER..]).is_ok());
    assert!(valid.count() > 200);
}

/// Writes the seeds and regressions into `fuzz/corpus/TARGET/`, for `fuzz/run`.
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
