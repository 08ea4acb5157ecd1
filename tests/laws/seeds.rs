//! Seeds of the fuzz targets, from the fixtures and from tables.

use std::path::Path;

use super::change::HEADER;
use crate::util;

/// The small fixtures, each also with the canary as its tokens, and without whitespace.
pub fn files(fixtures: &Path) -> Vec<Vec<u8>> {
    let mut seeds = Vec::new();
    let mut paths = vec![fixtures.to_owned()];
    while let Some(path) = paths.pop() {
        if path.is_dir() {
            paths.extend(util::files(&path, ""));
        } else if path.extension().is_some_and(|extension| extension == "json") {
            let bytes = std::fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
            seeds.extend([super::secret::with_canary(&bytes), without_space(&bytes), bytes]);
        }
    }
    // Large inputs make fuzzing slow.
    seeds.retain(|seed| seed.len() < 5_000);
    assert!(seeds.len() > 300, "{} fixtures", seeds.len());
    seeds
}

/// Removes whitespace outside of strings, so that edits touch their neighbours.
fn without_space(bytes: &[u8]) -> Vec<u8> {
    let (mut in_string, mut escaped) = (false, false);
    let mut out = bytes.to_vec();
    out.retain(|byte| {
        in_string ^= *byte == b'"' && !escaped;
        escaped = in_string && *byte == b'\\' && !escaped;
        in_string || !byte.is_ascii_whitespace()
    });
    out
}

/// The seeds of a target.
pub fn of(target: &str, fixtures: &Path) -> Vec<Vec<u8>> {
    let files = files(fixtures);
    let mut seeds = match target {
        "parse" => {
            // The pieces between quotes: permissions, names, tokens and numbers.
            let mut pieces: Vec<Vec<u8>> =
                files.iter().flat_map(|file| file.split(|&byte| byte == b'"')).map(<[u8]>::to_vec).collect();
            pieces.retain(|piece| piece.len() < 200);
            pieces.extend(TEXTS.iter().map(|text| text.as_bytes().to_vec()));
            pieces
        }
        "documents" => files.into_iter().chain(DOCUMENTS.map(|text| text.as_bytes().to_vec())).collect(),
        "syntax" => {
            let nested = [126, 127, 128].map(|depth| {
                format!(r#"{{"tokens": [], "x": {}{}}}"#, "[".repeat(depth), "]".repeat(depth)).into_bytes()
            });
            files.into_iter().chain(SYNTAX.map(|text| text.as_bytes().to_vec())).chain(nested).collect()
        }
        "change" => {
            let header =
                |index: usize| (0..HEADER).map(move |byte| (index * (byte + 3) % 251).to_le_bytes()[0]);
            let files = files.into_iter().enumerate();
            files.map(|(index, file)| header(index).chain(file).collect()).collect()
        }
        _ => files,
    };
    seeds.sort();
    seeds.dedup();
    seeds
}

const TEXTS: [&str; 12] = [
    "2026-01-01T00:00:00Z",
    "1756400061529",
    "1h 30m",
    "90d",
    "v3.11.1",
    "3.9",
    "T0214",
    "unknown-action",
    "app can read,write sensors\napp cannot create new",
    "only app, ops can delete any # nobody else",
    "nobody but ops can read system health",
    "\"a name\" can read \"system\"",
];

const DOCUMENTS: [&str; 9] = [
    r#"{"token": "apiv3_Zb2PqS0dD8xkYt9wV5nQm7rJcAeUuLhGf4oTiK6s1Xw", "name": "_admin"}"#,
    r#"{"token": "apiv3_Zb2PqS0dD8xkYt9wV5nQm7rJcAeUuLhGf4oTiK6s1Xw", "name": "deploy", "description": "of the pipeline",
        "expiry_millis": 1780272000000}"#,
    r#"{"token_name": "app", "permissions": [{"resource_type": "db", "resource_names": ["a", "b"], "actions": ["read"]},
        {"resource_type": "system", "resource_names": ["*"], "actions": ["read"]}], "expiry_secs": 3600}"#,
    r#"{"resource_type": "db", "resource_names": ["*"], "actions": ["read", "write"]}"#,
    r#"{"resource_type": "system", "resource_names": ["health", "ping"], "actions": ["read"]}"#,
    r#"[{"token_id": 0, "name": "_admin", "hash": "6f8a3b1c0", "permissions": "*:*:*"},
        {"token_id": 1, "name": "app", "hash": "0c1b3a8f6", "expiry": "2027-01-01T00:00:00", "permissions": "[\"db:a:read\"]"}]"#,
    r#"[{"name": "app", "expiry": 1780272000000, "permissions": "[\"db:a:read\",\"table:a.b:read\"]"}]"#,
    r#"["db:a:read", "system:*:read"]"#,
    "*:*:*",
];

/// JSON on which parsers differ.
const SYNTAX: [&str; 16] = [
    r#"[["a"], [["apiv3_x", "app", 1, ["db:a:read"]]]]"#,
    r#"{"tokens": [], "x": [0, -0, 1.5, 1e999, -1E-7, 0.0e+1, null, true, false, "\ud800", {"\udc00": 1}]}"#,
    r#"{"tokens": [], "\ud800": 1}"#,
    r#"{"tokens": [{"token": "\ud83d\ude00\udc00", "name": "\uD800\uD800", "permissions": []}]}"#,
    r#"{"tokens": [{"token": "\/\b\f\n\r\t\"\\\u0000", "name": "", "permissions": [], "expiry_millis": null}]}"#,
    r#"{"tokens": [{"token": "", "name": "", "permissions": [], "expiry_millis": 1e999}]}"#,
    r#"{"tokens": [{"token": "", "name": "", "permissions": [], "expiry_millis": -0}]}"#,
    r#"{"tokens": [{"token": 1e999, "name": "", "permissions": [], "expiry_millis": "\ud800"}]}"#,
    r#"{"tokens": [{"token": "", "name": "", "permissions": [], "expiry_millis": 01}]}"#,
    r#"{"tokens": [{"token": "\u12G4", "name": "\x", "permissions": [tru, nul]}]}"#,
    r#"{"tokens": []} {}"#,
    r#"{"tokens": [],}"#,
    "{\"tokens\": [], \"a\tb\": \"c\u{7f}d\"}",
    "{\"tokens\":\u{a0}[]}\u{c}",
    "\u{feff}{\"tokens\": []}",
    "null",
];
