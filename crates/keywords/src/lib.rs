//! Keywords: the nouns and names that say what an article is about.
//!
//! A backend sees the text with its sentences and entities and returns spans of the text, best first. A keyword is
//! listed once, whatever its forms; `score` is 1 for the best keyword and falls towards 0.

pub mod keyness;

use std::path::Path;

use blattwerk_core::{Built, Document, Keyword, Result};
use schemars::JsonSchema;
use serde::Deserialize;

/// Chooses how keywords are found.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(tag = "backend", rename_all = "kebab-case")]
pub enum Config {
    /// Finds no keywords.
    Off,
    /// Takes the nouns and names that are unusually frequent in the article (Dunning 1993).
    Keyness(keyness::Config),
}

impl Config {
    /// Builds the backend; paths are relative to `root`.
    ///
    /// # Errors
    ///
    /// If a setting is out of range, or a file is missing or damaged.
    pub fn build(&self, root: &Path) -> Result<Built<Vec<Keyword>>> {
        match self {
            Self::Off => Ok(Built::new(|_: &Document| Ok(Vec::new()))),
            Self::Keyness(config) => config.build(root),
        }
    }
}
