//! Showing text without its secrets.

use alloc::string::String;
use alloc::vec::Vec;

use crate::json::{self, Element, Node, RawStr, Sink, Value};
use crate::secret::has_in_any_case;
use crate::span::Span;
use crate::token::TOKEN_PREFIX;

const LONGEST_SHOWN: usize = 64;

/// Whether a message may quote `fragment`, which stands in `container`: short, printable, and no piece of a token that
/// was pasted into the wrong place.
pub(crate) fn may_show(fragment: &str, container: &str) -> bool {
    !fragment.is_empty()
        && fragment.len() <= LONGEST_SHOWN
        && !fragment.contains(|c: char| c.is_control() || c == '`')
        && !mentions_token(container)
        && !looks_random(fragment)
}

/// Whether a text has the prefix of a token in any case.
pub(crate) fn mentions_token(text: &str) -> bool {
    has_in_any_case(text, TOKEN_PREFIX.trim_end_matches('_'))
}

/// Whether a text has a long run of letters in both cases and digits, as encoded random bytes have.
fn looks_random(text: &str) -> bool {
    const LONG: usize = 20;
    if text.len() < LONG {
        return false;
    }
    let runs = text.split(|c: char| !c.is_ascii_alphanumeric() && c != '+' && c != '_' && c != '-');
    runs.filter(|run| run.len() >= LONG).any(|run| {
        let has = |class: fn(&u8) -> bool| run.as_bytes().iter().any(class);
        has(u8::is_ascii_uppercase) && has(u8::is_ascii_lowercase) && has(u8::is_ascii_digit)
    })
}

/// The same text at equal length, with everything that is or may be a secret overwritten by `*`.
///
/// Shown are the structure, the names of members, the names of tokens and databases, permissions, also as the HTTP API has
/// them, and the number in `expiry_millis`; every other string and number is overwritten, as is whatever has `apiv3` in it
/// in any case, or a run of 20 or more letters, digits, `+`, `_` and `-` that has upper case, lower case and digits. Where
/// the text is not JSON, comments and trailing commas aside, words of eight or more characters are overwritten, except
/// words of the format and permissions whose pieces are short, or of small letters. Bytes that are not UTF-8 are overwritten.
///
/// ```
/// let file = br#"{"tokens": [{"token": "apiv3_c2VjcmV0", "name": "app"}]}"#;
/// let shown = influxdb3_offline_tokens::redact(file);
/// assert_eq!(shown, r#"{"tokens": [{"token": "**************", "name": "app"}]}"#);
/// ```
#[must_use]
pub fn redact(bytes: &[u8]) -> String {
    let mut text = bytes.to_vec();
    let mut rest = bytes;
    let mut at = 0;
    while let Err(error) = core::str::from_utf8(rest) {
        let start = at + error.valid_up_to();
        let end = error.error_len().map_or(bytes.len(), |length| start + length);
        overwrite(&mut text, Span::new(start, end));
        at = end;
        rest = bytes.get(at..).unwrap_or_default();
    }
    let plain = zeroize::Zeroizing::new(String::from_utf8_lossy(&text).into_owned());
    for span in secrets(&plain) {
        overwrite(&mut text, span);
    }
    let shown = String::from_utf8_lossy(&text).into_owned();
    zeroize::Zeroize::zeroize(&mut text);
    shown
}

/// Where the secrets of a text may be.
fn secrets(text: &str) -> Vec<Span> {
    if let (secrets, Ok(())) = json::read(text, || Secrets::of(text)) {
        return secrets.spans;
    }
    if let Some((clean, extras)) = json::without_extras(text)
        && let (secrets, Ok(())) = json::read(&clean, || Secrets::of(&clean))
    {
        let mut secrets = secrets.spans;
        // What a comment says is known as little as that of a broken text.
        for (comment, _) in extras {
            let inside = words(comment.text(text).unwrap_or_default());
            let place = |word: Span| Span::new(comment.start() + word.start(), comment.start() + word.end());
            secrets.extend(inside.into_iter().map(place));
        }
        return secrets;
    }
    words(text)
}

fn overwrite(text: &mut [u8], span: Span) {
    for byte in text.get_mut(span.range()).unwrap_or_default() {
        if !byte.is_ascii_control() {
            *byte = b'*';
        }
    }
}

/// The words of a broken text that may be pieces of a token.
fn words(text: &str) -> Vec<Span> {
    const FORMAT: [&str; 7] = [
        "create_databases",
        "expiry_millis",
        "permissions",
        "expiry_secs",
        "token_name",
        "resource_names",
        "resource_type",
    ];
    // A token may have JSON's own punctuation in it, too: behind its prefix nothing is shown up to its quote or white space.
    let is_word = |c: char| !c.is_ascii_whitespace() && !matches!(c, '"' | ',' | '{' | '}' | '[' | ']');
    let mut spans = Vec::new();
    let mut start = 0;
    while let Some(rest) = text.get(start..).filter(|rest| !rest.is_empty()) {
        let bare = rest.find(|c: char| !is_word(c)).map_or(rest, |end| rest.get(..end).unwrap_or_default());
        let known = bare.len() < 8 || FORMAT.contains(&bare.trim_matches(':')) || is_like_a_permission(bare);
        let holds_token = mentions_token(bare);
        let end = if holds_token { end_of_string(rest) } else { bare.len() };
        if !known || holds_token {
            spans.push(Span::new(start, start + end));
        }
        // What ends a word is one ASCII character.
        start += end + 1;
    }
    spans
}

