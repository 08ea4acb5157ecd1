//! Changes a tokens file in an object store: read, plan, change, and put only where the version is still the one that
//! was read. No lock, and no token is lost.
//!
//! Take this file into your program, with the store that it uses. Those of Amazon, Google and Microsoft put on such a
//! condition; a directory (`LocalFileSystem`) only makes new objects on one, and makes them as readable as the umask says:
//! for a path there is [`influxdb3_offline_tokens::append`].
//!
//! A server that only speaks like one of these, and ignores the condition, loses tokens, which nothing here can see. Where
//! the answer to a put was lost and another writer removes the token meanwhile, the next try brings it again.
//!
//! What the store reads and sends is not wiped: it keeps bytes in buffers of its own.

use std::time::Duration;

use influxdb3_offline_tokens::disk::MAX_FILE_BYTES;
use influxdb3_offline_tokens::edit::{self, Change, ChangeError};
use influxdb3_offline_tokens::{TokenEntry, TokenFile};
use object_store::path::Path;
use object_store::{Error, ObjectStore, ObjectStoreExt, PutMode, PutPayload, UpdateVersion};
use rand::TryRng;

const FIRST_WAIT: Duration = Duration::from_millis(20);
const LONGEST_WAIT: Duration = Duration::from_secs(2);

/// Why nothing was appended; of [`Unknown`](Self::Unknown), whether it was is not known.
#[derive(Debug, thiserror::Error)]
pub(crate) enum AppendError {
    #[error(transparent)]
    Change(#[from] ChangeError),
    #[error("the object is larger than {MAX_FILE_BYTES} bytes")]
    TooLarge,
    #[error(
        "this object store cannot put on the condition that a version is still the same, so writers could lose tokens"
    )]
    NoCompareAndSwap,
    #[error("other writers came first in every try ({0}); nothing was changed, try again later")]
    Busy(u32),
    #[error("the object store refused; nothing was changed")]
    Refused(#[source] Error),
    #[error("the object store did not say whether it was done; keep the token, and try again with the same")]
    Unknown(#[source] Error),
}

/// Appends all entries or none, and says with how many puts. When it returns, they are in the store.
///
/// Entries that are there already with the same secret, expiry and permissions stay as they are, so that many machines can
/// bring the same one.
pub(crate) async fn append(
    store: &dyn ObjectStore,
    location: &Path,
    entries: &[TokenEntry],
    tries: u32,
) -> Result<u32, AppendError> {
    update(store, location, tries, |_| Ok(vec![Change::append(entries.to_vec()).keep_if_same()])).await
}

/// Passes the current file to `plan`, and puts it with the returned changes. Returns the number of puts.
///
/// Of writers that meet, one wins each time and the others read and plan again; each puts at most `tries` times. A put can be
/// done although its answer was lost, so a plan returns no change if its own are in the file: it must not generate a new
/// secret in each run.
pub(crate) async fn update(
    store: &dyn ObjectStore,
    location: &Path,
    tries: u32,
    mut plan: impl FnMut(Option<&TokenFile>) -> Result<Vec<Change>, AppendError>,
) -> Result<u32, AppendError> {
    let mut unknown = None;
    let mut puts = 0;
    loop {
        let read = read(store, location).await;
        let read = read.and_then(|(text, mode)| Ok((edit::update(text.as_deref(), &mut plan)?, mode)));
        let (text, mode) = match read {
            Ok((Some(text), mode)) => (text, mode),
            Ok((None, _)) => return Ok(puts),
            Err(error) => return Err(unknown.map_or(error, AppendError::Unknown)),
        };
        // Only now: the last put may have been done.
        if puts == tries {
            return Err(unknown.map_or(AppendError::Busy(tries), AppendError::Unknown));
        }
        puts += 1;
        match store.put_opts(location, PutPayload::from(text.to_vec()), mode.into()).await {
            Ok(_) => return Ok(puts),
            Err(Error::AlreadyExists { .. } | Error::Precondition { .. }) => {}
            Err(Error::NotImplemented { .. } | Error::NotSupported { .. }) if unknown.is_none() => {
                return Err(AppendError::NoCompareAndSwap);
            }
            // Not found is the bucket: a store says of an object that went that the condition does not hold.
            Err(
                error @ (Error::PermissionDenied { .. }
                | Error::Unauthenticated { .. }
                | Error::NotFound { .. }),
            ) if unknown.is_none() => return Err(AppendError::Refused(error)),
            Err(error) => unknown = Some(error),
        }
        pause(puts).await;
    }
}

/// The text, and on what condition it may be replaced. None where there is no object.
async fn read(store: &dyn ObjectStore, location: &Path) -> Result<(Option<Vec<u8>>, PutMode), AppendError> {
    let found = match store.get(location).await {
        Ok(found) => found,
        Err(Error::NotFound { .. }) => return Ok((None, PutMode::Create)),
        Err(error) => return Err(AppendError::Refused(error)),
    };
    if found.meta.size > MAX_FILE_BYTES {
        return Err(AppendError::TooLarge);
    }
    let version = UpdateVersion { e_tag: found.meta.e_tag.clone(), version: found.meta.version.clone() };
    if version.e_tag.is_none() && version.version.is_none() {
        return Err(AppendError::NoCompareAndSwap);
    }
    let text = found.bytes().await.map_err(AppendError::Refused)?;
    Ok((Some(text.into()), PutMode::Update(version)))
}

/// Longer from put to put, and by chance, so that writers who met do not meet again.
async fn pause(puts: u32) {
    let longest = FIRST_WAIT.saturating_mul(1 << puts.min(16)).min(LONGEST_WAIT);
    let part =
        rand::rngs::SysRng.try_next_u32().map_or(1.0, |chance| f64::from(chance) / f64::from(u32::MAX));
    tokio::time::sleep(longest.mul_f64(part)).await;
}
