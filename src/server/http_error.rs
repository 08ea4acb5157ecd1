//! The error for an invalid permission in the form of the HTTP API.

use core::fmt;

use crate::permission::{ParsePermissionError, PermissionErrorKind, PermissionPart};
use crate::span::Span;

pub(super) const RESOURCE_TYPE: &str = "resource_type";
pub(super) const RESOURCE_NAMES: &str = "resource_names";
pub(super) const ACTIONS: &str = "actions";

/// The error for an invalid permission of the HTTP API: the member, the item and the kind.
///
/// `Display` prints the message with the invalid text, unless it may be a secret, and the help.
///
/// ```
/// use influxdb3_offline_tokens::permission::PermissionPart;
/// use influxdb3_offline_tokens::server::HttpPermission;
///
/// let error = HttpPermission::from_parts("db", &["a", "b c"], &["read"]).unwrap_err();
/// assert_eq!((error.part(), error.item()), (PermissionPart::Names, Some(1)));
/// let error = HttpPermission::from_parts("db", &["a"], &["read", "wirte"]).unwrap_err();
/// assert_eq!(error.to_string(), "`actions`, item 2: unknown action `wirte`: did you mean `write`?");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InvalidHttpPermission {
    part: PermissionPart,
    item: Option<usize>,
    error: ParsePermissionError,
}

impl InvalidHttpPermission {
    pub(super) fn new(part: PermissionPart, item: Option<usize>, error: ParsePermissionError) -> Self {
        Self { part, item: item.filter(|_| part != PermissionPart::Type), error }
    }

    /// Returns the member: `resource_type`, `resource_names` or `actions`.
    ///
    /// ```
    /// use influxdb3_offline_tokens::permission::PermissionPart;
    /// use influxdb3_offline_tokens::server::HttpPermission;
    ///
    /// let error = HttpPermission::from_parts("dbs", &["a"], &["read"]).unwrap_err();
    /// assert_eq!(error.part(), PermissionPart::Type);
    /// ```
    #[must_use]
    pub const fn part(&self) -> PermissionPart {
        self.part
    }

    /// Returns the index of the item in its list, from 0; `None` if the member itself is invalid.
    ///
    /// ```
    /// use influxdb3_offline_tokens::server::HttpPermission;
    ///
    /// let error = HttpPermission::from_parts("db", &["a", "b c"], &["read"]).unwrap_err();
    /// assert_eq!(error.item(), Some(1));
    /// ```
    #[must_use]
    pub const fn item(&self) -> Option<usize> {
        self.item
    }

    /// Returns the kind of the error.
    ///
    /// ```
    /// use influxdb3_offline_tokens::permission::PermissionErrorKind;
    /// use influxdb3_offline_tokens::server::HttpPermission;
    ///
    /// let error = HttpPermission::from_parts("db", &["a"], &["reed"]).unwrap_err();
    /// assert_eq!(error.kind(), PermissionErrorKind::UnknownAction);
    /// ```
    #[must_use]
    pub const fn kind(&self) -> PermissionErrorKind {
        self.error.kind()
    }

    /// Returns the span in the item, or in the member if it is not a list.
    ///
    /// ```
    /// use influxdb3_offline_tokens::server::HttpPermission;
    ///
    /// let error = HttpPermission::from_parts("db", &["b c"], &["read"]).unwrap_err();
    /// assert_eq!(error.span().range(), 1..2);
    /// ```
    #[must_use]
    pub const fn span(&self) -> Span {
        self.error.span()
    }

    const fn member(&self) -> &'static str {
        match self.part {
            PermissionPart::Type => RESOURCE_TYPE,
            PermissionPart::Names => RESOURCE_NAMES,
            PermissionPart::Actions => ACTIONS,
        }
    }
}

impl fmt::Display for InvalidHttpPermission {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}`", self.member())?;
        match self.item {
            Some(index) => write!(f, ", item {}: ", index + 1)?,
            None => f.write_str(": ")?,
        }
        match self.kind() {
            PermissionErrorKind::EmptyItem { .. } => f.write_str("the item is empty: remove it"),
            PermissionErrorKind::AdminPermission => {
                write!(f, "{}: use `db` or `system`", self.error.message())
            }
            _ => write!(f, "{}: {}", self.error.message(), self.error.help()),
        }
    }
}

impl core::error::Error for InvalidHttpPermission {}
