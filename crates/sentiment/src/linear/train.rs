//! Learns the heads from labelled texts.

use std::fmt;
use std::thread;

use blattwerk_model_file::row;
use rustc_hash::FxHashMap;

use super::content::{AMOUNTS, TOWARD_VIEWS, VIEWS, Words};
use super::feature::{self, Sight};
use super::learn::{Row, Softmax, softmax as softmax_of};
use super::model::{Head, Model, Odds, share};
use super::reading::{Reader, label_number};
use super::vectors::Vectors;
use crate::eval::{Gold, Scores, UNJUDGED};
use blattwerk_core::{Polarity, Span};
use blattwerk_gold::Article;

/// The settings of training. The defaults are those of the embedded model, chosen by cross-validation.
#[derive(Debug, Clone, Copy)]
pub struct Options {
    /// The regularization of the weights.
    pub ridge: f64,
    /// The weight of words' vectors or leanings, relative to that of keys.
    pub view: f32,
    /// The weight of amounts.
    pub amount: f32,
    /// The minimum number of examples with a key.
    pub least_count: u32,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            ridge: 0.4,
            view: 0.5,
            amount: 0.3,
            least_count: 2,
        }
    }
}

/// The weight of a text that was written to be learned from: there are as many of them as texts of news, and they judge more.
const OPINIONATED: f64 = 0.5;

/// The number of folds of cross-validation.
const FOLDS: usize = 4;
const STEPS: usize = 80;

/// Labelled texts to learn from.
#[derive(Debug, Clone, Default)]
pub struct Texts {
    sentences: Vec<Sentence>,
    /// Whether the texts of each source were chosen to be opinionated.
    sources: Vec<bool>,
    groups: u32,
}

/// A labelled sentence.
#[derive(Debug, Clone)]
struct Sentence {
    text: String,
    names: Vec<(Span, u8)>,
    /// Names by number, with how the sentence shows them.
    stances: Vec<(usize, Polarity)>,
    tone: Option<Polarity>,
    /// Texts of a group are never on both sides of a fold.
    group: u32,
    source: usize,
}

impl Texts {
    /// Returns the number of sentences.
    pub fn len(&self) -> usize {
        self.sentences.len()
    }

    /// Tells whether there are no sentences.
    pub fn is_empty(&self) -> bool {
        self.sentences.is_empty()
    }

    /// Adds a file of single sentences. Identical ones are in the same group.
    pub fn add_gold(&mut self, gold: &[Gold]) {
        let mut groups: FxHashMap<&str, u32> = FxHashMap::default();
        let first = self.groups;
        for gold in gold {
            let next = first + groups.len() as u32;
            let group = *groups.entry(gold.sentence.as_str()).or_insert(next);
            let names: Vec<(Span, u8)> = gold
                .target_spans()
                .into_iter()
                .map(|span| (span, label_number("")))
                .collect();
            self.sentences.push(Sentence {
                text: gold.sentence.clone(),
                stances: names.iter().take(1).map(|_| (0, gold.label)).collect(),
                names,
                tone: Some(gold.label),
                group,
                source: self.sources.len(),
            });
        }
        self.groups += groups.len() as u32;
        self.sources.push(false);
    }

    /// Adds a file of articles. `is_opinionated`: they were written to be learned from, with more judgements than news have.
    pub fn add_articles(&mut self, articles: &[Article], is_opinionated: bool) {
        for article in articles {
            let document = &article.document;
            let mut next = 0;
            for (&sentence, &tone) in document.sentences.iter().zip(&article.tones) {
                let names = document.entities[next..]
                    .iter()
                    .take_while(|name| name.span.end <= sentence.end);
                let names: Vec<(Span, u8)> = names
                    .map(|name| {
                        let [start, end] =
                            [name.span.start, name.span.end].map(|byte| byte - sentence.start);
                        (Span::new(start, end), label_number(&name.label))
                    })
                    .collect();
                let judged = (0..names.len()).filter(|i| names[*i].1 != label_number(UNJUDGED));
                let stances = judged.filter_map(|i| Some((i, article.stances[next + i]?)));
                self.sentences.push(Sentence {
                    text: document.text[sentence].to_owned(),
                    stances: stances.collect(),
                    tone,
                    group: self.groups,
                    source: self.sources.len(),
                    names,
                });
                next += self.sentences.last().map_or(0, |last| last.names.len());
            }
            self.groups += 1;
        }
        self.sources.push(is_opinionated);
    }

