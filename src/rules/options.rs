//! The options of the rules.

use core::time::Duration;
use std::time::SystemTime;

use crate::diagnostic::Levels;
use crate::expiry::Expiry;
use crate::limits::{MICROSECONDS, SECONDS_END};
use crate::release::Release;

/// The options of the rules, including the current time.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Options {
    pub(crate) now: SystemTime,
    pub(crate) release: Option<Release>,
    pub(crate) soon: Duration,
    pub(crate) far: Duration,
    /// Whether only errors are reported.
    pub(crate) errors_only: bool,
    /// The expiries on which no rule reports: not soon, not far, and in milliseconds.
    pub(super) usual: (Expiry, Expiry),
}

impl Options {
    /// Creates the options, with the range of usual expiries.
    pub(crate) fn new(
        now: SystemTime,
        soon: Duration,
        far: Duration,
        release: Option<Release>,
        levels: &Levels,
    ) -> Self {
        let after = |time| Expiry::after(now, time).unwrap_or(Expiry::NEVER);
        let first = after(soon).max(Expiry::from_millis(SECONDS_END));
        let last = after(far).min(Expiry::from_millis(MICROSECONDS - 1));
        Self { now, release, soon, far, errors_only: levels.errors_only(), usual: (first, last) }
    }
}
