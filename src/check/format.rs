//! The members of the format, by their names.

pub(super) const TOKENS: &str = "tokens";
pub(super) const CREATE_DATABASES: &str = "create_databases";
/// The members of the file, all of them lists.
pub(crate) const FILE_MEMBERS: [&str; 2] = [CREATE_DATABASES, TOKENS];
pub(super) const ENTRY_MEMBERS: [&str; 4] = ["token", "name", "expiry_millis", "permissions"];
/// Those that are lists.
pub(crate) const ENTRY_LISTS: [&str; 1] = ["permissions"];
