//! Values that the crate `arbitrary` generates from any bytes.

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

fn generate<'a, T: Arbitrary<'a>>(bytes: &'a [u8]) -> T {
    T::arbitrary(&mut Unstructured::new(bytes)).unwrap()
}

proptest! {
    #[test]
    fn generated_values_round_trip(bytes in prop::collection::vec(any::<u8>(), 0..4_096)) {
        let name: DatabaseName = generate(&bytes);
        prop_assert_eq!(DatabaseName::parse(name.as_str()), Ok(name));
        let name: TokenName = generate(&bytes);
        prop_assert_eq!(TokenName::parse(name.as_str()), Ok(name));
        let token: Token = generate(&bytes);
        prop_assert!(Token::parse(token.expose()).is_ok());
        let permission: Permission = generate(&bytes);
        prop_assert_eq!(Permission::parse(&permission.to_string()), Ok(permission));
        let file: TokenFile = generate(&bytes);
        let report = Validator::new(util::now()).check(&file.to_json());
        prop_assert!(report.is_valid(), "{}", report);
        let read = TokenFile::parse(&file.to_json()).unwrap();
        prop_assert_eq!(read.tokens().len(), file.tokens().len());
        let admin: AdminTokenFile = generate(&bytes);
        prop_assert!(AdminTokenFile::parse(&admin.to_json()).is_ok());
        let request: HttpTokenRequest = generate(&bytes);
        prop_assert_eq!(HttpTokenRequest::parse(request.to_json().as_bytes()), Ok(request));
        let release: Release = generate(&bytes);
        prop_assert_eq!(Release::parse(&release.to_string()), Ok(release));
        let code: Code = generate(&bytes);
        prop_assert_eq!(Code::parse(code.id()), Ok(code));
        let changes: Vec<Change> = generate(&bytes);
        if let Ok(Some(changed)) = edit::apply(Some(&file.to_json()), &changes) {
            prop_assert!(TokenFile::parse(&changed).is_ok());
        }
    }
}

#[test]
fn empty_input_generates_the_smallest_values() {
    assert_eq!(generate::<Permission>(b"").to_string(), "db:db1:read");
    assert!(generate::<TokenFile>(b"").tokens().is_empty());
    assert!(generate::<TokenEntry>(b"").permissions().is_empty());
}

#[test]
fn generates_every_kind_of_change() {
    let kinds: BTreeSet<String> = (0..=u8::MAX)
        .map(|byte| format!("{:?}", generate::<Change>(&[byte; 64])))
        .map(|change| change.split([' ', '(']).next().unwrap_or_default().to_owned())
        .collect();
    assert_eq!(kinds.len(), 8, "{kinds:?}");
}

#[test]
fn generates_different_permissions() {
    let mut state = 0x9E37_79B9_7F4A_7C15_u64;
    let mut byte = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state.to_be_bytes()[0]
    };
    let bytes: Vec<u8> = (0..40_000).map(|_| byte()).collect();
    let texts: BTreeSet<String> =
        bytes.chunks(40).map(|bytes| generate::<Permission>(bytes).to_string()).collect();
    assert!(texts.len() > 500, "{} of 1,000", texts.len());
    for prefix in ["db:*:", "system:*:", "system:metrics", "db:db1,"] {
        assert!(texts.iter().any(|text| text.starts_with(prefix)), "no {prefix}");
    }
}
