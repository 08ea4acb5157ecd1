//! Strategies of proptest 1 and `Arbitrary` for the values of this crate, for tests of its users.
//!
//! No generated value is rejected. Values shrink towards short and plain ones, and the tokens are not real. Use the feature
//! `proptest1` only in tests:
//!
//! ```toml
//! [dev-dependencies]
//! influxdb3-offline-tokens = { version = "0.1", features = ["proptest1"] } # until it is published: path = "…"
//! proptest = "1"
//! ```
//!
//! Permissions and their parts, tokens, names, expiries, entries, files, requests to a running server, [`Release`] and
//! [`Code`] are `Arbitrary`. An arbitrary set of actions may be empty; [`database_actions`] is not. Texts of permissions
//! come from [`permission_text`], or with a mistake from [`wrong_permission_text`] and [`wrong_permission_text_with`].
//!
//! ```
//! use influxdb3_offline_tokens::{TokenEntry, TokenFile};
//! use proptest::prelude::*;
//!
//! proptest!(|(entry: TokenEntry, file: TokenFile)| {
//!     prop_assert!(entry.token().expose().starts_with("apiv3_"));
//!     let parsed = TokenFile::parse(&file.to_json()).unwrap();
//!     prop_assert_eq!(parsed.tokens().len(), file.tokens().len());
//! });
//! ```

mod near_misses;

use proptest::arbitrary::{Arbitrary, any};
use proptest::collection::vec;
use proptest::option;
use proptest::prop_oneof;
use proptest::sample::select;
use proptest::strategy::{BoxedStrategy, Just, Strategy};

pub use self::near_misses::{wrong_permission_text, wrong_permission_text_with};
use crate::code::Code;
use crate::expiry::{Expiry, LAST_RFC3339_MILLIS};
use crate::file::AdminTokenFile;
use crate::file::{TokenEntry, TokenFile};
use crate::name::{DatabaseName, TokenName};
use crate::permission::{
    DatabaseActions, DatabaseNames, DatabasePermission, Permission, Scope, SystemPermission, SystemResource,
    SystemResources,
};
use crate::release::Release;
use crate::server::HttpTokenRequest;
use crate::token::{TOKEN_PREFIX, Token};

const BASE64URL: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/// Returns a plain database name: no `/`, and neither `_internal` nor a template variable such as `__DB__`.
fn plain_name() -> impl Strategy<Value = String> {
    "[a-zA-Z0-9](_?-?[a-zA-Z0-9]){0,6}_?"
}

/// Returns the text of a valid database name.
fn name_text() -> impl Strategy<Value = String> {
    prop_oneof![
        6 => select(&["db1", "db2", "db3", "sensors"][..]).prop_map(String::from),
        6 => plain_name(),
        2 => (plain_name(), "[a-zA-Z0-9-]{1,8}_?").prop_map(|(name, policy)| name + "/" + &policy),
        1 => "[a-zA-Z0-9]{1,511}",
        // The limits of the documentation and the server.
        1 => select(&[64_usize, 65, 510, 511][..]).prop_map(|length| "a".repeat(length)),
        1 => Just(String::from("_internal")),
    ]
}

/// Generates database names: often one of a few common ones, with a retention policy, long ones, and `_internal`.
fn database_name() -> impl Strategy<Value = DatabaseName> {
    name_text().prop_filter_map("a valid name", |name| DatabaseName::parse(&name).ok())
}

/// Generates token names: plain words, and any other text, including spaces, quotes and line breaks.
fn token_name() -> impl Strategy<Value = TokenName> {
    let unusual = vec(any::<char>(), 1..=12).prop_map(|characters| characters.into_iter().collect());
    prop_oneof![
        2 => select(&["app", "collector", "token-1"][..]).prop_map(String::from),
        4 => plain_name(),
        2 => unusual,
    ]
    .prop_filter_map("a valid name", |name: String| TokenName::parse(&name).ok())
}

