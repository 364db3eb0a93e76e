//! The types that all of blattwerk shares: the document, its text, its layers, and the stage.
//!
//! Each article passes through the stages in this order:
//!
//! 1. *normalize* cleans the [`Text`], which remembers where each of its bytes came from, and reports what
//!    it removed ([`Removed`]);
//! 2. *language* detects the language, and decides whether an article in another language is skipped;
//! 3. *dedup* finds duplicates of earlier articles, and decides whether they are skipped;
//! 4. *split* finds the sentences, as [`Span`]s;
//! 5. *ner* finds the names ([`Entity`]);
//! 6. *keywords* finds the words that say what the article is about ([`Keyword`]);
//! 7. *sentiment* judges the article, its sentences and its entities ([`Sentiment`]);
//! 8. *summarize* writes a short version ([`Summary`]).
//!
//! A stage is a function from a document to one layer: it sees the layers before it and cannot change
//! them. This crate contains no model, no config and no file format, so every other crate can depend on it. What
//! several stages need to read German is here too: the tokenizer ([`token`]), fast tests of [`letters`], the words that report speech ([`speech`]) and
//! the reader of dates ([`date`]).
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
pub mod date;
mod document;
mod error;
mod idle;
pub mod letters;
mod span;
pub mod speech;
mod stage;
mod text;
pub mod token;
mod words;

pub use asset::Asset;
pub use chars::Chars;
pub use document::{
    Document, Entity, Judged, Keyword, Label, Level, Names, Normalized, Polarity, Probabilities,
    Reason, Removed, Sentiment, Summary,
};
pub use error::{Error, Result};
pub use idle::Idle;
pub use span::Span;
pub use stage::{Built, Stage};
pub use text::{Change, Text};
pub use words::WordMap;
