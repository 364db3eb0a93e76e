//! A polarity lexicon with the scope of negation.
//!
//! Each word of the lexicon has a weight between -1 (bad) and 1 (good), learned from labelled sentences.
//! Within a clause, "nicht", "kein" or "ohne" turns the words in its reach, and "sehr" or "etwas" makes
//! the next one stronger or weaker. The good and the bad of a sentence go into a softmax fitted on
//! labelled sentences, which gives the probabilities of the three classes.
//!
//! An article gets the mean of its sentences' probabilities, where the neutral sentences count by the square
//! root of their number. So the many neutral sentences of a report do not drown the few that judge.

use std::path::{Path, PathBuf};

use blattwerk_core::{Asset, Built, Document, Error, Level, Polarity, Result, Sentiment, Stage};
use rustc_hash::FxHashMap;
use schemars::JsonSchema;
use serde::Deserialize;

use crate::words::{self, Token};

/// The keys of `lexicon`.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// A file of your own words, one a line: word, tab, weight from -1 (bad) to 1 (good), such as
    /// `rekordgewinn<TAB>0.8`. Upper and lower case are the same; a line that starts with `#` is a remark.
    /// Your words go before the built-in ones; the weight 0 silences a word. None by default.
    pub lexicon: Option<PathBuf>,
}

impl Config {
    /// Builds the backend.
    ///
    /// # Errors
    ///
    /// If the lexicon cannot be read, or one of its lines is not a word and a weight.
    pub fn build(&self, root: &Path) -> Result<Built<Vec<Sentiment>>> {
        let mut lexicon = Lexicon::embedded()?;
        let mut assets = vec![
            Asset::new("sentiment-de/lexicon.tsv", WORDS.as_bytes()),
            Asset::new("sentiment-de/calibration.tsv", CALIBRATION.as_bytes()),
        ];
        if let Some(path) = &self.lexicon {
            let path = root.join(path);
            let (text, asset) = Asset::read_text(&path)?;
            lexicon.add_lines(&path, &text)?;
            assets.push(asset);
        }
        Ok(Built {
            stage: Box::new(lexicon),
            assets,
        })
    }
}

const WORDS: &str = include_str!("../../../models/sentiment-de/lexicon.tsv");
const CALIBRATION: &str = include_str!("../../../models/sentiment-de/calibration.tsv");

/// What a word does in its clause.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Role {
    /// Is good or bad, by this weight.
    Polar(f32),
    /// Turns words within its reach.
    Negator,
    /// Multiplies the weight of the next words.
    Intensifier(f32),
    /// Takes back a negator just before it: "nicht nur".
    Only,
    /// Negates, if "weder" came before.
    Nor,
    /// Starts a clause.
    Border,
}

/// The words that the grammar of a clause needs. They are few and closed, so they are written here.
const GRAMMAR: &[(Role, &[&str])] = &[
    (
        Role::Negator,
        &[
            "nicht",
            "kein",
            "keine",
            "keinem",
            "keinen",
            "keiner",
            "keines",
            "keinerlei",
            "ohne",
            "nie",
            "niemals",
            "niemand",
            "niemandem",
            "niemanden",
            "nichts",
            "nirgends",
            "weder",
            "kaum",
            "keineswegs",
            "keinesfalls",
        ],
    ),
    (
        Role::Intensifier(1.5),
        &[
            "sehr",
            "äußerst",
            "extrem",
            "besonders",
            "völlig",
            "total",
            "absolut",
            "überaus",
            "höchst",
            "enorm",
            "massiv",
            "massive",
            "massiver",
            "massiven",
            "stark",
            "starke",
            "starken",
            "starker",
            "schwer",
            "schwere",
            "schweren",
            "schwerer",
            "tief",
            "hoch",
            "zutiefst",
            "ausgesprochen",
            "außerordentlich",
            "ganz",
        ],
    ),
    (
        Role::Intensifier(0.6),
        &[
            "etwas",
            "leicht",
            "leichte",
            "leichten",
            "leichter",
            "wenig",
            "ziemlich",
            "teilweise",
            "eher",
        ],
    ),
    (Role::Only, &["nur", "zuletzt", "allein", "bloß"]),
    (Role::Nor, &["noch"]),
    (
        Role::Border,
        &[
            "aber", "doch", "jedoch", "sondern", "obwohl", "während", "weil", "denn", "dass",
            "wenn", "trotzdem", "dennoch",
        ],
    ),
];

