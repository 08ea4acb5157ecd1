//! Permissions in a form other than an array of strings.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use core::ops::Range;

use zeroize::Zeroizing;

use super::members::{unpaired_surrogate, wrong_type};
use super::options::Options;
use super::permission_grammar::report_mistakes;
use super::permission_join as join;
use crate::code::Code;
use crate::diagnostic::{Applicability, At, Sink, TextEdit};
use crate::document::{Element, Entry, Field, Text};
use crate::json;
use crate::limits::MAX_LIST_IN_STRING;
use crate::permission::Permission;
use crate::redact::may_show;
use crate::span::Span;
use crate::syntax::{Kind, Node, Str};

pub(super) const CODES: &[Code] = &[
    Code::PermissionsNotAList,
    Code::PermissionObject,
    Code::NoPermissions,
    Code::WrongType,
    Code::JsonSyntax,
    // The mistakes of a permission object.
    Code::UnknownAction,
    Code::BadDatabaseName,
];

const FORM: &str = "write `TYPE:NAMES:ACTIONS`, such as `db:db1,db2:read,write`";

pub(super) fn check(entry: &Entry<'_>, options: &Options, sink: &mut Sink) {
    match &entry.permissions {
        Field::Invalid { node, .. } => not_a_list(entry, node, options, sink),
        Field::Valid { value, .. } if entry.bare_permissions.is_some() => bare(entry, value, sink),
        Field::Valid { value, span, .. } if value.is_empty() && entry.invalid_permissions.is_empty() => {
            let at = entry.at_member("permissions");
            let Some(draft) = sink.report(Code::NoPermissions, *span, at) else { return };
            draft
                .message("the token has no permissions: it cannot access anything")
                .help("add a permission, or remove the token");
        }
        Field::Missing | Field::Null { .. } | Field::Valid { .. } => {}
    }
    for (index, node) in &entry.invalid_permissions {
        invalid_element(At::Permission(entry.index, *index), node, options, sink);
    }
}

/// Reports a string with permissions instead of the array.
#[cold]
fn bare(entry: &Entry<'_>, elements: &[Element<'_>], sink: &mut Sink) {
    let Some((string, text)) = entry.bare_permissions.zip(elements.first().map(|element| &element.text))
    else {
        return;
    };
    let at = entry.at_member("permissions");
    let Some(draft) = sink.report(Code::PermissionsNotAList, string.outer_span(), at) else { return };
    let draft = draft.message(message(Kind::String)).help(HELP);
    let mut effect = None;
    let (applicability, inner) = if Permission::accept(text).is_some() {
        (Applicability::Safe, Some(Vec::new()))
    } else if let Some(joined) = join::joined(text) {
        effect = joined.effect.map(String::from);
        (Applicability::Unsafe, Some(joined.edits(text)))
    } else {
        let pieces = join::split(text);
        let is_valid = |piece: &Range<usize>| text.get(piece.clone()).and_then(Permission::accept).is_some();
        (Applicability::Safe, pieces.iter().all(is_valid).then(|| join::separate(text, &pieces)))
    };
    let edits =
        inner.into_iter().flat_map(|inner| inner.into_iter().chain(TextEdit::brackets(string.outer_span())));
    draft.fix(applicability, edits).effect(effect);
}

const HELP: &str = "write `\"permissions\": [\"db:db1:read\"]`";

fn message(kind: Kind) -> String {
    format!("`permissions` must be an array of strings, not {}", kind.description())
}

/// Reports a value that is neither an array nor a permission.
#[cold]
fn not_a_list(entry: &Entry<'_>, node: &Node<'_>, options: &Options, sink: &mut Sink) {
    if node.kind == Kind::Invalid {
        return;
    }
    let at = entry.at_member("permissions");
    if let Ok(object) = Object::read(node) {
        object.report_mistakes(at, options, sink);
    }
    let Some(draft) = sink.report(Code::PermissionsNotAList, node.head(), at) else { return };
    let list = match node.as_str() {
        Some(string) => permissions_in(string).map(|list| json::quoted_list(&list)),
        None => {
            Object::read(node).ok().and_then(|object| Some(format!("[{}]", json::quoted(object.valid()?))))
        }
    };
    let edit = list.map(|list| TextEdit::new(node.span, list));
    draft.message(message(node.kind)).help(HELP).fix(Applicability::Safe, edit);
}

