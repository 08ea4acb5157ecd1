//! Files that are not JSON.

use alloc::format;

use crate::code::Code;
use crate::diagnostic::{At, Sink};
use crate::document::{NotJson, OtherFile, Role};
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
        NotJson::Known(kind) => return other_file(kind, span, role, sink),
        NotJson::Empty => (Code::EmptyFile, "the file is empty", smallest(role)),
        NotJson::Conflict => {
            (Code::JsonSyntax, "unresolved merge conflict", "resolve the conflict, and remove its markers")
        }
        NotJson::Unknown => {
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

/// Reports a file of another kind.
pub(crate) fn other_file(kind: OtherFile, span: Span, role: Role, sink: &mut Sink) {
    let Some(draft) = sink.report(Code::OtherFile, span, At::File) else { return };
    let (what, help) = describe(kind);
    let wanted = match role {
        Role::Resource => "a tokens file",
        Role::Admin => "an admin token file",
    };
    draft.message(format!("this is {what}, not {wanted}")).help(help);
}

const fn describe(kind: OtherFile) -> (&'static str, &'static str) {
    match kind {
        OtherFile::AnsibleVault => {
            ("a file encrypted with Ansible Vault", "decrypt it first: `ansible-vault view`")
        }
        OtherFile::GitCrypt => {
            ("a file encrypted with git-crypt", "run `git-crypt unlock` in the repository first")
        }
        OtherFile::Age => ("a file encrypted with age", "decrypt it first: `age --decrypt`"),
        OtherFile::OpenPgp => ("an OpenPGP message", "decrypt it first: `gpg --decrypt`"),
        OtherFile::Pem => ("a PEM file, such as a certificate or a key", "check the path"),
        OtherFile::OpenSsl => ("a file encrypted with `openssl enc`", "decrypt it first: `openssl enc -d`"),
        OtherFile::Compressed => ("a compressed file", "decompress it first, as with `gunzip`"),
        OtherFile::Sops => ("a file encrypted with SOPS", "decrypt it first: `sops --decrypt`"),
        OtherFile::Manifest => (
            "a Kubernetes manifest",
            "use the value of `permission-tokens.json` in its `stringData`, or that in its `data` decoded from Base64",
        ),
        OtherFile::Yaml => ("YAML", "convert it to JSON: `yq -o json`"),
        OtherFile::Markup => ("HTML or XML", "check where the file comes from; is it an error page?"),
        OtherFile::CodeBlock => {
            ("a Markdown code block", "remove the lines that start with three back-quotes")
        }
        OtherFile::Quoted => ("JSON in quotes", "remove the quotes around the whole text"),
        OtherFile::Base64 => ("Base64", "decode it first: `base64 --decode`"),
        OtherFile::Base64Twice => (
            "Base64 that is encoded twice",
            "decode it twice with `base64 --decode`; in a Kubernetes Secret, `stringData` takes plain text",
        ),
        OtherFile::Json => ("JSON in a JSON string", "decode the string first: `jq --raw-output .`"),
        OtherFile::Reference => {
            ("a path or a reference", "write the content that it refers to; with kubectl, use `--from-file`")
        }
        OtherFile::Wrapper { is_base64: false } => (
            "an object that contains the file as a string",
            "use the decoded string as the file: `jq --raw-output`, or `--query SecretString --output text` with AWS",
        ),
        OtherFile::Wrapper { is_base64: true } => (
            "an object that contains the file as Base64",
            "use the decoded value as the file: `base64 --decode`",
        ),
    }
}
