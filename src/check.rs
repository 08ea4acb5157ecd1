//! From bytes to findings, and to a [`TokenFile`] or an [`AdminTokenFile`] where there is no error.

mod admin;
mod context;
mod databases;
mod decode;
mod entry;
mod expiry;
mod fixes;
mod format;
mod grammar;
mod level;
mod members;
mod names;
mod numbered;
mod permissions;
mod plain;
mod rights;
mod seen;
mod settings;
mod several;
mod shape;
mod strength;
mod syntax;
mod whole;

use alloc::borrow::Cow;
use alloc::boxed::Box;
use alloc::collections::BTreeMap;
use alloc::string::String;
use core::str::Utf8Error;
use core::time::Duration;
use std::time::{SystemTime, UNIX_EPOCH};

use thiserror::Error;

use self::context::Context;
use self::decode::Decoder;
use self::fixes::Fixes;
pub(crate) use self::fixes::{Mend, Words};
pub(crate) use self::format::{ENTRY_LISTS, FILE_MEMBERS};
pub use self::level::{Level, UnknownLevel};
pub(crate) use self::members::is_mistaken;
use self::shape::TOKENS_FORM;
pub(crate) use self::whole::Whole;
use crate::admin::AdminTokenFile;
use crate::code::{Code, Severity};
use crate::diagnostic::{Applicability, Diagnostic, Report};
use crate::file::TokenFile;
use crate::json;
use crate::release::Release;
use crate::span::Span;

/// Checks files. It holds the time for which it checks, and the settings; it reads no clock.
///
/// Levels and a target release change the report, and never what [`TokenFile::parse`] loads: where an error is allowed, or
/// made less, the report may have no error, and the file does not load.
///
/// ```
/// use std::time::{Duration, UNIX_EPOCH};
/// use influxdb3_offline_tokens::{Code, Level, Release, Validator};
///
/// let now = UNIX_EPOCH + Duration::from_secs(1_767_225_600);
/// let validator = Validator::new(now).level(Code::NoTokens, Level::Deny).release(Release::parse("3.9")?);
/// assert!(!validator.check(br#"{"tokens": []}"#).is_valid());
/// # Ok::<(), influxdb3_offline_tokens::InvalidRelease>(())
/// ```
#[derive(Clone, Debug)]
pub struct Validator {
    now: SystemTime,
    levels: BTreeMap<Code, Level>,
    warnings: Level,
    release: Option<Release>,
    soon: Duration,
    far: Duration,
    keep: usize,
    only: Only,
    admin: bool,
}

/// What a check is for: the rest is left out, which takes less time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Only {
    /// All findings.
    Everything,
    /// Whether the file is sound, and why it is not.
    Errors,
    /// The fixes up to this applicability, the first so many of them with words, and no findings.
    Fixes(Applicability, usize),
}

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

impl Validator {
    /// How many findings a report keeps where nobody chose another number.
    ///
    /// ```
    /// use influxdb3_offline_tokens::{Validator, validate};
    ///
    /// let many = validate(format!(r#"{{"tokens": [{}0]}}"#, "0,".repeat(2_000)).as_bytes());
    /// assert_eq!(many.iter().count(), Validator::KEEP);
    /// ```
    pub const KEEP: usize = 1_000;

    /// A validator for the time `now`: tokens that expire within 7 days are found, and those that expire after more than
    /// two years of 365 days.
    ///
    /// ```
    /// use std::time::{Duration, UNIX_EPOCH};
    /// use influxdb3_offline_tokens::{Code, Validator};
    ///
    /// let text = br#"{"tokens": [{"token": "apiv3_a", "name": "app", "expiry_millis": 1000, "permissions": []}]}"#;
    /// let is_over = |now| Validator::new(now).check(text).iter().any(|finding| finding.code() == Code::Expired);
    /// assert!(is_over(UNIX_EPOCH + Duration::from_secs(1)) && !is_over(UNIX_EPOCH));
    /// ```
    #[must_use]
    pub const fn new(now: SystemTime) -> Self {
        Self {
            now,
            levels: BTreeMap::new(),
            warnings: Level::Warn,
            release: None,
            soon: Duration::from_secs(7 * DAY.as_secs()),
            far: Duration::from_secs(2 * 365 * DAY.as_secs()),
            keep: Self::KEEP,
            only: Only::Everything,
            admin: false,
        }
    }

