//! Shared helpers: the canary token, the fixtures, and a search for leaked secrets.
#![allow(dead_code, unreachable_pub, reason = "each test uses a part")]

use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use influxdb3_offline_tokens::{Release, Validator};

/// A token of which no output may show a piece.
pub const CANARY: &str =
    "apiv3_cAnArY0Kq3Zf0mC7uXk9Tn2LwYv5RgH1sBd8JpE4xVtAaQiUoNyMzWhFcGe6rDlSbPjKTmIqX2wY7ZvO5nRf";

/// 2026-01-01T00:00:00Z, the time of the fixtures.
pub fn now() -> SystemTime {
    UNIX_EPOCH + Duration::from_secs(1_767_225_600)
}

pub fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures")
}

/// A file with mistakes, and a validator with the options of its folder.
pub struct Fixture {
    pub path: PathBuf,
    pub release: Option<Release>,
    pub validator: Validator,
}

impl Fixture {
    pub fn bytes(&self) -> Vec<u8> {
        std::fs::read(&self.path).unwrap()
    }
}

/// The folders with a file `expected`.
pub fn fixture_folders() -> Vec<PathBuf> {
    let folders = ["codes", "combined"].iter().flat_map(|group| files(&fixtures().join(group), ""));
    folders.chain([fixtures().join("vendor")]).collect()
}

/// The files in the snapshot `expected` of the folder. Folders of codes also have files without mistakes.
pub fn mistaken_files(folder: &Path) -> Vec<Fixture> {
    let is_code_folder = folder.parent().is_some_and(|group| group.ends_with("codes"));
    let mut paths = files(folder, ".json");
    paths.retain(|path| !is_code_folder || file_name(path).starts_with("bad"));
    let validators = validators(folder);
    let fixtures = paths.into_iter().flat_map(|path| {
        validators.iter().cloned().map(move |(release, validator)| Fixture {
            path: path.clone(),
            release,
            validator,
        })
    });
    fixtures.collect()
}

pub fn mistaken_fixtures() -> Vec<Fixture> {
    let all: Vec<Fixture> = fixture_folders().iter().flat_map(|folder| mistaken_files(folder)).collect();
    assert!(all.len() > 700, "{} fixtures", all.len());
    all
}

pub fn file_name(path: &Path) -> &str {
    path.file_name().unwrap().to_str().unwrap()
}

/// One validator per line of the file `release`, or one without a release. A file `admin` selects admin token files.
pub fn validators(folder: &Path) -> Vec<(Option<Release>, Validator)> {
    let validator = Validator::new(now());
    let is_admin = folder.join("admin").exists();
    let validator = if is_admin { validator.admin_token_file() } else { validator };
    let Ok(releases) = std::fs::read_to_string(folder.join("release")) else {
        return vec![(None, validator)];
    };
    let for_release = |release: &str| {
        let release = Release::parse(release).unwrap();
        (Some(release), validator.clone().release(release))
    };
    releases.lines().map(for_release).collect()
}

/// The sorted files of a folder whose names have the ending.
#[track_caller]
pub fn files(folder: &Path, ending: &str) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let mut files: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    files.retain(|path| path.to_str().unwrap().ends_with(ending));
    files.sort();
    files
}

/// Replaces a file by renaming another one.
pub fn rename_into(path: &Path, text: &str) {
    let new = path.with_extension("new");
    std::fs::write(&new, text).unwrap();
    std::fs::rename(new, path).unwrap();
}

/// Returns the first 8 consecutive bytes of the secret that the output shows.
pub fn piece_of(secret: &str, output: &str) -> Option<String> {
    piece_of_length(8, secret, output)
}

/// Returns the first `length` consecutive bytes of the secret that the output shows.
pub fn piece_of_length(length: usize, secret: &str, output: &str) -> Option<String> {
    let body = secret.trim_start_matches("apiv3_").as_bytes();
    // Outputs are long: look at one pair per `length - 1` bytes, as every piece covers one of these pairs.
    let pair = |a: u8, b: u8| usize::from(u16::from_be_bytes([a, b]));
    let mut is_pair = [0_u64; 1 << 10];
    for two in body.windows(2) {
        is_pair[pair(two[0], two[1]) / 64] |= 1 << (pair(two[0], two[1]) % 64);
    }
    let output = output.as_bytes();
    for at in (length - 2..output.len().saturating_sub(1)).step_by(length - 1) {
        let pair = pair(output[at], output[at + 1]);
        if is_pair[pair / 64] >> (pair % 64) & 1 == 1 {
            let around = &output[at + 2 - length..(at + length).min(output.len())];
            let piece =
                around.windows(length).find(|piece| body.windows(length).any(|window| window == *piece));
            if let Some(piece) = piece {
                return Some(String::from_utf8_lossy(piece).into_owned());
            }
        }
    }
    None
}

#[test]
fn finds_every_piece_of_a_secret() {
    let piece = |output: &str| piece_of_length(8, CANARY, output);
    let body = &CANARY[6..];
    for start in 0..body.len() - 8 {
        let eight = &body[start..start + 8];
        assert_eq!(piece(eight).as_deref(), Some(eight));
        assert_eq!(piece(&format!("x {eight}{}", &body[start + 3..])).as_deref(), Some(eight));
        assert_eq!(piece(&body[start..start + 7]), None);
    }
}

/// Panics if the output shows 8 consecutive bytes of the secret.
#[track_caller]
pub fn assert_no_piece_of(secret: &str, output: &str, what: &str) {
    assert!(piece_of(secret, output).is_none(), "{what} shows a piece of the token");
}
