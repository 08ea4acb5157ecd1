//! The laws of `tests/laws`, for libFuzzer.

#[path = "../../tests/laws/mod.rs"]
pub mod laws;
#[path = "../../tests/util/mod.rs"]
mod util;

/// Ends the run where a law is broken.
///
/// # Panics
/// With how the law is broken.
pub fn hold(law: laws::Law) {
    if let Err(broken) = law {
        panic!("{broken}");
    }
}
