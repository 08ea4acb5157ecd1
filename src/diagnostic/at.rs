//! The position of a finding in the document.

use crate::redact::may_show;
use crate::span::Span;
use crate::syntax::Str;

/// The position of a value in the document. The JSON pointer is written only for findings that are kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum At {
    /// The whole file.
    File,
    /// An element of `create_databases`.
    Database(usize),
    /// An entry.
    Entry(usize),
    /// A permission of an entry.
    Permission(usize, usize),
    /// A member of the file or of an entry.
    Member(Option<usize>, &'static str),
    /// An unknown member of the file or of an entry, by the span of its key, which may be a secret.
    UnknownMember(Option<usize>, Span),
}

impl At {
    /// Returns the JSON pointer (RFC 6901). A key that may be a secret is redacted.
    pub(super) fn pointer(self, bytes: &[u8], is_certain: bool) -> String {
        let member = |entry: Option<usize>, key: &str| {
            let parent = entry.map_or_else(String::new, |entry| format!("/tokens/{entry}"));
            format!("{parent}/{key}")
        };
        match self {
            Self::File => String::new(),
            Self::Database(index) => format!("/create_databases/{index}"),
            Self::Entry(entry) => format!("/tokens/{entry}"),
            Self::Permission(entry, index) => format!("/tokens/{entry}/permissions/{index}"),
            Self::Member(entry, name) => member(entry, name),
            Self::UnknownMember(entry, key) => {
                let raw = bytes.get(key.range()).and_then(|raw| core::str::from_utf8(raw).ok());
                let key = Str::new(raw.unwrap_or_default(), key.start()).decode().unwrap_or_default();
                let is_shown = is_certain && may_show(&key, &key);
                let key = if is_shown { key.replace('~', "~0").replace('/', "~1") } else { "***".into() };
                member(entry, &key)
            }
        }
    }
}
