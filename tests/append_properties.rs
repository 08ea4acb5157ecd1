//! Appending to a file of any layout changes nothing else.

#![allow(missing_docs)]

#[path = "util/props.rs"]
mod props;

use influxdb3_offline_tokens::edit::{self, Change, IfExists};
use influxdb3_offline_tokens::{ChangeError, DatabaseName, TokenEntry, TokenFile, strategies};
use proptest::prelude::*;

fn append(entry: &TokenEntry) -> Change {
    Change::Append { entries: vec![entry.clone()], if_exists: IfExists::Refuse }
}

/// An entry in a form that can be compared, without showing its secret where a test fails.
fn plain(entry: &TokenEntry) -> (String, [u8; 64], String) {
    let rest = format!("{:?} {:?}", entry.expiry(), entry.permissions());
    (entry.name().to_string(), entry.token().sha512(), rest)
}

fn entries(file: &TokenFile) -> Vec<(String, [u8; 64], String)> {
    file.tokens().iter().map(plain).collect()
}

/// Whether `after` is `before` with one text put in: every other byte is the same.
fn is_one_insertion(before: &[u8], after: &[u8]) -> bool {
    let start = before.iter().zip(after).take_while(|(a, b)| a == b).count();
    let end = before.iter().rev().zip(after.iter().rev()).take_while(|(a, b)| a == b).count();
    after.len() > before.len() && start + end >= before.len()
}

proptest! {
    #![proptest_config(props::cases(300))]

    #[test]
    fn one_entry_is_put_in_and_nothing_else_changes(
        text in strategies::token_file_json(),
        entry in any::<TokenEntry>(),
    ) {
        let bytes = text.as_bytes();
        let old = TokenFile::parse(bytes).expect("a sound file");
        match edit::apply(Some(bytes), &[append(&entry)]) {
            Ok(changed) => {
                let changed = changed.expect("a change");
                prop_assert!(is_one_insertion(bytes, &changed), "more than one insertion");
                let new = TokenFile::parse(&changed).expect("a sound file after it");
                let mut expected = entries(&old);
                expected.push(plain(&entry));
                prop_assert_eq!(entries(&new), expected);
                prop_assert_eq!(new.create_databases(), old.create_databases());
                let again = edit::apply(Some(&changed), &[append(&entry)]).unwrap_err();
                prop_assert_eq!(again, ChangeError::NameExists(entry.name().clone()));
                let undone = edit::apply(Some(&changed), &[Change::Remove(entry.name().clone())]).unwrap().unwrap();
                prop_assert_eq!(entries(&TokenFile::parse(&undone).unwrap()), entries(&old));
            }
            Err(error) => {
                let taken = old.get(entry.name().as_str()).is_some()
                    || old.tokens().iter().any(|other| other.token().matches(entry.token().expose()));
                prop_assert!(taken, "{}", error);
            }
        }
    }

    #[test]
    fn databases_are_put_in_and_nothing_else_changes(
        text in strategies::token_file_json(),
        names in prop::collection::vec(strategies::database_name(), 1..4),
    ) {
        let bytes = text.as_bytes();
        let old = TokenFile::parse(bytes).expect("a sound file");
        let mut expected: Vec<DatabaseName> = old.create_databases().to_vec();
        for name in &names {
            if !expected.contains(name) {
                expected.push(name.clone());
            }
        }
        let changed = edit::apply(Some(bytes), &[Change::CreateDatabases(names)]).unwrap();
        let after = changed.as_ref().map_or(bytes, |changed| changed.as_slice());
        prop_assert_eq!(changed.is_some(), expected.len() > old.create_databases().len());
        prop_assert!(changed.is_none() || is_one_insertion(bytes, after), "more than one insertion");
        let new = TokenFile::parse(after).expect("a sound file after it");
        prop_assert_eq!(new.create_databases(), expected);
        prop_assert_eq!(entries(&new), entries(&old));
    }
}
