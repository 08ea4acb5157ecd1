//! Display of characters.

use core::fmt;

/// Displays a character, with its code point if it is not visible ASCII.
pub(crate) struct Shown(pub(crate) char);

impl fmt::Display for Shown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (character, code) = (self.0, u32::from(self.0));
        if character == ' ' {
            return f.write_str("a space");
        }
        if character.is_ascii_graphic() {
            return write!(f, "`{character}`");
        }
        match look_alike(character) {
            Some(latin) => write!(f, "`{character}` (U+{code:04X}, which looks like `{latin}`)"),
            None if character.is_alphanumeric() => write!(f, "`{character}` (U+{code:04X})"),
            None => write!(f, "U+{code:04X}"),
        }
    }
}

/// Returns the ASCII character that a Cyrillic, Greek or full-width one looks like.
fn look_alike(character: char) -> Option<char> {
    const PAIRS: [(&str, &str); 3] = [
        ("аеорсухіјѕһԁԛԝѵАВЕКМНОРСТХІЈЅ", "aeopcyxijshdqwvABEKMHOPCTXIJS"),
        ("οαινυρκΑΒΕΖΗΙΚΜΝΟΡΤΥΧ", "oaivupkABEZHIKMNOPTYX"),
        ("‐‑‒–—−", "------"),
    ];
    if let full_width @ '\u{FF01}'..='\u{FF5E}' = character {
        return char::from_u32(u32::from(full_width) - 0xFEE0);
    }
    let pairs = PAIRS.iter().flat_map(|(from, to)| from.chars().zip(to.chars()));
    pairs.into_iter().find(|&(from, _)| from == character).map(|(_, to)| to)
}
