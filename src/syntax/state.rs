//! The state of the recovery between two errors.

use crate::span::Span;

/// The state of the recovery.
#[derive(Default)]
pub(super) struct Recovery {
    pub(super) error_count: usize,
    // One error per place is enough.
    pub(super) last_error: Option<Span>,
    // Errors before this offset are reported already.
    pub(super) reread: usize,
    // The start of the last object without its `{`.
    pub(super) unopened: Option<usize>,
    pub(super) balance: Option<Balance>,
}

impl Recovery {
    /// Returns whether an object without its `{` begins at this offset.
    #[inline]
    pub(super) fn lacks_brace(&self, at: usize) -> bool {
        self.unopened == Some(at)
    }
}

/// How many more brackets the rest of the text closes than are open. What is extra and what is missing depends on it.
pub(super) struct Balance {
    pub(super) arrays: i64,
    pub(super) objects: i64,
}

impl Balance {
    pub(super) const fn of(&mut self, bracket: u8) -> &mut i64 {
        if matches!(bracket, b'[' | b']') { &mut self.arrays } else { &mut self.objects }
    }
}
