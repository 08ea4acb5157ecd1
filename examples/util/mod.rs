//! What several examples need: input, output, exit codes, and the forms of a report.
#![allow(dead_code, reason = "each example takes what it needs")]

pub(crate) mod change;
pub(crate) mod github;
pub(crate) mod human;
pub(crate) mod json;
pub(crate) mod mended;
pub(crate) mod rights;
pub(crate) mod sarif;
pub(crate) mod totals;

use std::borrow::Cow;
use std::ffi::OsStr;
use std::io::{self, BufWriter, ErrorKind, IsTerminal, Read, StdoutLock, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, anyhow, bail};
use clap::ArgMatches;
use clap::builder::{PathBufValueParser, TypedValueParser};
use influxdb3_offline_tokens::disk::{DiskErrorKind, MAX_FILE_BYTES};
use influxdb3_offline_tokens::span::LineIndex;
use influxdb3_offline_tokens::token::SecretBytes;
use influxdb3_offline_tokens::token::TOKEN_PREFIX;
use influxdb3_offline_tokens::{DatabaseName, Error, InvalidFile, Report, TokenFile, load, redact};

use self::mended::AppliedFix;

/// What the program tells its caller. The worst of several files counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Outcome {
    /// Nothing is wrong.
    Fine,
    /// There are findings that are errors.
    Findings,
    /// A file could not be read or written, or the program was called wrongly.
    Failed,
    /// The file was changed; a power cut may still bring the old one back, or the caller was not told.
    Unsure,
}

impl From<Outcome> for ExitCode {
    fn from(outcome: Outcome) -> Self {
        Self::from(match outcome {
            Outcome::Fine => 0,
            Outcome::Findings => 1,
            Outcome::Failed => 2,
            Outcome::Unsure => 3,
        })
    }
}

/// Reads the command line. Ends the program where it is wrong (exit code 2), or where only help was asked for.
pub(crate) fn arguments(command: clap::Command) -> ArgMatches {
    command.max_term_width(80).try_get_matches().unwrap_or_else(|error| {
        if !error.use_stderr() || !mentions_token(&error.to_string()) {
            error.exit();
        }
        // clap repeats what it does not understand, and that can be a token in the wrong place.
        let words = error.to_string();
        let words: Vec<String> = words.split(' ').map(|word| masked(word).into_owned()).collect();
        let _ = write!(io::stderr(), "{}", words.join(" "));
        std::process::exit(2)
    })
}

/// Ends a program: an error goes to standard error with its causes, and makes the exit code 2.
pub(crate) fn finish(program: &str, result: anyhow::Result<Outcome>) -> ExitCode {
    match result {
        Ok(outcome) => outcome.into(),
        Err(error) => {
            complain(program, &error);
            let library = error.chain().find_map(|cause| cause.downcast_ref::<Error>());
            if let Some(path) = library.filter(|error| error.report().is_some()).and_then(Error::path) {
                point_to_validate(program, path);
            } else if error.is::<InvalidFile>() {
                point_to_validate(program, Path::new("-"));
            }
            Outcome::Failed.into()
        }
    }
}

/// Writes an error and its causes to standard error.
pub(crate) fn complain(program: &str, error: &anyhow::Error) {
    let error = format!("{error:#}");
    let lines: Vec<String> = error.lines().map(|line| no_command(&printable(line)).into_owned()).collect();
    // Nobody is left to be told when standard error is closed.
    let _ = writeln!(io::stderr(), "{program}: {}", lines.join("\n"));
}

/// Says where the rest of what is wrong with a file is told.
pub(crate) fn point_to_validate(program: &str, path: &Path) {
    let path = if is_stdin(path) { "-".to_owned() } else { shown_path(path) };
    let _ = writeln!(io::stderr(), "{program}: `validate {path}` shows all of it");
}

/// Standard output. When the reader has gone (`| head`), the rest is not written, and that is no error.
pub(crate) struct Output {
    inner: BufWriter<StdoutLock<'static>>,
    closed: bool,
}

impl Output {
    pub(crate) fn new() -> Self {
        Self { inner: BufWriter::new(io::stdout().lock()), closed: false }
    }

    /// Whether the reader has gone.
    pub(crate) fn closed(&self) -> bool {
        self.closed
    }

