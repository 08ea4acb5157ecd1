//! Writes JSON; the only file that names `serde_json`.

use alloc::string::String;
use alloc::vec::Vec;

use crate::secret::SecretBytes;

/// Writes a string as JSON, with its quotes.
pub(crate) fn quoted(text: &str) -> String {
    compact(&text)
}

/// Writes strings that hold no secret as a JSON array on one line.
pub(crate) fn quoted_list<T: serde::Serialize>(texts: &[T]) -> String {
    let mut list = Vec::from(*b"[");
    for text in texts {
        if list.len() > 1 {
            list.extend_from_slice(b", ");
        }
        let _ = serde_json::to_writer(&mut list, text);
    }
    list.push(b']');
    String::from_utf8(list).unwrap_or_default()
}

/// Writes a value that holds no secret on one line.
pub(crate) fn compact(value: &impl serde::Serialize) -> String {
    serde_json::to_string(value).unwrap_or_default()
}

/// Writes a value with an indentation of two spaces and a final newline, into a buffer of the right size.
pub(crate) fn pretty(value: &impl serde::Serialize) -> SecretBytes {
    struct Count(usize);

    impl std::io::Write for Count {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            self.0 += bytes.len();
            Ok(bytes.len())
        }

        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }

    // Written twice, because a buffer that grows leaves copies of the secrets behind.
    let mut count = Count(1);
    let _ = serde_json::to_writer_pretty(&mut count, value);
    let mut text = zeroize::Zeroizing::new(Vec::with_capacity(count.0));
    let _ = serde_json::to_writer_pretty(&mut *text, value);
    text.push(b'\n');
    SecretBytes::wiped(text)
}
