//! The one table of diagnostic codes. An id and a name are permanent: they are never used again for something else.
#![doc = include_str!("code/codes.md")]

use core::fmt;
use core::str::FromStr;

use thiserror::Error;

use crate::suggest::meant;

/// How bad a finding is.
///
/// ```
/// use influxdb3_offline_tokens::Severity;
///
/// assert!(Severity::Error > Severity::Warning && Severity::Warning > Severity::Note);
/// assert_eq!(Severity::Warning.to_string(), "warning");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// Good to know.
    Note,
    /// The file loads, and very likely does not do what was meant, or is unsafe.
    Warning,
    /// The file breaks the schema or the grammar, the server refuses it, or it damages another token.
    Error,
}

impl Severity {
    /// `note`, `warning` or `error`.
    ///
    /// ```
    /// use influxdb3_offline_tokens::Severity;
    ///
    /// assert_eq!(Severity::Warning.as_str(), "warning");
    /// ```
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Note => "note",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }

    /// The severity of that name.
    ///
    /// ```
    /// use influxdb3_offline_tokens::Severity;
    ///
    /// assert_eq!(Severity::parse("note"), Ok(Severity::Note));
    /// ```
    ///
    /// # Errors
    /// Any other text.
    pub fn parse(text: &str) -> Result<Self, UnknownSeverity> {
        let all = [Self::Note, Self::Warning, Self::Error];
        all.into_iter().find(|severity| severity.as_str() == text).ok_or(UnknownSeverity(()))
    }
}

impl FromStr for Severity {
    type Err = UnknownSeverity;

    fn from_str(text: &str) -> Result<Self, UnknownSeverity> {
        Self::parse(text)
    }
}

impl TryFrom<&str> for Severity {
    type Error = UnknownSeverity;

    fn try_from(text: &str) -> Result<Self, UnknownSeverity> {
        Self::parse(text)
    }
}

/// A text that is no severity.
///
/// ```
/// use influxdb3_offline_tokens::Severity;
///
/// assert_eq!("warning".parse(), Ok(Severity::Warning));
/// let error = "fatal".parse::<Severity>().unwrap_err();
/// assert_eq!(error.to_string(), "a severity is `note`, `warning` or `error`");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("a severity is `note`, `warning` or `error`")]
pub struct UnknownSeverity(());

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

macro_rules! codes {
    ($($variant:ident = $id:literal, $name:literal, $severity:ident, $summary:literal;)+) => {
        /// One kind of finding: a permanent id and name, a default severity, a summary and an explanation.
        ///
        /// ```
        /// use influxdb3_offline_tokens::{Code, Severity};
        ///
        /// let code = Code::parse("unknown-action")?;
        /// assert_eq!(code, Code::UnknownAction);
        /// assert_eq!((code.id(), code.severity()), ("T0214", Severity::Error));
        /// assert_eq!(Code::parse("T0214"), Ok(code));
        /// # Ok::<(), influxdb3_offline_tokens::UnknownCode>(())
        /// ```
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        pub enum Code {
            $(
                #[doc = concat!("`", $id, "` `", $name, "`: ", $summary, ".")]
                $variant,
            )+
        }

        impl Code {
            /// Every code, in the order of the ids.
            ///
            /// ```
            /// use influxdb3_offline_tokens::{Code, Severity};
            ///
            /// assert!(Code::ALL.is_sorted_by_key(|code| code.id()));
            /// assert!(Code::ALL.iter().any(|code| code.severity() == Severity::Note));
            /// ```
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The permanent id, such as `T0214`.
            ///
            /// ```
            /// use influxdb3_offline_tokens::Code;
            ///
            /// assert_eq!(Code::UnknownAction.id(), "T0214");
            /// ```
            #[must_use]
            pub const fn id(self) -> &'static str {
                match self { $(Self::$variant => $id,)+ }
            }

            /// The permanent name, such as `unknown-action`: it names the mistake.
            ///
            /// ```
            /// use influxdb3_offline_tokens::Code;
            ///
            /// assert_eq!(Code::UnknownAction.name(), "unknown-action");
            /// ```
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self { $(Self::$variant => $name,)+ }
            }

            /// The severity where nobody chose another. Three codes vary: `database-name-too-long` is only a warning up to 511
            /// bytes, `wildcard-database` is a warning where `write`, `create` or `delete` is granted, and `unexpanded-variable`
            /// is a warning in the name of a token.
            ///
            /// ```
            /// use influxdb3_offline_tokens::{Code, Severity};
            ///
            /// assert_eq!(Code::WildcardDatabase.severity(), Severity::Note);
            /// ```
            #[must_use]
            pub const fn severity(self) -> Severity {
                match self { $(Self::$variant => Severity::$severity,)+ }
            }

            /// The mistake in a line.
            ///
            /// ```
            /// use influxdb3_offline_tokens::Code;
            ///
            /// assert_eq!(Code::DuplicateName.summary(), "two tokens have one name");
            /// ```
            #[must_use]
            pub const fn summary(self) -> &'static str {
                match self { $(Self::$variant => $summary,)+ }
            }

            /// Markdown under four headings: what it does, why it is bad, example, use instead.
            ///
            /// ```
            /// use influxdb3_offline_tokens::Code;
            ///
            /// assert!(Code::NeverExpires.explanation().contains("## Use instead"));
            /// ```
            #[must_use]
            pub const fn explanation(self) -> &'static str {
                match self { $(Self::$variant => include_str!(concat!("code/", $id, "-", $name, ".md")),)+ }
            }
        }
    };
}

