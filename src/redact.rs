//! Redaction of secrets in a text.

mod broken;

use zeroize::Zeroizing;

use crate::secret::looks_random;
pub(crate) use crate::secret::{may_show, mentions_token};
use crate::span::Span;
use crate::syntax::{ErrorHandler, Kind, Parser, Str, SyntaxError, SyntaxErrorKind};

/// Returns whether a text may contain a token.
fn is_suspicious(text: &str) -> bool {
    mentions_token(text) || looks_random(text)
}

/// Returns the text with everything that may be a secret overwritten by `*`. Its length does not change.
///
/// These parts are shown: the structure, the names of members, tokens and databases, permissions (including those of the
/// HTTP API), and `expiry_millis`. Every other string and number is overwritten, and so are:
///
/// - any text with `apiv3`, ignoring case
/// - any text with a run of 20 or more letters, digits, `+`, `_` and `-` that has upper case, lower case and digits
/// - any text with a run of 40 or more hexadecimal digits that has letters and digits
/// - comments, and bytes that are not UTF-8
///
/// In text that is not JSON, only harmless parts are shown. These are punctuation, and the six members of the format with
/// complete values, such as a valid permission. JSON may have comments and extra commas here.
///
/// ```
/// let file = br#"{"tokens": [{"token": "apiv3_c2VjcmV0", "name": "app"}]}"#;
/// let shown = influxdb3_offline_tokens::redact(file);
/// assert_eq!(shown, r#"{"tokens": [{"token": "**************", "name": "app"}]}"#);
///
/// let broken = br#"{"tokens": [{"token": "apiv3_c2"VjcmV0", "name": "app"}]}"#;
/// let shown = influxdb3_offline_tokens::redact(broken);
/// assert_eq!(shown, r#"{"tokens": [{"token":******************* "name": "app"}]}"#);
/// ```
#[must_use]
pub fn redact(bytes: &[u8]) -> String {
    let mut text = Zeroizing::new(bytes.to_vec());
    let mut at = 0;
    for chunk in bytes.utf8_chunks() {
        at += chunk.valid().len();
        let end = at + chunk.invalid().len();
        overwrite(&mut text, Span::new(at, end));
        at = end;
    }
    let plain = Zeroizing::new(String::from_utf8_lossy(&text).into_owned());
    for span in secrets(&plain) {
        overwrite(&mut text, span);
    }
    String::from_utf8_lossy(&text).into_owned()
}

fn overwrite(text: &mut [u8], span: Span) {
    for byte in text.get_mut(span.range()).unwrap_or_default() {
        if !byte.is_ascii_control() {
            *byte = b'*';
        }
    }
}

/// Returns the spans that may contain secrets.
fn secrets(text: &str) -> Vec<Span> {
    let mut parser = Parser::new(text, Errors::default());
    let mut secrets = Vec::new();
    Shown::File.read(&mut parser, &mut secrets);
    let errors = parser.end();
    if errors.is_broken {
        return broken::secrets(text);
    }
    secrets.extend(errors.comments);
    secrets
}

/// The comments of a text, and whether it has errors other than those and extra commas.
#[derive(Default)]
struct Errors {
    comments: Vec<Span>,
    is_broken: bool,
}

impl ErrorHandler for Errors {
    fn syntax_error(&mut self, error: SyntaxError, _: &str) {
        match error.kind {
            SyntaxErrorKind::Comment => self.comments.push(error.span),
            SyntaxErrorKind::TrailingComma
            | SyntaxErrorKind::ExtraComma
            | SyntaxErrorKind::LeadingComma
            | SyntaxErrorKind::InvalidWhitespace => {}
            _ => self.is_broken = true,
        }
    }
}

/// The part of a value that is shown.
#[derive(Clone, Copy)]
enum Shown {
    Nothing,
    /// A number.
    Expiry,
    /// Strings that are names or permissions, alone, in arrays, and in objects of the HTTP API.
    Strings,
    File,
    Tokens,
    Entry,
}

impl Shown {
    /// Reads the next value and adds the spans that are not shown.
    fn read(self, parser: &mut Parser<'_, Errors>, secrets: &mut Vec<Span>) {
        match parser.kind() {
            Kind::Array => _ = parser.array(|parser| self.of_elements().read(parser, secrets)),
            Kind::Object => {
                parser.object(|parser, key| {
                    let name = key.decode_secret();
                    let name = name.as_deref().filter(|name| !is_suspicious(name));
                    if name.is_none() {
                        secrets.push(key.span());
                    }
                    self.of_member(name.unwrap_or_default()).read(parser, secrets);
                });
            }
            Kind::String => {
                let string = parser.string();
                if !matches!(self, Self::Strings) || is_secret(string) {
                    secrets.push(string.span());
                }
            }
            _ => {
                let (kind, span) = parser.scalar();
                if kind == Kind::Number && !matches!(self, Self::Expiry) {
                    secrets.push(span);
                }
            }
        }
    }

    const fn of_elements(self) -> Self {
        match self {
            Self::Tokens => Self::Entry,
            Self::Strings => Self::Strings,
            _ => Self::Nothing,
        }
    }

    fn of_member(self, name: &str) -> Self {
        match (self, name) {
            (Self::File | Self::Entry | Self::Strings, "expiry_millis") => Self::Expiry,
            (Self::File, "tokens") => Self::Tokens,
            (Self::File, "create_databases" | "name" | "token_name" | "permissions")
            | (Self::Entry, "name" | "permissions" | "permission")
            | (
                Self::Strings,
                "resource_type" | "resource_names" | "resource_name" | "resource_identifier" | "actions",
            ) => Self::Strings,
            _ => Self::Nothing,
        }
    }
}

fn is_secret(string: Str<'_>) -> bool {
    string.decode_secret().is_none_or(|text| is_suspicious(&text))
}
