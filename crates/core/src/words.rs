//! Words and what is remembered of them.

use rustc_hash::FxHashMap;

/// A value for each of many words, found faster than by a map of strings: a word of up to 15 bytes, as nine of ten are, is a number,
/// so that neither finding nor adding it touches other memory.
#[derive(Debug, Clone)]
pub struct WordMap<V> {
    short: FxHashMap<Short, V>,
    long: FxHashMap<Box<str>, V>,
}

/// The bytes of a short word and, in the last one, their number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
struct Short(u64, u64);

impl<V> Default for WordMap<V> {
    fn default() -> Self {
        Self {
            short: FxHashMap::default(),
            long: FxHashMap::default(),
        }
    }
}

impl<V> WordMap<V> {
    /// Returns the value of a word.
    #[inline]
    pub fn get(&self, word: &str) -> Option<&V> {
        match short(word.as_bytes()) {
            Some(short) => self.short.get(&short),
            None => self.long.get(word),
        }
    }

    /// Sets the value of a word.
    pub fn insert(&mut self, word: &str, value: V) {
        match short(word.as_bytes()) {
            Some(short) => self.short.insert(short, value),
            None => self.long.insert(word.into(), value),
        };
    }

    /// Forgets all, and keeps the memory for others.
    pub fn clear(&mut self) {
        self.short.clear();
        self.long.clear();
    }
}

/// Returns a short word as a number.
#[inline]
fn short(word: &[u8]) -> Option<Short> {
    let length = word.len();
    let (low, high) = if length > 15 {
        return None;
    } else if let (Some(first), Some(last)) = (word.first_chunk::<8>(), word.last_chunk::<8>()) {
        // The last eight bytes without those that the first eight have too.
        let last = u64::from_le_bytes(*last) >> (8 * (15 - length)) >> 8;
        (u64::from_le_bytes(*first), last)
    } else if let (Some(first), Some(last)) = (word.first_chunk::<4>(), word.last_chunk::<4>()) {
        let last = u64::from(u32::from_le_bytes(*last)) >> (8 * (8 - length));
        (u64::from(u32::from_le_bytes(*first)) | last << 32, 0)
    } else {
        let bytes = word.iter().rev();
        (bytes.fold(0, |low, &byte| low << 8 | u64::from(byte)), 0)
    };
    Some(Short(low, high | (length as u64) << 56))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_word_has_its_own_value() {
        let mut words = vec![String::new()];
        for length in 1..=20 {
            for at in 0..length {
                for byte in ["a", "b", "\0"] {
                    let mut word = "a".repeat(length);
                    word.replace_range(at..=at, byte);
                    words.push(word);
                }
            }
        }
        words.extend(
            [
                "ä",
                "äa",
                "aä",
                "Übergänge",
                "Übergänger",
                "Straßenbahnlinie",
            ]
            .map(Into::into),
        );
        let distinct: BTreeSet<String> = words.into_iter().collect();
        let mut map = WordMap::default();
        for word in &distinct {
            assert_eq!(map.get(word), None, "{word:?}");
            map.insert(word, word.clone());
        }
        for word in &distinct {
            assert_eq!(map.get(word), Some(word));
            map.insert(word, format!("{word}!"));
            assert_eq!(map.get(word), Some(&format!("{word}!")));
        }
        map.clear();
        assert_eq!(map.get("a"), None);
    }

    #[test]
    fn short_words_are_their_bytes() {
        for length in 0..=15 {
            let word: Vec<u8> = (1..).take(length).collect();
            let Short(low, high) = short(&word).unwrap();
            let mut bytes = [low.to_le_bytes(), high.to_le_bytes()].concat();
            assert_eq!(bytes.pop().map(usize::from), Some(length));
            bytes.truncate(length);
            assert_eq!(bytes, word);
        }
        assert_eq!(short(&[1; 16]), None);
    }
}
