//! Validator options.

use core::time::Duration;

use super::Validator;
use crate::code::Code;
use crate::diagnostic::Level;
use crate::document::Role;
use crate::release::Release;

impl Validator {
    /// Takes the file for an admin token file (`--admin-token-file`), and not for a file of resource tokens.
    ///
    /// The rules of a token, its name and its expiry are those of an entry of the tokens file, except that `_admin` is a
    /// right name and may go without an expiry; a token of another name without one is reported as `never-expires`. A file
    /// without `name` is refused: the documentation speaks of a default, and the server does not read the file (server
    /// source).
    ///
    /// ```
    /// use influxdb3_offline_tokens::Validator;
    ///
    /// let validator = Validator::new(std::time::SystemTime::now()).admin_token_file();
    /// let report = validator.check(br#"{"tokens": []}"#);
    /// assert_eq!(report.iter().next().unwrap().code().name(), "tokens-file");
    /// ```
    #[must_use]
    pub const fn admin_token_file(mut self) -> Self {
        self.role = Role::Admin;
        self
    }

    /// Gives a code another level.
    ///
    /// ```
    /// use std::time::SystemTime;
    /// use influxdb3_offline_tokens::{Code, Level, Validator};
    ///
    /// let strict = Validator::new(SystemTime::now()).level(Code::NoTokens, Level::Deny);
    /// assert!(!strict.check(br#"{"tokens": []}"#).is_valid());
    /// ```
    #[must_use]
    pub fn level(mut self, code: Code, level: Level) -> Self {
        self.levels.set(code, level);
        self
    }

    /// Makes every warning an error, unless its code has a level of its own.
    ///
    /// ```
    /// use std::time::SystemTime;
    /// use influxdb3_offline_tokens::{Code, Level, Validator};
    ///
    /// let strict = Validator::new(SystemTime::now()).deny_warnings();
    /// assert!(!strict.check(br#"{"tokens": []}"#).is_valid());
    /// assert!(strict.level(Code::NoTokens, Level::Warn).check(br#"{"tokens": []}"#).is_valid());
    /// ```
    #[must_use]
    pub const fn deny_warnings(self) -> Self {
        self.warnings(Level::Deny)
    }

    /// Gives all warnings another level, unless their code has one of its own: also those of codes that are only sometimes
    /// warnings.
    ///
    /// ```
    /// use std::time::SystemTime;
    /// use influxdb3_offline_tokens::{Level, Validator};
    ///
    /// let lenient = Validator::new(SystemTime::now()).warnings(Level::Allow);
    /// assert!(lenient.check(br#"{"tokens": []}"#).is_empty());
    /// ```
    #[must_use]
    pub const fn warnings(mut self, level: Level) -> Self {
        self.levels.set_warnings(level);
        self
    }

    /// Reports what this release of the server refuses or silently does wrong.
    ///
    /// ```
    /// use std::time::SystemTime;
    /// use influxdb3_offline_tokens::{Release, Validator};
    ///
    /// let text = br#"{"tokens": [{"token": "apiv3_a", "name": "app", "permissions": ["db:*:read"]}]}"#;
    /// let validator = Validator::new(SystemTime::now());
    /// assert!(validator.check(text).is_valid());
    /// assert!(!validator.release(Release::new(3, 9, 0)).check(text).is_valid());
    /// ```
    #[must_use]
    pub const fn release(mut self, release: Release) -> Self {
        self.release = Some(release);
        self
    }

    /// Reports tokens that expire within this time, instead of within 7 days.
    ///
    /// ```
    /// use std::time::{Duration, SystemTime};
    /// use influxdb3_offline_tokens::{Code, Validator};
    ///
    /// let now = SystemTime::UNIX_EPOCH + Duration::from_secs(1_767_225_600);
    /// let text = br#"{"tokens": [{"token": "apiv3_a", "name": "app", "expiry_millis": 1769817600000, "permissions": []}]}"#;
    /// let found = |validator: Validator| validator.check(text).iter().any(|finding| finding.code() == Code::ExpiresSoon);
    /// assert!(!found(Validator::new(now)), "it has 30 days left");
    /// assert!(found(Validator::new(now).expires_soon(Duration::from_secs(31 * 24 * 3600))));
    /// ```
    #[must_use]
    pub const fn expires_soon(mut self, within: Duration) -> Self {
        self.soon = within;
        self
    }

    /// Reports tokens that expire after more than this time, instead of 2 years of 365 days.
    ///
    /// ```
    /// use std::time::{Duration, SystemTime};
    /// use influxdb3_offline_tokens::{Code, Validator};
    ///
    /// let now = SystemTime::UNIX_EPOCH + Duration::from_secs(1_767_225_600);
    /// let text = br#"{"tokens": [{"token": "apiv3_a", "name": "app", "expiry_millis": 1769817600000, "permissions": []}]}"#;
    /// let found = |validator: Validator| validator.check(text).iter().any(|finding| finding.code() == Code::ExpiresFar);
    /// assert!(!found(Validator::new(now)), "it has 30 days left");
    /// assert!(found(Validator::new(now).expires_far(Duration::from_secs(7 * 24 * 3600))));
    /// ```
    #[must_use]
    pub const fn expires_far(mut self, after: Duration) -> Self {
        self.far = after;
        self
    }

    /// Keeps at most this many findings of a file: errors before warnings before notes, the first of each first.
    ///
    /// All are counted ([`Report::count`](crate::Report::count)); [`Report::omitted`](crate::Report::omitted) says how many were not kept.
    /// Whatever the number, where very many databases are granted and not created, or the other way round, only the first
    /// of them get a suggestion of what was meant: at most 40,000 pairs of names are compared.
    ///
    /// ```
    /// use std::time::SystemTime;
    /// use influxdb3_offline_tokens::{Severity, Validator};
    ///
    /// let report = Validator::new(SystemTime::now()).keep(2).check(br#"{"tokens": [{}, {}]}"#);
    /// assert_eq!(report.iter().count(), 2);
    /// assert_eq!(report.count(Severity::Error), 6);
    /// ```
    #[must_use]
    pub const fn keep(mut self, findings: usize) -> Self {
        self.keep = findings;
        self
    }
}
