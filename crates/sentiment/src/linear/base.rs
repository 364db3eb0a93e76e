//! Learns the word table: the polarity of words from a polarity lexicon, and their leanings from labelled texts.
//!
//! 1. Word vectors are learned from raw text (`vectors`).
//! 2. A classifier learns from the words of a polarity lexicon, and from words that are not in it, which vectors and
//!    letters are good or bad, and judges all words. The polarity of a word in the lexicon is half from the lexicon.
//! 3. Tweets, then news, are represented by the mean vector of their words; a classifier of these means gives a direction
//!    for each class, and the leaning of a word is its vector's component in that direction.
//! 4. The heads learn from features that use the table. So that they do not rely on leanings too much,
//!    the leanings for a text come from other parts of the news (stacking: Wolpert 1992).

use rustc_hash::FxHashMap;

use super::feature::Features;
use super::learn::{Row as Numbers, Softmax};
use super::model::Model;
use super::reading::Reader;
use super::train::{Examples, FOLDS, Options, Report, finish, fit, folds};
use super::vectors::{self, Vectors};
use super::words::{Row, Words, hash};
use crate::eval::Gold;
use crate::words::stem;

/// What the embedded model is made from.
#[derive(Debug, Clone, Default)]
pub struct Sources {
    /// Articles, speeches, pages, without labels.
    pub raw: Vec<String>,
    /// Lines `word POS=0.7 adj`, the format of the PoLArt lexicon.
    pub lexicon: String,
    /// Labelled texts of another domain.
    pub tweets: Vec<Gold>,
    /// Labelled news.
    pub news: Vec<Gold>,
}

const VECTORS: vectors::Options = vectors::Options {
    min_count: 8,
    contexts: 8000,
    window: &[1.0, 1.0, 1.0 / 3.0, 0.25, 0.2],
    size: 150,
    rounds: 4,
};

/// The most frequent words carry no polarity.
const FUNCTION_WORDS: usize = 120;
/// A weaker polarity is treated as 0.
const MIN_POLARITY: f32 = 0.12;
/// The number of words outside the lexicon that serve as neutral examples, and of the frequent words they are chosen from.
const NEUTRALS: usize = 8000;
const NEUTRAL_AMONG: usize = 25_000;
/// The weights of vectors and letters for the polarity of words.
const VECTOR_SCALE: f32 = 8.0;
const LETTER_SCALE: f32 = 0.4;
const LETTERS: usize = 1 << 15;
const WORD_RIDGE: f64 = 20.0;
const TWEET_RIDGE: f64 = 3.0;
const STEPS: usize = 60;
/// The frequency above which a word tells little (Arora et al. 2017).
const COMMON: f32 = 1e-3;

/// Beginnings of words for groups of people. They stay neutral: what is written about a group is not a property of it.
const PEOPLE: &[&str] = &[
    "homosex",
    "schwul",
    "lesb",
    "transgender",
    "transsex",
    "bisex",
    "queer",
    "behindert",
    "farbige",
    "zigeuner",
    "sinti",
    "roma",
    "christ",
    "katholi",
    "evangeli",
    "protestant",
    "islam",
    "muslim",
    "moslem",
    "jude",
    "juda",
    "jüdi",
    "hindu",
    "buddh",
    "atheis",
    "gott",
    "liberal",
    "konservativ",
    "kommunis",
    "sozialis",
    "feminis",
    "frau",
    "männ",
    "mann",
    "asyl",
    "migra",
    "flüchtling",
    "ausländ",
    "obdachlos",
    "amerikan",
    "türk",
    "russ",
    "araber",
    "arabi",
    "afrika",
    "chines",
    "iran",
    "irak",
    "syr",
    "israel",
    "palästin",
    "ukrain",
    "schwarze",
];

