//! The error of a failed change.

use core::fmt;

use thiserror::Error;

use crate::check::InvalidFile;
use crate::name::TokenName;
use crate::redact::may_show;

/// The error of a failed change.
///
/// ```
/// use influxdb3_offline_tokens::{TokenName, edit};
/// use influxdb3_offline_tokens::edit::{Change, ChangeError};
///
/// let name = TokenName::parse("app")?;
/// let changed = edit::apply(Some(br#"{"tokens": []}"#), &[Change::remove(name.clone())]);
/// assert_eq!(changed.unwrap_err(), ChangeError::NoSuchToken(name));
/// # Ok::<(), influxdb3_offline_tokens::name::InvalidName>(())
/// ```
#[derive(Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum ChangeError {
    /// The text is not a valid tokens file.
    #[error(transparent)]
    Invalid(#[from] InvalidFile),
    /// A token with this name already exists, in the file or in the change.
    #[error("a token named `{}` already exists; use another name, or rotate that token", shown(.0))]
    NameExists(TokenName),
    /// The secret of the new token with this name is already used, in the file or in the change.
    #[error("the secret of `{}` is already in use; generate a new one", shown(.0))]
    TokenExists(TokenName),
    /// No token has this name.
    #[error("no token is named `{}`; check the name", shown(.0))]
    NoSuchToken(TokenName),
    /// The old secret does not have the expected SHA-512 ([`Change::if_sha512`](super::Change::if_sha512)).
    #[error("the secret of `{}` is not the expected one; load the file again", shown(.0))]
    SecretChanged(TokenName),
    /// The changed text failed verification, because of a bug in this crate. Nothing was changed.
    #[error("the changed text failed verification, so nothing was changed; please report this bug")]
    NotProven,
}

// `Display` redacts a name that may be a token.
impl fmt::Debug for ChangeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// Returns a text, or `…` if a message may not quote it.
pub(super) fn shown(text: &impl AsRef<str>) -> &str {
    let text = text.as_ref();
    if may_show(text, text) { text } else { "…" }
}
