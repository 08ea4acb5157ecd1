//! A fix leaves a cleaner text, changes no byte more than it says, and has nothing to do the second time.

use std::collections::{BTreeMap, BTreeSet};

use influxdb3_offline_tokens::{
    Applicability, Code, Diagnostic, Edit, Fix, Fixed, LineIndex, Mended, Replacement, Report, Rights,
    Severity, Token, TokenFile, Validator, redact,
};

use super::{Law, ensure};

/// What stands for a generated token: of its kind, and in no input.
const NEW_TOKEN: &str =
    "apiv3_nEwT0kEn4Jx9Qm2VbZs6Wd1Hc8Lf5Yk3Gp7Ra0Tu-Ei2On_Xs4Mv6Bz8Ql1Wj3Fh5Dy7Kc9Pg0Ut2Ae4Ro6IqSx";

const LEVELS: [Applicability; 2] = [Applicability::Safe, Applicability::Ask];

/// How many of the fixes of an input are made alone.
const FEW: usize = 3;

fn fix_up_to(found: &Diagnostic, level: Applicability) -> Option<&Fix> {
    found.fixes().iter().find(|fix| fix.applicability() <= level)
}

/// The text with these edits, made in the plainest way; none where two overlap.
fn spliced(bytes: &[u8], edits: &[&Edit]) -> Option<Vec<u8>> {
    let mut edits = edits.to_vec();
    edits.sort_by_key(|edit| edit.span());
    let apart = |pair: &[&Edit]| {
        pair[0].span().end() <= pair[1].span().start() && pair[0].span().start() < pair[1].span().start()
    };
    if !edits.windows(2).all(apart) {
        return None;
    }
    let mut result = bytes.to_vec();
    for edit in edits.iter().rev() {
        result.splice(edit.span().range(), replacement(edit).into_bytes());
    }
    Some(result)
}

