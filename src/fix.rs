//! Application of fixes: all of a level in one pass.

mod applied;

use alloc::vec::Vec;
use std::collections::HashSet;

use zeroize::Zeroizing;

pub use self::applied::AppliedFix;
use crate::check::Validator;
use crate::diagnostic::{Applicability, Diagnostic, EditSet, Report, TextEdit};
use crate::secret::SecretBytes;
use crate::span::Span;
use crate::token::{GenerateTokenError, Token};

/// A text with fixes applied. `Debug` redacts the text, and it is zeroized on drop.
///
/// ```
/// use std::time::SystemTime;
/// use influxdb3_offline_tokens::Validator;
/// use influxdb3_offline_tokens::diagnostic::Applicability;
///
/// let fixed = Validator::new(SystemTime::now()).fix(br#"{"tokens": [],}"#, Applicability::Safe)?;
/// assert_eq!((fixed.applied_count(), fixed.as_bytes()), (1, &br#"{"tokens": []}"#[..]));
/// # Ok::<(), influxdb3_offline_tokens::token::GenerateTokenError>(())
/// ```
pub struct FixedText {
    bytes: Zeroizing<Vec<u8>>,
    fixes: Vec<AppliedFix>,
}

impl FixedText {
    /// Returns the text, which contains the secrets of the file.
    ///
    /// ```
    /// use std::time::SystemTime;
    /// use influxdb3_offline_tokens::Validator;
    /// use influxdb3_offline_tokens::diagnostic::Applicability;
    ///
    /// let right = br#"{"tokens": []}"#;
    /// let fixed = Validator::new(SystemTime::now()).fix(right, Applicability::Unsafe)?;
    /// assert_eq!((fixed.as_bytes(), fixed.applied_count()), (&right[..], 0));
    /// # Ok::<(), influxdb3_offline_tokens::token::GenerateTokenError>(())
    /// ```
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Converts this into the text.
    ///
    /// ```
    /// use std::time::SystemTime;
    /// use influxdb3_offline_tokens::Validator;
    /// use influxdb3_offline_tokens::diagnostic::Applicability;
    ///
    /// let fixed = Validator::new(SystemTime::now()).fix(br#"{"tokens": [],}"#, Applicability::Safe)?;
    /// assert_eq!(&*fixed.into_bytes(), br#"{"tokens": []}"#);
    /// # Ok::<(), influxdb3_offline_tokens::token::GenerateTokenError>(())
    /// ```
    #[must_use]
    pub fn into_bytes(self) -> SecretBytes {
        SecretBytes::wiped(self.bytes)
    }

    /// Returns the number of applied fixes. If it is 0, the text is unchanged.
    ///
    /// ```
    /// use std::time::SystemTime;
    /// use influxdb3_offline_tokens::Validator;
    /// use influxdb3_offline_tokens::diagnostic::Applicability;
    ///
    /// let fixed = Validator::new(SystemTime::now()).fix(b"{\"tokens\": [],} // by hand", Applicability::Safe)?;
    /// assert_eq!(fixed.applied_count(), 2);
    /// # Ok::<(), influxdb3_offline_tokens::token::GenerateTokenError>(())
    /// ```
    #[must_use]
    pub const fn applied_count(&self) -> usize {
        self.fixes.len()
    }

    /// Returns the applied fixes, in source order.
    ///
    /// ```
    /// use std::time::SystemTime;
    /// use influxdb3_offline_tokens::{Code, Validator};
    /// use influxdb3_offline_tokens::diagnostic::Applicability;
    ///
    /// let fixed = Validator::new(SystemTime::now()).fix(br#"{"tokens": [],}"#, Applicability::Safe)?;
    /// let fix = &fixed.applied()[0];
    /// assert_eq!((fix.code(), fix.span().range()), (Code::JsonSyntax, 13..14));
    /// # Ok::<(), influxdb3_offline_tokens::token::GenerateTokenError>(())
    /// ```
    #[must_use]
    pub fn applied(&self) -> &[AppliedFix] {
        &self.fixes
    }

    pub(crate) fn into_parts(self) -> (Zeroizing<Vec<u8>>, Vec<AppliedFix>) {
        (self.bytes, self.fixes)
    }
}

impl core::fmt::Debug for FixedText {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("FixedText").field("applied", &self.fixes).finish_non_exhaustive()
    }
}

