//! Laws that hold for any bytes, for property tests, `tests/fuzz_corpus.rs` and the fuzz targets.
#![allow(dead_code, unreachable_pub, reason = "each test uses some laws")]

pub mod change;
pub mod documents;
pub mod fix;
pub mod grammar;
pub mod report;
pub mod secret;
pub mod seeds;
pub mod syntax;

use std::hash::{DefaultHasher, Hasher};

use influxdb3_offline_tokens::Validator;

/// The result of a law. The message may quote the input, because its secrets are made up.
pub type Law = Result<(), String>;

macro_rules! ensure {
    ($holds:expr, $($broken:tt)+) => {
        if !$holds {
            return Err(format!($($broken)+));
        }
    };
}
pub(crate) use ensure;

/// Returns a number below `count` from a hash of the bytes, for checks of a sample.
fn chosen(bytes: &[u8], count: usize) -> usize {
    let mut hasher = DefaultHasher::new();
    hasher.write(bytes);
    usize::try_from(hasher.finish() % count as u64).unwrap_or(0)
}

/// The names and laws of the fuzz targets.
pub const TARGETS: [(&str, fn(&[u8]) -> Law); 7] = [
    ("parse", parse),
    ("load", load),
    ("change", change),
    ("fix", fix),
    ("redact", redact),
    ("documents", documents),
    ("syntax", syntax),
];

/// The grammars that are not JSON, such as permissions and expectations.
pub fn parse(input: &[u8]) -> Law {
    grammar::all(&String::from_utf8_lossy(input))
}

/// The report of a file under several settings, and whether the file loads.
pub fn load(input: &[u8]) -> Law {
    report::all(input)?;
    for_canary(input, secret::output_shows_no_token)
}

/// Checks the input with its tokens replaced by the canary, unless other text has a piece of the canary.
fn for_canary(input: &[u8], law: fn(&[u8]) -> Law) -> Law {
    if secret::has_loose_piece(input) { Ok(()) } else { law(&secret::with_canary(input)) }
}

fn validator() -> Validator {
    Validator::new(crate::util::now())
}

/// Changes of a valid text, chosen by the first bytes.
pub fn change(input: &[u8]) -> Law {
    change::all(input)
}

/// Fixes with the default settings.
pub fn fix(input: &[u8]) -> Law {
    fix::all(&validator(), input)
}

/// A sample of [`fix`], for the fuzz target.
pub fn fix_sampled(input: &[u8]) -> Law {
    fix::some(&validator(), input)
}

/// Redacted text.
pub fn redact(input: &[u8]) -> Law {
    secret::redact_keeps_length_and_lines(input)?;
    for_canary(input, secret::redact_shows_no_token)
}

/// The admin token file, its fixes, and the HTTP requests and lists of the server.
pub fn documents(input: &[u8]) -> Law {
    documents_with(input, fix::all)
}

/// A sample of [`documents`], for the fuzz target.
pub fn documents_sampled(input: &[u8]) -> Law {
    documents_with(input, fix::some)
}

fn documents_with(input: &[u8], fixes: fn(&Validator, &[u8]) -> Law) -> Law {
    documents::all(input)?;
    fixes(&validator().admin_token_file(), input)?;
    for_canary(input, documents::output_shows_no_token)
}

/// The syntax of a tokens file, compared with `serde_json`.
pub fn syntax(input: &[u8]) -> Law {
    syntax::all(input)
}
