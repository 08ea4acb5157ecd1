//! Errors of permission strings, and their messages.

use alloc::borrow::Cow;
use alloc::format;
use core::fmt;

use thiserror::Error;

use crate::code::Code;
use crate::name::InvalidNameKind;
use crate::secret::Fragment;
use crate::span::Span;

/// One of the three parts of a permission string.
///
/// ```
/// use influxdb3_offline_tokens::Permission;
/// use influxdb3_offline_tokens::permission::{PermissionErrorKind, PermissionPart};
///
/// let error = Permission::parse("db:a").unwrap_err();
/// assert_eq!(error.kind(), PermissionErrorKind::MissingPart(PermissionPart::Actions));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum PermissionPart {
    /// `db` or `system`.
    Type,
    /// The names, or `*`.
    Names,
    /// The actions.
    Actions,
}

/// The kind of an error in a permission string. `Display` is its message.
///
/// ```
/// use influxdb3_offline_tokens::Permission;
/// use influxdb3_offline_tokens::permission::PermissionErrorKind;
///
/// let error = Permission::parse("db:a:rw").unwrap_err();
/// assert_eq!(error.kind(), PermissionErrorKind::UnknownAction);
/// assert_eq!(error.kind().name(), "unknown-action");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum PermissionErrorKind {
    /// Fewer than three parts; the first missing one.
    MissingPart(PermissionPart),
    /// More than three parts.
    ExtraPart,
    /// An empty part.
    EmptyPart(PermissionPart),
    /// An empty item of a list.
    #[non_exhaustive]
    EmptyItem {
        /// The number of the item in its list, from 1.
        number: usize,
    },
    /// Whitespace around a part or an item. The server trims it only in system resources (server source, 3.10); this
    /// crate rejects all of it.
    Whitespace,
    /// Neither `db` nor `system`.
    UnknownResourceType,
    /// `*` as a type, which only admin tokens have.
    AdminPermission,
    /// `*` among names.
    MixedWildcard,
    /// `*` within a name; patterns are not supported.
    Glob,
    /// A database name that the server's write path rejects.
    BadDatabaseName(InvalidNameKind),
    /// A database name of more than 511 bytes.
    DatabaseNameTooLong,
    /// `$DB`, `${DB}`, `{{ db }}`, `<db>`, `%DB%` and the like.
    UnexpandedVariable,
    /// An action that does not exist.
    UnknownAction,
    /// `*` as an action.
    WildcardAction,
    /// An action that resource tokens cannot have: `drop`, `update`, `all`, `admin`.
    ActionNotGrantable,
    /// An action other than `read` on a system resource.
    ActionNotForType,
    /// A name that is not a system resource.
    UnknownSystemResource,
}

impl PermissionErrorKind {
    /// Returns the permanent name, which is also that of the diagnostic code.
    ///
    /// ```
    /// use influxdb3_offline_tokens::{Code, Permission};
    ///
    /// let error = Permission::parse("db:a").unwrap_err();
    /// assert_eq!(error.kind().name(), Code::MissingPart.name());
    /// ```
    #[must_use]
    pub const fn name(self) -> &'static str {
        self.code().name()
    }

    /// Returns the code of the finding.
    pub(crate) const fn code(self) -> Code {
        match self {
            Self::MissingPart(_) => Code::MissingPart,
            Self::ExtraPart => Code::ExtraPart,
            Self::EmptyPart(_) => Code::EmptyPart,
            Self::EmptyItem { .. } => Code::EmptyItem,
            Self::Whitespace => Code::Whitespace,
            Self::UnknownResourceType => Code::UnknownResourceType,
            Self::AdminPermission => Code::AdminPermission,
            Self::MixedWildcard => Code::MixedWildcard,
            Self::Glob => Code::Glob,
            Self::BadDatabaseName(_) => Code::BadDatabaseName,
            Self::DatabaseNameTooLong => Code::DatabaseNameTooLong,
            Self::UnexpandedVariable => Code::UnexpandedVariable,
            Self::UnknownAction => Code::UnknownAction,
            Self::WildcardAction => Code::WildcardAction,
            Self::ActionNotGrantable => Code::ActionNotGrantable,
            Self::ActionNotForType => Code::ActionNotForType,
            Self::UnknownSystemResource => Code::UnknownSystemResource,
        }
    }
}

