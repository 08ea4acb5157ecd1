//! Names of databases and of tokens.

mod character;
pub(crate) mod value;

use core::fmt;

use thiserror::Error;

pub(crate) use self::character::Shown;
pub(crate) use self::value::DatabaseName;
pub(crate) use self::value::TokenName;
use crate::secret::Fragment;
use crate::span::Span;

/// The server's own database, which only admin tokens can access (server source).
///
/// ```
/// use influxdb3_offline_tokens::{AccessRequest, DatabaseActions, Permission};
/// use influxdb3_offline_tokens::access::decide;
/// use influxdb3_offline_tokens::name::INTERNAL_DATABASE;
///
/// let permissions = [Permission::parse("db:*:read")?];
/// let request = AccessRequest::Database(INTERNAL_DATABASE, DatabaseActions::READ);
/// assert!(!decide(&permissions, request).is_allowed());
/// # Ok::<(), influxdb3_offline_tokens::permission::ParsePermissionError>(())
/// ```
pub const INTERNAL_DATABASE: &str = "_internal";

/// The name of the operator token, which this crate rejects for resource tokens.
///
/// ```
/// use influxdb3_offline_tokens::TokenName;
/// use influxdb3_offline_tokens::name::OPERATOR_TOKEN_NAME;
///
/// assert!(TokenName::parse(OPERATOR_TOKEN_NAME).is_err());
/// assert!(TokenName::parse("_ADMIN").is_ok());
/// ```
pub const OPERATOR_TOKEN_NAME: &str = "_admin";

/// The maximum length in bytes of a database name in the server's HTTP write path (server source).
///
/// ```
/// use influxdb3_offline_tokens::DatabaseName;
/// use influxdb3_offline_tokens::name::MAX_DATABASE_NAME;
///
/// assert!(DatabaseName::parse(&"a".repeat(MAX_DATABASE_NAME)).is_ok());
/// assert!(DatabaseName::parse(&"a".repeat(MAX_DATABASE_NAME + 1)).is_err());
/// ```
pub const MAX_DATABASE_NAME: usize = 511;

/// The kind of an [`InvalidName`].
///
/// ```
/// use influxdb3_offline_tokens::DatabaseName;
/// use influxdb3_offline_tokens::name::InvalidNameKind;
///
/// assert_eq!(DatabaseName::parse("a/").unwrap_err().kind(), InvalidNameKind::LastSlash);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum InvalidNameKind {
    /// An empty name.
    Empty,
    /// A database name of more than 511 bytes.
    TooLong,
    /// A database name that starts with `_`, `-` or `/`; any other invalid character is a
    /// [`BadCharacter`](Self::BadCharacter), even at the start.
    BadStart(char),
    /// A character that the server's write path rejects in a database name.
    BadCharacter(char),
    /// A second `/` in a database name.
    SecondSlash,
    /// A database name that ends with `/`.
    LastSlash,
    /// `_admin`, the name of the operator token.
    Reserved,
}

/// The error for a database or token name that the server rejects, or that would do harm there.
///
/// `Display` prints the message, the offset of the first invalid byte, the name unless it may be a secret, and the help.
///
/// ```
/// use influxdb3_offline_tokens::{DatabaseName, TokenName};
/// use influxdb3_offline_tokens::name::InvalidNameKind;
///
/// let error = DatabaseName::parse("my db").unwrap_err();
/// assert_eq!((error.kind(), error.span().range()), (InvalidNameKind::BadCharacter(' '), 2..3));
/// assert!(error.to_string().starts_with("a space is not allowed in a database name (at byte 2 of `my db`): use "));
/// let error = TokenName::parse("_admin").unwrap_err();
/// assert_eq!(error.to_string(), "`_admin` is reserved for the operator token: use another name");
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub struct InvalidName {
    kind: InvalidNameKind,
    span: Span,
    name: Fragment,
}

impl InvalidName {
    const fn new(kind: InvalidNameKind, start: usize, end: usize) -> Self {
        Self { kind, span: Span::new(start, end), name: Fragment::EMPTY }
    }

    pub(crate) fn quoting(self, name: &str) -> Self {
        Self { name: Fragment::new(name, name), ..self }
    }

    /// Returns the kind of the error.
    ///
    /// ```
    /// use influxdb3_offline_tokens::TokenName;
    /// use influxdb3_offline_tokens::name::InvalidNameKind;
    ///
    /// let error = TokenName::parse("_admin").unwrap_err();
    /// assert_eq!(error.kind(), InvalidNameKind::Reserved);
    /// ```
    #[must_use]
    pub const fn kind(&self) -> InvalidNameKind {
        self.kind
    }