impl Validator {
    /// Applies the fixes of one check: the safe ones, or all with [`Applicability::Unsafe`]. All other bytes are unchanged.
    ///
    /// If fixes overlap, only the first is applied. The next call offers what this one left or uncovered. A fix that would
    /// cause a new error is not applied, and a code that [`severity`](Self::severity) turns off is not fixed.
    ///
    /// ```
    /// use influxdb3_offline_tokens::Validator;
    /// use influxdb3_offline_tokens::diagnostic::Applicability;
    ///
    /// let validator = Validator::new(std::time::SystemTime::now());
    /// let fixed = validator.fix(br#"{"tokens": [],}"#, Applicability::Safe)?;
    /// assert_eq!(fixed.as_bytes(), br#"{"tokens": []}"#);
    /// # Ok::<(), influxdb3_offline_tokens::token::GenerateTokenError>(())
    /// ```
    ///
    /// # Errors
    /// A fix replaces a token, and the operating system provides no random bytes.
    pub fn fix(&self, bytes: &[u8], up_to: Applicability) -> Result<FixedText, GenerateTokenError> {
        let (proposed, before) = self.fixable(bytes, up_to);
        let mut chosen = without_overlaps(&proposed);
        // Some errors appear only in the whole file, such as a trimmed name that is now a duplicate.
        while !chosen.is_empty() {
            let applied = apply(bytes, &chosen)?;
            let (after, counts) = self.errors(&applied.bytes);
            if !counts.has_new_error(&before) {
                let fixes = chosen.into_iter().map(AppliedFix::new).collect();
                return Ok(FixedText { bytes: applied.bytes, fixes });
            }
            let errors = after.iter().filter(|error| counts.has_more_errors(&before, error.code()));
            let errors = merged(errors.flat_map(spans_of).collect());
            let invalid = applied.edits.iter().filter(|(_, edit)| touches(*edit, &errors));
            let invalid: HashSet<usize> = invalid.map(|(fix, _)| *fix).collect();
            if invalid.is_empty() {
                break;
            }
            let mut fixes = 0..;
            chosen.retain(|_| fixes.next().is_some_and(|fix| !invalid.contains(&fix)));
        }
        Ok(FixedText { bytes: Zeroizing::new(bytes.to_vec()), fixes: Vec::new() })
    }
}

fn spans_of(diagnostic: &Diagnostic) -> impl Iterator<Item = Span> {
    diagnostic.labels().iter().map(crate::diagnostic::Label::span).chain([diagnostic.span()])
}

/// Returns the same spans in order, and those that touch as one.
fn merged(mut spans: Vec<Span>) -> Vec<Span> {
    spans.sort_unstable();
    let mut merged: Vec<Span> = Vec::new();
    for span in spans {
        match merged.last_mut() {
            Some(last) if span.start() <= last.end() => {
                *last = Span::new(last.start(), last.end().max(span.end()));
            }
            _ => merged.push(span),
        }
    }
    merged
}

fn touches(edit: Span, errors: &[Span]) -> bool {
    let first = errors.partition_point(|error| error.end() < edit.start());
    errors.get(first).is_some_and(|error| error.start() <= edit.end())
}

/// Returns the findings in source order whose fix overlaps none before it.
fn without_overlaps(report: &Report) -> Vec<&Diagnostic> {
    let mut edits = EditSet::default();
    report.iter().filter(|diagnostic| edits.add(diagnostic.edits())).collect()
}

/// A text with fixes, and the spans of their edits, each with the position of its fix.
struct Applied {
    bytes: Zeroizing<Vec<u8>>,
    edits: Vec<(usize, Span)>,
}

/// An edit of a fix, and the token that it generates.
struct Chosen<'f> {
    edit: &'f TextEdit,
    fix: usize,
    token: Option<Token>,
}

impl Chosen<'_> {
    fn text(&self) -> &[u8] {
        self.token.as_ref().map_or(self.edit.text_or_sample(), Token::expose).as_bytes()
    }
}

fn apply(bytes: &[u8], chosen: &[&Diagnostic]) -> Result<Applied, GenerateTokenError> {
    let mut edits = Vec::new();
    for (at, diagnostic) in chosen.iter().enumerate() {
        for edit in diagnostic.edits() {
            let token = edit.text().is_none().then(Token::generate).transpose()?;
            edits.push(Chosen { edit, fix: at, token });
        }
    }
    edits.sort_by_key(|chosen| chosen.edit.span());
    let pieces = edits.iter().map(|edit| (edit.edit.span().range(), edit.text()));
    let bytes = splice_pieces(bytes, pieces);
    let (mut at, mut end) = (0, 0);
    let spans = edits.iter().map(|edit| {
        let start = end + (edit.edit.span().start() - at);
        (at, end) = (edit.edit.span().end(), start + edit.text().len());
        (edit.fix, Span::new(start, end))
    });
    Ok(Applied { bytes, edits: spans.collect() })
}

/// Replaces ranges, which are sorted and do not overlap, by texts. All other bytes are unchanged.
pub(crate) fn splice_pieces<'p>(
    bytes: &[u8],
    pieces: impl Iterator<Item = (core::ops::Range<usize>, &'p [u8])> + Clone,
) -> Zeroizing<Vec<u8>> {
    let grown: usize = pieces.clone().map(|(_, text)| text.len()).sum();
    // The buffer never grows: growing would leave a copy that is not zeroized.
    let mut result = Zeroizing::new(Vec::with_capacity(bytes.len() + grown));
    let mut at = 0;
    for (range, text) in pieces {
        result.extend_from_slice(bytes.get(at..range.start).unwrap_or_default());
        result.extend_from_slice(text);
        at = range.end;
    }
    result.extend_from_slice(bytes.get(at..).unwrap_or_default());
    result
}
