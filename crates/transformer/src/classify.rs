//! The two kinds of classifiers.

use std::sync::Arc;

use blattwerk_core::{Asset, Result, Span};

use crate::card::Task;
use crate::encoder::{Answer, Encoder};
use crate::tag::{Found, Tags, softmax};
use crate::word::words;
use crate::{Config, load};

/// A model that finds labelled spans in texts.
pub struct TokenClassifier {
    encoder: Encoder,
    tags: Tags,
    assets: Vec<Asset>,
}

impl TokenClassifier {
    /// Loads a model of the user, and tests it on a sentence. Paths are relative to `root`.
    ///
    /// # Errors
    ///
    /// If a file is missing or corrupt, files do not match, the model is of another kind, its labels have no
    /// meaning, or the runtime is not part of this build.
    pub fn load(config: &Config, root: &std::path::Path) -> Result<Self> {
        let loaded = load::load(config, root, Task::Tokens)?;
        Ok(Self {
            tags: Tags::new(&loaded.labels, &config.labels)?,
            encoder: loaded.encoder,
            assets: loaded.assets,
        })
    }

    /// Returns the files that the model was loaded from.
    pub fn assets(&self) -> &[Asset] {
        &self.assets
    }

    /// Finds the labelled spans of each text: in order, without overlap, on character boundaries.
    ///
    /// A text of any length is read completely, in windows if necessary. A word gets the tag of its first token.
    pub fn find(&self, texts: &[&str]) -> Vec<Result<Vec<Found>>> {
        let labels = self.encoder.labels;
        self.encoder
            .answer(texts)
            .into_iter()
            .zip(texts)
            .map(|(answer, text)| {
                let answer = answer?;
                let words = words(text, &answer.spans);
                let tagged = words.iter().map(|word| {
                    let at = word.first * labels;
                    (word.span, &answer.logits[at..at + labels])
                });
                Ok(self.tags.decode(tagged))
            })
            .collect()
    }

    /// Returns the model with batches of so many rows, for measurements.
    ///
    /// With more than one, the answers of a dynamically quantized model depend on their neighbours in the batch.
    #[must_use]
    pub fn with_rows(mut self, rows: usize) -> Self {
        self.encoder.max_rows = rows.max(1);
        self
    }

    /// Returns the tokens of a text with their logits, for comparisons.
    ///
    /// # Errors
    ///
    /// If the text cannot be processed.
    pub fn logits(&self, text: &str) -> Result<Vec<(Span, Vec<f32>)>> {
        let answers = self.encoder.answer(&[text]);
        answers.into_iter().next().map_or(Ok(Vec::new()), |answer| {
            let Answer { spans, logits, .. } = answer?;
            let rows = logits.chunks(self.encoder.labels).map(<[f32]>::to_vec);
            Ok(spans.into_iter().zip(rows).collect())
        })
    }
}

/// A model that classifies whole texts.
pub struct SequenceClassifier {
    encoder: Encoder,
    labels: Vec<Arc<str>>,
    assets: Vec<Asset>,
}

impl SequenceClassifier {
    /// Loads a model of the user, and tests it on a sentence. Paths are relative to `root`.
    ///
    /// # Errors
    ///
    /// As for [`TokenClassifier::load`]. Whether the names of the labels are suitable is checked by the caller.
    pub fn load(config: &Config, root: &std::path::Path) -> Result<Self> {
        let loaded = load::load(config, root, Task::Sequence)?;
        Ok(Self {
            labels: loaded.labels.into_iter().map(Arc::from).collect(),
            encoder: loaded.encoder,
            assets: loaded.assets,
        })
    }

    /// Returns the files that the model was loaded from.
    pub fn assets(&self) -> &[Asset] {
        &self.assets
    }

    /// Returns the names of the labels, as in the model.
    pub fn labels(&self) -> &[Arc<str>] {
        &self.labels
    }

    /// Returns the probabilities of the labels for each text, in the order of [`SequenceClassifier::labels`].
    ///
    /// A text of any length is read completely. If that takes several windows, a probability is the mean over the
    /// windows, weighted by the number of tokens that belong to each.
    pub fn judge(&self, texts: &[&str]) -> Vec<Result<Vec<f32>>> {
        self.encoder
            .answer(texts)
            .into_iter()
            .map(|answer| Ok(pooled(&answer?, self.labels.len())))
            .collect()
    }

    /// Returns the logits of each window of a text, for comparisons.
    ///
    /// # Errors
    ///
    /// If the text cannot be processed.
    pub fn logits(&self, text: &str) -> Result<Vec<Vec<f32>>> {
        let answers = self.encoder.answer(&[text]);
        answers.into_iter().next().map_or(Ok(Vec::new()), |answer| {
            let rows = answer?.logits;
            Ok(rows
                .chunks(self.labels.len())
                .map(<[f32]>::to_vec)
                .collect())
        })
    }
}

/// Returns the mean of the windows' probabilities.
#[expect(
    clippy::cast_precision_loss,
    reason = "a text has far fewer than 2^24 tokens"
)]
fn pooled(answer: &Answer, labels: usize) -> Vec<f32> {
    let mut sums = vec![0.0; labels];
    let mut total = 0.0;
    for (logits, &owned) in answer.logits.chunks(labels).zip(&answer.owned) {
        // The only window of an empty text owns no tokens.
        let weight = owned.max(1) as f32;
        total += weight;
        for (sum, probability) in sums.iter_mut().zip(softmax(logits)) {
            *sum += weight * probability;
        }
    }
    sums.into_iter().map(|sum| (sum / total).min(1.0)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn windows_count_by_what_they_own() {
        let answer = Answer {
            spans: Vec::new(),
            logits: vec![f32::ln(3.0), 0.0, 0.0, f32::ln(9.0)],
            owned: vec![30, 10],
        };
        let found = pooled(&answer, 2);
        let expected = [
            (0.75 * 30.0 + 0.1 * 10.0) / 40.0,
            (0.25 * 30.0 + 0.9 * 10.0) / 40.0,
        ];
        for (found, expected) in found.iter().zip(expected) {
            assert!((found - expected).abs() < 1e-6, "{found} is {expected}");
        }
    }
}
