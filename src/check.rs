//! The pipeline of a check: bytes, document, rules, report.

mod text;
mod verify;
mod options;

use core::fmt;
use core::time::Duration;
use std::time::{SystemTime, UNIX_EPOCH};

use thiserror::Error;

use self::text::Source;
use self::verify::Verifier;
use crate::code::{Code, Severity};
use crate::diagnostic::{Counts, Levels, Report, Sink};
use crate::document::{self, Entry, Field, Role, Shape, Text, Visitor};
use crate::file::{AdminTokenFile, TokenEntry, TokenFile};
use crate::limits::{MAX_FINDINGS, TYPICAL_ENTRY};
use crate::name::DatabaseName;
use crate::release::Release;
use crate::rules::{self, Facts, Options};
use crate::syntax::Parser;

/// Checks and fixes files with options: the current time, severities, a target release.
///
/// Options change the report, but not whether [`TokenFile::parse`] succeeds: a file with suppressed errors still does not
/// load.
///
/// ```
/// use std::time::{Duration, UNIX_EPOCH};
/// use influxdb3_offline_tokens::{Code, Release, Severity, Validator};
///
/// let now = UNIX_EPOCH + Duration::from_secs(1_767_225_600);
/// let validator = Validator::new(now).severity(Code::NoTokens, Some(Severity::Error)).release(Release::parse("3.9")?);
/// assert!(!validator.check(br#"{"tokens": []}"#).is_valid());
/// # Ok::<(), influxdb3_offline_tokens::error::InvalidRelease>(())
/// ```
#[derive(Clone, Debug)]
pub struct Validator {
    now: SystemTime,
    levels: Levels,
    release: Option<Release>,
    soon: Duration,
    far: Duration,
    max_diagnostics: usize,
    role: Role,
}

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

impl Validator {
    /// The default limit of findings in a report.
    ///
    /// ```
    /// use influxdb3_offline_tokens::{Validator, validate};
    ///
    /// let many = validate(format!(r#"{{"tokens": [{}0]}}"#, "0,".repeat(2_000)).as_bytes());
    /// assert_eq!(many.iter().count(), Validator::MAX_DIAGNOSTICS);
    /// ```
    pub const MAX_DIAGNOSTICS: usize = MAX_FINDINGS;

    /// Creates a validator for the time `now`. By default it reports tokens that expire within 7 days, or after more than two
    /// years of 365 days.
    ///
    /// ```
    /// use std::time::{Duration, UNIX_EPOCH};
    /// use influxdb3_offline_tokens::{Code, Validator};
    ///
    /// let text = br#"{"tokens": [{"token": "apiv3_a", "name": "app", "expiry_millis": 1000, "permissions": []}]}"#;
    /// let is_expired = |now| Validator::new(now).check(text).iter().any(|finding| finding.code() == Code::Expired);
    /// assert!(is_expired(UNIX_EPOCH + Duration::from_secs(1)) && !is_expired(UNIX_EPOCH));
    /// ```
    #[must_use]
    pub const fn new(now: SystemTime) -> Self {
        Self {
            now,
            levels: Levels::new(),
            release: None,
            soon: Duration::from_secs(7 * DAY.as_secs()),
            far: Duration::from_secs(2 * 365 * DAY.as_secs()),
            max_diagnostics: Self::MAX_DIAGNOSTICS,
            role: Role::Resource,
        }
    }

    /// Checks a file and reports all problems in one pass. If the JSON is invalid, the check continues after the error.
    ///
    /// The report keeps at most [`max_diagnostics`](Self::max_diagnostics) findings and counts the rest.
    ///
    /// ```
    /// use std::time::SystemTime;
    /// use influxdb3_offline_tokens::Validator;
    ///
    /// let report = Validator::new(SystemTime::now()).check(b"{'tokens': []}");
    /// let first = report.iter().next().expect("single quotes");
    /// assert_eq!((first.code().name(), first.location().column), ("json-syntax", 2));
    /// ```
    #[must_use]
    pub fn check(&self, bytes: &[u8]) -> Report {
        self.check_with(bytes, |_| ())
    }

    /// Checks a file. `report` adds findings that do not depend on its text.
    pub(crate) fn check_with(&self, bytes: &[u8], report: impl FnOnce(&mut Sink)) -> Report {
        let mut sink = self.check_into(bytes, self.sink());
        report(&mut sink);
        sink.finish(bytes).0
    }

    /// Checks a file without a limit. Returns the findings with a fix, and counts all.
    pub(crate) fn check_for_fixes(&self, bytes: &[u8]) -> (Report, Counts) {
        self.check_into(bytes, Sink::new(&self.levels, usize::MAX).only_fixes()).finish(bytes)
    }

    /// Checks a file for errors, without a limit, and counts them.
    pub(crate) fn check_errors(&self, bytes: &[u8]) -> (Report, Counts) {
        let levels = self.levels.clone().with_floor(Severity::Error);
        let validator = Self { levels, max_diagnostics: usize::MAX, ..self.clone() };
        validator.check_into(bytes, validator.sink()).finish(bytes)
    }

