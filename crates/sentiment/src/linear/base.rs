//! Learns the word table and the heads.
//!
//! 1. Word vectors are learned from raw text (`vectors`), and which forms are finite verbs.
//! 2. A classifier learns from the words of a polarity lexicon, and from words that are not in it, which vectors and
//!    letters are good or bad, and judges all words. The polarity of a word in the lexicon is half from the lexicon.
//! 3. The heads learn from labelled texts, with the mean vectors of the words in each view.
//! 4. A vector's component in the direction that a head gives a view is the word's leaning there. So the model needs
//!    no vectors, and a word that no labelled text has leans as its neighbours do.

use blattwerk_model_file::Table;
use rustc_hash::FxHashMap;

use super::content::{TOWARD_VIEWS, WHOLE_VIEWS, Words};
use super::learn::{Row as Numbers, Softmax};
use super::model::Model;
use super::people::is_people;
use super::train::{Known, Learned, Options, Report, Texts, learn};
use super::vectors::{self, Vectors};
use super::words::{Row, hash};
use crate::words::stem;

/// What the embedded model is made from.
#[derive(Debug, Clone, Default)]
pub struct Sources {
    /// Articles, speeches, pages, without labels.
    pub raw: Vec<String>,
    /// Lines `word POS=0.7 adj`, the format of the PoLArt lexicon.
    pub lexicon: String,
    /// Labelled sentences.
    pub labelled: Texts,
}

const VECTORS: vectors::Options = vectors::Options {
    min_count: 12,
    contexts: 6000,
    window: &[1.0, 1.0, 0.5, 0.33, 0.25],
    size: 96,
    rounds: 3,
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
const STEPS: usize = 60;
const FOLDS: usize = 5;
/// The frequency above which a word tells little (Arora et al. 2017).
const COMMON: f32 = 1e-3;

/// Learns the embedded model. `say` is called after each step.
pub fn build(sources: &Sources, options: &Options, mut say: impl FnMut(&str)) -> (Model, Report) {
    let verbs = verbs(&sources.raw);
    say(&format!("{} finite verbs", verbs.len()));
    let vectors = Vectors::learn(&sources.raw, &VECTORS);
    say(&format!("{} words have vectors", vectors.words.len()));
    let (polarities, f1) = polarities(&vectors, &sources.lexicon);
    say(&format!(
        "polarity of held-out words, F1: negative {:.2}, neutral {:.2}, positive {:.2}",
        f1[0], f1[1], f1[2]
    ));
    let mut rows = rows(&vectors, &polarities);
    let words = Words::new(&vectors.words, &rows, verbs.clone());
    let known = Known::Vectors(&vectors);
    let ([toward, whole], report) = learn(&sources.labelled, &words, known, options);
    for (Learned { directions, .. }, first, views) in [
        (&toward, 0, TOWARD_VIEWS),
        (&whole, TOWARD_VIEWS, WHOLE_VIEWS),
    ] {
        for (view, directions) in directions.iter().take(views).enumerate() {
            lean(&mut rows, &vectors, 2 * (first + view), directions);
        }
    }
    let words = Words::new(&vectors.words, &rows, verbs);
    let (toward, whole) = (toward.head, whole.head);
    let model = Model {
        words,
        toward,
        whole,
    };
    (model, report)
}

/// Returns the rows of words, without leanings.
fn rows(vectors: &Vectors, polarities: &[f32]) -> Vec<Row> {
    let total: f32 = vectors.counts.iter().map(|&count| count as f32).sum();
    let row = |(i, &polarity): (usize, &f32)| {
        let share = vectors.counts[i] as f32 / total;
        let is_polar = i >= FUNCTION_WORDS && polarity.abs() >= MIN_POLARITY;
        Row {
            polarity: if is_polar { polarity } else { 0.0 },
            weight: COMMON / (COMMON + share),
            ..Row::default()
        }
    };
    polarities.iter().enumerate().map(row).collect()
}

/// Sets two leanings of all words from directions.
fn lean(rows: &mut [Row], vectors: &Vectors, first: usize, directions: &[Vec<f32>; 2]) {
    for (i, row) in rows.iter_mut().enumerate() {
        let is_silent = is_people(&vectors.words[i]);
        for (leaning, direction) in row.leanings[first..].iter_mut().zip(directions) {
            let values = direction.iter().zip(vectors.of(i));
            *leaning = if is_silent {
                0.0
            } else {
                values.map(|(d, v)| d * v).sum()
            };
        }
    }
}

/// Words that start a sentence and are followed by its finite verb.
const BEFORE_VERB: &[&str] = &[
    "er",
    "sie",
    "es",
    "dies",
    "danach",
    "dabei",
    "damit",
    "dann",
    "dort",
    "hier",
    "zudem",
    "außerdem",
    "jedoch",
    "später",
    "zuvor",
    "heute",
    "gestern",
    "deshalb",
    "daher",
    "dadurch",
    "darüber",
    "so",
    "nun",
    "jetzt",
    "inzwischen",
    "wir",
    "ich",
    "man",
];
/// A form is a finite verb if it is seen this often, and at least once in so many times behind such a word.
const VERB_COUNT: u32 = 3;
const VERB_SHARE: u32 = 100;

/// Returns the hashes of forms in lower case that can be finite verbs.
fn verbs(texts: &[String]) -> Table<4> {
    let mut seen: FxHashMap<u32, (u32, u32)> = FxHashMap::default();
    for text in texts {
        let mut starts = true;
        let mut is_verb_next = false;
        let mut start = None;
        for (at, c) in text.char_indices().chain([(text.len(), ' ')]) {
            if c.is_alphabetic() {
                start.get_or_insert(at);
                continue;
            }
            if let Some(word) = start.take().and_then(|start| text.get(start..at)) {
                if word.starts_with(char::is_lowercase) {
                    let counts = seen.entry(hash(word)).or_default();
                    counts.0 += 1;
                    counts.1 += u32::from(is_verb_next);
                }
                is_verb_next = starts && BEFORE_VERB.contains(&word.to_lowercase().as_str());
                starts = false;
            }
            if matches!(c, '.' | '!' | '?' | '„' | '\n') {
                (starts, is_verb_next) = (true, false);
            }
        }
    }
    let is_verb =
        |&(all, behind): &(u32, u32)| all >= VERB_COUNT && behind > 0 && behind * VERB_SHARE >= all;
    let verbs = seen.into_iter().filter(|(_, counts)| is_verb(counts));
    verbs.map(|(form, _)| form.to_le_bytes()).collect()
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
