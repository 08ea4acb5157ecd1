//! One token: its secret, its name, its expiry.

use alloc::borrow::Cow;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use crate::check::context::{At, Context, finding, removal, replace_on_request, replace_safely};
use crate::check::decode::{Decoder, half_a_character, opening};
use crate::check::members::{ENTRY_MEMBERS, entry_members};
use crate::check::names::is_variable;
use crate::check::permissions;
use crate::check::strength::{Strength, strength};
use crate::code::Code;
use crate::diagnostic::{Applicability, Edit, Fix};
use crate::expiry::{Expiry, in_words};
use crate::file::TokenEntry;
use crate::json::{Member, Node, RawStr, Value, Wiped};
use crate::name::{OPERATOR_TOKEN_NAME, TokenName};
use crate::redact::may_show;
use crate::span::Span;
use crate::token::{InvalidTokenKind, TOKEN_PREFIX, Token, check_token};

pub(super) struct Entry;

impl Entry {
    /// Applies the rules of an entry; gives its value where values are made and it is sound.
    pub(super) fn read<'a>(
        decoder: &mut Decoder<'_, 'a>,
        index: usize,
        span: Span,
        members: &[Member<'a>],
    ) -> Option<TokenEntry> {
        let found = entry_members(&mut decoder.context, index, members);
        let [token, name, expiry, permissions] = found;
        let name_text = name.and_then(|(_, node)| match &node.value {
            Value::String(string) => string.decode(),
            _ => None,
        });
        for (member, found) in ENTRY_MEMBERS.into_iter().zip(&found) {
            if found.is_none() && member != "expiry_millis" {
                let opening = Span::new(span.start(), span.start() + 1);
                decoder.context.tell(Code::MissingMember, opening, || {
                    let message = format!("{} has no `{member}`", called(name_text.as_deref(), index));
                    let missing = finding(Code::MissingMember, opening, At::Token(index), message);
                    missing.help(format!("add `\"{member}\"`"))
                });
            }
        }
        let token = token.and_then(|(_, node)| {
            let secret = token_rules(&mut decoder.context, At::TokenMember(index, "token"), node)?;
            decoder.whole.token(secret.string.inner().start(), &secret.token);
            secret.right.then_some(secret.token)
        });
        let name = name.and_then(|(_, node)| name_rules(decoder, index, node));
        let expiry_found = if let Some((_, node)) = expiry {
            expiry_rules(&mut decoder.context, At::TokenMember(index, "expiry_millis"), node, members)
        } else {
            // A duration of the HTTP API has its own finding, and means an expiry.
            let is_duration =
                |member: &Member<'_>| member.key.decode().is_some_and(|key| key == "expiry_secs");
            if !members.iter().any(is_duration) {
                never_expires(&mut decoder.context, At::Token(index), span);
            }
            None
        };
        if permissions.is_none() {
            decoder.whole.unreadable();
        }
        let builds = decoder.builds();
        let permissions =
            permissions.and_then(|(_, node)| permissions::read(decoder, index, node, builds))?;
        if !builds || (expiry.is_some() && expiry_found.is_none()) {
            return None;
        }
        // Both were checked by their rules.
        let (name, token) = (TokenName::parse(&name?).ok()?, Token::checked(&token?));
        Some(TokenEntry::of(token, name, expiry_found, permissions))
    }
}

/// A token in a message: by its name where that can be shown, else by its number.
pub(super) fn called(name: Option<&str>, index: usize) -> String {
    match name.filter(|name| may_show(name, name)) {
        Some(name) => format!("token `{name}`"),
        None => format!("token {}", index + 1),
    }
}

/// Notes a token without an expiry; `span` is that of its object.
pub(super) fn never_expires(context: &mut Context<'_>, at: At<'_>, span: Span) {
    if context.wants(Code::NeverExpires) {
        let opening = Span::new(span.start(), span.start() + 1);
        context.tell(Code::NeverExpires, opening, || {
            finding(Code::NeverExpires, opening, at, "the token never expires").help(ADD_EXPIRY)
        });
    }
}

pub(super) fn string<'a>(
    context: &mut Context<'_>,
    at: At<'_>,
    what: &str,
    node: &Node<'a>,
) -> Option<(RawStr<'a>, Cow<'a, str>)> {
    if let Value::String(string) = node.value {
        let text = string.decode();
        if text.is_none() {
            half_a_character(context, string);
        }
        return text.map(|text| (string, text));
    }
    context.tell(Code::WrongType, opening(node), || {
        let message = format!("{what} is a string, not {}", node.value.description());
        finding(Code::WrongType, opening(node), at, message).help(match node.value {
            Value::Number(_) | Value::Bool => "write it in double quotes",
            _ => "write a string in its place",
        })
    });
    None
}

