//! Findings as JSON: one object per file, on one line.

use std::io::Write as _;
use std::path::Path;

use influxdb3_offline_tokens::Report;
use serde_json::{Map, Value, json};

use crate::terminal::{Output, Result, given_path};
use crate::validate::Findings;

pub(crate) fn write(findings: &Findings<'_>, output: &mut Output) -> Result<()> {
    let fixed = findings.fixed.iter().map(|fix| {
        json!({
            "code": fix.code.id(),
            "name": fix.code.name(),
            "message": fix.message,
            "new_secret": fix.has_new_token,
            "line": fix.location.map(|at| at.line),
            "column": fix.location.map(|at| at.column),
        })
    });
    let mut line = Map::new();
    line.insert("file".into(), given_path(findings.path).into());
    line.insert("fixed".into(), fixed.collect());
    if findings.fails_to_load {
        line.insert("loads".into(), false.into());
    }
    if let Value::Object(report) = serde_json::to_value::<&Report>(&findings.checked.report)? {
        line.extend(report);
    }
    output.line(Value::Object(line))
}

/// Writes a file that could not be read or written.
pub(crate) fn write_failure(path: &Path, message: &str, output: &mut Output) -> Result<()> {
    Ok(writeln!(output, "{}", json!({"file": given_path(path), "error": message}))?)
}
