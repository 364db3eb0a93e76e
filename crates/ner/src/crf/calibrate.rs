//! Calibrates the scores of entities: of those with score 0.8, eight in ten should be correct.

use super::corpus::Sentence;
use super::model::Model;
use super::tag::spans;

/// Returns the scores of the found entities and whether each is correct.
fn outcomes(model: &Model, sentences: &[Sentence]) -> Vec<(f32, bool)> {
    let mut outcomes = Vec::new();
    for sentence in sentences {
        let gold = spans(&sentence.tags);
        for e in model.entities(&[sentence.tokens.as_slice()]) {
            outcomes.push((e.score, gold.contains(&(e.start, e.end, e.label))));
        }
    }
    outcomes
}

fn log_loss(outcomes: &[(f32, bool)]) -> f64 {
    let loss = |&(score, right): &(f32, bool)| {
        let p = f64::from(score).clamp(0.001, 0.999);
        -(if right { p } else { 1.0 - p }).ln()
    };
    outcomes.iter().map(loss).sum::<f64>() / outcomes.len().max(1) as f64
}

/// Returns the mean difference between the score and the share of correct entities, over ten bins of scores.
pub fn error(model: &Model, sentences: &[Sentence]) -> f64 {
    let outcomes = outcomes(model, sentences);
    let mut bins = [(0.0, 0.0); 10];
    for &(score, right) in &outcomes {
        let bin = &mut bins[((score * 10.0) as usize).min(9)];
        bin.0 += f64::from(score);
        bin.1 += f64::from(u8::from(right));
    }
    bins.iter()
        .map(|(score, right)| (score - right).abs())
        .sum::<f64>()
        / outcomes.len().max(1) as f64
}

/// Scales the model's scores to minimize the log loss of the found entities (temperature scaling: Guo et al., 2017),
/// and returns the factor.
pub fn calibrate(model: &mut Model, sentences: &[Sentence]) -> f32 {
    let mut now = 1.0;
    let mut best = (f64::INFINITY, now);
    for step in 0..=16 {
        let factor = 0.4 + 0.1 * step as f32;
        model.sharpen(factor / now);
        now = factor;
        let loss = log_loss(&outcomes(model, sentences));
        if loss < best.0 {
            best = (loss, factor);
        }
    }
    model.sharpen(best.1 / now);
    best.1
}
