//! The tagger at run time: small weights, and a cache of word types.
//!
//! The score of a tag is a sum over about a hundred features. Most belong to one word at one position of the window,
//! so for each word type they are summed once and cached ([`Seen`]); a token then costs five rows of twelve small
//! integers, and one with a capital the joint features of its neighbours. Those of the shapes of a window recur as well, and have a cache of a fixed
//! size ([`Recent`]); those of two neighbours hardly do: two of three pairs in news are not among the last 8,000. With integers,
//! the sums are the same in any order.

use std::borrow::Cow;
use std::mem;

use blattwerk_core::{Idle, WordMap};
use blattwerk_model_file::pack::Unpacker;
use blattwerk_model_file::{Asked, Damage, Table, row};

use super::borders;
use super::chain::{self, ANY, Lattice, NEVER, OUT, Transitions};
use super::content::{Content, FEATURE, LANES};
use super::entity::Entity;
use super::feature::{self, Frame, HERE, Look, PLACES, Profile, placed};
use super::lexicon::Lexicon;
use super::memory;
use super::phrase::Phrases;
use super::recent::Recent;
use super::roles;
use super::spelling;
use super::tag::{TAGS, Tag, spans};
use super::train::Tagger;

/// Sums of the weights of features: one per tag, with padding.
type Row = [i16; LANES];

/// Maximum number of word types in a generation; only two generations are kept, which bounds the memory.
const KEPT: usize = 1 << 16;

/// A trained tagger.
#[derive(Debug)]
pub struct Model {
    lexicon: Lexicon,
    /// The weights of features, by their keys.
    features: Table<FEATURE>,
    /// The sums of [`Frame::place_keys`] and [`Frame::line_keys`], by their numbers.
    places: Vec<Row>,
    lines: Vec<Row>,
    /// The score of one unit of a weight.
    unit: f32,
    transitions: Transitions,
    /// `exp` of the transitions.
    factors: Transitions,
    /// Subtracted from the score of "no name": above 0, recall is higher and precision lower.
    eagerness: f32,
    /// How an article's memory is used.
    pub memory: memory::Options,
    caches: Idle<Cache>,
}

/// A word type with its features summed.
#[derive(Debug, Clone)]
struct Seen {
    rows: [Row; PLACES],
    /// What is added if it is the first of its sentence.
    first: Row,
    look: Look,
}

/// The word types one worker has seen, and buffers.
#[derive(Debug, Default)]
struct Cache {
    recent: Generation,
    older: Generation,
    /// The sums of windows of shapes.
    shapes: Recent<Row>,
    ints: Vec<Row>,
    looks: Vec<Look>,
    frames: Vec<Frame>,
    types: Vec<u32>,
    /// The windows whose sums are missing: their numbers and keys.
    missed: Vec<(usize, [u32; PLACES])>,
    asked: Asked,
}

/// Word types seen in the same stretch of text.
#[derive(Debug, Default)]
struct Generation {
    ids: WordMap<u32>,
    seen: Vec<Seen>,
}

impl Generation {
    /// Forgets all, and keeps the memory for others.
    fn clear(&mut self) {
        self.ids.clear();
        self.seen.clear();
    }

    fn push(&mut self, word: &str, seen: Seen) -> u32 {
        let id = self.seen.len() as u32;
        self.seen.push(seen);
        self.ids.insert(word, id);
        id
    }
}

impl Model {
    /// Makes a compact model of a trained tagger.
    pub fn new(tagger: &Tagger) -> Self {
        Self::pruned(tagger, 2)
    }

    /// Makes a smaller model of a trained tagger: without the features whose weights are all less than `least` steps, of
    /// which the largest weights have 127.
    pub fn pruned(tagger: &Tagger, least: u8) -> Self {
        let mut sizes: Vec<f32> = tagger.weights.iter().flatten().map(|w| w.abs()).collect();
        sizes.sort_by(f32::total_cmp);
        let top = sizes
            .iter()
            .rev()
            .nth(sizes.len() / 20_000)
            .copied()
            .filter(|&top| top > 0.0)
            .unwrap_or(1.0);
        let unit = top / 127.0;
        let mut rows = Vec::new();
        for (&key, weights) in tagger.keys.iter().zip(&tagger.weights) {
            let mut steps = [0i8; LANES];
            for (step, w) in steps.iter_mut().zip(weights) {
                *step = (w / unit).round().clamp(-127.0, 127.0) as i8;
            }
            if steps.iter().any(|step| step.unsigned_abs() >= least) {
                rows.push(row(key, &steps.map(i8::cast_unsigned)));
            }
        }
        Self::assemble(Content {
            unit,
            eagerness: 0.0,
            transitions: tagger.transitions,
            words: tagger.lexicon.words.clone(),
            names: tagger.lexicon.phrases.kinds.clone(),
            features: Table::new(&rows),
        })
    }

