//! What several tests need.
#![allow(dead_code, unreachable_pub, reason = "each test takes what it needs")]

use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// A token that no output may hold a piece of.
pub const CANARY: &str =
    "apiv3_cAnArY0Kq3Zf0mC7uXk9Tn2LwYv5RgH1sBd8JpE4xVtAaQiUoNyMzWhFcGe6rDlSbPjKTmIqX2wY7ZvO5nRf";

/// 2026-01-01T00:00:00Z, the time of the fixtures.
pub fn now() -> SystemTime {
    UNIX_EPOCH + Duration::from_secs(1_767_225_600)
}

pub fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures")
}

/// The files of a folder that have this ending, by name.
#[track_caller]
pub fn files(folder: &Path, ending: &str) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let mut files: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    files.retain(|path| path.to_str().unwrap().ends_with(ending));
    files.sort();
    files
}

/// The first eight bytes in a row of the secret that stand in an output.
pub fn piece_of(secret: &str, output: &str) -> Option<String> {
    piece_of_length(8, secret, output)
}

/// The first so many bytes in a row of the secret that stand in an output.
pub fn piece_of_length(length: usize, secret: &str, output: &str) -> Option<String> {
    let body = secret.trim_start_matches("apiv3_").as_bytes();
    let begins: Vec<u8> = body.windows(length).map(|piece| piece[0]).collect();
    let is_begin: Vec<bool> = (0..=u8::MAX).map(|byte| begins.contains(&byte)).collect();
    let is_piece = |window: &&[u8]| {
        is_begin[usize::from(window[0])] && body.windows(length).any(|piece| piece == *window)
    };
    let found = output.as_bytes().windows(length).find(is_piece);
    found.map(|piece| String::from_utf8_lossy(piece).into_owned())
}

/// Fails where an output holds eight bytes of the secret in a row.
#[track_caller]
pub fn assert_no_piece_of(secret: &str, output: &str, what: &str) {
    assert!(piece_of(secret, output).is_none(), "{what} shows a piece of the token");
}
