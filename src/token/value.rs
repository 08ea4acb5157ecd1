//! The type `Token`.

use alloc::boxed::Box;
#[cfg(feature = "std")]
use alloc::string::String;
use core::fmt;

use sha2::{Digest, Sha512};
use subtle::ConstantTimeEq;
use zeroize::Zeroize;

use crate::from_text::from_text;
#[cfg(feature = "std")]
use crate::token::{GenerateTokenError, TOKEN_PREFIX};
use crate::token::{InvalidToken, check_token};

/// The number of random bytes in a token of the server (server source).
#[cfg(feature = "std")]
const RANDOM_BYTES: usize = 64;

/// A token: the secret that a client presents.
///
/// It starts with `apiv3_` and contains only visible ASCII, so that a header can carry it. It is zeroized on drop. `Debug` is
/// redacted, and there is no `Display`, `PartialEq` or `Serialize`. Only [`Token::expose`] returns the secret; `to_json` and
/// `Serialize` of `TokenEntry`, `TokenFile` and `AdminTokenFile` contain it.
///
/// ```
/// use influxdb3_offline_tokens::Token;
///
/// let token = Token::generate()?;
/// assert_eq!(token.expose().len(), 92);
/// assert_eq!(format!("{token:?}"), "Token([redacted])");
/// assert!(token.matches(token.expose()) && !token.matches("apiv3_guess"));
/// # Ok::<(), influxdb3_offline_tokens::token::GenerateTokenError>(())
/// ```
pub struct Token(Box<str>);

impl Token {
    /// Parses a token.
    ///
    /// ```
    /// use influxdb3_offline_tokens::Token;
    ///
    /// let error = Token::parse("apiv3_with space").unwrap_err();
    /// assert_eq!(error.span().range(), 10..11);
    /// assert!(Token::parse("APIV3_a").is_err());
    /// ```
    ///
    /// # Errors
    /// Returns an error if the text does not start with `apiv3_`. Spaces, control characters and characters outside ASCII are
    /// also errors: an `Authorization` header cannot carry them.
    pub fn parse(token: &str) -> Result<Self, InvalidToken> {
        check_token(token)?;
        // Invariant: check_token accepted it.
        Ok(Self(token.into()))
    }

    // For `document`, which has checked the token.
    #[cfg(feature = "std")]
    pub(crate) fn checked(token: &str) -> Self {
        Self(token.into())
    }

    /// Generates a token as the server does (server source): `apiv3_` and 64 random bytes from the operating system,
    /// in URL-safe base64 without padding. It has 92 characters.
    ///
    /// ```
    /// use influxdb3_offline_tokens::Token;
    ///
    /// let (one, other) = (Token::generate()?, Token::generate()?);
    /// assert!(one.expose().starts_with("apiv3_") && !one.matches(other.expose()));
    /// # Ok::<(), influxdb3_offline_tokens::token::GenerateTokenError>(())
    /// ```
    ///
    /// # Errors
    /// Returns an error if the operating system returns no random bytes.
    #[cfg(feature = "std")]
    pub fn generate() -> Result<Self, GenerateTokenError> {
        use base64::Engine;
        use base64::engine::general_purpose::URL_SAFE_NO_PAD;
        use rand::TryRng;

        let mut random = zeroize::Zeroizing::new([0; RANDOM_BYTES]);
        rand::rngs::SysRng.try_fill_bytes(&mut *random).map_err(GenerateTokenError)?;
        // Encoded in place: a growing buffer or a copy would leave a piece of the secret behind.
        let mut token = alloc::vec![0; TOKEN_PREFIX.len() + (RANDOM_BYTES * 4).div_ceil(3)];
        let (prefix, encoded) = token.split_at_mut(TOKEN_PREFIX.len());
        prefix.copy_from_slice(TOKEN_PREFIX.as_bytes());
        let _ = URL_SAFE_NO_PAD.encode_slice(random.as_slice(), encoded);
        let token = String::from_utf8(token).unwrap_or_default();
        // Invariant: the prefix and characters of base64.
        Ok(Self(token.into_boxed_str()))
    }

    /// Returns the secret. Search for this name to find every use of a secret.
    ///
    /// ```
    /// use influxdb3_offline_tokens::Token;
    ///
    /// let token = Token::parse("apiv3_a")?;
    /// let header = format!("Bearer {}", token.expose());
    /// assert_eq!(header, "Bearer apiv3_a");
    /// # Ok::<(), influxdb3_offline_tokens::token::InvalidToken>(())
    /// ```
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// Returns whether `presented` is this token, in a time that reveals only whether the lengths are equal.
    ///
    /// ```
    /// use influxdb3_offline_tokens::Token;
    ///
    /// let token = Token::parse("apiv3_a")?;
    /// assert!(token.matches("apiv3_a"));
    /// assert!(!token.matches("apiv3_A") && !token.matches("Bearer apiv3_a"));
    /// # Ok::<(), influxdb3_offline_tokens::token::InvalidToken>(())
    /// ```
    #[must_use]
    pub fn matches(&self, presented: &str) -> bool {
        self.0.as_bytes().ct_eq(presented.as_bytes()).into()
    }

    /// Returns the SHA-512 of the token with its prefix, which the server stores (server source).
    ///
    /// ```
    /// use influxdb3_offline_tokens::Token;
    ///
    /// let digest = Token::parse("apiv3_a")?.sha512();
    /// let hex: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
    /// assert!(hex.starts_with("174499724"));
    /// # Ok::<(), influxdb3_offline_tokens::token::InvalidToken>(())
    /// ```
    #[must_use]
    pub fn sha512(&self) -> [u8; 64] {
        Sha512::digest(self.0.as_bytes()).into()
    }
}

impl Clone for Token {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl Drop for Token {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token([redacted])")
    }
}

from_text!(Token, InvalidToken);
