//! From the vectors of pieces to tags, stances and tones.

use std::ops::Range;

use blattwerk_core::{Polarity, Probabilities};
use rten_simd::{SimdOp, SimdUnaryOp};
use rten_vecmath::{Gelu, Softmax};

/// Tags: outside, then the beginning and the inside of each label.
pub const TAGS: usize = 9;

/// A linear layer in floats.
pub(crate) struct Dense {
    pub(crate) inputs: usize,
    /// Output × input.
    pub(crate) weights: Vec<f32>,
    pub(crate) bias: Vec<f32>,
}

impl Dense {
    fn apply(&self, x: &[f32]) -> Vec<f32> {
        let rows = self.weights.chunks_exact(self.inputs);
        rows.zip(&self.bias)
            .map(|(row, bias)| {
                // Several sums at once are many times faster than one.
                let mut sums = [0.0; 16];
                for (row, x) in row.chunks(16).zip(x.chunks(16)) {
                    for (sum, (weight, x)) in sums.iter_mut().zip(row.iter().zip(x)) {
                        *sum += weight * x;
                    }
                }
                bias + sums.iter().sum::<f32>()
            })
            .collect()
    }
}

/// Turns the scores of negative, neutral and positive into probabilities that hold, and those into a class.
pub(crate) struct Scale {
    pub(crate) factor: f32,
    pub(crate) shifts: [f32; 3],
}

impl Scale {
    fn apply(&self, scores: &[f32]) -> Probabilities {
        let mut found = [0, 1, 2].map(|class| scores[class] * self.factor + self.shifts[class]);
        Softmax::new_mut(&mut found).dispatch();
        found
    }

    /// The class is the one with the highest score. In training, rare classes have more weight, so that they are found; the
    /// shifts undo that, and by probability hardly anything would be negative or positive.
    pub(crate) fn choose(&self, probabilities: Probabilities) -> Polarity {
        let unshifted = |class: usize| probabilities[class] * (-self.shifts[class]).exp();
        Polarity::likeliest(std::array::from_fn(unshifted))
    }
}

/// The heads.
pub(crate) struct Heads {
    pub(crate) tags: Dense,
    pub(crate) judge: Dense,
    pub(crate) stance: Dense,
    pub(crate) tone: Dense,
    /// What the scores of tags are multiplied with.
    pub(crate) tag_factor: f32,
    pub(crate) stance_scale: Scale,
    pub(crate) tone_scale: Scale,
}

impl Heads {
    /// Returns the score of each tag, given the vector of a word's first piece.
    pub(crate) fn tags(&self, word: &[f32]) -> [f32; TAGS] {
        let scores = self.tags.apply(word);
        std::array::from_fn(|tag| scores[tag] * self.tag_factor)
    }

    /// Judges a name, given the mean vector of its pieces and that of its sentence's beginning.
    pub(crate) fn stance(&self, name: &[f32], begin: &[f32]) -> Probabilities {
        let mut judged = self.judge.apply(&[name, begin].concat());
        Gelu {}.map_mut(&mut judged);
        self.stance_scale.apply(&self.stance.apply(&judged))
    }

    /// Judges a sentence, given the vector of its beginning.
    pub(crate) fn tone(&self, begin: &[f32]) -> Probabilities {
        self.tone_scale.apply(&self.tone.apply(begin))
    }
}

/// A name among the words of a sentence.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Name {
    pub(crate) words: Range<usize>,
    pub(crate) label: usize,
    /// The mean, over its words, of the probability of its label.
    pub(crate) score: f32,
}

/// Returns the names of the best sequence of tags, given the scores of each word's tags (Viterbi): only the beginning or
/// the inside of a label can be followed by its inside.
pub(crate) fn names(words: &[[f32; TAGS]]) -> Vec<Name> {
    let mut names: Vec<Name> = Vec::new();
    for (at, tag) in best(words).into_iter().enumerate() {
        if tag == 0 {
            continue;
        }
        let label = (tag - 1) / 2;
        let shares = shares(&words[at]);
        let score = shares[1 + 2 * label] + shares[2 + 2 * label];
        if is_inside(tag)
            && let Some(name) = names.last_mut()
        {
            name.words.end = at + 1;
            name.score += score;
        } else {
            names.push(Name {
                words: at..at + 1,
                label,
                score,
            });
        }
    }
    for name in &mut names {
        name.score = (name.score / name.words.len() as f32).clamp(0.0, 1.0);
    }
    names
}

/// Returns the probability of each tag, given their scores.
pub(crate) fn shares(scores: &[f32; TAGS]) -> [f32; TAGS] {
    let mut shares = *scores;
    Softmax::new_mut(&mut shares).dispatch();
    shares
}

