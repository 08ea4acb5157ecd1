//! Tokens that are easy to guess.

use super::options::Options;
use super::placeholder::is_template;
use crate::code::Code;
use crate::diagnostic::{Applicability, Sink, TextEdit};
use crate::document::Entry;
use crate::limits::MAX_JUDGED_TOKEN;
use crate::permission::variables;
use crate::span::Span;
use crate::token::{TOKEN_PREFIX, check_token};

pub(super) const CODES: &[Code] = &[Code::WeakToken, Code::PlaceholderToken];

pub(super) fn check(entry: &Entry<'_>, _: &Options, sink: &mut Sink) {
    let Some(token) = entry.token.value() else { return };
    let body = token.strip_prefix(TOKEN_PREFIX).unwrap_or_default();
    let may_be_template = body.bytes().fold(false, |any, byte| any | matches!(byte, b'$' | b'{' | b'<'));
    if is_evenly_mixed(body.as_bytes()) && !may_be_template || check_token(token).is_err() {
        return;
    }
    let (span, at) = (token.span(), entry.at_member("token"));
    if is_template_body(body) {
        let Some(draft) = sink.report(Code::PlaceholderToken, span, at) else { return };
        draft
            .message("unexpanded variable in the token")
            .help("expand the template first: everyone who has the template knows this token");
        return;
    }
    let (code, message) = match strength(body) {
        Strength::Strong => return,
        Strength::Placeholder => (Code::PlaceholderToken, "the token is copied from an example"),
        Strength::Weak => (Code::WeakToken, "the token is easy to guess: it has fewer than 128 random bits"),
    };
    let Some(draft) = sink.report(code, span, at) else { return };
    // A new token in a template would be exposed to everyone who can read the template.
    let new = (!is_template(token)).then(|| TextEdit::new_token(span));
    draft
        .message(message)
        .help("generate a token from at least 16 random bytes")
        .fix(Applicability::Unsafe, new);
}

/// Returns whether a token consists of variables. A strong token may contain `$x` or `<x>` by chance.
fn is_template_body(body: &str) -> bool {
    let is_one = |variable: &Span| {
        let text = variable.text(body).unwrap_or_default();
        let is_bare = !text.starts_with("${") && !text.starts_with("$(") && text.starts_with('$');
        !is_bare || text.len() == body.len() || !text.bytes().any(|byte| byte.is_ascii_lowercase())
    };
    let variables: alloc::vec::Vec<Span> = variables(body).into_iter().filter(is_one).collect();
    let mut rest = zeroize::Zeroizing::new(alloc::string::String::with_capacity(body.len()));
    let mut start = 0;
    for variable in &variables {
        rest.push_str(body.get(start..variable.start()).unwrap_or_default());
        start = variable.end();
    }
    rest.push_str(body.get(start..).unwrap_or_default());
    !variables.is_empty() && !matches!(strength(&rest), Strength::Strong)
}

/// Returns whether the body of a token is strong, whatever characters it contains by chance.
pub(super) fn is_strong(body: &str) -> bool {
    matches!(strength(body), Strength::Strong)
}

/// The estimated strength of a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Strength {
    /// As many random bits as the documentation asks for, by this estimate.
    Strong,
    /// The token of an example.
    Placeholder,
    /// Fewer than 128 bits.
    Weak,
}

// 128 bits, less a margin for random sequences and repetitions: 16 random bytes are never reported as weak.
const WANTED_BITS: f64 = 112.0;

const PLACEHOLDERS: Words = Words::new(&[
    "example",
    "placeholder",
    "changeme",
    "change_me",
    "change-me",
    "replace",
    "token_here",
    "token-here",
    "another_token",
    "not_a_real",
    "not-a-real",
    "test_only",
    "test-only",
    "xxxxxx",
    "...",
]);

// Short enough to occur by chance, in any case: in one of 30,000 tokens of 16 random bytes.
const SHORT_PLACEHOLDERS: Words = Words::new(&["your", "Your", "YOUR"]);

