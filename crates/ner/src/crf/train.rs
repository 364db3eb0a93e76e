//! Learns a tagger from labelled sentences.
//!
//! Training maximizes the likelihood of the tags of the training sentences (conditional random field: Lafferty et al.,
//! 2001), sentence by sentence with `AdaGrad` (Duchi et al., 2011). Three things help the tagger generalize. A random
//! share of the features is left out each time (dropout: Srivastava et al., 2014), so that it relies on none alone.
//! Surrogate words, and some rare ones, show only their shape, so that the tagger learns to recognize a name by its
//! context. And corpora with other conventions have separate features, which are learned with the rest and then
//! dropped (Daumé, 2007).
//!
//! Training uses one thread and a fixed seed, so the same data gives the same model.

use std::collections::{BTreeMap, HashMap};
use std::fmt;

use blattwerk_model_file::{Table, row};

use super::chain::{self, ANY, Lattice, NEVER, Transitions};
use super::corpus::Sentence;
use super::feature::{self, HERE, Look, PLACES, Profile, placed};
use super::lexicon::Lexicon;
use super::phrase::Phrases;
use super::random::Random;
use super::tag::{Label, TAGS, Tag};

/// How a tagger is trained.
#[derive(Debug, Clone)]
pub struct Options {
    /// Passes over the data.
    pub epochs: usize,
    /// Share of the features left out of each step.
    pub drop: f32,
    /// Share of the surrogate words that show only their shape.
    pub mask_surrogate: f32,
    /// The same for words that occur once; for all other words it is a quarter of this.
    pub mask_rare: f32,
    /// Minimum number of occurrences of a feature.
    pub min_count: u32,
    /// Initial learning rate; it decreases to almost zero.
    pub rate: f32,
    /// L2 regularization of the weights.
    pub decay: f32,
    /// Seed of the random numbers.
    pub seed: u64,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            epochs: 5,
            drop: 0.1,
            mask_surrogate: 0.9,
            mask_rare: 0.1,
            min_count: 2,
            rate: 0.05,
            decay: 1e-6,
            seed: 1,
        }
    }
}

/// Labelled sentences of one kind.
#[derive(Debug, Clone)]
pub struct Corpus {
    /// The sentences.
    pub sentences: Vec<Sentence>,
    /// Whether names with the label MISC are marked; if not, an `O` token may be part of one.
    pub has_misc: bool,
    /// Weight of a sentence.
    pub weight: f32,
    /// The number of its annotation conventions; 0 is for those the tagger should follow.
    pub domain: u32,
}

impl Corpus {
    /// Returns a corpus tagged by the conventions the tagger should follow.
    pub fn gold(sentences: Vec<Sentence>) -> Self {
        Self {
            sentences,
            has_misc: true,
            weight: 1.0,
            domain: 0,
        }
    }

    /// Returns the set of possible tags of each token of a sentence.
    fn possible(&self, i: usize) -> Vec<u16> {
        let open = if self.has_misc {
            1
        } else {
            1 | 1 << Tag::begin(Label::Misc).index() | 1 << Tag::inside(Label::Misc).index()
        };
        let mut before = None;
        self.sentences[i]
            .tags
            .iter()
            .map(|&tag| {
                let tag = match tag.label() {
                    Some(label) if !tag.may_follow(before) => Tag::begin(label),
                    _ => tag,
                };
                before = Some(tag);
                if tag == Tag::OUT {
                    open
                } else {
                    1 << tag.index()
                }
            })
            .collect()
    }
}

/// A trained tagger in full precision.
#[derive(Debug, Clone)]
pub struct Tagger {
    /// What is known about words.
    pub lexicon: Lexicon,
    /// Keys of the features, sorted.
    pub keys: Vec<u32>,
    /// Their weights.
    pub weights: Vec<[f32; TAGS]>,
    /// Scores of tag pairs.
    pub transitions: Transitions,
}

impl Tagger {
    /// Returns the mean of taggers with the same lexicon: since scores are sums of weights, this is an ensemble that
    /// costs no more than one tagger. A feature that a tagger lacks counts as 0.
    ///
    /// # Panics
    ///
    /// If there is no tagger.
    #[must_use]
    pub fn mean(taggers: &[Self]) -> Self {
        let first = taggers.first().expect("there is a tagger");
        let share = 1.0 / taggers.len() as f32;
        let mut weights: BTreeMap<u32, [f32; TAGS]> = BTreeMap::new();
        let mut transitions = [[0.0; TAGS]; TAGS + 1];
        for tagger in taggers {
            for (&key, row) in tagger.keys.iter().zip(&tagger.weights) {
                let sums = weights.entry(key).or_default();
                sums.iter_mut()
                    .zip(row)
                    .for_each(|(sum, weight)| *sum += weight * share);
            }
            transitions
                .as_flattened_mut()
                .iter_mut()
                .zip(tagger.transitions.as_flattened())
                .for_each(|(sum, score)| *sum += score * share);
        }
        chain::forbid(&mut transitions);
        Self {
            lexicon: first.lexicon.clone(),
            keys: weights.keys().copied().collect(),
            weights: weights.into_values().collect(),
            transitions,
        }
    }
}

