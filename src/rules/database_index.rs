//! The databases that a file creates and grants.

use alloc::borrow::Cow;
use alloc::string::String;
use alloc::vec::Vec;
use core::ops::Range;
use std::collections::HashMap;

use foldhash::quality::RandomState;

use crate::document::{Element, Entry, Intent, Outline, Resource, Shape, Text, items};
use crate::name::check_database_name;
use crate::span::Span;
use crate::syntax::SmallSpan;

/// The databases of a file, as far as it was read.
#[derive(Debug)]
pub(crate) struct DatabaseIndex<'a> {
    pub(super) text: &'a str,
    /// Whether databases that are not created are reported, and those that are not granted.
    reports: Reports,
    // The created databases that no entry grants yet.
    ungranted: usize,
    /// The strings of `create_databases`, with their indices.
    created: Vec<(usize, Text<'a>)>,
    pub(super) by_name: HashMap<Cow<'a, str>, Created, RandomState>,
    // Grants of databases that were not created when the entry was read.
    pub(super) granted: Vec<Granted>,
    // The grants of the last list of permissions.
    last: Range<usize>,
    pub(super) grants_all: bool,
    // Whether all grants are known.
    pub(super) is_complete: bool,
}

/// The findings that databases are compared for.
#[derive(Clone, Copy, Debug)]
pub(super) struct Reports {
    pub(super) not_created: bool,
    pub(super) not_granted: bool,
}

/// A name in `create_databases`.
#[derive(Clone, Copy, Debug)]
pub(super) struct Created {
    pub(super) index: usize,
    pub(super) span: Span,
    pub(super) is_granted: bool,
    // Whether the name is an element by itself, and not a part of an invalid one.
    pub(super) is_element: bool,
}

/// A database in a permission.
#[derive(Clone, Copy, Debug)]
pub(super) struct Granted {
    pub(super) name: SmallSpan,
    pub(super) entry: u32,
    pub(super) permission: u32,
    // Whether another permission grants it, too.
    pub(super) is_repeated: bool,
}

impl<'a> DatabaseIndex<'a> {
    pub(super) fn new(text: &'a str, reports: Reports) -> Self {
        Self {
            text,
            reports,
            ungranted: 0,
            created: Vec::new(),
            by_name: HashMap::default(),
            granted: Vec::new(),
            last: 0..0,
            grants_all: false,
            is_complete: true,
        }
    }

    /// Adds a string of `create_databases`.
    pub(crate) fn create(&mut self, index: usize, name: Text<'a>) {
        let created = Created { index, span: name.span(), is_granted: false, is_element: true };
        if check_database_name(&name).is_ok() {
            let key = name.borrowed().map_or_else(|| Cow::Owned(String::from(&*name)), Cow::Borrowed);
            self.ungranted += usize::from(!self.by_name.contains_key(&key));
            self.by_name.entry(key).or_insert(created);
        } else {
            // An invalid name has a finding of its own: `a, b` does create `a`, as far as it was meant.
            for part in name.split(',').map(str::trim).filter(|part| check_database_name(part).is_ok()) {
                let created = Created { is_element: false, ..created };
                self.by_name.entry(Cow::Owned(part.into())).or_insert(created);
            }
        }
        self.created.push((index, name));
    }

    /// Returns the strings of `create_databases`, with their indices.
    pub(crate) fn created(&self) -> &[(usize, Text<'a>)] {
        &self.created
    }

    /// Returns whether the file creates a database.
    pub(crate) fn creates(&self, name: &str) -> bool {
        self.by_name.get(name).is_some_and(|created| created.is_element)
    }

    /// Returns whether more grants can change a finding. `create_databases` may also follow the entries.
    const fn needs_grants(&self) -> bool {
        self.reports.not_created
            || self.reports.not_granted && (self.ungranted > 0 || self.created.is_empty())
    }

    /// Adds the grants of an entry.
    #[inline]
    pub(super) fn add_entry(&mut self, entry: &Entry<'a>) {
        if !self.needs_grants() {
            return;
        }
        if entry.repeats_permissions {
            for granted in self.granted.get_mut(core::mem::take(&mut self.last)).unwrap_or_default() {
                granted.is_repeated = true;
            }
            return;
        }
        let start = self.granted.len();
        match entry.permissions.value() {
            Some(elements) => elements.iter().for_each(|element| self.add_element(entry, element)),
            None => self.is_complete = false,
        }
        self.is_complete &= entry.invalid_permissions.is_empty();
        self.last = start..self.granted.len();
    }

    #[inline]
    fn add_element(&mut self, entry: &Entry<'a>, element: &Element<'a>) {
        match element.grant {
            Some(grant) if grant.resource == Resource::System => {}
            Some(grant) if grant.is_all => self.grants_all = true,
            Some(_) => self.add_names(entry, element, entry.names(element)),
            None => match element.intent() {
                Intent::Names { range, is_granted: true } => {
                    self.add_names(entry, element, items(&element.text, Some(range)));
                }
                Intent::System => {}
                Intent::Names { .. } | Intent::Unknown => self.is_complete = false,
            },
        }
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
                let is_new = created.is_element && !created.is_granted;
                self.ungranted -= usize::from(is_new);
                created.is_granted = true;
                continue;
            }
            if !self.reports.not_created && !self.created.is_empty() {
                continue;
            }
            let name = locator.locate(range).into();
            let [entry, permission] =
                [entry.index, element.index].map(|index| u32::try_from(index).unwrap_or(u32::MAX));
            self.granted.push(Granted { name, entry, permission, is_repeated: false });
        }
    }

    /// Leaves the first grant of each database that is not created.
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
