//! Errors of permission strings, and their messages.

use alloc::borrow::Cow;
use alloc::format;
use core::fmt;

use thiserror::Error;

use crate::name::{InvalidNameKind, MAX_DATABASE_NAME};
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
    /// A name that is not one of a system resource.
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
        match self {
            Self::MissingPart(_) => "missing-part",
            Self::ExtraPart => "extra-part",
            Self::EmptyPart(_) => "empty-part",
            Self::EmptyItem { .. } => "empty-item",
            Self::Whitespace => "whitespace",
            Self::UnknownResourceType => "unknown-resource-type",
            Self::AdminPermission => "admin-permission",
            Self::MixedWildcard => "mixed-wildcard",
            Self::Glob => "glob",
            Self::BadDatabaseName(_) => "bad-database-name",
            Self::DatabaseNameTooLong => "database-name-too-long",
            Self::UnexpandedVariable => "unexpanded-variable",
            Self::UnknownAction => "unknown-action",
            Self::WildcardAction => "wildcard-action",
            Self::ActionNotGrantable => "action-not-grantable",
            Self::ActionNotForType => "action-not-for-type",
            Self::UnknownSystemResource => "unknown-system-resource",
        }
    }
}

/// The error of a permission string: its kind, its span, and a suggestion.
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
    meant: Option<(&'static str, bool)>,
    fragment: Fragment,
}

impl ParsePermissionError {
    pub(crate) const fn new(kind: PermissionErrorKind, span: Span) -> Self {
        Self { kind, span, meant: None, fragment: Fragment::EMPTY }
    }

    /// Creates an error that covers a whole text.
    pub(crate) fn of_whole(kind: PermissionErrorKind, text: &str) -> Self {
        Self::new(kind, Span::new(0, text.len())).quoting(Fragment::new(text, text))
    }

    pub(super) fn meaning(self, meant: Option<(&'static str, bool)>) -> Self {
        Self { meant, ..self }
    }

    pub(super) fn quoting(self, fragment: Fragment) -> Self {
        Self { fragment, ..self }
    }

    #[cfg(feature = "std")]
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
        match self.meant {
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
        matches!(self.meant, Some((_, true)))
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
        Message(self)
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
        const ONLY_READ: &str = "use only `read` on system resources";
        let meant = self.suggestion();
        if let (PermissionErrorKind::WildcardAction | PermissionErrorKind::ActionNotGrantable, Some(_)) =
            (self.kind, meant)
        {
            return Cow::Borrowed(ONLY_READ);
        }
        if let Some(meant) = meant {
            return Cow::Owned(format!("did you mean `{meant}`?"));
        }
        Cow::Borrowed(match self.kind {
            PermissionErrorKind::MissingPart(_) => {
                "write `TYPE:NAMES:ACTIONS`, such as `db:db1,db2:read,write`"
            }
            PermissionErrorKind::ExtraPart => {
                "separate actions with `,`, and write each permission as a separate string"
            }
            PermissionErrorKind::EmptyPart(PermissionPart::Type) => {
                "write `db` or `system` before the first `:`"
            }
            PermissionErrorKind::EmptyPart(_) => "add at least one item; is a variable unset?",
            PermissionErrorKind::EmptyItem { .. } => "remove the extra `,`",
            PermissionErrorKind::Whitespace => "remove the whitespace",
            PermissionErrorKind::UnknownResourceType => "use `db` or `system`",
            PermissionErrorKind::AdminPermission => {
                "use `db:*:…` for all databases, or `system:*:read` for all endpoints"
            }
            PermissionErrorKind::MixedWildcard => {
                "use `*` alone for everything, or list the names without it"
            }
            PermissionErrorKind::Glob => "list the names, or use `*` alone for everything",
            PermissionErrorKind::BadDatabaseName(kind) => kind.help(),
            PermissionErrorKind::DatabaseNameTooLong => InvalidNameKind::TooLong.help(),
            PermissionErrorKind::UnexpandedVariable => "write the value, or expand the template first",
            PermissionErrorKind::UnknownAction => {
                "use `read`, `write`, `create`, `describe` or `delete` for databases, `read` for system resources"
            }
            PermissionErrorKind::WildcardAction => "list the actions, such as `read,write`",
            PermissionErrorKind::ActionNotGrantable => {
                "grant `read`, `write`, `create`, `describe` or `delete`"
            }
            PermissionErrorKind::ActionNotForType => ONLY_READ,
            PermissionErrorKind::UnknownSystemResource => {
                "use `health`, `metrics`, `ping` or `ready`; tables such as `system.queries` cannot be granted"
            }
        })
    }
}

struct Message<'a>(&'a ParsePermissionError);

impl fmt::Display for Message<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ParsePermissionError { kind, fragment, .. } = self.0;
        match kind {
            PermissionErrorKind::ExtraPart => write!(f, "unexpected part{fragment} after the actions"),
            PermissionErrorKind::Glob => write!(f, "unsupported pattern{fragment} in a name"),
            PermissionErrorKind::ActionNotGrantable => {
                write!(f, "the action{fragment} cannot be granted to a resource token")
            }
            PermissionErrorKind::ActionNotForType => {
                write!(f, "the action{fragment} is not available for system resources")
            }
            PermissionErrorKind::UnknownResourceType
            | PermissionErrorKind::UnexpandedVariable
            | PermissionErrorKind::UnknownAction
            | PermissionErrorKind::UnknownSystemResource => write!(f, "{kind}{fragment}"),
            _ => kind.fmt(f),
        }
    }
}

impl fmt::Display for PermissionErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::MissingPart(PermissionPart::Type) => "missing resource type",
            Self::MissingPart(PermissionPart::Names) => "missing names",
            Self::MissingPart(PermissionPart::Actions) => "missing actions",
            Self::ExtraPart => "unexpected part after the actions",
            Self::EmptyPart(PermissionPart::Type) => "empty resource type",
            Self::EmptyPart(PermissionPart::Names) => "empty list of names",
            Self::EmptyPart(PermissionPart::Actions) => "empty list of actions",
            Self::EmptyItem { number } => {
                return write!(f, "item {number} of the list is empty");
            }
            Self::Whitespace => "unexpected whitespace",
            Self::UnknownResourceType => "unknown resource type",
            Self::AdminPermission => "only admin tokens have the resource type `*`",
            Self::MixedWildcard => "`*` cannot be mixed with names",
            Self::Glob => "unsupported pattern in a name",
            Self::BadDatabaseName(kind) => return kind.fmt(f),
            Self::DatabaseNameTooLong => {
                return write!(f, "the database name is longer than {MAX_DATABASE_NAME} bytes");
            }
            Self::UnexpandedVariable => "unexpanded variable",
            Self::UnknownAction => "unknown action",
            Self::WildcardAction => "`*` is not an action: the server rejects it",
            Self::ActionNotGrantable => "the action cannot be granted to a resource token",
            Self::ActionNotForType => "the action is not available for system resources",
            Self::UnknownSystemResource => "unknown system resource",
        })
    }
}
