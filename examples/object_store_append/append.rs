//! Changes to a tokens file in an object store, without a lock: read, plan, change, and put if the version is unchanged.
//!
//! Copy this file into your program. The stores of Amazon, Google and Microsoft support such conditional puts. A directory
//! (`LocalFileSystem`) does not; use [`influxdb3_offline_tokens::append`] for a path.
//!
//! If a server ignores the condition, tokens are lost, and this cannot be detected here. If the response to a put is lost and
//! another writer removes the token in the meantime, the next try adds it again.
//!
//! The buffers of the store are not zeroized.

use std::time::Duration;

use influxdb3_offline_tokens::disk::MAX_FILE_BYTES;
use influxdb3_offline_tokens::edit::{self, Change, ChangeError};
use influxdb3_offline_tokens::{TokenEntry, TokenFile};
use object_store::path::Path;
use object_store::{Error, ObjectStore, ObjectStoreExt, PutMode, PutPayload, UpdateVersion};
use rand::TryRng;

const FIRST_WAIT: Duration = Duration::from_millis(20);
const LONGEST_WAIT: Duration = Duration::from_secs(2);

/// The reason why nothing was appended. After [`Unknown`](Self::Unknown), the entries may be in the file.
#[derive(Debug, thiserror::Error)]
pub(crate) enum AppendError {
    #[error(transparent)]
    Change(#[from] ChangeError),
    #[error("the object is larger than {MAX_FILE_BYTES} bytes")]
    TooLarge,
    #[error("this object store has no conditional puts, so writers could lose tokens")]
    NoCompareAndSwap,
    #[error("other writers were first in all {0} tries; nothing was changed, try again later")]
    Busy(u32),
    #[error("the object store refused the request; nothing was changed")]
    Refused(#[source] Error),
    #[error("the object store did not confirm the change; keep the token, and try again with the same one")]
    Unknown(#[source] Error),
}

/// Appends all entries or none. Returns the number of puts.
///
/// Existing entries with the same secret, expiry and permissions are kept, so that many machines can add the same entry.
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
/// If writers compete, one succeeds and the others read and plan again; each puts at most `tries` times. A put can succeed
/// although its response is lost. So the plan must return no change if the file has its changes, and must not generate new
/// secrets on each run.
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
        // Checked after reading, because the last put may have succeeded.
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
            // `NotFound` is a missing bucket: a missing object fails the condition.
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

/// Returns the text and the condition for replacing it; `None` if there is no object.
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

/// Waits for a random time (exponential backoff with jitter), so that competing writers do not collide again.
async fn pause(puts: u32) {
    let longest = FIRST_WAIT.saturating_mul(1 << puts.min(16)).min(LONGEST_WAIT);
    let part =
        rand::rngs::SysRng.try_next_u32().map_or(1.0, |chance| f64::from(chance) / f64::from(u32::MAX));
    tokio::time::sleep(longest.mul_f64(part)).await;
}
