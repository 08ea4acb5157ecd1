//! Everything that is wrong with a text that the grammar refuses: take whole words, then say what each is.

use alloc::vec::Vec;

use crate::name::{InvalidNameKind, check_database_name};
use crate::permission::actions::NAMES as ACTIONS;
use crate::permission::error::{ParsePermissionError, PermissionErrorKind as Kind, PermissionPart};
use crate::permission::scope::SystemResource;
use crate::span::Span;
use crate::suggest::meant;

const TYPES: [&str; 2] = ["db", "system"];
const TYPE_ALIASES: [(&str, &str); 6] = [
    ("database", "db"),
    ("databases", "db"),
    ("dbs", "db"),
    ("bucket", "db"),
    ("sys", "system"),
    ("systems", "system"),
];
const ACTION_ALIASES: [(&str, &str); 4] =
    [("rw", "read,write"), ("r", "read"), ("w", "write"), ("readwrite", "read,write")];
const NOT_GRANTABLE: [&str; 4] = ["drop", "update", "all", "admin"];

pub(super) fn first(text: &str) -> ParsePermissionError {
    let unknown = ParsePermissionError::new(Kind::MissingPart(PermissionPart::Type), whole(text));
    all(text).into_iter().next().unwrap_or(unknown)
}

pub(super) fn first_action(text: &str) -> ParsePermissionError {
    let mut found = Findings { text, variables: variables(text), errors: Vec::new() };
    found.actions(whole(text), Some("db"));
    let empty = ParsePermissionError::new(Kind::EmptyPart(PermissionPart::Actions), whole(text));
    found.errors.into_iter().next().unwrap_or(empty)
}

/// All errors in the order of the text; at least one for every text that the grammar refuses (tested).
pub(super) fn all(text: &str) -> Vec<ParsePermissionError> {
    let mut found = Findings { text, variables: variables(text), errors: Vec::new() };
    found.permission();
    found.errors.sort_by_key(|error| (error.span().start(), error.span().end()));
    found.errors
}

fn whole(text: &str) -> Span {
    Span::new(0, text.len())
}

/// `${…}`, `$NAME`, `{{…}}`, `<…>`: what a template or a shell should have filled in.
fn variables(text: &str) -> Vec<Span> {
    const ENCLOSED: [(&str, &str); 4] = [("${", "}"), ("$(", ")"), ("{{", "}}"), ("<", ">")];
    // What is not closed once is never closed later: this keeps the search linear on `<<<<<…`.
    let mut closes = [true; ENCLOSED.len()];
    let mut spans = Vec::new();
    let mut at = 0;
    while let Some(rest) = text.get(at..) {
        let Some(begin) = rest.find(['$', '{', '<']) else { break };
        at += begin;
        let rest = rest.get(begin..).unwrap_or_default();
        let named = || {
            let name = rest.strip_prefix('$')?;
            let end = name.find(|c: char| c != '_' && !c.is_ascii_alphanumeric()).unwrap_or(name.len());
            (end > 0).then_some(1 + end)
        };
        let mut length = None;
        for ((open, close), closes) in ENCLOSED.into_iter().zip(&mut closes) {
            if let Some(inner) = rest.strip_prefix(open).filter(|_| *closes) {
                length = inner.find(close).map(|end| open.len() + end + close.len());
                *closes = length.is_some();
            }
        }
        let length = length.or_else(named);
        spans.extend(length.map(|length| Span::new(at, at + length)));
        at += length.unwrap_or(1);
    }
    spans
}

struct Findings<'a> {
    text: &'a str,
    variables: Vec<Span>,
    errors: Vec<ParsePermissionError>,
}

impl<'a> Findings<'a> {
    fn permission(&mut self) {
        let parts = self.split(whole(self.text), ':');
        let mut parts = parts.into_iter();
        let first = parts.next().unwrap_or_default();
        let (names, actions, extra) = (parts.next(), parts.next(), parts.next());
        if names.is_none() && !self.is_type(first) {
            // A variable may stand for the whole permission: nothing is missing then.
            self.variables_in(first);
            return if self.errors.is_empty() {
                self.missing(PermissionPart::Type);
            };
        }
        if actions.is_none() && !self.is_type(first) && names.is_some_and(|names| self.are_actions(names)) {
            // `sensors:read`: two right parts, and the first of three is missing.
            self.add(Kind::MissingPart(PermissionPart::Type), Span::new(0, 0));
            return self.names(first, Some("db"));
        }
        let resource_type = self.resource_type(first);
        if resource_type == Some("*") {
            return;
        }
        match names {
            None => return self.missing(PermissionPart::Names),
            Some(names) => self.names(names, resource_type),
        }
        match actions {
            None => self.missing(PermissionPart::Actions),
            Some(actions) => self.actions(actions, resource_type),
        }
        if let Some(extra) = extra {
            self.add(Kind::ExtraPart, Span::new(extra.start() - 1, self.text.len()));
        }
    }

    fn add(&mut self, kind: Kind, span: Span) {
        self.errors.push(ParsePermissionError::new(kind, span));
    }

    fn missing(&mut self, part: PermissionPart) {
        self.add(Kind::MissingPart(part), Span::new(self.text.len(), self.text.len()));
    }

