//! serde for what the HTTP API has.

use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;
use core::marker::PhantomData;

use serde::de::{Deserialize, Deserializer, Error as _, MapAccess, Visitor};
use serde::ser::{Serialize, SerializeStruct, Serializer};

use super::{Key, List, Others, Text, absent, set};
use crate::json::compact;
use crate::permission::Permission;
use crate::server::{HttpPermission, HttpTokenRequest};
use crate::suggest::{Word, meant};

fn is_misspelt(name: &str, known: &[&'static str]) -> bool {
    meant(name, known.iter().copied()).is_some()
}

struct Plain(String);

impl AsRef<str> for Plain {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

impl<'de> Deserialize<'de> for Plain {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_str(Text("a string", PhantomData)).map(Self)
    }
}

/// A number of seconds; null is none.
struct Seconds(Option<u64>);

impl<'de> Deserialize<'de> for Seconds {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Number;

        impl<'de> Visitor<'de> for Number {
            type Value = Seconds;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a number of seconds")
            }

            fn visit_u64<E: serde::de::Error>(self, seconds: u64) -> Result<Seconds, E> {
                Ok(Seconds(Some(seconds)))
            }

            // TOML and others have no integers without sign.
            fn visit_i64<E: serde::de::Error>(self, seconds: i64) -> Result<Seconds, E> {
                let seconds = u64::try_from(seconds);
                seconds
                    .map(|seconds| Seconds(Some(seconds)))
                    .map_err(|_| E::custom("a number of seconds is negative"))
            }

            fn visit_none<E: serde::de::Error>(self) -> Result<Seconds, E> {
                Ok(Seconds(None))
            }

            fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Seconds, D::Error> {
                deserializer.deserialize_any(self)
            }

            fn visit_unit<E: serde::de::Error>(self) -> Result<Seconds, E> {
                Ok(Seconds(None))
            }

            fn visit_str<E: serde::de::Error>(self, _: &str) -> Result<Seconds, E> {
                Err(E::custom("expected a number of seconds, found a string"))
            }
        }

        deserializer.deserialize_any(Number)
    }
}

impl Serialize for HttpPermission {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut object = serializer.serialize_struct("HttpPermission", 3)?;
        object.serialize_field("resource_type", self.0.resource_type())?;
        object.serialize_field("resource_names", &self.names())?;
        object.serialize_field("actions", &self.actions())?;
        object.end()
    }
}

impl<'de> Deserialize<'de> for HttpPermission {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Members;

        impl<'de> Visitor<'de> for Members {
            type Value = HttpPermission;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object with `resource_type`, `resource_names` and `actions`")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<HttpPermission, A::Error> {
                let (mut resource_type, mut names, mut actions) = (None, None, None);
                let mut others = Others::default();
                while let Some(Key(key)) = access.next_key()? {
                    match key.as_ref() {
                        "resource_type" => set(&mut resource_type, &mut access, "resource_type")?,
                        "resource_names" => set(&mut names, &mut access, "resource_names")?,
                        "actions" => set(&mut actions, &mut access, "actions")?,
                        _ => others.pass_over(key, &mut access)?,
                    }
                }
                let absent = absent([
                    ("resource_type", resource_type.is_some()),
                    ("resource_names", names.is_some()),
                    ("actions", actions.is_some()),
                ]);
                others.refuse(|name| name == "resource_identifier" || is_misspelt(name, &absent))?;
                let Plain(resource_type) =
                    resource_type.ok_or_else(|| A::Error::missing_field("resource_type"))?;
                let List::<Plain>(names) = names.ok_or_else(|| A::Error::missing_field("resource_names"))?;
                let List::<Plain>(actions) = actions.ok_or_else(|| A::Error::missing_field("actions"))?;
                HttpPermission::from_parts(&resource_type, &names, &actions).map_err(A::Error::custom)
            }

