//! Growth of the costs with the size of the file: time per token and peak heap per byte, from 1,000 to 1,000,000 tokens, to
//! load from disk, and to parse, check and append in memory.
#![allow(unsafe_code, reason = "an allocator that counts")]

mod util;

use criterion::{Criterion, criterion_group, criterion_main};
use influxdb3_offline_tokens::edit;
use influxdb3_offline_tokens::edit::Change;
use influxdb3_offline_tokens::{Permission, Token, TokenEntry, TokenFile, TokenName, Validator, load};
use std::alloc::{GlobalAlloc, Layout, System};
use std::hint::black_box;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::time::{Duration, Instant, UNIX_EPOCH};

/// An allocator that counts the allocated bytes and their peak.
struct Counting;

static USED: AtomicUsize = AtomicUsize::new(0);
static PEAK: AtomicUsize = AtomicUsize::new(0);

fn count_allocated(bytes: usize) {
    PEAK.fetch_max(USED.fetch_add(bytes, Relaxed) + bytes, Relaxed);
}

// SAFETY: every call is passed to the system allocator.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        count_allocated(layout.size());
        unsafe { System.alloc(layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        count_allocated(layout.size());
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        USED.fetch_sub(layout.size(), Relaxed);
        unsafe { System.dealloc(block, layout) }
    }

    // Does not count the old and the new block together: large blocks grow in place or by moving pages.
    unsafe fn realloc(&self, block: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        USED.fetch_sub(layout.size(), Relaxed);
        count_allocated(size);
        unsafe { System.realloc(block, layout, size) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// Returns the median time of a few runs, and the peak heap above that before the run. Dropping the result is not timed.
fn measure<T>(rounds: usize, mut run: impl FnMut() -> T) -> (Duration, usize) {
    let mut times = Vec::with_capacity(rounds);
    let mut peak = 0;
    for _ in 0..rounds {
        let before = USED.load(Relaxed);
        PEAK.store(before, Relaxed);
        let start = Instant::now();
        let result = black_box(run());
        times.push(start.elapsed());
        peak = peak.max(PEAK.load(Relaxed) - before);
        drop(result);
    }
    times.sort_unstable();
    (times[rounds / 2], peak)
}

fn growth(_: &mut Criterion) {
    let validator = Validator::new(UNIX_EPOCH + Duration::from_secs(1_767_225_600));
    let entry = TokenEntry::new(TokenName::parse("another").unwrap(), Token::parse("apiv3_another").unwrap())
        .with_permissions([Permission::parse("db:db1:read").unwrap()]);
    let append = [Change::append([entry])];
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("tokens.json");
    for count in [1_000, 10_000, 100_000, 1_000_000] {
        let text = util::file(count).into_bytes();
        let rounds = (1_000_000 / count).clamp(3, 101);
        std::fs::write(&path, &text).unwrap();
        let report = |title: &str, (time, peak): (Duration, usize)| {
            #[expect(clippy::cast_precision_loss, reason = "for people")]
            let (tokens, bytes) = (count as f64, text.len() as f64);
            #[expect(clippy::cast_precision_loss, reason = "for people")]
            let heap = peak as f64 / bytes;
            println!(
                "{title:10} {count:9} tokens: {:6.0} ns for each token, {heap:4.2} bytes of heap for each byte",
                time.as_secs_f64() * 1e9 / tokens
            );
        };
        // Includes the text.
        report("load", measure(rounds, || load(&path).unwrap()));
        // Without the text, which belongs to the caller.
        report("parse", measure(rounds, || TokenFile::parse(&text).unwrap()));
        report("check", measure(rounds, || validator.check(&text)));
        // Includes the new text.
        report("append", measure(rounds, || edit::apply(Some(&text), &append).unwrap()));
    }
}

criterion_group!(benches, growth);
criterion_main!(benches);
