//! The nouns and names that are more frequent in an article than in German at large.
//!
//! Candidates are nouns, names found by *ner*, and adjectives with their nouns if they repeatedly occur together
//! ("Neue Seidenstraße" is a name, "künstliche Intelligenz" a phrase). The score of a candidate is its
//! log-likelihood ratio (Dunning 1993) in the article against a background learned from raw text: how surprising its
//! frequency is. Candidates that are mentioned early score higher, because news puts the main point first, and so do those
//! mentioned in many sentences, because a repeated mention within a sentence counts less.
//!
//! The forms of a word are one candidate, and so are a person's full name and surname. A compound and its part ("Gasspeicher",
//! "Speicher") support each other, and the weaker of the two is ranked lower.
//!
//! - Dunning: Accurate methods for the statistics of surprise and coincidence. Computational Linguistics 19(1), 1993.

#![expect(
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    clippy::cast_sign_loss,
    reason = "counts are converted to floats, and logarithms to small steps"
)]

mod article;
pub mod background;
mod stem;
mod word;

use std::path::{Path, PathBuf};

use blattwerk_core::{Built, Document, Error, Keyword, Result};
use blattwerk_model_file as model_file;
use schemars::JsonSchema;
use serde::Deserialize;

use self::article::Reader;
use self::background::Background;

/// The embedded background; its model card is `models/keywords-de/MODEL.md`.
const EMBEDDED: &[u8] = include_bytes!("../../../models/keywords-de/model.bin");

/// The keys of `keyness`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// The maximum number of keywords per article. Default: 10.
    pub most: usize,
    /// Path of your own word frequencies, a file written by `scripts/train/keywords.sh`. Default: the embedded frequencies.
    #[schemars(example = "my-background.bin")]
    pub model: Option<PathBuf>,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            most: 10,
            model: None,
        }
    }
}

impl Config {
    /// Builds the backend; paths are relative to `root`.
    ///
    /// # Errors
    ///
    /// If `most` is 0, or the background file is missing or damaged.
    pub fn build(&self, root: &Path) -> Result<Built<Vec<Keyword>>> {
        if self.most == 0 {
            return Err(Error::Setting {
                key: "most",
                expected: "at least 1".into(),
                found: "0".into(),
            });
        }
        let (background, asset) = match &self.model {
            Some(path) => model_file::load(&root.join(path), Background::load)?,
            None => model_file::embedded("keywords-de", EMBEDDED, Background::load)?,
        };
        let most = self.most;
        let reader = Reader::new(background);
        let stage = move |document: &Document| Ok(reader.read(document).keywords(most));
        Ok(Built::new(stage).with(asset))
    }
}

#[cfg(test)]
mod tests {
    use blattwerk_core::{Change, Entity, Span, contract};

    use super::*;

    /// A document whose entities are the given names, all of them persons.
    fn document(text: &str, names: &[&str]) -> Document {
        let mut document = Document::new("a", text);
        let mut start = 0;
        for line in text.split_inclusive(". ") {
            document
                .sentences
                .push(Span::new(start, start + line.trim_end().len()));
            start += line.len();
        }
        let mut entities: Vec<Entity> = Vec::new();
        for name in names {
            for (at, _) in text.match_indices(name) {
                let span = Span::new(at, at + name.len());
                if !entities.iter().any(|entity| entity.span.overlaps(span)) {
                    entities.push(Entity {
                        span,
                        label: "PER".into(),
                        score: 1.0,
                    });
                }
            }
        }
        entities.sort_by_key(|entity| entity.span.start);
        document.entities = entities;
        document
    }

    fn found(document: &Document) -> Vec<&str> {
        let stage = Config::default().build(Path::new("")).unwrap().stage;
        let keywords = stage.process(document).unwrap();
        assert!(keywords.is_sorted_by(|a, b| a.score >= b.score && b.score > 0.0));
        assert!(
            keywords
                .first()
                .is_none_or(|best| (best.score - 1.0).abs() < f32::EPSILON)
        );
        keywords
            .iter()
            .map(|keyword| &document.text[keyword.span])
            .collect()
    }

    #[test]
    fn forms_are_one_keyword_in_the_most_frequent_form() {
        let document = document(
            "Mit den Gasspeichern gibt es Ärger. Ein Gasspeicher ist undicht. Der Rat will den Gasspeicher schließen.",
            &[],
        );
        let found = found(&document);
        assert_eq!(found[0], "Gasspeicher");
        let forms = found.iter().filter(|word| word.starts_with("Gasspeicher"));
        assert_eq!(forms.count(), 1, "{found:?}");
    }