    fn assemble(content: Content) -> Self {
        let Content {
            unit,
            eagerness,
            transitions,
            words,
            names,
            features,
        } = content;
        let mut model = Self {
            lexicon: Lexicon {
                words,
                phrases: Phrases { kinds: names },
            },
            features,
            places: Vec::new(),
            lines: Vec::new(),
            unit,
            factors: chain::factors(&transitions),
            transitions,
            eagerness,
            memory: memory::Options::default(),
            caches: Idle::default(),
        };
        let sum = |keys: &[u32]| {
            let mut sum = [0; LANES];
            for row in keys.iter().filter_map(|&key| model.features.get(key)) {
                add_weights(&mut sum, row);
            }
            sum
        };
        let places = Frame::places().map(|frame| sum(&frame.place_keys()));
        let lines = Frame::lines().map(|frame| sum(&frame.line_keys()));
        (model.places, model.lines) = (places.collect(), lines.collect());
        model
    }

    /// Multiplies all scores: the best tags stay the same; their probabilities become less certain below 1, more above.
    pub fn sharpen(&mut self, by: f32) {
        self.unit *= by;
        self.eagerness *= by;
        for score in self
            .transitions
            .as_flattened_mut()
            .iter_mut()
            .filter(|score| **score > NEVER / 2.0)
        {
            *score *= by;
        }
        self.factors = chain::factors(&self.transitions);
    }

    /// Returns what the model knows about words, to train another one with.
    pub fn into_lexicon(self) -> Lexicon {
        self.lexicon
    }

    /// Returns the numbers of features and of known words.
    pub fn size(&self) -> (usize, usize) {
        (self.features.len(), self.lexicon.words.len())
    }

    /// Returns whether two words are one name with a hyphen, as "Schleswig-Holstein" is and "Berlin-Hamburg" is not.
    pub(super) fn is_hyphenated(&self, first: &str, last: &str) -> bool {
        let is_capital = |word: &str| word.starts_with(char::is_uppercase);
        is_capital(first)
            && is_capital(last)
            && self.lexicon.lists(&format!("{first}-{last}")).0 > 0
    }

    /// Adds the weights of the requested keys to their sums.
    fn add_all(&self, asked: &mut Asked, sums: &mut [Row]) {
        self.features.find_all(asked, |sum, row| {
            add_weights(&mut sums[sum as usize], row);
        });
    }

    fn seen(&self, profile: &Profile, asked: &mut Asked) -> Seen {
        const FIRST: usize = PLACES;
        const OTHER: usize = PLACES + 1;
        for &(key, places) in &profile.keys {
            for place in (0..PLACES).filter(|place| places & (1 << place) != 0) {
                asked.push(place as u32, placed(key, place));
            }
        }
        asked.push(FIRST as u32, feature::opening(&profile.look, true));
        asked.push(OTHER as u32, feature::opening(&profile.look, false));
        let mut sums = [[0; LANES]; PLACES + 2];
        self.add_all(asked, &mut sums);
        let [mut rows @ .., first, other] = sums;
        rows[HERE] = plus(rows[HERE], other);
        Seen {
            rows,
            first: std::array::from_fn(|k| first[k].saturating_sub(other[k])),
            look: profile.look,
        }
    }

    /// Scores the tags of a sentence.
    fn scores(&self, words: &[impl AsRef<str>], cache: &mut Cache) -> Vec<[f32; TAGS]> {
        self.number(words, cache);
        self.add_known(cache);
        self.add_missed(cache);
        cache.ints[..words.len()]
            .iter()
            .map(|row| {
                let mut scores: [f32; TAGS] =
                    std::array::from_fn(|k| f32::from(row[k]) * self.unit);
                scores[0] -= self.eagerness;
                scores
            })
            .collect()
    }