/// How many words a negator reaches ahead.
const REACH: usize = 5;

/// What negation leaves of a weight: "nicht gut" is bad, but less so than "schlecht".
const NEGATED: f32 = -0.6;

/// What the weight of a word's last part says of the whole compound.
const COMPOUND: f32 = 0.8;

/// The shortest last part of a compound, in bytes; shorter ones stand in too many words by chance.
const MIN_HEAD: usize = 5;

/// The lexicon, ready for looking words up.
pub struct Lexicon {
    roles: FxHashMap<Box<str>, Role>,
    /// The mean weight of the words with a stem.
    stems: FxHashMap<Box<str>, Mean>,
    softmax: Softmax,
}

/// A mean that can grow.
#[derive(Debug, Clone, Copy, Default)]
struct Mean {
    sum: f32,
    count: u16,
}

/// The good and the bad that a sentence says.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
struct Evidence {
    good: f32,
    bad: f32,
}

/// Turns evidence into probabilities. Rows are the classes in their order, columns a constant, good, bad.
#[derive(Debug, Clone, Copy)]
struct Softmax([[f32; 3]; 3]);

type Probabilities = [f32; 3];

impl Stage for Lexicon {
    type Layer = Vec<Sentiment>;

    fn process(&self, document: &Document) -> Result<Vec<Sentiment>> {
        let mut scan = Scan::default();
        let sentences: Vec<Probabilities> = document
            .sentences
            .iter()
            .map(|&span| {
                self.softmax
                    .of(self.evidence(&document.text[span], &mut scan))
            })
            .collect();
        let mut layer = Vec::with_capacity(sentences.len() + 1);
        layer.push(judgement(Level::Article, self.article(&sentences)));
        layer.extend(
            sentences
                .iter()
                .enumerate()
                .map(|(index, &sentence)| judgement(Level::Sentence(index), sentence)),
        );
        Ok(layer)
    }
}

impl Lexicon {
    /// Returns the lexicon that is part of the program.
    ///
    /// # Errors
    ///
    /// If it is damaged.
    pub fn embedded() -> Result<Self> {
        let mut lexicon = Self {
            roles: FxHashMap::default(),
            stems: FxHashMap::default(),
            softmax: Softmax::parse(CALIBRATION)?,
        };
        lexicon.add_lines(Path::new("sentiment-de/lexicon.tsv"), WORDS)?;
        for (role, words) in GRAMMAR {
            for &word in *words {
                lexicon.roles.insert(word.into(), *role);
            }
        }
        Ok(lexicon)
    }

    /// Adds the words of a file, over the ones that are there.
    fn add_lines(&mut self, path: &Path, text: &str) -> Result<()> {
        for (index, line) in text.lines().enumerate() {
            if line.trim().is_empty() || line.starts_with('#') {
                continue;
            }
            let entry = line.split_once('\t').and_then(|(word, weight)| {
                let weight: f32 = weight.trim().parse().ok()?;
                let word = word.trim().to_lowercase();
                let is_word = !word.is_empty() && word.chars().all(char::is_alphanumeric);
                (is_word && weight.abs() <= 1.0).then_some((word, weight))
            });
            let Some((word, weight)) = entry else {
                return Err(Error::Malformed {
                    path: path.to_owned(),
                    line: index + 1,
                    expected: "a word, a tab and a weight from -1 to 1".into(),
                    found: format!("{line:?}"),
                });
            };
            let mean = self.stems.entry(words::stem(&word).into()).or_default();
            mean.sum += weight;
            mean.count += 1;
            self.roles.insert(word.into(), Role::Polar(weight));
        }
        Ok(())
    }

