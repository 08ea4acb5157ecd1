//! Reading a pipe, such as a FIFO, `/dev/stdin` or a process substitution, once and to its end.

use std::fs::File;
use std::io::{self, Read as _};
use std::path::Path;
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::Errno;

use super::{DiskError, DiskErrorKind};
use crate::secret::SecretBytes;

/// The time within which the pipe must end. A program that decrypts a file may ask for a passphrase first.
pub(super) const TIMEOUT: Duration = Duration::from_secs(60);

/// Reads an open, non-blocking pipe.
pub(super) fn read(
    mut pipe: &File,
    path: &Path,
    limit: u64,
    timeout: Duration,
) -> Result<SecretBytes, DiskError> {
    let deadline = Instant::now() + timeout;
    let failed = |error| DiskError::from_io(DiskErrorKind::Io, path, error);
    let (mut bytes, mut chunk) = (SecretBytes::default(), SecretBytes::from(vec![0; 1 << 16]));
    loop {
        let rest = Timespec::try_from(deadline.saturating_duration_since(Instant::now())).unwrap_or_default();
        // Linux reports the end only if there was a writer, because a FIFO may get one later.
        match poll(&mut [PollFd::new(&pipe, PollFlags::IN)], Some(&rest)) {
            Ok(0) => return Err(DiskError::new(DiskErrorKind::TimedOut, path)),
            Ok(_) => {}
            Err(Errno::INTR) => continue,
            Err(error) => return Err(failed(error.into())),
        }
        match pipe.read(&mut chunk.0) {
            Ok(0) => return Ok(bytes),
            Ok(count) => {
                if u64::try_from(bytes.len() + count).is_ok_and(|length| length > limit) {
                    return Err(DiskError::new(DiskErrorKind::TooLarge, path));
                }
                bytes.push(chunk.get(..count).unwrap_or_default());
            }
            Err(error) if matches!(error.kind(), io::ErrorKind::Interrupted | io::ErrorKind::WouldBlock) => {}
            Err(error) => return Err(failed(error)),
        }
    }
}
