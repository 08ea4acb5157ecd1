//! The index of the databases that a file creates and grants.

use core::ops::Range;
use std::borrow::Cow;
use std::collections::HashMap;

use foldhash::quality::RandomState;

use crate::document::{Element, Entry, Outline, Resource, Shape, Text};
use crate::name::check_database_name;
use crate::span::Span;
use crate::syntax::SmallSpan;

/// The databases that a file creates and grants.
#[derive(Debug)]
pub(crate) struct DatabaseIndex<'a> {
    pub(super) text: &'a str,
    // Whether a rule compares created databases with granted ones.
    pub(super) is_compared: bool,
    // Whether databases that are not created are reported.
    reports_missing: bool,
    /// The strings of `create_databases`, with their indices.
    created: Vec<(usize, Text<'a>)>,
    pub(super) by_name: HashMap<Cow<'a, str>, Created, RandomState>,
    // Grants of databases that were not created when the entry was read.
    pub(super) granted: Vec<Granted>,
    // The grants of the last list of permissions.
    last: Range<usize>,
    // Whether all grants are known, and none is for `*`.
    pub(super) is_complete: bool,
}

/// A name in `create_databases`.
#[derive(Clone, Copy, Debug)]
pub(super) struct Created {
    pub(super) index: usize,
    pub(super) span: Span,
    pub(super) is_granted: bool,
}

/// A database in a permission.
#[derive(Clone, Copy, Debug)]
pub(super) struct Granted {
    pub(super) name: SmallSpan,
    pub(super) entry: usize,
    pub(super) permission: usize,
    // Whether another permission also grants it.
    pub(super) is_repeated: bool,
}

impl<'a> DatabaseIndex<'a> {
    pub(super) fn new(text: &'a str, is_compared: bool, reports_missing: bool) -> Self {
        Self {
            text,
            is_compared,
            reports_missing,
            created: Vec::new(),
            by_name: HashMap::default(),
            granted: Vec::new(),
            last: 0..0,
            is_complete: true,
        }
    }

    /// Adds a string of `create_databases`.
    pub(crate) fn create(&mut self, index: usize, name: Text<'a>) {
        if check_database_name(&name).is_ok() {
            let key = name.borrowed().map_or_else(|| Cow::Owned(String::from(&*name)), Cow::Borrowed);
            let created = Created { index, span: name.span(), is_granted: false };
            self.by_name.entry(key).or_insert(created);
        }
        self.created.push((index, name));
    }

    /// Returns the strings of `create_databases`, with their indices.
    pub(crate) fn created(&self) -> &[(usize, Text<'a>)] {
        &self.created
    }

    /// Returns whether the file creates a database.
    pub(crate) fn creates(&self, name: &str) -> bool {
        self.by_name.contains_key(name)
    }

    /// Adds the grants of an entry.
    #[inline]
    pub(super) fn add_entry(&mut self, entry: &Entry<'a>) {
        if !self.is_compared {
            return;
        }
        if entry.list.is_repeated {
            for granted in self.granted.get_mut(core::mem::take(&mut self.last)).unwrap_or_default() {
                granted.is_repeated = true;
            }
            return;
        }
        let start = self.granted.len();
        for element in &entry.list.elements {
            match element.grant {
                Some(grant) if grant.is_wildcard() => self.is_complete = false,
                Some(grant) if grant.resource == Resource::System => {}
                Some(_) => self.add_names(entry, element, entry.list.names(element)),
                None if element.intended_names().next().is_none() => self.is_complete = false,
                None => self.add_names(entry, element, element.intended_names()),
            }
        }
        self.is_complete &= entry.permissions.value().is_some() && entry.list.invalid.is_empty();
        self.last = start..self.granted.len();
    }

    #[inline]
    fn add_names<'e>(
        &mut self,
        entry: &Entry<'a>,
        element: &Element<'a>,
        names: impl Iterator<Item = (Range<usize>, &'e str)>,
    ) {
        let mut locator = element.text.locator();
        for (range, name) in names {
            if let Some(created) = self.by_name.get_mut(name) {
                created.is_granted = true;
                continue;
            }
            // `create_databases` may follow `tokens`.
            if !self.reports_missing && !self.created.is_empty() {
                continue;
            }
            let name = locator.locate(range).into();
            let (entry, permission) = (entry.index, element.index);
            self.granted.push(Granted { name, entry, permission, is_repeated: false });
        }
    }

    /// Keeps only the first grant of each database that is not created.
    pub(super) fn complete(&mut self, outline: &Outline<'_>) {
        let is_read = matches!(outline.shape, Shape::TokensFile)
            && !outline.tokens.is_missing()
            && outline.entries > 0
            && outline.invalid_entries.is_empty()
            && !outline.is_truncated(self.text);
        self.is_complete &= is_read;
        let mut firsts: HashMap<Cow<'a, str>, usize, RandomState> = HashMap::default();
        let mut kept: Vec<Granted> = Vec::new();
        for granted in core::mem::take(&mut self.granted) {
            let name = granted.name.string(self.text).decode().unwrap_or_default();
            if let Some(created) = self.by_name.get_mut(&name) {
                created.is_granted = true;
            } else if let Some(first) = firsts.get(&name).and_then(|first| kept.get_mut(*first)) {
                first.is_repeated = true;
            } else {
                firsts.insert(name, kept.len());
                kept.push(granted);
            }
        }
        self.granted = kept;
    }

    pub(super) fn is_granted(&self, created: &str) -> bool {
        self.by_name.get(created).is_some_and(|created| created.is_granted)
    }
}
