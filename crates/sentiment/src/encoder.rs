//! Tone and stance from the encoder that also finds names.
//!
//! If *ner* has read the document with the same model, its judgements are used; else the document is read here.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use blattwerk_core::{Built, Document, Judged, Level, Probabilities, Result, Sentiment, Stage};
use blattwerk_encoder::Encoder;
use schemars::JsonSchema;
use serde::Deserialize;

use crate::linear;

/// Judges with a small encoder, also the attitude toward each name: more exactly than `linear`, but many times more
/// slowly. With the same model in `[ner]`, both take one pass.
#[derive(Debug, Clone, PartialEq, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// Path of your own model: a folder with `model.bin`, or that file. Default: the embedded German model.
    #[schemars(example = "my-encoder")]
    pub model: Option<PathBuf>,
    /// The least probability, from 0 to 1, with which a name is called negative or positive; with less, it is neutral.
    /// Default: 0.6. Of a hundred names that are then called negative or positive in news, 57 are so for a careful reader, and
    /// a quarter of those that are so are found.
    pub least_score: f32,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            model: None,
            least_score: LEAST_SCORE,
        }
    }
}

/// The default of [`Config::least_score`].
const LEAST_SCORE: f32 = 0.6;

impl Config {
    /// Builds the backend; paths are relative to `root`.
    ///
    /// # Errors
    ///
    /// If the model is missing or damaged, or the least score is no probability.
    pub fn build(&self, root: &Path) -> Result<Built<Vec<Sentiment>>> {
        linear::check_least_score(self.least_score)?;
        let encoder = blattwerk_encoder::load(self.model.as_deref(), root)?;
        let asset = encoder.asset().clone();
        let judge = Judge {
            encoder,
            least_score: self.least_score,
        };
        Ok(Built::new(judge).with(asset))
    }
}

struct Judge {
    encoder: Arc<Encoder>,
    least_score: f32,
}

impl Judge {
    /// The judgements of *ner*, if they are of this model and of all sentences and entities.
    fn known<'a>(&self, document: &'a Document) -> Option<&'a Judged> {
        document.judged.as_ref().filter(|judged| {
            *judged.model == *self.encoder.asset().hash
                && judged.sentences.len() == document.sentences.len()
                && judged.entities.len() == document.entities.len()
        })
    }

    fn judge(&self, document: &Document) -> Vec<Sentiment> {
        if let Some(judged) = self.known(document) {
            return self.layer(
                &judged.sentences,
                judged.entities.iter().copied().enumerate(),
            );
        }
        let entities = &document.entities;
        let (names, judged) = self
            .encoder
            .read(document, |stretch| stretch.of(entities).to_vec());
        // Entities outside of sentences are not judged.
        let mut next = 0;
        let toward = names.iter().zip(judged.entities);
        let toward = toward.filter_map(|(entity, probabilities)| {
            let rest = entities.get(next..)?;
            let index = next + rest.iter().position(|other| other.span == entity.span)?;
            next = index + 1;
            Some((index, probabilities))
        });
        self.layer(&judged.sentences, toward)
    }

    /// The judgements of the article, its sentences, and its entities by their index.
    fn layer(
        &self,
        sentences: &[Probabilities],
        entities: impl Iterator<Item = (usize, Probabilities)>,
    ) -> Vec<Sentiment> {
        let of_text = |level, probabilities: Probabilities| {
            linear::judgement(level, self.encoder.tone(probabilities), probabilities)
        };
        let tone = |sentence| self.encoder.tone(sentence);
        let mut layer = vec![linear::article(sentences, tone)];
        let levels = (0..).map(Level::Sentence).zip(sentences);
        layer.extend(levels.map(|(level, &probabilities)| of_text(level, probabilities)));
        layer.extend(entities.map(|(index, probabilities)| {
            let stance = self.encoder.stance(probabilities);
            linear::toward(index, stance, probabilities, self.least_score)
        }));
        layer
    }
}

impl Stage for Judge {
    type Layer = Vec<Sentiment>;

    fn process(&self, document: &Document) -> Result<Vec<Sentiment>> {
        let mut layers = self.process_all(std::slice::from_ref(document));
        layers.pop().expect("a document has a layer")
    }

    fn process_all(&self, documents: &[Document]) -> Vec<Result<Vec<Sentiment>>> {
        self.encoder
            .read_all(documents, |document| Ok(self.judge(document)))
    }
}

#[cfg(test)]
mod tests {
    use blattwerk_core::{Entity, Polarity, Span, contract};

    use super::*;

    fn build() -> Built<Vec<Sentiment>> {
        let model = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/models/encoder");
        let config = Config {
            model: Some(model),
            ..Config::default()
        };
        config.build(Path::new("")).unwrap()
    }

    fn document() -> Document {
        let mut document = Document::new("a", "Ada lobt Köln.\nIn Bonn regnet es, sagte Ida.");
        document.sentences = vec![Span::new(0, 15), Span::new(16, 45)];
        document.entities = ["Ada", "Köln", "Bonn", "Ida"]
            .map(|name| {
                let at = document.text.as_str().find(name).unwrap();
                Entity {
                    span: Span::new(at, at + name.len()),
                    label: "PER".into(),
                    score: 1.0,
                }
            })
            .into();
        document
    }

    #[test]
    fn keeps_the_contract() {
        contract::check(&*build().stage, "Das ist ein großer Erfolg.", |_| {
            Vec::new()
        });
    }

    #[test]
    fn article_sentences_and_entities_are_judged_in_order() {
        let layer = build().stage.process(&document()).unwrap();
        let levels: Vec<Level> = layer.iter().map(|judgement| judgement.level).collect();
        let expected = [Level::Article, Level::Sentence(0), Level::Sentence(1)]
            .into_iter()
            .chain((0..4).map(Level::Entity));
        assert!(levels.iter().copied().eq(expected), "{levels:?}");
        let same = build().stage.process(&document()).unwrap();
        assert_eq!(layer, same);
    }

    #[test]
    fn judgements_of_the_same_model_are_used() {
        let built = build();
        let mut document = document();
        let own = built.stage.process(&document).unwrap();
        let bad = [0.9, 0.05, 0.05];
        let judged = |model: &str, names| Judged {
            model: model.into(),
            sentences: vec![bad; 2],
            entities: vec![bad; names],
        };
        let hash = built.assets[0].hash.clone();
        document.judged = Some(judged(&hash, 4));
        let used = built.stage.process(&document).unwrap();
        assert!(
            used.iter()
                .all(|judgement| judgement.polarity == Polarity::Negative)
        );
        for judged in [judged("another", 4), judged(&hash, 3)] {
            document.judged = Some(judged);
            assert_eq!(built.stage.process(&document).unwrap(), own);
        }
    }
}
