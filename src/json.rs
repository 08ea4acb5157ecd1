//! The JSON writer, on top of `serde_json`, and the whitespace of JSON.

use std::io::{self, Write};

use crate::secret::SecretBytes;

/// Writes a string as JSON, with its quotes.
pub(crate) fn quoted(text: &str) -> String {
    compact(&text)
}

/// Writes strings without secrets as a JSON array on one line.
pub(crate) fn quoted_list<T: serde::Serialize>(texts: &[T]) -> String {
    let texts: Vec<String> = texts.iter().map(compact).collect();
    format!("[{}]", texts.join(", "))
}

/// Writes a value without secrets on one line.
pub(crate) fn compact(value: &impl serde::Serialize) -> String {
    serde_json::to_string(value).unwrap_or_default()
}

/// Writes a value with an indentation of two spaces and a final newline.
pub(crate) fn pretty(value: &impl serde::Serialize) -> SecretBytes {
    let mut text = SecretBytes::default();
    let _ = serde_json::to_writer_pretty(Writer(&mut text), value);
    text.push(b"\n");
    text
}

/// Appends a value on one line.
pub(crate) fn push_value(text: &mut SecretBytes, value: &(impl serde::Serialize + ?Sized)) {
    let _ = serde_json::to_writer(Writer(text), value);
}

struct Writer<'t>(&'t mut SecretBytes);

impl Write for Writer<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.push(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn is_space(c: char) -> bool {
    matches!(c, ' ' | '\t' | '\r' | '\n')
}

/// Returns the whitespace before an offset.
pub(crate) fn space_before(text: &str, at: usize) -> &str {
    space_at_end(text.get(..at).unwrap_or_default())
}

pub(crate) fn space_at_end(text: &str) -> &str {
    text.get(text.trim_end_matches(is_space).len()..).unwrap_or_default()
}

pub(crate) fn space_at_start(text: &str) -> &str {
    text.get(..text.len() - text.trim_start_matches(is_space).len()).unwrap_or_default()
}
