//! The fixes of findings, and their edits.

use core::fmt;

use crate::span::Span;

/// Whether a fix can be applied without confirmation.
///
/// ```
/// use influxdb3_offline_tokens::Validator;
/// use influxdb3_offline_tokens::diagnostic::Applicability;
///
/// let validator = Validator::new(std::time::SystemTime::now());
/// let guess = br#"{"tokens": [{"token": "apiv3_a", "name": "app", "permissions": ["db:d:raed"]}]}"#;
/// assert!(validator.fix(guess, Applicability::Safe)?.applied.is_empty());
/// assert!(!validator.fix(guess, Applicability::Unsafe)?.applied.is_empty());
/// # Ok::<(), influxdb3_offline_tokens::token::GenerateTokenError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Applicability {
    /// The fix writes what was evidently meant. It never changes a secret or the rights of a valid permission.
    Safe,
    /// The fix needs confirmation: it is a guess, or it changes the rights or the secret of a token.
    Unsafe,
}

impl Applicability {
    /// Returns `safe` or `unsafe`.
    ///
    /// ```
    /// use influxdb3_offline_tokens::diagnostic::Applicability;
    ///
    /// assert_eq!(Applicability::Safe.name(), "safe");
    /// ```
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Safe => "safe",
            Self::Unsafe => "unsafe",
        }
    }
}

impl fmt::Display for Applicability {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// A fix of a finding: edits that are applied together.
///
/// ```
/// use influxdb3_offline_tokens::{Code, validate};
/// use influxdb3_offline_tokens::diagnostic::Applicability;
///
/// let report = validate(b"\xEF\xBB\xBF{\"tokens\": []}");
/// let mark = report.iter().find(|finding| finding.code() == Code::ByteOrderMark).unwrap();
/// let fix = mark.fix().unwrap();
/// assert_eq!((fix.applicability(), fix.edits().len()), (Applicability::Safe, 1));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fix {
    applicability: Applicability,
    edits: Vec<TextEdit>,
    pub(super) effect: Option<String>,
}

impl Fix {
    pub(super) const fn new(applicability: Applicability, edits: Vec<TextEdit>) -> Self {
        Self { applicability, edits, effect: None }
    }

    /// Returns the effect of the fix that its edits do not show: a right that it guesses or adds, or the replacement of a
    /// token. `None` for all other fixes, although a repaired permission or member then grants what it states.
    ///
    /// ```
    /// use influxdb3_offline_tokens::validate;
    ///
    /// let report = validate(br#"{"tokens": [{"token": "apiv3_YOUR_TOKEN", "name": "app", "permissions": []}]}"#);
    /// let fix = report.iter().find_map(|finding| finding.fix()).unwrap();
    /// assert_eq!(fix.effect(), Some("replaces the token"));
    /// ```
    #[must_use]
    pub fn effect(&self) -> Option<&str> {
        if self.has_new_token() { Some("replaces the token") } else { self.effect.as_deref() }
    }

    /// Returns whether the fix replaces a token, so that clients need the new one.
    #[must_use]
    pub fn has_new_token(&self) -> bool {
        self.edits.iter().any(|edit| edit.text.is_none())
    }

    /// Returns whether the fix can be applied without confirmation.
    ///
    /// ```
    /// use influxdb3_offline_tokens::{Code, validate};
    /// use influxdb3_offline_tokens::diagnostic::Applicability;
    ///
    /// let report = validate(br#"{"tokens": [{"token": "apiv3_a", "name": "app", "permissions": ["db:a:raed"]}]}"#);
    /// let typo = report.iter().find(|finding| finding.code() == Code::UnknownAction).unwrap();
    /// assert_eq!(typo.fix().unwrap().applicability(), Applicability::Unsafe);
    /// ```
    #[must_use]
    pub const fn applicability(&self) -> Applicability {
        self.applicability
    }

