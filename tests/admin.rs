//! The admin token file: what is found in it, when it loads, and how it is written.

#![allow(missing_docs)]

#[path = "util/props.rs"]
mod props;
mod util;

use std::error::Error;
use std::fmt::Write as _;
use std::path::PathBuf;

use influxdb3_offline_tokens::disk::{DiskErrorKind, Outcome};
use influxdb3_offline_tokens::name::InvalidNameKind;
use influxdb3_offline_tokens::{AdminTokenFile, Code, Expiry, Severity, Token, Validator, admin};
use props::cases;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::Index;
use util::CANARY;

fn validator() -> Validator {
    Validator::new(util::now()).admin_token_file()
}

#[test]
fn an_error_is_about_this_kind_of_file() {
    let error = AdminTokenFile::parse(b"{}").unwrap_err().to_string();
    let expected =
        "invalid admin token file: 2 errors\n  1:1: error[T0112] missing-member: the file has no `token`; ";
    assert!(error.starts_with(expected), "{error}");
}

/// A text, and whether both answers to "is it sound" agree.
fn agrees(text: &[u8]) -> bool {
    let report = validator().check(text);
    match AdminTokenFile::parse(text) {
        Ok(_) => report.is_valid(),
        Err(error) => {
            let errors = error.report();
            !report.is_valid()
                && errors.iter().all(|found| found.severity() == Severity::Error)
                && errors.count(Severity::Error) == report.count(Severity::Error)
        }
    }
}

fn text(file: &AdminTokenFile) -> String {
    String::from_utf8(file.to_json().to_vec()).unwrap()
}

proptest! {
    #![proptest_config(cases(300))]

    #[test]
    fn what_is_written_reads_as_it_was(file in any::<AdminTokenFile>()) {
        let json = file.to_json();
        let by_serde: AdminTokenFile = serde_json::from_slice(&json).unwrap();
        let read = AdminTokenFile::parse(&json).unwrap();
        for read in [&read, &by_serde] {
            prop_assert!(read.token().matches(file.token().expose()));
            prop_assert_eq!(read.name(), file.name());
            prop_assert_eq!(read.description(), file.description());
            prop_assert_eq!(read.expiry(), file.expiry());
            prop_assert_eq!(read.is_operator(), file.name() == "_admin");
        }
        prop_assert_eq!(text(&read), text(&file));
    }

    /// Members left out, misspelt, doubled and of another type; bytes changed.
    #[test]
    fn a_text_loads_exactly_when_its_report_has_no_error(
        file in any::<AdminTokenFile>(),
        members in vec((0..8_usize, 0..8_usize), 0..6),
        bytes in vec((any::<Index>(), any::<u8>()), 0..3),
    ) {
        const NAMES: [&str; 8] =
            ["token", "name", "description", "expiry_millis", "expiry_mills", "tokens", "token_name", "note"];
        const VALUES: [&str; 8] = ["null", "1780272000000", "\"\"", "\"apiv3_abc\"", "[]", "{}", "1.5", "\" x\""];
        let json = text(&file);
        let more: String = members.iter().map(|(name, value)| format!(", \"{}\": {}", NAMES[*name], VALUES[*value])).collect();
        let alone = format!("{{{}}}", more.trim_start_matches(", "));
        let appended = json.trim_end().trim_end_matches('}').to_owned() + &more + "}";
        let mut damaged = appended.clone().into_bytes();
        for (at, byte) in bytes {
            let at = at.index(damaged.len());
            damaged[at] = byte;
        }
        for text in [alone.as_bytes(), appended.as_bytes(), &damaged] {
            prop_assert!(agrees(text), "{}", String::from_utf8_lossy(text));
        }
    }

}

#[test]
fn a_name_is_not_empty() {
    let file = AdminTokenFile::new(Token::parse("apiv3_a").unwrap());
    assert_eq!(file.clone().with_name("").unwrap_err().kind(), InvalidNameKind::Empty);
    assert!(file.with_name("_admin").unwrap().is_operator());
}

fn canary() -> AdminTokenFile {
    AdminTokenFile::new(Token::parse(CANARY).unwrap())
        .with_description(Some(CANARY))
        .with_expiry(Some(Expiry::from_millis(1_780_272_000_000)))
}

fn chain(error: &dyn Error) -> String {
    let mut out = format!("{error}\n{error:?}\n{error:#?}\n");
    if let Some(source) = error.source() {
        out += &chain(source);
    }
    out
}

