//! A trained tagger for names of persons, places, organizations and others.
//!
//! [`Model`] is the tagger at run time: a linear-chain conditional random field (Lafferty et al., 2001) over sparse
//! features of words (`feature`), with a `memory` of the article. [`train`] learns its weights from labelled
//! sentences ([`corpus`]); [`knowledge`] and [`uses`] learn what it knows about words ([`lexicon`]) from raw text.
//! [`score`] measures it, and [`calibrate`] turns its scores into probabilities.

#![expect(
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    clippy::cast_sign_loss,
    reason = "counts, class numbers and small weights are converted between integers and floats all over"
)]
#![expect(
    clippy::needless_range_loop,
    reason = "tags index several arrays at once"
)]

mod borders;
pub mod calibrate;
mod chain;
mod content;
pub mod corpus;
mod entity;
mod feature;
mod hash;
pub mod knowledge;
pub mod lexicon;
mod memory;
mod model;
pub mod phrase;
mod random;
mod recent;
mod roles;
pub mod score;
mod spelling;
pub mod tag;
mod tails;
mod tokens;
pub mod train;
pub mod uses;
mod vectors;

use std::path::{Path, PathBuf};

use blattwerk_core::{Asset, Built, Document, Entity, Result, Span, Text, token};
use blattwerk_model_file::{self as model_file, pack::Aligned};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub use self::model::Model;
use self::tag::{Label, TAGS};
use crate::gazetteer;
use crate::names::Names;

/// The embedded model; `models/ner-de/MODEL.md` is its card.
static EMBEDDED: &Aligned<[u8]> =
    &Aligned(*include_bytes!(concat!(env!("OUT_DIR"), "/ner-de.pack")));

/// Finds names with a trained tagger, plus the names in your own lists.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// Your own model: the folder written by `blattwerk train ner`, or the model file in it. Default: the
    /// embedded German model.
    #[schemars(example = "my-model")]
    pub model: Option<PathBuf>,
    /// Your own name lists, such as `["names.tsv"]`: UTF-8, one name, a tab and any label per line. Names found
    /// with them have score 1.00. Default: none.
    #[schemars(example = vec!["names.tsv"])]
    pub lists: Vec<PathBuf>,
    /// Which name is kept where one from a list and one from the model overlap. Default: `lists`.
    pub prefer: Prefer,
}

/// Which of two overlapping names is kept.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Prefer {
    /// The one from the user's lists.
    #[default]
    Lists,
    /// The one from the model.
    Model,
}

impl Config {
    /// Loads the model, relative to `root`, with its record.
    ///
    /// # Errors
    ///
    /// If it cannot be read, is damaged, or was made by another version.
    pub fn load_model(&self, root: &Path) -> Result<(Model, Asset)> {
        match &self.model {
            Some(path) => load(&root.join(path)),
            None => Ok(embedded()),
        }
    }

    /// Builds the backend; paths are relative to `root`.
    ///
    /// # Errors
    ///
    /// If the model or a list is missing or malformed.
    pub fn build(&self, root: &Path) -> Result<Built<Vec<Entity>>> {
        let (model, asset) = self.load_model(root)?;
        let mut names = Vec::new();
        let mut assets = vec![asset];
        assets.extend(gazetteer::read_lists(&self.lists, root, &mut names)?);
        let names = Names::new(names)?;
        let prefer = self.prefer;
        let labels = labels();
        let mut built = Built::new(move |document: &Document| {
            let tagged = tag(&model, &labels, document);
            if names.is_empty() {
                return Ok(tagged);
            }
            let listed = gazetteer::find(&names, document);
            Ok(match prefer {
                Prefer::Lists => merge(&listed, tagged),
                Prefer::Model => merge(&tagged, listed),
            })
        });
        built.assets = assets;
        Ok(built)
    }
}

/// Returns the embedded model and its asset record.
pub fn embedded() -> (Model, Asset) {
    model_file::packed("ner-de", EMBEDDED, Model::unpack)
}

/// Loads a user's model, a folder or a file, and its asset record.
///
/// # Errors
///
/// If it cannot be read, is damaged, or was made by another version.
pub fn load(path: &Path) -> Result<(Model, Asset)> {
    model_file::load(path, Model::load)
}

/// The labels of names, in the order of the model's.
pub(crate) fn labels() -> [blattwerk_core::Label; 4] {
    Label::ALL.map(|label| label.as_str().into())
}

/// The most sentences read together. An article has fewer; a book in a single record must not take gigabytes of
/// memory.
const TOGETHER: usize = 2000;

