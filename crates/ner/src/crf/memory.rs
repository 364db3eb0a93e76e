//! Memory of an article: what a name is in one sentence helps to read it in another.
//!
//! News gives a name in full once ("Antony Blinken") and then in part ("Blinken"). After a first pass over all
//! sentences, each capitalised word has votes: the probabilities of its labels wherever it stands alone or in a
//! person's full name. A word that stands alone is then scored again with the votes from its other places. Words
//! inside longer names of places, organizations and works do not vote, since "Washington" in "Washington Post" says
//! nothing of Washington. (Compare Ratinov & Roth, 2009, context aggregation; Finkel et al., 2005.)

use std::collections::HashMap;

use super::chain::Lattice;
use super::tag::{Label, TAGS, Tag, spans};

/// How the votes count.
#[derive(Debug, Clone, Copy)]
pub struct Options {
    /// How far votes move a score: 0 not at all, 1 as much as the word's own sentence would.
    pub strength: f32,
    /// How many votes the last word of a full name has.
    pub full: f32,
    /// Votes of "no name" count this much of those of a label.
    pub doubt: f32,
    /// A vote that all labels have from the start: few votes move less.
    pub prior: f32,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            strength: 2.0,
            full: 8.0,
            doubt: 0.5,
            prior: 0.3,
        }
    }
}

/// Votes for a label from elsewhere that a word needs to be scored again.
const MIN_VOTES: f32 = 0.3;

/// Probabilities of "no name" and of each label.
type Votes = [f32; 5];

fn votes(lattice: Option<&Lattice>, t: usize) -> Votes {
    let Some(lattice) = lattice else {
        return [1.0, 0.0, 0.0, 0.0, 0.0];
    };
    let tag = lattice.tag(t);
    std::array::from_fn(|k| {
        if k == 0 {
            tag[0]
        } else {
            tag[2 * k - 1] + tag[2 * k]
        }
    })
}

/// The word without a genitive "s", so that "Merkels" and "Merkel" meet.
fn stem(word: &str) -> &str {
    match word.strip_suffix(['\'', '’']).unwrap_or(word) {
        w if w.chars().count() > 4 => w.strip_suffix('s').unwrap_or(w),
        w => w,
    }
}

fn has_vote(word: &str) -> bool {
    word.chars().next().is_some_and(char::is_uppercase)
        && word.chars().nth(1).is_some_and(char::is_alphanumeric)
}