    /// Ends the output of a program that changed a file: where the reader has gone, the result came to nobody.
    pub(crate) fn deliver(&mut self) -> io::Result<()> {
        self.flush()?;
        if self.closed { Err(ErrorKind::BrokenPipe.into()) } else { Ok(()) }
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

/// The argument of a program that reads files only.
pub(crate) fn a_file() -> impl TypedValueParser<Value = PathBuf> {
    PathBufValueParser::new().try_map(|path| {
        let message = "standard input is not taken here: name a file, and `./-` if it is called so";
        if is_stdin(&path) { Err(message) } else { Ok(path) }
    })
}

/// Whether `-`, standard input, is meant.
pub(crate) fn is_stdin(path: &Path) -> bool {
    path.as_os_str() == OsStr::new("-")
}

/// Reads standard input, up to the size that files may have.
pub(crate) fn read_stdin() -> anyhow::Result<Vec<u8>> {
    read_all(io::stdin().lock(), "standard input")
}

/// Loads a tokens file, or takes it from standard input.
pub(crate) fn load_or_stdin(path: &Path) -> anyhow::Result<TokenFile> {
    if !is_stdin(path) {
        return load(path).map_err(or_stdin);
    }
    let bytes = SecretBytes::from(read_stdin()?);
    TokenFile::parse(&bytes).context("standard input")
}

/// The error of a program that also takes standard input: `<(…)` and `/dev/stdin` are no regular files.
pub(crate) fn or_stdin(error: Error) -> anyhow::Error {
    match error {
        Error::Disk(error) if error.kind() == DiskErrorKind::NotRegular => {
            anyhow!("{error}, or give `-` for standard input")
        }
        error => error.into(),
    }
}

/// Reads a file that is no tokens file, or standard input, up to the same size.
pub(crate) fn read_other(path: &Path) -> anyhow::Result<Vec<u8>> {
    if is_stdin(path) {
        return read_stdin();
    }
    let shown = format!("`{}`", shown_path(path));
    let file = std::fs::File::open(path).with_context(|| format!("cannot read {shown}"))?;
    read_all(file, &shown)
}

fn read_all(from: impl Read, what: &str) -> anyhow::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    let read = from.take(MAX_FILE_BYTES + 1).read_to_end(&mut bytes);
    read.with_context(|| format!("cannot read {what}"))?;
    if bytes.len() as u64 > MAX_FILE_BYTES {
        bail!("{what} is larger than {MAX_FILE_BYTES} bytes");
    }
    Ok(bytes)
}

/// The name of a file as messages show it.
pub(crate) fn shown_path(path: &Path) -> String {
    if is_stdin(path) { "<stdin>".to_owned() } else { printable(&given_path(path)) }
}

/// Whether a text holds the prefix of a token, in any case.
fn mentions_token(text: &str) -> bool {
    has_in_any_case(text, TOKEN_PREFIX)
}

fn has_in_any_case(text: &str, word: &str) -> bool {
    text.as_bytes().windows(word.len()).any(|window| window.eq_ignore_ascii_case(word.as_bytes()))
}

/// Of a name that no database can have, nobody can do anything: a build that asks so would learn nothing.
pub(crate) fn database_name(text: &str) -> Result<String, String> {
    DatabaseName::parse(text).map(String::from).map_err(|error| error.to_string())
}

/// The text, or as many `*` as it has bytes where it holds a token: people paste tokens into the wrong place.
pub(crate) fn masked(text: &str) -> Cow<'_, str> {
    if mentions_token(text) { Cow::Owned("*".repeat(text.len())) } else { Cow::Borrowed(text) }
}

/// The text without characters that move the cursor or change colours, and without commands to a runner.
pub(crate) fn printable(text: &str) -> String {
    let plain = |c: char| if c.is_control() { char::REPLACEMENT_CHARACTER } else { c };
    without_commands(text).chars().map(plain).collect()
}

/// The text at equal length without `##[`, which a GitHub runner takes anywhere in a line for the beginning of a command.
fn without_commands(text: &str) -> Cow<'_, str> {
    if text.contains("##[") { Cow::Owned(text.replace("##[", "#*[")) } else { Cow::Borrowed(text) }
}

/// The text for the beginning of a line: behind any spaces, a GitHub runner takes `::` there for a command.
pub(crate) fn no_command(text: &str) -> Cow<'_, str> {
    match text.trim_start().strip_prefix("::") {
        Some(rest) => Cow::Owned(format!("{0}{0}{rest}", char::REPLACEMENT_CHARACTER)),
        None => Cow::Borrowed(text),
    }
}

/// Whether to write colours: on a terminal, unless the person said no (<https://no-color.org>).
pub(crate) fn colours(stream: &impl IsTerminal) -> bool {
    let no = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
    let dumb = std::env::var_os("TERM").is_some_and(|value| value == "dumb");
    stream.is_terminal() && !no && !dumb
}

/// How many columns the lines of the output may have: those of the terminal, or the usual of a log.
pub(crate) fn columns(stream: &impl IsTerminal) -> usize {
    const OF_A_LOG: usize = 140;
    const WIDEST: usize = 10_000;
    let told = std::env::var("COLUMNS").ok().and_then(|columns| columns.parse().ok());
    let measured = || {
        let size = stream.is_terminal().then(terminal_size::terminal_size).flatten();
        size.map(|(width, _)| usize::from(width.0))
    };
    told.or_else(measured).filter(|&columns| columns > 0).map_or(OF_A_LOG, |columns| columns.min(WIDEST))
}

/// The path as JSON and the like give it. A folder may well be called `apiv3`.
pub(crate) fn given_path(path: &Path) -> String {
    let path = path.display().to_string();
    if has_in_any_case(&path, TOKEN_PREFIX) { "*".repeat(path.len()) } else { path }
}

/// `1 error`, `2 errors`.
pub(crate) fn count(number: usize, what: &str) -> String {
    format!("{number} {what}{}", if number == 1 { "" } else { "s" })
}

/// One file and what was found in it. `shown` is its text without the secrets: all that is ever printed of it.
pub(crate) struct Checked<'a> {
    pub(crate) path: &'a Path,
    pub(crate) bytes: &'a [u8],
    pub(crate) shown: String,
    pub(crate) report: &'a Report,
    /// What was mended before.
    pub(crate) mended: &'a [AppliedFix],
    /// It does not load although the report has no error, as errors are allowed or made less.
    pub(crate) fails_to_load: bool,
}

/// What is said of such a file.
pub(crate) const FAILS_TO_LOAD: &str = "the file does not load: its errors were allowed or made less";

impl<'a> Checked<'a> {
    pub(crate) fn new(path: &'a Path, bytes: &'a [u8], report: &'a Report) -> Self {
        let shown =
            if report.is_empty() { String::new() } else { without_commands(&redact(bytes)).into_owned() };
        Self { path, bytes, shown, report, mended: &[], fails_to_load: false }
    }

    pub(crate) fn lines(&self) -> LineIndex<'a> {
        LineIndex::new(self.bytes)
    }
}
