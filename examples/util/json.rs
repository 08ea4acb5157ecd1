//! Findings as JSON: one object a file, on one line.

use std::io::{self, Write};

use influxdb3_offline_tokens::Report;
use serde::Serialize;

use super::{Checked, given_path};

#[derive(Serialize)]
struct FileLine<'a> {
    file: String,
    #[serde(flatten)]
    report: &'a Report,
}

pub(crate) fn write(file: &Checked<'_>, output: &mut impl Write) -> io::Result<()> {
    let line = FileLine { file: given_path(file.path), report: file.report };
    serde_json::to_writer(&mut *output, &line)?;
    writeln!(output)
}