codes! {
    InvalidUtf8 = "T0101", "invalid-utf8", Error, "the file is not UTF-8";
    ByteOrderMark = "T0102", "byte-order-mark", Error, "the file begins with a byte order mark";
    EmptyFile = "T0103", "empty-file", Error, "there is nothing in the file";
    JsonSyntax = "T0104", "json-syntax", Error, "the file is not JSON";
    NestedTooDeeply = "T0105", "nested-too-deeply", Error, "arrays and objects are nested too deeply";
    DuplicateMember = "T0106", "duplicate-member", Error, "a member stands twice in one object";
    NotAnObject = "T0107", "not-an-object", Error, "the file is not one JSON object";
    ArrayAtTop = "T0108", "array-at-top", Error, "the file is an array instead of an object with `tokens`";
    BareToken = "T0109", "bare-token", Error, "the file is a plain token";
    AdminTokenFile = "T0110", "admin-token-file", Error, "the file is an admin token file";
    HttpRequestBody = "T0111", "http-request-body", Error, "a member of the HTTP API stands in the file";
    MissingMember = "T0112", "missing-member", Error, "a required member is missing";
    WrongType = "T0113", "wrong-type", Error, "a value has the wrong JSON type";
    UnknownMember = "T0114", "unknown-member", Warning, "the server ignores this member";
    MisspeltMember = "T0115", "misspelt-member", Error, "a member is misspelt and would be ignored";
    PermissionsNotAList = "T0116", "permissions-not-a-list", Error, "`permissions` is not a list of strings";
    PermissionObject = "T0117", "permission-object", Error, "a permission is an object instead of a string";
    CreateDatabasesNotAList = "T0118", "create-databases-not-a-list", Error, "`create_databases` is not a list of strings";
    ExpiryNotAnInteger = "T0119", "expiry-not-an-integer", Error, "`expiry_millis` is not an integer";
    TokensFile = "T0120", "tokens-file", Error, "the file is a tokens file, and an admin token file is wanted";
    MissingPart = "T0201", "missing-part", Error, "a permission lacks one of its three parts";
    ExtraPart = "T0202", "extra-part", Error, "a permission has more than three parts";
    EmptyPart = "T0203", "empty-part", Error, "a part of a permission is empty";
    EmptyItem = "T0204", "empty-item", Error, "an item of a list in a permission is empty";
    Whitespace = "T0205", "whitespace", Error, "there is white space in a permission";
    UnknownResourceType = "T0206", "unknown-resource-type", Error, "the resource type does not exist";
    AdminPermission = "T0207", "admin-permission", Error, "only an admin token can have this permission";
    MixedWildcard = "T0208", "mixed-wildcard", Error, "`*` stands among names";
    Glob = "T0209", "glob", Error, "there are no patterns in names";
    BadDatabaseName = "T0210", "bad-database-name", Error, "no database of this name can be written to";
    DatabaseNameTooLong = "T0211", "database-name-too-long", Error, "a database name is too long";
    PlaceholderName = "T0212", "placeholder-name", Warning, "a database name is copied from an example";
    UnexpandedVariable = "T0213", "unexpanded-variable", Error, "a variable was not filled in";
    UnknownAction = "T0214", "unknown-action", Error, "the action does not exist";
    WildcardAction = "T0215", "wildcard-action", Error, "`*` is not an action";
    ActionNotGrantable = "T0216", "action-not-grantable", Error, "the action cannot be granted to a resource token";
    ActionNotForType = "T0217", "action-not-for-type", Error, "the action does not exist for this resource type";
    UnknownSystemResource = "T0218", "unknown-system-resource", Error, "the system resource does not exist";
    TokenPrefix = "T0301", "token-prefix", Error, "a token does not begin with `apiv3_`";
    TokenCharacters = "T0302", "token-characters", Error, "a token has characters that no header can carry";
    PlaceholderToken = "T0303", "placeholder-token", Warning, "a token is copied from an example";
    WeakToken = "T0304", "weak-token", Warning, "a token is easy to guess";
    TokenWithColon = "T0305", "token-with-colon", Warning, "a token with `:` cannot be used with Basic authentication";
    EmptyName = "T0306", "empty-name", Error, "a token has an empty name";
    ReservedName = "T0307", "reserved-name", Error, "a token has the name of the operator token";
    NameWithSurroundingSpace = "T0308", "name-with-surrounding-space", Warning, "a name begins or ends with white space";
    Expired = "T0309", "expired", Warning, "a token has expired";
    ExpiryInSeconds = "T0310", "expiry-in-seconds", Warning, "an expiry looks like seconds";
    ExpiryTooFine = "T0311", "expiry-too-fine", Warning, "an expiry looks like microseconds or nanoseconds";
    ExpiryNotPositive = "T0312", "expiry-not-positive", Warning, "an expiry is zero or negative";
    NeverExpires = "T0313", "never-expires", Note, "a token never expires";
    ExpiresSoon = "T0314", "expires-soon", Warning, "a token expires soon";
    ExpiresFar = "T0315", "expires-far", Note, "a token expires far in the future";
    TokenInName = "T0316", "token-in-name", Warning, "a token stands in a name";
    DuplicateName = "T0401", "duplicate-name", Error, "two tokens have one name";
    DuplicateToken = "T0402", "duplicate-token", Error, "two entries have one token";
    NoTokens = "T0403", "no-tokens", Warning, "there is no token in the file";
    NoPermissions = "T0404", "no-permissions", Warning, "a token has no permission";
    DuplicatePermission = "T0405", "duplicate-permission", Warning, "a token has the same permission twice";
    DuplicateItem = "T0406", "duplicate-item", Warning, "an item stands twice in a permission";
    RedundantPermission = "T0407", "redundant-permission", Note, "another permission covers this one";
    SpecificHidesWildcard = "T0408", "specific-hides-wildcard", Warning, "a permission for one database hides the one for all";
    WildcardDatabase = "T0409", "wildcard-database", Note, "a permission covers all databases";
    GrantedNotCreated = "T0410", "granted-not-created", Warning, "a database is granted and not created";
    CreatedNotGranted = "T0411", "created-not-granted", Note, "a database is created and no token may use it";
    DuplicateDatabase = "T0412", "duplicate-database", Warning, "a database stands twice in `create_databases`";
    CreateWildcard = "T0413", "create-wildcard", Error, "`*` stands in `create_databases`";
    TooManyDatabases = "T0414", "too-many-databases", Warning, "there are more databases than the server allows by default";
    InternalDatabase = "T0415", "internal-database", Warning, "only admin tokens reach `_internal`";
    UndocumentedAction = "T0416", "undocumented-action", Note, "the action is accepted and not documented";
    NeedsNewerRelease = "T0417", "needs-newer-release", Error, "the target release does not accept this";
    AllowsDelete = "T0418", "allows-delete", Warning, "the target release allows deleting databases with this action";
    ReadableByOthers = "T0501", "readable-by-others", Warning, "others than the owner have access to the file";
    ForeignOwner = "T0502", "foreign-owner", Warning, "the file belongs to another user";
    SeveralLinks = "T0503", "several-links", Note, "the file has several names";
}

