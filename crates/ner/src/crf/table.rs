//! A hash table from 32-bit keys to their numbers.

/// Maps 32-bit keys to numbers, with open addressing.
#[derive(Debug, Clone)]
pub(super) struct Table {
    slots: Vec<(u32, u32)>,
    mask: usize,
}

impl Default for Table {
    fn default() -> Self {
        Self::new(&[])
    }
}

impl Table {
    /// Numbers `keys`, which must be distinct, from 0.
    pub(super) fn new(keys: &[u32]) -> Self {
        let size = (keys.len() * 2 + 2).next_power_of_two();
        let mut table = Self {
            slots: vec![(0, u32::MAX); size],
            mask: size - 1,
        };
        for (i, &key) in keys.iter().enumerate() {
            let mut at = key as usize & table.mask;
            while table.slots[at].1 != u32::MAX {
                at = (at + 1) & table.mask;
            }
            table.slots[at] = (key, i as u32);
        }
        table
    }

    /// Returns the number of a key.
    pub(super) fn get(&self, key: u32) -> Option<u32> {
        self.get_from(key, self.slot(key))
    }

    /// Returns the first slot of a key, for [`Table::get_from`].
    pub(super) fn slot(&self, key: u32) -> (u32, u32) {
        self.slots[key as usize & self.mask]
    }

    /// Returns the number of a key, given its [`Table::slot`].
    pub(super) fn get_from(&self, key: u32, slot: (u32, u32)) -> Option<u32> {
        let mut at = key as usize & self.mask;
        let (mut found, mut number) = slot;
        loop {
            if number == u32::MAX {
                return None;
            }
            if found == key {
                return Some(number);
            }
            at = (at + 1) & self.mask;
            (found, number) = self.slots[at];
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_keep_their_numbers() {
        let keys: Vec<u32> = (0..1000)
            .map(|i: u32| i.wrapping_mul(0x9E37_79B1))
            .collect();
        let table = Table::new(&keys);
        for (i, &key) in keys.iter().enumerate() {
            assert_eq!(table.get(key), Some(i as u32));
        }
        assert_eq!(table.get(7), None);
        assert_eq!(Table::new(&[]).get(0), None, "empty");
    }
}
