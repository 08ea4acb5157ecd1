//! One entry of `tokens`, or the object of an admin token file.

use super::members::{self, Other};
use super::{Field, PermissionList, Text};
use crate::diagnostic::At;
use crate::document::members::ENTRY_LISTS;
use crate::expiry::Expiry;
use crate::file::TokenEntry;
use crate::name::TokenName;
use crate::permission::Permission;
use crate::span::Span;
use crate::syntax::{ErrorHandler, Kind, Node, Parser, Str};
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
    pub(crate) permissions: Field<'a, ()>,
    /// The elements of `permissions`; empty if it is not an array.
    pub(crate) list: PermissionList<'a>,
    pub(crate) description: Field<'a, Text<'a>>,
    /// The members without a field, in source order.
    pub(crate) others: Vec<Other<'a>>,
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
        self.span = parser.object(|parser, key| {
            let is_known = key.decode().is_some_and(|name| self.read_member(parser, key, &name));
            if !is_known {
                self.others.push(Other::new(key, Node::read(parser)));
            }
        });
        if !self.others.is_empty() {
            self.resolve_others();
        }
        if self.permissions.value().is_none() {
            self.list.clear();
        }
    }

    #[inline]
    fn reset(&mut self, index: usize, source: &'a str) {
        (self.source, self.index) = (source, index);
        (self.token, self.name, self.expiry) = (Field::Missing, Field::Missing, Field::Missing);
        self.permissions = Field::Missing;
        if self.role == Role::Admin {
            self.description = Field::Missing;
        }
        self.others.clear();
    }

    /// Reads the value of a member by its name. Returns `false` if there is no such field, or it already has a value.
    #[inline]
    fn read_member(&mut self, parser: &mut Parser<'a, impl ErrorHandler>, key: Str<'a>, name: &str) -> bool {
        match (name, self.role) {
            ("token", _) if self.token.is_missing() => self.token = Field::read_text(parser, key),
            ("name", _) if self.name.is_missing() => self.name = Field::read_text(parser, key),
            ("expiry_millis", _) if self.expiry.is_missing() => self.expiry = read_expiry(parser, key),
            ("permissions", Role::Resource) if self.permissions.is_missing() => {
                self.permissions = self.read_permissions(parser, key);
            }
            ("description", Role::Admin) if self.description.is_missing() => {
                self.description = Field::read_text(parser, key).optional();
            }
            _ => return false,
        }
        true
    }

    /// Sets the meaning of the members without a field, and reads the values of misspelt ones.
    #[cold]
    fn resolve_others(&mut self) {
        let lists: &[&str] = if self.role == Role::Resource { &ENTRY_LISTS } else { &[] };
        let keys = self.keys().map(|(name, key)| (name, key.copied()));
        members::resolve(&mut self.others, &keys, lists);
        let misspelt: Vec<_> = self.others.iter().filter_map(Other::misspelt).collect();
        for (known, key, start) in misspelt {
            // The syntax errors are already reported.
            self.read_member(&mut Parser::at(self.source, start, ()), key, known);
        }
    }

    /// Returns the names of the members, each with its key unless it is missing.
    pub(crate) fn keys(&self) -> [(&'static str, Option<&Str<'a>>); 4] {
        let last = match self.role {
            Role::Resource => ("permissions", self.permissions.key()),
            Role::Admin => ("description", self.description.key()),
        };
        let (token, name, expiry) = (self.token.key(), self.name.key(), self.expiry.key());
        [("token", token), ("name", name), ("expiry_millis", expiry), last]
    }

    #[inline]
    fn read_permissions(
        &mut self,
        parser: &mut Parser<'a, impl ErrorHandler>,
        key: Str<'a>,
    ) -> Field<'a, ()> {
        match parser.kind() {
            Kind::Array => Field::Valid { key, span: self.list.read(parser), value: () },
            _ => Field::Invalid { key, node: Node::read(parser) },
        }
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
        self.permissions.value().and_then(|()| self.list.to_permissions())
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