    /// Numbers the word types of a sentence, with padding, and reads those that are not in the cache.
    fn number(&self, words: &[impl AsRef<str>], cache: &mut Cache) {
        let Cache {
            recent,
            older,
            types,
            asked,
            ..
        } = cache;
        if recent.seen.len() > KEPT {
            mem::swap(older, recent);
            recent.clear();
        }
        if recent.seen.is_empty() {
            recent.seen.push(self.seen(&Profile::edge(), asked));
        }
        types.clear();
        types.extend([0; HERE]);
        for word in words {
            let word = word.as_ref();
            let id = recent.ids.get(word).copied().unwrap_or_else(|| {
                let seen = match older.ids.get(word) {
                    Some(&id) => older.seen[id as usize].clone(),
                    None => self.seen(&Profile::new(word, &self.lexicon), asked),
                };
                recent.push(word, seen)
            });
            types.push(id);
        }
        types.extend([0; HERE]);
    }

    /// Adds the sums that are in the cache, and notes which are missing.
    fn add_known(&self, cache: &mut Cache) {
        let Cache {
            recent,
            shapes,
            ints,
            looks,
            frames,
            types,
            missed,
            ..
        } = cache;
        let look = |&id: &u32| recent.seen[id as usize].look;
        looks.clear();
        looks.extend(types.iter().map(look));
        frames.clear();
        frames.extend(feature::frames(&looks[HERE..looks.len() - HERE]));
        missed.clear();
        ints.clear();
        ints.extend(
            frames
                .iter()
                .map(|frame| plus(self.places[frame.place()], self.lines[frame.line()])),
        );
        let count = ints.len();
        if count == 0 {
            return;
        }
        // Each word is read once, and adds its rows to all windows that it is in. It has the first place in the last of them.
        for (at, &id) in types.iter().enumerate() {
            let rows = &recent.seen[id as usize].rows[at.saturating_sub(count - 1)..];
            let windows = &mut ints[at.saturating_sub(PLACES - 1)..count.min(at + 1)];
            for (sum, row) in windows.iter_mut().rev().zip(rows) {
                *sum = plus(*sum, *row);
            }
        }
        ints[0] = plus(ints[0], recent.seen[types[HERE] as usize].first);
        for (i, sum) in ints.iter_mut().enumerate() {
            let key = std::array::from_fn(|place| looks[i + place].shape);
            match shapes.get(&key) {
                Some(row) => *sum = plus(*sum, *row),
                None => missed.push((i, key)),
            }
        }
    }

    /// Adds the sums that are missing in the cache, to it as well, and those that are not cached.
    fn add_missed(&self, cache: &mut Cache) {
        let Cache {
            shapes,
            ints,
            looks,
            frames,
            missed,
            asked,
            ..
        } = cache;
        let window = |i: usize| std::array::from_fn(|place| &looks[i + place]);
        let count = frames.len();
        let words = &looks[HERE..HERE + count];
        for (i, frame) in frames.iter().enumerate() {
            if words[i].is_joined() {
                asked.extend(i as u32, feature::neighbours(window(i), frame.quote()));
            }
        }
        let emit = |at, key| asked.push(at as u32, key);
        feature::of_phrases(words, &self.lexicon.phrases, emit);
        for (next, &(i, _)) in (count..).zip(&*missed) {
            asked.extend(next as u32, feature::shapes(window(i)));
        }
        ints.resize(count + missed.len(), [0; LANES]);
        self.add_all(asked, ints);
        for (next, &(i, key)) in (count..).zip(&*missed) {
            let row = ints[next];
            ints[i] = plus(ints[i], row);
            shapes.put(key, row);
        }
    }

    /// Scores the tags of sentences independently.
    fn score_all<S: AsRef<[W]>, W: AsRef<str>>(&self, sentences: &[S]) -> Vec<Vec<[f32; TAGS]>> {
        let mut cache = self.caches.take().unwrap_or_default();
        let scores = sentences
            .iter()
            .map(|s| self.scores(s.as_ref(), &mut cache))
            .collect();
        self.caches.put(cache);
        scores
    }

    /// Tags the sentences of an article, given as lists of tokens, and returns the entities in order.
    pub fn entities<S: AsRef<[W]>, W: AsRef<str>>(&self, article: &[S]) -> Vec<Entity> {
        self.entities_with(article, &[])
    }

