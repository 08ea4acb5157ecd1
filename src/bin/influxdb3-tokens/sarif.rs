//! Findings as a SARIF 2.1.0 log, for code scanning services.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::io::Write as _;
use std::path::Path;

use influxdb3_offline_tokens::diagnostic::{Fix, TextEdit};
use influxdb3_offline_tokens::span::{LineIndex, Span};
use influxdb3_offline_tokens::{Code, Diagnostic, Severity};
use serde_json::{Value, json};

use crate::input::is_stdin;
use crate::terminal::{Context as _, Output, Result, given_path};
use crate::validate::{FAILS_TO_LOAD, Findings};

/// The log of all files.
#[derive(Default)]
pub(crate) struct Log {
    codes: BTreeSet<Code>,
    results: Vec<(Code, Value)>,
    failures: Vec<Value>,
    notes: Vec<Value>,
    omitted: usize,
}

impl Log {
    pub(crate) fn add(&mut self, findings: &Findings<'_>) {
        let report = &findings.checked.report;
        self.omitted += report.omitted();
        for fix in &findings.fixed {
            let mut place = json!({"artifactLocation": artifact(findings.path)});
            if let (Some(at), Some(members)) = (fix.location, place.as_object_mut()) {
                members.insert("region".to_owned(), json!({"startLine": at.line, "startColumn": at.column}));
            }
            self.note(&format!("fixed {} {}: {}", fix.code.id(), fix.code.name(), fix.message), &place);
        }
        if findings.fails_to_load {
            self.note(FAILS_TO_LOAD, &json!({"artifactLocation": artifact(findings.path)}));
        }
        if report.is_empty() {
            return;
        }
        let (lines, artifact) = (LineIndex::new(&findings.checked.bytes), artifact(findings.path));
        for found in report {
            self.codes.insert(found.code());
            self.results.push((found.code(), result(found, &artifact, &lines)));
        }
    }

    fn note(&mut self, message: &str, place: &Value) {
        self.notes.push(notification("note", message, place));
    }

    /// Adds a file that could not be read or written.
    pub(crate) fn add_failure(&mut self, path: &Path, message: &str) {
        let place = json!({"artifactLocation": artifact(path)});
        self.failures.push(notification("error", message, &place));
    }

    pub(crate) fn write(self, output: &mut Output) -> Result<()> {
        let codes: Vec<Code> = self.codes.into_iter().collect();
        let results = self.results.into_iter().map(|(code, mut result)| {
            if let (Ok(index), Some(members)) = (codes.binary_search(&code), result.as_object_mut()) {
                members.insert("ruleIndex".to_owned(), json!(index));
            }
            result
        });
        let is_complete = self.failures.is_empty();
        let notifications = [self.failures, self.notes].concat();
        let run = json!({
            "tool": {"driver": {
                "name": env!("CARGO_PKG_NAME"),
                "version": env!("CARGO_PKG_VERSION"),
                "semanticVersion": env!("CARGO_PKG_VERSION"),
                "rules": codes.iter().map(|&code| rule(code)).collect::<Vec<_>>(),
            }},
            "columnKind": "unicodeCodePoints",
            "invocations": [{
                "executionSuccessful": is_complete,
                "toolExecutionNotifications": notifications,
            }],
            "results": results.collect::<Vec<_>>(),
            "properties": {"omitted": self.omitted},
        });
        let log = json!({
            "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
            "version": "2.1.0",
            "runs": [run],
        });
        serde_json::to_writer_pretty(&mut *output, &log)?;
        writeln!(output).context("cannot write to standard output")
    }
}

fn notification(level: &str, message: &str, place: &Value) -> Value {
    json!({"level": level, "message": {"text": message}, "locations": [{"physicalLocation": place}]})
}

fn level(severity: Severity) -> &'static str {
    // SARIF uses the same names.
    severity.as_str()
}

fn rule(code: Code) -> Value {
    json!({
        "id": code.id(),
        "name": code.name(),
        "shortDescription": {"text": code.summary()},
        "help": {"text": code.explanation(), "markdown": code.explanation()},
        "defaultConfiguration": {"level": level(code.severity())},
    })
}

fn result(found: &Diagnostic, artifact: &Value, lines: &LineIndex<'_>) -> Value {
    let place = |span| json!({"artifactLocation": artifact, "region": region(span, lines)});
    let message = match found.help() {
        Some(help) => format!("{}\nhelp: {help}", found.message()),
        None => found.message().to_owned(),
    };
    let pointer = Some(found.pointer()).filter(|pointer| !pointer.is_empty());
    let logical = pointer.map(|pointer| json!({"fullyQualifiedName": pointer}));
    let related = found.labels().iter().enumerate().map(|(id, label)| {
        json!({"id": id, "physicalLocation": place(label.span()), "message": {"text": label.message()}})
    });
    let fix = found.fix().and_then(|fix| change(fix, artifact, lines));
    json!({
        "ruleId": found.code().id(),
        "level": level(found.severity()),
        "message": {"text": message},
        "locations": [{
            "physicalLocation": place(found.span()),
            "logicalLocations": logical.into_iter().collect::<Vec<_>>(),
        }],
        "relatedLocations": related.collect::<Vec<_>>(),
        "fixes": fix.as_slice(),
    })
}

fn region(span: Span, lines: &LineIndex<'_>) -> Value {
    let (start, end) = (lines.location(span.start()), lines.location(span.end()));
    json!({
        "startLine": start.line,
        "startColumn": start.column,
        "endLine": end.line,
        "endColumn": end.column,
        "byteOffset": span.start(),
        "byteLength": span.len(),
    })
}

/// Returns a fix; `None` if it generates a token, which a log cannot contain.
fn change(fix: &Fix, artifact: &Value, lines: &LineIndex<'_>) -> Option<Value> {
    let replacement = |edit: &TextEdit| {
        let text = edit.text()?;
        Some(json!({"deletedRegion": region(edit.span(), lines), "insertedContent": {"text": text}}))
    };
    let replacements = fix.edits().iter().map(replacement).collect::<Option<Vec<_>>>()?;
    let effect = fix.effect().map(|effect| format!("; {effect}")).unwrap_or_default();
    Some(json!({
        "description": {"text": format!("applicability: {}{effect}", fix.applicability())},
        "artifactChanges": [{"artifactLocation": artifact, "replacements": replacements}],
    }))
}

fn artifact(path: &Path) -> Value {
    if is_stdin(path) {
        return json!({"uri": "stdin", "description": {"text": "standard input"}});
    }
    let mut uri = String::from(if path.is_absolute() { "file://" } else { "" });
    let shown = given_path(path);
    // Bytes that are not UTF-8 are kept.
    let is_masked = shown != path.display().to_string();
    let bytes = if is_masked { shown.as_bytes() } else { path.as_os_str().as_encoded_bytes() };
    for &byte in bytes {
        if byte.is_ascii_alphanumeric() || b"/-._~".contains(&byte) {
            uri.push(char::from(byte));
        } else {
            // Writing to a string does not fail.
            let _ = write!(uri, "%{byte:02X}");
        }
    }
    json!({"uri": uri})
}
