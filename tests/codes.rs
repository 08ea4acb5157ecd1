//! Every code has its explanation and its fixtures, and finds what they say, where they say it.

mod util;

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;

use influxdb3_offline_tokens::{Code, Diagnostic, Release, Report, Severity, Validator};

fn check(folder: &Path, bytes: &[u8]) -> Report {
    let release = std::fs::read_to_string(folder.join("release")).ok();
    let validator = Validator::new(util::now());
    let is_admin = folder.join("admin").exists();
    let validator = if is_admin { validator.admin_token_file() } else { validator };
    match release {
        Some(release) => validator.release(Release::parse(release.trim()).unwrap()).check(bytes),
        None => validator.check(bytes),
    }
}

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
fn wrong_files_have_the_expected_findings_and_no_others() {
    let mut wrong = Vec::new();
    for &code in Code::ALL.iter().filter(|code| !ON_DISK.contains(code)) {
        let folder = folder_of(code);
        let mut expected: BTreeMap<String, Vec<(String, String)>> = BTreeMap::new();
        for line in std::fs::read_to_string(folder.join("expected")).unwrap().lines() {
            let mut columns = line.split('\t');
            let mut column = || columns.next().unwrap().to_owned();
            let (file, name, text) = (column(), column(), column());
            expected.entry(file).or_default().push((name, text));
        }
        for path in util::files(&folder, ".json") {
            let file = path.file_name().unwrap().to_str().unwrap().to_owned();
            if !file.starts_with("bad") {
                continue;
            }
            let bytes = std::fs::read(&path).unwrap();
            let text = String::from_utf8_lossy(&bytes);
            let report = check(&folder, &bytes);
            let counts = |found: &&Diagnostic| found.severity() > Severity::Note || found.code() == code;
            let found: Vec<(String, String)> = report
                .iter()
                .filter(counts)
                .map(|found| {
                    let under = found.span().text(&text).unwrap_or("?");
                    (found.code().name().to_owned(), serde_json::to_string(under).unwrap())
                })
                .collect();
            let expected = expected.remove(&file).unwrap_or_default();
            let same = found.len() == expected.len()
                && found.iter().zip(&expected).all(|(found, expected)| {
                    found.0 == expected.0 && (found.1 == expected.1 || expected.1 == "*")
                });
            if !same {
                wrong.push(format!("{code} {file}:\n  found    {found:?}\n  expected {expected:?}"));
            }
        }
        assert!(expected.is_empty(), "{code}: no such files: {expected:?}");
    }
    assert!(wrong.is_empty(), "{} files:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn right_files_have_no_finding() {
    let mut wrong = Vec::new();
    for &code in Code::ALL.iter().filter(|code| !ON_DISK.contains(code)) {
        let folder = folder_of(code);
        for path in util::files(&folder, ".json") {
            let file = path.file_name().unwrap().to_str().unwrap().to_owned();
            if !file.starts_with("good") {
                continue;
            }
            let report = check(&folder, &std::fs::read(&path).unwrap());
            for found in &report {
                if found.severity() > Severity::Note || found.code() == code {
                    wrong.push(format!("{code} {file}: {found}"));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// The codes whose example is told in words, because JSON text cannot show it.
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

/// The page that stands in the documentation of the module `code`.
fn page() -> String {
    let mut page = String::from("\n| id | name | severity | what |\n|---|---|---|---|\n");
    for code in Code::ALL {
        let (id, name, severity, summary) = (code.id(), code.name(), code.severity(), code.summary());
        writeln!(page, "| {id} | `{name}` | {severity} | {summary} |").unwrap();
    }
    page
}

/// What the codes of each hundred are about.
const GROUPS: [(&str, &str); 5] = [
    ("T01", "the JSON and its members"),
    ("T02", "permission strings"),
    ("T03", "tokens, names and expiries"),
    ("T04", "between tokens, and of the whole file"),
    ("T05", "the file on disk"),
];

/// The table of the README: a row for each group, the names by severity.
fn table() -> String {
    let mut table = String::from("| | error | warning | note |\n|---|---|---|---|\n");
    for (group, about) in GROUPS {
        write!(table, "| `{group}xx` {about} |").unwrap();
        for severity in [Severity::Error, Severity::Warning, Severity::Note] {
            let codes = Code::ALL.iter().filter(|code| code.id().starts_with(group));
            let names: Vec<String> = codes
                .filter(|code| code.severity() == severity)
                .map(|code| format!("`{}`", code.name()))
                .collect();
            write!(table, " {} |", names.join(", ")).unwrap();
        }
        table.push('\n');
    }
    table
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

#[test]
fn the_table_of_the_readme_has_every_code_once() {
    const MARKS: [&str; 2] = ["<!-- codes -->\n", "<!-- end of codes -->\n"];
    assert_current("README.md", |readme| {
        let (before, rest) = readme.split_once(MARKS[0]).expect("a mark before the table of codes");
        let (_, behind) = rest.split_once(MARKS[1]).expect("a mark behind the table of codes");
        format!("{before}{}{}{}{behind}", MARKS[0], table(), MARKS[1])
    });
    for code in Code::ALL {
        assert_eq!(table().matches(&format!("`{}`", code.name())).count(), 1, "{code}");
    }
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
