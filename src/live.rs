//! An authorizer that follows its file on disk.

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
use crate::replace::{self, DiskError, FileStamp, Shown};
use crate::secret::SecretBytes;

// For so long after a state of the file was first seen, a change may leave no trace but in the text: the clock of a file
// system ticks slowly, on FAT every two seconds.
const SETTLING: Duration = Duration::from_secs(2);

/// The authorizer of a tokens file that may change: [`refresh`](Self::refresh) loads the file again if it has changed, and
/// keeps the last valid tokens while it is invalid or cannot be read.
///
/// It has no thread and needs no async runtime: the service calls `refresh` as often as it wants, such as once a second
/// from a thread or a blocking task, since it reads from disk. All methods take `&self`; share it behind an `Arc`.
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
///     Refreshed::Kept(error) => eprintln!("the tokens stay as they are: {error}"),
///     _ => {} // unchanged
/// }
/// assert!(live.current().authenticate("apiv3_a", SystemTime::now()).is_ok());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct LiveAuthorizer {
    path: PathBuf,
    // The key of `Seen::text`.
    hasher: RandomState,
    seen: Mutex<Seen>,
    current: RwLock<Arc<Authorizer>>,
}

/// The file as it was read last.
struct Seen {
    stamp: FileStamp,
    /// When the stamp was first seen.
    since: Instant,
    /// Whether it was read after the stamp had settled.
    is_settled: bool,
    /// The hash of its text.
    text: u64,
    /// The errors of its text.
    invalid: Option<Arc<Error>>,
}

/// What [`LiveAuthorizer::refresh`] found and did.
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
    /// The tokens in force are those of the file, as before.
    Unchanged,
    /// The file has changed, and its tokens are in force now.
    Reloaded,
    /// The file is invalid or cannot be read: the tokens of the last valid file stay in force. Every refresh returns this
    /// until the file is valid again, so log the error only if it differs from the last one.
    Kept(Arc<Error>),
}

impl LiveAuthorizer {
    /// Loads a file, as [`load`](crate::load) does, through links.
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
    /// As [`load`](crate::load): there is no last valid file yet.
    pub fn open(path: impl AsRef<Path>) -> Result<Self, Error> {
        let path = path.as_ref();
        let (hasher, since) = (RandomState::new(), Instant::now());
        // A pipe can be read only once.
        replace::look(path)?;
        let contents = replace::read(path, MAX_FILE_BYTES)?;
        let (stamp, bytes) = (contents.facts.stamp, SecretBytes::wiped(contents.bytes));
        let text = hasher.hash_one(&*bytes);
        let authorizer = parse(path, &bytes)?;
        Ok(Self {
            path: path.into(),
            hasher,
            seen: Mutex::new(Seen { stamp, since, is_settled: false, text, invalid: None }),
            current: RwLock::new(Arc::new(authorizer)),
        })
    }

    /// Returns the authorizer of the last valid file. Take it once per request: a later call may return another one.
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

    /// Loads the file again if it has changed since it was last read.
    ///
    /// It compares device, inode, size and times of the file behind all symbolic links, so that a rename, a write in place
    /// and Kubernetes' swapped links are all seen. Since two changes can have the same times, it reads a changed file once
    /// more when its state is two seconds old, and at each call until then. A file that could not be read is read at each
    /// call.
    ///
    /// Calls at the same time wait for one another; [`current`](Self::current) waits for none of them.
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
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        // Only now: another call may have had the lock for long.
        self.refresh_at(&mut seen, Instant::now())
    }

    fn refresh_at(&self, seen: &mut Seen, now: Instant) -> Refreshed {
        match self.read_changed(seen, now) {
            Ok(Some(authorizer)) => {
                let mut current = self.current.write().unwrap_or_else(PoisonError::into_inner);
                let old = core::mem::replace(&mut *current, Arc::new(authorizer));
                // A large one takes time to drop, and readers wait for the lock.
                drop(current);
                drop(old);
                Refreshed::Reloaded
            }
            Ok(None) => seen.invalid.clone().map_or(Refreshed::Unchanged, Refreshed::Kept),
            Err(error) => Refreshed::Kept(Arc::new(error.into())),
        }
    }

    /// Returns `None` if the text is as it was, or invalid.
    fn read_changed(&self, seen: &mut Seen, now: Instant) -> Result<Option<Authorizer>, DiskError> {
        if seen.is_settled && seen.stamp == replace::look(&self.path)? {
            return Ok(None);
        }
        let contents = replace::read(&self.path, MAX_FILE_BYTES)?;
        let (stamp, bytes) = (contents.facts.stamp, SecretBytes::wiped(contents.bytes));
        let text = self.hasher.hash_one(&*bytes);
        let parsed = (text != seen.text).then(|| parse(&self.path, &bytes));
        if stamp != seen.stamp {
            (seen.stamp, seen.since) = (stamp, now);
        }
        seen.is_settled = now.saturating_duration_since(seen.since) >= SETTLING;
        let Some(parsed) = parsed else { return Ok(None) };
        seen.text = text;
        let (authorizer, invalid) = match parsed {
            Ok(authorizer) => (Some(authorizer), None),
            Err(error) => (None, Some(Arc::new(error))),
        };
        seen.invalid = invalid;
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
            .field("path", &Shown(&self.path))
            .field("current", &self.current())
            .finish_non_exhaustive()
    }
}