/// The numbers of features, by their keys.
struct Numbers(Table<8>);

impl Numbers {
    /// Numbers keys from 0.
    fn new(keys: &[u32]) -> Self {
        let keys = (0..).zip(keys);
        Self(
            keys.map(|(number, &key): (u32, _)| row(key, &number.to_le_bytes()))
                .collect(),
        )
    }

    fn get(&self, key: u32) -> Option<u32> {
        let &[_, _, _, _, number @ ..] = self.0.get(key)?;
        Some(u32::from_le_bytes(number))
    }
}

/// A word type: its features at each position of the window, as numbers of weights.
struct Type {
    rows: [Vec<u32>; PLACES],
    look: Look,
}

impl Type {
    fn new(profile: &Profile, numbers: &Numbers) -> Self {
        let rows = std::array::from_fn(|place| {
            profile
                .keys_at(place)
                .filter_map(|key| numbers.get(placed(key, place)))
                .collect()
        });
        Self {
            rows,
            look: profile.look,
        }
    }
}

/// A sentence as numbers of word types.
struct Example {
    words: Vec<u32>,
    /// The types that show only the shape, and how often they are used instead.
    masked: Vec<(u32, f32)>,
    possible: Vec<u16>,
    weight: f32,
    domain: u32,
}

/// Word types and how often they occur; type 0 is the padding before and after a sentence.
struct Types {
    numbers: HashMap<String, u32>,
    profiles: Vec<Profile>,
    counts: Vec<u32>,
}

impl Types {
    fn number(&mut self, form: String, profile: impl FnOnce() -> Profile) -> u32 {
        let id = *self.numbers.entry(form).or_insert_with(|| {
            self.profiles.push(profile());
            self.counts.push(0);
            self.profiles.len() as u32 - 1
        });
        self.counts[id as usize] += 1;
        id
    }
}

fn examples(corpora: &[Corpus], lexicon: &Lexicon, options: &Options) -> (Vec<Example>, Types) {
    let mut types = Types {
        numbers: HashMap::new(),
        profiles: vec![Profile::edge()],
        counts: vec![1],
    };
    let mut examples = Vec::new();
    for corpus in corpora {
        for (i, sentence) in corpus.sentences.iter().enumerate() {
            let mut words = Vec::new();
            let mut masked = Vec::new();
            for (t, token) in sentence.tokens.iter().enumerate() {
                words.push(types.number(token.clone(), || Profile::new(token, lexicon)));
                let shape = Profile::masked(token);
                let form = format!("\u{1}{:?}", (shape.look, &shape.keys));
                let is_surrogate = sentence.surrogate.get(t) == Some(&true);
                let often = if is_surrogate {
                    options.mask_surrogate
                } else {
                    f32::NAN
                };
                masked.push((types.number(form, || shape), often));
            }
            let possible = corpus.possible(i);
            examples.push(Example {
                words,
                masked,
                possible,
                weight: corpus.weight,
                domain: corpus.domain,
            });
        }
    }
    for example in &mut examples {
        for (masked, &word) in example.masked.iter_mut().zip(&example.words) {
            if masked.1.is_nan() {
                let is_rare = types.counts[word as usize] == 1;
                masked.1 = if is_rare {
                    options.mask_rare
                } else {
                    options.mask_rare / 4.0
                };
            }
        }
    }
    (examples, types)
}

/// Returns the keys of the features that occur often enough, sorted.
fn frequent(examples: &[Example], types: &Types, phrases: &Phrases, min_count: u32) -> Vec<u32> {
    let mut counts: HashMap<u32, u32> = HashMap::new();
    for (profile, &n) in types.profiles.iter().zip(&types.counts) {
        for place in 0..PLACES {
            for key in profile.keys_at(place) {
                *counts.entry(placed(key, place)).or_default() += n;
            }
        }
    }
    for example in examples {
        let looks: Vec<Look> = example
            .words
            .iter()
            .map(|&w| types.profiles[w as usize].look)
            .collect();
        let mut count = |_: usize, key: u32| *counts.entry(key).or_default() += 1;
        feature::joined(&looks, &mut count);
        feature::of_phrases(&looks, phrases, &mut count);
        feature::of_domain(&looks, example.domain, &mut count);
    }
    let mut keys: Vec<u32> = counts
        .into_iter()
        .filter(|&(_, n)| n >= min_count)
        .map(|(key, _)| key)
        .collect();
    keys.sort_unstable();
    keys
}

