//! One entry of `tokens`, or the object of an admin token file.

use alloc::vec::Vec;
use core::mem::take;
use core::ops::Range;

use super::members::{self, Other};
use super::{Element, Field, Text};
use crate::diagnostic::At;
use crate::document::members::{ADMIN_MEMBERS, ENTRY_LISTS, ENTRY_MEMBERS};
use crate::expiry::Expiry;
use crate::file::TokenEntry;
use crate::name::TokenName;
use crate::permission::Permission;
use crate::span::Span;
use crate::syntax::{ErrorHandler, Kind, Node, Parser, SmallSpan, Str};
use crate::token::{Token, check_token};

/// An entry of `tokens` with all spans. One value is reused for all entries of a file.
#[derive(Debug, Default)]
pub(crate) struct Entry<'a> {
    /// The text of the file.
    pub(crate) source: &'a str,
    pub(crate) role: Role,
    pub(crate) index: usize,
    pub(crate) span: Span,
    pub(crate) token: Field<'a, Text<'a>>,
    pub(crate) name: Field<'a, Text<'a>>,
    pub(crate) expiry: Field<'a, Expiry>,
    /// The strings of the array.
    pub(crate) permissions: Field<'a, Vec<Element<'a>>>,
    pub(crate) description: Field<'a, Text<'a>>,
    /// The elements of `permissions` that are no strings, with their indices.
    pub(crate) invalid_permissions: Vec<(usize, Node<'a>)>,
    /// Whether the array is identical to that of the previous entry.
    pub(crate) repeats_permissions: bool,
    /// The members without a field, in source order.
    pub(crate) others: Vec<Other<'a>>,
    // The names of the valid permissions.
    names: Vec<SmallSpan>,
    // The buffer of `permissions` between entries.
    elements: Vec<Element<'a>>,
    // The array of the previous entry, if all of its elements are strings.
    last_array: &'a str,
    last_start: usize,
}

/// The kind of object that an entry is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Role {
    /// An entry of `tokens`.
    #[default]
    Resource,
    /// The object of an admin token file.
    Admin,
}

impl<'a> Entry<'a> {
    /// Creates an empty entry.
    pub(crate) fn new(role: Role) -> Self {
        Self { role, ..Self::default() }
    }

    /// Reads the next object into this entry.
    #[inline]
    pub(crate) fn read(&mut self, parser: &mut Parser<'a, impl ErrorHandler>, index: usize) {
        self.reset(index, parser.text());
        self.span = parser.object(|parser, key| match self.slot(key) {
            Some(slot) => self.read_slot(parser, slot, key),
            None => self.others.push(Other::new(key, Node::read(parser))),
        });
        if !self.others.is_empty() {
            self.resolve_others();
        }
    }

    #[inline]
    fn reset(&mut self, index: usize, source: &'a str) {
        self.source = source;
        match take(&mut self.permissions) {
            Field::Valid { value, .. } => self.elements = value,
            _ => self.last_array = "",
        }
        (self.token, self.name, self.expiry) = (Field::Missing, Field::Missing, Field::Missing);
        if self.role == Role::Admin {
            self.description = Field::Missing;
        }
        self.others.clear();
        self.invalid_permissions.clear();
        (self.index, self.repeats_permissions) = (index, false);
    }

    /// Returns the field of a key, if it is not taken.
    #[inline]
    fn slot(&self, key: Str<'a>) -> Option<Slot> {
        let slot = match key.plain() {
            Some(name) => Slot::of(name, self.role)?,
            None => Slot::of(&key.decode()?, self.role)?,
        };
        self.key(slot).is_none().then_some(slot)
    }

