//! A change of a file of any layout changes nothing else, as `serde_json` reads it and byte by byte.

#![allow(missing_docs)]

#[path = "util/layout.rs"]
mod layout;
mod laws;
#[path = "util/props.rs"]
mod props;
mod util;

use std::collections::BTreeMap;

use influxdb3_offline_tokens::edit::{self, Change, ChangeError};
use influxdb3_offline_tokens::{
    DatabaseName, Expiry, Permission, Token, TokenEntry, TokenFile, TokenName, append, load, strategies,
};
use laws::change::is_one_insertion;
use proptest::prelude::*;
use proptest::sample::Index;
use serde_json::value::RawValue;
use serde_json::{Value, json};

fn appended(entry: &TokenEntry) -> Change {
    Change::append([entry.clone()])
}

/// An entry in a form that can be compared, without showing its secret where a test fails.
fn plain(entry: &TokenEntry) -> (String, [u8; 64], String) {
    let rest = format!("{:?} {:?}", entry.expiry(), entry.permissions());
    (entry.name().to_string(), entry.token().sha512(), rest)
}

fn entries(file: &TokenFile) -> Vec<(String, [u8; 64], String)> {
    file.tokens().iter().map(plain).collect()
}

/// What is done to one token of a file, and what `serde_json` must read afterwards.
#[derive(Clone, Debug)]
enum Deed {
    Remove,
    Rename(TokenName),
    Rotate(Token),
    RotateBeside(TokenName, Token),
    SetExpiry(Option<Expiry>),
    SetPermissions(Vec<Permission>),
}

impl Deed {
    fn any() -> impl Strategy<Value = Self> {
        prop_oneof![
            Just(Self::Remove),
            any::<TokenName>().prop_map(Self::Rename),
            any::<Token>().prop_map(Self::Rotate),
            (any::<TokenName>(), any::<Token>()).prop_map(|(name, token)| Self::RotateBeside(name, token)),
            any::<Option<Expiry>>().prop_map(Self::SetExpiry),
            prop::collection::vec(any::<Permission>(), 0..3).prop_map(Self::SetPermissions),
        ]
    }

    fn change(&self, name: &TokenName) -> Change {
        let name = name.clone();
        match self.clone() {
            Self::Remove => Change::remove(name),
            Self::Rename(new_name) => Change::rename(name, new_name),
            Self::Rotate(token) => Change::rotate(name, token),
            Self::RotateBeside(new_name, token) => Change::rotate(name, token).beside(new_name),
            Self::SetExpiry(expiry) => Change::set_expiry(name, expiry),
            Self::SetPermissions(permissions) => Change::set_permissions(name, permissions),
        }
    }

    fn expect(&self, tokens: &mut Vec<Value>, at: usize) {
        match self {
            Self::Remove => drop(tokens.remove(at)),
            Self::Rename(name) => tokens[at]["name"] = json!(name.as_str()),
            Self::Rotate(token) => tokens[at]["token"] = json!(token.expose()),
            Self::RotateBeside(name, token) => {
                let mut new = json!({"token": token.expose(), "name": name.as_str()});
                for copied in ["permissions", "expiry_millis"] {
                    if let Some(value) = tokens[at].get(copied) {
                        new[copied] = value.clone();
                    }
                }
                tokens.push(new);
            }
            Self::SetExpiry(Some(expiry)) => tokens[at]["expiry_millis"] = json!(expiry.as_millis()),
            Self::SetExpiry(None) => drop(tokens[at].as_object_mut().unwrap().remove("expiry_millis")),
            Self::SetPermissions(permissions) => {
                tokens[at]["permissions"] = permissions.iter().map(ToString::to_string).collect();
            }
        }
    }
}

/// The bytes of each token of a text.
fn pieces(text: &[u8]) -> Vec<String> {
    #[derive(serde::Deserialize)]
    struct File {
        tokens: Vec<Box<RawValue>>,
    }
    let file: File = serde_json::from_slice(text).unwrap();
    file.tokens.iter().map(|token| token.get().to_owned()).collect()
}

fn blanks(text: &[u8]) -> usize {
    text.iter().filter(|byte| b", \t\r\n".contains(byte)).count()
}

/// How many bytes a member of a token has.
fn length(token: &str, member: &str) -> usize {
    let members: BTreeMap<String, Box<RawValue>> = serde_json::from_str(token).unwrap();
    members.get(member).map_or(0, |value| value.get().len())
}

