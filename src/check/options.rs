//! The options of a validator.

use core::time::Duration;

use super::Validator;
use crate::code::{Code, Severity};
use crate::document::Role;
use crate::release::Release;

impl Validator {
    /// Checks an admin token file (`--admin-token-file`) instead of a tokens file.
    ///
    /// Token, name and expiry follow the same rules as in a tokens file, except that the name can be `_admin`, which needs no
    /// expiry. A file without `name` is rejected: the documentation describes a default, but the server does not read the
    /// file (server source).
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

    /// Sets the severity of a code; `None` means that it is not reported.
    ///
    /// ```
    /// use std::time::SystemTime;
    /// use influxdb3_offline_tokens::{Code, Severity, Validator};
    ///
    /// let strict = Validator::new(SystemTime::now()).severity(Code::NoTokens, Some(Severity::Error));
    /// assert!(!strict.check(br#"{"tokens": []}"#).is_valid());
    /// ```
    #[must_use]
    pub fn severity(mut self, code: Code, severity: Option<Severity>) -> Self {
        self.levels.set(code, severity);
        self
    }

    /// Turns every warning into an error, unless the severity of its code is set.
    ///
    /// ```
    /// use std::time::SystemTime;
    /// use influxdb3_offline_tokens::{Code, Severity, Validator};
    ///
    /// let strict = Validator::new(SystemTime::now()).deny_warnings();
    /// assert!(!strict.check(br#"{"tokens": []}"#).is_valid());
    /// assert!(strict.severity(Code::NoTokens, Some(Severity::Warning)).check(br#"{"tokens": []}"#).is_valid());
    /// ```
    #[must_use]
    pub const fn deny_warnings(self) -> Self {
        self.warnings(Some(Severity::Error))
    }

    /// Sets the severity of all warnings, unless the severity of their code is set; `None` means that they are not reported.
    ///
    /// This includes codes that are only sometimes warnings.
    ///
    /// ```
    /// use std::time::SystemTime;
    /// use influxdb3_offline_tokens::Validator;
    ///
    /// let lenient = Validator::new(SystemTime::now()).warnings(None);
    /// assert!(lenient.check(br#"{"tokens": []}"#).is_empty());
    /// ```
    #[must_use]
    pub const fn warnings(mut self, severity: Option<Severity>) -> Self {
        self.levels.set_warnings(severity);
        self
    }

    /// Reports permissions and files that this release of the server rejects or misinterprets.
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

    /// Keeps at most this many findings of a file: errors before warnings before notes, each in source order.
    ///
    /// All are counted ([`Report::count`](crate::Report::count)), and [`Report::omitted`](crate::Report::omitted) returns the
    /// number of omitted ones. Suggestions for database names compare at most 40,000 pairs of names.
    ///
    /// ```
    /// use std::time::SystemTime;
    /// use influxdb3_offline_tokens::{Severity, Validator};
    ///
    /// let report = Validator::new(SystemTime::now()).max_diagnostics(2).check(br#"{"tokens": [{}, {}]}"#);
    /// assert_eq!(report.iter().count(), 2);
    /// assert_eq!(report.count(Severity::Error), 6);
    /// ```
    #[must_use]
    pub const fn max_diagnostics(mut self, count: usize) -> Self {
        self.max_diagnostics = count;
        self
    }
}
