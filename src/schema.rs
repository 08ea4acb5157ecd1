//! The JSON Schemas of the files, for editors and for programs in other languages.

/// The JSON Schema (draft 2020-12) of a tokens file.
///
/// [`validate`](crate::validate) rejects everything that it rejects, and every valid file passes it (tested). It cannot detect
/// misspelt members (`expiry_milis` passes), duplicate members, names or tokens, or that an integer is
/// written as `1.0`, or that a name in a permission is too long: check the file with [`validate`](crate::validate), too. In
/// the repository it is `src/schema.json`; an editor that knows JSON Schema completes and checks the file with it.
///
/// ```
/// assert!(influxdb3_offline_tokens::schema::JSON_SCHEMA.contains("\"create_databases\""));
/// ```
pub const JSON_SCHEMA: &str = include_str!("schema.json");

/// The JSON Schema (draft 2020-12) of an admin token file (`--admin-token-file`); in the repository,
/// `src/admin_schema.json`.
///
/// [`AdminTokenFile::parse`](crate::AdminTokenFile::parse) rejects everything that it rejects, and every valid file passes it
/// (tested). It cannot detect misspelt or duplicate members, or that an integer is written as `1.0`.
///
/// ```
/// assert!(influxdb3_offline_tokens::schema::ADMIN_JSON_SCHEMA.contains("\"required\": [\"token\", \"name\"]"));
/// ```
pub const ADMIN_JSON_SCHEMA: &str = include_str!("admin_schema.json");