    /// Weighs the words of a sentence.
    fn evidence(&self, text: &str, scan: &mut Scan) -> Evidence {
        let mut evidence = Evidence::default();
        let mut buffer = std::mem::take(&mut scan.buffer);
        scan.start_sentence();
        words::visit(text, &mut buffer, |token| match token {
            Token::Border => scan.end_clause(&mut evidence),
            Token::Word { lower, is_capital } => {
                match self.role(lower, is_capital) {
                    Some(Role::Polar(weight)) => scan.polar(weight),
                    Some(Role::Negator) => {
                        scan.negate();
                        scan.is_neither |= lower == "weder";
                    }
                    Some(Role::Intensifier(factor)) => scan.intensify(factor),
                    Some(Role::Only) => _ = scan.take_back(),
                    Some(Role::Nor) if scan.is_neither => scan.negate(),
                    Some(Role::Border) => scan.end_clause(&mut evidence),
                    None | Some(Role::Nor) => {}
                }
                scan.at += 1;
            }
        });
        scan.end_clause(&mut evidence);
        scan.buffer = buffer;
        evidence
    }

    /// Looks a word up: as it stands, by its stem, by the last part of a compound, without "un-".
    fn role(&self, word: &str, is_capital: bool) -> Option<Role> {
        if let Some(&role) = self.roles.get(word) {
            return Some(role);
        }
        if let Some(weight) = self.stem_weight(word) {
            return Some(Role::Polar(weight));
        }
        if let Some(weight) = word
            .strip_prefix("un")
            .and_then(|rest| self.stem_weight(rest))
        {
            return Some(Role::Polar(NEGATED * weight));
        }
        if !is_capital {
            return None;
        }
        (3..=word.len().saturating_sub(MIN_HEAD))
            .filter_map(|at| word.get(at..))
            .find_map(|head| self.stem_weight(head))
            .map(|weight| Role::Polar(COMPOUND * weight))
    }

    fn stem_weight(&self, word: &str) -> Option<f32> {
        let mean = self.stems.get(words::stem(word))?;
        Some(mean.sum / f32::from(mean.count))
    }

    /// The mean of the sentences, where the neutral ones count by the square root of their number.
    fn article(&self, sentences: &[Probabilities]) -> Probabilities {
        let mut opinions = Tally::default();
        let mut neutral = Tally::default();
        for &sentence in sentences {
            match likeliest(sentence) {
                Polarity::Neutral => neutral.add(sentence, 1.0),
                _ => opinions.add(sentence, 1.0),
            }
        }
        if neutral.weight > 0.0 {
            opinions.add(neutral.mean(), neutral.weight.sqrt());
        }
        if opinions.weight > 0.0 {
            opinions.mean()
        } else {
            self.softmax.of(Evidence::default())
        }
    }
}

/// A weighted sum of probabilities.
#[derive(Debug, Clone, Copy, Default)]
struct Tally {
    sum: Probabilities,
    weight: f32,
}

impl Tally {
    fn add(&mut self, probabilities: Probabilities, weight: f32) {
        for (sum, probability) in self.sum.iter_mut().zip(probabilities) {
            *sum += weight * probability;
        }
        self.weight += weight;
    }

    fn mean(&self) -> Probabilities {
        self.sum.map(|sum| sum / self.weight)
    }
}

/// What is known of a sentence while it is read word by word.
#[derive(Default)]
struct Scan {
    buffer: String,
    /// The number of the word.
    at: usize,
    /// The polar words of the clause, with their places.
    polar: Vec<(usize, f32)>,
    /// The places of the clause's negators.
    negators: Vec<usize>,
    /// An intensifier's factor, and the place up to which it holds.
    intensity: Option<(f32, usize)>,
    /// "weder" was read.
    is_neither: bool,
}

impl Scan {
    /// An intensifier may have one word between it and its own: "sehr zum Schaden".
    const INTENSE: usize = 2;

    fn start_sentence(&mut self) {
        self.at = 0;
        self.is_neither = false;
        self.intensity = None;
    }

    fn polar(&mut self, weight: f32) {
        let factor = match self.intensity.take() {
            Some((factor, until)) if self.at <= until => factor,
            _ => 1.0,
        };
        self.polar.push((self.at, factor * weight));
    }

    fn intensify(&mut self, factor: f32) {
        self.intensity = Some((factor, self.at + Self::INTENSE));
    }

    /// Two negators side by side cancel out: "nicht ohne Erfolg".
    fn negate(&mut self) {
        if !self.take_back() {
            self.negators.push(self.at);
        }
    }

    /// Forgets a negator that is the word before, and tells whether there was one.
    fn take_back(&mut self) -> bool {
        self.negators.pop_if(|last| *last + 1 == self.at).is_some()
    }

