//! Which items of the input a run takes: all, a share, or those with given numbers.

use std::cmp::Reverse;
use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use serde::de::{self, Deserializer};
use serde::{Deserialize, Serialize, Serializer};

use super::position::Number;

/// Which items of the input are taken. All are read in any case, except by a share of the files.
#[derive(Debug, Clone, Default)]
pub enum Taking {
    /// All.
    #[default]
    All,
    /// Those of a share.
    Share(Share),
    /// Those with these numbers, in ascending order.
    Only(Arc<[Number]>),
}

/// One of several shares of the input.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Share {
    /// The number of this share, counted from 0.
    pub index: u32,
    /// The number of shares.
    pub of: u32,
    /// What decides which share something belongs to.
    pub by: By,
}

/// What decides which share an article belongs to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum By {
    /// The hash of its id; a failure has an id too. So articles with the same id are in the same share, and the first of
    /// them is kept, as without shares. Every share reads the whole input.
    #[default]
    Hash,
    /// Its file. A share reads only its files.
    Files,
}

/// What follows the numbers of a share of the files.
const BY_FILES: &str = " by files";

impl Share {
    /// Returns whether the item whose id has this hash belongs to the share.
    pub(super) fn takes(self, digest: u128) -> bool {
        match self.by {
            By::Hash => digest % u128::from(self.of) == u128::from(self.index),
            By::Files => true,
        }
    }

    /// Returns for files of these sizes whether each belongs to the share.
    ///
    /// The largest file goes first, each to the share that is smallest so far, so that shares are about equally large.
    pub(super) fn takes_files(self, sizes: &[u64]) -> Vec<bool> {
        if self.by == By::Hash {
            return vec![true; sizes.len()];
        }
        let mut order: Vec<usize> = (0..sizes.len()).collect();
        order.sort_by_key(|file| Reverse(sizes[*file]));
        let mut shares = std::collections::BinaryHeap::new();
        shares.extend((0..self.of).map(|index| Reverse((0, index))));
        let mut takes = vec![false; sizes.len()];
        for file in order {
            let Some(Reverse((size, index))) = shares.pop() else {
                break;
            };
            takes[file] = index == self.index;
            // An empty file costs something too.
            shares.push(Reverse((size + u128::from(sizes[file]) + 1, index)));
        }
        takes
    }
}

impl FromStr for By {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "hash" => Ok(Self::Hash),
            "files" => Ok(Self::Files),
            _ => Err(format!("expected `hash` or `files`, found `{text}`")),
        }
    }
}

impl FromStr for Share {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let parse = || {
            let (index, of) = text.split_once('/')?;
            let (index, of) = (index.parse().ok()?, of.parse().ok()?);
            let by = By::default();
            (index < of).then_some(Self { index, of, by })
        };
        parse().ok_or_else(|| {
            format!(
                "expected a share such as `0/4`, the first of four, up to `3/4`, found `{text}`"
            )
        })
    }
}

impl fmt::Display for Share {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let by = match self.by {
            By::Hash => "",
            By::Files => BY_FILES,
        };
        write!(f, "{}/{}{by}", self.index, self.of)
    }
}

impl Serialize for Share {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Share {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let files = text.strip_suffix(BY_FILES);
        let share: Self = files.unwrap_or(&text).parse().map_err(de::Error::custom)?;
        let by = files.map_or(By::Hash, |_| By::Files);
        Ok(Self { by, ..share })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_share_is_written_and_read() {
        for (text, index, of, by) in [("0/4", 0, 4, By::Hash), ("3/4 by files", 3, 4, By::Files)] {
            let share = Share { index, of, by };
            assert_eq!(share.to_string(), text);
            let json = serde_json::to_string(&share).unwrap();
            assert_eq!(serde_json::from_str::<Share>(&json).unwrap(), share);
        }
        for text in [
            "\"4/4\"",
            "\"4/4 by files\"",
            "\"0/4 by hash\"",
            "\"0/4 by files \"",
        ] {
            assert!(serde_json::from_str::<Share>(text).is_err(), "{text}");
        }
    }

    #[test]
    fn every_file_is_in_one_share_and_shares_are_about_equal() {
        let growing: Vec<u64> = (0..100).map(|file| file * file).collect();
        let cases: [(&[u64], u32, u64); 7] = [
            (&[], 3, 0),
            (&[7], 3, 7),
            (&[0; 10], 3, 0),
            (&[5, 5, 5, 5], 2, 0),
            (&[1, 2, 3, 4, 100], 2, 90),
            (&growing, 7, 100),
            (&[u64::MAX, u64::MAX], 2, 0),
        ];
        for (sizes, of, most) in cases {
            let shares: Vec<_> = (0..of)
                .map(|index| {
                    let by = By::Files;
                    Share { index, of, by }.takes_files(sizes)
                })
                .collect();
            for file in 0..sizes.len() {
                let takers = shares.iter().filter(|share| share[file]).count();
                assert_eq!(takers, 1, "file {file} of {sizes:?}");
            }
            let sums = shares.iter().map(|share| {
                let taken = sizes.iter().zip(share).filter(|(_, is_taken)| **is_taken);
                taken.map(|(size, _)| u128::from(*size)).sum::<u128>()
            });
            let (least, largest) = (sums.clone().min().unwrap(), sums.max().unwrap());
            assert!(
                largest - least <= most.into(),
                "{least} and {largest} of {sizes:?}"
            );
            let counts = shares
                .iter()
                .map(|share| share.iter().filter(|it| **it).count());
            let is_spread = counts.clone().max().unwrap() - counts.min().unwrap() <= 1;
            assert!(is_spread || most > 0, "{sizes:?}");
        }
    }
}
