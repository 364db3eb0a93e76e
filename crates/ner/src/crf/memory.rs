//! Memory of an article: what a name is in one sentence helps to label it in another.
//!
//! News gives a name in full once ("Antony Blinken") and then only in part ("Blinken"). After a first pass over all
//! sentences, each capitalized word has votes: the probabilities of its labels wherever it stands alone or in a
//! person's full name. A word that stands alone is then scored again with the votes of its other occurrences. Words
//! inside longer names of places, organizations and works do not vote, since "Washington" in "Washington Post" says
//! nothing about Washington. A multi-word name votes as a whole for the same words elsewhere, and a short form
//! introduced in brackets after its name ("Bundesnachrichtendienst (BND)") gets the label of the name. (Compare
//! Ratinov & Roth, 2009, on context aggregation; Finkel et al., 2005; on short forms, Schwartz & Hearst, 2003.)

use std::collections::BTreeMap;

use rustc_hash::FxHashMap;

use super::chain::Lattice;
use super::tag::{Label, TAGS, Tag, spans};

/// How the votes count.
#[derive(Debug, Clone, Copy)]
pub struct Options {
    /// How far votes move a score: 0 is not at all, 1 as much as the word's own sentence does.
    pub strength: f32,
    /// Weight of the vote of the last word of a full name.
    pub full: f32,
    /// Weight of votes for "no name", relative to votes for a label.
    pub doubt: f32,
    /// Votes that every label has from the start, so that a few votes move a score less.
    pub prior: f32,
    /// Weight of the vote of a name for the short form that follows it in brackets.
    pub short: f32,
    /// Whether multi-word names vote as a whole.
    pub whole: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            strength: 2.0,
            full: 8.0,
            doubt: 0.5,
            prior: 0.3,
            short: 8.0,
            whole: true,
        }
    }
}

/// Minimum votes for a label from other occurrences for a word to be scored again.
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

/// Returns the word without a genitive "s", so that "Merkels" and "Merkel" are the same.
fn stem(word: &str) -> &str {
    match word.strip_suffix(['\'', '’']).unwrap_or(word) {
        w if w.chars().nth(4).is_some() => w.strip_suffix('s').unwrap_or(w),
        w => w,
    }
}

fn has_vote(word: &str) -> bool {
    word.chars().next().is_some_and(char::is_uppercase)
        && word.chars().nth(1).is_some_and(char::is_alphanumeric)
}

/// Returns whether `short` may be a short form of the name: two to eight characters, at least half of them capitals,
/// and one of the name's words starts with its first letter.
fn abbreviates<W: AsRef<str>>(short: &str, name: &[W]) -> bool {
    let capitals = short.chars().filter(|c| c.is_uppercase()).count();
    let length = short.chars().count();
    let first = short.chars().next();
    (2..=8).contains(&length)
        && capitals * 2 > length
        && name
            .iter()
            .any(|word| word.as_ref().chars().next() == first)
}

/// Returns how far votes move the scores of "no name" and each label; 0 is no change.
fn pushes(others: Votes, options: &Options) -> Votes {
    let total = others.iter().sum::<f32>() + 5.0 * options.prior;
    // Five times a share is 1 when nothing is known.
    others.map(|votes| options.strength * (5.0 * (votes + options.prior) / total).ln())
}

/// Returns the tags of an index of [`Votes`].
fn tags_of(k: usize) -> std::ops::Range<usize> {
    if k == 0 { 0..1 } else { 2 * k - 1..2 * k + 1 }
}

/// Longer names do not recur word for word.
const MAX_WORDS: usize = 12;

/// Returns the words of a name, without a genitive "s" at its end.
fn whole<W: AsRef<str>>(words: &[W]) -> Vec<&str> {
    let mut name: Vec<&str> = words.iter().map(AsRef::as_ref).collect();
    if let Some(last) = name.last_mut() {
        *last = stem(last);
    }
    name
}

/// Where a multi-word name occurs: sentence, first token, votes.
type Places = Vec<(usize, usize, Votes)>;

