//! An authorizer that reloads its file.

#[cfg(test)]
mod tests;

use core::fmt;
use core::hash::BuildHasher;
use std::hash::RandomState;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::{Duration, Instant};

use crate::access::authorizer::Authorizer;
use crate::disk::{Error, MAX_FILE_BYTES};
use crate::file::TokenFile;
use crate::replace::{self, DiskError, FileStamp, QuotedPath};

// A second change within this time may have the same timestamp: FAT has a resolution of two seconds.
const SETTLING: Duration = Duration::from_secs(2);

/// The authorizer of a tokens file that may change. [`refresh`](Self::refresh) reloads a changed file, and keeps the last
/// valid tokens as long as the file is invalid or unreadable.
///
/// It has no thread and no async runtime. Call `refresh` regularly, such as once a second, from a thread or a blocking task,
/// because it reads from disk. All methods take `&self`; share it in an `Arc`.
///
/// ```
/// use std::time::SystemTime;
/// use influxdb3_offline_tokens::live::{LiveAuthorizer, Refreshed};
///
/// # let directory = tempfile::tempdir()?;
/// # let path = directory.path().join("permission-tokens.json");
/// std::fs::write(&path, r#"{"tokens": []}"#)?;
/// let live = LiveAuthorizer::open(&path)?;
/// assert!(live.current().authenticate("apiv3_a", SystemTime::now()).is_err());
///
/// std::fs::write(&path, r#"{"tokens": [{"token": "apiv3_a", "name": "app", "permissions": []}]}"#)?;
/// match live.refresh() {
///     Refreshed::Reloaded => println!("loaded {} tokens", live.current().len()),
///     Refreshed::Kept(error) => eprintln!("the old tokens stay in use: {error}"),
///     _ => {} // unchanged
/// }
/// assert!(live.current().authenticate("apiv3_a", SystemTime::now()).is_ok());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct LiveAuthorizer {
    path: PathBuf,
    // Hashes the text for `LastRead::text`.
    hasher: RandomState,
    last: Mutex<LastRead>,
    current: RwLock<Arc<Authorizer>>,
}

/// The state of the last read.
struct LastRead {
    stamp: FileStamp,
    /// When this stamp was first read.
    since: Instant,
    /// Whether the stamp was older than `SETTLING`.
    is_settled: bool,
    /// The hash of the text.
    text: u64,
    /// The error if the text is invalid.
    invalid: Option<Arc<Error>>,
}

/// The result of [`LiveAuthorizer::refresh`].
///
/// ```
/// use influxdb3_offline_tokens::live::{LiveAuthorizer, Refreshed};
///
/// # let directory = tempfile::tempdir()?;
/// # let path = directory.path().join("permission-tokens.json");
/// std::fs::write(&path, r#"{"tokens": []}"#)?;
/// let live = LiveAuthorizer::open(&path)?;
/// assert!(matches!(live.refresh(), Refreshed::Unchanged));
/// std::fs::write(&path, r#"{"tokens": ["#)?;
/// let Refreshed::Kept(error) = live.refresh() else { panic!("the file is invalid") };
/// assert!(error.report().is_some_and(|report| !report.is_valid()));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
#[must_use]
#[non_exhaustive]
pub enum Refreshed {
    /// The file is unchanged.
    Unchanged,
    /// The file has changed, and its tokens are now in use.
    Reloaded,
    /// The file is invalid or unreadable, and the tokens of the last valid file stay in use. Every refresh returns this
    /// until the file is valid, so log the error only if it changes.
    Kept(Arc<Error>),
}

impl LiveAuthorizer {
    /// Loads a file, as [`load`](crate::load) does. Symbolic links are followed.
    ///
    /// ```
    /// use influxdb3_offline_tokens::live::LiveAuthorizer;
    ///
    /// # let directory = tempfile::tempdir()?;
    /// # let path = directory.path().join("permission-tokens.json");
    /// assert!(LiveAuthorizer::open(&path).is_err(), "there is no file yet");
    /// std::fs::write(&path, r#"{"tokens": []}"#)?;
    /// assert!(LiveAuthorizer::open(&path)?.current().is_empty());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// Returns the errors of [`load`](crate::load): without a valid file, there are no tokens. A pipe is also an error, because
    /// it can be read only once.
    pub fn open(path: impl AsRef<Path>) -> Result<Self, Error> {
        let path = path.as_ref();
        let (hasher, since) = (RandomState::new(), Instant::now());
        // A pipe can be read only once.
        replace::read_stamp(path)?;
        let contents = replace::read(path, MAX_FILE_BYTES)?;
        let (stamp, bytes) = (contents.facts.stamp, contents.bytes);
        let text = hasher.hash_one(&*bytes);
        let authorizer = parse(path, &bytes)?;
        Ok(Self {
            path: path.into(),
            hasher,
            last: Mutex::new(LastRead { stamp, since, is_settled: false, text, invalid: None }),
            current: RwLock::new(Arc::new(authorizer)),
        })
    }

