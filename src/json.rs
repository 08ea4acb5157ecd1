//! The JSON writer, on top of `serde_json`.

use crate::secret::SecretBytes;

/// Writes a string as JSON, with its quotes.
pub(crate) fn quoted(text: &str) -> String {
    compact(&text)
}

/// Writes strings without secrets as a JSON array on one line.
pub(crate) fn quoted_list<T: serde::Serialize>(texts: &[T]) -> String {
    let texts: Vec<String> = texts.iter().map(compact).collect();
    std::format!("[{}]", texts.join(", "))
}

/// Writes a value without secrets on one line.
pub(crate) fn compact(value: &impl serde::Serialize) -> String {
    serde_json::to_string(value).unwrap_or_default()
}

/// Writes a value with an indentation of two spaces and a final newline.
pub(crate) fn pretty(value: &impl serde::Serialize) -> SecretBytes {
    let mut text = SecretWriter::default();
    let _ = serde_json::to_writer_pretty(&mut text, value);
    text.push(b"\n");
    text.0
}

/// A buffer that zeroizes its old memory when it grows.
#[derive(Default)]
pub(crate) struct SecretWriter(pub(crate) SecretBytes);

impl SecretWriter {
    pub(crate) fn push(&mut self, bytes: &[u8]) {
        let length = self.0.len() + bytes.len();
        if length > self.0.0.capacity() {
            let mut larger = SecretBytes::from(Vec::with_capacity(length * 2));
            larger.0.extend_from_slice(&self.0);
            self.0 = larger;
        }
        self.0.0.extend_from_slice(bytes);
    }

    /// Writes a value on one line.
    pub(crate) fn push_value(&mut self, value: &(impl serde::Serialize + ?Sized)) {
        let _ = serde_json::to_writer(self, value);
    }
}

impl std::io::Write for SecretWriter {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.push(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}
