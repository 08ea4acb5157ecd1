//! How a file is changed.

use std::time::Duration;

use super::MAX_FILE_BYTES;
use crate::replace::ReplaceOptions;

/// Options and methods for writing a file, in the manner of [`std::fs::OpenOptions`].
///
/// ```
/// use std::time::Duration;
/// use influxdb3_offline_tokens::TokenFile;
/// use influxdb3_offline_tokens::disk::{FileOptions, Outcome};
///
/// # let directory = tempfile::tempdir()?;
/// # let path = directory.path().join("permission-tokens.json");
/// let options = FileOptions::new().lock_timeout(Duration::from_secs(2)).restrict_mode(true);
/// assert_eq!(options.save(&path, &TokenFile::default())?, Outcome::Created);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct FileOptions(pub(crate) ReplaceOptions);

impl FileOptions {
    /// Waits up to 10 seconds for other writers, makes the file where there is none, keeps its mode, and takes files of
    /// up to [`MAX_FILE_BYTES`].
    ///
    /// ```
    /// use influxdb3_offline_tokens::DatabaseName;
    /// use influxdb3_offline_tokens::disk::{FileOptions, Outcome};
    /// use influxdb3_offline_tokens::edit::Change;
    ///
    /// # let directory = tempfile::tempdir()?;
    /// # let path = directory.path().join("permission-tokens.json");
    /// let sensors = [Change::create_databases([DatabaseName::parse("sensors")?])];
    /// assert_eq!(FileOptions::new().change(&path, &sensors)?, Outcome::Created);
    /// assert_eq!(FileOptions::new().change(&path, &sensors)?, Outcome::Unchanged);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub const fn new() -> Self {
        let lock_timeout = Duration::from_secs(10);
        Self(ReplaceOptions { lock_timeout, create: true, restrict_mode: false, size_limit: MAX_FILE_BYTES })
    }

    /// How long to wait for other writers, in all: zero is not at all, and a time that no clock can show, such as
    /// [`Duration::MAX`], without end.
    ///
    /// ```
    /// use std::time::Duration;
    /// use influxdb3_offline_tokens::TokenFile;
    /// use influxdb3_offline_tokens::disk::FileOptions;
    ///
    /// # let directory = tempfile::tempdir()?;
    /// # let path = directory.path().join("permission-tokens.json");
    /// let at_once = FileOptions::new().lock_timeout(Duration::ZERO); // an error where somebody writes just now
    /// at_once.save(&path, &TokenFile::default())?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub const fn lock_timeout(mut self, timeout: Duration) -> Self {
        self.0.lock_timeout = timeout;
        self
    }

    /// Sets whether to create the file if it does not exist.
    ///
    /// ```
    /// use influxdb3_offline_tokens::TokenFile;
    /// use influxdb3_offline_tokens::disk::FileOptions;
    ///
    /// # let directory = tempfile::tempdir()?;
    /// # let path = directory.path().join("permission-tokens.json");
    /// let only_in_place = FileOptions::new().create(false);
    /// assert!(only_in_place.save(&path, &TokenFile::default()).is_err());
    /// assert!(!path.exists());
    /// # Ok::<(), std::io::Error>(())
    /// ```
    #[must_use]
    pub const fn create(mut self, create: bool) -> Self {
        self.0.create = create;
        self
    }

    /// Sets whether to set the mode 0600 if others than the owner have rights, also where the text stays as it is. On Windows it
    /// does nothing.
    ///
    /// ```
    /// use influxdb3_offline_tokens::TokenFile;
    /// use influxdb3_offline_tokens::disk::FileOptions;
    ///
    /// # let directory = tempfile::tempdir()?;
    /// # let path = directory.path().join("permission-tokens.json");
    /// std::fs::write(&path, r#"{"tokens": []}"#)?; // with the mode of the umask
    /// FileOptions::new().restrict_mode(true).save(&path, &TokenFile::default())?;
    /// # #[cfg(unix)] {
    /// use std::os::unix::fs::PermissionsExt;
    /// assert_eq!(std::fs::metadata(&path)?.permissions().mode() & 0o777, 0o600);
    /// # }
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub const fn restrict_mode(mut self, restrict: bool) -> Self {
        self.0.restrict_mode = restrict;
        self
    }

    /// The most bytes that the file may have, before and after the change; else [`MAX_FILE_BYTES`](crate::disk::MAX_FILE_BYTES). A
    /// larger one is [`DiskErrorKind::TooLarge`](crate::disk::DiskErrorKind::TooLarge).
    ///
    /// ```
    /// use influxdb3_offline_tokens::TokenFile;
    /// use influxdb3_offline_tokens::disk::FileOptions;
    ///
    /// # let directory = tempfile::tempdir()?;
    /// # let path = directory.path().join("permission-tokens.json");
    /// let small = FileOptions::new().size_limit(10);
    /// assert!(small.save(&path, &TokenFile::default()).is_err());
    /// # Ok::<(), std::io::Error>(())
    /// ```
    #[must_use]
    pub const fn size_limit(mut self, bytes: u64) -> Self {
        self.0.size_limit = bytes;
        self
    }
}

impl Default for FileOptions {
    fn default() -> Self {
        Self::new()
    }
}
