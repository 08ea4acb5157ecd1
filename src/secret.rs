//! Bytes that hold secrets, such as the text of a tokens file.

use alloc::vec::Vec;
use core::fmt;
use core::ops::Deref;

use zeroize::Zeroizing;

/// Bytes that hold secrets: wiped when dropped, and `Debug` shows only how many there are.
///
/// ```
/// use influxdb3_offline_tokens::TokenFile;
///
/// let text = TokenFile::default().to_json();
/// assert!(text.starts_with(b"{"));
/// assert_eq!(format!("{text:?}"), "SecretBytes(19 bytes)");
/// ```
#[derive(Clone)]
pub struct SecretBytes(Zeroizing<Vec<u8>>);

impl SecretBytes {
    /// Hands the bytes over, which nobody wipes from then on.
    ///
    /// ```
    /// use influxdb3_offline_tokens::TokenFile;
    ///
    /// let body: Vec<u8> = TokenFile::default().to_json().into_vec();
    /// assert_eq!(body, b"{\n  \"tokens\": []\n}\n");
    /// ```
    #[must_use]
    pub fn into_vec(mut self) -> Vec<u8> {
        core::mem::take(&mut *self.0)
    }

    #[cfg(feature = "std")]
    pub(crate) const fn wiped(bytes: Zeroizing<Vec<u8>>) -> Self {
        Self(bytes)
    }

    #[cfg(feature = "std")]
    pub(crate) fn into_wiped(mut self) -> Zeroizing<Vec<u8>> {
        core::mem::take(&mut self.0)
    }
}

impl From<Vec<u8>> for SecretBytes {
    /// Takes the bytes over; what the vector left elsewhere while it grew is not wiped.
    fn from(bytes: Vec<u8>) -> Self {
        Self(Zeroizing::new(bytes))
    }
}

impl Deref for SecretBytes {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        &self.0
    }
}

impl AsRef<[u8]> for SecretBytes {
    fn as_ref(&self) -> &[u8] {
        self
    }
}

/// A text for `Debug`; none where a token was pasted into it, in any case.
pub(crate) fn shown(text: &str) -> &str {
    if has_in_any_case(text, "apiv3_") { "[redacted]" } else { text }
}

/// Whether a word of ASCII letters stands in a text, in any case.
pub(crate) fn has_in_any_case(text: &str, word: &str) -> bool {
    text.as_bytes().windows(word.len()).any(|piece| piece.eq_ignore_ascii_case(word.as_bytes()))
}

impl fmt::Debug for SecretBytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SecretBytes({} bytes)", self.len())
    }
}

impl Drop for SecretBytes {
    fn drop(&mut self) {
        // An empty buffer is wiped as one block, a full one byte by byte, which takes several times as long.
        self.0.clear();
    }
}
