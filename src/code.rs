//! Diagnostic codes. Ids and names are permanent and never reused.

use core::fmt;

use thiserror::Error;

use crate::from_text::from_text;
use crate::secret::Fragment;
use crate::suggest::closest_word;

/// The severity of a finding.
///
/// ```
/// use influxdb3_offline_tokens::Severity;
///
/// assert!(Severity::Error > Severity::Warning && Severity::Warning > Severity::Note);
/// assert_eq!(Severity::Warning.to_string(), "warning");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// Information.
    Note,
    /// The file loads, but probably contains a mistake or is unsafe.
    Warning,
    /// The file violates the schema or the grammar, the server rejects it, or it damages another token.
    Error,
}

impl Severity {
    /// Returns `note`, `warning` or `error`.
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

    /// Parses the name of a severity.
    ///
    /// ```
    /// use influxdb3_offline_tokens::Severity;
    ///
    /// assert_eq!(Severity::parse("note"), Ok(Severity::Note));
    /// ```
    ///
    /// # Errors
    /// Returns an error for any other text.
    pub fn parse(text: &str) -> Result<Self, UnknownSeverity> {
        let all = [Self::Note, Self::Warning, Self::Error];
        all.into_iter()
            .find(|severity| severity.as_str() == text)
            .ok_or_else(|| UnknownSeverity(Fragment::new(text, text)))
    }
}

/// The error for an unknown severity. `Display` quotes the text, unless it may be a secret.
///
/// ```
/// use influxdb3_offline_tokens::Severity;
///
/// assert_eq!("warning".parse(), Ok(Severity::Warning));
/// let error = "fatal".parse::<Severity>().unwrap_err();
/// assert_eq!(error.to_string(), "unknown severity `fatal`: expected `note`, `warning` or `error`");
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("unknown severity{0}: expected `note`, `warning` or `error`")]
pub struct UnknownSeverity(Fragment);

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

