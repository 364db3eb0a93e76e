//! Learns the heads from labelled texts.

use std::fmt;

use rustc_hash::FxHashMap;

use super::feature::{COUNT, Features, VIEWED, features};
use super::learn::{Row, Softmax};
use super::model::{Head, Model};
use super::reading::Reader;
use super::words::Words;
use crate::eval::{Gold, Scores};
use blattwerk_core::{Polarity, Span};

/// The settings of training. The defaults are those of the embedded model, chosen by cross-validation.
#[derive(Debug, Clone, Copy)]
pub struct Options {
    /// The regularization of the weights.
    pub ridge: f64,
    /// How much weaker the regularization of leanings is than that of other features.
    pub leaning: f32,
    /// The regularization of the directions that define the leanings of words.
    pub direction_ridge: f64,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            ridge: 1500.0,
            leaning: 2.0,
            direction_ridge: 20.0,
        }
    }
}

/// The number of folds of cross-validation.
pub(super) const FOLDS: usize = 5;
const STEPS: usize = 60;

/// The quality of a model on held-out texts.
#[derive(Debug, Clone)]
pub struct Report {
    /// Toward the target, where there is one.
    pub toward: Scores,
    /// The text as a whole.
    pub whole: Scores,
    /// The mean log loss toward the target.
    pub log_loss: f64,
    /// The mean distance of probabilities and shares of right labels, over ten bins.
    pub calibration_error: f64,
    /// The predicted class of each text, toward the target.
    pub found: Vec<Polarity>,
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "toward the target: {}\nas a whole: {}\nlog loss {:.3}, calibration error {:.3}\n",
            self.toward, self.whole, self.log_loss, self.calibration_error
        )
    }
}

/// Learns heads from labelled texts; the word table is that of `base`.
///
/// The report is the result of five-fold cross-validation. The factors by which classes are chosen are set on the same
/// predictions, for the best macro-F1.
pub fn train(base: &Model, gold: &[Gold], options: &Options) -> (Model, Report) {
    let all: Vec<usize> = (0..gold.len()).collect();
    let fold = folds(gold);
    let examples = Examples::read(gold, &base.words);
    let mut unseen = vec![[[0.0; 3]; 2]; gold.len()];
    for part in 0..FOLDS {
        let (held, learned): (Vec<usize>, Vec<usize>) = all.iter().partition(|&&i| fold[i] == part);
        for (kind, rows) in [&examples.toward, &examples.whole].into_iter().enumerate() {
            let head = fit(rows, &examples.labels, &learned, options);
            for &i in &held {
                unseen[i][kind] = head.probabilities(&rows[i]).map(f64::from);
            }
        }
    }
    finish(base.words.clone(), &examples, &unseen, options)
}

/// Fits the heads to all examples, and the factors of the classes to predictions for held-out ones.
pub(super) fn finish(
    words: Words,
    examples: &Examples,
    unseen: &[[[f64; 3]; 2]],
    options: &Options,
) -> (Model, Report) {
    let all: Vec<usize> = (0..examples.labels.len()).collect();
    let labels = &examples.labels;
    let mut heads =
        [&examples.toward, &examples.whole].map(|rows| fit(rows, labels, &all, options));
    let mut scores = [Scores::default(); 2];
    for (kind, head) in heads.iter_mut().enumerate() {
        let judged: Vec<[f64; 3]> = unseen.iter().map(|both| both[kind]).collect();
        head.factors = best_factors(&judged, labels);
        scores[kind] = scored(&judged, labels, head.factors);
    }
    let toward: Vec<[f64; 3]> = unseen.iter().map(|both| both[0]).collect();
    let report = Report {
        toward: scores[0],
        whole: scores[1],
        log_loss: log_loss(&toward, labels),
        calibration_error: calibration_error(&toward, labels),
        found: toward
            .iter()
            .map(|&judged| chosen(judged, heads[0].factors))
            .collect(),
    };
    let [toward, whole] = heads;
    (
        Model {
            words,
            toward,
            whole,
        },
        report,
    )
}

/// The features of labelled texts.
pub(super) struct Examples {
    pub(super) labels: Vec<usize>,
    pub(super) toward: Vec<Features>,
    pub(super) whole: Vec<Features>,
}

impl Examples {
    pub(super) fn read(gold: &[Gold], words: &Words) -> Self {
        let mut reader = Reader::default();
        let mut examples = Self {
            labels: gold.iter().map(|gold| gold.label as usize).collect(),
            toward: Vec::with_capacity(gold.len()),
            whole: Vec::with_capacity(gold.len()),
        };
        for gold in gold {
            reader.read(&gold.sentence, words);
            let whole = features(&reader.tokens, words, None, |_| false);
            let spans = gold.target_spans();
            let is_target = |span: Span| spans.iter().any(|target| target.overlaps(span));
            let first = reader.tokens.iter().position(|token| is_target(token.span));
            let toward = first.map(|first| {
                features(&reader.tokens, words, Some(first), |token| {
                    is_target(token.span)
                })
            });
            examples.toward.push(toward.unwrap_or(whole));
            examples.whole.push(whole);
        }
        examples
    }
}

