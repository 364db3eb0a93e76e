//! Positions in the input from which reading can resume.

use serde::{Deserialize, Serialize};

/// A position between two items of the input.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Position {
    /// The file, counted from 0.
    pub file: usize,
    /// The place in it.
    pub place: Place,
    /// How many items of the file come before it.
    pub items: u64,
}

/// The number of an item of the input, in the order of the input.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Number {
    /// The file, counted from 0.
    pub file: u64,
    /// The item in the file, counted from 0.
    pub item: u64,
}

/// A place in a file: numbers that only the reader of its format understands. Without any, it is the
/// beginning.
///
/// For text it is a byte offset and a line number; for a container it may be an entry and the place in it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Place(Vec<u64>);

impl Place {
    pub(super) fn new(numbers: impl Into<Vec<u64>>) -> Self {
        Self(numbers.into())
    }

    pub(super) fn numbers(&self) -> &[u64] {
        &self.0
    }

    pub(super) fn is_beginning(&self) -> bool {
        self.0.is_empty()
    }
}
