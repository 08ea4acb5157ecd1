//! Standard output and standard error, exit codes, and what may be printed.

use std::borrow::Cow;
use std::error::Error;
use std::fmt::Display;
use std::io::{self, BufWriter, ErrorKind, Write};
use std::path::Path;
use std::process::ExitCode;

use anstream::{AutoStream, ColorChoice};
use clap::{ArgMatches, ValueEnum};
use influxdb3_offline_tokens::token::TOKEN_PREFIX;

use crate::input::is_stdin;

/// The exit codes. The worst of several files counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Exit {
    Success,
    /// An error among the findings, access denied, or a difference that grants something.
    Findings,
    /// Wrong usage, an unknown token name, or trouble with a file.
    Failure,
    /// The file was changed, but durability is unknown.
    DurabilityUnknown,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}

/// When to use colors.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Color {
    Auto,
    Always,
    Never,
}

impl Color {
    /// Sets the choice for both streams.
    pub(crate) fn apply(self) {
        let choice = match self {
            Self::Auto => ColorChoice::Auto,
            Self::Always => ColorChoice::Always,
            Self::Never => ColorChoice::Never,
        };
        choice.write_global();
    }
}

/// How a command prints its result.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    Human,
    Json,
}

/// An error that ends a command: its message and its exit code.
pub(crate) struct Failure {
    message: String,
    exit: Exit,
}

impl Failure {
    pub(crate) fn new(message: impl Into<String>) -> Self {
        Self { message: message.into(), exit: Exit::Failure }
    }

    /// Creates the failure of a file whose content is in the way.
    pub(crate) fn findings(message: impl Into<String>) -> Self {
        Self { message: message.into(), exit: Exit::Findings }
    }

    pub(crate) fn durability_unknown(message: impl Into<String>) -> Self {
        Self { message: message.into(), exit: Exit::DurabilityUnknown }
    }

    /// Prints the message to standard error.
    pub(crate) fn report(&self) -> Exit {
        error(&self.message);
        self.exit
    }

    pub(crate) fn message(&self) -> &str {
        &self.message
    }
}

impl<E: Error> From<E> for Failure {
    fn from(error: E) -> Self {
        Self::new(error.to_string())
    }
}

pub(crate) type Result<T> = std::result::Result<T, Failure>;

/// Adds the argument or the file that an error is about.
pub(crate) trait Context<T> {
    fn context(self, what: impl Display) -> Result<T>;
}

impl<T, E: Display> Context<T> for std::result::Result<T, E> {
    fn context(self, what: impl Display) -> Result<T> {
        self.map_err(|error| Failure::new(format!("{what}: {error}")))
    }
}

/// Parses the command line. Exits if it is wrong, or if only help was requested.
pub(crate) fn parse(command: clap::Command) -> ArgMatches {
    command.try_get_matches().unwrap_or_else(|error| {
        let text = error.to_string();
        if !error.use_stderr() || masked(&text) == text {
            error.exit();
        }
        // clap quotes what it does not understand, which may be a token in the wrong place.
        let words = text.split_inclusive(char::is_whitespace).map(|word| {
            let end = word.trim_end();
            masked(end).into_owned() + &word[end.len()..]
        });
        let _ = write!(io::stderr(), "{}", words.collect::<String>());
        std::process::exit(2)
    })
}

/// Prints an error.
pub(crate) fn error(message: impl Display) {
    print_error("error", anstyle::AnsiColor::Red, message);
}

/// Prints a warning.
pub(crate) fn warning(message: impl Display) {
    print_error("warning", anstyle::AnsiColor::Yellow, message);
}

/// Prints a note.
pub(crate) fn note(message: impl Display) {
    print_error("note", anstyle::AnsiColor::Green, message);
}

fn print_error(label: &str, color: anstyle::AnsiColor, message: impl Display) {
    let style = color.on_default().bold();
    let message = printable_lines(&message.to_string());
    // Nobody can be told that standard error is closed.
    let _ = writeln!(anstream::stderr(), "{style}{label}{style:#}: {message}");
}

/// Standard output. If the reader has gone (`| head`), the rest is dropped without an error.
pub(crate) struct Output {
    inner: BufWriter<AutoStream<io::StdoutLock<'static>>>,
    closed: bool,
}

impl Output {
    pub(crate) fn new() -> Self {
        Self { inner: BufWriter::new(anstream::stdout().lock()), closed: false }
    }