/// Learns the embedded model. `say` is called after each step.
pub fn build(sources: &Sources, options: &Options, mut say: impl FnMut(&str)) -> (Model, Report) {
    let mut texts = sources.raw.clone();
    texts.extend(sources.news.iter().map(|gold| gold.sentence.clone()));
    let vectors = Vectors::learn(&texts, &VECTORS);
    drop(texts);
    say(&format!("{} words have vectors", vectors.words.len()));
    let (polarities, f1) = polarities(&vectors, &sources.lexicon);
    say(&format!(
        "polarity of held-out words, F1: negative {:.2}, neutral {:.2}, positive {:.2}",
        f1[0], f1[1], f1[2]
    ));
    let mut table = Table::new(vectors, &polarities);
    let all: Vec<usize> = (0..sources.tweets.len()).collect();
    let tweets = table.means(&sources.tweets);
    table.lean(0, &direction(&tweets, &sources.tweets, &all, TWEET_RIDGE));
    say("words lean as tweets do");

    let news = &sources.news;
    let means = table.means(news);
    let fold = folds(news);
    let all: Vec<usize> = (0..news.len()).collect();
    let learn = |learned: &[usize]| direction(&means, news, learned, options.direction_ridge);
    // The features of some texts, each with leanings learned from the others.
    let crossed = |table: &mut Table, learned: &[usize]| {
        let mut rows = vec![[Features::from([0.0; super::feature::COUNT]); 2]; news.len()];
        for part in 0..FOLDS {
            let (held, others): (Vec<usize>, Vec<usize>) =
                learned.iter().partition(|&&i| i / FOLDS % FOLDS == part);
            table.lean(2, &learn(&others));
            let words = table.words();
            for i in held {
                let found = Examples::read(&news[i..=i], &words);
                rows[i] = [found.toward[0], found.whole[0]];
            }
        }
        rows
    };
    let labels: Vec<usize> = news.iter().map(|gold| gold.label as usize).collect();
    let kind = |rows: &[[Features; 2]], kind: usize| -> Vec<Features> {
        rows.iter().map(|both| both[kind]).collect()
    };
    let mut unseen = vec![[[0.0; 3]; 2]; news.len()];
    for part in 0..FOLDS {
        let (held, learned): (Vec<usize>, Vec<usize>) = all.iter().partition(|&&i| fold[i] == part);
        let rows = crossed(&mut table, &learned);
        let heads = [0, 1].map(|k| fit(&kind(&rows, k), &labels, &learned, options));
        table.lean(2, &learn(&learned));
        let words = table.words();
        for i in held {
            let found = Examples::read(&news[i..=i], &words);
            for (k, rows) in [&found.toward, &found.whole].into_iter().enumerate() {
                unseen[i][k] = heads[k].probabilities(&rows[0]).map(f64::from);
            }
        }
        say(&format!("part {} of {FOLDS} judged", part + 1));
    }
    let rows = crossed(&mut table, &all);
    table.lean(2, &learn(&all));
    let examples = Examples {
        toward: kind(&rows, 0),
        whole: kind(&rows, 1),
        labels,
    };
    finish(table.words(), &examples, &unseen, options)
}

/// The word table while it is being built.
struct Table {
    vectors: Vectors,
    rows: Vec<Row>,
    /// For looking up words; its leanings are not used.
    places: Words,
}

impl Table {
    fn new(vectors: Vectors, polarities: &[f32]) -> Self {
        let total: f32 = vectors.counts.iter().map(|&count| count as f32).sum();
        let row = |(i, &polarity): (usize, &f32)| {
            let share = vectors.counts[i] as f32 / total;
            let is_polar = i >= FUNCTION_WORDS
                && polarity.abs() >= MIN_POLARITY
                && !is_people(&vectors.words[i]);
            Row {
                polarity: if is_polar { polarity } else { 0.0 },
                weight: COMMON / (COMMON + share),
                ..Row::default()
            }
        };
        let rows: Vec<Row> = polarities.iter().enumerate().map(row).collect();
        Self {
            places: Words::new(&vectors.words, &rows),
            vectors,
            rows,
        }
    }

    fn words(&self) -> Words {
        Words::new(&self.vectors.words, &self.rows)
    }

