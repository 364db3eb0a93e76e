//! Entities of a tokenized article.

use super::tag::Label;

/// A named entity in a tokenized article.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Entity {
    /// The sentence.
    pub sentence: usize,
    /// Its first token.
    pub start: usize,
    /// The token after its last one.
    pub end: usize,
    /// Its label.
    pub label: Label,
    /// The probability that these tokens are an entity of this label, from 0 to 1.
    pub score: f32,
}
