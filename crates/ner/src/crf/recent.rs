//! A cache of a fixed size for values that recur.

use super::feature::PLACES;

/// The number of values that are kept.
const SIZE: usize = 1 << BITS;
const BITS: u32 = 14;

/// What values are found by.
pub(super) trait Key: Copy + PartialEq {
    /// Returns a hash whose high bits are well mixed.
    fn hash(self) -> u64;
}

impl Key for u64 {
    fn hash(self) -> u64 {
        (self ^ self >> 30).wrapping_mul(0x9E37_79B9_7F4A_7C15)
    }
}

impl Key for [u32; PLACES] {
    fn hash(self) -> u64 {
        let mix =
            |h: u64, part| (h.rotate_left(9) ^ u64::from(part)).wrapping_mul(0x517C_C1B7_2722_0A95);
        self.into_iter().fold(0, mix)
    }
}

/// The last value of each key. Of keys that share a place, the last one stays, so that looking up and replacing cost the
/// same whatever the text.
#[derive(Debug)]
pub(super) struct Recent<K, V> {
    entries: Vec<Option<(K, V)>>,
}

impl<K, V> Default for Recent<K, V> {
    fn default() -> Self {
        Self {
            entries: Vec::new(),
        }
    }
}

impl<K: Key, V: Copy> Recent<K, V> {
    /// Returns the value of a key, if it is known.
    pub(super) fn get(&self, key: &K) -> Option<&V> {
        let (found, value) = self.entries.get(place(*key))?.as_ref()?;
        (found == key).then_some(value)
    }

    pub(super) fn put(&mut self, key: K, value: V) {
        if self.entries.is_empty() {
            self.entries.resize(SIZE, None);
        }
        self.entries[place(key)] = Some((key, value));
    }

    /// Forgets all values.
    pub(super) fn clear(&mut self) {
        self.entries.clear();
    }
}

fn place(key: impl Key) -> usize {
    (key.hash() >> (u64::BITS - BITS)) as usize
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_those_of_the_key() {
        let mut recent: Recent<u64, u64> = Recent::default();
        assert_eq!(recent.get(&0), None, "empty");
        for key in 0..100_000 {
            recent.put(key, key + 1);
            assert_eq!(recent.get(&key), Some(&(key + 1)));
        }
        let kept = (0..100_000).filter_map(|key| Some((key, *recent.get(&key)?)));
        let kept: Vec<_> = kept.collect();
        assert!(kept.len() <= SIZE);
        assert!(kept.iter().all(|&(key, value)| value == key + 1));
        recent.clear();
        assert_eq!(recent.get(&99_999), None, "forgotten");
    }
}
