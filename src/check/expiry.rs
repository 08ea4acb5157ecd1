//! The expiry of a token.

use alloc::borrow::Cow;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::time::Duration;
use std::time::SystemTime;

use crate::check::context::{At, Context, finding, removal, replace_on_request, replace_safely};
use crate::check::decode::opening;
use crate::check::format::ENTRY_MEMBERS;
use crate::check::names::is_variable;
use crate::code::Code;
use crate::diagnostic::Fix;
use crate::expiry::{Expiry, LAST_RFC3339_MILLIS, in_words};
use crate::json::{Member, Node, RawStr, Value};
use crate::span::Span;

const ADD_EXPIRY: &str = "give it an `expiry_millis`, and rotate the token before that";

/// Notes a token without an expiry; `span` is that of its object.
pub(super) fn never_expires(context: &mut Context<'_>, at: At<'_>, span: Span) {
    if context.wants(Code::NeverExpires, None) {
        let opening = Span::new(span.start(), span.start() + 1);
        context.tell(Code::NeverExpires, opening, || {
            finding(Code::NeverExpires, opening, at, "the token never expires").with_help(ADD_EXPIRY)
        });
    }
}

// Seconds of the years 1973 to 5138 are milliseconds of January 1970 to 1973.
pub(super) const LOOKS_LIKE_SECONDS: core::ops::Range<i64> = 100_000_000..100_000_000_000;
// Of these it is likely: September 2001 to the end of 2099.
const LIKELY_SECONDS: core::ops::RangeInclusive<i64> = 1_000_000_000..=4_102_444_800;
/// Microseconds of 2001 are milliseconds of the year 33658; a person may write one of the year 9999 for never.
pub(super) const MICROSECONDS: i64 = 1_000_000_000_000_000;
const NANOSECONDS: i64 = 100_000_000_000_000_000;

/// The milliseconds that a number means that stands for seconds from now on, and is likely a time: in seconds, or as it is.
pub(super) fn time_for_seconds(number: i64) -> Option<i64> {
    if LIKELY_SECONDS.contains(&number) && !may_be_a_duration(number) {
        return Some(number * 1000);
    }
    is_likely(number).then_some(number)
}

/// An expiry that is read as it was meant, as far as one can tell.
pub(super) fn likely_expiry(value: &Node<'_>) -> Option<Expiry> {
    let Value::Number(spelt) = value.value else { return None };
    spelt.parse().ok().filter(|millis| is_likely(*millis)).map(Expiry::from_millis)
}

// What begins in September 2001, where seconds do.
const FIRST_LIKELY: i64 = 1_000_000_000_000;
// `20270501120000` is a date, and no time of the year 2612.
const DIGITS_OF_A_DATE: core::ops::Range<i64> = 20_000_101_000_000..21_000_101_000_000;

fn is_likely(millis: i64) -> bool {
    (FIRST_LIKELY..MICROSECONDS).contains(&millis) && !DIGITS_OF_A_DATE.contains(&millis)
}

