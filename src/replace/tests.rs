//! The replacement of a file by both protocols: retries, limits, locks and pipes.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

use core::convert::Infallible;
use core::time::Duration;
use std::fs;
use std::path::{Path, PathBuf};

use super::{DiskError, DiskErrorKind, FileOptions, Outcome, ReplaceError, portable};
use crate::secret::NewText;

const OPTIONS: FileOptions = FileOptions {
    lock_timeout: Duration::from_secs(20),
    create: true,
    restrict_mode: false,
    size_limit: 1 << 20,
};

type Edit<'a> = &'a mut dyn FnMut(Option<&[u8]>) -> Result<Option<NewText>, Infallible>;
type Replace = fn(&Path, &FileOptions, Edit<'_>) -> Result<Outcome, ReplaceError<Infallible>>;

#[cfg(unix)]
const PROTOCOLS: [Replace; 2] =
    [|p, o, e| super::unix::replace(p, o, e), |p, o, e| portable::replace(p, o, e)];
#[cfg(not(unix))]
const PROTOCOLS: [Replace; 1] = [|p, o, e| portable::replace(p, o, e)];

#[expect(clippy::unnecessary_wraps, reason = "what an edit returns")]
fn text(bytes: &[u8]) -> Option<NewText> {
    Some(NewText::Whole(bytes.to_vec().into()))
}

fn directory() -> (tempfile::TempDir, PathBuf) {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("tokens.json");
    (directory, file)
}

/// Returns the names in the directory, without the lock file of the portable protocol.
fn names(directory: &Path) -> Vec<String> {
    let entries = fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().file_name());
    let names = entries.map(|name| name.into_string().unwrap());
    names.filter(|name| name != ".tokens.json.lock").collect()
}

#[track_caller]
fn assert_fails(result: Result<Outcome, ReplaceError<Infallible>>, kind: DiskErrorKind) {
    match result {
        Err(ReplaceError::Disk(error)) => assert_eq!(error.kind(), kind, "{error}"),
        Ok(outcome) => panic!("{outcome:?}"),
        Err(ReplaceError::Edit(never)) => match never {},
    }
}

#[test]
fn classifies_errors_of_the_system() {
    use std::io::ErrorKind as Io;
    for (error, kind, fragment) in [
        (Io::ReadOnlyFilesystem, DiskErrorKind::ReadOnly, "read-only"),
        (Io::PermissionDenied, DiskErrorKind::PermissionDenied, "permission denied"),
        (Io::StorageFull, DiskErrorKind::NoSpace, "no space"),
        (Io::QuotaExceeded, DiskErrorKind::NoSpace, "no space"),
        (Io::CrossesDevices, DiskErrorKind::CrossDevice, "a different file system"),
        (Io::NotADirectory, DiskErrorKind::Io, "is a file, not a directory"),
        (Io::Other, DiskErrorKind::Io, "could not be read"),
    ] {
        let found = DiskError::from_io(DiskErrorKind::Io, Path::new("a"), error);
        assert_eq!(found.kind(), kind, "{error}");
        assert!(format!("{found}").contains(fragment), "{found}");
        assert!(format!("{found:?}").contains("path: `a`, holder: None, source: Some(Kind("), "{found:?}");
    }
}

#[test]
fn creates_replaces_and_keeps_files() {
    for replace in PROTOCOLS {
        let (directory, file) = directory();
        let steps: [(Option<&[u8]>, Option<&[u8]>, Outcome); 3] = [
            (None, Some(b"one"), Outcome::Created),
            (Some(b"one"), Some(b"second"), Outcome::Replaced),
            (Some(b"second"), None, Outcome::Unchanged),
        ];
        for (old, new, expected) in steps {
            let done = replace(&file, &OPTIONS, &mut |text| {
                assert_eq!(text, old);
                Ok(new.and_then(self::text))
            });
            assert_eq!(done.unwrap(), expected);
        }
        assert_eq!(fs::read(&file).unwrap(), b"second");
        assert_eq!(names(directory.path()), ["tokens.json"]);
    }
}