/// Returns the permissions of a JSON-encoded array, as in `system.tokens`, if all of them are valid.
fn permissions_in(string: Str<'_>) -> Option<Vec<String>> {
    let list = Node::string_list(&Text::new(string)?)?;
    let is_valid = |item: &String| Permission::accept(item).is_some() && may_show(item, item);
    list.iter().all(is_valid).then_some(list)
}

/// Reports an element that is not a string.
#[cold]
fn invalid_element(at: At, node: &Node<'_>, options: &Options, sink: &mut Sink) {
    match node.kind {
        Kind::String => unpaired_surrogate(node.span, sink),
        Kind::Object => object(at, node, options, sink),
        _ => wrong_type(node, format_args!("a permission must be a string"), FORM, at, sink),
    }
}

fn object(at: At, node: &Node<'_>, options: &Options, sink: &mut Sink) {
    let object = Object::read(node);
    if let Some(draft) = sink.report(Code::PermissionObject, node.head(), at) {
        let draft = draft.message("a permission must be a string, not an object");
        match object.as_ref().map(Object::valid) {
            Ok(Some(text)) => {
                let edit = TextEdit::new(node.span, json::quoted(text));
                draft.help(format!("write `{text}`")).fix(Applicability::Safe, [edit]);
            }
            Ok(None) => _ = draft.help(FORM),
            Err(help) => _ = draft.help(*help),
        }
    }
    if let Ok(object) = object {
        object.report_mistakes(at, options, sink);
    }
}

/// The permission string for an object of the HTTP API.
struct Object<'a> {
    // Never longer than the object, and zeroized: a token may have been pasted here.
    text: Zeroizing<String>,
    // The strings of the object, with their ranges in the text.
    pieces: Vec<(Range<usize>, Str<'a>)>,
    has_other_members: bool,
}

impl<'a> Object<'a> {
    /// Reads an object. On error, returns the help.
    fn read(node: &Node<'a>) -> Result<Self, &'static str> {
        const PARTS: [&[&str]; 3] = [
            &["resource_type"],
            &["resource_names", "resource_name", "resource_identifier"],
            &["actions", "action"],
        ];
        let mut text = Zeroizing::new(String::with_capacity(node.span.len()));
        let mut pieces = Vec::new();
        for (number, names) in PARTS.into_iter().enumerate() {
            let is_part = |key: &Str<'_>| key.decode().is_some_and(|key| names.contains(&key.as_ref()));
            let (_, value) = node.members().iter().find(|(key, _)| is_part(key)).ok_or(FORM)?;
            let is_list = value.kind == Kind::Array;
            let items = if is_list { value.elements() } else { core::slice::from_ref(value) };
            for (index, item) in items.iter().enumerate() {
                text.push_str(match (number, index) {
                    (0, 0) => "",
                    (_, 0) => ":",
                    _ => ",",
                });
                let string = item.as_str().ok_or(FORM)?;
                let piece = Text::new(string).ok_or(FORM)?;
                if piece.contains([',', ':']) {
                    // The string is one invalid name; in the permission it would be several.
                    return Err(SEPARATOR_IN_A_WORD);
                }
                let start = text.len();
                text.push_str(&piece);
                pieces.push((start..text.len(), string));
            }
        }
        Ok(Self { text, pieces, has_other_members: node.members().len() != PARTS.len() })
    }

    /// Returns the permission if it is valid and the object has no other members.
    fn valid(&self) -> Option<&str> {
        let is_valid = Permission::accept(&self.text).is_some() && may_show(&self.text, &self.text);
        (is_valid && !self.has_other_members).then_some(&self.text)
    }

    /// Reports the errors of the permission.
    fn report_mistakes(&self, at: At, options: &Options, sink: &mut Sink) {
        if self.text.len() <= MAX_LIST_IN_STRING {
            let mut locate = |range: Range<usize>| self.locate(range);
            report_mistakes(&self.text, false, &mut locate, at, options, sink);
        }
    }

    /// Returns the span in the file of a range of the text, if it is in one string.
    fn locate(&self, range: Range<usize>) -> Option<Span> {
        if range.is_empty() {
            return None;
        }
        let first = self.pieces.partition_point(|(piece, _)| piece.end < range.end);
        let (piece, string) = self.pieces.get(first).filter(|(piece, _)| piece.start <= range.start)?;
        Some(string.locator().locate(range.start - piece.start..range.end - piece.start))
    }
}

const SEPARATOR_IN_A_WORD: &str =
    "write `TYPE:NAMES:ACTIONS`, such as `db:db1,db2:read,write`; a value of the object contains `,` or `:`";
