//! The token of an `Authorization` header.

use core::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use thiserror::Error;

use crate::secret::SecretBytes;

/// The token that a client presented in an `Authorization` header. `Debug` does not show it.
///
/// ```
/// use std::time::SystemTime;
/// use influxdb3_offline_tokens::access::PresentedToken;
/// use influxdb3_offline_tokens::{Authorizer, TokenFile};
///
/// let file = TokenFile::parse(br#"{"tokens": [{"token": "apiv3_a", "name": "app", "permissions": ["db:a:read"]}]}"#)?;
/// let authorizer = Authorizer::new(&file);
/// // `Basic` is base64 of `user:apiv3_a`.
/// for header in ["Bearer apiv3_a", "Token apiv3_a", "Basic dXNlcjphcGl2M19h"] {
///     let presented = PresentedToken::from_authorization(header)?;
///     assert!(authorizer.authenticate(&presented, SystemTime::now()).is_ok());
/// }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct PresentedToken<'a>(Source<'a>);

enum Source<'a> {
    Header(&'a [u8]),
    Decoded(SecretBytes),
}

impl<'a> PresentedToken<'a> {
    /// Parses the value of an `Authorization` header by the rules of the server (server source):
    ///
    /// - `Bearer TOKEN` and `Token TOKEN`, with exactly one space. The case of the scheme matters.
    /// - `Basic BASE64`, with padding. The decoded text is a user, one `:` and the token. The user is ignored and may be
    ///   empty.
    ///
    /// [`Authorizer::authenticate`](crate::Authorizer::authenticate) then decides whether the token is known.
    ///
    /// ```
    /// use influxdb3_offline_tokens::access::{InvalidAuthorization, PresentedToken};
    ///
    /// assert_eq!(PresentedToken::from_authorization("Bearer apiv3_a")?.as_bytes(), b"apiv3_a");
    /// let error = PresentedToken::from_authorization("bearer apiv3_a").unwrap_err();
    /// assert_eq!(error, InvalidAuthorization::UnsupportedScheme);
    /// # Ok::<(), InvalidAuthorization>(())
    /// ```
    ///
    /// # Errors
    /// Returns an error for any other value, and for an empty token, although the server would look that up.
    pub fn from_authorization(value: &'a (impl AsRef<[u8]> + ?Sized)) -> Result<Self, InvalidAuthorization> {
        let value = value.as_ref();
        if !value.iter().all(|byte| matches!(byte, b' '..=b'~' | b'\t')) {
            return Err(InvalidAuthorization::Characters);
        }
        let mut parts = value.split(|byte| *byte == b' ');
        let is_basic = match parts.next() {
            Some(b"Bearer" | b"Token") => false,
            Some(b"Basic") => true,
            _ => return Err(InvalidAuthorization::UnsupportedScheme),
        };
        let credentials = parts.next().unwrap_or_default();
        if parts.next().is_some() {
            return Err(InvalidAuthorization::ExtraSpace);
        }
        if credentials.is_empty() {
            return Err(InvalidAuthorization::MissingToken);
        }
        let token =
            if is_basic { Source::Decoded(decode(credentials)?) } else { Source::Header(credentials) };
        Some(Self(token))
            .filter(|token| !token.as_bytes().is_empty())
            .ok_or(InvalidAuthorization::MissingToken)
    }

    /// Returns the token alone.
    ///
    /// ```
    /// use influxdb3_offline_tokens::access::PresentedToken;
    ///
    /// let presented = PresentedToken::from_authorization(b"Basic OmFwaXYzX2E=")?;
    /// assert_eq!(presented.as_bytes(), b"apiv3_a");
    /// # Ok::<(), influxdb3_offline_tokens::access::InvalidAuthorization>(())
    /// ```
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        match &self.0 {
            Source::Header(token) => token,
            Source::Decoded(token) => token,
        }
    }
}

/// Decodes `Basic` credentials and returns their token.
fn decode(credentials: &[u8]) -> Result<SecretBytes, InvalidAuthorization> {
    // Allocated with its full length: a buffer that grows leaves copies behind.
    let mut bytes = SecretBytes::from(vec![0; base64::decoded_len_estimate(credentials.len())]);
    let length =
        STANDARD.decode_slice(credentials, &mut bytes.0).map_err(|_| InvalidAuthorization::Credentials)?;
    bytes.0.truncate(length);
    let text = core::str::from_utf8(&bytes).map_err(|_| InvalidAuthorization::Credentials)?;
    match (text.find(':'), text.matches(':').count()) {
        (Some(colon), 1) => {
            bytes.0.drain(..=colon);
            Ok(bytes)
        }
        _ => Err(InvalidAuthorization::Credentials),
    }
}

impl AsRef<[u8]> for PresentedToken<'_> {
    fn as_ref(&self) -> &[u8] {
        self.as_bytes()
    }
}

impl fmt::Debug for PresentedToken<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PresentedToken([redacted])")
    }
}

/// The error for an invalid `Authorization` header. It contains no part of the header.
///
/// ```
/// use influxdb3_offline_tokens::access::{InvalidAuthorization, PresentedToken};
///
/// let error = PresentedToken::from_authorization(b"Bearer").unwrap_err();
/// assert_eq!(error, InvalidAuthorization::MissingToken);
/// assert_eq!(error.to_string(), "the `Authorization` header has no token; send `Bearer TOKEN`");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Error)]
#[non_exhaustive]
pub enum InvalidAuthorization {
    /// The scheme is not exactly `Bearer`, `Token` or `Basic`; its case matters.
    #[error(
        "the scheme of the `Authorization` header is not supported; use exactly `Bearer`, `Token` or `Basic`"
    )]
    UnsupportedScheme,
    /// Nothing follows the scheme, or the `Basic` password is empty.
    #[error("the `Authorization` header has no token; send `Bearer TOKEN`")]
    MissingToken,
    /// A second space: after the scheme, in the token or at the end.
    #[error("the `Authorization` header has more than one space; send the scheme, one space and the token")]
    ExtraSpace,
    /// Characters other than visible ASCII, spaces and tabs.
    #[error(
        "the `Authorization` header contains characters other than visible ASCII; send only the token itself"
    )]
    Characters,
    /// The credentials of `Basic` are not the base64 of a UTF-8 text with exactly one `:`.
    #[error(
        "the credentials of `Basic` are not the base64 of a user, one `:` and the token; encode them with padding, or \
         use `Bearer`"
    )]
    Credentials,
}
