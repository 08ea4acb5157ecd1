//! What fixes did to a file, in the words of the findings that they were for.

use std::collections::HashSet;

use influxdb3_offline_tokens::{Code, LineIndex, Location, Mended as Fix, Report, redact};
use serde::Deserialize;
use serde_json::value::RawValue;

use super::{masked, printable};

/// One fix.
pub(crate) struct Mended {
    pub(crate) code: Code,
    /// Where it was, in the file before any fix; none where it is about the file itself.
    pub(crate) place: Option<Location>,
    /// What was wrong, and that a token is another now: the programs that have the old one must be told.
    pub(crate) message: String,
    pub(crate) has_new_secret: bool,
}

/// What was done to a file, of which `before` and `report` are the text and the findings before that, and `after` is the text
/// now.
pub(crate) fn told(fixes: &[Fix], before: &[u8], report: &Report, after: &[u8]) -> Vec<Mended> {
    let lines = LineIndex::new(before);
    let new = fixes.iter().filter(|fix| fix.has_new_token()).count();
    // In the same order: no fix changes that of the tokens.
    let mut names = if new == 0 { Vec::new() } else { of_new_tokens(before, after) }.into_iter();
    let are_known = names.len() == new;
    let mut told = |fix: &Fix| {
        let (code, span) = (fix.code(), fix.span());
        let mut found = report.iter();
        let found = found.find(|found| found.code() == code && found.span() == span);
        // What only another fix uncovered had no finding.
        let wrong = found.map_or_else(|| code.summary(), |found| found.message());
        let name = if fix.has_new_token() { names.next() } else { None };
        let message = match (name, fix.has_new_token()) {
            (Some(Some(name)), _) if are_known => format!("token `{name}` has a new secret: {wrong}"),
            (_, true) => format!("this token has a new secret: {wrong}"),
            (_, false) => wrong.to_owned(),
        };
        let place = (code != Code::ReadableByOthers).then(|| lines.location(span.start()));
        Mended { code, place, message, has_new_secret: fix.has_new_token() }
    };
    fixes.iter().map(&mut told).collect()
}

#[derive(Deserialize)]
struct Members<'a> {
    #[serde(borrow, default)]
    tokens: Option<Vec<&'a RawValue>>,
    #[serde(borrow, default)]
    token: Option<&'a RawValue>,
    #[serde(borrow, default)]
    name: Option<&'a RawValue>,
}

/// The names of the tokens that do not stand in the text before; none for one that may be a secret, or that is long.
fn of_new_tokens(before: &[u8], after: &[u8]) -> Vec<Option<String>> {
    let read = |text| serde_json::from_str::<Members<'_>>(text).ok();
    let Some((text, file)) = std::str::from_utf8(after).ok().and_then(|text| Some((text, read(text)?)))
    else {
        return Vec::new();
    };
    let old: HashSet<&[u8]> = before.split(|byte| *byte == b'"').collect();
    let shown = redact(after);
    let name = |raw: &RawValue| {
        const LONGEST: usize = 64;
        let start = raw.get().as_ptr().addr() - text.as_ptr().addr();
        let is_shown = shown.get(start..start + raw.get().len()) == Some(raw.get());
        let name: String = serde_json::from_str(raw.get()).ok().filter(|_| is_shown)?;
        let fits = !name.is_empty() && name.len() <= LONGEST && masked(&name) == name;
        fits.then(|| printable(&name))
    };
    let entries = file.tokens.iter().flatten().filter_map(|entry| read(entry.get()));
    let is_new = |entry: &Members<'_>| {
        entry.token.is_some_and(|token| !old.contains(token.get().trim_matches('"').as_bytes()))
    };
    let tokens = entries.chain(Some(Members { tokens: None, ..file }).filter(|file| file.token.is_some()));
    tokens.filter(is_new).map(|entry| entry.name.and_then(name)).collect()
}
