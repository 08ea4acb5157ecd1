//! The state of the error recovery.

use crate::span::Span;

/// The state of the recovery.
#[derive(Default)]
pub(super) struct Recovery {
    pub(super) error_count: usize,
    // Only the first error at a position is reported.
    pub(super) last_error: Option<Span>,
    // Errors before this offset are already reported.
    pub(super) reread: usize,
    // The start of the last object without its `{`.
    pub(super) unopened: Option<usize>,
    pub(super) balance: Option<Balance>,
}

impl Recovery {
    /// Returns whether an object without its `{` starts at this offset.
    #[inline]
    pub(super) fn lacks_brace(&self, at: usize) -> bool {
        self.unopened == Some(at)
    }
}

/// The closing brackets of the rest of the text minus the open brackets: positive if brackets are extra, negative if some are missing.
pub(super) struct Balance {
    pub(super) arrays: i64,
    pub(super) objects: i64,
}

impl Balance {
    pub(super) const fn of(&mut self, bracket: u8) -> &mut i64 {
        if matches!(bracket, b'[' | b']') { &mut self.arrays } else { &mut self.objects }
    }
}
