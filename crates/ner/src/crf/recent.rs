//! A cache of a fixed size for values of windows that recur.

use super::feature::PLACES;

/// The number of values that are kept.
const SIZE: usize = 1 << BITS;
const BITS: u32 = 13;

/// What values are found by: a number for each word of a window.
type Key = [u32; PLACES];

/// The last value of each key. Of keys that share a place, the last one stays, so that looking up and replacing cost the
/// same whatever the text.
#[derive(Debug)]
pub(super) struct Recent<V> {
    entries: Vec<Option<(Key, V)>>,
}

impl<V> Default for Recent<V> {
    fn default() -> Self {
        Self {
            entries: Vec::new(),
        }
    }
}

impl<V: Copy> Recent<V> {
    /// Returns the value of a key, if it is known.
    pub(super) fn get(&self, key: &Key) -> Option<&V> {
        let (found, value) = self.entries.get(place(*key))?.as_ref()?;
        (found == key).then_some(value)
    }

    pub(super) fn put(&mut self, key: Key, value: V) {
        if self.entries.is_empty() {
            self.entries.resize(SIZE, None);
        }
        self.entries[place(key)] = Some((key, value));
    }
}

fn place(key: Key) -> usize {
    let mix =
        |h: u64, part| (h.rotate_left(9) ^ u64::from(part)).wrapping_mul(0x517C_C1B7_2722_0A95);
    (key.into_iter().fold(0, mix) >> (u64::BITS - BITS)) as usize
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_those_of_the_key() {
        let key = |n: u32| [n, n % 7, 3, n / 5, n];
        let mut recent: Recent<u32> = Recent::default();
        assert_eq!(recent.get(&key(0)), None, "empty");
        for n in 0..100_000 {
            recent.put(key(n), n + 1);
            assert_eq!(recent.get(&key(n)), Some(&(n + 1)));
        }
        let kept = (0..100_000).filter_map(|n| Some((n, *recent.get(&key(n))?)));
        let kept: Vec<_> = kept.collect();
        assert!(kept.len() <= SIZE);
        assert!(kept.iter().all(|&(n, value)| value == n + 1));
    }
}
