//! Options for writing a file.

use std::time::Duration;

use super::MAX_FILE_BYTES;
use crate::replace::FileOptions;

impl FileOptions {
    /// Returns the default options: wait up to 10 seconds for other writers, create a missing file, keep the mode, and limit
    /// the size to [`MAX_FILE_BYTES`].
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
        Self { lock_timeout, create: true, restrict_mode: false, size_limit: MAX_FILE_BYTES }
    }

    /// Sets the total time to wait for other writers. Zero does not wait; [`Duration::MAX`] waits forever. Waiting writers
    /// are not served in order.
    ///
    /// ```
    /// use std::time::Duration;
    /// use influxdb3_offline_tokens::TokenFile;
    /// use influxdb3_offline_tokens::disk::FileOptions;
    ///
    /// # let directory = tempfile::tempdir()?;
    /// # let path = directory.path().join("permission-tokens.json");
    /// let at_once = FileOptions::new().lock_timeout(Duration::ZERO); // an error if another program is writing
    /// at_once.save(&path, &TokenFile::default())?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub const fn lock_timeout(mut self, timeout: Duration) -> Self {
        self.lock_timeout = timeout;
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
        self.create = create;
        self
    }

    /// Sets whether a written file gets mode 0600, without an ACL. If users other than the owner have access, the file is
    /// written even if its text is unchanged. It has no effect on Windows.
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
        self.restrict_mode = restrict;
        self
    }

    /// Sets the maximum size in bytes, before and after the change. A larger file is an error
    /// ([`DiskErrorKind::TooLarge`](crate::disk::DiskErrorKind::TooLarge)).
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
        self.size_limit = bytes;
        self
    }
}

impl Default for FileOptions {
    fn default() -> Self {
        Self::new()
    }
}