    /// Returns whether findings of a code may be reported.
    pub(crate) fn is_enabled(&self, code: Code) -> bool {
        self.levels.is_enabled(code)
    }

    fn sink(&self) -> Sink {
        Sink::new(&self.levels, self.max_diagnostics)
    }

    /// Creates a validator that reports only errors.
    fn errors_only() -> Self {
        // No error depends on the time.
        let validator = Self::new(UNIX_EPOCH);
        let levels = validator.levels.clone().with_floor(Severity::Error);
        Self { levels, ..validator }
    }

    fn check_into(&self, bytes: &[u8], mut sink: Sink) -> Sink {
        match text::read(bytes, self.role, &mut sink) {
            None => sink,
            Some(text) => match self.role {
                Role::Resource => self.check_text(&text, sink, None).1,
                Role::Admin => self.check_admin_text(&text, sink).1,
            },
        }
    }

    /// Checks the text of a tokens file and adds its values to `file`.
    fn check_text<'a>(&self, text: &'a str, sink: Sink, file: Option<&mut Values>) -> (Facts<'a>, Sink) {
        let options = self.options();
        let verifier = Verifier::new(text, &self.levels, &options);
        let facts = Facts::new(text, &self.levels);
        let mut checker = Checker { options: &options, facts, verifier, are_permissions_clean: false, file };
        let (outline, mut sink) = document::read(Parser::new(text, sink), &mut checker);
        let mut facts = checker.facts;
        facts.complete(outline);
        if let Shape::Other(kind, span) = facts.outline.shape {
            rules::report_other_file(kind, span, self.role, &mut sink);
        } else {
            sink.accept_fixes();
            rules::check_file(&facts, &options, &mut sink);
        }
        (facts, sink)
    }

    /// Checks the text of an admin token file.
    fn check_admin_text(&self, text: &str, sink: Sink) -> (Option<AdminTokenFile>, Sink) {
        let options = self.options();
        let mut verifier = Verifier::new(text, &self.levels, &options);
        match document::read_admin(Parser::new(text, sink)) {
            (Err(node), mut sink) => {
                rules::report_not_an_object(&node, Role::Admin, &mut sink);
                (None, sink)
            }
            (Ok(entry), mut sink) => {
                if rules::admin::report_other_file(&entry, &mut sink) {
                    return (None, sink);
                }
                rules::check_entry(&entry, &options, &mut sink);
                sink.verify_fixes(|proposals| verifier.verify(&entry, proposals));
                (if sink.total() == 0 { admin_value(&entry) } else { None }, sink)
            }
        }
    }

    fn options(&self) -> Options {
        Options::new(self.now, self.soon, self.far, self.release, &self.levels)
    }
}

/// Applies the rules to each entry as it is read.
struct Checker<'a, 'c, 'f> {
    options: &'c Options,
    facts: Facts<'a>,
    verifier: Verifier<'a, 'c>,
    // Whether the last list of permissions has no findings. Many entries of a file have the same list.
    are_permissions_clean: bool,
    file: Option<&'f mut Values>,
}

/// The values of a tokens file that may have errors.
#[derive(Default)]
struct Values {
    create_databases: Vec<DatabaseName>,
    tokens: Vec<TokenEntry>,
}

impl<'a> Visitor<'a> for Checker<'a, '_, '_> {
    fn database(&mut self, index: usize, name: Text<'a>) {
        if let Some(file) = &mut self.file {
            file.create_databases.extend(DatabaseName::parse(&name));
        }
        self.facts.databases.create(index, name);
    }

    #[inline]
    fn entry(&mut self, entry: &Entry<'a>, sink: &mut Sink) {
        rules::check_members(entry, self.options, sink);
        if !(entry.list.is_repeated && self.are_permissions_clean) {
            let before = sink.total();
            rules::check_permissions(entry, self.options, sink);
            self.are_permissions_clean = sink.total() == before;
        }
        sink.verify_fixes(|proposals| self.verifier.verify(entry, proposals));
        self.facts.add_entry(entry);
        // A file with errors has no values.
        if let Some(file) = &mut self.file
            && sink.total() == 0
            && let Some(value) = entry.to_value()
        {
            file.tokens.push(value);
        }
    }
}

/// Returns the value of an admin token file; `None` if one of its members is missing or invalid.
fn admin_value(entry: &Entry<'_>) -> Option<AdminTokenFile> {
    if matches!(entry.description, Field::Invalid { .. }) || matches!(entry.expiry, Field::Invalid { .. }) {
        return None;
    }
    let description = entry.description.value().map(|text| &**text);
    let file = AdminTokenFile::new(entry.to_token()?).with_name(entry.name.value()?).ok()?;
    Some(file.with_expiry(entry.expiry.value().copied()).with_description(description))
}

