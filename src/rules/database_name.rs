//! The rules for database names.

use super::name::token_in_name;
use super::placeholder::is_placeholder;
use crate::code::{Code, Severity};
use crate::diagnostic::{Applicability, At, Sink, TextEdit};
use crate::document::Text;
use crate::limits::DOCUMENTED_MAX_NAME_LENGTH;
use crate::name::{INTERNAL_DATABASE, InvalidName, InvalidNameKind, MAX_DATABASE_NAME, check_database_name};
use crate::permission::variables;
use crate::redact::mentions_token;
use crate::span::Span;
use crate::token::contains_token;

/// Returns whether no rule reports on a valid name.
#[inline]
pub(super) fn is_plain(name: &str) -> bool {
    name.len() <= DOCUMENTED_MAX_NAME_LENGTH
        && name != INTERNAL_DATABASE
        && !has_default_policy(name)
        && !is_placeholder(name)
        && !contains_token(name)
}

/// Returns whether a name ends with a retention policy that a v1 client does not send as part of the name.
#[inline]
fn has_default_policy(name: &str) -> bool {
    name.ends_with("/autogen") || name.ends_with("/default")
}

/// Reports a valid name that is probably a mistake.
#[cold]
pub(super) fn check_valid(name: &str, span: Span, at: At, sink: &mut Sink) {
    if contains_token(name) {
        token_in_name(span, at, sink);
    } else if name.len() > DOCUMENTED_MAX_NAME_LENGTH {
        let length = name.len();
        sink.report_as(Code::DatabaseNameTooLong, Severity::Warning, span, at)
            .message(format_args!(
                "the database name has {length} characters: the documentation allows {DOCUMENTED_MAX_NAME_LENGTH}, the server {MAX_DATABASE_NAME} bytes"
            ))
            .help("use a shorter name");
    }
    if has_default_policy(name) {
        sink.report(Code::DefaultRetentionPolicy, span, at)
            .message_on("a v1 client omits this retention policy from the database name", name)
            .help("use the name before the `/`");
    }
    if is_placeholder(name) {
        sink.report(Code::PlaceholderName, span, at)
            .message_on("the database name looks like a placeholder", name)
            .help("use the name of your database; is a variable unset?");
    }
}

/// Checks a name of `create_databases`. Returns whether it is valid.
pub(super) fn check_created(name: &Text<'_>, at: At, sink: &mut Sink) -> bool {
    let span = name.span();
    if **name == *"*" {
        sink.report(Code::CreateWildcard, span, at)
            .message("`*` is not a database name and cannot be created")
            .help("list the database names");
        return false;
    }
    if report_variables(name, at, sink) {
        return false;
    }
    if let Err(error) = check_database_name(name) {
        invalid(name, &error, at, sink);
        return false;
    }
    check_valid(name, span, at, sink);
    if **name == *INTERNAL_DATABASE {
        sink.report(Code::InternalDatabase, span, at)
            .message("`_internal` already exists on every server")
            .help("remove the name");
    }
    true
}

fn invalid(name: &Text<'_>, error: &InvalidName, at: At, sink: &mut Sink) {
    let is_too_long = matches!(error.kind(), InvalidNameKind::TooLong);
    let code = if is_too_long { Code::DatabaseNameTooLong } else { Code::BadDatabaseName };
    let names = split(name);
    let help = if names.is_empty() { error.help() } else { "write each name as a separate string" };
    sink.report(code, name.locate(error.span().range()), at)
        .message(error.kind())
        .help(help)
        .fix(Applicability::Unsafe, names);
}

/// Returns the edits that put each name of a list into a separate string; none if one of the names is invalid.
fn split(text: &Text<'_>) -> Vec<TextEdit> {
    let is_valid = |name: &str| check_database_name(name.trim()).is_ok();
    if text.trim().len() < text.len() || !text.split(',').all(is_valid) {
        return Vec::new();
    }
    let mut locator = text.locator();
    let commas = text.match_indices(',').map(|(at, _)| {
        let before = text.get(..at).unwrap_or_default().trim_end().len();
        let after = text.len() - text.get(at + 1..).unwrap_or_default().trim_start().len();
        TextEdit::new(locator.locate(before..after), "\", \"")
    });
    commas.collect()
}

/// Reports the template variables in a name. Returns whether there are any.
fn report_variables(name: &Text<'_>, at: At, sink: &mut Sink) -> bool {
    let variables = variables(name);
    // Once, not for every variable of a long name.
    let has_token = !variables.is_empty() && mentions_token(name);
    let mut locator = name.locator();
    for variable in &variables {
        let fragment = if has_token { "" } else { variable.text(name).unwrap_or_default() };
        sink.report(Code::UnexpandedVariable, locator.locate(variable.range()), at)
            .message_on("unexpanded variable", fragment)
            .help("write the value, or expand the template first");
    }
    !variables.is_empty()
}
