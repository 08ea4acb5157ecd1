//! A test of a tokens file in your repository, shown as a program: `cargo run --example in_a_test`
//!
//! Copy the function into `tests/`, add `#[test]`, and load your own file.

use std::time::{Duration, UNIX_EPOCH};

use influxdb3_offline_tokens::{Expectations, TokenFile};

const FILE: &[u8] = br#"{"tokens": [
    {"token": "apiv3_collector", "name": "collector", "permissions": ["db:sensors:write"]},
    {"token": "apiv3_dashboard", "name": "dashboard", "permissions": ["db:*:read", "system:health:read"]}
]}"#;

fn tokens_can_do_what_they_should() {
    let file = TokenFile::parse(FILE).unwrap();
    let expectations: Expectations = "
        collector can write sensors
        collector cannot read any
        dashboard can read system health
        nobody but collector can write any
        nobody but dashboard can read new
    "
    .parse()
    .unwrap();
    // A fixed time, so that an expiry does not break the test.
    let now = UNIX_EPOCH + Duration::from_secs(1_800_000_000);
    expectations.verify(&file, now).unwrap();
}

fn main() {
    tokens_can_do_what_they_should();
    println!("all expectations are met");
}
