//! A trained model that judges toward each name.
//!
//! Two softmaxes over about ninety features of a sentence: one judges toward a target in it, one the sentence as a
//! whole. The features sum up how good or bad words are, by where they stand: in the target's clause, just before or
//! behind it, within quotation marks, in another sentence. What is known of words is a table learned from raw text,
//! a polarity lexicon and labelled texts.
//!
//! An article is judged by its sentences together. How opinionated it is, is their mean; which way it goes adds up
//! about with the square root of their number, so that many weak signs are a strong one, and the neutral sentences
//! of a long report count little for it.

#![expect(
    clippy::cast_possible_truncation,
    clippy::cast_possible_wrap,
    clippy::cast_precision_loss,
    clippy::cast_sign_loss,
    reason = "counts, hashes and small weights are converted between integers and floats all over"
)]

pub mod base;
mod feature;
mod learn;
mod model;
mod reading;
pub mod train;
mod vectors;
mod words;

use std::path::{Path, PathBuf};

use blattwerk_core::{Asset, Built, Document, Level, Result, Sentiment, Span, Stage};
use blattwerk_model_file as model_file;
use schemars::JsonSchema;
use serde::Deserialize;

pub use self::model::{Model, Probabilities};
use self::reading::Reader;

/// The embedded model; `models/sentiment-de/MODEL.md` is its card.
const EMBEDDED: &[u8] = include_bytes!("../../../models/sentiment-de/model.bin");

/// Judges with a trained model, also toward each name.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// A model of your own: the folder that `blattwerk train sentiment` wrote, or its file. The embedded German
    /// model by default.
    pub model: Option<PathBuf>,
}

impl Config {
    /// Builds the backend; paths are relative to `root`.
    ///
    /// # Errors
    ///
    /// If the model is missing or damaged.
    pub fn build(&self, root: &Path) -> Result<Built<Vec<Sentiment>>> {
        let (model, asset) = match &self.model {
            Some(path) => load(&root.join(path))?,
            None => embedded()?,
        };
        Ok(Built {
            stage: Box::new(model),
            assets: vec![asset],
        })
    }
}

/// Loads the embedded model, with its record.
///
/// # Errors
///
/// Never in a build that passed its tests.
pub fn embedded() -> Result<(Model, Asset)> {
    model_file::embedded("sentiment-de", EMBEDDED, Model::load)
}

/// Loads a model of the user's, a folder or a file, with its record.
///
/// # Errors
///
/// If it cannot be read, is damaged, or made by a newer version.
pub fn load(path: &Path) -> Result<(Model, Asset)> {
    model_file::load(path, Model::load)
}

/// How far two mentions of a name may be apart, in entities, to be judged together in their sentence.
const TOGETHER: usize = 20;

impl Stage for Model {
    type Layer = Vec<Sentiment>;

    fn process(&self, document: &Document) -> Result<Vec<Sentiment>> {
        let mut reader = Reader::default();
        let mut sentences = Vec::with_capacity(document.sentences.len());
        let mut toward: Vec<Option<Probabilities>> = vec![None; document.entities.len()];
        let mut next = 0;
        for &sentence in &document.sentences {
            reader.read(&document.text[sentence], &self.words);
            sentences.push(self.whole(&reader));
            while next < document.entities.len()
                && document.entities[next].span.start < sentence.end
            {
                toward[next] = self.entity(document, next, sentence, &reader);
                next += 1;
            }
        }
        let mut layer = Vec::with_capacity(1 + sentences.len() + toward.len());
        layer.push(self.whole.judgement(Level::Article, article(&sentences)));
        for (index, &judged) in sentences.iter().enumerate() {
            layer.push(self.whole.judgement(Level::Sentence(index), judged));
        }
        for (index, judged) in toward.into_iter().enumerate() {
            if let Some(judged) = judged {
                layer.push(self.toward.judgement(Level::Entity(index), judged));
            }
        }
        Ok(layer)
    }
}

impl Model {
    /// Judges toward an entity of the sentence that was read, all mentions of its name there together.
    fn entity(
        &self,
        document: &Document,
        index: usize,
        sentence: Span,
        reader: &Reader,
    ) -> Option<Probabilities> {
        let entity = &document.entities[index];
        let start = entity.span.start.checked_sub(sentence.start)?;
        let own = Span::new(start, start + entity.span.len());
        let first = reader
            .tokens
            .partition_point(|token| token.span.end <= own.start);
        if !reader.tokens.get(first)?.span.overlaps(own) {
            return None;
        }
        let name = &document.text[entity.span];
        let near = index.saturating_sub(TOGETHER)..document.entities.len().min(index + TOGETHER);
        let mentions: Vec<Span> = document.entities[near]
            .iter()
            .filter(|other| sentence.contains(other.span) && &document.text[other.span] == name)
            .map(|other| {
                Span::new(
                    other.span.start - sentence.start,
                    other.span.end - sentence.start,
                )
            })
            .collect();
        Some(self.toward(reader, first, |token| {
            token.span.overlaps(own) || mentions.iter().any(|mention| mention.overlaps(token.span))
        }))
    }
}

