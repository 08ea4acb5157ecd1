//! The names in `create_databases`.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use core::ops::Range;

use super::database_name::check_created;
use super::duplicate_index::duplicates;
use super::facts::Facts;
use super::members::{null_member, unpaired_surrogate, wrong_type};
use super::options::Options;
use crate::code::Code;
use crate::diagnostic::{Applicability, At, Sink, TextEdit};
use crate::document::{Field, Text};
use crate::json;
use crate::limits::{MAX_DATABASES, MAX_LIST_IN_STRING};
use crate::name::check_database_name;
use crate::redact::may_show;
use crate::span::Span;
use crate::syntax::{Kind, Node};

pub(super) const CODES: &[Code] = &[
    Code::CreateDatabasesNotAList,
    Code::NullMember,
    Code::CreateWildcard,
    Code::BadDatabaseName,
    Code::DatabaseNameTooLong,
    Code::UnexpandedVariable,
    Code::DuplicateDatabase,
    Code::TooManyDatabases,
    Code::InternalDatabase,
    Code::PlaceholderName,
    Code::DefaultRetentionPolicy,
    Code::TokenInName,
    Code::WrongType,
    Code::JsonSyntax,
];

const AT: At = At::Member("create_databases");

pub(super) fn check(facts: &Facts<'_>, _: &Options, sink: &mut Sink) {
    let span = match &facts.outline.create_databases {
        Field::Missing => return,
        field @ Field::Null { .. } => {
            return null_member(field, "create_databases", &facts.outline.others, facts.text, AT, sink);
        }
        Field::Invalid { node, .. } => return not_a_list(node, sink),
        Field::Valid { span, .. } => *span,
    };
    let created = facts.databases.created();
    let mut valid = Vec::with_capacity(created.len());
    for (index, name) in created {
        if check_created(name, 0..name.len(), At::Database(*index), sink).is_none() {
            valid.push(((*index, name), &**name));
        }
    }
    let total = valid.len();
    let duplicates = duplicates(valid.into_iter());
    if total - duplicates.len() > MAX_DATABASES {
        too_many(total - duplicates.len(), span, sink);
    }
    for ((_, first), (index, name)) in duplicates {
        let Some(draft) = sink.report(Code::DuplicateDatabase, name.span(), At::Database(index)) else {
            continue;
        };
        draft
            .message_on("duplicate database", name)
            .label(first.span(), "first occurrence")
            .help("remove the duplicate")
            .fix(Applicability::Safe, facts.removal(name.outer_span()));
    }
    for (index, node) in &facts.outline.invalid_databases {
        if node.kind == Kind::String {
            unpaired_surrogate(node.span, sink);
            continue;
        }
        let help = match node.kind {
            Kind::Null => "remove it, or write a name; is a variable unset?",
            Kind::Number | Kind::Bool => "put the name in double quotes",
            _ => "replace it with a name in double quotes",
        };
        wrong_type(node, format_args!("a database name must be a string"), help, At::Database(*index), sink);
    }
}

#[cold]
fn too_many(count: usize, list: Span, sink: &mut Sink) {
    let bracket = Span::new(list.start(), list.start() + 1);
    let Some(draft) = sink.report(Code::TooManyDatabases, bracket, AT) else { return };
    draft
        .message(format!(
            "`create_databases` has {count} databases: a server allows {MAX_DATABASES} by default"
        ))
        .help("raise the server's limit, or create fewer databases");
}

#[cold]
fn not_a_list(node: &Node<'_>, sink: &mut Sink) {
    if node.kind == Kind::Invalid {
        return;
    }
    let text = node.as_str().and_then(Text::new);
    let names = text.as_ref().map(|text| names_in(text));
    if let Some(draft) = sink.report(Code::CreateDatabasesNotAList, node.head(), AT) {
        let is_valid = |name: &String| check_database_name(name).is_ok() && may_show(name, name);
        let list = names.filter(|names| names.iter().all(is_valid)).map(|names| json::quoted_list(&names));
        draft
            .message(format!(
                "`create_databases` must be an array of strings, not {}",
                node.kind.description()
            ))
            .help("write `\"create_databases\": [\"db1\", \"db2\"]`")
            .fix(Applicability::Safe, list.map(|list| TextEdit::new(node.span, list)));
    }
    let Some(text) = text.filter(|text| text.len() <= MAX_LIST_IN_STRING && !is_list(text)) else { return };
    for range in separated(&text) {
        check_created(&text, range, AT, sink);
    }
}

fn is_list(text: &str) -> bool {
    text.trim_start().starts_with('[')
}

/// Returns the names of a JSON-encoded list, or of a list that is separated by commas.
fn names_in(text: &str) -> Vec<String> {
    let list = if is_list(text) { Node::string_list(text) } else { None };
    list.unwrap_or_else(|| separated(text).filter_map(|range| text.get(range)).map(String::from).collect())
}

/// Returns the names of a list that is separated by commas, without the space around them.
fn separated(list: &str) -> impl Iterator<Item = Range<usize>> {
    let mut next = 0;
    list.split(',').filter_map(move |item| {
        let start = next + item.len() - item.trim_start().len();
        next += item.len() + 1;
        (list.contains(',') || !item.trim().is_empty()).then(|| start..start + item.trim().len())
    })
}