macro_rules! codes {
    ($($variant:ident = $id:literal, $name:literal, $severity:ident, $summary:literal;)+) => {
        /// A kind of finding: a permanent id and name, a default severity, a summary and an explanation.
        ///
        /// ```
        /// use influxdb3_offline_tokens::{Code, Severity};
        ///
        /// let code = Code::parse("unknown-action")?;
        /// assert_eq!(code, Code::UnknownAction);
        /// assert_eq!((code.id(), code.severity()), ("T0214", Severity::Error));
        /// assert_eq!(Code::parse("T0214"), Ok(code));
        /// # Ok::<(), influxdb3_offline_tokens::error::UnknownCode>(())
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
            /// Every code, ordered by id.
            ///
            /// ```
            /// use influxdb3_offline_tokens::{Code, Severity};
            ///
            /// assert!(Code::ALL.is_sorted_by_key(|code| code.id()));
            /// assert!(Code::ALL.iter().any(|code| code.severity() == Severity::Note));
            /// ```
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// Returns the permanent id, such as `T0214`.
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

            /// Returns the permanent name, such as `unknown-action`.
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

            /// Returns the default severity. For three codes it depends on the finding:
            ///
            /// - `database-name-too-long` is a warning up to 511 bytes.
            /// - `wildcard-database` is a warning if `write`, `create` or `delete` is granted.
            /// - `unexpanded-variable` is a warning in the name of a token.
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

            /// Returns the mistake in one line.
            ///
            /// ```
            /// use influxdb3_offline_tokens::Code;
            ///
            /// assert_eq!(Code::DuplicateName.summary(), "two tokens have the same name");
            /// ```
            #[must_use]
            pub const fn summary(self) -> &'static str {
                match self { $(Self::$variant => $summary,)+ }
            }

            /// Returns the explanation, as Markdown with four headings: what it does, why it is bad, example, use instead.
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
    // T01xx: the text, its JSON and its members.
    InvalidUtf8 = "T0101", "invalid-utf8", Error, "the file is not valid UTF-8";
    ByteOrderMark = "T0102", "byte-order-mark", Error, "the file starts with a byte order mark";
    EmptyFile = "T0103", "empty-file", Error, "the file is empty";
    JsonSyntax = "T0104", "json-syntax", Error, "the file is not valid JSON";
    NestedTooDeeply = "T0105", "nested-too-deeply", Error, "arrays and objects are nested too deeply";
    DuplicateMember = "T0106", "duplicate-member", Error, "an object has a duplicate member";
    NotAnObject = "T0107", "not-an-object", Error, "the file is not a JSON object";
    ArrayAtTop = "T0108", "array-at-top", Error, "the file is an array instead of an object with `tokens`";
    BareToken = "T0109", "bare-token", Error, "the file is a bare token";
    AdminTokenFile = "T0110", "admin-token-file", Error, "the file is an admin token file";
    HttpRequestBody = "T0111", "http-request-body", Error, "the file has a member of the HTTP API";
    MissingMember = "T0112", "missing-member", Error, "a required member is missing";
    WrongType = "T0113", "wrong-type", Error, "a value has the wrong JSON type";
    UnknownMember = "T0114", "unknown-member", Warning, "a member is unknown, and the server ignores it";
    MisspeltMember = "T0115", "misspelt-member", Error, "a member is misspelt, and the server ignores it";
    PermissionsNotAList = "T0116", "permissions-not-a-list", Error, "`permissions` is not an array of strings";
    PermissionObject = "T0117", "permission-object", Error, "a permission is an object instead of a string";
    CreateDatabasesNotAList = "T0118", "create-databases-not-a-list", Error, "`create_databases` is not an array of strings";
    ExpiryNotAnInteger = "T0119", "expiry-not-an-integer", Error, "`expiry_millis` is not an integer";
    TokensFile = "T0120", "tokens-file", Error, "the file is a tokens file, not an admin token file";
    OtherFile = "T0121", "other-file", Error, "the file is of another kind";
    NullMember = "T0122", "null-member", Warning, "an optional member is `null`";
    // T02xx: the grammar of one permission.
    MissingPart = "T0201", "missing-part", Error, "a permission lacks one of its three parts";
    ExtraPart = "T0202", "extra-part", Error, "a permission has more than three parts";
    EmptyPart = "T0203", "empty-part", Error, "a part of a permission is empty";
    EmptyItem = "T0204", "empty-item", Error, "a list in a permission has an empty item";
    Whitespace = "T0205", "whitespace", Error, "a permission contains whitespace";
    UnknownResourceType = "T0206", "unknown-resource-type", Error, "a permission has an unknown resource type";
    AdminPermission = "T0207", "admin-permission", Error, "only an admin token can have this permission";
    MixedWildcard = "T0208", "mixed-wildcard", Error, "`*` is mixed with names";
    Glob = "T0209", "glob", Error, "a name contains a pattern";
    BadDatabaseName = "T0210", "bad-database-name", Error, "a database name is invalid";
    DatabaseNameTooLong = "T0211", "database-name-too-long", Error, "a database name is too long";
    PlaceholderName = "T0212", "placeholder-name", Warning, "a database name is a placeholder";
    UnexpandedVariable = "T0213", "unexpanded-variable", Error, "a variable is not expanded";
    UnknownAction = "T0214", "unknown-action", Error, "a permission has an unknown action";
    WildcardAction = "T0215", "wildcard-action", Error, "`*` is not an action";
    ActionNotGrantable = "T0216", "action-not-grantable", Error, "the action cannot be granted to a resource token";
    ActionNotForType = "T0217", "action-not-for-type", Error, "the action is not available for this resource type";
    UnknownSystemResource = "T0218", "unknown-system-resource", Error, "a permission has an unknown system resource";
    // T03xx: the token, name and expiry of one entry.
    TokenPrefix = "T0301", "token-prefix", Error, "a token does not start with `apiv3_`";
    TokenCharacters = "T0302", "token-characters", Error, "a token contains characters that a header cannot carry";
    PlaceholderToken = "T0303", "placeholder-token", Warning, "a token is copied from an example";
    WeakToken = "T0304", "weak-token", Warning, "a token is easy to guess";
    TokenWithColon = "T0305", "token-with-colon", Warning, "a token with `:` cannot be used with Basic authentication";
    EmptyName = "T0306", "empty-name", Error, "a token has an empty name";
    ReservedName = "T0307", "reserved-name", Error, "a token has the reserved name of the operator token";
    NameWithSurroundingSpace = "T0308", "name-with-surrounding-space", Warning, "a name starts or ends with whitespace";
    Expired = "T0309", "expired", Warning, "a token has expired";
    ExpiryInSeconds = "T0310", "expiry-in-seconds", Warning, "an expiry looks like seconds";
    ExpiryTooFine = "T0311", "expiry-too-fine", Warning, "an expiry looks like microseconds or nanoseconds";
    ExpiryNotPositive = "T0312", "expiry-not-positive", Warning, "an expiry is zero or negative";
    NeverExpires = "T0313", "never-expires", Note, "a token never expires";
    ExpiresSoon = "T0314", "expires-soon", Warning, "a token expires soon";
    ExpiresFar = "T0315", "expires-far", Note, "a token expires far in the future";
    TokenInName = "T0316", "token-in-name", Warning, "a name contains a token";
    TokenNotUrlSafe = "T0317", "token-not-url-safe", Note, "a token must be encoded in a URL";
    // T04xx: entries, permissions and databases in relation to each other, and to the server.
    DuplicateName = "T0401", "duplicate-name", Error, "two tokens have the same name";
    DuplicateToken = "T0402", "duplicate-token", Error, "two entries have the same token";
    NoTokens = "T0403", "no-tokens", Warning, "`tokens` is empty";
    NoPermissions = "T0404", "no-permissions", Warning, "a token has no permissions";
    DuplicatePermission = "T0405", "duplicate-permission", Warning, "a token has a duplicate permission";
    DuplicateItem = "T0406", "duplicate-item", Warning, "a permission has a duplicate item";
    RedundantPermission = "T0407", "redundant-permission", Note, "other permissions of the token cover this one";
    SpecificHidesWildcard = "T0408", "specific-hides-wildcard", Warning, "a permission for one database shadows the one for `*`";
    WildcardDatabase = "T0409", "wildcard-database", Note, "a permission covers all databases";
    GrantedNotCreated = "T0410", "granted-not-created", Warning, "a database is granted but not created";
    CreatedNotGranted = "T0411", "created-not-granted", Note, "a database is created but not granted";
    DuplicateDatabase = "T0412", "duplicate-database", Warning, "`create_databases` has a duplicate";
    CreateWildcard = "T0413", "create-wildcard", Error, "`create_databases` contains `*`";
    TooManyDatabases = "T0414", "too-many-databases", Warning, "there are more databases than the server allows by default";
    InternalDatabase = "T0415", "internal-database", Warning, "only admin tokens can access `_internal`";
    // T0416 `undocumented-action` is retired: all five actions are documented.
    NeedsNewerRelease = "T0417", "needs-newer-release", Error, "the target release rejects this";
    AllowsDelete = "T0418", "allows-delete", Warning, "the target release allows deleting databases with this action";
    WildcardSystem = "T0419", "wildcard-system", Note, "a permission covers all endpoints, but no `system` tables";
    DefaultRetentionPolicy = "T0420", "default-retention-policy", Warning, "a database name ends with a default retention policy";
    // T05xx: the file on disk.
    ReadableByOthers = "T0501", "readable-by-others", Warning, "users other than the owner have access to the file";
    ForeignOwner = "T0502", "foreign-owner", Warning, "the file is owned by another user";
    SeveralLinks = "T0503", "several-links", Note, "the file has several hard links";
}

