//! The strength of tokens.

use super::strength::{Strength, is_evenly_mixed, strength};

#[test]
fn detects_evenly_mixed_tokens() {
    assert!(is_evenly_mixed(b"Kq3Zf0mC7uXk9Tn2LwYv5RgH1sBd8JpE4xVtAaQiUoNyMzWhFc"));
    assert!(!is_evenly_mixed(b"MySuperSecretAdminToken2024ForOurInfluxDBServer1Here"));
    assert!(!is_evenly_mixed(&b"aZ3".repeat(20)));
}

#[test]
fn rates_token_strength() {
    for (body, expected) in [
        (&*"a".repeat(5_000), Strength::Weak),
        ("YourLongSecretOfTheProductionCluster2024ForGrafana", Strength::Placeholder),
        // Random tokens that contain `your` and `xXxX`.
        ("q3Zf0yourXk9Tn2LwYv5Rg", Strength::Strong),
        (
            "Kq3Zf0mC7uaaaaaaLwYv5RgH1sBd8YourxVtAaQiUoNyMzWhFcGe6rDlSbPj-_xXxXqX2wY7ZvO5nRfC3uLg9k",
            Strength::Strong,
        ),
    ] {
        assert_eq!(strength(body), expected, "a body of {} characters", body.len());
    }
}
