//! The grammar, over bytes. It says yes or no; what is wrong with a text, `diagnose` finds.

use nom::branch::alt;
use nom::bytes::complete::{tag, take_while, take_while1};
use nom::combinator::{map, map_opt, opt, peek, recognize, value, verify};
use nom::multi::{fold_many0, many0_count};
use nom::sequence::{preceded, terminated};
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

fn whole<'a, O>(mut parser: impl Parser<&'a [u8], Output = O, Error = ()>, text: &'a str) -> Option<O> {
    parser.parse(text.as_bytes()).ok().filter(|(rest, _)| rest.is_empty()).map(|(_, output)| output)
}

fn databases(input: &[u8]) -> Parsed<'_, Scope<&[u8]>> {
    scope(database_name, input)
}

fn resources(input: &[u8]) -> Parsed<'_, Scope<&[u8]>> {
    scope(system_resource, input)
}

fn scope<'a>(name: fn(&'a [u8]) -> Parsed<'a, ()>, input: &'a [u8]) -> Parsed<'a, Scope<&'a [u8]>> {
    let wildcard = value(Scope::All, terminated(tag("*"), peek(tag(":"))));
    let list = recognize((name, many0_count(preceded(tag(","), name))));
    alt((wildcard, map(list, Scope::Names))).parse(input)
}

fn name_byte(byte: u8) -> bool {
    NAME_BYTES.get(usize::from(byte)).copied().unwrap_or(false)
}

fn database_name(input: &[u8]) -> Parsed<'_, ()> {
    let retention_policy = opt((tag("/"), take_while1(name_byte)));
    let name = (
        peek(nom::bytes::complete::take_while_m_n(1, 1, |byte: u8| byte.is_ascii_alphanumeric())),
        take_while1(name_byte),
        retention_policy,
    );
    let name = verify(recognize(name), |name: &[u8]| name.len() <= MAX_DATABASE_NAME);
    value((), alt((name, tag(INTERNAL_DATABASE)))).parse(input)
}

fn system_resource(input: &[u8]) -> Parsed<'_, ()> {
    map_opt(word, |word| SystemResource::from_name(core::str::from_utf8(word).ok()?).map(drop)).parse(input)
}

fn word(input: &[u8]) -> Parsed<'_, &[u8]> {
    take_while(|byte: u8| byte.is_ascii_lowercase()).parse(input)
}

fn actions(input: &[u8]) -> Parsed<'_, DatabaseActions> {
    let more = fold_many0(preceded(tag(","), action), || DatabaseActions::EMPTY, DatabaseActions::union);
    map((action, more), |(first, more)| first | more).parse(input)
}

fn action(input: &[u8]) -> Parsed<'_, DatabaseActions> {
    map_opt(word, DatabaseActions::from_name).parse(input)
}

fn only_read(input: &[u8]) -> Parsed<'_, ()> {
    value((), (tag("read"), many0_count(tag(",read")))).parse(input)
}