/// Initial value of the sums of squared gradients (`AdaGrad`).
const FIRST_SQUARE: f32 = 1e-3;

/// The state of a training run.
struct Trainer<'a> {
    options: &'a Options,
    numbers: Numbers,
    types: Vec<Type>,
    tagger: Tagger,
    squares: Vec<[f32; TAGS]>,
    pair_squares: Transitions,
    random: Random,
    free: Lattice,
    held: Lattice,
    /// The features of the current sentence: token and number of weights.
    rows: Vec<(u32, u32)>,
}

impl Trainer<'_> {
    /// Collects the features of a sentence, with some words masked and some features left out.
    fn collect(&mut self, example: &Example) {
        let Self {
            random,
            rows,
            types,
            numbers,
            options,
            tagger,
            ..
        } = self;
        let keep = 1.0 - options.drop;
        let words: Vec<&Type> = example
            .words
            .iter()
            .zip(&example.masked)
            .map(|(&word, &(masked, share))| {
                &types[if random.unit() < share { masked } else { word } as usize]
            })
            .collect();
        rows.clear();
        for t in 0..words.len() {
            for place in 0..PLACES {
                let word = (t + place)
                    .checked_sub(HERE)
                    .and_then(|i| words.get(i))
                    .copied()
                    .unwrap_or(&types[0]);
                rows.extend(
                    word.rows[place]
                        .iter()
                        .filter(|_| random.unit() < keep)
                        .map(|&row| (t as u32, row)),
                );
            }
        }
        let looks: Vec<Look> = words.iter().map(|w| w.look).collect();
        let mut emit = |t: usize, key| {
            rows.extend(
                numbers
                    .get(key)
                    .filter(|_| random.unit() < keep)
                    .map(|row| (t as u32, row)),
            );
        };
        feature::joined(&looks, &mut emit);
        feature::of_phrases(&looks, &tagger.lexicon.phrases, &mut emit);
        feature::of_domain(&looks, example.domain, |t, key| {
            rows.extend(numbers.get(key).map(|row| (t as u32, row)));
        });
    }

    /// Takes a step for one sentence and returns its loss.
    fn step(&mut self, example: &Example, rate: f32) -> f64 {
        self.collect(example);
        let n = example.words.len();
        let keep = 1.0 - self.options.drop;
        let mut scores = vec![[0f32; TAGS]; n];
        for &(t, row) in &self.rows {
            for (score, weight) in scores[t as usize]
                .iter_mut()
                .zip(&self.tagger.weights[row as usize])
            {
                *score += weight / keep;
            }
        }
        let factors = chain::factors(&self.tagger.transitions);
        self.free.run(&scores, &factors, |_| ANY);
        self.held.run(&scores, &factors, |t| example.possible[t]);
        let mut slopes = scores;
        let mut pairs = [[0f32; TAGS]; TAGS + 1];
        for (t, slope) in slopes.iter_mut().enumerate() {
            let (free, held) = (self.free.tag(t), self.held.tag(t));
            *slope = std::array::from_fn(|k| (free[k] - held[k]) * example.weight);
            self.free.add_pairs(t, &factors, example.weight, &mut pairs);
            self.held
                .add_pairs(t, &factors, -example.weight, &mut pairs);
        }
        let transitions = self.tagger.transitions.as_flattened_mut().iter_mut();
        for ((score, square), slope) in transitions
            .zip(self.pair_squares.as_flattened_mut())
            .zip(pairs.as_flattened())
        {
            if *score > NEVER / 2.0 {
                *square += slope * slope;
                *score -= rate * slope / square.sqrt();
            }
        }
        for &(t, row) in &self.rows {
            let weights = &mut self.tagger.weights[row as usize];
            let squares = &mut self.squares[row as usize];
            for ((weight, square), slope) in
                weights.iter_mut().zip(squares).zip(&slopes[t as usize])
            {
                let slope = slope + self.options.decay * *weight;
                *square += slope * slope;
                *weight -= rate * slope / square.sqrt();
            }
        }
        self.free.log_sum() - self.held.log_sum()
    }
}

