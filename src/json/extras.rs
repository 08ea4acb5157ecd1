//! Comments and trailing commas, which people write and JSON does not have.

use alloc::string::String;
use alloc::vec::Vec;

use zeroize::Zeroizing;

use crate::span::Span;

/// What stands in a text that JSON does not have, and what it is.
pub(crate) type Extra = (Span, &'static str);

/// The same text with blanks in place of comments and trailing commas, and where these are; none without them.
pub(crate) fn without_extras(text: &str) -> Option<(Zeroizing<String>, Vec<Extra>)> {
    let bytes = text.as_bytes();
    let mut clean = Zeroizing::new(text.as_bytes().to_vec());
    let mut extras = Vec::new();
    let mut comma = None;
    // A comment that does not end is looked through once.
    let mut ends = true;
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        let rest = text.as_bytes().get(at..).unwrap_or_default();
        let comment = match byte {
            b'"' => {
                at += string_length(rest);
                comma = None;
                continue;
            }
            b'#' => Some(line_length(rest)),
            b'/' if rest.starts_with(b"//") => Some(line_length(rest)),
            b'/' if ends && rest.starts_with(b"/*") => {
                let length = block_length(rest);
                ends = length.is_some();
                length
            }
            _ => None,
        };
        if let Some(length) = comment {
            let span = Span::new(at, at + length);
            extras.push((span, "there are no comments in JSON"));
            blank(&mut clean, span);
            at += length;
            continue;
        }
        match byte {
            b',' => comma = Some(at),
            b']' | b'}' => {
                if let Some(comma) = comma.take() {
                    let span = Span::new(comma, comma + 1);
                    extras.push((span, "JSON allows no `,` after the last value"));
                    blank(&mut clean, span);
                }
            }
            b' ' | b'\t' | b'\r' | b'\n' => {}
            _ => comma = None,
        }
        at += 1;
    }
    // Blanks stand for whole comments, so that what is left is UTF-8.
    let clean = Zeroizing::new(String::from_utf8(core::mem::take(&mut *clean)).ok()?);
    (!extras.is_empty()).then_some((clean, extras))
}

fn blank(text: &mut [u8], span: Span) {
    for byte in text.get_mut(span.range()).unwrap_or_default() {
        if *byte != b'\n' {
            *byte = b' ';
        }
    }
}

fn string_length(rest: &[u8]) -> usize {
    let mut at = 1;
    while let Some(&byte) = rest.get(at) {
        at += match byte {
            b'\\' => 2,
            b'"' => return at + 1,
            // A string ends with its line, so that one missing quote does not turn the file inside out.
            b'\n' => return at,
            _ => 1,
        };
    }
    rest.len()
}

fn line_length(rest: &[u8]) -> usize {
    let end = rest.iter().position(|&byte| byte == b'\n').unwrap_or(rest.len());
    if rest.get(end.wrapping_sub(1)) == Some(&b'\r') { end - 1 } else { end }
}

fn block_length(rest: &[u8]) -> Option<usize> {
    rest.get(2..)?.windows(2).position(|window| window == b"*/").map(|at| at + 4)
}
