//! What becomes of an article.

use blattwerk_core::Document;

use crate::input::Failure;

/// What became of an article that went through the stages.
#[derive(Debug)]
pub enum Fate {
    /// It has all its layers.
    Done(Document),
    /// A stage left it out, as the config demands.
    Skipped(Skipped),
    /// A stage failed.
    Failed(Failed),
}

/// An article, or a piece of the input, that is in no table but that of the failures.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failed {
    /// The stage that failed, or `input`.
    pub stage: &'static str,
    /// What failed, and why.
    pub failure: Failure,
}

/// An article that is left out, as the config demands.
#[derive(Debug, Clone)]
pub struct Skipped {
    /// The article, with the layers it had by then.
    pub document: Document,
    /// Why.
    pub reason: String,
}

/// An article that is a copy of an earlier one.
#[derive(Debug, Clone, PartialEq)]
pub struct Duplicate {
    /// The id of the copy.
    pub id: String,
    /// The id of the earlier article.
    pub of: String,
    /// How similar the two are, from 0 to 1.
    pub similarity: f64,
}
