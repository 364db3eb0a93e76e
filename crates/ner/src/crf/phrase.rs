//! Multi-word names, matched as a whole: "Deutsche Bahn" is one, whatever "Bahn" is elsewhere.
//!
//! Words are compared by their stems, so that a name is found in all grammatical cases ("der Deutschen Bahn", "des
//! Roten Kreuzes"). Where names are nested, the longest is used (compare the gazetteers of Ratinov & Roth, 2009).

use std::collections::BTreeMap;

use blattwerk_model_file::{Table, row};

use super::content::NAME;
use super::hash::{hash, mix};

/// The most words in a name.
pub const MAX_WORDS: usize = 6;

/// The kind of a name from a list is this plus the number of its label.
pub const LISTED: u8 = 0;
/// The kind of a name found in raw text is this plus the number of its label.
pub const FOUND: u8 = 4;

/// Multi-word names and their kinds.
#[derive(Debug, Clone, Default)]
pub struct Phrases {
    /// Their kinds, numbers for the label of a name and its source, by the hashes of their stems; and the first two words of longer
    /// ones, by their hashes, with a flag.
    pub kinds: Table<NAME>,
}

/// The flag of two words that a longer name starts with.
const STARTS: u8 = 0x80;
/// The kind of two words that are no name.
const NONE: u8 = 0x7F;

/// Returns the kind that a row holds, if its words are a name.
fn kind_of(row: u8) -> Option<u8> {
    Some(row & NONE).filter(|&kind| kind != NONE)
}

/// What a name is found by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Key {
    /// The hash of all its stems.
    pub all: u32,
    /// The hash of the first two.
    pub start: u32,
}

impl Key {
    /// Returns the key of a name, given the stems of its words.
    pub fn new(stems: impl IntoIterator<Item = u32>) -> Self {
        let mut key = Self { all: 0, start: 0 };
        for (at, stem) in stems.into_iter().enumerate() {
            key.all = join(key.all, stem);
            if at < 2 {
                key.start = key.all;
            }
        }
        key
    }
}

/// Returns the hash of a word without its inflectional ending.
pub fn stem(word: &str) -> u32 {
    const ENDINGS: [&str; 7] = ["es", "en", "er", "em", "e", "s", "n"];
    let lower = word.to_lowercase();
    let bare = ENDINGS
        .iter()
        .find_map(|ending| lower.strip_suffix(ending))
        .filter(|bare| bare.len() > 2);
    hash(bare.unwrap_or(&lower))
}

/// Combines the hash of a name's first words with the stem of the next word.
fn join(words: u32, stem: u32) -> u32 {
    mix((u64::from(words) << 32 | u64::from(stem)).wrapping_mul(0x9E37_79B9_7F4A_7C15))
}

impl Phrases {
    /// Makes a set of names of their keys and kinds; of names with the same key, the first counts.
    pub fn new(kinds: impl IntoIterator<Item = (Key, u8)>) -> Self {
        Self::default().with(kinds)
    }

    /// Returns these names and others; of names with the same key, the first counts.
    #[must_use]
    pub fn with(&self, others: impl IntoIterator<Item = (Key, u8)>) -> Self {
        let mut rows: BTreeMap<u32, u8> = self
            .kinds
            .iter()
            .map(|(key, &[.., kind])| (key, kind))
            .collect();
        for (key, kind) in others {
            let row = rows.entry(key.all).or_insert(NONE);
            if kind_of(*row).is_none() {
                *row = *row & STARTS | kind;
            }
            if key.start != key.all {
                *rows.entry(key.start).or_insert(NONE) |= STARTS;
            }
        }
        Self {
            kinds: rows
                .into_iter()
                .map(|(key, kind)| row(key, &[kind]))
                .collect(),
        }
    }

    /// Returns the keys (of all words) and kinds of all names, in the order of the keys.
    pub fn iter(&self) -> impl Iterator<Item = (u32, u8)> {
        let rows = self.kinds.iter();
        rows.filter_map(|(key, &[.., row])| Some((key, kind_of(row)?)))
    }

    /// Calls `found` with the start, end and kind of each name in a sentence, given the stem of each word and whether a
    /// name can start with it.
    pub(super) fn find(
        &self,
        words: impl ExactSizeIterator<Item = (u32, bool)> + Clone,
        mut found: impl FnMut(usize, usize, u8),
    ) {
        if self.kinds.is_empty() {
            return;
        }
        let mut rest = words;
        let mut start = 0;
        while let Some((stem, begins)) = rest.next() {
            let mut end = start + 1;
            if begins {
                let mut key = join(0, stem);
                let mut longest = None;
                for (at, (stem, _)) in rest.clone().take(MAX_WORDS - 1).enumerate() {
                    key = join(key, stem);
                    let row = self.kinds.get(key).map(|&[.., row]| row);
                    if let Some(kind) = row.and_then(kind_of) {
                        longest = Some((at, kind));
                    }
                    // Few pairs of words start a longer name.
                    if at == 0 && row.is_none_or(|row| row & STARTS == 0) {
                        break;
                    }
                }
                if let Some((at, kind)) = longest {
                    end = start + at + 2;
                    found(start, end, kind);
                    rest.nth(at);
                }
            }
            start = end;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn phrases(names: &[(&str, u8)]) -> Phrases {
        let kinds = names
            .iter()
            .map(|(name, kind)| (Key::new(name.split(' ').map(stem)), *kind));
        Phrases::new(kinds)
    }

    #[test]
    fn the_longest_name_is_found_in_its_cases() {
        let phrases = phrases(&[
            ("Rotes Kreuz", 1),
            ("Internationales Rotes Kreuz", 2),
            ("New York", 3),
            ("New York Rangers", 4),
            ("Rotes Meer Riff Verein", 5),
            ("Rotes Meer", 6),
        ]);
        let cases = [
            ("das Rote Kreuz hilft", vec![(1, 3, 1)]),
            ("des Internationalen Roten Kreuzes", vec![(1, 4, 2)]),
            ("New New York Rotem Kreuz", vec![(1, 3, 3), (3, 5, 1)]),
            (
                "die New York Rangers aus New York",
                vec![(1, 4, 4), (5, 7, 3)],
            ),
            ("am Roten Meer Riff", vec![(1, 3, 6)]),
            ("Internationales Rotes Meer", vec![(1, 3, 6)]),
            ("York New", vec![]),
            ("", vec![]),
        ];
        for (text, expected) in cases {
            let words: Vec<(u32, bool)> = text.split(' ').map(|w| (stem(w), true)).collect();
            let mut found = Vec::new();
            phrases.find(words.into_iter(), |start, end, kind| {
                found.push((start, end, kind));
            });
            assert_eq!(found, expected, "{text:?}");
        }
    }

    #[test]
    fn short_words_keep_their_letters() {
        for (a, b) in [("Ems", "Em"), ("der", "des"), ("Jena", "Jen")] {
            assert_ne!(stem(a), stem(b), "{a} {b}");
        }
        assert_eq!(stem("Vereinte"), stem("Vereinten"));
    }
}
