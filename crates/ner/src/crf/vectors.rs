//! Word vectors and word classes from raw text.
//!
//! Skip-gram with negative sampling (Mikolov et al., 2013). With `positions`, each position of the window has its own
//! output vectors (structured skip-gram: Ling et al., 2015), which keeps word order and suits tagging. Learning uses
//! one thread and a fixed seed, so the same text gives the same vectors.

use std::collections::HashMap;

use super::random::Random;

/// Returns the form under which a word is stored, with all digits as `0`.
pub(super) fn normal_form(word: &str) -> String {
    word.chars()
        .map(|c| if c.is_ascii_digit() { '0' } else { c })
        .collect()
}

/// A text as numbers of words.
#[derive(Debug, Default, Clone)]
pub(super) struct Text {
    /// The words, most frequent first.
    pub words: Vec<String>,
    /// How often each occurs.
    pub counts: Vec<u32>,
    /// The numbers of the words of each sentence; rarer words are left out.
    pub sentences: Vec<Vec<u32>>,
}

impl Text {
    /// Numbers the words that occur at least `min_count` times. The first word of a sentence is lower-cased if it is
    /// mostly in lower case elsewhere. `None`, a word that must not be learned, splits a sentence.
    pub(super) fn new(sentences: &[Vec<Option<String>>], min_count: u32) -> Self {
        let mut inner: HashMap<&str, u32> = HashMap::new();
        for sentence in sentences {
            for word in sentence.iter().skip(1).flatten() {
                *inner.entry(word).or_default() += 1;
            }
        }
        let form = |i: usize, word: &str| -> String {
            let first = word.chars().next().is_some_and(char::is_uppercase);
            if i == 0 && first {
                let lower = word.to_lowercase();
                if inner.get(lower.as_str()).copied().unwrap_or(0)
                    > inner.get(word).copied().unwrap_or(0)
                {
                    return normal_form(&lower);
                }
            }
            normal_form(word)
        };
        let mut ids: HashMap<String, u32> = HashMap::new();
        let mut words: Vec<(String, u32)> = Vec::new();
        let mut numbered: Vec<Vec<u32>> = Vec::new();
        for sentence in sentences {
            let mut row = Vec::with_capacity(sentence.len());
            for (i, word) in sentence.iter().enumerate() {
                let Some(word) = word else {
                    row.push(u32::MAX);
                    continue;
                };
                let form = form(i, word);
                let id = *ids.entry(form).or_insert_with_key(|form| {
                    words.push((form.clone(), 0));
                    words.len() as u32 - 1
                });
                words[id as usize].1 += 1;
                row.push(id);
            }
            numbered.push(row);
        }
        let mut order: Vec<u32> = (0..words.len() as u32).collect();
        order.retain(|&id| words[id as usize].1 >= min_count);
        order.sort_by(|&a, &b| {
            words[b as usize]
                .1
                .cmp(&words[a as usize].1)
                .then(words[a as usize].0.cmp(&words[b as usize].0))
        });
        let mut rank = vec![u32::MAX; words.len() + 1];
        for (i, &id) in order.iter().enumerate() {
            rank[id as usize] = i as u32;
        }
        let sentences = numbered
            .into_iter()
            .map(|row| {
                row.into_iter()
                    .map(|id| {
                        if id == u32::MAX {
                            u32::MAX
                        } else {
                            rank[id as usize]
                        }
                    })
                    .filter(|&r| r != u32::MAX)
                    .collect()
            })
            .collect();
        Self {
            words: order
                .iter()
                .map(|&id| words[id as usize].0.clone())
                .collect(),
            counts: order.iter().map(|&id| words[id as usize].1).collect(),
            sentences,
        }
    }
}

/// How vectors are learned.
#[derive(Debug, Clone, Copy)]
pub(super) struct Options {
    /// Dimensions of a vector.
    pub size: usize,
    /// Number of words predicted on each side.
    pub window: usize,
    /// Whether each position of the window has its own output vectors.
    pub positions: bool,
    /// Passes over the text.
    pub epochs: usize,
    /// Number of negative samples per predicted word.
    pub negatives: usize,
    /// Share of the text above which frequent words are subsampled.
    pub sample: f64,
    /// Seed of the random numbers.
    pub seed: u64,
}

