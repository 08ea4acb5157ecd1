//! Template variables in a text.

use alloc::vec::Vec;

use crate::span::Span;

/// The brackets of variables.
const BRACKETS: [(&str, &str); 8] = [
    ("${{", "}}"),
    ("${", "}"),
    ("$(", ")"),
    ("{{", "}}"),
    ("((", "))"),
    ("[[", "]]"),
    ("#{", "}"),
    ("<", ">"),
];

/// Delimiters on both sides of a name.
const DELIMITERS: [&str; 4] = ["%", "!", "@", "__"];

/// Returns the spans of variables that a template engine or a shell should have expanded.
///
/// These are `${…}`, `$(…)`, `$NAME`, `{{…}}`, `{NAME}`, `((…))`, `[[…]]`, `#{…}#`, `<…>`, `%NAME%`, `!NAME!`, `@NAME@` and
/// `__NAME__`.
pub(crate) fn variables(text: &str) -> Vec<Span> {
    // An unclosed bracket stays unclosed; not searching again keeps `<<<<<…` linear.
    let mut closes = [true; BRACKETS.len()];
    let mut spans = Vec::new();
    let mut at = 0;
    while let Some(rest) = text.get(at..) {
        let is_first =
            |byte| matches!(byte, b'$' | b'{' | b'(' | b'[' | b'#' | b'<' | b'%' | b'!' | b'@' | b'_');
        let Some(skipped) = rest.bytes().position(is_first) else { break };
        let (before, rest) = text.split_at_checked(at + skipped).unwrap_or_default();
        let opened = BRACKETS.iter().zip(&mut closes).find(|((open, _), _)| rest.starts_with(open));
        let mut length = None;
        if let Some(((open, close), closes)) = opened.filter(|(_, closes)| **closes) {
            let inner = rest.get(open.len()..).unwrap_or_default();
            length = inner.find(close).map(|end| open.len() + end + close.len());
            *closes = length.is_some();
        }
        let length = length
            .or_else(|| shell_variable(rest))
            .or_else(|| in_braces(rest))
            .or_else(|| between_delimiters(before, rest));
        let is_hash = |length: &usize| {
            rest.starts_with('#') && rest.get(*length..).is_some_and(|rest| rest.starts_with('#'))
        };
        let length = length.map(|length| length + usize::from(is_hash(&length)));
        at = before.len();
        spans.extend(length.map(|length| Span::new(at, at + length)));
        at += length.unwrap_or(1);
    }
    spans
}

/// Returns the length of `$NAME` or `$env:NAME` at the start.
fn shell_variable(text: &str) -> Option<usize> {
    const ENVIRONMENT: &str = "env:";
    let name = text.strip_prefix('$')?;
    let scope = name.get(..ENVIRONMENT.len()).filter(|scope| scope.eq_ignore_ascii_case(ENVIRONMENT));
    let scope = scope.map_or(0, str::len);
    let length = name_length(name.get(scope..)?);
    let length = if length > 0 { scope + length } else { name_length(name) };
    (length > 0).then_some(1 + length)
}

/// Returns the length of `{NAME}` at the start; other braces may be those of an object.
fn in_braces(text: &str) -> Option<usize> {
    let name = text.strip_prefix('{')?;
    let length = name_length(name);
    (length > 0 && name.get(length..)?.starts_with('}')).then_some(length + 2)
}

/// Returns the length of a name between delimiters at the start. `a@b@c` and `my__db__1` do not match.
fn between_delimiters(before: &str, text: &str) -> Option<usize> {
    let sign = DELIMITERS.into_iter().find(|sign| text.starts_with(sign))?;
    let is_part = |c: char| sign != "%" && (c == '_' || c.is_alphanumeric());
    let inner = text.get(sign.len()..)?;
    // Before the search, which would be quadratic on `_____…`.
    if before.ends_with(is_part) || !inner.starts_with(|c: char| c.is_ascii_alphabetic()) {
        return None;
    }
    let name = inner.get(..name_length(inner))?;
    let end = name.find(sign).or_else(|| inner.get(name.len()..)?.starts_with(sign).then_some(name.len()))?;
    let length = sign.len() + end + sign.len();
    (!text.get(length..)?.starts_with(is_part)).then_some(length)
}

fn name_length(text: &str) -> usize {
    text.bytes().take_while(|byte| *byte == b'_' || byte.is_ascii_alphanumeric()).count()
}
