//! The traits of serde: values as strings, and the objects of the format.
//!
//! A type error of serde quotes the value, which may be a misplaced secret. The visitors here quote nothing.

// In dependency order: a file imports only siblings above it.
mod any_format;
mod objects;

use core::fmt;
use core::marker::PhantomData;

use serde::de::{Deserialize, Deserializer, Error as _, Visitor};
use serde::ser::{Serialize, Serializer};
use zeroize::Zeroize;

use self::any_format::Json;
use crate::check::InvalidFile;
use crate::expiry::Expiry;
use crate::file::{AdminTokenFile, TokenEntry, TokenFile};
use crate::name::{DatabaseName, TokenName};
use crate::permission::{DatabaseActions, Permission, SystemResource};
use crate::release::Release;
use crate::secret::SecretBytes;
use crate::server::{HttpPermission, HttpTokenRequest, InvalidJson};

/// Parses a string. Errors do not quote other values.
struct Text<T>(&'static str, PhantomData<T>);

impl<T: core::str::FromStr<Err: fmt::Display>> Visitor<'_> for Text<T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }

    fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<T, E> {
        text.parse().map_err(E::custom)
    }

    fn visit_string<E: serde::de::Error>(self, mut text: String) -> Result<T, E> {
        let value = self.visit_str(&text);
        text.zeroize();
        value
    }
}

macro_rules! through_text {
    ($($type:ty = $expected:literal),+ $(,)?) => {$(
        impl Serialize for $type {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> Deserialize<'de> for $type {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                deserializer.deserialize_str(Text($expected, PhantomData))
            }
        }
    )+};
}

through_text!(
    DatabaseName = "the name of a database",
    TokenName = "the name of a token",
    Permission = "a permission such as `db:db1:read`",
    DatabaseActions = "a list of actions such as `read,write`",
    SystemResource = "the name of a system resource",
    Release = "a release such as `3.9`",
);

/// Converts a value of any format to JSON and parses that, so that all formats accept the same values.
macro_rules! through_json {
    ($($type:ty = $parse:expr),+ $(,)?) => {$(
        impl<'de> Deserialize<'de> for $type {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let json = Json::deserialize(deserializer)?;
                $parse(json.as_bytes()).map_err(D::Error::custom)
            }
        }
    )+};
}

through_json!(
    Expiry = expiry,
    TokenEntry = entry,
    TokenFile = |json| TokenFile::parse(json).map_err(|error| first_error(&error, "")),
    AdminTokenFile = |json| AdminTokenFile::parse(json).map_err(|error| first_error(&error, "")),
    HttpPermission = |json| HttpPermission::parse(json).map_err(InvalidJson::into_message),
    HttpTokenRequest = |json| HttpTokenRequest::parse(json).map_err(InvalidJson::into_message),
);

impl Serialize for Expiry {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_i64(self.as_millis())
    }
}

fn expiry(json: &[u8]) -> Result<Expiry, &'static str> {
    let millis = core::str::from_utf8(json).ok().and_then(|number| number.parse().ok());
    millis
        .map(Expiry::from_millis)
        .ok_or("expected an expiry, an integer of milliseconds that fits into 64 bits")
}

fn entry(json: &[u8]) -> Result<TokenEntry, String> {
    let file = SecretBytes::from([br#"{"tokens":["#, json, b"]}"].concat());
    let file = TokenFile::parse(&file).map_err(|error| first_error(&error, "/tokens/0"))?;
    file.into_parts().1.pop().ok_or_else(String::new)
}

/// Returns the first error with its pointer below `root`, because there is no text with lines.
fn first_error(error: &InvalidFile, root: &str) -> String {
    let Some(error) = error.report().iter().next() else { return String::new() };
    let help = error.help().map(|help| format!("; {help}")).unwrap_or_default();
    let pointer = error.pointer().strip_prefix(root).unwrap_or(error.pointer());
    let separator = if pointer.is_empty() { "" } else { ": " };
    format!("{pointer}{separator}{}{help}", error.message())
}
