//! Summaries: the few sentences that tell most of an article.
//!
//! A backend sees the text with its sentences and returns whole sentences in text order, within the user's budget; an
//! article without sentences has an empty summary. Only a generating model and the user's own program may write new
//! text.
//!
//! The other backends differ only in how they rank sentences. What they share has modules of its own:
//! `readable` tells which sentences can stand alone, [`Budget`] limits the length, and `terms` turns
//! sentences into word vectors. A backend that compares sentences with each other compares a bounded number,
//! because an article may be as long as a book.

mod antecedent;
mod budget;
pub mod centroid;
mod command;
pub mod eval;
pub mod features;
pub mod graph;
pub mod lead;
mod lexrank;
mod mmr;
mod question;
mod readable;
mod rust_bert;
mod terms;
mod textrank;

use std::path::Path;

use blattwerk_core::{Built, Document, Result, Summary};
use schemars::JsonSchema;
use serde::Deserialize;

pub use budget::Budget;

/// Chooses how an article is shortened.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(tag = "backend", rename_all = "kebab-case")]
pub enum Config {
    /// Makes no summary.
    Off,
    /// Takes the first sentences: a news article puts the main point first.
    Lead(lead::Config),
    /// Takes the sentences with the best features: position, centrality, headline words, names, readability.
    Features(features::Config),
    /// Takes the sentences nearest to what the article is about, with a preference for its beginning.
    Centroid(centroid::Config),
    /// Takes the most central sentences of a graph of shared words (Mihalcea & Tarau 2004).
    Textrank(graph::Config),
    /// Takes the most central sentences of a graph of similar sentences (Erkan & Radev 2004).
    Lexrank(graph::Config),
    /// Writes a new text with your own transformer model.
    RustBert(blattwerk_transformer::summary::Config),
    /// Asks your own program, in JSON lines.
    Command(blattwerk_command::Config),
}

impl Config {
    /// Returns the name of the backend in the config and in the tables.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Off => "off",
            Self::Lead(_) => "lead",
            Self::Features(_) => "features",
            Self::Centroid(_) => "centroid",
            Self::Textrank(_) => "textrank",
            Self::Lexrank(_) => "lexrank",
            Self::RustBert(_) => "rust-bert",
            Self::Command(_) => "command",
        }
    }

    /// Returns the same backend with another budget; `off` and the backends that write new text have none.
    #[must_use]
    pub fn with_budget(
        self,
        sentences: Option<usize>,
        words: Option<usize>,
        chars: Option<usize>,
    ) -> Self {
        match self {
            Self::Off | Self::RustBert(_) | Self::Command(_) => self,
            Self::Lead(of) => Self::Lead(of.with_budget(sentences, words, chars)),
            Self::Features(of) => Self::Features(of.with_budget(sentences, words, chars)),
            Self::Centroid(of) => Self::Centroid(of.with_budget(sentences, words, chars)),
            Self::Textrank(of) => Self::Textrank(of.with_budget(sentences, words, chars)),
            Self::Lexrank(of) => Self::Lexrank(of.with_budget(sentences, words, chars)),
        }
    }

    /// Builds the backend; paths are relative to `root`.
    ///
    /// # Errors
    ///
    /// If a setting is out of range, or a file is missing or malformed.
    pub fn build(&self, root: &Path) -> Result<Built<Summary>> {
        match self {
            Self::Off => Ok(Built::new(|_: &Document| Ok(Summary::default()))),
            Self::Lead(config) => config.build(root),
            Self::Features(config) => config.build(root),
            Self::Centroid(config) => config.build(root),
            Self::Textrank(config) => config.build(textrank::scores),
            Self::Lexrank(config) => config.build(lexrank::scores),
            Self::RustBert(config) => rust_bert::build(config, root),
            Self::Command(config) => config.build::<command::Answer>(root),
        }
    }
}
