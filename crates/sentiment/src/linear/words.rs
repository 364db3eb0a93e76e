//! The word table: one row per word, found by its form, its stem, or the last part of a compound.

use rustc_hash::{FxHashMap, FxHashSet};

use crate::words::stem;
use blattwerk_model_file::{Damage, Reader, put};

/// The views toward a name: its sentence; its clause before and behind it; three words to each side; other clauses before and
/// behind it; and its clause once more, by the name's role in it, so that words that are used like the verbs of labelled texts
/// have their frames.
pub(super) const TOWARD_VIEWS: usize = 7 + ROLES;
/// The roles that views tell apart: before the verb, behind it, subject of a passive, with a preposition.
const ROLES: usize = 4;
/// The views of a text: all of it, its negated clauses, its first clause.
pub(super) const WHOLE_VIEWS: usize = 3;
/// The columns of [`Row::leanings`]: toward negative and positive against neutral, for each view of both heads.
pub(super) const LEANINGS: usize = 2 * (TOWARD_VIEWS + WHOLE_VIEWS);

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

/// The word table.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Words {
    /// The most frequent word first.
    rows: Vec<Stored>,
    /// Maps the hash of a form or stem to its row.
    places: FxHashMap<u32, u32>,
    /// The largest absolute value of each leaning.
    scales: [f32; LEANINGS],
    /// Hashes of forms that can be finite verbs.
    verbs: FxHashSet<u32>,
}

/// A row as stored in the file.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Stored {
    polarity: i8,
    weight: u8,
    leanings: [i8; LEANINGS],
}

/// The size of a stored row, in bytes.
const STORED: usize = 2 + LEANINGS;