    /// Turns what is negated, and adds up the clause.
    ///
    /// A negator stands before an adjective or a noun ("nicht gut", "kein Erfolg"), but behind its verb
    /// ("das gefällt mir nicht"): where nothing follows in its reach, it turns the nearest word before it.
    /// The reach ends at the next negator.
    fn end_clause(&mut self, evidence: &mut Evidence) {
        for (i, &negator) in self.negators.iter().enumerate() {
            let next_negator = self.negators.get(i + 1).copied().unwrap_or(usize::MAX);
            let end = next_negator.min(negator + REACH + 1);
            let split = self.polar.partition_point(|&(at, _)| at < negator);
            let (before, behind) = self.polar.split_at_mut(split);
            let reached = behind.partition_point(|&(at, _)| at < end);
            if reached > 0 {
                for (_, weight) in behind.iter_mut().take(reached) {
                    *weight *= NEGATED;
                }
            } else if let Some((_, weight)) = before.last_mut() {
                *weight *= NEGATED;
            }
        }
        for &(_, weight) in &self.polar {
            if weight > 0.0 {
                evidence.good += weight;
            } else {
                evidence.bad -= weight;
            }
        }
        self.polar.clear();
        self.negators.clear();
    }
}

impl Softmax {
    /// Reads a line for each class: its name, the constant, the factors of good and bad.
    fn parse(text: &str) -> Result<Self> {
        let mut rows = [[0.0; 3]; 3];
        let mut lines = text.lines();
        for polarity in Polarity::ALL {
            let line = lines.next().unwrap_or_default();
            let mut cells = line.split('\t');
            let is_named = cells.next() == Some(polarity.as_str());
            let numbers: Vec<f32> = cells.filter_map(|cell| cell.parse().ok()).collect();
            match <[f32; 3]>::try_from(numbers) {
                Ok(numbers) if is_named => rows[polarity as usize] = numbers,
                _ => {
                    return Err(Error::Model {
                        name: "sentiment-de/calibration.tsv".into(),
                        expected: format!("`{polarity}` and three numbers"),
                        found: format!("{line:?}"),
                    });
                }
            }
        }
        Ok(Self(rows))
    }

    fn of(&self, evidence: Evidence) -> Probabilities {
        // The tenth bad word of a long sentence says less than the first.
        let (good, bad) = (evidence.good.ln_1p(), evidence.bad.ln_1p());
        let logits = self
            .0
            .map(|[constant, by_good, by_bad]| constant + by_good * good + by_bad * bad);
        let highest = logits.into_iter().fold(f32::NEG_INFINITY, f32::max);
        let exps = logits.map(|logit| (logit - highest).exp());
        let total: f32 = exps.iter().sum();
        exps.map(|exp| exp / total)
    }
}

fn judgement(level: Level, probabilities: Probabilities) -> Sentiment {
    let polarity = likeliest(probabilities);
    Sentiment {
        level,
        polarity,
        score: probabilities[polarity as usize],
    }
}

/// The likeliest class; neutral before another that is as likely.
fn likeliest(probabilities: Probabilities) -> Polarity {
    let likeliness = |polarity: Polarity| probabilities[polarity as usize];
    [Polarity::Negative, Polarity::Positive]
        .into_iter()
        .fold(Polarity::Neutral, |best, other| {
            if likeliness(other) > likeliness(best) {
                other
            } else {
                best
            }
        })
}

#[cfg(test)]
mod tests {
    use blattwerk_core::{Span, contract};

    use super::*;

    /// A lexicon of a few words whose weights are plain.
    fn small() -> Lexicon {
        let mut lexicon = Lexicon {
            roles: FxHashMap::default(),
            stems: FxHashMap::default(),
            softmax: Softmax([[-1.0, 0.0, 3.0], [0.0, 0.0, 0.0], [-1.0, 3.0, 0.0]]),
        };
        let words =
            "gut\t1\nerfolg\t1\ngefällt\t1\nfreundlich\t1\nkrise\t-1\nschaden\t-1\nteuer\t-0.5\n";
        lexicon.add_lines(Path::new("small.tsv"), words).unwrap();
        for (role, words) in GRAMMAR {
            for &word in *words {
                lexicon.roles.insert(word.into(), *role);
            }
        }
        lexicon
    }

