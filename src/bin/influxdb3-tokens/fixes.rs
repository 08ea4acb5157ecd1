//! Applied fixes, and the diff of proposed ones.

use std::io::Write as _;

use influxdb3_offline_tokens::diagnostic::Fix;
use influxdb3_offline_tokens::span::Location;
use influxdb3_offline_tokens::{AdminTokenFile, Code, Diagnostic, TokenFile, redact};
use similar::{ChangeTag, TextDiff};

use crate::terminal::{Context as _, Output, Result, printable, without_commands};

/// An applied fix.
pub(crate) struct Fixed {
    pub(crate) code: Code,
    /// The location before any fix; `None` for a fix of the file on disk.
    pub(crate) location: Option<Location>,
    /// The message of the finding and the effect of the fix.
    pub(crate) message: String,
    /// Whether the fix replaced a token.
    pub(crate) has_new_token: bool,
}

/// Describes the findings that were fixed in a file, whose bytes are now `after`.
pub(crate) fn describe(applied: &[Diagnostic], after: &[u8]) -> Vec<Fixed> {
    let describe = |finding: &Diagnostic| {
        let has_new_token = finding.fix().is_some_and(Fix::has_new_token);
        let name = if has_new_token { token_name(finding.pointer(), after) } else { None };
        let message = match (name, finding.fix().and_then(Fix::effect)) {
            (Some(name), _) => format!("{}; replaces the token of `{}`", finding.message(), printable(&name)),
            (None, Some(effect)) => format!("{}; {effect}", finding.message()),
            (None, None) => finding.message().to_owned(),
        };
        let location = (finding.code() != Code::ReadableByOthers).then(|| finding.location());
        Fixed { code: finding.code(), location, message, has_new_token }
    };
    applied.iter().map(describe).collect()
}

/// Returns the name of the token at a pointer, if the file loads.
fn token_name(pointer: &str, bytes: &[u8]) -> Option<String> {
    if pointer == "/token" {
        return AdminTokenFile::parse(bytes).ok().map(|file| file.name().to_owned());
    }
    let index: usize = pointer.strip_prefix("/tokens/")?.strip_suffix("/token")?.parse().ok()?;
    Some(TokenFile::parse(bytes).ok()?.tokens().get(index)?.name().to_string())
}

/// Writes a redacted unified diff. The original texts are compared: a difference only in redaction is not a change.
pub(crate) fn write_diff(path: &str, before: &[u8], after: &[u8], output: &mut Output) -> Result<()> {
    if before == after {
        return Ok(());
    }
    let [shown_before, shown_after] =
        [before, after].map(|bytes| without_commands(&redact(bytes)).into_owned());
    let (before, after) = (String::from_utf8_lossy(before), String::from_utf8_lossy(after));
    // Not `from_lines`, which also splits at a lone carriage return.
    let [before, after, old, new]: [Vec<&str>; 4] =
        [&*before, &*after, &*shown_before, &*shown_after].map(|text| text.split_inclusive('\n').collect());
    let diff = TextDiff::from_slices(&before, &after);
    let mut write = || -> std::io::Result<()> {
        writeln!(output, "--- {path}\n+++ {path}")?;
        for hunk in diff.unified_diff().iter_hunks() {
            writeln!(output, "{}", hunk.header())?;
            for change in hunk.iter_changes() {
                let (sign, line) = match change.tag() {
                    ChangeTag::Delete => ('-', change.old_index().and_then(|index| old.get(index))),
                    ChangeTag::Insert => ('+', change.new_index().and_then(|index| new.get(index))),
                    ChangeTag::Equal => (' ', change.new_index().and_then(|index| new.get(index))),
                };
                writeln!(
                    output,
                    "{sign}{}",
                    line.copied().unwrap_or_default().trim_end_matches(['\r', '\n'])
                )?;
            }
        }
        Ok(())
    };
    write().context("cannot write to standard output")
}
