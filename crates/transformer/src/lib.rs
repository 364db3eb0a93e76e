//! Local transformer models: strings in; labels, scores and offsets out.
//!
//! A model is a folder as people download it from the model hubs: `config.json`, `tokenizer.json` and the
//! weights. Everything but the forward pass is here, once: tokens with exact offsets ([`TokenClassifier`],
//! [`SequenceClassifier`]), windows for long texts, batches of equal length across texts, probabilities, names
//! from tags. What runs the weights is behind the small trait `Runtime`, so that its choice changes nothing
//! else. The crate knows no document and fetches nothing. A model that writes text is a [`Summarizer`].
//!
//! Without a runtime among its cargo features, the crate is no more than the [`Config`] and the message that
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
