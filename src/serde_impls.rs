//! serde for the values, through their strings, and for entries and files.
//!
//! A type error of serde quotes the value that it met, which may be a secret in the wrong place. So everything here that
//! a person may write is read by visitors whose errors quote nothing, through `deserialize_any`: asked for anything more
//! special, `serde_json` refuses a string by itself, with its content, and asks no visitor.

mod admin;
mod http;
mod report;

use alloc::borrow::Cow;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::fmt;
use core::marker::PhantomData;

use serde::de::{Deserialize, Deserializer, Error as _, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde::ser::{Serialize, SerializeStruct, Serializer};
use zeroize::Zeroize;

use crate::document::{ENTRY_LISTS, FILE_MEMBERS, is_mistaken};
use crate::expiry::Expiry;
use crate::file::{TokenEntry, TokenFile};
use crate::json::pretty;
use crate::name::{DatabaseName, TokenName};
use crate::permission::{DatabaseActions, Permission, SystemResource};
use crate::release::Release;
use crate::secret::SecretBytes;
use crate::token::Token;

/// Reads a string and parses it; what is no string is not quoted.
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

impl Serialize for Expiry {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_i64(self.as_millis())
    }
}

impl<'de> Deserialize<'de> for Expiry {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Millis;

        impl Visitor<'_> for Millis {
            type Value = Expiry;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an integer of milliseconds")
            }

            fn visit_i64<E: serde::de::Error>(self, millis: i64) -> Result<Expiry, E> {
                Ok(Expiry::from_millis(millis))
            }

            fn visit_u64<E: serde::de::Error>(self, millis: u64) -> Result<Expiry, E> {
                let millis = i64::try_from(millis);
                millis.map(Expiry::from_millis).map_err(|_| E::custom("the expiry does not fit into 64 bits"))
            }

            fn visit_str<E: serde::de::Error>(self, _: &str) -> Result<Expiry, E> {
                Err(E::custom("the expiry is a string, and an integer of milliseconds is wanted"))
            }
        }

        deserializer.deserialize_any(Millis)
    }
}

/// A list whose error does not quote another value.
struct List<T>(Vec<T>);

impl<'de, T: Deserialize<'de>> Deserialize<'de> for List<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Elements<T>(PhantomData<T>);

        impl<'de, T: Deserialize<'de>> Visitor<'de> for Elements<T> {
            type Value = List<T>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a list")
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut access: A) -> Result<List<T>, A::Error> {
                let mut elements = Vec::new();
                while let Some(element) = access.next_element()? {
                    elements.push(element);
                }
                Ok(List(elements))
            }

            fn visit_str<E: serde::de::Error>(self, _: &str) -> Result<List<T>, E> {
                Err(E::custom("expected a list, found a string"))
            }
        }

        deserializer.deserialize_any(Elements(PhantomData))
    }
}

// Private: a token by itself is not (de)serialised.
struct Secret(Token);

impl<'de> Deserialize<'de> for Secret {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_str(Text("a token", PhantomData)).map(Self)
    }
}

/// The name of a member.
struct Key<'de>(Cow<'de, str>);

impl<'de> Deserialize<'de> for Key<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Name;

        impl<'de> Visitor<'de> for Name {
            type Value = Key<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("the name of a member")
            }

            fn visit_borrowed_str<E: serde::de::Error>(self, name: &'de str) -> Result<Key<'de>, E> {
                Ok(Key(Cow::Borrowed(name)))
            }

            fn visit_str<E: serde::de::Error>(self, name: &str) -> Result<Key<'de>, E> {
                Ok(Key(Cow::Owned(name.to_string())))
            }
        }

        deserializer.deserialize_identifier(Name)
    }
}

/// The members that are not of the format, which are passed over as the server does.
#[derive(Default)]
struct Others<'de>(Vec<Cow<'de, str>>);

impl<'de> Others<'de> {
    fn pass_over<A: MapAccess<'de>>(&mut self, name: Cow<'de, str>, access: &mut A) -> Result<(), A::Error> {
        self.0.push(name);
        access.next_value::<IgnoredAny>().map(drop)
    }

    /// Rejects a misspelt member; its name is not quoted.
    fn refuse<E: serde::de::Error>(&self, is_mistaken: impl Fn(&str) -> bool) -> Result<(), E> {
        if self.0.iter().any(|name| is_mistaken(name)) {
            return Err(E::custom("unknown member, which is probably a misspelt one"));
        }
        Ok(())
    }
}

