//! The two kinds of models, as they are used.

use std::sync::Arc;

use blattwerk_core::{Asset, Result, Span};

use crate::card::Task;
use crate::encoder::{Answer, Encoder};
use crate::tag::{Found, Tags, softmax};
use crate::word::words;
use crate::{Config, load};

/// A model that finds labelled pieces in texts.
pub struct TokenClassifier {
    encoder: Encoder,
    tags: Tags,
    assets: Vec<Asset>,
}

impl TokenClassifier {
    /// Loads a model of the user's; paths are relative to `root`. It is tried on a sentence.
    ///
    /// # Errors
    ///
    /// If a file is missing or damaged, they do not fit each other, the model is of another kind, its labels do
    /// not say what they are, or this build has no such runtime.
    pub fn load(config: &Config, root: &std::path::Path) -> Result<Self> {
        let loaded = load::load(config, root, Task::Tokens)?;
        Ok(Self {
            tags: Tags::new(&loaded.labels, &config.labels)?,
            encoder: loaded.encoder,
            assets: loaded.assets,
        })
    }

    /// Returns the files that it was loaded from.
    pub fn assets(&self) -> &[Asset] {
        &self.assets
    }

    /// Finds the labelled pieces of each text: in order, without overlap, on character boundaries.
    ///
    /// A text of any length is read whole, in windows if need be. A word has the tag of its first token.
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
    /// More than one makes the answers of models that are quantized as they run hang on their neighbours.
    #[must_use]
    pub fn with_rows(mut self, rows: usize) -> Self {
        self.encoder.max_rows = rows.max(1);
        self
    }

    /// Returns each token of a text with its logits, for comparisons.
    ///
    /// # Errors
    ///
    /// As for a text of [`TokenClassifier::find`].
    pub fn logits(&self, text: &str) -> Result<Vec<(Span, Vec<f32>)>> {
        let answers = self.encoder.answer(&[text]);
        answers.into_iter().next().map_or(Ok(Vec::new()), |answer| {
            let Answer { spans, logits, .. } = answer?;
            let rows = logits.chunks(self.encoder.labels).map(<[f32]>::to_vec);
            Ok(spans.into_iter().zip(rows).collect())
        })
    }
}

/// A model that judges whole texts.
pub struct SequenceClassifier {
    encoder: Encoder,
    labels: Vec<Arc<str>>,
    assets: Vec<Asset>,
}

impl SequenceClassifier {
    /// Loads a model of the user's; paths are relative to `root`. It is tried on a sentence.
    ///
    /// # Errors
    ///
    /// As [`TokenClassifier::load`]. What its labels are called is for the caller to judge.
    pub fn load(config: &Config, root: &std::path::Path) -> Result<Self> {
        let loaded = load::load(config, root, Task::Sequence)?;
        Ok(Self {
            labels: loaded.labels.into_iter().map(Arc::from).collect(),
            encoder: loaded.encoder,
            assets: loaded.assets,
        })
    }

    /// Returns the files that it was loaded from.
    pub fn assets(&self) -> &[Asset] {
        &self.assets
    }

    /// Returns the names of the labels, as the model has them.
    pub fn labels(&self) -> &[Arc<str>] {
        &self.labels
    }

    /// Returns the probabilities of the labels for each text, in the order of [`SequenceClassifier::labels`].
    ///
    /// A text of any length is read whole. Of one that takes several windows, the probability is the mean of
    /// those of the windows, each weighted by how many tokens it does not leave to its neighbours.
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
    /// As for a text of [`SequenceClassifier::judge`].
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

/// The mean of the windows' probabilities.
#[expect(
    clippy::cast_precision_loss,
    reason = "tokens of a text are far below 2^24"
)]
fn pooled(answer: &Answer, labels: usize) -> Vec<f32> {
    let mut sums = vec![0.0; labels];
    let mut total = 0.0;
    for (logits, &owned) in answer.logits.chunks(labels).zip(&answer.owned) {
        // The one window of an empty text owns nothing.
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
