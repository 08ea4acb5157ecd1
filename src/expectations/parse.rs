//! The parser of expectations.

use core::fmt;

use thiserror::Error;

use self::ExpectationErrorKind as Kind;
use crate::name::{InvalidNameKind, check_database_name, check_token_name};
use crate::permission::{DatabaseActions, SystemResource};
use crate::secret::Fragment;
use crate::suggest::closest_word;

/// The kind of an error in a line of expectations.
///
/// ```
/// use influxdb3_offline_tokens::Expectations;
/// use influxdb3_offline_tokens::expectations::ExpectationErrorKind;
///
/// let error = Expectations::parse("app can rad sensors").unwrap_err();
/// assert!(error.errors().eq([(1, ExpectationErrorKind::UnknownAction)]));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ExpectationErrorKind {
    /// A `"` that is not closed.
    UnclosedQuote,
    /// A missing token name.
    MissingToken,
    /// An invalid token name.
    InvalidToken(InvalidNameKind),
    /// No `can` or `cannot` after the tokens.
    MissingVerb,
    /// `cannot` after `only` or `nobody`.
    Negated,
    /// No action.
    MissingActions,
    /// An action that does not exist.
    UnknownAction,
    /// An action other than `read` on a system resource.
    ActionNotForSystem,
    /// `*` with `cannot`, `only` or `nobody`: it would mean "not all", which is rarely intended.
    EveryDenied,
    /// No database or `system` after the actions.
    MissingTarget,
    /// An invalid database name.
    InvalidDatabase(InvalidNameKind),
    /// No system resource after `system`, or one that does not exist.
    UnknownSystemResource,
    /// Words after the end of the expectation.
    ExtraWords,
}

/// The error for invalid expectations.
///
/// `Display` and `Debug` print one error per line: the line number, the invalid word, unless it may be a secret, and the
/// help.
///
/// ```
/// use influxdb3_offline_tokens::Expectations;
/// use influxdb3_offline_tokens::expectations::ExpectationErrorKind;
///
/// let error = Expectations::parse("app can read a\napp can raed a\napp can read a quickly").unwrap_err();
/// let lines: Vec<usize> = error.errors().map(|(line, _)| line).collect();
/// assert_eq!(lines, [2, 3]);
/// assert_eq!(error.to_string().lines().next(), Some("line 2: unknown action `raed`: did you mean `read`?"));
/// ```
#[derive(Clone, PartialEq, Eq, Error)]
pub struct InvalidExpectations(Vec<LineError>);

#[derive(Clone, PartialEq, Eq)]
struct LineError {
    line: usize,
    kind: Kind,
    word: Fragment,
    // The closest action.
    suggestion: Option<&'static str>,
}

impl InvalidExpectations {
    /// Returns the errors in source order, at least one: the number of the line, from 1, and the kind.
    #[must_use]
    pub fn errors(&self) -> impl ExactSizeIterator<Item = (usize, ExpectationErrorKind)> {
        self.0.iter().map(|error| (error.line, error.kind))
    }
}

impl fmt::Display for InvalidExpectations {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, error) in self.0.iter().enumerate() {
            let separator = if at == 0 { "" } else { "\n" };
            write!(f, "{separator}line {}: {error}", error.line)?;
        }
        Ok(())
    }
}

