//! The sentences with the highest sum of features, without repetition.
//!
//! The score of a sentence is a weighted sum (Edmundson 1969): how near it is to what the article is about (the centroid of
//! Radev et al. 2004), how early it comes, whether it is the lead or opens a paragraph, and what it shares with the
//! headline; minus a penalty for what makes it hard to read alone: it continues the sentence before, shows part of
//! a quote, or quotes somebody who is not named. Sentences are then picked by maximal marginal relevance, where a name counts
//! until it is covered. Headlines, questions, credits and bare quotes are not candidates.
//!
//! Length is not a feature: where the budget counts sentences, long ones share more words with a long reference, but at an
//! equal number of words nothing is gained.
//!
//! `scripts/train/summaries.sh` finds the weights by coordinate ascent on ROUGE and documents where the defaults
//! differ. The time grows with the length of the article and with the number of sentences requested.
//!
//! - Edmundson: New methods in automatic extracting. JACM 16, 1969.
//! - Radev, Jing, Styś, Tam: Centroid-based summarization of multiple documents. IP&M 40, 2004.

use std::path::Path;

use blattwerk_core::{Built, Document, Error, Result, Span, Summary};

use crate::budget::{self, Budget};
use crate::mmr::{self, Candidate, Names, Weights};
use crate::readable;
use crate::terms::{self, Reader};

budget::config! {
    /// The keys of `features`. All weights are relative to the weight of centrality, which is 1.
    pub struct Config {
        /// The bonus of the first sentence for its position; the second gets half of it, the third a third, and so on.
        /// Default: 0.5.
        pub position: f32,
        /// An additional bonus of the first sentence: the lead of a news story says what the others explain. Default: 0.2.
        pub first: f32,
        /// The bonus of a sentence that opens a paragraph. Default: 0.1.
        pub paragraph: f32,
        /// The bonus of a sentence with exactly the words of the headline; a partial match gets part of it. No effect if
        /// the article has no headline. Default: 1.6.
        pub title: f32,
        /// The bonus of a sentence with all names of the article; names in sentences already picked do not count.
        /// Default: 0.2.
        pub names: f32,
        /// The penalty for a sentence that continues the one before it, shows part of a quote, or quotes somebody
        /// without naming them. Default: 0.3.
        pub leaning: f32,
        /// The penalty for a sentence with the same words as a sentence already picked. Default: 0.2.
        pub redundancy: f32,
    }
}

impl Default for Config {
    fn default() -> Self {
        Self {
            sentences: None,
            words: None,
            chars: None,
            position: 0.5,
            first: 0.2,
            paragraph: 0.1,
            title: 1.6,
            names: 0.2,
            leaning: 0.3,
            redundancy: 0.2,
        }
    }
}

impl Config {
    /// Builds the backend.
    ///
    /// # Errors
    ///
    /// If a limit is 0, or a weight is not finite.
    pub fn build(&self, _root: &Path) -> Result<Built<Summary>> {
        for (key, value) in [
            ("position", self.position),
            ("first", self.first),
            ("paragraph", self.paragraph),
            ("title", self.title),
            ("names", self.names),
            ("leaning", self.leaning),
            ("redundancy", self.redundancy),
        ] {
            if !value.is_finite() {
                return Err(Error::Setting {
                    key,
                    expected: "a finite number".into(),
                    found: value.to_string(),
                });
            }
        }
        let features = Features {
            reader: Reader::new(),
            budget: self.budget()?,
            weights: self.clone(),
        };
        Ok(Built::new(move |document: &Document| {
            Ok(features.summary(document))
        }))
    }
}

struct Features {
    reader: Reader,
    budget: Budget,
    weights: Config,
}

