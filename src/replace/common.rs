//! Code for every system: path resolution, sibling names, and reading a complete file.

use std::ffi::{OsStr, OsString};
use std::fs::File;
use std::io::{self, Read as _, Seek as _};
use std::path::{Component, Path, PathBuf, is_separator};

use rand::TryRng as _;

use super::{DiskError, DiskErrorKind};
use crate::secret::SecretBytes;

/// Returns the path without links. The file need not exist, but its directory must.
pub(super) fn resolve(path: &Path) -> Result<PathBuf, DiskError> {
    let real = match real_path(path) {
        Ok(real) => real,
        Err(error) => resolve_missing(path, error)?,
    };
    // A Kubernetes volume has names such as `..data` and `..2026_11_24…`. A resolved path has no `..` itself.
    let is_kubernetes = |part: Component<'_>| part.as_os_str().as_encoded_bytes().starts_with(b"..");
    if real.parent().is_some_and(|parent| parent.components().any(is_kubernetes)) {
        return Err(DiskError::new(DiskErrorKind::KubernetesVolume, path));
    }
    Ok(real)
}

/// Returns the path without links. Some Windows drives, and Wine for long paths, cannot resolve it: there, a file that is not
/// itself a link has its absolute path.
fn real_path(path: &Path) -> io::Result<PathBuf> {
    path.canonicalize().or_else(|error| {
        let is_definite = matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::PermissionDenied);
        let is_link = || std::fs::symlink_metadata(path).map_or(true, |metadata| metadata.is_symlink());
        if cfg!(not(windows)) || is_definite || is_link() { Err(error) } else { std::path::absolute(path) }
    })
}

fn resolve_missing(path: &Path, error: io::Error) -> Result<PathBuf, DiskError> {
    let is_link = || std::fs::symlink_metadata(path).is_ok_and(|metadata| metadata.is_symlink());
    match error.kind() {
        io::ErrorKind::PermissionDenied => return Err(DiskError::from_io(DiskErrorKind::Io, path, error)),
        _ if is_link() => return Err(DiskError::with_source(DiskErrorKind::DanglingLink, path, error)),
        io::ErrorKind::NotFound => {}
        _ => return Err(DiskError::from_io(DiskErrorKind::Io, path, error)),
    }
    let (Some(parent), Some(name)) = (path.parent(), path.file_name()) else {
        return Err(DiskError::with_source(DiskErrorKind::NotFound, path, error));
    };
    // `file_name` returns `a` for `a/`, which can only be a directory.
    if path.to_string_lossy().ends_with(is_separator) {
        return Err(DiskError::with_source(DiskErrorKind::NotRegular, path, error));
    }
    let parent = if parent.as_os_str().is_empty() { Path::new(".") } else { parent };
    let parent = real_path(parent).map_err(|error| match error.kind() {
        io::ErrorKind::NotFound => DiskError::with_source(DiskErrorKind::NoDirectory, path, error),
        _ => DiskError::from_io(DiskErrorKind::Io, path, error),
    })?;
    Ok(parent.join(name))
}

/// Returns `.NAME` with a suffix. A long name is truncated, to stay under the 255 bytes of common file systems.
pub(super) fn sibling_name(name: &OsStr, suffix: &str) -> OsString {
    const MAX_STEM: usize = 200;
    let name = name.to_string_lossy();
    let fits = |&(at, character): &(usize, char)| at + character.len_utf8() <= MAX_STEM;
    let stem: String = name.char_indices().take_while(fits).map(|(_, character)| character).collect();
    format!(".{stem}{suffix}").into()
}

/// Returns the name of a temporary file: `.NAME.32 hexadecimal digits.new`.
pub(super) fn random_temp_name(name: &OsStr) -> io::Result<OsString> {
    let mut bytes = [0; 16];
    rand::rngs::SysRng.try_fill_bytes(&mut bytes).map_err(io::Error::other)?;
    Ok(sibling_name(name, &format!(".{:032x}.new", u128::from_le_bytes(bytes))))
}

/// Returns whether [`random_temp_name`] can return `candidate` for this file.
pub(super) fn is_temp_name(candidate: &OsStr, name: &OsStr) -> bool {
    let stem = sibling_name(name, ".");
    let rest = stem.to_str().and_then(|stem| candidate.to_str()?.strip_prefix(stem)?.strip_suffix(".new"));
    let is_digit = |digit| matches!(digit, b'0'..=b'9' | b'a'..=b'f');
    rest.is_some_and(|digits| digits.len() == 32 && digits.bytes().all(is_digit))
}

/// Returns the sum of the lengths.
pub(super) fn total_length(pieces: &[&[u8]]) -> u64 {
    pieces.iter().map(|piece| u64::try_from(piece.len()).unwrap_or(u64::MAX)).fold(0, u64::saturating_add)
}

/// Reads a file from its start into a buffer that never moves and is zeroized.
pub(super) fn read_all(
    mut file: &File,
    path: &Path,
    mut size: u64,
    limit: u64,
) -> Result<SecretBytes, DiskError> {
    let failed = |error: io::Error| DiskError::from_io(DiskErrorKind::Io, path, error);
    let too_large = || DiskError::new(DiskErrorKind::TooLarge, path);
    loop {
        if size > limit {
            return Err(too_large());
        }
        // One byte more than expected, to detect growth.
        let room = usize::try_from(size).ok().and_then(|size| size.checked_add(1)).ok_or_else(too_large)?;
        let mut bytes = SecretBytes::default();
        bytes.0.try_reserve_exact(room).map_err(|_| too_large())?;
        file.rewind().map_err(failed)?;
        // A buffer that grows would leave a copy that is not zeroized.
        file.take(room as u64).read_to_end(&mut bytes.0).map_err(failed)?;
        if bytes.len() < room {
            return Ok(bytes);
        }
        size = file.metadata().map_err(failed)?.len().max(size.saturating_add(1));
    }
}