/// Tags a document.
fn tag(model: &Model, labels: &[blattwerk_core::Label; 4], document: &Document) -> Vec<Entity> {
    let parts = document.sentences.chunks(TOGETHER);
    parts
        .flat_map(|sentences| tag_part(model, labels, &document.text, sentences, None))
        .collect()
}

/// Tags sentences as one unit, since names explain each other. `other` returns the scores of another model, if there is
/// one, which are added.
pub(crate) fn tag_part(
    model: &Model,
    labels: &[blattwerk_core::Label; 4],
    text: &Text,
    sentences: &[Span],
    other: Option<&dyn Fn(Span) -> Option<[f32; TAGS]>>,
) -> Vec<Entity> {
    let mut tokens = Vec::new();
    let mut starts = vec![0];
    for &sentence in sentences {
        let first = tokens.len();
        for token in token::tokens(&text[sentence]) {
            tokens::push_parts(&text[sentence], token, sentence.start, &mut tokens);
            join_dashed(model, text, first, &mut tokens);
        }
        starts.push(tokens.len());
    }
    let words: Vec<&str> = tokens.iter().map(|&token| &text[token]).collect();
    let sentences = || starts.windows(2).map(|at| at[0]..at[1]);
    let words: Vec<&[&str]> = sentences().map(|sentence| &words[sentence]).collect();
    let others: Vec<Vec<[f32; TAGS]>> = other.map_or_else(Vec::new, |other| {
        let scores = |&token: &Span| other(token).unwrap_or_default();
        sentences()
            .map(|sentence| tokens[sentence].iter().map(scores).collect())
            .collect()
    });
    let entities = model
        .entities_with(&words, &others)
        .into_iter()
        .map(|found| {
            let tokens = &tokens[starts[found.sentence]..];
            Entity {
                span: Span::new(tokens[found.start].start, tokens[found.end - 1].end),
                label: labels[found.label as usize].clone(),
                score: found.score,
            }
        });
    entities.collect()
}

/// Joins the last three of the tokens from `start` on if they are a name with a dash for its hyphen: "Schleswig–Holstein".
fn join_dashed(model: &Model, text: &Text, start: usize, tokens: &mut Vec<Span>) {
    let &[.., first, dash, last] = &tokens[start..] else {
        return;
    };
    let touch = first.end == dash.start && dash.end == last.start;
    if touch && &text[dash] == "–" && model.is_hyphenated(&text[first], &text[last]) {
        tokens.truncate(tokens.len() - 3);
        tokens.push(Span::new(first.start, last.end));
    }
}

/// Merges two layers in text order; where two names overlap, the one from `first` is kept.
pub(crate) fn merge(first: &[Entity], second: Vec<Entity>) -> Vec<Entity> {
    let mut winners = first.iter().peekable();
    let mut merged: Vec<Entity> = Vec::with_capacity(first.len() + second.len());
    for entity in second {
        while winners
            .next_if(|winner| winner.span.end <= entity.span.start)
            .is_some()
        {}
        if !winners
            .peek()
            .is_some_and(|winner| winner.span.overlaps(entity.span))
        {
            merged.push(entity);
        }
    }
    merged.extend_from_slice(first);
    merged.sort_by_key(|entity| entity.span);
    merged
}

#[cfg(test)]
mod tests {
    use blattwerk_core::contract;
    use blattwerk_model_file::FILE;

    use super::*;

    fn spans(found: &[Entity]) -> Vec<Span> {
        found.iter().map(|entity| entity.span).collect()
    }

    fn found(config: &Config, sentences: &[&str]) -> Vec<(String, String)> {
        let mut document = Document::new("a", sentences.join(" "));
        let mut at = 0;
        for sentence in sentences {
            document.sentences.push(Span::new(at, at + sentence.len()));
            at += sentence.len() + 1;
        }
        let entities = config
            .build(Path::new(""))
            .unwrap()
            .stage
            .process(&document)
            .unwrap();
        let quoted = entities
            .iter()
            .map(|e| (document.text[e.span].to_owned(), e.label.to_string()));
        quoted.collect()
    }

    #[test]
    fn keeps_the_contract() {
        let built = Config::default().build(Path::new("")).unwrap();
        let text = "Die Kanzlerin Angela Merkel traf in Berlin den Chef der Deutschen Bahn AG.";
        contract::check(&*built.stage, text, |found| spans(found));
    }

    #[test]
    fn names_of_the_news_are_found() {
        let names = found(
            &Config::default(),
            &[
                "Bundeskanzlerin Angela Merkel reiste am Montag nach Paris.",
                "Die SPD lobte Merkel.",
            ],
        );
        let expected = [
            ("Angela Merkel", "PER"),
            ("Paris", "LOC"),
            ("SPD", "ORG"),
            ("Merkel", "PER"),
        ];
        assert_eq!(
            names,
            expected.map(|(name, label)| (name.to_owned(), label.to_owned()))
        );
    }

