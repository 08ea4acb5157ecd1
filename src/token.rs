//! Tokens: the secrets.

pub(crate) mod value;

use thiserror::Error;

#[cfg(feature = "std")]
pub(crate) use self::value::Token;
pub use crate::secret::SecretBytes;
use crate::span::Span;

/// The prefix of every token (documentation, server source).
///
/// ```
/// use influxdb3_offline_tokens::Token;
/// use influxdb3_offline_tokens::token::TOKEN_PREFIX;
///
/// assert!(Token::parse(TOKEN_PREFIX).is_ok(), "the prefix alone is a token, and a weak one");
/// ```
pub const TOKEN_PREFIX: &str = "apiv3_";

/// The kind of an [`InvalidToken`].
///
/// ```
/// use influxdb3_offline_tokens::Token;
/// use influxdb3_offline_tokens::token::InvalidTokenKind;
///
/// assert_eq!(Token::parse("apiv3_a b").unwrap_err().kind(), InvalidTokenKind::Characters);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum InvalidTokenKind {
    /// It does not start with `apiv3_`.
    Prefix,
    /// It contains characters other than visible ASCII.
    Characters,
}

/// The error for an invalid token. It contains no part of the text.
///
/// ```
/// use influxdb3_offline_tokens::Token;
///
/// let error = Token::parse("Bearer apiv3_a").unwrap_err();
/// let expected = "the token does not start with `apiv3_`: use only the token, without a scheme such as `Bearer`";
/// assert_eq!(error.to_string(), expected);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("{}", match self.kind {
    InvalidTokenKind::Prefix => {
        "the token does not start with `apiv3_`: use only the token, without a scheme such as `Bearer`"
    }
    InvalidTokenKind::Characters => {
        "the token contains characters other than visible ASCII: remove them, or generate a new token"
    }
})]
pub struct InvalidToken {
    kind: InvalidTokenKind,
    span: Span,
}

impl InvalidToken {
    /// Returns the kind of the error.
    ///
    /// ```
    /// use influxdb3_offline_tokens::Token;
    /// use influxdb3_offline_tokens::token::InvalidTokenKind;
    ///
    /// let error = Token::parse("not a token").unwrap_err();
    /// assert_eq!(error.kind(), InvalidTokenKind::Prefix);
    /// ```
    #[must_use]
    pub const fn kind(&self) -> InvalidTokenKind {
        self.kind
    }

    /// Returns the span of the invalid bytes.
    ///
    /// ```
    /// use influxdb3_offline_tokens::Token;
    ///
    /// let error = Token::parse("apiv3_a b").unwrap_err();
    /// assert_eq!(error.span().range(), 7..8);
    /// ```
    #[must_use]
    pub const fn span(&self) -> Span {
        self.span
    }
}

/// The error if the operating system returns no random bytes.
///
/// ```
/// use influxdb3_offline_tokens::Token;
/// use influxdb3_offline_tokens::token::GenerateTokenError;
///
/// fn spare() -> Result<[Token; 2], GenerateTokenError> {
///     Ok([Token::generate()?, Token::generate()?])
/// }
/// assert!(spare().is_ok());
/// ```
#[cfg(feature = "std")]
#[derive(Debug, Error)]
#[error("the operating system returned no random bytes")]
pub struct GenerateTokenError(#[source] pub(super) rand::rngs::SysError);

/// Returns whether a text contains a complete token: the prefix and at least 32 characters.
#[cfg(feature = "std")]
pub(crate) fn contains_token(text: &str) -> bool {
    const SHORTEST_BODY: usize = 32;
    let is_body = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    text.len() >= TOKEN_PREFIX.len() + SHORTEST_BODY
        && text.match_indices(TOKEN_PREFIX).any(|(at, prefix)| {
            let body = text.as_bytes().get(at + prefix.len()..).and_then(|rest| rest.get(..SHORTEST_BODY));
            body.is_some_and(|body| body.iter().all(is_body))
        })
}

/// Returns whether any byte passes a test. Blocks of 16 bytes without a branch are twice as fast.
#[inline]
pub(crate) fn any_byte(text: &str, test: impl Fn(u8) -> bool) -> bool {
    let bytes = text.as_bytes();
    let is_any = |block: &[u8; 16]| block.iter().fold(false, |is_any, byte| is_any | test(*byte));
    match bytes.last_chunk() {
        // The last block overlaps the one before.
        Some(last) => bytes.as_chunks().0.iter().any(is_any) || is_any(last),
        None => bytes.iter().any(|byte| test(*byte)),
    }
}

/// Checks a token. Returns its first error.
pub(crate) fn check_token(token: &str) -> Result<(), InvalidToken> {
    if !token.starts_with(TOKEN_PREFIX) {
        let span = Span::new(0, token.len());
        return Err(InvalidToken { kind: InvalidTokenKind::Prefix, span });
    }
    if !any_byte(token, |byte| !byte.is_ascii_graphic()) {
        return Ok(());
    }
    let start = token.find(|c: char| !c.is_ascii_graphic()).unwrap_or_default();
    let length = token.get(start..).and_then(|rest| rest.find(|c: char| c.is_ascii_graphic()));
    let span = Span::new(start, length.map_or(token.len(), |length| start + length));
    Err(InvalidToken { kind: InvalidTokenKind::Characters, span })
}
