//! Bytes that hold secrets, such as the text of a tokens file.

use alloc::boxed::Box;
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

/// Implements `Debug` as the name of the type and its text.
macro_rules! debug_as_text {
    ($($type:ident $(<$text:ident>)? $(<$lifetime:lifetime>)?),+ $(,)?) => {$(
        impl$(<$text: AsRef<str>>)? core::fmt::Debug for $type$(<$text>)?$(<$lifetime>)? {
            fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                let text = alloc::string::ToString::to_string(self);
                write!(f, concat!(stringify!($type), "({})"), $crate::secret::shown(&text))
            }
        }
    )+};
}

pub(crate) use debug_as_text;

/// Returns whether a text contains a word of ASCII letters, in any case.
pub(crate) fn has_in_any_case(text: &str, word: &str) -> bool {
    text.as_bytes().windows(word.len()).any(|piece| piece.eq_ignore_ascii_case(word.as_bytes()))
}

const LONGEST_SHOWN: usize = 64;

/// Returns whether a message may quote `fragment`, a part of `container`: short, printable, and no piece of a token that
/// was pasted into the wrong place.
pub(crate) fn may_show(fragment: &str, container: &str) -> bool {
    is_harmless(fragment) && !mentions_token(container)
}

fn is_harmless(fragment: &str) -> bool {
    !fragment.is_empty()
        && fragment.len() <= LONGEST_SHOWN
        && !fragment.contains(|c: char| c.is_control() || c == '`')
        && !looks_random(fragment)
}

/// Returns whether a text has the prefix of a token in any case.
pub(crate) fn mentions_token(text: &str) -> bool {
    has_in_any_case(text, "apiv3")
}

/// Returns whether a text has a long run of letters in both cases and digits, as encoded random bytes have.
pub(crate) fn looks_random(text: &str) -> bool {
    const LONG: usize = 20;
    if text.len() < LONG {
        return false;
    }
    let runs = text.split(|c: char| !c.is_ascii_alphanumeric() && c != '+' && c != '_' && c != '-');
    runs.filter(|run| run.len() >= LONG).any(|run| {
        let has = |class: fn(&u8) -> bool| run.as_bytes().iter().any(class);
        has(u8::is_ascii_uppercase) && has(u8::is_ascii_lowercase) && has(u8::is_ascii_digit)
    })
}

/// The fragment of a text that an error quotes: empty if it may be a secret.
///
/// `Display` prints a space and the fragment in back-quotes, or nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Fragment(Option<Box<str>>);

impl Fragment {
    pub(crate) const EMPTY: Self = Self(None);

    pub(crate) fn new(fragment: &str, container: &str) -> Self {
        Self(may_show(fragment, container).then(|| fragment.into()))
    }

    /// The fragment of a text that does not mention a token.
    pub(crate) fn of_harmless(fragment: &str) -> Self {
        Self(is_harmless(fragment).then(|| fragment.into()))
    }

    pub(crate) const fn is_empty(&self) -> bool {
        self.0.is_none()
    }
}

impl fmt::Display for Fragment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.as_deref().map_or(Ok(()), |fragment| write!(f, " `{fragment}`"))
    }
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