#[test]
fn enforces_the_size_limit() {
    for replace in PROTOCOLS {
        let (directory, file) = directory();
        let limited = FileOptions { size_limit: 4, ..OPTIONS };
        assert_fails(replace(&file, &limited, &mut |_| Ok(text(b"12345"))), DiskErrorKind::TooLarge);
        assert!(names(directory.path()).is_empty());
        fs::write(&file, b"12345").unwrap();
        assert_fails(replace(&file, &limited, &mut |_| Ok(text(b"1"))), DiskErrorKind::TooLarge);
        assert_eq!(fs::read(&file).unwrap(), b"12345");
        fs::write(&file, b"1234").unwrap();
        assert_eq!(replace(&file, &limited, &mut |_| Ok(text(b"4321"))).unwrap(), Outcome::Replaced);
    }
}

#[test]
fn creates_files_only_if_allowed() {
    for replace in PROTOCOLS {
        let (directory, file) = directory();
        let options = FileOptions { create: false, ..OPTIONS };
        assert_fails(replace(&file, &options, &mut |_| Ok(text(b"1"))), DiskErrorKind::NotFound);
        assert_fails(replace(&file.join("a"), &OPTIONS, &mut |_| Ok(text(b"1"))), DiskErrorKind::NoDirectory);
        assert!(names(directory.path()).is_empty());
    }
}

#[test]
fn retries_after_an_unlocked_write() {
    for replace in PROTOCOLS {
        let (directory, file) = directory();
        fs::write(&file, b"a").unwrap();
        let mut calls = 0;
        let result = replace(&file, &OPTIONS, &mut |old| {
            calls += 1;
            if calls == 1 {
                fs::write(&file, b"ab").unwrap();
            }
            let old = old.unwrap();
            Ok(text(&[old, b"+"].concat()))
        });
        assert_eq!(result.unwrap(), Outcome::Replaced);
        assert_eq!((calls, fs::read(&file).unwrap()), (2, b"ab+".to_vec()));
        assert_eq!(names(directory.path()), ["tokens.json"]);
    }
}

#[test]
fn keeps_a_file_created_meanwhile() {
    for replace in PROTOCOLS {
        let (_directory, file) = directory();
        let result = replace(&file, &OPTIONS, &mut |old| match old {
            None => {
                fs::write(&file, b"first").unwrap();
                Ok(text(b"lost"))
            }
            Some(old) => Ok(text(&[old, b"+"].concat())),
        });
        assert_eq!(result.unwrap(), Outcome::Replaced);
        assert_eq!(fs::read(&file).unwrap(), b"first+");
    }
}

#[test]
fn gives_up_on_constant_writes() {
    for replace in PROTOCOLS {
        let (directory, file) = directory();
        fs::write(&file, b"").unwrap();
        let mut grown = Vec::new();
        let options = FileOptions { lock_timeout: Duration::from_millis(50), ..OPTIONS };
        let result = replace(&file, &options, &mut |_| {
            grown.push(b'x');
            fs::write(&file, &grown).unwrap();
            Ok(text(b"lost"))
        });
        assert_fails(result, DiskErrorKind::Locked);
        assert_eq!(fs::read(&file).unwrap(), grown);
        assert_eq!(names(directory.path()), ["tokens.json"]);
    }
}

#[test]
fn threads_lose_no_update() {
    for replace in PROTOCOLS {
        let (directory, file) = directory();
        std::thread::scope(|scope| {
            for thread in 0..4_u8 {
                let file = &file;
                scope.spawn(move || {
                    for _ in 0..25 {
                        replace(file, &OPTIONS, &mut |old| {
                            Ok(text(&[old.unwrap_or_default(), &[thread]].concat()))
                        })
                        .unwrap();
                    }
                });
            }
        });
        let mut written = fs::read(&file).unwrap();
        written.sort_unstable();
        assert_eq!(written, (0..4).flat_map(|thread| [thread; 25]).collect::<Vec<u8>>());
        assert_eq!(names(directory.path()), ["tokens.json"]);
    }
}

#[test]
fn removes_only_stale_temporary_files() {
    for replace in PROTOCOLS {
        let (directory, file) = directory();
        let digits = "0123456789abcdef0123456789abcdef";
        let stale = format!(".tokens.json.{digits}.new");
        let others = [
            format!("tokens.json.{digits}.new"),
            format!(".tokens.jsom.{digits}.new"),
            format!(".tokens.json.{}.new", &digits[1..]),
            format!(".tokens.json.{digits}.old"),
        ];
        for name in others.iter().chain([&stale]) {
            fs::write(directory.path().join(name), b"secret").unwrap();
        }
        replace(&file, &OPTIONS, &mut |_| Ok(text(b"new"))).unwrap();
        let mut found = names(directory.path());
        found.sort();
        let mut expected = others.to_vec();
        expected.push("tokens.json".into());
        expected.sort();
        assert_eq!(found, expected);
    }
}