impl fmt::Debug for InvalidExpectations {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl fmt::Display for LineError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { kind, word, suggestion, .. } = self;
        let (what, help) = match kind {
            Kind::UnclosedQuote => ("the `\"` is not closed", "close it on the same line"),
            Kind::MissingToken => ("the name of a token is missing", "name at least one"),
            Kind::InvalidToken(kind) => {
                return write!(f, "invalid token name{word}: {kind}: {}", kind.help());
            }
            Kind::MissingVerb => {
                let what = if word.is_empty() { "`can` or `cannot` is missing" } else { "unexpected word" };
                (what, "use `can` or `cannot` after the tokens, and put a name with spaces in double quotes")
            }
            Kind::Negated => ("unexpected `cannot` after `only` or `nobody`", "use `can`"),
            Kind::MissingActions => ("the actions are missing", "name at least one, such as `read`"),
            Kind::UnknownAction => match suggestion {
                Some(action) => return write!(f, "unknown action{word}: did you mean `{action}`?"),
                None => ("unknown action", "use `create`, `describe`, `read`, `write` or `delete`"),
            },
            Kind::ActionNotForSystem => {
                ("only `read` is available for system resources", "remove the other actions")
            }
            Kind::EveryDenied => {
                ("unexpected `*` after `cannot`, `only` or `nobody`", "use `any`, which denies each of them")
            }
            Kind::MissingTarget => {
                ("the target is missing", "name a database, `*`, `any`, `new` or `system`")
            }
            Kind::InvalidDatabase(kind) => {
                return write!(f, "invalid database name{word}: {kind}: {}", kind.help());
            }
            Kind::UnknownSystemResource => (
                "unknown system resource",
                "use `health`, `metrics`, `ping`, `ready`, `*` or `any`, or put a database of that name in double quotes",
            ),
            Kind::ExtraWords => {
                ("unexpected word", "name one database or resource per line, and nothing after it")
            }
        };
        write!(f, "{what}{word}: {help}")
    }
}

/// A kind of error, and the invalid word.
struct WordError<'a>(Kind, &'a str);

impl WordError<'_> {
    fn in_line(self, line: usize, text: &str) -> LineError {
        let Self(kind, word) = self;
        let suggestion = closest_word(word, DatabaseActions::ALL.names()).map(|(name, _)| name);
        LineError { line, kind, word: Fragment::new(word, text), suggestion }
    }
}

#[derive(Clone, PartialEq, Eq)]
pub(super) struct Expectation {
    pub(super) line: usize,
    pub(super) rule: Rule,
    pub(super) who: Vec<Box<str>>,
    pub(super) actions: DatabaseActions,
    pub(super) target: Target,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Rule {
    Can,
    Cannot,
    Only,
    NobodyBut,
}

#[derive(Clone, PartialEq, Eq)]
pub(super) enum Target {
    Database(Box<str>),
    EveryDatabase,
    AnyDatabase,
    NewDatabase,
    System(SystemResource),
    EverySystem,
    AnySystem,
}

pub(super) fn parse(text: &str) -> Result<Vec<Expectation>, InvalidExpectations> {
    let (mut expectations, mut errors) = (Vec::new(), Vec::new());
    let text = text.strip_prefix('\u{FEFF}').unwrap_or(text);
    for (line, text) in (1..).zip(text.lines()) {
        match words(text).and_then(|words| sentence(line, &words)) {
            Ok(expectation) => expectations.extend(expectation),
            Err(error) => errors.push(error.in_line(line, text)),
        }
    }
    if errors.is_empty() { Ok(expectations) } else { Err(InvalidExpectations(errors)) }
}

/// Splits a line into words and commas. A quoted word keeps its first quote, so that it is never a keyword.
fn words(line: &str) -> Result<Vec<&str>, WordError<'_>> {
    let mut words = Vec::new();
    let mut rest = line.trim_start();
    while let Some(first) = rest.chars().next().filter(|first| *first != '#') {
        let is_end = |c: char| c.is_whitespace() || matches!(c, ',' | '"' | '#');
        let (length, skipped) = match first {
            ',' => (1, 0),
            '"' => (
                1 + rest
                    .get(1..)
                    .and_then(|rest| rest.find('"'))
                    .ok_or(WordError(Kind::UnclosedQuote, ""))?,
                1,
            ),
            _ => (rest.find(is_end).unwrap_or(rest.len()), 0),
        };
        words.extend(rest.get(..length));
        rest = rest.get(length + skipped..).unwrap_or_default().trim_start();
    }
    Ok(words)
}

/// Returns a word without its quote.
fn without_quote(word: &str) -> &str {
    word.strip_prefix('"').unwrap_or(word)
}

