//! Snapshots of the fixtures: each folder's `expected` has the findings and fixes of its files.
//!
//! `UPDATE=1 cargo test --test fixtures` rewrites them.

mod util;

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use influxdb3_offline_tokens::diagnostic::{Applicability, TextEdit};
use influxdb3_offline_tokens::span::{LineIndex, Span};
use influxdb3_offline_tokens::{Code, Diagnostic, Severity, Validator};

#[test]
fn files_with_mistakes_match_their_snapshots() {
    let mut failures = String::new();
    for folder in util::fixture_folders() {
        let path = folder.join("expected");
        let actual = render_folder(&folder);
        if std::env::var_os("UPDATE").is_some() {
            std::fs::write(&path, actual).unwrap();
            continue;
        }
        let expected = std::fs::read_to_string(&path).unwrap_or_default();
        if actual != expected {
            let _ = write!(failures, "\n{}\n{}", path.display(), changed_lines(&expected, &actual));
        }
    }
    assert!(
        failures.is_empty(),
        "{failures}\nto accept: UPDATE=1 cargo test --test fixtures, then review the difference"
    );
}

#[test]
fn difference_shows_changed_members() {
    let before = "{\"a\": [\"x\", \"y\"], \"b\": \"1\t\"}\n";
    for (old, new, expected) in [
        ("\"x\", \"y\"", "\"x\"", "    - \"x\", \"y\"\n    + \"x\"\n"),
        ("1\t", "1", "    - \"b\": \"1\\t\"\n    + \"b\": \"1\"\n"),
        (", \"y", ",\"y", "    - \" \\\"y\\\"\"\n    + \"\\\"y\\\"\"\n"),
        ("\"a\"", "\"c\"", "    - \"a\": [\n    + \"c\": [\n"),
    ] {
        assert_eq!(difference(before, &before.replace(old, new)), expected);
    }
}

fn render_folder(folder: &Path) -> String {
    let name = util::file_name(folder);
    let code = Code::ALL.iter().copied().find(|code| name == format!("{}-{}", code.id(), code.name()));
    let mut sections: Vec<(PathBuf, Vec<String>, String)> = Vec::new();
    for fixture in util::mistaken_files(folder) {
        let mut text = render(&fixture.validator, &fixture.bytes(), code);
        // Releases with equal results share a section.
        if let Some(release) = fixture.release {
            text = text.replace(&format!("release {release}"), "release …");
        }
        let release = fixture.release.map(|release| release.to_string());
        match sections.last_mut() {
            Some((path, releases, last)) if *path == fixture.path && *last == text => {
                releases.extend(release);
            }
            _ => sections.push((fixture.path, Vec::from_iter(release), text)),
        }
    }
    let sections = sections.iter().map(|(path, releases, text)| {
        let releases =
            if releases.is_empty() { String::new() } else { format!(" ({})", releases.join(", ")) };
        format!("{}{releases}\n{text}", util::file_name(path))
    });
    sections.collect::<Vec<_>>().join("\n")
}

/// The findings of a file and the result of its fixes; `topic` is the code of the folder.
fn render(validator: &Validator, bytes: &[u8], topic: Option<Code>) -> String {
    let report = validator.check(bytes);
    let mut out = String::new();
    for found in &report {
        render_finding(&mut out, bytes, found, topic);
    }
    if report.omitted() > 0 {
        let _ = writeln!(out, "  {} more", report.omitted());
    }
    if report.is_empty() {
        out.push_str("  no findings\n");
    }
    let [safe, all] = [Applicability::Safe, Applicability::Unsafe]
        .map(|level| validator.fix(bytes, level).unwrap().bytes.into_vec());
    if safe != bytes {
        let _ = write!(out, "  safe fixes{}", render_result(validator, bytes, &safe));
    }
    match () {
        () if all == bytes => out.push_str("  unchanged by fixes\n"),
        () if all == safe => out.push_str("  all fixes: as safe\n"),
        () => _ = write!(out, "  all fixes{}", render_result(validator, bytes, &all)),
    }
    out
}

fn render_finding(out: &mut String, bytes: &[u8], found: &Diagnostic, topic: Option<Code>) {
    let (code, severity, location) = (found.code(), found.severity(), found.location());
    let at = format!("{}:{}", location.line, location.column);
    let _ = write!(out, "  {severity} {code} {at} {}", quoted(bytes, found.span()));
    let _ = writeln!(out, " {}", if found.pointer().is_empty() { "(file)" } else { found.pointer() });
    // The code's own folder has the message.
    if severity == Severity::Note && topic.is_some_and(|topic| topic != code)
        || code == Code::NeverExpires && topic != Some(code)
    {
        return;
    }
    let _ = writeln!(out, "    {}", found.message());
    if let Some(help) = found.help() {
        let _ = writeln!(out, "    help: {help}");
    }
    for label in found.labels() {
        let (text, at) = (quoted(bytes, label.span()), label.location());
        let _ = writeln!(out, "    label {}:{} {text}: {}", at.line, at.column, label.message());
    }
    if let Some(fix) = found.fix() {
        let edits: Vec<String> = fix.edits().iter().map(|edit| render_edit(bytes, edit)).collect();
        let effect = fix.effect().map(|effect| format!(" ({effect})")).unwrap_or_default();
        let _ = writeln!(out, "    {} fix{effect}: {}", fix.applicability(), edits.join(", "));
    }
}

fn render_edit(bytes: &[u8], edit: &TextEdit) -> String {
    let new = edit.text().map_or_else(|| "a new token".to_owned(), |text| format!("{text:?}"));
    let old = quoted(bytes, edit.span());
    match (edit.span().is_empty(), new.as_str()) {
        (true, _) => {
            let at = LineIndex::new(bytes).location(edit.span().start());
            format!("insert {new} at {}:{}", at.line, at.column)
        }
        (false, "\"\"") => format!("remove {old}"),
        (false, _) => format!("replace {old} with {new}"),
    }
}

