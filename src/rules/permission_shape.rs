//! The rule for permissions that are not an array of strings.

use zeroize::Zeroizing;

use super::members::{unpaired_surrogate, wrong_type};
use super::options::Options;
use super::permission_grammar::report_invalid;
use super::permission_join as join;
use crate::code::Code;
use crate::diagnostic::{Applicability, At, Sink, TextEdit};
use crate::document::{Entry, Field, Text};
use crate::json;
use crate::permission::Permission;
use crate::redact::may_show;
use crate::syntax::{Kind, Node, Str};

const FORM: &str = "write `TYPE:NAMES:ACTIONS`, such as `db:db1,db2:read,write`";

pub(super) fn check(entry: &Entry<'_>, _: &Options, sink: &mut Sink) {
    let at = entry.at_member("permissions");
    match &entry.permissions {
        Field::Invalid { node, .. } if node.kind != Kind::Invalid => {
            let list = match node.as_str() {
                Some(string) => permissions_in(string).map(|list| json::quoted_list(&list)),
                None => object_text(node).map(|text| json::quoted_list(&[&**text])),
            };
            // Text that is neither valid nor JSON.
            let invalid = node.as_str().filter(|_| list.is_none()).and_then(Text::new);
            let invalid = invalid.filter(|text| !text.trim_start().starts_with('['));
            let kind = node.kind.description();
            sink.report(Code::PermissionsNotAList, node.head(), at)
                .message(format_args!("`permissions` must be an array of strings, not {kind}"))
                .help("write `\"permissions\": [\"db:db1:read\"]`")
                .fix(Applicability::Safe, list.map(|list| TextEdit::new(node.span, list)));
            if let Some(text) = invalid {
                report_invalid(&text, at, sink);
            }
        }
        Field::Valid { span, .. } if entry.list.is_empty() => {
            sink.report(Code::NoPermissions, *span, at)
                .message("the token has no permissions: it cannot access anything")
                .help("add a permission, or remove the token");
        }
        _ => {}
    }
    for (index, node) in &entry.list.invalid {
        invalid_element(At::Permission(entry.index, *index), node, sink);
    }
}

/// Returns the permissions of a JSON-encoded array, as in `system.tokens`, or of a text, if all of them are valid.
fn permissions_in(string: Str<'_>) -> Option<Vec<String>> {
    let text = Text::new(string)?;
    let pieces =
        || join::split(&text).into_iter().filter_map(|piece| text.get(piece)).map(String::from).collect();
    let list = Node::string_list(&text).unwrap_or_else(pieces);
    list.iter().all(|item| is_valid(item)).then_some(list)
}

fn is_valid(text: &str) -> bool {
    Permission::accept(text).is_some() && may_show(text, text)
}

/// Reports an element that is not a string.
#[cold]
fn invalid_element(at: At, node: &Node<'_>, sink: &mut Sink) {
    match node.kind {
        Kind::String => unpaired_surrogate(node.span, sink),
        Kind::Object => {
            let draft = sink
                .report(Code::PermissionObject, node.head(), at)
                .message("a permission must be a string, not an object");
            match object_text(node) {
                Some(text) => {
                    let edit = TextEdit::new(node.span, json::quoted(&text));
                    draft.help(format_args!("write `{}`", &**text)).fix(Applicability::Safe, [edit]);
                }
                None => _ = draft.help(FORM),
            }
        }
        _ => _ = wrong_type(node, "a permission must be a string", FORM, at, sink),
    }
}

/// Returns the permission string for an object of the HTTP API; `None` if it is invalid or the object has other members.
fn object_text(node: &Node<'_>) -> Option<Zeroizing<String>> {
    const PARTS: [&[&str]; 3] = [
        &["resource_type"],
        &["resource_names", "resource_name", "resource_identifier"],
        &["actions", "action"],
    ];
    // Never longer than the object, and zeroized: a token may have been pasted here.
    let mut text = Zeroizing::new(String::with_capacity(node.span.len()));
    for names in PARTS {
        let is_part = |key: &Str<'_>| key.decode().is_some_and(|key| names.contains(&key.as_ref()));
        let (_, value) = node.members().iter().find(|(key, _)| is_part(key))?;
        let is_list = value.kind == Kind::Array;
        let items = if is_list { value.elements() } else { core::slice::from_ref(value) };
        let separator = if text.is_empty() { "" } else { ":" };
        text.push_str(separator);
        for (index, item) in items.iter().enumerate() {
            // A separator would turn the string into several names.
            let item = Text::new(item.as_str()?).filter(|item| !item.contains([',', ':']))?;
            text.push_str(if index > 0 { "," } else { "" });
            text.push_str(&item);
        }
    }
    (is_valid(&text) && node.members().len() == PARTS.len()).then_some(text)
}