// Words in tokens that people invent; each counts as a choice among some thousands.
const WORDS: Words = Words::new(&[
    "admin",
    "password",
    "secret",
    "token",
    "influxdb",
    "influx",
    "database",
    "metrics",
    "sensor",
    "server",
    "client",
    "telegraf",
    "grafana",
    "production",
    "staging",
    "development",
    "default",
    "demo",
    "test",
    "local",
    "super",
    "read",
    "write",
    "user",
    "service",
    "account",
    "access",
    "dummy",
    "qwerty",
]);
const BITS_OF_A_WORD: f64 = 12.0;

/// Words in ASCII that are looked for together.
struct Words {
    words: &'static [&'static str],
    // A bit for each byte that one begins with: few places of a text need a second look.
    first_bytes: u128,
}

impl Words {
    const fn new(words: &'static [&'static str]) -> Self {
        let (mut rest, mut first_bytes) = (words, 0);
        while let Some((word, others)) = rest.split_first() {
            if let Some(first) = word.as_bytes().first() {
                first_bytes |= 1 << (*first & 0x7F);
            }
            rest = others;
        }
        Self { words, first_bytes }
    }

    /// Returns the word at the start of a text.
    fn at_start_of(&self, text: &[u8]) -> Option<&'static str> {
        let first = *text.first()?;
        if self.first_bytes >> (first & 0x7F) & 1 == 0 {
            return None;
        }
        self.words.iter().copied().find(|word| text.starts_with(word.as_bytes()))
    }

    fn are_in(&self, text: &[u8]) -> bool {
        (0..text.len()).any(|at| text.get(at..).is_some_and(|rest| self.at_start_of(rest).is_some()))
    }
}

/// Estimates the strength of the part after the prefix.
fn strength(body: &str) -> Strength {
    if is_evenly_mixed(body.as_bytes()) {
        return Strength::Strong;
    }
    // More characters cannot change the result: this many are always strong, and placeholders are short.
    let body = body.get(..MAX_JUDGED_TOKEN).unwrap_or(body);
    let lower = zeroize::Zeroizing::new(body.to_ascii_lowercase());
    let (body, lower) = (body.as_bytes(), lower.as_bytes());
    if PLACEHOLDERS.are_in(lower) || SHORT_PLACEHOLDERS.are_in(body) && !changes_often(body) {
        return Strength::Placeholder;
    }
    if bits(body, lower) < WANTED_BITS { Strength::Weak } else { Strength::Strong }
}

/// Returns whether a text clearly starts with encoded random bytes: characters of all classes that alternate often, many
/// different ones, few in sequence. These 43 characters have 256 bits, which no suffix can reduce.
fn is_evenly_mixed(body: &[u8]) -> bool {
    // The compiler unrolls loops over arrays: this runs for every token.
    let (Some(body), Some(start)) = (body.first_chunk::<43>(), body.first_chunk::<32>()) else {
        return false;
    };
    let count = |pair: fn(u8, u8) -> bool| {
        let pairs = body.iter().zip(body.iter().skip(1));
        pairs.fold(0_u8, |count, (a, b)| count + u8::from(pair(*a, *b)))
    };
    let has = |class: fn(&u8) -> bool| body.iter().fold(false, |has, byte| has | class(byte));
    // Digits, upper case and lower case differ above the lowest five bits. Random text alternates between them in 27 of 42
    // places, and words in fewer than half of them.
    count(|a, b| a >> 5 != b >> 5) >= 19
        // At most one apart. The difference wraps only between 0 and 255, which is no byte of a text.
        && count(|a, b| a.wrapping_sub(b).wrapping_add(1) <= 2) <= 10
        && has(u8::is_ascii_digit)
        && has(u8::is_ascii_uppercase)
        && has(u8::is_ascii_lowercase)
        && different(start) >= 16
}

