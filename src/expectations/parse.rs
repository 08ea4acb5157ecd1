//! The grammar of expectations, and the values that it parses to.

use core::fmt;
use std::boxed::Box;
use std::vec::Vec;

use thiserror::Error;

use self::ExpectationErrorKind as Kind;
use crate::name::{InvalidName, check_database_name, check_token_name};
use crate::permission::{DatabaseActions, SystemResource};

/// The kind of an error in a line.
///
/// ```
/// use influxdb3_offline_tokens::Expectations;
/// use influxdb3_offline_tokens::expectations::ExpectationErrorKind;
///
/// let error = Expectations::parse("app can rad sensors").unwrap_err();
/// assert_eq!(error.errors(), [(1, ExpectationErrorKind::UnknownAction)]);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum ExpectationErrorKind {
    /// A `"` that is not closed.
    #[error("the `\"` is not closed on its line")]
    UnclosedQuote,
    /// No token where one has to be named.
    #[error("the name of a token is missing")]
    MissingToken,
    /// A name that no token of the file can have.
    #[error("no token can have this name: {0}")]
    InvalidToken(InvalidName),
    /// No `can` or `cannot` after the tokens.
    #[error("`can` or `cannot` is missing after the tokens; put a name with spaces between two `\"`")]
    MissingVerb,
    /// `cannot` after `only` or `nobody`.
    #[error("write `can` in a line with `only` or `nobody`")]
    Negated,
    /// No action.
    #[error("missing actions")]
    MissingActions,
    /// An action that does not exist.
    #[error("unknown action: expected `create`, `describe`, `read`, `write` or `delete`")]
    UnknownAction,
    /// Another action than `read` on a system resource.
    #[error("the action is not available for system resources")]
    ActionNotForSystem,
    /// `*` where something is not allowed: "not every one" is less than who writes it means.
    #[error(
        "with `cannot`, `only` and `nobody`, write `any` instead of `*`: it says that not even one is allowed"
    )]
    EveryDenied,
    /// Nothing after the actions.
    #[error("the end is missing: name a database, `*`, `any`, `new` or `system`")]
    MissingWhat,
    /// A name that no database can have.
    #[error("no database can have this name: {0}")]
    InvalidDatabase(InvalidName),
    /// No system resource after `system`, or one that does not exist.
    #[error(
        "write `health`, `metrics`, `ping`, `ready`, `*` or `any` after `system`; put a database of that name between two `\"`"
    )]
    UnknownSystemResource,
    /// More than one sentence.
    #[error("there are words after the end; write one database or resource on a line")]
    TooMuch,
}

/// The error of a text with lines that are not expectations: each with its number, at least one. It keeps nothing of the text.
///
/// ```
/// use influxdb3_offline_tokens::Expectations;
/// use influxdb3_offline_tokens::expectations::ExpectationErrorKind;
///
/// let error = Expectations::parse("app can read a\napp may read a\napp can read a quickly").unwrap_err();
/// let [(2, _), (3, kind)] = error.errors() else { unreachable!() };
/// assert_eq!(*kind, ExpectationErrorKind::TooMuch);
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub struct InvalidExpectations(Vec<(usize, ExpectationErrorKind)>);

impl InvalidExpectations {
    /// Returns the errors in source order: the number of the line, from 1, and the kind.
    #[must_use]
    pub fn errors(&self) -> &[(usize, ExpectationErrorKind)] {
        &self.0
    }
}

impl fmt::Display for InvalidExpectations {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, (line, kind)) in self.0.iter().enumerate() {
            let separator = if at == 0 { "" } else { "; " };
            write!(f, "{separator}line {line}: {kind}")?;
        }
        Ok(())
    }
}

#[derive(Clone, PartialEq, Eq)]
pub(super) struct Expectation {
    pub(super) line: usize,
    pub(super) rule: Rule,
    pub(super) who: Vec<Box<str>>,
    pub(super) actions: DatabaseActions,
    pub(super) what: What,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Rule {
    Can,
    Cannot,
    Only,
    NobodyBut,
}

#[derive(Clone, PartialEq, Eq)]
pub(super) enum What {
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
            Err(kind) => errors.push((line, kind)),
        }
    }
    if errors.is_empty() { Ok(expectations) } else { Err(InvalidExpectations(errors)) }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Word<'a> {
    Plain(&'a str),
    Quoted(&'a str),
    Comma,
}

fn words(line: &str) -> Result<Vec<Word<'_>>, Kind> {
    let mut words = Vec::new();
    let mut rest = line.trim_start();
    while let Some(first) = rest.chars().next() {
        let (word, after) = match first {
            '#' => break,
            ',' => (Word::Comma, rest.get(1..)),
            '"' => {
                let inside = rest.get(1..).unwrap_or_default();
                let (word, after) = inside.split_once('"').ok_or(Kind::UnclosedQuote)?;
                (Word::Quoted(word), Some(after))
            }
            _ => {
                let ends = |c: char| c.is_whitespace() || matches!(c, ',' | '"' | '#');
                let (word, after) = rest.split_at(rest.find(ends).unwrap_or(rest.len()));
                (Word::Plain(word), Some(after))
            }
        };
        words.push(word);
        rest = after.unwrap_or_default().trim_start();
    }
    Ok(words)
}