    /// Tags the sentences of an article together with another model, whose scores of each token's tags are added; for
    /// sentences that it does not have, nothing is.
    pub fn entities_with<S: AsRef<[W]>, W: AsRef<str>>(
        &self,
        article: &[S],
        others: &[Vec<[f32; TAGS]>],
    ) -> Vec<Entity> {
        let Reading {
            scores,
            tags,
            mut lattices,
        } = self.read(article, others);
        let mut found = Vec::new();
        for (sentence, tags) in tags.iter().enumerate() {
            for (start, end, label) in spans(tags) {
                let lattice = lattices[sentence].get_or_insert_with(|| {
                    let scores = &scores[sentence];
                    self.lattice(scores, &out(scores))
                });
                let score = lattice.span(start, &tags[start..end], &self.factors);
                // Scores too far apart for floats leave no probability.
                let score = if score.is_finite() {
                    score.clamp(0.0, 1.0)
                } else {
                    0.0
                };
                found.push(Entity {
                    sentence,
                    start,
                    end,
                    label,
                    score,
                });
            }
        }
        borders::mend(article, found, &self.lexicon)
    }

    /// Tags the sentences of an article.
    pub fn tags<S: AsRef<[W]>, W: AsRef<str>>(&self, article: &[S]) -> Vec<Vec<Tag>> {
        let mut tags: Vec<Vec<Tag>> = article
            .iter()
            .map(|words| vec![Tag::OUT; words.as_ref().len()])
            .collect();
        for entity in self.entities(article) {
            let tags = &mut tags[entity.sentence][entity.start..entity.end];
            tags.fill(Tag::inside(entity.label));
            tags[0] = Tag::begin(entity.label);
        }
        tags
    }

    /// Returns the probability of each tag of each token of an article's sentences.
    pub fn probabilities<S: AsRef<[W]>, W: AsRef<str>>(
        &self,
        article: &[S],
    ) -> Vec<Vec<[f32; TAGS]>> {
        let all = |scores: &Vec<[f32; TAGS]>| {
            let lattice = self.lattice(scores, &out(scores));
            (0..scores.len()).map(|t| lattice.tag(t)).collect()
        };
        self.read(article, &[]).scores.iter().map(all).collect()
    }

    fn lattice(&self, scores: &[[f32; TAGS]], out: &[bool]) -> Lattice {
        let mut lattice = Lattice::default();
        let allowed = |t: usize| if out[t] { OUT } else { ANY };
        lattice.run(scores, &self.factors, allowed);
        lattice
    }

    /// Scores and tags an article, with sentences in capitals read as running text.
    fn read<S: AsRef<[W]>, W: AsRef<str>>(
        &self,
        article: &[S],
        others: &[Vec<[f32; TAGS]>],
    ) -> Reading {
        let lower: Vec<Option<Vec<String>>> = article
            .iter()
            .map(|words| spelling::lower(words.as_ref(), &self.lexicon))
            .collect();
        if lower.iter().all(Option::is_none) {
            return self.read_spelled(article, others);
        }
        let spelled: Vec<Vec<Cow<str>>> = article
            .iter()
            .zip(lower)
            .map(|(words, lower)| match lower {
                Some(lower) => lower.into_iter().map(Cow::Owned).collect(),
                None => words
                    .as_ref()
                    .iter()
                    .map(|word| Cow::Borrowed(word.as_ref()))
                    .collect(),
            })
            .collect();
        self.read_spelled(&spelled, others)
    }

    /// Scores and tags an article: sentence by sentence, then again where its memory changes scores.
    fn read_spelled<S: AsRef<[W]>, W: AsRef<str>>(
        &self,
        article: &[S],
        others: &[Vec<[f32; TAGS]>],
    ) -> Reading {
        let mut scores = self.score_all(article);
        for (words, scores) in article.iter().zip(&mut scores) {
            roles::push(words.as_ref(), &self.lexicon, scores);
        }
        for (scores, others) in scores.iter_mut().zip(others) {
            for (score, other) in scores
                .as_flattened_mut()
                .iter_mut()
                .zip(others.as_flattened())
            {
                *score += other;
            }
        }
        let best =
            |scores: &[[f32; TAGS]], out: &[bool]| chain::best(scores, &self.transitions, out);
        let mut lattices: Vec<Option<Lattice>> = vec![None; scores.len()];
        let is_remembered = article.len() > 1;
        let mut tags = Vec::with_capacity(scores.len());
        for (scores, lattice) in scores.iter().zip(&mut lattices) {
            let out = out(scores);
            tags.push(best(scores, &out));
            if is_remembered && out.contains(&false) {
                *lattice = Some(self.lattice(scores, &out));
            }
        }
        if is_remembered {
            let words: Vec<&[W]> = article.iter().map(AsRef::as_ref).collect();
            for s in memory::recall(&words, &tags, &lattices, &mut scores, &self.memory) {
                tags[s] = best(&scores[s], &out(&scores[s]));
                lattices[s] = None;
            }
        }
        Reading {
            scores,
            tags,
            lattices,
        }
    }

