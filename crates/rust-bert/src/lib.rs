//! Transformer models by libtorch: token ids in; logits, or the ids of a generated text, out.
//!
//! The models are those of the crate `rust-bert`, and nothing else of it is used: its pipelines panic on long
//! texts, on configs of today and on damaged files. Here files are checked before a model is built from them.
//! Tokens, windows, batches and labels are the caller's.
//!
//! Each call runs on one thread, and calls may come from several at once: what is summed in which order hangs on
//! the call alone. Without the cargo feature `rust-bert` the crate is empty.
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

/// What keeps a model from being built.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fault {
    /// What its config says, as a phrase.
    Config(String),
    /// What its weights are, as a phrase.
    Weights(String),
}
