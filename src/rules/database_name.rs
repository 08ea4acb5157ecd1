//! Database names.

use alloc::format;
use alloc::string::ToString;
use alloc::vec::Vec;
use core::ops::Range;

use super::name::token_in_name;
use super::placeholder::is_placeholder;
use crate::code::{Code, Severity};
use crate::diagnostic::{Applicability, At, Leveled, Sink, TextEdit};
use crate::document::Text;
use crate::limits::MAX_DOCUMENTED_NAME;
use crate::name::{INTERNAL_DATABASE, InvalidNameKind, MAX_DATABASE_NAME, check_database_name};
use crate::permission::variables;
use crate::redact::mentions_token;
use crate::span::Span;
use crate::token::holds_token;

/// Returns whether no rule reports on a valid name.
#[inline]
pub(super) fn is_plain(name: &str) -> bool {
    name != INTERNAL_DATABASE && !has_default_policy(name) && !is_placeholder(name) && !holds_token(name)
}

/// Returns whether a name ends with a retention policy that a v1 client does not send as part of the name.
#[inline]
fn has_default_policy(name: &str) -> bool {
    name.ends_with("/autogen") || name.ends_with("/default")
}

/// Reports a valid name that is longer than the documentation allows.
#[cold]
pub(super) fn check_length(name: &str, span: Span, at: At, sink: &mut Sink) {
    if name.len() > MAX_DOCUMENTED_NAME
        && !holds_token(name)
        && let Some(draft) = sink.report(Leveled::new(Code::DatabaseNameTooLong, Severity::Warning), span, at)
    {
        draft
            .message(format!(
                "the database name has {} characters: the documentation allows {MAX_DOCUMENTED_NAME}, the server {MAX_DATABASE_NAME}",
                name.len()
            ))
            .help("use a shorter name");
    }
}

/// Reports a valid name that is probably a mistake.
#[cold]
pub(super) fn check_valid(name: &str, span: Span, at: At, sink: &mut Sink) {
    if holds_token(name) {
        token_in_name(span, at, sink);
    }
    if has_default_policy(name)
        && let Some(draft) = sink.report(Code::DefaultRetentionPolicy, span, at)
    {
        draft
            .message_on("a v1 client with this retention policy uses the database without it", name)
            .help("use the name before the `/`");
    }
    if is_placeholder(name)
        && let Some(draft) = sink.report(Code::PlaceholderName, span, at)
    {
        draft
            .message_on("the database name looks like a placeholder", name)
            .help("use the name of your database; is a variable unset?");
    }
}

/// Checks a name of `create_databases`, at this range of its string. Returns the code of its error.
pub(super) fn check_created(text: &Text<'_>, range: Range<usize>, at: At, sink: &mut Sink) -> Option<Code> {
    let name = text.get(range.clone()).unwrap_or_default();
    let span = text.locate(range.clone());
    if name == "*" {
        if let Some(draft) = sink.report(Code::CreateWildcard, span, at) {
            draft.message("`*` is not a database name and cannot be created").help("list the database names");
        }
        return Some(Code::CreateWildcard);
    }
    if report_variables(text, range.clone(), at, sink) {
        return Some(Code::UnexpandedVariable);
    }
    if let Err(error) = check_database_name(name) {
        let wrong = error.span();
        let (code, span, help) = match error.kind() {
            InvalidNameKind::TooLong => {
                (Code::DatabaseNameTooLong, span, "use a name of at most 64 characters")
            }
            InvalidNameKind::Empty => {
                (Code::BadDatabaseName, span, "add a name, or remove the item; is a variable unset?")
            }
            _ => (
                Code::BadDatabaseName,
                text.locate(range.start + wrong.start()..range.start + wrong.end()),
                "use ASCII letters, digits, `_` and `-`, with a letter or digit first and at most one `/` inside",
            ),
        };
        let names = split(text, range);
        let help = if names.is_empty() { help } else { "write each name as a separate string" };
        if let Some(draft) = sink.report(code, span, at) {
            draft.message(error.kind().to_string()).help(help).fix(Applicability::Unsafe, names);
        }
        return Some(code);
    }
    check_length(name, span, at, sink);
    check_valid(name, span, at, sink);
    if name == INTERNAL_DATABASE
        && let Some(draft) = sink.report(Code::InternalDatabase, span, at)
    {
        draft.message("`_internal` already exists on every server").help("remove the name");
    }
    None
}

/// Returns the edits that put each name of a list into a separate string; none if one of the names is invalid.
fn split(text: &Text<'_>, range: Range<usize>) -> Vec<TextEdit> {
    let is_valid = |name: &str| check_database_name(name.trim()).is_ok();
    // A string in place of the array has a fix for the whole list.
    if range != (0..text.len()) || text.trim().len() < text.len() || !text.split(',').all(is_valid) {
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
fn report_variables(text: &Text<'_>, range: Range<usize>, at: At, sink: &mut Sink) -> bool {
    let name = text.get(range.clone()).unwrap_or_default();
    let variables = variables(name);
    // Searched once: a name may have very many variables.
    let is_hidden = !variables.is_empty() && mentions_token(name);
    let mut locator = text.locator();
    for variable in &variables {
        let span = locator.locate(range.start + variable.start()..range.start + variable.end());
        let Some(draft) = sink.report(Code::UnexpandedVariable, span, at) else { continue };
        let fragment = if is_hidden { "" } else { variable.text(name).unwrap_or_default() };
        draft
            .message_on("unexpanded variable", fragment)
            .help("write the value, or expand the template first");
    }
    !variables.is_empty()
}
