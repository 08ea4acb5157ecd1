//! The rule for tokens that are easy to guess.

use super::options::Options;
use super::placeholder::is_template;
use crate::code::Code;
use crate::diagnostic::{Applicability, Sink, TextEdit, splice_pieces};
use crate::document::Entry;
use crate::limits::MAX_JUDGED_TOKEN;
use crate::permission::variables;
use crate::span::Span;
use crate::token::{TOKEN_PREFIX, check_token};

pub(super) fn check(entry: &Entry<'_>, _: &Options, sink: &mut Sink) {
    let Some(token) = entry.token.value() else { return };
    let body = token.strip_prefix(TOKEN_PREFIX).unwrap_or_default();
    if is_evenly_mixed(body.as_bytes()) || check_token(token).is_err() {
        return;
    }
    let (span, at) = (token.span(), entry.at_member("token"));
    if is_template_body(body) {
        sink.report(Code::PlaceholderToken, span, at)
            .message("unexpanded variable in the token")
            .help("expand the template first: everyone who has the template knows this token");
        return;
    }
    let (code, message) = match strength(body) {
        Strength::Strong => return,
        Strength::Placeholder => (Code::PlaceholderToken, "the token is copied from an example"),
        Strength::Weak => (Code::WeakToken, "the token is easy to guess: it has fewer than 128 random bits"),
    };
    // A new token in a template would be exposed to everyone who can read the template.
    let new = (!is_template(token)).then(|| TextEdit::new_token(span));
    sink.report(code, span, at)
        .message(message)
        .help("generate a token from at least 16 random bytes")
        .fix(Applicability::Unsafe, new);
}

/// Returns whether a token consists of variables. A strong token may contain `$x` or `<x>` by chance.
pub(super) fn is_template_body(body: &str) -> bool {
    let is_template_variable = |variable: &Span| {
        let text = variable.text(body).unwrap_or_default();
        let is_bare = !text.starts_with("${") && !text.starts_with("$(") && text.starts_with('$');
        !is_bare || text.len() == body.len() || !text.bytes().any(|byte| byte.is_ascii_lowercase())
    };
    let variables: Vec<Span> = variables(body).into_iter().filter(is_template_variable).collect();
    let rest = splice_pieces(body.as_bytes(), variables.iter().map(|variable| (variable.range(), &b""[..])));
    let rest = core::str::from_utf8(&rest).unwrap_or_default();
    !variables.is_empty() && !matches!(strength(rest), Strength::Strong)
}

/// The estimated strength of a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Strength {
    /// At least the number of random bits that the documentation asks for.
    Strong,
    /// Copied from an example.
    Placeholder,
    /// Fewer than 128 bits.
    Weak,
}

// 128 bits minus a margin for random repetitions: 16 random bytes are never reported as weak.
const MIN_BITS: f64 = 112.0;

/// Lower-case words in the tokens of examples and tests.
const PLACEHOLDERS: &str = "example placeholder changeme change_me change-me replace token_here token-here \
                            another_token not_a_real not-a-real test_only test-only xxxxxx ... your";

/// The letters that commonly follow each letter, mostly in English words.
const FOLLOWERS: [&str; 26] = [
    "bcdfgiklmnprstuvy",
    "aeilorsuy",
    "acehiklorstu",
    "adeilmorsuy",
    "abcdefghilmnopqrstuvwxy",
    "aefiloru",
    "aehilnorsuy",
    "aeilnortu",
    "abcdefglmnoprstvxz",
    "aou",
    "aeinrsuy",
    "adefilmostuvy",
    "abeimnopsuy",
    "acdefgiknorstuvy",
    "abcdfghiklmnoprstuvwy",
    "aehilmoprstuy",
    "u",
    "acdefgiklmnorstuvy",
    "acehiklmnopstuwy",
    "acehilmorstuwyz",
    "abcdefgilmnprst",
    "aeio",
    "aehinorsw",
    "aeiptu",
    "aemnopst",
    "aeiouwz",
];

