//! Creates, checks, fixes and changes the offline permission tokens file of InfluxDB 3 Enterprise, and decides access with it.
//!
//! The server can start with a tokens file (`--permission-tokens-file`): a JSON object with `create_databases` and `tokens`.
//! Each token has a secret, a name, an optional expiry, and permission strings such as `db:db1,db2:read,write`. The server
//! reads the file at start-up and creates its tokens only if no resource token exists yet (documentation). Later edits have no
//! effect on that server.
//!
//! The server's loader of the file is closed source. So each fact about the server states its source: *documentation*,
//! *release notes*, *server source* (the open part of 3.10), or *inferred* from that source. *Run* means that the source was
//! run with such input, and *seen* that a running server printed it.
//!
//! # Examples
//!
//! Check a text and report all problems at once ([`validate`], [`Validator`]):
//!
//! ```
//! let text = br#"{"tokens": [{"name": "app", "permissions": ["system:ping"]}]}"#;
//! let report = influxdb3_offline_tokens::validate(text);
//! let names: Vec<_> = report.iter().map(|diagnostic| diagnostic.code().name()).collect();
//! assert_eq!(names, ["missing-member", "never-expires", "missing-part"]);
//! ```
//!
//! Add a token to a file, and load it ([`append`], [`load`], [`save`]):
//!
//! ```
//! use influxdb3_offline_tokens::{Permission, Token, TokenEntry, TokenName, append, load};
//!
//! # let directory = tempfile::tempdir()?;
//! # let path = directory.path().join("permission-tokens.json");
//! let entry = TokenEntry::new(TokenName::parse("collector")?, Token::generate()?)
//!     .with_permissions([Permission::parse("db:sensors:write")?]);
//! append(&path, &entry)?;
//! assert_eq!(load(&path)?.tokens()[0].name(), entry.name());
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! Read, plan and write under one lock ([`update`]). The module [`wanted`] computes the changes to a wanted state:
//!
//! ```
//! use influxdb3_offline_tokens::edit::Change;
//! use influxdb3_offline_tokens::{DatabaseName, update};
//! # use std::convert::Infallible;
//!
//! # let directory = tempfile::tempdir()?;
//! # let path = directory.path().join("permission-tokens.json");
//! let sensors = DatabaseName::parse("sensors")?;
//! let updated = update(&path, |file| {
//!     let is_created = file.is_some_and(|file| file.create_databases().contains(&sensors));
//!     let change = (!is_created).then(|| Change::create_databases([sensors.clone()]));
//!     Ok::<_, Infallible>(change.into_iter().collect())
//! })?;
//! assert_eq!(updated.after.unwrap().create_databases().len(), 1);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! Parse a permission. [`Permission::parse_borrowed`] does not allocate:
//!
//! ```
//! use influxdb3_offline_tokens::Permission;
//!
//! let error = Permission::parse("db:a,,b:read").unwrap_err();
//! assert_eq!((error.kind().name(), error.span().range()), ("empty-item", 5..5));
//! ```
//!
//! Decide requests as the server does ([`Authorizer`], [`Rights`], [`access`]). For a service, [`live::LiveAuthorizer`] reloads
//! the file, and [`access::PresentedToken`] reads the `Authorization` header:
//!
//! ```
//! use influxdb3_offline_tokens::access::decide;
//! use influxdb3_offline_tokens::{AccessRequest, DatabaseActions, Permission};
//!
//! let permissions = [Permission::parse("db:db1:read")?, Permission::parse("db:*:write")?];
//! let request = |name| AccessRequest::Database(name, DatabaseActions::WRITE);
//! assert!(decide(&permissions, request("db2")).is_allowed());
//! assert!(!decide(&permissions, request("db1")).is_allowed());
//! # Ok::<(), influxdb3_offline_tokens::permission::ParsePermissionError>(())
//! ```
//!
//! Compare a file with the tokens of a server, or create its tokens there over HTTP ([`server`]):
//!
//! ```
//! use influxdb3_offline_tokens::TokenFile;
//! use influxdb3_offline_tokens::server::{ServerComparison, ServerTokens};
//!
//! let file = TokenFile::parse(
//!     br#"{"tokens": [{"token": "apiv3_a", "name": "app", "permissions": ["db:a:read,write"]}]}"#,
//! )?;
//! let shown = ServerTokens::parse(
//!     br#"[{"name": "app", "permissions": "[\"db:a:write\",\"db:a:read\"]"}]"#,
//! )?;
//! assert!(ServerComparison::new(&file, &shown).is_empty());
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! Also:
//!
//! - [`Validator::fix`] applies fixes, and [`redact`] shows a text without its secrets.
//! - [`edit`] changes a text that is not on disk.
//! - [`Expectations`] test what tokens can do.
//! - [`admin`] reads and writes admin token files.
//!
//! # The grammar of a permission
//!
//! In ABNF (RFC 5234, with the case-sensitive strings of RFC 7405). The module [`permission`] lists the errors:
//!
//! ```abnf
//! permission      = database / system
//! database        = %s"db" ":" ( "*" / database-names ) ":" action *( "," action )
//! system          = %s"system" ":" ( "*" / resources ) ":" %s"read" *( "," %s"read" )
//! database-names  = database-name *( "," database-name )
//! ; at most 511 bytes
//! database-name   = letter-or-digit *name-character [ "/" 1*name-character ] / %s"_internal"
//! name-character  = letter-or-digit / "_" / "-"
//! letter-or-digit = ALPHA / DIGIT
//! action          = %s"create" / %s"describe" / %s"read" / %s"write" / %s"delete"
//! resources       = resource *( "," resource )
//! resource        = %s"health" / %s"metrics" / %s"ping" / %s"ready"
//! ```
//!
//! # Secrets and serde
//!
//! No `Debug`, error, report or decision contains a token, or a piece of the value of `token`. In a wrong place, such as a
//! name, a token is recognized by its prefix; [`redact`], reports and most errors also recognize one without, by its random
//! characters. The `Display` of a name or a permission is its text. [`Token::expose`] returns a token, and serialized
//! entries and files contain it. Secrets are zeroized on drop; copies in swap, core dumps or on the stack are not.
//!
//! In serde, values are strings, and an expiry is an integer. [`TokenEntry`], [`TokenFile`] and [`AdminTokenFile`] are the
//! objects of the format, **with the secret**. A [`Report`] can be serialized, but not deserialized. Unknown members are
//! ignored, but a misspelt one is an error. [`TokenFile::parse`] reports more than serde: all errors, with their spans.
//!
//! # Features
//!
//! - `std` (default): all modules. Without it, the crate is `no_std` with `alloc`: names, permissions, tokens (but no new
//!   ones), releases, spans and codes.
//! - `render`: `Report::render` shows a report as rustc shows errors.
//! - `arbitrary1`, `proptest1`: values for fuzz targets (arbitrary 1) and tests (proptest 1).
//! - `cli`: the program `influxdb3-tokens`. Libraries do not need it.