impl model::Head {
    fn judgement(&self, level: Level, probabilities: Probabilities) -> Sentiment {
        let polarity = self.choose(probabilities);
        Sentiment {
            level,
            polarity,
            score: probabilities[polarity as usize],
        }
    }
}

/// Judges an article by the probabilities of its sentences.
///
/// Neutral against the others is the mean of the sentences' log-odds. Positive against negative is the sum of how far
/// their log-odds are from the usual ones, each as much as it is not neutral, over the root of the sum of squares of
/// these shares. One sentence says what it says; many that agree say it louder.
fn article(sentences: &[Probabilities]) -> Probabilities {
    let log = |p: f32| f64::from(p.max(1e-6)).ln();
    let (mut neutral, mut way, mut squares) = (0.0, 0.0, 0.0);
    for &[negative, none, positive] in sentences {
        neutral += log(none) - log(negative).midpoint(log(positive));
        let share = f64::from(1.0 - none).max(1e-6);
        way += share * (log(positive) - log(negative) - USUAL_WAY);
        squares += share * share;
    }
    let (neutral, way) = if sentences.is_empty() {
        (EMPTY_NEUTRAL, 0.0)
    } else {
        (
            neutral / sentences.len() as f64,
            way / squares.sqrt() + USUAL_WAY,
        )
    };
    learn::softmax([-way / 2.0, neutral, way / 2.0]).map(|p| p as f32)
}

/// The log-odds of positive against negative in labelled news: ln(656 / 400).
const USUAL_WAY: f64 = 0.495;
/// The log-odds of neutral for an article without sentences.
const EMPTY_NEUTRAL: f64 = 3.0;

#[cfg(test)]
mod tests {
    use blattwerk_core::{Entity, Polarity, contract};

    use super::*;

    fn document(text: &str, names: &[&str]) -> Document {
        let mut document = Document::new("a", text);
        document.sentences = vec![document.text.span()];
        document.entities = names
            .iter()
            .map(|name| {
                let at = text.find(name).unwrap();
                Entity {
                    span: Span::new(at, at + name.len()),
                    label: "PER".into(),
                    score: 1.0,
                }
            })
            .collect();
        document
    }

    fn judged(document: &Document) -> Vec<Sentiment> {
        let built = Config::default().build(Path::new("")).unwrap();
        built.stage.process(document).unwrap()
    }

    #[test]
    fn plain_opinions_are_seen_toward_the_name() {
        let cases = [
            (
                "Alle loben Ida für ihre hervorragende Leistung.",
                Polarity::Positive,
            ),
            (
                "Ida wurde wegen Betrugs zu einer Haftstrafe verurteilt.",
                Polarity::Negative,
            ),
            (
                "Ida kam am Montag mit dem Zug nach Bonn.",
                Polarity::Neutral,
            ),
        ];
        for (text, expected) in cases {
            let layer = judged(&document(text, &["Ida"]));
            let found = layer.last().map(|found| (found.level, found.polarity));
            assert_eq!(found, Some((Level::Entity(0), expected)), "{text:?}");
        }
    }

    #[test]
    fn every_level_is_judged_in_order() {
        let mut document = document("Ida lobt Jan. Uwe schweigt.", &["Ida", "Jan", "Uwe"]);
        document.sentences = vec![Span::new(0, 13), Span::new(14, 27)];
        let levels: Vec<Level> = judged(&document).iter().map(|found| found.level).collect();
        assert_eq!(
            levels,
            [
                Level::Article,
                Level::Sentence(0),
                Level::Sentence(1),
                Level::Entity(0),
                Level::Entity(1),
                Level::Entity(2)
            ]
        );
    }

    #[test]
    fn an_empty_article_is_neutral() {
        let layer = judged(&Document::new("a", ""));
        assert_eq!(layer.len(), 1);
        assert_eq!(layer[0].polarity, Polarity::Neutral);
    }

    #[test]
    fn many_weak_signs_are_a_strong_one() {
        let weak = [0.3, 0.45, 0.25];
        // positive against negative as usual in news
        let none = [0.08, 0.79, 0.13];
        let [few, ..] = article(&[weak; 2]);
        let [many, ..] = article(&[weak; 40]);
        assert!(many > few + 0.05, "{many} of {few}");
        let [negative, _, positive] = article(&[none; 40]);
        assert!(negative < 0.2 && positive < 0.4, "neutral stays neutral");
    }

    #[test]
    fn one_sentence_is_judged_as_itself() {
        let alone = [0.25_f32, 0.5, 0.25];
        for (found, expected) in article(&[alone]).into_iter().zip(alone) {
            assert!((found - expected).abs() < 1e-5);
        }
    }

    #[test]
    fn keeps_the_contract() {
        let built = Config::default().build(Path::new("")).unwrap();
        contract::check(&*built.stage, "Das ist ein großer Erfolg.", |_| Vec::new());
    }
}
