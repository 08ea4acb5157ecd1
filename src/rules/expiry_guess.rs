//! Guesses about values in place of an expiry.

use alloc::format;
use alloc::string::{String, ToString};
use core::ops::Range;
use core::time::Duration;
use std::time::SystemTime;

use crate::document::Text;
use crate::expiry::Expiry;
use crate::limits::{LIKELY_SECONDS, MICROSECONDS};
use crate::syntax::Node;

/// The longest time that is interpreted as a duration: 20 years.
pub(super) const LONGEST_DURATION: Duration = Duration::from_secs(20 * 366 * 24 * 60 * 60);

const NANOSECONDS: i64 = 100_000_000_000_000_000;
/// September 2001, as the first of the likely seconds.
const FIRST_LIKELY: i64 = 1_000_000_000_000;
/// `20270501120000` is a date, and no time of the year 2612.
const DIGITS_OF_A_DATE: Range<i64> = 20_000_101_000_000..21_000_101_000_000;
const MILLIS_PER_HOUR: i64 = 3_600_000;

/// Returns the help for a time so early that it may be a duration.
pub(super) fn duration_help(now: SystemTime, millis: i64) -> String {
    let time = Duration::from_millis(millis.unsigned_abs());
    let end = Expiry::after(now, time).ok().filter(|_| may_be_a_duration(millis));
    let Some(end) = end else {
        return "if it is a duration, use the Unix time in milliseconds when it ends".into();
    };
    let (number, unit) = match millis / MILLIS_PER_HOUR {
        hours if hours % 24 == 0 => (hours / 24, "day"),
        hours => (hours, "hour"),
    };
    let plural = if number == 1 { "" } else { "s" };
    format!("for {number} {unit}{plural} from now, use `{}`", end.as_millis())
}

/// Returns the milliseconds of a number in place of seconds from now on that is probably a time: in seconds, or as it is.
pub(super) fn time_for_seconds(number: i64) -> Option<i64> {
    if LIKELY_SECONDS.contains(&number) && !may_be_a_duration(number) {
        return Some(number * 1000);
    }
    is_likely(number).then_some(number)
}

/// Returns whether a value is an expiry in milliseconds that is in the future.
pub(super) fn is_future(now: SystemTime, node: &Node<'_>) -> bool {
    let millis = node.number().and_then(|number| number.parse().ok());
    millis.is_some_and(|millis| is_likely(millis) && !Expiry::from_millis(millis).is_past(now))
}

/// Returns whether a time may be a duration: 30 days in milliseconds are a time in 2052 in seconds.
pub(super) const fn may_be_a_duration(time: i64) -> bool {
    time % MILLIS_PER_HOUR == 0
}

pub(super) fn is_likely(millis: i64) -> bool {
    (FIRST_LIKELY..MICROSECONDS).contains(&millis) && !DIGITS_OF_A_DATE.contains(&millis)
}

/// Returns whether a value means that the token never expires.
pub(super) fn is_never(node: &Node<'_>) -> bool {
    const WORDS: [&str; 3] = ["never", "none", "null"];
    let is_word = |text: &str| WORDS.iter().any(|word| word.eq_ignore_ascii_case(text.trim()));
    decoded(node).is_some_and(|text| is_word(&text))
}

/// The interpretation of a value that is not an integer.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Guess {
    /// The same time, spelled in another way.
    Same,
    Date,
    Unit(&'static str),
    FromNowOn,
}

/// Returns the milliseconds that an integer means, and its interpretation.
pub(super) fn in_its_unit(number: i64) -> (i64, Guess) {
    if LIKELY_SECONDS.contains(&number) {
        (number * 1000, Guess::Unit("seconds"))
    } else if DIGITS_OF_A_DATE.contains(&(number / 1_000)) {
        // A date with milliseconds.
        (number, Guess::Same)
    } else if (MICROSECONDS..NANOSECONDS).contains(&number) {
        (number / 1_000, Guess::Unit("microseconds"))
    } else if (NANOSECONDS..i64::MAX).contains(&number) {
        (number / 1_000_000, Guess::Unit("nanoseconds"))
    } else {
        (number, Guess::Same)
    }
}

