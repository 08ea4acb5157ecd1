//! Expectations that a file fails.

use core::fmt;

use crate::access::{AccessRequest, Decision, Quoted};
use crate::secret::debug_as_text;

/// An expectation that a file fails: its line, the token, and the decision.
///
/// ```
/// use std::time::SystemTime;
/// use influxdb3_offline_tokens::{Expectations, TokenFile};
///
/// let expectations = Expectations::parse("# no such token\napp can read sensors")?;
/// let file = TokenFile::default();
/// let failed = expectations.check(&file, SystemTime::now());
/// assert_eq!((failed[0].line(), failed[0].token()), (2, "app"));
/// # Ok::<(), influxdb3_offline_tokens::expectations::InvalidExpectations>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct FailedExpectation<'a> {
    pub(super) line: usize,
    pub(super) token: &'a str,
    pub(super) decision: Option<Decided<'a>>,
}

/// A request and its decision.
pub(super) type Decided<'a> = (AccessRequest<'a>, Decision<'a>);

impl<'a> FailedExpectation<'a> {
    /// Returns the line of the expectation, from 1.
    ///
    /// ```
    /// use std::time::SystemTime;
    /// use influxdb3_offline_tokens::{Expectations, TokenFile};
    ///
    /// let file = TokenFile::parse(br#"{"tokens": [{"token": "apiv3_a", "name": "app", "permissions": ["db:a:read"]}]}"#)?;
    /// let expectations = Expectations::parse("# writers\napp can write a")?;
    /// let failed = expectations.check(&file, SystemTime::now());
    /// assert_eq!(failed[0].line(), 2);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub const fn line(&self) -> usize {
        self.line
    }

    /// Returns the name of the token that fails the expectation.
    ///
    /// ```
    /// use std::time::SystemTime;
    /// use influxdb3_offline_tokens::{Expectations, TokenFile};
    ///
    /// let file = TokenFile::parse(br#"{"tokens": [{"token": "apiv3_a", "name": "app", "permissions": ["db:a:read"]}]}"#)?;
    /// let expectations = Expectations::parse("nobody can read a")?;
    /// let failed = expectations.check(&file, SystemTime::now());
    /// assert_eq!(failed[0].token(), "app");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub const fn token(&self) -> &'a str {
        self.token
    }

    /// Returns the request and the decision that contradicts the expectation; `None` if the file has no such token.
    ///
    /// ```
    /// use std::time::SystemTime;
    /// use influxdb3_offline_tokens::{Expectations, TokenFile};
    ///
    /// let file = TokenFile::parse(br#"{"tokens": [{"token": "apiv3_a", "name": "app", "permissions": ["db:a:read"]}]}"#)?;
    /// let expectations = Expectations::parse("app cannot read a")?;
    /// let failed = expectations.check(&file, SystemTime::now());
    /// let (request, decision) = failed[0].decision().unwrap();
    /// assert_eq!(request.to_string(), "read on database `a`");
    /// assert!(decision.is_allowed());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub const fn decision(&self) -> Option<(AccessRequest<'a>, Decision<'a>)> {
        self.decision
    }
}

debug_as_text!(FailedExpectation<'_>);

impl fmt::Display for FailedExpectation<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let token = Quoted(self.token);
        write!(f, "line {}: ", self.line)?;
        match self.decision {
            None => write!(f, "the file has no token {token}"),
            Some((request, Decision::Denied(reason))) => write!(f, "{token} cannot {request}: {reason}"),
            Some((request, decision)) => write!(f, "{token} can {request}: {decision}"),
        }
    }
}

/// The error for a file that fails expectations. It contains all failures as text.
///
/// `Debug` prints what `Display` prints, so that `unwrap` reads well in a test. [`Expectations::check`] returns the failures
/// as values.
///
/// [`Expectations::check`]: crate::Expectations::check
///
/// ```should_panic
/// use std::time::SystemTime;
/// use influxdb3_offline_tokens::{Expectations, TokenFile};
///
/// let expectations = Expectations::parse("app can read sensors").unwrap();
/// // Panics with "failed expectation: line 1: the file has no token `app`".
/// expectations.verify(&TokenFile::default(), SystemTime::now()).unwrap();
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct FailedExpectations(Vec<String>);

impl FailedExpectations {
    pub(super) fn new(failed: &[FailedExpectation<'_>]) -> Self {
        Self(failed.iter().map(ToString::to_string).collect())
    }
}

impl fmt::Display for FailedExpectations {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let [failed] = self.0.as_slice() {
            return write!(f, "failed expectation: {failed}");
        }
        write!(f, "{} failed expectations:", self.0.len())?;
        self.0.iter().try_for_each(|failed| write!(f, "\n  {failed}"))
    }
}

impl fmt::Debug for FailedExpectations {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl core::error::Error for FailedExpectations {}