    /// Calls `see` with each sentence as the reader sees it.
    fn read(&self, words: &Words, mut see: impl FnMut(&Sentence, &Reader)) {
        let mut reader = Reader::default();
        for sentence in &self.sentences {
            reader.read(&sentence.text, words);
            for (&(span, label), number) in sentence.names.iter().zip(0..) {
                reader.name(span, number, label);
            }
            see(sentence, &reader);
        }
    }
}

/// The quality of a head on held-out texts.
#[derive(Debug, Clone)]
pub struct Quality {
    /// By source, in the order in which they were added.
    pub by_source: Vec<Scores>,
    /// The mean log loss.
    pub log_loss: f64,
    /// The mean distance of probabilities and shares of right labels, over ten bins.
    pub calibration_error: f64,
    /// Of the names called negative or positive in texts that are not opinionated: the least probability, how many of
    /// them are so, and how many of those that are so are found.
    pub sure: Vec<(f32, f64, f64)>,
}

/// The quality of both heads.
#[derive(Debug, Clone)]
pub struct Report {
    /// Toward names.
    pub toward: Quality,
    /// The text as a whole.
    pub whole: Quality,
}

impl fmt::Display for Quality {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for scores in &self.by_source {
            write!(f, "{scores}")?;
        }
        writeln!(
            f,
            "log loss {:.3}, calibration error {:.3}",
            self.log_loss, self.calibration_error
        )?;
        for (least, precision, recall) in &self.sure {
            writeln!(
                f,
                "least score {least:.2}: precision {precision:.3}, recall {recall:.3}"
            )?;
        }
        Ok(())
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "toward names: {}\nas a whole: {}",
            self.toward, self.whole
        )
    }
}

/// What words are by: their vectors, or their leanings in a base model.
#[derive(Clone, Copy)]
pub(super) enum Known<'a> {
    Vectors(&'a Vectors),
    Leanings,
}

/// Learns heads from labelled texts; the word table is that of `base`.
///
/// The report is the result of cross-validation. The factors by which classes are chosen are set on the same
/// predictions, for the best mean of the sources' macro-F1.
pub fn train(base: &Model, texts: &Texts, options: &Options) -> (Model, Report) {
    let (heads, report) = learn(texts, &base.words, Known::Leanings, options);
    let [toward, whole] = heads.map(|learned| learned.head);
    let words = base.words.clone();
    (
        Model {
            words,
            toward,
            whole,
        },
        report,
    )
}

/// A head, and the directions of vectors that each of its views leans to.
pub(super) struct Learned {
    pub(super) head: Head,
    pub(super) directions: Vec<[Vec<f32>; 2]>,
}

/// Learns both heads, each on a thread.
pub(super) fn learn(
    texts: &Texts,
    words: &Words,
    known: Known,
    options: &Options,
) -> ([Learned; 2], Report) {
    let (mut toward, mut whole) = (Examples::default(), Examples::default());
    let mut sight = Sight::default();
    texts.read(words, |sentence, reader| {
        for &(name, stance) in &sentence.stances {
            let tokens = reader.within(sentence.names[name].0);
            if !tokens.is_empty() {
                sight.toward(&reader.tokens, tokens);
                toward.push(&sight, stance, sentence);
            }
        }
        if let Some(tone) = sentence.tone {
            sight.whole(&reader.tokens);
            whole.push(&sight, tone, sentence);
        }
    });
    let task = |examples: Examples, first: usize| {
        examples.learn(&texts.sources, words, known, first, options)
    };
    thread::scope(|scope| {
        let whole = scope.spawn(move || task(whole, TOWARD_VIEWS));
        let (toward, of_toward) = task(toward, 0);
        let (whole, of_whole) = whole.join().expect("training does not panic");
        let report = Report {
            toward: of_toward,
            whole: of_whole,
        };
        ([toward, whole], report)
    })
}

/// Labelled features.
#[derive(Default)]
struct Examples {
    keys: Vec<Vec<u32>>,
    rows: Vec<[Vec<u32>; VIEWS]>,
    amounts: Vec<[f32; AMOUNTS]>,
    labels: Vec<usize>,
    groups: Vec<u32>,
    sources: Vec<usize>,
}

