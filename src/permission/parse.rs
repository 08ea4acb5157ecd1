//! The grammar, over bytes. It says yes or no; what is wrong with a text, `diagnose` finds.

use nom::bytes::complete::{tag, take_while1};
use nom::combinator::{map_opt, recognize, value};
use nom::sequence::terminated;
use nom::{IResult, Parser};

use crate::name::{INTERNAL_DATABASE, MAX_DATABASE_NAME, NAME_BYTES};
use crate::permission::{
    DatabaseActions, DatabaseNames, DatabasePermission, Permission, PermissionRef, Scope, SystemPermission,
    SystemResource, SystemResources,
};

// An error without its place: nobody looks at it.
type Parsed<'a, T> = IResult<&'a [u8], T, ()>;

/// `TYPE:NAMES:ACTIONS`; none where the text is wrong.
pub(super) fn permission(text: &str) -> Option<PermissionRef<'_>> {
    // What the grammar accepts is ASCII, so the names can be cut out of the text.
    let names = |skip: usize, names: &[u8]| text.get(skip..skip + names.len());
    if let Some(rest) = text.strip_prefix("db:") {
        let (scope, actions) = whole((terminated(databases, tag(":")), actions), rest)?;
        let scope = match scope {
            Scope::All => Scope::All,
            Scope::Names(list) => Scope::Names(DatabaseNames::checked(names("db:".len(), list)?)),
        };
        // Invariant: `actions` takes at least one.
        return Some(Permission::Database(DatabasePermission { scope, actions }));
    }
    let rest = text.strip_prefix("system:")?;
    let (scope, ()) = whole((terminated(resources, tag(":")), only_read), rest)?;
    let scope = match scope {
        Scope::All => Scope::All,
        Scope::Names(list) => Scope::Names(SystemResources::checked(names("system:".len(), list)?)),
    };
    Some(Permission::System(SystemPermission { scope }))
}

/// A list of actions on databases; none where the text is wrong.
pub(super) fn database_actions(text: &str) -> Option<DatabaseActions> {
    whole(actions, text)
}

#[inline]
fn whole<'a, O>(mut parser: impl Parser<&'a [u8], Output = O, Error = ()>, text: &'a str) -> Option<O> {
    parser.parse(text.as_bytes()).ok().filter(|(rest, _)| rest.is_empty()).map(|(_, output)| output)
}

fn databases(input: &[u8]) -> Parsed<'_, Scope<&[u8]>> {
    scope(database_name, input)
}

fn resources(input: &[u8]) -> Parsed<'_, Scope<&[u8]>> {
    scope(system_resource, input)
}

#[inline]
fn scope<'a>(name: impl FnMut(&'a [u8]) -> Parsed<'a, ()>, input: &'a [u8]) -> Parsed<'a, Scope<&'a [u8]>> {
    match input {
        [b'*', rest @ ..] => Ok((rest, Scope::All)),
        _ => recognize(list(name, |(), ()| ())).map(Scope::Names).parse(input),
    }
}

/// One item, and others behind commas; `join` takes two of them together.
#[inline]
fn list<'a, T>(
    mut item: impl FnMut(&'a [u8]) -> Parsed<'a, T>,
    join: impl Fn(T, T) -> T,
) -> impl FnMut(&'a [u8]) -> Parsed<'a, T> {
    move |input| {
        let (mut rest, mut all) = item(input)?;
        while let [b',', more @ ..] = rest {
            let (behind, one) = item(more)?;
            all = join(all, one);
            rest = behind;
        }
        Ok((rest, all))
    }
}

/// The whole word is taken first, and judged then.
#[inline]
fn database_name(input: &[u8]) -> Parsed<'_, ()> {
    let (mut rest, name) = name_bytes(input)?;
    let right = match name {
        [first, ..] if first.is_ascii_alphanumeric() => {
            if let [b'/', retention_policy @ ..] = rest {
                rest = name_bytes(retention_policy)?.0;
            }
            input.len() - rest.len() <= MAX_DATABASE_NAME
        }
        _ => name == INTERNAL_DATABASE.as_bytes(),
    };
    if right { Ok((rest, ())) } else { Err(nom::Err::Error(())) }
}

#[inline]
fn name_bytes(input: &[u8]) -> Parsed<'_, &[u8]> {
    take_while1(|byte: u8| NAME_BYTES.get(usize::from(byte)).copied().unwrap_or(false)).parse(input)
}

fn system_resource(input: &[u8]) -> Parsed<'_, ()> {
    map_opt(word, |word| SystemResource::from_name(core::str::from_utf8(word).ok()?).map(drop)).parse(input)
}

#[inline]
fn word(input: &[u8]) -> Parsed<'_, &[u8]> {
    take_while1(|byte: u8| byte.is_ascii_lowercase()).parse(input)
}

#[inline]
fn actions(input: &[u8]) -> Parsed<'_, DatabaseActions> {
    list(|input| map_opt(word, DatabaseActions::from_name).parse(input), DatabaseActions::union)(input)
}

#[inline]
fn only_read(input: &[u8]) -> Parsed<'_, ()> {
    list(|input| value((), tag("read")).parse(input), |(), ()| ())(input)
}
