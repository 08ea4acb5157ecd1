//! The offline permission tokens file of InfluxDB 3 Enterprise: read, check, write and change it, and decide access by it.
//!
//! The server can start with a file of tokens (`--permission-tokens-file`), a JSON object with `create_databases` and
//! `tokens`; each token has a secret, a name, perhaps an expiry, and permission strings such as `db:db1,db2:read,write`.
//! The server makes the tokens only while it has no resource tokens (documentation): what is added to the file, changed or
//! removed later reaches no server that has some. The vendor documents the format; the loader of the file is closed
//! source. Behind each statement about the server stands in brackets where it comes from: *documentation*, *release
//! notes*, *server source* (the open part of the server, 3.10), *run* (that source was run with such input), *seen* (a
//! running server printed it), or *inferred*.
//!
//! # One example per verb
//!
//! Check a text, with all problems at once ([`validate`], [`Validator`]):
//!
//! ```
//! let report = influxdb3_offline_tokens::validate(br#"{"tokens": [{"name": "app", "permissions": ["system:ping"]}]}"#);
//! let found: Vec<_> = report.iter().map(|finding| finding.code().name()).collect();
//! assert_eq!(found, ["missing-member", "never-expires", "missing-part"]);
//! ```
//!
//! Load and write a file ([`load`], [`save`]), add a token to it ([`append`]), and change what it needs ([`update`]):
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
//! Compare a file with the state that it should have, and apply the difference: [`wanted`].
//!
//! Make, check and load the file of one admin token ([`AdminTokenFile`], [`admin::create`], [`admin::load`],
//! [`Validator::admin_token_file`]), which the server reads with `--admin-token-file`.
//!
//! Change a text that is somewhere else than on disk ([`edit::apply`]), mend one ([`Validator::fix`]), show one without its
//! secrets ([`redact`]):
//!
//! ```
//! use influxdb3_offline_tokens::{TokenName, edit};
//! use influxdb3_offline_tokens::edit::Change;
//!
//! let text = br#"{"tokens": [{"token": "apiv3_a", "name": "app", "permissions": []}]}"#;
//! let remove = Change::remove(TokenName::parse("app")?);
//! let changed = edit::apply(Some(text), &[remove])?.unwrap();
//! assert_eq!(&*changed, br#"{"tokens": []}"#);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! Parse a permission, without any allocation if you like ([`Permission::parse_borrowed`]):
//!
//! ```
//! use influxdb3_offline_tokens::Permission;
//!
//! let error = Permission::parse("db:a,,b:read").unwrap_err();
//! assert_eq!(error.kind().name(), "empty-item");
//! assert_eq!(error.span().range(), 5..5);
//! ```
//!
//! Decide access as the server does ([`access::decide`], [`Authorizer`], [`Rights`]), also in a service whose file changes
//! ([`live::LiveAuthorizer`]):
//!
//! ```
//! use influxdb3_offline_tokens::{AccessRequest, DatabaseActions, Permission};
//! use influxdb3_offline_tokens::access::decide;
//!
//! let permissions = [Permission::parse("db:db1:read")?, Permission::parse("db:*:write")?];
//! let write = |name| decide(&permissions, AccessRequest::database(name, DatabaseActions::WRITE)).is_allowed();
//! assert!(write("db2") && !write("db1"));
//! # Ok::<(), influxdb3_offline_tokens::permission::ParsePermissionError>(())
//! ```
//!
//! Compare a file with what a server reports ([`server::ServerComparison`]), and make the request that makes a token on a running
//! server ([`server::HttpTokenRequest`]):
//!
//! ```
//! use influxdb3_offline_tokens::TokenFile;
//! use influxdb3_offline_tokens::server::{HttpTokenRequest, ServerComparison, ServerTokens};
//!
//! let file = TokenFile::parse(br#"{"tokens": [{"token": "apiv3_a", "name": "app", "permissions": ["db:a:read,write"]}]}"#)?;
//! let shown = ServerTokens::parse(br#"[{"name": "app", "permissions": "[\"db:a:write\",\"db:a:read\"]"}]"#)?;
//! assert!(ServerComparison::new(&file, &shown).is_empty());
//! let request = HttpTokenRequest::from_entry(&file.tokens()[0], std::time::SystemTime::now())?;
//! assert!(request.to_json().contains(r#""resource_names":["a"]"#));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # The grammar of a permission
//!
//! As ABNF (RFC 5234, with the case-sensitive strings of RFC 7405):
//!
//! ```abnf
//! permission      = database / system
//! database        = %s"db" ":" ( "*" / database-names ) ":" action *( "," action )
//! system          = %s"system" ":" ( "*" / resource *( "," resource ) ) ":" %s"read" *( "," %s"read" )
//! database-names  = database-name *( "," database-name )
//! database-name   = ( letter-or-digit *name-character [ "/" 1*name-character ] ) / %s"_internal"  ; at most 511 bytes
//! name-character  = letter-or-digit / "_" / "-"
//! letter-or-digit = ALPHA / DIGIT
//! action          = %s"create" / %s"describe" / %s"read" / %s"write" / %s"delete"
//! resource        = %s"health" / %s"metrics" / %s"ping" / %s"ready"
//! ```
//!
//! Refused here, as the server refuses it:
//!
//! | text | why |
//! |---|---|
//! | `db:NAME:*` | `*` as an action is on one page; the server answers "action not supported" (server source) |
//! | `*:*:*` | is shown for admin tokens, and is for them only (server source); 3.4 to 3.9 make a full admin token of it (inferred) |
//! | `db:NAME:drop`, `update`, `all`, `admin` | the server refuses them for resource tokens (server source) |
//! | `token:…` | exists inside of the server, and is refused for resource tokens (server source) |
//!
//! Refused here, although the server at 3.10 accepts it:
//!
//! | text | why |
//! |---|---|
//! | `system: Health:read` | names of system resources in another case or with spaces: nothing else in the string is trimmed or folded, and releases before 3.10 may not survive it (inferred) |
//! | `db:*,*:read` | `*` repeated: says no more than `*`, and is one letter from a mixed list, which is refused |
//! | a database name with `.`, a space, letters other than ASCII or a second `/`, or that begins with `_` or `-` | the catalogue takes it, and the HTTP write path refuses to write to it (server source) |
//!
//! # What is promised of a file on disk
//!
//! An append or change that returned success is on the disk, in a whole file, with every other byte as it was, readable by
//! nobody new; one that returned an error changed nothing, or says that it does not know
//! ([`Error::is_durability_unknown`]). This holds among programs that use this crate, on a local file system on Linux.
//! What was tried, by `cargo test --test faults -- --ignored --nocapture --test-threads=1` with the example `append_token` as
//! the writer, and by `cargo test`:
//!
//! | what | how often | wrong |
//! |---|---|---|
//! | the order of the system calls, of an append and of an update | 5 traces | 0 |
//! | killed at every system call, then one more append | 473 | 0 |
//! | an update killed at every system call while two others plan | 473 | 0 |
//! | a limit of the file's size at every byte | 816 | 0 |
//! | six errors injected into every system call, of an append and of an update | 996 | 0 |
//! | stopped at every call while a second append runs whole | 87 | 0 |
//! | 8 × 40 and 16 × 60 appends at once, with and without kills, readers all the while | 8 crowds | 0 |
//! | a model of the protocol, 3 writers, 3 crashes, all interleavings | 108,064 states | 0; 9 of 9 broken variants found |
//! | power cut at every call, ext4 and xfs | 190 cuts | 0 |
//! | a disk that goes at every call while the writer goes on, ext4 and xfs | 186 | 0 |
//! | appends to a file system on a disk that is full, which fail when they sync | 96 | 0 |
//! | links, mounts, ACLs, owners, modes, limits, Kubernetes' layout | 18 tests | 0 |
//! | seeded faults in a copy of the code | 30 | all 30 found |
//! | pieces of a token in what reports, errors and panics show | 33 texts through what reads or changes a file | 0 |
//! | memory that is given back with a token in it | 22 texts with the token in its place, 5 operations on a file | 0 |
//! | random changes of random files against another parser and byte by byte; on the disk | 900; 60 | 0 |
//!
//! Not promised: network file systems; programs that write the file without the lock; swap, core dumps, copies on the
//! stack, old blocks of the disk; a disk that reorders what it was given; btrfs, which was not tried. Not kept: extended
//! attributes other than the ACL, such as a security label; set-user-id bits; ACLs of NFS 4.
//!
//! There is code for other systems than Linux. It was not run, and does less:
//!
//! - Other unixes: ACLs are not kept, and a mount point is seen only when the rename fails.
//! - Windows: a new file has the owner and the rights that its directory gives, and not mode 0600; a lock file
//!   `.NAME.lock` stays beside it; the directory is not synced; [`Validator::check_file`] says nothing of mode, owner and
//!   links.
//!
//! # serde
//!
//! Names, permissions, actions, system resources and releases are strings, an expiry is an integer. [`TokenEntry`],
//! [`TokenFile`] and [`AdminTokenFile`] are the objects of the format, **with the secret**: what serialises one writes the
//! token. [`server::HttpPermission`] and [`server::HttpTokenRequest`] are those of the HTTP API. A [`Report`] can only be written. All but
//! the strings can only be read from formats that describe themselves, such as JSON or YAML. Unknown members are ignored;
//! one that looks like a misspelt member is an error. Errors quote invalid names and permissions, unless they may be a
//! secret, and nothing else of what was read. Where a file is read, [`TokenFile::parse`] says more: all errors, each with
//! its place.
//!
//! # Features
//!
//! - `std` (default): everything. Without it the crate is `no_std` with `alloc`: names, permissions, tokens (but no new ones),
//!   releases, places and codes.
//! - `render`: `Report::render`, which shows a report as rustc shows errors. It needs `std`, and turns it on.
//! - `arbitrary1`: `Arbitrary` of the crate arbitrary 1, for fuzz targets, for names, tokens, expiries, permissions and their
//!   parts, entries, both files, changes, requests, releases and codes. It needs `std`, and turns it on.
//! - `proptest1`: `Arbitrary` and strategies of proptest 1, for tests. It needs `std`, too, and turns it on.

#![no_std]
#![forbid(unsafe_code)]
// On docs.rs, which sets it, each item says which feature it needs.
#![cfg_attr(docsrs, feature(doc_cfg))]
// Bad input is never a reason to panic; tests may.
#![cfg_attr(
    not(test),
    warn(clippy::expect_used, clippy::indexing_slicing, clippy::panic, clippy::unwrap_used)
)]

extern crate alloc;
#[cfg(feature = "std")]
extern crate std;

// In dependency order: a module imports only modules above it.

// Values: no I/O, no JSON.
mod from_text;
pub mod span;
mod secret;
mod suggest;
pub mod name;
pub mod permission;
pub mod token;
#[cfg(feature = "std")]
mod expiry;
mod release;

// The files as values: still no I/O, no clock.
#[cfg(feature = "std")]
mod file;
mod code;
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

// Changes of a text, the JSON of a running server, and plans.
#[cfg(feature = "std")]
pub mod edit;
#[cfg(feature = "std")]
pub mod server;
#[cfg(feature = "std")]
pub mod wanted;

// The world.
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