/// A pass over the training data.
#[derive(Debug, Clone, Copy)]
pub struct Progress {
    /// Passes completed.
    pub epoch: usize,
    /// Total number of passes.
    pub epochs: usize,
    /// Number of features with weights.
    pub features: usize,
    /// Mean loss per sentence in this pass, in nats.
    pub loss: f64,
}

impl fmt::Display for Progress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            epoch,
            epochs,
            features,
            loss,
        } = self;
        write!(
            f,
            "pass {epoch} of {epochs}, {features} features, loss {loss:.4} per sentence"
        )
    }
}

/// Learns a tagger; `report` is called after each pass.
pub fn train(
    corpora: &[Corpus],
    lexicon: &Lexicon,
    options: &Options,
    mut report: impl FnMut(Progress, &Tagger),
) -> Tagger {
    let (examples, types) = examples(corpora, lexicon, options);
    let keys = frequent(&examples, &types, &lexicon.phrases, options.min_count);
    let numbers = Numbers::new(&keys);
    let mut transitions = [[0f32; TAGS]; TAGS + 1];
    chain::forbid(&mut transitions);
    let features = keys.len();
    let mut trainer = Trainer {
        options,
        types: types
            .profiles
            .iter()
            .map(|profile| Type::new(profile, &numbers))
            .collect(),
        numbers,
        tagger: Tagger {
            lexicon: lexicon.clone(),
            keys,
            weights: vec![[0.0; TAGS]; features],
            transitions,
        },
        squares: vec![[FIRST_SQUARE; TAGS]; features],
        pair_squares: [[FIRST_SQUARE; TAGS]; TAGS + 1],
        random: Random::new(options.seed),
        free: Lattice::default(),
        held: Lattice::default(),
        rows: Vec::new(),
    };
    drop(types);
    let mut order: Vec<u32> = (0..examples.len() as u32).collect();
    let steps = options.epochs * examples.len();
    let mut done = 0usize;
    for epoch in 1..=options.epochs {
        trainer.random.shuffle(&mut order);
        let mut loss = 0.0;
        for &i in &order {
            done += 1;
            let left = (1.0 - done as f32 / steps as f32).max(0.02);
            loss += trainer.step(&examples[i as usize], options.rate * left);
        }
        let loss = loss / examples.len().max(1) as f64;
        report(
            Progress {
                epoch,
                epochs: options.epochs,
                features,
                loss,
            },
            &trainer.tagger,
        );
    }
    trainer.tagger
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// Returns sentences with a pattern that can be learned: a word after "Herr" is a person, one after "in" a place.
    pub(in crate::crf) fn sentences() -> Vec<Sentence> {
        let names = [
            "Adam", "Beta", "Cäsar", "Delta", "Emil", "Fuchs", "Gamma", "Hahn",
        ];
        let tags = |label| vec![Tag::OUT, Tag::begin(label), Tag::OUT, Tag::OUT];
        let mut all = Vec::new();
        for name in names {
            let person = ["Herr", name, "kommt", "."].map(str::to_owned).to_vec();
            all.push(Sentence {
                tokens: person,
                tags: tags(Label::Per),
                surrogate: Vec::new(),
            });
            let place = ["in", name, "regnet", "."].map(str::to_owned).to_vec();
            all.push(Sentence {
                tokens: place,
                tags: tags(Label::Loc),
                surrogate: Vec::new(),
            });
        }
        all
    }

    #[test]
    fn unmarked_misc_is_left_open() {
        let corpus = Corpus {
            has_misc: false,
            ..Corpus::gold(sentences())
        };
        assert_eq!(
            corpus.possible(0),
            [0b1_1000_0001, 0b10, 0b1_1000_0001, 0b1_1000_0001]
        );
    }

    #[test]
    fn the_mean_adds_shares_by_key() {
        let tagger = |keys: &[u32], weight: f32| Tagger {
            lexicon: Lexicon::default(),
            keys: keys.to_vec(),
            weights: vec![[weight; TAGS]; keys.len()],
            transitions: [[weight; TAGS]; TAGS + 1],
        };
        let mean = Tagger::mean(&[tagger(&[1, 3], 4.0), tagger(&[2, 3], 8.0)]);
        assert_eq!(mean.keys, [1, 2, 3]);
        assert_eq!(
            mean.weights.iter().map(|row| row[0]).collect::<Vec<_>>(),
            [2.0, 4.0, 6.0]
        );
        let close = |score: f32, expected: f32| (score - expected).abs() < 1e-3;
        assert!(close(mean.transitions[0][0], 6.0));
        assert!(
            close(mean.transitions[TAGS][2], NEVER),
            "I- after the start stays forbidden"
        );
    }
}