/// Size of the table from which negative samples are drawn.
const NOISE: usize = 1 << 22;

/// Returns a table of words in proportion to their counts to the power of 3/4.
fn noise(counts: &[u32]) -> Vec<u32> {
    let weight = |&count: &u32| f64::from(count).powf(0.75);
    let total: f64 = counts.iter().map(weight).sum();
    let mut table = Vec::with_capacity(NOISE);
    let mut sum = 0.0;
    for (id, count) in counts.iter().enumerate() {
        sum += weight(count) / total;
        table.resize(((sum * NOISE as f64) as usize).min(NOISE), id as u32);
    }
    table.resize(NOISE, 0);
    table
}

/// Learns a vector for each word of the text, row by row.
pub(super) fn learn(text: &Text, options: &Options) -> Vec<f32> {
    let size = options.size;
    let words = text.words.len();
    let mut random = Random::new(options.seed);
    let mut input: Vec<f32> = (0..words * size)
        .map(|_| (random.unit() - 0.5) / size as f32)
        .collect();
    let places = if options.positions {
        2 * options.window
    } else {
        1
    };
    let mut output = vec![0f32; places * words * size];
    let table = noise(&text.counts);
    let tokens: f64 = text.counts.iter().map(|&c| f64::from(c)).sum();
    let keep: Vec<f32> = text
        .counts
        .iter()
        .map(|&c| {
            let share = f64::from(c) / tokens / options.sample;
            (1.0 / share.sqrt() + 1.0 / share).min(1.0) as f32
        })
        .collect();
    let sigmoid: Vec<f32> = (0..1024)
        .map(|i| 1.0 / (1.0 + (-((i as f32 + 0.5) / 64.0 - 8.0)).exp()))
        .collect();
    let all = text.sentences.len() * options.epochs;
    let mut done = 0usize;
    let mut kept: Vec<u32> = Vec::new();
    let mut delta = vec![0f32; size];
    for _ in 0..options.epochs {
        for sentence in &text.sentences {
            done += 1;
            let rate = (0.03 * (1.0 - done as f32 / all as f32)).max(0.0001);
            kept.clear();
            kept.extend(
                sentence
                    .iter()
                    .filter(|&&id| random.unit() < keep[id as usize]),
            );
            for at in 0..kept.len() {
                let reach = if options.positions {
                    options.window
                } else {
                    1 + random.below(options.window)
                };
                let row = kept[at] as usize * size;
                for near in at.saturating_sub(reach)..(at + reach + 1).min(kept.len()) {
                    if near == at {
                        continue;
                    }
                    let place = if !options.positions {
                        0
                    } else if near < at {
                        at - near - 1
                    } else {
                        options.window + near - at - 1
                    };
                    delta.fill(0.0);
                    let vector = &mut input[row..row + size];
                    for negative in 0..=options.negatives {
                        let (id, wanted) = if negative == 0 {
                            (kept[near], 1.0)
                        } else {
                            let id = table[random.below(NOISE)];
                            if id == kept[near] {
                                continue;
                            }
                            (id, 0.0)
                        };
                        let at = (place * words + id as usize) * size;
                        let out = &mut output[at..at + size];
                        let dot: f32 = vector.iter().zip(out.iter()).map(|(a, b)| a * b).sum();
                        let guess = sigmoid[((dot.clamp(-7.99, 7.99) + 8.0) * 64.0) as usize];
                        let step = (wanted - guess) * rate;
                        for ((d, o), v) in delta.iter_mut().zip(out.iter_mut()).zip(vector.iter()) {
                            *d += step * *o;
                            *o += step * *v;
                        }
                    }
                    for (v, d) in vector.iter_mut().zip(&delta) {
                        *v += d;
                    }
                }
            }
        }
    }
    input
}

