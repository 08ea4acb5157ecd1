//! The order of things on unix, relative to a handle of the directory.

use alloc::format;
use std::fs::{File, TryLockError};
use std::io;
use std::os::unix::fs::{FileTypeExt as _, MetadataExt as _};
use std::path::Path;

use rustix::fs::{CWD, Mode, OFlags, Stat, fstat, openat};
use rustix::io::{Errno, retry_on_intr};
use zeroize::Zeroizing;

use super::access::{self, Access};
use super::common::{length, read_all, wipe};
use super::fresh::{Fresh, remove_left_overs};
use super::pipe;
use super::place::{Place, is_regular, is_same, locking, opening, sync_directory, sync_file};
use super::{
    Contents, DiskError, DiskErrorKind, FileFacts, FileStamp, NewText, Outcome, Patience, ReplaceError,
    ReplaceOptions,
};

/// Reads the whole file, through links, without a lock: a rename is atomic. A pipe is read once, without facts.
///
/// # Errors
/// `NotFound`, `DanglingLink`, `NotRegular` (not opened, so that a device does nothing), `PermissionDenied`, `TooLarge`,
/// `TimedOut`, `Io`.
pub(crate) fn read(path: &Path, limit: u64) -> Result<Contents, DiskError> {
    // Looked at before it is opened: opening a device can do something.
    match look(path) {
        Err(error) if error.kind() != DiskErrorKind::Pipe => return Err(error),
        _ => {}
    }
    let file = File::from(
        retry_on_intr(|| openat(CWD, path, OFlags::RDONLY | CAREFULLY, Mode::empty()))
            .map_err(|error| reading(path, error))?,
    );
    let about = file.metadata().map_err(|error| DiskError::told(DiskErrorKind::Io, path, error))?;
    if about.file_type().is_fifo() {
        let bytes = pipe::read(&file, path, limit, pipe::TIME_LIMIT)?;
        return Ok(Contents { bytes, facts: FileFacts::unknown(FileStamp::new(&about)) });
    }
    if !about.is_file() {
        return Err(DiskError::new(DiskErrorKind::NotRegular, path));
    }
    let facts = FileFacts {
        mode: Some(about.mode() & 0o7777),
        owner: Some(about.uid()),
        caller: Some(rustix::process::geteuid().as_raw()),
        links: Some(about.nlink()),
        stamp: FileStamp::new(&about),
    };
    Ok(Contents { bytes: read_all(&file, path, about.len(), limit)?, facts })
}

/// Looks at the file behind all links, without opening it.
///
/// # Errors
/// As [`read`], but for `TooLarge` and `TimedOut`; `Pipe`.
pub(crate) fn look(path: &Path) -> Result<FileStamp, DiskError> {
    // Without a number, the path contains a zero byte.
    let failed = |error: io::Error| reading(path, Errno::from_io_error(&error).unwrap_or(Errno::INVAL));
    let about = std::fs::metadata(path).map_err(failed)?;
    if about.is_file() {
        return Ok(FileStamp::new(&about));
    }
    let is_pipe = about.file_type().is_fifo();
    Err(DiskError::new(if is_pipe { DiskErrorKind::Pipe } else { DiskErrorKind::NotRegular }, path))
}

/// Returns the error of a pipe, which looks like a dangling link, or else this one.
fn pipe_or(path: &Path, error: DiskError) -> DiskError {
    look(path).err().filter(|error| error.kind() == DiskErrorKind::Pipe).unwrap_or(error)
}

fn reading(path: &Path, error: Errno) -> DiskError {
    match error {
        Errno::NOENT if std::fs::symlink_metadata(path).is_ok() => {
            DiskError::because(DiskErrorKind::DanglingLink, path, error)
        }
        error => opening(path, error),
    }
}

