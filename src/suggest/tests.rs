use super::meant;

#[test]
fn a_slip_is_recognised_and_another_word_is_not() {
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
