//! The conversion of a value of any serde format to JSON.

use core::fmt;

use serde::de::{Deserialize, DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};

use crate::json::push_value;
use crate::secret::SecretBytes;

/// The JSON text of a value.
pub(super) struct Json(SecretBytes);

impl Json {
    pub(super) fn as_bytes(&self) -> &[u8] {
        &self.0
    }
}

impl<'de> Deserialize<'de> for Json {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let mut text = SecretBytes::default();
        Value(&mut text).deserialize(deserializer)?;
        Ok(Self(text))
    }
}

/// Appends one value to a text.
struct Value<'t>(&'t mut SecretBytes);

impl<'de> DeserializeSeed<'de> for Value<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

macro_rules! visit_scalars {
    ($($visit:ident: $type:ty),+) => {$(
        fn $visit<E>(self, value: $type) -> Result<(), E> {
            push_value(self.0, &value);
            Ok(())
        }
    )+};
}

impl<'de> Visitor<'de> for Value<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    visit_scalars!(visit_bool: bool, visit_i64: i64, visit_u64: u64, visit_str: &str);

    fn visit_f64<E: serde::de::Error>(self, value: f64) -> Result<(), E> {
        if !value.is_finite() {
            // It would be written as `null`, so the token would never expire.
            return Err(E::custom("a number must be finite"));
        }
        push_value(self.0, &value);
        Ok(())
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        self.0.push(b"null");
        Ok(())
    }

    fn visit_none<E: serde::de::Error>(self) -> Result<(), E> {
        self.visit_unit()
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        self.deserialize(deserializer)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut elements: A) -> Result<(), A::Error> {
        self.0.push(b"[");
        while elements.next_element_seed(Value(self.0))?.is_some() {
            self.0.push(b",");
        }
        self.close(b"]");
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<(), A::Error> {
        self.0.push(b"{");
        while members.next_key_seed(Value(self.0))?.is_some() {
            self.0.push(b":");
            members.next_value_seed(Value(self.0))?;
            self.0.push(b",");
        }
        self.close(b"}");
        Ok(())
    }
}

impl Value<'_> {
    /// Writes the closing bracket in place of the last comma.
    fn close(self, bracket: &[u8]) {
        self.0.0.pop_if(|last| *last == b',');
        self.0.push(bracket);
    }
}
