//! The words that all of blattwerk shares: the document, its text, its layers, and the stage.
//!
//! Stages read each article in turn, and each adds one layer:
//!
//! 1. *normalize* makes the [`Text`], which remembers where each of its bytes came from, and says what
//!    it left out ([`Removed`]);
//! 2. *split* finds its sentences, as [`Span`]s;
//! 3. *ner* finds its entities ([`Entity`]);
//! 4. *keywords* finds the words that say what it is about ([`Keyword`]);
//! 5. *sentiment* judges it ([`Sentiment`]);
//! 6. *summarize* shortens it ([`Summary`]).
//!
//! A stage is a function from a document to one layer: it sees the layers before it and cannot touch
//! them. This crate holds no model, no config and no file format, so every other crate can build on it. What several
//! stages need to read German is here too: [`token`].
//!
//! ```
//! use blattwerk_core::{Change, Document, Result, Span, Stage};
//!
//! // A stage can be a closure: this one finds the first word.
//! let first_word = |document: &Document| -> Result<Vec<Span>> {
//!     let end = document.text.as_str().find(' ').unwrap_or(document.text.len());
//!     Ok(vec![Span::new(0, end)])
//! };
//!
//! let mut document = Document::new("a1", "Bundes\u{AD}tag wählt");
//! document.text.apply(&[Change::delete(Span::new(6, 8))]);
//!
//! let found = first_word.process(&document)?;
//! assert_eq!(&document.text[found[0]], "Bundestag");
//! assert_eq!(document.text.quote(found[0]), "Bundes\u{AD}tag");
//! # Ok::<(), blattwerk_core::Error>(())
//! ```

mod asset;
mod chars;
#[cfg(feature = "contract")]
pub mod contract;
mod document;
mod error;
mod span;
mod stage;
mod text;
pub mod token;

pub use asset::Asset;
pub use chars::Chars;
pub use document::{
    Document, Entity, Keyword, Label, Level, Normalized, Polarity, Reason, Removed, Sentiment,
    Summary,
};
pub use error::{Error, Result};
pub use span::Span;
pub use stage::{Built, Stage};
pub use text::{Change, Text};