/// The text of a span, abbreviated if long.
fn quoted(bytes: &[u8], span: Span) -> String {
    let text = String::from_utf8_lossy(&bytes[span.range()]);
    let characters: Vec<char> = text.chars().collect();
    if characters.len() <= 120 {
        return format!("{text:?}");
    }
    let [start, end] = [&characters[..80], &characters[characters.len() - 20..]].map(String::from_iter);
    format!("{:?} ({} bytes)", start + "…" + &end, text.len())
}

fn render_result(validator: &Validator, before: &[u8], after: &[u8]) -> String {
    let report = validator.check(after);
    let mut codes: Vec<&str> = report.iter().map(|found| found.code().name()).collect();
    codes.sort_unstable();
    codes.dedup();
    let left = if codes.is_empty() { "no findings".to_owned() } else { codes.join(", ") };
    let [before, after] = [before, after].map(String::from_utf8_lossy);
    format!(" leave {left}:\n{}", difference(&before, &with_new_tokens_replaced(&before, &after)))
}

/// Replaces generated tokens by `NEW`.
fn with_new_tokens_replaced(before: &str, after: &str) -> String {
    let token = regex::Regex::new("apiv3_[A-Za-z0-9_-]{86,}").unwrap();
    let replacement = |found: &regex::Captures<'_>| {
        let token = &found[0];
        if token.len() == 92 && !before.contains(token) { "NEW".to_owned() } else { token.to_owned() }
    };
    token.replace_all(after, replacement).into_owned()
}

/// The changed lines, or only the changed members and elements of a line, after `-` and `+`.
fn difference(before: &str, after: &str) -> String {
    let (mut out, mut removed, mut added) = (String::new(), Vec::new(), Vec::new());
    for (change, piece) in changes(&pieces(before), &pieces(after)) {
        match change {
            Change::Removed => removed.push(piece),
            Change::Added => added.push(piece),
            Change::None => {
                out += &hunk(&removed, &added);
                removed.clear();
                added.clear();
            }
        }
    }
    out + &hunk(&removed, &added)
}

/// Joins adjacent pieces of one line.
fn hunk(removed: &[&str], added: &[&str]) -> String {
    let sides = [removed.concat(), added.concat()];
    let lines = |show: fn(&str) -> String| {
        sides.each_ref().map(|side| side.split_inclusive('\n').map(show).collect::<Vec<_>>())
    };
    let [mut old, mut new] = lines(visible);
    if old == new {
        [old, new] = lines(|line| format!("{line:?}"));
    }
    let lines = old.iter().map(|line| ('-', line)).chain(new.iter().map(|line| ('+', line)));
    lines.map(|(sign, line)| format!("    {sign} {line}\n")).collect()
}

/// A piece without surrounding space and with escaped control characters.
fn visible(piece: &str) -> String {
    let trimmed = piece.trim_matches([' ', '\n']);
    if trimmed.is_empty() {
        return format!("{piece:?}");
    }
    let mut shown = String::new();
    for character in trimmed.chars() {
        match character {
            '"' | '\'' | '\\' => shown.push(character),
            _ => shown.extend(character.escape_debug()),
        }
    }
    shown
}

/// The lines of a text, split at members and elements.
fn pieces(text: &str) -> Vec<&str> {
    let bytes = text.as_bytes();
    let (mut pieces, mut start, mut in_string) = (Vec::new(), 0, false);
    for (at, byte) in bytes.iter().enumerate() {
        in_string ^= *byte == b'"' && (at == 0 || bytes[at - 1] != b'\\');
        in_string &= *byte != b'\n';
        let is_line_end = bytes.get(at + 1) == Some(&b'\n');
        let cut = match byte {
            b']' | b'}' if !in_string && !text[start..at].trim().is_empty() => at,
            b'[' | b'{' | b',' if !in_string && !is_line_end => at + 1,
            b'\n' => at + 1,
            _ => continue,
        };
        pieces.push(&text[start..cut]);
        start = cut;
    }
    pieces.push(&text[start..]);
    pieces
}

#[derive(Clone, Copy)]
enum Change {
    None,
    Removed,
    Added,
}

/// The shortest list of changes, by the longest common subsequence.
fn changes<'t>(before: &[&'t str], after: &[&'t str]) -> Vec<(Change, &'t str)> {
    let mut common = vec![vec![0; after.len() + 1]; before.len() + 1];
    for (i, old) in before.iter().enumerate().rev() {
        for (j, new) in after.iter().enumerate().rev() {
            let skipped = common[i + 1][j].max(common[i][j + 1]);
            common[i][j] = if old == new { common[i + 1][j + 1] + 1 } else { skipped };
        }
    }
    let (mut i, mut j, mut changes) = (0, 0, Vec::new());
    while i < before.len() || j < after.len() {
        if i < before.len() && j < after.len() && before[i] == after[j] {
            changes.push((Change::None, before[i]));
            (i, j) = (i + 1, j + 1);
        } else if j == after.len() || i < before.len() && common[i + 1][j] >= common[i][j + 1] {
            changes.push((Change::Removed, before[i]));
            i += 1;
        } else {
            changes.push((Change::Added, after[j]));
            j += 1;
        }
    }
    changes
}

fn changed_lines(before: &str, after: &str) -> String {
    let [before, after] = [before, after].map(|text| text.lines().collect::<Vec<_>>());
    let line = |(change, line)| match change {
        Change::None => String::new(),
        Change::Removed => format!("- {line}\n"),
        Change::Added => format!("+ {line}\n"),
    };
    changes(&before, &after).into_iter().map(line).collect()
}
