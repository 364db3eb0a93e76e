//! A range of bytes in a text.

use std::fmt;
use std::ops::Range;

/// A range of bytes, from `start` up to but not including `end`, on character boundaries of its text.
///
/// In every layer, that is the current text of the document; only [`Text`](crate::Text) maps a span to
/// the source.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span {
    /// The first byte of the range.
    pub start: usize,
    /// The byte after the last byte of the range.
    pub end: usize,
}

impl Span {
    /// Returns the span from `start` to `end`, in bytes.
    ///
    /// # Panics
    ///
    /// If `end` is before `start`.
    pub fn new(start: usize, end: usize) -> Self {
        assert!(
            start <= end,
            "a span cannot end ({end}) before it starts ({start})"
        );
        Self { start, end }
    }

    /// Returns the number of bytes.
    pub fn len(self) -> usize {
        self.end - self.start
    }

    /// Tells whether the span is empty.
    pub fn is_empty(self) -> bool {
        self.start == self.end
    }

    /// Tells whether `other` lies within this span. An empty span at either end does.
    pub fn contains(self, other: Span) -> bool {
        self.start <= other.start && other.end <= self.end
    }

    /// Tells whether the two spans share at least one byte.
    pub fn overlaps(self, other: Span) -> bool {
        self.start.max(other.start) < self.end.min(other.end)
    }

    /// Returns the range, for slicing.
    pub fn range(self) -> Range<usize> {
        self.start..self.end
    }
}

impl fmt::Display for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}..{}", self.start, self.end)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn neighbours_do_not_overlap() {
        assert!(!Span::new(0, 3).overlaps(Span::new(3, 5)));
        assert!(Span::new(0, 4).overlaps(Span::new(3, 5)));
        assert!(
            !Span::new(2, 2).overlaps(Span::new(0, 5)),
            "an empty span shares no byte"
        );
    }

    #[test]
    #[should_panic(expected = "cannot end (1) before it starts (2)")]
    fn a_span_runs_forward() {
        let _ = Span::new(2, 1);
    }
}
