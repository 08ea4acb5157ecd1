//! The set of actions on databases.

use core::array;
use core::fmt;
use core::iter::Flatten;
use core::ops::{BitAnd, BitOr, BitOrAssign, Not, Sub};

use crate::secret::debug_as_text;

/// A set of actions on databases.
///
/// `create` can be granted as of release 3.1.0 (release notes). `Display` prints the actions in the server's order.
///
/// ```
/// use influxdb3_offline_tokens::DatabaseActions;
///
/// let actions = DatabaseActions::WRITE | DatabaseActions::READ;
/// assert_eq!(actions.to_string(), "read,write");
/// assert!(actions.contains(DatabaseActions::READ) && !actions.contains(DatabaseActions::ALL));
/// assert_eq!(DatabaseActions::parse("write,read")?, actions);
/// assert_eq!(!actions, DatabaseActions::ALL - actions);
/// assert!(actions.into_iter().eq([DatabaseActions::READ, DatabaseActions::WRITE]));
/// # Ok::<(), influxdb3_offline_tokens::permission::ParsePermissionError>(())
/// ```
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DatabaseActions(u8);

pub(super) const NAMES: [&str; 5] = ["create", "describe", "read", "write", "delete"];

// The texts of all 32 sets: printing is a look-up.
const TEXTS: [&str; 32] = [
    "",
    "create",
    "describe",
    "create,describe",
    "read",
    "create,read",
    "describe,read",
    "create,describe,read",
    "write",
    "create,write",
    "describe,write",
    "create,describe,write",
    "read,write",
    "create,read,write",
    "describe,read,write",
    "create,describe,read,write",
    "delete",
    "create,delete",
    "describe,delete",
    "create,describe,delete",
    "read,delete",
    "create,read,delete",
    "describe,read,delete",
    "create,describe,read,delete",
    "write,delete",
    "create,write,delete",
    "describe,write,delete",
    "create,describe,write,delete",
    "read,write,delete",
    "create,read,write,delete",
    "describe,read,write,delete",
    "create,describe,read,write,delete",
];

impl DatabaseActions {
    /// No action.
    ///
    /// ```
    /// use influxdb3_offline_tokens::DatabaseActions;
    ///
    /// let mut actions = DatabaseActions::EMPTY;
    /// actions |= DatabaseActions::READ;
    /// assert_eq!(actions, DatabaseActions::READ);
    /// ```
    pub const EMPTY: Self = Self(0);
    /// `create`: create the database. Only `db:*` can grant it, because no other entry covers a database that does not exist
    /// (server source).
    ///
    /// ```
    /// use influxdb3_offline_tokens::DatabaseActions;
    ///
    /// assert_eq!(DatabaseActions::CREATE.to_string(), "create");
    /// ```
    pub const CREATE: Self = Self(1);
    /// `describe`: see that the database exists. `influxdb3 import list` needs it on at least one database (documentation).
    ///
    /// ```
    /// use influxdb3_offline_tokens::DatabaseActions;
    ///
    /// assert_eq!(DatabaseActions::DESCRIBE.to_string(), "describe");
    /// ```
    pub const DESCRIBE: Self = Self(1 << 1);
    /// `read`: query the database.
    ///
    /// ```
    /// use influxdb3_offline_tokens::DatabaseActions;
    ///
    /// assert_eq!(DatabaseActions::READ.to_string(), "read");
    /// ```
    pub const READ: Self = Self(1 << 2);
    /// `write`: write to the database.
    ///
    /// ```
    /// use influxdb3_offline_tokens::DatabaseActions;
    ///
    /// assert_eq!(DatabaseActions::WRITE.to_string(), "write");
    /// ```
    pub const WRITE: Self = Self(1 << 3);
    /// `delete`: delete the database (server source) or its rows (documentation).
    ///
    /// ```
    /// use influxdb3_offline_tokens::DatabaseActions;
    ///
    /// assert_eq!(DatabaseActions::DELETE.to_string(), "delete");
    /// ```
    pub const DELETE: Self = Self(1 << 4);
    /// All five actions.
    ///
    /// ```
    /// use influxdb3_offline_tokens::DatabaseActions;
    ///
    /// assert_eq!(DatabaseActions::ALL.to_string(), "create,describe,read,write,delete");
    /// ```
    pub const ALL: Self = Self(0b1_1111);

    /// Returns whether the set contains all actions of `other`.
    ///
    /// ```
    /// use influxdb3_offline_tokens::DatabaseActions;
    ///
    /// let both = DatabaseActions::READ | DatabaseActions::WRITE;
    /// assert!(both.contains(DatabaseActions::READ) && !DatabaseActions::READ.contains(both));
    /// assert!(both.contains(DatabaseActions::EMPTY));
    /// ```
    #[must_use]
    pub const fn contains(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }

