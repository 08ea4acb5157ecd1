//! The expiry of a token.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use crate::check::context::{At, Context, finding, removal, replace_on_request, replace_safely};
use crate::check::decode::opening;
use crate::check::members::ENTRY_MEMBERS;
use crate::code::Code;
use crate::diagnostic::Fix;
use crate::expiry::{Expiry, in_words};
use crate::json::{Member, Node, Value};
use crate::span::Span;

const ADD_EXPIRY: &str = "give it an `expiry_millis`, and rotate the token before that";

/// Notes a token without an expiry; `span` is that of its object.
pub(super) fn never_expires(context: &mut Context<'_>, at: At<'_>, span: Span) {
    if context.wants(Code::NeverExpires) {
        let opening = Span::new(span.start(), span.start() + 1);
        context.tell(Code::NeverExpires, opening, || {
            finding(Code::NeverExpires, opening, at, "the token never expires").help(ADD_EXPIRY)
        });
    }
}

// Seconds of the years 1973 to 5138 are milliseconds of January 1970 to 1973.
pub(super) const LOOKS_LIKE_SECONDS: core::ops::Range<i64> = 100_000_000..100_000_000_000;
pub(super) const MILLIS_OF_YEAR_5138: i64 = 100_000_000_000_000;

/// Takes a member out of its object; not where another member may be meant as the same, and would come in its place.
fn without_member(members: &[Member<'_>], node: &Node<'_>) -> Option<Fix> {
    let is_known = |name: &str| ENTRY_MEMBERS.contains(&name) || name == "description";
    if !members.iter().all(|member| member.key.decode().is_some_and(|name| is_known(&name))) {
        return None;
    }
    let index = members.iter().position(|member| member.value.span == node.span)?;
    let place = |member: &Member<'_>| Span::new(member.key.outer().start(), member.value.span.end());
    let places: Vec<Span> = members.iter().map(place).collect();
    removal(&places, index).map(|removed| replace_on_request(removed, ""))
}

/// The rules of an expiry, which stands among `members`.
pub(super) fn expiry_rules(
    context: &mut Context<'_>,
    at: At<'_>,
    node: &Node<'_>,
    members: &[Member<'_>],
) -> Option<Expiry> {
    let Value::Number(spelt) = node.value else {
        let now = context.validator.now;
        context.find(Code::ExpiryNotAnInteger, opening(node), || not_an_integer(now, at, node));
        return None;
    };
    let integer = spelt.parse::<i64>().ok().filter(|_| spelt != "-0");
    let Some(millis) = integer else {
        let now = context.validator.now;
        context.find(Code::ExpiryNotAnInteger, opening(node), || not_an_integer(now, at, node));
        return None;
    };
    let expiry = Expiry::from_millis(millis);
    if context.validator.only_errors() {
        return Some(expiry);
    }
    let (now, soon, far) = (context.validator.now, context.validator.soon, context.validator.far);
    let date = |expiry: Expiry| expiry.to_string();
    let days = |time: core::time::Duration| match time.as_secs() / 86_400 {
        0 => in_words(time),
        1 => "1 day".into(),
        days => format!("{days} days"),
    };
    let span = node.span;
    let left = expiry.remaining(now).filter(|_| expiry.elapsed(now).is_none());
    if !LOOKS_LIKE_SECONDS.contains(&millis)
        && millis < MILLIS_OF_YEAR_5138
        && left.is_some_and(|left| left > soon && left <= far)
    {
        // Most tokens: nothing is to be said, and no words are made.
        return Some(expiry);
    }
    let found = if millis <= 0 {
        finding(
            Code::ExpiryNotPositive,
            span,
            at,
            "the token expired in 1970 or before: it is never accepted",
        )
        .help("to mean never, leave `expiry_millis` out")
        .fix(without_member(members, node))
    } else if LOOKS_LIKE_SECONDS.contains(&millis) {
        let meant = millis * 1000;
        let message = format!("read as milliseconds this is {}; it looks like seconds", date(expiry));
        finding(Code::ExpiryInSeconds, span, at, message)
            .help(format!("in milliseconds it is `{meant}`: {}", date(Expiry::from_millis(meant))))
            .fix(replace_on_request(span, meant.to_string()))
    } else if (MILLIS_OF_YEAR_5138..i64::MAX).contains(&millis) {
        let (unit, meant) = if millis < MILLIS_OF_YEAR_5138 * 1000 {
            ("microseconds", millis / 1_000)
        } else {
            ("nanoseconds", millis / 1_000_000)
        };
        let message = format!("read as milliseconds this is {}; it looks like {unit}", year(millis));
        finding(Code::ExpiryTooFine, span, at, message)
            .help(format!("in milliseconds it is `{meant}`: {}", date(Expiry::from_millis(meant))))
            .fix(replace_on_request(span, meant.to_string()))
    } else if let Some(ago) = expiry.elapsed(now) {
        finding(Code::Expired, span, at, format!("the token expired on {}, {} ago", date(expiry), days(ago)))
            .help("make a new one, or remove it")
    } else if millis == i64::MAX {
        finding(Code::NeverExpires, span, at, "the token never expires").help(ADD_EXPIRY)
    } else {
        let left = expiry.remaining(now).unwrap_or_default();
        let message = format!("the token expires on {}, in {}", date(expiry), days(left));
        match left {
            left if left <= soon => {
                finding(Code::ExpiresSoon, span, at, message).help("make its successor now")
            }
            left if left > far => finding(Code::ExpiresFar, span, at, message).help("choose a nearer time"),
            _ => return Some(expiry),
        }
    };
    context.push(found);
    Some(expiry)
}

fn year(millis: i64) -> String {
    const MILLIS_PER_YEAR: i64 = 31_556_952_000;
    format!("about the year {}", 1970 + millis / MILLIS_PER_YEAR)
}

fn not_an_integer(now: std::time::SystemTime, at: At<'_>, node: &Node<'_>) -> crate::diagnostic::Diagnostic {
    let wrong = finding(
        Code::ExpiryNotAnInteger,
        opening(node),
        at,
        format!("`expiry_millis` is an integer of milliseconds, not {}", description(node)),
    );
    let becomes = |millis: i64| format!("write `{millis}`: {}", Expiry::from_millis(millis));
    let text = match &node.value {
        Value::Number(spelt) => {
            let float = spelt.parse::<f64>().unwrap_or(f64::NAN);
            // Up to 2^53 every whole number is exact.
            #[expect(clippy::cast_possible_truncation, reason = "in the range where it is exact")]
            let exact =
                (float.fract() == 0.0 && float.abs() < 9_007_199_254_740_992.0).then_some(float as i64);
            return match exact {
                Some(millis) => {
                    wrong.help(becomes(millis)).fix(replace_safely(node.span, millis.to_string()))
                }
                None => wrong.help("write an integer without fraction or exponent that fits into 64 bits"),
            };
        }
        Value::String(string) => string.decode(),
        Value::Null => {
            return wrong.help("to mean never, leave the member out");
        }
        _ => None,
    };
    let text = text.unwrap_or_default();
    let text = text.trim();
    if let Some(seconds) = text.parse().ok().filter(|seconds| LOOKS_LIKE_SECONDS.contains(seconds)) {
        let millis = seconds * 1000;
        let help = format!("it looks like seconds: {}", becomes(millis));
        return wrong.help(help).fix(replace_on_request(node.span, millis.to_string()));
    }
    // A date is the beginning of its day.
    if let Ok(expiry) = Expiry::parse(text).or_else(|_| Expiry::parse(&format!("{text}T00:00:00Z"))) {
        let millis = expiry.as_millis();
        let same = text.parse() == Ok(millis) || expiry.to_string() == text;
        let fix = if same { replace_safely } else { replace_on_request };
        return wrong.help(becomes(millis)).fix(fix(node.span, millis.to_string()));
    }
    match Expiry::parse_after(now, text) {
        Ok(expiry) => {
            let millis = expiry.as_millis();
            wrong
                .help(format!("{}, which is {text} from now on", becomes(millis)))
                .fix(replace_on_request(node.span, millis.to_string()))
        }
        Err(_) => wrong.help("write the Unix time in milliseconds, such as `1767225600000`"),
    }
}

fn description(node: &Node<'_>) -> &'static str {
    match &node.value {
        Value::Number(spelt) if spelt.contains(['.', 'e', 'E']) => "a number with a fraction or exponent",
        Value::Number("-0") => "a negative zero",
        Value::Number(_) => "a number beyond 64 bits",
        other => other.description(),
    }
}
