//! The parser of valid permissions, over bytes. `diagnose` finds the errors of invalid ones.

use core::ops::Range;

use nom::bytes::complete::tag;
use nom::character::complete::char;
use nom::combinator::{map_opt, recognize, value};
use nom::sequence::terminated;
use nom::{IResult, Parser};

use crate::name::{INTERNAL_DATABASE, MAX_DATABASE_NAME, is_name_byte};
use crate::permission::{
    DatabaseActions, DatabaseNames, DatabasePermission, Permission, PermissionRef, Scope, SystemPermission,
    SystemResource, SystemResources,
};

// There is no error value: `diagnose` finds the error.
type Parsed<'a, T> = IResult<&'a [u8], T, ()>;

/// Parses `TYPE:NAMES:ACTIONS`. Returns `None` if the text is invalid. `name` receives the range of each name or `*`,
/// including those before an error.
#[inline]
pub(super) fn permission(text: &str, mut name: impl FnMut(Range<usize>)) -> Option<PermissionRef<'_>> {
    // Accepted text is ASCII, so any part of it is a `str`.
    let names = |skip: usize, names: &[u8]| text.get(skip..skip + names.len()).unwrap_or_default();
    let name = |from: &[u8], to: &[u8]| name(text.len() - from.len()..text.len() - to.len());
    if let Some(rest) = text.strip_prefix("db:") {
        let databases = scope(database_name, name);
        let (scope, actions) = parse_all((terminated(databases, char(':')), actions), rest)?;
        let scope = scope.map(|list| DatabaseNames::checked(names("db:".len(), list)));
        // Invariant: `actions` accepts at least one.
        return Some(Permission::Database(DatabasePermission { scope, actions }));
    }
    let rest = text.strip_prefix("system:")?;
    let resources = scope(system_resource, name);
    let (scope, ()) = parse_all((terminated(resources, char(':')), only_read), rest)?;
    let scope = scope.map(|list| SystemResources::checked(names("system:".len(), list)));
    Some(Permission::System(SystemPermission { scope }))
}

/// Parses a list of actions on databases.
pub(super) fn database_actions(text: &str) -> Option<DatabaseActions> {
    parse_all(actions, text)
}

#[inline]
fn parse_all<'a, O>(mut parser: impl Parser<&'a [u8], Output = O, Error = ()>, text: &'a str) -> Option<O> {
    parser.parse(text.as_bytes()).ok().filter(|(rest, _)| rest.is_empty()).map(|(_, output)| output)
}

/// Parses `*` or a list of names; `each` receives the input before and after each name.
#[inline]
fn scope<'a>(
    mut name: impl FnMut(&'a [u8]) -> Parsed<'a, ()>,
    mut each: impl FnMut(&'a [u8], &'a [u8]),
) -> impl FnMut(&'a [u8]) -> Parsed<'a, Scope<&'a [u8]>> {
    move |input| {
        if let [b'*', rest @ ..] = input {
            each(input, rest);
            return Ok((rest, Scope::All));
        }
        let item = |input| name(input).inspect(|(rest, ())| each(input, rest));
        recognize(list(item, |(), ()| ())).map(Scope::Names).parse(input)
    }
}

/// Parses items separated by commas; `join` combines two of them.
#[inline]
fn list<'a, T>(
    mut item: impl FnMut(&'a [u8]) -> Parsed<'a, T>,
    join: impl Fn(T, T) -> T,
) -> impl FnMut(&'a [u8]) -> Parsed<'a, T> {
    move |input| {
        let (mut rest, mut joined) = item(input)?;
        while let [b',', tail @ ..] = rest {
            let (remaining, next) = item(tail)?;
            joined = join(joined, next);
            rest = remaining;
        }
        Ok((rest, joined))
    }
}

#[inline]
fn database_name(input: &[u8]) -> Parsed<'_, ()> {
    let (mut rest, name) = name_bytes(input)?;
    let is_valid = match name {
        [first, ..] if first.is_ascii_alphanumeric() => {
            if let [b'/', retention_policy @ ..] = rest {
                rest = name_bytes(retention_policy)?.0;
            }
            input.len() - rest.len() <= MAX_DATABASE_NAME
        }
        _ => name == INTERNAL_DATABASE.as_bytes(),
    };
    if is_valid { Ok((rest, ())) } else { Err(nom::Err::Error(())) }
}

#[inline]
fn name_bytes(input: &[u8]) -> Parsed<'_, &[u8]> {
    take_while1(input, is_name_byte)
}

fn system_resource(input: &[u8]) -> Parsed<'_, ()> {
    map_opt(word, |word| SystemResource::from_name(core::str::from_utf8(word).ok()?).map(drop)).parse(input)
}

#[inline]
fn word(input: &[u8]) -> Parsed<'_, &[u8]> {
    take_while1(input, |byte| byte.is_ascii_lowercase())
}

/// Like nom's `take_while1`, which is not inlined and takes twice as long for short words.
#[inline]
fn take_while1(input: &[u8], is_part: impl Fn(u8) -> bool) -> Parsed<'_, &[u8]> {
    let length = input.iter().position(|byte| !is_part(*byte)).unwrap_or(input.len());
    match input.split_at_checked(length) {
        Some((word, rest)) if length > 0 => Ok((rest, word)),
        _ => Err(nom::Err::Error(())),
    }
}

#[inline]
fn actions(input: &[u8]) -> Parsed<'_, DatabaseActions> {
    list(|input| map_opt(word, DatabaseActions::from_name).parse(input), DatabaseActions::union)(input)
}

#[inline]
fn only_read(input: &[u8]) -> Parsed<'_, ()> {
    list(|input| value((), tag("read")).parse(input), |(), ()| ())(input)
}
