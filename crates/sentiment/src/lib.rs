//! Sentiment: whether an article, and each of its sentences, speaks well or badly of its subject.
//!
//! A backend sees the text, its sentences and its entities, and returns one judgement of the article
//! (even of an empty one), then one of each sentence in order; only the user's own program may leave some
//! out. `score` is the probability of the chosen class. On request, `linear` and `lexicon` name the words that
//! carried a judgement.

mod clause;
mod command;
mod encoder;
pub mod eval;
#[cfg(test)]
mod fairness;
pub mod lexicon;
pub mod linear;
mod reasons;
mod transformer;
mod words;

use std::path::Path;

use blattwerk_core::{Built, Document, Result, Sentiment};
use schemars::JsonSchema;
use serde::Deserialize;

/// Chooses how sentiment is judged.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(tag = "backend", rename_all = "kebab-case")]
pub enum Config {
    /// Judges nothing.
    Off,
    /// Judges with a trained model, including the attitude toward each name.
    Linear(linear::Config),
    /// Judges with a small encoder, also the attitude toward each name: more exactly, but many times more slowly.
    Encoder(encoder::Config),
    /// Adds up the weights of a polarity lexicon, clause by clause, with negation.
    Lexicon(lexicon::Config),
    /// Runs your own transformer model on the article and on each sentence.
    Onnx(blattwerk_transformer::Config),
    /// Does the same with libtorch, from the original weights.
    RustBert(blattwerk_transformer::rust_bert::Config),
    /// Asks your own program, in JSON lines.
    Command(blattwerk_command::Config),
}

impl Config {
    /// Builds the backend; paths are relative to `root`.
    ///
    /// # Errors
    ///
    /// If a setting is out of range, or a file is missing or malformed.
    pub fn build(&self, root: &Path) -> Result<Built<Vec<Sentiment>>> {
        match self {
            Self::Off => Ok(Built::new(|_: &Document| Ok(Vec::new()))),
            Self::Linear(config) => config.build(root),
            Self::Encoder(config) => config.build(root),
            Self::Lexicon(config) => config.build(root),
            Self::Onnx(config) => transformer::build(config, root),
            Self::RustBert(config) => transformer::build(&config.into(), root),
            Self::Command(config) => config.build::<command::Answer>(root),
        }
    }
}
