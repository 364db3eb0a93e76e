//! What a program answers: what a stage wants of it, and what is wrong where it is something else.

use blattwerk_core::Document;
use serde::de::DeserializeOwned;

/// What a stage wants to be answered, and what it makes of that.
pub trait Answer: DeserializeOwned {
    /// What the stage gives.
    type Layer: Send;

    /// An example, for the message about an answer that is something else.
    const EXAMPLE: &'static str;

    /// Returns the layer, if the answer keeps the promises of the stage.
    ///
    /// # Errors
    ///
    /// If it breaks one.
    fn layer(self, document: &Document) -> Result<Self::Layer, Mismatch>;
}

/// What is wrong with an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mismatch {
    /// What was wanted.
    pub expected: String,
    /// What was answered.
    pub found: String,
}

impl Mismatch {
    /// Returns the mismatch, worded so that it can follow "expected" and "found".
    pub fn new(expected: impl Into<String>, found: impl Into<String>) -> Self {
        Self {
            expected: expected.into(),
            found: found.into(),
        }
    }
}

/// Returns a score if it is a probability.
///
/// # Errors
///
/// If it is not between 0 and 1.
pub fn score(score: f32) -> Result<f32, Mismatch> {
    if (0.0..=1.0).contains(&score) {
        Ok(score)
    } else {
        Err(Mismatch::new(
            "a score from 0 to 1",
            format!("the score {score}"),
        ))
    }
}
