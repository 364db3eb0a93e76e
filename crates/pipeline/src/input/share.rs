//! Which items of the input a run takes: all, a share, or those with given numbers.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use serde::de::{self, Deserializer};
use serde::{Deserialize, Serialize, Serializer};

/// Which items of the input are taken. All are read in any case.
#[derive(Debug, Clone, Default)]
pub enum Taking {
    /// All.
    #[default]
    All,
    /// Those of a share.
    Share(Share),
    /// Those with these numbers, counted from 0, in ascending order.
    Only(Arc<[u64]>),
}

/// One of several shares of the input.
///
/// The hash of its id decides to which share an article belongs; a failure has an id too. So articles with
/// the same id are in the same share, and the first of them is kept, as without shares.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Share {
    /// The number of this share, counted from 0.
    pub index: u32,
    /// The number of shares.
    pub of: u32,
}

impl Share {
    pub(super) fn takes(self, digest: u128) -> bool {
        digest % u128::from(self.of) == u128::from(self.index)
    }
}

impl FromStr for Share {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let parse = || {
            let (index, of) = text.split_once('/')?;
            let (index, of) = (index.parse().ok()?, of.parse().ok()?);
            (index < of).then_some(Self { index, of })
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
        write!(f, "{}/{}", self.index, self.of)
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
        text.parse().map_err(de::Error::custom)
    }
}
