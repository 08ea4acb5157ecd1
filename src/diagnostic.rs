//! What was found in a file.

mod collector;

use alloc::borrow::Cow;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

pub(crate) use self::collector::Collector;
use crate::code::{Code, Severity};
use crate::span::{Location, Span};

/// One finding: what, how bad, where, and what to do. It holds no token and no piece of one.
///
/// ```
/// use influxdb3_offline_tokens::{Replacement, validate};
///
/// let report = validate(br#"{"tokens": [],}"#);
/// let fix = report.iter().find_map(|finding| finding.fixes().first()).unwrap();
/// assert_eq!(fix.edits()[0].replacement(), &Replacement::Text(String::new()));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    pub(crate) code: Code,
    pub(crate) severity: Severity,
    pub(crate) message: Cow<'static, str>,
    pub(crate) pointer: String,
    pub(crate) span: Span,
    pub(crate) location: Location,
    pub(crate) help: Option<Cow<'static, str>>,
    pub(crate) labels: Vec<Label>,
    pub(crate) fixes: Vec<Fix>,
}

impl Diagnostic {
    pub(crate) fn new(
        code: Code,
        span: Span,
        pointer: String,
        message: impl Into<Cow<'static, str>>,
    ) -> Self {
        Self {
            code,
            severity: code.severity(),
            message: message.into(),
            pointer,
            span,
            location: Location { line: 1, column: 1 },
            help: None,
            labels: Vec::new(),
            fixes: Vec::new(),
        }
    }

    pub(crate) fn help(mut self, help: impl Into<Cow<'static, str>>) -> Self {
        self.help = Some(help.into());
        self
    }

    pub(crate) fn label(mut self, span: Span, message: &'static str) -> Self {
        self.labels.push(Label { span, message });
        self
    }

    pub(crate) fn fix(mut self, fix: impl Into<Option<Fix>>) -> Self {
        self.fixes.extend(fix.into());
        self
    }

    /// Which mistake it is.
    #[must_use]
    pub const fn code(&self) -> Code {
        self.code
    }

    /// How bad it is.
    #[must_use]
    pub const fn severity(&self) -> Severity {
        self.severity
    }

    /// What is wrong.
    #[must_use]
    pub fn message(&self) -> &str {
        &self.message
    }

    /// The JSON pointer (RFC 6901) of the value: `/tokens/0/permissions/1`; empty for the whole file.
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

    /// The bytes of the file that are wrong; empty where something is missing.
    #[must_use]
    pub const fn span(&self) -> Span {
        self.span
    }

    /// The line and column where the span starts.
    #[must_use]
    pub const fn location(&self) -> Location {
        self.location
    }

    /// What to do about it.
    ///
    /// ```
    /// use influxdb3_offline_tokens::validate;
    ///
    /// let report = validate(br#"{"tokens": [{"token": "apiv3_a", "name": "app", "permissions": ["db:a:red"]}]}"#);
    /// let help: Vec<_> = report.iter().filter_map(|finding| finding.help_text()).collect();
    /// assert!(help.contains(&"did you mean `read`?"));
    /// ```
    #[must_use]
    pub fn help_text(&self) -> Option<&str> {
        self.help.as_deref()
    }

    /// Other places that belong to it, such as the first of two duplicates.
    #[must_use]
    pub fn labels(&self) -> &[Label] {
        &self.labels
    }

    /// Changes of the text that mend it.
    #[must_use]
    pub fn fixes(&self) -> &[Fix] {
        &self.fixes
    }
}

impl fmt::Display for Diagnostic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Location { line, column } = self.location;
        let Self { severity, code, message, .. } = self;
        write!(f, "{line}:{column}: {severity}[{}] {code}: {message}", code.id())
    }
}

/// Another place that belongs to a finding.
///
/// ```
/// use influxdb3_offline_tokens::{Code, validate};
///
/// let text = r#"{"tokens": [], "tokens": []}"#;
/// let report = validate(text.as_bytes());
/// let twice = report.iter().find(|finding| finding.code() == Code::DuplicateMember).unwrap();
/// let first = &twice.labels()[0];
/// assert_eq!((first.span().text(text), first.span().start()), (Some("\"tokens\""), 1));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Label {
    span: Span,
    message: &'static str,
}

impl Label {
    /// The bytes of the file.
    #[must_use]
    pub const fn span(&self) -> Span {
        self.span
    }

    /// What is there.
    #[must_use]
    pub const fn message(&self) -> &'static str {
        self.message
    }
}

/// Whether a fix may be applied without asking.
///
/// ```
/// use influxdb3_offline_tokens::{Applicability, Validator};
///
/// let validator = Validator::new(std::time::SystemTime::now());
/// let guess = br#"{"tokens": [{"token": "apiv3_a", "name": "app", "permissions": ["db:d:raed"]}]}"#;
/// assert_eq!(validator.fix(guess, Applicability::Safe)?.applied(), 0);
/// assert!(validator.fix(guess, Applicability::Ask)?.applied() > 0);
/// # Ok::<(), influxdb3_offline_tokens::GenerateTokenError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Applicability {
    /// The result means what the file was meant to mean.
    Safe,
    /// A person should look at it: it is a guess, or it changes what a token may do.
    Ask,
}

impl Applicability {
    /// `safe` or `ask`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Safe => "safe",
            Self::Ask => "ask",
        }
    }
}

