//! See `tests/laws/mod.rs`, `fix_sampled`.
#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| influxdb3_offline_tokens_fuzz::hold(laws::fix_sampled(input)));

use influxdb3_offline_tokens_fuzz::laws;
