//! The value that a finding belongs to.

use alloc::borrow::Cow;
use alloc::format;
use alloc::string::String;

use crate::redact::may_show;
use crate::span::Span;
use crate::syntax::Str;

/// The position of a value in the document. The JSON pointer is written only for findings that are kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum At {
    /// The whole file.
    File,
    /// A member of the file.
    Member(&'static str),
    /// An element of `create_databases`.
    Database(usize),
    /// An entry.
    Entry(usize),
    /// A member of an entry.
    EntryMember(usize, &'static str),
    /// A permission of an entry.
    Permission(usize, usize),
    /// An unknown member of the file or of an entry, by the span of its key, which may be a secret.
    UnknownMember(Option<usize>, Span),
}

impl At {
    /// Returns the JSON pointer (RFC 6901). A key that may be a secret is redacted.
    pub(super) fn pointer(self, bytes: &[u8], is_certain: bool) -> String {
        match self {
            Self::File => String::new(),
            Self::Member(name) => format!("/{name}"),
            Self::Database(index) => format!("/create_databases/{index}"),
            Self::Entry(entry) => format!("/tokens/{entry}"),
            Self::EntryMember(entry, name) => format!("/tokens/{entry}/{name}"),
            Self::Permission(entry, index) => format!("/tokens/{entry}/permissions/{index}"),
            Self::UnknownMember(entry, key) => {
                let raw = bytes.get(key.range()).and_then(|raw| core::str::from_utf8(raw).ok());
                let key = Str::new(raw.unwrap_or_default(), key.start()).decode().unwrap_or_default();
                let key =
                    if is_certain && may_show(&key, &key) { escape(&key) } else { Cow::Borrowed("***") };
                entry.map_or_else(|| format!("/{key}"), |entry| format!("/tokens/{entry}/{key}"))
            }
        }
    }
}

fn escape(key: &str) -> Cow<'_, str> {
    if key.contains(['~', '/']) {
        Cow::Owned(key.replace('~', "~0").replace('/', "~1"))
    } else {
        Cow::Borrowed(key)
    }
}
