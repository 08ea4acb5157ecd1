//! Findings as JSON: one object a file, on one line.

use std::io::{self, Write};

use influxdb3_offline_tokens::{Diagnostic, Edit, Fix, Label, LineIndex, Replacement};
use serde::Serialize;

use super::{Checked, given_path};

#[derive(Serialize)]
struct FileLine<'a> {
    file: String,
    valid: bool,
    diagnostics: Vec<Finding<'a>>,
    omitted: usize,
}

#[derive(Serialize)]
struct Finding<'a> {
    code: &'a str,
    name: &'a str,
    severity: &'a str,
    message: &'a str,
    pointer: &'a str,
    start: usize,
    end: usize,
    line: usize,
    column: usize,
    help: Option<&'a str>,
    labels: Vec<Place<'a>>,
    fixes: Vec<Change<'a>>,
}

#[derive(Serialize)]
struct Place<'a> {
    message: &'a str,
    start: usize,
    end: usize,
    line: usize,
    column: usize,
}

#[derive(Serialize)]
struct Change<'a> {
    applicability: &'a str,
    edits: Vec<Splice<'a>>,
}

#[derive(Serialize)]
struct Splice<'a> {
    start: usize,
    end: usize,
    text: Option<&'a str>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    new_token: bool,
}

pub(crate) fn write(file: &Checked<'_>, output: &mut impl Write) -> io::Result<()> {
    let lines = (!file.report.is_empty()).then(|| file.lines());
    let line = FileLine {
        file: given_path(file.path),
        valid: file.report.is_valid(),
        diagnostics: lines
            .iter()
            .flat_map(|lines| file.report.iter().map(|found| finding(found, lines)))
            .collect(),
        omitted: file.report.omitted(),
    };
    serde_json::to_writer(&mut *output, &line)?;
    writeln!(output)
}

fn finding<'a>(found: &'a Diagnostic, lines: &LineIndex<'_>) -> Finding<'a> {
    Finding {
        code: found.code().id(),
        name: found.code().name(),
        severity: found.severity().as_str(),
        message: found.message(),
        pointer: found.pointer(),
        start: found.span().start(),
        end: found.span().end(),
        line: found.location().line,
        column: found.location().column,
        help: found.help_text(),
        labels: found.labels().iter().map(|label| place(label, lines)).collect(),
        fixes: found.fixes().iter().map(change).collect(),
    }
}

fn place<'a>(label: &'a Label, lines: &LineIndex<'_>) -> Place<'a> {
    let at = lines.location(label.span().start());
    Place {
        message: label.message(),
        start: label.span().start(),
        end: label.span().end(),
        line: at.line,
        column: at.column,
    }
}

fn change(fix: &Fix) -> Change<'_> {
    Change { applicability: fix.applicability().as_str(), edits: fix.edits().iter().map(splice).collect() }
}

fn splice(edit: &Edit) -> Splice<'_> {
    let text = match edit.replacement() {
        Replacement::Text(text) => Some(text.as_str()),
        _ => None,
    };
    let new_token = matches!(edit.replacement(), Replacement::NewToken);
    Splice { start: edit.span().start(), end: edit.span().end(), text, new_token }
}
