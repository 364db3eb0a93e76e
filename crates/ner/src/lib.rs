//! Named entity recognition: finds the names in a document and what kind of thing each names.
//!
//! A backend gets the text and its sentences, and promises entities in text order, without overlap, on character
//! boundaries. `score` is a probability.

mod command;
pub mod crf;
mod encoder;
pub mod gazetteer;
pub mod names;
mod transformer;

use std::path::Path;

use blattwerk_core::{Built, Document, Entity, Names, Result};
use schemars::JsonSchema;
use serde::Deserialize;

/// Chooses how names are found.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(tag = "backend", rename_all = "kebab-case")]
pub enum Config {
    /// Finds no names.
    Off,
    /// Finds names with a trained tagger, plus the names in your own lists.
    Crf(crf::Config),
    /// Finds names with a small encoder: more exactly, but many times more slowly.
    Encoder(encoder::Config),
    /// Finds the names in lists: the embedded one and your own.
    Gazetteer(gazetteer::Config),
    /// Runs your own transformer model on each sentence.
    Onnx(blattwerk_transformer::Config),
    /// Runs your own transformer model with libtorch, from its original weights.
    RustBert(blattwerk_transformer::rust_bert::Config),
    /// Asks a program of yours; both sides write one JSON object per line.
    Command(blattwerk_command::Config),
}

impl Config {
    /// Builds the backend; paths are relative to `root`.
    ///
    /// # Errors
    ///
    /// If a setting is invalid, or a file is missing or malformed.
    pub fn build(&self, root: &Path) -> Result<Built<Names>> {
        let built = match self {
            Self::Encoder(config) => return config.build(root),
            Self::Off => Built::new(|_: &Document| Ok(Vec::<Entity>::new())),
            Self::Crf(config) => config.build(root)?,
            Self::Gazetteer(config) => config.build(root)?,
            Self::Onnx(config) => transformer::build(config, root)?,
            Self::RustBert(config) => transformer::build(&config.into(), root)?,
            Self::Command(config) => config.build::<command::Answer>(root)?,
        };
        Ok(built.map(Names::from))
    }
}