/// An error in a permission string: its kind, its span, and a suggestion.
///
/// `Display` prints the message with the invalid text, unless that may be a secret, the offset of its first byte, and the
/// help. Items of a list are counted from 1.
///
/// ```
/// use influxdb3_offline_tokens::Permission;
///
/// let error = Permission::parse("db:a:red").unwrap_err();
/// assert_eq!(error.kind().name(), "unknown-action");
/// assert_eq!(error.span().text("db:a:red"), Some("red"));
/// assert_eq!(error.suggestion(), Some("read"));
/// assert_eq!(error.to_string(), "unknown action `red` (at byte 5): did you mean `read`?");
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("{} (at byte {}): {}", self.message(), .span.start(), self.help())]
pub struct ParsePermissionError {
    kind: PermissionErrorKind,
    span: Span,
    // The suggestion, and whether it differs only in case.
    suggestion: Option<(&'static str, bool)>,
    fragment: Fragment,
}

impl ParsePermissionError {
    pub(crate) const fn new(kind: PermissionErrorKind, span: Span) -> Self {
        Self { kind, span, suggestion: None, fragment: Fragment::EMPTY }
    }

    /// Creates an error that covers the whole text.
    pub(crate) fn for_text(kind: PermissionErrorKind, text: &str) -> Self {
        Self::new(kind, Span::new(0, text.len())).quoting(Fragment::new(text, text))
    }

    pub(super) fn with_suggestion(self, suggestion: Option<(&'static str, bool)>) -> Self {
        Self { suggestion, ..self }
    }

    pub(super) fn quoting(self, fragment: Fragment) -> Self {
        Self { fragment, ..self }
    }

    pub(crate) fn at(self, span: Span) -> Self {
        Self { span, ..self }
    }

    /// Returns the kind of the error.
    ///
    /// ```
    /// use influxdb3_offline_tokens::Permission;
    /// use influxdb3_offline_tokens::permission::PermissionErrorKind;
    ///
    /// let error = Permission::parse("db:a:drop").unwrap_err();
    /// assert_eq!(error.kind(), PermissionErrorKind::ActionNotGrantable);
    /// ```
    #[must_use]
    pub const fn kind(&self) -> PermissionErrorKind {
        self.kind
    }

    /// Returns the span of the invalid bytes; empty if something is missing.
    ///
    /// ```
    /// use influxdb3_offline_tokens::Permission;
    ///
    /// let span = |text| Permission::parse(text).unwrap_err().span().range();
    /// assert_eq!((span("db:my db:read"), span("db:a")), (5..6, 4..4));
    /// ```
    #[must_use]
    pub const fn span(&self) -> Span {
        self.span
    }

    /// Returns the text that was probably meant.
    ///
    /// ```
    /// use influxdb3_offline_tokens::Permission;
    ///
    /// let meant = |text| Permission::parse(text).unwrap_err().suggestion();
    /// assert_eq!((meant("bd:a:read"), meant("db:a:xyz")), (Some("db"), None));
    /// ```
    #[must_use]
    pub const fn suggestion(&self) -> Option<&'static str> {
        match self.suggestion {
            Some((text, _)) => Some(text),
            None => None,
        }
    }

    /// Returns whether the text and the suggestion differ only in case.
    ///
    /// ```
    /// use influxdb3_offline_tokens::Permission;
    ///
    /// let case = |text| Permission::parse(text).unwrap_err().differs_only_in_case();
    /// assert!(case("db:a:Read") && !case("db:a:reed"));
    /// ```
    #[must_use]
    pub const fn differs_only_in_case(&self) -> bool {
        matches!(self.suggestion, Some((_, true)))
    }

    /// Returns the message, without offset and help.
    ///
    /// ```
    /// use influxdb3_offline_tokens::Permission;
    ///
    /// let error = Permission::parse("db:a:drop").unwrap_err();
    /// assert_eq!(error.message().to_string(), "the action `drop` cannot be granted to a resource token");
    /// ```
    #[must_use]
    pub fn message(&self) -> impl fmt::Display {
        Message(self.kind, &self.fragment)
    }

    /// Returns the help.
    ///
    /// ```
    /// use influxdb3_offline_tokens::Permission;
    ///
    /// assert_eq!(Permission::parse("db:a:red").unwrap_err().help(), "did you mean `read`?");
    /// assert_eq!(Permission::parse("db::read").unwrap_err().help(), "add at least one item; is a variable unset?");
    /// ```
    #[must_use]
    pub fn help(&self) -> Cow<'static, str> {
        use PermissionErrorKind as Kind;