    /// Returns the model as the bytes of a file.
    pub fn to_bytes(&self) -> Vec<u8> {
        let content = Content {
            unit: self.unit,
            eagerness: self.eagerness,
            transitions: self.transitions,
            words: self.lexicon.words.clone(),
            names: self.lexicon.phrases.kinds.clone(),
            features: self.features.clone(),
        };
        content.write()
    }

    /// Reads a model from the bytes of a file.
    ///
    /// # Errors
    ///
    /// If the bytes are not a complete model of a supported version.
    pub fn load(bytes: &[u8]) -> Result<Self, Damage> {
        Content::read(bytes).map(Self::assemble)
    }

    /// Takes a model out of a pack.
    pub(super) fn unpack(unpacker: &mut Unpacker) -> Self {
        Self::assemble(Content::unpack(unpacker))
    }
}

/// The result of reading an article.
struct Reading {
    scores: Vec<Vec<[f32; TAGS]>>,
    tags: Vec<Vec<Tag>>,
    /// Present where they were needed and are still valid.
    lattices: Vec<Option<Lattice>>,
}

/// Tells for each token whether "no name" is so far ahead that no other tag has a noticeable probability.
fn out(scores: &[[f32; TAGS]]) -> Vec<bool> {
    const AHEAD: f32 = 9.0;
    let max = |a: f32, b: f32| if a > b { a } else { b };
    let is_out = |&[out, a, b, c, d, e, f, g, h]: &[f32; TAGS]| {
        // In pairs, which can be compared at once.
        let top = max(max(max(a, b), max(c, d)), max(max(e, f), max(g, h)));
        top + AHEAD < out
    };
    scores.iter().map(is_out).collect()
}

/// Adds the weights of a row of features.
#[inline]
fn add_weights(sum: &mut Row, row: &[u8; FEATURE]) {
    let [_, _, _, _, weights @ ..] = row;
    for k in 0..LANES {
        sum[k] = sum[k].saturating_add(weights[k].cast_signed().into());
    }
}

/// Returns the sum of two rows. By value, since they are then known to lie apart, and all lanes are added at once.
#[inline]
fn plus(one: Row, other: Row) -> Row {
    std::array::from_fn(|k| one[k].saturating_add(other[k]))
}

#[cfg(test)]
mod tests {
    use super::super::content::KIND;
    use super::*;
    use crate::crf::hash::hash;
    use crate::crf::lexicon::Record;
    use crate::crf::phrase::Key;
    use crate::crf::random::Random;
    use crate::crf::train::{Corpus, Options, tests::sentences, train};

    fn model() -> Model {
        let record = Record {
            classes: [1, 300, 2, 3],
            count: 5,
            small: 2,
            article: 7,
            lists: 0x703,
            uses: [7, 0, 1, 0],
        };
        let key = |all| Key { all, start: all };
        let phrases = Phrases::new([(key(7), 1), (key(9), 8)]);
        let lexicon = Lexicon::new([(hash("Adam"), record)], phrases);
        let options = Options {
            epochs: 6,
            ..Options::default()
        };
        Model::new(&train(
            &[Corpus::gold(sentences())],
            &lexicon,
            &options,
            |_, _| {},
        ))
    }

    fn learned(options: &Options) -> Model {
        let corpora = [Corpus::gold(sentences())];
        Model::new(&train(&corpora, &Lexicon::default(), options, |_, _| {}))
    }

    #[test]
    fn context_is_learned() {
        let model = learned(&Options {
            epochs: 20,
            ..Options::default()
        });
        let tags = |words: &[&str]| {
            model
                .tags(&[words])
                .concat()
                .iter()
                .map(Tag::to_string)
                .collect::<Vec<_>>()
        };
        assert_eq!(
            tags(&["Herr", "Zeder", "kommt", "."]),
            ["O", "B-PER", "O", "O"]
        );
        assert_eq!(
            tags(&["in", "Zeder", "regnet", "."]),
            ["O", "B-LOC", "O", "O"]
        );
    }

