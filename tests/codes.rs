//! Every code has its explanation and its fixtures; `tests/fixtures.rs` has the findings in full.

mod util;

use std::fmt::Write as _;
use std::path::Path;

use influxdb3_offline_tokens::{Code, Release, Severity};

fn folder_of(code: Code) -> std::path::PathBuf {
    util::fixtures().join("codes").join(format!("{}-{}", code.id(), code.name()))
}

/// The codes of a file on disk, which the check of its text does not find: see `tests/on_disk.rs`.
const ON_DISK: [Code; 3] = [Code::ReadableByOthers, Code::ForeignOwner, Code::SeveralLinks];

#[test]
fn every_code_has_a_folder_and_every_folder_a_code() {
    let mut folders: Vec<String> = util::files(&util::fixtures().join("codes"), "")
        .iter()
        .map(|path| path.file_name().unwrap().to_str().unwrap().to_owned())
        .collect();
    folders.sort();
    let codes: Vec<String> = Code::ALL.iter().map(|code| format!("{}-{}", code.id(), code.name())).collect();
    assert_eq!(folders, codes);
}

#[test]
fn only_bad_files_have_the_mistake_of_their_folder() {
    let mut failures = String::new();
    for &code in Code::ALL.iter().filter(|code| !ON_DISK.contains(code)) {
        let folder = folder_of(code);
        for path in util::files(&folder, ".json") {
            let file = util::file_name(&path);
            let [(_, validator)] = &util::validators(&folder)[..] else {
                panic!("one release for each code")
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
        for release in
            ["3.0", "3.8", "3.12"].map(|release| Release::parse(release).ok()).into_iter().chain([None])
        {
            let validator = fixture.validator.clone();
            let validator = match release {
                Some(release) => validator.release(release),
                None => validator,
            };
            for found in &validator.check(&bytes) {
                let has_help = found.help().is_some_and(|help| !help.is_empty());
                assert!(has_help, "{}: {found}", fixture.path.display());
            }
        }
    }
}

/// The codes whose example is in prose, because JSON text cannot show it.
const IN_WORDS: [Code; 2] = [Code::InvalidUtf8, Code::ByteOrderMark];

#[test]
fn explanations_have_four_headings_and_their_examples_are_the_fixtures() {
    for &code in Code::ALL {
        let text = code.explanation();
        let headings: Vec<&str> = text.lines().filter(|line| line.starts_with("## ")).collect();
        let expected = ["## What it does", "## Why it is bad", "## Example", "## Use instead"];
        assert_eq!(headings, expected, "{code}");
        if IN_WORDS.contains(&code) || ON_DISK.contains(&code) {
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

/// The ids and names that no code has any more.
const RETIRED: [(&str, &str); 1] = [("T0416", "undocumented-action")];

#[test]
fn retired_ids_and_names_are_not_reused() {
    for (id, name) in RETIRED {
        assert!(Code::ALL.iter().all(|code| code.id() != id && code.name() != name), "{id} `{name}`");
    }
}

/// The page that stands in the documentation of the module `diagnostic`.
fn page() -> String {
    let mut page = String::from("\n| id | name | severity | what |\n|---|---|---|---|\n");
    for code in Code::ALL {
        let (id, name, severity, summary) = (code.id(), code.name(), code.severity(), code.summary());
        writeln!(page, "| {id} | `{name}` | {severity} | {summary} |").unwrap();
    }
    page.push_str("\nRetired, and never reused:");
    for (id, name) in RETIRED {
        write!(page, " {id} `{name}`").unwrap();
    }
    page + ".\n"
}

#[track_caller]
fn assert_current(path: &str, expected: impl Fn(&str) -> String) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
    let text = std::fs::read_to_string(&path).unwrap();
    let expected = expected(&text);
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(&path, &expected).unwrap();
    } else {
        assert!(text == expected, "write it again: UPDATE=1 cargo test --test codes");
    }
}

#[test]
fn the_page_of_all_codes_is_current() {
    assert_current("src/code/codes.md", |_| page());
}

/// The changelog names every code, alone or in a range of which both ends are codes.
#[test]
fn the_changelog_has_every_code() {
    let changelog = include_str!("../CHANGELOG.md");
    let range = regex::Regex::new("`(T[0-9]{4})`(?: to `(T[0-9]{4})`)?").unwrap();
    let mut named = std::collections::BTreeSet::new();
    for found in changelog.split("### Codes").skip(1).flat_map(|codes| range.captures_iter(codes)) {
        let place = |id: &str| Code::ALL.iter().position(|code| code.id() == id).expect("an id of the table");
        let first = place(&found[1]);
        named.extend(first..=found.get(2).map_or(first, |last| place(last.as_str())));
    }
    let missing: Vec<&str> =
        (0..Code::ALL.len()).filter(|at| !named.contains(at)).map(|at| Code::ALL[at].id()).collect();
    assert!(missing.is_empty(), "{missing:?}");
}
