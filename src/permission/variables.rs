//! Template variables.

use alloc::vec::Vec;

use crate::span::Span;

/// Returns the spans of `${…}`, `$NAME`, `{{…}}` and `<…>`, which a template engine or a shell should have expanded.
pub(crate) fn variables(text: &str) -> Vec<Span> {
    // What is not closed once is never closed later: this keeps the search linear on `<<<<<…`.
    let mut closes = [true; 4];
    let mut spans = Vec::new();
    let mut at = 0;
    while let Some(rest) = text.get(at..) {
        let Some(begin) = rest.bytes().position(|byte| matches!(byte, b'$' | b'{' | b'<')) else { break };
        at += begin;
        let rest = rest.get(begin..).unwrap_or_default();
        let named = || {
            let name = rest.strip_prefix('$')?;
            let length =
                name.bytes().take_while(|byte| *byte == b'_' || byte.is_ascii_alphanumeric()).count();
            (length > 0).then_some(1 + length)
        };
        let (kind, close): (usize, &[u8]) = match rest.as_bytes() {
            [b'$', b'{', ..] => (0, b"}"),
            [b'$', b'(', ..] => (1, b")"),
            [b'{', b'{', ..] => (2, b"}}"),
            [b'<', ..] => (3, b">"),
            _ => (closes.len(), b""),
        };
        let mut length = None;
        if let Some(closes) = closes.get_mut(kind).filter(|closes| **closes) {
            let open = if close == b">" { 1 } else { 2 };
            let inner = rest.as_bytes().get(open..).unwrap_or_default();
            let end = inner.windows(close.len()).position(|window| window == close);
            length = end.map(|end| open + end + close.len());
            *closes = length.is_some();
        }
        let length = length.or_else(named);
        spans.extend(length.map(|length| Span::new(at, at + length)));
        at += length.unwrap_or(1);
    }
    spans
}
