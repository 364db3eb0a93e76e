//! What is known about a word before any sentence is seen: classes, usage in raw text, name lists.

use blattwerk_model_file::{Table, row};

use super::content::WORD;
use super::hash::{hash, hash_normal};
use super::phrase::Phrases;

/// The bits of the name lists.
pub mod list {
    /// Given names.
    pub const GIVEN: u16 = 1;
    /// Surnames.
    pub const SURNAME: u16 = 2;
    /// Towns and places of Germany, Austria and Switzerland.
    pub const TOWN: u16 = 4;
    /// Large cities of the world.
    pub const CITY: u16 = 8;
    /// Countries.
    pub const COUNTRY: u16 = 16;
    /// Languages.
    pub const LANGUAGE: u16 = 32;
    /// A word of a multi-word place name.
    pub const PLACE_PART: u16 = 64;
    /// Regions, rivers, mountains, islands, buildings: places other than towns.
    pub const PLACE: u16 = 128;
    /// Organizations.
    pub const ORGANIZATION: u16 = 256;
    /// A word of a multi-word organization name.
    pub const ORGANIZATION_PART: u16 = 512;
    /// Works, products, events, currencies.
    pub const OTHER: u16 = 1024;

    /// Well-known persons, by the last words of their names.
    pub const PERSON: u16 = 2048;

    /// The number of bits.
    pub const COUNT: u32 = 12;
}

/// What is known about a word.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Record {
    /// Distributional classes, coarse to fine; 0 is unknown.
    pub classes: [u16; 4],
    /// The logarithm (base 2) of its count in raw text; 0 is unknown.
    pub count: u8,
    /// Share of its occurrences in lower case, in eighths.
    pub small: u8,
    /// Share of its occurrences after an article, in eighths.
    pub article: u8,
    /// Name lists it is on.
    pub lists: u16,
    /// Share of each label (PER LOC ORG MISC) among its uses in automatically tagged text, in sevenths.
    pub uses: [u8; 4],
}

/// The known words.
#[derive(Debug, Clone, Default)]
pub struct Lexicon {
    /// The records of the words, by their hashes.
    pub words: Table<WORD>,
    /// Multi-word names.
    pub phrases: Phrases,
}

/// Returns a capitalized word without its genitive "s" or apostrophe.
fn genitive_stem(word: &str) -> Option<&str> {
    let stem = word
        .strip_suffix("'s")
        .or_else(|| word.strip_suffix("’s"))
        .or_else(|| word.strip_suffix(['s', '\'', '’']))?;
    (stem.len() > 3 && stem.starts_with(char::is_uppercase)).then_some(stem)
}

/// How a word was found in the lexicon.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Known {
    /// In the same form.
    Exact,
    /// In another case.
    Cased,
    /// By the last part of a compound.
    Tail,
    /// Not at all.
    No,
    /// Without a genitive "s".
    Genitive,
}

impl Record {
    fn from_row(row: &[u8; WORD]) -> Self {
        let [_, _, _, _, c0, c1, c2, c3, c4, c5, c6, c7, rest @ ..] = *row;
        let [count, shares, l0, l1, u0, u1] = rest;
        let classes = [[c0, c1], [c2, c3], [c4, c5], [c6, c7]];
        Self {
            classes: classes.map(u16::from_le_bytes),
            count,
            small: shares >> 4,
            article: shares & 15,
            lists: u16::from_le_bytes([l0, l1]),
            uses: [u0 >> 4, u0 & 15, u1 >> 4, u1 & 15],
        }
    }

    fn to_row(self, key: u32) -> [u8; WORD] {
        let [[c0, c1], [c2, c3], [c4, c5], [c6, c7]] = self.classes.map(u16::to_le_bytes);
        let [l0, l1] = self.lists.to_le_bytes();
        let [a, b, c, d] = self.uses;
        let shares = self.small << 4 | self.article;
        let classes = [c0, c1, c2, c3, c4, c5, c6, c7];
        let rest = [self.count, shares, l0, l1, a << 4 | b, c << 4 | d];
        row(key, &[&classes[..], &rest].concat())
    }
}

impl Lexicon {
    /// Makes a lexicon of the records of words, by the hashes of the words, and multi-word names.
    pub fn new(words: impl IntoIterator<Item = (u32, Record)>, phrases: Phrases) -> Self {
        let words = words.into_iter();
        Self {
            words: words.map(|(key, record)| record.to_row(key)).collect(),
            phrases,
        }
    }

    /// Returns the records of all words, by the hashes of the words, in their order.
    pub fn records(&self) -> impl Iterator<Item = (u32, Record)> {
        let rows = self.words.iter();
        rows.map(|(key, row)| (key, Record::from_row(row)))
    }