/// With one word in place of every token that was generated.
pub fn without_new_tokens(bytes: &[u8]) -> String {
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

/// Every finding of at least a warning, and what can be fixed.
fn fixable(report: &Report, level: Applicability) -> (bool, BTreeSet<Code>) {
    let bad = report.iter().filter(|found| found.severity() >= Severity::Warning);
    let all = bad.clone().all(|found| fix_up_to(found, level).is_some());
    (all, bad.map(Diagnostic::code).collect())
}

pub fn all(validator: &Validator, bytes: &[u8]) -> Law {
    hold(validator, bytes, &LEVELS, FEW)
}

/// At one of the levels, which the bytes choose, and with one fix made alone: for a fuzzer, which sees twice as many texts.
pub fn some(validator: &Validator, bytes: &[u8]) -> Law {
    let level = super::chosen(bytes, LEVELS.len());
    hold(validator, bytes, &LEVELS[level..=level], 1)
}

fn hold(validator: &Validator, bytes: &[u8], levels: &[Applicability], few: usize) -> Law {
    // Those that a report leaves out are fixed as well.
    let validator = &validator.clone().keep(usize::MAX);
    let report = validator.check(bytes);
    for level in levels {
        whole_text(validator, bytes, &report, *level)?;
    }
    // A few fixes, which the bytes choose, so that a text with many costs no more than its length.
    let fixes: Vec<_> =
        report.iter().flat_map(|found| found.fixes().iter().map(move |fix| (found, fix))).collect();
    let first = super::chosen(bytes, fixes.len().max(1));
    let mut few = fixes.iter().cycle().skip(first).take(fixes.len().min(few));
    few.try_for_each(|fix| alone(validator, bytes, &report, *fix))
}

fn whole_text(validator: &Validator, bytes: &[u8], report: &Report, level: Applicability) -> Law {
    let fixed = validator.fix(bytes, level).map_err(|error| error.to_string())?;
    let unchanged = fixed.as_bytes() == bytes;
    let after = if unchanged { report.clone() } else { validator.check(fixed.as_bytes()) };
    let show = || {
        let (before, fixed) = (bytes.escape_ascii(), fixed.as_bytes().escape_ascii());
        format!("{level}:\n{before}\n{report}\n{fixed}\n{after}")
    };
    if !unchanged {
        let again = validator.fix(fixed.as_bytes(), level).map_err(|error| error.to_string())?;
        ensure!(again.applied() == 0 && again.as_bytes() == fixed.as_bytes(), "fixed twice, {}", show());
    }
    ensure!((fixed.applied() == 0) == unchanged, "{} fixes applied, {}", fixed.applied(), show());
    is_told(&fixed, bytes, report, level).map_err(|wrong| format!("{wrong}, {}", show()))?;
    ensure!(after.count(Severity::Error) <= report.count(Severity::Error), "more errors, {}", show());
    if level == Applicability::Safe && !unchanged {
        ensure!(allows_the_same(bytes, fixed.as_bytes()), "a token may do something else, {}", show());
    }
    let is_long_way = |fixed: &Fixed| {
        let long = the_long_way(validator, bytes, level);
        without_new_tokens(&long.0) == without_new_tokens(fixed.as_bytes()) && long.1 == fixed.applied()
    };
    // Once in millions of tokens chance makes one that looks like an example, and has a finding of its own; not twice.
    let again = || validator.fix(bytes, level).is_ok_and(|fixed| is_long_way(&fixed));
    ensure!(is_long_way(&fixed) || again(), "not what the findings say, {}", show());
    let (all, codes) = fixable(report, level);
    // A fix can uncover a name that may be a secret, or is too long to be quoted: it has no fix.
    const LONGEST_QUOTED: usize = 64;
    let shown = redact(fixed.as_bytes());
    let is_shown = |found: &Diagnostic| {
        let range = found.span().range();
        range.len() <= LONGEST_QUOTED && shown.as_bytes().get(range.clone()) == fixed.as_bytes().get(range)
    };
    // Or a database that is nearly called as another: which of them is meant a person must decide.
    let is_guess = |found: &Diagnostic| {
        found.code() == Code::GrantedNotCreated
            && found.help().is_some_and(|help| help.starts_with("did you mean"))
    };
    let left = after
        .iter()
        .find(|found| all && codes.contains(&found.code()) && is_shown(found) && !is_guess(found));
    if let Some(left) = left {
        return Err(format!("{} is left, {}", left.code(), show()));
    }
    // Where all fixes can be made at once and nothing follows from them, that is what is made.
    let edits: Vec<&Edit> =
        report.iter().filter_map(|found| fix_up_to(found, level)).flat_map(Fix::edits).collect();
    let Some(plain) = spliced(bytes, &edits) else { return Ok(()) };
    let same =
        plain == fixed.as_bytes() || without_new_tokens(&plain) == without_new_tokens(fixed.as_bytes());
    let ends = || validator.check(&plain).iter().all(|found| fix_up_to(found, level).is_none());
    ensure!(same || !ends(), "other bytes than the edits say: {}", show());
    Ok(())
}

/// What is said to be mended are findings with a fix, and what these uncovered, in the order of the text.
fn is_told(fixed: &Fixed, bytes: &[u8], report: &Report, level: Applicability) -> Law {
    let mended = fixed.mended();
    ensure!(mended.is_sorted_by_key(Mended::span), "mended in another order");
    ensure!(mended.iter().all(|mended| mended.span().end() <= bytes.len()), "mended outside of the text");
    let lines = LineIndex::new(bytes);
    let is_located = |mended: &Mended| mended.location() == lines.location(mended.span().start());
    ensure!(mended.iter().all(is_located), "mended on another line");
    let is_mended = |found: &&Diagnostic| {
        mended.iter().any(|mended| (mended.code(), mended.span()) == (found.code(), found.span()))
    };
    // The first fix overlaps no other before it.
    let mut fixable = report.iter().filter(|found| fix_up_to(found, level).is_some());
    ensure!(fixable.next().as_ref().is_none_or(is_mended), "the first fix is not told");
    let old = String::from_utf8_lossy(bytes);
    let new = String::from_utf8_lossy(fixed.as_bytes());
    let replaced = mended.iter().filter(|mended| mended.has_new_token()).count();
    let generated = new.split("apiv3_").skip(1).filter(|rest| {
        let length =
            rest.bytes().take_while(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(byte)).count();
        length == 86 && !old.contains(&rest[..86])
    });
    ensure!(replaced == generated.count(), "{replaced} new tokens are told");
    Ok(())
}

/// The text, and how many fixes were applied, by reports of all findings: of each in turn what overlaps no fix before it.
fn the_long_way(validator: &Validator, bytes: &[u8], level: Applicability) -> (Vec<u8>, usize) {
    let validator = validator.clone().keep(usize::MAX);
    let (mut text, mut applied) = (bytes.to_vec(), 0);
    for _ in 0..32 {
        let report = validator.check(&text);
        // By where they begin. Of these, which are apart, only the last before a new one and the first behind it can overlap.
        let mut chosen: BTreeMap<usize, Vec<&Edit>> = BTreeMap::new();
        let before = applied;
        for fix in report.iter().filter_map(|found| fix_up_to(found, level)) {
            let is_free = |edit: &Edit| {
                let start = edit.span().start();
                let beside =
                    chosen.range(..start).next_back().into_iter().chain(chosen.range(start..).next());
                beside.flat_map(|(_, others)| others).all(|other| are_apart(edit, other))
            };
            if fix.edits().iter().all(is_free) {
                for edit in fix.edits() {
                    chosen.entry(edit.span().start()).or_default().push(edit);
                }
                applied += 1;
            }
        }
        if applied == before {
            break;
        }
        // What is put in at one place stays in the order of the findings.
        for edit in chosen.into_values().flatten().rev() {
            let new = match edit.replacement() {
                Replacement::Text(text) => text.clone(),
                // One word for all would be a duplicate.
                _ => Token::generate().unwrap().expose().to_owned(),
            };
            text.splice(edit.span().range(), new.into_bytes());
        }
    }
    (text, applied)
}

fn are_apart(one: &Edit, other: &Edit) -> bool {
    let (a, b) = (one.span(), other.span());
    let both_append =
        a == b && a.is_empty() && [one, other].iter().all(|edit| replacement(edit).starts_with(','));
    both_append || a.start() != b.start() && (a.end() <= b.start() || b.end() <= a.start())
}

fn replacement(edit: &Edit) -> String {
    match edit.replacement() {
        Replacement::Text(text) => text.clone(),
        _ => NEW_TOKEN.to_owned(),
    }
}

/// Whether every token of a file that loads still loads, and may do what it could.
pub fn allows_the_same(before: &[u8], after: &[u8]) -> bool {
    let Ok(before) = TokenFile::parse(before) else { return true };
    let Ok(after) = TokenFile::parse(after) else { return false };
    let pairs = || before.tokens().iter().zip(after.tokens());
    before.tokens().len() == after.tokens().len()
        && pairs()
            .all(|(one, other)| Rights::of(one.permissions()).is_equivalent(&Rights::of(other.permissions())))
}

/// Each fix by itself mends its finding and makes no error.
fn alone(validator: &Validator, bytes: &[u8], report: &Report, (found, fix): (&Diagnostic, &Fix)) -> Law {
    let edits: Vec<&Edit> = fix.edits().iter().collect();
    let one = spliced(bytes, &edits).ok_or_else(|| format!("{found}: its edits overlap"))?;
    let after = validator.check(&one);
    let same = |report: &Report| report.iter().filter(|other| other.code() == found.code()).count();
    // A permission with a duplicate is redundant after what made the duplicate so has gone: fewer findings in all.
    let mended = same(&after) < same(report) || after.iter().count() < report.iter().count();
    let fewer = after.count(Severity::Error) <= report.count(Severity::Error);
    let (before, one) = (bytes.escape_ascii(), one.escape_ascii());
    ensure!(mended && fewer, "the fix of {found}\n{before}\n{report}\nmakes\n{one}\n{after}");
    Ok(())
}