fn sentence<'a>(line: usize, words: &[&'a str]) -> Result<Option<Expectation>, WordError<'a>> {
    let (rule, (who, rest)) = match words {
        [] => return Ok(None),
        ["only", rest @ ..] => (Some(Rule::Only), list(rest, Kind::MissingToken)?),
        ["nobody", "but", rest @ ..] => (Some(Rule::NobodyBut), list(rest, Kind::MissingToken)?),
        ["nobody", rest @ ..] => (Some(Rule::NobodyBut), (Vec::new(), rest)),
        _ => (None, list(words, Kind::MissingToken)?),
    };
    for name in &who {
        check_token_name(name).map_err(|error| WordError(Kind::InvalidToken(error.kind()), name))?;
    }
    let (rule, rest) = match (rule, rest) {
        (None, ["cannot", rest @ ..]) => (Rule::Cannot, rest),
        (Some(_), ["cannot", ..]) => return Err(WordError(Kind::Negated, "")),
        (rule, ["can", rest @ ..]) => (rule.unwrap_or(Rule::Can), rest),
        _ => return Err(WordError(Kind::MissingVerb, first_word(rest))),
    };
    let (names, rest) = list(rest, Kind::MissingActions)?;
    let mut actions = DatabaseActions::EMPTY;
    for name in names {
        actions |= DatabaseActions::from_name(name.as_bytes()).ok_or(WordError(Kind::UnknownAction, name))?;
    }
    let (target, rest) = target(rest)?;
    if !rest.is_empty() {
        return Err(WordError(Kind::ExtraWords, first_word(rest)));
    }
    if rule != Rule::Can && matches!(target, Target::EveryDatabase | Target::EverySystem) {
        return Err(WordError(Kind::EveryDenied, ""));
    }
    let is_system = matches!(target, Target::System(_) | Target::EverySystem | Target::AnySystem);
    if is_system && actions != DatabaseActions::READ {
        return Err(WordError(Kind::ActionNotForSystem, ""));
    }
    let who = who.into_iter().map(Box::from).collect();
    Ok(Some(Expectation { line, rule, who, actions, target }))
}

fn first_word<'a>(words: &[&'a str]) -> &'a str {
    words.first().map_or("", |word| without_quote(word))
}

/// Parses words separated by commas; a keyword is an error.
fn list<'w, 'a>(words: &'w [&'a str], missing: Kind) -> Result<(Vec<&'a str>, &'w [&'a str]), WordError<'a>> {
    let mut list = Vec::new();
    let mut rest = words;
    loop {
        match rest {
            [] | ["can" | "cannot" | "only" | "nobody" | "but" | ",", ..] => {
                return Err(WordError(missing, ""));
            }
            [word, ",", tail @ ..] => {
                list.push(without_quote(word));
                rest = tail;
            }
            [word, tail @ ..] => {
                list.push(without_quote(word));
                return Ok((list, tail));
            }
        }
    }
}

/// Parses the target of the actions.
fn target<'w, 'a>(words: &'w [&'a str]) -> Result<(Target, &'w [&'a str]), WordError<'a>> {
    let (target, rest) = match words {
        ["*", rest @ ..] => (Target::EveryDatabase, rest),
        ["any", rest @ ..] => (Target::AnyDatabase, rest),
        ["new", rest @ ..] => (Target::NewDatabase, rest),
        ["system", "*", rest @ ..] => (Target::EverySystem, rest),
        ["system", "any", rest @ ..] => (Target::AnySystem, rest),
        ["system", rest @ ..] => {
            let resource = rest.first().copied().unwrap_or_default();
            let known = SystemResource::from_name(resource);
            let known = known.ok_or(WordError(Kind::UnknownSystemResource, without_quote(resource)))?;
            (Target::System(known), rest.get(1..).unwrap_or_default())
        }
        [] | [",", ..] => return Err(WordError(Kind::MissingTarget, "")),
        [name, rest @ ..] => {
            let name = without_quote(name);
            check_database_name(name)
                .map_err(|error| WordError(Kind::InvalidDatabase(error.kind()), name))?;
            (Target::Database(Box::from(name)), rest)
        }
    };
    Ok((target, rest))
}