/// Generates tokens: most have 92 characters, like those of the server; others have any visible ASCII.
fn token() -> impl Strategy<Value = Token> {
    // The last character of 64 bytes has two bits.
    let generated = (vec(select(BASE64URL), 85), select(&b"AQgw"[..])).prop_map(|(body, last)| {
        let body = body.into_iter().chain([last]).map(char::from);
        TOKEN_PREFIX.chars().chain(body).collect()
    });
    prop_oneof![1 => "apiv3_[!-~]{0,100}", 4 => generated]
        .prop_filter_map("a valid token", |token: String| Token::parse(&token).ok())
}

/// Generates expiries: between 2023 and 2033, at both ends of 64 bits, and any other.
fn expiry() -> impl Strategy<Value = Expiry> {
    prop_oneof![
        6 => 1_700_000_000_000..2_000_000_000_000_i64,
        2 => select(&[0, 1, -1, i64::MIN, i64::MAX, LAST_RFC3339_MILLIS, LAST_RFC3339_MILLIS + 1][..]),
        2 => any::<i64>(),
    ]
    .prop_map(Expiry::from_millis)
}

/// Generates non-empty sets of actions.
///
/// ```
/// use influxdb3_offline_tokens::strategies;
/// use proptest::prelude::*;
///
/// proptest!(|(actions in strategies::database_actions())| prop_assert!(!actions.is_empty()));
/// ```
pub fn database_actions() -> impl Strategy<Value = DatabaseActions> {
    let common = DatabaseActions::READ | DatabaseActions::WRITE;
    prop_oneof![
        2 => select([DatabaseActions::READ, DatabaseActions::WRITE, common].to_vec()),
        1 => (1..32_u8).prop_map(actions_of),
    ]
}

fn actions_of(bits: u8) -> DatabaseActions {
    let chosen = DatabaseActions::ALL.iter().enumerate().filter(|(bit, _)| bits >> bit & 1 == 1);
    chosen.map(|(_, action)| action).collect()
}

/// Generates permissions for databases and endpoints: all, or names in any order, possibly with duplicates.
fn permission() -> impl Strategy<Value = Permission> {
    prop_oneof![
        3 => any::<DatabasePermission>().prop_map(Permission::Database),
        1 => any::<SystemPermission>().prop_map(Permission::System),
    ]
}

/// Generates valid permission strings in any spelling: actions are in any order and may be duplicates.
///
/// ```
/// use influxdb3_offline_tokens::{Permission, strategies};
/// use proptest::prelude::*;
///
/// proptest!(|(text in strategies::permission_text())| prop_assert!(Permission::parse(&text).is_ok()));
/// ```
pub fn permission_text() -> impl Strategy<Value = String> {
    let names = prop_oneof![1 => Just(String::from("*")), 4 => vec(name_text(), 1..=4).prop_map(|names| names.join(","))];
    let action = select(&["create", "describe", "read", "write", "delete"][..]);
    let actions = vec(action, 1..=6).prop_map(|actions| actions.join(","));
    let resource = select(SystemResource::ALL.to_vec()).prop_map(SystemResource::as_str);
    let resources = prop_oneof![1 => Just(String::from("*")), 4 => vec(resource, 1..=5).prop_map(|names| names.join(","))];
    let reads = (1..=3_usize).prop_map(|times| vec!["read"; times].join(","));
    prop_oneof![
        3 => (names, actions).prop_map(|(names, actions)| format!("db:{names}:{actions}")),
        1 => (resources, reads).prop_map(|(names, actions)| format!("system:{names}:{actions}")),
    ]
}

/// Generates entries with any token, name, expiry and permissions.
fn token_entry() -> impl Strategy<Value = TokenEntry> {
    // The order in which proptest shrinks them.
    (vec(permission(), 0..=4), option::of(expiry()), token_name(), token()).prop_map(
        |(permissions, expiry, name, token)| {
            TokenEntry::new(name, token).with_expiry(expiry).with_permissions(permissions)
        },
    )
}

