//! Lists of names without a comparison of each with each: what stands there before, and the names of a token by numbers.

use alloc::vec;
use alloc::vec::Vec;
use core::hash::{BuildHasher, Hasher};

use foldhash::quality::{FoldHasher, RandomState};

use crate::check::permissions::Grant;
use crate::check::seen::LOWER_HALF;

/// What the grants of a token name: a database or a system resource has one number wherever it stands. A grant is known by
/// its position among those of the token. As in `Seen`, hashes are sorted in place of a map.
pub(super) struct Numbered {
    // By item, in the order of the text: the number of its name, and whose it is.
    numbers: Vec<u32>,
    grants: Vec<u32>,
    // The items sorted by their numbers, and by their order in the text; the item is in the lower half.
    sorted: Vec<u64>,
    // By number: where its items begin in `sorted`; one more at the end.
    begins: Vec<usize>,
    // By grant: where its items begin in `numbers`; one more at the end.
    starts: Vec<usize>,
}

impl Numbered {
    pub(super) fn new(grants: &[Grant<'_, '_>]) -> Self {
        let mut names: Vec<(&str, &str)> = Vec::new();
        let (mut owners, mut starts) = (Vec::new(), Vec::new());
        for (grant, owner) in grants.iter().zip(0_u32..) {
            starts.push(names.len());
            for (_, name) in grant.names() {
                names.push((name, grant.permission.resource_type()));
                owners.push(owner);
            }
        }
        starts.push(names.len());
        let sorted = sorted(&names, |(name, resource_type), hasher| {
            hasher.write(name.as_bytes());
            hasher.write_usize(resource_type.len());
        });
        let mut numbers = vec![0; names.len()];
        let mut begins = Vec::new();
        let mut at = 0;
        for (run, number) in runs(&sorted, &names).zip(0_u32..) {
            begins.push(at);
            at += run.len();
            for key in run {
                if let Some(slot) = numbers.get_mut(item(*key)) {
                    *slot = number;
                }
            }
        }
        begins.push(at);
        Self { numbers, grants: owners, sorted, begins, starts }
    }

    /// How many different names there are: all numbers are below.
    pub(super) fn len(&self) -> usize {
        self.begins.len().saturating_sub(1)
    }

    /// The numbers of all names of a grant, in the order of its text.
    pub(super) fn of(&self, grant: usize) -> &[u32] {
        part(&self.numbers, &self.starts, grant)
    }

    /// The numbers of all grants once more: those of each sorted, and none twice.
    pub(super) fn sets(&self) -> Sets {
        let mut sets = Sets { numbers: Vec::with_capacity(self.numbers.len()), starts: Vec::from([0]) };
        let mut own = Vec::new();
        for grant in 0..self.starts.len().saturating_sub(1) {
            own.clear();
            own.extend_from_slice(self.of(grant));
            own.sort_unstable();
            own.dedup();
            sets.numbers.extend_from_slice(&own);
            sets.starts.push(sets.numbers.len());
        }
        sets
    }

    /// The grants that have a name, in their order; one that has it twice comes once.
    pub(super) fn grants(&self, number: u32) -> impl Iterator<Item = usize> {
        let mut last = None;
        let keys = part(&self.sorted, &self.begins, number as usize).iter();
        let owners = keys.filter_map(|key| self.grants.get(item(*key)).map(|owner| *owner as usize));
        owners.filter(move |owner| last.replace(*owner) != Some(*owner))
    }

    /// Whether some name is in two grants.
    pub(super) fn meet(&self) -> bool {
        (0_u32..).take(self.len()).any(|number| self.grants(number).nth(1).is_some())
    }
}

/// The names of each grant as a set.
pub(super) struct Sets {
    numbers: Vec<u32>,
    starts: Vec<usize>,
}

impl Sets {
    pub(super) fn of(&self, grant: usize) -> &[u32] {
        part(&self.numbers, &self.starts, grant)
    }
}

