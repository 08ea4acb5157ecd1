//! Reading of pipes, such as a FIFO, `/dev/stdin` or a process substitution, once and to their end.

use std::fs::File;
use std::io::{self, Read as _};
use std::path::Path;
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::Errno;

use super::{DiskError, DiskErrorKind};
use crate::secret::SecretBytes;

/// The time until the pipe must end. A program that decrypts a file may ask for a passphrase first.
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
    let mut chunks = Chunks::new();
    loop {
        let rest = Timespec::try_from(deadline.saturating_duration_since(Instant::now())).unwrap_or_default();
        // Linux reports the end only if there was a writer: a FIFO may get one later.
        match poll(&mut [PollFd::new(&pipe, PollFlags::IN)], Some(&rest)) {
            Ok(0) => return Err(DiskError::new(DiskErrorKind::TimedOut, path)),
            Ok(_) => {}
            Err(Errno::INTR) => continue,
            Err(error) => return Err(failed(error.into())),
        }
        match pipe.read(chunks.free_space()) {
            Ok(0) => return Ok(chunks.join()),
            Ok(count) => {
                chunks.filled += count;
                if u64::try_from(chunks.length()).is_ok_and(|length| length > limit) {
                    return Err(DiskError::new(DiskErrorKind::TooLarge, path));
                }
            }
            Err(error) if matches!(error.kind(), io::ErrorKind::Interrupted | io::ErrorKind::WouldBlock) => {}
            Err(error) => return Err(failed(error)),
        }
    }
}

/// Buffers that never move, so that each is zeroized.
struct Chunks {
    full: Vec<SecretBytes>,
    last: SecretBytes,
    // The number of bytes in `last`.
    filled: usize,
}

impl Chunks {
    const SIZE: usize = 1 << 16;

    fn new() -> Self {
        Self { full: Vec::new(), last: SecretBytes::from(vec![0; Self::SIZE]), filled: 0 }
    }

    /// Returns the free bytes of the last buffer.
    fn free_space(&mut self) -> &mut [u8] {
        if self.filled == Self::SIZE {
            let next = SecretBytes::from(vec![0; Self::SIZE]);
            self.full.push(core::mem::replace(&mut self.last, next));
            self.filled = 0;
        }
        self.last.0.get_mut(self.filled..).unwrap_or_default()
    }

    const fn length(&self) -> usize {
        self.full.len() * Self::SIZE + self.filled
    }

    fn join(self) -> SecretBytes {
        let mut bytes = SecretBytes::from(Vec::with_capacity(self.length()));
        for chunk in &self.full {
            bytes.0.extend_from_slice(chunk);
        }
        bytes.0.extend_from_slice(self.last.get(..self.filled).unwrap_or_default());
        bytes
    }
}
