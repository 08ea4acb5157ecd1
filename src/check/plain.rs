//! The short way for an entry of which nothing is to be said but of its expiry and its permissions, as almost all are. It
//! makes no words and looks for no places; where it is not sure, the rules are applied one by one.

use alloc::vec::Vec;
use core::ops::Range;

use crate::check::context::{At, Context};
use crate::check::decode::Decoder;
use crate::check::expiry::{LOOKS_LIKE_SECONDS, MICROSECONDS, expiry_rules, never_expires};
use crate::check::names::{DOCUMENTED_NAME, is_placeholder};
use crate::check::permissions;
use crate::check::strength::is_evenly_mixed;
use crate::expiry::{Expiry, millis};
use crate::file::TokenEntry;
use crate::json::{Flat, FlatValue, Node, RawStr, Value};
use crate::name::{INTERNAL_DATABASE, TokenName};
use crate::permission::{DatabaseActions, Permission};
use crate::release::Release;
use crate::span::Span;
use crate::token::{TOKEN_PREFIX, Token, check_token, holds_token};

impl<'a> Decoder<'_, 'a> {
    /// Takes an entry of whose token and name nothing is to be said. False where it is not such a one; then nothing was taken.
    pub(super) fn plain_entry(&mut self, index: usize, start: usize, flat: &Flat<'a>) -> bool {
        let Some(entry) = PlainEntry::new(flat, &self.quiet) else { return false };
        let mut doubtful = Vec::new();
        if let Some((_, tokens)) = &mut self.built {
            let Some(built) = entry.build() else { return false };
            tokens.push(built);
        } else if !self.has_quiet_permissions(&entry) {
            doubtful = entry.permissions(self.text);
            if doubtful.is_empty() {
                return false;
            }
        }
        let place = |string: &'a str| RawStr::in_text(self.text, string).inner().start();
        self.whole.token(place(entry.token), entry.token);
        self.whole.name(place(entry.name), entry.name);
        if let Some((key, value)) = entry.doubtful_expiry(self.text) {
            expiry_rules(&mut self.context, At::TokenMember(index, "expiry_millis"), (key, &value), &[]);
        } else if entry.expiry.is_none() {
            never_expires(&mut self.context, At::Token(index), Span::new(start, start + 1));
        }
        if !doubtful.is_empty() {
            permissions::list(self, index, &doubtful, false);
            return true;
        }
        for (permission, name) in self.granted_here.drain(..) {
            let place = RawStr::in_text(self.text, name).inner();
            self.whole.databases.grant((index, permission, place), name, Some(name));
        }
        true
    }

    /// Whether nothing is to be said of the permissions of an entry. Many tokens of a file have the same ones.
    fn has_quiet_permissions(&mut self, entry: &PlainEntry<'_, 'a>) -> bool {
        const MOST: usize = 1 << 10;
        let list = entry.list(self.text);
        self.granted_here.clear();
        if let Some(again) = self.quiet_lists.get_mut(list)
            && core::mem::replace(again, true)
        {
            return true;
        }
        let quiet = if self.context.validator.only_errors() {
            entry.is_right()
        } else {
            entry.grants(&self.quiet, &mut self.granted_here)
        };
        if quiet && self.quiet_lists.len() < MOST {
            self.quiet_lists.entry(list).or_insert(false);
        }
        quiet
    }
}

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
struct PlainEntry<'f, 'a> {
    token: &'a str,
    name: &'a str,
    expiry: Option<i64>,
    // The name of the member, where something is to be said of the expiry.
    expiry_key: Option<&'a str>,
    permissions: &'f [&'a str],
}

impl<'f, 'a> PlainEntry<'f, 'a> {
    /// The entry, where nothing is said of its token and its name, and its expiry has no fix that removes it.
    fn new(flat: &'f Flat<'a>, quiet: &Quiet) -> Option<Self> {
        let (mut token, mut name, mut expiry, mut permissions) = (None, None, None, None);
        let mut expiry_key = None;
        for (key, value) in flat.members() {
            let known = match (*key, value) {
                ("token", FlatValue::String(string)) => token.replace(*string).is_none(),
                ("name", FlatValue::String(string)) => name.replace(*string).is_none(),
                ("expiry_millis", FlatValue::Integer(integer)) => {
                    let is_doubtful = !quiet.only_errors && !quiet.expiry.contains(integer);
                    expiry_key = is_doubtful.then_some(*key);
                    // Where the member is to be removed, the others must be known.
                    expiry.replace(*integer).is_none() && !(is_doubtful && *integer <= 0)
                }
                ("permissions", FlatValue::List(list)) => permissions.replace(list.clone()).is_none(),
                _ => false,
            };
            if !known {
                return None;
            }
        }
        let permissions = flat.items(permissions?);
        let entry = Self { token: token?, name: name?, expiry, expiry_key, permissions };
        let quiet = check_token(entry.token).is_ok()
            && crate::name::check_token_name(entry.name).is_ok()
            && (quiet.only_errors || entry.is_quiet());
        quiet.then_some(entry)
    }

    /// Whether there is no warning and no note on the token and the name, which have no error.
    fn is_quiet(&self) -> bool {
        let body = self.token.get(TOKEN_PREFIX.len()..).unwrap_or_default().as_bytes();
        let has_space = |byte: Option<&u8>| byte.is_none_or(|byte| !byte.is_ascii_graphic());
        is_evenly_mixed(body)
            // To the end, as no branch for each byte is faster.
            && !body.iter().fold(false, |any, byte| any | matches!(byte, b':' | b'$' | b'{' | b'<'))
            && !has_space(self.name.as_bytes().first())
            && !has_space(self.name.as_bytes().last())
            && !holds_token(self.name)
            && !matches!(self.name.as_bytes().first(), Some(b'$' | b'{' | b'<'))
    }

    /// The expiry with its name and its place, where something is to be said of it.
    fn doubtful_expiry(&self, text: &'a str) -> Option<(RawStr<'a>, Node<'a>)> {
        let key = RawStr::in_text(text, self.expiry_key?);
        // Between the name and the number stand white space and a colon, and it has no sign.
        let behind = text.get(key.outer().end()..)?;
        let start = behind.bytes().position(|byte| byte.is_ascii_digit())?;
        let length = behind.bytes().skip(start).take_while(u8::is_ascii_digit).count();
        let spelt = behind.get(start..start + length)?;
        let start = key.outer().end() + start;
        let span = Span::new(start, start + length);
        Some((key, Node { span, value: Value::Number(spelt) }))
    }

    /// The permissions with their places.
    fn permissions(&self, text: &'a str) -> Vec<Node<'a>> {
        let strings = self.permissions.iter().map(|string| RawStr::in_text(text, string));
        strings.map(|string| Node { span: string.outer(), value: Value::String(string) }).collect()
    }

    /// The permissions as they stand in the text, from the first to the last.
    fn list(&self, text: &'a str) -> &'a str {
        let place = |string: &&'a str| RawStr::in_text(text, string).inner();
        let (first, last) = (self.permissions.first().map(place), self.permissions.last().map(place));
        let span = first.zip(last).map(|(first, last)| Span::new(first.start(), last.end()));
        span.and_then(|span| span.text(text)).unwrap_or_default()
    }

    /// Whether the permissions are right; all that is asked where only errors are.
    fn is_right(&self) -> bool {
        self.permissions.iter().all(|text| Permission::accept(text).is_some())
    }

    /// The entry as a value.
    fn build(&self) -> Option<TokenEntry> {
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
    fn grants(&self, quiet: &Quiet, databases: &mut Vec<(usize, &'a str)>) -> bool {
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
