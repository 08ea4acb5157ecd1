//! Errors of texts that the grammar rejects: splits the text into words and classifies each.

use alloc::vec::Vec;

use crate::name::{InvalidNameKind, check_database_name};
use crate::permission::actions::{DatabaseActions, NAMES as ACTIONS};
use crate::permission::error::{ParsePermissionError, PermissionErrorKind as Kind, PermissionPart};
use crate::permission::system_resource::SystemResource;
use crate::permission::variables::variables;
use crate::secret::{Fragment, mentions_token};
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
const ACTION_ALIASES: [(&str, &str); 9] = [
    ("rw", "read,write"),
    ("r/w", "read,write"),
    ("r", "read"),
    ("w", "write"),
    ("readwrite", "read,write"),
    ("read-write", "read,write"),
    ("read_write", "read,write"),
    ("ro", "read"),
    ("readonly", "read"),
];
const NOT_GRANTABLE: [&str; 4] = ["drop", "update", "all", "admin"];

pub(super) fn first(text: &str) -> ParsePermissionError {
    let mut first: Option<Mistake> = None;
    each(text, |mistake| {
        if first.is_none_or(|first| mistake.span < first.span) {
            first = Some(mistake);
        }
    });
    let unknown = || ParsePermissionError::new(Kind::MissingPart(PermissionPart::Type), whole(text));
    first.map_or_else(unknown, |first| first.quoted(text, mentions_token(text)))
}

pub(super) fn first_action(text: &str) -> ParsePermissionError {
    let mut first = None;
    let tell = |mistake| first = first.or(Some(mistake));
    Findings { text, variables: &variables(text), tell, count: 0 }.actions(whole(text), Some("db"));
    let empty = || ParsePermissionError::new(Kind::EmptyPart(PermissionPart::Actions), whole(text));
    first.map_or_else(empty, |first| first.quoted(text, mentions_token(text)))
}

/// Returns all errors in source order; at least one for every text that the grammar rejects (tested).
pub(super) fn all(text: &str) -> Vec<ParsePermissionError> {
    let mut errors = Vec::new();
    // Searched once, not for every error of a long text.
    let is_hidden = mentions_token(text);
    each(text, |mistake| errors.push(mistake.quoted(text, is_hidden)));
    errors.sort_by_key(ParsePermissionError::span);
    errors
}

/// Calls a function for each error, nearly in order: a long text may have very many.
pub(super) fn each(text: &str, tell: impl FnMut(Mistake)) {
    Findings { text, variables: &variables(text), tell, count: 0 }.permission();
}

fn whole(text: &str) -> Span {
    Span::new(0, text.len())
}

/// An error without its suggestion.
#[derive(Clone, Copy)]
pub(crate) struct Mistake {
    pub(crate) kind: Kind,
    pub(crate) span: Span,
    // The type of the permission, written or meant.
    resource_type: Option<&'static str>,
}

impl Mistake {
    fn quoted(self, text: &str, is_hidden: bool) -> ParsePermissionError {
        let fragment = if is_hidden { "" } else { self.span.text(text).unwrap_or_default() };
        self.error(text).quoting(Fragment::of_harmless(fragment))
    }

    /// Returns the error, which does not quote the text.
    pub(crate) fn error(self, text: &str) -> ParsePermissionError {
        let word = self.span.text(text).unwrap_or_default();
        let is_system = self.resource_type == Some("system");
        let meant = match self.kind {
            Kind::UnknownResourceType => type_meant(word),
            Kind::UnknownSystemResource => {
                meant(word, SystemResource::ALL.iter().map(|known| known.as_str()))
            }
            // The only action on system resources.
            Kind::WildcardAction | Kind::ActionNotGrantable if is_system => Some(("read", false)),
            Kind::UnknownAction if is_system => near(word, &["read"]),
            Kind::UnknownAction => action_meant(word),
            _ => None,
        };
        ParsePermissionError::new(self.kind, self.span).meaning(meant)
    }
}

/// Returns whether a word is meant as actions: it is one, has a `*`, or its error is more specific than an unknown action.
#[cfg(feature = "std")]
pub(crate) fn stands_for_actions(word: &str) -> bool {
    word.is_empty()
        || word.contains('*')
        || ACTIONS.contains(&word)
        || is_not_grantable(word)
        || !variables(word).is_empty()
        || action_meant(word).is_some()
}

fn action_meant(word: &str) -> Option<(&'static str, bool)> {
    near(word, &ACTIONS).or_else(|| alias(word, &ACTION_ALIASES)).or_else(|| separated(word))
}

