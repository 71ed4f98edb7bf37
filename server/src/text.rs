//! Texts: characters that show nothing, or something else than they are; bytes as digits.

mod readings;

use std::fmt::Write as _;

use sha2::{Digest, Sha256};

pub use readings::readings;

/// Whether the character leaves no mark: white space, and what is there for the shaping of others (Unicode's general
/// category Cf, as far as it is used in texts).
pub fn is_blank(character: char) -> bool {
    character.is_whitespace()
        || character.is_control()
        || matches!(character, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{2060}'..='\u{2064}' | '\u{feff}')
        || turns(character)
}

/// Whether the character has no place in a name: it moves the line or turns the direction of what follows (Unicode
/// Technical Report 36, section 2.9).
pub fn misleads(character: char) -> bool {
    character.is_control() || turns(character)
}

fn turns(character: char) -> bool {
    matches!(character, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// The bytes as hexadecimal digits, two each.
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        // Writing into a String cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// The SHA-256 of a salt and a text, in hexadecimal digits: what the audit log keeps of what was said.
pub fn salted_hash(salt: &[u8], said: &str) -> String {
    hex(&Sha256::new().chain_update(salt).chain_update(said.as_bytes()).finalize())
}

/// The bytes that hexadecimal digits say, two each; nothing where they are none.
pub fn octets(digits: &str) -> Option<Vec<u8>> {
    // Signs are no digits, although numbers may have them.
    if !digits.len().is_multiple_of(2) || !digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return None;
    }
    let pairs = digits.as_bytes().chunks(2);
    pairs.map(|pair| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok()).collect()
}

/// A SHA-256 in hexadecimal digits, all of them; nothing where it is none.
pub fn digest(text: &str) -> Option<[u8; 32]> {
    octets(text)?.try_into().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_whole_digests_are_taken() {
        assert_eq!(digest(&"0aF1".repeat(16)).unwrap()[..], [0x0a, 0xf1].repeat(16));
        for bad in [String::new(), "0a".repeat(31), "0a".repeat(33), "+a".repeat(32), "яя".repeat(16)] {
            assert!(digest(&bad).is_none(), "{bad}");
        }
    }

    #[test]
    fn writes_a_digest_as_hex() {
        assert_eq!(hex(&[0, 15, 255]), "000fff");
    }

    #[test]
    fn what_shows_nothing_is_blank_and_what_turns_the_line_misleads() {
        assert!(" \t\n\u{200b}\u{feff}\u{2060}\u{202e}".chars().all(is_blank));
        assert!("aя1—\u{301}👍".chars().all(|character| !is_blank(character)));
        assert!(misleads('\u{202e}') && misleads('\n') && !misleads('\u{200d}') && !misleads('é'));
    }
}
