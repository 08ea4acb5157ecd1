//! Laws of fixes: they add no error and change only the reported bytes, and safe fixes keep rights and tokens.

use std::collections::BTreeMap;

use influxdb3_offline_tokens::diagnostic::{Applicability, Fix, TextEdit};
use influxdb3_offline_tokens::fix::FixedText;
use influxdb3_offline_tokens::{Code, Diagnostic, Report, Rights, Severity, TokenFile, Validator};

use super::{Law, ensure};

/// A placeholder for generated tokens that occurs in no input.
const NEW_TOKEN: &str =
    "apiv3_nEwT0kEn4Jx9Qm2VbZs6Wd1Hc8Lf5Yk3Gp7Ra0Tu-Ei2On_Xs4Mv6Bz8Ql1Wj3Fh5Dy7Kc9Pg0Ut2Ae4Ro6IqSx";

const LEVELS: [Applicability; 2] = [Applicability::Safe, Applicability::Unsafe];

/// The number of fixes of an input that are applied separately.
const SEPARATE: usize = 3;

/// The maximum number of runs until no fix remains. A run can uncover a finding, or leave a fix to the next run.
const MAX_RUNS: usize = 64;

/// Errors of the whole file: `Validator::fix` omits fixes that cause one.
const FILE_ERRORS: [Code; 2] = [Code::DuplicateName, Code::DuplicateToken];

fn fix_up_to(found: &Diagnostic, level: Applicability) -> Option<&Fix> {
    found.fix().filter(|fix| fix.applicability() <= level)
}

/// Applies edits one by one. Returns `None` if two overlap.
fn spliced(bytes: &[u8], edits: &[&TextEdit]) -> Option<Vec<u8>> {
    let mut edits = edits.to_vec();
    edits.sort_by_key(|edit| edit.span());
    let appends = |edit: &TextEdit| edit.span().is_empty() && replacement(edit).starts_with(',');
    let are_apart = |pair: &[&TextEdit]| {
        let (a, b) = (pair[0].span(), pair[1].span());
        a.end() <= b.start() && (a.start() < b.start() || a == b && appends(pair[0]) && appends(pair[1]))
    };
    if !edits.windows(2).all(are_apart) {
        return None;
    }
    let mut result = bytes.to_vec();
    for edit in edits.iter().rev() {
        result.splice(edit.span().range(), replacement(edit).into_bytes());
    }
    Some(result)
}

/// Replaces tokens of the length of a generated one by `NEW`.
fn without_new_tokens(bytes: &[u8]) -> String {
    let mut text = String::from_utf8_lossy(bytes).replace(NEW_TOKEN, "NEW");
    let mut from = 0;
    while let Some(at) = text[from..].find("apiv3_").map(|at| at + from) {
        let body = &text[at + 6..];
        let end =
            body.find(|c: char| !c.is_ascii_alphanumeric() && c != '-' && c != '_').unwrap_or(body.len());
        if end == 86 {
            text.replace_range(at..at + 92, "NEW");
        }
        from = at + 3;
    }
    text
}

pub fn all(validator: &Validator, bytes: &[u8]) -> Law {
    check(validator, bytes, &LEVELS, SEPARATE)
}

/// Checks one level and one separate fix, chosen by a hash of the bytes; this doubles the speed of a fuzzer.
pub fn some(validator: &Validator, bytes: &[u8]) -> Law {
    let level = super::chosen(bytes, LEVELS.len());
    check(validator, bytes, &LEVELS[level..=level], 1)
}

fn check(validator: &Validator, bytes: &[u8], levels: &[Applicability], count: usize) -> Law {
    let validator = &validator.clone().max_diagnostics(usize::MAX);
    let report = validator.check(bytes);
    for level in levels {
        let fixed = all_fixes(validator, bytes, &report, *level)?;
        converges(validator, fixed, *level)?;
    }
    // All fixes of a long text would take too long.
    let fixes: Vec<_> = report.iter().filter_map(|found| Some((found, found.fix()?))).collect();
    let first = super::chosen(bytes, fixes.len().max(1));
    let mut some = fixes.iter().cycle().skip(first).take(fixes.len().min(count));
    some.try_for_each(|fix| separate_fix(validator, bytes, &report, *fix))
}

/// Checks the fixed text and returns it.
fn all_fixes(
    validator: &Validator,
    bytes: &[u8],
    report: &Report,
    level: Applicability,
) -> Result<FixedText, String> {
    let fixed = validator.fix(bytes, level).map_err(|error| error.to_string())?;
    let is_unchanged = *fixed.bytes == *bytes;
    let after = if is_unchanged { report.clone() } else { validator.check(&fixed.bytes) };
    let show = || {
        let (before, fixed) = (bytes.escape_ascii(), fixed.bytes.escape_ascii());
        format!("{level}:\n{before}\n{report}\n{fixed}\n{after}")
    };
    ensure!(fixed.applied.is_empty() == is_unchanged, "{} fixes applied, {}", fixed.applied.len(), show());
    applied_fixes_match(&fixed, bytes, report, level).map_err(|error| format!("{error}, {}", show()))?;
    let new_error = new_error(report, &after);
    ensure!(new_error.is_none(), "new error {new_error:?}, {}", show());
    if level == Applicability::Safe && !is_unchanged {
        ensure!(keeps_rights(bytes, &fixed.bytes), "a safe fix changed a right or a token, {}", show());
    }
    Ok(fixed)
}

