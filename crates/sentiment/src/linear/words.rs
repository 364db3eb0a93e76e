//! The word table: one row per word, found by its form, its stem, or the last part of a compound.

use blattwerk_model_file::{Table, row};

use super::content::{LEANINGS, STORED, Words};
use crate::words::stem;

/// The minimum length of the last part of a compound that is looked up, in bytes, and of the part before it.
const MIN_HEAD: usize = 5;
const MIN_MODIFIER: usize = 3;
/// Longer strings, in bytes, are not looked up: they are hardly words.
const MAX_WORD: usize = 80;
/// The rows before this one, those of the most frequent words, may be heads of compounds.
const HEADS: u32 = 30_000;

/// The row of a word.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(super) struct Row {
    /// How good (up to 1) or bad (down to -1) the word is.
    pub(super) polarity: f32,
    /// How informative it is, from 0 ("und") to 1 (rare words).
    pub(super) weight: f32,
    /// What it adds to the log-odds of negative and positive against neutral in each view.
    pub(super) leanings: [f32; LEANINGS],
}

/// The last part of a compound: its row, and the hash of its stem.
#[derive(Debug, Clone, Copy)]
pub(super) struct Last {
    row: u32,
    pub(super) stem: u32,
}

/// Tells whether a string may be a word of the table.
fn is_wordlike(lower: &str) -> bool {
    lower.len() <= MAX_WORD && !lower.starts_with(char::is_numeric)
}

impl Words {
    /// Builds the table from words in lower case, the most frequent first.
    pub(super) fn new(words: &[String], rows: &[Row], verbs: Table<4>) -> Self {
        let mut scales = [1e-6_f32; LEANINGS];
        for row in rows {
            for (scale, leaning) in scales.iter_mut().zip(row.leanings) {
                *scale = scale.max(leaning.abs());
            }
        }
        let stored = |row: &Row| -> [u8; STORED] {
            let steps = |value: f32| ((value * 127.0).round() as i8).cast_unsigned();
            let mut stored = [0; STORED];
            let [polarity, weight, leanings @ ..] = &mut stored;
            *polarity = steps(row.polarity.clamp(-1.0, 1.0));
            *weight = (row.weight.clamp(0.0, 1.0) * 255.0).round() as u8;
            for (i, leaning) in leanings.iter_mut().enumerate() {
                *leaning = steps(row.leanings[i] / scales[i]);
            }
            stored
        };
        // Of the same hash, the first place counts: forms come before stems, and frequent words before others.
        let place = |hash, place: u32| row(hash, &place.to_le_bytes());
        let forms = (0..).zip(words).map(|(at, word)| place(hash(word), at));
        let stems = (0..).zip(words);
        let stems = stems.map(|(at, word)| place(hash(stem(word)), at));
        Self {
            rows: rows.iter().map(stored).collect(),
            places: forms.chain(stems).collect(),
            scales,
            verbs,
        }
    }

    #[cfg(test)]
    pub(super) fn from_pairs(pairs: &[(&str, f32)]) -> Self {
        let words: Vec<String> = pairs.iter().map(|(word, _)| (*word).to_owned()).collect();
        let rows: Vec<Row> = pairs
            .iter()
            .map(|&(_, polarity)| Row {
                polarity,
                weight: 1.0,
                leanings: std::array::from_fn(|i| if i % 2 == 0 { -polarity } else { polarity }),
            })
            .collect();
        Self::new(&words, &rows, Table::default())
    }

    /// Returns the row of a word in lower case.
    #[cfg(test)]
    pub(super) fn find(&self, lower: &str) -> Option<u32> {
        let last = self.last_part(lower);
        self.find_hashed(lower, hash(lower), hash(stem(lower)), last)
    }

    /// Returns the row of a word in lower case, given the hashes of the word and of its stem, and its last part.
    pub(super) fn find_hashed(
        &self,
        lower: &str,
        form: u32,
        stem: u32,
        last: Option<Last>,
    ) -> Option<u32> {
        if !is_wordlike(lower) {
            return None;
        }
        let known = self.place(form).or_else(|| self.place(stem));
        known.or(last.map(|last| last.row))
    }

    /// Returns the last part of a compound, given in lower case, if it is a frequent word.
    pub(super) fn last_part(&self, lower: &str) -> Option<Last> {
        if !is_wordlike(lower) {
            return None;
        }
        let parts = MIN_MODIFIER..=lower.len().saturating_sub(MIN_HEAD);
        parts.filter_map(|at| lower.get(at..)).find_map(|part| {
            let row = self.place(hash(part)).filter(|&row| row < HEADS)?;
            let stem = hash(stem(part));
            Some(Last { row, stem })
        })
    }

    /// Returns the row of a word or stem, given its hash.
    fn place(&self, hash: u32) -> Option<u32> {
        let &[_, _, _, _, place @ ..] = self.places.get(hash)?;
        Some(u32::from_le_bytes(place))
    }

    /// Tells whether a form, given its hash, can be a finite verb.
    pub(super) fn is_verb(&self, form: u32) -> bool {
        self.verbs.contains(form)
    }

    /// Returns how informative the word of a row is, from 0 to 1.
    pub(super) fn weight(&self, place: u32) -> f32 {
        let [_, weight, ..] = self.rows[place as usize];
        f32::from(weight) / 255.0
    }

    /// Returns how good (above 0) or bad (below 0) the word of a row is.
    pub(super) fn polarity(&self, place: u32) -> f32 {
        let [polarity, ..] = self.rows[place as usize];
        f32::from(polarity.cast_signed()) / 127.0
    }

    /// Returns two leanings of a row, toward negative and positive.
    pub(super) fn leaning(&self, place: u32, view: usize) -> [f32; 2] {
        [0, 1].map(|i| self.one_leaning(place, 2 * view + i))
    }

    fn one_leaning(&self, place: u32, i: usize) -> f32 {
        let [_, _, leanings @ ..] = &self.rows[place as usize];
        f32::from(leanings[i].cast_signed()) / 127.0 * self.scales[i]
    }

    /// Returns a row by its index.
    pub(super) fn row(&self, place: u32) -> Row {
        Row {
            polarity: self.polarity(place),
            weight: self.weight(place),
            leanings: std::array::from_fn(|i| self.one_leaning(place, i)),
        }
    }
}

/// FNV-1a (Fowler, Noll, Vo), folded to 32 bits.
pub(super) fn hash(word: &str) -> u32 {
    let hash = word.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    });
    (hash ^ (hash >> 32)) as u32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_found_by_form_stem_and_last_part() {
        let words = Words::from_pairs(&[("krise", -1.0), ("gute", 0.5)]);
        assert_eq!(words.find("krise"), Some(0));
        assert_eq!(words.find("krisen"), Some(0));
        assert_eq!(words.find("finanzkrise"), Some(0));
        assert_eq!(words.find("haus"), None);
        assert_eq!(words.find("2020"), None);
        assert!((words.row(0).polarity + 1.0).abs() < 0.01);
    }
}
