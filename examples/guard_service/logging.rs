//! The log on standard error, for which no request waits.

use std::fmt;
use std::io::{self, Write};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{SyncSender, sync_channel};

use crate::util::count;

// So many lines wait for a reader that is slow.
const MOST: usize = 1000;

static LINES: OnceLock<SyncSender<String>> = OnceLock::new();
static LOST: AtomicUsize = AtomicUsize::new(0);

/// Writes a line of the log. A pipe that nobody empties would block: the line is lost instead.
pub(crate) fn log(line: fmt::Arguments<'_>) {
    match LINES.get() {
        None => write(line),
        Some(lines) => {
            if lines.try_send(line.to_string()).is_err() {
                LOST.fetch_add(1, Ordering::Relaxed);
            }
        }
    }
}

/// From now on, a thread of its own writes the log.
pub(crate) fn in_the_background() {
    let (sender, lines) = sync_channel::<String>(MOST);
    if LINES.set(sender).is_err() {
        return;
    }
    std::thread::spawn(move || {
        for line in lines {
            write(format_args!("{line}"));
            let lost = LOST.swap(0, Ordering::Relaxed);
            if lost > 0 {
                write(format_args!("lost, as nobody read them: {}", count(lost, "line")));
            }
        }
    });
}

fn write(line: fmt::Arguments<'_>) {
    // Nobody is left to be told when standard error is closed.
    let _ = writeln!(io::stderr(), "{line}");
}
