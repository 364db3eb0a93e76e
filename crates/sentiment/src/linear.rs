//! A trained model that also judges the attitude toward each name.
//!
//! Two softmaxes: one judges toward a name, the other the sentence as a whole. They see where words stand: in the clause of
//! the name, before or behind it, next to it, and together with its role there (`feature`); the words by themselves and by what they lean
//! to, which was learned from their neighbours in raw text; and how good or bad they are, but not what the name's bearer says.
//! Names have no polarity of their own: nobody is bad for being called Krieg, or because earlier texts spoke badly of them. Nor
//! have words for people's origin, faith, sex or party.
//!
//! An article is judged by all of its sentences. How opinionated it is, is their mean; its direction grows
//! roughly with the square root of their number, so that many weak signs make a strong one, while the neutral sentences
//! of a long report count little.

#![expect(
    clippy::cast_possible_truncation,
    clippy::cast_possible_wrap,
    clippy::cast_precision_loss,
    clippy::cast_sign_loss,
    reason = "counts, hashes and small weights are converted between integers and floats all over"
)]

pub mod base;
mod content;
mod feature;
mod learn;
mod model;
mod people;
mod reading;
mod speech;
pub mod train;
mod vectors;
mod words;

use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use blattwerk_core::{
    Asset, Built, Document, Error, Level, Polarity, Result, Sentiment, Span, Stage,
};
use blattwerk_model_file::{self as model_file, pack::Aligned};
use schemars::JsonSchema;
use serde::Deserialize;

use self::feature::Sight;
pub use self::model::{Model, Probabilities};
use self::reading::Reader;
use crate::reasons;

/// The embedded model; its model card is `models/sentiment-de/MODEL.md`.
static EMBEDDED: &Aligned<[u8]> = &Aligned(*include_bytes!(concat!(
    env!("OUT_DIR"),
    "/sentiment-de.pack"
)));

/// Judges with a trained model, including the attitude toward each name.
#[derive(Debug, Clone, PartialEq, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// Path of your own model: the folder written by `blattwerk train sentiment`, or the file in it. Default: the
    /// embedded German model.
    #[schemars(example = "my-sentiment")]
    pub model: Option<PathBuf>,
    /// Whether `sentiment.csv` gets the column `reason`: the words that carried each judgement. Default: false.
    pub explain: bool,
    /// The least probability, from 0 to 1, with which a name is called negative or positive; with less, it is neutral.
    /// Default: 0.65. Of a hundred names that are then called negative or positive in news, about 65 are so for a careful
    /// reader, but few are found. 0 finds nearly half of them, and two thirds of what it calls so is neutral.
    pub least_score: f32,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            model: None,
            explain: false,
            least_score: LEAST_SCORE,
        }
    }
}

/// The default of [`Config::least_score`].
const LEAST_SCORE: f32 = 0.65;

impl Config {
    /// Builds the backend; paths are relative to `root`.
    ///
    /// # Errors
    ///
    /// If the model is missing or damaged, or the least score is no probability.
    pub fn build(&self, root: &Path) -> Result<Built<Vec<Sentiment>>> {
        check_least_score(self.least_score)?;
        let (model, asset) = match &self.model {
            Some(path) => load(&root.join(path))?,
            None => embedded(),
        };
        Ok(Built {
            stage: Box::new(Judge {
                model,
                readers: Mutex::default(),
                explains: self.explain,
                least_score: self.least_score,
            }),
            assets: vec![asset],
        })
    }
}

/// Checks the setting `least_score`.
///
/// # Errors
///
/// If it is no probability.
pub(crate) fn check_least_score(least_score: f32) -> Result<()> {
    if (0.0..=1.0).contains(&least_score) {
        return Ok(());
    }
    Err(Error::Setting {
        key: "least_score",
        expected: "a number from 0 to 1".to_owned(),
        found: least_score.to_string(),
    })
}

/// Returns the judgement toward an entity: the stance that was chosen, or neutral if it is less probable than that.
pub(crate) fn toward(
    index: usize,
    stance: Polarity,
    probabilities: Probabilities,
    least_score: f32,
) -> Sentiment {
    let stance = if probabilities[stance as usize] < least_score {
        Polarity::Neutral
    } else {
        stance
    };
    let score = probabilities[stance as usize].clamp(0.0, 1.0);
    Sentiment::new(Level::Entity(index), stance, score)
}

/// Returns the embedded model, with its record.
pub fn embedded() -> (Model, Asset) {
    model_file::packed("sentiment-de", EMBEDDED, Model::unpack)
}

