//! Builds the [`Lexicon`] from raw text and name lists.

use std::collections::{BTreeMap, HashMap};
use std::thread;

use blattwerk_core::token;

use super::hash::hash;
use super::lexicon::{Lexicon, Record, list};
use super::phrase::{self, Phrases};
use super::random::Random;
use super::tag::Label;
use super::vectors::{self, Text, normal_form};

/// Numbers of word classes, from coarse to fine; the last is for vectors that keep word order.
const CLASSES: [usize; 4] = [64, 256, 1000, 128];

/// How the classes are learned.
#[derive(Debug, Clone)]
pub struct Options {
    /// Minimum number of occurrences of a word.
    pub min_count: u32,
    /// Passes over the text.
    pub epochs: usize,
    /// Dimensions of each of a word's two vectors.
    pub size: usize,
    /// Rounds of clustering.
    pub rounds: usize,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            min_count: 4,
            epochs: 3,
            size: 48,
            rounds: 14,
        }
    }
}

/// Words that often precede a common noun, but rarely a person's name.
const ARTICLES: &[&str] = &[
    "am", "beim", "das", "dem", "den", "der", "des", "die", "diese", "diesem", "diesen", "dieser",
    "dieses", "ein", "eine", "einem", "einen", "einer", "eines", "ihre", "ihren", "ihrer", "im",
    "ins", "kein", "keine", "seine", "seinen", "seiner", "unser", "unsere", "unserer", "vom",
    "zum", "zur",
];

/// A name list: its bits and its names.
pub type List = (u16, Vec<String>);

/// Learns a lexicon from tokenized sentences (`None` for a word that must not be learned) and from name lists.
///
/// Two sets of word vectors are learned in parallel, on one thread each: with a narrow window that keeps word order
/// and with a wide one. Words are clustered by both together.
pub fn learn(sentences: &[Vec<Option<String>>], lists: &[List], options: &Options) -> Lexicon {
    let usage = usage(sentences);
    let mut text = Text::new(sentences, options.min_count);
    Random::new(5).shuffle(&mut text.sentences);
    let classes = classes(&text, options);
    let mut words: BTreeMap<u32, Record> = BTreeMap::new();
    for (i, word) in text.words.iter().enumerate() {
        let own = usage.get(word).copied().unwrap_or_default();
        let (small, capital) = cases(word, &usage);
        let record = Record {
            classes: std::array::from_fn(|k| classes[k][i] + 1),
            count: (text.counts[i].ilog2() as u8).max(1),
            small: (small / (small + capital + 0.5) * 8.0) as u8,
            article: (own.after_article as f32 / (own.count as f32 + 0.5) * 8.0) as u8,
            ..Record::default()
        };
        words.entry(hash(word)).or_insert(record);
    }
    add_lists(&mut words, lists);
    Lexicon::new(words, phrases(lists))
}

/// Returns the multi-word names in the lists. For a name on several lists, the first list is used.
fn phrases(lists: &[List]) -> Phrases {
    let mut kinds = Vec::new();
    for (bit, names) in lists {
        let label = match *bit {
            list::PERSON => Label::Per,
            list::TOWN | list::CITY | list::COUNTRY | list::PLACE => Label::Loc,
            list::ORGANIZATION => Label::Org,
            list::OTHER => Label::Misc,
            _ => continue,
        };
        for name in names {
            let stems: Vec<u32> = token::tokens(name)
                .filter_map(|at| Some(phrase::stem(name.get(at)?)))
                .collect();
            if (2..=phrase::MAX_WORDS).contains(&stems.len()) {
                let kind = phrase::LISTED + label as u8;
                kinds.push((phrase::Key::new(stems), kind));
            }
        }
    }
    Phrases::new(kinds)
}

/// The lists of what is no part of an organization's name.
const OTHERS: u16 = list::TOWN | list::CITY | list::COUNTRY | list::PLACE | list::GIVEN;

/// Marks the words that are names on lists; in multi-word names, the capitalized words are marked as parts.
fn add_lists(words: &mut BTreeMap<u32, Record>, lists: &[List]) {
    for (bit, names) in lists {
        let part = match *bit {
            list::TOWN | list::CITY | list::COUNTRY | list::PLACE => Some(list::PLACE_PART),
            list::ORGANIZATION => Some(list::ORGANIZATION_PART),
            list::PERSON => Some(list::GIVEN),
            _ => None,
        };
        for name in names {
            let parts: Vec<&str> = name.split_whitespace().collect();
            if let [word] = parts.as_slice() {
                words.entry(hash(word)).or_default().lists |= bit;
            } else if let Some(part) = part {
                let is_part = |word: &&str| {
                    word.starts_with(char::is_uppercase)
                        && ARTICLES
                            .binary_search(&word.to_lowercase().as_str())
                            .is_err()
                };
                for (at, word) in parts.iter().enumerate().filter(|(_, word)| is_part(word)) {
                    let is_surname = *bit == list::PERSON && at + 1 == parts.len();
                    let bit = if is_surname { list::PERSON } else { part };
                    words.entry(hash(word)).or_default().lists |= bit;
                }
            }
        }
    }
    // A town in the name of a court or club says nothing about organizations.
    for record in words.values_mut() {
        if record.lists & OTHERS != 0 {
            record.lists &= !list::ORGANIZATION_PART;
        }
    }
}

