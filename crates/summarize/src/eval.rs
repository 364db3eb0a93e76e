//! How much of a reference a summary covers: ROUGE (Lin: ROUGE: A Package for Automatic Evaluation of Summaries. 2004).
//!
//! Words are runs of letters and digits in lower case, not stemmed and including stop words; the figures are F1.
//! ROUGE-L is the longest common subsequence over the whole text, regardless of sentence boundaries.

use std::fmt;
use std::ops::AddAssign;

use blattwerk_core::{Document, Summary};
use rustc_hash::FxHashMap;

use crate::budget::Budget;

/// ROUGE-1, ROUGE-2 and ROUGE-L, each from 0 to 1.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Rouge {
    /// Of single words.
    pub one: f64,
    /// Of pairs of words.
    pub two: f64,
    /// Of the longest common subsequence.
    pub longest: f64,
}

impl Rouge {
    /// Compares a summary with a reference.
    ///
    /// ```
    /// use blattwerk_summarize::eval::Rouge;
    ///
    /// let rouge = Rouge::new("Der Hafen ist neu.", "Der neue Hafen ist da.");
    /// assert!((rouge.one - 2.0 / 3.0).abs() < 1e-9);
    /// ```
    pub fn new(summary: &str, reference: &str) -> Self {
        let (summary, reference) = (words(summary), words(reference));
        Self {
            one: overlap(&summary, &reference, 1),
            two: overlap(&summary, &reference, 2),
            longest: f1(
                common_subsequence(&summary, &reference),
                summary.len(),
                reference.len(),
            ),
        }
    }

    /// Returns the mean: this sum divided by the number of summaries.
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "far fewer than 2^52 summaries")]
    pub fn mean_of(self, count: usize) -> Self {
        let count = count.max(1) as f64;
        Self {
            one: self.one / count,
            two: self.two / count,
            longest: self.longest / count,
        }
    }
}

impl AddAssign for Rouge {
    fn add_assign(&mut self, other: Self) {
        self.one += other.one;
        self.two += other.two;
        self.longest += other.longest;
    }
}

impl fmt::Display for Rouge {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [one, two, longest] = [self.one, self.two, self.longest].map(|x| 100.0 * x);
        write!(f, "{one:>7.2} {two:>7.2} {longest:>7.2}")
    }
}

fn words(text: &str) -> Vec<String> {
    text.to_lowercase()
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(str::to_owned)
        .collect()
}

#[expect(clippy::cast_precision_loss, reason = "far fewer than 2^52 words")]
fn f1(common: usize, found: usize, wanted: usize) -> f64 {
    if common == 0 {
        0.0
    } else {
        2.0 * common as f64 / (found + wanted) as f64
    }
}

fn counts(words: &[String], n: usize) -> FxHashMap<&[String], usize> {
    let mut counts = FxHashMap::default();
    for run in words.windows(n) {
        *counts.entry(run).or_default() += 1;
    }
    counts
}

fn overlap(summary: &[String], reference: &[String], n: usize) -> f64 {
    let wanted = counts(reference, n);
    let runs = |words: &[String]| (words.len() + 1).saturating_sub(n);
    let common = counts(summary, n)
        .into_iter()
        .map(|(run, count)| count.min(wanted.get(run).copied().unwrap_or(0)))
        .sum();
    f1(common, runs(summary), runs(reference))
}

fn common_subsequence(a: &[String], b: &[String]) -> usize {
    let mut row = vec![0; b.len() + 1];
    for word in a {
        let mut diagonal = 0;
        for (j, other) in b.iter().enumerate() {
            let above = row[j + 1];
            row[j + 1] = if word == other {
                diagonal + 1
            } else {
                above.max(row[j])
            };
            diagonal = above;
        }
    }
    row[b.len()]
}

/// Takes random sentences, ordered by a hash of `seed` and their index.
pub fn random(document: &Document, budget: Budget, seed: u64) -> Summary {
    let mut order: Vec<usize> = (0..document.sentences.len()).collect();
    order.sort_by_key(|&i| scrambled(seed ^ (i as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15)));
    fill(document, budget, &order)
}

/// Takes the first sentences, whatever they are like.
pub fn first(document: &Document, budget: Budget) -> Summary {
    let order: Vec<usize> = (0..document.sentences.len()).collect();
    fill(document, budget, &order)
}

