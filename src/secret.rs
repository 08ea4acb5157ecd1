//! Secret bytes, and the parts of a text that a message may quote.

use alloc::boxed::Box;
use alloc::vec::Vec;
use core::fmt;
use core::ops::Deref;

use zeroize::Zeroize as _;

/// Secret bytes, such as the text of a tokens file. They are zeroized on drop, and `Debug` shows only their number.
///
/// ```
/// use influxdb3_offline_tokens::TokenFile;
///
/// let text = TokenFile::default().to_json();
/// assert!(text.starts_with(b"{"));
/// assert_eq!(format!("{text:?}"), "SecretBytes(19 bytes)");
/// ```
#[derive(Clone, Default)]
pub struct SecretBytes(pub(crate) Vec<u8>);

impl SecretBytes {
    /// Returns the bytes; the caller is now responsible for zeroizing them.
    ///
    /// ```
    /// use influxdb3_offline_tokens::TokenFile;
    ///
    /// let body: Vec<u8> = TokenFile::default().to_json().into_vec();
    /// assert_eq!(body, b"{\n  \"tokens\": []\n}\n");
    /// ```
    #[must_use]
    pub fn into_vec(mut self) -> Vec<u8> {
        core::mem::take(&mut self.0)
    }

    /// Appends bytes. A full buffer is zeroized after its content has been copied to a larger one.
    pub(crate) fn push(&mut self, bytes: &[u8]) {
        let length = self.len() + bytes.len();
        if length > self.0.capacity() {
            let mut larger = Self(Vec::with_capacity(length * 2));
            larger.0.extend_from_slice(self);
            *self = larger;
        }
        self.0.extend_from_slice(bytes);
    }
}

impl From<Vec<u8>> for SecretBytes {
    /// Takes ownership. Copies that the vector left behind as it grew are not zeroized.
    fn from(bytes: Vec<u8>) -> Self {
        Self(bytes)
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

/// The new text of a file.
pub(crate) enum NewText {
    /// The complete new text.
    Whole(SecretBytes),
    /// The old text with an insertion at an offset: a large file is not copied.
    Insertion(usize, SecretBytes),
}

impl NewText {
    /// Returns the consecutive pieces of the new text, given the old one.
    pub(crate) fn pieces<'t>(&'t self, old: &'t [u8]) -> [&'t [u8]; 3] {
        match self {
            Self::Whole(text) => [text, &[], &[]],
            Self::Insertion(at, text) => {
                let (before, after) = old.split_at_checked(*at).unwrap_or((old, &[]));
                [before, text, after]
            }
        }
    }

    pub(crate) fn into_bytes(self, old: &[u8]) -> SecretBytes {
        match self {
            Self::Whole(text) => text,
            Self::Insertion(..) => self.pieces(old).concat().into(),
        }
    }
}

/// Returns a text for `Debug`, or `[redacted]` if it contains a token in upper or lower case.
pub(crate) fn shown(text: &str) -> &str {
    if contains_ignore_case(text, "apiv3_") { "[redacted]" } else { text }
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

/// Returns whether a text contains an ASCII word, ignoring case.
pub(crate) fn contains_ignore_case(text: &str, word: &str) -> bool {
    text.as_bytes().windows(word.len()).any(|piece| piece.eq_ignore_ascii_case(word.as_bytes()))
}

const MAX_QUOTED_LENGTH: usize = 64;

/// Returns whether a message may quote `fragment`, a part of `container`. It must be short, printable and no piece of a
/// token.
pub(crate) fn may_show(fragment: &str, container: &str) -> bool {
    is_harmless(fragment) && !mentions_token(container)
}

fn is_harmless(fragment: &str) -> bool {
    !fragment.is_empty()
        && fragment.len() <= MAX_QUOTED_LENGTH
        && !fragment.contains(|c: char| c.is_control() || c == '`')
        && !looks_random(fragment)
}

/// Returns whether a text has the prefix of a token, ignoring case.
pub(crate) fn mentions_token(text: &str) -> bool {
    contains_ignore_case(text, "apiv3")
}

/// Returns whether a text has a long run of digits and letters in both cases, or a longer one of hexadecimal digits, like
/// encoded random bytes.
pub(crate) fn looks_random(text: &str) -> bool {
    const LONG: usize = 20;
    // Longer than a UUID, which may be the name of a database.
    const LONG_HEX: usize = 40;
    if text.len() < LONG {
        return false;
    }
    fn has(run: &str, class: fn(&u8) -> bool) -> bool {
        run.as_bytes().iter().any(class)
    }
    let mut runs = text.split(|c: char| !c.is_ascii_alphanumeric() && c != '+' && c != '_' && c != '-');
    let mut hex_runs = text.split(|c: char| !c.is_ascii_hexdigit());
    let is_mixed = |run| {
        has(run, u8::is_ascii_uppercase) && has(run, u8::is_ascii_lowercase) && has(run, u8::is_ascii_digit)
    };
    let is_mixed_hex = |run| has(run, u8::is_ascii_alphabetic) && has(run, u8::is_ascii_digit);
    runs.any(|run| run.len() >= LONG && is_mixed(run))
        || hex_runs.any(|run| run.len() >= LONG_HEX && is_mixed_hex(run))
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
        // An empty vector zeroizes its spare capacity, which is several times as fast as zeroizing elements.
        self.0.clear();
        self.0.zeroize();
    }
}
