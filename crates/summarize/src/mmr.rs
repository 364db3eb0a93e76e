//! Picks sentences that score high and do not repeat each other (maximal marginal relevance).
//!
//! The score of a sentence is reduced by what the picked sentences already say, and a name that they cover gives no
//! further bonus. Each pick looks at every candidate once, so the time is linear in the length of the article
//! and in the number of picks.
//!
//! Carbonell, Goldstein: The use of MMR, diversity-based reranking for reordering documents and producing summaries.
//! SIGIR 1998.

use std::ops::Range;

use blattwerk_core::Document;
use rustc_hash::FxHashMap;

use crate::budget::Purse;
use crate::terms::{self, Terms};

/// A sentence that may be picked.
pub(crate) struct Candidate {
    sentence: usize,
    /// Its score by itself.
    score: f32,
    /// Its similarity to the most similar picked sentence, from 0 to 1.
    said: f32,
    /// The share of its uncovered names in all mentions of names in the article.
    names: f32,
}

impl Candidate {
    pub(crate) fn new(sentence: usize, score: f32) -> Self {
        Self {
            sentence,
            score,
            said: 0.0,
            names: 0.0,
        }
    }
}

/// The weights of what counts besides the score of a sentence.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Weights {
    /// The penalty for saying all that a picked sentence says.
    pub(crate) redundancy: f32,
    /// The bonus for having all names.
    pub(crate) names: f32,
}

/// Takes candidates until the purse affords no more.
pub(crate) fn pick(
    mut rest: Vec<Candidate>,
    weights: Weights,
    terms: &Terms,
    mut names: Names,
    purse: &mut Purse,
) {
    for candidate in &mut rest {
        candidate.names = names.of(candidate.sentence);
    }
    let mut picked = terms.zeros();
    loop {
        // A candidate that does not fit now will never fit, so it is dropped.
        rest.retain(|candidate| purse.affords(candidate.sentence));
        let Some(best) = best(&rest, weights) else {
            break;
        };
        let sentence = rest.swap_remove(best).sentence;
        purse.take(sentence);
        names.cover(sentence);
        for term in terms.of(sentence) {
            picked[term.id as usize] = term.weight;
        }
        for candidate in &mut rest {
            let alike = terms::dot(terms.of(candidate.sentence), &picked);
            candidate.said = candidate.said.max(alike);
            candidate.names = names.of(candidate.sentence);
        }
        for term in terms.of(sentence) {
            picked[term.id as usize] = 0.0;
        }
    }
}

/// The index of the best candidate; of equals, the one that comes first in the article.
fn best(candidates: &[Candidate], weights: Weights) -> Option<usize> {
    let worth = |candidate: &Candidate| {
        candidate.score + weights.names * candidate.names - weights.redundancy * candidate.said
    };
    (0..candidates.len()).max_by(|&a, &b| {
        let (a, b) = (&candidates[a], &candidates[b]);
        worth(a)
            .total_cmp(&worth(b))
            .then(b.sentence.cmp(&a.sentence))
    })
}

/// The names of an article, sentence by sentence.
#[derive(Default)]
pub(crate) struct Names {
    /// The names of all sentences, concatenated; each occurs once per sentence.
    all: Vec<usize>,
    sentences: Vec<Range<usize>>,
    /// The share of each name in the mentions of all names; 0 once it is covered.
    shares: Vec<f32>,
}

impl Names {
    /// Reads the entities. Names with the same last word count as one.
    pub(crate) fn new(document: &Document) -> Self {
        let mut ids: FxHashMap<u64, usize> = FxHashMap::default();
        let mut names = Self::default();
        let mut entities = document.entities.iter().peekable();
        let mut mentions = 0.0;
        let mut sentence: Vec<usize> = Vec::new();
        for span in &document.sentences {
            sentence.clear();
            while let Some(entity) = entities.next_if(|entity| entity.span.start < span.end) {
                let next = ids.len();
                let id = *ids
                    .entry(terms::name(&document.text[entity.span]))
                    .or_insert(next);
                if id == next {
                    names.shares.push(0.0);
                }
                names.shares[id] += 1.0;
                mentions += 1.0;
                sentence.push(id);
            }
            sentence.sort_unstable();
            sentence.dedup();
            let start = names.all.len();
            names.all.extend(&sentence);
            names.sentences.push(start..names.all.len());
        }
        for share in &mut names.shares {
            *share /= mentions;
        }
        names
    }

    fn ids(&self, sentence: usize) -> Range<usize> {
        self.sentences.get(sentence).cloned().unwrap_or_default()
    }

    fn of(&self, sentence: usize) -> f32 {
        let ids = &self.all[self.ids(sentence)];
        ids.iter().map(|&id| self.shares[id]).sum()
    }

    fn cover(&mut self, sentence: usize) {
        for i in self.ids(sentence) {
            self.shares[self.all[i]] = 0.0;
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use blattwerk_core::{Entity, Span};

    use super::*;
    use crate::budget::Budget;
    use crate::budget::tests::document;
    use crate::terms::Reader;

    const ARTICLE: &str = "Der Hafen der Insel wird für Ida Berg gebaut.\n\
        Für Ida Berg wird der Hafen der Insel gebaut.\n\
        Jan Tal lobt die Fähren.\n\
        Frau Berg und Herr Tal fahren nach Leer.";

    fn with_names() -> Document {
        let mut document = document(ARTICLE);
        for name in ["Ida Berg", "Jan Tal", "Frau Berg", "Herr Tal", "Leer"] {
            for (start, found) in ARTICLE.match_indices(name) {
                document.entities.push(Entity {
                    span: Span::new(start, start + found.len()),
                    label: Arc::from("PER"),
                    score: 1.0,
                });
            }
        }
        document.entities.sort_by_key(|entity| entity.span.start);
        document
    }

    fn picked(weights: Weights, scores: [f32; 4], sentences: usize) -> Vec<usize> {
        let document = with_names();
        let terms = Reader::new().read(&document);
        let budget = Budget::new(Some(sentences), None, None).unwrap();
        let mut purse = budget.purse(&document);
        let candidates = scores.into_iter().enumerate();
        let candidates = candidates.map(|(i, score)| Candidate::new(i, score));
        let names = Names::new(&document);
        pick(candidates.collect(), weights, &terms, names, &mut purse);
        purse.spend(&[])
    }

    #[test]
    fn a_near_copy_is_not_picked() {
        let scores = [1.0, 0.9, 0.5, 0.4];
        assert_eq!(picked(Weights::default(), scores, 2), [0, 1]);
        let weights = Weights {
            redundancy: 0.5,
            ..Weights::default()
        };
        // The second has all words of the first, so its score is 0.9 - 0.5; the third shares none.
        assert_eq!(picked(weights, scores, 2), [0, 2]);
    }

    #[test]
    fn names_count_until_they_are_covered() {
        let names = Names::new(&with_names());
        // Berg three times, Tal twice, Leer once, six in all.
        let found: Vec<f32> = (0..4).map(|i| 6.0 * names.of(i)).collect();
        for (found, wanted) in found.iter().zip([3.0, 3.0, 2.0, 6.0]) {
            assert!((found - wanted).abs() < 1e-5, "{found} is {wanted}");
        }
        let weights = Weights {
            names: 1.0,
            ..Weights::default()
        };
        // The last has all names, so the scores alone decide between the others.
        assert_eq!(picked(weights, [0.1, 0.3, 0.2, 0.0], 3), [3, 1, 2]);
    }

    #[test]
    fn among_equals_the_first_wins() {
        assert_eq!(picked(Weights::default(), [0.5; 4], 2), [0, 1]);
    }
}
