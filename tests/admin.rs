//! The admin token file: parsing, checking, creating and saving.

mod laws;
#[path = "util/props.rs"]
mod props;
mod util;

use std::error::Error;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use influxdb3_offline_tokens::disk::{DiskErrorKind, FileOptions, Outcome};
use influxdb3_offline_tokens::name::InvalidNameKind;
use influxdb3_offline_tokens::{AdminTokenFile, Code, Diagnostic, Expiry, Severity, Token, Validator, admin};
use laws::documents;
use props::cases;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::Index;
use util::CANARY;

fn json(file: &AdminTokenFile) -> String {
    String::from_utf8(file.to_json().to_vec()).unwrap()
}

fn canary() -> AdminTokenFile {
    AdminTokenFile::new(Token::parse(CANARY).unwrap())
        .with_description(Some(CANARY))
        .with_expiry(Some(Expiry::from_millis(1_780_272_000_000)))
}

proptest! {
    #![proptest_config(cases(300))]

    #[test]
    fn json_round_trips(file in any::<AdminTokenFile>()) {
        let json = file.to_json();
        let by_serde: AdminTokenFile = serde_json::from_slice(&json).unwrap();
        for read in [AdminTokenFile::parse(&json).unwrap(), by_serde] {
            prop_assert!(read.token().matches(file.token().expose()));
            prop_assert_eq!(read.name(), file.name());
            prop_assert_eq!(read.description(), file.description());
            prop_assert_eq!(read.expiry(), file.expiry());
            prop_assert_eq!(read.is_operator(), file.name() == "_admin");
        }
    }

    /// Members are missing, misspelt, duplicated or of another type; bytes are changed.
    #[test]
    fn damaged_files_keep_the_laws(
        file in any::<AdminTokenFile>(),
        members in vec((0..8_usize, 0..8_usize), 0..6),
        bytes in vec((any::<Index>(), any::<u8>()), 0..3),
    ) {
        const NAMES: [&str; 8] =
            ["token", "name", "description", "expiry_millis", "expiry_mills", "tokens", "token_name", "note"];
        const VALUES: [&str; 8] = ["null", "1780272000000", "\"\"", "\"apiv3_abc\"", "[]", "{}", "1.5", "\" x\""];
        let members: Vec<_> = members.iter().map(|(name, value)| format!("\"{}\": {}", NAMES[*name], VALUES[*value])).collect();
        let members = members.join(", ");
        let alone = format!("{{{members}}}");
        let appended = format!("{}, {members}}}", json(&file).trim_end().trim_end_matches('}'));
        let mut damaged = appended.clone().into_bytes();
        for (at, byte) in bytes {
            let at = at.index(damaged.len());
            damaged[at] = byte;
        }
        for text in [alone.as_bytes(), appended.as_bytes(), &damaged] {
            let result = documents::all(text);
            prop_assert!(result.is_ok(), "{}", result.unwrap_err());
            if let Err(error) = AdminTokenFile::parse(text) {
                prop_assert!(error.report().iter().all(|found| found.severity() == Severity::Error));
            }
        }
    }
}

#[test]
fn rejects_an_empty_name() {
    let file = AdminTokenFile::new(Token::parse("apiv3_a").unwrap());
    assert_eq!(file.clone().with_name("").unwrap_err().kind(), InvalidNameKind::Empty);
    assert!(file.with_name("_admin").unwrap().is_operator());
}

#[test]
fn errors_name_the_kind_of_file() {
    let error = AdminTokenFile::parse(b"{}").unwrap_err().to_string();
    let expected =
        "invalid admin token file: 2 errors\n  1:1: error[T0112] missing-member: the file has no `token`; ";
    assert!(error.starts_with(expected), "{error}");
}

fn error_chain(error: &dyn Error) -> String {
    let source = error.source().map(error_chain).unwrap_or_default();
    format!("{error}\n{error:?}\n{error:#?}\n{source}")
}