    /// Returns whether the set is empty.
    ///
    /// ```
    /// use influxdb3_offline_tokens::DatabaseActions;
    ///
    /// let left = DatabaseActions::READ - DatabaseActions::READ;
    /// assert!(left.is_empty());
    /// ```
    #[must_use]
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Returns the number of actions, 0 to 5.
    ///
    /// ```
    /// use influxdb3_offline_tokens::DatabaseActions;
    ///
    /// assert_eq!((DatabaseActions::READ | DatabaseActions::WRITE).len(), 2);
    /// ```
    #[must_use]
    pub const fn len(self) -> usize {
        self.0.count_ones() as usize
    }

    /// Returns the actions of either set.
    ///
    /// ```
    /// use influxdb3_offline_tokens::DatabaseActions;
    ///
    /// const USUAL: DatabaseActions = DatabaseActions::READ.union(DatabaseActions::WRITE);
    /// assert_eq!(USUAL.to_string(), "read,write");
    /// ```
    #[must_use]
    pub const fn union(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Returns the actions of both sets.
    ///
    /// ```
    /// use influxdb3_offline_tokens::DatabaseActions;
    ///
    /// let wanted = DatabaseActions::READ | DatabaseActions::DELETE;
    /// let given = DatabaseActions::READ | DatabaseActions::WRITE;
    /// assert_eq!(wanted.intersection(given), DatabaseActions::READ);
    /// ```
    #[must_use]
    pub const fn intersection(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    /// Returns the actions of this set that are not in `other`.
    ///
    /// ```
    /// use influxdb3_offline_tokens::DatabaseActions;
    ///
    /// let wanted = DatabaseActions::READ | DatabaseActions::DELETE;
    /// let given = DatabaseActions::READ | DatabaseActions::WRITE;
    /// assert_eq!(wanted.difference(given), DatabaseActions::DELETE);
    /// ```
    #[must_use]
    pub const fn difference(self, other: Self) -> Self {
        Self(self.0 & !other.0)
    }

    /// Iterates over the actions one by one, in the server's order.
    ///
    /// ```
    /// use influxdb3_offline_tokens::DatabaseActions;
    ///
    /// assert_eq!(DatabaseActions::ALL.iter().next(), Some(DatabaseActions::CREATE));
    /// ```
    pub fn iter(self) -> impl Iterator<Item = Self> + Clone {
        self.into_iter()
    }

    /// Iterates over the names of the actions, in the server's order.
    ///
    /// ```
    /// use influxdb3_offline_tokens::DatabaseActions;
    ///
    /// let actions = DatabaseActions::WRITE | DatabaseActions::CREATE;
    /// assert_eq!(actions.names().collect::<Vec<_>>(), ["create", "write"]);
    /// ```
    pub fn names(self) -> impl Iterator<Item = &'static str> + Clone {
        NAMES.into_iter().enumerate().filter(move |(bit, _)| self.0 >> bit & 1 == 1).map(|(_, name)| name)
    }

    pub(crate) const fn from_name(name: &[u8]) -> Option<Self> {
        Some(match name {
            b"create" => Self::CREATE,
            b"describe" => Self::DESCRIBE,
            b"read" => Self::READ,
            b"write" => Self::WRITE,
            b"delete" => Self::DELETE,
            _ => return None,
        })
    }

    /// Returns the actions as a list, such as `read,write`; empty if there are none.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        TEXTS.get(usize::from(self.0)).copied().unwrap_or_default()
    }
}

impl fmt::Display for DatabaseActions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

debug_as_text!(DatabaseActions);

impl IntoIterator for DatabaseActions {
    type Item = Self;
    type IntoIter = Flatten<array::IntoIter<Option<Self>, 5>>;

    /// Iterates over the actions one by one, in the server's order.
    fn into_iter(self) -> Self::IntoIter {
        let each = [Self::CREATE, Self::DESCRIBE, Self::READ, Self::WRITE, Self::DELETE];
        each.map(|action| self.contains(action).then_some(action)).into_iter().flatten()
    }
}

impl FromIterator<Self> for DatabaseActions {
    /// Returns the union of the sets.
    fn from_iter<I: IntoIterator<Item = Self>>(sets: I) -> Self {
        sets.into_iter().fold(Self::EMPTY, Self::union)
    }
}

macro_rules! operators {
    ($($operator:ident::$apply:ident = $method:ident;)+) => {$(
        impl $operator for DatabaseActions {
            type Output = Self;

            fn $apply(self, other: Self) -> Self {
                self.$method(other)
            }
        }
    )+};
}

operators!(
    BitOr::bitor = union;
    BitAnd::bitand = intersection;
    Sub::sub = difference;
);

impl BitOrAssign for DatabaseActions {
    fn bitor_assign(&mut self, other: Self) {
        *self = self.union(other);
    }
}

impl Not for DatabaseActions {
    type Output = Self;

    fn not(self) -> Self {
        Self::ALL.difference(self)
    }
}
