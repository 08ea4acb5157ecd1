//! Texts that are not JSON at all.

use super::OtherFile;
use crate::span::Span;
use crate::token::TOKEN_PREFIX;

/// The kind of a text that does not start like JSON.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum NotJson {
    Empty,
    /// Tokens, alone or as `Bearer apiv3_…` or `NAME=apiv3_…`.
    Tokens,
    /// The mark of a merge conflict.
    Conflict,
    Known(OtherFile),
    Unknown,
}

impl NotJson {
    /// Returns the kind of a text and the span that shows it; `None` if the text starts like JSON.
    pub(crate) fn find(text: &str) -> Option<(Self, Span)> {
        let is_space = |c| matches!(c, ' ' | '\t' | '\r' | '\n');
        if let Some(token) = only_tokens(text) {
            return Some((Self::Tokens, token));
        }
        let start = after_comments(text);
        let rest = text.get(start..).unwrap_or_default();
        let Some(first) = rest.chars().next() else { return Some((Self::Empty, Span::new(0, 0))) };
        let word = rest.find(|c| !is_word(c)).unwrap_or(rest.len());
        let span = Span::new(start, start + word.max(first.len_utf8()));
        let is_followed_by_colon = || {
            let behind = rest.get(word..).and_then(|rest| rest.strip_prefix(':'));
            behind.is_some_and(|rest| rest.is_empty() || rest.starts_with(is_space))
        };
        let begins_document =
            rest.strip_prefix("---").is_some_and(|rest| rest.is_empty() || rest.starts_with(is_space));
        let is_key = first.is_alphabetic() && is_followed_by_colon();
        let kind = match first {
            _ if OtherFile::is_quoted(rest) => {
                return Some((Self::Known(OtherFile::Quoted), Span::new(start, start + first.len_utf8())));
            }
            '{' | '[' | '"' => return None,
            '<' if rest.starts_with("<<<<<<<") => Self::Conflict,
            '<' => Self::Known(OtherFile::Markup),
            _ if begins_document || is_key || rest.starts_with("- ") => Self::Known(OtherFile::of_yaml(rest)),
            _ => match OtherFile::of_text(rest) {
                Some(kind) => return Some((Self::Known(kind), Span::new(start, start + first.len_utf8()))),
                None if rest.starts_with("--") => Self::Unknown,
                None if first.is_alphabetic() && !is_json_word(rest.get(..word).unwrap_or_default()) => {
                    Self::Unknown
                }
                None => return None,
            },
        };
        Some((kind, span))
    }
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '-' | '_' | '<')
}

fn is_json_word(word: &str) -> bool {
    matches!(word, "true" | "false" | "null")
}

/// Returns the offset after the whitespace and comments at the start. YAML and others have them, too.
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

/// Returns the span of the first token of a text that holds nothing else.
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
