//! Names from a user's own transformer model.
//!
//! The model reads one sentence at a time, as models for names are trained; a sentence that is too long for it is read
//! in windows.

use std::path::Path;

use blattwerk_core::{Built, Document, Entity, Result, Span, Stage};
use blattwerk_transformer::{Config, TokenClassifier};

/// Builds a backend; paths are relative to `root`.
pub(crate) fn build(config: &Config, root: &Path) -> Result<Built<Vec<Entity>>> {
    let model = TokenClassifier::load(config, root)?;
    let assets = model.assets().to_vec();
    let mut built = Built::new(Transformer(model));
    built.assets = assets;
    Ok(built)
}

struct Transformer(TokenClassifier);

impl Stage for Transformer {
    type Layer = Vec<Entity>;

    fn process(&self, document: &Document) -> Result<Vec<Entity>> {
        let mut layers = self.process_all(std::slice::from_ref(document));
        layers.pop().expect("a document has a layer")
    }

    fn process_all(&self, documents: &[Document]) -> Vec<Result<Vec<Entity>>> {
        let sentences: Vec<&str> = documents
            .iter()
            .flat_map(|document| document.sentences.iter().map(|&span| &document.text[span]))
            .collect();
        let mut found = self.0.find(&sentences).into_iter();
        documents
            .iter()
            .map(|document| {
                // All results of a document are consumed, even after one that failed.
                let found: Vec<_> = found.by_ref().take(document.sentences.len()).collect();
                let mut entities = Vec::new();
                for (sentence, found) in document.sentences.iter().zip(found) {
                    entities.extend(found?.into_iter().map(|found| Entity {
                        span: Span::new(
                            sentence.start + found.span.start,
                            sentence.start + found.span.end,
                        ),
                        label: found.label,
                        score: found.score,
                    }));
                }
                Ok(entities)
            })
            .collect()
    }
}

#[cfg(all(test, feature = "onnx"))]
mod tests {
    use std::path::PathBuf;

    use blattwerk_core::contract;

    use super::*;

    fn models() -> PathBuf {
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/models")
    }

    fn config(model: &str) -> Config {
        Config {
            model: model.into(),
            ..Config::default()
        }
    }

    fn spans(found: &[Entity]) -> Vec<Span> {
        found.iter().map(|entity| entity.span).collect()
    }

    #[test]
    fn keeps_the_contract() {
        for model in [
            "bert-tokens",
            "electra-tokens",
            "roberta-tokens",
            "xlm-roberta-tokens",
        ] {
            let built = build(&config(model), &models()).unwrap();
            let text =
                "„Ja“, sagte Ada Müller in Köln.\nRene\u{301} aus Mu\u{308}nchen schwieg 😀.";
            contract::check(&*built.stage, text, |found| spans(found));
        }
    }

    #[test]
    fn entities_are_those_of_the_sentences() {
        let built = build(&config("bert-tokens"), &models()).unwrap();
        let sentences = [
            "Die Bürgermeisterin von Köln eröffnete die Brücke.",
            "Großes Unglück in Österreich.",
        ];
        let mut document = Document::new("a", sentences.join("\n"));
        let second = sentences[0].len() + 1;
        document.sentences = vec![
            Span::new(0, sentences[0].len()),
            Span::new(second, second + sentences[1].len()),
        ];
        let together = built.stage.process(&document).unwrap();
        let mut apart = Vec::new();
        for (sentence, start) in sentences.iter().zip([0, second]) {
            let mut alone = Document::new("b", *sentence);
            alone.sentences = vec![Span::new(0, sentence.len())];
            apart.extend(
                built
                    .stage
                    .process(&alone)
                    .unwrap()
                    .into_iter()
                    .map(|mut entity| {
                        entity.span = Span::new(entity.span.start + start, entity.span.end + start);
                        entity
                    }),
            );
        }
        assert!(
            !together.is_empty(),
            "random as it is, the model marks something"
        );
        assert_eq!(together, apart);
    }

    #[test]
    fn labels_can_be_renamed() {
        let mut renamed = config("bert-tokens");
        renamed.labels = [("LOC".to_owned(), "PLACE".to_owned())].into();
        let document = {
            let text = "Die Bürgermeisterin von Köln eröffnete die Brücke.";
            let mut document = Document::new("a", text);
            document.sentences = vec![Span::new(0, text.len())];
            document
        };
        let labels = |config: &Config| -> Vec<String> {
            let found = build(config, &models()).unwrap().stage.process(&document);
            found
                .unwrap()
                .iter()
                .map(|entity| entity.label.to_string())
                .collect()
        };
        let (plain, renamed) = (labels(&config("bert-tokens")), labels(&renamed));
        let expected: Vec<String> = plain
            .iter()
            .map(|label| label.replace("LOC", "PLACE"))
            .collect();
        assert_ne!(plain, renamed, "the model finds a place");
        assert_eq!(renamed, expected);
    }
}

#[cfg(all(test, not(feature = "onnx")))]
mod tests_without {
    use super::*;

    #[test]
    fn a_build_without_says_which_feature_to_build() {
        let error = build(&Config::default(), Path::new(""))
            .err()
            .unwrap()
            .to_string();
        assert_eq!(
            error,
            "`runtime`: expected a build with the runtime `rten`: `cargo build --release --features onnx`, found one \
             without"
        );
    }
}
