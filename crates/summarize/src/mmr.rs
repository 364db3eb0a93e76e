//! Picks sentences that score high and do not repeat each other (maximal marginal relevance).
//!
//! The score of a sentence is reduced by what the picked sentences already say, and a name that they cover gives no
//! further bonus. A sentence is picked together with the sentences it depends on. Each pick looks at every candidate once, so the time is linear in the length of the article
//! and in the number of picks.
//!
//! Carbonell, Goldstein: The use of MMR, diversity-based reranking for reordering documents and producing summaries.
//! SIGIR 1998.

use std::ops::Range;

use blattwerk_core::Document;
use rustc_hash::FxHashMap;

use crate::antecedent::Antecedents;
use crate::budget::Purse;
use crate::question::Questions;
use crate::terms::{self, Terms};

/// A sentence that may be picked, with what it depends on.
pub(crate) struct Candidate {
    sentence: usize,
    /// The sentence and those without which it cannot be understood, in order.
    closure: Vec<usize>,
}

impl Candidate {
    /// Returns those of the `readable` sentences whose closures are readable too. The `lead` may be picked by itself,
    /// whatever it refers to.
    pub(crate) fn all(readable: &[usize], antecedents: &Antecedents, lead: usize) -> Vec<Self> {
        let candidate = |&sentence: &usize| {
            let closure = if sentence == lead {
                vec![lead]
            } else {
                antecedents.closure(sentence)?.to_vec()
            };
            let is_readable = |needed: &usize| readable.binary_search(needed).is_ok();
            let is_whole = closure.iter().all(is_readable);
            is_whole.then_some(Self { sentence, closure })
        };
        readable.iter().filter_map(candidate).collect()
    }
}

/// The weights of what counts besides the score of a sentence.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Weights {
    /// The penalty for saying all that a picked sentence says.
    pub(crate) redundancy: f32,
    /// The bonus for having all names.
    pub(crate) names: f32,
    /// The penalty for depending on a sentence that is not picked yet.
    pub(crate) leaning: f32,
    /// The bonus for an answer to a question that no picked sentence answers.
    pub(crate) answer: f32,
}

/// Picks sentences of a document.
pub(crate) struct Picker<'a> {
    pub(crate) document: &'a Document,
    pub(crate) terms: &'a Terms,
    /// The score of each sentence by itself.
    pub(crate) scores: &'a [f32],
    /// The bonus for each term that no picked sentence has.
    pub(crate) wanted: Vec<f32>,
    pub(crate) names: Names,
    /// The questions that each sentence answers, or nothing if they do not count.
    pub(crate) answers: &'a [Questions],
    pub(crate) weights: Weights,
}

impl Picker<'_> {
    /// Takes candidates with their closures until the purse affords no more. Those that are empty are left; this is
    /// asked only of the best, since it takes longer than the score.
    ///
    /// A closure is worth the mean of its sentences that are not yet said, so that a sentence that needs another one must
    /// be worth the space of both.
    pub(crate) fn pick(
        mut self,
        mut rest: Vec<Candidate>,
        is_empty: impl Fn(usize) -> bool,
        purse: &mut Purse,
    ) {
        let count = self.document.sentences.len();
        // Whether a sentence is taken, or a taken one says the same.
        let mut is_said = vec![false; count];
        // The similarity to the most similar taken sentence, from 0 to 1.
        let mut alike = vec![0.0_f32; count];
        let mut taken = self.terms.zeros();
        let mut answered = Questions::default();
        while let Some(best) = self.best(&rest, &is_said, &alike, answered, purse) {
            let Candidate {
                sentence,
                mut closure,
            } = rest.swap_remove(best);
            if is_empty(sentence) {
                continue;
            }
            closure.retain(|&sentence| !is_said[sentence]);
            for sentence in closure {
                purse.take(sentence);
                is_said[sentence] = true;
                answered = answered.and(self.answers_of(sentence));
                self.names.cover(sentence);
                for term in self.terms.of(sentence) {
                    taken[term.id as usize] = term.weight;
                    self.wanted[term.id as usize] = 0.0;
                }
                for other in 0..count {
                    let likeness = terms::dot(self.terms.of(other), &taken);
                    alike[other] = alike[other].max(likeness);
                    if likeness > SUSPECT && !is_said[other] {
                        is_said[other] = repeats(self.document, sentence, other);
                    }
                }
                for term in self.terms.of(sentence) {
                    taken[term.id as usize] = 0.0;
                }
            }
            // A candidate that does not fit now will never fit.
            rest.retain(|one| !is_said[one.sentence] && purse.affords(&[one.sentence]));
        }
    }

    /// The index of the best candidate; of equals, the one that comes first in the article.
    fn best(
        &self,
        rest: &[Candidate],
        is_said: &[bool],
        alike: &[f32],
        answered: Questions,
        purse: &Purse,
    ) -> Option<usize> {
        let worth = |&sentence: &usize| {
            let answers = self.answers_of(sentence).without(answered);
            let answer = if answers.is_empty() {
                0.0
            } else {
                self.weights.answer
            };
            self.scores[sentence]
                + answer
                + self.weights.names * self.names.of(sentence)
                + terms::dot(self.terms.of(sentence), &self.wanted)
                - self.weights.redundancy * alike[sentence]
        };
        let mut unsaid = Vec::new();
        let mut best: Option<(f32, usize)> = None;
        for (i, candidate) in rest.iter().enumerate() {
            unsaid.clear();
            unsaid.extend(candidate.closure.iter().filter(|&&one| !is_said[one]));
            if !purse.affords(&unsaid) {
                continue;
            }
            let size = f32::from(u8::try_from(unsaid.len()).unwrap_or(u8::MAX));
            let leaning = if unsaid.len() > 1 {
                self.weights.leaning
            } else {
                0.0
            };
            let mean = unsaid.iter().map(worth).sum::<f32>() / size - leaning;
            let is_better = best.is_none_or(|(highest, at)| {
                let is_earlier = candidate.sentence < rest[at].sentence;
                mean.total_cmp(&highest).is_gt() || mean.total_cmp(&highest).is_eq() && is_earlier
            });
            if is_better {
                best = Some((mean, i));
            }
        }
        best.map(|(_, i)| i)
    }

    fn answers_of(&self, sentence: usize) -> Questions {
        self.answers.get(sentence).copied().unwrap_or_default()
    }
}

/// Sentences that are less alike than this are not compared letter by letter.
const SUSPECT: f32 = 0.4;

/// Tells whether one of two sentences contains the other, whatever the marks and spaces.
fn repeats(document: &Document, one: usize, other: usize) -> bool {
    let letters = |sentence: usize| -> String {
        let text = document.text[document.sentences[sentence]].chars();
        let letters = text.filter(|c| c.is_alphanumeric());
        letters.flat_map(char::to_lowercase).collect()
    };
    let (one, other) = (letters(one), letters(other));
    one.contains(&other) || other.contains(&one)
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
        let candidates = (0..4).map(|sentence| Candidate {
            sentence,
            closure: vec![sentence],
        });
        let picker = Picker {
            document: &document,
            terms: &terms,
            scores: &scores,
            wanted: terms.zeros(),
            names: Names::new(&document),
            answers: &[],
            weights,
        };
        picker.pick(candidates.collect(), |_| false, &mut purse);
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
