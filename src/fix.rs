//! The application of fixes.

use std::collections::{BTreeMap, HashSet};

use zeroize::Zeroizing;

use crate::check::Validator;
pub(crate) use crate::diagnostic::splice_pieces;
use crate::diagnostic::{Applicability, Diagnostic, EditSet, Fix, Label};
use crate::secret::SecretBytes;
use crate::span::Span;
use crate::token::{GenerateTokenError, Token};

/// A text with applied fixes.
///
/// ```
/// use std::time::SystemTime;
/// use influxdb3_offline_tokens::{Code, Validator};
/// use influxdb3_offline_tokens::diagnostic::Applicability;
///
/// let fixed = Validator::new(SystemTime::now()).fix(br#"{"tokens": [],}"#, Applicability::Safe)?;
/// assert_eq!(*fixed.bytes, *br#"{"tokens": []}"#);
/// let finding = &fixed.applied[0];
/// assert_eq!((finding.code(), finding.span().range()), (Code::JsonSyntax, 13..14));
/// # Ok::<(), influxdb3_offline_tokens::token::GenerateTokenError>(())
/// ```
#[derive(Debug)]
#[non_exhaustive]
pub struct FixedText {
    /// The text, which contains the secrets of the file.
    pub bytes: SecretBytes,
    /// The findings whose fixes were applied, in source order. Their spans are those of the text before any fix. If it is
    /// empty, the text is unchanged.
    pub applied: Vec<Diagnostic>,
}

impl Validator {
    /// Applies the fixes of one check: the safe ones, or all with [`Applicability::Unsafe`]. All other bytes are unchanged.
    ///
    /// If fixes overlap, only the first is applied; call it again for the rest. A fix that would cause an error is not
    /// applied, nor is any in a text with NUL characters or invalid UTF-8. A code that [`severity`](Self::severity) turns off is
    /// not fixed.
    ///
    /// ```
    /// use influxdb3_offline_tokens::Validator;
    /// use influxdb3_offline_tokens::diagnostic::Applicability;
    ///
    /// let validator = Validator::new(std::time::SystemTime::now());
    /// let fixed = validator.fix(br#"{"tokens": [],}"#, Applicability::Safe)?;
    /// assert_eq!(*fixed.bytes, *br#"{"tokens": []}"#);
    /// # Ok::<(), influxdb3_offline_tokens::token::GenerateTokenError>(())
    /// ```
    ///
    /// # Errors
    /// Returns an error if a fix replaces a token, but the operating system returns no random bytes.
    pub fn fix(&self, bytes: &[u8], up_to: Applicability) -> Result<FixedText, GenerateTokenError> {
        let (report, before) = self.check_for_fixes(bytes);
        let is_wanted = |fix: &Fix| fix.applicability() <= up_to;
        let proposed = report.iter().filter(|finding| finding.fix().is_some_and(is_wanted));
        let mut edits = EditSet::default();
        let mut chosen: Vec<_> = proposed.filter(|diagnostic| edits.add(diagnostic.edits())).collect();
        // Some fixes cause errors only in the whole file, such as a trimmed name that becomes a duplicate.
        while !chosen.is_empty() {
            let applied = apply(bytes, &chosen)?;
            let (after, counts) = self.check_errors(&applied.bytes);
            if !counts.has_new_error(&before) {
                let fixed = chosen.into_iter().cloned().collect();
                return Ok(FixedText { bytes: applied.bytes, applied: fixed });
            }
            let errors = after.iter().filter(|error| counts.has_more_errors(&before, error.code()));
            let spans = errors.flat_map(|error| error.labels().iter().map(Label::span).chain([error.span()]));
            let ends: BTreeMap<usize, usize> = spans.map(|span| (span.start(), span.end())).collect();
            let is_invalid = |edit: Span| {
                let last = ends.range(..=edit.end()).next_back();
                last.is_some_and(|(_, end)| *end >= edit.start())
            };
            let invalid = applied.edits.iter().filter(|(_, edit)| is_invalid(*edit));
            let invalid: HashSet<usize> = invalid.map(|(fix, _)| *fix).collect();
            if invalid.is_empty() {
                break;
            }
            let mut fixes = 0..;
            chosen.retain(|_| fixes.next().is_some_and(|fix| !invalid.contains(&fix)));
        }
        Ok(FixedText { bytes: bytes.to_vec().into(), applied: Vec::new() })
    }
}

/// A text with fixes, and the spans of their edits, each with the position of its fix.
struct Applied {
    bytes: SecretBytes,
    edits: Vec<(usize, Span)>,
}

fn apply(bytes: &[u8], chosen: &[&Diagnostic]) -> Result<Applied, GenerateTokenError> {
    let mut edits = Vec::new();
    for (fix, diagnostic) in chosen.iter().enumerate() {
        for edit in diagnostic.edits() {
            let token = edit.text().is_none().then(Token::generate).transpose()?;
            let text = token.as_ref().map_or(edit.text_or_sample(), Token::expose);
            edits.push((edit.span(), fix, Zeroizing::new(String::from(text))));
        }
    }
    edits.sort_by_key(|(span, ..)| *span);
    let bytes = splice_pieces(bytes, edits.iter().map(|(span, _, text)| (span.range(), text.as_bytes())));
    let (mut at, mut end) = (0, 0);
    let spans = edits.iter().map(|(span, fix, text)| {
        let start = end + (span.start() - at);
        (at, end) = (span.end(), start + text.len());
        (*fix, Span::new(start, end))
    });
    Ok(Applied { bytes, edits: spans.collect() })
}
