//! What stands in place of a tokens file, of a list of permission strings, and of a permission string.

use alloc::borrow::Cow;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use zeroize::Zeroizing;

use crate::check::context::{At, Context, finding, half_a_character, in_brackets, replace_safely};
use crate::check::decode::{Decoder, opening};
use crate::check::format::{ENTRY_MEMBERS, FILE_MEMBERS};
use crate::check::grammar::{each_error, errors_in};
use crate::check::permissions::{Grant, one};
use crate::check::several::{apart, between_permissions, joined};
use crate::check::syntax::Form;
use crate::code::Code;
use crate::diagnostic::{Applicability, Diagnostic, Edit, Fix};
use crate::json::{self, Member, Node, RawStr, Value};
use crate::permission::Permission;
use crate::redact::may_show;
use crate::span::Span;

pub(super) const TOKENS_FORM: Form = Form {
    smallest: "the smallest tokens file is `{\"tokens\": []}`",
    bare: (
        "the file is a plain token, and a tokens file is a JSON object",
        "write `{\"tokens\": [{\"token\": …, \"name\": …, \"permissions\": […]}]}`",
    ),
    depth: "a tokens file has a depth of 4",
};

/// Whether an element of an array at the top is not an entry, but a whole file.
pub(super) fn holds_a_file(node: &Node<'_>) -> bool {
    let Value::Object(members) = &node.value else { return false };
    let is_of_a_file =
        |member: &Member<'_>| member.key.decode().is_some_and(|name| FILE_MEMBERS.contains(&name.as_ref()));
    members.iter().any(is_of_a_file)
}

/// Whether a value has a member of an entry.
pub(super) fn is_like_an_entry(node: &Node<'_>) -> bool {
    let Value::Object(members) = &node.value else { return false };
    let is_known = |name: &str| ENTRY_MEMBERS.contains(&name);
    members.iter().any(|member| member.key.decode().is_some_and(|name| is_known(&name)))
}

/// An array where the file should be: of a whole file, or of entries.
pub(super) fn array_at_top(array: &Node<'_>, is_file: bool, are_entries: bool) -> Diagnostic {
    let told = |message| finding(Code::ArrayAtTop, opening(array), At::File, message);
    if is_file {
        return told("a tokens file stands in an array").with_help("take it out of the array");
    }
    let found =
        told("expected an object with `tokens`, found an array").with_help("wrap it: `{\"tokens\": […]}`");
    let (start, end) = (array.span.start(), array.span.end());
    let edits = [Edit::new(Span::new(start, start), "{\"tokens\": "), Edit::new(Span::new(end, end), "}")];
    if are_entries { found.fix(Fix::new(Applicability::Ask, edits)) } else { found }
}

/// A whole file in the only member of another object.
pub(super) fn wrapped(key: RawStr<'_>, name: &str) -> Diagnostic {
    let message = "the file has no `tokens`: they stand one level too deep, in this member";
    let found = finding(Code::MissingMember, key.outer(), At::Member(name), message);
    found.with_help("write only the object that is its value")
}

/// The body of one request where the file should be.
pub(super) fn http_body(span: Span, at: At<'_>) -> Diagnostic {
    let message = "this is the body of a request of the HTTP API, and not a tokens file";
    finding(Code::HttpRequestBody, span, at, message).with_help(
        "make an entry of it: `{\"tokens\": [{\"token\": …, \"name\": …, \"expiry_millis\": …, \"permissions\": […]}]}`",
    )
}

/// What a file without `tokens` is instead, where its members show it.
pub(super) fn other_file(
    has_token: bool,
    has: impl Fn(&str) -> bool,
) -> Option<(Code, &'static str, &'static str)> {
    if has_token {
        let message = "this is an admin token file, not a file of resource tokens";
        let help = "give it to the server as `--admin-token-file`, or put the token into `tokens`";
        return Some((Code::AdminTokenFile, message, help));
    }
    let message = "the file has no `tokens`: it is a manifest of Kubernetes";
    let help = "check what its `stringData` has under `permission-tokens.json`, or its `data` in Base64";
    (has("apiVersion") && has("kind")).then_some((Code::MissingMember, message, help))
}

pub(super) fn text<'a>(
    context: &mut Context<'_>,
    token: usize,
    index: usize,
    item: &Node<'a>,
) -> Option<(usize, RawStr<'a>, Cow<'a, str>)> {
    let at = At::Permission(token, index);
    match &item.value {
        Value::String(string) => {
            let text = string.decode();
            if text.is_none() {
                half_a_character(context, *string);
            }
            return text.map(|text| (index, *string, text));
        }
        Value::Object(_) => {
            let text = object(context, at, item);
            let fix = || text.as_ref().ok().map(|text| replace_safely(item.span, json::quoted(text)));
            context.find(Code::PermissionObject, opening(item), fix, || {
                let message = "a permission is a string, not an object";
                let found = finding(Code::PermissionObject, opening(item), at, message);
                match &text {
                    Ok(text) => found.with_help(format!("write `{text}`")),
                    Err(help) => found.with_help(*help),
                }
            });
        }
        other => {
            context.tell(Code::WrongType, opening(item), || {
                let message = format!("a permission is a string, not {}", other.description());
                let found = finding(Code::WrongType, opening(item), at, message);
                found.with_help(FORM)
            });
        }
    }
    None
}

const FORM: &str = "write TYPE:NAMES:ACTIONS, as in `db:db1,db2:read,write`";

