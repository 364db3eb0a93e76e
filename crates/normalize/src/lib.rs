//! Normalization: turns an article as it came in into clean text, and keeps the mapping back to the source.
//!
//! A backend returns the [`Text`](blattwerk_core::Text) of the document with changes applied. Its source
//! stays what came in, so every offset that later stages find can be expressed in characters of the original.
//! Each passage that was removed as a whole is listed with a reason. A backend only removes and repairs: it
//! adds no words, and an article that needs nothing comes out byte for byte as it was. The only white space
//! that remains is spaces and line feeds; an empty line separates paragraphs.

mod repeated;
mod rules;

use std::path::Path;

use blattwerk_core::{Built, Document, Normalized, Result};
use schemars::JsonSchema;
use serde::Deserialize;

pub use self::repeated::{List, Repeated};
pub use self::rules::{Config as RulesConfig, HardWraps, Rules};

/// Chooses how the text is cleaned.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(tag = "backend", rename_all = "kebab-case")]
pub enum Config {
    /// Keeps the text as it came in.
    Off,
    /// Applies named rules, each with its own switch.
    Rules(rules::Config),
}

impl Default for Config {
    fn default() -> Self {
        Self::Rules(rules::Config::default())
    }
}

impl Config {
    /// Builds the backend; paths are relative to `root`.
    ///
    /// # Errors
    ///
    /// If a list given by the user is missing or malformed.
    pub fn build(&self, root: &Path) -> Result<Built<Normalized>> {
        match self {
            Self::Off => Ok(Built::new(|document: &Document| {
                Ok(Normalized {
                    text: document.text.clone(),
                    removed: Vec::new(),
                    title: None,
                    date: None,
                })
            })),
            Self::Rules(config) => config.build(root),
        }
    }
}
