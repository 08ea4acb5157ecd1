//! `Arbitrary` of the crate `arbitrary` 1, for fuzz targets: whatever the bytes are, the value is right.

use std::collections::HashSet;
use std::string::String;
use std::vec::Vec;

use arbitrary::{Arbitrary, Error, Result, Unstructured};

use crate::code::Code;
use crate::edit::Change;
use crate::expiry::Expiry;
use crate::file::AdminTokenFile;
use crate::file::{TokenEntry, TokenFile};
use crate::name::{DatabaseName, TokenName};
use crate::permission::{
    DatabaseActions, DatabaseNames, DatabasePermission, Permission, Scope, SystemPermission, SystemResource,
    SystemResources,
};
use crate::release::Release;
use crate::server::HttpTokenRequest;
use crate::token::{TOKEN_PREFIX, Token};

const LETTERS_AND_DIGITS: &[u8] = b"abcdefghijklmnopqrstuvwxyz0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";
const NAME_BYTES: &[u8] = b"abcdefghijklmnopqrstuvwxyz0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ-_";
/// As much text, and as many items, as show every rule.
const MOST: usize = 12;

fn text_of(u: &mut Unstructured<'_>, alphabet: &[u8], lengths: (usize, usize)) -> Result<String> {
    let length = u.int_in_range(lengths.0..=lengths.1)?;
    (0..length).map(|_| Ok(char::from(*u.choose(alphabet)?))).collect()
}

/// Values of which none comes twice, as `key` has it.
fn distinct<'a, T: Arbitrary<'a>>(u: &mut Unstructured<'a>, key: impl Fn(&T) -> &str) -> Result<Vec<T>> {
    let mut seen = HashSet::new();
    let mut values = Vec::new();
    for _ in 0..u.int_in_range(0..=MOST)? {
        let value = u.arbitrary()?;
        if seen.insert(String::from(key(&value))) {
            values.push(value);
        }
    }
    Ok(values)
}

/// Values built by the rules are valid; an error would be a bug here.
fn built<T, E>(value: core::result::Result<T, E>) -> Result<T> {
    value.map_err(|_| Error::IncorrectFormat)
}

impl<'a> Arbitrary<'a> for DatabaseName {
    fn arbitrary(u: &mut Unstructured<'a>) -> Result<Self> {
        // Few names, so that they meet.
        if u.ratio(1, 2)? {
            return built(Self::parse(u.choose(&["db1", "db2", "sensors", "_internal"])?));
        }
        let mut name = text_of(u, LETTERS_AND_DIGITS, (1, 1))? + &text_of(u, NAME_BYTES, (0, MOST))?;
        if u.ratio(1, 8)? {
            name.push('/');
            name.push_str(&text_of(u, NAME_BYTES, (1, MOST))?);
        }
        built(Self::parse(&name))
    }
}

impl<'a> Arbitrary<'a> for TokenName {
    fn arbitrary(u: &mut Unstructured<'a>) -> Result<Self> {
        let name: &str = u.arbitrary()?;
        Self::parse(name).or_else(|_| built(Self::parse("app")))
    }
}

impl<'a> Arbitrary<'a> for Token {
    /// A made-up token: of 64 bytes in base64, or of any visible characters.
    fn arbitrary(u: &mut Unstructured<'a>) -> Result<Self> {
        let body = if u.ratio(1, 4)? {
            let length = u.int_in_range(1..=MOST)?;
            (0..length).map(|_| Ok(char::from(u.int_in_range(b'!'..=b'~')?))).collect::<Result<String>>()?
        } else {
            text_of(u, NAME_BYTES, (86, 86))?
        };
        built(Self::parse(&[TOKEN_PREFIX, &body].concat()))
    }
}

impl<'a> Arbitrary<'a> for Expiry {
    fn arbitrary(u: &mut Unstructured<'a>) -> Result<Self> {
        Ok(Self::from_millis(u.arbitrary()?))
    }
}

impl<'a> Arbitrary<'a> for DatabaseActions {
    fn arbitrary(u: &mut Unstructured<'a>) -> Result<Self> {
        let bits: u8 = u.arbitrary()?;
        let chosen = Self::ALL.iter().enumerate().filter(|(bit, _)| bits >> bit & 1 == 1);
        Ok(chosen.map(|(_, action)| action).collect())
    }
}

impl<'a> Arbitrary<'a> for SystemResource {
    fn arbitrary(u: &mut Unstructured<'a>) -> Result<Self> {
        u.choose(Self::ALL).copied()
    }
}

impl<'a> Arbitrary<'a> for DatabaseNames {
    fn arbitrary(u: &mut Unstructured<'a>) -> Result<Self> {
        let first: DatabaseName = u.arbitrary()?;
        let more: Vec<DatabaseName> = distinct(u, DatabaseName::as_str)?;
        let names = core::iter::once(&first).chain(more.iter().filter(|name| **name != first));
        built(Self::new(names.map(DatabaseName::as_str)))
    }
}