impl Features {
    fn summary(&self, document: &Document) -> Summary {
        let weights = &self.weights;
        let title = document.title.as_deref().unwrap_or_default();
        // The headline is one more sentence, after those of the text.
        let headline = document.sentences.len();
        let terms = self.reader.read_with(document, Some(title));
        let centrality = terms.centrality(headline);
        let mut title = terms.zeros();
        for term in terms.of(headline) {
            title[term.id as usize] = term.weight;
        }
        let spoken = readable::spoken(document);
        let candidates = readable::candidates(document);
        let places = (1_u16..).chain(std::iter::repeat(u16::MAX));
        let scored = candidates.iter().zip(places).map(|(&sentence, place)| {
            let span = document.sentences[sentence];
            let text = &document.text[span];
            let leans =
                spoken[sentence] || readable::leans_back(text) || readable::cuts_quote(text);
            let score = centrality[sentence]
                + weights.position / f32::from(place)
                + weights.first * one_if(place == 1)
                + weights.paragraph * one_if(opens_paragraph(document, span))
                + weights.title * terms::dot(terms.of(sentence), &title)
                - weights.leaning * one_if(leans);
            Candidate::new(sentence, score)
        });
        let mut purse = self.budget.purse(document);
        mmr::pick(
            scored.collect(),
            Weights {
                redundancy: weights.redundancy,
                names: weights.names,
            },
            &terms,
            Names::new(document),
            &mut purse,
        );
        Summary::extract(document, purse.spend(&candidates))
    }
}

fn one_if(claim: bool) -> f32 {
    f32::from(u8::from(claim))
}

