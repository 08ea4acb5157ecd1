//! Conversions from text for types with a function `parse`.

macro_rules! from_text {
    ($($type:ty, $error:ty);+ $(;)?) => {$(
        impl core::str::FromStr for $type {
            type Err = $error;

            fn from_str(text: &str) -> Result<Self, $error> {
                Self::parse(text)
            }
        }

        impl TryFrom<&str> for $type {
            type Error = $error;

            fn try_from(text: &str) -> Result<Self, $error> {
                Self::parse(text)
            }
        }

        impl TryFrom<alloc::string::String> for $type {
            type Error = $error;

            fn try_from(text: alloc::string::String) -> Result<Self, $error> {
                // The text may be a secret.
                Self::parse(&zeroize::Zeroizing::new(text))
            }
        }
    )+};
}

pub(crate) use from_text;
