//! The type `Diagnostic`, a finding of a check.

use core::fmt;
use std::borrow::Cow;

use crate::code::{Code, Severity};
use crate::diagnostic::fix::{Fix, TextEdit};
use crate::span::{Location, Span};

/// A finding of a check: code, severity, location, message, help and fixes. `Display` prints it on one line.
///
/// It does not quote text that contains `apiv3` or looks random. A piece of a token without its prefix, such as 32
/// hexadecimal digits, may be indistinguishable from a name.
///
/// ```
/// use influxdb3_offline_tokens::validate;
///
/// let report = validate(b"{}");
/// let expected = "1:1: error[T0112] missing-member: the file has no `tokens`; help: add `\"tokens\": [{…}]`";
/// assert_eq!(report.iter().next().unwrap().to_string(), expected);
/// let report = validate(br#"{"tokens": [],}"#);
/// let fix = report.iter().find_map(|finding| finding.fix()).unwrap();
/// assert_eq!(fix.edits()[0].text(), Some(""));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    pub(super) code: Code,
    pub(super) severity: Severity,
    pub(crate) message: Cow<'static, str>,
    pub(super) pointer: String,
    pub(super) span: Span,
    pub(super) location: Location,
    pub(super) help: Option<String>,
    pub(super) labels: Vec<Label>,
    pub(crate) fix: Option<Fix>,
}

impl Diagnostic {
    pub(crate) fn new(code: Code, severity: Severity, span: Span) -> Self {
        Self {
            code,
            severity,
            message: Cow::Borrowed(code.summary()),
            pointer: String::new(),
            span,
            location: START,
            help: None,
            labels: Vec::new(),
            fix: None,
        }
    }

    /// Returns the edits of its fix.
    pub(crate) fn edits(&self) -> &[TextEdit] {
        self.fix.as_ref().map_or(&[], Fix::edits)
    }

    /// Returns the code.
    ///
    /// ```
    /// use influxdb3_offline_tokens::{Code, validate};
    ///
    /// let report = validate(b"{}");
    /// assert!(report.iter().all(|finding| finding.code() == Code::MissingMember));
    /// ```
    #[must_use]
    pub const fn code(&self) -> Code {
        self.code
    }

    /// Returns the severity.
    ///
    /// ```
    /// use influxdb3_offline_tokens::{Severity, validate};
    ///
    /// let report = validate(br#"{"tokens": []}"#);
    /// let worst = report.iter().map(|finding| finding.severity()).max();
    /// assert_eq!(worst, Some(Severity::Warning));
    /// ```
    #[must_use]
    pub const fn severity(&self) -> Severity {
        self.severity
    }

    /// Returns the message.
    ///
    /// ```
    /// use influxdb3_offline_tokens::validate;
    ///
    /// let report = validate(br#"{"tokens": [], "tokens": []}"#);
    /// let messages: Vec<_> = report.iter().map(|finding| finding.message()).collect();
    /// assert!(messages.contains(&"duplicate member: `tokens`"));
    /// ```
    #[must_use]
    pub fn message(&self) -> &str {
        &self.message
    }

    /// Returns the JSON pointer (RFC 6901) of the value: `/tokens/0/permissions/1`; empty for the whole file. `***` replaces
    /// the name of a member that may be a secret.
    ///
    /// ```
    /// use influxdb3_offline_tokens::validate;
    ///
    /// let report = validate(br#"{"tokens": [{"token": "apiv3_a", "name": "app", "permissions": ["db:a:red"]}]}"#);
    /// assert!(report.iter().any(|finding| finding.pointer() == "/tokens/0/permissions/0"));
    /// ```
    #[must_use]
    pub fn pointer(&self) -> &str {
        &self.pointer
    }

    /// Returns the span in the file.
    ///
    /// A missing member has the span of the `{` of its object. The span is empty for a missing part of a permission, and for
    /// a finding about the file on disk.
    ///
    /// ```
    /// use influxdb3_offline_tokens::{Code, validate};
    ///
    /// let text = r#"{"tokens": [], "create_databases": ["my db"]}"#;
    /// let report = validate(text.as_bytes());
    /// let finding = report.iter().find(|finding| finding.code() == Code::BadDatabaseName).unwrap();
    /// assert_eq!((finding.span().range(), finding.span().text(text)), (39..40, Some(" ")));
    /// ```
    #[must_use]
    pub const fn span(&self) -> Span {
        self.span
    }

