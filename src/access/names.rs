//! The database names of a file, numbered.

use std::boxed::Box;
use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use foldhash::fast::RandomState;

/// Distinct names, numbered in their order.
pub(super) struct Names {
    sorted: Box<[Arc<str>]>,
    numbers: HashMap<Arc<str>, u32, RandomState>,
}

impl<'a> FromIterator<&'a str> for Names {
    fn from_iter<I: IntoIterator<Item = &'a str>>(names: I) -> Self {
        let distinct: BTreeSet<&str> = names.into_iter().collect();
        let sorted: Box<[Arc<str>]> = distinct.into_iter().map(Arc::from).collect();
        // 2^32 distinct names would take more than 100 GB.
        let numbers = sorted.iter().cloned().zip(0..).collect();
        Self { sorted, numbers }
    }
}

impl Names {
    /// Returns the name as it is kept here, with its number.
    pub(super) fn find(&self, name: &str) -> Option<(&str, u32)> {
        self.numbers.get_key_value(name).map(|(name, number)| (&**name, *number))
    }

    /// Returns the name with this number.
    pub(super) fn name(&self, number: u32) -> Option<&str> {
        self.sorted.get(usize::try_from(number).ok()?).map(AsRef::as_ref)
    }
}