impl Examples {
    fn push(&mut self, sight: &Sight, label: Polarity, sentence: &Sentence) {
        self.keys.push(sight.keys.clone());
        self.rows.push(sight.rows.clone());
        self.amounts.push(sight.amounts);
        self.labels.push(label as usize);
        self.groups.push(sentence.group);
        self.sources.push(sentence.source);
    }

    fn learn(
        self,
        opinionated: &[bool],
        words: &Words,
        known: Known,
        first: usize,
        options: &Options,
    ) -> (Learned, Quality) {
        let size = match known {
            Known::Vectors(vectors) => vectors.size,
            Known::Leanings => 2,
        };
        let frequent = self.frequent(options.least_count);
        let columns = Columns { size, frequent };
        let rows: Vec<Row> = (0..self.labels.len())
            .map(|i| self.row(i, words, known, first, &columns, options))
            .collect();
        let fit = |learned: &[usize]| {
            let rows: Vec<&Row> = learned.iter().map(|&i| &rows[i]).collect();
            let labels: Vec<usize> = learned.iter().map(|&i| self.labels[i]).collect();
            let weight = |&i: &usize| {
                if opinionated[self.sources[i]] {
                    OPINIONATED
                } else {
                    1.0
                }
            };
            let weights: Vec<_> = learned.iter().map(weight).collect();
            Softmax::learn(
                &rows,
                &labels,
                &weights,
                columns.count(),
                options.ridge,
                STEPS,
            )
        };
        let all: Vec<usize> = (0..rows.len()).collect();
        let mut unseen = vec![[0.0; 3]; rows.len()];
        for part in 0..FOLDS {
            // Neighbouring groups are of one source, so all folds have all sources.
            let (held, learned): (Vec<usize>, Vec<usize>) = all
                .iter()
                .partition(|&&i| self.groups[i] as usize % FOLDS == part);
            let softmax = fit(&learned);
            for i in held {
                unseen[i] = softmax.of(&rows[i]);
            }
        }
        let softmax = fit(&all);
        let (mut head, directions) = columns.head(&softmax, options);
        self.calibrate(&mut unseen, opinionated, &mut head);
        head.factors = best_factors(&unseen, &self.labels, &self.sources, opinionated.len());
        let quality = self.quality(&unseen, head.factors, opinionated);
        (Learned { head, directions }, quality)
    }

    /// Numbers the keys that enough examples have.
    fn frequent(&self, least: u32) -> Vec<u32> {
        let mut all: Vec<u32> = Vec::new();
        for keys in &self.keys {
            let mut keys = keys.clone();
            keys.sort_unstable();
            keys.dedup();
            all.extend(keys);
        }
        all.sort_unstable();
        let runs = all.chunk_by(|a, b| a == b);
        runs.filter(|run| run.len() >= least as usize)
            .map(|run| run[0])
            .collect()
    }

    fn row(
        &self,
        i: usize,
        words: &Words,
        known: Known,
        first: usize,
        columns: &Columns,
        options: &Options,
    ) -> Row {
        let mut row = Row::new();
        let size = columns.size;
        let mut sums = vec![0.0_f32; size];
        for (view, of_view) in self.rows[i].iter().enumerate() {
            sums.fill(0.0);
            feature::view(of_view, words, |word, share| match known {
                Known::Vectors(vectors) => {
                    for (sum, value) in sums.iter_mut().zip(vectors.of(word as usize)) {
                        *sum += share * value;
                    }
                }
                Known::Leanings => {
                    for (sum, value) in sums.iter_mut().zip(words.leaning(word, first + view)) {
                        *sum += share * value;
                    }
                }
            });
            if !of_view.is_empty() {
                let at = (view * size) as u32;
                row.extend((at..).zip(sums.iter().map(|sum| options.view * sum)));
            }
        }
        let at = columns.amounts() as u32;
        let amounts = (at..).zip(self.amounts[i].map(|amount| options.amount * amount.ln_1p()));
        row.extend(amounts.filter(|&(_, amount)| amount != 0.0));
        let share = share(self.keys[i].len());
        let at = columns.keys();
        let numbers = self.keys[i]
            .iter()
            .filter_map(|key| columns.frequent.binary_search(key).ok());
        row.extend(numbers.map(|number| ((at + number) as u32, share)));
        row
    }

