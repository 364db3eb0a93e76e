//! How frequent words are in German, and which of them are not nouns: a table learned from raw text.
//!
//! Frequency is the share of pieces of 200 words that contain a word, so that a word that one encyclopedia article
//! repeats a hundred times counts only a few times. The kinds of text that are mixed have equal weight, whatever
//! their sizes.

use std::collections::BTreeMap;
use std::fmt;

use blattwerk_model_file::{Damage, Kind, Reader, put};
use rustc_hash::{FxBuildHasher, FxHashMap, FxHashSet};

use super::stem::stem;
use super::word::{self, Case, Word};

/// The number of words of a piece.
const PIECE: usize = 200;
/// Words in fewer pieces are left out of the table: an unknown word is treated as rare.
const LEAST_PIECES: u32 = 3;
/// A form that is written in lower case this often and in most cases, where no capital is required, is not a noun.
const LEAST_LOWER: u32 = 3;
/// Rates are stored in this many steps per factor of e.
const STEPS: f64 = 16.0;

/// The table.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Background {
    /// Maps the hash of a stem to the share of pieces that contain it, in steps below 1.
    rates: FxHashMap<u32, u8>,
    /// The share of unknown words, in steps below 1.
    unknown: u8,
    /// The hashes of forms mostly written in lower case.
    lower: FxHashSet<u32>,
    /// The hashes of attributive forms of adjectives.
    attributive: FxHashSet<u32>,
}

impl Background {
    /// Returns the natural logarithm of a stem's expected frequency per word.
    pub(super) fn log_rate(&self, stem: &str) -> f32 {
        let steps = self.rates.get(&hash(stem)).copied();
        -f32::from(steps.unwrap_or(self.unknown)) / STEPS as f32 - (PIECE as f32).ln()
    }

    /// Tells whether a form, given in lower case, is mostly written that way.
    pub(super) fn is_lower(&self, form: &str) -> bool {
        self.lower.contains(&hash(form))
    }

    /// Tells whether a form is an adjective's before its noun.
    pub(super) fn is_attributive(&self, form: &str) -> bool {
        self.attributive.contains(&hash(form))
    }

    /// Serializes the table: the rate of unknown words, the hashes of stems with their rates, the hashes of lower-case
    /// forms, and those of adjectives.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut payload = vec![self.unknown];
        let rates: BTreeMap<u32, u8> = self.rates.iter().map(|(&key, &rate)| (key, rate)).collect();
        put_keys(&mut payload, rates.keys().copied());
        payload.extend(rates.values());
        for forms in [&self.lower, &self.attributive] {
            let mut forms: Vec<u32> = forms.iter().copied().collect();
            forms.sort_unstable();
            put_keys(&mut payload, forms.into_iter());
        }
        KIND.seal(&payload)
    }

    /// Reads a serialized table.
    ///
    /// # Errors
    ///
    /// If it is incomplete, damaged or of another version.
    pub fn load(file: &[u8]) -> Result<Self, Damage> {
        let mut reader = KIND.open(file)?;
        let unknown = reader.byte()?;
        let stems = keys(&mut reader)?;
        let mut rates = FxHashMap::with_capacity_and_hasher(stems.len(), FxBuildHasher);
        for stem in stems {
            rates.insert(stem, reader.byte()?);
        }
        let lower = keys(&mut reader)?.into_iter().collect();
        let attributive = keys(&mut reader)?.into_iter().collect();
        reader.end()?;
        Ok(Self {
            rates,
            unknown,
            lower,
            attributive,
        })
    }
}

impl fmt::Display for Background {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            rates,
            lower,
            attributive,
            ..
        } = self;
        let [rates, lower, attributive] = [rates.len(), lower.len(), attributive.len()];
        write!(
            f,
            "{rates} stems, {lower} lower-case forms, {attributive} adjective forms"
        )
    }
}

/// The file format of these tables.
const KIND: Kind = Kind {
    magic: *b"bw-keyw\n",
    name: "a background of keywords",
    oldest: 1,
    version: 1,
};

/// Appends ascending keys: their count, then the differences between them.
fn put_keys(out: &mut Vec<u8>, keys: impl ExactSizeIterator<Item = u32>) {
    put(
        out,
        u32::try_from(keys.len()).expect("a table has less than 2^32 rows"),
    );
    let mut before = 0;
    for key in keys {
        put(out, key - before);
        before = key;
    }
}