/// Lets multi-word names vote for the same words elsewhere; returns the sentences whose scores changed.
fn recall_whole<W: AsRef<str>>(
    sentences: &[&[W]],
    tags: &[Vec<Tag>],
    lattices: &[Option<Lattice>],
    scores: &mut [Vec<[f32; TAGS]>],
    options: &Options,
) -> Vec<usize> {
    // Sorted by their words, so that the sums are deterministic.
    let mut names: BTreeMap<Vec<&str>, Places> = BTreeMap::new();
    // The lengths of the names that start with a word: bit = number of words.
    let mut lengths: FxHashMap<&str, u16> = FxHashMap::default();
    for (words, tags) in sentences.iter().zip(tags) {
        for (start, end, _) in spans(tags) {
            if (2..=MAX_WORDS).contains(&(end - start)) {
                *lengths.entry(words[start].as_ref()).or_default() |= 1 << (end - start);
                names.entry(whole(&words[start..end])).or_default();
            }
        }
    }
    for (s, words) in sentences.iter().enumerate() {
        for (start, word) in words.iter().enumerate() {
            let Some(&lengths) = lengths.get(word.as_ref()) else {
                continue;
            };
            for length in (2..=MAX_WORDS).filter(|length| lengths & (1 << length) != 0) {
                let Some(here) = words.get(start..start + length) else {
                    break;
                };
                let Some(places) = names.get_mut(&whole(here)) else {
                    continue;
                };
                let mut mean = Votes::default();
                for t in start..start + length {
                    let votes = votes(lattices[s].as_ref(), t);
                    mean.iter_mut()
                        .zip(votes)
                        .for_each(|(mean, vote)| *mean += vote / length as f32);
                }
                places.push((s, start, mean));
            }
        }
    }
    let mut changed = Vec::new();
    for (name, places) in names.into_iter().filter(|(_, places)| places.len() > 1) {
        let sum = places.iter().fold(Votes::default(), |sum, place| {
            std::array::from_fn(|k| sum[k] + place.2[k])
        });
        for (s, start, own) in places {
            let mut others: Votes = std::array::from_fn(|k| (sum[k] - own[k]).max(0.0));
            others[0] *= options.doubt;
            for (k, push) in pushes(others, options).into_iter().enumerate() {
                // Half as far as a single word: a longer name says more by itself.
                let push = push / 2.0;
                for t in start..start + name.len() {
                    // A name starts at its first word and goes on inside itself.
                    let (tag, push) = match (k, t == start) {
                        (0, true) => (0, push),
                        (0, false) => (0, push / 2.0),
                        (_, true) => (2 * k - 1, push),
                        (_, false) => (2 * k, push / 2.0),
                    };
                    scores[s][t][tag] += push;
                }
            }
            changed.push(s);
        }
    }
    changed
}

/// The votes of an article's words.
#[derive(Default)]
struct Ballot<'a> {
    places: FxHashMap<&'a str, usize>,
    words: Vec<Word>,
}

/// The votes of a word.
#[derive(Default)]
struct Word {
    votes: Votes,
    /// Whether it is introduced as a short form.
    is_short: bool,
}

impl<'a> Ballot<'a> {
    fn place(&mut self, word: &'a str) -> usize {
        let next = self.words.len();
        let place = *self.places.entry(word).or_insert(next);
        if place == next {
            self.words.push(Word::default());
        }
        place
    }

    fn word(&mut self, word: &'a str) -> &mut Word {
        let place = self.place(word);
        &mut self.words[place]
    }
}

