//! The rule for expiries that are not an integer.

use super::expiry::removal;
use super::expiry_guess::{Guess, is_never};
use super::options::Options;
use crate::code::Code;
use crate::diagnostic::{Applicability, Sink};
use crate::document::{Entry, Field};
use crate::syntax::Kind;

pub(super) fn check(entry: &Entry<'_>, options: &Options, sink: &mut Sink) {
    let Field::Invalid { key, node } = &entry.expiry else { return };
    if node.kind == Kind::Invalid {
        return;
    }
    let description = if node.kind == Kind::Number { "another number" } else { node.kind.description() };
    let draft = sink
        .report(Code::ExpiryNotAnInteger, node.head(), entry.at_member("expiry_millis"))
        .message(format_args!("`expiry_millis` must be a 64-bit integer of milliseconds, not {description}"));
    if is_never(node) {
        draft
            .help("remove the member if the token should never expire")
            .fix(Applicability::Unsafe, removal(entry));
    } else if let Some(guess) = Guess::of_value(options.now, node) {
        // If the name is a guess, the value is not certain either.
        let is_named = key.decode().is_some_and(|name| name == "expiry_millis");
        let is_safe = is_named && guess.is_exact;
        let applicability = if is_safe { Applicability::Safe } else { Applicability::Unsafe };
        draft.help(guess.help()).fix(applicability, guess.edit(node.span));
    } else {
        draft.help("use the Unix time in milliseconds, such as `1893456000000` for 2030");
    }
}
