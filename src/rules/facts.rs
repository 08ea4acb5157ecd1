//! Facts for the file rules: about 40 bytes per entry, in place of the entries.

use super::database_index::{DatabaseIndex, Reports};
use super::duplicate_index::DuplicateIndex;
use crate::code::Code;
use crate::diagnostic::{Levels, TextEdit};
use crate::document::{Entry, Outline, Text};
use crate::name::OPERATOR_TOKEN_NAME;
use crate::span::Span;
use crate::syntax::Str;

/// Facts for the file rules.
#[derive(Debug)]
pub(crate) struct Facts<'a> {
    pub(crate) text: &'a str,
    pub(crate) outline: Outline<'a>,
    pub(crate) tokens: DuplicateIndex<'a>,
    pub(crate) names: DuplicateIndex<'a>,
    pub(crate) databases: DatabaseIndex<'a>,
}

impl<'a> Facts<'a> {
    /// Creates the facts of a file without entries.
    pub(crate) fn new(text: &'a str, levels: &Levels) -> Self {
        let reports = Reports {
            not_created: levels.is_enabled(Code::GrantedNotCreated),
            not_granted: levels.is_enabled(Code::CreatedNotGranted),
        };
        Self {
            text,
            outline: Outline::default(),
            tokens: DuplicateIndex::new(text),
            names: DuplicateIndex::new(text),
            databases: DatabaseIndex::new(text, reports),
        }
    }

    /// Adds an entry.
    #[inline]
    pub(crate) fn add_entry(&mut self, entry: &Entry<'a>) {
        if let Some(token) = entry.token.value() {
            self.tokens.insert(entry.index, token);
        }
        if let Some(name) = entry.name.value()
            && !matches!(&**name, "" | OPERATOR_TOKEN_NAME)
        {
            self.names.insert(entry.index, name);
        }
        self.databases.add_entry(entry);
    }

    /// Completes the facts after the last entry.
    pub(crate) fn complete(&mut self, outline: Outline<'a>) {
        self.outline = outline;
        self.tokens.sort();
        self.names.sort();
        self.databases.complete(&self.outline);
    }

    /// Returns whether the text ends inside the object of the file.
    pub(super) fn is_truncated(&self) -> bool {
        self.outline.is_truncated(self.text)
    }

    /// Returns the edit that removes an element of a list.
    pub(super) fn removal(&self, element: Span) -> Option<TextEdit> {
        TextEdit::removal(self.text, element)
    }

    /// Decodes the string at a span.
    pub(super) fn string(&self, span: Span) -> Option<Text<'a>> {
        Text::new(Str::new(span.text(self.text)?, span.start()))
    }
}
