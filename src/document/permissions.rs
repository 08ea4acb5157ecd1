//! The permissions of an entry, parsed once.

use alloc::vec::Vec;
use core::ops::Range;

use super::Text;
use crate::name::check_database_name;
use crate::permission::{DatabaseActions, Permission};
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

/// A valid permission, without its names.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Grant {
    pub(crate) resource: Resource,
    pub(crate) is_all: bool,
    /// The actions; on system resources this is `read`.
    pub(crate) actions: DatabaseActions,
}

impl Grant {
    #[inline]
    fn parse(text: &str, name: impl FnMut(Range<usize>)) -> Option<Self> {
        Some(match Permission::accept_names(text, name)? {
            Permission::Database(permission) => {
                let (is_all, actions) = (permission.scope().is_all(), permission.actions());
                Self { resource: Resource::Database, is_all, actions }
            }
            Permission::System(permission) => {
                let is_all = permission.scope().is_all();
                Self { resource: Resource::System, is_all, actions: DatabaseActions::READ }
            }
        })
    }

    /// Returns whether it is for all databases.
    pub(crate) fn is_wildcard(self) -> bool {
        self.is_all && self.resource == Resource::Database
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
        let start = match self.grant {
            Some(Grant { resource: Resource::Database, .. }) => "db:".len(),
            Some(Grant { resource: Resource::System, .. }) => "system:".len(),
            None => return 0..0,
        };
        // Actions are short: a loop over bytes is faster than a search for a character.
        start..self.text.bytes().rposition(|byte| byte == b':').unwrap_or(start)
    }

    /// Returns the names of an invalid permission `db:NAMES:ACTIONS`, each with its range in the text. Returns none if one of
    /// them is invalid or may be another part of a permission.
    pub(crate) fn intended_names(&self) -> impl Iterator<Item = (Range<usize>, &str)> {
        let is_part = |name: &str| {
            matches!(name, "db" | "system") || DatabaseActions::from_name(name.as_bytes()).is_some()
        };
        let is_name = |name: &str| check_database_name(name).is_ok() && !is_part(name);
        let parts = self.text.strip_prefix("db:").and_then(|rest| rest.split_once(':'));
        let parts = parts.filter(|(names, actions)| !actions.contains(':') && names.split(',').all(is_name));
        items(&self.text, parts.map(|(names, _)| "db:".len().."db:".len() + names.len()))
    }

    /// Returns the actions, each with its range in the text.
    pub(crate) fn actions(&self) -> impl Iterator<Item = (Range<usize>, &str)> {
        items(&self.text, self.grant.map(|_| self.names_range().end + 1..self.text.len()))
    }
}

/// Returns the items of a list, each with its range in the text.
fn items(text: &str, list: Option<Range<usize>>) -> impl Iterator<Item = (Range<usize>, &str)> {
    let mut start = list.as_ref().map_or(0, |list| list.start);
    let mut rest = list.and_then(|list| text.get(list));
    core::iter::from_fn(move || {
        let list = rest?;
        // Items are short: a loop over bytes is faster than a search for a character.
        let length = list.bytes().position(|byte| byte == b',').unwrap_or(list.len());
        let (item, rest_of_list) = list.split_at_checked(length)?;
        rest = rest_of_list.get(1..);
        let range = start..start + item.len();
        start = range.end + 1;
        Some((range, item))
    })
}
