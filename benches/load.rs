//! Time to load and to check a file, compared with `serde_json` into structs of `String`s, without checks.

mod util;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use influxdb3_offline_tokens::{Code, TokenFile, Validator};
use serde::Deserialize;
use std::hint::black_box;
use std::time::{Duration, UNIX_EPOCH};

#[derive(Deserialize)]
#[allow(dead_code, reason = "they are only read")]
struct PlainFile {
    create_databases: Option<Vec<String>>,
    tokens: Vec<PlainToken>,
}

#[derive(Deserialize)]
#[allow(dead_code, reason = "they are only read")]
struct PlainToken {
    token: String,
    name: String,
    expiry_millis: Option<i64>,
    permissions: Vec<String>,
}

fn plain(text: &[u8]) -> PlainFile {
    serde_json::from_slice(text).unwrap()
}

fn validator() -> Validator {
    Validator::new(UNIX_EPOCH + Duration::from_secs(1_767_225_600))
}

fn ratios(_: &mut Criterion) {
    let text = util::file(100_000);
    let text = text.as_bytes();
    println!("a file of 100,000 tokens, {} MB", text.len() / 1_000_000);
    util::ratio("load", 11, ("parse", || TokenFile::parse(text).unwrap()), ("plain structs", || plain(text)));
    let check = || {
        let report = validator().check(text);
        assert!(report.is_empty(), "{report}");
    };
    util::ratio("validate", 11, ("check", check), ("plain structs", || plain(text)));
    let check = |text: &str| validator().severity(Code::GrantedNotCreated, None).check(text.as_bytes());
    let good = std::str::from_utf8(text).unwrap();
    let distinct = distinct(good);
    let plain_distinct = || plain(distinct.as_bytes());
    let title = "load, other permissions for every token";
    util::ratio(
        title,
        11,
        ("parse", || TokenFile::parse(distinct.as_bytes()).unwrap()),
        ("plain structs", plain_distinct),
    );
    let title = "validate, other permissions for every token";
    util::ratio(title, 11, ("check", || check(&distinct)), ("plain structs", plain_distinct));
    for (title, text) in [
        ("100,000 errors", good.replace("db3:read", "db3:reed")),
        ("100,000 notes", good.replace("      \"expiry_millis\": 1798761600000,\n", "")),
        ("100,000 expired", good.replace("1798761600000", "1598761600000")),
        ("one escape", good.replacen("token-5\"", "token\\u002d5\"", 1)),
        ("escapes everywhere", good.replace("token-", "token\\u002d")),
    ] {
        util::ratio(title, 5, ("this", || check(&text)), ("a good file", || check(good)));
    }
}

/// Returns the file with different databases for each token.
fn distinct(text: &str) -> String {
    let list = r#"["db:db1,db2:read,write", "db:db3:read"]"#;
    let pieces = text.split(list).enumerate().map(|(index, piece)| match index {
        0 => piece.to_owned(),
        _ => format!("[\"db:tenant-{index},shared:read,write\", \"db:archive-{index}:read\"]{piece}"),
    });
    pieces.collect()
}

fn load(criterion: &mut Criterion) {
    for count in [1, 1_000, 100_000] {
        let text = util::file(count);
        let text = text.as_bytes();
        let mut group = criterion.benchmark_group(format!("load {count}"));
        group.throughput(Throughput::Bytes(text.len() as u64)).sample_size(if count > 1_000 {
            10
        } else {
            50
        });
        group.bench_function("parse", |bencher| bencher.iter(|| TokenFile::parse(black_box(text)).unwrap()));
        group.bench_function("check", |bencher| bencher.iter(|| validator().check(black_box(text))));
        group.bench_function("plain structs", |bencher| bencher.iter(|| plain(black_box(text))));
        group.finish();
    }
}

criterion_group!(benches, ratios, load);
criterion_main!(benches);