impl<'a> Arbitrary<'a> for SystemResources {
    fn arbitrary(u: &mut Unstructured<'a>) -> Result<Self> {
        let first = u.arbitrary()?;
        let more: Vec<SystemResource> = u.arbitrary()?;
        built(Self::new(core::iter::once(first).chain(more)))
    }
}

impl<'a, N: Arbitrary<'a>> Arbitrary<'a> for Scope<N> {
    fn arbitrary(u: &mut Unstructured<'a>) -> Result<Self> {
        // Names more often, of which there are more.
        if u.int_in_range(0..=5)? == 5 { Ok(Self::All) } else { u.arbitrary().map(Self::Names) }
    }
}

impl<'a> Arbitrary<'a> for DatabasePermission {
    fn arbitrary(u: &mut Unstructured<'a>) -> Result<Self> {
        let actions = match u.arbitrary()? {
            DatabaseActions::EMPTY => DatabaseActions::READ,
            actions => actions,
        };
        built(Self::new(u.arbitrary()?, actions))
    }
}

impl<'a> Arbitrary<'a> for SystemPermission {
    fn arbitrary(u: &mut Unstructured<'a>) -> Result<Self> {
        u.arbitrary().map(Self::new)
    }
}

impl<'a> Arbitrary<'a> for Permission {
    fn arbitrary(u: &mut Unstructured<'a>) -> Result<Self> {
        if u.ratio(3, 4)? { u.arbitrary().map(Self::Database) } else { u.arbitrary().map(Self::System) }
    }
}

impl<'a> Arbitrary<'a> for TokenEntry {
    fn arbitrary(u: &mut Unstructured<'a>) -> Result<Self> {
        let entry = Self::new(u.arbitrary()?, u.arbitrary()?).with_expiry(u.arbitrary()?);
        Ok(entry.with_permissions(few::<Permission>(u)?))
    }
}

impl<'a> Arbitrary<'a> for TokenFile {
    fn arbitrary(u: &mut Unstructured<'a>) -> Result<Self> {
        let databases: Vec<DatabaseName> = distinct(u, DatabaseName::as_str)?;
        let entries: Vec<TokenEntry> = distinct(u, |entry: &TokenEntry| entry.name().as_str())?;
        let mut secrets = HashSet::new();
        let mut is_new = |entry: &TokenEntry| secrets.insert(entry.token().sha512());
        let entries: Vec<TokenEntry> = entries.into_iter().filter(|entry| is_new(entry)).collect();
        built(Self::new(databases, entries))
    }
}

impl<'a> Arbitrary<'a> for AdminTokenFile {
    fn arbitrary(u: &mut Unstructured<'a>) -> Result<Self> {
        let file = Self::new(u.arbitrary()?).with_description(u.arbitrary()?).with_expiry(u.arbitrary()?);
        let name: Option<TokenName> = u.arbitrary()?;
        match name {
            Some(name) => built(file.with_name(name.as_str())),
            None => Ok(file),
        }
    }
}

/// A request of a valid body; its permissions are few.
impl<'a> Arbitrary<'a> for HttpTokenRequest {
    fn arbitrary(u: &mut Unstructured<'a>) -> Result<Self> {
        let (name, seconds): (TokenName, Option<u64>) = u.arbitrary()?;
        let permissions: Vec<Permission> = few(u)?;
        Ok(Self::new(name, permissions, seconds))
    }
}

/// Changes of all kinds. A change of a token that the file does not have is an error.
impl<'a> Arbitrary<'a> for Change {
    fn arbitrary(u: &mut Unstructured<'a>) -> Result<Self> {
        Ok(match u.int_in_range(0..=9)? {
            0 => Self::append(few::<TokenEntry>(u)?),
            1 => Self::append(few::<TokenEntry>(u)?).keep_if_same(),
            2 => Self::create_databases(few::<DatabaseName>(u)?),
            3 => Self::remove(u.arbitrary()?),
            4 => Self::rotate(u.arbitrary()?, u.arbitrary()?),
            5 => Self::rotate(u.arbitrary()?, u.arbitrary()?).beside(u.arbitrary()?),
            6 => Self::set_expiry(u.arbitrary()?, u.arbitrary()?),
            7 => Self::set_permissions(u.arbitrary()?, few::<Permission>(u)?),
            8 => Self::rename(u.arbitrary()?, u.arbitrary()?),
            _ => Self::drop_databases(few::<DatabaseName>(u)?),
        })
    }
}

fn few<'a, T: Arbitrary<'a>>(u: &mut Unstructured<'a>) -> Result<Vec<T>> {
    (0..u.int_in_range(0..=MOST)?).map(|_| u.arbitrary()).collect()
}

impl<'a> Arbitrary<'a> for Release {
    fn arbitrary(u: &mut Unstructured<'a>) -> Result<Self> {
        Ok(Self::new(u.arbitrary()?, u.arbitrary()?, u.arbitrary()?))
    }
}

impl<'a> Arbitrary<'a> for Code {
    fn arbitrary(u: &mut Unstructured<'a>) -> Result<Self> {
        u.choose(Self::ALL).copied()
    }
}