/// Loads the user's own model, a folder or a file, with its record.
///
/// # Errors
///
/// If it cannot be read, is damaged, or was made by another version.
pub fn load(path: &Path) -> Result<(Model, Asset)> {
    model_file::load(path, Model::load)
}

/// The stage: judges with a model.
struct Judge {
    model: Model,
    /// Those that no thread reads with, each with the words it has read.
    readers: Mutex<Vec<Reader>>,
    explains: bool,
    least_score: f32,
}

impl Stage for Judge {
    type Layer = Vec<Sentiment>;

    fn process(&self, document: &Document) -> Result<Vec<Sentiment>> {
        let model = &self.model;
        let mut reader = self.take_reader();
        let mut sight = Sight::default();
        let mut sentences = Vec::with_capacity(document.sentences.len());
        let mut layer = Vec::with_capacity(1 + sentences.capacity() + document.entities.len());
        let mut toward = Vec::with_capacity(document.entities.len());
        let mut next = 0;
        for (index, &sentence) in document.sentences.iter().enumerate() {
            let text = &document.text[sentence];
            reader.read(text, &model.words);
            let inside = document.entities[next..]
                .iter()
                .take_while(|entity| entity.span.start < sentence.end)
                .count();
            for (number, entity) in (0..).zip(&document.entities[next..next + inside]) {
                // What precedes the sentence does not belong to it.
                let [start, end] = [entity.span.start, entity.span.end]
                    .map(|byte| byte.saturating_sub(sentence.start));
                let label = reading::label_number(&entity.label);
                reader.name(Span::new(start, end), number, label);
            }
            let judged = model.whole(&reader.tokens, &mut sight);
            sentences.push(judged);
            let mut judgement = model.whole.judgement(Level::Sentence(index), judged);
            if self.explains {
                let reasons = model.why_whole(text, &reader.tokens);
                judgement.reasons = reasons::at(sentence.start, reasons);
            }
            layer.push(judgement);
            for entity in next..next + inside {
                toward.extend(self.entity(document, entity, sentence, &reader, &mut sight));
            }
            next += inside;
        }
        let mut judgement = model.whole.judgement(Level::Article, article(&sentences));
        if self.explains {
            judgement.reasons = reasons::of_article(&layer, shares(&sentences));
        }
        layer.insert(0, judgement);
        layer.append(&mut toward);
        self.put_reader(reader);
        Ok(layer)
    }
}

impl Judge {
    fn take_reader(&self) -> Reader {
        let mut readers = self.readers.lock().unwrap_or_else(PoisonError::into_inner);
        readers.pop().unwrap_or_default()
    }

    fn put_reader(&self, reader: Reader) {
        let mut readers = self.readers.lock().unwrap_or_else(PoisonError::into_inner);
        readers.push(reader);
    }

    /// Judges toward an entity of the sentence that was read.
    fn entity(
        &self,
        document: &Document,
        index: usize,
        sentence: Span,
        reader: &Reader,
        sight: &mut Sight,
    ) -> Option<Sentiment> {
        let entity = &document.entities[index];
        let start = entity.span.start.checked_sub(sentence.start)?;
        let name = reader.within(Span::new(start, start + entity.span.len()));
        if name.is_empty() {
            return None;
        }
        let model = &self.model;
        let judged = model.toward(&reader.tokens, name.clone(), sight);
        let stance = model.toward.choose(judged);
        let mut judgement = toward(index, stance, judged, self.least_score);
        if self.explains {
            let text = &document.text[sentence];
            let reasons = model.why_toward(text, &reader.tokens, name);
            judgement.reasons = reasons::at(sentence.start, reasons);
        }
        Some(judgement)
    }
}

impl model::Head {
    fn judgement(&self, level: Level, probabilities: Probabilities) -> Sentiment {
        let polarity = self.choose(probabilities);
        Sentiment::new(level, polarity, probabilities[polarity as usize])
    }
}

