//! A trained model that also judges the attitude toward each name.
//!
//! Two softmaxes: one judges toward a name, the other the sentence as a whole. They see where words stand: in the clause of
//! the name, before or behind it, next to it, and together with its role there (`feature`); the words by themselves and by what they lean
//! to, which was learned from their neighbours in raw text; and how good or bad they are, but not what the name's bearer says.
//! Names have no polarity of their own: nobody is bad for being called Krieg, or because earlier texts spoke badly of them. Nor
//! have words for people's origin, faith, sex or party.
//!
//! An article is judged by the mean probabilities of negative and positive of its sentences, through a softmax that was fitted to
//! articles that were read as a whole. An article of one sentence is judged as that sentence.

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

use blattwerk_core::{
    Asset, Built, Document, Error, Idle, Level, Polarity, Result, Sentiment, Span, Stage,
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
    /// Default: 0.7. Of a hundred names that are then called negative or positive in news, about 70 are so for a careful
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
const LEAST_SCORE: f32 = 0.7;

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
                readers: Idle::default(),
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

/// Returns the judgement toward an entity: the stance that was chosen, or neutral if it is less probable than
/// `least_score`.
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
    judgement(Level::Entity(index), stance, probabilities)
}

/// Returns a judgement with the probability of its class.
pub(crate) fn judgement(level: Level, class: Polarity, probabilities: Probabilities) -> Sentiment {
    Sentiment::new(level, class, probabilities[class as usize].clamp(0.0, 1.0))
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
    /// Idle readers, each with the words that it remembers, and what they saw.
    readers: Idle<(Reader, Sight)>,
    explains: bool,
    least_score: f32,
}

impl Stage for Judge {
    type Layer = Vec<Sentiment>;

    fn process(&self, document: &Document) -> Result<Vec<Sentiment>> {
        let model = &self.model;
        let (mut reader, mut sight) = self.readers.take().unwrap_or_default();
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
        let mut judgement = article(&sentences, |sentence| model.whole.choose(sentence));
        if self.explains {
            judgement.reasons = reasons::of_article(&layer, shares(&sentences));
        }
        layer.insert(0, judgement);
        layer.append(&mut toward);
        self.readers.put((reader, sight));
        Ok(layer)
    }
}

impl Judge {
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
        judgement(level, self.choose(probabilities), probabilities)
    }
}

/// Judges an article by the probabilities of its sentences; `choose` returns the class of a sentence.
pub(crate) fn article(
    sentences: &[Probabilities],
    choose: impl Fn(Probabilities) -> Polarity,
) -> Sentiment {
    let (class, probabilities) = match sentences {
        [] => (Polarity::Neutral, [0.0, 1.0, 0.0]),
        &[alone] => (choose(alone), alone),
        _ => {
            let probabilities = of_article(sentences);
            (Polarity::likeliest(probabilities), probabilities)
        }
    };
    judgement(Level::Article, class, probabilities)
}

/// Returns a softmax of the mean probabilities of negative and positive of sentences, of which there are some.
fn of_article(sentences: &[Probabilities]) -> Probabilities {
    let mean = |class: Polarity| {
        let sum: f64 = sentences.iter().map(|p| f64::from(p[class as usize])).sum();
        sum / sentences.len() as f64
    };
    let [negative, positive] = [Polarity::Negative, Polarity::Positive].map(mean);
    let odds = ARTICLE_WEIGHTS.map(|[by_negative, by_positive, constant]| {
        by_negative * negative + by_positive * positive + constant
    });
    learn::softmax([odds[0], 0.0, odds[1]]).map(|p| p as f32)
}

/// What the mean probabilities of negative and positive, and a constant, add to the log-odds of negative, then of positive, against
/// neutral. Fitted to 160 articles of Wikinews that a reader judged as a whole; see `models/sentiment-de/MODEL.md`.
const ARTICLE_WEIGHTS: [[f64; 3]; 2] = [[11.25, -3.81, -2.27], [-2.65, 6.54, -0.84]];

/// Returns the share of each sentence in the judgement of an article: its part of all that is not neutral.
fn shares(sentences: &[Probabilities]) -> impl Iterator<Item = f32> {
    let opinion = |&[negative, _, positive]: &Probabilities| negative + positive;
    let all: f32 = sentences.iter().map(opinion).sum();
    sentences
        .iter()
        .map(move |sentence| opinion(sentence) / all.max(f32::MIN_POSITIVE))
}

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
        assert_eq!(
            (layer[0].polarity, layer[0].score),
            (Polarity::Neutral, 1.0)
        );
    }

    #[test]
    fn many_bad_sentences_make_a_bad_article() {
        let of = |bad: usize, good: usize, other: usize| {
            let sentences = [[0.7, 0.25, 0.05], [0.05, 0.35, 0.6], [0.1, 0.85, 0.05]]
                .into_iter()
                .zip([bad, good, other])
                .flat_map(|(sentence, count)| std::iter::repeat_n(sentence, count));
            article(&sentences.collect::<Vec<_>>(), Polarity::likeliest).polarity
        };
        assert_eq!(of(0, 0, 10), Polarity::Neutral);
        assert_eq!(of(5, 0, 5), Polarity::Negative);
        assert_eq!(of(0, 5, 5), Polarity::Positive);
        assert_eq!(of(1, 1, 20), Polarity::Neutral);
    }

    #[test]
    fn a_share_is_the_part_of_what_is_not_neutral() {
        let sentences = [[0.5, 0.4, 0.1], [0.1, 0.8, 0.1], [0.0, 1.0, 0.0]];
        let found: Vec<f32> = shares(&sentences).collect();
        for (found, expected) in found.into_iter().zip([0.75, 0.25, 0.0]) {
            assert!(
                (found - expected).abs() < 1e-6,
                "expected {expected}, found {found}"
            );
        }
        let none: Vec<f32> = shares(&[[0.0, 1.0, 0.0]]).collect();
        assert_eq!(none, [0.0]);
    }

    #[test]
    fn one_sentence_is_judged_as_itself() {
        // As one of those that are called negative though neutral is more probable.
        let judged = article(&[[0.4, 0.5, 0.1]], |_| Polarity::Negative);
        assert_eq!((judged.polarity, judged.score), (Polarity::Negative, 0.4));
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
