//! The short way for an entry of which nothing is to be said but of its permissions, as almost all are. It makes no words
//! and looks for no places; where it is not sure, the rules are applied one by one.

use alloc::vec::Vec;
use core::ops::Range;

use crate::check::context::Context;
use crate::check::expiry::{LOOKS_LIKE_SECONDS, MICROSECONDS};
use crate::check::names::{DOCUMENTED_NAME, is_placeholder};
use crate::check::strength::is_evenly_mixed;
use crate::expiry::{Expiry, millis};
use crate::file::TokenEntry;
use crate::json::{Flat, FlatValue, Node, RawStr, Value};
use crate::name::{INTERNAL_DATABASE, TokenName};
use crate::permission::{DatabaseActions, Permission};
use crate::release::Release;
use crate::span::Span;
use crate::token::{TOKEN_PREFIX, Token, check_token, holds_token};

/// What nothing is said of, with the options of a validator.
pub(super) struct Quiet {
    only_errors: bool,
    expiry: Range<i64>,
    permissions: bool,
}

impl Quiet {
    pub(super) fn new(context: &Context<'_>) -> Self {
        let validator = context.validator;
        let now = millis(validator.now);
        let behind = |time: core::time::Duration| {
            let end = now + i128::try_from(time.as_millis()).unwrap_or(i128::MAX / 2) + 1;
            i64::try_from(end).unwrap_or(if end < 0 { i64::MIN } else { i64::MAX })
        };
        Self {
            only_errors: validator.only_errors(),
            expiry: behind(validator.soon).max(LOOKS_LIKE_SECONDS.end)
                ..behind(validator.far).min(MICROSECONDS),
            permissions: validator.release.is_none_or(|release| release >= Release::NO_DELETE_BY_WRITE),
        }
    }
}

/// An entry of plain strings with the members that it should have.
pub(super) struct PlainEntry<'f, 'a> {
    pub(super) token: &'a str,
    pub(super) name: &'a str,
    pub(super) expiry: Option<i64>,
    permissions: &'f [&'a str],
}

impl<'f, 'a> PlainEntry<'f, 'a> {
    /// The entry, where its token, name and expiry are such that nothing is said of them.
    pub(super) fn new(flat: &'f Flat<'a>, quiet: &Quiet) -> Option<Self> {
        let (mut token, mut name, mut expiry, mut permissions) = (None, None, None, None);
        for (key, value) in flat.members() {
            let known = match (*key, value) {
                ("token", FlatValue::String(string)) => token.replace(*string).is_none(),
                ("name", FlatValue::String(string)) => name.replace(*string).is_none(),
                ("expiry_millis", FlatValue::Integer(integer)) => expiry.replace(*integer).is_none(),
                ("permissions", FlatValue::List(list)) => permissions.replace(list.clone()).is_none(),
                _ => false,
            };
            if !known {
                return None;
            }
        }
        let entry = Self { token: token?, name: name?, expiry, permissions: flat.items(permissions?) };
        let quiet = check_token(entry.token).is_ok()
            && crate::name::check_token_name(entry.name).is_ok()
            && (quiet.only_errors || entry.is_quiet(quiet));
        quiet.then_some(entry)
    }

    /// Whether there is no warning and no note on the token, the name and the expiry, which have no error.
    fn is_quiet(&self, quiet: &Quiet) -> bool {
        let body = self.token.get(TOKEN_PREFIX.len()..).unwrap_or_default().as_bytes();
        let has_space = |byte: Option<&u8>| byte.is_none_or(|byte| !byte.is_ascii_graphic());
        is_evenly_mixed(body)
            // To the end, as no branch for each byte is faster.
            && !body.iter().fold(false, |any, byte| any | matches!(byte, b':' | b'$' | b'{' | b'<'))
            && !has_space(self.name.as_bytes().first())
            && !has_space(self.name.as_bytes().last())
            && !holds_token(self.name)
            && !matches!(self.name.as_bytes().first(), Some(b'$' | b'{' | b'<'))
            && self.expiry.is_none_or(|expiry| quiet.expiry.contains(&expiry))
    }

    /// The permissions with their places.
    pub(super) fn permissions(&self, text: &'a str) -> Vec<Node<'a>> {
        let strings = self.permissions.iter().map(|string| RawStr::in_text(text, string));
        strings.map(|string| Node { span: string.outer(), value: Value::String(string) }).collect()
    }

    /// The permissions as they stand in the text, from the first to the last.
    pub(super) fn list(&self, text: &'a str) -> &'a str {
        let place = |string: &&'a str| RawStr::in_text(text, string).inner();
        let (first, last) = (self.permissions.first().map(place), self.permissions.last().map(place));
        let span = first.zip(last).map(|(first, last)| Span::new(first.start(), last.end()));
        span.and_then(|span| span.text(text)).unwrap_or_default()
    }

    /// Whether the permissions are right; all that is asked where only errors are.
    pub(super) fn is_right(&self) -> bool {
        self.permissions.iter().all(|text| Permission::accept(text).is_some())
    }

    /// The entry as a value.
    pub(super) fn build(&self) -> Option<TokenEntry> {
        let mut permissions = Vec::with_capacity(self.permissions.len());
        for text in self.permissions {
            permissions.push(Permission::accept(text)?.to_owned());
        }
        // Both were checked.
        let (token, name) = (Token::checked(self.token), TokenName::parse(self.name).ok()?);
        Some(TokenEntry::of(token, name, self.expiry.map(Expiry::from_millis), permissions))
    }

    /// Lists the databases that are granted, each with the index of its permission; false where something is said of a
    /// permission, by itself or beside the others.
    pub(super) fn grants(&self, quiet: &Quiet, databases: &mut Vec<(usize, &'a str)>) -> bool {
        // More take long to compare with each other.
        const FEW: usize = 12;
        databases.clear();
        let mut systems = 0;
        for (index, text) in self.permissions.iter().enumerate() {
            let Some(permission) = Permission::accept(text) else { return false };
            if permission.canonical_length() != text.len() {
                // An action stands twice.
                return false;
            }
            match permission {
                Permission::System(permission) => {
                    systems += 1;
                    let repeats = || permission.scope().names().is_some_and(|names| has_twice(names.iter()));
                    if systems > 1 || repeats() {
                        return false;
                    }
                }
                Permission::Database(permission) => {
                    let actions = permission.actions();
                    let names = text.get("db:".len()..text.len() - actions.text().len() - 1);
                    if permission.scope().is_all() || !DOCUMENTED_ACTIONS.contains(actions) {
                        return false;
                    }
                    let names = names.unwrap_or_default().split(',').map(|name| (index, name));
                    // One more than a few is enough to see that they are more.
                    databases.extend(names.take(FEW + 1));
                }
            }
        }
        quiet.permissions
            && !self.permissions.is_empty()
            && databases.len() <= FEW
            && databases.iter().all(|(_, name)| is_quiet_name(name))
            && !has_twice(databases.iter().map(|(_, name)| *name))
    }
}

const DOCUMENTED_ACTIONS: DatabaseActions = DatabaseActions::READ.union(DatabaseActions::WRITE);

fn is_quiet_name(name: &str) -> bool {
    name.len() <= DOCUMENTED_NAME && !holds_token(name) && name != INTERNAL_DATABASE && !is_placeholder(name)
}

fn has_twice<T: PartialEq>(items: impl Iterator<Item = T> + Clone) -> bool {
    let mut rest = items;
    while let Some(item) = rest.next() {
        if rest.clone().any(|other| other == item) {
            return true;
        }
    }
    false
}