/// Judges an article by the probabilities of its sentences.
///
/// The log-odds of neutral against the others are the mean over the sentences. Those of positive against negative are the
/// sum of the sentences' deviations from the usual log-odds, weighted by how opinionated each sentence is, divided by
/// the root of the sum of the squared weights. A single sentence is judged as itself; many that agree reinforce
/// each other.
pub(crate) fn article(sentences: &[Probabilities]) -> Probabilities {
    let log = |p: f32| f64::from(p.max(1e-6)).ln();
    let (mut neutral, mut way, mut squares) = (0.0, 0.0, 0.0);
    for &sentence in sentences {
        let [negative, none, positive] = sentence;
        neutral += log(none) - log(negative).midpoint(log(positive));
        let share = opinion(sentence);
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

/// How opinionated a sentence is: the probability that it is not neutral.
fn opinion([_, neutral, _]: Probabilities) -> f64 {
    f64::from(1.0 - neutral).max(1e-6)
}

/// The weight of each sentence's log-odds of positive against negative in those of [`article`].
fn shares(sentences: &[Probabilities]) -> impl Iterator<Item = f32> {
    let opinions = sentences.iter().map(|&sentence| opinion(sentence));
    let root = opinions
        .clone()
        .map(|share| share * share)
        .sum::<f64>()
        .sqrt();
    opinions.map(move |share| (share / root) as f32)
}

/// The log-odds of positive against negative in labelled news: ln(656 / 400).
const USUAL_WAY: f64 = 0.495;
/// The log-odds of neutral for an article without sentences.
const EMPTY_NEUTRAL: f64 = 3.0;

#[cfg(test)]
mod tests {
    use blattwerk_core::{Entity, contract};

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

    /// Returns judgements, however unsure.
    fn judged(document: &Document) -> Vec<Sentiment> {
        let config = Config {
            least_score: 0.0,
            ..Config::default()
        };
        let built = config.build(Path::new("")).unwrap();
        built.stage.process(document).unwrap()
    }

    /// Panics if the judgement toward Ida is not the expected one.
    fn expect_toward_ida(cases: &[(&str, Polarity)]) {
        for &(text, expected) in cases {
            let layer = judged(&document(text, &["Ida"]));
            let found = layer.last().map(|found| (found.level, found.polarity));
            assert_eq!(found, Some((Level::Entity(0), expected)), "{text:?}");
        }
    }

    #[test]
    fn plain_opinions_are_seen_toward_the_name() {
        expect_toward_ida(&[
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
        ]);
    }

    #[test]
    fn a_name_is_called_so_only_with_the_least_score() {
        let article = document("Alle loben Ida für ihre hervorragende Leistung.", &["Ida"]);
        let of = |least_score: f32| {
            let config = Config {
                least_score,
                ..Config::default()
            };
            let stage = config.build(Path::new("")).unwrap().stage;
            stage.process(&article).unwrap().pop().unwrap()
        };
        let likely = of(0.0);
        assert_eq!(likely.polarity, Polarity::Positive);
        assert_eq!(of(likely.score).polarity, Polarity::Positive);
        let unsure = of(likely.score + 0.01);
        assert_eq!(unsure.polarity, Polarity::Neutral);
        assert!((0.0..=1.0).contains(&unsure.score));
        for least_score in [-0.1, 1.1, f32::NAN] {
            let config = Config {
                least_score,
                ..Config::default()
            };
            let error = config.build(Path::new("")).err().unwrap().to_string();
            assert!(error.contains("least_score"), "{error}");
        }
    }

    #[test]
    fn what_is_averted_lacks_or_decreases_is_turned() {
        use Polarity::{Negative, Neutral, Positive};
        let cases: &[(&str, &[Polarity])] = &[
            (
                "Ein Blutbad wurde in letzter Minute verhindert.",
                &[Positive, Neutral],
            ),
            (
                "Die Zahl der Diebstähle ist gesunken.",
                &[Positive, Neutral],
            ),
            ("Es fehlt an Vertrauen.", &[Negative]),
            ("Der Triumph blieb aus.", &[Negative]),
            ("Die Begeisterung lässt nach.", &[Negative, Neutral]),
            ("Die Kritik am Vorstand wächst.", &[Negative]),
        ];
        for &(text, expected) in cases {
            let found = judged(&document(text, &[]))[1].polarity;
            assert!(expected.contains(&found), "{text}: {found:?}");
        }
    }

    #[test]
    fn what_somebody_says_is_not_held_against_them() {
        expect_toward_ida(&[
            (
                "„Das war ein grausamer Angriff“, sagte Ida.",
                Polarity::Neutral,
            ),
            ("Ida verurteilte den grausamen Angriff.", Polarity::Neutral),
            (
                "Nach Angaben von Ida war es ein grausamer Angriff.",
                Polarity::Neutral,
            ),
            // Ida is spoken about.
            (
                "Jan sagte, Ida habe ihn grausam angegriffen.",
                Polarity::Negative,
            ),
        ]);
    }

    #[test]
    fn a_name_has_no_polarity() {
        let neutral = judged(&document(
            "Ida Ritz kam am Montag nach Bonn.",
            &["Ida Ritz"],
        ));
        for name in ["Ida Krieg", "Ida Mord", "Ida Glück"] {
            let text = format!("{name} kam am Montag nach Bonn.");
            let found = judged(&document(&text, &[name]));
            assert_eq!(found, neutral, "{name}");
            // As a plain word it has polarity.
            let unnamed = judged(&document(&text, &[]));
            assert_ne!(unnamed, neutral[..2], "{name}");
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
        // Positive against negative is as usual in news.
        let none = [0.08, 0.79, 0.13];
        let [few, ..] = article(&[weak; 2]);
        let [many, ..] = article(&[weak; 40]);
        assert!(many > few + 0.05, "{many} of {few}");
        let [negative, _, positive] = article(&[none; 40]);
        assert!(negative < 0.2 && positive < 0.4, "neutral stays neutral");
    }

    #[test]
    fn shares_are_what_a_sentence_moves_its_article() {
        let sentences = [[0.3, 0.45, 0.25], [0.1, 0.8, 0.1], [0.5, 0.3, 0.2]];
        let odds = |sentences: &[Probabilities]| {
            let [negative, _, positive] = article(sentences);
            (positive / negative).ln()
        };
        for (index, share) in shares(&sentences).enumerate() {
            let mut moved = sentences;
            // As opinionated as before, but 0.1 more positive in log-odds.
            let [negative, neutral, positive] = moved[index];
            let opinion = negative + positive;
            let ratio = positive / negative * 0.1_f32.exp();
            moved[index] = [
                opinion / (1.0 + ratio),
                neutral,
                opinion * ratio / (1.0 + ratio),
            ];
            let by = odds(&moved) - odds(&sentences);
            assert!((by - 0.1 * share).abs() < 1e-4, "{by}, {share}");
        }
    }

    #[test]
    fn one_sentence_is_judged_as_itself() {
        let alone = [0.25_f32, 0.5, 0.25];
        for (found, expected) in article(&[alone]).into_iter().zip(alone) {
            assert!((found - expected).abs() < 1e-5);
        }
    }

    #[test]
    fn reasons_quote_the_words_that_carry_a_judgement() {
        let config = Config {
            explain: true,
            least_score: 0.0,
            ..Config::default()
        };
        let stage = config.build(Path::new("")).unwrap().stage;
        let mut document = document(
            "Es regnet. Alle loben Ida für ihre hervorragende Leistung.",
            &["Ida"],
        );
        document.sentences = vec![Span::new(0, 10), Span::new(11, 59)];
        let layer = stage.process(&document).unwrap();
        let plain = judged(&document);
        for (judgement, plain) in layer.iter().zip(&plain) {
            let found = (judgement.level, judgement.polarity, judgement.score);
            assert_eq!(found, (plain.level, plain.polarity, plain.score));
            assert_eq!(plain.reasons, [], "nobody asked");
        }
        let strongest = |judgement: &Sentiment| {
            let reason = judgement.reasons.first().unwrap();
            assert!(reason.weight > 0.0);
            document.text[reason.span].to_owned()
        };
        assert_eq!(strongest(&layer[3]), "loben", "toward the name");
        let [of_article, of_sentence] = [0, 2].map(|index: usize| layer[index].reasons[0]);
        assert_eq!(of_article.span, of_sentence.span);
        assert!(
            of_article.weight < of_sentence.weight,
            "the other sentence counts too"
        );
    }

    #[test]
    fn a_long_sentence_is_explained_in_time() {
        let config = Config {
            explain: true,
            ..Config::default()
        };
        let stage = config.build(Path::new("")).unwrap().stage;
        let text = "Ida lobt und Jan tadelt nicht ".repeat(1_000);
        let mut document = document(&text, &[]);
        document.entities = text
            .match_indices("Jan")
            .map(|(at, name)| Entity {
                span: Span::new(at, at + name.len()),
                label: "PER".into(),
                score: 1.0,
            })
            .collect();
        let layer = stage.process(&document).unwrap();
        assert_eq!(layer.len(), 2 + 1_000);
        assert!(layer.iter().all(|judgement| judgement.reasons.len() <= 5));
    }

    #[test]
    fn the_embedded_model_is_that_of_its_file() {
        let path = Path::new("../../models/sentiment-de/model.bin");
        let ((packed, asset), (loaded, file)) = (embedded(), load(path).unwrap());
        assert_eq!(asset.hash, file.hash);
        assert_eq!(packed, loaded);
        assert_eq!(packed.to_bytes(), std::fs::read(path).unwrap());
    }

    #[test]
    fn keeps_the_contract() {
        let built = Config::default().build(Path::new("")).unwrap();
        contract::check(&*built.stage, "Das ist ein großer Erfolg.", |_| Vec::new());
    }
}