    /// Fits the probabilities to held-out texts that are not opinionated: the judgements of all others are too frequent.
    fn calibrate(&self, unseen: &mut [[f64; 3]], opinionated: &[bool], head: &mut Head) {
        let odds = |p: &[f64; 3]| [0, 2].map(|class| (p[class].max(1e-9) / p[1].max(1e-9)).ln());
        let news: Vec<usize> = (0..unseen.len())
            .filter(|&i| !opinionated[self.sources[i]])
            .collect();
        let rows: Vec<Row> = news
            .iter()
            .map(|&i| {
                (0..)
                    .zip(odds(&unseen[i]).map(|odds| odds as f32))
                    .collect()
            })
            .collect();
        let rows: Vec<&Row> = rows.iter().collect();
        let labels: Vec<usize> = news.iter().map(|&i| self.labels[i]).collect();
        let ones = vec![1.0; labels.len()];
        let softmax = Softmax::learn(&rows, &labels, &ones, 2, 1.0, STEPS);
        let [by_negative, by_positive, shift] = [0, 1, 2].map(|column| {
            let [negative, neutral, positive] = softmax.weights[column];
            [negative - neutral, positive - neutral].map(|weight| weight as f32)
        });
        // Where held-out texts contradict the judgements there are too few to learn from, and nothing to turn around.
        if by_negative[0] <= 0.0 || by_positive[1] <= 0.0 {
            return;
        }
        (head.mix, head.shift) = ([by_negative, by_positive], shift);
        for judged in unseen {
            let [negative, positive] = head.calibrated(odds(judged).map(|odds| odds as f32));
            *judged = softmax_of([f64::from(negative), 0.0, f64::from(positive)]);
        }
    }

    fn quality(&self, judged: &[[f64; 3]], factors: [f32; 3], opinionated: &[bool]) -> Quality {
        let by_source = (0..opinionated.len()).map(|source| {
            let of_source = (0..judged.len()).filter(|&i| self.sources[i] == source);
            Scores::new(
                of_source.map(|i| (Polarity::ALL[self.labels[i]], chosen(judged[i], factors))),
            )
        });
        let news: Vec<usize> = (0..judged.len())
            .filter(|&i| !opinionated[self.sources[i]])
            .collect();
        let sure = (0..=12).map(|step| {
            let least = 0.05 * step as f32 + 0.2;
            let (mut found, mut right, mut gold) = (0, 0, 0);
            for &i in &news {
                let class = chosen(judged[i], factors);
                gold += usize::from(self.labels[i] != 1);
                if class != Polarity::Neutral && judged[i][class as usize] as f32 >= least {
                    found += 1;
                    right += usize::from(self.labels[i] == class as usize);
                }
            }
            let ratio = |part: usize, whole: usize| part as f64 / whole.max(1) as f64;
            (least, ratio(right, found), ratio(right, gold))
        });
        let of_news: Vec<[f64; 3]> = news.iter().map(|&i| judged[i]).collect();
        let labels: Vec<usize> = news.iter().map(|&i| self.labels[i]).collect();
        Quality {
            by_source: by_source.collect(),
            log_loss: log_loss(&of_news, &labels),
            calibration_error: calibration_error(&of_news, &labels),
            sure: sure.collect(),
        }
    }
}

/// Where the numbers of a row are: views, amounts, keys.
struct Columns {
    /// The numbers of a view.
    size: usize,
    /// The keys that have a column, sorted.
    frequent: Vec<u32>,
}

impl Columns {
    fn amounts(&self) -> usize {
        VIEWS * self.size
    }

    fn keys(&self) -> usize {
        self.amounts() + AMOUNTS
    }

    fn count(&self) -> usize {
        self.keys() + self.frequent.len()
    }

