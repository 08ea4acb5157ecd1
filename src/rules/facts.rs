//! The facts that file rules need: about 40 bytes per entry.

use super::database_index::DatabaseIndex;
use super::duplicate_index::DuplicateIndex;
use crate::code::Code;
use crate::diagnostic::Levels;
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
        let reports_missing = levels.is_enabled(Code::GrantedNotCreated);
        let is_compared = reports_missing || levels.is_enabled(Code::CreatedNotGranted);
        Self {
            text,
            outline: Outline::default(),
            tokens: DuplicateIndex::new(text),
            names: DuplicateIndex::new(text),
            databases: DatabaseIndex::new(text, is_compared, reports_missing),
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

    /// Decodes the string at a span.
    pub(super) fn string(&self, span: Span) -> Option<Text<'a>> {
        Text::new(Str::new(span.text(self.text)?, span.start()))
    }
}
