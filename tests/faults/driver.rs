//! A writer that uses the copy of the disk layer beside this file, for the seeded faults.

#![allow(dead_code, unused_imports, unreachable_pub, clippy::pedantic)]

extern crate alloc;

mod replace;
mod secret;

use std::io::Write as _;
use std::path::Path;
use std::process::ExitCode;
use std::time::Duration;

use replace::{DiskErrorKind, ReplaceError, FileOptions, replace};
use secret::NewText;

const OPTIONS: FileOptions =
    FileOptions {
        lock_timeout: Duration::from_secs(20),
        create: true,
        restrict_mode: false,
        size_limit: 16 << 20,
    };

fn append(old: Option<&[u8]>, name: &str, token: &str) -> Result<Option<NewText>, String> {
    let entry = format!(r#"{{"token": "{token}", "name": "{name}", "permissions": ["db:*:read"]}}"#);
    let old = old.unwrap_or(b"{\"tokens\": []}\n");
    if old.windows(entry.len()).any(|part| part == entry.as_bytes()) {
        return Ok(None);
    }
    let at = old.iter().rposition(|&byte| byte == b']').ok_or("no tokens")?;
    let comma = if old[..at].trim_ascii_end().ends_with(b"[") { "" } else { ", " };
    Ok(Some(NewText::Whole([&old[..at], comma.as_bytes(), entry.as_bytes(), &old[at..]].concat().into())))
}

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().collect();
    let value = |flag: &str| args.iter().position(|arg| arg == flag).and_then(|at| args.get(at + 1));
    // The first argument that is neither a flag nor the value of a flag.
    let is_file = |pair: &&[String]| pair.iter().all(|arg| !arg.starts_with("--"));
    let file = args.windows(2).find(is_file).and_then(|pair| pair.last());
    let (Some(file), Some(name)) = (file, value("--name")) else { return ExitCode::from(2) };
    let mut token = String::new();
    if std::io::stdin().read_line(&mut token).is_err() {
        return ExitCode::from(2);
    }
    let timeout = value("--lock-timeout").and_then(|seconds| seconds.parse().ok());
    let lock_timeout = timeout.map_or(OPTIONS.lock_timeout, Duration::from_secs);
    match replace(Path::new(file), &FileOptions { lock_timeout, ..OPTIONS }, |old| append(old, name, token.trim())) {
        Ok(_) => {
            let mut out = std::io::stdout().lock();
            match writeln!(out, "ACK {name}").and_then(|()| out.flush()) {
                Ok(()) => ExitCode::SUCCESS,
                Err(_) => ExitCode::from(4),
            }
        }
        Err(ReplaceError::Disk(error)) => {
            let _ = writeln!(std::io::stderr(), "{:?}: {error}", error.kind());
            ExitCode::from(if error.kind() == DiskErrorKind::DurabilityUnknown { 3 } else { 1 })
        }
        Err(ReplaceError::Edit(error)) => {
            let _ = writeln!(std::io::stderr(), "{error}");
            ExitCode::FAILURE
        }
    }
}