#[test]
#[cfg(unix)]
fn supports_the_longest_file_name() {
    let (directory, _) = directory();
    let file = directory.path().join("x".repeat(255));
    super::replace(&file, &OPTIONS, |_| Ok::<_, Infallible>(text(b"1"))).unwrap();
    assert_eq!(fs::read(&file).unwrap(), b"1");
}

#[test]
fn rejects_names_that_windows_reserves_or_changes() {
    let (directory, _) = directory();
    let kind = |name: &str| portable::read_stamp(&directory.path().join(name)).err().unwrap().kind();
    for name in
        ["CON", "nul", "Aux.json", "com9.x.json", "LPT²", "NUL .json", "a.", "a ", "ab:c", "a?b", "a\n"]
    {
        assert_eq!(kind(name), DiskErrorKind::InvalidName, "{name:?}");
        let replaced = portable::replace(&directory.path().join(name), &OPTIONS, |_| Ok(text(b"1")));
        assert_fails(replaced, DiskErrorKind::InvalidName);
    }
    for name in ["console", "COM10.json", "COM", "nul-tokens.json", ".tokens.json", "a b"] {
        assert_eq!(kind(name), DiskErrorKind::NotFound, "{name:?}");
    }
}

#[test]
#[cfg(unix)]
fn errors_redact_and_escape_paths() {
    let error = super::read(Path::new("/nowhere/apiv3_secret\n"), 1).err().unwrap();
    let shown = format!("{error} {error:?} {error:#?}");
    assert!(!shown.contains("secret"), "{shown}");
    let error = super::read(Path::new("/nowhere/a\nb"), 1).err().unwrap();
    assert!(format!("{error}").starts_with(r"`/nowhere/a\nb` does not exist"), "{error}");
}

#[test]
#[cfg(target_os = "linux")]
fn lock_timeout_names_the_holder() {
    let (_directory, file) = directory();
    fs::write(&file, b"old").unwrap();
    let locked = fs::File::open(&file).unwrap();
    locked.try_lock().unwrap();
    let options = FileOptions { lock_timeout: Duration::from_millis(30), ..OPTIONS };
    let holder = || match super::replace(&file, &options, |_| Ok::<_, Infallible>(text(b"1"))) {
        Err(ReplaceError::Disk(error)) => {
            assert_eq!(error.kind(), DiskErrorKind::Locked);
            error.holder()
        }
        other => panic!("{other:?}"),
    };
    // A read of `/proc/locks` can miss a lock while others change. Some sandboxes list no locks.
    let holder = (0..20).find_map(|_| holder());
    let is_listed = fs::read_to_string("/proc/locks").is_ok_and(|locks| locks.contains("FLOCK"));
    assert_eq!(holder, is_listed.then(std::process::id));
    assert_eq!(fs::read(&file).unwrap(), b"old");
}