    fn get(&self, span: Span) -> &'a str {
        span.text(self.text).unwrap_or_default()
    }

    /// The pieces of `span` between the separators that are outside of variables.
    fn split(&self, span: Span, separator: char) -> Vec<Span> {
        let mut pieces = Vec::new();
        let mut start = span.start();
        let mut variables = self.variables.iter().peekable();
        for (at, _) in self.get(span).match_indices(separator) {
            let at = span.start() + at;
            while variables.next_if(|variable| variable.end() <= at).is_some() {}
            if variables.peek().is_none_or(|variable| variable.start() > at) {
                pieces.push(Span::new(start, at));
                start = at + separator.len_utf8();
            }
        }
        pieces.push(Span::new(start, span.end()));
        pieces
    }

    fn variables_in(&mut self, span: Span) {
        let first = self.variables.partition_point(|variable| variable.end() <= span.start());
        let inside = self.variables.iter().skip(first).take_while(|variable| variable.start() < span.end());
        let errors = inside.map(|variable| ParsePermissionError::new(Kind::UnexpandedVariable, *variable));
        self.errors.extend(errors);
    }

    /// The word without the white space around it; none where nothing more is to be said of it.
    fn word(&mut self, span: Span, empty: Kind) -> Option<(Span, &'a str)> {
        let text = self.get(span);
        let trimmed = text.trim();
        let start = span.start() + (text.len() - text.trim_start().len());
        let word = Span::new(start, start + trimmed.len());
        if trimmed.is_empty() {
            self.add(if text.is_empty() { empty } else { Kind::Whitespace }, span);
            return None;
        }
        if word.start() > span.start() {
            self.add(Kind::Whitespace, Span::new(span.start(), word.start()));
        }
        let before = self.errors.len();
        self.variables_in(word);
        let plain = self.errors.len() == before;
        if word.end() < span.end() {
            self.add(Kind::Whitespace, Span::new(word.end(), span.end()));
        }
        plain.then_some((word, trimmed))
    }

    fn is_type(&self, span: Span) -> bool {
        let word = self.get(span).trim();
        TYPES.iter().any(|name| name.eq_ignore_ascii_case(word))
            || TYPE_ALIASES.iter().any(|(alias, _)| alias.eq_ignore_ascii_case(word))
    }

    fn are_actions(&self, span: Span) -> bool {
        self.get(span).split(',').all(|word| ACTIONS.contains(&word.trim()))
    }

    /// The type that was written or meant, as far as it is known.
    fn resource_type(&mut self, span: Span) -> Option<&'static str> {
        let (span, word) = self.word(span, Kind::EmptyPart(PermissionPart::Type))?;
        if let Some(known) = TYPES.into_iter().find(|known| *known == word) {
            return Some(known);
        }
        if word == "*" {
            self.add(Kind::AdminPermission, span);
            return Some("*");
        }
        let meant = alias(word, &TYPE_ALIASES).or_else(|| meant(word, TYPES));
        self.errors.push(ParsePermissionError::new(Kind::UnknownResourceType, span).meaning(meant));
        meant.map(|(known, _)| known)
    }

    fn names(&mut self, span: Span, resource_type: Option<&str>) {
        let items = self.items(span, PermissionPart::Names);
        let wildcards = items.iter().filter(|(_, word)| *word == "*").count();
        if wildcards > 0 && self.split(span, ',').len() > 1 {
            self.add(Kind::MixedWildcard, span);
        }
        for (span, word) in items {
            match resource_type {
                _ if word == "*" => {}
                _ if word.contains('*') => self.add(Kind::Glob, span),
                Some("db") => self.database_name(span, word),
                Some(_) if SystemResource::from_name(word).is_none() => {
                    let meant = meant(word, SystemResource::ALL.map(SystemResource::as_str));
                    let error = ParsePermissionError::new(Kind::UnknownSystemResource, span);
                    self.errors.push(error.meaning(meant));
                }
                _ => {}
            }
        }
    }

    fn database_name(&mut self, span: Span, word: &str) {
        let Err(error) = check_database_name(word) else { return };
        match error.kind() {
            InvalidNameKind::TooLong => self.add(Kind::DatabaseNameTooLong, span),
            kind => {
                let start = span.start() + error.span().start();
                self.add(Kind::BadDatabaseName(kind), Span::new(start, start + error.span().len()));
            }
        }
    }

    fn actions(&mut self, span: Span, resource_type: Option<&str>) {
        for (span, word) in self.items(span, PermissionPart::Actions) {
            let not_grantable = NOT_GRANTABLE.iter().any(|action| action.eq_ignore_ascii_case(word));
            let known = ACTIONS.contains(&word);
            match resource_type {
                _ if word == "*" => self.add(Kind::WildcardAction, span),
                _ if not_grantable => self.add(Kind::ActionNotGrantable, span),
                Some("system") if known && word != "read" => self.add(Kind::ActionNotForType, span),
                _ if known => {}
                of => {
                    let known = if of == Some("system") { &["read"][..] } else { &ACTIONS[..] };
                    let meant = meant(word, known.iter().copied());
                    let meant =
                        meant.or_else(|| alias(word, &ACTION_ALIASES).filter(|_| of != Some("system")));
                    self.errors.push(ParsePermissionError::new(Kind::UnknownAction, span).meaning(meant));
                }
            }
        }
    }

    /// The words of a list; the empty ones, those with variables and the white space are reported at once.
    fn items(&mut self, span: Span, part: PermissionPart) -> Vec<(Span, &'a str)> {
        let pieces = self.split(span, ',');
        let several = pieces.len() > 1;
        let numbered = (1..).zip(pieces);
        let empty = |number| if several { Kind::EmptyItem { number } } else { Kind::EmptyPart(part) };
        numbered.filter_map(|(number, piece)| self.word(piece, empty(number))).collect()
    }
}

fn alias(word: &str, aliases: &[(&str, &'static str)]) -> Option<(&'static str, bool)> {
    let found = aliases.iter().find(|(alias, _)| alias.eq_ignore_ascii_case(word));
    found.map(|(_, known)| (*known, false))
}
