//! What the example `validate` counts for its last line.

use std::io::{self, Write};

use influxdb3_offline_tokens::diagnostic::{Applicability, Fix};
use influxdb3_offline_tokens::{Code, Severity};

use super::{Checked, count};

#[derive(Default)]
pub(crate) struct Totals {
    pub(crate) checked: usize,
    pub(crate) failed: usize,
    found: [usize; 3],
    safe: usize,
    ask: usize,
    fixed: usize,
    unsound: usize,
    /// A file was mended, and a power cut may undo it.
    pub(crate) unsure: bool,
    /// A file was mended.
    pub(crate) changed: bool,
}

impl Totals {
    pub(crate) fn add(&mut self, file: &Checked<'_>) {
        self.checked += 1;
        for (total, severity) in
            self.found.iter_mut().zip([Severity::Error, Severity::Warning, Severity::Note])
        {
            *total += file.report.count(severity);
        }
        for found in file.report {
            // The mode is no fix of the text.
            let mode = (found.code() == Code::ReadableByOthers).then_some(Applicability::Unsafe);
            let first = found.fixes().iter().map(Fix::applicability).min().or(mode);
            self.safe += usize::from(first == Some(Applicability::Safe));
            self.ask += usize::from(first == Some(Applicability::Unsafe));
        }
        self.fixed += file.mended.len();
        self.unsound += usize::from(file.fails_to_load);
    }

    pub(crate) fn write(&self, output: &mut impl Write) -> io::Result<()> {
        let [errors, warnings, notes] = self.found;
        write!(output, "{} checked", count(self.checked, "file"))?;
        if errors + warnings + notes > 0 {
            let [errors, warnings, notes] =
                [(errors, "error"), (warnings, "warning"), (notes, "note")].map(|(n, what)| count(n, what));
            write!(output, ": {errors}, {warnings}, {notes}")?;
        } else if self.checked > 0 {
            write!(output, ": nothing found")?;
        }
        if self.fixed > 0 {
            let fixes = if self.fixed == 1 { "fix" } else { "fixes" };
            write!(output, "; {} {fixes} applied", self.fixed)?;
        }
        match (self.safe, self.ask) {
            (0, 0) => {}
            (0, ask) => write!(output, "; {ask} can be mended by --fix-all")?,
            (safe, 0) => write!(output, "; {safe} can be mended by --fix")?,
            (safe, ask) => write!(output, "; {safe} can be mended by --fix, {ask} more by --fix-all")?,
        }
        match self.unsound {
            0 => {}
            1 => write!(output, "; 1 file does not load: its errors were allowed or made less")?,
            more => write!(output, "; {more} files do not load: their errors were allowed or made less")?,
        }
        if self.failed > 0 {
            write!(output, "; {} not read or written", count(self.failed, "file"))?;
        }
        writeln!(output)
    }
}
