//! Time to append tokens: in memory, compared with parsing, pushing and writing with `serde_json`; on disk, compared with
//! copying the file with the same syncs; and many tokens in one change, compared with one change each.

mod util;

use criterion::{Criterion, criterion_group, criterion_main};
use influxdb3_offline_tokens::disk::FileOptions;
use influxdb3_offline_tokens::edit;
use influxdb3_offline_tokens::edit::Change;
use influxdb3_offline_tokens::{Permission, Token, TokenEntry, TokenName, append};
use serde::{Deserialize, Serialize};
use std::fs::{self, File};
use std::hint::black_box;
use std::path::Path;

#[derive(Deserialize, Serialize)]
struct PlainFile {
    create_databases: Option<Vec<String>>,
    tokens: Vec<PlainToken>,
}

#[derive(Deserialize, Serialize)]
struct PlainToken {
    token: String,
    name: String,
    expiry_millis: Option<i64>,
    permissions: Vec<String>,
}

fn plain(text: &[u8]) -> Vec<u8> {
    let mut file: PlainFile = serde_json::from_slice(text).unwrap();
    file.tokens.push(PlainToken {
        token: util::token(usize::MAX - 1),
        name: "another".into(),
        expiry_millis: None,
        permissions: vec!["db:db1:read".into()],
    });
    serde_json::to_vec_pretty(&file).unwrap()
}

fn entry(name: &str, number: usize) -> TokenEntry {
    let token = Token::parse(&util::token(number)).unwrap();
    TokenEntry::new(TokenName::parse(name).unwrap(), token)
        .with_permissions([Permission::parse("db:db1:read").unwrap()])
}

fn many(from: usize) -> Vec<TokenEntry> {
    (from..from + 1_000).map(|number| entry(&format!("another-{number}"), 10_000_000 + number)).collect()
}

fn ours(text: &[u8]) -> usize {
    let change = Change::append([entry("another", usize::MAX - 1)]);
    edit::apply(Some(text), &[change]).unwrap().unwrap().len()
}

/// Takes the minimal steps of a safe change: write a new file, sync it, rename it, sync the directory.
fn copy(directory: &Path, path: &Path) {
    let beside = directory.join("copy");
    fs::copy(path, &beside).unwrap();
    File::open(&beside).unwrap().sync_all().unwrap();
    fs::rename(&beside, path).unwrap();
    File::open(directory).unwrap().sync_all().unwrap();
}

fn ratios(_: &mut Criterion) {
    for count in [1, 1_000, 100_000] {
        let text = util::file(count);
        let text = text.as_bytes();
        let rounds = if count > 1_000 { 7 } else { 101 };
        let title = format!("append one to {count}, in memory");
        util::ratio(&title, rounds, ("apply", || ours(text)), ("structs", || plain(text)));

        let directory = tempfile::tempdir().unwrap();
        let (path, other) = (directory.path().join("tokens.json"), directory.path().join("other.json"));
        fs::write(&path, text).unwrap();
        fs::write(&other, text).unwrap();
        let mut number = 0;
        let on_disk = || {
            number += 1;
            append(&path, &entry(&format!("another-{number}"), 20_000_000 + number)).unwrap()
        };
        let title = format!("append one to {count}, on disk");
        let rounds = rounds.min(15);
        util::ratio(&title, rounds, ("append", on_disk), ("copy", || copy(directory.path(), &other)));
    }
    let directory = tempfile::tempdir().unwrap();
    let (path, other) = (directory.path().join("tokens.json"), directory.path().join("other.json"));
    let text = util::file(1_000);
    let at_once = || {
        fs::write(&path, &text).unwrap();
        FileOptions::new().change(&path, &[Change::append(many(0))]).unwrap()
    };
    let singly = || {
        fs::write(&other, &text).unwrap();
        for entry in many(0) {
            append(&other, &entry).unwrap();
        }
    };
    util::ratio("append 1,000 to 1,000", 3, ("change", at_once), ("1,000 times append", singly));
}

fn in_memory(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("append");
    for count in [1, 1_000, 100_000] {
        let text = util::file(count);
        group.sample_size(if count > 1_000 { 10 } else { 50 });
        group.bench_function(format!("one to {count}"), |bencher| {
            bencher.iter(|| ours(black_box(text.as_bytes())));
        });
    }
    group.finish();
}

criterion_group!(benches, ratios, in_memory);
criterion_main!(benches);
