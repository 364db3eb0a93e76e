//! Sentences as a graph: a sentence that many others resemble is central, the more so if those are central themselves.

use blattwerk_core::{Built, Document, Result, Summary};

use crate::budget;
use crate::terms::{Reader, Terms};

budget::config! {
    /// The keys of the backends that rank sentences in a graph.
    #[derive(Default)]
    pub struct Config {}
}

impl Config {
    /// Builds the backend that takes the sentences with the highest `scores`.
    ///
    /// # Errors
    ///
    /// If a limit is 0.
    pub(crate) fn build(&self, scores: fn(&Terms) -> Vec<f32>) -> Result<Built<Summary>> {
        let budget = self.budget()?;
        let reader = Reader::new();
        Ok(Built::new(move |document: &Document| {
            let order = order(&scores(&reader.read(document)));
            let mut purse = budget.purse(document);
            for &sentence in &order {
                purse.take(sentence);
            }
            Ok(Summary::extract(document, purse.spend(&order)))
        }))
    }
}

/// The maximum number of sentences compared with each other: an article may be as long as a book, and the time grows
/// with the square of this number.
pub(crate) const MOST: usize = 1000;

/// The share of a sentence's score that comes from its neighbours (Brin & Page 1998; both papers adopt it).
const DAMPING: f32 = 0.85;
/// Scores that change by less than this have converged.
const SETTLED: f32 = 1e-4;
const ROUNDS: usize = 100;

/// Returns the pairs of sentences `i < j` that share terms, each with the sum of `sum` over the weights of these terms.
pub(crate) fn shared(
    terms: &Terms,
    mut sum: impl FnMut(usize, f32, f32) -> f32,
) -> Vec<(usize, usize, f32)> {
    let count = terms.len().min(MOST);
    let mut places: Vec<Vec<(usize, f32)>> = vec![Vec::new(); terms.zeros().len()];
    let mut pairs = Vec::new();
    let mut sums = vec![0.0_f32; count];
    for i in 0..count {
        for term in terms.of(i) {
            let id = term.id as usize;
            for &(before, weight) in &places[id] {
                sums[before] += sum(id, weight, term.weight);
            }
        }
        for (before, sum) in sums[..i].iter_mut().enumerate() {
            if *sum > 0.0 {
                pairs.push((before, i, std::mem::take(sum)));
            }
        }
        for term in terms.of(i) {
            places[term.id as usize].push((i, term.weight));
        }
    }
    pairs
}

/// Returns the score of each of `count` sentences in a graph of `edges`, by the power method.
pub(crate) fn rank(count: usize, edges: &[(usize, usize, f32)]) -> Vec<f32> {
    let mut out = vec![0.0_f32; count];
    for &(i, j, weight) in edges {
        out[i] += weight;
        out[j] += weight;
    }
    let mut scores = vec![1.0_f32; count];
    for _ in 0..ROUNDS {
        let mut next = vec![1.0 - DAMPING; count];
        for &(i, j, weight) in edges {
            next[j] += DAMPING * weight / out[i] * scores[i];
            next[i] += DAMPING * weight / out[j] * scores[j];
        }
        let change = scores.iter().zip(&next).map(|(a, b)| (a - b).abs());
        let change = change.fold(0.0, f32::max);
        scores = next;
        if change < SETTLED {
            break;
        }
    }
    scores
}

/// Returns sentences by descending score; of equals, the earlier one comes first.
pub(crate) fn order(scores: &[f32]) -> Vec<usize> {
    let mut order: Vec<usize> = (0..scores.len()).collect();
    order.sort_by(|&a, &b| scores[b].total_cmp(&scores[a]));
    order
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_hub_of_a_star_is_central() {
        let scores = rank(4, &[(0, 1, 1.0), (1, 2, 1.0), (1, 3, 1.0)]);
        assert_eq!(order(&scores)[0], 1);
        // hub h = 0.15 + 0.85 * 3 r, rim r = 0.15 + 0.85 * h / 3
        let hub = (0.15 + 0.85 * 3.0 * 0.15) / (1.0 - 0.85 * 0.85);
        assert!((scores[1] - hub).abs() < 1e-2, "{} of {hub}", scores[1]);
    }

    #[test]
    fn sentences_without_edges_share_the_rest() {
        let scores = rank(2, &[]);
        assert!(scores.iter().all(|score| (score - 0.15).abs() < 1e-6));
        assert_eq!(order(&scores), [0, 1]);
    }
}