/// Adds the article's votes to the scores; returns the sentences whose scores changed.
///
/// `tags` and `lattices` are those of the first pass; a sentence without a lattice certainly has no name.
pub(super) fn recall<W: AsRef<str>>(
    sentences: &[&[W]],
    tags: &[Vec<Tag>],
    lattices: &[Option<Lattice>],
    scores: &mut [Vec<[f32; TAGS]>],
    options: &Options,
) -> Vec<usize> {
    // Words that stand alone: the sentence, the token, and the place of the word's votes.
    let mut alone: Vec<(usize, usize, usize)> = Vec::new();
    let mut votes_of = Ballot::default();
    let mut changed = if options.whole {
        recall_whole(sentences, tags, lattices, scores, options)
    } else {
        Vec::new()
    };
    let mut weights: Vec<f32> = Vec::new();
    let mut is_alone: Vec<bool> = Vec::new();
    for (s, (words, tags)) in sentences.iter().zip(tags).enumerate() {
        // The weight of each word's vote: 0 inside longer names, except those of persons.
        weights.clear();
        weights.resize(words.len(), 1.0);
        is_alone.clear();
        is_alone.resize(words.len(), true);
        for (start, end, label) in spans(tags) {
            // "Long Name ( LN )": the short form has the label of the name.
            if let [open, short, close, ..] = &words[end..]
                && (open.as_ref(), close.as_ref()) == ("(", ")")
                && options.short > 0.0
                && abbreviates(short.as_ref(), &words[start..end])
            {
                let short = votes_of.word(stem(short.as_ref()));
                short.votes[1 + label as usize] += options.short;
                short.is_short = true;
            }
            if end - start == 1 {
                continue;
            }
            is_alone[start..end].fill(false);
            weights[start..end].fill(f32::from(u8::from(label == Label::Per)));
            weights[end - 1] *= options.full;
        }
        for (t, word) in words.iter().map(AsRef::as_ref).enumerate() {
            if !has_vote(word) {
                continue;
            }
            let place = votes_of.place(stem(word));
            let sum = &mut votes_of.words[place].votes;
            for (sum, vote) in sum.iter_mut().zip(votes(lattices[s].as_ref(), t)) {
                *sum += vote * weights[t];
            }
            if is_alone[t] {
                alone.push((s, t, place));
            }
        }
    }
    for (s, t, place) in alone {
        let word = &votes_of.words[place];
        // Most words are never names.
        if word.votes[1..].iter().sum::<f32>() < MIN_VOTES {
            continue;
        }
        let own = votes(lattices[s].as_ref(), t);
        let mut others: Votes = std::array::from_fn(|k| (word.votes[k] - own[k]).max(0.0));
        if others[1..].iter().sum::<f32>() < MIN_VOTES {
            continue;
        }
        // A word that was found remains a name; only its label may change.
        others[0] *= if tags[s][t] == Tag::OUT {
            options.doubt
        } else {
            0.0
        };
        for (k, push) in pushes(others, options).into_iter().enumerate() {
            let tags = match tags_of(k) {
                // A short form is a separate name, not the end of the long one.
                tags if word.is_short => tags.start..tags.start + 1,
                tags => tags,
            };
            scores[s][t][tags]
                .iter_mut()
                .for_each(|score| *score += push);
        }
        changed.push(s);
    }
    changed.sort_unstable();
    changed.dedup();
    changed
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::crf::chain;

    /// Returns scores of a token that favour one tag by `sure`.
    fn favour(tag: Tag, sure: f32) -> [f32; TAGS] {
        let mut row = [0.0; TAGS];
        row[tag.index()] = sure;
        row
    }

    /// Returns how two sentences of (word, tag, sureness) change the scores of the second.
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

    #[test]
    fn a_short_form_is_what_its_long_form_is() {
        let (b, i) = (Tag::begin(Label::Org), Tag::inside(Label::Org));
        let first = |short| {
            [
                ("Freie", b, 8.0),
                ("Union", i, 8.0),
                ("(", Tag::OUT, 8.0),
                (short, Tag::OUT, 8.0),
                (")", Tag::OUT, 8.0),
            ]
        };
        let scores = pushed(&first("FU"), &[("FU", Tag::OUT, 1.0)]);
        assert!(scores[0][b.index()] > 0.5, "toward ORG");
        for other in ["XY", "Freunde", "2010"] {
            let scores = pushed(&first(other), &[(other, Tag::OUT, 1.0)]);
            assert!(
                scores[0][b.index()] <= 0.0,
                "{other} is no short form of it"
            );
        }
    }

    #[test]
    fn a_name_of_several_words_is_read_alike_elsewhere() {
        let [(org, in_org), (per, in_per)] =
            [Label::Org, Label::Per].map(|label| (Tag::begin(label), Tag::inside(label)));
        let scores = pushed(
            &[("Blaue", org, 8.0), ("Adler", in_org, 8.0)],
            &[("Blaue", per, 0.5), ("Adlers", in_per, 0.5)],
        );
        assert!(scores[0][org.index()] > 0.5, "starts an ORG");
        assert!(scores[1][in_org.index()] > 0.2, "goes on as an ORG");
        assert!(scores[0][per.index()] < 0.0, "no PER");
    }
}