#[test]
#[cfg(unix)]
fn reads_through_links() {
    use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, symlink};

    let (directory, file) = directory();
    fs::write(&file, b"12345").unwrap();
    fs::set_permissions(&file, fs::Permissions::from_mode(0o640)).unwrap();
    let link = directory.path().join("link");
    symlink("tokens.json", &link).unwrap();
    for path in [&file, &link] {
        let contents = super::read(path, 5).unwrap();
        assert_eq!(*contents.bytes, *b"12345");
        // One more byte detects the end.
        assert!(contents.bytes.0.capacity() <= 6);
        assert_eq!(contents.facts.mode, Some(0o640));
        assert_eq!(contents.facts.owner, Some(fs::metadata(&file).unwrap().uid()));
        assert_eq!(contents.facts.links, Some(1));
    }
    assert_eq!(*portable::read(&link, 5).unwrap().bytes, *b"12345");
    // Its size is 0 before it is read.
    #[cfg(target_os = "linux")]
    assert!(super::read(Path::new("/proc/version"), 1 << 10).unwrap().bytes.len() > 1);
    for read_stamp in [super::read_stamp, portable::read_stamp] {
        let stamp = super::read(&file, 5).unwrap().facts.stamp;
        assert_eq!(read_stamp(&link).unwrap(), stamp);
        fs::write(directory.path().join("copy"), b"12345").unwrap();
        fs::rename(directory.path().join("copy"), &file).unwrap();
        assert_ne!(read_stamp(&link).unwrap(), stamp, "another file");
    }
    symlink("nowhere", directory.path().join("dangling")).unwrap();
    symlink("circle", directory.path().join("circle")).unwrap();
    assert_eq!(super::read(&file, 4).err().unwrap().kind(), DiskErrorKind::TooLarge);
    for (path, kind) in [
        ("absent", DiskErrorKind::NotFound),
        ("tokens.json/x", DiskErrorKind::NotFound),
        (".", DiskErrorKind::NotRegular),
        ("dangling", DiskErrorKind::DanglingLink),
        ("circle", DiskErrorKind::DanglingLink),
    ] {
        let path = directory.path().join(path);
        let kinds =
            [super::read(&path, 9).err().unwrap().kind(), super::read_stamp(&path).err().unwrap().kind()];
        assert_eq!(kinds, [kind; 2], "{}", path.display());
    }
    for device in ["/dev/null", "/dev/tty"] {
        assert_eq!(super::read(Path::new(device), 9).err().unwrap().kind(), DiskErrorKind::NotRegular);
    }
    #[cfg(target_os = "linux")]
    {
        use rustix::fs::{CWD, FileType, Mode, mknodat};

        // `open` would wait for a writer.
        let fifo = directory.path().join("fifo");
        mknodat(CWD, &fifo, FileType::Fifo, Mode::RUSR | Mode::WUSR, 0).unwrap();
        assert_eq!(portable::read(&fifo, 9).err().unwrap().kind(), DiskErrorKind::NotRegular);
        assert_eq!(super::read_stamp(&fifo).err().unwrap().kind(), DiskErrorKind::Pipe);
    }
}

#[cfg(target_os = "linux")]
#[test]
fn reads_pipes_within_limits() {
    use std::io::Write as _;

    use rustix::fs::{CWD, FileType, Mode, OFlags, mknodat, open};

    let directory = tempfile::tempdir().unwrap();
    let fifo = directory.path().join("fifo");
    mknodat(CWD, &fifo, FileType::Fifo, Mode::RUSR | Mode::WUSR, 0).unwrap();
    let write = |pieces: &'static [&'static [u8]]| {
        let fifo = fifo.clone();
        std::thread::spawn(move || {
            std::thread::sleep(Duration::from_millis(40));
            let mut file = fs::OpenOptions::new().write(true).open(fifo).unwrap();
            for piece in pieces {
                std::thread::sleep(Duration::from_millis(40));
                // Fails beyond the limit, as the reader has closed the pipe.
                let _ = file.write_all(piece);
            }
        })
    };
    const LONG: &[u8] = &[b'x'; 200_000];
    const CASES: [(&[&[u8]], u64, Option<usize>); 4] = [
        (&[b"12", b"345"], 5, Some(5)),
        // A writer that ends at once.
        (&[], 5, Some(0)),
        (&[LONG, LONG, b"1"], 1 << 20, Some(400_001)),
        (&[b"12", b"3456"], 5, None),
    ];
    for (pieces, limit, expected) in CASES {
        let writer = write(pieces);
        match (super::read(&fifo, limit), expected) {
            (Ok(contents), Some(length)) => {
                assert_eq!(contents.bytes.len(), length);
                assert!(*contents.bytes == pieces.concat(), "bytes differ");
                assert_eq!((contents.facts.mode, contents.facts.links), (None, None));
            }
            (Err(error), None) => assert_eq!(error.kind(), DiskErrorKind::TooLarge),
            (result, _) => panic!("{:?} of {limit}", result.err()),
        }
        writer.join().unwrap();
    }
    // Without a writer, and with one that writes nothing.
    let flags = OFlags::RDONLY | OFlags::NONBLOCK;
    let pipe = fs::File::from(open(&fifo, flags, Mode::empty()).unwrap());
    let read = || super::pipe::read(&pipe, &fifo, 9, Duration::from_millis(30)).err().unwrap().kind();
    assert_eq!(read(), DiskErrorKind::TimedOut);
    let _writer = fs::OpenOptions::new().write(true).open(&fifo).unwrap();
    assert_eq!(read(), DiskErrorKind::TimedOut);
    let replaced = super::replace(&fifo, &OPTIONS, |_| Ok::<_, ()>(text(b"")));
    let Err(ReplaceError::Disk(error)) = replaced else { panic!("{replaced:?}") };
    assert_eq!(error.kind(), DiskErrorKind::Pipe);
}
