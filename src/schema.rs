//! The JSON Schemas of both files, for editors and other languages.

/// The JSON Schema (draft 2020-12) of a tokens file.
///
/// Every valid file matches it, and [`validate`](crate::validate) rejects every file that does not (tested). It cannot detect
/// misspelt members, duplicates, an integer written as `1.0`, or a permission with a database name that is too long. Also check
/// the file with [`validate`](crate::validate). In the repository it is `src/schema.json`.
///
/// ```
/// assert!(influxdb3_offline_tokens::schema::JSON_SCHEMA.contains("\"create_databases\""));
/// ```
pub const JSON_SCHEMA: &str = include_str!("schema.json");

/// The JSON Schema (draft 2020-12) of an admin token file (`--admin-token-file`); in the repository,
/// `src/admin_schema.json`.
///
/// Every valid file matches it, and [`AdminTokenFile::parse`](crate::AdminTokenFile::parse) rejects every file that does not
/// (tested). It cannot detect misspelt or duplicate members, or an integer written as `1.0`.
///
/// ```
/// assert!(influxdb3_offline_tokens::schema::ADMIN_JSON_SCHEMA.contains("\"required\": [\"token\", \"name\"]"));
/// ```
pub const ADMIN_JSON_SCHEMA: &str = include_str!("admin_schema.json");
