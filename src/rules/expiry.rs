//! The rule for the expiry of a token.

use core::time::Duration;

use super::expiry_guess::{DURATION_HELP, Guess};
use super::options::Options;
use crate::code::Code;
use crate::diagnostic::{Applicability, At, Sink, TextEdit};
use crate::document::{Entry, Field, Meaning, Other, Role};
use crate::expiry::{Expiry, LAST_RFC3339_MILLIS, format_duration};
use crate::limits::SECONDS_END;
use crate::name::OPERATOR_TOKEN_NAME;
use crate::span::Span;

pub(super) fn check(entry: &Entry<'_>, options: &Options, sink: &mut Sink) {
    match &entry.expiry {
        Field::Valid { value, .. } if (options.usual.0..=options.usual.1).contains(value) => {}
        Field::Valid { span, value, .. } => unusual(entry, *value, *span, options, sink),
        Field::Missing | Field::Null { .. } => missing(entry, sink),
        Field::Invalid { .. } => {}
    }
}

fn missing(entry: &Entry<'_>, sink: &mut Sink) {
    // A duration has another finding, and the operator token never expires (documentation).
    let is_duration =
        |other: &Other<'_>| matches!(other.meaning, Meaning::Duration | Meaning::Http("expiry_millis"));
    let is_operator = entry.role == Role::Admin
        && entry.name.value().is_none_or(|name| matches!(&**name, "" | OPERATOR_TOKEN_NAME));
    if is_operator || entry.is_truncated() || entry.others.iter().any(is_duration) {
        return;
    }
    never(entry.bracket(), entry.at(), sink);
}

fn never(span: Span, at: At, sink: &mut Sink) {
    sink.report(Code::NeverExpires, span, at)
        .message("the token never expires")
        .help("add `expiry_millis`, and rotate the token before it expires");
}

#[cold]
fn unusual(entry: &Entry<'_>, expiry: Expiry, span: Span, options: &Options, sink: &mut Sink) {
    let (at, millis, now) = (entry.at_member("expiry_millis"), expiry.as_millis(), options.now);
    let guess = Guess::of_integer(millis);
    if millis <= 0 {
        sink.report(Code::ExpiryNotPositive, span, at)
            .message("the token expired in 1970 or earlier: the server never accepts it")
            .help("remove `expiry_millis` if the token should never expire")
            .fix(Applicability::Unsafe, removal(entry));
    } else if let Some(unit) = guess.unit {
        let (code, date) = match unit {
            "seconds" => (Code::ExpiryInSeconds, expiry.to_string()),
            _ => (Code::ExpiryTooFine, year(millis)),
        };
        sink.report(code, span, at)
            .message(format_args!("the expiry looks like {unit}: in milliseconds it is {date}"))
            .help(guess.help())
            .fix(Applicability::Unsafe, guess.edit(span));
    } else if let Some(ago) = expiry.elapsed(now) {
        let draft = sink
            .report(Code::Expired, span, at)
            .message(format_args!("the token expired at {expiry}, {} ago", days(ago)));
        let is_early = millis < SECONDS_END;
        draft.help(if is_early { DURATION_HELP } else { "create a new token, or remove this one" });
    } else if expiry.is_never() {
        never(span, at, sink);
    } else {
        remaining(expiry, span, at, options, sink);
    }
}

/// Reports an expiry in the near or far future.
fn remaining(expiry: Expiry, span: Span, at: At, options: &Options, sink: &mut Sink) {
    let left = expiry.remaining(options.now).unwrap_or_default();
    let (code, help) = if left <= options.soon {
        (Code::ExpiresSoon, "rotate the token before then")
    } else if left > options.far {
        (Code::ExpiresFar, "use an earlier expiry")
    } else {
        return;
    };
    let draft = sink.report(code, span, at).help(help);
    if expiry.as_millis() > LAST_RFC3339_MILLIS {
        draft.message(format_args!("the token expires in {}", year(expiry.as_millis())));
    } else {
        draft.message(format_args!("the token expires at {expiry}, in {}", days(left)));
    }
}

/// Returns the edit that removes the expiry, for a value that means never.
pub(super) fn removal(entry: &Entry<'_>) -> Option<TextEdit> {
    TextEdit::removal(entry.source, entry.expiry.member_span()?)
}

fn days(time: Duration) -> String {
    const DAY: u64 = 86_400;
    match time.as_secs() {
        seconds if seconds < DAY => format_duration(time),
        // Rounded, so that a token that was created for three days a moment ago does not expire in two.
        seconds => match (seconds + DAY / 2) / DAY {
            1 => "1 day".into(),
            days => format!("{days} days"),
        },
    }
}

fn year(millis: i64) -> String {
    const MILLIS_PER_YEAR: i64 = 31_556_952_000;
    format!("about the year {}", 1970 + millis / MILLIS_PER_YEAR)
}
