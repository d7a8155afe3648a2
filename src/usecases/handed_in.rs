//! Files that people hand in: how long one may be, what it is called, and the pieces that it is kept in.

use super::UseCaseError;
use crate::domain::donor::clean_line;

/// A file is kept in pieces of so many bytes.
pub const PART_BYTES: usize = 256 * 1024;

/// Letters of its name.
const NAME_CHARACTERS_MAX: usize = 200;

/// How many bytes a file has.
///
/// # Errors
/// `Invalid` if it is empty, or larger than `most`.
pub(super) fn length(parts: &[Vec<u8>], most: usize) -> Result<usize, UseCaseError> {
    let bytes: usize = parts.iter().map(Vec::len).sum();
    if bytes == 0 || bytes > most {
        let message = match bytes {
            0 => "There is nothing in the file.".to_owned(),
            _ => format!("The file is larger than {} MiB.", most / 1024 / 1024),
        };
        return Err(UseCaseError::invalid("file", "size", message));
    }
    Ok(bytes)
}

/// What a file is called, as it is shown; `otherwise` if it has no name that can be.
pub(super) fn name(typed: &str, otherwise: &str) -> String {
    clean_line(typed, NAME_CHARACTERS_MAX).ok().flatten().unwrap_or_else(|| otherwise.to_owned())
}