    /// Returns the span of the invalid bytes.
    ///
    /// ```
    /// use influxdb3_offline_tokens::DatabaseName;
    ///
    /// let name = "sensors/a/b";
    /// let error = DatabaseName::parse(name).unwrap_err();
    /// assert_eq!(error.span().range(), 9..10);
    /// ```
    #[must_use]
    pub const fn span(&self) -> Span {
        self.span
    }

    /// Returns the help.
    ///
    /// ```
    /// use influxdb3_offline_tokens::TokenName;
    ///
    /// assert_eq!(TokenName::parse("_admin").unwrap_err().help(), "use another name");
    /// ```
    #[must_use]
    pub const fn help(&self) -> &'static str {
        self.kind.help()
    }
}

impl fmt::Display for InvalidName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { kind, span, name } = self;
        kind.fmt(f)?;
        match kind {
            InvalidNameKind::Empty | InvalidNameKind::TooLong | InvalidNameKind::Reserved => {}
            _ if name.is_empty() => write!(f, " (at byte {})", span.start())?,
            _ => write!(f, " (at byte {} of{name})", span.start())?,
        }
        write!(f, ": {}", self.help())
    }
}

impl InvalidNameKind {
    pub(crate) const fn help(self) -> &'static str {
        match self {
            Self::Empty => "add a name; is a variable unset?",
            Self::TooLong => "use a name of at most 64 characters",
            Self::BadStart(_) | Self::BadCharacter(_) | Self::SecondSlash | Self::LastSlash => {
                "use ASCII letters, digits, `_` and `-`, with a letter or digit first and at most one `/` inside"
            }
            Self::Reserved => "use another name",
        }
    }
}

impl fmt::Display for InvalidNameKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::Empty => f.write_str("the name is empty"),
            Self::TooLong => write!(f, "the database name is longer than {MAX_DATABASE_NAME} bytes"),
            Self::BadStart(c) => {
                write!(f, "a database name must start with an ASCII letter or digit, not with {}", Shown(c))
            }
            Self::BadCharacter(c) => write!(f, "{} is not allowed in a database name", Shown(c)),
            Self::SecondSlash => f.write_str("a database name can contain only one `/`"),
            Self::LastSlash => f.write_str("a database name cannot end with `/`"),
            Self::Reserved => write!(f, "`{OPERATOR_TOKEN_NAME}` is reserved for the operator token"),
        }
    }
}

/// The bytes that a database name may contain; `/` is counted separately. A table takes half the time of comparisons.
const NAME_BYTES: [bool; 256] = {
    let mut table = [false; 256];
    let (mut rest, mut byte) = (table.as_mut_slice(), 0_u8);
    while let [is_allowed, tail @ ..] = rest {
        *is_allowed = byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-';
        (rest, byte) = (tail, byte.wrapping_add(1));
    }
    table
};

#[inline]
pub(crate) fn is_name_byte(byte: u8) -> bool {
    NAME_BYTES.get(usize::from(byte)).copied().unwrap_or_default()
}

/// Checks a database name. Its first error does not quote the name, because most callers drop the error.
pub(crate) fn check_database_name(name: &str) -> Result<(), InvalidName> {
    if name == INTERNAL_DATABASE {
        return Ok(());
    }
    let mut has_slash = false;
    for (at, character) in name.char_indices() {
        let end = at + character.len_utf8();
        let kind = match character {
            _ if character.is_ascii_alphanumeric() => continue,
            '_' | '-' | '/' if at == 0 => InvalidNameKind::BadStart(character),
            '_' | '-' => continue,
            '/' if end == name.len() => InvalidNameKind::LastSlash,
            '/' if has_slash => InvalidNameKind::SecondSlash,
            '/' => {
                has_slash = true;
                continue;
            }
            _ => InvalidNameKind::BadCharacter(character),
        };
        return Err(InvalidName::new(kind, at, end));
    }
    match name.len() {
        0 => Err(InvalidName::new(InvalidNameKind::Empty, 0, 0)),
        1..=MAX_DATABASE_NAME => Ok(()),
        length => Err(InvalidName::new(InvalidNameKind::TooLong, 0, length)),
    }
}

/// Checks the name of a resource token.
pub(crate) fn check_token_name(name: &str) -> Result<(), InvalidName> {
    match name {
        OPERATOR_TOKEN_NAME => Err(InvalidName::new(InvalidNameKind::Reserved, 0, name.len())),
        _ => check_admin_token_name(name),
    }
}

/// Checks the name of an admin token, which may be `_admin`.
pub(crate) const fn check_admin_token_name(name: &str) -> Result<(), InvalidName> {
    if name.is_empty() {
        return Err(InvalidName::new(InvalidNameKind::Empty, 0, 0));
    }
    Ok(())
}
