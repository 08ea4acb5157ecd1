//! What is asked of a file or of a running server.

use alloc::vec::Vec;

use proptest::arbitrary::any;
use proptest::bool::weighted;
use proptest::collection::vec;
use proptest::option;
use proptest::prop_oneof;
use proptest::sample::Index;
use proptest::strategy::Strategy;

use super::{database_name, expiry, permission, token, token_entry, token_name};
use crate::edit::{Change, IfExists};
use crate::file::TokenFile;
use crate::name::TokenName;
use crate::server::HttpTokenRequest;

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
    prop_oneof![
        (vec(token_entry(), 0..=3), any::<bool>()).prop_map(|(entries, keeps)| {
            let if_exists = if keeps { IfExists::KeepIfSame } else { IfExists::Refuse };
            Change::Append { entries, if_exists }
        }),
        vec(database_name(), 0..=4).prop_map(Change::CreateDatabases),
        named().prop_map(Change::Remove),
        (named(), token()).prop_map(|(name, token)| Change::Rotate { name, token }),
        (named(), token_name(), token()).prop_map(|(name, new_name, token)| Change::RotateBeside {
            name,
            new_name,
            token
        }),
        (named(), option::of(expiry())).prop_map(|(name, expiry)| Change::SetExpiry { name, expiry }),
        (named(), vec(permission(), 0..=4))
            .prop_map(|(name, permissions)| Change::SetPermissions { name, permissions }),
    ]
}