/// Adds the article's votes to the scores; returns the sentences whose scores changed.
///
/// `tags` and `lattices` are those of the first pass; a sentence without a lattice has no name for sure.
pub(super) fn recall<W: AsRef<str>>(
    sentences: &[&[W]],
    tags: &[Vec<Tag>],
    lattices: &[Option<Lattice>],
    scores: &mut [Vec<[f32; TAGS]>],
    options: &Options,
) -> Vec<usize> {
    let mut alone: Vec<(usize, usize)> = Vec::new();
    let mut sums: HashMap<&str, Votes> = HashMap::new();
    for (s, (words, tags)) in sentences.iter().zip(tags).enumerate() {
        // How much each word's vote counts: nothing inside longer names that are no persons'.
        let mut weights: Vec<f32> = vec![1.0; words.len()];
        let mut is_alone: Vec<bool> = vec![true; words.len()];
        for (start, end, label) in spans(tags)
            .into_iter()
            .filter(|(start, end, _)| end - start > 1)
        {
            is_alone[start..end].fill(false);
            weights[start..end].fill(f32::from(u8::from(label == Label::Per)));
            weights[end - 1] *= options.full;
        }
        for (t, word) in words
            .iter()
            .map(AsRef::as_ref)
            .enumerate()
            .filter(|(_, word)| has_vote(word))
        {
            let sum = sums.entry(stem(word)).or_default();
            for (sum, vote) in sum.iter_mut().zip(votes(lattices[s].as_ref(), t)) {
                *sum += vote * weights[t];
            }
            if is_alone[t] {
                alone.push((s, t));
            }
        }
    }
    let mut changed = Vec::new();
    for (s, t) in alone {
        let sum = &sums[stem(sentences[s][t].as_ref())];
        let own = votes(lattices[s].as_ref(), t);
        let mut others: Votes = std::array::from_fn(|k| (sum[k] - own[k]).max(0.0));
        if others[1..].iter().sum::<f32>() < MIN_VOTES {
            continue;
        }
        // What was found once stays a name; only its label is in question.
        others[0] *= if tags[s][t] == Tag::OUT {
            options.doubt
        } else {
            0.0
        };
        let total = others.iter().sum::<f32>() + 5.0 * options.prior;
        for (k, votes) in others.into_iter().enumerate() {
            // Five times a share is 1 when nothing is known.
            let push = options.strength * (5.0 * (votes + options.prior) / total).ln();
            let tags = if k == 0 { 0..1 } else { 2 * k - 1..2 * k + 1 };
            scores[s][t][tags]
                .iter_mut()
                .for_each(|score| *score += push);
        }
        if changed.last() != Some(&s) {
            changed.push(s);
        }
    }
    changed
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::crf::chain;

    /// Scores of a token that favour one tag; far ahead of others when `sure`.
    fn favour(tag: Tag, sure: f32) -> [f32; TAGS] {
        let mut row = [0.0; TAGS];
        row[tag.index()] = sure;
        row
    }

    /// What two sentences of (word, tag, sureness) do to the scores of the second.
    fn pushed(first: &[(&str, Tag, f32)], second: &[(&str, Tag, f32)]) -> Vec<[f32; TAGS]> {
        let sentences: Vec<Vec<&str>> = [first, second]
            .iter()
            .map(|s| s.iter().map(|t| t.0).collect())
            .collect();
        let tags: Vec<Vec<Tag>> = [first, second]
            .iter()
            .map(|s| s.iter().map(|t| t.1).collect())
            .collect();
        let mut transitions = [[0.0; TAGS]; TAGS + 1];
        chain::forbid(&mut transitions);
        let lattices: Vec<Option<Lattice>> = [first, second]
            .iter()
            .map(|sentence| {
                let scores: Vec<[f32; TAGS]> = sentence.iter().map(|t| favour(t.1, t.2)).collect();
                let mut lattice = Lattice::default();
                lattice.run(&scores, &chain::factors(&transitions), |_| chain::ANY);
                Some(lattice)
            })
            .collect();
        let mut scores: Vec<Vec<[f32; TAGS]>> = sentences
            .iter()
            .map(|s| vec![[0.0; TAGS]; s.len()])
            .collect();
        let sentences: Vec<&[&str]> = sentences.iter().map(Vec::as_slice).collect();
        recall(
            &sentences,
            &tags,
            &lattices,
            &mut scores,
            &Options::default(),
        );
        scores.remove(1)
    }

    #[test]
    fn a_full_name_decides_what_its_last_part_is() {
        let (b, i) = (Tag::begin(Label::Per), Tag::inside(Label::Per));
        let scores = pushed(
            &[("Antony", b, 8.0), ("Blinken", i, 8.0)],
            &[("Blinkens", Tag::OUT, 1.0), ("Rede", Tag::OUT, 2.0)],
        );
        assert!(scores[0][b.index()] > 0.5, "toward PER");
        assert!(scores[0][0] < 0.0, "away from no name");
        assert!(
            scores[1].iter().all(|&v| v == 0.0),
            "a word that is not elsewhere"
        );
    }

    #[test]
    fn a_word_in_a_longer_name_has_no_vote() {
        let (b, i) = (Tag::begin(Label::Org), Tag::inside(Label::Org));
        let scores = pushed(
            &[("Washington", b, 8.0), ("Post", i, 8.0)],
            &[("Washington", Tag::begin(Label::Loc), 1.0)],
        );
        assert!(scores[0].iter().all(|&v| v == 0.0), "inside a longer name");
    }
}
