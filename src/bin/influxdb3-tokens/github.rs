//! Findings as annotations of GitHub Actions.

use std::path::Path;

use influxdb3_offline_tokens::Severity;
use influxdb3_offline_tokens::span::LineIndex;

use crate::input::is_stdin;
use crate::terminal::{Output, Result, count, given_path};
use crate::validate::{FAILS_TO_LOAD, Findings};

pub(crate) fn write(findings: &Findings<'_>, output: &mut Output) -> Result<()> {
    let (file, report) = (file_property(findings.path), &findings.checked.report);
    for fix in &findings.fixed {
        let place = fix.location.map(|at| format!("line={},col={},", at.line, at.column)).unwrap_or_default();
        let title = property(&format!("fixed {} {}", fix.code.id(), fix.code.name()));
        output.line(format_args!("::notice {file}{place}title={title}::{}", data(&fix.message)))?;
    }
    if findings.fails_to_load {
        output.line(format_args!("::notice {file}title=does not load::{FAILS_TO_LOAD}"))?;
    }
    let lines = LineIndex::new(&findings.checked.bytes);
    for diagnostic in report {
        let command = match diagnostic.severity() {
            Severity::Error => "error",
            Severity::Warning => "warning",
            Severity::Note => "notice",
        };
        let (start, end) = (diagnostic.location(), lines.location(diagnostic.span().end()));
        // GitHub shows columns only within one line.
        let columns = if end.line == start.line {
            format!(",col={},endColumn={}", start.column, end.column)
        } else {
            String::new()
        };
        let title = property(&format!("{} {}", diagnostic.code().id(), diagnostic.code().name()));
        let help = diagnostic.help().map(|help| format!("\nhelp: {help}")).unwrap_or_default();
        let message = data(&format!("{}{help}", diagnostic.message()));
        output.line(format_args!(
            "::{command} {file}line={},endLine={}{columns},title={title}::{message}",
            start.line, end.line
        ))?;
    }
    match report.omitted() {
        0 => Ok(()),
        more => {
            output.line(format_args!("::notice {file}title=more::{} not shown", count(more, "more finding")))
        }
    }
}

/// Writes a file that could not be read or written.
pub(crate) fn write_failure(path: &Path, message: &str, output: &mut Output) -> Result<()> {
    output.line(format_args!("::error {}title=not checked::{}", file_property(path), data(message)))
}

fn file_property(path: &Path) -> String {
    // Standard input is not a file of the repository.
    if is_stdin(path) { String::new() } else { format!("file={},", property(&given_path(path))) }
}

/// Escapes the message of a command.
fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// Escapes a property of a command.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}
