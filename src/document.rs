//! JSON that a running server sends or takes: read value by value, up to the first thing that is wrong.

use alloc::borrow::Cow;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use std::collections::HashSet;

use thiserror::Error;

use crate::json::{Member, Node, RawStr, Unreadable, Value, tree};
use crate::name::InvalidNameKind;
use crate::permission::PermissionErrorKind;
use crate::span::{LineIndex, Location, Span};
use crate::suggest::meant;

/// What is wrong with a text of the server's.
///
/// ```
/// use influxdb3_offline_tokens::{InvalidJsonKind, ServerTokens};
///
/// let table = b"| name | permissions |";
/// assert_eq!(ServerTokens::parse(table).unwrap_err().kind(), InvalidJsonKind::Syntax);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum InvalidJsonKind {
    /// Bytes that are not UTF-8.
    NotUtf8,
    /// It is not JSON.
    Syntax,
    /// A value of the wrong JSON type.
    WrongType,
    /// A member that is needed is not there.
    MissingMember,
    /// A member stands twice in one object.
    DuplicateMember,
    /// A member that would be ignored, and has nearly the name of one that is known.
    MisspeltMember,
    /// A name that no resource token can have.
    Name(InvalidNameKind),
    /// Two tokens have the same name.
    DuplicateName,
    /// A permission that the grammar refuses.
    Permission(PermissionErrorKind),
    /// A time or a number of seconds that cannot be read, or does not fit into 64 bits.
    Time,
}

/// A text that cannot be read as what it should be: the first thing that is wrong, and where. It keeps nothing of the text.
///
/// ```
/// use influxdb3_offline_tokens::ServerTokens;
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
    /// What is wrong.
    ///
    /// ```
    /// use influxdb3_offline_tokens::{HttpTokenRequest, InvalidJsonKind};
    ///
    /// let error = HttpTokenRequest::parse(br#"{"token_nmae": "app"}"#).unwrap_err();
    /// assert_eq!(error.kind(), InvalidJsonKind::MisspeltMember);
    /// ```
    #[must_use]
    pub const fn kind(&self) -> InvalidJsonKind {
        self.kind
    }

    /// Which bytes are wrong.
    ///
    /// ```
    /// use influxdb3_offline_tokens::ServerTokens;
    ///
    /// let json = r#"[{"name": 5}]"#;
    /// let error = ServerTokens::parse(json.as_bytes()).unwrap_err();
    /// assert_eq!(error.span().text(json), Some("5"));
    /// ```
    #[must_use]
    pub const fn span(&self) -> Span {
        self.span
    }

    /// The line and column where they begin.
    ///
    /// ```
    /// use influxdb3_offline_tokens::{Location, ServerTokens};
    ///
    /// let error = ServerTokens::parse(b"[\n  7\n]").unwrap_err();
    /// assert_eq!(error.location(), Location { line: 2, column: 3 });
    /// ```
    #[must_use]
    pub const fn location(&self) -> Location {
        self.location
    }
}

/// The same before its line and column are looked up.
pub(crate) struct Wrong {
    kind: InvalidJsonKind,
    span: Span,
    message: Cow<'static, str>,
}

pub(crate) fn wrong<T>(
    kind: InvalidJsonKind,
    span: Span,
    message: impl Into<Cow<'static, str>>,
) -> Result<T, Wrong> {
    Err(Wrong { kind, span, message: message.into() })
}

/// Reads a whole text.
pub(crate) fn read<T>(
    bytes: &[u8],
    value: impl FnOnce(&Node<'_>) -> Result<T, Wrong>,
) -> Result<T, InvalidJson> {
    let result = match core::str::from_utf8(bytes) {
        Ok(text) => tree(text).map_or_else(|error| unreadable(text, error), |root| value(&root)),
        Err(error) => {
            let start = error.valid_up_to();
            wrong(InvalidJsonKind::NotUtf8, Span::new(start, start + 1), "this is not UTF-8")
        }
    };
    result.map_err(|Wrong { kind, span, message }| {
        let location = LineIndex::new(bytes).location(span.start());
        InvalidJson { kind, span, location, message }
    })
}

fn unreadable<T>(text: &str, error: Unreadable) -> Result<T, Wrong> {
    let (at, message) = match error {
        Unreadable::CutOff => (text.len(), "the JSON ends too early"),
        Unreadable::TooDeep(at) => (at, "arrays and objects are nested too deeply"),
        Unreadable::Syntax(at) => (at, "this is not JSON"),
        Unreadable::Trailing(at) => (at, "there is text behind the end of the JSON"),
    };
    let length = text.get(at..).and_then(|rest| rest.chars().next()).map_or(0, char::len_utf8);
    wrong(InvalidJsonKind::Syntax, Span::new(at, at + length), message)
}

/// An object, no member of which stands twice.
pub(crate) struct Object<'n, 'a> {
    span: Span,
    members: &'n [Member<'a>],
}