fn fill(document: &Document, budget: Budget, order: &[usize]) -> Summary {
    let mut purse = budget.purse(document);
    for &sentence in order {
        purse.take(sentence);
    }
    Summary::extract(document, purse.spend(order))
}

/// The finalizer of `SplitMix64` (Steele, Lea & Flood 2014).
fn scrambled(mut x: u64) -> u64 {
    x = (x ^ (x >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    x = (x ^ (x >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    x ^ (x >> 31)
}

/// Takes, one by one, the sentence that raises ROUGE-1 the most, as long as one does: roughly the limit of
/// extraction.
pub fn oracle(document: &Document, reference: &str, budget: Budget) -> Summary {
    let reference = words(reference);
    let wanted = counts(&reference, 1);
    let sentences: Vec<Vec<String>> = document
        .sentences
        .iter()
        .map(|&span| words(&document.text[span]))
        .collect();
    let mut purse = budget.purse(document);
    let mut taken: Vec<String> = Vec::new();
    let mut rest: Vec<usize> = (0..sentences.len()).collect();
    let mut best = 0.0;
    loop {
        rest.retain(|&sentence| purse.affords(&[sentence]));
        let have = counts(&taken, 1);
        let score = |sentence: usize| {
            let found: usize = counts(&sentences[sentence], 1)
                .iter()
                .map(|(run, count)| {
                    let wanted = wanted.get(run).copied().unwrap_or(0);
                    let before = have.get(run).copied().unwrap_or(0);
                    (before + count).min(wanted) - before.min(wanted)
                })
                .sum();
            let before: usize = have
                .iter()
                .map(|(run, &count)| count.min(wanted.get(run).copied().unwrap_or(0)))
                .sum();
            f1(
                before + found,
                taken.len() + sentences[sentence].len(),
                reference.len(),
            )
        };
        let next = rest
            .iter()
            .map(|&sentence| (score(sentence), sentence))
            .max_by(|a, b| a.0.total_cmp(&b.0).then(b.1.cmp(&a.1)))
            .filter(|&(score, _)| score > best);
        let Some((score, sentence)) = next else { break };
        best = score;
        purse.take(sentence);
        taken.extend(sentences[sentence].iter().cloned());
        rest.retain(|&other| other != sentence);
    }
    Summary::extract(document, purse.spend(&[]))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::budget::tests::document;

    #[test]
    fn figures_are_those_computed_by_hand() {
        // summary, reference, ROUGE-1, ROUGE-2, ROUGE-L
        let cases = [
            ("a b c", "a b c", 1.0, 1.0, 1.0),
            ("a b", "c d", 0.0, 0.0, 0.0),
            ("", "a", 0.0, 0.0, 0.0),
            // All words, but no pair, and never two words in order.
            ("c b a", "a b c", 1.0, 0.0, 1.0 / 3.0),
            // "a" counts once: 2 words of 3 and 2; the pair "a b" of 2 and 1.
            ("a a b", "a b", 0.8, 2.0 / 3.0, 0.8),
            ("Über, ÜBER!", "über", 2.0 / 3.0, 0.0, 2.0 / 3.0),
        ];
        for (summary, reference, one, two, longest) in cases {
            let found = Rouge::new(summary, reference);
            for (found, wanted) in [(found.one, one), (found.two, two), (found.longest, longest)] {
                assert!((found - wanted).abs() < 1e-9, "{summary:?}: {found}");
            }
        }
    }

    #[test]
    fn the_oracle_takes_what_the_reference_says() {
        let document = document("Es regnet viel.\nDer Hafen ist neu.\nDie Insel freut sich.");
        let budget = Budget::new(Some(2), None, None).unwrap();
        let found = oracle(
            &document,
            "Der neue Hafen ist da und die Insel freut sich.",
            budget,
        );
        assert_eq!(found.sentences, [1, 2]);
        assert!(oracle(&document, "xyz", budget).sentences.is_empty());
    }

    #[test]
    fn chance_has_a_seed() {
        let document = document("Eins.\nZwei.\nDrei.\nVier.\nFünf.\nSechs.\nSieben.");
        let budget = Budget::new(Some(3), None, None).unwrap();
        let of = |seed| random(&document, budget, seed).sentences;
        assert_eq!(of(1), of(1));
        assert!((2..9).any(|seed| of(seed) != of(1)));
        assert_eq!(first(&document, budget).sentences, [0, 1, 2]);
    }
}
