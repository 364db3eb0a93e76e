//! The sentences nearest to the centre of the article, without repetition.
//!
//! The centroid of Radev et al. (2004): the sum of the sentences' word vectors stands for what the article
//! is about, and a sentence is the more central the nearer its vector is. Early sentences score higher, because news
//! puts the main point first. Sentences are picked one by one by maximal marginal relevance.
//!
//! Radev, Jing, Styś, Tam: Centroid-based summarization of multiple documents. IP&M 40, 2004.

use std::path::Path;

use blattwerk_core::{Built, Document, Error, Result, Summary};

use crate::antecedent::{Antecedents, Memory};
use crate::budget::{self, Budget};
use crate::mmr::{Candidate, Names, Picker, Weights};
use crate::readable;
use crate::terms::{Reader, Terms};

budget::config! {
    /// The keys of `centroid`.
    pub struct Config {
        /// The weight of a sentence's position against its centrality, from 0 (position is ignored) to 1 (only position
        /// counts, so the first sentences win). Default: 0.4.
        pub position: f32,
        /// The penalty for a sentence that repeats a sentence already picked, from 0 (none) to 1. Default: 0.3.
        pub redundancy: f32,
    }
}

impl Default for Config {
    fn default() -> Self {
        Self {
            sentences: None,
            words: None,
            chars: None,
            position: 0.4,
            redundancy: 0.3,
        }
    }
}

impl Config {
    /// Builds the backend.
    ///
    /// # Errors
    ///
    /// If a limit is 0, or a share is not between 0 and 1.
    pub fn build(&self, _root: &Path) -> Result<Built<Summary>> {
        for (key, value) in [("position", self.position), ("redundancy", self.redundancy)] {
            if !(0.0..=1.0).contains(&value) {
                return Err(Error::Setting {
                    key,
                    expected: "a number from 0 to 1".into(),
                    found: value.to_string(),
                });
            }
        }
        let centroid = Centroid {
            reader: Reader::new(),
            memory: Memory::default(),
            budget: self.budget()?,
            position: self.position,
            redundancy: self.redundancy,
        };
        Ok(Built::new(move |document: &Document| {
            Ok(centroid.summary(document))
        }))
    }
}

struct Centroid {
    reader: Reader,
    memory: Memory,
    budget: Budget,
    position: f32,
    redundancy: f32,
}

impl Centroid {
    fn summary(&self, document: &Document) -> Summary {
        let terms = self.reader.read(document);
        let mut scores = self.scores(&terms);
        let candidates = readable::candidates(document);
        let lead = candidates.first().copied().unwrap_or_default();
        let antecedents = Antecedents::of(document, &candidates, &self.memory);
        for (sentence, score) in scores.iter_mut().enumerate() {
            let leans = antecedents.leans(sentence, lead);
            *score *= (1.0 - self.redundancy) * if leans { LEANING } else { 1.0 };
        }
        let mut purse = self.budget.purse(document);
        let picker = Picker {
            document,
            terms: &terms,
            scores: &scores,
            wanted: terms.zeros(),
            names: Names::default(),
            answers: &[],
            weights: Weights {
                redundancy: self.redundancy,
                ..Weights::default()
            },
        };
        let rest = Candidate::all(&candidates, &antecedents, lead);
        picker.pick(rest, |_| false, &mut purse);
        Summary::extract(document, purse.spend(&candidates))
    }

    /// The score of each sentence by itself, from 0 to 1.
    fn scores(&self, terms: &Terms) -> Vec<f32> {
        let place = (1_u16..).chain(std::iter::repeat(u16::MAX));
        terms
            .centrality(terms.len())
            .iter()
            .zip(place)
            .map(|(centrality, place)| {
                let front = 1.0 / f32::from(place).sqrt();
                (1.0 - self.position) * centrality + self.position * front
            })
            .collect()
    }
}

/// The share of its score that a sentence keeps if it depends on others than the lead.
const LEANING: f32 = 0.75;

#[cfg(test)]
mod tests {
    use blattwerk_core::contract;

    use super::*;
    use crate::budget::tests::document;

    const ARTICLE: &str = "Neuer Hafen für die Insel\n\
        Die Insel bekommt einen neuen Hafen für ihre Fähren.\n\
        Das Wetter war bei der Sitzung sonnig und ungewöhnlich warm.\n\
        Der Hafen wird im Osten der Insel gebaut und kostet zwölf Millionen Euro.\n\
        Der neue Hafen für die Fähren der Insel kostet zwölf Millionen Euro.\n\
        Die Fähren sollen ab Mai im Stundentakt zur Insel fahren.";

    fn taken(lines: &str, config: &Config) -> Vec<usize> {
        let built = config.build(Path::new("")).unwrap();
        built.stage.process(&document(lines)).unwrap().sentences
    }

    #[test]
    fn the_subject_is_taken_and_what_was_said_is_not_repeated() {
        let config = Config {
            position: 0.2,
            ..Config::default()
        };
        let found = taken(ARTICLE, &config);
        assert_eq!(found.len(), 3);
        assert!(!found.contains(&0), "a headline: {found:?}");
        assert!(!found.contains(&2), "beside the subject: {found:?}");
        assert!(
            !(found.contains(&3) && found.contains(&4)),
            "twice the same: {found:?}"
        );
    }

    #[test]
    fn position_alone_is_the_lead() {
        let config = Config {
            position: 1.0,
            redundancy: 0.0,
            ..Config::default()
        };
        assert_eq!(taken(ARTICLE, &config), [1, 2, 3]);
    }

    #[test]
    fn characters_are_kept_to() {
        for chars in [60, 100, 150, 250] {
            let built = Config {
                chars: Some(chars),
                ..Config::default()
            };
            let summary = built
                .build(Path::new(""))
                .unwrap()
                .stage
                .process(&document(ARTICLE))
                .unwrap();
            let length = summary.text.chars().count();
            assert!(0 < length && length <= chars, "{length} of {chars}");
        }
    }

    #[test]
    fn a_share_above_one_is_refused() {
        let config = Config {
            position: 1.5,
            ..Config::default()
        };
        let error = config.build(Path::new("")).err().unwrap();
        assert_eq!(
            error.to_string(),
            "`position`: expected a number from 0 to 1, found 1.5"
        );
    }

    #[test]
    fn keeps_the_contract() {
        let built = Config::default().build(Path::new("")).unwrap();
        contract::check(&*built.stage, ARTICLE, |_| Vec::new());
    }
}
