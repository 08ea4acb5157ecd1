//! Settings of the property tests.

use proptest::prelude::ProptestConfig;

/// So many cases of a property, or as many as `PROPTEST_CASES` says. What fails is printed, and belongs into a table.
pub(crate) fn cases(usual: u32) -> ProptestConfig {
    let cases = std::env::var("PROPTEST_CASES").ok().and_then(|cases| cases.parse().ok()).unwrap_or(usual);
    ProptestConfig { cases, failure_persistence: None, ..ProptestConfig::default() }
}
