//! serde for the admin token file.

use alloc::string::String;
use core::fmt;
use core::marker::PhantomData;

use serde::de::{Deserialize, Deserializer, Error as _, MapAccess, Visitor};
use serde::ser::{Serialize, SerializeStruct, Serializer};

use super::{Key, Others, Secret, Text, absent, set};
use crate::document::is_mistaken;
use crate::file::AdminTokenFile;
use crate::json::pretty;
use crate::secret::SecretBytes;

/// A string whose error does not quote another value.
struct Plain(String);

impl<'de> Deserialize<'de> for Plain {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_str(Text("a string", PhantomData)).map(Self)
    }
}

impl Serialize for AdminTokenFile {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let length = 2 + usize::from(self.description().is_some()) + usize::from(self.expiry().is_some());
        let mut file = serializer.serialize_struct("AdminTokenFile", length)?;
        file.serialize_field("token", self.token().expose())?;
        file.serialize_field("name", self.name())?;
        match self.description() {
            Some(description) => file.serialize_field("description", description)?,
            None => file.skip_field("description")?,
        }
        match self.expiry() {
            Some(expiry) => file.serialize_field("expiry_millis", &expiry)?,
            None => file.skip_field("expiry_millis")?,
        }
        file.end()
    }
}

impl<'de> Deserialize<'de> for AdminTokenFile {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Members;

        impl<'de> Visitor<'de> for Members {
            type Value = AdminTokenFile;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object with `token` and `name`")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<AdminTokenFile, A::Error> {
                let (mut token, mut name, mut description, mut expiry) = (None, None, None, None);
                let mut others = Others::default();
                while let Some(Key(key)) = access.next_key()? {
                    match key.as_ref() {
                        "token" => set(&mut token, &mut access, "token")?,
                        "name" => set(&mut name, &mut access, "name")?,
                        "description" => set(&mut description, &mut access, "description")?,
                        "expiry_millis" => set(&mut expiry, &mut access, "expiry_millis")?,
                        _ => others.pass_over(key, &mut access)?,
                    }
                }
                let absent = absent([
                    ("token", token.is_some()),
                    ("name", name.is_some()),
                    ("description", description.is_some()),
                    ("expiry_millis", expiry.is_some()),
                ]);
                others.refuse(|name| is_mistaken(name, &absent, &[]))?;
                let Secret(token) = token.ok_or_else(|| A::Error::missing_field("token"))?;
                let Plain(name) = name.ok_or_else(|| A::Error::missing_field("name"))?;
                let description =
                    description.as_ref().and_then(Option::as_ref).map(|Plain(text)| text.as_str());
                let file = AdminTokenFile::new(token).with_name(&name).map_err(A::Error::custom)?;
                Ok(file.with_description(description).with_expiry(expiry.flatten()))
            }

            fn visit_str<E: serde::de::Error>(self, _: &str) -> Result<AdminTokenFile, E> {
                Err(E::custom("expected an object, found a string"))
            }
        }

        deserializer.deserialize_any(Members)
    }
}

impl AdminTokenFile {
    /// The file as JSON text, indented by two spaces, with a final newline, as the vendor's command writes it (server
    /// source). It holds the secret, and is wiped when dropped.
    ///
    /// ```
    /// use influxdb3_offline_tokens::{AdminTokenFile, Token};
    ///
    /// let file = AdminTokenFile::new(Token::parse("apiv3_a")?);
    /// assert_eq!(&*file.to_json(), b"{\n  \"token\": \"apiv3_a\",\n  \"name\": \"_admin\"\n}\n");
    /// # Ok::<(), influxdb3_offline_tokens::token::InvalidToken>(())
    /// ```
    #[must_use]
    pub fn to_json(&self) -> SecretBytes {
        pretty(self)
    }
}
