//! The kinds of other files, by their start or their members.

use std::path::Path;

use super::{Other, Text};
use crate::span::Span;
use crate::syntax::{Kind, Node, Parser, Str, starts_like_json};

/// The kind of a file that is not a tokens file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct OtherFile {
    /// A noun phrase.
    pub(crate) name: &'static str,
    pub(crate) help: &'static str,
}

/// The first bytes of files that have a signature.
const SIGNATURES: [(&[&[u8]], OtherFile); 4] = [
    (
        &[b"$ANSIBLE_VAULT;"],
        OtherFile::new("a file encrypted with Ansible Vault", "decrypt it first: `ansible-vault view`"),
    ),
    (
        &[b"\0GITCRYPT\0"],
        OtherFile::new("a file encrypted with git-crypt", "run `git-crypt unlock` in the repository first"),
    ),
    (
        &[b"age-encryption.org/", b"-----BEGIN AGE "],
        OtherFile::new("a file encrypted with age", "decrypt it first: `age --decrypt`"),
    ),
    (&[b"-----BEGIN PGP "], OtherFile::new("an OpenPGP message", "decrypt it first: `gpg --decrypt`")),
];

/// The start of a value that SOPS encrypted.
const SOPS_VALUE: &str = "ENC[";

impl OtherFile {
    pub(crate) const SOPS: Self =
        Self::new("a file encrypted with SOPS", "decrypt it first: `sops --decrypt`");
    const MARKUP: Self = Self::new("HTML or XML", "check where the file comes from; is it an error page?");
    /// JSON in quotes that is not a JSON string.
    const QUOTED: Self = Self::new("JSON in quotes", "remove the quotes around the whole text");
    const MANIFEST: Self = Self::new(
        "a Kubernetes manifest",
        "use the value of `permission-tokens.json` in `stringData`, or the Base64-decoded value in `data`",
    );
    const YAML: Self = Self::new("YAML", "convert it to JSON: `yq -o json`");
    const BASE64: Self = Self::new("Base64", "decode it first: `base64 --decode`");
    const BASE64_TWICE: Self = Self::new(
        "Base64 that is encoded twice",
        "decode it twice with `base64 --decode`; in a Kubernetes Secret, `stringData` takes plain text",
    );
    const JSON: Self = Self::new("JSON in a JSON string", "decode the string first: `jq --raw-output .`");
    /// A path, a URL, or the name of a secret in a store.
    const REFERENCE: Self = Self::new(
        "a path or a reference",
        "replace it with the content that it refers to; with kubectl, use `--from-file`",
    );
    /// An object with a member that contains the file, as JSON in a string or as Base64.
    const WRAPPER: Self = Self::new(
        "an object that contains the file as a string",
        "use the decoded string as the file: `jq --raw-output`, or `--query SecretString --output text` with AWS; \
         decode Base64 with `base64 --decode`",
    );

    const fn new(name: &'static str, help: &'static str) -> Self {
        Self { name, help }
    }

    /// Returns the kind of a file with a signature, and the span of the signature.
    pub(crate) fn by_signature(bytes: &[u8]) -> Option<(Self, Span)> {
        let rest = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes).trim_ascii_start();
        let start = bytes.len() - rest.len();
        SIGNATURES.iter().find_map(|(signatures, kind)| {
            let signature = signatures.iter().find(|signature| rest.starts_with(signature))?;
            Some((*kind, Span::new(start, start + signature.len())))
        })
    }

    /// Returns the kind of a text that does not start like JSON.
    pub(crate) fn of_start(text: &str) -> Option<Self> {
        match text.bytes().next() {
            _ if is_quoted(text) => Some(Self::QUOTED),
            _ if starts_like_json(text) => None,
            Some(b'<') => Some(Self::MARKUP),
            _ if is_sops(text) => Some(Self::SOPS),
            _ if is_yaml(text) => {
                let is_manifest = text.lines().any(|line| line.starts_with("apiVersion:"));
                Some(if is_manifest { Self::MANIFEST } else { Self::YAML })
            }
            _ => Self::of_text(text),
        }
    }

    /// Returns the kind of a text in place of a file: Base64, or a reference.
    fn of_text(text: &str) -> Option<Self> {
        let text = text.trim_ascii();
        base64(text).or_else(|| is_reference(text).then_some(Self::REFERENCE))
    }

    /// Returns the kind of a JSON string in place of the file.
    pub(crate) fn of_string(string: Str<'_>) -> Option<Self> {
        let text = Text::new(string)?;
        if is_json(&text) { Some(Self::JSON) } else { Self::of_text(&text) }
    }

    /// Returns the kind of an object by its members, and the key that shows it.
    pub(crate) fn of_members<'a>(others: &[Other<'a>]) -> Option<(Self, Str<'a>)> {
        let find = |name: &str| others.iter().find(|other| other.matches(name));
        if let (Some(version), Some(_)) = (find("apiVersion"), find("kind")) {
            return Some((Self::MANIFEST, version.key));
        }
        others.iter().find_map(|other| wrapper(other.key, &other.node))
    }

    /// Returns the key of the SOPS metadata.
    pub(crate) fn sops<'a>(others: &[Other<'a>]) -> Option<Str<'a>> {
        let is_encrypted = |(key, node): &(Str<'_>, Node<'_>)| {
            key.plain() == Some("mac") && node.as_str().is_some_and(|mac| mac.raw().starts_with(SOPS_VALUE))
        };
        let metadata = others.iter().find(|other| other.matches("sops"))?;
        metadata.node.members().iter().any(is_encrypted).then_some(metadata.key)
    }
}

