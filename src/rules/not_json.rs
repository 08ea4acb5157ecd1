//! Texts that are not JSON at all.

use crate::code::Code;
use crate::diagnostic::{At, Sink};
use crate::document::{NotJson, Role};
use crate::span::Span;

/// The smallest file of each kind.
pub(super) const fn smallest(role: Role) -> &'static str {
    match role {
        Role::Resource => "the smallest tokens file is `{\"tokens\": []}`",
        Role::Admin => "an admin token file is `{\"token\": …, \"name\": \"_admin\"}`",
    }
}

/// Reports a text that is not JSON.
pub(crate) fn report(kind: NotJson, span: Span, role: Role, sink: &mut Sink) {
    const HELP: &str = "a tokens file is a JSON object: `{\"tokens\": […]}`";
    let (code, message, help) = match kind {
        NotJson::Tokens => return bare_token(span, role, sink),
        NotJson::Empty => (Code::EmptyFile, "there is nothing in the file", smallest(role)),
        NotJson::Conflict => (
            Code::JsonSyntax,
            "this is a mark of two versions of the file that were not merged",
            "keep one of them, or what belongs into the file of both, and remove the marks",
        ),
        NotJson::Markup => (Code::JsonSyntax, "this is HTML or XML, and not JSON", HELP),
        NotJson::Yaml => (Code::JsonSyntax, "this looks like YAML, and a tokens file is JSON", HELP),
        NotJson::Other => (Code::JsonSyntax, "the file does not begin with `{`, so it is not JSON", HELP),
    };
    if let Some(draft) = sink.report(code, span, At::File) {
        draft.message(message).help(help);
    }
}

/// Reports a token without a file around it.
pub(super) fn bare_token(span: Span, role: Role, sink: &mut Sink) {
    let Some(draft) = sink.report(Code::BareToken, span, At::File) else { return };
    let (message, help) = match role {
        Role::Resource => (
            "the file is a plain token, and a tokens file is a JSON object",
            "write `{\"tokens\": [{\"token\": …, \"name\": …, \"permissions\": […]}]}`",
        ),
        Role::Admin => (
            "the file is a plain token, and an admin token file is a JSON object",
            "write `{\"token\": …, \"name\": \"_admin\"}`",
        ),
    };
    draft.message(message).help(help);
}
