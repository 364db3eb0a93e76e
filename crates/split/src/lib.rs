//! Sentence splitting: finds the sentences of a document.
//!
//! A backend gets the text and promises sentences in text order that do not overlap, are not empty and do not
//! start or end with white space. Between them there is only white space, so no letter is lost.
//!
//! [`eval`] measures a backend against sentences split by hand.

mod command;
pub mod eval;
mod rules;

use std::path::Path;

use blattwerk_core::{Built, Document, Result, Span};
use schemars::JsonSchema;
use serde::Deserialize;

/// Chooses how sentences are found.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(tag = "backend", rename_all = "kebab-case")]
pub enum Config {
    /// Makes the whole text one sentence.
    Off,
    /// Finds sentence ends with rules for German and a list of abbreviations.
    Rules(rules::Config),
    /// Asks a program of yours; both sides write one JSON object per line.
    Command(blattwerk_command::Config),
}

impl Config {
    /// Builds the backend; paths are relative to `root`.
    ///
    /// # Errors
    ///
    /// If a setting is invalid, or a file is missing or malformed.
    pub fn build(&self, root: &Path) -> Result<Built<Vec<Span>>> {
        match self {
            Self::Off => Ok(Built::new(|document: &Document| Ok(whole(document)))),
            Self::Rules(config) => config.build(root),
            Self::Command(config) => config.build::<command::Answer>(root),
        }
    }
}

/// Returns one sentence, from the first to the last character that is not white space.
fn whole(document: &Document) -> Vec<Span> {
    let text = document.text.as_str();
    let start = text.len() - text.trim_start().len();
    let end = text.trim_end().len();
    if start < end {
        vec![Span::new(start, end)]
    } else {
        Vec::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn off_is_one_sentence_over_everything() {
        let built = Config::Off
            .build(Path::new("."))
            .expect("off needs nothing");
        let document = Document::new("a", " Ja. Nein.\nDoch. ");
        let found = built.stage.process(&document).unwrap();
        assert_eq!(found.len(), 1);
        assert_eq!(&document.text[found[0]], "Ja. Nein.\nDoch.");
        blattwerk_core::contract::check(&*built.stage, "Ja. Nein.", Vec::clone);
    }
}