    /// Returns the head, with weights of keys in whole steps, and the directions of its views.
    fn head(&self, softmax: &Softmax, options: &Options) -> (Head, Vec<[Vec<f32>; 2]>) {
        let odds = |column: usize, scale: f32| -> Odds {
            let [negative, neutral, positive] = softmax.weights[column];
            [negative - neutral, positive - neutral].map(|weight| weight as f32 * scale)
        };
        let mut head = Head {
            constant: odds(self.count(), 1.0),
            ..Head::default()
        };
        for (i, amount) in head.amounts.iter_mut().enumerate() {
            *amount = odds(self.amounts() + i, options.amount);
        }
        let mut directions = Vec::with_capacity(VIEWS);
        for view in 0..VIEWS {
            let of_view: Vec<Odds> = (0..self.size)
                .map(|i| odds(view * self.size + i, options.view))
                .collect();
            if let [negative, positive] = of_view[..] {
                head.views[view] = [negative, positive];
            }
            directions.push([0, 1].map(|class| of_view.iter().map(|odds| odds[class]).collect()));
        }
        let weights: Vec<Odds> = (self.keys()..self.count())
            .map(|column| odds(column, 1.0))
            .collect();
        for class in 0..2 {
            let most = weights.iter().map(|w| w[class].abs());
            head.scale[class] = most.fold(1e-6, f32::max) / 127.0;
        }
        let steps =
            |odds: &Odds| [0, 1].map(|class| (odds[class] / head.scale[class]).round() as i8);
        head.keys = self
            .frequent
            .iter()
            .zip(&weights)
            .map(|(&key, odds)| (key, steps(odds)))
            .filter(|(_, steps)| steps.iter().any(|step| step.abs() >= LEAST_STEP))
            .map(|(key, steps)| row(key, &steps.map(i8::cast_unsigned)))
            .collect();
        (head, directions)
    }
}

/// Keys with less weight are left out.
const LEAST_STEP: i8 = 3;

fn chosen(judged: [f64; 3], factors: [f32; 3]) -> Polarity {
    Head {
        factors,
        ..Head::default()
    }
    .choose(judged.map(|p| p as f32))
}

/// Returns the factors of the classes with the highest mean macro-F1 of the sources, averaged with that of their neighbours.
///
/// The single best factors are often best by chance, with worse ones next to them.
fn best_factors(
    judged: &[[f64; 3]],
    labels: &[usize],
    sources: &[usize],
    count: usize,
) -> [f32; 3] {
    const FACTORS: usize = 22;
    let factor = |step: usize| 0.6 * 1.12_f32.powi(step as i32);
    let factors = |negative, positive| [factor(negative), 1.0, factor(positive)];
    let f1: [[f64; FACTORS]; FACTORS] = std::array::from_fn(|negative| {
        std::array::from_fn(|positive| {
            let factors = factors(negative, positive);
            let mut scores = vec![Scores::default(); count];
            for ((&judged, &label), &source) in judged.iter().zip(labels).zip(sources) {
                scores[source].confusion[label][chosen(judged, factors) as usize] += 1;
            }
            scores.iter().map(Scores::macro_f1).sum()
        })
    });
    let mut best = (f64::MIN, [1.0; 3]);
    for negative in 1..FACTORS - 1 {
        for positive in 1..FACTORS - 1 {
            let rows = &f1[negative - 1..=negative + 1];
            let near = rows
                .iter()
                .flat_map(|row| &row[positive - 1..=positive + 1]);
            let sum = near.sum();
            if sum > best.0 {
                best = (sum, factors(negative, positive));
            }
        }
    }
    best.1
}

fn log_loss(judged: &[[f64; 3]], labels: &[usize]) -> f64 {
    let losses = judged
        .iter()
        .zip(labels)
        .map(|(p, &label)| -p[label].max(1e-9).ln());
    losses.sum::<f64>() / labels.len().max(1) as f64
}

/// Returns the calibration error: the mean distance between predicted probabilities and observed frequencies, over all
/// classes in ten bins.
fn calibration_error(judged: &[[f64; 3]], labels: &[usize]) -> f64 {
    let mut bins = [(0.0, 0.0); 10];
    for (p, &label) in judged.iter().zip(labels) {
        for (class, &p) in p.iter().enumerate() {
            let bin = &mut bins[((p * 10.0) as usize).min(9)];
            bin.0 += p;
            bin.1 += if class == label { 1.0 } else { 0.0 };
        }
    }
    let distance: f64 = bins.iter().map(|(p, true_)| (p - true_).abs()).sum();
    distance / (3 * labels.len()).max(1) as f64
}
