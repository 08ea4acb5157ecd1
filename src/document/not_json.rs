//! The kinds of text that is not JSON.

use super::OtherFile;
use crate::span::Span;
use crate::token::TOKEN_PREFIX;

/// The kind of a text that does not start like JSON.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum NotJson {
    Empty,
    /// Tokens, alone or as `Bearer apiv3_…` or `NAME=apiv3_…`.
    Tokens,
    /// The marker of a merge conflict.
    Conflict,
    Known(OtherFile),
    Unknown,
}

impl NotJson {
    /// Returns the kind of a text and the span that shows it; `None` if the text starts like JSON.
    pub(crate) fn find(text: &str) -> Option<(Self, Span)> {
        if let Some(token) = only_tokens(text) {
            return Some((Self::Tokens, token));
        }
        let start = after_comments(text);
        let rest = text.get(start..).unwrap_or_default();
        let Some(first) = rest.chars().next() else { return Some((Self::Empty, Span::new(0, 0))) };
        let word = rest.find(|c| !is_word(c)).unwrap_or(rest.len()).max(first.len_utf8());
        let span = |length| Span::new(start, start + length);
        if OtherFile::is_quoted(rest) {
            return Some((Self::Known(OtherFile::QUOTED), span(first.len_utf8())));
        }
        let kind = match first {
            '{' | '[' | '"' => return None,
            '<' if rest.starts_with("<<<<<<<") => Self::Conflict,
            '<' => Self::Known(OtherFile::MARKUP),
            _ if is_yaml(rest) => Self::Known(OtherFile::of_yaml(rest)),
            _ => match OtherFile::of_text(rest) {
                Some(kind) => return Some((Self::Known(kind), span(first.len_utf8()))),
                None if rest.starts_with("--") => Self::Unknown,
                None if first.is_alphabetic() && !["true", "false", "null"].contains(&rest.get(..word)?) => {
                    Self::Unknown
                }
                None => return None,
            },
        };
        Some((kind, span(word)))
    }
}

/// Returns whether a text starts with a document, a list or a key of YAML.
fn is_yaml(text: &str) -> bool {
    let line = text.lines().next().unwrap_or_default();
    let key = line.split_once(':').filter(|(_, value)| value.is_empty() || value.starts_with([' ', '\t']));
    let is_key = |(key, _): (&str, &str)| key.starts_with(char::is_alphabetic) && key.chars().all(is_word);
    text.starts_with("- ") || text.starts_with("---") || key.is_some_and(is_key)
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '-' | '_' | '<')
}

/// Returns the offset after the whitespace and comments at the start.
fn after_comments(text: &str) -> usize {
    let mut rest = text.trim_ascii_start();
    loop {
        let end = match rest.as_bytes() {
            [b'#', ..] | [b'/', b'/', ..] => rest.find('\n').unwrap_or(rest.len()),
            [b'/', b'*', ..] => rest.find("*/").map_or(rest.len(), |end| end + 2),
            _ => return text.len() - rest.len(),
        };
        rest = rest.get(end..).unwrap_or_default().trim_ascii_start();
    }
}

/// Returns the span of the first token of a text that contains only tokens.
fn only_tokens(text: &str) -> Option<Span> {
    let mut first = None;
    for line in text.lines().map(str::trim).filter(|line| !line.is_empty()) {
        let word = line.rsplit([' ', '\t', '=']).next().unwrap_or_default();
        let token = word.trim_matches(['"', '\'']);
        let is_quoted = line.starts_with('"') && line.ends_with('"') && line.len() > 1;
        if !token.starts_with(TOKEN_PREFIX) || line.starts_with(['{', '[', '-']) || is_quoted {
            return None;
        }
        first = first.or(Some(token));
    }
    let token = first?;
    let start = text.find(token)?;
    Some(Span::new(start, start + token.len()))
}
