//! The parser for other JSON: server responses, request bodies and wanted files.

use std::borrow::Cow;
use std::collections::HashSet;

use thiserror::Error;

use crate::name::InvalidNameKind;
use crate::permission::PermissionErrorKind;
use crate::secret::Fragment;
use crate::span::{LineIndex, Location, Span};
use crate::suggest::closest_word;
use crate::syntax::{Kind, Node, Str, SyntaxError, SyntaxErrorKind};

/// The kind of an [`InvalidJson`].
///
/// ```
/// use influxdb3_offline_tokens::server::{InvalidJsonKind, ServerTokens};
///
/// let table = b"| name | permissions |";
/// assert_eq!(ServerTokens::parse(table).unwrap_err().kind(), InvalidJsonKind::Syntax);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum InvalidJsonKind {
    /// Invalid UTF-8.
    NotUtf8,
    /// Invalid JSON.
    Syntax,
    /// A value of the wrong JSON type.
    WrongType,
    /// A required member is missing.
    MissingMember,
    /// A duplicate member.
    DuplicateMember,
    /// A member that would be ignored, with a name similar to a known one.
    MisspeltMember,
    /// A member that a [`WantedFile`](crate::wanted::WantedFile) does not have.
    UnknownMember,
    /// An invalid name of a token or database.
    Name(InvalidNameKind),
    /// Two tokens have the same name.
    DuplicateName,
    /// A permission that the grammar rejects.
    Permission(PermissionErrorKind),
    /// An invalid time, duration or number of seconds, or one that does not fit into 64 bits.
    Time,
}

/// The error for invalid JSON from or for a server, or for an invalid [`WantedFile`](crate::wanted::WantedFile).
///
/// It does not quote text that may be a secret.
///
/// ```
/// use influxdb3_offline_tokens::server::ServerTokens;
///
/// let error = ServerTokens::parse(b"[\n  {}\n]").unwrap_err();
/// assert_eq!((error.location().line, error.location().column), (2, 3));
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("{}:{}: {message}", .location.line, .location.column)]
pub struct InvalidJson {
    kind: InvalidJsonKind,
    span: Span,
    location: Location,
    message: Cow<'static, str>,
}

impl InvalidJson {
    /// Returns the kind of the error.
    ///
    /// ```
    /// use influxdb3_offline_tokens::server::{HttpTokenRequest, InvalidJsonKind};
    ///
    /// let error = HttpTokenRequest::parse(br#"{"token_nmae": "app"}"#).unwrap_err();
    /// assert_eq!(error.kind(), InvalidJsonKind::MisspeltMember);
    /// ```
    #[must_use]
    pub const fn kind(&self) -> InvalidJsonKind {
        self.kind
    }

    /// Returns the span of the invalid bytes.
    ///
    /// ```
    /// use influxdb3_offline_tokens::server::ServerTokens;
    ///
    /// let json = r#"[{"name": 5}]"#;
    /// let error = ServerTokens::parse(json.as_bytes()).unwrap_err();
    /// assert_eq!(error.span().text(json), Some("5"));
    /// ```
    #[must_use]
    pub const fn span(&self) -> Span {
        self.span
    }

    /// Returns the line and column where the span starts.
    ///
    /// ```
    /// use influxdb3_offline_tokens::server::ServerTokens;
    /// use influxdb3_offline_tokens::span::Location;
    ///
    /// let error = ServerTokens::parse(b"[\n  7\n]").unwrap_err();
    /// assert_eq!(error.location(), Location { line: 2, column: 3 });
    /// ```
    #[must_use]
    pub const fn location(&self) -> Location {
        self.location
    }

    fn new(kind: InvalidJsonKind, span: Span, message: impl Into<Cow<'static, str>>) -> Self {
        // A placeholder until `locate` counts the lines.
        Self { kind, span, location: Location { line: 1, column: 1 }, message: message.into() }
    }

    pub(crate) fn locate(self, lines: &LineIndex<'_>) -> Self {
        Self { location: lines.location(self.span.start()), ..self }
    }

    pub(crate) fn into_message(self) -> Cow<'static, str> {
        self.message
    }
}

pub(crate) fn fail<T>(
    kind: InvalidJsonKind,
    span: Span,
    message: impl Into<Cow<'static, str>>,
) -> Result<T, InvalidJson> {
    Err(InvalidJson::new(kind, span, message))
}

/// Parses a text up to its first error.
pub(crate) fn read<T>(
    bytes: &[u8],
    value: impl FnOnce(&Node<'_>) -> Result<T, InvalidJson>,
) -> Result<T, InvalidJson> {
    let result = root(bytes).and_then(|root| value(&root));
    result.map_err(|error| error.locate(&LineIndex::new(bytes)))
}

/// Parses a text as a tree.
pub(crate) fn root(bytes: &[u8]) -> Result<Node<'_>, InvalidJson> {
    match core::str::from_utf8(bytes) {
        Ok(text) => Node::parse(text).or_else(|error| not_json(text, error)),
        Err(error) => {
            let start = error.valid_up_to();
            fail(InvalidJsonKind::NotUtf8, Span::new(start, start + 1), "invalid UTF-8")
        }
    }
}

