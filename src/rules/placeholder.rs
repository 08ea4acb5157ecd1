//! The recognition of template variables and placeholders.

use crate::permission::variables;
use crate::span::Span;
use crate::token::TOKEN_PREFIX;

/// Returns whether a text is a template variable, or starts with one in brackets.
pub(super) fn is_variable(text: &str) -> bool {
    let text = text.trim();
    let is_bracketed =
        matches!(text.as_bytes(), [b'{' | b'<' | b'(' | b'[' | b'#', ..] | [b'$', b'{' | b'(', ..]);
    let first = variables(text).first().copied().unwrap_or_default();
    first.start() == 0 && !first.is_empty() && (is_bracketed || first.end() == text.len())
}

/// Returns whether a token name contains a template variable. A name may contain `$5` and `<ops@example.com>`.
pub(super) fn has_variable(name: &str) -> bool {
    const CERTAIN: [&str; 7] = ["${", "$(", "{{", "((", "[[", "#{", "%"];
    let is_certain = |variable: &Span| {
        CERTAIN.iter().any(|start| variable.text(name).is_some_and(|text| text.starts_with(start)))
    };
    is_variable(name) || variables(name).iter().any(is_certain)
}

/// Returns whether a token looks like a template or a reference to a secret: `$token`, `{{ token }}`, `%TOKEN%`, `@/path`,
/// `[[token]]`, `ENC[…]`, `__TOKEN__`, `op://…`, `vault:…`.
pub(super) fn is_template(token: &str) -> bool {
    let mut parts = token.split(TOKEN_PREFIX);
    token.contains(['{', '[', '<', '(', '@', '%', '#'])
        || token.contains("://")
        || parts.clone().any(|part| !variables(part).is_empty())
        || parts.next().is_some_and(|before| before.contains(['/', ':']))
}

/// Returns whether a database name is a placeholder.
pub(super) fn is_placeholder(name: &str) -> bool {
    const EXAMPLES: [&str; 18] = [
        "database_name",
        "db_name",
        "my_database",
        "my-database",
        "my_db",
        "your_database",
        "your_database_name",
        "your-database",
        "example_db",
        "changeme",
        "change_me",
        "replaceme",
        "replace_me",
        "placeholder",
        // Unset values in JavaScript, JSON, Python and Ruby.
        "undefined",
        "null",
        "none",
        "nil",
    ];
    let numbered = |name: &str| {
        name.strip_prefix("DATABASE").is_some_and(|rest| rest.bytes().all(|byte| byte.is_ascii_digit()))
    };
    let first = name.as_bytes().first().map(u8::to_ascii_lowercase);
    matches!(first, Some(b'c' | b'd' | b'e' | b'm' | b'n' | b'p' | b'r' | b'u' | b'y'))
        && (EXAMPLES.iter().any(|example| example.eq_ignore_ascii_case(name)) || numbered(name))
}