    /// Returns the mean word vector of each text, scaled to a length of about 1.
    fn means(&self, gold: &[Gold]) -> Vec<Vec<f32>> {
        let mut reader = Reader::default();
        let mut means: Vec<Vec<f32>> = Vec::with_capacity(gold.len());
        for gold in gold {
            reader.read(&gold.sentence, &self.places);
            let mut mean = vec![0.0; self.vectors.size];
            let mut squares = 0.0;
            for row in reader.tokens.iter().filter_map(|token| token.row) {
                let weight = self.rows[row as usize].weight;
                squares += weight * weight;
                for (m, v) in mean.iter_mut().zip(self.vectors.of(row as usize)) {
                    *m += weight * v;
                }
            }
            let root = (squares + 1.0).sqrt();
            for m in &mut mean {
                *m /= root;
            }
            means.push(mean);
        }
        let square: f32 = means.iter().flatten().map(|m| m * m).sum();
        let scale = (square / means.len().max(1) as f32).sqrt().max(1e-9);
        for m in means.iter_mut().flatten() {
            *m /= scale;
        }
        means
    }

    /// Sets two leanings of all words from directions.
    fn lean(&mut self, first: usize, directions: &[Vec<f32>; 2]) {
        for (i, row) in self.rows.iter_mut().enumerate() {
            let is_silent = is_people(&self.vectors.words[i]);
            for (leaning, direction) in row.leanings[first..].iter_mut().zip(directions) {
                let dot: f32 = direction
                    .iter()
                    .zip(self.vectors.of(i))
                    .map(|(d, v)| d * v)
                    .sum();
                *leaning = if is_silent { 0.0 } else { dot };
            }
        }
    }
}

fn is_people(word: &str) -> bool {
    PEOPLE.iter().any(|start| word.starts_with(start))
}

/// Returns the directions from neutral to negative and positive.
fn direction(means: &[Vec<f32>], gold: &[Gold], learned: &[usize], ridge: f64) -> [Vec<f32>; 2] {
    let size = means.first().map_or(0, Vec::len);
    let rows: Vec<Numbers> = learned
        .iter()
        .map(|&i| (0..).zip(means[i].iter().copied()).collect())
        .collect();
    let rows: Vec<&Numbers> = rows.iter().collect();
    let labels: Vec<usize> = learned.iter().map(|&i| gold[i].label as usize).collect();
    // All classes have equal weight, however rare.
    let importance: Vec<f64> = labels
        .iter()
        .map(|label| {
            let count = labels.iter().filter(|&other| other == label).count();
            labels.len() as f64 / (3 * count) as f64
        })
        .collect();
    let softmax = Softmax::learn(&rows, &labels, &importance, size, ridge, STEPS);
    [0, 2].map(|class| {
        let weights = &softmax.weights[..size];
        weights.iter().map(|w| (w[class] - w[1]) as f32).collect()
    })
}

