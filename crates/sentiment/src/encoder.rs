//! Tone and stance from the encoder that also finds names.
//!
//! If *ner* has read the document with the same model, its judgements are used; else the document is read here.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use blattwerk_core::{
    Built, Document, Judged, Level, Polarity, Probabilities, Result, Sentiment, Stage,
};
use blattwerk_encoder::Encoder;
use schemars::JsonSchema;
use serde::Deserialize;

use crate::linear;

/// Judges with a small encoder, also the attitude toward each name: more exactly than `linear`, but many times more
/// slowly. With the same model in `[ner]`, both take one pass.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// The model: a folder with `model.bin`, or that file. Required.
    #[schemars(example = "my-encoder")]
    pub model: PathBuf,
}

impl Config {
    /// Builds the backend; paths are relative to `root`.
    ///
    /// # Errors
    ///
    /// If the model is missing or damaged.
    pub fn build(&self, root: &Path) -> Result<Built<Vec<Sentiment>>> {
        let encoder = blattwerk_encoder::load_configured(&self.model, root)?;
        let asset = encoder.asset().clone();
        Ok(Built::new(Judge(encoder)).with(asset))
    }
}

struct Judge(Arc<Encoder>);

impl Judge {
    /// The judgements of *ner*, if they are of this model and of all sentences and entities.
    fn known<'a>(&self, document: &'a Document) -> Option<&'a Judged> {
        document.judged.as_ref().filter(|judged| {
            *judged.model == *self.0.asset().hash
                && judged.sentences.len() == document.sentences.len()
                && judged.entities.len() == document.entities.len()
        })
    }

    fn judge(&self, document: &Document) -> Vec<Sentiment> {
        if let Some(judged) = self.known(document) {
            return layer(
                &judged.sentences,
                judged.entities.iter().copied().enumerate(),
            );
        }
        let entities = &document.entities;
        let names = self.0.read(document, |part, _| {
            let [first, last] = [part.start, part.end]
                .map(|byte| entities.partition_point(|entity| entity.span.start < byte));
            entities[first..last].to_vec()
        });
        let judged = names.judged.unwrap_or_else(|| Judged {
            model: "".into(),
            sentences: Vec::new(),
            entities: Vec::new(),
        });
        // Entities outside of sentences are not judged.
        let mut next = 0;
        let toward = names.entities.iter().zip(judged.entities);
        let toward = toward.filter_map(|(entity, probabilities)| {
            let rest = entities.get(next..)?;
            let index = next + rest.iter().position(|other| other.span == entity.span)?;
            next = index + 1;
            Some((index, probabilities))
        });
        layer(&judged.sentences, toward)
    }
}

/// The judgements of the article, its sentences, and its entities by their index.
fn layer(
    sentences: &[Probabilities],
    entities: impl Iterator<Item = (usize, Probabilities)>,
) -> Vec<Sentiment> {
    let levels = (0..).map(Level::Sentence).zip(sentences.iter().copied());
    let entities = entities.map(|(index, probabilities)| (Level::Entity(index), probabilities));
    std::iter::once((Level::Article, linear::article(sentences)))
        .chain(levels)
        .chain(entities)
        .map(|(level, probabilities)| {
            let best = Polarity::likeliest(probabilities);
            Sentiment::new(level, best, probabilities[best as usize].clamp(0.0, 1.0))
        })
        .collect()
}

impl Stage for Judge {
    type Layer = Vec<Sentiment>;

    fn process(&self, document: &Document) -> Result<Vec<Sentiment>> {
        let mut layers = self.process_all(std::slice::from_ref(document));
        layers.pop().expect("a document has a layer")
    }

    fn process_all(&self, documents: &[Document]) -> Vec<Result<Vec<Sentiment>>> {
        self.0
            .read_all(documents, |document| Ok(self.judge(document)))
    }
}

#[cfg(test)]
mod tests {
    use blattwerk_core::{Entity, Span, contract};

    use super::*;

    fn build() -> Built<Vec<Sentiment>> {
        let model = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/models/encoder");
        Config { model }.build(Path::new("")).unwrap()
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
