//! Laws of secrets: no report, error or redacted text shows a token.

use std::error::Error;
use std::fmt::Write as _;

use influxdb3_offline_tokens::diagnostic::Fix;
use influxdb3_offline_tokens::{Release, Report, TokenFile, Validator, redact};

use super::{Law, ensure};
use crate::util;

/// The spellings of the prefix of a token, in lower case.
const PREFIXES: [&[u8]; 4] = [b"apiv3_", b"\\u0061piv3_", b"apiv\\u0033_", b"apiv3\\u005f"];

/// Replaces the body of every token by that of the canary.
pub fn with_canary(bytes: &[u8]) -> Vec<u8> {
    let body = util::CANARY.trim_start_matches("apiv3_").as_bytes();
    let mut out = Vec::new();
    let mut rest = bytes;
    while let Some((first, after)) = rest.split_first() {
        let has_prefix =
            |prefix: &&&[u8]| rest.get(..prefix.len()).is_some_and(|text| text.eq_ignore_ascii_case(prefix));
        let Some(prefix) = PREFIXES.iter().find(has_prefix) else {
            out.push(*first);
            rest = after;
            continue;
        };
        out.extend_from_slice(&rest[..prefix.len()]);
        out.extend_from_slice(body);
        rest = &rest[prefix.len()..];
        let is_body = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'-' || *byte == b'_';
        rest = &rest[rest.iter().position(|byte| !is_body(byte)).unwrap_or(rest.len())..];
    }
    out
}

/// Returns whether the text has a piece of the canary without its prefix, which may be a name.
pub fn has_loose_piece(bytes: &[u8]) -> bool {
    let text = unescaped(&String::from_utf8_lossy(bytes));
    let mut pieces = text.split(util::CANARY.trim_start_matches("apiv3_")).peekable();
    let mut rest = String::new();
    while let Some(piece) = pieces.next() {
        rest += piece;
        let is_prefixed = |prefix: &&[u8]| {
            let end = piece.len().checked_sub(prefix.len()).map(|start| &piece.as_bytes()[start..]);
            end.is_some_and(|end| end.eq_ignore_ascii_case(prefix))
        };
        if pieces.peek().is_some() && !PREFIXES.iter().any(is_prefixed) {
            return true;
        }
    }
    util::piece_of_length(4, util::CANARY, &rest).is_some()
}

/// Decodes the escapes of ASCII characters anywhere in a text.
fn unescaped(text: &str) -> String {
    let mut pieces = text.split("\\u");
    let mut out = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        let code = piece.get(..4).and_then(|digits| u8::from_str_radix(digits, 16).ok());
        match code.filter(u8::is_ascii) {
            Some(byte) => out.extend([char::from(byte).to_string().as_str(), &piece[4..]]),
            None => out.extend(["\\u", piece]),
        }
    }
    out
}

/// Returns whether the text has a piece of the canary; if not, no output can show one.
pub(super) fn has_canary(bytes: &[u8]) -> bool {
    util::piece_of(util::CANARY, &String::from_utf8_lossy(bytes)).is_some()
}

/// All texts of a report.
pub(super) fn texts(report: &Report) -> String {
    let mut out = format!("{report}\n{report:?}\n");
    for found in report {
        let _ = write!(out, "{found}\n{} {} {:?}\n", found.message(), found.pointer(), found.help());
        for label in found.labels() {
            let _ = writeln!(out, "{}", label.message());
        }
        for edit in found.fix().into_iter().flat_map(Fix::edits) {
            let _ = writeln!(out, "{:?}", edit.text());
        }
    }
    out
}

/// `Display` and `Debug` of an error and its sources.
fn error_chain(error: &dyn Error, pretty: bool) -> String {
    let mut out = String::new();
    let mut next = Some(error);
    while let Some(error) = next {
        let _ =
            if pretty { writeln!(out, "{error}\n{error:#?}") } else { writeln!(out, "{error}\n{error:?}") };
        next = error.source();
    }
    out
}

/// No report, error or `Debug` shows a piece of the canary. One input in eight uses `{:#?}` for errors, which is slow.
pub fn output_shows_no_token(bytes: &[u8]) -> Law {
    if !has_canary(bytes) {
        return Ok(());
    }
    let validator = Validator::new(util::now());
    let mut out = texts(&validator.check(bytes));
    out += &texts(&validator.release(Release::new(3, 9, 0)).check(bytes));
    match TokenFile::parse(bytes) {
        Ok(file) => _ = write!(out, "{file:?}"),
        Err(error) => out += &error_chain(&error, super::chosen(bytes, 8) == 0),
    }
    let piece = util::piece_of(util::CANARY, &out);
    ensure!(piece.is_none(), "a report, an error or `Debug` shows {piece:?}");
    Ok(())
}

/// `redact` shows no piece of the canary, nor of words that replace it and do not look random.
pub fn redact_shows_no_token(bytes: &[u8]) -> Law {
    const WORDS: &str = "tulip, maple; crane 'ocean'";
    let piece = util::piece_of(util::CANARY, &redact(bytes));
    ensure!(piece.is_none(), "redact shows {piece:?}");
    let text = String::from_utf8_lossy(bytes);
    if !has_loose_piece(bytes) && util::piece_of_length(4, WORDS, &text).is_none() {
        let text = text.replace(util::CANARY.trim_start_matches("apiv3_"), WORDS);
        let piece = util::piece_of_length(4, WORDS, &redact(text.as_bytes()));
        ensure!(piece.is_none(), "redact shows {piece:?}");
    }
    Ok(())
}

/// `redact` keeps the length and the lines, and replaces bytes only by `*`.
pub fn redact_keeps_length_and_lines(bytes: &[u8]) -> Law {
    let shown = redact(bytes);
    ensure!(shown.len() == bytes.len(), "redact changes the length from {} to {}", bytes.len(), shown.len());
    let lines = |bytes: &[u8]| bytes.iter().map(|&byte| byte == b'\n').collect::<Vec<_>>();
    ensure!(lines(shown.as_bytes()) == lines(bytes), "redact changes the lines");
    let changed = shown.bytes().zip(bytes).find(|(shown, byte)| shown != *byte && *shown != b'*');
    ensure!(changed.is_none(), "redact replaces a byte by another than `*`: {changed:?}");
    Ok(())
}