/// The part with this index, where each begins at a start and ends at the next.
fn part<'v, T>(values: &'v [T], starts: &[usize], index: usize) -> &'v [T] {
    let bounds = starts.get(index).zip(starts.get(index + 1));
    bounds.and_then(|(start, end)| values.get(*start..*end)).unwrap_or_default()
}

/// For every item of a list the index of the first that says the same.
pub(super) fn firsts(items: &[&str]) -> Vec<usize> {
    if items.len() < 2 {
        return vec![0; items.len()];
    }
    let sorted = sorted(items, |item, hasher| hasher.write(item.as_bytes()));
    let mut firsts = vec![0; items.len()];
    for run in runs(&sorted, items) {
        let first = run.first().map(|key| item(*key)).unwrap_or_default();
        for key in run {
            if let Some(slot) = firsts.get_mut(item(*key)) {
                *slot = first;
            }
        }
    }
    firsts
}

/// A list that grows while a file is read keeps only its firsts when it is as long, and each time when it has doubled.
pub(super) const LONG: usize = 1 << 12;

/// Leaves the first of each, where `firsts` has the index of the first for every one.
pub(super) fn keep_firsts<T>(items: &mut Vec<T>, firsts: &[usize]) {
    let mut firsts = firsts.iter().enumerate();
    items.retain(|_| firsts.next().is_some_and(|(index, first)| index == *first));
}

/// The items, the same ones side by side in their order: the hash of each in the upper half, its index in the lower.
fn sorted<T: Ord>(items: &[T], hash: impl Fn(&T, &mut FoldHasher<'_>)) -> Vec<u64> {
    let state = RandomState::default();
    let key = |(item, index): (&T, u64)| {
        let mut hasher = state.build_hasher();
        hash(item, &mut hasher);
        hasher.finish() & !LOWER_HALF | index & LOWER_HALF
    };
    let mut keys: Vec<u64> = items.iter().zip(0..).map(key).collect();
    keys.sort_unstable();
    // Rare: different items of one hash.
    for run in keys.chunk_by_mut(|one, other| have_one_hash(*one, *other)) {
        if let [first, others @ ..] = &*run
            && others.iter().any(|other| items.get(item(*other)) != items.get(item(*first)))
        {
            run.sort_unstable_by_key(|key| (items.get(item(*key)), item(*key)));
        }
    }
    keys
}

/// The parts of what is [`sorted`] that say the same.
fn runs<'k, T: Eq>(sorted: &'k [u64], items: &[T]) -> impl Iterator<Item = &'k [u64]> {
    sorted.chunk_by(|one, other| {
        have_one_hash(*one, *other) && items.get(item(*one)) == items.get(item(*other))
    })
}

fn have_one_hash(one: u64, other: u64) -> bool {
    one & !LOWER_HALF == other & !LOWER_HALF
}

fn item(key: u64) -> usize {
    usize::try_from(key & LOWER_HALF).unwrap_or(usize::MAX)
}

#[cfg(test)]
mod tests {
    use alloc::vec::Vec;
    use core::hash::Hasher as _;

    use super::{firsts, item, runs, sorted};

    const ITEMS: [&str; 9] = ["b", "a", "", "c", "a", "b", "a", "", "d"];

    #[test]
    fn the_first_of_each_item_is_found() {
        assert_eq!(firsts(&ITEMS), [0, 1, 2, 3, 1, 0, 1, 2, 8]);
        assert!(firsts(&[]).is_empty());
    }

    #[test]
    fn different_items_of_one_hash_are_told_apart() {
        let by_length = |item: &&str, hasher: &mut super::FoldHasher<'_>| hasher.write_usize(item.len());
        let sorted = sorted(&ITEMS, by_length);
        let mut runs: Vec<Vec<usize>> =
            runs(&sorted, &ITEMS).map(|run| run.iter().map(|key| item(*key)).collect()).collect();
        runs.sort_unstable();
        let expected: [&[usize]; 5] = [&[0, 5], &[1, 4, 6], &[2, 7], &[3], &[8]];
        assert_eq!(runs, expected);
    }
}