/// Generates valid tokens files with up to eight tokens and six databases. They may have warnings.
fn token_file() -> impl Strategy<Value = TokenFile> {
    (vec(database_name(), 0..=6), vec(token_entry(), 0..=8)).prop_map(|(databases, entries)| {
        let mut file = TokenFile::checked(databases, Vec::new());
        for entry in entries {
            // An entry with the name or secret of an earlier one is dropped.
            let _ = file.push(entry);
        }
        file
    })
}

/// Generates valid admin token files: operator tokens and others, with any description.
fn admin_token_file() -> impl Strategy<Value = AdminTokenFile> {
    let description = option::of(vec(any::<char>(), 0..=12).prop_map(String::from_iter));
    (token(), option::of(token_name()), description, option::of(expiry())).prop_map(
        |(token, name, description, expiry)| {
            let file =
                AdminTokenFile::new(token).with_description(description.as_deref()).with_expiry(expiry);
            match name {
                // The name of a resource token is also valid for an admin token.
                Some(name) => file.clone().with_name(name.as_str()).unwrap_or(file),
                None => file,
            }
        },
    )
}

/// Generates requests that create a token on a running server, with up to four permissions.
fn http_token_request() -> impl Strategy<Value = HttpTokenRequest> {
    (token_name(), vec(permission(), 0..=4), option::of(any::<u64>()))
        .prop_map(|(name, permissions, seconds)| HttpTokenRequest::new(name, permissions, seconds))
}

fn scope<N: Clone + core::fmt::Debug>(names: impl Strategy<Value = N>) -> impl Strategy<Value = Scope<N>> {
    prop_oneof![1 => Just(Scope::All), 4 => names.prop_map(Scope::Names)]
}

fn database_names() -> impl Strategy<Value = DatabaseNames> {
    vec(name_text(), 1..=4).prop_filter_map("valid names", |names| DatabaseNames::new(names).ok())
}

fn system_resources() -> impl Strategy<Value = SystemResources> {
    let resources = vec(select(SystemResource::ALL.to_vec()), 1..=5);
    resources.prop_filter_map("at least one", |resources| SystemResources::new(resources).ok())
}

fn database_permission() -> impl Strategy<Value = DatabasePermission> {
    (scope(database_names()), database_actions())
        .prop_filter_map("at least one action", |(scope, actions)| {
            DatabasePermission::new(scope, actions).ok()
        })
}

fn release() -> impl Strategy<Value = Release> {
    let known = [
        Release::CREATE_ACTION,
        Release::OFFLINE_TOKENS,
        Release::NO_DELETE_BY_WRITE,
        Release::WILDCARD_DATABASES,
        Release::UNIQUE_TOKENS,
    ];
    prop_oneof![
        2 => select(known.to_vec()),
        1 => any::<(u16, u16, u16)>().prop_map(|(major, minor, patch)| Release::new(major, minor, patch)),
    ]
}

macro_rules! arbitrary {
    ($($value:ty = $strategy:expr;)+) => {$(
        impl Arbitrary for $value {
            type Parameters = ();
            type Strategy = BoxedStrategy<Self>;

            fn arbitrary_with((): ()) -> BoxedStrategy<Self> {
                $strategy.boxed()
            }
        }
    )+};
}

arbitrary! {
    DatabaseName = database_name();
    TokenName = token_name();
    Token = token();
    Expiry = expiry();
    DatabaseActions = (0..32_u8).prop_map(actions_of);
    SystemResource = select(SystemResource::ALL.to_vec());
    DatabaseNames = database_names();
    SystemResources = system_resources();
    Scope<DatabaseNames> = scope(database_names());
    Scope<SystemResources> = scope(system_resources());
    DatabasePermission = database_permission();
    SystemPermission = scope(system_resources()).prop_map(SystemPermission::new);
    Permission = permission();
    TokenEntry = token_entry();
    TokenFile = token_file();
    AdminTokenFile = admin_token_file();
    HttpTokenRequest = http_token_request();
    Release = release();
    Code = select(Code::ALL);
}
