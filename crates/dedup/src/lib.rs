//! Dedup: finds articles that are copies of earlier ones, exact or nearly so.
//!
//! The work is split in two, because only one half can run in parallel. A stage computes a [`Signature`] for
//! each article, in any order. [`Seen`] holds the signatures of the articles that are not copies and is
//! queried in input order. The result therefore depends on that order alone, and a group of copies has one
//! name: the id of its first article, which is not a copy itself.
//!
//! A signature is computed from the lower-case words alone: white space and punctuation do not matter, nor
//! does anything that *normalize* removed, nor whether `ä` is written as `ae` or `a` and `ß` as `ss`. An
//! article without words is never a copy.

mod copies;
mod minhash;
mod seen;
mod signature;
mod words;

use std::path::Path;

use blattwerk_core::{Built, Document, Result};
use schemars::JsonSchema;
use serde::Deserialize;

pub use copies::{Dedup, Keep};
pub use seen::{Found, Seen};
pub use signature::Signature;

/// Chooses how copies of articles are found.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(tag = "backend", rename_all = "kebab-case")]
pub enum Config {
    /// Looks for no copies.
    #[default]
    Off,
    /// Compares the words, then the share of word sequences that articles have in common, estimated by
    /// `MinHash`.
    Minhash(minhash::Config),
}

impl Config {
    /// Builds the backend; paths are relative to `root`.
    ///
    /// # Errors
    ///
    /// If a number is out of range.
    pub fn build(&self, root: &Path) -> Result<Dedup> {
        match self {
            Self::Off => Ok(Dedup {
                signatures: Built::new(|_: &Document| Ok(None)),
                keep: Keep::All,
                seen: Seen::new(1.0, 1),
            }),
            Self::Minhash(config) => config.build(root),
        }
    }

    /// Tells whether no copies are looked for.
    pub fn is_off(&self) -> bool {
        matches!(self, Self::Off)
    }
}
