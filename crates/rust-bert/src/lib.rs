//! Transformer models in libtorch: token ids in; logits, or the ids of a generated text, out.
//!
//! Only the models of the crate `rust-bert` are used. Its pipelines panic on long texts, on current configs and on
//! corrupt files; here, files are checked before a model is built from them. Tokens, windows, batches and labels are
//! up to the caller.
//!
//! Each call runs on one thread, and several threads may call at once, so the order in which numbers are summed
//! depends on the call alone. Without the cargo feature `rust-bert` the crate is empty.
#![cfg(feature = "rust-bert")]

mod beam;
mod classifier;
mod config;
mod generation;
mod generator;
mod pool;
mod seq2seq;

pub use classifier::{Classifier, Task};
pub use generation::Generation;
pub use generator::Generator;

/// Why a model cannot be built.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fault {
    /// What was found in its config, as a phrase.
    Config(String),
    /// What was found in its weights, as a phrase.
    Weights(String),
}