    /// Checks a file: all problems in one pass, in the order of the file. A report keeps as many as [`keep`](Self::keep) says and
    /// counts the rest; behind a place where the JSON is broken nothing is checked.
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
        self.check_with(bytes, None)
    }

    /// The same, with findings that are not in the text.
    pub(crate) fn check_with(&self, bytes: &[u8], more: impl IntoIterator<Item = Diagnostic>) -> Report {
        let mut context = Context::new(self);
        for finding in more {
            context.push(finding);
        }
        self.read(context, bytes).finish(bytes)
    }

    /// What can be mended in a file, in the order of its findings: of each its first fix up to an applicability.
    pub(crate) fn fixes(&self, bytes: &[u8], up_to: Applicability) -> Fixes {
        let validator = Self { keep: usize::MAX, only: Only::Fixes(up_to, self.keep), ..self.clone() };
        validator.read(Context::new(&validator), bytes).into_fixes()
    }

    fn read<'v>(&self, context: Context<'v>, bytes: &[u8]) -> Context<'v> {
        if self.admin { check_admin(context, bytes).0 } else { check(context, bytes, false).0 }
    }

    fn only_errors(&self) -> bool {
        self.only == Only::Errors
    }

    const fn only_fixes(&self) -> Option<Applicability> {
        if let Only::Fixes(up_to, _) = self.only { Some(up_to) } else { None }
    }

    /// Of how many fixes the words are made, where only fixes are asked for.
    const fn words(&self) -> usize {
        if let Only::Fixes(_, words) = self.only { words } else { 0 }
    }

    pub(crate) fn severity(&self, code: Code, default: Severity) -> Option<Severity> {
        let level = match self.levels.get(&code) {
            Some(level) => *level,
            None if default == Severity::Warning => self.warnings,
            None => return Some(default),
        };
        match level {
            Level::Allow => None,
            Level::Note => Some(Severity::Note),
            Level::Warn => Some(Severity::Warning),
            Level::Deny => Some(Severity::Error),
        }
    }
}

impl TokenFile {
    /// Reads a file from its text. Unknown members are ignored, as the server ignores them.
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
    /// A file that has an error in its report; the report has its errors and nothing else.
    pub fn parse(bytes: &[u8]) -> Result<Self, InvalidFile> {
        // No error depends on the time.
        let validator = Validator { only: Only::Errors, ..Validator::new(UNIX_EPOCH) };
        let (context, file) = check(Context::new(&validator), bytes, true);
        let report = context.finish(bytes);
        let sound = file.filter(|_| report.is_valid());
        sound.ok_or_else(|| InvalidFile::of_tokens(report))
    }
}

impl AdminTokenFile {
    /// Reads a file from its text. Unknown members are ignored, as the server ignores them (server source).
    ///
    /// ```
    /// use influxdb3_offline_tokens::AdminTokenFile;
    ///
    /// let error = AdminTokenFile::parse(br#"{"token": "secret", "name": "_admin"}"#).unwrap_err();
    /// assert_eq!(error.report().iter().next().unwrap().code().name(), "token-prefix");
    /// ```
    ///
    /// # Errors
    /// A file that has an error in its report ([`Validator::admin_token_file`]); the report has its errors and nothing
    /// else. One without `name` is refused, although the documentation speaks of a default: the server does not read it
    /// (server source).
    pub fn parse(bytes: &[u8]) -> Result<Self, InvalidFile> {
        let validator = Validator { only: Only::Errors, ..Validator::new(UNIX_EPOCH) };
        let (context, file) = check_admin(Context::new(&validator), bytes);
        let report = context.finish(bytes);
        let sound = file.filter(|_| report.is_valid());
        sound.ok_or_else(|| InvalidFile { what: "admin token file", report: Box::new(report) })
    }
}

/// A text that is no sound tokens file, or no sound admin token file.
///
/// ```
/// use influxdb3_offline_tokens::{Code, TokenFile};
///
/// let error = TokenFile::parse(b"[]").unwrap_err();
/// assert_eq!(error.report().iter().next().unwrap().code(), Code::ArrayAtTop);
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("the {what} is not valid: {}", summary(.report))]
pub struct InvalidFile {
    what: &'static str,
    report: Box<Report>,
}

impl InvalidFile {
    fn of_tokens(report: Report) -> Self {
        Self { what: "tokens file", report: Box::new(report) }
    }

    /// Its errors, in the order of the file.
    ///
    /// ```
    /// use influxdb3_offline_tokens::TokenFile;
    ///
    /// let error = TokenFile::parse(br#"{"tokens": {}}"#).unwrap_err();
    /// let first = error.report().iter().next().unwrap();
    /// assert_eq!(first.message(), "`tokens` is a list of objects, not an object");
    /// ```
    #[must_use]
    pub const fn report(&self) -> &Report {
        &self.report
    }
}

