//! Summaries: the few sentences of an article that tell most of it.
//!
//! A backend sees the text with its sentences, and promises whole sentences in the order of the text,
//! within the budget the user set; an article without sentences has an empty summary. Only a model and a program
//! of the user's may write a text of their own.
//!
//! The other backends differ in one thing, how they rank sentences. What all of them need stands beside them:
//! `readable` tells which sentences can stand alone, [`Budget`] says how much is taken, and `terms` turns
//! sentences into vectors of words. Where a backend compares sentences with each other, it does so
//! with a bounded number of them, since an article may be a book.

mod budget;
pub mod centroid;
mod command;
pub mod eval;
pub mod features;
pub mod graph;
pub mod lead;
mod lexrank;
mod mmr;
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
    /// Takes the first sentences: a news article says the main thing first.
    Lead(lead::Config),
    /// Takes the sentences whose features add up to most: place, centrality, names, and what reads badly.
    Features(features::Config),
    /// Takes the sentences nearest to what the article is about, with a preference for its front.
    Centroid(centroid::Config),
    /// Takes the most central sentences of the graph of shared words (Mihalcea & Tarau 2004).
    Textrank(graph::Config),
    /// Takes the most central sentences of the graph of like sentences (Erkan & Radev 2004).
    Lexrank(graph::Config),
    /// Writes a text of its own, with a transformer model of yours.
    RustBert(blattwerk_transformer::summary::Config),
    /// Asks a program of yours, in lines of JSON.
    Command(blattwerk_command::Config),
}

impl Config {
    /// Returns the backend's word in the config and in the tables.
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

    /// Returns the same backend with another budget; `off` and those that write a text of their own have none.
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
    /// If a setting makes no sense, or a file is missing or malformed.
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