    /// Returns the key of a member, unless it is missing.
    #[inline]
    const fn key(&self, slot: Slot) -> Option<&Str<'a>> {
        match slot {
            Slot::Token => self.token.key(),
            Slot::Name => self.name.key(),
            Slot::Expiry => self.expiry.key(),
            Slot::Permissions => self.permissions.key(),
            Slot::Description => self.description.key(),
        }
    }

    #[inline]
    fn read_slot(&mut self, parser: &mut Parser<'a, impl ErrorHandler>, slot: Slot, key: Str<'a>) {
        match slot {
            Slot::Token => self.token = Field::read_text(parser, key),
            Slot::Name => self.name = Field::read_text(parser, key),
            Slot::Expiry => self.expiry = read_expiry(parser, key),
            Slot::Permissions => self.permissions = self.read_permissions(parser, key),
            Slot::Description => self.description = Field::read_text(parser, key).optional(),
        }
    }

    /// Sets the meaning of the members without a field, and reads the values of misspelt ones.
    #[cold]
    fn resolve_others(&mut self) {
        let lists: &[&str] = if self.role == Role::Resource { &ENTRY_LISTS } else { &[] };
        let keys = self.keys().map(|(name, key)| (name, key.copied()));
        members::resolve(&mut self.others, &keys, lists);
        let misspelt: Vec<_> = self.others.iter().filter_map(Other::misspelt).collect();
        for (known, key, start) in misspelt {
            if let Some(slot) = Slot::of(known, self.role).filter(|slot| self.key(*slot).is_none()) {
                // The syntax errors are already reported.
                self.read_slot(&mut Parser::at(self.source, start, ()), slot, key);
            }
        }
    }

    /// Returns the names of the members, each with its key unless it is missing.
    pub(crate) fn keys(&self) -> [(&'static str, Option<&Str<'a>>); 4] {
        let names = if self.role == Role::Resource { ENTRY_MEMBERS } else { ADMIN_MEMBERS };
        names.map(|name| (name, Slot::of(name, self.role).and_then(|slot| self.key(slot))))
    }

    #[inline]
    fn read_permissions(
        &mut self,
        parser: &mut Parser<'a, impl ErrorHandler>,
        key: Str<'a>,
    ) -> Field<'a, Vec<Element<'a>>> {
        if parser.kind() != Kind::Array {
            return Field::Invalid { key, node: Node::read(parser) };
        }
        let mut value = take(&mut self.elements);
        if let Some(start) = parser.repeated_array(self.last_array) {
            for Element { text, .. } in &mut value {
                text.source = text.source.at(text.span().start() - self.last_start + start);
            }
            self.last_start = start;
            self.repeats_permissions = true;
            let span = Span::new(start, start + self.last_array.len());
            return Field::Valid { key, span, value };
        }
        value.clear();
        self.names.clear();
        let (errors, mut count) = (parser.error_count(), 0);
        let span = parser.array(|parser| {
            if parser.kind() == Kind::String {
                self.push_permission(&mut value, count, parser.string());
            } else {
                self.invalid_permissions.push((count, Node::read(parser)));
            }
            count += 1;
        });
        let is_repeatable = parser.error_count() == errors && value.len() == count;
        self.last_array = span.text(parser.text()).filter(|_| is_repeatable).unwrap_or_default();
        self.last_start = span.start();
        Field::Valid { key, span, value }
    }

    #[inline(always)]
    #[expect(
        clippy::inline_always,
        reason = "the string would go through memory, which takes longer than the rest"
    )]
    fn push_permission(&mut self, elements: &mut Vec<Element<'a>>, index: usize, string: Str<'a>) {
        match Text::new(string) {
            Some(text) => elements.push(Element::new(index, text, &mut self.names)),
            None => self.invalid_permissions.push((index, Node::string(string))),
        }
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

    /// Returns whether the text ends inside the entry.
    pub(crate) fn is_truncated(&self) -> bool {
        let text = self.span.text(self.source).unwrap_or_default();
        self.span.end() == self.source.len() && !text.ends_with('}')
    }

    /// Returns the index in `tokens`; `None` for an admin token file.
    pub(crate) fn position(&self) -> Option<usize> {
        (self.role == Role::Resource).then_some(self.index)
    }

    /// Returns the position of the entry.
    pub(crate) fn at(&self) -> At {
        self.position().map_or(At::File, At::Entry)
    }

    /// Returns the position of a known member.
    pub(crate) fn at_member(&self, name: &'static str) -> At {
        At::Member(self.position(), name)
    }

    /// Returns the span of the opening bracket.
    pub(crate) const fn bracket(&self) -> Span {
        Span::new(self.span.start(), self.span.start() + 1)
    }

    /// Returns the token as a value, for an entry without errors.
    pub(crate) fn to_token(&self) -> Option<Token> {
        let token: &str = self.token.value()?;
        debug_assert!(check_token(token).is_ok(), "the rules report an invalid token");
        Some(Token::checked(token))
    }

    /// Returns the entry as a value, if it has no errors.
    pub(crate) fn to_value(&self) -> Option<TokenEntry> {
        let permissions = self.to_permissions()?;
        let name = TokenName::parse(self.name.value()?).ok()?;
        if matches!(self.expiry, Field::Invalid { .. }) {
            return None;
        }
        Some(TokenEntry::of(self.to_token()?, name, self.expiry.value().copied(), permissions))
    }

    /// Returns the permissions as values; `None` if one of them is invalid.
    pub(crate) fn to_permissions(&self) -> Option<Vec<Permission>> {
        let elements = self.permissions.value().filter(|_| self.invalid_permissions.is_empty())?;
        let mut permissions = Vec::with_capacity(elements.len());
        for element in elements {
            permissions.push(element.to_value()?);
        }
        Some(permissions)
    }
}

/// The fields of an entry.
#[derive(Clone, Copy)]
enum Slot {
    Token,
    Name,
    Expiry,
    Permissions,
    Description,
}

impl Slot {
    #[inline]
    fn of(name: &str, role: Role) -> Option<Self> {
        Some(match (name, role) {
            ("token", _) => Self::Token,
            ("name", _) => Self::Name,
            ("expiry_millis", _) => Self::Expiry,
            ("permissions", Role::Resource) => Self::Permissions,
            ("description", Role::Admin) => Self::Description,
            _ => return None,
        })
    }
}

#[inline]
fn read_expiry<'a>(parser: &mut Parser<'a, impl ErrorHandler>, key: Str<'a>) -> Field<'a, Expiry> {
    if parser.kind() != Kind::Number {
        return Field::Invalid { key, node: Node::read(parser) }.optional();
    }
    let (kind, span) = parser.scalar();
    let number = span.text(parser.text()).filter(|number| kind == Kind::Number && *number != "-0");
    match number.and_then(|number| number.parse().ok()) {
        Some(millis) => Field::Valid { key, span, value: Expiry::from_millis(millis) },
        None => Field::Invalid { key, node: Node::scalar(kind, span, parser.text()) },
    }
}