    #[test]
    fn negation_and_degree_have_their_scope() {
        // good, bad
        let cases: &[(&str, f32, f32)] = &[
            ("Das Essen ist gut.", 1.0, 0.0),
            ("Das Essen ist nicht gut.", 0.0, 0.6),
            ("Das gefällt den meisten Leuten nicht.", 0.0, 0.6),
            ("Es gab keinen Erfolg und keine Krise.", 0.6, 0.6),
            ("Das ging ohne Schaden ab.", 0.6, 0.0),
            ("Das Essen war nicht teuer, es war gut.", 1.3, 0.0),
            ("Das ist weder gut noch ein Erfolg.", 0.0, 1.2),
            ("Das ist noch gut.", 1.0, 0.0),
            ("Das ist nicht nur gut, sondern ein Erfolg.", 2.0, 0.0),
            ("Das Essen ist sehr gut.", 1.5, 0.0),
            ("Das Essen ist etwas teuer.", 0.0, 0.3),
            ("Er kam nicht, aber das Essen war gut.", 1.0, 0.0),
            ("Das blieb nicht ohne Erfolg.", 1.0, 0.0),
            ("Niemand sprach von einer Krise.", 0.6, 0.0),
        ];
        let lexicon = small();
        for &(text, good, bad) in cases {
            let found = lexicon.evidence(text, &mut Scan::default());
            let near = (found.good - good).abs() < 1e-5 && (found.bad - bad).abs() < 1e-5;
            assert!(near, "{text:?}: good {good}, bad {bad}, found {found:?}");
        }
    }

    #[test]
    fn forms_and_compounds_are_found() {
        let lexicon = small();
        let cases = [
            ("Krisen", Some(-1.0)),
            ("Finanzkrise", Some(-COMPOUND)),
            ("freundlicher", Some(1.0)),
            ("unfreundlich", Some(NEGATED)),
            ("Haus", None),
        ];
        for (word, weight) in cases {
            let is_capital = word.starts_with(char::is_uppercase);
            let found = lexicon.role(&word.to_lowercase(), is_capital);
            assert_eq!(found, weight.map(Role::Polar), "{word}");
        }
    }

    #[test]
    fn neutral_sentences_do_not_drown_an_opinion() {
        let lexicon = small();
        let mut text = "Das Treffen begann um neun Uhr. ".repeat(20);
        text.push_str("Die Krise ist ein Schaden. Die Krise wächst. Der Schaden auch.");
        let mut document = Document::new("a", text);
        let mut start = 0;
        for (end, _) in document.text.as_str().to_owned().match_indices('.') {
            document.sentences.push(Span::new(start, end + 1));
            start = end + 2;
        }
        let layer = lexicon.process(&document).unwrap();
        assert_eq!(layer.len(), 24);
        assert_eq!(layer[0].polarity, Polarity::Negative);
        assert_eq!(layer[1].polarity, Polarity::Neutral);
    }

    #[test]
    fn an_empty_article_is_neutral() {
        let built = Config::default().build(Path::new("")).unwrap();
        let layer = built.stage.process(&Document::new("a", "")).unwrap();
        assert_eq!(layer.len(), 1);
        assert_eq!(layer[0].level, Level::Article);
        assert_eq!(layer[0].polarity, Polarity::Neutral);
    }

    #[test]
    fn own_words_win_and_a_bad_line_is_named() {
        let mut lexicon = small();
        lexicon
            .add_lines(Path::new("own.tsv"), "# Eigene\n\nGut\t-1\n")
            .unwrap();
        assert_eq!(lexicon.role("gut", false), Some(Role::Polar(-1.0)));
        for bad in [
            "gut",
            "gut 1",
            "gut\tsehr",
            "gut\t7",
            "\t1",
            "gut\tNaN",
            "sehr gut\t1",
        ] {
            let error = lexicon
                .add_lines(Path::new("own.tsv"), &format!("schön\t1\n{bad}"))
                .unwrap_err();
            assert_eq!(
                error.to_string(),
                format!(
                    "own.tsv:2: expected a word, a tab and a weight from -1 to 1, found {bad:?}"
                )
            );
        }
    }

    #[test]
    fn keeps_the_contract() {
        let built = Config::default().build(Path::new("")).unwrap();
        contract::check(&*built.stage, "Das ist ein großer Erfolg.", |_| Vec::new());
    }
}