impl Code {
    /// The number of codes.
    #[cfg(feature = "std")]
    pub(crate) const COUNT: usize = Self::ALL.len();

    /// Returns the severity that some findings of the code have instead of its default.
    #[cfg(feature = "std")]
    pub(crate) const fn other_severity(self) -> Option<Severity> {
        match self {
            Self::DatabaseNameTooLong | Self::WildcardDatabase | Self::UnexpandedVariable => {
                Some(Severity::Warning)
            }
            _ => None,
        }
    }

    /// Finds a code by its id or its name.
    ///
    /// ```
    /// use influxdb3_offline_tokens::Code;
    ///
    /// assert_eq!(Code::parse("never-expires")?, Code::NeverExpires);
    /// assert_eq!(Code::parse("T0313")?, Code::NeverExpires);
    /// # Ok::<(), influxdb3_offline_tokens::UnknownCode>(())
    /// ```
    ///
    /// # Errors
    /// A text that is neither; the error says which name comes near.
    pub fn parse(text: &str) -> Result<Self, UnknownCode> {
        let found = Self::ALL.iter().copied().find(|code| code.name() == text || code.id() == text);
        found.ok_or_else(|| UnknownCode {
            meant: meant(text, Self::ALL.iter().map(|code| code.name()))
                .and_then(|(name, _)| Self::ALL.iter().copied().find(|code| code.name() == name)),
        })
    }
}

impl TryFrom<&str> for Code {
    type Error = UnknownCode;

    fn try_from(text: &str) -> Result<Self, UnknownCode> {
        Self::parse(text)
    }
}

impl FromStr for Code {
    type Err = UnknownCode;

    fn from_str(text: &str) -> Result<Self, UnknownCode> {
        Self::parse(text)
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// A text that is neither the id nor the name of a code.
///
/// ```
/// use influxdb3_offline_tokens::Code;
///
/// let error = Code::parse("unkown-action").unwrap_err();
/// assert_eq!(error.suggestion(), Some(Code::UnknownAction));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("there is no such code{}", self.meant.map(|code| alloc::format!("; did you mean `{code}`?")).unwrap_or_default())]
pub struct UnknownCode {
    meant: Option<Code>,
}

impl UnknownCode {
    /// The code whose name comes near, if one does.
    ///
    /// ```
    /// use influxdb3_offline_tokens::Code;
    ///
    /// let error = "unkown-action".parse::<Code>().unwrap_err();
    /// assert_eq!(error.suggestion(), Some(Code::UnknownAction));
    /// ```
    #[must_use]
    pub const fn suggestion(&self) -> Option<Code> {
        self.meant
    }
}