/// Those of the members that are not there.
fn absent<const N: usize>(members: [(&'static str, bool); N]) -> Vec<&'static str> {
    members.into_iter().filter(|(_, is_there)| !is_there).map(|(name, _)| name).collect()
}

fn set<'de, A: MapAccess<'de>, T: Deserialize<'de>>(
    member: &mut Option<T>,
    access: &mut A,
    name: &'static str,
) -> Result<(), A::Error> {
    if member.is_some() {
        return Err(A::Error::duplicate_field(name));
    }
    *member = Some(access.next_value()?);
    Ok(())
}

impl Serialize for TokenEntry {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let length = 3 + usize::from(self.expiry().is_some());
        let mut entry = serializer.serialize_struct("TokenEntry", length)?;
        entry.serialize_field("token", self.token().expose())?;
        entry.serialize_field("name", self.name())?;
        match self.expiry() {
            Some(expiry) => entry.serialize_field("expiry_millis", &expiry)?,
            None => entry.skip_field("expiry_millis")?,
        }
        entry.serialize_field("permissions", self.permissions())?;
        entry.end()
    }
}

impl<'de> Deserialize<'de> for TokenEntry {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Members;

        impl<'de> Visitor<'de> for Members {
            type Value = TokenEntry;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object with `token`, `name` and `permissions`")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<TokenEntry, A::Error> {
                let (mut token, mut name, mut expiry, mut permissions) = (None, None, None, None);
                let mut others = Others::default();
                while let Some(Key(key)) = access.next_key()? {
                    match key.as_ref() {
                        "token" => set(&mut token, &mut access, "token")?,
                        "name" => set(&mut name, &mut access, "name")?,
                        "expiry_millis" => set(&mut expiry, &mut access, "expiry_millis")?,
                        "permissions" => set(&mut permissions, &mut access, "permissions")?,
                        _ => others.pass_over(key, &mut access)?,
                    }
                }
                let absent = absent([
                    ("token", token.is_some()),
                    ("name", name.is_some()),
                    ("expiry_millis", expiry.is_some()),
                    ("permissions", permissions.is_some()),
                ]);
                others.refuse(|name| is_mistaken(name, &absent, &ENTRY_LISTS))?;
                let Secret(token) = token.ok_or_else(|| A::Error::missing_field("token"))?;
                let name = name.ok_or_else(|| A::Error::missing_field("name"))?;
                let List(permissions) = permissions.ok_or_else(|| A::Error::missing_field("permissions"))?;
                Ok(TokenEntry::new(name, token).with_expiry(expiry.flatten()).with_permissions(permissions))
            }

            fn visit_str<E: serde::de::Error>(self, _: &str) -> Result<TokenEntry, E> {
                Err(E::custom("expected an object, found a string"))
            }
        }

        deserializer.deserialize_any(Members)
    }
}

impl Serialize for TokenFile {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let length = 1 + usize::from(!self.create_databases().is_empty());
        let mut file = serializer.serialize_struct("TokenFile", length)?;
        if self.create_databases().is_empty() {
            file.skip_field("create_databases")?;
        } else {
            file.serialize_field("create_databases", self.create_databases())?;
        }
        file.serialize_field("tokens", self.tokens())?;
        file.end()
    }
}

impl<'de> Deserialize<'de> for TokenFile {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Members;

        impl<'de> Visitor<'de> for Members {
            type Value = TokenFile;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object with `tokens`")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<TokenFile, A::Error> {
                let (mut databases, mut tokens) = (None, None);
                let mut others = Others::default();
                while let Some(Key(key)) = access.next_key()? {
                    match key.as_ref() {
                        "create_databases" => set(&mut databases, &mut access, "create_databases")?,
                        "tokens" => set(&mut tokens, &mut access, "tokens")?,
                        _ => others.pass_over(key, &mut access)?,
                    }
                }
                let absent =
                    absent([("create_databases", databases.is_some()), ("tokens", tokens.is_some())]);
                others.refuse(|name| is_mistaken(name, &absent, &FILE_MEMBERS))?;
                let List(databases) = databases.flatten().unwrap_or(List(Vec::new()));
                let List(tokens) = tokens.ok_or_else(|| A::Error::missing_field("tokens"))?;
                TokenFile::new(databases, tokens).map_err(A::Error::custom)
            }

            fn visit_str<E: serde::de::Error>(self, _: &str) -> Result<TokenFile, E> {
                Err(E::custom("expected an object, found a string"))
            }
        }

        deserializer.deserialize_any(Members)
    }
}

impl TokenFile {
    /// The file as JSON text, indented by two spaces, with a final newline. It holds the secrets, and is wiped when
    /// dropped.
    ///
    /// ```
    /// use influxdb3_offline_tokens::TokenFile;
    ///
    /// assert_eq!(&*TokenFile::default().to_json(), b"{\n  \"tokens\": []\n}\n");
    /// ```
    #[must_use]
    pub fn to_json(&self) -> SecretBytes {
        pretty(self)
    }
}
