//! Template variables, and names that are copied from examples.

use crate::permission::variables;
use crate::token::TOKEN_PREFIX;

/// Returns whether the whole text is a template variable.
pub(super) fn is_variable(text: &str) -> bool {
    let text = text.trim();
    let is_enclosed = |open, close| text.strip_prefix(open).is_some_and(|rest: &str| rest.contains(close));
    let is_word = |rest: &str| {
        !rest.is_empty() && rest.bytes().all(|byte| byte == b'_' || byte.is_ascii_alphanumeric())
    };
    [("${", "}"), ("{{", "}}"), ("<", ">"), ("$(", ")")]
        .into_iter()
        .any(|(open, close)| is_enclosed(open, close))
        || text.strip_prefix('$').is_some_and(is_word)
}

/// Returns whether a token looks like a template or a reference to a secret: `$token`, `{{ token }}`, `%TOKEN%`, `@/path`,
/// `[[token]]`, `ENC[…]`, `__TOKEN__`, `op://…`, `vault:…`.
pub(super) fn is_template(token: &str) -> bool {
    let (before, body, is_path) = match token.split_once(TOKEN_PREFIX) {
        Some((before, body)) => (before, body, before.contains('/')),
        None => (token, token, token.starts_with('/')),
    };
    // The colon of `Authorization: Bearer` does not mark a reference.
    let has_colon = before.split(':').skip(1).any(|behind| !behind.starts_with(' '));
    let word = token.rsplit(' ').next().unwrap_or_default();
    let word = word.strip_prefix(TOKEN_PREFIX).unwrap_or(word);
    let is_twice = |mark: &str| word.matches(mark).nth(1).is_some();
    is_path
        || has_colon
        || body.contains("://")
        || !variables(token).is_empty()
        || token.contains(['{', '[', '<'])
        || token.contains('(') && token.contains(')')
        || word.starts_with(['@', '%', '#'])
        || ["@", "%", "#"].into_iter().any(is_twice)
        || word.starts_with("__") && word.ends_with("__")
}

/// Returns whether a database name is a placeholder.
pub(super) fn is_placeholder(name: &str) -> bool {
    const EXAMPLES: [&str; 9] = [
        "database_name",
        "db_name",
        "my_database",
        "my-database",
        "my_db",
        "your_database",
        "your_database_name",
        "your-database",
        "example_db",
    ];
    let numbered = |name: &str| {
        name.strip_prefix("DATABASE").is_some_and(|rest| rest.bytes().all(|byte| byte.is_ascii_digit()))
    };
    const SHORTEST: usize = "my_db".len();
    name.len() >= SHORTEST
        && matches!(name.as_bytes().first(), Some(b'd' | b'D' | b'm' | b'M' | b'y' | b'Y' | b'e' | b'E'))
        && (EXAMPLES.iter().any(|example| example.eq_ignore_ascii_case(name)) || numbered(name))
}