/// In `write;*` the `*` is not a typo.
fn near(word: &str, actions: &[&'static str]) -> Option<(&'static str, bool)> {
    meant(word, actions.iter().copied()).filter(|_| !word.contains('*'))
}

/// Returns whether a character is used in place of a comma.
fn is_sign(c: char) -> bool {
    matches!(c, ';' | '|' | '+' | '/' | '&') || c.is_whitespace()
}

/// Returns the actions of a text such as `read;write`, whose separator is not a comma.
fn separated(word: &str) -> Option<(&'static str, bool)> {
    let mut actions = DatabaseActions::EMPTY;
    for word in word.split(is_sign).filter(|word| !word.is_empty()) {
        actions |= DatabaseActions::from_name(word.as_bytes())?;
    }
    (!actions.is_empty()).then(|| (actions.as_str(), false))
}

fn is_not_grantable(word: &str) -> bool {
    NOT_GRANTABLE.iter().any(|action| action.eq_ignore_ascii_case(word))
}

fn type_meant(word: &str) -> Option<(&'static str, bool)> {
    alias(word, &TYPE_ALIASES).or_else(|| meant(word, TYPES))
}

struct Findings<'a, F> {
    text: &'a str,
    variables: &'a [Span],
    tell: F,
    // The number of errors so far.
    count: usize,
}

impl<'a, F: FnMut(Mistake)> Findings<'a, F> {
    fn permission(&mut self) {
        let mut parts = self.split(whole(self.text), b':');
        let first = parts.next().unwrap_or_default();
        let (names, actions, extra) = (parts.next(), parts.next(), parts.next());
        if names.is_none() && !self.is_type(first) {
            // A variable may expand to the whole permission: then nothing is missing.
            self.variables_in(first);
            return if self.count == 0 {
                self.add(Kind::MissingPart(PermissionPart::Type), Span::new(0, 0));
            };
        }
        let last = names.filter(|_| actions.is_none() && !self.is_type(first));
        if let Some(last) = last.filter(|last| self.are_actions(*last)) {
            // `sensors:read`: two right parts, and the first of three is missing.
            self.add(Kind::MissingPart(PermissionPart::Type), Span::new(0, 0));
            self.names(first, Some("db"));
            return self.actions(last, Some("db"));
        }
        if let Some(last) = names.filter(|names| actions.is_none() && self.are_actions(*names)) {
            // `db:read`: the second of three is missing.
            let resource_type = self.resource_type(first);
            let start = last.start();
            return if resource_type != Some("*") {
                self.add(Kind::MissingPart(PermissionPart::Names), Span::new(start, start));
                self.actions(last, resource_type);
            };
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
        self.add_to(None, kind, span);
    }

    fn add_to(&mut self, resource_type: Option<&'static str>, kind: Kind, span: Span) {
        self.count += 1;
        (self.tell)(Mistake { kind, span, resource_type });
    }

    fn missing(&mut self, part: PermissionPart) {
        self.add(Kind::MissingPart(part), Span::new(self.text.len(), self.text.len()));
    }

    fn get(&self, span: Span) -> &'a str {
        span.text(self.text).unwrap_or_default()
    }