/// Scales each row to length 1.
pub(super) fn normalize(vectors: &mut [f32], size: usize) {
    for row in vectors.chunks_mut(size) {
        let length = row.iter().map(|v| v * v).sum::<f32>().sqrt().max(1e-9);
        for v in row {
            *v /= length;
        }
    }
}

/// Clusters unit-length rows around `k` centres (spherical k-means: Dhillon & Modha, 2001) and returns each row's
/// cluster.
///
/// The initial centres are the first `k` rows, which are those of the most frequent words.
pub(super) fn groups(vectors: &[f32], size: usize, k: usize, rounds: usize) -> Vec<u16> {
    let mut centres: Vec<f32> = vectors[..k * size].to_vec();
    let rows = vectors.len() / size;
    let mut group = vec![0u16; rows];
    for _ in 0..rounds {
        // Centres are stored by column, so that a row is compared with many centres at a time.
        let mut columns = vec![0f32; k * size];
        for c in 0..k {
            for j in 0..size {
                columns[j * k + c] = centres[c * size + j];
            }
        }
        let mut sums = vec![0f32; k * size];
        let mut likeness = vec![0f32; k];
        for (row, found) in vectors.chunks(size).zip(&mut group) {
            likeness.fill(0.0);
            for (j, &v) in row.iter().enumerate() {
                for (l, &c) in likeness.iter_mut().zip(&columns[j * k..(j + 1) * k]) {
                    *l += v * c;
                }
            }
            let mut best = 0;
            for c in 1..k {
                if likeness[c] > likeness[best] {
                    best = c;
                }
            }
            *found = best as u16;
            for (s, v) in sums[best * size..(best + 1) * size].iter_mut().zip(row) {
                *s += v;
            }
        }
        normalize(&mut sums, size);
        centres = sums;
    }
    group
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text() -> Text {
        let sentence = |words: [&str; 4]| words.map(|w| Some(w.to_owned())).to_vec();
        let mut sentences = Vec::new();
        for i in 0..400 {
            let animal = ["Hund", "Kater", "Vogel"][i % 3];
            let town = ["Köln", "Bonn", "Trier"][i % 3];
            sentences.push(sentence(["Der", animal, "schläft", "heute"]));
            sentences.push(sentence(["Wir", "wohnen", "in", town]));
        }
        Text::new(&sentences, 2)
    }

    #[test]
    fn first_words_lose_their_capital_when_they_are_small_elsewhere() {
        let sentence = |words: &[&str]| {
            words
                .iter()
                .map(|w| Some((*w).to_owned()))
                .collect::<Vec<_>>()
        };
        let sentences = [
            sentence(&["Der", "Hund", "und", "der", "Kater", "7"]),
            sentence(&["Der", "Vogel"]),
        ];
        let text = Text::new(&sentences, 1);
        assert_eq!((text.words[0].as_str(), text.counts[0]), ("der", 3));
        assert!(text.words.contains(&"0".to_owned()), "digits are alike");
    }

    #[test]
    fn words_used_alike_come_together() {
        let text = text();
        let options = Options {
            size: 8,
            window: 2,
            positions: true,
            epochs: 40,
            negatives: 4,
            sample: 1.0,
            seed: 1,
        };
        let mut vectors = learn(&text, &options);
        normalize(&mut vectors, 8);
        let of = |word: &str| {
            let at = text.words.iter().position(|w| w == word).unwrap();
            &vectors[at * 8..(at + 1) * 8]
        };
        let alike = |a: &str, b: &str| of(a).iter().zip(of(b)).map(|(x, y)| x * y).sum::<f32>();
        assert!(alike("Hund", "Kater") > alike("Hund", "Köln"));
        assert!(alike("Köln", "Trier") > alike("Köln", "Vogel"));
    }

    #[test]
    fn rows_join_the_nearest_centre() {
        let mut rows = vec![1.0, 0.0, 0.0, 1.0, 0.9, 0.1, 0.1, 0.9, 0.8, 0.3];
        normalize(&mut rows, 2);
        assert_eq!(groups(&rows, 2, 2, 5), [0, 1, 0, 1, 0]);
    }
}