/// A token as it stands in the file, and whether it is right.
pub(super) struct Secret<'a> {
    pub(super) string: RawStr<'a>,
    pub(super) token: Wiped<'a>,
    pub(super) right: bool,
}

/// The rules of a token by itself.
pub(super) fn token_rules<'a>(context: &mut Context<'_>, at: At<'_>, node: &Node<'a>) -> Option<Secret<'a>> {
    let (string, token) = string(context, at, "the token", node)?;
    let token = Wiped(token);
    let new = || Fix::new(Applicability::Ask, [Edit::new_token(string.inner())]);
    let checked = check_token(&token);
    match checked.map_err(|error| (error.kind(), error.span())) {
        Err((InvalidTokenKind::Prefix, _)) if is_variable(&token) => {
            context.find(Code::UnexpandedVariable, string.inner(), || {
                let message = "a variable was not filled in";
                let found = finding(Code::UnexpandedVariable, string.inner(), at, message);
                found.help("write the token, or fill the template in before").fix(new())
            });
        }
        Err((InvalidTokenKind::Prefix, _)) => {
            context.find(Code::TokenPrefix, string.inner(), || {
                let found = finding(Code::TokenPrefix, string.inner(), at, "a token begins with `apiv3_`");
                let Some(scheme) = token.find(TOKEN_PREFIX) else {
                    let help = "let `influxdb3 create token` or this crate generate one";
                    return found.help(help).fix(new());
                };
                let place = string.place(Span::new(0, scheme));
                let help = "remove what stands before `apiv3_`, such as `Bearer`";
                found.help(help).fix(replace_on_request(place, ""))
            });
        }
        Err((_, span)) => {
            let place = string.place(span);
            context.tell(Code::TokenCharacters, place, || {
                let message =
                    "an `Authorization` header cannot carry this: a token is visible ASCII characters";
                let found = finding(Code::TokenCharacters, place, at, message);
                found.help("generate a token, or remove what was copied with it")
            });
        }
        Ok(()) => {
            if context.wants(Code::WeakToken) || context.wants(Code::PlaceholderToken) {
                let found = match strength(token.get(TOKEN_PREFIX.len()..).unwrap_or_default()) {
                    Strength::Strong => None,
                    Strength::Placeholder => {
                        Some((Code::PlaceholderToken, "this token is copied from an example"))
                    }
                    Strength::Weak => Some((
                        Code::WeakToken,
                        "this token is easy to guess: it has less than 128 random bits",
                    )),
                };
                if let Some((code, message)) = found {
                    context.find(code, string.inner(), || {
                        let weak = finding(code, string.inner(), at, message);
                        weak.help("generate one from at least 16 random bytes").fix(new())
                    });
                }
            }
        }
    }
    if checked.is_ok()
        && context.wants(Code::TokenWithColon)
        && let Some(colon) = token.find(':')
    {
        let place = string.place(Span::new(colon, colon + 1));
        context.tell(Code::TokenWithColon, place, || {
            let message = "a token with `:` cannot be used with Basic authentication";
            finding(Code::TokenWithColon, place, at, message).help("generate a token without it")
        });
    }
    let right = checked.is_ok();
    Some(Secret { string, token, right })
}

fn name_rules<'a>(decoder: &mut Decoder<'_, 'a>, index: usize, node: &Node<'a>) -> Option<Cow<'a, str>> {
    let at = At::TokenMember(index, "name");
    let context = &mut decoder.context;
    let (string, name) = not_empty(context, at, node)?;
    if name == OPERATOR_TOKEN_NAME {
        context.tell(Code::ReservedName, string.inner(), || {
            let message = "`_admin` is the name of the operator token";
            let found = finding(Code::ReservedName, string.inner(), at, message);
            found.help("choose another: with this one, the operator token cannot be made")
        });
        return None;
    }
    if name.trim() != name {
        decoder.whole.padded_name(index, string);
    }
    decoder.whole.name(string.inner().start(), &name);
    Some(name)
}

/// The name of a token of any kind.
pub(super) fn not_empty<'a>(
    context: &mut Context<'_>,
    at: At<'_>,
    node: &Node<'a>,
) -> Option<(RawStr<'a>, Cow<'a, str>)> {
    let (string, name) = string(context, at, "the name of a token", node)?;
    if name.is_empty() {
        context.tell(Code::EmptyName, string.inner(), || {
            let found = finding(Code::EmptyName, string.inner(), at, "the name of a token is empty");
            found.help("name who uses it")
        });
        return None;
    }
    Some((string, name))
}

const ADD_EXPIRY: &str = "give it an `expiry_millis`, and rotate it before";

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