/// Locks the file, reads it, and replaces it by what `edit` makes of it; see the module for the order.
///
/// `edit` gets none where there is no file, and returns none to leave it as it is. It is called again when the file
/// changed meanwhile.
///
/// # Errors
/// What `edit` returns, and every [`DiskErrorKind`].
pub(crate) fn replace<E, T: Into<NewText>>(
    path: &Path,
    options: &ReplaceOptions,
    mut edit: impl FnMut(Option<&[u8]>) -> Result<Option<T>, E>,
) -> Result<Outcome, ReplaceError<E>> {
    let mut patience = Patience::new(options.lock_timeout);
    let place = Place::resolve(path).map_err(|error| pipe_or(path, error))?;
    loop {
        let old = Old::lock(&place, &mut patience)?;
        if old.is_none() && !options.create {
            return Err(DiskError::because(DiskErrorKind::NotFound, path, Errno::NOENT).into());
        }
        let bytes = match &old {
            Some(old) => read_all(&old.file, path, size(&old.stat), options.size_limit)?,
            None => Zeroizing::default(),
        };
        let text = edit(old.is_some().then_some(&bytes)).map_err(ReplaceError::Edit)?;
        let tightens =
            options.restrict_mode && old.as_ref().is_some_and(|old| access::is_open_to_others(&old.stat));
        // Rights are taken as all else is changed: by a new file.
        let same = || tightens.then(|| NewText::Insertion { at: 0, text: Zeroizing::default() });
        let Some(text) = text.map(Into::into).or_else(same) else {
            wipe([bytes]);
            // An earlier writer may have been stopped before its sync, and "it is there" is a promise too.
            if let Some(old) = &old {
                sync_file(&old.file).map_err(|error| durability_unknown(path, error))?;
                sync_directory(&place.directory).map_err(|error| durability_unknown(path, error))?;
            }
            return Ok(Outcome::Unchanged);
        };
        let pieces = text.pieces(&bytes);
        if length(&pieces) > options.size_limit {
            return Err(DiskError::new(DiskErrorKind::TooLarge, path).into());
        }
        let mut fresh = Fresh::create(&place)?;
        let access = match &old {
            Some(old) => Access::of(&old.file, &old.stat, options.restrict_mode),
            None => Ok(Access::private()),
        };
        access.and_then(|access| access.apply(fresh.file())).map_err(|error| error.at(path))?;
        fresh.write(&pieces)?;
        wipe([bytes, text.into_bytes()]);
        let done = match &old {
            Some(old) if !old.is_unchanged(&place)? => None,
            Some(_) => fresh.replace()?.then_some(Outcome::Replaced),
            None => fresh.appear()?.then_some(Outcome::Created),
        };
        if let Some(done) = done {
            sync_directory(&place.directory).map_err(|error| durability_unknown(path, error))?;
            return Ok(done);
        }
        // Dropped first, so that nothing is left in the directory while it sleeps.
        drop((fresh, old));
        if !patience.wait() {
            return Err(DiskError::locked(path, None).into());
        }
    }
}

const CAREFULLY: OFlags = OFlags::CLOEXEC.union(OFlags::NONBLOCK).union(OFlags::NOCTTY);

/// The file that is to be replaced, opened and locked.
struct Old {
    file: File,
    stat: Stat,
}

impl Old {
    /// None where there is no file.
    fn lock(place: &Place<'_>, patience: &mut Patience) -> Result<Option<Self>, DiskError> {
        let path = place.path;
        loop {
            let Some(file) = open(place)? else {
                remove_left_overs(place, None);
                return Ok(None);
            };
            let stat = fstat(&file).map_err(|error| opening(path, error))?;
            check(path, &file, &stat)?;
            match file.try_lock() {
                Ok(()) => {
                    // A lock is on a file and not on a name: a writer before us may have put another file here.
                    let now = place.look(&place.name).map_err(|error| opening(path, error))?;
                    if now.is_some_and(|now| is_same(&now, &stat)) {
                        remove_left_overs(place, Some(&stat));
                        // Again, since it could change until it was locked.
                        let stat = fstat(&file).map_err(|error| opening(path, error))?;
                        check(path, &file, &stat)?;
                        // Only now: a new file has a second name for a moment where nothing better is known.
                        if stat.st_nlink > 1 {
                            return Err(DiskError::new(DiskErrorKind::SeveralLinks, path));
                        }
                        return Ok(Some(Self { file, stat }));
                    }
                    drop(file);
                    if !patience.wait() {
                        return Err(DiskError::locked(path, None));
                    }
                }
                Err(TryLockError::WouldBlock) => {
                    drop(file);
                    if !patience.wait() {
                        return Err(DiskError::locked(path, holder(&stat)));
                    }
                }
                Err(TryLockError::Error(error)) => return Err(locking(path, error)),
            }
        }
    }