/// Estimates the strength of the part after the prefix.
pub(super) fn strength(body: &str) -> Strength {
    if is_evenly_mixed(body.as_bytes()) {
        return Strength::Strong;
    }
    let body = body.get(..MAX_JUDGED_TOKEN).unwrap_or(body);
    let has_words = consists_of_words(body.as_bytes());
    let is_weak = bits(body.as_bytes(), has_words) < MIN_BITS;
    if !has_words && !is_weak {
        return Strength::Strong;
    }
    let lower = zeroize::Zeroizing::new(body.to_ascii_lowercase());
    if PLACEHOLDERS.split(' ').any(|word| lower.contains(word)) {
        Strength::Placeholder
    } else if is_weak {
        Strength::Weak
    } else {
        Strength::Strong
    }
}

/// Fast path: returns whether a text starts with 43 characters (256 bits) that are certainly random. All classes alternate
/// often, many characters are different, and none starts a variable.
pub(super) fn is_evenly_mixed(body: &[u8]) -> bool {
    // The compiler unrolls loops over arrays: this runs for every token.
    let (Some(body), Some(start)) = (body.first_chunk::<43>(), body.first_chunk::<32>()) else {
        return false;
    };
    // Classes of characters differ above the lowest five bits. They alternate in 27 of 42 positions in random text, and in
    // fewer than 21 in words.
    let pairs = body.iter().zip(body.iter().skip(1));
    let alternations = pairs.fold(0_u8, |count, (a, b)| count + u8::from(a >> 5 != b >> 5));
    let has = |class: fn(&u8) -> bool| body.iter().fold(false, |has, byte| has | class(byte));
    // Bytes that may start a variable, such as `$`, `%`, `<` and `{`.
    let starts_variable = |byte: &u8| *byte < b'-' || *byte == b'<' || *byte == b'@' || *byte > b'z';
    alternations >= 19
        && !has(starts_variable)
        && has(u8::is_ascii_digit)
        && has(u8::is_ascii_uppercase)
        && has(u8::is_ascii_lowercase)
        && different(start) >= 16
}

/// Returns a lower bound of the number of different bytes.
#[inline]
fn different(body: &[u8]) -> u32 {
    body.iter().fold(0_u64, |seen, byte| seen | 1 << (byte & 63)).count_ones()
}

/// Returns whether a text consists of words: its pairs of characters are more likely in words than in random text.
fn consists_of_words(body: &[u8]) -> bool {
    // Fewer than one in a million random Base64 texts reaches this score.
    const MIN_SCORE: i32 = 32;
    let is_upper = !body.iter().any(u8::is_ascii_lowercase);
    let fold_case = |byte: u8| if is_upper { byte.to_ascii_lowercase() } else { byte };
    let pairs = body.iter().zip(body.iter().skip(1));
    let score: i32 = pairs.map(|(a, b)| evidence(fold_case(*a), fold_case(*b))).sum();
    score >= MIN_SCORE && !is_hex(body)
}

/// Returns the evidence, in half bits, that a pair of characters is from words and not random.
fn evidence(a: u8, b: u8) -> i32 {
    let is_common = || {
        let followers = FOLLOWERS.get(usize::from(a - b'a'));
        followers.is_some_and(|followers| followers.bytes().any(|follower| follower == b))
    };
    let are = |class: fn(&u8) -> bool| class(&a) && class(&b);
    match () {
        () if are(u8::is_ascii_lowercase) && is_common() => 3,
        () if are(u8::is_ascii_lowercase) => -6,
        () if are(u8::is_ascii_digit) => 3,
        () if are(u8::is_ascii_uppercase) => -6,
        // The start of a word.
        () if are(u8::is_ascii_alphabetic) => 0,
        () if a.is_ascii_punctuation() != b.is_ascii_punctuation() => 1,
        () => -5,
    }
}

