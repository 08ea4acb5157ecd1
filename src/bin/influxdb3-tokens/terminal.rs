//! Standard output and standard error, exit codes, and redaction of printed text.

use std::borrow::Cow;
use std::error::Error;
use std::fmt::Display;
use std::io::{self, BufWriter, ErrorKind, Write};
use std::path::Path;
use std::process::ExitCode;

use anstream::{AutoStream, ColorChoice};
use clap::{ArgMatches, ValueEnum};
use influxdb3_offline_tokens::redact;
use influxdb3_offline_tokens::token::TOKEN_PREFIX;
use serde_json::json;

use crate::input::is_stdin;

/// The exit codes. With several files, the highest one is returned.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Exit {
    Success,
    /// An error among the findings, access denied, or a difference that grants something.
    Findings,
    /// Invalid usage, an unknown token name, or a file that cannot be read, parsed or written.
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

/// Adds the argument or the file to an error.
pub(crate) trait Context<T> {
    fn context(self, what: impl Display) -> Result<T>;
}

impl<T, E: Display> Context<T> for std::result::Result<T, E> {
    fn context(self, what: impl Display) -> Result<T> {
        self.map_err(|error| Failure::new(format!("{what}: {error}")))
    }
}

/// Parses the command line. Exits if it is invalid, or after help.
pub(crate) fn parse(command: clap::Command) -> ArgMatches {
    command.try_get_matches().unwrap_or_else(|error| {
        let text = error.to_string();
        let shown = without_secret_arguments(&text);
        if !error.use_stderr() || shown == text {
            error.exit();
        }
        let _ = write!(io::stderr(), "{shown}");
        std::process::exit(2)
    })
}

/// Masks quoted arguments that may be a misplaced token.
fn without_secret_arguments(text: &str) -> String {
    let arguments = std::env::args_os().skip(1).map(|argument| argument.to_string_lossy().into_owned());
    let values = arguments.flat_map(|argument| {
        let value = argument.split_once('=').map(|(_, value)| value.to_owned());
        [Some(argument), value]
    });
    let secrets = values.flatten().filter(|value| may_be_secret(value));
    secrets.fold(text.to_owned(), |text, secret| text.replace(&secret, &"*".repeat(secret.chars().count())))
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
    // An error on standard error cannot be reported.
    let _ = writeln!(anstream::stderr(), "{style}{label}{style:#}: {message}");
}

/// Standard output. If it is closed (`| head`), the rest is dropped without an error.
pub(crate) struct Output {
    inner: BufWriter<AutoStream<io::StdoutLock<'static>>>,
    closed: bool,
    has_changed: bool,
}

impl Output {
    pub(crate) fn new() -> Self {
        Self { inner: BufWriter::new(anstream::stdout().lock()), closed: false, has_changed: false }
    }

    /// Creates the output of a command that has changed a file. If it cannot be written, the exit code is 3.
    pub(crate) fn after_change() -> Self {
        Self { has_changed: true, ..Self::new() }
    }

    /// Records that the command has changed a file.
    pub(crate) fn note_change(&mut self) {
        self.has_changed = true;
    }

    pub(crate) fn is_closed(&self) -> bool {
        self.closed
    }

    pub(crate) fn line(&mut self, line: impl Display) -> Result<()> {
        writeln!(self, "{line}").map_err(|error| self.failure(&error))
    }

    /// Ends the output of a command.
    pub(crate) fn finish(mut self, exit: Exit) -> Result<Exit> {
        self.flush().map_err(|error| self.failure(&error))?;
        if self.closed && self.has_changed {
            return Err(self.failure(&ErrorKind::BrokenPipe.into()));
        }
        Ok(exit)
    }

    fn failure(&self, error: &io::Error) -> Failure {
        if self.has_changed {
            return Failure::durability_unknown(format!(
                "the file was changed, but the result cannot be written to standard output: {error}"
            ));
        }
        Failure::new(format!("cannot write to standard output: {error}"))
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

/// Returns the text, or `*` for each byte if it contains a misplaced token.
pub(crate) fn masked(text: &str) -> Cow<'_, str> {
    let is_prefix = |window: &[u8]| window.eq_ignore_ascii_case(TOKEN_PREFIX.as_bytes());
    if text.as_bytes().windows(TOKEN_PREFIX.len()).any(is_prefix) {
        Cow::Owned("*".repeat(text.len()))
    } else {
        Cow::Borrowed(text)
    }
}

/// Returns whether a text may be a token or a piece of one: `redact` would not show it as a name.
fn may_be_secret(text: &str) -> bool {
    let json = json!({ "name": text }).to_string();
    redact(json.as_bytes()) != json
}

/// Returns an argument, or `*` for each byte if it may be a misplaced token.
pub(crate) fn masked_argument(text: &str) -> Cow<'_, str> {
    if may_be_secret(text) { Cow::Owned("*".repeat(text.len())) } else { Cow::Borrowed(text) }
}

/// Returns an argument for a message on one line, masked if it may be a misplaced token.
pub(crate) fn shown_argument(text: &str) -> String {
    printable(&masked_argument(text))
}

/// Returns a name or a path on one line, without control characters, and masked if it contains a token.
pub(crate) fn printable(text: &str) -> String {
    printable_lines(&masked(text)).replace('\n', "\u{FFFD}")
}

/// Returns a text without control characters, except line breaks, and without commands to a CI runner.
fn printable_lines(text: &str) -> String {
    // Characters that move the cursor, change colors, or change the direction of the text.
    let is_invisible = |c: char| {
        c.is_control()
            || matches!(c, '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{2069}')
    };
    let replace = |c: char| if is_invisible(c) && c != '\n' { char::REPLACEMENT_CHARACTER } else { c };
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

/// Returns the path of a file in back-quotes, or `<stdin>`.
pub(crate) fn quoted_path(path: &Path) -> String {
    if is_stdin(path) { shown_path(path) } else { format!("`{}`", shown_path(path)) }
}

/// Returns a command line in back-quotes, with the path quoted for a shell.
pub(crate) fn command_with(command: &str, path: &Path) -> String {
    let path = if is_stdin(path) { "-".to_owned() } else { shown_path(path) };
    let is_plain = path.chars().all(|c| c.is_alphanumeric() || "/._-+:@,".contains(c));
    let path = if is_plain { path } else { format!("'{}'", path.replace('\'', r"'\''")) };
    format!("`influxdb3-tokens {command} {path}`")
}

/// Returns the path of a file for other programs.
pub(crate) fn given_path(path: &Path) -> String {
    masked(&path.display().to_string()).into_owned()
}

/// Returns a number with its noun: `1 error`, `2 errors`.
pub(crate) fn count(number: usize, what: &str) -> String {
    format!("{number} {what}{}", if number == 1 { "" } else { "s" })
}

/// Returns the width of standard output: `COLUMNS`, that of the terminal, or a default for logs.
pub(crate) fn columns() -> usize {
    const LOG: usize = 140;
    const RANGE: std::ops::RangeInclusive<usize> = 40..=10_000;
    let set = std::env::var("COLUMNS").ok().and_then(|columns| columns.parse().ok());
    let measured = || terminal_size::terminal_size_of(io::stdout()).map(|(width, _)| usize::from(width.0));
    set.or_else(measured).map_or(LOG, |columns| columns.clamp(*RANGE.start(), *RANGE.end()))
}