/// Returns the time of seconds or milliseconds with a fraction, to the millisecond below.
fn with_fraction(spelt: &str) -> Option<(i64, Guess)> {
    let (integer, fraction) = spelt.split_once('.')?;
    let number: i64 = integer.parse().ok()?;
    let digits = fraction.get(..3).unwrap_or(fraction);
    if !fraction.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    if LIKELY_SECONDS.contains(&number) {
        let millis: i64 = format!("{digits:0<3}").parse().ok()?;
        return Some((number * 1000 + millis, Guess::Unit("seconds")));
    }
    is_likely(number).then_some((number, Guess::Date))
}

/// Returns the milliseconds that a value means; `None` if they are no possible time, as of `"20270501"`, which would be 1970.
pub(super) fn meant(now: SystemTime, node: &Node<'_>) -> Option<(i64, Guess)> {
    any_meant(now, node).filter(|(millis, _)| is_likely(*millis) || *millis == i64::MAX)
}

fn any_meant(now: SystemTime, node: &Node<'_>) -> Option<(i64, Guess)> {
    if let Some(number) = node.number() {
        return whole(number).map(in_its_unit).or_else(|| with_fraction(number));
    }
    let text = decoded(node)?;
    let text = text.trim();
    if let Ok(number) = text.parse::<i64>() {
        return Some(in_its_unit(number));
    }
    if let Some(expiry) = Expiry::parse_loosely(text) {
        let millis = expiry.as_millis();
        let same = is_exact(text) || expiry.to_string() == text.replace("+00:00", "Z");
        return Some((millis, if same { Guess::Same } else { Guess::Date }));
    }
    let expiry = Expiry::parse_after(now, text).ok()?;
    // `1780272000000ms` are 56 years: a time, not a duration. `0d` may mean never.
    let is_one = expiry.remaining(now).is_some_and(|time| !time.is_zero() && time <= LONGEST_DURATION);
    is_one.then(|| (expiry.as_millis(), Guess::FromNowOn))
}

/// Returns whether an RFC 3339 time in UTC has at most millisecond precision.
fn is_exact(text: &str) -> bool {
    let utc = text.strip_suffix('Z').or_else(|| text.strip_suffix("+00:00"));
    let fraction = utc.and_then(|text| text.split_once('.'));
    fraction.is_some_and(|(_, digits)| {
        let digits = digits.trim_end_matches('0');
        digits.len() <= 3 && digits.bytes().all(|byte| byte.is_ascii_digit())
    })
}

/// Returns the integer that a number with a fraction or an exponent is exactly.
fn whole(spelt: &str) -> Option<i64> {
    let (number, exponent) = spelt.split_once(['e', 'E']).unwrap_or((spelt, "0"));
    let (sign, number) = number.strip_prefix('-').map_or((1, number), |number| (-1, number));
    let (integer, fraction) = number.split_once('.').unwrap_or((number, ""));
    let fraction = fraction.trim_end_matches('0');
    let zeros = exponent.parse::<i32>().ok()?.checked_sub(i32::try_from(fraction.len()).ok()?)?;
    let digits: String = [integer, fraction].concat();
    let digits = digits.trim_start_matches('0');
    if digits.is_empty() {
        return Some(0);
    }
    let digits = if let Ok(zeros) = usize::try_from(zeros) {
        format!("{digits}{}", "0".repeat(zeros.min(20)))
    } else {
        let length = digits.len().checked_sub(zeros.unsigned_abs() as usize)?;
        let (digits, cut) = digits.split_at_checked(length)?;
        cut.bytes().all(|byte| byte == b'0').then(|| String::from(digits))?
    };
    digits.parse::<i64>().ok()?.checked_mul(sign)
}

pub(super) fn decoded<'a>(node: &Node<'a>) -> Option<Text<'a>> {
    node.as_str().and_then(Text::new)
}