#[test]
fn no_output_shows_the_token() {
    let json = text(&canary());
    let mut out = format!("{0:?}\n{0:#?}", canary());
    let quoted = format!("\"{CANARY}\"");
    let mut texts = vec![
        json.clone(),
        CANARY.to_owned(),
        quoted.clone(),
        json.replace("apiv3_", ""),
        json.replace("apiv3_", "Bearer apiv3_"),
        json.replace("\"_admin\"", &quoted),
        json.replace("\"name\"", &quoted),
        json.replace("1780272000000", &quoted),
        json.replace(&quoted, &format!("[{quoted}]")),
        format!("{{\"tokens\": [{quoted}]}}"),
        format!("[{quoted}]"),
        format!("{json} {CANARY}"),
    ];
    texts.extend((1..json.len()).step_by(7).map(|end| json[..end].to_owned()));
    for text in &texts {
        let report = validator().check(text.as_bytes());
        let _ = writeln!(out, "{report}\n{report:?}");
        for found in &report {
            let _ = writeln!(
                out,
                "{} {} {:?} {:?}",
                found.message(),
                found.pointer(),
                found.help(),
                found.fixes()
            );
        }
        if let Err(error) = AdminTokenFile::parse(text.as_bytes()) {
            out += &chain(&error);
        }
        if let Err(error) = serde_json::from_str::<AdminTokenFile>(text) {
            let _ = writeln!(out, "{error} {error:?}");
        }
    }
    util::assert_no_piece_of(CANARY, &out, "an admin token file");
}

struct Folder(tempfile::TempDir);

impl Folder {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn path(&self) -> PathBuf {
        self.0.path().join("admin-token.json")
    }

    fn names(&self) -> Vec<String> {
        let entries = std::fs::read_dir(self.0.path()).unwrap();
        let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
        // On Windows the file for the lock stays.
        names.filter(|name| cfg!(not(windows)) || name != ".admin-token.json.lock").collect()
    }
}

#[cfg(unix)]
fn mode(path: &std::path::Path) -> u32 {
    std::os::unix::fs::PermissionsExt::mode(&std::fs::metadata(path).unwrap().permissions()) & 0o7777
}

#[test]
fn a_file_is_made_for_its_owner_and_never_in_place_of_another() {
    let folder = Folder::new();
    admin::create(folder.path(), &canary()).unwrap();
    #[cfg(unix)]
    assert_eq!(mode(&folder.path()), 0o600);
    assert_eq!(text(&admin::load(folder.path()).unwrap()), text(&canary()));

    let other = AdminTokenFile::new(Token::generate().unwrap());
    let error = admin::create(folder.path(), &other).unwrap_err();
    assert!(matches!(error, influxdb3_offline_tokens::Error::Exists { .. }), "{error}");
    assert!(error.to_string().contains("admin-token.json`: the file already exists; "), "{error}");
    util::assert_no_piece_of(CANARY, &chain(&error), "an error");
    assert_eq!(std::fs::read(folder.path()).unwrap(), *canary().to_json());

    std::fs::write(folder.path(), "").unwrap();
    assert!(admin::create(folder.path(), &other).is_err(), "an empty file is one, too");
    assert_eq!(std::fs::read(folder.path()).unwrap(), b"");
    assert_eq!(folder.names(), ["admin-token.json"]);
}

#[test]
fn a_file_is_replaced_where_that_is_asked_for() {
    let folder = Folder::new();
    let save = |file: &AdminTokenFile| admin::save(folder.path(), file).unwrap();
    assert_eq!(save(&canary()), Outcome::Created);
    assert_eq!(save(&canary()), Outcome::Unchanged);
    let other = AdminTokenFile::new(Token::generate().unwrap());
    assert_eq!(save(&other), Outcome::Replaced);
    assert_eq!(text(&admin::load(folder.path()).unwrap()), text(&other));
    #[cfg(unix)]
    assert_eq!(mode(&folder.path()), 0o600);
    assert_eq!(folder.names(), ["admin-token.json"]);
}

#[test]
fn loading_says_what_is_wrong() {
    let folder = Folder::new();
    let missing = admin::load(folder.path()).unwrap_err();
    assert!(
        matches!(&missing, influxdb3_offline_tokens::Error::Disk(error) if error.kind() == DiskErrorKind::NotFound)
    );
    std::fs::write(folder.path(), r#"{"tokens": []}"#).unwrap();
    let error = admin::load(folder.path()).unwrap_err();
    let codes: Vec<Code> =
        error.report().unwrap().iter().map(influxdb3_offline_tokens::Diagnostic::code).collect();
    assert_eq!(codes, [Code::TokensFile]);
}

#[cfg(unix)]
#[test]
fn a_file_that_others_can_read_is_found() {
    use std::os::unix::fs::PermissionsExt;

    let folder = Folder::new();
    admin::create(folder.path(), &AdminTokenFile::new(Token::generate().unwrap())).unwrap();
    let found = || {
        let checked = validator().check_file(folder.path()).unwrap();
        checked.report().iter().map(|found| found.code().name()).collect::<Vec<_>>()
    };
    assert!(found().is_empty());
    std::fs::set_permissions(folder.path(), PermissionsExt::from_mode(0o644)).unwrap();
    assert_eq!(found(), ["readable-by-others"]);
}
