//! Guesses of the expiry that a value means.

use core::ops::Range;
use core::time::Duration;
use std::time::SystemTime;

use crate::diagnostic::TextEdit;
use crate::document::Text;
use crate::expiry::Expiry;
use crate::limits::{LIKELY_SECONDS, MICROSECONDS};
use crate::span::Span;
use crate::syntax::Node;

/// The longest time that is interpreted as a duration: 20 years.
const LONGEST_DURATION: Duration = Duration::from_secs(20 * 366 * 24 * 60 * 60);

const NANOSECONDS: i64 = 100_000_000_000_000_000;
/// September 2001, like the first of the likely seconds.
const FIRST_LIKELY: i64 = 1_000_000_000_000;
/// `20270501120000` is a date, not a time in the year 2612.
const DIGITS_OF_A_DATE: Range<i64> = 20_000_101_000_000..21_000_101_000_000;
const MILLIS_PER_HOUR: i64 = 3_600_000;

/// The help for a time that may be a duration.
pub(super) const DURATION_HELP: &str = "if it is a duration, use the Unix time of the expiry in milliseconds";

/// The expiry that a value means.
#[derive(Clone, Copy)]
pub(super) struct Guess {
    pub(super) millis: i64,
    /// The unit of the value if it is not milliseconds.
    pub(super) unit: Option<&'static str>,
    /// Whether the value is the same time, spelled in another way.
    pub(super) is_exact: bool,
}

impl Guess {
    /// Returns the guess for an integer.
    pub(super) fn of_integer(number: i64) -> Self {
        let (millis, unit) = match number {
            _ if LIKELY_SECONDS.contains(&number) => (number * 1_000, Some("seconds")),
            MICROSECONDS..NANOSECONDS => (number / 1_000, Some("microseconds")),
            i64::MAX => (number, None),
            NANOSECONDS.. => (number / 1_000_000, Some("nanoseconds")),
            _ => (number, None),
        };
        Self { millis, unit, is_exact: unit.is_none() }
    }

    /// Returns the guess for a number with a fraction or an exponent.
    fn of_float(spelt: &str) -> Option<Self> {
        // A number with at most this many characters is exact.
        const EXACT: usize = 17;
        let number: f64 = spelt.parse().ok()?;
        let guess = Self::of_integer(format!("{:.0}", number.floor()).parse().ok()?);
        Some(Self { is_exact: guess.is_exact && number.fract() == 0.0 && spelt.len() <= EXACT, ..guess })
    }

    /// Returns the guess for a value that is not an integer; `None` if it is unlikely, such as `"20270501"`, which is 1970.
    pub(super) fn of_value(now: SystemTime, node: &Node<'_>) -> Option<Self> {
        let guess = match node.number() {
            Some(number) => Self::of_float(number)?,
            None => Self::of_text(now, decoded(node)?.trim())?,
        };
        is_likely(guess.millis).then_some(guess)
    }

    fn of_text(now: SystemTime, text: &str) -> Option<Self> {
        if let Ok(number) = text.parse() {
            return Some(Self::of_integer(number));
        }
        if let Some(expiry) = Expiry::parse_loosely(text) {
            let utc = text.replace("+00:00", "Z").replace(".000Z", "Z");
            let is_exact = expiry.to_string() == utc;
            return Some(Self { millis: expiry.as_millis(), unit: None, is_exact });
        }
        let expiry = Expiry::parse_after(now, text).ok()?;
        // `1780272000000ms` are 56 years: a time, not a duration. `0d` may mean never.
        let is_duration =
            expiry.remaining(now).is_some_and(|time| !time.is_zero() && time <= LONGEST_DURATION);
        is_duration.then(|| Self { millis: expiry.as_millis(), unit: None, is_exact: false })
    }

    /// Returns whether the value may be a duration: 30 days in milliseconds are a time in 2052 in seconds.
    fn is_ambiguous(&self) -> bool {
        self.unit == Some("seconds") && self.millis / 1_000 % MILLIS_PER_HOUR == 0
    }

    /// Returns the help, with the expiry to write instead.
    pub(super) fn help(&self) -> String {
        let duration = if self.is_ambiguous() { format!("; {DURATION_HELP}") } else { String::new() };
        format!("use `{}` for {}{duration}", self.millis, Expiry::from_millis(self.millis))
    }

    /// Returns the edit that writes the milliseconds.
    pub(super) fn edit(&self, span: Span) -> Option<TextEdit> {
        (!self.is_ambiguous()).then(|| TextEdit::new(span, self.millis.to_string()))
    }
}

/// Returns whether a value is an expiry in milliseconds that is in the future.
pub(super) fn is_future(now: SystemTime, node: &Node<'_>) -> bool {
    let millis = node.number().and_then(|number| number.parse().ok());
    millis.is_some_and(|millis| is_likely(millis) && !Expiry::from_millis(millis).is_past(now))
}

fn is_likely(millis: i64) -> bool {
    (FIRST_LIKELY..MICROSECONDS).contains(&millis) && !DIGITS_OF_A_DATE.contains(&millis)
}

/// Returns whether a value means that the token never expires.
pub(super) fn is_never(node: &Node<'_>) -> bool {
    let words = ["never", "none", "null"];
    decoded(node).is_some_and(|text| words.iter().any(|word| word.eq_ignore_ascii_case(text.trim())))
}

fn decoded<'a>(node: &Node<'a>) -> Option<Text<'a>> {
    node.as_str().and_then(Text::new)
}
