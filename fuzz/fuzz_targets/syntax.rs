//! See `tests/laws/mod.rs`, `syntax`.
#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| influxdb3_offline_tokens_fuzz::hold(laws::syntax(input)));

use influxdb3_offline_tokens_fuzz::laws;
