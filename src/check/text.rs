//! The decoding of files: UTF-8, byte order marks, and text that is not JSON.

use core::ops::Deref;

use zeroize::Zeroizing;

use crate::code::Code;
use crate::diagnostic::{Applicability, At, Sink, TextEdit};
use crate::document::{OtherFile, Role};
use crate::limits::{MAX_INVALID_BYTES, MAX_TEXT_BYTES};
use crate::rules;
use crate::span::Span;

/// The text of a file.
pub(super) enum Source<'b> {
    Valid(&'b str),
    /// A text of the same length, with the invalid bytes replaced.
    Repaired(Zeroizing<String>),
}

impl Deref for Source<'_> {
    type Target = str;

    fn deref(&self) -> &str {
        match self {
            Self::Valid(text) => text,
            Self::Repaired(text) => text,
        }
    }
}

/// `-Encoding utf8` writes a byte order mark in Windows PowerShell.
const NO_BYTE_ORDER_MARK: &str = "save the file as UTF-8 without a byte order mark; in PowerShell, use \
                                  `[IO.File]::WriteAllText(\"$PWD/permission-tokens.json\", $text)`";

/// Returns the text of a file, and reports its errors. Returns `None` if no rule can apply.
pub(super) fn read<'b>(bytes: &'b [u8], role: Role, sink: &mut Sink) -> Option<Source<'b>> {
    if let Some((kind, span)) = OtherFile::by_signature(bytes) {
        rules::report_other_file(kind, span, role, sink);
        return None;
    }
    let text = decode(bytes, sink)?;
    (!rules::report_not_json(&text, role, sink)).then_some(text)
}

fn decode<'b>(bytes: &'b [u8], sink: &mut Sink) -> Option<Source<'b>> {
    const MARK: &[u8] = b"\xEF\xBB\xBF";
    if bytes.len() > MAX_TEXT_BYTES {
        sink.report(Code::JsonSyntax, Span::new(0, 0), At::File)
            .message("the file is larger than 1 GiB")
            .help("split the file");
        return None;
    }
    let start = if bytes.starts_with(MARK) { MARK.len() } else { 0 };
    if bytes.get(start..).is_some_and(is_utf16) {
        sink.report(Code::InvalidUtf8, Span::new(start, start + 2), At::File)
            .message("the file is UTF-16, not UTF-8")
            .help(NO_BYTE_ORDER_MARK);
        return None;
    }
    let valid = match core::str::from_utf8(bytes) {
        Ok(text) if !bytes.starts_with(MARK) => return Some(Source::Valid(text)),
        Ok(text) => text.len(),
        Err(error) => error.valid_up_to(),
    };
    let invalid: usize = bytes.utf8_chunks().map(|chunk| chunk.invalid().len()).sum();
    if invalid > MAX_INVALID_BYTES.max(bytes.len() / 8) {
        sink.report(Code::InvalidUtf8, Span::new(valid, valid + 1), At::File)
            .message("the file is not UTF-8 text: too many of its bytes are invalid")
            .help("save the file as UTF-8; is it compressed or encrypted?");
        return None;
    }
    let mut text = Zeroizing::new(String::with_capacity(bytes.len()));
    let mut rest = bytes;
    // Some programs add a second mark.
    while let Some(text_after) = rest.strip_prefix(MARK) {
        text.push_str("   ");
        rest = text_after;
    }
    if !text.is_empty() {
        let span = Span::new(0, text.len());
        sink.report(Code::ByteOrderMark, span, At::File)
            .message("the file starts with a byte order mark: the server rejects it")
            .help(NO_BYTE_ORDER_MARK)
            .fix(Applicability::Safe, [TextEdit::new(span, "")]);
    }
    for chunk in rest.utf8_chunks() {
        text.push_str(chunk.valid());
        if chunk.invalid().is_empty() {
            continue;
        }
        let span = Span::new(text.len(), text.len() + chunk.invalid().len());
        sink.report(Code::InvalidUtf8, span, At::File)
            .message("invalid UTF-8: these bytes are not a character")
            .help("save the file as UTF-8");
        sink.ignore(span);
        text.extend(chunk.invalid().iter().map(|_| '?'));
    }
    Some(Source::Repaired(text))
}

/// Returns whether a text is UTF-16, with or without a byte order mark.
fn is_utf16(bytes: &[u8]) -> bool {
    let is_first = |byte: u8| byte.is_ascii_whitespace() || matches!(byte, b'{' | b'[' | b'"');
    match bytes {
        [0xFF, 0xFE, ..] | [0xFE, 0xFF, ..] => true,
        [first, 0, ..] | [0, first, ..] => is_first(*first),
        _ => false,
    }
}
