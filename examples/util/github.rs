//! Findings as workflow commands, which GitHub Actions shows as annotations of the changed lines.

use std::io::{self, Write};
use std::path::Path;

use influxdb3_offline_tokens::Severity;

use super::{Checked, FAILS_TO_LOAD, count, given_path, is_stdin};

pub(crate) fn write(file: &Checked<'_>, output: &mut impl Write) -> io::Result<()> {
    let at_file = property_file(file.path);
    for mended in file.mended {
        let place = mended.place.map(|at| format!("line={},col={},", at.line, at.column));
        let place = place.unwrap_or_default();
        let title = property(&format!("mended {} {}", mended.code.id(), mended.code.name()));
        writeln!(output, "::notice {at_file}{place}title={title}::{}", data(&mended.message))?;
    }
    if file.fails_to_load {
        writeln!(output, "::notice {at_file}title=does not load::{FAILS_TO_LOAD}")?;
    }
    if file.report.is_empty() {
        return Ok(());
    }
    let lines = file.lines();
    for found in file.report {
        let command = match found.severity() {
            Severity::Error => "error",
            Severity::Warning => "warning",
            Severity::Note => "notice",
        };
        let start = found.location();
        let end = lines.location(found.span().end());
        // GitHub takes columns only where the place lies within one line.
        let columns = if end.line == start.line {
            format!(",col={},endColumn={}", start.column, end.column)
        } else {
            String::new()
        };
        let title = property(&format!("{} {}", found.code().id(), found.code().name()));
        let message = match found.help() {
            Some(help) => format!("{}\nhelp: {help}", found.message()),
            None => found.message().to_owned(),
        };
        writeln!(
            output,
            "::{command} {at_file}line={},endLine={}{columns},title={title}::{}",
            start.line,
            end.line,
            data(&message)
        )?;
    }
    match file.report.omitted() {
        0 => Ok(()),
        more => writeln!(output, "::notice {at_file}title=more::{} not shown", count(more, "more finding")),
    }
}

/// A file that could not be read or written.
pub(crate) fn write_failure(path: &Path, message: &str, output: &mut impl Write) -> io::Result<()> {
    writeln!(output, "::error {}title=not checked::{}", property_file(path), data(message))
}

fn property_file(path: &Path) -> String {
    // Standard input is no file of the repository.
    if is_stdin(path) { String::new() } else { format!("file={},", property(&given_path(path))) }
}

/// Escapes the message of a command.
fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// Escapes the value of a property of a command.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}