proptest! {
    #![proptest_config(props::cases(300))]

    #[test]
    fn one_token_is_changed_and_all_else_stays(
        text in layout::token_file_json(),
        which in any::<Index>(),
        deed in Deed::any(),
    ) {
        let bytes = text.as_bytes();
        let old = TokenFile::parse(bytes).expect("a sound file");
        prop_assume!(!old.tokens().is_empty());
        let at = which.index(old.tokens().len());
        let name = old.tokens()[at].name();
        let after = match edit::apply(Some(bytes), &[deed.change(name)]) {
            Ok(after) => after.map_or(bytes.to_vec(), |after| after.to_vec()),
            Err(ChangeError::NameExists(_) | ChangeError::TokenExists(_)) => return Ok(()),
            Err(error) => panic!("{error}"),
        };
        // As another parser reads it.
        let mut expected: Value = serde_json::from_slice(bytes).unwrap();
        deed.expect(expected["tokens"].as_array_mut().unwrap(), at);
        prop_assert!(serde_json::from_slice::<Value>(&after).unwrap() == expected, "another value");
        // Byte by byte: what is gone, in one place, is no more than what the change concerns.
        let (before, now) = (pieces(bytes), pieces(&after));
        let start = bytes.iter().zip(&after).take_while(|(a, b)| a == b).count();
        let end = bytes.iter().rev().zip(after.iter().rev()).take_while(|(a, b)| a == b).count();
        let gone = &bytes[start..(bytes.len() - end).max(start)];
        let token = &before[at];
        let most = match &deed {
            Deed::RotateBeside(..) => 0,
            Deed::Rename(_) => length(token, "name"),
            Deed::Rotate(_) => length(token, "token"),
            Deed::SetPermissions(_) => length(token, "permissions"),
            Deed::SetExpiry(Some(_)) => length(token, "expiry_millis"),
            Deed::SetExpiry(None) => token.len(),
            // With it go its comma and the space on one side.
            Deed::Remove => token.len() + blanks(gone) - blanks(token.as_bytes()),
        };
        prop_assert!(gone.len() <= most, "{} bytes are gone, {most} may", gone.len());
        for (other, text) in before.iter().enumerate().filter(|&(other, _)| other != at) {
            let shifted = other - usize::from(matches!(deed, Deed::Remove) && other > at);
            prop_assert!(&now[shifted] == text, "another token is changed");
        }
    }

    #[test]
    fn one_entry_is_put_in_and_nothing_else_changes(
        text in layout::token_file_json(),
        entry in any::<TokenEntry>(),
    ) {
        let bytes = text.as_bytes();
        let old = TokenFile::parse(bytes).expect("a sound file");
        match edit::apply(Some(bytes), &[appended(&entry)]) {
            Ok(changed) => {
                let changed = changed.expect("a change");
                prop_assert!(is_one_insertion(bytes, &changed), "more than one insertion");
                let new = TokenFile::parse(&changed).expect("a sound file after it");
                let mut expected = entries(&old);
                expected.push(plain(&entry));
                prop_assert_eq!(entries(&new), expected);
                prop_assert_eq!(new.create_databases(), old.create_databases());
                let again = edit::apply(Some(&changed), &[appended(&entry)]).unwrap_err();
                prop_assert_eq!(again, ChangeError::NameExists(entry.name().clone()));
                let undone = edit::apply(Some(&changed), &[Change::remove(entry.name().clone())]).unwrap().unwrap();
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
        text in layout::token_file_json(),
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
        let changed = edit::apply(Some(bytes), &[Change::create_databases(names)]).unwrap();
        let after = changed.as_deref().unwrap_or(bytes);
        prop_assert_eq!(changed.is_some(), expected.len() > old.create_databases().len());
        prop_assert!(changed.is_none() || is_one_insertion(bytes, after), "more than one insertion");
        let new = TokenFile::parse(after).expect("a sound file after it");
        prop_assert_eq!(new.create_databases(), expected);
        prop_assert_eq!(entries(&new), entries(&old));
        // Those that were added go again.
        let added: Vec<DatabaseName> =
            new.create_databases().iter().filter(|name| !old.create_databases().contains(name)).cloned().collect();
        let dropped = edit::apply(Some(after), &[Change::drop_databases(added)]).unwrap();
        let dropped = TokenFile::parse(dropped.as_deref().unwrap_or(after)).expect("a sound file after that");
        prop_assert_eq!(dropped.create_databases(), old.create_databases());
        prop_assert_eq!(entries(&dropped), entries(&old));
    }
}

fn changes() -> impl Strategy<Value = (String, Vec<Change>)> {
    layout::token_file_and_json()
        .prop_flat_map(|(file, text)| (Just(text), proptest::collection::vec(layout::change(&file), 0..=8)))
}

proptest! {
    #![proptest_config(props::cases(500))]

    /// Changes that are applied in one pass have the result of one after the other.
    #[test]
    fn changes_together_are_changes_in_order((text, changes) in changes()) {
        let mut current = Ok(text.clone().into_bytes());
        for change in &changes {
            current = current.and_then(|bytes| {
                let changed = edit::apply(Some(&bytes), std::slice::from_ref(change))?;
                Ok::<_, ChangeError>(changed.map_or(bytes, |changed| changed.to_vec()))
            });
        }
        let together = edit::apply(Some(text.as_bytes()), &changes);
        let together = together.map(|changed| changed.map_or(text.into_bytes(), |changed| changed.to_vec()));
        prop_assert!(together == current, "{changes:?}");
    }
}

proptest! {
    // Each case syncs several times.
    #![proptest_config(props::cases(60))]

    #[test]
    fn what_was_appended_on_the_disk_is_loaded_again(
        text in prop::option::of(layout::token_file_json()),
        new in prop::collection::vec(any::<TokenEntry>(), 1..4),
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
                expected.push(plain(entry));
            } else {
                prop_assert!(std::fs::read(&path).ok() == before, "changed by an error");
            }
        }
        prop_assert_eq!(entries(&load(&path).unwrap()), expected);
        prop_assert_eq!(directory.path().read_dir().unwrap().count(), 1);
    }
}