impl<'n, 'a> Object<'n, 'a> {
    pub(crate) fn of(node: &'n Node<'a>, what: &str) -> Result<Self, Wrong> {
        let Value::Object(members) = &node.value else { return wrong_type(node, what, "an object") };
        let mut seen = HashSet::new();
        for member in members {
            if member.key.decode().is_some_and(|name| !seen.insert(name)) {
                let message = "this member stands twice in one object";
                return wrong(InvalidJsonKind::DuplicateMember, member.key.outer(), message);
            }
        }
        Ok(Self { span: node.span, members })
    }

    /// The value of a member; none where it is not there, or null.
    pub(crate) fn get(&self, name: &str) -> Option<&'n Node<'a>> {
        let is_it = |member: &&Member<'_>| member.key.decode().is_some_and(|key| key == name);
        let value = self.members.iter().find(is_it).map(|member| &member.value);
        value.filter(|node| !matches!(node.value, Value::Null))
    }

    pub(crate) fn required(&self, name: &str, what: &str) -> Result<&'n Node<'a>, Wrong> {
        self.get(name).map_or_else(
            || {
                let opening = Span::new(self.span.start(), self.span.start() + 1);
                wrong(InvalidJsonKind::MissingMember, opening, format!("{what} has no `{name}`"))
            },
            Ok,
        )
    }

    /// Refuses a member of such a name.
    pub(crate) fn refuse(&self, is_such: impl Fn(&str) -> bool, message: &'static str) -> Result<(), Wrong> {
        let is_such = |member: &&Member<'_>| member.key.decode().is_some_and(|name| is_such(&name));
        match self.members.iter().find(is_such) {
            Some(member) => wrong(InvalidJsonKind::MisspeltMember, member.key.outer(), message),
            None => Ok(()),
        }
    }

    /// Refuses a member that is nearly called as one of these, which is not there.
    pub(crate) fn refuse_misspelt(&self, known: &[&'static str]) -> Result<(), Wrong> {
        let free: Vec<&str> = known.iter().copied().filter(|name| self.get(name).is_none()).collect();
        for member in self.members {
            let Some(name) = member.key.decode() else { continue };
            let near = meant(&name, free.iter().copied()).filter(|_| !known.contains(&name.as_ref()));
            if let Some((near, _)) = near {
                let message = format!("the server ignores this member: it is called `{near}`");
                return wrong(InvalidJsonKind::MisspeltMember, member.key.outer(), message);
            }
        }
        Ok(())
    }
}

/// The elements of an array.
pub(crate) fn list<'n, 'a>(node: &'n Node<'a>, what: &str) -> Result<&'n [Node<'a>], Wrong> {
    match &node.value {
        Value::Array(nodes) => Ok(nodes),
        _ => wrong_type(node, what, "an array"),
    }
}

/// A string and its text.
pub(crate) fn text<'a>(node: &Node<'a>, what: &str) -> Result<(RawStr<'a>, Cow<'a, str>), Wrong> {
    let Value::String(string) = node.value else { return wrong_type(node, what, "a string") };
    match string.decode() {
        Some(text) => Ok((string, text)),
        None => wrong(
            InvalidJsonKind::Syntax,
            string.outer(),
            "an escape in this string is half of a character: a surrogate without its pair",
        ),
    }
}

pub(crate) fn wrong_type<T>(node: &Node<'_>, what: &str, wanted: &str) -> Result<T, Wrong> {
    let span = match node.value {
        Value::Array(_) | Value::Object(_) => Span::new(node.span.start(), node.span.start() + 1),
        _ => node.span,
    };
    let message: String = format!("{what} must be {wanted}, and is {}", node.value.description());
    wrong(InvalidJsonKind::WrongType, span, message)
}
