//! Learning names from raw text: a first tagger reads articles and notes what each word is used as.
//!
//! The shares of a word's uses are features of the next tagger: a name list with probabilities that knows the words of
//! the raw text, those in doubt too (compare Ratinov & Roth, 2009). The first tagger reads whole articles with their
//! memory, so a surname counts as the person that its article names in full.

use std::collections::BTreeMap;

use super::lexicon::{Lexicon, Record, hash};
use super::model::Model;
use super::vectors::normal_form;

/// Uses of a word from which on it is noted.
const MIN_USES: u32 = 2;
/// Shares are noted in so many steps.
const STEPS: f32 = 7.0;

/// How capitalised words are used: sums of the probabilities of each label, and how many uses.
#[derive(Debug, Clone, Default)]
pub struct Uses {
    words: BTreeMap<String, ([f32; 4], u32)>,
}

impl Uses {
    /// Reads an article. The first word of a sentence, which is written with a capital anyway, is passed over.
    pub fn read(&mut self, tagger: &Model, article: &[Vec<String>]) {
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

    /// Returns the lexicon with these uses, also of words that it did not have.
    pub fn teach(&self, lexicon: &Lexicon) -> Lexicon {
        let mut words: BTreeMap<u32, Record> = lexicon
            .keys
            .iter()
            .copied()
            .zip(lexicon.records.iter().copied())
            .collect();
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
        Lexicon::from_records(
            words.keys().copied().collect(),
            words.into_values().collect(),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
        let lexicon = Uses { words }.teach(&Lexicon::default());
        assert_eq!(lexicon.get("Köln").map(|r| r.uses), Some([0, 6, 0, 0]));
        assert_eq!(lexicon.get("Haus"), None, "never a name: nothing to note");
        assert_eq!(lexicon.get("Ada"), None, "too few uses");
    }
}
