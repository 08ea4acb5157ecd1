//! Checking a text at the current time, and checking and fixing a file on disk.

use std::path::Path;
use std::time::SystemTime;
use std::vec::Vec;

use super::checked::{CheckedFile, readable_by_others, report_facts};
use super::{Error, FileOptions, MAX_FILE_BYTES};
use crate::check::Validator;
use crate::code::Code;
use crate::diagnostic::{Applicability, Report};
use crate::fix::AppliedFix;
use crate::replace::{ReplaceError, look, read, replace};

/// Checks a text with the default settings, at the time that this machine's clock shows. What concerns one release of the
/// server, or the file on disk, needs a [`Validator`].
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
    /// Checks a file on disk: its text, who else may read it, who owns it and how many names it has, from one handle. A pipe,
    /// such as `/dev/stdin` or a process substitution, is read once, for up to 60 seconds, and only its text is checked.
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
    /// assert!(checked.report().iter().any(|finding| finding.code() == Code::SeveralLinks));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// There is no such file; it is neither a regular file nor a pipe; it is larger than 1 GiB; it may not be read.
    pub fn check_file(&self, path: impl AsRef<Path>) -> Result<CheckedFile, Error> {
        let contents = read(path.as_ref(), MAX_FILE_BYTES)?;
        let report = self.check_with(&contents.bytes, |sink| report_facts(&contents.facts, sink));
        Ok(CheckedFile::new(contents.bytes, report))
    }

    /// Applies fixes to a file on disk, as [`Validator::fix`] does to a text. Returns the applied fixes. A fix of the
    /// mode comes first, with an empty span at the start of the file.
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
    /// With [`Applicability::Unsafe`], it also restricts the mode to the owner.
    ///
    /// # Errors
    /// There is no such file; it cannot be read, locked or replaced ([`Error::Disk`]); there are no random bytes for a new
    /// token ([`Error::Generate`]). A file with errors is no error of this call.
    pub fn fix_file(&self, path: impl AsRef<Path>, up_to: Applicability) -> Result<Vec<AppliedFix>, Error> {
        let path = path.as_ref();
        let wants_mode = up_to == Applicability::Unsafe && self.is_enabled(Code::ReadableByOthers);
        // A pipe cannot be replaced, and would be lost once it is read.
        look(path)?;
        let mode = if wants_mode { readable_by_others(&read(path, MAX_FILE_BYTES)?.facts) } else { None };
        let options = FileOptions::new().create(false).restrict_mode(mode.is_some());
        let mut applied = Vec::new();
        let result = replace(path, &options.0, |old| {
            let fixed = self.fix(old.unwrap_or_default(), up_to)?;
            let (bytes, of_text) = fixed.into_parts();
            let mode = mode.clone().map(|message| AppliedFix::for_disk(Code::ReadableByOthers, message));
            applied = mode.into_iter().chain(of_text).collect();
            Ok((!applied.is_empty()).then_some(bytes))
        });
        match result {
            Ok(_) => Ok(applied),
            Err(ReplaceError::Edit(error)) => Err(Error::Generate(error)),
            Err(ReplaceError::Disk(error)) => Err(error.into()),
        }
    }
}
