//! Changes to generated files in any layout: the values change as expected, and all other bytes stay.

#[path = "util/layout.rs"]
mod layout;
mod laws;
#[path = "util/props.rs"]
mod props;
mod util;

use influxdb3_offline_tokens::edit::{self, Change, ChangeError};
use influxdb3_offline_tokens::{TokenEntry, TokenFile, append, load};
use laws::change;
use proptest::collection::vec;
use proptest::prelude::*;

/// An entry in a form that can be compared and shown.
fn comparable(entry: &TokenEntry) -> (String, [u8; 64], String) {
    let rest = format!("{:?} {:?}", entry.expiry(), entry.permissions());
    (entry.name().to_string(), entry.token().sha512(), rest)
}

fn entries(file: &TokenFile) -> Vec<(String, [u8; 64], String)> {
    file.tokens().iter().map(comparable).collect()
}

fn text_and_changes() -> impl Strategy<Value = (String, Vec<Change>)> {
    layout::token_file_and_json()
        .prop_flat_map(|(file, text)| (Just(text), vec(layout::change(&file), 0..=8)))
}

proptest! {
    #![proptest_config(props::cases(500))]

    #[test]
    fn changes_keep_the_laws(choice: [u8; change::HEADER], text in layout::token_file_json()) {
        let result = change::all(&[&choice, text.as_bytes()].concat());
        prop_assert!(result.is_ok(), "{}", result.unwrap_err());
    }
}

proptest! {
    #![proptest_config(props::cases(500))]

    #[test]
    fn one_pass_equals_separate_changes((text, changes) in text_and_changes()) {
        let separately = changes.iter().try_fold(text.clone().into_bytes(), |bytes, change| {
            let changed = edit::apply(Some(&bytes), std::slice::from_ref(change))?;
            Ok::<_, ChangeError>(changed.map_or(bytes, |changed| changed.to_vec()))
        });
        let together = edit::apply(Some(text.as_bytes()), &changes);
        let together = together.map(|changed| changed.map_or(text.into_bytes(), |changed| changed.to_vec()));
        prop_assert!(together == separately, "{changes:?}");
    }
}

proptest! {
    // Each case syncs several times.
    #![proptest_config(props::cases(60))]

    #[test]
    fn load_returns_appended_entries(
        text in prop::option::of(layout::token_file_json()),
        new in vec(any::<TokenEntry>(), 1..4),
    ) {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("tokens.json");
        if let Some(text) = &text {
            std::fs::write(&path, text).unwrap();
        }
        let old = text.as_ref().map_or_else(TokenFile::default, |_| load(&path).unwrap());
        let mut expected = entries(&old);
        for entry in &new {
            let before = std::fs::read(&path).ok();
            if append(&path, entry).is_ok() {
                expected.push(comparable(entry));
            } else {
                prop_assert!(std::fs::read(&path).ok() == before, "changed despite an error");
            }
        }
        prop_assert_eq!(entries(&load(&path).unwrap()), expected);
        prop_assert_eq!(directory.path().read_dir().unwrap().count(), 1);
    }
}
