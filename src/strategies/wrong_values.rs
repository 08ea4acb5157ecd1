//! Names and tokens with one mistake in them.

use alloc::format;
use alloc::string::String;

use proptest::arbitrary::any;
use proptest::prop_oneof;
use proptest::sample::{Index, select};
use proptest::strategy::{Just, Strategy};

use crate::name::{InvalidNameKind, MAX_DATABASE_NAME, OPERATOR_TOKEN_NAME};
use crate::strategies::{NAME_BYTES, plain_name, text_of};
use crate::token::{InvalidTokenKind, TOKEN_PREFIX};

/// Names that no database can have, with exactly one mistake in them, and which one it is.
///
/// ```
/// use influxdb3_offline_tokens::{DatabaseName, strategies};
/// use proptest::prelude::*;
///
/// proptest!(|((text, kind) in strategies::wrong_database_name_text())| {
///     prop_assert_eq!(DatabaseName::parse(&text).unwrap_err().kind(), kind);
/// });
/// ```
pub fn wrong_database_name_text() -> impl Strategy<Value = (String, InvalidNameKind)> {
    let too_long = MAX_DATABASE_NAME + 1..MAX_DATABASE_NAME + 100;
    prop_oneof![
        1 => Just((String::new(), InvalidNameKind::Empty)),
        1 => too_long.prop_map(|length| ("a".repeat(length), InvalidNameKind::TooLong)),
        12 => (plain_name(12), any::<Index>()).prop_map(|(name, which)| spoilt(&name, which)),
    ]
}

/// A right name with a mistake in it.
pub(super) fn spoilt(name: &str, which: Index) -> (String, InvalidNameKind) {
    const WRONG: [char; 10] = ['.', ' ', '@', '+', '"', '\\', '\0', '\u{e9}', '\u{43e}', '\u{1F4C8}'];
    match which.index(WRONG.len() + 4) {
        0 => (format!("{name}/"), InvalidNameKind::LastSlash),
        1 => (format!("{name}/b/c"), InvalidNameKind::SecondSlash),
        2 => (format!("__{name}"), InvalidNameKind::BadStart('_')),
        3 => (format!("-{name}"), InvalidNameKind::BadStart('-')),
        // Not `which` once more: it is a place in any list, and has chosen this one already.
        other => {
            let wrong = WRONG.get(other - 4).copied().unwrap_or('.');
            (format!("{name}{wrong}x"), InvalidNameKind::BadCharacter(wrong))
        }
    }
}

/// The names that no token of the file can have, and what is wrong with each.
///
/// ```
/// use influxdb3_offline_tokens::{TokenName, strategies};
/// use proptest::prelude::*;
///
/// proptest!(|((text, kind) in strategies::wrong_token_name_text())| {
///     prop_assert_eq!(TokenName::parse(&text).unwrap_err().kind(), kind);
/// });
/// ```
pub fn wrong_token_name_text() -> impl Strategy<Value = (String, InvalidNameKind)> {
    let names = [("", InvalidNameKind::Empty), (OPERATOR_TOKEN_NAME, InvalidNameKind::Reserved)];
    select(names.to_vec()).prop_map(|(name, kind)| (name.into(), kind))
}

/// Texts that are no token, and what is wrong with each first: a wrong or missing prefix, a pasted scheme, white space and
/// other characters that no header carries. They are made up, and near to no token that is in use.
///
/// ```
/// use influxdb3_offline_tokens::{Token, strategies};
/// use proptest::prelude::*;
///
/// proptest!(|((text, kind) in strategies::wrong_token_text())| {
///     prop_assert_eq!(Token::parse(&text).unwrap_err().kind(), kind);
/// });
/// ```
pub fn wrong_token_text() -> impl Strategy<Value = (String, InvalidTokenKind)> {
    const PREFIXES: [&str; 9] =
        ["", "apiv3", "apiv3-", "apiv2_", "APIv3_", "apiv_", " apiv3_", "Bearer apiv3_", "Token apiv3_"];
    const WRONG: [char; 8] = [' ', '\t', '\n', '\r', '\0', '\u{7f}', '\u{a0}', '\u{e9}'];
    let body = || text_of(NAME_BYTES, 1..=86);
    prop_oneof![
        (select(&PREFIXES[..]), body()).prop_map(|(prefix, body)| {
            // `x`: no body begins with a prefix by chance.
            (format!("{prefix}x{body}"), InvalidTokenKind::Prefix)
        }),
        (body(), select(&WRONG[..]), any::<Index>()).prop_map(|(body, wrong, at)| {
            let (before, behind) = body.split_at(at.index(body.len() + 1));
            (format!("{TOKEN_PREFIX}{before}{wrong}{behind}"), InvalidTokenKind::Characters)
        }),
    ]
}