    /// Returns the pieces of `span` between the separators that are outside of variables.
    fn split(&self, span: Span, separator: u8) -> impl Iterator<Item = Span> + use<'a, F> {
        let mut start = span.start();
        let mut variables = self.variables.iter().peekable();
        let separators = (span.start()..).zip(self.get(span).bytes()).filter(move |&(at, byte)| {
            byte == separator && {
                while variables.next_if(|variable| variable.end() <= at).is_some() {}
                variables.peek().is_none_or(|variable| variable.start() > at)
            }
        });
        separators.map(|(at, _)| at).chain([span.end()]).map(move |end| {
            let piece = Span::new(start, end);
            start = end + 1;
            piece
        })
    }

    fn variables_in(&mut self, span: Span) {
        let first = self.variables.partition_point(|variable| variable.end() <= span.start());
        for variable in self.variables.get(first..).unwrap_or_default() {
            if variable.start() >= span.end() {
                break;
            }
            self.add(Kind::UnexpandedVariable, *variable);
        }
    }

    /// Returns the word without the whitespace around it; `None` if its error is complete.
    fn word(&mut self, span: Span, empty: Kind) -> Option<(Span, &'a str)> {
        let text = self.get(span);
        let behind = text.trim_start();
        let trimmed = behind.trim_end();
        let start = span.start() + (text.len() - behind.len());
        let word = Span::new(start, start + trimmed.len());
        if trimmed.is_empty() {
            // Trimmed, it is also empty.
            self.add(empty, span);
            return None;
        }
        if word.start() > span.start() {
            self.add(Kind::Whitespace, Span::new(span.start(), word.start()));
        }
        let before = self.count;
        self.variables_in(word);
        let plain = self.count == before;
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
        // `read/write` may be a database and its retention policy.
        let is_sign = |c| c == ',' || c != '/' && is_sign(c);
        let mut words = self.get(span).split(is_sign).filter(|word| !word.is_empty()).peekable();
        words.peek().is_some() && words.all(|word| ACTIONS.contains(&word))
    }

    /// Returns the type that was written or probably meant.
    fn resource_type(&mut self, span: Span) -> Option<&'static str> {
        let (span, word) = self.word(span, Kind::EmptyPart(PermissionPart::Type))?;
        if let Some(known) = TYPES.into_iter().find(|known| *known == word) {
            return Some(known);
        }
        if word == "*" {
            self.add(Kind::AdminPermission, span);
            return Some("*");
        }
        self.add(Kind::UnknownResourceType, span);
        type_meant(word).map(|(known, _)| known)
    }

    fn names(&mut self, span: Span, resource_type: Option<&str>) {
        let several = self.split(span, b',').nth(1).is_some();
        let words =
            || self.split(span, b',').map(|piece| self.get(piece).trim()).filter(|word| !word.is_empty());
        if several
            && self.get(span).contains('*')
            && words().any(|word| word == "*")
            && words().nth(1).is_some()
        {
            self.add(Kind::MixedWildcard, span);
        }
        for (number, piece) in (1..).zip(self.split(span, b',')) {
            let Some((span, word)) = self.item(piece, number, several, PermissionPart::Names) else {
                continue;
            };
            match resource_type {
                _ if word == "*" => {}
                _ if word.contains('*') => self.add(Kind::Glob, span),
                Some("db") => self.database_name(span, word),
                Some(_) if SystemResource::from_name(word).is_none() => {
                    self.add(Kind::UnknownSystemResource, span);
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

    fn actions(&mut self, span: Span, resource_type: Option<&'static str>) {
        let several = self.split(span, b',').nth(1).is_some();
        for (number, piece) in (1..).zip(self.split(span, b',')) {
            let Some((span, word)) = self.item(piece, number, several, PermissionPart::Actions) else {
                continue;
            };
            let known = ACTIONS.contains(&word);
            match resource_type {
                _ if word == "*" => self.add_to(resource_type, Kind::WildcardAction, span),
                _ if is_not_grantable(word) => self.add_to(resource_type, Kind::ActionNotGrantable, span),
                Some("system") if known && word != "read" => self.add(Kind::ActionNotForType, span),
                _ if known => {}
                _ => self.add_to(resource_type, Kind::UnknownAction, span),
            }
        }
    }

    /// Returns the word of an item of a list; `None` if it is empty or has variables, which is reported.
    fn item(
        &mut self,
        piece: Span,
        number: usize,
        several: bool,
        part: PermissionPart,
    ) -> Option<(Span, &'a str)> {
        self.word(piece, if several { Kind::EmptyItem { number } } else { Kind::EmptyPart(part) })
    }
}

fn alias(word: &str, aliases: &[(&str, &'static str)]) -> Option<(&'static str, bool)> {
    let found = aliases.iter().find(|(alias, _)| alias.eq_ignore_ascii_case(word));
    found.map(|(_, known)| (*known, false))
}

#[cfg(all(test, feature = "std"))]
mod tests {
    use super::stands_for_actions;
    use crate::permission::{DatabaseActions, PermissionErrorKind};

    #[test]
    fn a_word_is_meant_as_actions_if_its_error_is_specific() {
        let words = "read|re|Write|all|DROP|rw|$R|<a>|{{a}}|*|delet|creat e|read;write|read;drop|;|a:b||abcde|Ü|$|readreadread";
        for word in words.split('|').chain(["write | read"]) {
            let says_more = DatabaseActions::parse(word).map_or_else(
                |error| error.kind() != PermissionErrorKind::UnknownAction || error.suggestion().is_some(),
                |_| true,
            );
            assert_eq!(stands_for_actions(word), says_more, "{word}");
        }
    }
}
