//! Laws of reports: spans and fixes are valid, escapes change no finding, and a file loads if and only if it has no error.

use std::cmp::Reverse;

use influxdb3_offline_tokens::diagnostic::{Fix, TextEdit};
use influxdb3_offline_tokens::span::Span;
use influxdb3_offline_tokens::{
    Code, Diagnostic, InvalidFile, Release, Report, Severity, TokenFile, Validator,
};
use serde_json::Value;

use super::{Law, ensure};
use crate::util;

fn validator() -> Validator {
    Validator::new(util::now())
}

/// All laws of reports, with several validator options.
pub fn all(bytes: &[u8]) -> Law {
    let report = all_with(bytes, &validator(), 2)?;
    is_consistent(bytes, &validator().release(Release::new(3, 9, 0)).deny_warnings().check(bytes))?;
    matches_parse(&report, &TokenFile::parse(bytes))
}

/// All laws that hold for any validator, and with any limit of findings.
pub fn all_with(bytes: &[u8], validator: &Validator, limit: usize) -> Result<Report, String> {
    let report = validator.check(bytes);
    is_consistent(bytes, &report)?;
    let full = validator.clone().max_diagnostics(usize::MAX).check(bytes);
    ensure!(report.omitted() > 0 || report == full, "not deterministic");
    keeps_the_most_severe(&full, &validator.clone().max_diagnostics(limit).check(bytes), limit)?;
    ignores_escapes(bytes, validator, &report)?;
    Ok(report)
}

pub(super) fn has_valid_span(bytes: &[u8], span: Span, what: &str) -> Law {
    let is_inside = span.start() <= span.end() && span.end() <= bytes.len();
    ensure!(is_inside, "{what} {span:?} of {} bytes", bytes.len());
    let is_continuation = |at: usize| bytes.get(at).is_some_and(|byte| byte & 0xC0 == 0x80);
    let is_whole = !is_continuation(span.start()) && !is_continuation(span.end());
    ensure!(is_whole || std::str::from_utf8(bytes).is_err(), "{what} {span:?} splits a character");
    Ok(())
}

/// Codes with a pointer to where the value belongs, not to where it is.
const MISPLACED: [Code; 6] = [
    Code::MisspeltMember,
    Code::HttpRequestBody,
    Code::ArrayAtTop,
    Code::DuplicateMember,
    Code::WrongType,
    Code::PermissionsNotAList,
];

pub(super) fn is_consistent(bytes: &[u8], report: &Report) -> Law {
    let order: Vec<_> = report.iter().map(|found| (found.span(), found.code())).collect();
    ensure!(order.is_sorted(), "not in source order: {order:?}");
    let is_misplaced = |found: &Diagnostic| MISPLACED.contains(&found.code());
    let has_misplaced = report.iter().any(is_misplaced) || report.omitted() > 0;
    let is_text = std::str::from_utf8(bytes).is_ok();
    let json = serde_json::from_slice::<Value>(bytes).ok().filter(|_| !has_misplaced);
    for found in report {
        let code = found.code();
        has_valid_span(bytes, found.span(), code.name())?;
        for label in found.labels() {
            has_valid_span(bytes, label.span(), "a label")?;
        }
        if let Some(fix) = found.fix() {
            let mut spans: Vec<_> = fix.edits().iter().map(TextEdit::span).collect();
            for span in &spans {
                has_valid_span(bytes, *span, "an edit")?;
            }
            spans.sort();
            ensure!(spans.windows(2).all(|pair| pair[0].end() <= pair[1].start()), "{code}: edits overlap");
            ensure!(!spans.is_empty(), "{code}: a fix has no edit");
        }
        let labels = found.labels().iter().map(|label| (label.span(), label.location()));
        for (span, location) in labels.chain([(found.span(), found.location())]).filter(|_| is_text) {
            let before = String::from_utf8_lossy(&bytes[..span.start()]);
            let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
            let line = before.matches('\n').count() + 1;
            let location = (location.line, location.column);
            ensure!(location == (line, column), "{code}: {location:?} instead of {line}:{column}");
        }
        let message = found.message();
        ensure!(!message.is_empty() && !message.ends_with('.'), "{code}: {message:?}");
        ensure!(!message.contains(char::is_control), "{code}: {message:?}");
        if let Some(json) = &json {
            // A token at the top level has the pointer of an entry of `tokens`.
            let at_top = found.pointer().strip_prefix("/tokens/0").filter(|_| json.get("tokens").is_none());
            // Pointers redact the names of members that may be secrets.
            let resolves =
                json.pointer(at_top.unwrap_or(found.pointer())).is_some() || found.pointer().contains("***");
            ensure!(resolves, "{code}: the pointer {} does not resolve", found.pointer());
        }
    }
    Ok(())
}

