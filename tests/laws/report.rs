//! Any bytes have a report, its places are in the text, and a file loads exactly when it has no error.

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

/// All laws of a report, for several settings of the check. No text is checked twice in the same way, but to see that its
/// report is the same.
pub fn all(bytes: &[u8]) -> Law {
    let report = validator().check(bytes);
    laws_of_report(bytes, &report)?;
    laws_of_report(bytes, &validator().release(Release::new(3, 9, 0)).deny_warnings().check(bytes))?;
    let whole = validator().max_diagnostics(usize::MAX).check(bytes);
    ensure!(report.omitted() > 0 || report == whole, "not deterministic");
    kept_of(&whole, &validator().max_diagnostics(2).check(bytes), 2)?;
    let file = TokenFile::parse(bytes);
    loads(&report, &file)?;
    escaped_is_equal(bytes, &validator(), &report, file.ok().as_ref())
}

fn is_in(text: Option<&str>, length: usize, start: usize, end: usize, what: &str) -> Law {
    ensure!(start <= end && end <= length, "{what} {start}..{end} is outside of {length} bytes");
    if let Some(text) = text {
        let whole = text.is_char_boundary(start) && text.is_char_boundary(end);
        ensure!(whole, "{what} {start}..{end} cuts a character");
    }
    Ok(())
}

/// Where a value stands under another name or in another shape than it should, its pointer says where it belongs.
const ELSEWHERE: [Code; 6] = [
    Code::MisspeltMember,
    Code::HttpRequestBody,
    Code::ArrayAtTop,
    Code::DuplicateMember,
    Code::WrongType,
    Code::PermissionsNotAList,
];

pub fn keeps_its_laws(bytes: &[u8], validator: &Validator) -> Law {
    let report = validator.check(bytes);
    ensure!(report == validator.check(bytes), "not deterministic");
    laws_of_report(bytes, &report)
}

fn laws_of_report(bytes: &[u8], report: &Report) -> Law {
    let text = std::str::from_utf8(bytes).ok();
    let places: Vec<_> = report.iter().map(|found| (found.span(), found.code())).collect();
    ensure!(places.is_sorted(), "not in order: {places:?}");
    let is_elsewhere = |found: &Diagnostic| ELSEWHERE.contains(&found.code());
    let elsewhere = report.iter().any(is_elsewhere) || report.omitted() > 0;
    let json = serde_json::from_slice::<Value>(bytes).ok().filter(|_| !elsewhere);
    for found in report {
        let code = found.code();
        is_in(text, bytes.len(), found.span().start(), found.span().end(), code.name())?;
        for label in found.labels() {
            is_in(text, bytes.len(), label.span().start(), label.span().end(), "a label")?;
        }
        for fix in found.fixes() {
            let mut spans: Vec<_> = fix.edits().iter().map(TextEdit::span).collect();
            for span in &spans {
                is_in(text, bytes.len(), span.start(), span.end(), "an edit")?;
            }
            spans.sort();
            ensure!(spans.windows(2).all(|pair| pair[0].end() <= pair[1].start()), "{code}: edits overlap");
            ensure!(!spans.is_empty(), "{code}: a fix without an edit");
        }
        let labels = found.labels().iter().map(|label| (label.span(), label.location()));
        for (span, location) in labels.chain([(found.span(), found.location())]).filter(|_| text.is_some()) {
            let before = String::from_utf8_lossy(&bytes[..span.start()]);
            let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
            let line = before.matches('\n').count() + 1;
            let location = (location.line, location.column);
            ensure!(location == (line, column), "{code}: {location:?} is {line}:{column}");
        }
        let message = found.message();
        ensure!(!message.is_empty() && !message.ends_with('.'), "{code}: {message:?}");
        ensure!(!message.contains(char::is_control), "{code}: {message:?}");
        if let Some(json) = &json {
            // A token at the top belongs into `tokens`.
            let at_top = found.pointer().strip_prefix("/tokens/0").filter(|_| json.get("tokens").is_none());
            // The name of a member that may be a secret is not told.
            let resolves =
                json.pointer(at_top.unwrap_or(found.pointer())).is_some() || found.pointer().contains("***");
            ensure!(resolves, "{code}: nothing at {}", found.pointer());
        }
    }
    Ok(())
}

/// A report that keeps fewer findings counts all.
pub fn keeps_so_many(bytes: &[u8], validator: &Validator, keep: usize) -> Law {
    let all = validator.clone().max_diagnostics(usize::MAX).check(bytes);
    kept_of(&all, &validator.clone().max_diagnostics(keep).check(bytes), keep)
}

