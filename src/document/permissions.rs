//! The permissions of an entry, parsed once.

use alloc::vec::Vec;
use core::ops::Range;

use super::Text;
use crate::limits::MAX_DIAGNOSED_ACTIONS;
use crate::name::check_database_name;
use crate::permission::{DatabaseActions, Permission, stands_for_actions};
use crate::span::Span;
use crate::syntax::SmallSpan;

/// A string in `permissions`.
#[derive(Clone, Debug)]
pub(crate) struct Element<'a> {
    /// The index in the array.
    pub(crate) index: usize,
    pub(crate) text: Text<'a>,
    /// The permission, if it is valid.
    pub(crate) grant: Option<Grant>,
    /// The positions of its names among those of the entry.
    pub(super) names: SmallSpan,
}

/// The resource type of a permission.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Resource {
    Database,
    System,
}

/// A valid permission, by offsets into its text: a reference would borrow from the element that owns a decoded text.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Grant {
    pub(crate) resource: Resource,
    pub(crate) is_all: bool,
    /// The actions; on system resources this is `read`.
    pub(crate) actions: DatabaseActions,
    names_end: usize,
}

/// The databases that an invalid permission is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Intent {
    /// It names databases, at this range of the text. Without any action, the first part may be anything.
    Names { range: Range<usize>, is_granted: bool },
    /// It is for system resources.
    System,
    /// It may be for any database.
    Unknown,
}

impl Grant {
    #[inline]
    fn parse(text: &str, name: impl FnMut(Range<usize>)) -> Option<Self> {
        let (resource, is_all, actions, names) = match Permission::accept_names(text, name)? {
            Permission::Database(permission) => {
                let scope = permission.scope();
                (Resource::Database, scope.is_all(), permission.actions(), scope.text().len())
            }
            Permission::System(permission) => {
                let scope = permission.scope();
                (Resource::System, scope.is_all(), DatabaseActions::READ, scope.text().len())
            }
        };
        Some(Self { resource, is_all, actions, names_end: resource.prefix_length() + names })
    }

    /// Returns whether it is for all databases.
    pub(crate) fn is_wildcard(self) -> bool {
        self.is_all && self.resource == Resource::Database
    }
}

impl Resource {
    const fn prefix_length(self) -> usize {
        match self {
            Self::Database => "db:".len(),
            Self::System => "system:".len(),
        }
    }
}

impl<'a> Element<'a> {
    /// Parses a permission, and adds its names if it is valid.
    #[inline]
    pub(super) fn new(index: usize, text: Text<'a>, names: &mut Vec<SmallSpan>) -> Self {
        let start = names.len();
        let grant = Grant::parse(&text, |name| names.push(Span::new(name.start, name.end).into()));
        if grant.is_none() {
            names.truncate(start);
        }
        Self { index, text, grant, names: Span::new(start, names.len()).into() }
    }

    /// Returns the permission as a value; `None` if it is invalid.
    #[inline]
    pub(crate) fn to_value(&self) -> Option<Permission> {
        let grant = self.grant?;
        let names = if grant.is_all { None } else { self.text.get(self.names_range()) };
        Some(Permission::from_checked(grant.resource == Resource::Database, names, grant.actions))
    }

    /// Returns the range of the list of names or `*`; empty if the permission is invalid.
    pub(crate) fn names_range(&self) -> Range<usize> {
        self.grant.map_or(0..0, |grant| grant.resource.prefix_length()..grant.names_end)
    }

    /// Returns the actions, each with its range in the text.
    pub(crate) fn actions(&self) -> impl Iterator<Item = (Range<usize>, &str)> {
        items(&self.text, self.grant.map(|grant| grant.names_end + 1..self.text.len()))
    }

    /// Returns the databases that an invalid permission is about.
    pub(crate) fn intent(&self) -> Intent {
        let mut parts = self.text.split(':');
        let [kind, names, actions] =
            [parts.next(), parts.next(), parts.next()].map(Option::unwrap_or_default);
        let is_kind = |name: &str| kind.trim().eq_ignore_ascii_case(name);
        let is_type = |name: &str| ["db", "system"].iter().any(|known| known.eq_ignore_ascii_case(name));
        let mut names_and_actions = names.split(',').chain(actions.split(',')).map(str::trim);
        if parts.next().is_some() || names_and_actions.any(is_type) {
            // The text may hold another permission.
            return Intent::Unknown;
        }
        if is_kind("system") {
            return Intent::System;
        }
        // In `db:read`, the names are missing.
        let is_action =
            |name: &str| actions.is_empty() && DatabaseActions::from_name(name.as_bytes()).is_some();
        let is_name = |name: &str| check_database_name(name).is_ok() && !is_action(name);
        if !is_kind("db") || !names.split(',').all(is_name) {
            return Intent::Unknown;
        }
        let start = kind.len() + 1;
        let mut words = actions.split(',').take(MAX_DIAGNOSED_ACTIONS);
        let is_granted = words.any(|word| stands_for_actions(word.trim()));
        Intent::Names { range: start..start + names.len(), is_granted }
    }
}

/// Returns the items of a list, each with its range in the text.
pub(crate) fn items(text: &str, list: Option<Range<usize>>) -> impl Iterator<Item = (Range<usize>, &str)> {
    let mut start = list.as_ref().map_or(0, |list| list.start);
    let mut rest = list.and_then(|list| text.get(list));
    core::iter::from_fn(move || {
        let list = rest?;
        // Items are short: a loop over bytes is faster than a search for a character.
        let length = list.bytes().position(|byte| byte == b',').unwrap_or(list.len());
        let (item, behind) = list.split_at_checked(length)?;
        rest = behind.get(1..);
        let range = start..start + item.len();
        start = range.end + 1;
        Some((range, item))
    })
}