    #[test]
    fn names_end_where_the_cases_say() {
        let stage = Config::default().build(Path::new("")).unwrap().stage;
        let mut wrong = Vec::new();
        let mut count = 0;
        for line in include_str!("../tests/cases.txt").lines() {
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            count += 1;
            let (text, names) = line.split_once(" => ").unwrap_or_else(|| panic!("{line}"));
            let mut document = Document::new("case", text.replace(" ⏎ ", "\n"));
            let mut at = 0;
            for sentence in document.text.as_str().lines() {
                document.sentences.push(Span::new(at, at + sentence.len()));
                at += sentence.len() + 1;
            }
            let found = stage.process(&document).unwrap();
            let found: Vec<String> = found
                .iter()
                .map(|e| format!("{}/{}", &document.text[e.span], e.label))
                .collect();
            if found.join(", ") != names {
                wrong.push(format!(
                    "{text}\nexpected {names}\n   found {}",
                    found.join(", ")
                ));
            }
        }
        assert!(
            wrong.is_empty(),
            "{} of {count}:\n{}",
            wrong.len(),
            wrong.join("\n")
        );
        assert!(count >= 50, "{count} cases");
    }

    #[test]
    fn of_overlapping_names_the_first_layer_wins() {
        let entity = |start, end, label: &str| Entity {
            span: Span::new(start, end),
            label: label.into(),
            score: 1.0,
        };
        let first = vec![entity(5, 10, "A"), entity(20, 30, "A")];
        let second = vec![
            entity(0, 5, "B"),
            entity(8, 12, "B"),
            entity(12, 14, "B"),
            entity(25, 26, "B"),
            entity(30, 31, "B"),
        ];
        let merged = merge(&first, second.clone());
        let expected = [(0, 5), (5, 10), (12, 14), (20, 30), (30, 31)]
            .map(|(start, end)| Span::new(start, end));
        assert_eq!(spans(&merged), expected);
        let merged = merge(&second, first);
        let expected = [(0, 5), (8, 12), (12, 14), (25, 26), (30, 31)]
            .map(|(start, end)| Span::new(start, end));
        assert_eq!(spans(&merged), expected);
    }

    #[test]
    fn the_users_list_wins_unless_told() {
        let folder = tempfile::tempdir().unwrap();
        let list = folder.path().join("names.tsv");
        std::fs::write(&list, "Paris\tHERO\n").unwrap();
        let mut config = Config {
            lists: vec![list],
            ..Config::default()
        };
        let sentence = ["Sie reiste am Montag nach Paris und Berlin."];
        let labels = |config: &Config| -> Vec<String> {
            found(config, &sentence)
                .into_iter()
                .map(|(_, label)| label)
                .collect()
        };
        assert_eq!(labels(&config), ["HERO", "LOC"]);
        config.prefer = Prefer::Model;
        assert_eq!(labels(&config), ["LOC", "LOC"]);
    }

    #[test]
    fn the_embedded_model_is_that_of_its_file() {
        let path = Path::new("../../models/ner-de/model.bin");
        let ((packed, asset), (loaded, file)) = (embedded(), load(path).unwrap());
        assert_eq!(asset.hash, file.hash);
        assert_eq!(packed.to_bytes(), loaded.to_bytes());
        assert_eq!(packed.to_bytes(), std::fs::read(path).unwrap());
    }

    #[test]
    fn a_damaged_model_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let whole = include_bytes!("../../../models/ner-de/model.bin");
        let mut newer = whole.to_vec();
        newer[8] = 99;
        let mut older = whole.to_vec();
        older[8] = 3;
        let mut flipped = whole.to_vec();
        flipped[5000] ^= 1;
        let cases: [(&[u8], &str); 5] = [
            (b"", "expected a names model, found another kind of file"),
            (&whole[..whole.len() - 1], "bytes, found"),
            (&newer, "expected version 4 or older, found version 99"),
            (&older, "expected version 4 or newer, found version 3"),
            (&flipped, "expected the checksum"),
        ];
        for (bytes, says) in cases {
            let path = folder.path().join(FILE);
            std::fs::write(&path, bytes).unwrap();
            let config = Config {
                model: Some(folder.path().to_owned()),
                ..Config::default()
            };
            let error = config
                .build(Path::new(""))
                .err()
                .expect("it is damaged")
                .to_string();
            assert!(
                error.contains(says) && error.contains(FILE),
                "{says:?} is in {error:?}"
            );
        }
    }
}
