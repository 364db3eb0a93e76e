//! Sentiment by the user's own transformer model.
//!
//! The model judges the whole article and each sentence. A long article is judged in windows, whose probabilities are
//! averaged.

use std::path::Path;

use blattwerk_core::{Built, Document, Error, Level, Polarity, Result, Sentiment, Stage};
use blattwerk_transformer::{Config, SequenceClassifier, labels};

/// Builds a backend; paths are relative to `root`.
pub(crate) fn build(config: &Config, root: &Path) -> Result<Built<Vec<Sentiment>>> {
    let model = SequenceClassifier::load(config, root)?;
    let names: Vec<&str> = model.labels().iter().map(|name| &**name).collect();
    let classes = classes(&names, config)?;
    let assets = model.assets().to_vec();
    let mut built = Built::new(Transformer { model, classes });
    built.assets = assets;
    Ok(built)
}

/// The class of each label of a model, by its name or by its meaning in the config.
fn classes(names: &[&str], config: &Config) -> Result<Vec<Polarity>> {
    labels::check_keys(&config.labels, names.iter().copied())?;
    let classes: Result<Vec<Polarity>> = names
        .iter()
        .map(|&name| {
            let meaning = config.labels.get(name).map_or(name, String::as_str);
            polarity(meaning).ok_or_else(|| Error::Setting {
                key: "labels",
                expected: format!(
                    "for each label of the model `positive`, `neutral` or `negative`, such as `{{ \"{name}\" = \
                     \"positive\" }}`; the model has {}",
                    labels::quoted(names)
                ),
                found: format!("`{meaning}`"),
            })
        })
        .collect();
    let classes = classes?;
    if classes.iter().all(|class| *class == classes[0]) {
        return Err(Error::Setting {
            key: "labels",
            expected: "labels of different classes".into(),
            found: format!("only `{}`", classes[0]),
        });
    }
    Ok(classes)
}

/// The class for a label as models spell it.
fn polarity(name: &str) -> Option<Polarity> {
    Some(match name.to_lowercase().as_str() {
        "positive" | "positiv" | "pos" => Polarity::Positive,
        "neutral" | "neu" => Polarity::Neutral,
        "negative" | "negativ" | "neg" => Polarity::Negative,
        _ => return None,
    })
}

struct Transformer {
    model: SequenceClassifier,
    /// The class of each label.
    classes: Vec<Polarity>,
}

impl Transformer {
    /// The most likely class and its probability; the probabilities of labels with the same meaning are summed.
    fn judgement(&self, level: Level, probabilities: &[f32]) -> Sentiment {
        let (mut polarity, mut score) = (Polarity::Neutral, -1.0);
        for class in Polarity::ALL {
            let members = self.classes.iter().zip(probabilities);
            let sum: f32 = members
                .filter(|(of, _)| **of == class)
                .map(|(_, probability)| probability)
                .sum();
            if sum > score {
                (polarity, score) = (class, sum);
            }
        }
        Sentiment::new(level, polarity, score.clamp(0.0, 1.0))
    }
}

impl Stage for Transformer {
    type Layer = Vec<Sentiment>;

    fn process(&self, document: &Document) -> Result<Vec<Sentiment>> {
        let mut layers = self.process_all(std::slice::from_ref(document));
        layers.pop().expect("a document has a layer")
    }

    fn process_all(&self, documents: &[Document]) -> Vec<Result<Vec<Sentiment>>> {
        let texts: Vec<&str> = documents
            .iter()
            .flat_map(|document| {
                let sentences = document.sentences.iter().map(|&span| &document.text[span]);
                std::iter::once(document.text.as_str()).chain(sentences)
            })
            .collect();
        let mut judged = self.model.judge(&texts).into_iter();
        documents
            .iter()
            .map(|document| {
                let levels = std::iter::once(Level::Article)
                    .chain((0..document.sentences.len()).map(Level::Sentence));
                // All results of a document are taken, including those after one that failed.
                let judged: Vec<_> = judged.by_ref().take(1 + document.sentences.len()).collect();
                levels
                    .zip(judged)
                    .map(|(level, probabilities)| Ok(self.judgement(level, &probabilities?)))
                    .collect()
            })
            .collect()
    }
}

#[cfg(all(test, feature = "onnx"))]
mod tests {
    use blattwerk_core::{Span, contract};

    use super::*;

    fn load(model: &str, labels: &[(&str, &str)]) -> Result<Built<Vec<Sentiment>>> {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/models");
        let labels = labels
            .iter()
            .map(|(from, to)| ((*from).to_owned(), (*to).to_owned()));
        let config = Config {
            model: model.into(),
            labels: labels.collect(),
            ..Config::default()
        };
        build(&config, &root)
    }

    #[test]
    fn keeps_the_contract() {
        for model in [
            "bert-sequence",
            "distilbert-sequence",
            "roberta-sequence",
            "xlm-roberta-sequence",
        ] {
            let built = load(model, &[]).unwrap();
            contract::check(
                &*built.stage,
                "Köln freut sich 😀.\nRene\u{301} nicht.",
                |_| Vec::new(),
            );
        }
    }

    #[test]
    fn article_and_sentences_are_judged_in_order() {
        let built = load("bert-sequence", &[]).unwrap();
        let mut document = Document::new("a", "Großes Unglück. Köln freut sich.");
        document.sentences = vec![Span::new(0, 17), Span::new(18, 35)];
        let found = built.stage.process(&document).unwrap();
        let levels: Vec<Level> = found.iter().map(|judgement| judgement.level).collect();
        assert_eq!(
            levels,
            [Level::Article, Level::Sentence(0), Level::Sentence(1)]
        );
        assert!(
            found
                .iter()
                .all(|judgement| judgement.score >= 1.0 / 3.0 - 1e-6)
        );
    }

    #[test]
    fn labels_that_mean_the_same_are_summed() {
        let document = Document::new("a", "Köln freut sich.");
        let one = load("bert-sequence", &[])
            .unwrap()
            .stage
            .process(&document)
            .unwrap()[0]
            .clone();
        let mapping = [("neutral", "negative")];
        let two = load("bert-sequence", &mapping)
            .unwrap()
            .stage
            .process(&document)
            .unwrap()[0]
            .clone();
        assert!(
            two.score >= one.score - 1e-6,
            "{two:?} holds the labels of {one:?}"
        );
        assert_ne!(two.polarity, Polarity::Neutral);
    }

    #[test]
    fn labels_that_do_not_fit_are_refused() {
        let cases: [(&[(&str, &str)], &str); 3] = [
            (
                &[("LABEL_0", "positive")],
                "expected keys of `negative`, `neutral`, `positive`, found `LABEL_0`",
            ),
            (
                &[("neutral", "mixed")],
                "such as `{ \"neutral\" = \"positive\" }`",
            ),
            (
                &[("neutral", "negative"), ("positive", "negative")],
                "found only `negative`",
            ),
        ];
        for (labels, says) in cases {
            let error = load("bert-sequence", labels).err().unwrap().to_string();
            assert!(error.contains(says), "{says:?} is in {error:?}");
        }
        let error = load("bert-tokens", &[]).err().unwrap().to_string();
        assert!(error.contains("a sequence classifier"), "{error}");
    }
}