const SEPARATOR_IN_A_WORD: &str =
    "write TYPE:NAMES:ACTIONS, as in `db:db1,db2:read,write`; one word of the object has `,` or `:` in it";

// The strings of an object are looked into where they are no longer together: nobody writes longer ones.
const SHORT: usize = 4_096;

/// The permission string that means the same as an object of the HTTP API, or what helps where there is none; reports what is
/// wrong in its strings.
fn object(context: &mut Context<'_>, at: At<'_>, node: &Node<'_>) -> Result<String, &'static str> {
    let Value::Object(members) = &node.value else { return Err(FORM) };
    // Never longer than it is spelt, and wiped: a token may have been pasted here.
    let mut text = Zeroizing::new(String::with_capacity(node.span.len()));
    // The strings of the object, with their places in the text.
    let mut pieces: Vec<(Span, RawStr<'_>)> = Vec::new();
    let mut is_one = true;
    let parts: [&[&str]; 3] = [
        &["resource_type"],
        &["resource_names", "resource_name", "resource_identifier"],
        &["actions", "action"],
    ];
    for (number, names) in parts.into_iter().enumerate() {
        let is_part =
            |member: &&Member<'_>| member.key.decode().is_some_and(|key| names.contains(&key.as_ref()));
        let value = &members.iter().find(is_part).ok_or(FORM)?.value;
        let items = if let Value::Array(items) = &value.value { items } else { core::slice::from_ref(value) };
        for (index, item) in items.iter().enumerate() {
            let Value::String(string) = item.value else { return Err(FORM) };
            text.push_str(if index > 0 {
                ","
            } else if number > 0 {
                ":"
            } else {
                ""
            });
            let start = text.len();
            let piece = string.decode_secret().ok_or(FORM)?;
            // In a string of its own it is one wrong name, and in a list it would be several.
            is_one &= !piece.contains([',', ':']);
            text.push_str(&piece);
            pieces.push((Span::new(start, text.len()), string));
        }
    }
    if !is_one {
        return Err(SEPARATOR_IN_A_WORD);
    }
    if Permission::accept(&text).is_some() {
        let is_whole = members.len() == parts.len() && may_show(&text, &text);
        return is_whole.then(|| (*text).clone()).ok_or(FORM);
    }
    if text.len() <= SHORT {
        let mut place = |wrong: Span| {
            if wrong.is_empty() {
                return None;
            }
            let first = pieces.partition_point(|(piece, _)| piece.end() < wrong.end());
            let (piece, string) = pieces.get(first).filter(|(piece, _)| piece.start() <= wrong.start())?;
            Some(string.place(Span::new(wrong.start() - piece.start(), wrong.end() - piece.start())))
        };
        errors_in(context, at, &text, &mut place, true);
    }
    Err(FORM)
}

pub(super) fn not_a_list<'a>(decoder: &mut Decoder<'_, 'a>, token: usize, node: &Node<'a>) {
    let message = format!("`permissions` is a list of strings, not {}", node.value.description());
    let at = At::TokenMember(token, "permissions");
    let found = finding(Code::PermissionsNotAList, opening(node), at, message)
        .with_help("write `\"permissions\": [\"db:db1:read\"]`");
    decoder.whole.databases.unreadable = true;
    let Value::String(string) = node.value else {
        let text = object(&mut decoder.context, at, node).ok();
        let fix = text.map(|text| replace_safely(node.span, format!("[{}]", json::quoted(&text))));
        return decoder.context.push(found.fix(fix));
    };
    let Some(text) = string.decode() else { return decoder.context.push(found) };
    if let Some(list) = list_in_a_string(&text) {
        // Unwrapped, a wrong one would be a mistake more.
        let right = list.iter().all(|item| Permission::accept(item).is_some() && may_show(item, item));
        let fix = || replace_safely(node.span, json::quoted_list(&list));
        return decoder.context.push(found.fix(right.then(fix)));
    }
    if text.trim_start().starts_with('[') {
        // A list that is no JSON: its brackets and quotes are no mistakes of permissions.
        return decoder.context.push(found);
    }
    if let Some(permission) = Permission::accept(&text) {
        decoder.context.push(found.fix(in_brackets(node.span)));
        return one(decoder, token, &Grant { index: 0, string, text: &text, permission });
    }
    let in_a_list = |mut edits: Vec<Edit>| {
        let (start, end) = (node.span.start(), node.span.end());
        edits.insert(0, Edit::new(Span::new(start, start), "["));
        edits.push(Edit::new(Span::new(end, end), "]"));
        edits
    };
    if let Some(joined) = joined(&text) {
        let fix = Fix::new(Applicability::Ask, in_a_list(joined.edits(string)));
        decoder.context.push(found.fix(fix));
        // Mended together, as one string more needs the list.
        return joined.tell(&mut decoder.context, at, string, || None);
    }
    let separators = between_permissions(&text);
    if separators.is_empty() {
        decoder.context.push(found);
    } else {
        let edits = in_a_list(apart(string, &separators));
        decoder.context.push(found.fix(Fix::new(Applicability::Safe, edits)));
    }
    each_error(&mut decoder.context, at, string, &text, &separators);
}

/// The strings of a text that is itself a JSON array of strings, as `system.tokens` has it.
pub(super) fn list_in_a_string(text: &str) -> Option<Vec<String>> {
    text.trim_start().starts_with('[').then(|| json::string_list(text)).flatten()
}