fn kept_of(all: &Report, some: &Report, keep: usize) -> Law {
    let (all_kept, some_kept) = (all.iter().count(), some.iter().count());
    ensure!(some_kept == keep.min(all_kept), "{some_kept} of {all_kept} are kept");
    for severity in [Severity::Note, Severity::Warning, Severity::Error] {
        ensure!(some.count(severity) == all.count(severity), "other counts of {severity}");
    }
    ensure!(some.omitted() == all_kept - some_kept, "{} omitted", some.omitted());
    let mut worst: Vec<_> = all.iter().collect();
    worst.sort_by_key(|found| Reverse(found.severity()));
    worst.truncate(keep);
    worst.sort_by_key(|found| (found.span(), found.code()));
    ensure!(some.iter().eq(worst), "others are kept than the worst");
    Ok(())
}

pub fn loads_exactly_when_valid(bytes: &[u8]) -> Law {
    loads(&validator().check(bytes), &TokenFile::parse(bytes))
}

fn loads(report: &Report, file: &Result<TokenFile, InvalidFile>) -> Law {
    match file {
        Ok(_) => ensure!(report.is_valid(), "loads, and the report has errors:\n{report}"),
        Err(error) => {
            ensure!(!report.is_valid(), "does not load, and the report has no error:\n{error}");
            let errors = |report: &Report| -> Vec<_> {
                let errors = report.iter().filter(|found| found.severity() == Severity::Error);
                errors.map(|found| (found.code(), found.span(), found.pointer().to_owned())).collect()
            };
            ensure!(errors(error.report()) == errors(report), "other errors:\n{error}\n{report}");
        }
    }
    Ok(())
}

/// Returns the file with an escape in the key of every `name`, and the offsets behind those keys, which are five bytes longer.
fn with_escapes(text: &str) -> (String, Vec<usize>) {
    let (plain, escaped) = ("\"name\"", "\"\\u006eame\"");
    let (mut out, mut ends, mut rest) = (String::new(), Vec::new(), text);
    while let Some((before, behind)) = rest.split_once(plain) {
        out += before;
        if before.ends_with('\\') {
            out += plain;
        } else {
            out += escaped;
            ends.push(out.len() - 1);
        }
        rest = behind;
    }
    (out + rest, ends)
}

/// Escapes change nothing but the spans.
pub fn escapes_change_nothing(bytes: &[u8], validator: &Validator) -> Law {
    escaped_is_equal(bytes, validator, &validator.check(bytes), TokenFile::parse(bytes).ok().as_ref())
}

fn escaped_is_equal(bytes: &[u8], validator: &Validator, short: &Report, file: Option<&TokenFile>) -> Law {
    let Ok(text) = std::str::from_utf8(bytes) else { return Ok(()) };
    if short.iter().any(|found| found.code() == Code::JsonSyntax) {
        // In broken text, a key may be no key.
        return Ok(());
    }
    let (long, ends) = with_escapes(text);
    if ends.is_empty() {
        // Nothing is written in another way.
        return Ok(());
    }
    let place = |at: usize| at - 5 * ends.iter().filter(|end| **end <= at).count();
    let said = |found: &Diagnostic, place: &dyn Fn(usize) -> usize| -> String {
        let span = |span: Span| place(span.start())..place(span.end());
        let labels: Vec<_> =
            found.labels().iter().map(|label| (span(label.span()), label.message())).collect();
        let edits = found.fixes().iter().flat_map(Fix::edits);
        let edits: Vec<_> = edits.map(|edit| (span(edit.span()), edit.text())).collect();
        let mut under = span(found.span());
        if found.code() == Code::JsonSyntax {
            // A word outside of strings, which an escape in it cuts.
            under.end = under.start;
        }
        format!(
            "{:?} {under:?} {} {} {} {:?} {labels:?} {edits:?}",
            found.severity(),
            found.code(),
            found.pointer(),
            found.message(),
            found.help()
        )
    };
    let long_report = validator.check(long.as_bytes());
    let all = |report: &Report, place: &dyn Fn(usize) -> usize| -> Vec<String> {
        report.iter().map(|found| said(found, place)).collect()
    };
    let (short, long_report) = (all(short, &|at| at), all(&long_report, &place));
    ensure!(short == long_report, "plain {short:#?}, with escapes {long_report:#?}");
    let other = TokenFile::parse(long.as_bytes()).ok();
    let values = |file: Option<&TokenFile>| file.map(|file| file.to_json().into_vec());
    ensure!(values(file) == values(other.as_ref()), "another file is loaded");
    Ok(())
}