    /// Returns the authorizer of the last valid file. Call it once per request: a later call may return another one.
    ///
    /// ```
    /// use influxdb3_offline_tokens::live::LiveAuthorizer;
    ///
    /// # let directory = tempfile::tempdir()?;
    /// # let path = directory.path().join("permission-tokens.json");
    /// std::fs::write(&path, r#"{"tokens": []}"#)?;
    /// assert_eq!(LiveAuthorizer::open(&path)?.current().len(), 0);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn current(&self) -> Arc<Authorizer> {
        Arc::clone(&self.current.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Reloads the file if it has changed since the last read.
    ///
    /// It follows symbolic links, and compares device, inode, size and times. So it detects a rename, a write in place and
    /// the swapped links of Kubernetes. On Windows it compares only size and modification time. Two changes can have the same
    /// times: until two seconds after a change, each call reads the file. An unreadable file is also read at each call.
    ///
    /// Concurrent calls wait for each other; [`current`](Self::current) does not wait.
    ///
    /// ```
    /// use influxdb3_offline_tokens::live::{LiveAuthorizer, Refreshed};
    ///
    /// # let directory = tempfile::tempdir()?;
    /// # let path = directory.path().join("permission-tokens.json");
    /// std::fs::write(&path, r#"{"tokens": []}"#)?;
    /// let live = LiveAuthorizer::open(&path)?;
    /// std::fs::remove_file(&path)?;
    /// assert!(matches!(live.refresh(), Refreshed::Kept(_)));
    /// std::fs::write(&path, r#"{"tokens": []}"#)?;
    /// assert!(matches!(live.refresh(), Refreshed::Unchanged));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn refresh(&self) -> Refreshed {
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        // After the lock, which may take a while.
        self.refresh_at(&mut last, Instant::now())
    }

    fn refresh_at(&self, last: &mut LastRead, now: Instant) -> Refreshed {
        match self.read_changed(last, now) {
            Ok(Some(authorizer)) => {
                let mut current = self.current.write().unwrap_or_else(PoisonError::into_inner);
                let old = core::mem::replace(&mut *current, Arc::new(authorizer));
                // Dropping a large authorizer takes time: release the lock first.
                drop(current);
                drop(old);
                Refreshed::Reloaded
            }
            Ok(None) => last.invalid.clone().map_or(Refreshed::Unchanged, Refreshed::Kept),
            Err(error) => Refreshed::Kept(Arc::new(error.into())),
        }
    }

    /// Returns `None` if the text is unchanged or invalid.
    fn read_changed(&self, last: &mut LastRead, now: Instant) -> Result<Option<Authorizer>, DiskError> {
        if last.is_settled && last.stamp == replace::read_stamp(&self.path)? {
            return Ok(None);
        }
        let contents = replace::read(&self.path, MAX_FILE_BYTES)?;
        let (stamp, bytes) = (contents.facts.stamp, contents.bytes);
        let text = self.hasher.hash_one(&*bytes);
        let parsed = (text != last.text).then(|| parse(&self.path, &bytes));
        if stamp != last.stamp {
            (last.stamp, last.since) = (stamp, now);
        }
        last.is_settled = now.saturating_duration_since(last.since) >= SETTLING;
        let Some(parsed) = parsed else { return Ok(None) };
        last.text = text;
        let (authorizer, invalid) = match parsed {
            Ok(authorizer) => (Some(authorizer), None),
            Err(error) => (None, Some(Arc::new(error))),
        };
        last.invalid = invalid;
        Ok(authorizer)
    }
}

fn parse(path: &Path, bytes: &[u8]) -> Result<Authorizer, Error> {
    match TokenFile::parse(bytes) {
        Ok(file) => Ok(Authorizer::new(&file)),
        Err(error) => Err(Error::Invalid { path: path.into(), error }),
    }
}

impl fmt::Debug for LiveAuthorizer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LiveAuthorizer")
            .field("path", &QuotedPath(&self.path))
            .field("current", &self.current())
            .finish_non_exhaustive()
    }
}
