//! See `tests/laws/mod.rs`, `redact`.
#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| influxdb3_offline_tokens_fuzz::hold(laws::redact(input)));

use influxdb3_offline_tokens_fuzz::laws;
