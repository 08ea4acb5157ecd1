//! Configuration of the property tests.

use proptest::prelude::ProptestConfig;

/// Runs `default` cases, or `PROPTEST_CASES`. Failures are printed, not stored.
pub(crate) fn cases(default: u32) -> ProptestConfig {
    let cases = std::env::var("PROPTEST_CASES").ok().and_then(|cases| cases.parse().ok()).unwrap_or(default);
    ProptestConfig { cases, failure_persistence: None, ..ProptestConfig::default() }
}