/// The places and names of a sound file, for those who change it.
pub(crate) fn survey(bytes: &[u8]) -> Result<Whole<'_>, InvalidFile> {
    let validator = Validator { only: Only::Errors, ..Validator::new(UNIX_EPOCH) };
    if let Ok(text) = core::str::from_utf8(bytes) {
        let decoder = || Decoder::new(Context::new(&validator), text, false);
        if let (decoder, Ok(())) = json::read(text, decoder) {
            let (context, _, whole) = decoder.finish();
            let report = context.finish(bytes);
            let valid = report.is_valid();
            return if valid { Ok(whole) } else { Err(InvalidFile::of_tokens(report)) };
        }
    }
    let (context, _) = check(Context::new(&validator), bytes, false);
    Err(InvalidFile::of_tokens(context.finish(bytes)))
}

fn summary(report: &Report) -> String {
    let first = report.iter().next().map(alloc::string::ToString::to_string).unwrap_or_default();
    match report.count(Severity::Error) {
        0 | 1 => first,
        errors => alloc::format!("{first}, and {} more", errors - 1),
    }
}

fn check<'v>(mut context: Context<'v>, bytes: &[u8], build: bool) -> (Context<'v>, Option<TokenFile>) {
    if bytes.starts_with(b"\xFF\xFE") || bytes.starts_with(b"\xFE\xFF") {
        let message = "the file is UTF-16, and not UTF-8";
        let found = Diagnostic::new(Code::InvalidUtf8, Span::new(0, 2), String::new(), message);
        context
            .push(found.with_help("save it as UTF-8; PowerShell's `Out-File` has `-Encoding utf8` for that"));
        return (context, None);
    }
    let utf8 = core::str::from_utf8(bytes);
    if let Some(first) = utf8.err().and_then(|error| no_text(bytes, error)) {
        let message = "the file is not text in UTF-8: most of its bytes are no characters";
        let found = Diagnostic::new(Code::InvalidUtf8, first, String::new(), message);
        context.push(found.with_help("save it as UTF-8; was it compressed or encrypted?"));
        return (context, None);
    }
    let text = json::Wiped(readable(&mut context, bytes, utf8.ok()));
    let attempt = |context: Context<'v>, text: &_, whole| decode::attempt(&context, text, build && whole);
    syntax::read(context, &text, &TOKENS_FORM, attempt)
}

fn check_admin<'v>(mut context: Context<'v>, bytes: &[u8]) -> (Context<'v>, Option<AdminTokenFile>) {
    let text = json::Wiped(readable(&mut context, bytes, core::str::from_utf8(bytes).ok()));
    syntax::read(context, &text, &admin::ADMIN_FORM, admin::attempt)
}

/// The first bytes that are no character, where so many are not that the rest says nothing.
fn no_text(bytes: &[u8], error: Utf8Error) -> Option<Span> {
    let wrong: usize = bytes.utf8_chunks().map(|chunk| chunk.invalid().len()).sum();
    let end = error.error_len().map_or(bytes.len(), |length| error.valid_up_to() + length);
    (wrong > 32 && wrong > bytes.len() / 8).then(|| Span::new(error.valid_up_to(), end))
}

/// The text, of the same length, with a byte order mark and what is not UTF-8 blanked out and reported. `text` is there
/// where all of it is UTF-8.
fn readable<'t>(context: &mut Context<'_>, bytes: &'t [u8], text: Option<&'t str>) -> Cow<'t, str> {
    const MARK: &[u8] = b"\xEF\xBB\xBF";
    if let Some(text) = text.filter(|_| !bytes.starts_with(MARK)) {
        return Cow::Borrowed(text);
    }
    let mut text = String::with_capacity(bytes.len());
    let mut rest = bytes;
    // Programs that add one to what has one leave several.
    while let Some(after) = rest.strip_prefix(MARK) {
        text.push_str("   ");
        rest = after;
    }
    if !text.is_empty() {
        let span = Span::new(0, text.len());
        context.push(
            Diagnostic::new(
                Code::ByteOrderMark,
                span,
                String::new(),
                "the file begins with a byte order mark, which the server refuses",
            )
            .with_help("save it as UTF-8 without a byte order mark")
            .fix(context::replace_safely(span, "")),
        );
    }
    for chunk in rest.utf8_chunks() {
        text.push_str(chunk.valid());
        if !chunk.invalid().is_empty() {
            let span = Span::new(text.len(), text.len() + chunk.invalid().len());
            let message = "the file is not UTF-8: these bytes are no character";
            context.tell(Code::InvalidUtf8, span, || {
                Diagnostic::new(Code::InvalidUtf8, span, String::new(), message).with_help("save it as UTF-8")
            });
            context.damaged.push(span);
            text.extend(chunk.invalid().iter().map(|_| '?'));
        }
    }
    Cow::Owned(text)
}
