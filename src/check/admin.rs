//! The admin token file: one token, by the rules of an entry of the tokens file.

use alloc::format;
use alloc::string::String;

use crate::admin::AdminTokenFile;
use crate::check::context::{At, Context, finding, replace_on_request};
use crate::check::decode::opening;
use crate::check::entry::{not_empty, string, token_rules};
use crate::check::expiry::{expiry_rules, never_expires};
use crate::check::members::{Found, by_name};
use crate::check::syntax::{Attempt, Form, bare_token};
use crate::check::whole::padded;
use crate::code::Code;
use crate::json::{self, Member, Node, Value};
use crate::name::OPERATOR_TOKEN_NAME;
use crate::span::Span;
use crate::token::{TOKEN_PREFIX, Token};

const MEMBERS: [&str; 4] = ["token", "name", "expiry_millis", "description"];

pub(super) const ADMIN_FORM: Form = Form {
    smallest: "an admin token file is `{\"token\": …, \"name\": \"_admin\"}`",
    bare: (
        "the file is a plain token, and an admin token file is a JSON object",
        "write `{\"token\": …, \"name\": \"_admin\"}`",
    ),
    depth: "an admin token file has a depth of 1",
};

/// Reads an admin token file, and makes its value where it is sound.
pub(super) fn attempt<'v>(mut context: Context<'v>, text: &str, _whole: bool) -> Attempt<'v, AdminTokenFile> {
    match json::tree(text) {
        Ok(root) => {
            let file = file(&mut context, &root);
            (context, Ok(file))
        }
        Err(error) => (context, Err(error)),
    }
}

fn file(context: &mut Context<'_>, root: &Node<'_>) -> Option<AdminTokenFile> {
    let start = Span::new(root.span.start(), root.span.start() + 1);
    let members = match &root.value {
        Value::Object(members) => members,
        Value::String(string)
            if string.decode_secret().is_some_and(|text| text.trim().starts_with(TOKEN_PREFIX)) =>
        {
            context.push(bare_token(string.inner(), &ADMIN_FORM));
            return None;
        }
        other => {
            let message = format!("expected an object with `token`, found {}", other.description());
            let found = finding(Code::NotAnObject, opening(root), At::File, message);
            context.push(found.with_help(ADMIN_FORM.smallest));
            return None;
        }
    };
    if is_tokens_file(members) {
        let message = "this is a file of resource tokens, not an admin token file";
        let found = finding(Code::TokensFile, start, At::File, message);
        context.push(found.with_help("give it to the server as `--permission-tokens-file`"));
        return None;
    }
    let found = members_by_name(context, members);
    let [token, name, expiry, description] = found;
    let [token, name, description] = [token, name, description].map(|found| found.map(|(_, node)| node));
    if token.is_none() {
        let found = finding(Code::MissingMember, start, At::File, "the file has no `token`");
        context.push(found.with_help("add `\"token\"`"));
    }
    if name.is_none() {
        missing_name(context, start, members.is_empty());
    }
    let token = token.and_then(|node| token_rules(context, At::Member("token"), node));
    let name = name.and_then(|node| {
        let (string, name) = not_empty(context, At::Member("name"), node)?;
        padded(context, At::Member("name"), string, |name| !name.is_empty());
        Some(name)
    });
    let ends = expiry.map(|member| expiry_rules(context, At::Member("expiry_millis"), member, members));
    // The operator token never expires (documentation).
    if ends.is_none() && name.as_ref().is_some_and(|name| name != OPERATOR_TOKEN_NAME) {
        never_expires(context, At::File, root.span);
    }
    let text = description.map(|node| string(context, At::Member("description"), "the description", node));
    // What is there has to be right.
    let ends = ends.map_or(Some(None), |expiry| expiry.map(Some))?;
    let text = text.map_or(Some(None), |text| text.map(Some))?;
    let token = token.filter(|secret| secret.right)?.token;
    let file = AdminTokenFile::new(Token::checked(&token)).with_name(&name?).ok()?;
    Some(file.with_expiry(ends).with_description(text.as_ref().map(|(_, text)| text.as_ref())))
}

/// Whether there is what only a tokens file has, and no token.
fn is_tokens_file(members: &[Member<'_>]) -> bool {
    let has = |wanted: &str, is: fn(&Value<'_>) -> bool| {
        let is_it = |member: &Member<'_>| {
            member.key.decode().is_some_and(|name| name == wanted) && is(&member.value.value)
        };
        members.iter().any(is_it)
    };
    !has("token", |_| true)
        && (has("create_databases", |_| true)
            || has("tokens", |value| matches!(value, Value::Array(_) | Value::Object(_))))
}

fn members_by_name<'n, 'a>(
    context: &mut Context<'_>,
    members: &'n [Member<'a>],
) -> Found<'n, 'a, { MEMBERS.len() }> {
    let is_limit = |member: &&Member<'_>| member.key.decode().is_some_and(|name| name == "permissions");
    for member in members.iter().filter(is_limit) {
        let message = "an admin token may do everything: the server ignores `permissions`";
        let found = finding(Code::UnknownMember, member.key.outer(), At::Member("permissions"), message);
        context.push(found.with_help("remove it, or make a resource token in a tokens file"));
    }
    let place = |name: &str| MEMBERS.iter().position(|member| *member == name);
    let others = members.iter().filter(|member| !is_limit(member));
    by_name(context, MEMBERS, place, |name| At::Member(name), others)
}

fn missing_name(context: &mut Context<'_>, start: Span, is_empty: bool) {
    let message = "the file has no `name`, and the server does not read it without";
    let behind = Span::new(start.end(), start.end());
    let text: String = format!("\"name\": \"{OPERATOR_TOKEN_NAME}\"{}", if is_empty { "" } else { ", " });
    let found = finding(Code::MissingMember, start, At::File, message);
    let found = found.with_help("add `\"name\": \"_admin\"` for the operator token, or another name");
    context.push(found.fix(replace_on_request(behind, text)));
}
