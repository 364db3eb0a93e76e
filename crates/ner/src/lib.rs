//! Named entity recognition: finds the names in a document and what they name.
//!
//! A backend sees the text and its sentences, and promises entities in the order of the text, without
//! overlap, on character boundaries. `score` is a probability.

mod command;
pub mod crf;
pub mod gazetteer;
pub mod names;
mod transformer;

use std::path::Path;

use blattwerk_core::{Built, Document, Entity, Result};
use schemars::JsonSchema;
use serde::Deserialize;

/// Chooses how names are found.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(tag = "backend", rename_all = "kebab-case")]
pub enum Config {
    /// Finds no names.
    Off,
    /// Tags names with a trained model, beside the names of your own lists.
    Crf(crf::Config),
    /// Finds the names of lists, the built-in one and the user's.
    Gazetteer(gazetteer::Config),
    /// Runs a transformer model of yours on each sentence.
    Onnx(blattwerk_transformer::Config),
    /// Does the same by libtorch, from the weights as they were trained.
    RustBert(blattwerk_transformer::rust_bert::Config),
    /// Asks a program of yours, in lines of JSON.
    Command(blattwerk_command::Config),
}

impl Config {
    /// Builds the backend; paths are relative to `root`.
    ///
    /// # Errors
    ///
    /// If a setting makes no sense, or a file is missing or malformed.
    pub fn build(&self, root: &Path) -> Result<Built<Vec<Entity>>> {
        match self {
            Self::Off => Ok(Built::new(|_: &Document| Ok(Vec::new()))),
            Self::Crf(config) => config.build(root),
            Self::Gazetteer(config) => config.build(root),
            Self::Onnx(config) => transformer::build(config, root),
            Self::RustBert(config) => transformer::build(&config.into(), root),
            Self::Command(config) => config.build::<command::Answer>(root),
        }
    }
}
