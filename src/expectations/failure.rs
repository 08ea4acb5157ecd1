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
    pub(super) kind: FailureKind<'a>,
}

/// The kind of a failed expectation.
///
/// ```
/// use std::time::SystemTime;
/// use influxdb3_offline_tokens::{Expectations, Token, TokenEntry, TokenFile, TokenName};
/// use influxdb3_offline_tokens::expectations::FailureKind;
///
/// let file = TokenFile::new([], [TokenEntry::new(TokenName::parse("app")?, Token::generate()?)])?;
/// let expectations = Expectations::parse("app can read sensors")?;
/// let failed = expectations.check(&file, SystemTime::now());
/// let FailureKind::Denied { decision, .. } = failed[0].kind() else { panic!("not denied") };
/// assert_eq!(decision.reason().unwrap().name(), "no-entry");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum FailureKind<'a> {
    /// The file has no token with this name.
    NoSuchToken,
    /// The request should be allowed, but is denied.
    #[non_exhaustive]
    Denied {
        /// The request.
        request: AccessRequest<'a>,
        /// The decision.
        decision: Decision<'a>,
    },
    /// The request should be denied, but is allowed.
    #[non_exhaustive]
    Allowed {
        /// The request.
        request: AccessRequest<'a>,
        /// The decision.
        decision: Decision<'a>,
    },
}

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

    /// Returns the kind of the failure.
    ///
    /// ```
    /// use std::time::SystemTime;
    /// use influxdb3_offline_tokens::{Expectations, TokenFile};
    /// use influxdb3_offline_tokens::expectations::FailureKind;
    ///
    /// let file = TokenFile::parse(br#"{"tokens": [{"token": "apiv3_a", "name": "app", "permissions": ["db:a:read"]}]}"#)?;
    /// let expectations = Expectations::parse("app cannot read a")?;
    /// let failed = expectations.check(&file, SystemTime::now());
    /// assert!(matches!(failed[0].kind(), FailureKind::Allowed { .. }));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub const fn kind(&self) -> FailureKind<'a> {
        self.kind
    }
}

debug_as_text!(FailedExpectation<'_>);

impl fmt::Display for FailedExpectation<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let token = Quoted(self.token);
        write!(f, "line {}: ", self.line)?;
        match self.kind {
            FailureKind::NoSuchToken => write!(f, "the file has no token {token}"),
            FailureKind::Denied { request, decision: Decision::Denied(reason) } => {
                write!(f, "{token} cannot {request}: {reason}")
            }
            FailureKind::Denied { request, decision } => write!(f, "{token} cannot {request}: {decision}"),
            FailureKind::Allowed { request, decision } => write!(f, "{token} can {request}: {decision}"),
        }
    }
}

/// The error of a file that fails expectations. It contains all failures as text.
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
