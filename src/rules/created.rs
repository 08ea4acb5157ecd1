//! The rule for `create_databases`.

use super::database_name::check_created;
use super::duplicate_index::duplicates;
use super::facts::Facts;
use super::members::{null_member, unpaired_surrogate, wrong_type};
use super::options::Options;
use crate::code::Code;
use crate::diagnostic::{Applicability, At, Sink, TextEdit};
use crate::document::{Field, Text};
use crate::json;
use crate::limits::MAX_DATABASES;
use crate::name::check_database_name;
use crate::redact::may_show;
use crate::span::Span;
use crate::syntax::{Kind, Node};

const AT: At = At::Member(None, "create_databases");

pub(super) fn check(facts: &Facts<'_>, _: &Options, sink: &mut Sink) {
    let list = match &facts.outline.create_databases {
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
        if check_created(name, At::Database(*index), sink) {
            valid.push(((*index, name), &**name));
        }
    }
    let total = valid.len();
    let duplicates = duplicates(valid.into_iter());
    let count = total - duplicates.len();
    if count > MAX_DATABASES {
        sink.report(Code::TooManyDatabases, Span::new(list.start(), list.start() + 1), AT)
            .message(format_args!(
                "`create_databases` has {count} databases: a server allows {MAX_DATABASES} by default"
            ))
            .help("raise the server's limit, or create fewer databases");
    }
    for ((_, first), (index, name)) in duplicates {
        sink.report(Code::DuplicateDatabase, name.span(), At::Database(index))
            .message_on("duplicate database", name)
            .label(first.span(), "first occurrence")
            .help("remove the duplicate")
            .fix(Applicability::Safe, TextEdit::removal(facts.text, name.outer_span()));
    }
    for (index, node) in &facts.outline.invalid_databases {
        if node.kind == Kind::String {
            unpaired_surrogate(node.span, sink);
        } else {
            const HELP: &str = "replace it with a name in double quotes";
            wrong_type(node, "a database name must be a string", HELP, At::Database(*index), sink);
        }
    }
}

#[cold]
fn not_a_list(node: &Node<'_>, sink: &mut Sink) {
    if node.kind == Kind::Invalid {
        return;
    }
    let kind = node.kind.description();
    let is_valid = |name: &String| check_database_name(name).is_ok() && may_show(name, name);
    let names = node.as_str().and_then(Text::new).map(|text| names_in(&text));
    let list = names.filter(|names| names.iter().all(is_valid)).map(|names| json::quoted_list(&names));
    sink.report(Code::CreateDatabasesNotAList, node.head(), AT)
        .message(format_args!("`create_databases` must be an array of strings, not {kind}"))
        .help("write `\"create_databases\": [\"db1\", \"db2\"]`")
        .fix(Applicability::Safe, list.map(|list| TextEdit::new(node.span, list)));
}

/// Returns the names of a JSON-encoded or comma-separated list.
fn names_in(text: &str) -> Vec<String> {
    let names = text.split(',').map(str::trim).filter(|name| !name.is_empty());
    Node::string_list(text).unwrap_or_else(|| names.map(String::from).collect())
}
