//! The applied fixes.

use crate::code::Code;
use crate::diagnostic::{Diagnostic, Fix};
use crate::span::{Location, Span};

/// An applied fix, with its finding.
///
/// ```
/// use std::time::SystemTime;
/// use influxdb3_offline_tokens::{Code, Validator};
/// use influxdb3_offline_tokens::diagnostic::Applicability;
///
/// let weak = br#"{"tokens": [{"token": "apiv3_abc", "name": "app", "permissions": ["system:*:read"]}]}"#;
/// let fixed = Validator::new(SystemTime::now()).fix(weak, Applicability::Unsafe)?;
/// let fix = &fixed.applied[0];
/// assert_eq!((fix.code(), fix.has_new_token()), (Code::WeakToken, true));
/// # Ok::<(), influxdb3_offline_tokens::token::GenerateTokenError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AppliedFix(pub(super) Diagnostic);

impl AppliedFix {
    /// Creates a fix of the file on disk, not of its text.
    pub(crate) fn for_disk(code: Code, message: String) -> Self {
        let mut diagnostic = Diagnostic::new(code, code.severity(), Span::new(0, 0));
        diagnostic.message = message.into();
        Self(diagnostic)
    }

    /// Returns the code of the finding.
    ///
    /// ```
    /// use std::time::SystemTime;
    /// use influxdb3_offline_tokens::{Code, Validator};
    /// use influxdb3_offline_tokens::diagnostic::Applicability;
    ///
    /// let fixed = Validator::new(SystemTime::now()).fix(b"{\"tokens\": []} // none", Applicability::Safe)?;
    /// assert_eq!(fixed.applied[0].code(), Code::JsonSyntax);
    /// # Ok::<(), influxdb3_offline_tokens::token::GenerateTokenError>(())
    /// ```
    #[must_use]
    pub const fn code(&self) -> Code {
        self.0.code()
    }

    /// Returns the message of the finding.
    ///
    /// ```
    /// use std::time::SystemTime;
    /// use influxdb3_offline_tokens::Validator;
    /// use influxdb3_offline_tokens::diagnostic::Applicability;
    ///
    /// let fixed = Validator::new(SystemTime::now()).fix(b"{\"tokens\": []} // none", Applicability::Safe)?;
    /// assert_eq!(fixed.applied[0].message(), "JSON does not allow comments");
    /// # Ok::<(), influxdb3_offline_tokens::token::GenerateTokenError>(())
    /// ```
    #[must_use]
    pub fn message(&self) -> &str {
        self.0.message()
    }

    /// Returns the JSON pointer (RFC 6901) of the value, as [`Diagnostic::pointer`]; empty for the whole file.
    ///
    /// ```
    /// use std::time::SystemTime;
    /// use influxdb3_offline_tokens::Validator;
    /// use influxdb3_offline_tokens::diagnostic::Applicability;
    ///
    /// let weak = br#"{"tokens": [{"token": "apiv3_abc", "name": "app", "permissions": ["system:*:read"]}]}"#;
    /// let fixed = Validator::new(SystemTime::now()).fix(weak, Applicability::Unsafe)?;
    /// assert_eq!(fixed.applied[0].pointer(), "/tokens/0/token");
    /// # Ok::<(), influxdb3_offline_tokens::token::GenerateTokenError>(())
    /// ```
    #[must_use]
    pub fn pointer(&self) -> &str {
        self.0.pointer()
    }

    /// Returns the span in the text before any fix.
    ///
    /// ```
    /// use std::time::SystemTime;
    /// use influxdb3_offline_tokens::Validator;
    /// use influxdb3_offline_tokens::diagnostic::Applicability;
    ///
    /// let text = "{\"tokens\": []} // none";
    /// let fixed = Validator::new(SystemTime::now()).fix(text.as_bytes(), Applicability::Safe)?;
    /// assert_eq!(fixed.applied[0].span().text(text), Some("// none"));
    /// # Ok::<(), influxdb3_offline_tokens::token::GenerateTokenError>(())
    /// ```
    #[must_use]
    pub const fn span(&self) -> Span {
        self.0.span()
    }

    /// Returns the line and column where the span starts.
    ///
    /// ```
    /// use std::time::SystemTime;
    /// use influxdb3_offline_tokens::Validator;
    /// use influxdb3_offline_tokens::diagnostic::Applicability;
    /// use influxdb3_offline_tokens::span::Location;
    ///
    /// let fixed = Validator::new(SystemTime::now()).fix(b"{\"tokens\": []}\n// none", Applicability::Safe)?;
    /// assert_eq!(fixed.applied[0].location(), Location { line: 2, column: 1 });
    /// # Ok::<(), influxdb3_offline_tokens::token::GenerateTokenError>(())
    /// ```
    #[must_use]
    pub const fn location(&self) -> Location {
        self.0.location()
    }

    /// Returns the effect of the fix beyond the text, as [`Fix::effect`].
    ///
    /// ```
    /// use std::time::SystemTime;
    /// use influxdb3_offline_tokens::Validator;
    /// use influxdb3_offline_tokens::diagnostic::Applicability;
    ///
    /// let guess = br#"{"tokens": [{"token": "apiv3_a", "name": "app", "permissions": ["db:d:raed"]}]}"#;
    /// let fixed = Validator::new(SystemTime::now()).fix(guess, Applicability::Unsafe)?;
    /// assert!(fixed.applied.iter().any(|fix| fix.effect() == Some("grants `read`")));
    /// # Ok::<(), influxdb3_offline_tokens::token::GenerateTokenError>(())
    /// ```
    #[must_use]
    pub fn effect(&self) -> Option<&str> {
        self.0.fix().and_then(Fix::effect)
    }

    /// Returns whether the fix replaced a token. Its clients need the new one.
    ///
    /// ```
    /// use std::time::SystemTime;
    /// use influxdb3_offline_tokens::Validator;
    /// use influxdb3_offline_tokens::diagnostic::Applicability;
    ///
    /// let fixed = Validator::new(SystemTime::now()).fix(br#"{"tokens": [],}"#, Applicability::Unsafe)?;
    /// assert!(!fixed.applied[0].has_new_token());
    /// # Ok::<(), influxdb3_offline_tokens::token::GenerateTokenError>(())
    /// ```
    #[must_use]
    pub fn has_new_token(&self) -> bool {
        self.0.edits().iter().any(|edit| edit.text().is_none())
    }
}