    #[test]
    fn spellings_are_one_keyword() {
        let cases = [
            "Die Hafen-Fähre ist alt. Eine Hafen\u{2011}Fähre sank. Für die Hafen\u{2010}Fähre ist das das Ende.",
            "Alle Lehrer*innen streiken. Viele Lehrer:innen sind krank. Die Lehrerinnen fordern mehr.",
            "Der Gasspeicher ist alt. Ein Gas-Speicher ist leck. Den Gasspeicher baut keiner.",
            "Die Krähenplage ist da. Eine Kraehenplage kommt. Das nennt man Krähenplage.",
        ];
        for text in cases {
            let document = document(text, &[]);
            let found = found(&document);
            let mut keys: Vec<String> = found
                .iter()
                .map(|word| {
                    let letters = word.chars().filter(|c| c.is_alphabetic());
                    let lower: String = letters.flat_map(char::to_lowercase).collect();
                    lower.replace("ae", "ä")
                })
                .collect();
            keys.sort_unstable();
            let count = keys.len();
            keys.dedup();
            assert_eq!(keys.len(), count, "{found:?}");
        }
    }

    #[test]
    fn a_part_ranks_below_its_compound() {
        let document = document(
            "Der Gasspeicher ist undicht. Die Insel sperrt den Gasspeicher. Der Speicher ist alt. Die Insel wartet ab.",
            &[],
        );
        let found = found(&document);
        let place = |word: &str| found.iter().position(|found| *found == word).unwrap();
        assert_eq!(place("Gasspeicher"), 0);
        assert!(place("Insel") < place("Speicher"), "{found:?}");
    }

    #[test]
    fn a_person_is_one_keyword() {
        let document = document(
            "Petra Quast leitet das Theater. Im Herbst will Quast gehen. Quasts Vertrag endet.",
            &["Petra Quast", "Quasts", "Quast"],
        );
        let found = found(&document);
        assert_eq!(found[0], "Petra Quast");
        assert!(
            !found.contains(&"Quast") && !found.contains(&"Quasts"),
            "{found:?}"
        );
    }

    #[test]
    fn a_repeated_phrase_replaces_its_noun() {
        let document = document(
            "Das Werk setzt auf künstliche Intelligenz. Mit künstlicher Intelligenz werden Schrauben sortiert. Das \
             neue Verfahren mag künstliche Intelligenz sein.",
            &[],
        );
        let found = found(&document);
        assert_eq!(found[0], "künstliche Intelligenz");
        assert!(!found.contains(&"Intelligenz"), "{found:?}");
        assert!(
            found.contains(&"Verfahren"),
            "a phrase that occurs once is not a phrase: {found:?}"
        );
    }

    #[test]
    fn a_capital_at_the_start_makes_no_noun() {
        let document = document(
            "Gestern brach der Deich. Trotzdem blieben alle. „Wir hatten Glück“, hieß es. DAS WAR KNAPP. Am Montag kam Hilfe.",
            &[],
        );
        let mut found = found(&document);
        found.sort_unstable();
        assert_eq!(found, ["Deich", "Glück", "Hilfe"]);
    }

    #[test]
    fn a_keyword_quotes_the_source() {
        let mut document = Document::new("a", "Der Gas\u{AD}speicher ist zu.");
        document.text.apply(&[Change::delete(Span::new(7, 9))]);
        document.sentences = vec![document.text.span()];
        let stage = Config::default().build(Path::new("")).unwrap().stage;
        let keywords = stage.process(&document).unwrap();
        assert_eq!(document.text.quote(keywords[0].span), "Gas\u{AD}speicher");
    }

    #[test]
    fn the_number_of_keywords_is_limited() {
        let document = document("Hafen, Kran, Schiff und Lotse.", &[]);
        for most in [1, 3, 10] {
            let config = Config {
                most,
                ..Config::default()
            };
            let stage = config.build(Path::new("")).unwrap().stage;
            assert_eq!(stage.process(&document).unwrap().len(), most.min(4));
        }
        let none = Config {
            most: 0,
            ..Config::default()
        };
        let error = none.build(Path::new("")).err().unwrap();
        assert_eq!(error.to_string(), "`most`: expected at least 1, found 0");
    }

    #[test]
    fn a_missing_model_is_named() {
        let config = Config {
            model: Some("nirgends.bin".into()),
            ..Config::default()
        };
        let error = config.build(Path::new("")).err().unwrap();
        assert!(error.to_string().contains("nirgends.bin"), "{error}");
    }

    #[test]
    fn keeps_the_contract() {
        let built = Config::default().build(Path::new("")).unwrap();
        contract::check(
            &*built.stage,
            "Der Gasspeicher von Köln ist undicht.",
            |keywords| {
                let mut spans: Vec<Span> = keywords.iter().map(|keyword| keyword.span).collect();
                spans.sort_by_key(|span| span.start);
                spans
            },
        );
    }
}