impl fmt::Display for Applicability {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// A change of the text that mends a finding: all of its edits, or none.
///
/// ```
/// use influxdb3_offline_tokens::{Applicability, Code, validate};
///
/// let report = validate(b"\xEF\xBB\xBF{\"tokens\": []}");
/// let mark = report.iter().find(|finding| finding.code() == Code::ByteOrderMark).unwrap();
/// let [fix] = mark.fixes() else { panic!() };
/// assert_eq!((fix.applicability(), fix.edits().len()), (Applicability::Safe, 1));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fix {
    applicability: Applicability,
    pub(crate) edits: Vec<Edit>,
}

impl Fix {
    pub(crate) fn new(applicability: Applicability, edits: impl Into<Vec<Edit>>) -> Self {
        Self { applicability, edits: edits.into() }
    }

    /// Whether it may be applied without asking.
    #[must_use]
    pub const fn applicability(&self) -> Applicability {
        self.applicability
    }

    /// The edits, which do not overlap.
    #[must_use]
    pub fn edits(&self) -> &[Edit] {
        &self.edits
    }
}

/// One replacement: these bytes by that text.
///
/// ```
/// use influxdb3_offline_tokens::{Replacement, validate};
///
/// let text = r#"{"tokens": [],}"#;
/// let report = validate(text.as_bytes());
/// let edit = &report.iter().find_map(|finding| finding.fixes().first()).unwrap().edits()[0];
/// let Replacement::Text(new) = edit.replacement() else { panic!() };
/// let mut mended = String::from(text);
/// mended.replace_range(edit.span().range(), new);
/// assert_eq!(mended, r#"{"tokens": []}"#);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edit {
    span: Span,
    replacement: Replacement,
}

/// What an edit puts in place of the bytes.
///
/// ```
/// use influxdb3_offline_tokens::{Replacement, validate};
///
/// let report = validate(br#"{"tokens": [{"token": "apiv3_YOUR_TOKEN", "name": "app", "permissions": []}]}"#);
/// let edits = report.iter().flat_map(|finding| finding.fixes()).flat_map(|fix| fix.edits());
/// assert!(edits.map(|edit| edit.replacement()).any(|new| *new == Replacement::NewToken));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Replacement {
    /// This text.
    Text(String),
    /// A token that is generated when the fix is applied: no report holds a secret.
    NewToken,
}

impl Edit {
    pub(crate) fn new(span: Span, text: impl Into<String>) -> Self {
        Self { span, replacement: Replacement::Text(text.into()) }
    }

    pub(crate) const fn new_token(span: Span) -> Self {
        Self { span, replacement: Replacement::NewToken }
    }

    /// The bytes that are replaced; empty where the text is inserted.
    #[must_use]
    pub const fn span(&self) -> Span {
        self.span
    }

    /// What stands there afterwards.
    #[must_use]
    pub const fn replacement(&self) -> &Replacement {
        &self.replacement
    }
}

/// Everything that was found in a file, in the order of the file.
///
/// ```
/// use influxdb3_offline_tokens::Validator;
///
/// let report = Validator::new(std::time::SystemTime::now()).check(br#"{"tokens": [], "create_databases": ["my db"]}"#);
/// let found: Vec<_> = report.iter().map(|finding| finding.code().name()).collect();
/// assert_eq!(found, ["no-tokens", "bad-database-name"]);
/// assert!(!report.is_valid());
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    diagnostics: Vec<Diagnostic>,
    counts: [usize; 3],
}

impl Report {
    /// Whether there is no error: such a file loads.
    #[must_use]
    pub const fn is_valid(&self) -> bool {
        self.count(Severity::Error) == 0
    }

    /// Whether nothing was found at all.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.total() == 0
    }

    /// How many findings of that severity there are, kept or not.
    ///
    /// ```
    /// use influxdb3_offline_tokens::{Severity, validate};
    ///
    /// let report = validate(br#"{"tokens": []}"#);
    /// assert_eq!([Severity::Error, Severity::Warning].map(|severity| report.count(severity)), [0, 1]);
    /// ```
    #[must_use]
    pub const fn count(&self, severity: Severity) -> usize {
        let [notes, warnings, errors] = self.counts;
        match severity {
            Severity::Note => notes,
            Severity::Warning => warnings,
            Severity::Error => errors,
        }
    }

    /// How many findings were not kept, because there were too many (see `Validator::keep`).
    ///
    /// ```
    /// use std::time::SystemTime;
    /// use influxdb3_offline_tokens::Validator;
    ///
    /// let report = Validator::new(SystemTime::now()).keep(1).check(br#"{"tokens": [{}]}"#);
    /// assert_eq!((report.iter().count(), report.omitted()), (1, 3));
    /// ```
    #[must_use]
    pub fn omitted(&self) -> usize {
        self.total() - self.diagnostics.len()
    }

    /// The findings that were kept, in the order of the file.
    pub fn iter(&self) -> core::slice::Iter<'_, Diagnostic> {
        self.diagnostics.iter()
    }

    const fn total(&self) -> usize {
        let [notes, warnings, errors] = self.counts;
        notes + warnings + errors
    }
}

impl<'a> IntoIterator for &'a Report {
    type Item = &'a Diagnostic;
    type IntoIter = core::slice::Iter<'a, Diagnostic>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for diagnostic in self {
            writeln!(f, "{diagnostic}")?;
        }
        if self.omitted() > 0 {
            writeln!(f, "and {} more", self.omitted())?;
        }
        Ok(())
    }
}
