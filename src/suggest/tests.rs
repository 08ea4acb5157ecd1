//! Suggestions for misspelt words.

use super::meant;

#[test]
fn suggests_only_near_misses() {
    let actions = ["create", "describe", "read", "write", "delete"];
    for (written, expected) in [
        ("red", Some(("read", false))),
        ("raed", Some(("read", false))),
        ("READ", Some(("read", true))),
        ("wirte", Some(("write", false))),
        ("reaad", Some(("read", false))),
        ("drop", None),
        ("", None),
        ("x", None),
    ] {
        assert_eq!(meant(written, actions), expected, "{written}");
    }
    assert_eq!(meant("", ["a"]), None);
    assert_eq!(meant("expiry_milis", ["expiry_millis", "name"]), Some(("expiry_millis", false)));
}
