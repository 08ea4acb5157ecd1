//! Validation of a text at the current time, and checks and fixes of a file on disk.

use std::path::Path;
use std::time::SystemTime;

use super::checked::{CheckedFile, report_facts};
use super::{Error, FileOptions, MAX_FILE_BYTES};
use crate::check::Validator;
use crate::code::Code;
use crate::diagnostic::{Applicability, Diagnostic, Report};
use crate::replace::{ReplaceError, read, read_stamp, replace};
use crate::secret::NewText;

/// Checks a text with the default options, at the current time. To check it for one release of the server, or to check a file
/// on disk, use a [`Validator`].
///
/// ```
/// let report = influxdb3_offline_tokens::validate(br#"{"tokens": [{"token": "abc"}]}"#);
/// assert!(!report.is_valid());
/// for finding in &report {
///     println!("{finding}");
/// }
/// ```
#[must_use]
pub fn validate(bytes: &[u8]) -> Report {
    Validator::new(SystemTime::now()).check(bytes)
}

impl Validator {
    /// Checks the text, mode, owner and hard links of a file on disk, through one handle.
    ///
    /// A pipe, such as `/dev/stdin` or a process substitution, is read once, for up to 60 seconds. Only its text is checked.
    ///
    /// ```
    /// use influxdb3_offline_tokens::{Code, Validator};
    ///
    /// # let directory = tempfile::tempdir()?;
    /// # let path = directory.path().join("permission-tokens.json");
    /// std::fs::write(&path, r#"{"tokens": []}"#)?;
    /// std::fs::hard_link(&path, path.with_extension("bak"))?;
    /// let checked = Validator::new(std::time::SystemTime::now()).check_file(&path)?;
    /// # #[cfg(unix)]
    /// assert!(checked.report.iter().any(|finding| finding.code() == Code::SeveralLinks));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// Returns an error if the file does not exist, is not a regular file or pipe, is larger than 1 GiB, or cannot be read.
    pub fn check_file(&self, path: impl AsRef<Path>) -> Result<CheckedFile, Error> {
        let contents = read(path.as_ref(), MAX_FILE_BYTES)?;
        let report = self.check_with(&contents.bytes, |sink| report_facts(&contents.facts, sink));
        Ok(CheckedFile { bytes: contents.bytes, report })
    }

    /// Applies fixes to a file on disk, as [`Validator::fix`] does to a text, and returns their findings.
    ///
    /// With [`Applicability::Unsafe`], it also restricts the mode to the owner. That finding comes first, without a
    /// [`fix`](Diagnostic::fix), and with an empty span at the start of the file.
    ///
    /// ```
    /// use influxdb3_offline_tokens::{Validator, load};
    /// use influxdb3_offline_tokens::diagnostic::Applicability;
    ///
    /// # let directory = tempfile::tempdir()?;
    /// # let path = directory.path().join("permission-tokens.json");
    /// std::fs::write(&path, r#"{"tokens": [],}"#)?;
    /// let validator = Validator::new(std::time::SystemTime::now());
    /// assert_eq!(validator.fix_file(&path, Applicability::Safe)?.len(), 1);
    /// assert!(load(&path).is_ok());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// Returns [`Error::Disk`] if the file cannot be read, locked or replaced, or [`Error::Generate`] if the operating system
    /// returned no random bytes for a new token. A file that remains invalid is not an error.
    pub fn fix_file(&self, path: impl AsRef<Path>, up_to: Applicability) -> Result<Vec<Diagnostic>, Error> {
        let path = path.as_ref();
        let fixes_mode = up_to == Applicability::Unsafe && self.is_enabled(Code::ReadableByOthers);
        // Rejects a pipe before its content is read and lost.
        read_stamp(path)?;
        let mode = if fixes_mode { self.mode_finding(path)? } else { None };
        let options = FileOptions::new().create(false).restrict_mode(mode.is_some());
        let mut applied = Vec::new();
        let result = replace(path, &options, |old| {
            let fixed = self.fix(old.unwrap_or_default(), up_to)?;
            applied = mode.iter().cloned().chain(fixed.applied).collect();
            Ok((!applied.is_empty()).then_some(NewText::Whole(fixed.bytes)))
        });
        match result {
            Ok(_) => Ok(applied),
            Err(ReplaceError::Edit(error)) => Err(Error::Generate(error)),
            Err(ReplaceError::Disk(error)) => Err(error.into()),
        }
    }

    /// Returns the finding on the mode of a file.
    fn mode_finding(&self, path: &Path) -> Result<Option<Diagnostic>, Error> {
        let facts = read(path, MAX_FILE_BYTES)?.facts;
        let validator = self.clone().max_diagnostics(usize::MAX);
        let report = validator.check_with(&[], |sink| report_facts(&facts, sink));
        Ok(report.iter().find(|finding| finding.code() == Code::ReadableByOthers).cloned())
    }
}
