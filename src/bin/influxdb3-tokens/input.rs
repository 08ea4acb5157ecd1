//! Input from files and standard input.

use std::ffi::OsStr;
use std::fs::File;
use std::io::{self, BufRead as _, Read};
use std::path::{Path, PathBuf};

use clap::builder::{PathBufValueParser, TypedValueParser};
use influxdb3_offline_tokens::disk::MAX_FILE_BYTES;
use influxdb3_offline_tokens::token::SecretBytes;
use influxdb3_offline_tokens::{Error, Report, Token, TokenFile, Validator, load};
use zeroize::Zeroizing;

use crate::terminal::{Context as _, Failure, Result, command_with, quoted_path};

/// Returns whether a path means standard input.
pub(crate) fn is_stdin(path: &Path) -> bool {
    path.as_os_str() == OsStr::new("-")
}

/// Parses the argument of a command that changes a file.
pub(crate) fn file_to_change() -> impl TypedValueParser<Value = PathBuf> {
    PathBufValueParser::new().try_map(|path| {
        let message = "standard input cannot be changed: name a file; use `./-` for a file named `-`";
        if is_stdin(&path) { Err(message) } else { Ok(path) }
    })
}

/// Loads a tokens file, or parses it from standard input.
pub(crate) fn load_file(path: &Path) -> Result<TokenFile> {
    if is_stdin(path) {
        return TokenFile::parse(&read_stdin()?).context("<stdin>");
    }
    load(path).map_err(|error| failure(&error))
}

/// Converts the error of a file.
pub(crate) fn failure(error: &Error) -> Failure {
    if error.is_durability_unknown() {
        return Failure::durability_unknown(error.to_string());
    }
    let hint = match (error.path(), error.report()) {
        (Some(path), Some(_)) => {
            format!("\nrun {} for the full report", command_with("validate", path))
        }
        _ => String::new(),
    };
    Failure::new(format!("{error}{hint}"))
}

/// The bytes of a tokens file and their report.
pub(crate) struct Checked {
    pub(crate) bytes: SecretBytes,
    pub(crate) report: Report,
}

/// Checks a file, or standard input.
pub(crate) fn check(validator: &Validator, path: &Path) -> Result<Checked> {
    if is_stdin(path) {
        let bytes = read_stdin()?;
        return Ok(Checked { report: validator.check(&bytes), bytes });
    }
    let file = validator.check_file(path)?;
    Ok(Checked { bytes: file.bytes, report: file.report })
}

/// Reads standard input, up to the size limit of files.
pub(crate) fn read_stdin() -> Result<SecretBytes> {
    read_all(io::stdin().lock(), "<stdin>").map(SecretBytes::from)
}

/// Reads a file that is not a tokens file, or standard input.
pub(crate) fn read_other(path: &Path) -> Result<Vec<u8>> {
    if is_stdin(path) {
        return read_all(io::stdin().lock(), "<stdin>");
    }
    let shown = quoted_path(path);
    let reason = |error: io::Error| match error.kind() {
        io::ErrorKind::NotFound => Failure::new(format!("{shown} does not exist; check the path")),
        io::ErrorKind::IsADirectory => {
            Failure::new(format!("{shown} is a directory; use the path of a file"))
        }
        io::ErrorKind::PermissionDenied => {
            Failure::new(format!("permission denied for {shown}; check its mode"))
        }
        kind => Failure::new(format!("{shown}: {kind}")),
    };
    let mut bytes = Vec::new();
    File::open(path).and_then(|file| read_limited(file, &mut bytes)).map_err(reason)?;
    within_limit(bytes, &shown)
}

/// Reads a file that is not a tokens file, or standard input, without a byte order mark.
pub(crate) fn read_text(path: &Path) -> Result<Vec<u8>> {
    let mut bytes = read_other(path)?;
    if bytes.starts_with(b"\xFF\xFE") || bytes.starts_with(b"\xFE\xFF") {
        let shown = quoted_path(path);
        return Err(Failure::new(format!(
            "{shown} is UTF-16, as PowerShell's `>` writes it; save it as UTF-8"
        )));
    }
    if bytes.starts_with(b"\xEF\xBB\xBF") {
        bytes.drain(..3);
    }
    Ok(bytes)
}

/// Reads one byte more than the size limit allows.
fn read_limited(from: impl Read, bytes: &mut Vec<u8>) -> io::Result<usize> {
    from.take(MAX_FILE_BYTES + 1).read_to_end(bytes)
}

fn within_limit(bytes: Vec<u8>, shown: &str) -> Result<Vec<u8>> {
    if bytes.len() as u64 > MAX_FILE_BYTES {
        return Err(Failure::new(format!("{shown} is larger than {MAX_FILE_BYTES} bytes")));
    }
    Ok(bytes)
}

fn read_all(from: impl Read, shown: &str) -> Result<Vec<u8>> {
    let mut bytes = Vec::new();
    read_limited(from, &mut bytes).context(shown)?;
    within_limit(bytes, shown)
}

/// Reads a token from the first line of standard input.
pub(crate) fn read_token() -> Result<Token> {
    // Allocated once: a growing buffer would leave copies of the token behind.
    const MAX_LENGTH: usize = 64 * 1024;
    let mut line = Zeroizing::new(String::with_capacity(MAX_LENGTH));
    io::stdin().lock().take(MAX_LENGTH as u64).read_line(&mut line).context("<stdin>")?;
    if line.len() == MAX_LENGTH {
        return Err(Failure::new("the first line of standard input is too long for a token"));
    }
    match line.trim_end_matches(['\r', '\n']) {
        "" => Err(Failure::new("no token on standard input")),
        token => Token::parse(token).context("the token on standard input"),
    }
}
