//! What holds for any bytes: for the property tests, for the fuzz targets of `fuzz/`, and for `tests/fuzz_corpus.rs`.
#![allow(dead_code, unreachable_pub, reason = "each test takes what it needs")]

pub mod change;
pub mod documents;
pub mod fix;
pub mod grammar;
pub mod report;
pub mod secret;
pub mod seeds;
pub mod syntax;

use std::hash::{DefaultHasher, Hasher};

/// Nothing, or how the law is broken. The text has no secret but those that a test made up.
pub type Law = Result<(), String>;

macro_rules! ensure {
    ($holds:expr, $($broken:tt)+) => {
        if !$holds {
            return Err(format!($($broken)+));
        }
    };
}
pub(crate) use ensure;

/// A number below `of`, which the bytes choose: where a law is held for some of what an input has, or for some inputs.
fn chosen(bytes: &[u8], of: usize) -> usize {
    let mut hasher = DefaultHasher::new();
    hasher.write(bytes);
    usize::try_from(hasher.finish() % of as u64).unwrap_or(0)
}

/// Each fuzz target: its name, and what it does with an input.
pub const TARGETS: [(&str, fn(&[u8]) -> Law); 7] = [
    ("parse", parse),
    ("load", load),
    ("change", change),
    ("fix", fix),
    ("redact", redact),
    ("documents", documents),
    ("syntax", syntax),
];

/// Every grammar that is not JSON, and lines of expectations.
pub fn parse(input: &[u8]) -> Law {
    let text = String::from_utf8_lossy(input);
    grammar::all(&text)
}

/// The report of a file, under several settings, and whether it loads.
pub fn load(input: &[u8]) -> Law {
    report::all(input)?;
    if secret::has_loose_piece(input) {
        return Ok(());
    }
    secret::nothing_tells_one(&secret::with_canary(input))
}

/// Changes of a sound text: the first bytes choose them.
pub fn change(input: &[u8]) -> Law {
    change::all(input)
}

/// Fixes, with the default settings.
pub fn fix(input: &[u8]) -> Law {
    let validator = influxdb3_offline_tokens::Validator::new(crate::util::now());
    fix::all(&validator, input)
}

/// Some of these laws, which the bytes choose: the fuzz target. What breaks one breaks [`fix`].
pub fn fix_sampled(input: &[u8]) -> Law {
    let validator = influxdb3_offline_tokens::Validator::new(crate::util::now());
    fix::some(&validator, input)
}

/// The text without its secrets.
pub fn redact(input: &[u8]) -> Law {
    secret::redact_keeps_the_shape(input)?;
    if secret::has_loose_piece(input) {
        return Ok(());
    }
    secret::redact_shows_none(&secret::with_canary(input))
}

/// The admin token file, its fixes, and the other texts of the server's.
pub fn documents(input: &[u8]) -> Law {
    documents::all(input)?;
    fix::all(&influxdb3_offline_tokens::Validator::new(crate::util::now()).admin_token_file(), input)?;
    if secret::has_loose_piece(input) {
        return Ok(());
    }
    documents::nothing_tells_one(&secret::with_canary(input))
}

/// The syntax of a tokens file, against `serde_json`.
pub fn syntax(input: &[u8]) -> Law {
    syntax::all(input)
}
