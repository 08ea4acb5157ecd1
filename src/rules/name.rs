//! The rule for names of tokens.

use super::options::Options;
use super::placeholder::has_variable;
use crate::code::{Code, Severity};
use crate::diagnostic::{Applicability, At, Sink, TextEdit};
use crate::document::{Entry, Role, Text};
use crate::name::OPERATOR_TOKEN_NAME;
use crate::span::Span;
use crate::token::contains_token;

pub(super) fn check(entry: &Entry<'_>, _: &Options, sink: &mut Sink) {
    let Some(name) = entry.name.value() else { return };
    if is_plain(name) {
        return;
    }
    let at = entry.at_member("name");
    if name.is_empty() {
        sink.report(Code::EmptyName, name.span(), at)
            .message("the token name is empty")
            .help("add a name, such as that of the client");
        return;
    }
    if contains_token(name) {
        token_in_name(name.span(), at, sink);
    }
    if name.trim().len() < name.len() {
        // A name of only whitespace would become empty.
        let spans = surrounding_spaces(name).filter(|_| !name.trim().is_empty());
        sink.report(Code::NameWithSurroundingSpace, name.span(), at)
            .message("the token name starts or ends with whitespace: the server does not trim it")
            .help("remove the whitespace")
            .fix(Applicability::Safe, spans.map(|span| TextEdit::new(span, "")));
    }
    if entry.role == Role::Resource && **name == *OPERATOR_TOKEN_NAME {
        sink.report(Code::ReservedName, name.span(), at)
            .message("`_admin` is reserved for the operator token")
            .help("use another name: with this one, the operator token cannot be created");
    } else if has_variable(name) {
        // The server accepts any name.
        sink.report_as(Code::UnexpandedVariable, Severity::Warning, name.span(), at)
            .message("unexpanded variable in the token name")
            .help("write the name, or expand the template first");
    }
}

/// Fast path: ASCII at both ends, no variable, no token and not the reserved name.
#[inline]
fn is_plain(name: &str) -> bool {
    let is_graphic = |byte: Option<&u8>| byte.is_some_and(u8::is_ascii_graphic);
    let bytes = name.as_bytes();
    let may_be_variable = |any, byte: &u8| any | matches!(byte, b'$' | b'{' | b'(' | b'[' | b'#' | b'%');
    is_graphic(bytes.first())
        && is_graphic(bytes.last())
        && !matches!(bytes.first(), Some(b'<' | b'_' | b'@' | b'!'))
        && !bytes.iter().fold(false, may_be_variable)
        && !contains_token(name)
}

/// Returns the spans of the whitespace at the start and the end of a text.
pub(super) fn surrounding_spaces(text: &Text<'_>) -> impl Iterator<Item = Span> {
    let (start, end) = (text.len() - text.trim_start().len(), text.trim_end().len());
    [0..start, end..text.len()].into_iter().filter(|range| !range.is_empty()).map(|range| text.locate(range))
}

/// Reports a token in a name.
pub(super) fn token_in_name(span: Span, at: At, sink: &mut Sink) {
    sink.report(Code::TokenInName, span, at)
        .message("the name contains a token: everyone who can list names can read it")
        .help("use another name, and replace the exposed token");
}
