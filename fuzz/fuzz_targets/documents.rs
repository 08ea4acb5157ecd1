//! See `tests/laws/mod.rs`, `documents_sampled`.
#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| influxdb3_offline_tokens_fuzz::hold(laws::documents_sampled(input)));

use influxdb3_offline_tokens_fuzz::laws;
