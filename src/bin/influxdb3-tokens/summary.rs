//! The summary that `validate` prints last.

use std::fmt;

use influxdb3_offline_tokens::diagnostic::{Applicability, Fix};
use influxdb3_offline_tokens::{Code, Diagnostic, Severity, Validator};

use crate::terminal::count;
use crate::validate::Findings;

/// The counts of all files.
#[derive(Default)]
pub(crate) struct Summary {
    files: usize,
    failures: usize,
    severities: [usize; 3],
    safe: usize,
    unsafe_: usize,
    fixed: usize,
    unloadable: usize,
}

impl Summary {
    /// Counts the findings of a file, including omitted ones.
    pub(crate) fn add(&mut self, findings: &Findings<'_>, validator: &Validator) {
        let report = &findings.checked.report;
        self.files += 1;
        self.fixed += findings.fixed.len();
        self.unloadable += usize::from(findings.fails_to_load);
        let severities = [Severity::Error, Severity::Warning, Severity::Note];
        for (total, severity) in self.severities.iter_mut().zip(severities) {
            *total += report.count(severity);
        }
        let unlimited;
        let report = if report.omitted() > 0 {
            unlimited = validator.clone().max_diagnostics(usize::MAX).check(&findings.checked.bytes);
            &unlimited
        } else {
            report
        };
        for diagnostic in report {
            match applicability(diagnostic) {
                Some(Applicability::Safe) => self.safe += 1,
                Some(_) => self.unsafe_ += 1,
                None => {}
            }
        }
    }

    /// Counts a file that could not be read or written.
    pub(crate) const fn add_failure(&mut self) {
        self.failures += 1;
    }
}

/// Returns the applicability of the fix of a finding, including that of the mode.
fn applicability(diagnostic: &Diagnostic) -> Option<Applicability> {
    let mode = (diagnostic.code() == Code::ReadableByOthers).then_some(Applicability::Unsafe);
    diagnostic.fix().map(Fix::applicability).or(mode)
}

impl fmt::Display for Summary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} checked", count(self.files, "file"))?;
        if self.failures > 0 {
            write!(f, ", {} not read or written", count(self.failures, "file"))?;
        }
        let labels = ["error", "warning", "note"];
        let counts = self.severities.iter().zip(labels).filter(|(number, _)| **number > 0);
        let counts: Vec<String> = counts.map(|(number, label)| count(*number, label)).collect();
        match counts.is_empty() {
            true if self.files > 0 => write!(f, ": no findings")?,
            true => {}
            false => write!(f, ": {}", counts.join(", "))?,
        }
        match self.fixed {
            0 => {}
            1 => write!(f, "; 1 fix applied")?,
            fixed => write!(f, "; {fixed} fixes applied")?,
        }
        if self.unloadable > 0 {
            let verb = if self.unloadable == 1 { "does" } else { "do" };
            write!(f, "; {} {verb} not load", count(self.unloadable, "file"))?;
        }
        match (self.safe, self.unsafe_) {
            (0, 0) => Ok(()),
            (0, more) => write!(f, "\n{more} fixable with --fix-all"),
            (safe, 0) => write!(f, "\n[*] {safe} fixable with --fix"),
            (safe, more) => write!(f, "\n[*] {safe} fixable with --fix, {more} more with --fix-all"),
        }
    }
}
