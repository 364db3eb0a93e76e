//! Language: tells in which language an article is written, and what is done with those in another one.
//!
//! A backend says what it is sure of and nothing else: an article that is too short to tell has no language,
//! and counts as one of the expected. So nothing is skipped on a guess.

mod codes;
mod trigrams;

use std::path::Path;

use blattwerk_core::{Built, Document, Result};
use schemars::JsonSchema;
use serde::Deserialize;

/// What a backend says about an article.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Detected {
    /// The language as a code of ISO 639-1, if it can be told.
    pub language: Option<&'static str>,
    /// Whether the config wants such an article left out.
    pub is_skipped: bool,
}

/// Chooses how the language is found.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(tag = "backend", rename_all = "kebab-case")]
pub enum Config {
    /// Detects nothing: the language is what the record says.
    Off,
    /// Looks for German words, then compares sequences of three letters with those of 70 languages.
    Trigrams(trigrams::Config),
}

impl Default for Config {
    fn default() -> Self {
        Self::Trigrams(trigrams::Config::default())
    }
}

impl Config {
    /// Builds the backend; paths are relative to `root`.
    ///
    /// # Errors
    ///
    /// If the expected language is not known.
    pub fn build(&self, root: &Path) -> Result<Built<Detected>> {
        match self {
            Self::Off => Ok(Built::new(|_: &Document| Ok(Detected::default()))),
            Self::Trigrams(config) => config.build(root),
        }
    }
}
