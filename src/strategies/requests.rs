//! Changes of a file, and requests to a server.

use alloc::vec::Vec;
use std::collections::HashMap;

use proptest::arbitrary::any;
use proptest::bool::weighted;
use proptest::collection::vec;
use proptest::option;
use proptest::prop_oneof;
use proptest::sample::Index;
use proptest::strategy::Strategy;

use super::{database_name, expiry, permission, token, token_entry, token_name};
use crate::edit::Change;
use crate::file::TokenFile;
use crate::name::TokenName;
use crate::server::HttpTokenRequest;
use crate::token::Token;

/// Requests that make a token on a running server: any name, up to four permissions, any number of seconds or none.
///
/// ```
/// use influxdb3_offline_tokens::strategies;
/// use influxdb3_offline_tokens::server::HttpTokenRequest;
/// use proptest::prelude::*;
///
/// proptest!(|(request in strategies::http_token_request())| {
///     prop_assert_eq!(HttpTokenRequest::parse(request.to_json().as_bytes()), Ok(request));
/// });
/// ```
pub fn http_token_request() -> impl Strategy<Value = HttpTokenRequest> {
    (token_name(), vec(permission(), 0..=4), option::of(any::<u64>()))
        .prop_map(|(name, permissions, seconds)| HttpTokenRequest::new(name, permissions, seconds))
}

/// Changes of all kinds: most of a token that the file has, where it has any, and some of one that it does not have.
///
/// ```
/// use influxdb3_offline_tokens::{TokenFile, edit, strategies};
/// use proptest::prelude::*;
///
/// let file_and_change = strategies::token_file()
///     .prop_flat_map(|file| (strategies::change(&file), Just(file)));
/// proptest!(|((change, file) in file_and_change)| {
///     if let Ok(Some(changed)) = edit::apply(Some(&file.to_json()), &[change]) {
///         prop_assert!(TokenFile::parse(&changed).is_ok());
///     }
/// });
/// ```
pub fn change(file: &TokenFile) -> impl Strategy<Value = Change> + use<> {
    let names: Vec<TokenName> = file.tokens().iter().map(|entry| entry.name().clone()).collect();
    let named = || {
        let names = names.clone();
        (weighted(0.2), any::<Index>(), token_name()).prop_map(move |(is_new, index, new)| {
            match names.get(index.index(names.len().max(1))) {
                Some(name) if !is_new => name.clone(),
                _ => new,
            }
        })
    };
    let secrets: HashMap<TokenName, [u8; 64]> =
        file.tokens().iter().map(|entry| (entry.name().clone(), entry.token().sha512())).collect();
    let expecting = move |(name, token): (TokenName, Token)| {
        let expected = secrets.get(&name).copied().unwrap_or([0; 64]);
        Change::rotate(name, token).if_sha512(expected)
    };
    let databases = file.create_databases().to_vec();
    let dropped = move || {
        let databases = databases.clone();
        (any::<Index>(), database_name()).prop_map(move |(index, new)| {
            databases.get(index.index(databases.len().max(1))).cloned().unwrap_or(new)
        })
    };
    prop_oneof![
        (vec(token_entry(), 0..=3), any::<bool>()).prop_map(|(entries, keeps)| {
            let append = Change::append(entries);
            if keeps { append.keep_if_same() } else { append }
        }),
        vec(database_name(), 0..=4).prop_map(Change::create_databases),
        vec(dropped(), 0..=4).prop_map(Change::drop_databases),
        named().prop_map(Change::remove),
        (named(), token_name()).prop_map(|(name, new_name)| Change::rename(name, new_name)),
        (named(), token()).prop_map(|(name, token)| Change::rotate(name, token)),
        (named(), token()).prop_map(expecting),
        (named(), token_name(), token())
            .prop_map(|(name, new_name, token)| Change::rotate(name, token).beside(new_name)),
        (named(), option::of(expiry())).prop_map(|(name, expiry)| Change::set_expiry(name, expiry)),
        (named(), vec(permission(), 0..=4))
            .prop_map(|(name, permissions)| Change::set_permissions(name, permissions)),
    ]
}
