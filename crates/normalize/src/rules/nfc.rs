//! Unicode Normalization Form C: one character for a letter with its accent.
//!
//! Text from macOS files and PDFs spells "ü" as "u" and a combining diaeresis, which no name list would
//! match. Only the clusters that change become changes.

use blattwerk_core::{Change, Span};
use unicode_normalization::char::canonical_combining_class;
use unicode_normalization::{IsNormalized, UnicodeNormalization, is_nfc_quick};

use super::scan::NonAscii;

/// Every character below this one is its own normal form and never combines with the one before.
const FIRST_COMBINING: char = '\u{300}';

pub(super) fn find(text: &str) -> Vec<Change> {
    let mut changes = Vec::new();
    let mut done = 0;
    for (at, c) in NonAscii::of(text) {
        if at < done || c < FIRST_COMBINING || is_boundary(c) {
            continue;
        }
        let head = text.get(done..at).unwrap_or_default();
        let start = head
            .char_indices()
            .rfind(|&(_, c)| is_boundary(c))
            .map_or(done, |(before, _)| done + before);
        let tail = text.get(at..).unwrap_or_default();
        let end = tail
            .char_indices()
            .skip(1)
            .find(|&(_, c)| is_boundary(c))
            .map_or(text.len(), |(behind, _)| at + behind);
        let cluster = text.get(start..end).unwrap_or_default();
        let normal: String = cluster.nfc().collect();
        if normal != cluster {
            changes.push(Change::replace(Span::new(start, end), normal));
        }
        done = end;
    }
    changes
}

/// Tells whether a character starts a cluster: nothing before it interacts with it or what follows.
fn is_boundary(c: char) -> bool {
    c < FIRST_COMBINING
        || (canonical_combining_class(c) == 0
            && is_nfc_quick(std::iter::once(c)) == IsNormalized::Yes)
}

#[cfg(test)]
mod tests {
    use blattwerk_core::Text;
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn only_the_cluster_changes() {
        let source = "Mu\u{308}nchen und Münster";
        assert_eq!(
            find(source),
            [Change::replace(Span::new(1, 4), "ü")],
            "one cluster of {source:?}"
        );
        assert_eq!(find("Münster, Łódź, 東京, Москва, \u{1F600}"), []);
    }

    proptest! {
        #[test]
        fn agrees_with_the_whole_text(source in "[aeouAOU\u{300}\u{301}\u{308}\u{323}\u{327}ä \u{1100}\u{1161}\u{11A8}\u{0958}\u{212B}\u{FB1D}]{0,20}") {
            let mut text = Text::new(source.clone());
            text.apply(&find(&source));
            let whole: String = source.nfc().collect();
            prop_assert_eq!(text.as_str(), whole);
        }
    }
}