    /// Returns the line and column where the span starts.
    ///
    /// ```
    /// use influxdb3_offline_tokens::validate;
    /// use influxdb3_offline_tokens::span::Location;
    ///
    /// let report = validate(b"{\n  \"tokens\": {}\n}");
    /// assert_eq!(report.iter().next().unwrap().location(), Location { line: 2, column: 13 });
    /// ```
    #[must_use]
    pub const fn location(&self) -> Location {
        self.location
    }

    /// Returns the help.
    ///
    /// ```
    /// use influxdb3_offline_tokens::validate;
    ///
    /// let report = validate(br#"{"tokens": [{"token": "apiv3_a", "name": "app", "permissions": ["db:a:red"]}]}"#);
    /// let help: Vec<_> = report.iter().filter_map(|finding| finding.help()).collect();
    /// assert!(help.contains(&"did you mean `read`?"));
    /// ```
    #[must_use]
    pub fn help(&self) -> Option<&str> {
        self.help.as_deref()
    }

    /// Returns the related spans, such as the first of two duplicates.
    ///
    /// ```
    /// use influxdb3_offline_tokens::{Code, validate};
    ///
    /// let report = validate(br#"{"create_databases": ["a", "a"], "tokens": []}"#);
    /// let duplicate = report.iter().find(|finding| finding.code() == Code::DuplicateDatabase).unwrap();
    /// assert_eq!(duplicate.labels().len(), 1);
    /// ```
    #[must_use]
    pub fn labels(&self) -> &[Label] {
        &self.labels
    }

    /// Returns the fix.
    ///
    /// ```
    /// use influxdb3_offline_tokens::{Code, validate};
    ///
    /// let report = validate(br#"{"tokens": [],}"#);
    /// let comma = report.iter().find(|finding| finding.code() == Code::JsonSyntax).unwrap();
    /// assert_eq!(comma.fix().unwrap().edits().len(), 1);
    /// ```
    #[must_use]
    pub const fn fix(&self) -> Option<&Fix> {
        self.fix.as_ref()
    }
}

impl fmt::Display for Diagnostic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Location { line, column } = self.location;
        let Self { severity, code, message, .. } = self;
        write!(f, "{line}:{column}: {severity}[{}] {code}: {message}", code.id())?;
        self.help.as_ref().map_or(Ok(()), |help| write!(f, "; help: {help}"))
    }
}

/// A related span of a finding.
///
/// ```
/// use influxdb3_offline_tokens::{Code, validate};
///
/// let text = r#"{"tokens": [], "tokens": []}"#;
/// let report = validate(text.as_bytes());
/// let duplicate = report.iter().find(|finding| finding.code() == Code::DuplicateMember).unwrap();
/// let first = &duplicate.labels()[0];
/// assert_eq!((first.span().text(text), first.span().start()), (Some("\"tokens\""), 1));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Label {
    pub(super) span: Span,
    pub(super) location: Location,
    pub(super) message: &'static str,
}

// A placeholder until the report counts the lines.
const START: Location = Location { line: 1, column: 1 };

impl Label {
    pub(super) const fn new(span: Span, message: &'static str) -> Self {
        Self { span, location: START, message }
    }

    /// Returns the span in the file.
    ///
    /// ```
    /// use influxdb3_offline_tokens::validate;
    ///
    /// let text = r#"{"create_databases": ["a", "a"], "tokens": []}"#;
    /// let report = validate(text.as_bytes());
    /// let label = report.iter().find_map(|finding| finding.labels().first()).unwrap();
    /// assert_eq!(label.span().range(), 23..24);
    /// ```
    #[must_use]
    pub const fn span(&self) -> Span {
        self.span
    }

    /// Returns the line and column where the span starts.
    ///
    /// ```
    /// use influxdb3_offline_tokens::validate;
    /// use influxdb3_offline_tokens::span::Location;
    ///
    /// let report = validate(b"{\"create_databases\": [\n\"a\",\n\"a\"], \"tokens\": []}");
    /// let label = report.iter().find_map(|finding| finding.labels().first()).unwrap();
    /// assert_eq!(label.location(), Location { line: 2, column: 2 });
    /// ```
    #[must_use]
    pub const fn location(&self) -> Location {
        self.location
    }

    /// Returns the message.
    ///
    /// ```
    /// use influxdb3_offline_tokens::validate;
    ///
    /// let report = validate(br#"{"create_databases": ["a", "a"], "tokens": []}"#);
    /// let label = report.iter().find_map(|finding| finding.labels().first()).unwrap();
    /// assert_eq!(label.message(), "first occurrence");
    /// ```
    #[must_use]
    pub const fn message(&self) -> &str {
        self.message
    }
}
