//! The rule for the members of the file, and for other files in place of a tokens file.

use super::facts::Facts;
use super::options::Options;
use super::{members, not_json};
use crate::code::Code;
use crate::diagnostic::{Applicability, At, Sink, TextEdit};
use crate::document::{Field, Role, Shape};
use crate::span::Span;
use crate::syntax::Kind;

pub(super) fn check(facts: &Facts<'_>, options: &Options, sink: &mut Sink) {
    let outline = &facts.outline;
    let (start, end) = (outline.span.start(), outline.span.end());
    let bracket = Span::new(start, start + 1);
    let wrap = |before: &str, after: &str| [TextEdit::insert(start, before), TextEdit::insert(end, after)];
    match &outline.shape {
        Shape::TokensFile => {
            members::report_others(&outline.others, None, options, sink);
            tokens(facts, bracket, sink);
        }
        Shape::Entry => {
            // Otherwise `create_databases` would become a member of the entry.
            let is_alone = outline.create_databases.is_missing();
            let edits = is_alone.then(|| wrap("{\"tokens\": [", "]}"));
            sink.report(Code::MissingMember, bracket, At::File)
                .message("the file has no `tokens`: it is a single entry")
                .help("wrap the entry: `{\"tokens\": [{…}]}`")
                .fix(Applicability::Unsafe, edits.into_iter().flatten());
        }
        Shape::AdminTokenFile => {
            sink.report(Code::AdminTokenFile, bracket, At::File)
                .message("this is an admin token file, not a tokens file")
                .help("pass it to the server as `--admin-token-file`, or move the token to `tokens`");
        }
        Shape::HttpBody(key) => {
            sink.report(Code::HttpRequestBody, key.outer_span(), At::UnknownMember(None, key.span()))
                .message("this is an HTTP API request body, not a tokens file")
                .help("write it as an entry: `{\"tokens\": [{\"token\": …, \"name\": …, \"expiry_millis\": …, \"permissions\": […]}]}`");
        }
        Shape::Entries | Shape::Array => {
            invalid_entries(facts, sink);
            // Wrapping an element that is not an entry would cause another error.
            let are_entries = matches!(outline.shape, Shape::Entries);
            let edits = are_entries.then(|| wrap("{\"tokens\": ", "}"));
            sink.report(Code::ArrayAtTop, bracket, At::File)
                .message("expected an object with `tokens`, found an array")
                .help("write `{\"tokens\": […]}`")
                .fix(Applicability::Unsafe, edits.into_iter().flatten());
        }
        // Another file is reported instead of these rules.
        Shape::Other(..) => {}
        Shape::Scalar(node) => not_json::not_an_object(node, Role::Resource, sink),
    }
}

fn tokens(facts: &Facts<'_>, bracket: Span, sink: &mut Sink) {
    const AT: At = At::Member(None, "tokens");
    let outline = &facts.outline;
    let is_truncated = outline.is_truncated(facts.text);
    match &outline.tokens {
        Field::Valid { span, .. } if outline.entries == 0 && !is_truncated => {
            sink.report(Code::NoTokens, *span, AT)
                .message("`tokens` is empty")
                .help("add a token, or start the server without the file");
        }
        Field::Valid { .. } => invalid_entries(facts, sink),
        Field::Invalid { node, .. } if node.kind != Kind::Invalid => {
            // Brackets do not turn another object, such as a map of tokens by name, into an entry.
            let brackets = (outline.entries == 1).then(|| TextEdit::brackets(node.span));
            members::wrong_type(
                node,
                "`tokens` must be an array of objects",
                "write `\"tokens\": [{…}]`",
                AT,
                sink,
            )
            .fix(Applicability::Safe, brackets.into_iter().flatten());
        }
        Field::Missing if !is_truncated => {
            sink.report(Code::MissingMember, bracket, At::File)
                .message("the file has no `tokens`")
                .help("add `\"tokens\": [{…}]`");
        }
        Field::Missing | Field::Null { .. } | Field::Invalid { .. } => {}
    }
}

/// Reports the elements that are not objects.
fn invalid_entries(facts: &Facts<'_>, sink: &mut Sink) {
    const HELP: &str = "write `{\"token\": …, \"name\": …, \"permissions\": […]}`";
    for (index, node) in &facts.outline.invalid_entries {
        members::wrong_type(node, "an entry must be an object", HELP, At::Entry(*index), sink);
    }
}
