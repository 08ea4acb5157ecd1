//! Codes and their fixtures, explanations and lists; `tests/fixtures.rs` has the findings in full.

mod util;

use std::fmt::Write as _;
use std::path::Path;

use influxdb3_offline_tokens::{Code, Release, Severity};

fn folder_of(code: Code) -> std::path::PathBuf {
    util::fixtures().join("codes").join(format!("{}-{}", code.id(), code.name()))
}

/// Codes of files on disk, which `tests/on_disk.rs` tests.
const ON_DISK: [Code; 3] = [Code::ReadableByOthers, Code::ForeignOwner, Code::SeveralLinks];

#[test]
fn folders_match_codes() {
    let folders = util::files(&util::fixtures().join("codes"), "");
    assert_eq!(folders, Code::ALL.iter().map(|code| folder_of(*code)).collect::<Vec<_>>());
}

#[test]
fn only_bad_files_have_the_code() {
    let mut failures = String::new();
    for &code in Code::ALL.iter().filter(|code| !ON_DISK.contains(code)) {
        let folder = folder_of(code);
        for path in util::files(&folder, ".json") {
            let file = util::file_name(&path);
            let [(_, validator)] = &util::validators(&folder)[..] else {
                panic!("{code} has several releases")
            };
            let report = validator.check(&std::fs::read(&path).unwrap());
            let has_code = report.iter().any(|found| found.code() == code);
            let is_clean = report.iter().all(|found| found.severity() == Severity::Note);
            if has_code != file.starts_with("bad") || file.starts_with("good") && !is_clean {
                let _ = writeln!(failures, "{code} {file}:\n{report}");
            }
        }
    }
    assert!(failures.is_empty(), "{failures}");
}

#[test]
fn every_finding_has_help() {
    for fixture in util::mistaken_fixtures() {
        let bytes = fixture.bytes();
        let releases = ["3.0", "3.8", "3.12"].map(|release| Release::parse(release).unwrap());
        let of_releases = releases.map(|release| fixture.validator.clone().release(release));
        for validator in of_releases.iter().chain([&fixture.validator]) {
            for found in &validator.check(&bytes) {
                let has_help = found.help().is_some_and(|help| !help.is_empty());
                assert!(has_help, "{}: {found}", fixture.path.display());
            }
        }
    }
}

/// Codes whose example is prose, as JSON cannot show it.
const IN_PROSE: [Code; 2] = [Code::InvalidUtf8, Code::ByteOrderMark];

#[test]
fn explanations_show_the_fixtures() {
    for &code in Code::ALL {
        let text = code.explanation();
        let headings: Vec<&str> = text.lines().filter(|line| line.starts_with("## ")).collect();
        let expected = ["## What it does", "## Why it is bad", "## Example", "## Use instead"];
        assert_eq!(headings, expected, "{code}");
        if IN_PROSE.contains(&code) || ON_DISK.contains(&code) {
            continue;
        }
        let (_, example) = text.split_once("## Example\n").unwrap();
        let (example, instead) = example.split_once("## Use instead\n").unwrap();
        let fixture = |name: &str| std::fs::read_to_string(folder_of(code).join(name)).unwrap();
        let block = |text: &str| {
            let text = text.split_once("```").unwrap().1.split_once('\n').unwrap().1;
            text.rsplit_once("```").unwrap().0.to_owned()
        };
        assert_eq!(block(example).trim_end(), fixture("bad.json").trim_end(), "{code}");
        assert_eq!(block(instead).trim_end(), fixture("good.json").trim_end(), "{code}");
    }
}

/// Ids and names of removed codes.
const RETIRED: [(&str, &str); 1] = [("T0416", "undocumented-action")];

#[test]
fn retired_codes_are_not_reused() {
    for (id, name) in RETIRED {
        assert!(Code::ALL.iter().all(|code| code.id() != id && code.name() != name), "{id} `{name}`");
    }
}

#[test]
fn the_list_of_codes_is_current() {
    let mut expected = String::from("\n| id | name | severity | what |\n|---|---|---|---|\n");
    for code in Code::ALL {
        let (id, name, severity, summary) = (code.id(), code.name(), code.severity(), code.summary());
        let _ = writeln!(expected, "| {id} | `{name}` | {severity} | {summary} |");
    }
    let retired: Vec<_> = RETIRED.iter().map(|(id, name)| format!("{id} `{name}`")).collect();
    let _ = writeln!(expected, "\nRetired, and never reused: {}.", retired.join(" "));
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/code/codes.md");
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(&path, &expected).unwrap();
    }
    let actual = std::fs::read_to_string(&path).unwrap();
    assert!(actual == expected, "src/code/codes.md is outdated: run UPDATE=1 cargo test --test codes");
}

/// The changelog names codes alone or as the ends of a range.
#[test]
fn the_changelog_names_every_code() {
    let changelog = include_str!("../CHANGELOG.md");
    let range = regex::Regex::new("`(T[0-9]{4})`(?: to `(T[0-9]{4})`)?").unwrap();
    let mut named = std::collections::BTreeSet::new();
    for found in changelog.split("### Codes").skip(1).flat_map(|codes| range.captures_iter(codes)) {
        let index = |id: &str| Code::ALL.iter().position(|code| code.id() == id).expect("a known id");
        let first = index(&found[1]);
        named.extend(first..=found.get(2).map_or(first, |last| index(last.as_str())));
    }
    let unnamed: Vec<_> =
        (0..Code::ALL.len()).filter(|at| !named.contains(at)).map(|at| Code::ALL[at].id()).collect();
    assert_eq!(unnamed, [""; 0]);
}