/// Returns the polarity of each word, and the F1 of the classes on held-out words of the lexicon.
fn polarities(vectors: &Vectors, lexicon: &str) -> (Vec<f32>, [f64; 3]) {
    let listed = parse(lexicon);
    let polarity: Vec<Option<f32>> = vectors
        .words
        .iter()
        .map(|word| listed.get(stem(word)).copied())
        .collect();
    let mut unlisted: Vec<usize> = (0..polarity.len())
        .filter(|&i| polarity[i].is_none())
        .take(NEUTRAL_AMONG)
        .collect();
    unlisted.sort_by_key(|&i| (hash(&vectors.words[i]), i));
    unlisted.truncate(NEUTRALS);
    let mut taught: Vec<usize> = (0..polarity.len())
        .filter(|&i| polarity[i].is_some())
        .collect();
    taught.extend(unlisted);
    let labels: Vec<usize> = taught
        .iter()
        .map(|&i| match polarity[i] {
            Some(p) if p > 0.2 => 2,
            Some(p) if p < -0.2 => 0,
            _ => 1,
        })
        .collect();
    let rows: Vec<Numbers> = taught.iter().map(|&i| spelled(vectors, i)).collect();
    let columns = vectors.size + LETTERS;
    let learn = |which: &[usize]| {
        let rows: Vec<&Numbers> = which.iter().map(|&k| &rows[k]).collect();
        let labels: Vec<usize> = which.iter().map(|&k| labels[k]).collect();
        let ones = vec![1.0; labels.len()];
        Softmax::learn(&rows, &labels, &ones, columns, WORD_RIDGE, STEPS)
    };
    let good = |p: [f64; 3]| (p[2] - p[0]) as f32;
    let all: Vec<usize> = (0..taught.len()).collect();
    let softmax = learn(&all);
    let mut judged: Vec<f32> = (0..vectors.words.len())
        .map(|i| good(softmax.of(&spelled(vectors, i))))
        .collect();
    // Each word of the lexicon is judged by a classifier that did not learn from it; hashes assign words to parts.
    let mut confusion = [[0.0; 3]; 3];
    let part_of = |k: usize| hash(&vectors.words[taught[k]]) as usize / 7 % FOLDS;
    for part in 0..FOLDS {
        let (held, learned): (Vec<usize>, Vec<usize>) =
            all.iter().partition(|&&k| part_of(k) == part);
        let softmax = learn(&learned);
        for k in held {
            let p = softmax.of(&rows[k]);
            let best = (0..3).fold(
                1,
                |best, class| if p[class] > p[best] { class } else { best },
            );
            confusion[labels[k]][best] += 1.0;
            judged[taught[k]] = good(p);
        }
    }
    let f1 = [0, 1, 2].map(|class| {
        let given: f64 = confusion.iter().map(|row| row[class]).sum();
        let right: f64 = confusion[class].iter().sum();
        2.0 * confusion[class][class] / (given + right).max(1.0)
    });
    let mixed = judged.iter().zip(&polarity);
    let polarities = mixed
        .map(|(judged, listed)| listed.map_or(*judged, |listed| 0.5 * judged + 0.5 * listed))
        .collect();
    (polarities, f1)
}

/// Returns the vector of a word and its letter n-grams (three to five letters).
fn spelled(vectors: &Vectors, word: usize) -> Numbers {
    let mut row: Numbers = (0..)
        .zip(vectors.of(word).iter().map(|v| VECTOR_SCALE * v))
        .collect();
    let letters: Vec<char> = format!("<{}>", vectors.words[word]).chars().collect();
    let mut runs: Vec<u32> = (3..=5)
        .flat_map(|n| letters.windows(n))
        .map(|run| {
            let run: String = run.iter().collect();
            (vectors.size + hash(&run) as usize % LETTERS) as u32
        })
        .collect();
    runs.sort_unstable();
    runs.dedup();
    row.extend(runs.into_iter().map(|column| (column, LETTER_SCALE)));
    row
}

/// Returns the mean polarity of the stems of a PoLArt lexicon.
fn parse(lexicon: &str) -> FxHashMap<String, f32> {
    let mut found: FxHashMap<String, (f32, f32)> = FxHashMap::default();
    for line in lexicon.lines() {
        let mut cells = line.split(' ');
        let (Some(word), Some(value)) = (cells.next(), cells.next()) else {
            continue;
        };
        let Some((kind, strength)) = value.split_once('=') else {
            continue;
        };
        let sign = match kind {
            "NEG" => -1.0,
            "POS" => 1.0,
            "NEU" => 0.0,
            _ => continue,
        };
        if let Ok(strength) = strength.parse::<f32>() {
            let sum = found
                .entry(stem(&word.to_lowercase()).to_owned())
                .or_default();
            sum.0 += sign * strength.min(1.0);
            sum.1 += 1.0;
        }
    }
    found
        .into_iter()
        .map(|(stem, (sum, count))| (stem, sum / count))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_of_the_lexicon_are_read() {
        let lexicon = parse(
            "%% remark\nfehlschlagen NEG=0.7 verben\nbeliebt POS=0.7 adj\nbeliebt NEG=0.1 adj\naufhören SHI=0 verben\n",
        );
        assert_eq!(lexicon.len(), 2);
        assert!((lexicon["fehlschlag"] + 0.7).abs() < 1e-6);
        assert!((lexicon["beliebt"] - 0.3).abs() < 1e-6);
    }
}
