//! The words of the patterns, found in a line in one pass.
//!
//! Stories rarely contain such words, so a small bit table rejects nearly every word.

use rustc_hash::FxHashMap;

/// The number of bits in the table: small enough for the first-level cache.
const BITS: usize = 1 << 16;

/// The patterns that require a word, and those that start with it.
#[derive(Default)]
pub(super) struct Word {
    pub(super) anchors: Vec<usize>,
    pub(super) starts: Vec<usize>,
}

/// The position of a word in a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    First,
    /// After punctuation that may end a sentence.
    BehindMark,
    Other,
}

/// All words of the patterns, by the hash of their lower-case form.
pub(super) struct Words {
    known: Vec<u64>,
    words: FxHashMap<u64, Word>,
}

impl Default for Words {
    fn default() -> Self {
        Self {
            known: vec![0; BITS / 64],
            words: FxHashMap::default(),
        }
    }
}

impl Words {
    pub(super) fn entry(&mut self, word: &str) -> &mut Word {
        let hash = hash(word);
        let (slot, bit) = place(hash);
        self.known[slot] |= bit;
        self.words.entry(hash).or_default()
    }

    /// Reports every word of a line that occurs in a pattern, in order.
    pub(super) fn find<'a>(&'a self, line: &str, mut found: impl FnMut(Place, &'a Word)) {
        let bytes = line.as_bytes();
        let mut next_place = Place::First;
        let mut at = 0;
        while let Some(&byte) = bytes.get(at) {
            let mut hash = Hash::EMPTY;
            if FOLDED[usize::from(byte)] != 0 {
                while let Some(&byte) = bytes.get(at)
                    && let folded @ 1.. = FOLDED[usize::from(byte)]
                {
                    hash = hash.with_folded(folded);
                    at += 1;
                }
            } else {
                // Punctuation of more than one byte starts with C2, E2 and E3.
                let len = match byte {
                    0xC2 => 2,
                    0xE2 | 0xE3 => 3,
                    _ => 1,
                };
                let sign = bytes.get(at..at + len).unwrap_or_default();
                at += len;
                if sign != "©".as_bytes() {
                    let is_mark = matches!(sign, b"." | b"!" | b"?") || sign == "…".as_bytes();
                    if is_mark && next_place != Place::First {
                        next_place = Place::BehindMark;
                    }
                    continue;
                }
                hash = sign.iter().copied().fold(hash, Hash::with);
            }
            let (slot, bit) = place(hash.0);
            if self.known[slot] & bit != 0
                && let Some(word) = self.words.get(&hash.0)
            {
                found(next_place, word);
            }
            next_place = Place::Other;
        }
    }
}

/// Returns the hash of a word, ignoring case.
pub(super) fn hash(word: &str) -> u64 {
    word.bytes().fold(Hash::EMPTY, Hash::with).0
}

/// A hash of the bytes of a word that ignores the case of German letters.
#[derive(Clone, Copy)]
struct Hash(u64);

impl Hash {
    const EMPTY: Self = Self(0xCBF2_9CE4_8422_2325);

    fn with(self, byte: u8) -> Self {
        self.with_folded(fold(byte))
    }

    fn with_folded(self, folded: u8) -> Self {
        Self((self.0 ^ u64::from(folded)).wrapping_mul(0x0100_0000_01B3))
    }
}

/// Returns a byte of a letter in lower case.
const fn fold(byte: u8) -> u8 {
    match byte {
        // "Ä" is C3 84 and "ä" C3 A4. In other scripts letters collide, which does no harm here.
        b'A'..=b'Z' | 0x80..=0x9E => byte | 0x20,
        _ => byte,
    }
}

/// The bytes of words in lower case, 0 for others.
const FOLDED: [u8; 256] = {
    let mut folded = [0; 256];
    let mut byte = 0_u8;
    loop {
        if is_part(byte) {
            folded[byte as usize] = fold(byte);
        }
        if byte == u8::MAX {
            break;
        }
        byte += 1;
    }
    folded
};

/// Tells whether a byte is part of a word: ASCII letters and digits, and characters that are not punctuation.
const fn is_part(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, 0x80..=0xC1 | 0xC3..=0xE1 | 0xE4..)
}

/// Returns the table entry and the bit in it for a hash.
fn place(hash: u64) -> (usize, u64) {
    let index = usize::try_from(hash >> 48).expect("16 bits fit") % BITS;
    (index / 64, 1 << (index % 64))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_found_in_any_case_with_their_places() {
        let mut words = Words::default();
        for (index, word) in ["lesen", "über", "©", "dpa"].into_iter().enumerate() {
            words.entry(word).anchors.push(index);
        }
        let mut found = Vec::new();
        words.find(
            "LESEN „Über“ gelesen. ÜBER… ©dpa",
            |place, word| found.push((place, word.anchors[0])),
        );
        assert_eq!(
            found,
            [
                (Place::First, 0),
                (Place::Other, 1),
                (Place::BehindMark, 1),
                (Place::BehindMark, 2),
                (Place::Other, 3)
            ]
        );
    }
}