/// Takes a member out of its object; not where another member may be meant as the same, and would come in its place.
fn without_member(members: &[Member<'_>], node: &Node<'_>) -> Option<Fix> {
    let is_known = |name: &str| ENTRY_MEMBERS.contains(&name) || name == "description";
    let index = members.iter().position(|member| member.value.span == node.span)?;
    let this = members.get(index)?.key.decode()?;
    let stands_once =
        members.iter().filter(|member| member.key.decode().as_ref() == Some(&this)).nth(1).is_none();
    if !stands_once || !members.iter().all(|member| member.key.decode().is_some_and(|name| is_known(&name))) {
        return None;
    }
    let place = |member: &Member<'_>| Span::new(member.key.outer().start(), member.value.span.end());
    let places: Vec<Span> = members.iter().map(place).collect();
    removal(&places, index).map(|removed| replace_on_request(removed, ""))
}

/// The rules of an expiry, which stands among `members`.
pub(super) fn expiry_rules(
    context: &mut Context<'_>,
    at: At<'_>,
    (key, node): (RawStr<'_>, &Node<'_>),
    members: &[Member<'_>],
) -> Option<Expiry> {
    let Value::Number(spelt) = node.value else {
        not_an_integer(context, at, (key, node), members);
        return None;
    };
    let integer = spelt.parse::<i64>().ok().filter(|_| spelt != "-0");
    let Some(millis) = integer else {
        not_an_integer(context, at, (key, node), members);
        return None;
    };
    let expiry = Expiry::from_millis(millis);
    if context.validator.only_errors() {
        return Some(expiry);
    }
    let (now, soon, far) = (context.validator.now, context.validator.soon, context.validator.far);
    let days = |time: Duration| match time.as_secs() / 86_400 {
        0 => in_words(time),
        1 => "1 day".into(),
        days => format!("{days} days"),
    };
    let span = node.span;
    let left = expiry.remaining(now).filter(|_| expiry.elapsed(now).is_none());
    if !LOOKS_LIKE_SECONDS.contains(&millis)
        && millis < MICROSECONDS
        && left.is_some_and(|left| left > soon && left <= far)
    {
        // Most tokens: nothing is to be said, and no words are made.
        return Some(expiry);
    }
    let replace = |meant: i64| Some(replace_on_request(span, meant.to_string()));
    if millis <= 0 {
        context.find(
            Code::ExpiryNotPositive,
            span,
            || without_member(members, node),
            || {
                let message = "the token expired in 1970 or before: it is never accepted";
                let found = finding(Code::ExpiryNotPositive, span, at, message);
                found.with_help("to mean never, leave `expiry_millis` out")
            },
        );
    } else if LIKELY_SECONDS.contains(&millis) {
        in_seconds(context, at, span, millis);
    } else if let (meant, Guess::Unit(unit)) = in_its_unit(millis) {
        context.find(
            Code::ExpiryTooFine,
            span,
            || replace(meant),
            || {
                let message = format!("read as milliseconds this is {}; it looks like {unit}", year(millis));
                finding(Code::ExpiryTooFine, span, at, message).with_help(in_millis(meant))
            },
        );
    } else if let Some(ago) = expiry.elapsed(now) {
        context.tell(Code::Expired, span, || {
            let message = format!("the token expired on {expiry}, {} ago", days(ago));
            let found = finding(Code::Expired, span, at, message);
            if millis < LOOKS_LIKE_SECONDS.end {
                found.with_help(a_duration(now, millis))
            } else {
                found.with_help("make a new one, or remove it")
            }
        });
    } else if millis == i64::MAX {
        context.tell(Code::NeverExpires, span, || {
            finding(Code::NeverExpires, span, at, "the token never expires").with_help(ADD_EXPIRY)
        });
    } else {
        let left = expiry.remaining(now).unwrap_or_default();
        let (code, help) = if left <= soon {
            (Code::ExpiresSoon, "make its successor now")
        } else if left > far {
            (Code::ExpiresFar, "choose a nearer time")
        } else {
            return Some(expiry);
        };
        context.tell(code, span, || {
            let message = if millis > LAST_RFC3339_MILLIS {
                format!("the token expires in {}", year(millis))
            } else {
                format!("the token expires on {expiry}, in {}", days(left))
            };
            finding(code, span, at, message).with_help(help)
        });
    }
    Some(expiry)
}

fn in_millis(meant: i64) -> String {
    format!("in milliseconds it is `{meant}`: {}", Expiry::from_millis(meant))
}

/// Whether a time in seconds may be a duration: 30 days in milliseconds are a time of 2052.
const fn may_be_a_duration(seconds: i64) -> bool {
    seconds % MILLIS_PER_HOUR == 0
}

/// A time that is likely in seconds.
fn in_seconds(context: &mut Context<'_>, at: At<'_>, span: Span, seconds: i64) {
    let (now, meant) = (context.validator.now, seconds * 1000);
    let may_be_a_duration = may_be_a_duration(seconds);
    let fix = || (!may_be_a_duration).then(|| replace_on_request(span, meant.to_string()));
    context.find(Code::ExpiryInSeconds, span, fix, || {
        let expiry = Expiry::from_millis(seconds);
        let message = format!("read as milliseconds this is {expiry}; it looks like seconds");
        let found = finding(Code::ExpiryInSeconds, span, at, message);
        if may_be_a_duration {
            found.with_help(format!("{}; {}", in_millis(meant), a_duration(now, seconds)))
        } else {
            found.with_help(in_millis(meant))
        }
    });
}

const MILLIS_PER_HOUR: i64 = 3_600_000;
pub(super) const LONGEST_DURATION: Duration = Duration::from_secs(20 * 366 * 24 * 60 * 60);

/// What to write for a time that is so early that it may be a duration.
fn a_duration(now: SystemTime, millis: i64) -> String {
    let time = Duration::from_millis(millis.unsigned_abs());
    let end = Expiry::after(now, time).ok().filter(|_| millis % MILLIS_PER_HOUR == 0);
    match end {
        Some(end) => {
            let (number, unit) = match millis / MILLIS_PER_HOUR {
                hours if hours % 24 == 0 => (hours / 24, "day"),
                hours => (hours, "hour"),
            };
            let plural = if number == 1 { "" } else { "s" };
            format!("for a duration of {number} {unit}{plural} write when it ends: `{}`", end.as_millis())
        }
        None => "if it is a duration, write when it ends, as Unix time in milliseconds".into(),
    }
}

fn year(millis: i64) -> String {
    const MILLIS_PER_YEAR: i64 = 31_556_952_000;
    format!("about the year {}", 1970 + millis / MILLIS_PER_YEAR)
}

fn not_an_integer(
    context: &mut Context<'_>,
    at: At<'_>,
    (key, node): (RawStr<'_>, &Node<'_>),
    members: &[Member<'_>],
) {
    let (code, span, now) = (Code::ExpiryNotAnInteger, opening(node), context.validator.now);
    let fix = || {
        if is_never(&node.value) {
            return without_member(members, node);
        }
        let (millis, guess) = meant(now, node)?;
        if guess == Guess::Unit("seconds") && may_be_a_duration(millis / 1000) {
            return None;
        }
        // Where a person must say what is meant by the name, nobody else says it of the value.
        let is_named = key.decode().is_some_and(|name| name == "expiry_millis");
        let is_safe = is_named && guess == Guess::Same && is_likely(millis);
        let replace = if is_safe { replace_safely } else { replace_on_request };
        Some(replace(node.span, millis.to_string()))
    };
    context.find(code, span, fix, || {
        let message = format!("`expiry_millis` is an integer of milliseconds, not {}", description(node));
        let becomes = |millis: i64| format!("write `{millis}`: {}", Expiry::from_millis(millis));
        let wrong = finding(code, span, at, message);
        match (meant(now, node), &node.value) {
            (_, value) if is_never(value) => wrong.with_help("to mean never, leave the member out"),
            (Some((millis, Guess::Same | Guess::Date)), _) => wrong.with_help(becomes(millis)),
            (Some((millis, Guess::Unit("seconds"))), _) if may_be_a_duration(millis / 1000) => {
                let duration = a_duration(now, millis / 1000);
                wrong.with_help(format!("it looks like seconds: {}; {duration}", becomes(millis)))
            }
            (Some((millis, Guess::Unit(unit))), _) => {
                wrong.with_help(format!("it looks like {unit}: {}", becomes(millis)))
            }
            (Some((millis, Guess::FromNowOn)), value) => {
                let text = written(value).unwrap_or_default();
                wrong.with_help(format!("{}, which is {} from now on", becomes(millis), text.trim()))
            }
            (None, Value::Number(_)) => wrong.with_help(
                "write the Unix time in milliseconds as an integer, such as `1893456000000` for 2030",
            ),
            (None, value) if written(value).is_some_and(|text| text.trim().is_empty()) => {
                wrong.with_help("was a variable not set? write the Unix time in milliseconds")
            }
            (None, value) if written(value).is_some_and(|text| is_variable(&text)) => {
                wrong.with_help("fill the template in before, and write the number without quotes")
            }
            (None, _) => {
                wrong.with_help("write the Unix time in milliseconds, such as `1893456000000` for 2030")
            }
        }
    });
}

/// Whether a value says that there is no end.
fn is_never(value: &Value<'_>) -> bool {
    const WORDS: [&str; 3] = ["never", "none", "null"];
    match value {
        Value::Null => true,
        _ => {
            written(value).is_some_and(|text| WORDS.iter().any(|word| word.eq_ignore_ascii_case(text.trim())))
        }
    }
}

/// What something that is no integer was taken for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Guess {
    /// The same time, written in another way.
    Same,
    Date,
    Unit(&'static str),
    FromNowOn,
}

/// What an integer means that stands where milliseconds should.
fn in_its_unit(number: i64) -> (i64, Guess) {
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

/// Seconds with a fraction, as Python has them, and milliseconds with one: to the millisecond below.
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

/// The milliseconds that were meant; none where they are none of a time that can be, as of `"20270501"`, which would be one
/// of 1970.
fn meant(now: SystemTime, node: &Node<'_>) -> Option<(i64, Guess)> {
    any_meant(now, node).filter(|(millis, _)| is_likely(*millis) || *millis == i64::MAX)
}

fn any_meant(now: SystemTime, node: &Node<'_>) -> Option<(i64, Guess)> {
    if let Value::Number(spelt) = node.value {
        return whole(spelt).map(in_its_unit).or_else(|| with_fraction(spelt));
    }
    let text = written(&node.value)?;
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
    // `1780272000000ms` are 56 years: a time, and no duration; and `0d` may be for ever.
    let is_one = expiry.remaining(now).is_some_and(|time| !time.is_zero() && time <= LONGEST_DURATION);
    is_one.then(|| (expiry.as_millis(), Guess::FromNowOn))
}

/// Whether a time of RFC 3339 in UTC says nothing below milliseconds.
fn is_exact(text: &str) -> bool {
    let utc = text.strip_suffix('Z').or_else(|| text.strip_suffix("+00:00"));
    let fraction = utc.and_then(|text| text.split_once('.'));
    fraction.is_some_and(|(_, digits)| {
        let digits = digits.trim_end_matches('0');
        digits.len() <= 3 && digits.bytes().all(|byte| byte.is_ascii_digit())
    })
}

/// The integer that a number with a fraction or an exponent is exactly.
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

fn written<'a>(value: &Value<'a>) -> Option<Cow<'a, str>> {
    if let Value::String(string) = value { string.decode() } else { None }
}

fn description(node: &Node<'_>) -> &'static str {
    match &node.value {
        Value::Number(spelt) if spelt.contains(['.', 'e', 'E']) => "a number with a fraction or exponent",
        Value::Number("-0") => "a negative zero",
        Value::Number(_) => "a number beyond 64 bits",
        other => other.description(),
    }
}