impl Words {
    /// Builds the table from words in lower case, the most frequent first.
    pub(super) fn new(words: &[String], rows: &[Row], verbs: FxHashSet<u32>) -> Self {
        let mut scales = [1e-6_f32; LEANINGS];
        for row in rows {
            for (scale, leaning) in scales.iter_mut().zip(row.leanings) {
                *scale = scale.max(leaning.abs());
            }
        }
        let stored = |row: &Row| Stored {
            polarity: (row.polarity.clamp(-1.0, 1.0) * 127.0).round() as i8,
            weight: (row.weight.clamp(0.0, 1.0) * 255.0).round() as u8,
            leanings: std::array::from_fn(|i| (row.leanings[i] / scales[i] * 127.0).round() as i8),
        };
        let mut places = FxHashMap::default();
        for (place, word) in (0..).zip(words) {
            places.entry(hash(word)).or_insert(place);
        }
        for (place, word) in (0..).zip(words) {
            places.entry(hash(stem(word))).or_insert(place);
        }
        Self {
            rows: rows.iter().map(stored).collect(),
            places,
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
        Self::new(&words, &rows, FxHashSet::default())
    }

    /// Returns the row of a word in lower case.
    #[cfg(test)]
    pub(super) fn find(&self, lower: &str) -> Option<u32> {
        self.find_hashed(lower, hash(lower), hash(stem(lower)))
    }

    /// Returns the row of a word in lower case, given the hashes of the word and of its stem.
    pub(super) fn find_hashed(&self, lower: &str, form: u32, stem: u32) -> Option<u32> {
        if lower.len() > MAX_WORD || lower.starts_with(char::is_numeric) {
            return None;
        }
        let place = |hash: &u32| self.places.get(hash).copied();
        place(&form).or_else(|| place(&stem)).or_else(|| {
            let heads = MIN_MODIFIER..=lower.len().saturating_sub(MIN_HEAD);
            heads
                .filter_map(|at| lower.get(at..))
                .find_map(|head| place(&hash(head)).filter(|&row| row < HEADS))
        })
    }

    /// Tells whether a form, given its hash, can be a finite verb.
    pub(super) fn is_verb(&self, form: u32) -> bool {
        self.verbs.contains(&form)
    }

    /// Returns how informative the word of a row is, from 0 to 1.
    pub(super) fn weight(&self, place: u32) -> f32 {
        f32::from(self.rows[place as usize].weight) / 255.0
    }

    /// Returns two leanings of a row, toward negative and positive.
    pub(super) fn leaning(&self, place: u32, view: usize) -> [f32; 2] {
        let leanings = &self.rows[place as usize].leanings;
        [0, 1].map(|i| f32::from(leanings[2 * view + i]) / 127.0 * self.scales[2 * view + i])
    }

    /// Returns a row by its index.
    pub(super) fn row(&self, place: u32) -> Row {
        let stored = self.rows[place as usize];
        Row {
            polarity: f32::from(stored.polarity) / 127.0,
            weight: f32::from(stored.weight) / 255.0,
            leanings: std::array::from_fn(|i| {
                f32::from(stored.leanings[i]) / 127.0 * self.scales[i]
            }),
        }
    }

    /// Appends the table to a payload.
    pub(super) fn write(&self, out: &mut Vec<u8>) {
        put(out, self.rows.len() as u32);
        for scale in self.scales {
            out.extend(scale.to_le_bytes());
        }
        for row in &self.rows {
            out.push(row.polarity as u8);
            out.push(row.weight);
            out.extend(row.leanings.map(|leaning| leaning as u8));
        }
        let mut places: Vec<(u32, u32)> =
            self.places.iter().map(|(&key, &row)| (key, row)).collect();
        places.sort_unstable();
        put(out, places.len() as u32);
        let mut before = 0;
        for (key, row) in places {
            put(out, key - before);
            put(out, row);
            before = key;
        }
        let mut verbs: Vec<u32> = self.verbs.iter().copied().collect();
        verbs.sort_unstable();
        put(out, verbs.len() as u32);
        let mut before = 0;
        for verb in verbs {
            put(out, verb - before);
            before = verb;
        }
    }

    /// Reads a table from the beginning of a payload.
    ///
    /// # Errors
    ///
    /// If it is too short, or a key has no row.
    pub(super) fn read(reader: &mut Reader) -> Result<Self, Damage> {
        let count = reader.count(STORED)?;
        let mut scales = [0.0; LEANINGS];
        for scale in &mut scales {
            *scale = reader.float()?;
        }
        let mut rows = Vec::with_capacity(count);
        for _ in 0..count {
            let [polarity, weight, leanings @ ..] = reader.array::<STORED>()?;
            rows.push(Stored {
                polarity: polarity as i8,
                weight,
                leanings: leanings.map(|leaning| leaning as i8),
            });
        }
        let count = reader.count(2)?;
        let mut places = FxHashMap::with_capacity_and_hasher(count, rustc_hash::FxBuildHasher);
        let mut key = 0u32;
        for _ in 0..count {
            key = key.checked_add(reader.number()?).ok_or(Damage::Content {
                expected: "keys of 32 bits",
            })?;
            let row = reader.number()?;
            if row as usize >= rows.len() {
                return Err(Damage::Content {
                    expected: "the number of a row",
                });
            }
            places.insert(key, row);
        }
        let count = reader.count(1)?;
        let mut verbs = FxHashSet::with_capacity_and_hasher(count, rustc_hash::FxBuildHasher);
        let mut verb = 0u32;
        for _ in 0..count {
            verb = verb.checked_add(reader.number()?).ok_or(Damage::Content {
                expected: "hashes of 32 bits",
            })?;
            verbs.insert(verb);
        }
        Ok(Self {
            rows,
            places,
            scales,
            verbs,
        })
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

    #[test]
    fn a_table_survives_its_file() {
        let words = Words::from_pairs(&[("krise", -1.0), ("gut", 0.5), ("schönen", 0.25)]);
        let mut bytes = Vec::new();
        words.write(&mut bytes);
        let mut reader = Reader(&bytes);
        assert_eq!(Words::read(&mut reader), Ok(words));
        assert!(reader.0.is_empty());
        for length in 0..bytes.len() {
            assert!(Words::read(&mut Reader(&bytes[..length])).is_err());
        }
    }
}
