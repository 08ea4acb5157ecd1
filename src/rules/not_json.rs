//! Files that are not JSON.

use crate::code::Code;
use crate::diagnostic::{At, Sink};
use crate::document::{NotJson, Role};
use crate::span::Span;

/// The smallest file of each kind.
pub(super) const fn smallest(role: Role) -> &'static str {
    match role {
        Role::Resource => "write at least `{\"tokens\": []}`",
        Role::Admin => "write `{\"token\": …, \"name\": \"_admin\"}`",
    }
}

/// Reports a text that is not JSON.
pub(crate) fn report(kind: NotJson, span: Span, role: Role, sink: &mut Sink) {
    const HELP: &str = "write a JSON object: `{\"tokens\": […]}`";
    let (code, message, help) = match kind {
        NotJson::Tokens => return bare_token(span, role, sink),
        NotJson::Empty => (Code::EmptyFile, "the file is empty", smallest(role)),
        NotJson::Conflict => {
            (Code::JsonSyntax, "unresolved merge conflict", "resolve the conflict, and remove its markers")
        }
        NotJson::Markup => (Code::JsonSyntax, "the file is HTML or XML, not JSON", HELP),
        NotJson::Yaml => (Code::JsonSyntax, "the file looks like YAML, not JSON", HELP),
        NotJson::Other => {
            (Code::JsonSyntax, "the file does not start with `{`: it is not a JSON object", HELP)
        }
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
            "the file is a bare token, not a tokens file",
            "write `{\"tokens\": [{\"token\": …, \"name\": …, \"permissions\": […]}]}`",
        ),
        Role::Admin => (
            "the file is a bare token, not an admin token file",
            "write `{\"token\": …, \"name\": \"_admin\"}`",
        ),
    };
    draft.message(message).help(help);
}
