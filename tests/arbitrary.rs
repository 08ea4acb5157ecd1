//! What the crate `arbitrary` makes of any bytes.

#![allow(missing_docs)]

mod util;

use std::collections::BTreeSet;

use arbitrary::{Arbitrary, Unstructured};
use influxdb3_offline_tokens::edit::Change;
use influxdb3_offline_tokens::server::HttpTokenRequest;
use influxdb3_offline_tokens::{
    AdminTokenFile, Code, DatabaseName, Permission, Release, Token, TokenEntry, TokenFile, TokenName,
    Validator, edit,
};
use proptest::prelude::*;

fn made<'a, T: Arbitrary<'a>>(bytes: &'a [u8]) -> T {
    T::arbitrary(&mut Unstructured::new(bytes)).expect("every input makes a value")
}

proptest! {
    #[test]
    fn any_bytes_make_values_that_are_read_again(bytes in prop::collection::vec(any::<u8>(), 0..4_096)) {
        let name: DatabaseName = made(&bytes);
        prop_assert_eq!(DatabaseName::parse(name.as_str()), Ok(name));
        let name: TokenName = made(&bytes);
        prop_assert_eq!(TokenName::parse(name.as_str()), Ok(name));
        let token: Token = made(&bytes);
        prop_assert!(Token::parse(token.expose()).is_ok());
        let permission: Permission = made(&bytes);
        prop_assert_eq!(Permission::parse(&permission.to_string()), Ok(permission));
        let file: TokenFile = made(&bytes);
        let report = Validator::new(util::now()).check(&file.to_json());
        prop_assert!(report.is_valid(), "{}", report);
        let read = TokenFile::parse(&file.to_json()).unwrap();
        prop_assert_eq!(read.tokens().len(), file.tokens().len());
        let admin: AdminTokenFile = made(&bytes);
        prop_assert!(AdminTokenFile::parse(&admin.to_json()).is_ok());
        let request: HttpTokenRequest = made(&bytes);
        prop_assert_eq!(HttpTokenRequest::parse(request.to_json().as_bytes()), Ok(request));
        let release: Release = made(&bytes);
        prop_assert_eq!(Release::parse(&release.to_string()), Ok(release));
        let code: Code = made(&bytes);
        prop_assert_eq!(Code::parse(code.id()), Ok(code));
        let changes: Vec<Change> = made(&bytes);
        if let Ok(Some(changed)) = edit::apply(Some(&file.to_json()), &changes) {
            prop_assert!(TokenFile::parse(&changed).is_ok());
        }
    }
}

#[test]
fn no_bytes_make_the_smallest_values() {
    assert_eq!(made::<Permission>(b"").to_string(), "db:db1:read");
    assert!(made::<TokenFile>(b"").tokens().is_empty());
    assert!(made::<TokenEntry>(b"").permissions().is_empty());
}

/// Every kind of change comes up.
#[test]
fn bytes_choose_the_kind_of_change() {
    let kinds: BTreeSet<String> = (0..=u8::MAX)
        .map(|byte| format!("{:?}", made::<Change>(&[byte; 64])))
        .map(|change| change.split([' ', '(']).next().unwrap_or_default().to_owned())
        .collect();
    assert_eq!(kinds.len(), 8, "{kinds:?}");
}

#[test]
fn different_bytes_make_different_permissions() {
    let mut state = 0x9E37_79B9_7F4A_7C15_u64;
    let mut byte = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state.to_be_bytes()[0]
    };
    let bytes: Vec<u8> = (0..40_000).map(|_| byte()).collect();
    let texts: BTreeSet<String> =
        bytes.chunks(40).map(|bytes| made::<Permission>(bytes).to_string()).collect();
    assert!(texts.len() > 500, "{} of 1,000", texts.len());
    for begin in ["db:*:", "system:*:", "system:metrics", "db:db1,"] {
        assert!(texts.iter().any(|text| text.starts_with(begin)), "no {begin}");
    }
}