/// Estimates the random bits, up to [`MIN_BITS`]. The attacker is assumed to know the alphabet, repetitions and sequences,
/// and, with `has_words`, words and numbers.
fn bits(body: &[u8], has_words: bool) -> f64 {
    const HASHES: usize = 512;
    let hash = |at: usize| {
        let [a, b, c] = body.get(at..)?.first_chunk::<3>()?.map(usize::from);
        Some((a * 961 + b * 31 + c) % HASHES)
    };
    let per_character = alphabet(body).log2();
    // The last position of each sequence of three bytes, by its hash.
    let mut last = [usize::MAX; HASHES];
    let (mut bits, mut at) = (0.0, 0);
    while at < body.len() && bits < MIN_BITS {
        let rest = body.get(at..).unwrap_or_default();
        let earlier = hash(at).and_then(|hash| body.get(*last.get(hash)?..)).unwrap_or_default();
        let repeated = earlier.iter().zip(rest).take_while(|(a, b)| a == b).count();
        let (length, cost) = if repeated >= 3 {
            // The two positions and the length of the repetition.
            (repeated, (3.0 * f64_of(body.len()).log2()).min(f64_of(repeated) * per_character))
        } else if follows(body, at) {
            (1, 1.0)
        } else if has_words {
            let length = word_length(rest);
            (length, bits_of_word(rest, length).min(f64_of(length) * per_character))
        } else {
            (1, per_character)
        };
        for start in at..at + length {
            if let Some(last) = hash(start).and_then(|hash| last.get_mut(hash)) {
                *last = start;
            }
        }
        (bits, at) = (bits + cost, at + length);
    }
    bits
}

/// Returns the length of the word, the number or the sign at the start of a text.
fn word_length(text: &[u8]) -> usize {
    let is_joined = |(a, b): &(&u8, &u8)| {
        let is_start = a.is_ascii_lowercase() && b.is_ascii_uppercase();
        a.is_ascii_alphabetic() && b.is_ascii_alphabetic() && !is_start
            || a.is_ascii_digit() && b.is_ascii_digit()
    };
    1 + text.iter().zip(text.iter().skip(1)).take_while(is_joined).count()
}

/// Estimates the bits of a word, a number or a sign.
fn bits_of_word(text: &[u8], length: usize) -> f64 {
    // A word of a dictionary, a name or a date.
    const WORD: f64 = 11.5;
    const LONG_NUMBER: usize = "20260101".len() + 1;
    match text.first() {
        Some(first) if first.is_ascii_digit() && length >= LONG_NUMBER => 3.3 * f64_of(length),
        Some(first) if first.is_ascii_digit() => WORD,
        // Several words without a separator.
        Some(first) if first.is_ascii_alphabetic() => WORD.max(3.0 * f64_of(length) - 12.0),
        _ => 1.0,
    }
}

/// Returns whether a byte continues a sequence such as `aaaa`, `1234` or `dcba`.
fn follows(body: &[u8], at: usize) -> bool {
    let last = at.checked_sub(3).and_then(|start| body.get(start..=at));
    let Some([a, b, c, d]) = last else { return false };
    a.abs_diff(*b) <= 1
        && b.wrapping_sub(*a) == c.wrapping_sub(*b)
        && c.wrapping_sub(*b) == d.wrapping_sub(*c)
}

/// Estimates the size of the alphabet of a text.
fn alphabet(body: &[u8]) -> f64 {
    // 16 random bytes have more different characters.
    const FEW: u32 = 8;
    let has = |class: fn(&u8) -> bool| body.iter().any(class);
    let size = if is_hex(body) {
        16
    } else {
        u32::from(has(u8::is_ascii_digit)) * 10
            + u32::from(has(u8::is_ascii_lowercase)) * 26
            + u32::from(has(u8::is_ascii_uppercase)) * 26
            + u32::from(has(u8::is_ascii_punctuation)) * 2
    };
    let different = different(body);
    f64::from(if different < FEW { different } else { size }.max(2))
}

/// Returns whether a text is hexadecimal digits in one case, like a UUID.
fn is_hex(body: &[u8]) -> bool {
    let has = |class: fn(&u8) -> bool| body.iter().any(class);
    body.iter().all(|byte| byte.is_ascii_hexdigit() || *byte == b'-')
        && !(has(u8::is_ascii_uppercase) && has(u8::is_ascii_lowercase))
}

#[expect(clippy::cast_precision_loss, reason = "lengths of tokens")]
const fn f64_of(length: usize) -> f64 {
    length as f64
}