/// Returns whether digits, upper case and lower case alternate as in encoded random bytes, where they do in nearly two of
/// three places.
fn changes_often(body: &[u8]) -> bool {
    let pairs = || body.iter().zip(body.iter().skip(1));
    let changes = pairs().filter(|(a, b)| **a >> 5 != **b >> 5).count();
    let has = |class: fn(&u8) -> bool| body.iter().any(class);
    has(u8::is_ascii_digit)
        && has(u8::is_ascii_uppercase)
        && has(u8::is_ascii_lowercase)
        && changes * 5 >= pairs().count() * 2
}

/// Returns a lower bound of the number of different bytes: two that differ only in the highest bits may count as one.
#[inline]
fn different(body: &[u8; 32]) -> u32 {
    body.iter().fold(0_u64, |seen, byte| seen | 1 << (byte & 63)).count_ones()
}

/// Estimates the random bits, up to [`WANTED_BITS`], for an attacker who knows the alphabet, repetitions, sequences and
/// common words.
fn bits(body: &[u8], lower: &[u8]) -> f64 {
    let per_character = alphabet(body).log2();
    let mut earlier = Earlier::default();
    let mut bits = 0.0;
    let mut at = 0;
    while at < body.len() && bits < WANTED_BITS {
        let rest = lower.get(at..).unwrap_or_default();
        let word = WORDS.at_start_of(rest);
        let again = if earlier.may_hold(body, at) { repeated(body, at) } else { 0 };
        if let Some(word) = word {
            bits += BITS_OF_A_WORD.min(f64_of(word.len()) * per_character);
            at += word.len();
        } else if again >= 3 {
            // The position and the length of the repetition.
            bits += 2.0 * f64_of(body.len()).log2().min(f64_of(again) * per_character / 2.0);
            at += again;
        } else {
            bits += if follows(body, at) { 1.0 } else { per_character };
            at += 1;
        }
    }
    bits
}

/// Returns whether a byte continues a sequence: it and the byte before it each equal, or are next to, the one before.
fn follows(body: &[u8], at: usize) -> bool {
    let last = at.checked_sub(2).and_then(|start| body.get(start..=at)).unwrap_or_default();
    matches!(last, [a, b, c] if a.abs_diff(*b) <= 1 && b.abs_diff(*c) <= 1)
}

// The maximum distance and length of a repetition: enough for invented tokens, and linear in the text.
const WINDOW: usize = 128;

/// A hash set of the three-byte sequences so far: most positions need no search for a repetition.
struct Earlier {
    seen: [bool; Self::HASHES],
    // Sequences that start before this offset are in the set.
    until: usize,
}

impl Default for Earlier {
    fn default() -> Self {
        Self { seen: [false; Self::HASHES], until: 0 }
    }
}

impl Earlier {
    const HASHES: usize = 1024;

    fn hash(body: &[u8], at: usize) -> Option<usize> {
        let [a, b, c] = body.get(at..)?.first_chunk::<3>()?.map(usize::from);
        Some((a * 961 + b * 31 + c) % Self::HASHES)
    }

    /// Returns whether the sequence at `at`, which never decreases, may occur before it.
    fn may_hold(&mut self, body: &[u8], at: usize) -> bool {
        for start in self.until..at {
            if let Some(seen) = Self::hash(body, start).and_then(|hash| self.seen.get_mut(hash)) {
                *seen = true;
            }
        }
        self.until = at;
        Self::hash(body, at).and_then(|hash| self.seen.get(hash)).is_some_and(|seen| *seen)
    }
}

/// Returns the length of the longest run at `at` that also occurs before it; 0 if it has fewer than three bytes.
fn repeated(body: &[u8], at: usize) -> usize {
    let rest = body.get(at..).unwrap_or_default();
    let Some(begin) = rest.first_chunk::<3>() else { return 0 };
    let from = at.saturating_sub(WINDOW);
    let common = |start: usize| {
        let earlier = body.get(start..).unwrap_or_default();
        earlier.iter().zip(rest).take(WINDOW).take_while(|(a, b)| a == b).count()
    };
    let mut longest = 0;
    for start in from..at {
        // A longer run has the byte after the longest so far in common, too.
        let may_be_longer =
            body.get(start + longest) == rest.get(longest) && longest < rest.len().min(WINDOW);
        if may_be_longer && body.get(start..).is_some_and(|earlier| earlier.starts_with(begin)) {
            longest = common(start).max(longest);
        }
    }
    longest
}

