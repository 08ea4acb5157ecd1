//! What a person chose of a check.

use core::time::Duration;

use super::{Level, Validator};
use crate::code::Code;
use crate::release::Release;

impl Validator {
    /// Takes the file for an admin token file (`--admin-token-file`), and not for a file of resource tokens.
    ///
    /// The rules of a token, its name and its expiry are those of an entry of the tokens file, except that `_admin` is a
    /// right name, and that such a token may go without an expiry. A file without `name` is refused: the documentation
    /// speaks of a default, and the server does not read the file (server source).
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
        self.admin = true;
        self
    }

    /// Gives a code another level.
    #[must_use]
    pub fn level(mut self, code: Code, level: Level) -> Self {
        self.levels.insert(code, level);
        self
    }

    /// Makes every warning an error, unless its code has a level of its own.
    #[must_use]
    pub const fn deny_warnings(mut self) -> Self {
        self.deny_warnings = true;
        self
    }

    /// Reports what this release of the server refuses or silently does wrong.
    #[must_use]
    pub const fn release(mut self, release: Release) -> Self {
        self.release = Some(release);
        self
    }

    /// Reports tokens that expire within this time.
    #[must_use]
    pub const fn expires_soon(mut self, within: Duration) -> Self {
        self.soon = within;
        self
    }

    /// Reports tokens that expire after more than this time.
    #[must_use]
    pub const fn expires_far(mut self, after: Duration) -> Self {
        self.far = after;
        self
    }

    /// Keeps at most this many findings of a file: errors before warnings before notes, the first of each first.
    ///
    /// All are counted ([`Report::count`]); [`Report::omitted`] says how many were not kept.
    /// Whatever the number, where very many databases are granted and not created, or the other way round, only the first
    /// of them get a suggestion of what was meant: at most 20,000 pairs of names are compared.
    #[must_use]
    pub const fn keep(mut self, findings: usize) -> Self {
        self.keep = findings;
        self
    }
}
