//! The permissions of an entry, parsed once.

use core::ops::Range;

use super::Text;
use crate::name::check_database_name;
use crate::permission::{DatabaseActions, Permission};
use crate::span::Span;
use crate::syntax::{ErrorHandler, Kind, Node, Parser, SmallSpan, Str};

/// The array `permissions`. One value is reused for all entries of a file.
#[derive(Debug, Default)]
pub(crate) struct PermissionList<'a> {
    /// The strings.
    pub(crate) elements: Vec<Element<'a>>,
    /// The elements that are not strings, with their indices.
    pub(crate) invalid: Vec<(usize, Node<'a>)>,
    /// Whether the array is identical to that of the previous entry.
    pub(crate) is_repeated: bool,
    // The names of the valid permissions.
    names: Vec<SmallSpan>,
    // The array, if all of its elements are strings and it has no syntax error.
    array: &'a str,
    start: usize,
}

impl<'a> PermissionList<'a> {
    /// Removes all elements.
    pub(super) fn clear(&mut self) {
        self.elements.clear();
        self.invalid.clear();
        self.names.clear();
        (self.array, self.is_repeated) = ("", false);
    }

    /// Reads an array, and returns its span.
    #[inline]
    pub(super) fn read(&mut self, parser: &mut Parser<'a, impl ErrorHandler>) -> Span {
        if let Some(start) = parser.repeated_array(self.array) {
            for Element { text, .. } in &mut self.elements {
                text.source = text.source.at(text.span().start() - self.start + start);
            }
            (self.start, self.is_repeated) = (start, true);
            return Span::new(start, start + self.array.len());
        }
        self.clear();
        let (errors, mut count) = (parser.error_count(), 0);
        let span = parser.array(|parser| {
            if parser.kind() == Kind::String {
                self.push(count, parser.string());
            } else {
                self.invalid.push((count, Node::read(parser)));
            }
            count += 1;
        });
        if self.invalid.is_empty() && parser.error_count() == errors {
            self.array = span.text(parser.text()).unwrap_or_default();
        }
        self.start = span.start();
        span
    }

    #[inline(always)]
    #[expect(
        clippy::inline_always,
        reason = "the string would go through memory, which takes longer than the rest"
    )]
    fn push(&mut self, index: usize, string: Str<'a>) {
        match Text::new(string) {
            Some(text) => self.elements.push(Element::new(index, text, &mut self.names)),
            None => self.invalid.push((index, Node::string(string))),
        }
    }

    /// Returns whether the array has no elements.
    pub(crate) fn is_empty(&self) -> bool {
        self.elements.is_empty() && self.invalid.is_empty()
    }

    /// Returns the names of a permission, or `*`, each with its range in the text; none if it is invalid.
    #[inline]
    pub(crate) fn names<'e>(
        &'e self,
        element: &'e Element<'a>,
    ) -> impl Iterator<Item = (Range<usize>, &'e str)> {
        let names = self.names.get(Span::from(element.names).range()).unwrap_or_default();
        names.iter().filter_map(|name| {
            let range = Span::from(*name).range();
            Some((range.clone(), element.text.get(range)?))
        })
    }

    /// Returns whether two names may be equal, because their lengths are equal modulo 64.
    #[inline]
    pub(crate) fn may_repeat_names(&self) -> bool {
        let mut lengths = 0_u64;
        self.names.iter().any(|name| {
            let others = lengths;
            lengths |= 1 << (Span::from(*name).len() % 64);
            lengths == others
        })
    }

    /// Returns the permissions as values; `None` if one of them is invalid.
    pub(super) fn to_permissions(&self) -> Option<Vec<Permission>> {
        let mut permissions = Vec::with_capacity(self.elements.len());
        for element in &self.elements {
            permissions.push(element.to_value()?);
        }
        self.invalid.is_empty().then_some(permissions)
    }
}

/// A string in `permissions`.
#[derive(Clone, Debug)]
pub(crate) struct Element<'a> {
    /// The index in the array.
    pub(crate) index: usize,
    pub(crate) text: Text<'a>,
    /// The permission, if it is valid.
    pub(crate) grant: Option<Grant>,
    /// The positions of its names among those of the entry.
    names: SmallSpan,
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
    // The range of the list of names or `*`.
    list: SmallSpan,
}

impl Grant {
    #[inline]
    fn parse(text: &str, name: impl FnMut(Range<usize>)) -> Option<Self> {
        let list = |prefix: &str, list: &str| Span::new(prefix.len(), prefix.len() + list.len()).into();
        Some(match Permission::accept_names(text, name)? {
            Permission::Database(permission) => Self {
                resource: Resource::Database,
                is_all: permission.scope().is_all(),
                actions: permission.actions(),
                list: list("db:", permission.scope().text()),
            },
            Permission::System(permission) => Self {
                resource: Resource::System,
                is_all: permission.scope().is_all(),
                actions: DatabaseActions::READ,
                list: list("system:", permission.scope().text()),
            },
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
    fn new(index: usize, text: Text<'a>, names: &mut Vec<SmallSpan>) -> Self {
        let start = names.len();
        let grant = Grant::parse(&text, |name| names.push(Span::new(name.start, name.end).into()));
        if grant.is_none() {
            names.truncate(start);
        }
        Self { index, text, grant, names: Span::new(start, names.len()).into() }
    }

    /// Returns the permission as a value; `None` if it is invalid.
    #[inline]
    fn to_value(&self) -> Option<Permission> {
        let grant = self.grant?;
        let names = if grant.is_all { None } else { self.text.get(self.names_range()) };
        Some(Permission::from_checked(grant.resource == Resource::Database, names, grant.actions))
    }

    /// Returns the range of the list of names or `*`; empty if the permission is invalid.
    #[inline]
    pub(crate) fn names_range(&self) -> Range<usize> {
        self.grant.map_or(0..0, |grant| Span::from(grant.list).range())
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
