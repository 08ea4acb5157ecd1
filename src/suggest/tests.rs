//! Suggestions for misspelt words; the fixtures have the other cases.

use super::closest_word;

#[test]
fn never_suggests_one_letter_words() {
    for written in ["", "b", "ab"] {
        assert_eq!(closest_word(written, ["a"]), None, "{written}");
    }
}
