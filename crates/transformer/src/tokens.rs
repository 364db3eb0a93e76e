//! Tokenizes text, with the span of each token.

use std::path::Path;

use blattwerk_core::{Asset, Error, Result, Span};
use tokenizers::Tokenizer;

use crate::card::Card;

/// A text as the model sees it, without the tokens around it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Tokens {
    pub(crate) ids: Vec<i32>,
    /// The span of each token in the text, without white space at its ends; empty for a token of white space
    /// only.
    pub(crate) spans: Vec<Span>,
}

/// The tokenizer of a model, and the frame: the tokens that the model expects around a text.
pub(crate) struct Splitter {
    tokenizer: Tokenizer,
    /// The tokens before the text.
    before: Vec<i32>,
    /// The tokens after it.
    after: Vec<i32>,
}

/// A text that every vocabulary has tokens for, to find the frame around it.
const PROBE: &str = "a";

impl Splitter {
    /// Reads `tokenizer.json`.
    ///
    /// # Errors
    ///
    /// If it cannot be read, or is not the tokenizer of the model that the card describes.
    pub(crate) fn read(path: &Path, card: &Card) -> Result<(Self, Asset)> {
        let (content, asset) = Asset::read(path)?;
        let refuse = |expected: &str, found: String| Error::Model {
            name: path.display().to_string(),
            expected: expected.into(),
            found,
        };
        let mut tokenizer = Tokenizer::from_bytes(content)
            .map_err(|error| refuse("a tokenizer in JSON", format!("an error: {error}")))?;
        // Windows and batches are made in this crate: the tokenizer must not truncate, pad or start threads.
        let without = tokenizer.with_truncation(None).map_err(|error| {
            refuse(
                "a tokenizer that works without truncation",
                error.to_string(),
            )
        })?;
        without.with_padding(None);
        tokenizers::utils::parallelism::set_parallelism(false);

        let vocabulary = tokenizer.get_vocab_size(true);
        if let Some(known) = card.vocabulary {
            let largest = tokenizer.get_vocab(true).into_values().max();
            let largest = largest.map_or(0, |id| id as usize + 1);
            if largest > known || vocabulary < known - known / 8 {
                return Err(refuse(
                    &format!("the tokenizer of a model with {known} tokens"),
                    format!("one with {largest}"),
                ));
            }
        }
        if let Some(padding) = card.padding {
            let special = tokenizer.get_added_tokens_decoder();
            if !special.contains_key(&padding) {
                let found = tokenizer.id_to_token(padding);
                return Err(refuse(
                    &format!("a tokenizer whose token {padding} is for padding, as in config.json"),
                    found.map_or_else(|| "none".into(), |token| format!("the token `{token}`")),
                ));
            }
        }

        let encode = |framed| {
            tokenizer
                .encode(PROBE, framed)
                .map(|found| found.get_ids().to_vec())
                .map_err(|error| refuse("a tokenizer that splits text", error.to_string()))
        };
        let (bare, framed) = (encode(false)?, encode(true)?);
        let at = framed
            .windows(bare.len().max(1))
            .position(|window| window == bare)
            .ok_or_else(|| refuse("a frame around the tokens of a text", format!("{framed:?}")))?;
        let splitter = Self {
            before: signed(&framed[..at]),
            after: signed(&framed[at + bare.len()..]),
            tokenizer,
        };
        Ok((splitter, asset))
    }

    /// Returns the number of tokens in the frame.
    pub(crate) fn frame(&self) -> usize {
        self.before.len() + self.after.len()
    }

    /// Returns the ids of a piece of text, with the frame around them.
    pub(crate) fn framed(&self, ids: &[i32]) -> Vec<i32> {
        [&self.before, ids, &self.after].concat()
    }

    /// Returns the number of tokens before the text.
    pub(crate) fn offset(&self) -> usize {
        self.before.len()
    }

    /// Splits a text into tokens.
    ///
    /// # Errors
    ///
    /// If the tokenizer has neither a token for a piece of the text nor one for unknown pieces.
    pub(crate) fn split(&self, text: &str) -> Result<Tokens> {
        let encoding = self
            .tokenizer
            .encode(text, false)
            .map_err(|error| Error::Model {
                name: "tokenizer.json".into(),
                expected: "tokens for every text".into(),
                found: format!("an error: {error}"),
            })?;
        let spans = encoding
            .get_offsets()
            .iter()
            .map(|&(start, end)| trimmed(text, start, end))
            .collect();
        Ok(Tokens {
            ids: signed(encoding.get_ids()),
            spans,
        })
    }
}

#[cfg(feature = "rust-bert")]
impl Splitter {
    /// Returns the text that a model has written, without the tokens of its frame.
    ///
    /// # Errors
    ///
    /// If the tokenizer cannot decode the tokens.
    pub(crate) fn text(&self, ids: &[i32]) -> Result<String> {
        let ids: Vec<u32> = ids.iter().map(|id| id.unsigned_abs()).collect();
        self.tokenizer
            .decode(&ids, true)
            .map_err(|error| Error::Model {
                name: "tokenizer.json".into(),
                expected: "a text for every token".into(),
                found: format!("an error: {error}"),
            })
    }
}

/// Returns the ids in the type that models expect. A vocabulary has far fewer than two billion tokens.
fn signed(ids: &[u32]) -> Vec<i32> {
    ids.iter()
        .map(|&id| i32::try_from(id).unwrap_or(i32::MAX))
        .collect()
}

/// Returns the span, extended to character boundaries of the text, without white space at its ends.
fn trimmed(text: &str, start: usize, end: usize) -> Span {
    let is_boundary = |at: &usize| text.is_char_boundary(*at);
    let start = (0..=start.min(text.len()))
        .rev()
        .find(is_boundary)
        .unwrap_or(0);
    let end = (end.max(start)..text.len())
        .find(is_boundary)
        .unwrap_or(text.len());
    let inside = text.get(start..end).unwrap_or_default();
    let start = end - inside.trim_start().len();
    Span::new(start, start + inside.trim().len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_are_trimmed_to_whole_characters() {
        let text = " Köln 😀";
        for (start, end, expected) in [
            (0, 6, "Köln"),
            (2, 3, "ö"),
            (3, 4, "ö"),
            (7, 9, "😀"),
            (0, 1, ""),
        ] {
            let span = trimmed(text, start, end);
            assert_eq!(text.get(span.range()), Some(expected), "{start}..{end}");
        }
        assert_eq!(trimmed(text, 0, 1), Span::new(1, 1), "before what follows");
    }
}
