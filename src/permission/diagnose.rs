//! Errors of texts that the grammar rejects: each word of the text is classified.

use alloc::vec::Vec;

use crate::name::{InvalidNameKind, check_database_name};
use crate::permission::actions::{DatabaseActions, NAMES as ACTIONS};
use crate::permission::error::{ParsePermissionError, PermissionErrorKind as Kind, PermissionPart};
use crate::permission::system_resource::SystemResource;
use crate::permission::variables::variables;
use crate::secret::{Fragment, mentions_token};
use crate::span::Span;
use crate::suggest::closest_word;

const TYPES: [&str; 2] = ["db", "system"];
const TYPE_ALIASES: [(&str, &[&str]); 2] =
    [("db", &["database", "databases", "dbs", "bucket"]), ("system", &["sys", "systems"])];
const ACTION_ALIASES: [(&str, &[&str]); 3] = [
    ("read", &["r", "ro", "readonly"]),
    ("write", &["w"]),
    ("read,write", &["rw", "r/w", "readwrite", "read-write", "read_write"]),
];
const NOT_GRANTABLE: [&str; 4] = ["drop", "update", "all", "admin"];

/// Returns all mistakes in a permission, in source order.
pub(super) fn permission(text: &str) -> Vec<Mistake> {
    let mut finder = Finder::new(text);
    finder.check_permission();
    finder.finish()
}

/// Returns all mistakes in a list of actions on databases.
pub(super) fn actions(text: &str) -> Vec<Mistake> {
    let mut finder = Finder::new(text);
    finder.check_actions(full_span(text));
    finder.finish()
}

/// Returns the error of each mistake, with its fragment.
pub(super) fn errors(text: &str, mistakes: Vec<Mistake>) -> impl Iterator<Item = ParsePermissionError> {
    // Once, not for every error of a long text.
    let has_token = mentions_token(text);
    mistakes.into_iter().map(move |mistake| {
        let fragment = if has_token { "" } else { mistake.span.text(text).unwrap_or_default() };
        mistake.error(text).quoting(Fragment::of_harmless(fragment))
    })
}

/// Returns the error of the first mistake.
pub(super) fn first(text: &str, mistakes: Vec<Mistake>) -> ParsePermissionError {
    let unknown = || ParsePermissionError::new(Kind::MissingPart(PermissionPart::Type), full_span(text));
    errors(text, mistakes).next().unwrap_or_else(unknown)
}

fn full_span(text: &str) -> Span {
    Span::new(0, text.len())
}

/// An error without its suggestion and fragment, which take time to find.
#[derive(Clone, Copy)]
pub(crate) struct Mistake {
    pub(crate) kind: Kind,
    pub(crate) span: Span,
    // Whether the permission is for system resources, as written or as suggested.
    is_system: bool,
}

impl Mistake {
    /// Returns the error with its suggestion, without a fragment.
    pub(crate) fn error(self, text: &str) -> ParsePermissionError {
        let word = self.span.text(text).unwrap_or_default();
        let suggestion = match self.kind {
            Kind::UnknownResourceType => suggest_type(word),
            Kind::UnknownSystemResource => {
                closest_word(word, SystemResource::ALL.iter().map(|known| known.as_str()))
            }
            // `read` is the only action on system resources.
            Kind::WildcardAction | Kind::ActionNotGrantable if self.is_system => Some(("read", false)),
            Kind::UnknownAction if self.is_system => suggest_from(word, &["read"]),
            Kind::UnknownAction => suggest_action(word),
            _ => None,
        };
        ParsePermissionError::new(self.kind, self.span).with_suggestion(suggestion)
    }
}

fn suggest_action(word: &str) -> Option<(&'static str, bool)> {
    suggest_from(word, &ACTIONS).or_else(|| find_alias(word, &ACTION_ALIASES)).or_else(|| split_actions(word))
}

