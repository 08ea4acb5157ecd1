//! The check that appended text contains the entries and nothing else.

use std::borrow::Cow;

use super::layout::Layout;
use crate::check::survey;
use crate::file::TokenEntry;
use crate::name::TokenName;
use crate::permission::Permission;
use crate::token::Token;

const FILE: &str = r#"{"tokens":[{"token":"apiv3_a","name":"a","permissions":[]}]}"#;

#[test]
fn accepts_only_the_appended_entries() {
    let entry = |token: &str, permission: &str| {
        TokenEntry::new(TokenName::parse("b").unwrap(), Token::parse(token).unwrap())
            .with_permissions([Permission::parse(permission).unwrap()])
    };
    let entry_b = entry("apiv3_b", "db:d:read");
    let facts = survey(FILE.as_bytes()).unwrap();
    let layout = Layout::new(&facts);
    let text = |entry: &TokenEntry| String::from(layout.entry(entry).as_str());
    let b = text(&entry_b);
    let cases = [
        (format!(",{b}"), true),
        (format!(",\n {b}\n"), true),
        (b.clone(), false),
        (String::new(), false),
        (",".into(), false),
        (format!(",{b},"), false),
        (format!(",{b},{b}"), false),
        (format!(",{b}]"), false),
        // Valid on their own, but they close the array early.
        (format!(",{b}],\"x\":["), false),
        (format!(",{b}]}} {{\"tokens\":["), false),
        (format!(",{}", text(&entry("apiv3_c", "db:d:read"))), false),
        (format!(",{}", text(&entry("apiv3_b", "db:e:read"))), false),
        (
            format!(",{}", text(&entry_b.clone().with_expiry(Some(crate::expiry::Expiry::from_millis(1))))),
            false,
        ),
        (format!(",{}", b.replace("\"b\"", "\"c\"")), false),
    ];
    for (case, (inserted, expected)) in cases.iter().enumerate() {
        assert_eq!(layout.is_list_of(inserted, &[Cow::Borrowed(&entry_b)]), *expected, "case {case}");
    }
    assert!(!layout.is_list_of(",", &[]));
}
