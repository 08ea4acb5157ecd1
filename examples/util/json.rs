//! Findings as JSON: one object a file, on one line.

use std::io::{self, Write};
use std::path::Path;

use influxdb3_offline_tokens::Report;
use serde::Serialize;

use super::mended::AppliedFix;
use super::{Checked, given_path};

#[derive(Serialize)]
struct FileLine<'a> {
    file: String,
    mended: Vec<FixedText<'a>>,
    // Only where it is not what `valid` says.
    #[serde(skip_serializing_if = "Option::is_none")]
    loads: Option<bool>,
    #[serde(flatten)]
    report: &'a Report,
}

#[derive(Serialize)]
struct FixedText<'a> {
    code: &'static str,
    name: &'static str,
    message: &'a str,
    new_secret: bool,
    line: Option<usize>,
    column: Option<usize>,
}

impl<'a> FixedText<'a> {
    fn of(mended: &'a AppliedFix) -> Self {
        Self {
            code: mended.code.id(),
            name: mended.code.name(),
            message: &mended.message,
            new_secret: mended.has_new_secret,
            line: mended.place.map(|place| place.line),
            column: mended.place.map(|place| place.column),
        }
    }
}

#[derive(Serialize)]
struct FailureLine<'a> {
    file: String,
    error: &'a str,
}

pub(crate) fn write(file: &Checked<'_>, output: &mut impl Write) -> io::Result<()> {
    let line = FileLine {
        file: given_path(file.path),
        mended: file.mended.iter().map(FixedText::of).collect(),
        loads: file.fails_to_load.then_some(false),
        report: file.report,
    };
    serde_json::to_writer(&mut *output, &line)?;
    writeln!(output)
}

/// A file that could not be read or written.
pub(crate) fn write_failure(path: &Path, message: &str, output: &mut impl Write) -> io::Result<()> {
    serde_json::to_writer(&mut *output, &FailureLine { file: given_path(path), error: message })?;
    writeln!(output)
}