    /// Returns the edits in source order. They do not overlap, and their spans are those of the original text.
    ///
    /// ```
    /// use influxdb3_offline_tokens::{Code, validate};
    ///
    /// let report = validate(br#"{"tokens": {"token": "apiv3_a", "name": "app", "permissions": []}}"#);
    /// let no_list = report.iter().find(|finding| finding.code() == Code::WrongType).unwrap();
    /// assert_eq!(no_list.fix().unwrap().edits().len(), 2); // a bracket before, and one after
    /// ```
    #[must_use]
    pub fn edits(&self) -> &[TextEdit] {
        &self.edits
    }
}

/// An edit of a fix: it replaces the bytes of a span with a text.
///
/// ```
/// use influxdb3_offline_tokens::validate;
///
/// let mut text = String::from(r#"{"tokens": [],}"#);
/// let report = validate(text.as_bytes());
/// let edit = &report.iter().find_map(|finding| finding.fix()).unwrap().edits()[0];
/// text.replace_range(edit.span().range(), edit.text().unwrap());
/// assert_eq!(text, r#"{"tokens": []}"#);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TextEdit {
    span: Span,
    text: Option<String>,
}

impl TextEdit {
    pub(crate) fn new(span: Span, text: impl Into<String>) -> Self {
        Self { span, text: Some(text.into()) }
    }

    pub(crate) const fn new_token(span: Span) -> Self {
        Self { span, text: None }
    }

    pub(crate) fn insert(at: usize, text: impl Into<String>) -> Self {
        Self::new(Span::new(at, at), text)
    }

    /// Encloses a value in brackets.
    pub(crate) fn brackets(value: Span) -> [Self; 2] {
        [Self::insert(value.start(), "["), Self::insert(value.end(), "]")]
    }

    /// Removes an element of an array or a member of an object, with one comma. Returns `None` if a comment is in the way.
    pub(crate) fn removal(text: &str, item: Span) -> Option<Self> {
        const SPACE: [char; 4] = [' ', '\t', '\r', '\n'];
        let before = text.get(..item.start())?.trim_end_matches(SPACE);
        let after = text.get(item.end()..)?.trim_start_matches(SPACE);
        if let Some(before) = before.strip_suffix(',') {
            let start = before.trim_end_matches(SPACE).len();
            return Some(Self::new(Span::new(start, item.end()), ""));
        }
        if !before.ends_with(['[', '{']) {
            return None;
        }
        let end = match after.strip_prefix(',') {
            Some(after) => text.len() - after.trim_start_matches(SPACE).len(),
            None if after.starts_with([']', '}']) => item.end(),
            None => return None,
        };
        Some(Self::new(Span::new(item.start(), end), ""))
    }

    /// Returns the span of the replaced bytes; empty if the text is inserted.
    ///
    /// ```
    /// use influxdb3_offline_tokens::validate;
    ///
    /// let report = validate(br#"{"tokens": [],}"#);
    /// let fix = report.iter().find_map(|finding| finding.fix()).unwrap();
    /// assert_eq!(fix.edits()[0].span().range(), 13..14);
    /// ```
    #[must_use]
    pub const fn span(&self) -> Span {
        self.span
    }

    /// Returns the new text; `None` means a token that is generated when the fix is applied, so that no report contains a
    /// secret.
    ///
    /// ```
    /// use influxdb3_offline_tokens::validate;
    ///
    /// let report = validate(br#"{"tokens": [{"token": "apiv3_YOUR_TOKEN", "name": "app", "permissions": []}]}"#);
    /// let mut edits = report.iter().filter_map(|finding| finding.fix()).flat_map(|fix| fix.edits());
    /// assert!(edits.any(|edit| edit.text().is_none()));
    /// ```
    #[must_use]
    pub fn text(&self) -> Option<&str> {
        self.text.as_deref()
    }

    /// Returns the text for the verification of a fix, with a constant in place of a new token.
    pub(crate) fn text_or_sample(&self) -> &str {
        const NEW_TOKEN: &str =
            "apiv3_Kq3Zf0mC7uXk9Tn2LwYv5RgH1sBd8JpE4xVtAaQiUoNyMzWhFcGe6rDlSbPj-_KTmIqX2wY7ZvO5nRfC3uLg9k";
        self.text().unwrap_or(NEW_TOKEN)
    }
}