#[test]
fn never_shows_the_token() {
    let json = json(&canary());
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
        documents::output_shows_no_token(text.as_bytes()).unwrap();
        if let Err(error) = AdminTokenFile::parse(text.as_bytes()) {
            out += &error_chain(&error);
        }
        if let Err(error) = serde_json::from_str::<AdminTokenFile>(text) {
            let _ = writeln!(out, "{error} {error:?}");
        }
    }
    util::assert_no_piece_of(CANARY, &out, "an admin token file");
}

fn directory() -> (tempfile::TempDir, PathBuf) {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("admin-token.json");
    (directory, path)
}

/// Checks that the directory has only the file, which only its owner can read.
#[track_caller]
fn assert_private_and_alone(path: &Path) {
    let entries = path.parent().unwrap().read_dir().unwrap().map(|entry| entry.unwrap().file_name());
    // On Windows the lock file stays.
    assert_eq!(entries.filter(|name| name != ".admin-token.json.lock").count(), 1);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        assert_eq!(path.metadata().unwrap().permissions().mode() & 0o7777, 0o600);
    }
}

#[test]
fn creates_a_private_file_once() {
    let (_directory, path) = directory();
    admin::create(&path, &canary()).unwrap();
    assert_private_and_alone(&path);
    assert_eq!(json(&admin::load(&path).unwrap()), json(&canary()));

    let other = AdminTokenFile::new(Token::generate().unwrap());
    let error = admin::create(&path, &other).unwrap_err();
    assert!(matches!(error, influxdb3_offline_tokens::Error::Exists { .. }), "{error}");
    assert!(error.to_string().contains("admin-token.json`: the file already exists; "), "{error}");
    util::assert_no_piece_of(CANARY, &error_chain(&error), "an error");
    assert_eq!(std::fs::read(&path).unwrap(), *canary().to_json());

    std::fs::write(&path, "").unwrap();
    assert!(admin::create(&path, &other).is_err(), "replaced an empty file");
    assert_eq!(std::fs::read(&path).unwrap(), b"");
    assert_private_and_alone(&path);
}

#[test]
fn saves_over_an_existing_file() {
    let (_directory, path) = directory();
    let other = AdminTokenFile::new(Token::generate().unwrap());
    for (file, expected) in
        [(canary(), Outcome::Created), (canary(), Outcome::Unchanged), (other, Outcome::Replaced)]
    {
        assert_eq!(FileOptions::new().save_admin(&path, &file).unwrap(), expected);
        assert_eq!(json(&admin::load(&path).unwrap()), json(&file));
        assert_private_and_alone(&path);
    }
}

#[test]
fn load_reports_the_reason() {
    let (_directory, path) = directory();
    let missing = admin::load(&path).unwrap_err();
    assert!(
        matches!(&missing, influxdb3_offline_tokens::Error::Disk(error) if error.kind() == DiskErrorKind::NotFound)
    );
    std::fs::write(&path, r#"{"tokens": []}"#).unwrap();
    let error = admin::load(&path).unwrap_err();
    let codes: Vec<Code> = error.report().unwrap().iter().map(Diagnostic::code).collect();
    assert_eq!(codes, [Code::TokensFile]);
}

#[cfg(unix)]
#[test]
fn check_reports_a_readable_file() {
    use std::os::unix::fs::PermissionsExt;

    let (_directory, path) = directory();
    admin::create(&path, &AdminTokenFile::new(Token::generate().unwrap())).unwrap();
    let codes = || {
        let checked = Validator::new(util::now()).admin_token_file().check_file(&path).unwrap();
        checked.report.iter().map(Diagnostic::code).collect::<Vec<_>>()
    };
    assert_eq!(codes(), []);
    std::fs::set_permissions(&path, PermissionsExt::from_mode(0o644)).unwrap();
    assert_eq!(codes(), [Code::ReadableByOthers]);
}
