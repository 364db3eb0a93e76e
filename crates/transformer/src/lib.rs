//! Local transformer models: strings in; labels, scores and offsets out.
//!
//! A model is a folder as downloaded from a model hub: `config.json`, `tokenizer.json` and the
//! weights. This crate does everything except the forward pass: tokens with exact offsets ([`TokenClassifier`],
//! [`SequenceClassifier`]), windows for long texts, batches of equal length across texts, probabilities, and names
//! from tags. The forward pass is behind the small trait `Runtime`, so that the choice of a runtime affects nothing
//! else. The crate does not know documents, and downloads nothing. A model that writes text is a [`Summarizer`].
//!
//! Without a runtime among its cargo features, the crate consists of the [`Config`] and the message that
//! says which feature to build.

mod config;

#[cfg(feature = "model")]
mod card;
#[cfg(feature = "model")]
mod classify;
#[cfg(feature = "model")]
mod encoder;
pub mod labels;
#[cfg(feature = "model")]
mod load;
#[cfg(not(feature = "model"))]
mod missing;
#[cfg(feature = "model")]
pub mod runtime;
pub mod rust_bert;
#[cfg(feature = "rust-bert")]
mod summarizer;
pub mod summary;
#[cfg(feature = "model")]
mod tag;
#[cfg(feature = "model")]
mod tokens;
#[cfg(feature = "model")]
mod window;
#[cfg(feature = "model")]
mod word;

#[cfg(feature = "model")]
pub use classify::{SequenceClassifier, TokenClassifier};
pub use config::{Config, Runtime};
#[cfg(not(feature = "model"))]
pub use missing::{Found, SequenceClassifier, TokenClassifier};
#[cfg(feature = "rust-bert")]
pub use summarizer::Summarizer;
#[cfg(not(feature = "rust-bert"))]
pub use summary::Summarizer;
#[cfg(feature = "model")]
pub use tag::Found;