/// Estimates the size of the alphabet of a text.
fn alphabet(body: &[u8]) -> f64 {
    let has = |class: fn(&u8) -> bool| body.iter().any(class);
    let is_hex = body.iter().all(u8::is_ascii_hexdigit)
        && !(has(u8::is_ascii_uppercase) && has(u8::is_ascii_lowercase));
    let mut size = 0_u32;
    if has(u8::is_ascii_digit) {
        size += 10;
    }
    if has(u8::is_ascii_lowercase) {
        size += if is_hex { 6 } else { 26 };
    }
    if has(u8::is_ascii_uppercase) {
        size += if is_hex { 6 } else { 26 };
    }
    if has(|byte| !byte.is_ascii_alphanumeric()) {
        size += 2;
    }
    f64::from(size.max(2))
}

#[expect(clippy::cast_precision_loss, reason = "lengths of tokens")]
const fn f64_of(length: usize) -> f64 {
    length as f64
}

#[cfg(test)]
mod tests {
    use super::{MAX_JUDGED_TOKEN, Strength, WINDOW, is_evenly_mixed, strength};

    #[test]
    fn words_are_not_evenly_mixed_however_they_are_written() {
        assert!(is_evenly_mixed(b"Kq3Zf0mC7uXk9Tn2LwYv5RgH1sBd8JpE4xVtAaQiUoNyMzWhFc"));
        assert!(!is_evenly_mixed(b"MySuperSecretAdminToken2024ForOurInfluxDBServer1Here"));
        assert!(!is_evenly_mixed(&b"aZ3".repeat(20)));
    }

    #[test]
    fn bytes_past_the_judged_length_do_not_change_the_result() {
        // One letter, one period, one word: these add the least for their length.
        let long_word = "abcdefghij".repeat(WINDOW / 10);
        for piece in ["a", "ab", "production", "0123456789", &long_word] {
            let body = piece.repeat(MAX_JUDGED_TOKEN / piece.len() + 1);
            assert_eq!(strength(body.get(..MAX_JUDGED_TOKEN).unwrap()), Strength::Strong, "{piece}");
        }
    }

    #[test]
    fn random_tokens_are_strong_and_invented_ones_are_not() {
        for (body, expected) in [
            ("", Strength::Weak),
            ("secret", Strength::Weak),
            ("JfyfwMsK2cU", Strength::Weak),
            ("influx-admin-password", Strength::Weak),
            (&"a".repeat(86), Strength::Weak),
            (&"0123456789".repeat(8), Strength::Weak),
            (&"abcd1234".repeat(10), Strength::Weak),
            ("your_token_here", Strength::Placeholder),
            ("0XXXX-xxxXxXxxxXX_OxxxX...", Strength::Placeholder),
            ("YourLongSecretOfTheProductionCluster2024ForGrafana", Strength::Placeholder),
            // Random tokens that contain `your` and `xXxX`.
            ("q3Zf0yourXk9Tn2LwYv5Rg", Strength::Strong),
            (
                "Kq3Zf0mC7uaaaaaaLwYv5RgH1sBd8YourxVtAaQiUoNyMzWhFcGe6rDlSbPj-_xXxXqX2wY7ZvO5nRfC3uLg9k",
                Strength::Strong,
            ),
            // 16 random bytes in base64 and in hexadecimal, and 64 in base64.
            ("q3Zf0mC7uXk9Tn2LwYv5Rg", Strength::Strong),
            ("9f86d081884c7d659a2feaa0c55ad015", Strength::Strong),
            (
                "Kq3Zf0mC7uXk9Tn2LwYv5RgH1sBd8JpE4xVtAaQiUoNyMzWhFcGe6rDlSbPj-_KTmIqX2wY7ZvO5nRfC3uLg9k",
                Strength::Strong,
            ),
        ] {
            assert_eq!(strength(body), expected, "a body of {} characters", body.len());
        }
    }
}