impl Code {
    /// The number of codes.
    pub(crate) const COUNT: usize = Self::ALL.len();

    /// Parses the id or the name of a code.
    ///
    /// ```
    /// use influxdb3_offline_tokens::Code;
    ///
    /// assert_eq!(Code::parse("never-expires")?, Code::NeverExpires);
    /// assert_eq!(Code::parse("T0313")?, Code::NeverExpires);
    /// # Ok::<(), influxdb3_offline_tokens::error::UnknownCode>(())
    /// ```
    ///
    /// # Errors
    /// Returns an error for any other text, with a suggestion if there is a similar name.
    pub fn parse(text: &str) -> Result<Self, UnknownCode> {
        let found = Self::ALL.iter().copied().find(|code| code.name() == text || code.id() == text);
        found.ok_or_else(|| UnknownCode {
            suggestion: closest_word(text, Self::ALL.iter().map(|code| code.name()))
                .and_then(|(name, _)| Self::ALL.iter().copied().find(|code| code.name() == name)),
            text: Fragment::new(text, text),
        })
    }
}

from_text!(Code, UnknownCode; Severity, UnknownSeverity);

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// The error for an unknown code. `Display` quotes the text, unless it may be a secret.
///
/// ```
/// use influxdb3_offline_tokens::Code;
///
/// let error = Code::parse("unkown-action").unwrap_err();
/// assert_eq!(error.to_string(), "unknown code `unkown-action`: did you mean `unknown-action`?");
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("unknown code{text}: {}", match self.suggestion {
    Some(code) => alloc::format!("did you mean `{code}`?"),
    None => "expected a form such as `T0214` or `unknown-action`".into(),
})]
pub struct UnknownCode {
    suggestion: Option<Code>,
    text: Fragment,
}

impl UnknownCode {
    /// Returns the code with a similar name.
    ///
    /// ```
    /// use influxdb3_offline_tokens::Code;
    ///
    /// let error = "unkown-action".parse::<Code>().unwrap_err();
    /// assert_eq!(error.suggestion(), Some(Code::UnknownAction));
    /// ```
    #[must_use]
    pub const fn suggestion(&self) -> Option<Code> {
        self.suggestion
    }
}
