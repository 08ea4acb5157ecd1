//! The outcome of a write.

use crate::replace::Replaced;

/// The outcome of a write.
///
/// ```
/// use influxdb3_offline_tokens::{TokenFile, save};
/// use influxdb3_offline_tokens::disk::Outcome;
///
/// # let directory = tempfile::tempdir()?;
/// # let path = directory.path().join("permission-tokens.json");
/// assert_eq!(save(&path, &TokenFile::default())?, Outcome::Created);
/// assert_eq!(save(&path, &TokenFile::default())?, Outcome::Unchanged);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Outcome {
    /// The file did not exist and was created.
    Created,
    /// The file was replaced by one with the change.
    Replaced,
    /// The file already had the wanted content and was not replaced.
    Unchanged,
}

impl From<Replaced> for Outcome {
    fn from(replaced: Replaced) -> Self {
        match replaced {
            Replaced::Created => Self::Created,
            Replaced::Changed => Self::Replaced,
            Replaced::Unchanged => Self::Unchanged,
        }
    }
}