/// Tells whether there is an empty line, or nothing, before a sentence.
fn opens_paragraph(document: &Document, sentence: Span) -> bool {
    let before = document.text.as_str().as_bytes().get(..sentence.start);
    let mut gap = before.unwrap_or_default().iter().rev();
    let mut lines = 0;
    loop {
        match gap.next() {
            None => return true,
            Some(b'\n') => lines += 1,
            Some(byte) if byte.is_ascii_whitespace() => {}
            Some(_) => return lines > 1,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use blattwerk_core::{Entity, contract};

    use super::*;
    use crate::budget::tests::document;

    const ARTICLE: &str = "Neuer Hafen für die Insel\n\
        Bekommt die Insel Leer bald einen Hafen für ihre Fähren?\n\
        Die Insel Leer bekommt einen neuen Hafen für ihre Fähren.\n\
        Das Wetter war bei der Sitzung sonnig und ungewöhnlich warm.\n\
        Dies ist der Hafen der Insel für die Fähren, der Millionen kostet.\n\
        Die Insel bekommt einen neuen Hafen für ihre Fähren, teilte Ida Berg mit.\n\
        Der Hafen wird nach dem Willen von Ida Berg zwölf Millionen Euro kosten.";

    /// No weights but that of centrality.
    const BARE: Config = Config {
        sentences: None,
        words: None,
        chars: None,
        position: 0.0,
        first: 0.0,
        paragraph: 0.0,
        title: 0.0,
        names: 0.0,
        leaning: 0.0,
        redundancy: 0.0,
    };

    fn summary(document: &Document, config: &Config) -> Summary {
        let built = config.build(Path::new("")).unwrap();
        built.stage.process(document).unwrap()
    }

    fn one(document: &Document, config: &Config) -> usize {
        let config = Config {
            sentences: Some(1),
            ..config.clone()
        };
        summary(document, &config).sentences[0]
    }

    #[test]
    fn the_first_sentence_that_can_stand_alone_leads() {
        assert_eq!(one(&document(ARTICLE), &Config::default()), 2);
        let position = Config {
            position: 100.0,
            ..BARE
        };
        let lead = Config {
            sentences: Some(3),
            ..position
        };
        let found = summary(&document(ARTICLE), &lead).sentences;
        assert_eq!(found, [2, 3, 4], "no headline, no question");
    }

    #[test]
    fn the_lead_can_have_a_weight_of_its_own() {
        let article = document(
            "Ein Schiff kam an.\nDer Hafen der Insel ist neu.\nDer Hafen der Insel ist groß.",
        );
        assert_ne!(one(&article, &BARE), 0);
        let first = Config { first: 1.0, ..BARE };
        assert_eq!(one(&article, &first), 0);
    }

    #[test]
    fn a_sentence_that_leans_back_loses() {
        let article = document(
            "Dies ist der Hafen der Insel.\nDer Hafen der Insel ist neu.\nFähren fahren zum Hafen.",
        );
        // The first two have the same content words, so the first wins unless it is penalized for "Dies".
        assert_eq!(one(&article, &BARE), 0);
        let leaning = Config {
            leaning: 0.1,
            ..BARE
        };
        assert_eq!(one(&article, &leaning), 1);
    }

    #[test]
    fn what_was_said_is_not_repeated() {
        let article = document(ARTICLE);
        let of = |redundancy| {
            let config = Config {
                sentences: Some(2),
                redundancy,
                ..BARE
            };
            summary(&article, &config).sentences
        };
        assert_eq!(of(0.0), [2, 5], "the same in other words");
        assert!(!of(2.0).contains(&5) || !of(2.0).contains(&2));
    }

    #[test]
    fn names_are_covered() {
        let mut article = document(
            "Der Hafen der Insel ist neu.\nDer Hafen der Insel ist groß.\nAuch Ida Berg war beim Fest.",
        );
        let start = ARTICLE_NAME_START;
        article.entities.push(Entity {
            span: Span::new(start, start + "Ida Berg".len()),
            label: Arc::from("PER"),
            score: 1.0,
        });
        assert_eq!(&article.text[article.entities[0].span], "Ida Berg");
        assert_ne!(one(&article, &BARE), 2);
        let names = Config { names: 5.0, ..BARE };
        assert_eq!(one(&article, &names), 2);
    }

    /// Where "Ida Berg" starts in the article of the previous test.
    const ARTICLE_NAME_START: usize = 65;

    #[test]
    fn the_headline_of_the_record_counts() {
        let mut article = document(
            "Der Hafen der Insel ist neu.\nDer Hafen der Insel ist groß.\nFähren fahren ab Mai.",
        );
        article.title = Some("Fähren ab Mai".into());
        assert_ne!(one(&article, &BARE), 2);
        let title = Config { title: 5.0, ..BARE };
        assert_eq!(one(&article, &title), 2);
    }

    #[test]
    fn a_paragraph_opens_after_an_empty_line() {
        let article = document("Eins.\nZwei.\n\nDrei.\n \nVier.");
        let found: Vec<bool> = article
            .sentences
            .iter()
            .map(|&span| opens_paragraph(&article, span))
            .collect();
        // The line with a space counts as a sentence here, but never in practice.
        assert_eq!(found[..3], [true, false, true]);
        assert_eq!(found.last(), Some(&true));
    }

    #[test]
    fn the_budget_is_kept() {
        for most in [10, 20, 30] {
            let words = Config {
                words: Some(most),
                ..Config::default()
            };
            let found = summary(&document(ARTICLE), &words).text;
            let words = found.split_whitespace().count();
            assert!(0 < words && words <= most, "{words} of {most}");
            let chars = Config {
                chars: Some(8 * most),
                ..Config::default()
            };
            let chars = summary(&document(ARTICLE), &chars).text.chars().count();
            assert!(0 < chars && chars <= 8 * most, "{chars} of {}", 8 * most);
        }
    }

    #[test]
    fn a_weight_that_is_not_a_number_is_refused() {
        let config = Config {
            title: f32::NAN,
            ..Config::default()
        };
        let error = config.build(Path::new("")).err().unwrap();
        assert_eq!(
            error.to_string(),
            "`title`: expected a finite number, found NaN"
        );
    }

    #[test]
    fn keeps_the_contract() {
        let built = Config::default().build(Path::new("")).unwrap();
        contract::check(&*built.stage, ARTICLE, |_| Vec::new());
    }
}
