//! The laws of `tests/laws`, for libFuzzer.

#[path = "../../tests/laws/mod.rs"]
pub mod laws;
#[path = "../../tests/util/mod.rs"]
mod util;

/// Asserts a law.
///
/// # Panics
/// If the law does not hold, with the reason. This ends the run.
pub fn hold(law: laws::Law) {
    if let Err(broken) = law {
        panic!("{broken}");
    }
}
