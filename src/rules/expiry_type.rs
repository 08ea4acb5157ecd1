//! Expiries that are not an integer.

use alloc::format;
use alloc::string::{String, ToString};
use std::time::SystemTime;

use super::expiry::removal;
use super::expiry_guess::{Guess, decoded, duration_help, is_likely, is_never, may_be_a_duration, meant};
use super::options::Options;
use super::placeholder::is_variable;
use crate::code::Code;
use crate::diagnostic::{Applicability, Sink, TextEdit};
use crate::document::{Entry, Field};
use crate::expiry::Expiry;
use crate::syntax::{Kind, Node};

pub(super) const CODES: &[Code] = &[Code::ExpiryNotAnInteger];

pub(super) fn check(entry: &Entry<'_>, options: &Options, sink: &mut Sink) {
    let Field::Invalid { key, node } = &entry.expiry else { return };
    if node.kind == Kind::Invalid {
        return;
    }
    let Some(draft) = sink.report(Code::ExpiryNotAnInteger, node.head(), entry.at_member("expiry_millis"))
    else {
        return;
    };
    let draft = draft
        .message(format!("`expiry_millis` must be an integer of milliseconds, not {}", description(node)));
    if is_never(node) {
        draft
            .help("remove the member if the token should never expire")
            .fix(Applicability::Unsafe, removal(entry));
        return;
    }
    let now = options.now;
    let meant = meant(now, node);
    let draft = draft.help(help(now, node, meant));
    let is_ambiguous =
        |(millis, guess): &(i64, Guess)| *guess == Guess::Unit("seconds") && may_be_a_duration(millis / 1000);
    if let Some((millis, guess)) = meant.filter(|meant| !is_ambiguous(meant)) {
        // If the name is a guess, the value is not certain either.
        let is_named = key.decode().is_some_and(|name| name == "expiry_millis");
        let is_safe = is_named && guess == Guess::Same && is_likely(millis);
        let applicability = if is_safe { Applicability::Safe } else { Applicability::Unsafe };
        draft.fix(applicability, [TextEdit::new(node.span, millis.to_string())]);
    }
}

fn help(now: SystemTime, node: &Node<'_>, meant: Option<(i64, Guess)>) -> String {
    let becomes = |millis: i64| format!("use `{millis}` for {}", Expiry::from_millis(millis));
    let text = decoded(node);
    match meant {
        Some((millis, Guess::Same | Guess::Date)) => becomes(millis),
        Some((millis, Guess::Unit("seconds"))) if may_be_a_duration(millis / 1000) => {
            let duration = duration_help(now, millis / 1000);
            format!("it looks like seconds: {}; {duration}", becomes(millis))
        }
        Some((millis, Guess::Unit(unit))) => format!("it looks like {unit}: {}", becomes(millis)),
        Some((millis, Guess::FromNowOn)) => {
            let text = text.as_deref().unwrap_or_default();
            format!("{}, which is {} from now", becomes(millis), text.trim())
        }
        None if node.kind == Kind::Number => {
            "use the Unix time in milliseconds as an integer, such as `1893456000000` for 2030".into()
        }
        None if text.as_deref().is_some_and(|text| text.trim().is_empty()) => {
            "use the Unix time in milliseconds; is a variable unset?".into()
        }
        None if text.as_deref().is_some_and(is_variable) => {
            "expand the template first, and write the number without quotes".into()
        }
        None => "use the Unix time in milliseconds, such as `1893456000000` for 2030".into(),
    }
}

fn description(node: &Node<'_>) -> &'static str {
    match node.number() {
        Some(number) if number.contains(['.', 'e', 'E']) => "a number with a fraction or exponent",
        Some("-0") => "a negative zero",
        Some(_) => "a number that exceeds 64 bits",
        None => node.kind.description(),
    }
}