/// How a word form is used inside sentences.
#[derive(Debug, Clone, Copy, Default)]
struct Usage {
    count: u32,
    after_article: u32,
}

fn usage(sentences: &[Vec<Option<String>>]) -> HashMap<String, Usage> {
    let mut usage: HashMap<String, Usage> = HashMap::new();
    for pair in sentences.iter().flat_map(|s| s.windows(2)) {
        if let [Some(before), Some(word)] = pair {
            let usage = usage.entry(normal_form(word)).or_default();
            usage.count += 1;
            usage.after_article += u32::from(
                ARTICLES
                    .binary_search(&before.to_lowercase().as_str())
                    .is_ok(),
            );
        }
    }
    usage
}

/// Returns how often a word is written in lower case and with a capital.
fn cases(word: &str, usage: &HashMap<String, Usage>) -> (f32, f32) {
    let count = |form: &str| usage.get(form).map_or(0.0, |u| u.count as f32);
    let lower = word.to_lowercase();
    if lower != word {
        return (count(&lower), count(word));
    }
    let mut letters = word.chars();
    let capital: String = letters
        .next()
        .into_iter()
        .flat_map(char::to_uppercase)
        .chain(letters)
        .collect();
    (
        count(word),
        if capital == lower {
            0.0
        } else {
            count(&capital)
        },
    )
}

fn classes(text: &Text, options: &Options) -> [Vec<u16>; 4] {
    let size = options.size;
    let base = vectors::Options {
        size,
        window: 2,
        positions: true,
        epochs: options.epochs,
        negatives: 5,
        sample: 1e-3,
        seed: 1,
    };
    let wide = vectors::Options {
        window: 6,
        positions: false,
        sample: 1e-4,
        seed: 2,
        ..base
    };
    let learn = |options: vectors::Options| {
        let mut vectors = vectors::learn(text, &options);
        vectors::normalize(&mut vectors, size);
        vectors
    };
    let (near, far) = thread::scope(|scope| {
        let far = scope.spawn(|| learn(wide));
        (
            learn(base),
            far.join().expect("learning vectors does not panic"),
        )
    });
    let mut both: Vec<f32> = near
        .chunks(size)
        .zip(far.chunks(size))
        .flat_map(|(a, b)| a.iter().chain(b).copied())
        .collect();
    vectors::normalize(&mut both, 2 * size);
    let group = |vectors: &[f32], size: usize, k: usize| {
        vectors::groups(vectors, size, k.min(text.words.len()), options.rounds)
    };
    let (near, both) = (&near, &both);
    thread::scope(|scope| {
        let fine = scope.spawn(|| group(both, 2 * size, CLASSES[2]));
        [
            group(both, 2 * size, CLASSES[0]),
            group(both, 2 * size, CLASSES[1]),
            fine.join().expect("grouping does not panic"),
            group(near, size, CLASSES[3]),
        ]
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn articles_are_sorted() {
        assert!(ARTICLES.is_sorted(), "binary search needs order");
    }

    #[test]
    fn usage_and_lists_reach_the_record() {
        let sentence = |words: &[&str]| {
            words
                .iter()
                .map(|w| Some((*w).to_owned()))
                .collect::<Vec<_>>()
        };
        let mut sentences = Vec::new();
        for _ in 0..40 {
            sentences.push(sentence(&[
                "Heute", "bellt", "der", "Hund", "in", "Köln", ".",
            ]));
            sentences.push(sentence(&[
                "Dort", "schläft", "die", "Katze", "bei", "Bonn", ".",
            ]));
        }
        let names = |names: &[&str]| names.iter().map(|&name| name.to_owned()).collect();
        let lists = [
            (list::TOWN, names(&["Köln", "Bad Ems"])),
            (list::PERSON, names(&["Ada Lovelace"])),
            (list::GIVEN, names(&["Anna Maria"])),
            (list::ORGANIZATION, names(&["Sparkasse Köln"])),
        ];
        let lexicon = learn(
            &sentences,
            &lists,
            &Options {
                epochs: 1,
                size: 8,
                ..Options::default()
            },
        );
        let record = |word: &str| lexicon.get(word).expect("it occurs");
        assert!(record("Hund").article > 6, "after an article");
        assert_eq!(record("Köln").article, 0);
        assert_eq!(record("Hund").small, 0);
        assert!(record("bellt").small > 6, "written small");
        assert_eq!(record("Köln").lists, list::TOWN);
        assert_eq!(record("Ems").lists, list::PLACE_PART);
        assert_eq!(record("Ada").lists, list::GIVEN);
        assert_eq!(record("Lovelace").lists, list::PERSON);
        assert_eq!(record("Sparkasse").lists, list::ORGANIZATION_PART);
        let kind = |name: &str| {
            let key = phrase::Key::new(name.split(' ').map(phrase::stem));
            let mut names = lexicon.phrases.iter();
            names
                .find(|&(other, _)| other == key.all)
                .map(|(_, kind)| kind)
        };
        assert_eq!(kind("Bad Ems"), Some(phrase::LISTED + Label::Loc as u8));
        assert_eq!(
            kind("Ada Lovelace"),
            Some(phrase::LISTED + Label::Per as u8)
        );
        assert_eq!(kind("Anna Maria"), None, "no whole name");
        assert!(record("Köln").classes.iter().all(|&c| c > 0));
    }
}
