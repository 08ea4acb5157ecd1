//! The types of JSON values.

/// The type of a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Null,
    Bool,
    Number,
    String,
    Array,
    Object,
    /// A syntax error, already reported.
    Invalid,
}

impl Kind {
    /// Returns the type with its article, as in "a string".
    pub(crate) const fn description(self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Bool => "a boolean",
            Self::Number => "a number",
            Self::String => "a string",
            Self::Array => "an array",
            Self::Object => "an object",
            Self::Invalid => "an invalid value",
        }
    }
}