/// Assigns each text to a fold; identical texts are in the same fold.
pub(super) fn folds(gold: &[Gold]) -> Vec<usize> {
    let mut seen: FxHashMap<&str, usize> = FxHashMap::default();
    gold.iter()
        .map(|gold| {
            let next = seen.len();
            *seen.entry(gold.sentence.as_str()).or_insert(next) % FOLDS
        })
        .collect()
}

/// Fits a head to the examples with these numbers.
pub(super) fn fit(
    rows: &[Features],
    labels: &[usize],
    learned: &[usize],
    options: &Options,
) -> Head {
    let n = learned.len().max(1) as f32;
    let mut means = [0.0_f32; COUNT];
    let mut spreads = [0.0_f32; COUNT];
    for &i in learned {
        for (mean, value) in means.iter_mut().zip(rows[i]) {
            *mean += value / n;
        }
    }
    for &i in learned {
        for ((spread, value), mean) in spreads.iter_mut().zip(rows[i]).zip(means) {
            *spread += (value - mean) * (value - mean) / n;
        }
    }
    let scales: Vec<f32> = (0..COUNT)
        .map(|column| {
            let freedom = if VIEWED.contains(&column) {
                options.leaning
            } else {
                1.0
            };
            if spreads[column] > 1e-9 {
                freedom / spreads[column].sqrt()
            } else {
                0.0
            }
        })
        .collect();
    let scaled: Vec<Row> = learned
        .iter()
        .map(|&i| {
            (0..COUNT)
                .filter(|&c| scales[c] > 0.0)
                .map(|c| (c as u32, (rows[i][c] - means[c]) * scales[c]))
                .collect()
        })
        .collect();
    let rows: Vec<&Row> = scaled.iter().collect();
    let labels: Vec<usize> = learned.iter().map(|&i| labels[i]).collect();
    let ones = vec![1.0; labels.len()];
    let softmax = Softmax::learn(&rows, &labels, &ones, COUNT, options.ridge, STEPS);
    // The head reads unscaled features: the scales go into the weights, the means into the constant.
    let mut head = Head::default();
    let mut constant = softmax.weights[COUNT];
    for column in 0..COUNT {
        let weights = softmax.weights[column].map(|weight| weight * f64::from(scales[column]));
        head.weights[column] = weights.map(|weight| weight as f32);
        for (constant, weight) in constant.iter_mut().zip(weights) {
            *constant -= weight * f64::from(means[column]);
        }
    }
    head.weights[COUNT] = constant.map(|c| c as f32);
    head
}

fn chosen(judged: [f64; 3], factors: [f32; 3]) -> Polarity {
    Head {
        factors,
        weights: Vec::new(),
    }
    .choose(judged.map(|p| p as f32))
}

fn scored(judged: &[[f64; 3]], labels: &[usize], factors: [f32; 3]) -> Scores {
    let pairs = judged.iter().zip(labels);
    Scores::new(pairs.map(|(&judged, &label)| (Polarity::ALL[label], chosen(judged, factors))))
}

/// Returns the factors of the classes with the highest mean of their own macro-F1 and that of their neighbours.
///
/// The single best factors are often best by chance, with worse ones next to them.
fn best_factors(judged: &[[f64; 3]], labels: &[usize]) -> [f32; 3] {
    const FACTORS: usize = 17;
    let factor = |step: usize| 0.8 + 0.2 * step as f32;
    let factors = |negative, positive| [factor(negative), 1.0, factor(positive)];
    let f1: [[f64; FACTORS]; FACTORS] = std::array::from_fn(|negative| {
        std::array::from_fn(|positive| {
            scored(judged, labels, factors(negative, positive)).macro_f1()
        })
    });
    let mut best = (f64::MIN, [1.0; 3]);
    for negative in 1..FACTORS - 1 {
        for positive in 1..FACTORS - 1 {
            let rows = &f1[negative - 1..=negative + 1];
            let near = rows
                .iter()
                .flat_map(|row| &row[positive - 1..=positive + 1]);
            let sum = near.sum();
            if sum > best.0 {
                best = (sum, factors(negative, positive));
            }
        }
    }
    best.1
}

fn log_loss(judged: &[[f64; 3]], labels: &[usize]) -> f64 {
    let losses = judged
        .iter()
        .zip(labels)
        .map(|(p, &label)| -p[label].max(1e-9).ln());
    losses.sum::<f64>() / labels.len().max(1) as f64
}

/// Returns the calibration error: the mean distance between predicted probabilities and observed frequencies, over all
/// classes in ten bins.
fn calibration_error(judged: &[[f64; 3]], labels: &[usize]) -> f64 {
    let mut bins = [(0.0, 0.0); 10];
    for (p, &label) in judged.iter().zip(labels) {
        for (class, &p) in p.iter().enumerate() {
            let bin = &mut bins[((p * 10.0) as usize).min(9)];
            bin.0 += p;
            bin.1 += if class == label { 1.0 } else { 0.0 };
        }
    }
    let distance: f64 = bins.iter().map(|(p, true_)| (p - true_).abs()).sum();
    distance / (3 * labels.len()).max(1) as f64
}