    /// Returns the record of exactly this form of a word.
    pub fn get(&self, word: &str) -> Option<Record> {
        self.by_hash(hash_normal(word))
    }

    fn by_hash(&self, hash: u32) -> Option<Record> {
        self.words.get(hash).map(Record::from_row)
    }

    /// Returns the best record for the classes of a word, and how it was found.
    pub fn resolve(&self, word: &str) -> (Record, Known) {
        let known = |w: &str| self.get(w).filter(|r| r.count > 0);
        if let Some(r) = known(word) {
            return (r, Known::Exact);
        }
        let lower = word.to_lowercase();
        if let Some(r) = known(&lower) {
            return (r, Known::Cased);
        }
        let mut letters = lower.chars();
        let title: String = letters
            .next()
            .into_iter()
            .flat_map(char::to_uppercase)
            .chain(letters)
            .collect();
        if let Some(r) = known(&title) {
            return (r, Known::Cased);
        }
        let is_word = word.chars().all(|c| c.is_alphabetic() || c == '-');
        if let Some(r) = genitive_stem(word).and_then(known) {
            return (r, Known::Genitive);
        }
        if is_word && (word.chars().any(char::is_lowercase) || word.contains('-')) {
            let starts: Vec<usize> = lower.char_indices().map(|(i, _)| i).skip(2).collect();
            for &start in &starts {
                let tail = lower
                    .get(start..)
                    .unwrap_or_default()
                    .trim_start_matches('-');
                if tail.chars().count() < 4 {
                    break;
                }
                let mut letters = tail.chars();
                let title: String = letters
                    .next()
                    .into_iter()
                    .flat_map(char::to_uppercase)
                    .chain(letters)
                    .collect();
                let capital = word.chars().next().is_some_and(char::is_uppercase);
                let found = if capital {
                    known(&title).or_else(|| known(tail))
                } else {
                    known(tail)
                };
                if let Some(r) = found.filter(|r| r.count > 3) {
                    return (r, Known::Tail);
                }
            }
        }
        (Record::default(), Known::No)
    }

    /// Returns the record that says how a word is used as a name: its own, or that of the form without a genitive "s";
    /// not that of another case, since "KOHL" may be a name or a noun.
    pub fn uses(&self, word: &str) -> Option<Record> {
        let used = |w: &str| self.get(w).filter(|r| r.uses != [0; 4]);
        used(word).or_else(|| genitive_stem(word).and_then(used))
    }

    /// Returns the lists a word is on, and whether a genitive "s" had to be removed to find it.
    pub fn lists(&self, word: &str) -> (u16, bool) {
        let of = |w: &str| self.by_hash(hash(w)).map_or(0, |r| r.lists);
        match of(word) {
            0 => match word.strip_suffix('s') {
                Some(stem) if stem.len() > 3 => (of(stem), true),
                _ => (0, false),
            },
            lists => (lists, false),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lexicon(words: &[(&str, Record)]) -> Lexicon {
        let words = words.iter().map(|(w, r)| (hash(w), *r));
        Lexicon::new(words, Phrases::default())
    }

    #[test]
    fn words_are_found_in_other_forms() {
        let seen = |count| Record {
            count,
            ..Record::default()
        };
        let words = ["Merkel", "Hans", "Minister", "gehen", "KOHL"];
        let lexicon = lexicon(&words.map(|word| (word, seen(5))));
        let cases = [
            ("Merkel", Known::Exact),
            ("Merkels", Known::Genitive),
            ("Hans", Known::Exact),
            ("Hans'", Known::Genitive),
            ("MINISTER", Known::Cased),
            ("Außenminister", Known::Tail),
            ("gehens", Known::No),
            ("Xyz", Known::No),
        ];
        for (word, expected) in cases {
            assert_eq!(lexicon.resolve(word).1, expected, "{word}");
        }
    }

    #[test]
    fn records_survive_their_rows() {
        let record = Record {
            classes: [1, 300, 2, 65535],
            count: 200,
            small: 8,
            article: 7,
            lists: 0x703,
            uses: [7, 0, 1, 5],
        };
        assert_eq!(Record::from_row(&record.to_row(3)), record);
    }

    #[test]
    fn uses_of_rare_words_count() {
        let rare = Record {
            uses: [7, 0, 0, 0],
            ..Record::default()
        };
        let lexicon = lexicon(&[("Zabel", rare)]);
        for (word, expected) in [("Zabel", true), ("Zabels", true), ("ZABEL", false)] {
            assert_eq!(lexicon.uses(word).is_some(), expected, "{word}");
        }
        assert_eq!(
            lexicon.resolve("Zabel").1,
            Known::No,
            "too rare for classes"
        );
    }
}
