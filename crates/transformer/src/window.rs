//! Splits long texts into overlapping windows.
//!
//! A model reads a limited number of tokens at once. A longer text is read in windows, and each token that two
//! windows share belongs to the one in which it is further from the edge, so that it has at least half of
//! the overlap as context on either side. All windows of a text are full, so they fit into one batch.

use std::ops::Range;

/// A part of a text that is read at once, in tokens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Window {
    /// What the model reads.
    pub(crate) reads: Range<usize>,
    /// The tokens whose answer is used; those of all windows together cover each token of the text once.
    pub(crate) owns: Range<usize>,
}

/// The minimum number of tokens that two windows share, if the windows are long enough.
const OVERLAP: usize = 64;

/// Returns the windows of a text of `tokens` tokens; a window holds up to `room`.
///
/// A text without tokens has one empty window.
pub(crate) fn windows(tokens: usize, room: usize) -> Vec<Window> {
    let room = room.max(1);
    if tokens <= room {
        return vec![Window {
            reads: 0..tokens,
            owns: 0..tokens,
        }];
    }
    let overlap = OVERLAP.min(room / 4);
    let count = (tokens - overlap).div_ceil(room - overlap);
    let start = |index: usize| index * (tokens - room) / (count - 1);
    let mut windows = Vec::with_capacity(count);
    let mut owned = 0;
    for index in 0..count {
        let reads = start(index)..start(index) + room;
        let end = if index + 1 == count {
            tokens
        } else {
            start(index + 1).midpoint(reads.end)
        };
        windows.push(Window {
            reads,
            owns: owned..end,
        });
        owned = end;
    }
    windows
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_short_text_is_one_window() {
        for tokens in [0, 1, 10] {
            let whole = Window {
                reads: 0..tokens,
                owns: 0..tokens,
            };
            assert_eq!(windows(tokens, 10), [whole]);
        }
    }

    #[test]
    fn two_windows_meet_in_the_middle_of_what_they_share() {
        let expected = [
            Window {
                reads: 0..10,
                owns: 0..8,
            },
            Window {
                reads: 6..16,
                owns: 8..16,
            },
        ];
        assert_eq!(windows(16, 10), expected);
    }

    proptest! {
        #[test]
        fn every_token_counts_once_with_context(tokens in 0_usize..5000, room in 1_usize..600) {
            let windows = windows(tokens, room);
            let overlap = OVERLAP.min(room / 4);
            let mut at = 0;
            for Window { reads, owns } in &windows {
                prop_assert_eq!(owns.start, at, "no token is left out or owned twice");
                at = owns.end;
                prop_assert!(reads.start <= owns.start && owns.end <= reads.end, "what counts is read");
                prop_assert!(reads.len() <= room && reads.end <= tokens);
                prop_assert!(tokens == 0 || !owns.is_empty());
                prop_assert!(reads.len() == room.min(tokens), "all windows are full");
                prop_assert!(reads.start == 0 || owns.start - reads.start >= overlap / 2);
                prop_assert!(reads.end == tokens || reads.end - owns.end >= overlap / 2);
            }
            prop_assert_eq!(at, tokens);
        }
    }
}
