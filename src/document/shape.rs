//! The shape of a file: a tokens file, or another value in its place.

use super::OtherFile;
use super::members::{self, Meaning, Other};
use crate::diagnostic::Applicability;
use crate::document::members::{ENTRY_MEMBERS, is_http_member};
use crate::span::Span;
use crate::syntax::{Kind, Node, Str};

/// The shape of a file.
#[derive(Debug, Default)]
pub(crate) enum Shape<'a> {
    /// A tokens file, or an object of no known kind.
    #[default]
    TokensFile,
    /// One entry instead of the file.
    Entry,
    /// An admin token file.
    AdminTokenFile,
    /// A file of another kind, by the span that shows it.
    Other(OtherFile, Span),
    /// A body of the HTTP API, by the key that shows it.
    HttpBody(Str<'a>),
    /// An array of entries.
    Entries,
    /// An array of something else.
    Array,
    /// A string or a scalar.
    Scalar(Node<'a>),
}

/// Returns the shape of an object without `tokens`, by its members.
pub(super) fn of_object<'a>(others: &[Other<'a>], has_databases: bool) -> Shape<'a> {
    if let Some(other) = others.iter().find(|other| other.name.as_deref().is_some_and(is_http_member)) {
        return Shape::HttpBody(other.key);
    }
    let meaning = |other: &Other<'_>, known: &'static str| {
        other.name.as_deref().map_or(Meaning::Unknown, |name| members::meaning(name, &[known]))
    };
    let is_token = |other: &Other<'_>| {
        let is_misspelt = Meaning::Misspelt { known: "token", applicability: Applicability::Safe };
        other.node.kind == Kind::String && meaning(other, "token") == is_misspelt
    };
    let is_permissions =
        |other: &Other<'_>| matches!(meaning(other, "permissions"), Meaning::Misspelt { .. });
    let has = |name: &str| others.iter().any(|other| other.matches(name));
    let has_token = others.iter().any(is_token);
    // An admin token has neither permissions nor databases.
    let is_entry = has_token || ["token", "name", "expiry_millis"].into_iter().any(has);
    if has_token && has_databases || is_entry && others.iter().any(is_permissions) {
        return Shape::Entry;
    }
    if has_token {
        return Shape::AdminTokenFile;
    }
    match OtherFile::of_members(others).filter(|_| !has_databases) {
        Some((kind, key)) => Shape::Other(kind, key.outer_span()),
        None => Shape::TokensFile,
    }
}

/// Returns the shape of an array in place of the file.
pub(super) fn of_array<'a>(array: &Node<'_>) -> Shape<'a> {
    if array.elements().iter().all(is_entry) { Shape::Entries } else { Shape::Array }
}

/// Returns whether a value has a member of an entry.
pub(super) fn is_entry(node: &Node<'_>) -> bool {
    let is_member = |key: &Str<'_>| key.decode().is_some_and(|key| ENTRY_MEMBERS.contains(&key.as_ref()));
    node.members().iter().any(|(key, _)| is_member(key))
}