fn sentence(line: usize, words: &[Word<'_>]) -> Result<Option<Expectation>, Kind> {
    let Some(first) = words.first() else {
        return Ok(None);
    };
    let after_first = words.get(1..).unwrap_or_default();
    let (rule, who, rest) = match first {
        Word::Plain("only") => {
            let (who, rest) = list(after_first, Kind::MissingToken)?;
            (Some(Rule::Only), who, rest)
        }
        Word::Plain("nobody") => {
            let (who, rest) = match after_first {
                [Word::Plain("but"), rest @ ..] => list(rest, Kind::MissingToken)?,
                rest => (Vec::new(), rest),
            };
            (Some(Rule::NobodyBut), who, rest)
        }
        _ => {
            let (who, rest) = list(words, Kind::MissingToken)?;
            (None, who, rest)
        }
    };
    for name in &who {
        check_token_name(name).map_err(Kind::InvalidToken)?;
    }
    let (rule, rest) = match (rule, rest) {
        (None, [Word::Plain("can"), rest @ ..]) => (Rule::Can, rest),
        (None, [Word::Plain("cannot"), rest @ ..]) => (Rule::Cannot, rest),
        (Some(rule), [Word::Plain("can"), rest @ ..]) => (rule, rest),
        (Some(_), [Word::Plain("cannot"), ..]) => return Err(Kind::Negated),
        _ => return Err(Kind::MissingVerb),
    };
    let (names, rest) = list(rest, Kind::MissingActions)?;
    let actions = names.iter().try_fold(DatabaseActions::EMPTY, |all, name| {
        DatabaseActions::from_name(name.as_bytes()).map(|action| all | action).ok_or(Kind::UnknownAction)
    })?;
    let (what, rest) = what(rest)?;
    if !rest.is_empty() {
        return Err(Kind::TooMuch);
    }
    if rule != Rule::Can && matches!(what, What::EveryDatabase | What::EverySystem) {
        return Err(Kind::EveryDenied);
    }
    let system = matches!(what, What::System(_) | What::EverySystem | What::AnySystem);
    if system && actions != DatabaseActions::READ {
        return Err(Kind::ActionNotForSystem);
    }
    let who = who.into_iter().map(Box::from).collect();
    Ok(Some(Expectation { line, rule, who, actions, what }))
}

// Words with commas between them; a keyword is none of them.
fn list<'w, 'a>(mut words: &'w [Word<'a>], missing: Kind) -> Result<(Vec<&'a str>, &'w [Word<'a>]), Kind> {
    let mut list = Vec::new();
    loop {
        match words {
            [Word::Plain("can" | "cannot" | "only" | "nobody" | "but"), ..] => return Err(missing),
            [Word::Plain(word) | Word::Quoted(word), rest @ ..] => {
                list.push(*word);
                words = rest;
            }
            _ => return Err(missing),
        }
        match words {
            [Word::Comma, rest @ ..] => words = rest,
            _ => return Ok((list, words)),
        }
    }
}

fn what<'w, 'a>(words: &'w [Word<'a>]) -> Result<(What, &'w [Word<'a>]), Kind> {
    let (what, rest) = match words {
        [Word::Plain("*"), rest @ ..] => (What::EveryDatabase, rest),
        [Word::Plain("any"), rest @ ..] => (What::AnyDatabase, rest),
        [Word::Plain("new"), rest @ ..] => (What::NewDatabase, rest),
        [Word::Plain("system"), Word::Plain(resource), rest @ ..] => match *resource {
            "*" => (What::EverySystem, rest),
            "any" => (What::AnySystem, rest),
            name => (What::System(SystemResource::from_name(name).ok_or(Kind::UnknownSystemResource)?), rest),
        },
        [Word::Plain("system"), ..] => return Err(Kind::UnknownSystemResource),
        [Word::Plain(name) | Word::Quoted(name), rest @ ..] => {
            check_database_name(name).map_err(Kind::InvalidDatabase)?;
            (What::Database(Box::from(*name)), rest)
        }
        _ => return Err(Kind::MissingWhat),
    };
    Ok((what, rest))
}
