//! Names, stance and tone from one pass of the encoder.
//!
//! What it judges on the way stays with the document, so that *sentiment* with the same model need not read it again.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use blattwerk_core::{Built, Document, Entity, Label, Names, Result, Span, Stage};
use blattwerk_encoder::{Encoder, Stretch};
use schemars::JsonSchema;
use serde::Deserialize;

use crate::crf::{self, Prefer, merge};
use crate::gazetteer;
use crate::names::Names as Listed;

/// Finds names with a small encoder, more exactly than `crf` but many times more slowly, plus the names in your own
/// lists.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// Path of your own model: a folder with `model.bin`, or that file. Default: the embedded German model.
    #[schemars(example = "my-encoder")]
    pub model: Option<PathBuf>,
    /// Your own name lists, such as `["names.tsv"]`: UTF-8, one name, a tab and any label per line. Names found
    /// with them have score 1.00. Default: none.
    #[schemars(example = vec!["names.tsv"])]
    pub lists: Vec<PathBuf>,
    /// Which name is kept where one from a list and one from the model overlap. Default: `lists`.
    pub prefer: Prefer,
    /// Whether the tagger of the backend `crf`, with its embedded model, has a say in what is a name: that finds more and
    /// takes little time beside the encoder. Default: true.
    pub combine: bool,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            model: None,
            lists: Vec::new(),
            prefer: Prefer::default(),
            combine: true,
        }
    }
}

impl Config {
    /// Builds the backend; paths are relative to `root`.
    ///
    /// # Errors
    ///
    /// If the model or a list is missing or malformed.
    pub fn build(&self, root: &Path) -> Result<Built<Names>> {
        let encoder = blattwerk_encoder::load(self.model.as_deref(), root)?;
        let mut names = Vec::new();
        let mut assets = vec![encoder.asset().clone()];
        let tagger = if self.combine {
            let (model, asset) = crf::embedded();
            assets.push(asset);
            Some((model, crf::labels()))
        } else {
            None
        };
        assets.extend(gazetteer::read_lists(&self.lists, root, &mut names)?);
        let mut built = Built::new(Reader {
            encoder,
            tagger,
            names: Listed::new(names)?,
            prefer: self.prefer,
        });
        built.assets = assets;
        Ok(built)
    }
}

struct Reader {
    encoder: Arc<Encoder>,
    tagger: Option<(crf::Model, [Label; 4])>,
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
        let (entities, judged) = self.encoder.read(document, |stretch| {
            let found = self.names(document, stretch);
            if listed.is_empty() {
                return found;
            }
            let span = stretch.span();
            // A listed name can begin in the stretch before.
            let listed = within(&listed, span);
            let merged = match self.prefer {
                Prefer::Lists => merge(listed, found),
                Prefer::Model => merge(&found, listed.to_vec()),
            };
            merged
                .into_iter()
                .filter(|entity| entity.span.start >= span.start)
                .collect()
        });
        Names {
            entities,
            judged: Some(judged),
        }
    }

    /// The names of a stretch: with the tagger, those that both together find the likeliest.
    fn names(&self, document: &Document, stretch: &Stretch) -> Vec<Entity> {
        let Some((tagger, labels)) = &self.tagger else {
            return stretch.names();
        };
        let sentences = &document.sentences[stretch.sentences()];
        let tags = |token| {
            let scores = stretch.tags(token)?;
            Some(scores.map(|score| SHARE * score))
        };
        crf::tag_part(tagger, labels, &document.text, sentences, Some(&tags))
    }
}

/// The weight of the encoder's scores beside the tagger's: the best of 0.3, 0.5, 0.7 and 1 on readers/bundestag.dev.
const SHARE: f32 = 0.5;

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

    /// The encoder of the tests: its weights are random.
    fn build(lists: Vec<PathBuf>, root: &Path) -> Built<Names> {
        let model = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/models/encoder");
        let config = Config {
            model: Some(model),
            lists,
            combine: false,
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
    fn the_embedded_model_finds_names_and_judges_them() {
        let text = "Richterin Ada Beispiel verurteilte die Firma Muster AG wegen Betrugs.";
        for combine in [true, false] {
            let config = Config {
                combine,
                ..Config::default()
            };
            let built = config.build(Path::new("")).unwrap();
            let mut document = Document::new("a", text);
            document.sentences = vec![Span::new(0, text.len())];
            let names = built.stage.process(&document).unwrap();
            let found: Vec<_> = names
                .entities
                .iter()
                .map(|entity| (&document.text[entity.span], &*entity.label))
                .collect();
            assert_eq!(found, [("Ada Beispiel", "PER"), ("Muster AG", "ORG")]);
            let [judge, firm] = names.judged.unwrap().entities[..] else {
                panic!("two names are judged");
            };
            assert!(firm[0] > judge[0] && firm[0] > 0.4, "{firm:?}, {judge:?}");
            let hashes = built.assets.len();
            assert_eq!(hashes, 1 + usize::from(combine), "each model is told");
        }
    }
}
