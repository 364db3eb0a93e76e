//! Hashes of words: a model holds them in place of the words.

/// Returns a 32-bit hash of a word (64-bit FNV-1a, folded).
pub(super) fn hash(word: &str) -> u32 {
    fnv(word.bytes())
}

/// Returns the hash of a word's normal form (`vectors::normal_form`), with all digits as `0`.
pub(super) fn hash_normal(word: &str) -> u32 {
    let digit_less = |b: u8| if b.is_ascii_digit() { b'0' } else { b };
    fnv(word.bytes().map(digit_less))
}

fn fnv(bytes: impl Iterator<Item = u8>) -> u32 {
    let mut h = 0xCBF2_9CE4_8422_2325u64;
    for b in bytes {
        h = (h ^ u64::from(b)).wrapping_mul(0x0000_0100_0000_01B3);
    }
    mix(h)
}

/// Folds 64 bits into 32 well-mixed ones.
pub(super) fn mix(h: u64) -> u32 {
    let h = (h ^ (h >> 29)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    (h >> 32) as u32
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::crf::vectors::normal_form;

    #[test]
    fn the_normal_form_needs_no_copy() {
        for word in ["", "Köln", "1860", "A7-Brücke", "٣", "Wähler*innen"] {
            assert_eq!(hash_normal(word), hash(&normal_form(word)), "{word}");
        }
    }
}
