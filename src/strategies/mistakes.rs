//! Files with one chosen mistake in them.

use alloc::string::String;

use proptest::arbitrary::any;
use proptest::sample::{Index, select};
use proptest::strategy::Strategy;

use crate::code::Code;
use crate::strategies::layout::{layout, write};
use crate::strategies::near_misses::ingredients;
use crate::strategies::scene::{Scene, spoil_text};
use crate::strategies::{token, token_file};

/// The mistakes that [`token_file_json_with`] can make: all but those that depend on the target release, on how far off an
/// expiry is, on bytes that are no text, on the file on disk, and on which of the two files is wanted. `Expired` needs a check
/// at a time after 2001; other entries that are spoilt end in 2030.
///
/// ```
/// use influxdb3_offline_tokens::{Code, strategies::MISTAKES};
///
/// assert!(MISTAKES.contains(&Code::DuplicateName) && !MISTAKES.contains(&Code::ExpiresSoon));
/// ```
pub const MISTAKES: &[Code] = &[
    Code::ByteOrderMark,
    Code::EmptyFile,
    Code::JsonSyntax,
    Code::NestedTooDeeply,
    Code::DuplicateMember,
    Code::NotAnObject,
    Code::ArrayAtTop,
    Code::BareToken,
    Code::AdminTokenFile,
    Code::HttpRequestBody,
    Code::MissingMember,
    Code::WrongType,
    Code::UnknownMember,
    Code::MisspeltMember,
    Code::PermissionsNotAList,
    Code::PermissionObject,
    Code::CreateDatabasesNotAList,
    Code::ExpiryNotAnInteger,
    Code::MissingPart,
    Code::ExtraPart,
    Code::EmptyPart,
    Code::EmptyItem,
    Code::Whitespace,
    Code::UnknownResourceType,
    Code::AdminPermission,
    Code::MixedWildcard,
    Code::Glob,
    Code::BadDatabaseName,
    Code::DatabaseNameTooLong,
    Code::PlaceholderName,
    Code::UnexpandedVariable,
    Code::UnknownAction,
    Code::WildcardAction,
    Code::ActionNotGrantable,
    Code::ActionNotForType,
    Code::UnknownSystemResource,
    Code::TokenPrefix,
    Code::TokenCharacters,
    Code::PlaceholderToken,
    Code::WeakToken,
    Code::TokenWithColon,
    Code::EmptyName,
    Code::ReservedName,
    Code::NameWithSurroundingSpace,
    Code::TokenInName,
    Code::Expired,
    Code::ExpiryInSeconds,
    Code::ExpiryTooFine,
    Code::ExpiryNotPositive,
    Code::NeverExpires,
    Code::DuplicateName,
    Code::DuplicateToken,
    Code::NoTokens,
    Code::NoPermissions,
    Code::DuplicatePermission,
    Code::DuplicateItem,
    Code::RedundantPermission,
    Code::SpecificHidesWildcard,
    Code::WildcardDatabase,
    Code::GrantedNotCreated,
    Code::CreatedNotGranted,
    Code::DuplicateDatabase,
    Code::CreateWildcard,
    Code::TooManyDatabases,
    Code::InternalDatabase,
    Code::UndocumentedAction,
];

/// Files with a chosen mistake of [`MISTAKES`] somewhere in them, in any layout; none for another code.
///
/// The other tokens of the file may earn warnings of their own, and no error.
///
/// ```
/// use influxdb3_offline_tokens::{Code, Validator, strategies};
/// use proptest::prelude::*;
///
/// let files = strategies::token_file_json_with(Code::UnknownAction).unwrap();
/// proptest!(|(json in files)| {
///     let report = Validator::new(std::time::SystemTime::now()).check(json.as_bytes());
///     prop_assert!(report.iter().any(|finding| finding.code() == Code::UnknownAction));
/// });
/// ```
#[must_use]
pub fn token_file_json_with(mistake: Code) -> Option<impl Strategy<Value = String>> {
    MISTAKES.contains(&mistake).then(|| wrong(select(alloc::vec![mistake])).prop_map(|(json, _)| json))
}

/// Files with one of [`MISTAKES`] in them, in any layout, and which one it is.
///
/// ```
/// use influxdb3_offline_tokens::{TokenFile, Severity, strategies};
/// use proptest::prelude::*;
///
/// proptest!(|((json, mistake) in strategies::wrong_token_file_json())| {
///     if mistake.severity() == Severity::Error {
///         prop_assert!(TokenFile::parse(json.as_bytes()).is_err());
///     }
/// });
/// ```
pub fn wrong_token_file_json() -> impl Strategy<Value = (String, Code)> {
    wrong(select(MISTAKES))
}

fn wrong(mistake: impl Strategy<Value = Code>) -> impl Strategy<Value = (String, Code)> {
    // What shrinks first comes first; of the token nothing is seen.
    (mistake, layout(), any::<(Index, Index)>(), ingredients(), token_file(), token().no_shrink()).prop_map(
        |(mistake, layout, (place, pick), ingredients, file, token)| {
            let permission = ingredients.with(mistake.name());
            let mut scene = Scene::new(file, token, place);
            let json = if scene.spoil(mistake, permission.as_deref(), pick) {
                let text = write(&scene.json(), &layout);
                spoil_text(text, mistake, pick)
            } else {
                String::new()
            };
            (json, mistake)
        },
    )
}
