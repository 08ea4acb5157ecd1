//! Reading of pipes, such as a FIFO, `/dev/stdin` or a process substitution, once and to their end.

use alloc::vec;
use alloc::vec::Vec;
use std::fs::File;
use std::io::{self, Read as _};
use std::path::Path;
use std::time::Duration;

use zeroize::Zeroizing;

use super::{Backoff, DiskError, DiskErrorKind};

/// The time until the pipe must end. A program that decrypts a file may ask for a passphrase first.
pub(super) const TIMEOUT: Duration = Duration::from_secs(60);

/// Reads an open, non-blocking pipe.
pub(super) fn read(
    mut pipe: &File,
    path: &Path,
    limit: u64,
    timeout: Duration,
) -> Result<Zeroizing<Vec<u8>>, DiskError> {
    // An anonymous pipe has its writer from the start; a FIFO may get one later.
    let mut has_writer = path.canonicalize().is_err();
    let mut backoff = Backoff::new(timeout);
    let mut chunks = Chunks::new();
    loop {
        match pipe.read(chunks.free_space()) {
            Ok(0) if has_writer => return Ok(chunks.join()),
            Ok(0) => {}
            Ok(count) => {
                has_writer = true;
                chunks.filled += count;
                if u64::try_from(chunks.length()).is_ok_and(|length| length > limit) {
                    return Err(DiskError::new(DiskErrorKind::TooLarge, path));
                }
                continue;
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => has_writer = true,
            Err(error) => return Err(DiskError::from_io(DiskErrorKind::Io, path, error)),
        }
        if !backoff.sleep() {
            return Err(DiskError::new(DiskErrorKind::TimedOut, path));
        }
    }
}

/// Buffers that never move, so that each is zeroized.
struct Chunks {
    full: Vec<Zeroizing<Vec<u8>>>,
    last: Zeroizing<Vec<u8>>,
    // The number of bytes in `last`.
    filled: usize,
}

impl Chunks {
    const SIZE: usize = 1 << 16;

    fn new() -> Self {
        Self { full: Vec::new(), last: Zeroizing::new(vec![0; Self::SIZE]), filled: 0 }
    }

    /// Returns the free bytes of the last buffer.
    fn free_space(&mut self) -> &mut [u8] {
        if self.filled == Self::SIZE {
            let next = Zeroizing::new(vec![0; Self::SIZE]);
            self.full.push(core::mem::replace(&mut self.last, next));
            self.filled = 0;
        }
        self.last.get_mut(self.filled..).unwrap_or_default()
    }

    const fn length(&self) -> usize {
        self.full.len() * Self::SIZE + self.filled
    }

    fn join(self) -> Zeroizing<Vec<u8>> {
        let mut bytes = Zeroizing::new(Vec::with_capacity(self.length()));
        for chunk in &self.full {
            bytes.extend_from_slice(chunk);
        }
        bytes.extend_from_slice(self.last.get(..self.filled).unwrap_or_default());
        bytes
    }
}
