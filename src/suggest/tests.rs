//! Suggestions for misspelt words; the fixtures have the other cases.

use super::meant;

#[test]
fn never_suggests_one_letter_words() {
    for written in ["", "b", "ab"] {
        assert_eq!(meant(written, ["a"]), None, "{written}");
    }
}