    pub(crate) fn is_closed(&self) -> bool {
        self.closed
    }

    pub(crate) fn line(&mut self, line: impl Display) -> Result<()> {
        writeln!(self, "{line}").context("cannot write to standard output")
    }

    /// Ends the output of a command that changes nothing.
    pub(crate) fn finish(mut self, exit: Exit) -> Result<Exit> {
        self.flush().context("cannot write to standard output")?;
        Ok(exit)
    }

    /// Ends the output of a command that changed a file: if it did not arrive, the exit code says so.
    pub(crate) fn finish_change(mut self, exit: Exit) -> Result<Exit> {
        let lost = |error: io::Error| {
            Failure::durability_unknown(format!(
                "the file was changed, but its result was not printed: {error}"
            ))
        };
        self.flush().map_err(lost)?;
        if self.closed { Err(lost(ErrorKind::BrokenPipe.into())) } else { Ok(exit) }
    }
}

impl Write for Output {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.closed {
            return Ok(bytes.len());
        }
        self.inner.write(bytes).or_else(|error| {
            self.closed = error.kind() == ErrorKind::BrokenPipe;
            if self.closed { Ok(bytes.len()) } else { Err(error) }
        })
    }

    fn flush(&mut self) -> io::Result<()> {
        if self.closed {
            return Ok(());
        }
        self.inner.flush().or_else(|error| {
            self.closed = error.kind() == ErrorKind::BrokenPipe;
            if self.closed { Ok(()) } else { Err(error) }
        })
    }
}

/// Returns the text, or as many `*` as it has bytes if it contains a token: people paste tokens into the wrong place.
pub(crate) fn masked(text: &str) -> Cow<'_, str> {
    let is_prefix = |window: &[u8]| window.eq_ignore_ascii_case(TOKEN_PREFIX.as_bytes());
    if text.as_bytes().windows(TOKEN_PREFIX.len()).any(is_prefix) {
        Cow::Owned("*".repeat(text.len()))
    } else {
        Cow::Borrowed(text)
    }
}

/// Returns a name or a path on one line, without control characters, and masked if it contains a token.
pub(crate) fn printable(text: &str) -> String {
    printable_lines(&masked(text)).replace('\n', "\u{FFFD}")
}

/// Returns a text without control characters, except line breaks, and without commands to a CI runner.
fn printable_lines(text: &str) -> String {
    let replace = |c: char| if c.is_control() && c != '\n' { char::REPLACEMENT_CHARACTER } else { c };
    without_commands(text).chars().map(replace).collect()
}

/// Returns the text at equal length without `##[`, which a GitHub runner takes for a command anywhere in a line.
pub(crate) fn without_commands(text: &str) -> Cow<'_, str> {
    if text.contains("##[") { Cow::Owned(text.replace("##[", "#*[")) } else { Cow::Borrowed(text) }
}

/// Returns a text for the start of a line, where a GitHub runner takes `::` for a command.
pub(crate) fn line_start(text: &str) -> Cow<'_, str> {
    match text.trim_start().strip_prefix("::") {
        Some(rest) => Cow::Owned(format!("{0}{0}{rest}", char::REPLACEMENT_CHARACTER)),
        None => Cow::Borrowed(text),
    }
}

/// Returns the path of a file for a message.
pub(crate) fn shown_path(path: &Path) -> String {
    if is_stdin(path) { "<stdin>".to_owned() } else { printable(&path.display().to_string()) }
}

/// Returns the path of a file for other programs.
pub(crate) fn given_path(path: &Path) -> String {
    masked(&path.display().to_string()).into_owned()
}

/// `1 error`, `2 errors`.
pub(crate) fn count(number: usize, what: &str) -> String {
    format!("{number} {what}{}", if number == 1 { "" } else { "s" })
}

/// Returns the width of standard output: that of the terminal, `COLUMNS`, or the usual width of a log.
pub(crate) fn columns() -> usize {
    const LOG: usize = 140;
    const RANGE: std::ops::RangeInclusive<usize> = 40..=10_000;
    let set = std::env::var("COLUMNS").ok().and_then(|columns| columns.parse().ok());
    let measured = || terminal_size::terminal_size_of(io::stdout()).map(|(width, _)| usize::from(width.0));
    set.or_else(measured).map_or(LOG, |columns| columns.clamp(*RANGE.start(), *RANGE.end()))
}
