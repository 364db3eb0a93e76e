//! Learns names from raw text: a first tagger reads articles and records how each word is used.
//!
//! The shares of a word's uses are features of the next tagger: a name list with probabilities that covers the words of
//! the raw text, including ambiguous ones (compare Ratinov & Roth, 2009). The first tagger reads whole articles with
//! their memory, so a surname is counted as the person whose full name is in its article.

use std::collections::BTreeMap;

use super::hash::hash;
use super::lexicon::{Lexicon, Record};
use super::model::Model;
use super::phrase::{self, MAX_WORDS, Phrases};
use super::vectors::normal_form;

/// Minimum number of uses of a word.
const MIN_USES: u32 = 2;
/// Number of steps in which shares are recorded.
const STEPS: f32 = 7.0;

/// Minimum number of occurrences of a multi-word name.
const MIN_READ: u32 = 2;
/// Minimum share of them with the same label.
const MIN_SHARE: f32 = 0.6;

/// How capitalized words are used (sums of the probabilities of each label, and the number of uses), and the multi-word
/// names.
#[derive(Debug, Clone, Default)]
pub struct Uses {
    words: BTreeMap<String, ([f32; 4], u32)>,
    /// How often each name, by its key, was found with each label.
    phrases: BTreeMap<phrase::Key, [u32; 4]>,
}

impl Uses {
    /// Reads an article. The first word of a sentence is skipped, since it is always capitalized.
    pub fn read(&mut self, tagger: &Model, article: &[Vec<String>]) {
        self.read_phrases(tagger, article);
        for (words, tags) in article.iter().zip(tagger.probabilities(article)) {
            for (word, tag) in words.iter().zip(&tags).skip(1) {
                if word.starts_with(char::is_uppercase) {
                    let (sums, count) = self.words.entry(normal_form(word)).or_default();
                    for (k, sum) in sums.iter_mut().enumerate() {
                        *sum += tag[2 * k + 1] + tag[2 * k + 2];
                    }
                    *count += 1;
                }
            }
        }
    }

    /// Records the multi-word names found in an article.
    fn read_phrases(&mut self, tagger: &Model, article: &[Vec<String>]) {
        for found in tagger.entities(article) {
            let words = &article[found.sentence][found.start..found.end];
            if (2..=MAX_WORDS).contains(&words.len()) {
                let key = phrase::Key::new(words.iter().map(|word| phrase::stem(word)));
                self.phrases.entry(key).or_default()[found.label as usize] += 1;
            }
        }
    }

    /// Returns the multi-word names in the lexicon plus those found often enough and mostly with one label.
    fn phrases(&self, known: &Phrases) -> Phrases {
        known.with(self.phrases.iter().filter_map(|(&key, reads)| {
            let all: u32 = reads.iter().sum();
            let top = (0..4).fold(0, |top, k| if reads[k] > reads[top] { k } else { top });
            let is_sure = all >= MIN_READ && reads[top] as f32 >= MIN_SHARE * all as f32;
            is_sure.then_some((key, phrase::FOUND + top as u8))
        }))
    }

    /// Returns the lexicon with these uses added, including words it did not have.
    pub fn teach(&self, lexicon: &Lexicon) -> Lexicon {
        let mut words: BTreeMap<u32, Record> = lexicon.records().collect();
        for (word, (sums, count)) in self
            .words
            .iter()
            .filter(|(_, (_, count))| *count >= MIN_USES)
        {
            let uses = sums.map(|sum| (sum / (*count as f32 + 0.5) * STEPS).round() as u8);
            if uses.iter().any(|&share| share > 0) {
                words.entry(hash(word)).or_default().uses = uses;
            }
        }
        Lexicon::new(words, self.phrases(&lexicon.phrases))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::crf::tag::Label;

    #[test]
    fn uses_reach_the_lexicon() {
        let words = [
            ("Köln", [0.0, 9.5, 0.0, 0.0], 10),
            ("Haus", [0.0; 4], 50),
            ("Ada", [1.0, 0.0, 0.0, 0.0], 1),
        ];
        let words = words
            .map(|(word, sums, count)| (word.to_owned(), (sums, count)))
            .into();
        let uses = Uses {
            words,
            ..Uses::default()
        };
        let lexicon = uses.teach(&Lexicon::default());
        assert_eq!(lexicon.get("Köln").map(|r| r.uses), Some([0, 6, 0, 0]));
        assert_eq!(lexicon.get("Haus"), None, "never a name: nothing to note");
        assert_eq!(lexicon.get("Ada"), None, "too few uses");
    }

    #[test]
    fn names_that_were_read_reach_the_lexicon() {
        let reads = [
            (1, [0, 0, 5, 1]),
            (2, [1, 0, 0, 0]),
            (3, [1, 0, 1, 0]),
            (4, [9, 0, 0, 0]),
        ];
        let key = |all| phrase::Key { all, start: 9 };
        let uses = Uses {
            phrases: reads.map(|(all, reads)| (key(all), reads)).into(),
            ..Uses::default()
        };
        let listed = phrase::LISTED + Label::Misc as u8;
        let known = Phrases::new([(key(4), listed)]);
        let phrases = uses.phrases(&known);
        let org = phrase::FOUND + Label::Org as u8;
        // One is too rare, one in doubt; of the last, the list's word counts.
        assert!(phrases.iter().eq([(1, org), (4, listed)]));
    }
}
