//! The names of databases, each by itself.

use alloc::format;

use crate::check::context::{At, Context, finding, with_fragment};
use crate::code::{Code, Severity};
use crate::json::Places;
use crate::name::{INTERNAL_DATABASE, InvalidNameKind, MAX_DATABASE_NAME, check_database_name};
use crate::permission::variables;
use crate::redact::mentions_token;
use crate::span::Span;
use crate::token::{TOKEN_PREFIX, holds_token};

/// The longest name that the documentation allows.
pub(super) const DOCUMENTED_NAME: usize = 64;

/// The rules of a name in `create_databases`, which begins at `start` of the string of `places`; gives the code of its error.
pub(super) fn database_name(
    context: &mut Context<'_>,
    at: At<'_>,
    places: &mut Places<'_>,
    name: &str,
    start: usize,
) -> Option<Code> {
    let whole = places.place(Span::new(start, start + name.len()));
    if name == "*" {
        context.tell(Code::CreateWildcard, whole, || {
            let message = "`*` is not a name, and cannot be created";
            finding(Code::CreateWildcard, whole, at, message).with_help("list the names")
        });
        return Some(Code::CreateWildcard);
    }
    let variables = variables(name);
    // Looked for once: a name may have very many.
    let hides = !variables.is_empty() && mentions_token(name);
    for variable in &variables {
        let place = places.place(Span::new(start + variable.start(), start + variable.end()));
        context.tell(Code::UnexpandedVariable, place, || {
            let written = variable.text(name).unwrap_or_default();
            let shown = if hides { "" } else { written };
            let message = with_fragment("a variable was not filled in", shown, written);
            finding(Code::UnexpandedVariable, place, at, message)
                .with_help("write the value, or fill the template in before")
        });
    }
    if !variables.is_empty() {
        return Some(Code::UnexpandedVariable);
    }
    if let Err(error) = check_database_name(name) {
        let (code, span, help) = match error.kind() {
            InvalidNameKind::TooLong => {
                (Code::DatabaseNameTooLong, whole, "use a name of at most 64 characters")
            }
            InvalidNameKind::Empty => {
                (Code::BadDatabaseName, whole, "fill it in, or leave it out; was a variable not set?")
            }
            _ => (
                Code::BadDatabaseName,
                {
                    let wrong = error.span();
                    places.place(Span::new(start + wrong.start(), start + wrong.end()))
                },
                "a database name is ASCII letters, digits, `_` and `-`, first a letter or digit, with at most one `/` inside",
            ),
        };
        context.tell(code, span, || finding(code, span, at, format!("{}", error.kind())).with_help(help));
        return Some(code);
    }
    name_warnings(context, at, whole, name);
    if name == INTERNAL_DATABASE {
        context.tell(Code::InternalDatabase, whole, || {
            let message = "`_internal` exists on every server, and is not created";
            finding(Code::InternalDatabase, whole, at, message).with_help("remove it")
        });
    }
    None
}

/// What can be said of a right name of a database, wherever it stands.
pub(super) fn name_warnings(context: &mut Context<'_>, at: At<'_>, span: Span, name: &str) {
    if holds_token(name) {
        token_in_name(context, at, span);
    } else if name.len() > DOCUMENTED_NAME {
        context.tell_as(Code::DatabaseNameTooLong, Severity::Warning, span, || {
            let message = format!(
                "a database name of {} characters: the documentation allows {DOCUMENTED_NAME}, the server {MAX_DATABASE_NAME}",
                name.len()
            );
            finding(Code::DatabaseNameTooLong, span, at, message).with_help("use a shorter name")
        });
    }
    if is_placeholder(name) {
        context.tell(Code::PlaceholderName, span, || {
            let message = with_fragment("this looks like a name from an example", name, name);
            finding(Code::PlaceholderName, span, at, message).with_help("write the name of your database")
        });
    }
}

/// Warns of a token that was written, or pasted, as a name.
pub(super) fn token_in_name(context: &mut Context<'_>, at: At<'_>, span: Span) {
    context.tell(Code::TokenInName, span, || {
        let message = "a token stands in this name, and everybody who may list names reads it";
        let found = finding(Code::TokenInName, span, at, message);
        found.with_help("write the name, and make a new token in place of the one that stands here")
    });
}

/// Whether a whole name is a variable that was not filled in.
pub(super) fn is_variable(name: &str) -> bool {
    let name = name.trim();
    let enclosed = |open, close| name.strip_prefix(open).is_some_and(|rest: &str| rest.contains(close));
    enclosed("${", "}") || enclosed("{{", "}}") || enclosed("<", ">") || enclosed("$(", ")") || {
        name.strip_prefix('$').is_some_and(|rest| {
            !rest.is_empty() && rest.bytes().all(|byte| byte == b'_' || byte.is_ascii_alphanumeric())
        })
    }
}

/// Whether a token has what templates and references to secrets are marked by: `$token`, `{{ token }}`, `%TOKEN%`, `@/path`,
/// `[[token]]`, `ENC[…]`, `__TOKEN__`, `op://…`, `vault:…`.
pub(super) fn is_to_be_filled_in(token: &str) -> bool {
    let (before, body, is_path) = match token.split_once(TOKEN_PREFIX) {
        Some((before, body)) => (before, body, before.contains('/')),
        None => (token, token, token.starts_with('/')),
    };
    // Of `Authorization: Bearer` the colon is none of a reference.
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

/// Whether a name is one of those in examples.
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
    matches!(name.as_bytes().first(), Some(b'd' | b'D' | b'm' | b'M' | b'y' | b'Y' | b'e' | b'E'))
        && (EXAMPLES.iter().any(|example| example.eq_ignore_ascii_case(name)) || numbered(name))
}
