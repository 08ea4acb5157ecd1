//! A file that was checked, and what is said of it as a file.

use std::format;
use std::string::String;
use std::vec::Vec;

use zeroize::Zeroizing;

use crate::code::Code;
use crate::diagnostic::{Diagnostic, Report};
use crate::disk::FileFacts;
use crate::secret::SecretBytes;
use crate::span::Span;

/// A file that was checked: what was read, and what was found in just that. `Debug` shows the report only.
///
/// ```
/// use influxdb3_offline_tokens::Validator;
///
/// # let directory = tempfile::tempdir()?;
/// # let path = directory.path().join("permission-tokens.json");
/// let text = r#"{"tokens": [], "note": 1}"#;
/// std::fs::write(&path, text)?;
/// let checked = Validator::new(std::time::SystemTime::now()).check_file(&path)?;
/// assert_eq!(checked.as_bytes(), text.as_bytes());
/// assert!(checked.report().is_valid() && !checked.report().is_empty());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct CheckedFile {
    bytes: Zeroizing<Vec<u8>>,
    report: Report,
}

impl CheckedFile {
    pub(super) const fn new(bytes: Zeroizing<Vec<u8>>, report: Report) -> Self {
        Self { bytes, report }
    }

    /// The bytes that were read, which hold the secrets.
    ///
    /// ```
    /// use influxdb3_offline_tokens::Validator;
    ///
    /// # let directory = tempfile::tempdir()?;
    /// # let path = directory.path().join("permission-tokens.json");
    /// std::fs::write(&path, r#"{"tokens": []}"#)?;
    /// let checked = Validator::new(std::time::SystemTime::now()).check_file(&path)?;
    /// assert_eq!(checked.as_bytes().len(), 14);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Hands the bytes over.
    ///
    /// ```
    /// use influxdb3_offline_tokens::Validator;
    ///
    /// # let directory = tempfile::tempdir()?;
    /// # let path = directory.path().join("permission-tokens.json");
    /// std::fs::write(&path, r#"{"tokens": []}"#)?;
    /// let checked = Validator::new(std::time::SystemTime::now()).check_file(&path)?;
    /// assert_eq!(&*checked.into_bytes(), br#"{"tokens": []}"#);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn into_bytes(self) -> SecretBytes {
        SecretBytes::wiped(self.bytes)
    }

    /// What was found.
    ///
    /// ```
    /// use influxdb3_offline_tokens::{Code, Validator};
    ///
    /// # let directory = tempfile::tempdir()?;
    /// # let path = directory.path().join("permission-tokens.json");
    /// std::fs::write(&path, r#"{"tokens": []}"#)?;
    /// let checked = Validator::new(std::time::SystemTime::now()).check_file(&path)?;
    /// assert!(checked.report().iter().any(|finding| finding.code() == Code::NoTokens));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub const fn report(&self) -> &Report {
        &self.report
    }
}

impl core::fmt::Debug for CheckedFile {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("CheckedFile").field("report", &self.report).finish_non_exhaustive()
    }
}

/// What is to be said of the handle that was read.
pub(super) fn on_disk(facts: &FileFacts) -> impl Iterator<Item = Diagnostic> {
    [readable_by_others(facts), foreign_owner(facts), several_links(facts)].into_iter().flatten()
}

fn about_the_file(code: Code, message: String) -> Diagnostic {
    Diagnostic::new(code, Span::new(0, 0), String::new(), message)
}

pub(super) fn readable_by_others(facts: &FileFacts) -> Option<Diagnostic> {
    let mode = facts.mode.map(|mode| mode & 0o777).filter(|mode| mode & 0o077 != 0)?;
    let message = format!("the mode of the file is {mode:04o}: others than its owner have access to it");
    Some(about_the_file(Code::ReadableByOthers, message).with_help("run `chmod 600` on it"))
}

fn foreign_owner(facts: &FileFacts) -> Option<Diagnostic> {
    const ROOT: u32 = 0;
    let (owner, caller) = (facts.owner?, facts.caller?);
    // Root looks after the files of others.
    if [owner, ROOT].contains(&caller) || owner == ROOT {
        return None;
    }
    let message = format!("the file belongs to user {owner}, who can read and change it");
    Some(
        about_the_file(Code::ForeignOwner, message)
            .with_help("let the user who needs it, or root, own it: `chown`"),
    )
}

fn several_links(facts: &FileFacts) -> Option<Diagnostic> {
    let links = facts.links.filter(|links| *links > 1)?;
    let message = format!(
        "the file has {links} names (hard links): what is changed under one of them may stay under another"
    );
    Some(
        about_the_file(Code::SeveralLinks, message)
            .with_help("remove the other names, or give this one a copy"),
    )
}