            fn visit_str<E: serde::de::Error>(self, _: &str) -> Result<HttpPermission, E> {
                Err(E::custom("expected an object, found a string"))
            }
        }

        deserializer.deserialize_any(Members)
    }
}

impl Serialize for HttpTokenRequest {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let length = 2 + usize::from(self.expiry_secs().is_some());
        let permissions: Vec<_> = self.permissions().iter().cloned().map(HttpPermission).collect();
        let mut body = serializer.serialize_struct("HttpTokenRequest", length)?;
        body.serialize_field("token_name", self.name())?;
        body.serialize_field("permissions", &permissions)?;
        match self.expiry_secs() {
            Some(seconds) => body.serialize_field("expiry_secs", &seconds)?,
            None => body.skip_field("expiry_secs")?,
        }
        body.end()
    }
}

impl<'de> Deserialize<'de> for HttpTokenRequest {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Members;

        impl<'de> Visitor<'de> for Members {
            type Value = HttpTokenRequest;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object with `token_name` and `permissions`")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<HttpTokenRequest, A::Error> {
                let (mut name, mut permissions, mut seconds) = (None, None, None);
                let mut others = Others::default();
                while let Some(Key(key)) = access.next_key()? {
                    match key.as_ref() {
                        "token_name" => set(&mut name, &mut access, "token_name")?,
                        "permissions" => set(&mut permissions, &mut access, "permissions")?,
                        "expiry_secs" => set(&mut seconds, &mut access, "expiry_secs")?,
                        _ => others.pass_over(key, &mut access)?,
                    }
                }
                let expires = matches!(seconds, Some(Seconds(Some(_))));
                let absent = absent([
                    ("token_name", name.is_some()),
                    ("permissions", permissions.is_some()),
                    ("expiry_secs", expires),
                ]);
                others
                    .refuse(|name| is_misspelt(name, &absent) || !expires && Word::new(name).is_expiry())?;
                let name = name.ok_or_else(|| A::Error::missing_field("token_name"))?;
                let List(permissions) = permissions.ok_or_else(|| A::Error::missing_field("permissions"))?;
                let permissions = permissions.into_iter().map(|HttpPermission(permission)| permission);
                Ok(HttpTokenRequest::new(name, permissions, seconds.and_then(|Seconds(seconds)| seconds)))
            }

            fn visit_str<E: serde::de::Error>(self, _: &str) -> Result<HttpTokenRequest, E> {
                Err(E::custom("expected an object, found a string"))
            }
        }

        deserializer.deserialize_any(Members)
    }
}

impl HttpPermission {
    /// The object as JSON text on one line.
    ///
    /// ```
    /// use influxdb3_offline_tokens::Permission;
    /// use influxdb3_offline_tokens::server::HttpPermission;
    ///
    /// let permission = HttpPermission(Permission::parse("system:ping:read")?);
    /// assert_eq!(permission.to_json(), r#"{"resource_type":"system","resource_names":["ping"],"actions":["read"]}"#);
    /// # Ok::<(), influxdb3_offline_tokens::permission::ParsePermissionError>(())
    /// ```
    #[must_use]
    pub fn to_json(&self) -> String {
        compact(self)
    }
}

impl From<Permission> for HttpPermission {
    fn from(permission: Permission) -> Self {
        Self(permission)
    }
}

impl HttpTokenRequest {
    /// The body as JSON text on one line. There is no secret in it.
    ///
    /// ```
    /// use influxdb3_offline_tokens::TokenName;
    /// use influxdb3_offline_tokens::server::HttpTokenRequest;
    ///
    /// let request = HttpTokenRequest::new(TokenName::parse("app")?, [], None);
    /// assert_eq!(request.to_json(), r#"{"token_name":"app","permissions":[]}"#);
    /// # Ok::<(), influxdb3_offline_tokens::name::InvalidName>(())
    /// ```
    #[must_use]
    pub fn to_json(&self) -> String {
        compact(self)
    }
}
