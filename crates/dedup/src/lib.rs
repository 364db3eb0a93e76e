//! Dedup: finds articles that are copies of earlier ones, word for word or nearly so.
//!
//! It has two halves, since the one can work in parallel and the other cannot. A stage makes a
//! [`Signature`] of each article, whichever comes first. [`Seen`] remembers the signatures of the articles
//! that are no copies, and is asked in the order of the input. So the answer depends on that order alone,
//! and a group of copies has one name: that of its first article, which is itself a copy of none.
//!
//! Signatures are made of the words in lower case, and of nothing else: white space, punctuation and signs
//! do not matter, and what *normalize* took away does not either. An article without a word is a copy of
//! none.

mod minhash;
mod seen;
mod signature;
mod words;

use std::path::Path;

use blattwerk_core::{Built, Document, Result};
use schemars::JsonSchema;
use serde::Deserialize;

pub use minhash::Keep;
pub use seen::{Found, Seen};
pub use signature::Signature;

/// Chooses how copies of articles are found.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(tag = "backend", rename_all = "kebab-case")]
pub enum Config {
    /// Finds none.
    #[default]
    Off,
    /// Compares the words, then the sequences of words that articles have in common, estimated by `MinHash`.
    Minhash(minhash::Config),
}

/// A backend that is ready to run.
pub struct Dedup {
    /// Makes the signatures; none for an article that is not to be compared.
    pub signatures: Built<Option<Signature>>,
    /// What becomes of copies.
    pub keep: Keep,
    /// The memory of a run that has not begun.
    pub seen: Seen,
}

impl Config {
    /// Builds the backend; paths are relative to `root`.
    ///
    /// # Errors
    ///
    /// If a number is out of its range.
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
