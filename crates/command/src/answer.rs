//! The answers of a program: what a stage expects, and what is wrong with an invalid one.

use blattwerk_core::Document;
use serde::de::DeserializeOwned;

/// The form of the answers that a stage expects.
pub trait Answer: DeserializeOwned {
    /// The layer of the stage.
    type Layer: Send;

    /// An example, for the message about an invalid answer.
    const EXAMPLE: &'static str;

    /// Returns the layer, if the answer is valid for the stage.
    ///
    /// # Errors
    ///
    /// If the answer is not valid.
    fn layer(self, document: &Document) -> Result<Self::Layer, Mismatch>;
}

/// What is wrong with an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mismatch {
    /// What was expected.
    pub expected: String,
    /// What the program answered.
    pub found: String,
}

impl Mismatch {
    /// Returns a mismatch. The message puts "expected" and "found" before its parts.
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
