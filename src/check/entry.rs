//! One token: its members, its secret and its name.

use alloc::borrow::Cow;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use zeroize::Zeroizing;

use crate::check::context::{At, Context, finding, half_a_character};
use crate::check::decode::{Decoder, opening};
use crate::check::expiry::{expiry_rules, never_expires};
use crate::check::format::ENTRY_MEMBERS;
use crate::check::members::entry_members;
use crate::check::names::{is_to_be_filled_in, is_variable, token_in_name};
use crate::check::permissions;
use crate::check::strength::{Strength, strength};
use crate::code::{Code, Severity};
use crate::diagnostic::{Applicability, Edit, Fix};
use crate::file::TokenEntry;
use crate::json::{Member, Node, RawStr, Value, Wiped};
use crate::name::{OPERATOR_TOKEN_NAME, TokenName};
use crate::permission::variables;
use crate::redact::may_show;
use crate::span::Span;
use crate::suggest::Word;
use crate::token::{InvalidTokenKind, TOKEN_PREFIX, Token, check_token, holds_token};

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
                    missing.with_help(format!("add `\"{member}\"`"))
                });
            }
        }
        let token = token.and_then(|(_, node)| {
            let secret = token_rules(&mut decoder.context, At::TokenMember(index, "token"), node)?;
            decoder.whole.token(secret.string.inner().start(), &secret.token);
            secret.right.then_some(secret.token)
        });
        let name = name.and_then(|(_, node)| name_rules(decoder, index, node));
        let expiry_found = if let Some(member) = expiry {
            expiry_rules(&mut decoder.context, At::TokenMember(index, "expiry_millis"), member, members)
        } else {
            // A duration has its own finding, and means an expiry.
            let says = |member: &Member<'_>| {
                member.key.decode().is_some_and(|key| key == "expiry_secs" || Word::new(&key).is_duration())
            };
            if !members.iter().any(says) {
                never_expires(&mut decoder.context, At::Token(index), span);
            }
            None
        };
        if permissions.is_none() {
            decoder.whole.databases.unreadable = true;
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
        finding(Code::WrongType, opening(node), at, message).with_help(match node.value {
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
    // A token put into a template, or in place of a reference to one, would be known to all who can read that.
    let new = || {
        let is_plain = !is_to_be_filled_in(&token);
        is_plain.then(|| Fix::new(Applicability::Ask, [Edit::new_token(string.inner())]))
    };
    let checked = check_token(&token);
    let trimmed = token.trim();
    match checked.map_err(|error| (error.kind(), error.span())) {
        Err((kind, _)) if trimmed.len() < token.len() && check_token(trimmed).is_ok() => {
            let start = token.len() - token.trim_start().len();
            let around = [Span::new(0, start), Span::new(start + trimmed.len(), token.len())];
            let mut around =
                around.into_iter().filter(|span| !span.is_empty()).map(|span| string.place(span));
            let edits: Vec<Edit> = around.clone().map(|place| Edit::new(place, "")).collect();
            let code =
                if kind == InvalidTokenKind::Prefix { Code::TokenPrefix } else { Code::TokenCharacters };
            let place = around.next().unwrap_or_default();
            context.find(
                code,
                place,
                || Some(Fix::new(Applicability::Ask, edits)),
                || {
                    let message = "there is white space around the token";
                    finding(code, place, at, message).with_help("remove it")
                },
            );
        }
        Err((InvalidTokenKind::Prefix, _)) if is_variable(&token) => {
            context.tell(Code::UnexpandedVariable, string.inner(), || {
                let message = "a variable was not filled in";
                let found = finding(Code::UnexpandedVariable, string.inner(), at, message);
                found.with_help("write the token, or fill the template in before")
            });
        }
        Err((InvalidTokenKind::Prefix, _)) => {
            let scheme = token.find(TOKEN_PREFIX);
            let is_whole = |at: &usize| is_strong(&token, *at) || !is_to_be_filled_in(&token);
            let fix = || scheme.filter(is_whole).map_or_else(new, |at| without_scheme(string, &token, at));
            context.find(Code::TokenPrefix, string.inner(), fix, || {
                let found = finding(Code::TokenPrefix, string.inner(), at, "a token begins with `apiv3_`");
                found.with_help(match scheme {
                    Some(_) => "remove what stands before `apiv3_`, such as `Bearer`",
                    None => "let `influxdb3 create token` or this crate generate one",
                })
            });
            // What follows the prefix is judged as well: it stays where what stands before is removed.
            let behind =
                scheme.and_then(|start| Some((start, check_token(token.get(start..)?).err()?.span())));
            if let Some((start, span)) = behind {
                let span = Span::new(start + span.start(), start + span.end());
                wrong_characters(context, at, string.place(span));
            }
        }
        Err((_, span)) => wrong_characters(context, at, string.place(span)),
        Ok(()) if is_template(token.get(TOKEN_PREFIX.len()..).unwrap_or_default()) => {
            context.tell(Code::PlaceholderToken, string.inner(), || {
                let message = "a variable of a template stands in the token, and was not filled in";
                let found = finding(Code::PlaceholderToken, string.inner(), at, message);
                found.with_help("fill the template in before: whoever has it knows this token")
            });
        }
        Ok(()) => {
            if [Code::WeakToken, Code::PlaceholderToken]
                .iter()
                .any(|code| context.wants(*code, Some(Applicability::Ask)))
            {
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
                    context.find(code, string.inner(), new, || {
                        let weak = finding(code, string.inner(), at, message);
                        weak.with_help("generate one from at least 16 random bytes")
                    });
                }
            }
        }
    }
    if checked.is_ok()
        && context.wants(Code::TokenWithColon, None)
        && let Some(colon) = token.find(':')
    {
        let place = string.place(Span::new(colon, colon + 1));
        context.tell(Code::TokenWithColon, place, || {
            let message = "a token with `:` cannot be used with Basic authentication";
            finding(Code::TokenWithColon, place, at, message).with_help("generate a token without it")
        });
    }
    let right = checked.is_ok();
    Some(Secret { string, token, right })
}

/// Whether what stands behind a scheme is a token, whatever signs chance has put into it.
fn is_strong(token: &str, scheme: usize) -> bool {
    let body = token.get(scheme + TOKEN_PREFIX.len()..).unwrap_or_default();
    matches!(strength(body), Strength::Strong)
}

/// Whether the variables in a token are all that there is of it. A strong one may have `$x` or `<x>` by chance.
fn is_template(body: &str) -> bool {
    let is_one = |variable: &Span| {
        let text = variable.text(body).unwrap_or_default();
        let is_bare = !text.starts_with("${") && !text.starts_with("$(") && text.starts_with('$');
        !is_bare || text.len() == body.len() || !text.bytes().any(|byte| byte.is_ascii_lowercase())
    };
    let found: Vec<Span> = variables(body).into_iter().filter(is_one).collect();
    let mut rest = Zeroizing::new(String::with_capacity(body.len()));
    let mut start = 0;
    for variable in &found {
        rest.push_str(body.get(start..variable.start()).unwrap_or_default());
        start = variable.end();
    }
    rest.push_str(body.get(start..).unwrap_or_default());
    !found.is_empty() && !matches!(strength(&rest), Strength::Strong)
}

/// Removes what stands before a token, and its quote behind it.
fn without_scheme(string: RawStr<'_>, token: &str, scheme: usize) -> Option<Fix> {
    let remove = |start, end| Edit::new(string.place(Span::new(start, end)), "");
    let mut edits = Vec::from([remove(0, scheme)]);
    let before = token.get(..scheme)?;
    if let Some(quote) = before.chars().next_back().filter(|last| matches!(last, '\'' | '"' | '`')) {
        edits.push(remove(token.strip_suffix(quote)?.len(), token.len()));
    }
    Some(Fix::new(Applicability::Ask, edits))
}

fn wrong_characters(context: &mut Context<'_>, at: At<'_>, place: Span) {
    context.tell(Code::TokenCharacters, place, || {
        let message = "an `Authorization` header cannot carry this: a token is visible ASCII characters";
        let found = finding(Code::TokenCharacters, place, at, message);
        found.with_help("generate a token, or remove what was copied with it")
    });
}

fn name_rules<'a>(decoder: &mut Decoder<'_, 'a>, index: usize, node: &Node<'a>) -> Option<Cow<'a, str>> {
    let at = At::TokenMember(index, "name");
    let context = &mut decoder.context;
    let (string, name) = not_empty(context, at, node)?;
    if name == OPERATOR_TOKEN_NAME {
        context.tell(Code::ReservedName, string.inner(), || {
            let message = "`_admin` is the name of the operator token";
            let found = finding(Code::ReservedName, string.inner(), at, message);
            found.with_help("choose another: with this one, the operator token cannot be made")
        });
        return None;
    }
    if is_variable(&name) {
        // The server takes any name.
        context.tell_as(Code::UnexpandedVariable, Severity::Warning, string.inner(), || {
            let message = "a variable was not filled in";
            let found = finding(Code::UnexpandedVariable, string.inner(), at, message);
            found.with_help("write the name, or fill the template in before")
        });
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
            found.with_help("name who uses it")
        });
        return None;
    }
    if holds_token(&name) {
        token_in_name(context, at, string.inner());
    }
    Some((string, name))
}