    /// Returns whether nobody wrote it, without a lock, since it was read.
    fn is_unchanged(&self, place: &Place<'_>) -> Result<bool, DiskError> {
        let failed = |error| DiskError::told(DiskErrorKind::NotCommitted, place.path, error);
        let now = fstat(&self.file).map_err(failed)?;
        let named = place.look(&place.name).map_err(failed)?;
        let key = |stat: &Stat| {
            (stat.st_size, stat.st_mtime, stat.st_mtime_nsec, stat.st_ctime, stat.st_ctime_nsec)
        };
        Ok(key(&now) == key(&self.stat) && named.is_some_and(|named| is_same(&named, &self.stat)))
    }
}

/// Opens the file for reading and writing: a read-only mount or a lack of rights shows here.
fn open(place: &Place<'_>) -> Result<Option<File>, DiskError> {
    let path = place.path;
    match place.look(&place.name) {
        Ok(Some(stat)) if !is_regular(&stat) => {
            return Err(pipe_or(path, DiskError::new(DiskErrorKind::NotRegular, path)));
        }
        Ok(Some(_)) => {}
        Ok(None) => return Ok(None),
        Err(error) => return Err(opening(path, error)),
    }
    let flags = OFlags::RDWR | OFlags::NOFOLLOW | CAREFULLY;
    match retry_on_intr(|| openat(&place.directory, &place.name, flags, Mode::empty())) {
        Ok(file) => Ok(Some(file.into())),
        Err(Errno::NOENT) => Ok(None),
        Err(error @ (Errno::LOOP | Errno::ISDIR)) => {
            Err(DiskError::because(DiskErrorKind::NotRegular, path, error))
        }
        Err(error) => Err(opening(path, error)),
    }
}

fn check(path: &Path, file: &File, stat: &Stat) -> Result<(), DiskError> {
    let wrong = |kind| Err(DiskError::new(kind, path));
    let caller = rustix::process::geteuid();
    if !is_regular(stat) {
        wrong(DiskErrorKind::NotRegular)
    } else if access::is_mount_point(file) {
        wrong(DiskErrorKind::MountPoint)
    } else if !caller.is_root() && stat.st_uid != caller.as_raw() {
        wrong(DiskErrorKind::ForeignOwner)
    } else {
        Ok(())
    }
}

fn durability_unknown(path: &Path, error: Errno) -> DiskError {
    DiskError::because(DiskErrorKind::DurabilityUnknown, path, error)
}

fn size(stat: &Stat) -> u64 {
    u64::try_from(stat.st_size).unwrap_or(u64::MAX)
}

/// Returns the process that holds the lock, from `/proc/locks`; `None` if it is not listed.
fn holder(stat: &Stat) -> Option<u32> {
    let (major, minor) = (rustix::fs::major(stat.st_dev), rustix::fs::minor(stat.st_dev));
    let file = format!("{major:02x}:{minor:02x}:{}", stat.st_ino);
    let locks = std::fs::read_to_string("/proc/locks").ok()?;
    let line =
        locks.lines().find(|line| line.contains("FLOCK") && line.split(' ').any(|word| word == file))?;
    line.split_whitespace().nth(4)?.parse().ok().filter(|&process| process > 0)
}