fn suggest_from(word: &str, actions: &[&'static str]) -> Option<(&'static str, bool)> {
    closest_word(word, actions.iter().copied()).filter(|_| !word.contains('*'))
}

fn is_other_separator(c: char) -> bool {
    matches!(c, ';' | '|' | '+' | '/' | '&') || c.is_whitespace()
}

/// Returns the actions of a list with separators other than `,`.
fn split_actions(word: &str) -> Option<(&'static str, bool)> {
    let mut actions = DatabaseActions::EMPTY;
    for word in word.split(is_other_separator).filter(|word| !word.is_empty()) {
        actions |= DatabaseActions::from_name(word.as_bytes())?;
    }
    (!actions.is_empty()).then(|| (actions.as_str(), false))
}

fn suggest_type(word: &str) -> Option<(&'static str, bool)> {
    find_alias(word, &TYPE_ALIASES).or_else(|| closest_word(word, TYPES))
}

fn find_alias(word: &str, known: &[(&'static str, &[&str])]) -> Option<(&'static str, bool)> {
    known.iter().find(|(_, aliases)| is_one_of(word, aliases)).map(|(known, _)| (*known, false))
}

fn is_one_of(word: &str, known: &[&str]) -> bool {
    known.iter().any(|known| known.eq_ignore_ascii_case(word))
}

struct Finder<'a> {
    text: &'a str,
    variables: Vec<Span>,
    is_system: bool,
    mistakes: Vec<Mistake>,
}

impl<'a> Finder<'a> {
    fn new(text: &'a str) -> Self {
        Self { text, variables: variables(text), is_system: false, mistakes: Vec::new() }
    }

    fn finish(mut self) -> Vec<Mistake> {
        self.mistakes.sort_by_key(|mistake| mistake.span);
        self.mistakes
    }

    fn check_permission(&mut self) {
        let parts = self.split(full_span(self.text), b':');
        let (resource_type, names, actions) = match *parts {
            [only] if !self.is_type(only) => {
                // A variable may expand to all three parts.
                if !self.report_variables(only) {
                    self.report_missing(PermissionPart::Type, 0);
                }
                return;
            }
            // `db:read`
            [first, last] if self.is_action_list(last) && self.is_type(first) => {
                (Some(first), None, Some(last))
            }
            // `sensors:read`
            [first, last] if self.is_action_list(last) => (None, Some(first), Some(last)),
            _ => (parts.first().copied(), parts.get(1).copied(), parts.get(2).copied()),
        };
        let end = self.text.len();
        let resource_type = if let Some(span) = resource_type {
            self.check_resource_type(span)
        } else {
            self.report_missing(PermissionPart::Type, 0);
            Some("db")
        };
        if resource_type == Some("*") {
            return;
        }
        self.is_system = resource_type == Some("system");
        if let Some(names) = names {
            self.check_names(names, resource_type);
        } else {
            self.report_missing(PermissionPart::Names, actions.map_or(end, Span::start));
        }
        if let Some(actions) = actions {
            self.check_actions(actions);
        } else if names.is_some() {
            self.report_missing(PermissionPart::Actions, end);
        }
        if let Some(extra) = parts.get(3) {
            self.report(Kind::ExtraPart, Span::new(extra.start() - 1, end));
        }
    }

    fn report(&mut self, kind: Kind, span: Span) {
        self.mistakes.push(Mistake { kind, span, is_system: self.is_system });
    }

    fn report_missing(&mut self, part: PermissionPart, at: usize) {
        self.report(Kind::MissingPart(part), Span::new(at, at));
    }

    fn text_of(&self, span: Span) -> &'a str {
        span.text(self.text).unwrap_or_default()
    }

    /// Splits at separators outside of variables.
    fn split(&self, span: Span, separator: u8) -> Vec<Span> {
        let mut variables = self.variables.iter().peekable();
        let mut pieces = Vec::new();
        let mut start = span.start();
        for (at, byte) in (start..).zip(self.text_of(span).bytes()) {
            while variables.next_if(|variable| variable.end() <= at).is_some() {}
            if byte == separator && variables.peek().is_none_or(|variable| variable.start() > at) {
                pieces.push(Span::new(start, at));
                start = at + 1;
            }
        }
        pieces.push(Span::new(start, span.end()));
        pieces
    }

    /// Reports the variables in a span, and returns whether there are any.
    fn report_variables(&mut self, span: Span) -> bool {
        let start = self.variables.partition_point(|variable| variable.end() <= span.start());
        let end = self.variables.partition_point(|variable| variable.start() < span.end());
        for variable in self.variables.get(start..end).unwrap_or_default().to_vec() {
            self.report(Kind::UnexpandedVariable, variable);
        }
        start < end
    }

    /// Returns the word of a span, without whitespace around it; `None` if it is empty or has variables.
    fn word(&mut self, span: Span, empty: Kind) -> Option<(Span, &'a str)> {
        let text = self.text_of(span);
        let word = text.trim();
        if word.is_empty() {
            self.report(empty, span);
            return None;
        }
        let start = span.start() + (text.len() - text.trim_start().len());
        let inner = Span::new(start, start + word.len());
        for padding in [Span::new(span.start(), inner.start()), Span::new(inner.end(), span.end())] {
            if !padding.is_empty() {
                self.report(Kind::Whitespace, padding);
            }
        }
        (!self.report_variables(inner)).then_some((inner, word))
    }

    fn is_type(&self, span: Span) -> bool {
        let word = self.text_of(span).trim();
        is_one_of(word, &TYPES) || find_alias(word, &TYPE_ALIASES).is_some()
    }

    /// Returns whether a part contains only actions, with any separator.
    fn is_action_list(&self, span: Span) -> bool {
        // `read/write` may be a database and its retention policy.
        let is_separator = |c| c == ',' || c != '/' && is_other_separator(c);
        let mut words = self.text_of(span).split(is_separator).filter(|word| !word.is_empty()).peekable();
        words.peek().is_some() && words.all(|word| ACTIONS.contains(&word))
    }

    /// Returns the type, as written or as suggested; `None` if it is unknown.
    fn check_resource_type(&mut self, span: Span) -> Option<&'static str> {
        let (span, word) = self.word(span, Kind::EmptyPart(PermissionPart::Type))?;
        if let Some(known) = TYPES.into_iter().find(|known| *known == word) {
            return Some(known);
        }
        if word == "*" {
            self.report(Kind::AdminPermission, span);
            return Some("*");
        }
        self.report(Kind::UnknownResourceType, span);
        suggest_type(word).map(|(known, _)| known)
    }

    fn check_names(&mut self, span: Span, resource_type: Option<&str>) {
        let pieces = self.split(span, b',');
        let words = || pieces.iter().map(|piece| self.text_of(*piece).trim()).filter(|word| !word.is_empty());
        if words().nth(1).is_some() && words().any(|word| word == "*") {
            self.report(Kind::MixedWildcard, span);
        }
        for (span, word) in self.check_items(&pieces, PermissionPart::Names) {
            match resource_type {
                _ if word == "*" => {}
                _ if word.contains('*') => self.report(Kind::Glob, span),
                Some("db") => self.check_database_name(span, word),
                Some(_) if SystemResource::from_name(word).is_none() => {
                    self.report(Kind::UnknownSystemResource, span);
                }
                _ => {}
            }
        }
    }

    fn check_database_name(&mut self, span: Span, word: &str) {
        let Err(error) = check_database_name(word) else { return };
        let kind = match error.kind() {
            InvalidNameKind::TooLong => Kind::DatabaseNameTooLong,
            kind => Kind::BadDatabaseName(kind),
        };
        let start = span.start() + error.span().start();
        self.report(kind, Span::new(start, start + error.span().len()));
    }

    fn check_actions(&mut self, span: Span) {
        let pieces = self.split(span, b',');
        for (span, word) in self.check_items(&pieces, PermissionPart::Actions) {
            if word == "*" {
                self.report(Kind::WildcardAction, span);
            } else if is_one_of(word, &NOT_GRANTABLE) {
                self.report(Kind::ActionNotGrantable, span);
            } else if !ACTIONS.contains(&word) {
                self.report(Kind::UnknownAction, span);
            } else if self.is_system && word != "read" {
                self.report(Kind::ActionNotForType, span);
            }
        }
    }

    /// Returns the items of a list, without empty items and variables.
    fn check_items(&mut self, pieces: &[Span], part: PermissionPart) -> Vec<(Span, &'a str)> {
        let words = (1..).zip(pieces).filter_map(|(number, piece)| {
            let empty = if pieces.len() > 1 { Kind::EmptyItem { number } } else { Kind::EmptyPart(part) };
            self.word(*piece, empty)
        });
        words.collect()
    }
}