fn not_json<T>(text: &str, SyntaxError { kind, span }: SyntaxError) -> Result<T, InvalidJson> {
    let message = match kind {
        SyntaxErrorKind::UnexpectedEnd { .. } => "unexpected end of the JSON",
        SyntaxErrorKind::TooDeep => "arrays and objects are nested too deeply",
        SyntaxErrorKind::TrailingText => "unexpected text after the JSON value",
        _ => "invalid JSON",
    };
    let rest = text.get(span.start()..).unwrap_or_default();
    let length = rest.chars().next().map_or(0, char::len_utf8);
    fail(InvalidJsonKind::Syntax, Span::new(span.start(), span.start() + length), message)
}

/// An object without duplicate members.
pub(crate) struct Object<'n, 'a> {
    span: Span,
    members: &'n [(Str<'a>, Node<'a>)],
}

impl<'n, 'a> Object<'n, 'a> {
    pub(crate) fn of(node: &'n Node<'a>, what: &str) -> Result<Self, InvalidJson> {
        if node.kind != Kind::Object {
            return wrong_type(node, what, "an object");
        }
        let mut seen = HashSet::new();
        for (key, _) in node.members() {
            let Some(name) = key.decode() else { return surrogate(*key) };
            if seen.contains(&name) {
                let message =
                    format!("duplicate member{}: keep only one of them", Fragment::new(&name, &name));
                return fail(InvalidJsonKind::DuplicateMember, key.outer_span(), message);
            }
            seen.insert(name);
        }
        Ok(Self { span: node.span, members: node.members() })
    }

    /// Returns the value of a member; `None` if it is missing or null.
    pub(crate) fn get(&self, name: &str) -> Option<&'n Node<'a>> {
        let has_name = |(key, _): &&(Str<'_>, Node<'_>)| key.decode().is_some_and(|key| key == name);
        let value = self.members.iter().find(has_name).map(|(_, value)| value);
        value.filter(|node| node.kind != Kind::Null)
    }

    pub(crate) fn required(&self, name: &str, what: &str) -> Result<&'n Node<'a>, InvalidJson> {
        self.get(name).map_or_else(
            || {
                let opening = Span::new(self.span.start(), self.span.start() + 1);
                fail(InvalidJsonKind::MissingMember, opening, format!("{what} has no `{name}`"))
            },
            Ok,
        )
    }

    /// Returns the members that are not known, with their names.
    fn others(&self, known: &[&str]) -> impl Iterator<Item = (Str<'a>, Cow<'a, str>)> {
        let decoded = self.members.iter().filter_map(|(key, _)| Some((*key, key.decode()?)));
        decoded.filter(|(_, name)| !known.contains(&name.as_ref()))
    }

    /// Rejects the first unknown member that has a message.
    pub(crate) fn reject(
        &self,
        known: &[&str],
        message: impl Fn(&str) -> Option<Cow<'static, str>>,
    ) -> Result<(), InvalidJson> {
        let mut rejected = self.others(known).filter_map(|(key, name)| Some((key, message(&name)?, name)));
        rejected.next().map_or(Ok(()), |(key, message, name)| {
            let message = format!("unknown member{}: {message}", Fragment::new(&name, &name));
            fail(InvalidJsonKind::MisspeltMember, key.outer_span(), message)
        })
    }

    /// Rejects a member whose name is similar to that of a missing one.
    pub(crate) fn reject_misspelt(&self, known: &[&'static str]) -> Result<(), InvalidJson> {
        let free: Vec<&str> = known.iter().copied().filter(|name| self.get(name).is_none()).collect();
        self.reject(known, |name| {
            let (near, _) = closest_word(name, free.iter().copied())?;
            Some(format!("the server ignores it; use `{near}`").into())
        })
    }

    /// Returns an error for each unknown member.
    pub(crate) fn unknown(&self, known: &[&'static str]) -> impl Iterator<Item = InvalidJson> {
        self.others(known).map(|(key, name)| {
            let message = match closest_word(&name, known.iter().copied()) {
                Some((near, _)) => Cow::from(format!("unknown member; use `{near}`")),
                None => "unknown member; remove it".into(),
            };
            InvalidJson::new(InvalidJsonKind::UnknownMember, key.outer_span(), message)
        })
    }
}

/// Returns the elements of an array.
pub(crate) fn list<'n, 'a>(node: &'n Node<'a>, what: &str) -> Result<&'n [Node<'a>], InvalidJson> {
    if node.kind == Kind::Array { Ok(node.elements()) } else { wrong_type(node, what, "an array") }
}

/// Returns a string and its text.
pub(crate) fn text<'a>(node: &Node<'a>, what: &str) -> Result<(Str<'a>, Cow<'a, str>), InvalidJson> {
    let Some(string) = node.as_str() else { return wrong_type(node, what, "a string") };
    string.decode().map_or_else(|| surrogate(string), |text| Ok((string, text)))
}

fn surrogate<T>(string: Str<'_>) -> Result<T, InvalidJson> {
    let message = "unpaired surrogate in a string escape";
    fail(InvalidJsonKind::Syntax, string.outer_span(), message)
}

pub(crate) fn wrong_type<T>(node: &Node<'_>, what: &str, wanted: &str) -> Result<T, InvalidJson> {
    let message: String = format!("{what} must be {wanted}, not {}", node.kind.description());
    fail(InvalidJsonKind::WrongType, node.head(), message)
}
