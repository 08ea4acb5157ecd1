//! Looks whether the tokens file has changed, and loads it again.
//!
//! It looks at the file behind all links, so that a rename, a write in place and Kubernetes' swapped `..data` link are all
//! the same. It polls: a watch on a name misses what happens behind a link, and one file a second costs nothing.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

use influxdb3_offline_tokens::{Authorizer, Error, load};

use crate::guard::Guard;
use crate::log;
use crate::util::count;

const AGAIN: Duration = Duration::from_secs(60);
// The clock of a file system ticks slowly: a file that was written this recently may change again unseen.
const UNSETTLED: Duration = Duration::from_secs(2);

pub(crate) struct Watched {
    path: PathBuf,
    seen: Option<Seen>,
    // Whether it could not be read then.
    unread: bool,
}

/// What tells one state of a file from another.
#[derive(Clone, PartialEq)]
struct Seen {
    modified: SystemTime,
    length: u64,
    #[cfg(unix)]
    id: (u64, u64, i64, i64),
}

impl Seen {
    fn at(path: &Path) -> io::Result<Self> {
        let metadata = std::fs::metadata(path)?;
        Ok(Self {
            modified: metadata.modified()?,
            length: metadata.len(),
            #[cfg(unix)]
            id: {
                use std::os::unix::fs::MetadataExt;
                (metadata.dev(), metadata.ino(), metadata.ctime(), metadata.ctime_nsec())
            },
        })
    }

    fn is_settled(&self) -> bool {
        self.modified.elapsed().is_ok_and(|since| since > UNSETTLED)
    }
}

/// Loads the file for the first time.
pub(crate) fn start(path: PathBuf) -> Result<(Arc<Guard>, Watched), Error> {
    // Looked at before it is read: what changes in between is seen the next time.
    let seen = Seen::at(&path).ok();
    let authorizer = Authorizer::new(&load(&path)?);
    log(format_args!("loaded {}", count(authorizer.len(), "token")));
    Ok((Arc::new(Guard::new(authorizer)), Watched { path, seen, unread: false }))
}

impl Watched {
    /// Goes on for ever.
    pub(crate) fn watch(mut self, guard: &Guard, every: Duration) {
        let (mut last, mut told) = (String::new(), Instant::now());
        loop {
            std::thread::sleep(every);
            let seen = Seen::at(&self.path).ok();
            let same = seen == self.seen;
            if same && !self.unread && seen.as_ref().is_none_or(Seen::is_settled) {
                continue;
            }
            (self.seen, self.unread) = (seen, false);
            let said = match load(&self.path) {
                Ok(file) => {
                    let authorizer = Authorizer::new(&file);
                    let said = format!("loaded {}", count(authorizer.len(), "token"));
                    guard.replace(authorizer);
                    said
                }
                Err(error) => {
                    // What could not be read is read again, and not only when it has changed.
                    self.unread = error.report().is_none();
                    format!("the tokens stay as they are: {:#}", anyhow::Error::new(error))
                }
            };
            // Once for each change, not for each look; and again from time to time while it cannot be read.
            if !same || said != last || self.unread && told.elapsed() > AGAIN {
                log(format_args!("{said}"));
                told = Instant::now();
            }
            last = said;
        }
    }
}