fn keys(reader: &mut Reader) -> Result<Vec<u32>, Damage> {
    let mut before = None;
    (0..reader.count(1)?)
        .map(|_| reader.key(&mut before))
        .collect()
}

/// FNV-1a (Fowler, Noll, Vo), folded to 32 bits. Hashes are stored, so this must never change.
fn hash(word: &str) -> u32 {
    let hash = word.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    });
    (hash ^ (hash >> 32)) as u32
}

/// Counts the words of raw texts, one kind of text after another.
#[derive(Debug, Default)]
pub struct Counts {
    /// Maps a stem to its counts.
    stems: FxHashMap<String, Stem>,
    forms: FxHashMap<String, Form>,
    /// The number of pieces of the current kind of text.
    pieces: u32,
    kinds: u32,
}

#[derive(Debug, Default)]
struct Stem {
    /// The sum of its shares of pieces over the finished kinds of text.
    shares: f64,
    /// The number of pieces with it, over all kinds of text.
    pieces: u32,
    /// The number of pieces with it in the current kind of text.
    here: u32,
    /// The last piece in which it was counted.
    last: u32,
}

/// How often a form was written each way where no capital is required.
#[derive(Debug, Default)]
struct Form {
    lower: u32,
    upper: u32,
    /// In lower case and directly before a capitalized word.
    before: u32,
}

impl Counts {
    /// Counts the words of a text.
    pub fn read(&mut self, text: &str) {
        let mut buffer = String::new();
        let mut before: Option<String> = None;
        let mut words = 0;
        word::visit(text, |word: Word| {
            if words % PIECE == 0 {
                self.pieces += 1;
            }
            words += 1;
            stem(word.text, &mut buffer);
            let piece = self.pieces;
            let counts = match self.stems.get_mut(&buffer) {
                Some(counts) => counts,
                None => self.stems.entry(buffer.clone()).or_default(),
            };
            if counts.last != piece {
                counts.last = piece;
                counts.here += 1;
                counts.pieces += 1;
            }
            if let Some(adjective) = before
                .take()
                .filter(|_| word.is_next && word.case != Case::Lower)
            {
                self.forms.entry(adjective).or_default().before += 1;
            }
            if word.is_first || word.case == Case::Upper {
                return;
            }
            let form = word.text.to_lowercase();
            let counts = self.forms.entry(form.clone()).or_default();
            if word.case == Case::Lower {
                counts.lower += 1;
                before = Some(form);
            } else {
                counts.upper += 1;
            }
        });
    }

    /// Ends a kind of text.
    pub fn end_kind(&mut self) {
        let pieces = f64::from(self.pieces.max(1));
        self.stems.values_mut().for_each(|counts| {
            counts.shares += f64::from(counts.here) / pieces;
            (counts.here, counts.last) = (0, 0);
        });
        self.pieces = 0;
        self.kinds += 1;
    }

    /// Returns the table of what was counted.
    pub fn finish(self) -> Background {
        let kinds = f64::from(self.kinds.max(1));
        let steps = |rate: f64| (-rate.ln() * STEPS).round().clamp(0.0, 255.0) as u8;
        let mut rates = FxHashMap::default();
        let known = self.stems.iter();
        known
            .filter(|(_, counts)| counts.pieces >= LEAST_PIECES)
            .for_each(|(stem, counts)| {
                let rate = steps(counts.shares / kinds);
                let of_hash = rates.entry(hash(stem)).or_insert(rate);
                // If two stems share a hash, the more frequent one counts, whatever the order.
                *of_hash = rate.min(*of_hash);
            });
        let unknown = rates.values().copied().max().unwrap_or_default();
        let lower = self
            .forms
            .iter()
            .filter(|(_, counts)| counts.lower >= LEAST_LOWER && counts.lower > counts.upper)
            .map(|(form, _)| hash(form))
            .collect();
        let attributive = attributive(&self.forms).map(hash).collect();
        Background {
            rates,
            unknown,
            lower,
            attributive,
        }
    }
}

/// The endings of attributive adjectives.
const ENDINGS: [&str; 5] = ["e", "em", "en", "er", "es"];

