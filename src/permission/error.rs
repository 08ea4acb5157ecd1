//! What can be wrong with a permission string, and all the wording of it.

use alloc::borrow::Cow;
use alloc::format;
use core::fmt;

use thiserror::Error;

use crate::name::{InvalidNameKind, MAX_DATABASE_NAME};
use crate::span::Span;

/// One of the three parts of a permission string.
///
/// ```
/// use influxdb3_offline_tokens::{Permission, PermissionErrorKind, PermissionPart};
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

/// What is wrong with a permission string: one kind for each mistake that people make. `Display` says it in words.
///
/// ```
/// use influxdb3_offline_tokens::{Permission, PermissionErrorKind};
///
/// let error = Permission::parse("db:a:rw").unwrap_err();
/// assert_eq!(error.kind(), PermissionErrorKind::UnknownAction);
/// assert_eq!(error.kind().name(), "unknown-action");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum PermissionErrorKind {
    /// Fewer than three parts; this is the first one that is missing.
    MissingPart(PermissionPart),
    /// More than three parts.
    ExtraPart,
    /// Nothing in a part.
    EmptyPart(PermissionPart),
    /// Nothing in an item of a list.
    EmptyItem {
        /// Which item of the list, from 1.
        number: usize,
    },
    /// White space around a part or an item. The server trims none but that of system resources (server source, 3.10); here
    /// all of it is refused.
    Whitespace,
    /// Neither `db` nor `system`.
    UnknownResourceType,
    /// `*` as a type, which only admin tokens have.
    AdminPermission,
    /// `*` among names.
    MixedWildcard,
    /// `*` within a name; there are no patterns.
    Glob,
    /// A database name that the server's write path refuses.
    BadDatabaseName(InvalidNameKind),
    /// A database name of more than 511 bytes.
    DatabaseNameTooLong,
    /// `$DB`, `${DB}`, `{{ db }}`, `<db>`.
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
    /// The permanent name of the mistake, the same as that of the diagnostic code.
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

/// A permission string that the grammar refuses: what, where, and what was meant. It keeps nothing of the text.
///
/// `Display` names the first wrong byte, counted from 0 as in a [`Span`], and an item of a list, counted from 1.
///
/// ```
/// use influxdb3_offline_tokens::Permission;
///
/// let error = Permission::parse("db:a:red").unwrap_err();
/// assert_eq!(error.kind().name(), "unknown-action");
/// assert_eq!(error.span().text("db:a:red"), Some("red"));
/// assert_eq!(error.suggestion(), Some("read"));
/// assert_eq!(error.to_string(), "there is no such action, at byte 5");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("{kind}, at byte {}", .span.start())]
pub struct ParsePermissionError {
    kind: PermissionErrorKind,
    span: Span,
    meant: Option<(&'static str, bool)>,
}

impl ParsePermissionError {
    pub(super) const fn new(kind: PermissionErrorKind, span: Span) -> Self {
        Self { kind, span, meant: None }
    }

