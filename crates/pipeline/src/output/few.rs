//! Counts of a few things each, for millions of names: in little memory.

use std::borrow::Borrow;

use serde::{Deserialize, Serialize};

/// Counts of things, in the order of the things.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct Few<K>(Vec<(K, u64)>);

impl<K: Ord> Few<K> {
    /// Adds to the count of a thing.
    pub(crate) fn add<Q>(&mut self, thing: &Q, count: u64)
    where
        K: Borrow<Q>,
        Q: Ord + ToOwned<Owned = K> + ?Sized,
    {
        match self
            .0
            .binary_search_by(|(found, _)| found.borrow().cmp(thing))
        {
            Ok(place) => self.0[place].1 += count,
            Err(place) => {
                if self.0.is_empty() {
                    // Most have no second one.
                    self.0.reserve_exact(1);
                }
                self.0.insert(place, (thing.to_owned(), count));
            }
        }
    }

    /// Adds the counts of others.
    pub(crate) fn extend<Q>(&mut self, others: Self)
    where
        K: Borrow<Q>,
        Q: Ord + ToOwned<Owned = K> + ?Sized,
    {
        if self.0.is_empty() {
            self.0 = others.0;
            return;
        }
        for (thing, count) in others.0 {
            self.add(thing.borrow(), count);
        }
    }

    /// Returns the things with their counts.
    pub(crate) fn iter(&self) -> impl DoubleEndedIterator<Item = (&K, u64)> {
        self.0.iter().map(|(thing, count)| (thing, *count))
    }

    /// Returns the sum of the counts.
    pub(crate) fn sum(&self) -> u64 {
        self.iter().map(|(_, count)| count).sum()
    }

    /// Returns how many things there are.
    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_are_sums_in_order() {
        let mut few = Few::<String>::default();
        for name in ["Ulm", "Bonn", "Ulm", "Kiel"] {
            few.add(name, 1);
        }
        let mut more = Few::default();
        more.extend::<str>(few.clone());
        more.extend::<str>(few.clone());
        let found: Vec<_> = more
            .iter()
            .map(|(name, count)| (name.as_str(), count))
            .collect();
        assert_eq!(found, [("Bonn", 2), ("Kiel", 2), ("Ulm", 4)]);
        assert_eq!((few.sum(), few.len()), (4, 3));
    }
}