/// Finds a string with a file in a member.
fn wrapper<'a>(key: Str<'a>, node: &Node<'a>) -> Option<(OtherFile, Str<'a>)> {
    if node.kind != Kind::String {
        return node.members().iter().find_map(|(key, node)| wrapper(*key, node));
    }
    let text = Text::new(node.as_str()?)?;
    (base64(text.trim_ascii()).is_some() || is_json(&text)).then_some((OtherFile::WRAPPER, key))
}

/// Returns whether a text is JSON in quotes, but not a JSON string, which may be empty.
fn is_quoted(text: &str) -> bool {
    let is_quote = |c| matches!(c, '\'' | '"' | '`' | '\u{2018}'..='\u{201F}');
    let inner = text.trim_start_matches(is_quote);
    let quotes = text.len() - inner.len();
    let is_string = matches!(text.get(..quotes), Some("" | "\"" | "\"\""));
    // Also skips comments: the removal of one must not change the kind of a file.
    let inner = inner.get(Parser::start(inner)..).unwrap_or_default();
    inner.starts_with(['{', '[']) && !is_string
}

/// Returns whether a text starts with a document, a list or a key of YAML.
fn is_yaml(text: &str) -> bool {
    let line = text.lines().next().unwrap_or_default();
    // `/` and `#` start comments.
    let item = line.split([' ', '\t', '/', '#']).next();
    let word = line.split([' ', '\t']).next().unwrap_or_default();
    let is_key = |key: &str| {
        let is_word = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_');
        key.starts_with(char::is_alphabetic) && key.chars().all(is_word)
    };
    matches!(item, Some("-" | "---")) || word.strip_suffix(':').is_some_and(is_key)
}

/// Returns whether a text that is not JSON has values that SOPS encrypted, and its metadata.
fn is_sops(text: &str) -> bool {
    text.contains(SOPS_VALUE) && text.contains("sops")
}

fn is_json(text: &str) -> bool {
    let inside = text.trim_ascii().strip_prefix('{').map(str::trim_ascii_start);
    inside.is_some_and(|inside| inside.starts_with(['"', '}']))
}

/// Returns the kind of an object in Base64.
fn base64(text: &str) -> Option<OtherFile> {
    const MIN_LENGTH: usize = 16;
    // Whitespace or a quote follows `{`. A byte order mark may precede it.
    let kind = match text.strip_prefix("77u/").unwrap_or(text).as_bytes() {
        [b'e', b'w' | b'y', ..] => OtherFile::BASE64,
        [b'Z', b'X', b'c'..=b'f' | b'k'..=b'n', ..] => OtherFile::BASE64_TWICE,
        _ => return None,
    };
    let is_digit = |byte: u8| {
        byte.is_ascii_alphanumeric()
            || byte.is_ascii_whitespace()
            || matches!(byte, b'+' | b'/' | b'-' | b'_' | b'=')
    };
    (text.len() >= MIN_LENGTH && text.bytes().all(is_digit)).then_some(kind)
}

/// Returns whether a line refers to a file or to a secret in a store.
fn is_reference(text: &str) -> bool {
    const STARTS: [&str; 6] = ["./", "../", "~/", "@/", "arn:", "vault:"];
    let is_scheme = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-' | b'.');
    let has_scheme = text.split_once("://").is_some_and(|(scheme, _)| scheme.bytes().all(is_scheme));
    let is_absolute = text.strip_prefix('/').is_some_and(|rest| rest.starts_with(char::is_alphanumeric));
    let is_on_drive =
        matches!(text.as_bytes(), [drive, b':', b'\\' | b'/', ..] if drive.is_ascii_alphabetic());
    let has_extension = Path::new(text).extension().is_some_and(|extension| extension == "json");
    let has_start = STARTS.iter().any(|start| text.starts_with(start));
    !text.contains(['\n', '"', '{'])
        && (is_absolute || is_on_drive || has_scheme || has_extension || has_start)
}
