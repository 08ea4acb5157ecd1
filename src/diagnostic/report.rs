//! The type `Report`: all findings of a file.

use core::fmt;

use crate::code::Severity;
use crate::diagnostic::Diagnostic;

/// The findings of a file, in source order.
///
/// ```
/// use influxdb3_offline_tokens::Validator;
///
/// let report = Validator::new(std::time::SystemTime::now()).check(br#"{"tokens": [], "create_databases": ["my db"]}"#);
/// let names: Vec<_> = report.iter().map(|finding| finding.code().name()).collect();
/// assert_eq!(names, ["no-tokens", "bad-database-name"]);
/// assert!(!report.is_valid());
/// ```
///
/// A report and a finding can be serialized. Offsets are bytes; lines and columns are as in
/// [`Location`](crate::span::Location). They contain names and numbers of the file, but no secrets (see [`Diagnostic`]).
///
/// ```
/// let report = influxdb3_offline_tokens::validate(br#"{"tokens": [], "tokens": []}"#);
/// let json = serde_json::to_value(&report)?;
/// assert_eq!(json["valid"], false);
/// assert_eq!([&json["errors"], &json["warnings"], &json["notes"], &json["omitted"]], [1, 1, 0, 0]);
/// assert_eq!(
///     json["diagnostics"][1],
///     serde_json::json!({
///         "code": "T0106",
///         "name": "duplicate-member",
///         "severity": "error",
///         "message": "duplicate member: `tokens`",
///         "pointer": "/tokens",
///         "start": 15,
///         "end": 23,
///         "line": 1,
///         "column": 16,
///         "help": "keep only one of them",
///         "labels": [{"message": "first occurrence", "start": 1, "end": 9, "line": 1, "column": 2}],
///         "fixes": [],
///     })
/// );
/// # Ok::<(), serde_json::Error>(())
/// ```
///
/// Each of `fixes` has its `applicability` and its `edits`: `start`, `end` and `text`. For a new token, `text` is null and
/// `new_token` is true; otherwise `new_token` is missing. `effect` is that of
/// [`Fix::effect`](crate::diagnostic::Fix::effect), and is missing if there is none.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    pub(super) diagnostics: Vec<Diagnostic>,
    pub(super) counts: [usize; 3],
}

impl Report {
    /// Returns whether there are no errors. With default options, a file loads if and only if this is true.
    ///
    /// ```
    /// use influxdb3_offline_tokens::validate;
    ///
    /// assert!(validate(br#"{"tokens": []}"#).is_valid()); // a warning: there is no token
    /// assert!(!validate(b"{}").is_valid());
    /// ```
    #[must_use]
    pub const fn is_valid(&self) -> bool {
        self.count(Severity::Error) == 0
    }

    /// Returns whether there are no findings.
    ///
    /// ```
    /// use influxdb3_offline_tokens::validate;
    ///
    /// assert!(!validate(br#"{"tokens": []}"#).is_empty());
    /// ```
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.total() == 0
    }

    /// Returns the number of findings of a severity, including omitted ones.
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

    /// Returns the number of findings that exceed the limit (`Validator::max_diagnostics`).
    ///
    /// ```
    /// use std::time::SystemTime;
    /// use influxdb3_offline_tokens::Validator;
    ///
    /// let report = Validator::new(SystemTime::now()).max_diagnostics(1).check(br#"{"tokens": [{}]}"#);
    /// assert_eq!((report.iter().count(), report.omitted()), (1, 3));
    /// ```
    #[must_use]
    pub fn omitted(&self) -> usize {
        self.total() - self.diagnostics.len()
    }

    /// Returns the kept findings, in source order.
    ///
    /// ```
    /// use influxdb3_offline_tokens::{Severity, validate};
    ///
    /// let report = validate(br#"{"tokens": [{"token": "apiv3_a", "name": "app", "permissions": ["db:a:red"]}]}"#);
    /// let errors = report.iter().filter(|finding| finding.severity() == Severity::Error);
    /// assert_eq!(errors.count(), 1);
    /// ```
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

impl IntoIterator for Report {
    type Item = Diagnostic;
    type IntoIter = std::vec::IntoIter<Diagnostic>;

    fn into_iter(self) -> Self::IntoIter {
        self.diagnostics.into_iter()
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
