//! The rule for the characters of tokens.

use super::name::surrounding_spaces;
use super::options::Options;
use super::placeholder::{is_template, is_variable};
use super::strength::{Strength, is_template_body, strength};
use crate::code::Code;
use crate::diagnostic::{Applicability, At, Sink, TextEdit};
use crate::document::{Entry, Text};
use crate::span::Span;
use crate::token::{InvalidToken, InvalidTokenKind, TOKEN_PREFIX, any_byte, check_token};

pub(super) fn check(entry: &Entry<'_>, _: &Options, sink: &mut Sink) {
    let Some(token) = entry.token.value() else { return };
    // Not visible ASCII, or a sign that `signs` reports. `&` follows `%`. Unlike `|`, `min` compiles to comparisons of whole
    // blocks.
    let is_unusual = |byte: u8| {
        let percent_or_and = byte.wrapping_sub(b'%').saturating_sub(1);
        let is_sign = percent_or_and.min(byte ^ b':').min(byte ^ b'+').min(byte ^ b'#') == 0;
        is_sign | !byte.is_ascii_graphic()
    };
    if token.starts_with(TOKEN_PREFIX) && !any_byte(token, is_unusual) {
        return;
    }
    let at = entry.at_member("token");
    match check_token(token) {
        Ok(()) => signs(token, at, sink),
        Err(error) => invalid(token, error, at, sink),
    }
}

/// Reports characters with a special meaning in a header or URL.
#[cold]
fn signs(token: &Text<'_>, at: At, sink: &mut Sink) {
    if let Some(colon) = token.find(':') {
        sink.report(Code::TokenWithColon, token.locate(colon..colon + 1), at)
            .message("the token contains `:` and cannot be used with Basic authentication")
            .help("generate a token without `:`");
    }
    if let Some(sign) = token.find(['+', '&', '%', '#']).filter(|_| !is_template_body(token)) {
        sink.report(Code::TokenNotUrlSafe, token.locate(sign..sign + 1), at)
            .message(
                "the token contains a character with a special meaning in URLs: in `p=` it must be percent-encoded",
            )
            .help("generate a token in URL-safe Base64, or send it in the `Authorization` header");
    }
}

#[cold]
fn invalid(token: &Text<'_>, error: InvalidToken, at: At, sink: &mut Sink) {
    let trimmed = token.trim();
    if trimmed.len() < token.len() && check_token(trimmed).is_ok() {
        return surrounding_space(token, error.kind(), at, sink);
    }
    if error.kind() != InvalidTokenKind::Prefix {
        return characters(token.locate(error.span().range()), at, sink);
    }
    if is_variable(token) {
        sink.report(Code::UnexpandedVariable, token.span(), at)
            .message("the token is an unexpanded variable")
            .help("write the token, or expand the template first");
        return;
    }
    let scheme = token.find(TOKEN_PREFIX);
    let help = match scheme {
        Some(_) => "remove the text before `apiv3_`, such as `Bearer`",
        None => "generate a token with `influxdb3 create token` or this crate",
    };
    sink.report(Code::TokenPrefix, token.span(), at)
        .message("the token does not start with `apiv3_`")
        .help(help)
        .fix(Applicability::Unsafe, scheme_edits(token, scheme));
    // Removing the scheme does not fix the characters after it.
    let invalid = scheme.and_then(|start| Some((start, check_token(token.get(start..)?).err()?.span())));
    if let Some((start, span)) = invalid {
        characters(token.locate(start + span.start()..start + span.end()), at, sink);
    }
}

fn surrounding_space(token: &Text<'_>, kind: InvalidTokenKind, at: At, sink: &mut Sink) {
    let first = surrounding_spaces(token).next().unwrap_or_default();
    let edits = surrounding_spaces(token).map(|span| TextEdit::new(span, ""));
    let is_prefix = kind == InvalidTokenKind::Prefix;
    let code = if is_prefix { Code::TokenPrefix } else { Code::TokenCharacters };
    sink.report(code, first, at)
        .message("the token starts or ends with whitespace")
        .help("remove the whitespace")
        .fix(Applicability::Unsafe, edits);
}

/// Returns the edits that remove a scheme and quotes, or replace a text that is not a token.
fn scheme_edits(token: &Text<'_>, scheme: Option<usize>) -> Vec<TextEdit> {
    let body = |at: usize| token.get(at + TOKEN_PREFIX.len()..).unwrap_or_default();
    let Some(at) = scheme.filter(|at| strength(body(*at)) == Strength::Strong || !is_template(token)) else {
        // A new token in a template would be exposed to everyone who can read the template.
        let new = (!is_template(token)).then(|| TextEdit::new_token(token.span()));
        return new.into_iter().collect();
    };
    let quotes = ['\'', '"', '`'];
    let is_quoted = token.get(..at).is_some_and(|before| before.ends_with(quotes));
    let end = if is_quoted { token.trim_end_matches(quotes).len() } else { token.len() };
    let removed = [0..at, end..token.len()].into_iter().filter(|range| !range.is_empty());
    removed.map(|range| TextEdit::new(token.locate(range), "")).collect()
}

fn characters(span: Span, at: At, sink: &mut Sink) {
    sink.report(Code::TokenCharacters, span, at)
        .message(
            "the token contains characters other than visible ASCII: no `Authorization` header can carry it",
        )
        .help("remove these characters, or generate a new token");
}