/// Whether a tag is the inside of a label.
fn is_inside(tag: usize) -> bool {
    tag > 0 && tag.is_multiple_of(2)
}

/// Returns the sequence of allowed tags with the highest sum of scores.
fn best(words: &[[f32; TAGS]]) -> Vec<usize> {
    let may_follow =
        |before: usize, tag: usize| !is_inside(tag) || before == tag || before + 1 == tag;
    // The best sum of a sequence that ends with each tag, and the tag before.
    let mut sums = std::array::from_fn::<f32, TAGS, _>(|tag| {
        if is_inside(tag) {
            f32::NEG_INFINITY
        } else {
            0.0
        }
    });
    let mut ways: Vec<[usize; TAGS]> = Vec::with_capacity(words.len());
    for (at, scores) in words.iter().enumerate() {
        let mut way = [0; TAGS];
        if at > 0 {
            let before = sums;
            for tag in 0..TAGS {
                way[tag] =
                    (0..TAGS)
                        .filter(|&other| may_follow(other, tag))
                        .fold(0, |best, other| {
                            let is_better = before[other] > before[best];
                            if is_better || !may_follow(best, tag) {
                                other
                            } else {
                                best
                            }
                        });
                sums[tag] = before[way[tag]];
            }
        }
        for (sum, score) in sums.iter_mut().zip(scores) {
            *sum += score;
        }
        ways.push(way);
    }
    let mut tag = (1..TAGS).fold(
        0,
        |best, tag| if sums[tag] > sums[best] { tag } else { best },
    );
    let mut tags = Vec::with_capacity(words.len());
    for way in ways.iter().rev() {
        tags.push(tag);
        tag = way[tag];
    }
    tags.reverse();
    tags
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Scores with 8 for one tag, 7 for another, 0 for the rest.
    fn word(best: usize, second: usize) -> [f32; TAGS] {
        let mut scores = [0.0; TAGS];
        scores[second] = 7.0;
        scores[best] = 8.0;
        scores
    }

    #[test]
    fn names_follow_the_best_allowed_tags() {
        // 0 outside, 1 and 2 PER, 3 and 4 LOC, 5 and 6 ORG.
        type Case<'a> = (&'a [[f32; TAGS]], &'a [(Range<usize>, usize)]);
        let cases: &[Case] = &[
            (&[], &[]),
            (&[word(0, 1)], &[]),
            (&[word(1, 0), word(2, 0), word(0, 1)], &[(0..2, 0)]),
            // A beginning after a name begins another.
            (&[word(3, 0), word(3, 4)], &[(0..1, 1), (1..2, 1)]),
            // An inside has to follow its own label: the second best is taken.
            (&[word(2, 1), word(2, 0)], &[(0..2, 0)]),
            (&[word(0, 0), word(4, 0), word(0, 3)], &[]),
            (&[word(1, 3), word(4, 2), word(4, 2)], &[(0..3, 1)]),
            (&[word(5, 0), word(0, 6), word(6, 6)], &[(0..3, 2)]),
        ];
        for (words, expected) in cases {
            let found: Vec<_> = names(words)
                .into_iter()
                .map(|name| (name.words, name.label))
                .collect();
            assert_eq!(found, *expected, "{words:?}");
        }
    }

    #[test]
    fn the_score_is_the_mean_share_of_the_label() {
        let mut first = [f32::NEG_INFINITY; TAGS];
        (first[1], first[2], first[0]) = (0.0, 0.0, 0.0);
        let mut second = [f32::NEG_INFINITY; TAGS];
        second[2] = 0.0;
        let found = names(&[first, second]);
        // Two of three parts of the first word, all of the second.
        assert!((found[0].score - 5.0 / 6.0).abs() < 1e-4, "{found:?}");
    }

    #[test]
    fn the_class_has_the_highest_score() {
        let scale = Scale {
            factor: 0.5,
            shifts: [-1.0, 0.0, -2.0],
        };
        let cases = [
            ([0.9, 0.8, 0.7], Polarity::Negative),
            ([0.8, 0.9, 0.7], Polarity::Neutral),
            ([-3.0, -2.0, -1.9], Polarity::Positive),
        ];
        for (scores, expected) in cases {
            let probabilities = scale.apply(&scores);
            assert_eq!(scale.choose(probabilities), expected, "{scores:?}");
            let likeliest = Polarity::likeliest(probabilities);
            assert_eq!(likeliest, Polarity::Neutral, "{probabilities:?}");
        }
    }
}