/// Where the first white space stands, or quote that no backslash escapes.
fn end_of_string(text: &str) -> usize {
    let mut is_escaped = false;
    let end = text.bytes().position(|byte| {
        let is_end = byte.is_ascii_whitespace() || byte == b'"' && !is_escaped;
        is_escaped = byte == b'\\' && !is_escaped;
        is_end
    });
    end.unwrap_or(text.len())
}

/// Whether a word begins or ends as a permission does, and has nothing in it that could be a piece of a token.
fn is_like_a_permission(word: &str) -> bool {
    const LONGEST: usize = 24;
    let ends = [":read", ":write", ":create", ":describe", ":delete"];
    let begins = word.starts_with("db:") || word.starts_with("system:");
    (begins || ends.iter().any(|end| word.ends_with(end)))
        && word.split(':').all(|piece| {
            let plain = |byte: u8| byte.is_ascii_lowercase() || matches!(byte, b'_' | b'-');
            piece.len() < 8 || piece.len() <= LONGEST && piece.bytes().all(plain)
        })
}

struct Secrets<'a> {
    text: &'a str,
    spans: Vec<Span>,
}

impl<'a> Secrets<'a> {
    const fn of(text: &'a str) -> Self {
        Self { text, spans: Vec::new() }
    }

    fn hide(&mut self, string: RawStr<'_>) {
        self.spans.push(string.inner());
    }

    /// Hides a string that is shown as a rule, where it holds what may be a token.
    fn hide_if_doubtful(&mut self, string: RawStr<'_>) {
        let doubtful = |text: &str| mentions_token(text) || looks_random(text);
        if string.decode().is_none_or(|text| doubtful(&text)) {
            self.hide(string);
        }
    }

    /// Hides what is nested too deeply to be kept: nothing is known of it.
    fn hide_forgotten(&mut self, node: &Node<'_>) {
        let inside = Span::new(node.span.start() + 1, node.span.end().saturating_sub(1));
        if inside.text(self.text).is_none_or(|text| !text.trim().is_empty()) {
            self.spans.push(inside);
        }
    }

    fn hide_all(&mut self, node: &Node<'_>) {
        match &node.value {
            Value::String(string) => self.hide(*string),
            Value::Array(nodes) if nodes.is_empty() => self.hide_forgotten(node),
            Value::Object(members) if members.is_empty() => self.hide_forgotten(node),
            Value::Array(nodes) => nodes.iter().for_each(|node| self.hide_all(node)),
            Value::Object(members) => {
                for member in members {
                    self.hide_if_doubtful(member.key);
                    self.hide_all(&member.value);
                }
            }
            Value::Number(_) => self.spans.push(node.span),
            Value::Null | Value::Bool => {}
        }
    }

    /// Shows strings that are names or permissions, alone, in lists, and in objects of the HTTP API.
    fn strings(&mut self, node: &Node<'_>) {
        const OF_HTTP: [&str; 5] =
            ["resource_type", "resource_names", "resource_name", "resource_identifier", "actions"];
        match &node.value {
            Value::String(string) => self.hide_if_doubtful(*string),
            Value::Array(nodes) if !nodes.is_empty() => nodes.iter().for_each(|node| self.strings(node)),
            Value::Object(members) if !members.is_empty() => {
                for member in members {
                    self.member_of(&OF_HTTP, member.key, &member.value);
                }
            }
            _ => self.hide_all(node),
        }
    }

    fn member_of(&mut self, shown: &[&str], key: RawStr<'_>, value: &Node<'_>) {
        self.hide_if_doubtful(key);
        match key.decode() {
            Some(key) if key == "expiry_millis" && matches!(value.value, Value::Number(_)) => {}
            Some(key) if shown.contains(&key.as_ref()) => self.strings(value),
            _ => self.hide_all(value),
        }
    }
}

impl<'a> Sink<'a> for Secrets<'a> {
    fn object(&mut self, _start: usize) {}

    fn member(&mut self, key: RawStr<'a>, value: Node<'a>) {
        self.member_of(&["create_databases", "name", "token_name", "permissions"], key, &value);
    }

    fn tokens(&mut self, _key: RawStr<'a>, _start: usize) {}

    fn token(&mut self, _index: usize, element: &Element<'_, 'a>) {
        // One that is nested too deeply ends the reading.
        let Some(value) = element.node() else { return };
        match &value.value {
            Value::Object(members) => {
                for member in members {
                    self.member_of(&["name", "permissions", "permission"], member.key, &member.value);
                }
            }
            _ => self.hide_all(&value),
        }
    }

    fn tokens_end(&mut self, _end: usize) {}

    fn object_end(&mut self, _end: usize) {}

    fn other(&mut self, value: Node<'a>) {
        self.hide_all(&value);
    }
}
