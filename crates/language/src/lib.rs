//! Language: detects the language of an article, and decides what happens to articles in another language.
//!
//! A backend answers only when it is sure: an article that is too short to tell has no language and is
//! treated like one in the expected language. So no article is skipped on a guess.

mod codes;
mod scripts;
mod trigrams;

use std::path::Path;

use blattwerk_core::{Built, Document, Result};
use schemars::JsonSchema;
use serde::Deserialize;

/// What a backend says about an article.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Detected {
    /// The language as an ISO 639-1 code, if it could be determined.
    pub language: Option<&'static str>,
    /// Whether the config wants this article left out.
    pub is_skipped: bool,
}

/// Chooses how the language is detected.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(tag = "backend", rename_all = "kebab-case")]
pub enum Config {
    /// Detects nothing: the language is the one given in the record.
    Off,
    /// Looks at the script and for German words, then compares sequences of three letters with those of 70
    /// languages.
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
    /// If the expected language is unknown.
    pub fn build(&self, root: &Path) -> Result<Built<Detected>> {
        match self {
            Self::Off => Ok(Built::new(|_: &Document| Ok(Detected::default()))),
            Self::Trigrams(config) => config.build(root),
        }
    }
}
