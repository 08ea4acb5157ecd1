//! Laws of the JSON syntax: the report has a syntax error if and only if `serde_json` rejects the text.

use influxdb3_offline_tokens::{Code, DatabaseName, Diagnostic, Expiry, TokenEntry, TokenFile, Validator};
use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::error::Category;

use super::{Law, ensure};
use crate::util;

/// A tokens file as the server deserializes it.
#[derive(Deserialize)]
struct File {
    #[serde(default)]
    create_databases: Option<Vec<String>>,
    tokens: Vec<Entry>,
}

#[derive(Deserialize)]
struct Entry {
    token: String,
    name: String,
    expiry_millis: Option<i64>,
    #[serde(rename = "permissions")]
    _permissions: Vec<String>,
}

/// The codes of texts that are not JSON.
const SYNTAX: [Code; 7] = [
    Code::InvalidUtf8,
    Code::ByteOrderMark,
    Code::EmptyFile,
    Code::JsonSyntax,
    Code::NestedTooDeeply,
    Code::BareToken,
    Code::OtherFile,
];

/// The nesting depth that parses in any case.
const DEPTH: usize = 127;

/// Checks the text as it is and without surrogates, which `serde_json` checks only in strings that it deserializes.
pub fn all(bytes: &[u8]) -> Law {
    let neutral = without_surrogates(bytes);
    let untyped = serde_json::from_slice::<IgnoredAny>(&neutral);
    match &untyped {
        Ok(_) => is_accepted(&neutral)?,
        Err(error) => is_rejected(&neutral, error)?,
    }
    let error = match serde_json::from_slice::<File>(bytes) {
        Ok(file) => {
            is_accepted(bytes)?;
            return has_same_values(bytes, &file);
        }
        Err(error) => error,
    };
    let report = Validator::new(util::now()).check(bytes);
    ensure!(
        !report.is_valid(),
        "the server rejects it ({:?}), but the report has no error",
        error.classify()
    );
    // Errors of type or range may hide a syntax error. serde deserializes a struct from an array, too.
    let is_only_surrogates =
        || bytes.trim_ascii().starts_with(b"{") && serde_json::from_slice::<File>(&neutral).is_ok();
    if error.classify() != Category::Data && (untyped.is_err() || is_only_surrogates()) {
        return is_rejected(bytes, &error);
    }
    Ok(())
}

fn has_same_values(bytes: &[u8], theirs: &File) -> Law {
    let Ok(ours) = TokenFile::parse(bytes) else { return Ok(()) };
    let databases = ours.create_databases().iter().map(DatabaseName::as_str);
    ensure!(databases.eq(theirs.create_databases.iter().flatten()), "serde_json parses other databases");
    let is_same = |(ours, theirs): (&TokenEntry, &Entry)| {
        ours.token().matches(&theirs.token)
            && ours.name() == &*theirs.name
            && ours.expiry().map(Expiry::as_millis) == theirs.expiry_millis
    };
    let is_same =
        ours.tokens().len() == theirs.tokens.len() && ours.tokens().iter().zip(&theirs.tokens).all(is_same);
    ensure!(is_same, "serde_json parses other tokens");
    Ok(())
}

fn all_codes(bytes: &[u8]) -> Vec<Code> {
    let report = Validator::new(util::now()).max_diagnostics(usize::MAX).check(bytes);
    report.iter().map(Diagnostic::code).collect()
}

fn codes(bytes: &[u8]) -> Vec<Code> {
    all_codes(bytes).into_iter().filter(|code| SYNTAX.contains(code)).collect()
}

fn is_accepted(bytes: &[u8]) -> Law {
    let may_be_reported = |code: &Code| match code {
        // `serde_json` ignores depth and strings of unknown members.
        Code::NestedTooDeeply => bytes.iter().filter(|byte| matches!(byte, b'[' | b'{')).count() > DEPTH,
        // `serde_json` ignores misspelt members, with their surrogates.
        Code::JsonSyntax => {
            let is_misspelt = |code: &Code| matches!(code, Code::MisspeltMember | Code::HttpRequestBody);
            without_surrogates(bytes) != bytes && all_codes(bytes).iter().any(is_misspelt)
        }
        Code::InvalidUtf8 => std::str::from_utf8(bytes).is_err(),
        // The token may be a JSON string.
        Code::BareToken => bytes.trim_ascii().starts_with(b"\""),
        // The other file may be JSON.
        Code::OtherFile => matches!(bytes.trim_ascii().first(), Some(b'"' | b'{')),
        _ => false,
    };
    let unexpected = codes(bytes).into_iter().find(|code| !may_be_reported(code));
    ensure!(unexpected.is_none(), "serde_json accepts it, but the report has {unexpected:?}");
    Ok(())
}

fn is_rejected(bytes: &[u8], error: &serde_json::Error) -> Law {
    let (line, column) = (error.line(), error.column());
    ensure!(
        !codes(bytes).is_empty(),
        "serde_json rejects it at {line}:{column}, but the report has no syntax error"
    );
    Ok(())
}

/// Replaces escaped surrogates by other characters.
fn without_surrogates(bytes: &[u8]) -> Vec<u8> {
    let mut out = bytes.to_vec();
    for at in 2..out.len() {
        if out[at - 2..at] == *b"\\u" && out[at].eq_ignore_ascii_case(&b'd') {
            out[at] = b'0';
        }
    }
    out
}
