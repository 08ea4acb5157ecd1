//! The grammar of expectations, and the values that it parses to.

use core::fmt;
use std::boxed::Box;
use std::vec::Vec;

use thiserror::Error;

use self::ExpectationErrorKind as Kind;
use crate::name::{InvalidNameKind, check_database_name, check_token_name};
use crate::permission::{DatabaseActions, SystemResource};
use crate::secret::Fragment;
use crate::suggest::meant;

/// The kind of an error in a line.
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
    /// No token where one has to be named.
    MissingToken,
    /// A name that no token of the file can have.
    InvalidToken(InvalidNameKind),
    /// No `can` or `cannot` after the tokens.
    MissingVerb,
    /// `cannot` after `only` or `nobody`.
    Negated,
    /// No action.
    MissingActions,
    /// An action that does not exist.
    UnknownAction,
    /// Another action than `read` on a system resource.
    ActionNotForSystem,
    /// `*` where something is not allowed: "not every one" is less than who writes it means.
    EveryDenied,
    /// Nothing after the actions.
    MissingWhat,
    /// A name that no database can have.
    InvalidDatabase(InvalidNameKind),
    /// No system resource after `system`, or one that does not exist.
    UnknownSystemResource,
    /// More than one sentence.
    TooMuch,
}

/// The error of a text with lines that are not expectations.
///
/// `Display` and `Debug` print each on a line: the number of its line, the invalid word, unless that may be a secret, and
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
    meant: Option<&'static str>,
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
        let Self { kind, word, meant, .. } = self;
        match kind {
            Kind::UnclosedQuote => f.write_str("the `\"` is not closed: close it on the same line"),
            Kind::MissingToken => f.write_str("the name of a token is missing: name at least one"),
            Kind::InvalidToken(kind) => {
                write!(f, "invalid token name{word}: {kind}: {}", kind.help())
            }
            Kind::MissingVerb if word.is_empty() => f.write_str(
                "`can` or `cannot` is missing after the tokens: put a name with spaces between two `\"`",
            ),
            Kind::MissingVerb => write!(
                f,
                "unexpected word{word} after the tokens: use `can` or `cannot`, and put a name with spaces between two `\"`"
            ),
            Kind::Negated => f.write_str("`cannot` in a line with `only` or `nobody`: use `can`"),
            Kind::MissingActions => f.write_str("the actions are missing: name at least one, such as `read`"),
            Kind::UnknownAction => {
                write!(f, "unknown action{word}: ")?;
                match meant {
                    Some(meant) => write!(f, "did you mean `{meant}`?"),
                    None => f.write_str("use `create`, `describe`, `read`, `write` or `delete`"),
                }
            }
            Kind::ActionNotForSystem => {
                f.write_str("only `read` is available for system resources: remove the other actions")
            }
            Kind::EveryDenied => f.write_str(
                "`*` with `cannot`, `only` or `nobody`: use `any`, which says that not even one is allowed",
            ),
            Kind::MissingWhat => {
                f.write_str("the end is missing: name a database, `*`, `any`, `new` or `system`")
            }
            Kind::InvalidDatabase(kind) => {
                write!(f, "invalid database name{word}: {kind}: {}", kind.help())
            }
            Kind::UnknownSystemResource => write!(
                f,
                "unknown system resource{word}: use `health`, `metrics`, `ping`, `ready`, `*` or `any`, or put a database of that name between two `\"`"
            ),
            Kind::TooMuch => {
                write!(f, "unexpected word{word} after the end: write one database or resource on a line")
            }
        }
    }
}

/// The error of a line, with the word that it is about, which may be empty.
struct Wrong<'a>(Kind, &'a str);

impl From<Kind> for Wrong<'_> {
    fn from(kind: Kind) -> Self {
        Self(kind, "")
    }
}

impl Wrong<'_> {
    fn in_line(self, line: usize, text: &str) -> LineError {
        let Self(kind, word) = self;
        let known = DatabaseActions::ALL.names();
        let meant = if kind == Kind::UnknownAction { meant(word, known) } else { None };
        LineError { line, kind, word: Fragment::new(word, text), meant: meant.map(|(meant, _)| meant) }
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
            Err(wrong) => errors.push(wrong.in_line(line, text)),
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

impl<'a> Word<'a> {
    const fn text(self) -> &'a str {
        match self {
            Self::Plain(text) | Self::Quoted(text) => text,
            Self::Comma => ",",
        }
    }
}

fn words(line: &str) -> Result<Vec<Word<'_>>, Wrong<'_>> {
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

fn sentence<'a>(line: usize, words: &[Word<'a>]) -> Result<Option<Expectation>, Wrong<'a>> {
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
        check_token_name(name).map_err(|error| Wrong(Kind::InvalidToken(error.kind()), name))?;
    }
    let (rule, rest) = match (rule, rest) {
        (None, [Word::Plain("can"), rest @ ..]) => (Rule::Can, rest),
        (None, [Word::Plain("cannot"), rest @ ..]) => (Rule::Cannot, rest),
        (Some(rule), [Word::Plain("can"), rest @ ..]) => (rule, rest),
        (Some(_), [Word::Plain("cannot"), ..]) => return Err(Kind::Negated.into()),
        _ => return Err(Wrong(Kind::MissingVerb, first_word(rest))),
    };
    let (names, rest) = list(rest, Kind::MissingActions)?;
    let actions = names.iter().try_fold(DatabaseActions::EMPTY, |all, name| {
        DatabaseActions::from_name(name.as_bytes())
            .map(|action| all | action)
            .ok_or(Wrong(Kind::UnknownAction, name))
    })?;
    let (what, rest) = what(rest)?;
    if !rest.is_empty() {
        return Err(Wrong(Kind::TooMuch, first_word(rest)));
    }
    if rule != Rule::Can && matches!(what, What::EveryDatabase | What::EverySystem) {
        return Err(Kind::EveryDenied.into());
    }
    let system = matches!(what, What::System(_) | What::EverySystem | What::AnySystem);
    if system && actions != DatabaseActions::READ {
        return Err(Kind::ActionNotForSystem.into());
    }
    let who = who.into_iter().map(Box::from).collect();
    Ok(Some(Expectation { line, rule, who, actions, what }))
}

fn first_word<'a>(words: &[Word<'a>]) -> &'a str {
    words.first().map_or("", |word| word.text())
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

fn what<'w, 'a>(words: &'w [Word<'a>]) -> Result<(What, &'w [Word<'a>]), Wrong<'a>> {
    let (what, rest) = match words {
        [Word::Plain("*"), rest @ ..] => (What::EveryDatabase, rest),
        [Word::Plain("any"), rest @ ..] => (What::AnyDatabase, rest),
        [Word::Plain("new"), rest @ ..] => (What::NewDatabase, rest),
        [Word::Plain("system"), Word::Plain(resource), rest @ ..] => match *resource {
            "*" => (What::EverySystem, rest),
            "any" => (What::AnySystem, rest),
            name => {
                let known = SystemResource::from_name(name);
                (What::System(known.ok_or(Wrong(Kind::UnknownSystemResource, name))?), rest)
            }
        },
        [Word::Plain("system"), ..] => return Err(Kind::UnknownSystemResource.into()),
        [Word::Plain(name) | Word::Quoted(name), rest @ ..] => {
            check_database_name(name).map_err(|error| Wrong(Kind::InvalidDatabase(error.kind()), name))?;
            (What::Database(Box::from(*name)), rest)
        }
        _ => return Err(Kind::MissingWhat.into()),
    };
    Ok((what, rest))
}