/// Returns a code with more errors than before.
fn new_error(before: &Report, after: &Report) -> Option<Code> {
    let errors = |report: &Report| {
        let mut counts = BTreeMap::new();
        for error in report.iter().filter(|found| found.severity() == Severity::Error) {
            *counts.entry(error.code()).or_insert(0) += 1;
        }
        counts
    };
    let before = errors(before);
    let is_new = |(code, count): &(Code, usize)| *count > before.get(code).copied().unwrap_or(0);
    errors(after).into_iter().find(is_new).map(|(code, _)| code)
}

/// Compares the applied fixes with those of the report, and their edits with the fixed text.
fn applied_fixes_match(fixed: &FixedText, bytes: &[u8], report: &Report, level: Applicability) -> Law {
    ensure!(fixed.applied.is_sorted_by_key(Diagnostic::span), "unsorted fixes");
    let mut findings: Vec<&Diagnostic> = report.iter().collect();
    let mut edits: Vec<&TextEdit> = Vec::new();
    for applied in &fixed.applied {
        let at = findings.iter().position(|found| *found == applied);
        findings.remove(at.ok_or_else(|| format!("no finding for {applied:?}"))?);
        let fix = fix_up_to(applied, level).ok_or_else(|| format!("no fix of {applied:?}"))?;
        edits.extend(fix.edits());
    }
    let expected = spliced(bytes, &edits).ok_or("the applied fixes overlap")?;
    let is_same = without_new_tokens(&expected) == without_new_tokens(&fixed.bytes);
    ensure!(is_same, "the edits result in other bytes: {}", expected.escape_ascii());
    Ok(())
}

fn converges(validator: &Validator, mut fixed: FixedText, level: Applicability) -> Law {
    let first = fixed.bytes.clone();
    for _ in 0..MAX_RUNS {
        if fixed.applied.is_empty() {
            return Ok(());
        }
        fixed = validator.fix(&fixed.bytes, level).map_err(|error| error.to_string())?;
    }
    let (first, last) = (first.escape_ascii(), fixed.bytes.escape_ascii());
    Err(format!("{level}: fixes remain after {MAX_RUNS} runs\n{first}\n{last}"))
}

fn replacement(edit: &TextEdit) -> String {
    edit.text().unwrap_or(NEW_TOKEN).to_owned()
}

/// Returns whether every entry of a valid file keeps its token, expiry and rights.
fn keeps_rights(before: &[u8], after: &[u8]) -> bool {
    let Ok(before) = TokenFile::parse(before) else { return true };
    let Ok(after) = TokenFile::parse(after) else { return false };
    let mut pairs = before.tokens().iter().zip(after.tokens());
    before.tokens().len() == after.tokens().len()
        && pairs.all(|(one, other)| {
            one.token().matches(other.token().expose())
                && one.expiry() == other.expiry()
                && Rights::new(one.permissions()).is_equivalent(&Rights::new(other.permissions()))
        })
}

/// Checks that a fix resolves its finding and adds no error, except [`FILE_ERRORS`].
fn separate_fix(
    validator: &Validator,
    bytes: &[u8],
    report: &Report,
    (found, fix): (&Diagnostic, &Fix),
) -> Law {
    let edits: Vec<&TextEdit> = fix.edits().iter().collect();
    let fixed = spliced(bytes, &edits).ok_or_else(|| format!("{found}: its edits overlap"))?;
    let after = validator.check(&fixed);
    let count = |report: &Report| report.iter().filter(|other| other.code() == found.code()).count();
    // Removing a redundant permission makes its duplicate redundant: the count of the code stays, but the total drops.
    let is_resolved = count(&after) < count(report) || after.iter().count() < report.iter().count();
    let adds_error = new_error(report, &after).is_some_and(|code| !FILE_ERRORS.contains(&code));
    // With other syntax errors, the parser may recover at another place.
    let is_syntax = |other: &&Diagnostic| other.code() == Code::JsonSyntax && *other != found;
    let is_broken =
        report.iter().any(|other| is_syntax(&other)) && after.iter().any(|other| is_syntax(&other));
    let (before, fixed) = (bytes.escape_ascii(), fixed.escape_ascii());
    ensure!(
        is_broken || is_resolved && !adds_error,
        "the fix of {found}\n{before}\n{report}\nresults in\n{fixed}\n{after}"
    );
    Ok(())
}