    #[test]
    fn same_seed_gives_the_same_bytes() {
        let options = Options {
            epochs: 2,
            ..Options::default()
        };
        assert_eq!(learned(&options).to_bytes(), learned(&options).to_bytes());
    }

    #[test]
    fn file_gives_the_model_back() {
        let mut model = model();
        model.eagerness = 0.5;
        let bytes = model.to_bytes();
        let again = Model::load(&bytes).unwrap();
        assert_eq!(again.to_bytes(), bytes);
        assert_eq!(again.lexicon.words, model.lexicon.words);
        let article = [
            ["Herr", "Adam", "kommt", "."],
            ["in", "Adam", "regnet", "."],
        ];
        assert_eq!(again.entities(&article), model.entities(&article));
    }

    #[test]
    fn damaged_content_is_an_error() {
        let bytes = model().to_bytes();
        let payload = &bytes[24..];
        for end in 0..payload.len() {
            assert!(
                Model::load(&KIND.seal(&payload[..end])).is_err(),
                "cut at {end}"
            );
        }
        let mut random = Random::new(3);
        for _ in 0..500 {
            let mut damaged = payload.to_vec();
            let at = random.below(damaged.len());
            damaged[at] = random.bits() as u8;
            if let Ok(model) = Model::load(&KIND.seal(&damaged)) {
                model.entities(&[["Herr", "Adam", "kommt", "."]]);
            }
        }
    }

    #[test]
    fn odd_articles_are_read() {
        let model = model();
        assert!(
            model.entities::<&[&str], &str>(&[]).is_empty(),
            "no sentence"
        );
        assert!(model.entities(&[[""; 0]]).is_empty(), "no token");
        let long = vec!["Herr Adam\u{0}ß😀"; 5000];
        assert_eq!(model.tags(&[long]).concat().len(), 5000);
    }

    #[test]
    fn scores_are_probabilities() {
        for e in model().entities(&[
            ["Herr", "Adam", "kommt", "."],
            ["in", "Beta", "regnet", "."],
        ]) {
            assert!((0.0..=1.0).contains(&e.score), "{e:?}");
            assert!(e.score > 0.5, "the best path of a clear sentence: {e:?}");
        }
    }

    /// Scores a sentence feature by feature, without any cache.
    fn plain_scores(model: &Model, words: &[&str]) -> Vec<[f32; TAGS]> {
        let mut sums = vec![[0; LANES]; words.len()];
        let mut emit = |at: usize, key| {
            if let Some(row) = model.features.get(key) {
                add_weights(&mut sums[at], row);
            }
        };
        let profiles: Vec<Profile> = words
            .iter()
            .map(|word| Profile::new(word, &model.lexicon))
            .collect();
        let edge = Profile::edge();
        for at in 0..words.len() {
            for place in 0..PLACES {
                let there = (at + place).checked_sub(HERE);
                let profile = there.and_then(|there| profiles.get(there));
                let keys = profile.unwrap_or(&edge).keys.iter();
                keys.filter(|(_, places)| places & (1 << place) != 0)
                    .for_each(|&(key, _)| emit(at, placed(key, place)));
            }
        }
        let looks: Vec<Look> = profiles.iter().map(|profile| profile.look).collect();
        feature::joined(&looks, &mut emit);
        feature::of_phrases(&looks, &model.lexicon.phrases, &mut emit);
        let score = |row: &Row| std::array::from_fn(|k| f32::from(row[k]) * model.unit);
        sums.iter().map(score).collect()
    }

    #[test]
    fn cached_sums_are_those_of_all_features() {
        const WORDS: &[&str] = &[
            "Herr", "Adam", "kommt", ".", "in", "Beta", "regnet", "„", "“", "(", ")", "1860",
            "NATO", ",", "\"", "Zeder",
        ];
        let model = model();
        let mut cache = Cache::default();
        let mut random = Random::new(5);
        for length in (0..40).chain(0..40) {
            let words: Vec<&str> = (0..length)
                .map(|_| WORDS[random.below(WORDS.len())])
                .collect();
            let scores = model.scores(&words, &mut cache);
            assert_eq!(scores, plain_scores(&model, &words), "{words:?}");
        }
    }

    #[test]
    fn cache_changes_nothing() {
        let model = model();
        let article = [["Herr", "Adam", "kommt", "."]];
        let first = model.entities(&article);
        for _ in 0..3 {
            assert_eq!(model.entities(&article), first);
        }
    }
}