    pub(super) const fn meaning(self, meant: Option<(&'static str, bool)>) -> Self {
        Self { meant, ..self }
    }

    /// What is wrong.
    ///
    /// ```
    /// use influxdb3_offline_tokens::{Permission, PermissionErrorKind};
    ///
    /// let error = Permission::parse("db:a:drop").unwrap_err();
    /// assert_eq!(error.kind(), PermissionErrorKind::ActionNotGrantable);
    /// ```
    #[must_use]
    pub const fn kind(&self) -> PermissionErrorKind {
        self.kind
    }

    /// Which bytes of the text are wrong; empty where something is missing.
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

    /// What was probably meant in place of the text under the span.
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

    /// Whether the text and the suggestion differ in upper and lower case only.
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

    /// What is wrong, without the place.
    ///
    /// ```
    /// use influxdb3_offline_tokens::Permission;
    ///
    /// let error = Permission::parse("db:a:red").unwrap_err();
    /// assert_eq!(error.message().to_string(), "there is no such action");
    /// ```
    #[must_use]
    pub fn message(&self) -> impl fmt::Display + use<> {
        self.kind
    }

    /// What to do about it.
    ///
    /// ```
    /// use influxdb3_offline_tokens::Permission;
    ///
    /// assert_eq!(Permission::parse("db:a:red").unwrap_err().help(), "did you mean `read`?");
    /// assert_eq!(Permission::parse("db::read").unwrap_err().help(), "fill it in; was a variable not set?");
    /// ```
    #[must_use]
    pub fn help(&self) -> Cow<'static, str> {
        if let Some(meant) = self.suggestion() {
            return Cow::Owned(format!("did you mean `{meant}`?"));
        }
        Cow::Borrowed(match self.kind {
            PermissionErrorKind::MissingPart(_) => "write TYPE:NAMES:ACTIONS, as in `db:db1,db2:read,write`",
            PermissionErrorKind::ExtraPart => {
                "separate several actions by `,`, and write each permission as a string of its own"
            }
            PermissionErrorKind::EmptyPart(PermissionPart::Type) => {
                "write `db` or `system` before the first `:`"
            }
            PermissionErrorKind::EmptyPart(_) => "fill it in; was a variable not set?",
            PermissionErrorKind::EmptyItem { .. } => "remove the extra `,`",
            PermissionErrorKind::Whitespace => "remove it",
            PermissionErrorKind::UnknownResourceType => "the resource types are `db` and `system`",
            PermissionErrorKind::AdminPermission => {
                "write `db:*:…` for all databases, `system:*:read` for all endpoints"
            }
            PermissionErrorKind::MixedWildcard => "write `*` alone for all, or list the names without it",
            PermissionErrorKind::Glob => "list the names, or write `*` alone for all",
            PermissionErrorKind::BadDatabaseName(_) => {
                "a database name is ASCII letters, digits, `_` and `-`, first a letter or digit, with at most one `/` inside"
            }
            PermissionErrorKind::DatabaseNameTooLong => "use a name of at most 64 characters",
            PermissionErrorKind::UnexpandedVariable => "write the value, or fill the template in before",
            PermissionErrorKind::UnknownAction => {
                "the actions on databases are `read` and `write`, also `create`, `describe` and `delete`; on system resources `read`"
            }
            PermissionErrorKind::WildcardAction => "list the actions, as in `read,write`",
            PermissionErrorKind::ActionNotGrantable => {
                "grant `read`, `write`, `create`, `describe` or `delete`"
            }
            PermissionErrorKind::ActionNotForType => "write `read`, the only action on system resources",
            PermissionErrorKind::UnknownSystemResource => {
                "the system resources are the endpoints `health`, `metrics`, `ping` and `ready`; tables such as `system.queries` cannot be granted"
            }
        })
    }
}

impl fmt::Display for PermissionErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::MissingPart(PermissionPart::Type) => {
                "the resource type is missing: a permission has three parts"
            }
            Self::MissingPart(PermissionPart::Names) => "the names are missing: a permission has three parts",
            Self::MissingPart(PermissionPart::Actions) => "the actions are missing",
            Self::ExtraPart => "a permission has three parts, and this is one more",
            Self::EmptyPart(PermissionPart::Type) => "the resource type is empty",
            Self::EmptyPart(PermissionPart::Names) => "the list of names is empty",
            Self::EmptyPart(PermissionPart::Actions) => "the list of actions is empty",
            Self::EmptyItem { number } => {
                return write!(f, "item {number} of the list is empty");
            }
            Self::Whitespace => "there is white space here, where nothing may stand",
            Self::UnknownResourceType => "there is no such resource type",
            Self::AdminPermission => "only an admin token has `*` as resource type",
            Self::MixedWildcard => "`*` cannot stand among names",
            Self::Glob => "names have no patterns, and no `*` in them",
            Self::BadDatabaseName(kind) => return kind.fmt(f),
            Self::DatabaseNameTooLong => {
                return write!(f, "a database name has at most {MAX_DATABASE_NAME} bytes");
            }
            Self::UnexpandedVariable => "a variable was not filled in",
            Self::UnknownAction => "there is no such action",
            Self::WildcardAction => "`*` is not an action, and the server refuses it",
            Self::ActionNotGrantable => "this action cannot be granted to a resource token",
            Self::ActionNotForType => "system resources can only be read",
            Self::UnknownSystemResource => "there is no such system resource",
        })
    }
}