        let unknown = matches!(
            self.kind,
            Kind::UnknownResourceType | Kind::UnknownAction | Kind::UnknownSystemResource
        );
        if let Some(word) = self.suggestion().filter(|_| unknown) {
            return Cow::Owned(format!("did you mean `{word}`?"));
        }
        Cow::Borrowed(match self.kind {
            Kind::MissingPart(_) => "write `TYPE:NAMES:ACTIONS`, such as `db:db1,db2:read,write`",
            Kind::ExtraPart => "separate actions with `,`, and write each permission as a separate string",
            Kind::EmptyPart(PermissionPart::Type) => "write `db` or `system` before the first `:`",
            Kind::EmptyPart(_) => "add at least one item; is a variable unset?",
            Kind::EmptyItem { .. } => "remove the extra `,`",
            Kind::Whitespace => "remove the whitespace",
            Kind::UnknownResourceType => "use `db` or `system`",
            Kind::AdminPermission => "use `db:*:…` for all databases, or `system:*:read` for all endpoints",
            Kind::MixedWildcard => "use `*` alone for everything, or list the names without it",
            Kind::Glob => "list the names, or use `*` alone for everything",
            Kind::BadDatabaseName(kind) => kind.help(),
            Kind::DatabaseNameTooLong => InvalidNameKind::TooLong.help(),
            Kind::UnexpandedVariable => "write the value, or expand the template first",
            Kind::UnknownAction => {
                "use `read`, `write`, `create`, `describe` or `delete` for databases, `read` for system resources"
            }
            Kind::WildcardAction if self.suggestion.is_none() => "list the actions, such as `read,write`",
            Kind::ActionNotGrantable if self.suggestion.is_none() => {
                "grant `read`, `write`, `create`, `describe` or `delete`"
            }
            Kind::WildcardAction | Kind::ActionNotGrantable | Kind::ActionNotForType => {
                "use only `read` on system resources"
            }
            Kind::UnknownSystemResource => {
                "use `health`, `metrics`, `ping` or `ready`; tables such as `system.queries` cannot be granted"
            }
        })
    }
}

/// The message of an error, which may quote the invalid fragment.
struct Message<'a>(PermissionErrorKind, &'a Fragment);

impl fmt::Display for Message<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        use PermissionErrorKind as Kind;

        let Self(kind, fragment) = self;
        match kind {
            Kind::MissingPart(PermissionPart::Type) => f.write_str("missing resource type"),
            Kind::MissingPart(PermissionPart::Names) => f.write_str("missing names"),
            Kind::MissingPart(PermissionPart::Actions) => f.write_str("missing actions"),
            Kind::ExtraPart => write!(f, "unexpected part{fragment} after the actions"),
            Kind::EmptyPart(PermissionPart::Type) => f.write_str("empty resource type"),
            Kind::EmptyPart(PermissionPart::Names) => f.write_str("empty list of names"),
            Kind::EmptyPart(PermissionPart::Actions) => f.write_str("empty list of actions"),
            Kind::EmptyItem { number } => write!(f, "item {number} of the list is empty"),
            Kind::Whitespace => f.write_str("unexpected whitespace"),
            Kind::UnknownResourceType => write!(f, "unknown resource type{fragment}"),
            Kind::AdminPermission => f.write_str("only admin tokens have the resource type `*`"),
            Kind::MixedWildcard => f.write_str("`*` cannot be mixed with names"),
            Kind::Glob => write!(f, "unsupported pattern{fragment} in a name"),
            Kind::BadDatabaseName(kind) => kind.fmt(f),
            Kind::DatabaseNameTooLong => InvalidNameKind::TooLong.fmt(f),
            Kind::UnexpandedVariable => write!(f, "unexpanded variable{fragment}"),
            Kind::UnknownAction => write!(f, "unknown action{fragment}"),
            Kind::WildcardAction => f.write_str("`*` is not an action: the server rejects it"),
            Kind::ActionNotGrantable => {
                write!(f, "the action{fragment} cannot be granted to a resource token")
            }
            Kind::ActionNotForType => write!(f, "the action{fragment} is not available for system resources"),
            Kind::UnknownSystemResource => write!(f, "unknown system resource{fragment}"),
        }
    }
}

impl fmt::Display for PermissionErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Message(*self, &Fragment::EMPTY).fmt(f)
    }
}
