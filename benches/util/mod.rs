//! Files with many tokens, and the ratio of two times.
#![allow(dead_code, unreachable_pub, reason = "each bench uses a part")]

use std::fmt::Write as _;
use std::hint::black_box;
use std::time::{Duration, Instant};

/// Returns a valid file of `count` tokens, about 270 bytes each, in the layout of `influxdb3`. All permissions are the same.
pub fn file(count: usize) -> String {
    file_of(count, r#""db1", "db2", "db3""#, |_| r#""db:db1,db2:read,write", "db:db3:read""#.into())
}

/// Returns a file like [`file`], but with up to 2,500 different lists of permissions, as if tenants had databases.
pub fn tenants(count: usize) -> String {
    let databases: Vec<String> = (0..50).map(|n| format!(r#""tenant-{n}", "shared-{n}""#)).collect();
    file_of(count, &databases.join(", "), |index| {
        format!(r#""db:tenant-{}:read,write", "db:shared-{}:read""#, index % 50, index / 50 % 50)
    })
}

fn file_of(count: usize, databases: &str, permissions: impl Fn(usize) -> String) -> String {
    let mut text = format!("{{\n  \"create_databases\": [{databases}],\n  \"tokens\": [\n");
    for index in 0..count {
        let separator = if index + 1 < count { "," } else { "" };
        let (token, permissions) = (token(index), permissions(index));
        writeln!(
            text,
            "    {{\n      \"token\": \"{token}\",\n      \"name\": \"token-{index}\",\n      \
             \"expiry_millis\": 1798761600000,\n      \"permissions\": [{permissions}]\n    }}{separator}"
        )
        .unwrap();
    }
    text.push_str("  ]\n}\n");
    text
}

/// Returns a token that looks random but depends only on the index.
pub fn token(index: usize) -> String {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let mut state = (index as u64 + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    let mut token = String::from("apiv3_");
    for _ in 0..86 {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        token.push(char::from(ALPHABET[(state >> 40) as usize % 64]));
    }
    token
}

/// Times two candidates alternately, so that noise affects both, and prints the medians and their ratio.
pub fn ratio<A, B>(
    title: &str,
    rounds: usize,
    (ours, mut a): (&str, impl FnMut() -> A),
    (theirs, mut b): (&str, impl FnMut() -> B),
) -> f64 {
    let (mut first, mut second) = (Vec::new(), Vec::new());
    for _ in 0..rounds {
        first.push(time(&mut a));
        second.push(time(&mut b));
    }
    let (first, second) = (median(&mut first), median(&mut second));
    let ratio = first.as_secs_f64() / second.as_secs_f64();
    println!("ratio {ratio:5.2}  {title}: {ours} {first:?}, {theirs} {second:?}");
    ratio
}

fn time<T>(run: &mut impl FnMut() -> T) -> Duration {
    let start = Instant::now();
    let result = black_box(run());
    let time = start.elapsed();
    drop(result);
    time
}

fn median(times: &mut [Duration]) -> Duration {
    times.sort_unstable();
    times[times.len() / 2]
}