#![cfg_attr(not(feature = "std"), no_std)]
// Without `std`, some helpers are unused.
#![cfg_attr(not(feature = "std"), allow(dead_code, unused_imports))]
#![forbid(unsafe_code)]
// docs.rs sets this: each item shows the feature that it needs.
#![cfg_attr(docsrs, feature(doc_cfg))]
// Bad input must never cause a panic; tests may.
#![cfg_attr(
    not(test),
    warn(clippy::expect_used, clippy::indexing_slicing, clippy::panic, clippy::unwrap_used)
)]

extern crate alloc;

// In dependency order: a module imports only modules above it.

// Values: no I/O, no JSON.
mod from_text;
pub mod span;
mod secret;
mod suggest;
mod code;
pub mod name;
pub mod permission;
pub mod token;
#[cfg(feature = "std")]
mod expiry;
mod release;

// The files as values: still no I/O, no clock.
#[cfg(feature = "std")]
mod file;
pub mod error;
#[cfg(feature = "std")]
pub mod access;
#[cfg(feature = "std")]
pub mod expectations;

// From text to diagnostics.
#[cfg(feature = "std")]
mod limits;
#[cfg(feature = "std")]
mod json;
#[cfg(feature = "std")]
mod syntax;
#[cfg(feature = "std")]
mod redact;
#[cfg(feature = "std")]
pub mod diagnostic;
#[cfg(feature = "std")]
mod document;
#[cfg(feature = "std")]
mod rules;
#[cfg(feature = "std")]
mod check;
#[cfg(feature = "std")]
pub mod fix;
#[cfg(feature = "std")]
pub mod schema;

// Changes to a text, the JSON of a running server, and plans.
#[cfg(feature = "std")]
pub mod edit;
#[cfg(feature = "std")]
pub mod server;
#[cfg(feature = "std")]
pub mod wanted;

// The disk.
#[cfg(feature = "std")]
mod replace;
#[cfg(feature = "std")]
pub mod disk;
#[cfg(feature = "std")]
pub mod live;
#[cfg(feature = "std")]
pub mod admin;

// Optional.
#[cfg(feature = "std")]
mod serde_impls;
#[cfg(feature = "render")]
pub mod render;
#[cfg(feature = "arbitrary1")]
mod fuzzing;
#[cfg(feature = "proptest1")]
pub mod strategies;

pub use crate::code::{Code, Severity};
pub use crate::name::value::{DatabaseName, TokenName};
pub use crate::permission::actions::DatabaseActions;
pub use crate::permission::system_resource::SystemResource;
pub use crate::permission::value::Permission;
pub use crate::release::Release;
pub use crate::token::value::Token;
#[cfg(feature = "std")]
pub use crate::{
    access::authorizer::Authorizer,
    access::decision::Decision,
    access::request::AccessRequest,
    access::rights::Rights,
    check::{InvalidFile, Validator},
    diagnostic::finding::Diagnostic,
    diagnostic::report::Report,
    disk::error::Error,
    disk::file::{append, load, save},
    disk::update::update,
    disk::validate::validate,
    expectations::check::Expectations,
    expiry::Expiry,
    file::admin::AdminTokenFile,
    file::{TokenEntry, TokenFile},
    redact::redact,
};

/// The examples of the README, run as doc tests.
#[cfg(all(doctest, feature = "std"))]
#[doc = include_str!("../README.md")]
struct Readme;
