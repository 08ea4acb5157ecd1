//! The expiry of a token.

use alloc::format;
use alloc::string::{String, ToString};
use core::time::Duration;
use std::time::SystemTime;

use super::expiry_guess::{Guess, duration_help, in_its_unit, may_be_a_duration};
use super::options::Options;
use crate::code::Code;
use crate::diagnostic::{Applicability, At, Sink, TextEdit};
use crate::document::{Entry, Field, Role};
use crate::expiry::{Expiry, LAST_RFC3339_MILLIS, in_words};
use crate::limits::{LIKELY_SECONDS, SECONDS_END};
use crate::name::OPERATOR_TOKEN_NAME;
use crate::span::Span;

pub(super) const CODES: &[Code] = &[
    Code::Expired,
    Code::ExpiryInSeconds,
    Code::ExpiryTooFine,
    Code::ExpiryNotPositive,
    Code::NeverExpires,
    Code::ExpiresSoon,
    Code::ExpiresFar,
];

const ADD_EXPIRY: &str = "add `expiry_millis`, and rotate the token before it expires";

pub(super) fn check(entry: &Entry<'_>, options: &Options, sink: &mut Sink) {
    match &entry.expiry {
        Field::Valid { value, .. } if (options.usual.0..=options.usual.1).contains(value) => {}
        Field::Valid { span, value, .. } => unusual(entry, *value, *span, options, sink),
        Field::Missing | Field::Null { .. } => missing(entry, sink),
        Field::Invalid { .. } => {}
    }
}

fn missing(entry: &Entry<'_>, sink: &mut Sink) {
    // A duration is reported as such, and the operator token never expires (documentation).
    let is_duration =
        |name: &str| matches!(name, "expiry_secs") || crate::suggest::Word::new(name).is_duration();
    let is_operator = entry.role == Role::Admin
        && entry.name.value().is_none_or(|name| matches!(&**name, "" | OPERATOR_TOKEN_NAME));
    if is_operator
        || entry.is_truncated()
        || entry.others.iter().any(|other| other.name.as_deref().is_some_and(is_duration))
    {
        return;
    }
    if let Some(draft) = sink.report(Code::NeverExpires, entry.bracket(), entry.at()) {
        draft.message("the token never expires").help(ADD_EXPIRY);
    }
}

#[cold]
fn unusual(entry: &Entry<'_>, expiry: Expiry, span: Span, options: &Options, sink: &mut Sink) {
    let (at, millis, now) = (entry.at_member("expiry_millis"), expiry.as_millis(), options.now);
    if millis <= 0 {
        let Some(draft) = sink.report(Code::ExpiryNotPositive, span, at) else { return };
        draft
            .message("the token expired in 1970 or earlier: the server never accepts it")
            .help("remove `expiry_millis` if the token should never expire")
            .fix(Applicability::Unsafe, removal(entry));
    } else if LIKELY_SECONDS.contains(&millis) {
        in_seconds(millis, span, at, now, sink);
    } else if let (meant, Guess::Unit(unit)) = in_its_unit(millis) {
        let Some(draft) = sink.report(Code::ExpiryTooFine, span, at) else { return };
        draft
            .message(format!("the expiry looks like {unit}: in milliseconds it is {}", year(millis)))
            .help(in_millis(meant))
            .fix(Applicability::Unsafe, [TextEdit::new(span, meant.to_string())]);
    } else if let Some(ago) = expiry.elapsed(now) {
        let Some(draft) = sink.report(Code::Expired, span, at) else { return };
        let draft = draft.message(format!("the token expired on {expiry}, {} ago", days(ago)));
        if millis < SECONDS_END {
            draft.help(duration_help(now, millis));
        } else {
            draft.help("create a new token, or remove this one");
        }
    } else if expiry.is_never() {
        if let Some(draft) = sink.report(Code::NeverExpires, span, at) {
            draft.message("the token never expires").help(ADD_EXPIRY);
        }
    } else {
        remaining(expiry, span, at, options, sink);
    }
}

/// Reports an expiry in the near or far future.
fn remaining(expiry: Expiry, span: Span, at: At, options: &Options, sink: &mut Sink) {
    let left = expiry.remaining(options.now).unwrap_or_default();
    let (code, help) = if left <= options.soon {
        (Code::ExpiresSoon, "rotate the token now")
    } else if left > options.far {
        (Code::ExpiresFar, "use an earlier expiry")
    } else {
        return;
    };
    let Some(draft) = sink.report(code, span, at) else { return };
    let millis = expiry.as_millis();
    let message = if millis > LAST_RFC3339_MILLIS {
        format!("the token expires in {}", year(millis))
    } else {
        format!("the token expires on {expiry}, in {}", days(left))
    };
    draft.message(message).help(help);
}

/// Returns the edit that removes the expiry, for a value that means never.
pub(super) fn removal(entry: &Entry<'_>) -> Option<TextEdit> {
    TextEdit::removal(entry.source, entry.expiry.member_span()?)
}

/// Reports a time that is probably in seconds.
fn in_seconds(seconds: i64, span: Span, at: At, now: SystemTime, sink: &mut Sink) {
    let Some(draft) = sink.report(Code::ExpiryInSeconds, span, at) else { return };
    let meant = seconds * 1000;
    let expiry = Expiry::from_millis(seconds);
    let draft = draft.message(format!("the expiry looks like seconds: in milliseconds it is {expiry}"));
    if may_be_a_duration(seconds) {
        draft.help(format!("{}; {}", in_millis(meant), duration_help(now, seconds)));
    } else {
        draft.help(in_millis(meant)).fix(Applicability::Unsafe, [TextEdit::new(span, meant.to_string())]);
    }
}

fn in_millis(meant: i64) -> String {
    format!("use `{meant}` for {}", Expiry::from_millis(meant))
}

fn days(time: Duration) -> String {
    match time.as_secs() / 86_400 {
        0 => in_words(time),
        1 => "1 day".into(),
        days => format!("{days} days"),
    }
}

fn year(millis: i64) -> String {
    const MILLIS_PER_YEAR: i64 = 31_556_952_000;
    format!("about the year {}", 1970 + millis / MILLIS_PER_YEAR)
}