impl TokenFile {
    /// Parses a tokens file. Unknown members are ignored, as by the server.
    ///
    /// ```
    /// use influxdb3_offline_tokens::TokenFile;
    ///
    /// let error = TokenFile::parse(br#"{"tokens": [{"name": "app"}]}"#).unwrap_err();
    /// let missing: Vec<_> = error.report().iter().map(|finding| finding.message()).collect();
    /// assert_eq!(missing, ["token `app` has no `token`", "token `app` has no `permissions`"]);
    /// ```
    ///
    /// # Errors
    /// Returns an error if the file has errors. Its report contains only errors.
    pub fn parse(bytes: &[u8]) -> Result<Self, InvalidFile> {
        let tokens = Vec::with_capacity(bytes.len() / TYPICAL_ENTRY);
        let mut values = Values { tokens, ..Values::default() };
        read(bytes, Some(&mut values))?;
        Ok(Self::checked(values.create_databases, values.tokens))
    }
}

impl AdminTokenFile {
    /// Parses an admin token file. Unknown members are ignored, as by the server (server source).
    ///
    /// ```
    /// use influxdb3_offline_tokens::AdminTokenFile;
    ///
    /// let error = AdminTokenFile::parse(br#"{"token": "secret", "name": "_admin"}"#).unwrap_err();
    /// assert_eq!(error.report().iter().next().unwrap().code().name(), "token-prefix");
    /// ```
    ///
    /// # Errors
    /// Returns an error if the file has errors. Its report contains only errors. A file without `name` is rejected: the
    /// documentation describes a default, but the server does not read the file (server source).
    pub fn parse(bytes: &[u8]) -> Result<Self, InvalidFile> {
        let validator = Validator::errors_only().admin_token_file();
        let mut sink = validator.sink();
        let mut file = None;
        if let Some(text) = text::read(bytes, Role::Admin, &mut sink) {
            (file, sink) = validator.check_admin_text(&text, sink);
        }
        InvalidFile::or(file, sink.finish(bytes).0, "admin token file")
    }
}

/// The error for an invalid tokens file or admin token file.
///
/// `Display` and `Debug` print its first errors, each with line, column and help.
///
/// ```
/// use influxdb3_offline_tokens::{Code, TokenFile};
///
/// let error = TokenFile::parse(br#"{"tokens": [{"name": "app"}]}"#).unwrap_err();
/// assert_eq!(error.report().iter().next().unwrap().code(), Code::MissingMember);
/// let message = error.to_string();
/// let lines: Vec<&str> = message.lines().collect();
/// assert_eq!(lines[0], "invalid tokens file: 2 errors");
/// assert!(lines[1].starts_with("  1:13: error[T0112] missing-member: token `app` has no `token`; help: "));
/// ```
#[derive(Clone, PartialEq, Eq, Error)]
pub struct InvalidFile {
    what: &'static str,
    report: Box<Report>,
}

impl InvalidFile {
    /// Returns a value, or the error of a report that has errors.
    fn or<T>(value: Option<T>, report: Report, what: &'static str) -> Result<T, Self> {
        value.filter(|_| report.is_valid()).ok_or_else(|| Self { what, report: Box::new(report) })
    }

    /// Returns its errors, in source order.
    ///
    /// ```
    /// use influxdb3_offline_tokens::TokenFile;
    ///
    /// let error = TokenFile::parse(br#"{"tokens": {}}"#).unwrap_err();
    /// let first = error.report().iter().next().unwrap();
    /// assert_eq!(first.message(), "`tokens` must be an array of objects, not an object");
    /// ```
    #[must_use]
    pub const fn report(&self) -> &Report {
        &self.report
    }
}

/// Reads a valid tokens file as the basis of a change.
pub(crate) fn survey(bytes: &[u8]) -> Result<Facts<'_>, InvalidFile> {
    read(bytes, None)
}

/// Reads a valid tokens file, and adds its values to `file`.
fn read<'b>(bytes: &'b [u8], file: Option<&mut Values>) -> Result<Facts<'b>, InvalidFile> {
    let validator = Validator::errors_only();
    let mut sink = validator.sink();
    let mut facts = None;
    match text::read(bytes, Role::Resource, &mut sink) {
        None => {}
        Some(Source::Valid(text)) => {
            let (surveyed, checked) = validator.check_text(text, sink, file);
            (facts, sink) = (Some(surveyed), checked);
        }
        // The text has an error.
        Some(text) => sink = validator.check_text(&text, sink, None).1,
    }
    InvalidFile::or(facts, sink.finish(bytes).0, "tokens file")
}

impl fmt::Display for InvalidFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const SHOWN: usize = 3;
        write!(f, "invalid {}: ", self.what)?;
        let errors = self.report.count(Severity::Error);
        if let (1, Some(error)) = (errors, self.report.iter().next()) {
            return error.fmt(f);
        }
        write!(f, "{errors} errors")?;
        for error in self.report.iter().take(SHOWN) {
            write!(f, "\n  {error}")?;
        }
        match errors.saturating_sub(SHOWN) {
            0 => Ok(()),
            more => write!(f, "\n  and {more} more"),
        }
    }
}

impl fmt::Debug for InvalidFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}
