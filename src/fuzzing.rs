//! The trait `Arbitrary` of arbitrary 1, for fuzz targets: any bytes become a valid value.

use core::ops::RangeInclusive;

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
/// The maximum number of characters and items.
const MAX_LENGTH: usize = 12;

macro_rules! arbitrary {
    (|$u:ident| $($value:ident => $made:expr;)+) => {$(
        impl<'a> Arbitrary<'a> for $value {
            fn arbitrary($u: &mut Unstructured<'a>) -> Result<Self> {
                $made
            }
        }
    )+};
}

arbitrary! { |u|
    DatabaseName => database_name(u);
    TokenName => Self::parse(u.arbitrary()?).or_else(|_| valid(Self::parse("app")));
    Token => token(u);
    Expiry => u.arbitrary().map(Self::from_millis);
    DatabaseActions => {
        let bits: u8 = u.arbitrary()?;
        let chosen = Self::ALL.iter().enumerate().filter(|(bit, _)| bits >> bit & 1 == 1);
        Ok(chosen.map(|(_, action)| action).collect())
    };
    SystemResource => u.choose(Self::ALL).copied();
    DatabaseNames => valid(Self::new(one_or_more::<DatabaseName>(u)?));
    SystemResources => valid(Self::new(one_or_more::<SystemResource>(u)?));
    DatabasePermission => {
        let actions: DatabaseActions = u.arbitrary()?;
        let actions = if actions.is_empty() { DatabaseActions::READ } else { actions };
        valid(Self::new(u.arbitrary()?, actions))
    };
    SystemPermission => u.arbitrary().map(Self::new);
    Permission => {
        if u.ratio(3, 4)? { u.arbitrary().map(Self::Database) } else { u.arbitrary().map(Self::System) }
    };
    TokenEntry => {
        let entry = Self::new(u.arbitrary()?, u.arbitrary()?).with_expiry(u.arbitrary()?);
        Ok(entry.with_permissions(few::<Permission>(u)?))
    };
    TokenFile => {
        let mut file = valid(Self::new(few::<DatabaseName>(u)?, []))?;
        for entry in few::<TokenEntry>(u)? {
            // An entry with the name or secret of an earlier one is dropped.
            let _ = file.push(entry);
        }
        Ok(file)
    };
    AdminTokenFile => {
        let file = Self::new(u.arbitrary()?).with_description(u.arbitrary()?).with_expiry(u.arbitrary()?);
        let name: Option<TokenName> = u.arbitrary()?;
        match name {
            Some(name) => valid(file.with_name(name.as_str())),
            None => Ok(file),
        }
    };
    HttpTokenRequest => Ok(Self::new(u.arbitrary()?, few::<Permission>(u)?, u.arbitrary()?));
    Change => change(u);
    Release => Ok(Self::new(u.arbitrary()?, u.arbitrary()?, u.arbitrary()?));
    Code => u.choose(Self::ALL).copied();
}

impl<'a, N: Arbitrary<'a>> Arbitrary<'a> for Scope<N> {
    fn arbitrary(u: &mut Unstructured<'a>) -> Result<Self> {
        // More names than `*`.
        if u.int_in_range(0..=5)? == 5 { Ok(Self::All) } else { u.arbitrary().map(Self::Names) }
    }
}

fn database_name(u: &mut Unstructured<'_>) -> Result<DatabaseName> {
    // Few names, so that entries share them.
    if u.ratio(1, 2)? {
        return valid(DatabaseName::parse(u.choose(&["db1", "db2", "sensors", "_internal"])?));
    }
    let mut name = text_of(u, LETTERS_AND_DIGITS, 1..=1)? + &text_of(u, NAME_BYTES, 0..=MAX_LENGTH)?;
    if u.ratio(1, 8)? {
        name = name + "/" + &text_of(u, NAME_BYTES, 1..=MAX_LENGTH)?;
    }
    valid(DatabaseName::parse(&name))
}

/// Returns a token of 64 bytes in base64, or of any visible characters.
fn token(u: &mut Unstructured<'_>) -> Result<Token> {
    let body = if u.ratio(1, 4)? {
        let visible: Vec<u8> = (b'!'..=b'~').collect();
        text_of(u, &visible, 1..=MAX_LENGTH)?
    } else {
        text_of(u, NAME_BYTES, 86..=86)?
    };
    valid(Token::parse(&[TOKEN_PREFIX, &body].concat()))
}

/// Returns a change of any kind, often to a token that does not exist.
fn change(u: &mut Unstructured<'_>) -> Result<Change> {
    Ok(match u.int_in_range(0..=9)? {
        0 => Change::append(few::<TokenEntry>(u)?),
        1 => Change::append(few::<TokenEntry>(u)?).keep_if_same(),
        2 => Change::create_databases(few::<DatabaseName>(u)?),
        3 => Change::remove(u.arbitrary()?),
        4 => Change::rotate(u.arbitrary()?, u.arbitrary()?),
        5 => Change::rotate(u.arbitrary()?, u.arbitrary()?).beside(u.arbitrary()?),
        6 => Change::set_expiry(u.arbitrary()?, u.arbitrary()?),
        7 => Change::set_permissions(u.arbitrary()?, few::<Permission>(u)?),
        8 => Change::rename(u.arbitrary()?, u.arbitrary()?),
        _ => Change::drop_databases(few::<DatabaseName>(u)?),
    })
}

fn text_of(u: &mut Unstructured<'_>, alphabet: &[u8], lengths: RangeInclusive<usize>) -> Result<String> {
    let length = u.int_in_range(lengths)?;
    (0..length).map(|_| Ok(char::from(*u.choose(alphabet)?))).collect()
}

fn few<'a, T: Arbitrary<'a>>(u: &mut Unstructured<'a>) -> Result<Vec<T>> {
    (0..u.int_in_range(0..=MAX_LENGTH)?).map(|_| u.arbitrary()).collect()
}

fn one_or_more<'a, T: Arbitrary<'a>>(u: &mut Unstructured<'a>) -> Result<Vec<T>> {
    let mut values = Vec::from([u.arbitrary()?]);
    values.extend(few(u)?);
    Ok(values)
}

/// Converts the error of a value, which is always valid.
fn valid<T, E>(value: core::result::Result<T, E>) -> Result<T> {
    value.map_err(|_| Error::IncorrectFormat)
}