/// Returns the attributive forms of adjectives: forms that mostly stand directly before a noun and whose words also occur
/// with endings that verbs do not have.
fn attributive(forms: &FxHashMap<String, Form>) -> impl Iterator<Item = &str> {
    let is_before = |form: &str| {
        let counts = forms.get(form);
        counts.is_some_and(|counts| 2 * counts.before > counts.lower && counts.lower > counts.upper)
    };
    forms.keys().filter_map(move |form| {
        let word = ENDINGS
            .iter()
            .find_map(|ending| form.strip_suffix(ending))?;
        let count = |endings: &[&str]| {
            let all = endings.iter();
            all.filter(|ending| is_before(&format!("{word}{ending}")))
                .count()
        };
        let is_adjective = count(&["em", "er", "es"]) >= 1 && count(&["e", "en"]) >= 1;
        (is_adjective && is_before(form) && !DETERMINERS.contains(&word)).then_some(form.as_str())
    })
}

/// Stems of words that decline like adjectives but say nothing about their nouns.
const DETERMINERS: &[&str] = &[
    "all",
    "ander",
    "beid",
    "d",
    "dein",
    "dies",
    "derjenig",
    "derselb",
    "dieselb",
    "dasselb",
    "desselb",
    "bisherig",
    "eigen",
    "sogenannt",
    "jüngst",
    "ein",
    "einig",
    "einzeln",
    "erst",
    "etlich",
    "euer",
    "ganz",
    "gleich",
    "ihr",
    "jed",
    "jen",
    "jeweilig",
    "kein",
    "letzt",
    "manch",
    "mehrer",
    "mein",
    "nächst",
    "sein",
    "solch",
    "unser",
    "verschieden",
    "viel",
    "vorherig",
    "damalig",
    "weiter",
    "weiterer",
    "welch",
    "wenig",
    "zahlreich",
    "zweit",
    "dritt",
    "vergangen",
    "kommend",
    "vorig",
    "heutig",
    "gestrig",
];

#[cfg(test)]
mod tests {
    use super::*;

    /// The background of the same texts as two kinds of text.
    fn background() -> Background {
        let mut counts = Counts::default();
        for _ in 0..2 {
            for _ in 0..3 {
                counts.read(
                    "Der alte Hafen liegt am Meer. Man sah den alten Hafen, und ein alter Hafen war es, so sagte Petersen. \
                     Das sagte auch Jansen, und das sagten Leute am Meer.",
                );
            }
            counts.read("Im Meer liegt der Grund.");
            counts.end_kind();
        }
        counts.finish()
    }

    #[test]
    fn rates_are_shares_of_pieces() {
        let background = background();
        // Each text is a piece, and three of four mention a harbour.
        let hafen = background.log_rate("hafe") + (PIECE as f32).ln();
        assert!((hafen - 0.75_f32.ln()).abs() < 0.04, "{hafen}");
        let meer = background.log_rate("meer") + (PIECE as f32).ln();
        assert!(meer.abs() < 0.04, "{meer}");
        // An unknown word is treated like the rarest known one.
        assert!(background.log_rate("kran") <= background.log_rate("hafe"));
    }

    #[test]
    fn forms_in_lower_case_are_not_nouns() {
        let background = background();
        for (form, is_lower) in [
            ("liegt", true),
            ("sagte", true),
            ("hafen", false),
            ("kran", false),
        ] {
            assert_eq!(background.is_lower(form), is_lower, "{form}");
        }
    }

    #[test]
    fn adjectives_are_told_from_verbs_by_their_endings() {
        let background = background();
        for (form, is_attributive) in [
            ("alte", true),
            ("alten", true),
            ("alter", true),
            ("altem", false),
            ("sagte", false),
            ("den", false),
        ] {
            assert_eq!(background.is_attributive(form), is_attributive, "{form}");
        }
    }

    #[test]
    fn a_table_survives_its_file_and_damage_is_detected() {
        let background = background();
        let file = background.to_bytes();
        assert_eq!(Background::load(&file).unwrap(), background);
        for at in 0..file.len() {
            let mut broken = file.clone();
            broken[at] ^= 0x10;
            assert!(Background::load(&broken).is_err(), "byte {at}");
            assert!(Background::load(&file[..at]).is_err(), "cut at {at}");
        }
    }

    #[test]
    fn content_that_lies_is_damage() {
        // The checksum is right, but the count is not.
        let mut payload = vec![0];
        put(&mut payload, 1 << 20);
        let damage = Background::load(&KIND.seal(&payload)).unwrap_err();
        assert!(matches!(damage, Damage::Content { .. }), "{damage:?}");
    }
}
