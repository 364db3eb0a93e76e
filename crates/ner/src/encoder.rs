//! Names, stance and tone from one pass of the encoder.
//!
//! What it judges on the way stays with the document, so that *sentiment* with the same model need not read it again.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use blattwerk_core::{Built, Document, Entity, Names, Result, Span, Stage};
use blattwerk_encoder::Encoder;
use schemars::JsonSchema;
use serde::Deserialize;

use crate::crf::{Prefer, merge};
use crate::gazetteer;
use crate::names::Names as Listed;

/// Finds names with a small encoder, more exactly than `crf` but many times more slowly, plus the names in your own
/// lists.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// The model: a folder with `model.bin`, or that file. Required.
    #[schemars(example = "my-encoder")]
    pub model: PathBuf,
    /// Your own name lists, such as `["names.tsv"]`: UTF-8, one name, a tab and any label per line. Names found
    /// with them have score 1.00. Default: none.
    #[schemars(example = vec!["names.tsv"])]
    pub lists: Vec<PathBuf>,
    /// Which name is kept where one from a list and one from the model overlap. Default: `lists`.
    pub prefer: Prefer,
}

impl Config {
    /// Builds the backend; paths are relative to `root`.
    ///
    /// # Errors
    ///
    /// If the model or a list is missing or malformed.
    pub fn build(&self, root: &Path) -> Result<Built<Names>> {
        let encoder = blattwerk_encoder::load_configured(&self.model, root)?;
        let mut names = Vec::new();
        let mut assets = vec![encoder.asset().clone()];
        assets.extend(gazetteer::read_lists(&self.lists, root, &mut names)?);
        let mut built = Built::new(Reader {
            encoder,
            names: Listed::new(names)?,
            prefer: self.prefer,
        });
        built.assets = assets;
        Ok(built)
    }
}

struct Reader {
    encoder: Arc<Encoder>,
    names: Listed,
    prefer: Prefer,
}

impl Reader {
    fn read(&self, document: &Document) -> Names {
        let listed = if self.names.is_empty() {
            Vec::new()
        } else {
            gazetteer::find(&self.names, document)
        };
        self.encoder.read(document, |part, found| {
            if listed.is_empty() {
                return found;
            }
            // A listed name can begin in the part before.
            let listed = within(&listed, part);
            let merged = match self.prefer {
                Prefer::Lists => merge(listed, found),
                Prefer::Model => merge(&found, listed.to_vec()),
            };
            merged
                .into_iter()
                .filter(|entity| entity.span.start >= part.start)
                .collect()
        })
    }
}

/// The entities that overlap a span.
fn within(entities: &[Entity], span: Span) -> &[Entity] {
    let first = entities.partition_point(|entity| entity.span.end <= span.start);
    let last = entities.partition_point(|entity| entity.span.start < span.end);
    entities.get(first..last).unwrap_or_default()
}

impl Stage for Reader {
    type Layer = Names;

    fn process(&self, document: &Document) -> Result<Names> {
        let mut layers = self.process_all(std::slice::from_ref(document));
        layers.pop().expect("a document has a layer")
    }

    fn process_all(&self, documents: &[Document]) -> Vec<Result<Names>> {
        self.encoder
            .read_all(documents, |document| Ok(self.read(document)))
    }
}

#[cfg(test)]
mod tests {
    use blattwerk_core::contract;

    use super::*;

    fn build(lists: Vec<PathBuf>, root: &Path) -> Built<Names> {
        let model = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/models/encoder");
        let config = Config {
            model,
            lists,
            ..Config::default()
        };
        config.build(root).unwrap()
    }

    fn spans(found: &Names) -> Vec<Span> {
        found.entities.iter().map(|entity| entity.span).collect()
    }

    const TEXT: &str =
        "„Ja“, sagte Ada Müller in Köln.\nRene\u{301} aus Mu\u{308}nchen schwieg 😀.";

    #[test]
    fn keeps_the_contract() {
        contract::check(&*build(vec![], Path::new("")).stage, TEXT, spans);
    }

    #[test]
    fn every_sentence_and_name_is_judged() {
        let built = build(vec![], Path::new(""));
        let mut document = Document::new("a", TEXT.repeat(9));
        let mut at = 0;
        for line in document.text.as_str().split_inclusive('\n') {
            document
                .sentences
                .push(Span::new(at, at + line.trim_end().len()));
            at += line.len();
        }
        let names = built.stage.process(&document).unwrap();
        assert!(
            !names.entities.is_empty(),
            "random as it is, it marks something"
        );
        let judged = names.judged.unwrap();
        assert_eq!(judged.sentences.len(), document.sentences.len());
        assert_eq!(judged.entities.len(), names.entities.len());
        for probabilities in judged.sentences.iter().chain(&judged.entities) {
            let sum: f32 = probabilities.iter().sum();
            assert!((sum - 1.0).abs() < 1e-4, "{probabilities:?}");
        }
    }

    #[test]
    fn listed_names_win_and_are_judged() {
        let folder = tempfile::tempdir().unwrap();
        let list = folder.path().join("names.tsv");
        std::fs::write(&list, "sagte Ada\tX\nschwieg\tX\n").unwrap();
        let built = build(vec![list], folder.path());
        let mut document = Document::new("a", "Nie, sagte Ada in Köln Rene schwieg.");
        document.sentences = vec![Span::new(0, 23), Span::new(24, 37)];
        let names = built.stage.process(&document).unwrap();
        let listed: Vec<_> = names
            .entities
            .iter()
            .filter(|entity| &*entity.label == "X")
            .map(|entity| &document.text[entity.span])
            .collect();
        assert_eq!(listed, ["sagte Ada", "schwieg"]);
        assert!(
            names
                .entities
                .is_sorted_by(|a, b| a.span.end <= b.span.start)
        );
        assert_eq!(names.judged.unwrap().entities.len(), names.entities.len());
    }

    #[test]
    fn a_missing_model_is_named() {
        let error = Config::default().build(Path::new("")).err().unwrap();
        let expected = "`model`: expected the folder of an encoder, or its `model.bin`, found none";
        assert_eq!(error.to_string(), expected);
    }
}