/// A report with a limit keeps the most severe findings and counts all.
fn keeps_the_most_severe(all: &Report, some: &Report, keep: usize) -> Law {
    let (all_kept, some_kept) = (all.iter().count(), some.iter().count());
    ensure!(some_kept == keep.min(all_kept), "{some_kept} of {all_kept} findings with a limit of {keep}");
    for severity in [Severity::Note, Severity::Warning, Severity::Error] {
        ensure!(some.count(severity) == all.count(severity), "the limit changes the count of {severity}");
    }
    ensure!(some.omitted() == all_kept - some_kept, "{} omitted", some.omitted());
    let mut worst: Vec<_> = all.iter().collect();
    worst.sort_by_key(|found| Reverse(found.severity()));
    worst.truncate(keep);
    worst.sort_by_key(|found| (found.span(), found.code()));
    ensure!(some.iter().eq(worst), "not the worst findings");
    Ok(())
}

fn matches_parse(report: &Report, file: &Result<TokenFile, InvalidFile>) -> Law {
    match file {
        Ok(_) => ensure!(report.is_valid(), "parses, but the report has errors:\n{report}"),
        Err(error) => {
            ensure!(!report.is_valid(), "does not parse, but the report has no error:\n{error}");
            let errors = |report: &Report| -> Vec<_> {
                let errors = report.iter().filter(|found| found.severity() == Severity::Error);
                errors.map(|found| (found.code(), found.span(), found.pointer().to_owned())).collect()
            };
            ensure!(
                errors(error.report()) == errors(report),
                "parsing reports other errors:\n{error}\n{report}"
            );
        }
    }
    Ok(())
}

/// Escapes the key of every `name`, and returns the offsets after those keys, which are five bytes longer.
fn escape_names(text: &str) -> (String, Vec<usize>) {
    let (plain, escaped) = ("\"name\"", "\"\\u006eame\"");
    let (mut out, mut ends, mut rest) = (String::new(), Vec::new(), text);
    while let Some((before, after)) = rest.split_once(plain) {
        out += before;
        if before.ends_with('\\') {
            out += plain;
        } else {
            out += escaped;
            ends.push(out.len() - 1);
        }
        rest = after;
    }
    (out + rest, ends)
}

/// Escapes change only the spans.
fn ignores_escapes(bytes: &[u8], validator: &Validator, short: &Report) -> Law {
    let Ok(text) = std::str::from_utf8(bytes) else { return Ok(()) };
    if short.iter().any(|found| found.code() == Code::JsonSyntax) {
        // In invalid JSON, a `name` is not always a key.
        return Ok(());
    }
    let (long, ends) = escape_names(text);
    if ends.is_empty() {
        return Ok(());
    }
    let unescaped = |at: usize| at - 5 * ends.iter().filter(|end| **end <= at).count();
    let format = |found: &Diagnostic, offset: &dyn Fn(usize) -> usize| -> String {
        let span = |span: Span| offset(span.start())..offset(span.end());
        let labels: Vec<_> =
            found.labels().iter().map(|label| (span(label.span()), label.message())).collect();
        let edits = found.fix().into_iter().flat_map(Fix::edits);
        let edits: Vec<_> = edits.map(|edit| (span(edit.span()), edit.text())).collect();
        let mut range = span(found.span());
        if found.code() == Code::JsonSyntax {
            // The span of a bare word ends at an escape.
            range.end = range.start;
        }
        format!(
            "{:?} {range:?} {} {} {} {:?} {labels:?} {edits:?}",
            found.severity(),
            found.code(),
            found.pointer(),
            found.message(),
            found.help()
        )
    };
    let long_report = validator.check(long.as_bytes());
    let all = |report: &Report, offset: &dyn Fn(usize) -> usize| -> Vec<String> {
        report.iter().map(|found| format(found, offset)).collect()
    };
    let (short, long_report) = (all(short, &|at| at), all(&long_report, &unescaped));
    ensure!(short == long_report, "without escapes {short:#?}, with escapes {long_report:#?}");
    let values = |text: &str| TokenFile::parse(text.as_bytes()).ok().map(|file| file.to_json().into_vec());
    ensure!(values(text) == values(&long), "escapes change the parsed file");
    Ok(())
}
