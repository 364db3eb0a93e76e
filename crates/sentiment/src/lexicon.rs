//! A polarity lexicon with the scope of negation.
//!
//! Each word of the lexicon has a weight between -1 (bad) and 1 (good), learned from labelled sentences.
//! Within a clause, "nicht", "kein" or "ohne" negates the words in its reach, and "sehr" or "etwas" makes
//! the next one stronger or weaker. A softmax fitted on labelled sentences turns the sums of positive and
//! negative weights into the probabilities of the three classes.
//!
//! An article is judged like one sentence with the words of all its sentences, divided by the square root of
//! their number, so that the many neutral sentences of a report do not drown out the few opinionated ones.

use std::iter::repeat;
use std::path::{Path, PathBuf};

use blattwerk_core::{
    Asset, Built, Document, Error, Level, Polarity, Reason, Result, Sentiment, Span, Stage,
};
use rustc_hash::FxHashMap;
use schemars::JsonSchema;
use serde::Deserialize;

use crate::clause::{GRAMMAR, NEGATED, Polar, Reader, Role};
use crate::reasons::{self, Candidate};
use crate::words::{self, Token, Word};

/// The keys of `lexicon`.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// Path of a file of your own words, one per line: word, tab, weight from -1 (bad) to 1 (good), such as
    /// `Rekordgewinn<TAB>0.8`. A word stands for all its forms and for compounds that end with it, regardless of
    /// case; a line that starts with `#` is a comment. Your words take precedence over the built-in
    /// ones; the weight 0 makes a word neutral. Default: none.
    #[schemars(example = "words.tsv")]
    pub lexicon: Option<PathBuf>,
    /// Whether `sentiment.csv` gets the column `reason`: the words that carried each judgement. Default: false.
    pub explain: bool,
}

impl Config {
    /// Builds the backend.
    ///
    /// # Errors
    ///
    /// If the lexicon cannot be read, or a line is not a word and a weight.
    pub fn build(&self, root: &Path) -> Result<Built<Vec<Sentiment>>> {
        let mut lexicon = Lexicon::embedded()?;
        let mut assets = vec![
            Asset::new("sentiment-de/lexicon.tsv", WORDS.as_bytes()),
            Asset::new("sentiment-de/calibration.tsv", CALIBRATION.as_bytes()),
        ];
        if let Some(path) = &self.lexicon {
            let path = root.join(path);
            let (text, asset) = Asset::read_text(&path)?;
            lexicon.add_own(parse(&path, &text)?);
            assets.push(asset);
        }
        let explains = self.explain;
        Ok(Built {
            stage: Box::new(Judge { lexicon, explains }),
            assets,
        })
    }
}

const WORDS: &str = include_str!("../../../models/sentiment-de/lexicon.tsv");
const CALIBRATION: &str = include_str!("../../../models/sentiment-de/calibration.tsv");

/// The share of its weight that a noun passes on to compounds ending with it.
const COMPOUND: f32 = 0.8;

/// The minimum length, in bytes, of a noun that is looked up at the end of compounds: "Haft" would be found in
/// "Wirtschaft".
const MIN_HEAD: usize = 5;

/// The minimum length of its stem, in bytes.
const MIN_HEAD_STEM: usize = 4;

/// The minimum length of the part before it, in bytes.
const MIN_MODIFIER: usize = 3;

/// A lexicon ready for lookups.
pub struct Lexicon {
    /// The grammatical words, looked up as they are.
    grammar: FxHashMap<&'static str, Role>,
    /// The polar nouns by their stems, also found at the end of compounds.
    nouns: FxHashMap<Box<str>, Polar>,
    /// All other polar words by their stems.
    others: FxHashMap<Box<str>, Polar>,
    /// The words of the entries as written in their files.
    entries: Vec<Box<str>>,
    softmax: Softmax,
}

/// A word of a sentence that is in the lexicon.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Match<'a> {
    /// Its place, in bytes of the sentence.
    pub span: Span,
    /// The entry of the lexicon that matched; for a compound, its last part.
    pub word: &'a str,
    /// What it adds to the sentence after negation and degree: above 0 good, below 0 bad.
    pub weight: f32,
}

/// The sums of the positive and negative weights of a sentence.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
struct Evidence {
    good: f32,
    bad: f32,
}

impl Evidence {
    fn of(polar: impl Iterator<Item = Polar>) -> Self {
        let mut evidence = Self::default();
        for Polar { weight, .. } in polar {
            if weight > 0.0 {
                evidence.good += weight;
            } else {
                evidence.bad -= weight;
            }
        }
        evidence
    }
}

/// Turns evidence into probabilities. Rows are the classes in order; columns are the constant, good and bad.
#[derive(Debug, Clone, Copy)]
struct Softmax([[f32; 3]; 3]);

type Probabilities = [f32; 3];

/// The stage: judges with a lexicon.
struct Judge {
    lexicon: Lexicon,
    explains: bool,
}

impl Stage for Judge {
    type Layer = Vec<Sentiment>;

    fn process(&self, document: &Document) -> Result<Vec<Sentiment>> {
        let lexicon = &self.lexicon;
        let mut reader = Reader::default();
        let mut buffer = String::new();
        let sentences: Vec<Evidence> = document
            .sentences
            .iter()
            .map(|&span| lexicon.evidence(&document.text[span], &mut reader, &mut buffer))
            .collect();
        let mut layer = Vec::with_capacity(sentences.len() + 1);
        layer.push(judgement(Level::Article, lexicon.article(&sentences)));
        layer.extend(sentences.iter().enumerate().map(|(index, &sentence)| {
            judgement(Level::Sentence(index), lexicon.softmax.of(sentence))
        }));
        if self.explains {
            let (article, sentences) = layer.split_at_mut(1);
            for (judgement, &span) in sentences.iter_mut().zip(&document.sentences) {
                judgement.reasons = reasons::at(span.start, lexicon.reasons(&document.text[span]));
            }
            let share = 1.0 / root(sentences.len());
            article[0].reasons = reasons::of_article(sentences, repeat(share));
        }
        Ok(layer)
    }
}

/// A word with its role in the sentence, or a mark between clauses.
enum Step {
    Border,
    Word(Span, Option<Role>),
}

impl Lexicon {
    /// Returns the embedded lexicon.
    ///
    /// # Errors
    ///
    /// If it is damaged.
    pub fn embedded() -> Result<Self> {
        let mut lexicon = Self::without_words(Softmax::parse(CALIBRATION)?);
        lexicon.add(parse(Path::new("sentiment-de/lexicon.tsv"), WORDS)?);
        Ok(lexicon)
    }

    /// Returns a lexicon of the words of a file, without the built-in ones.
    ///
    /// # Errors
    ///
    /// If it cannot be read, or a line is not a word and a weight.
    pub fn load(path: &Path) -> Result<Self> {
        let mut lexicon = Self::without_words(Softmax::parse(CALIBRATION)?);
        lexicon.add(parse(path, &Asset::read_text(path)?.0)?);
        Ok(lexicon)
    }

    fn without_words(softmax: Softmax) -> Self {
        let grammar = GRAMMAR
            .iter()
            .flat_map(|&(role, words)| words.split(' ').map(move |word| (word, role)))
            .collect();
        Self {
            grammar,
            nouns: FxHashMap::default(),
            others: FxHashMap::default(),
            entries: Vec::new(),
            softmax,
        }
    }

    /// Adds words; capitalized ones are nouns.
    fn add(&mut self, words: Vec<Weighted>) {
        for Weighted { word, weight } in words {
            let entry = self.entry(&word);
            let is_noun = word.starts_with(char::is_uppercase);
            let lower = word.to_lowercase();
            let (words, stem) = if is_noun {
                (&mut self.nouns, words::noun_stem(&lower))
            } else {
                (&mut self.others, words::stem(&lower))
            };
            words.insert(
                stem.into(),
                Polar {
                    entry,
                    weight,
                    is_noun,
                },
            );
        }
    }

    /// Adds the user's words, which replace built-in ones, including grammatical words.
    fn add_own(&mut self, words: Vec<Weighted>) {
        for Weighted { word, weight } in words {
            let entry = self.entry(&word);
            let lower = word.to_lowercase();
            self.grammar.remove(lower.as_str());
            for (words, stem, is_noun) in [
                (&mut self.nouns, words::noun_stem(&lower), true),
                (&mut self.others, words::stem(&lower), false),
            ] {
                words.insert(
                    stem.into(),
                    Polar {
                        entry,
                        weight,
                        is_noun,
                    },
                );
            }
        }
    }

    fn entry(&mut self, word: &str) -> u32 {
        let entry = self.entries.len();
        self.entries.push(word.into());
        u32::try_from(entry).expect("a lexicon has less than 2^32 words")
    }

    /// Returns the words of a sentence that are in the lexicon, in order.
    ///
    /// ```
    /// use blattwerk_sentiment::lexicon::Lexicon;
    ///
    /// let lexicon = Lexicon::embedded()?;
    /// let matches = lexicon.matches("Das war kein Erfolg.");
    /// assert_eq!(matches[0].word, "Erfolg");
    /// assert!(matches[0].weight < 0.0);
    /// # Ok::<(), blattwerk_core::Error>(())
    /// ```
    pub fn matches(&self, sentence: &str) -> Vec<Match<'_>> {
        let mut spans = Vec::new();
        let mut reader = Reader::default();
        self.read(sentence, &mut reader, &mut String::new(), |word| {
            spans.push(Span::new(word.start, word.end));
        });
        spans
            .into_iter()
            .zip(reader.finish())
            .map(|(span, Polar { entry, weight, .. })| Match {
                span,
                word: &self.entries[entry as usize],
                weight,
            })
            .collect()
    }

    /// Adds up the weights of the words of a sentence.
    fn evidence(&self, sentence: &str, reader: &mut Reader, buffer: &mut String) -> Evidence {
        self.read(sentence, reader, buffer, |_| {});
        Evidence::of(reader.finish())
    }

    /// Returns the words that carry the judgement of a sentence, in bytes of it, strongest first.
    fn reasons(&self, sentence: &str) -> Vec<Reason> {
        let mut steps = Vec::new();
        words::visit(sentence, &mut String::new(), |token| {
            steps.push(match token {
                Token::Border => Step::Border,
                Token::Word(word) => Step::Word(Span::new(word.start, word.end), self.role(word)),
            });
        });
        let candidate = |(index, step): (usize, &Step)| {
            let (span, worth) = match *step {
                Step::Word(span, Some(Role::Polar(polar))) => (span, polar.weight.abs()),
                // The effect of a grammatical word is known only when it is left out.
                Step::Word(span, Some(_)) => (span, 1.0),
                Step::Word(_, None) | Step::Border => return None,
            };
            Some(Candidate { index, span, worth })
        };
        let candidates = steps.iter().enumerate().filter_map(candidate).collect();
        let mut reader = Reader::default();
        reasons::reasons(candidates, |left_out| {
            reader.start();
            for (index, step) in steps.iter().enumerate() {
                match step {
                    Step::Border => reader.end_clause(),
                    Step::Word(_, role) => {
                        reader.read(role.filter(|_| left_out != Some(index)));
                    }
                }
            }
            self.softmax.odds(Evidence::of(reader.finish()))
        })
    }

    /// Reads a sentence and calls `found` with each polar word.
    fn read(
        &self,
        sentence: &str,
        reader: &mut Reader,
        buffer: &mut String,
        mut found: impl FnMut(Word),
    ) {
        reader.start();
        words::visit(sentence, buffer, |token| match token {
            Token::Border => reader.end_clause(),
            Token::Word(word) => {
                let role = self.role(word);
                if let Some(Role::Polar(_)) = role {
                    found(word);
                }
                reader.read(role);
            }
        });
    }

    /// Looks up a word: as it is, by its stem, without "un-", or by the last part of a compound.
    fn role(&self, word: Word) -> Option<Role> {
        if let Some(&role) = self.grammar.get(word.lower) {
            return Some(role);
        }
        let polar = if word.is_capital {
            self.noun(word.lower)
                .or_else(|| self.other(word.lower))
                .or_else(|| self.compound(word.lower))
        } else {
            self.other(word.lower).or_else(|| {
                let rest = word.lower.strip_prefix("un")?;
                Some(self.other(rest)?.times(NEGATED))
            })
        };
        polar.map(Role::Polar)
    }

    fn noun(&self, lower: &str) -> Option<Polar> {
        self.nouns.get(words::noun_stem(lower)).copied()
    }

    fn other(&self, lower: &str) -> Option<Polar> {
        self.others.get(words::stem(lower)).copied()
    }

    /// Finds the longest noun that a word ends with.
    fn compound(&self, lower: &str) -> Option<Polar> {
        let stem = words::noun_stem(lower);
        let heads = (MIN_MODIFIER..=stem.len().saturating_sub(MIN_HEAD_STEM))
            .filter_map(|at| stem.get(at..));
        let head = heads
            .filter_map(|head| self.nouns.get(head))
            .find(|head| self.entries[head.entry as usize].len() >= MIN_HEAD)?;
        Some(head.times(COMPOUND))
    }

    /// Judges the article by all of its sentences together.
    ///
    /// The sums are divided by the square root of the number of sentences: not by the number itself, so that many neutral
    /// sentences do not drown out a few opinionated ones, but by more than 1, so that length alone is not an
    /// opinion.
    fn article(&self, sentences: &[Evidence]) -> Probabilities {
        let mut sum = Evidence::default();
        for sentence in sentences {
            sum.good += sentence.good;
            sum.bad += sentence.bad;
        }
        let root = root(sentences.len());
        self.softmax.of(Evidence {
            good: sum.good / root,
            bad: sum.bad / root,
        })
    }
}

/// The square root of a number of sentences.
#[expect(
    clippy::cast_precision_loss,
    reason = "an article has less than 2^23 sentences, or it does not matter"
)]
fn root(sentences: usize) -> f32 {
    (sentences.max(1) as f32).sqrt()
}

/// A line of a lexicon.
struct Weighted {
    word: String,
    weight: f32,
}

/// Reads the lines of a lexicon; `path` is for messages.
fn parse(path: &Path, text: &str) -> Result<Vec<Weighted>> {
    let is_entry = |(_, line): &(usize, &str)| !line.trim().is_empty() && !line.starts_with('#');
    let entry = |(index, line): (usize, &str)| {
        let parse = || {
            let (word, weight) = line.split_once('\t')?;
            let (word, weight): (_, f32) = (word.trim(), weight.trim().parse().ok()?);
            let is_word = !word.is_empty() && word.chars().all(char::is_alphanumeric);
            (is_word && weight.abs() <= 1.0).then(|| Weighted {
                word: word.to_owned(),
                weight,
            })
        };
        parse().ok_or_else(|| Error::Malformed {
            path: path.to_owned(),
            line: index + 1,
            expected: "a word, a tab and a weight from -1 to 1".into(),
            found: format!("{line:?}"),
        })
    };
    text.lines()
        .enumerate()
        .filter(is_entry)
        .map(entry)
        .collect()
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

    fn logits(&self, evidence: Evidence) -> [f32; 3] {
        // The tenth bad word of a long sentence adds less than the first.
        let (good, bad) = (evidence.good.ln_1p(), evidence.bad.ln_1p());
        self.0
            .map(|[constant, by_good, by_bad]| constant + by_good * good + by_bad * bad)
    }

    /// The log-odds of positive against negative.
    fn odds(&self, evidence: Evidence) -> f32 {
        let [negative, _, positive] = self.logits(evidence);
        positive - negative
    }

    fn of(&self, evidence: Evidence) -> Probabilities {
        let logits = self.logits(evidence);
        let highest = logits.into_iter().fold(f32::NEG_INFINITY, f32::max);
        let exps = logits.map(|logit| (logit - highest).exp());
        let total: f32 = exps.iter().sum();
        exps.map(|exp| exp / total)
    }
}

fn judgement(level: Level, probabilities: Probabilities) -> Sentiment {
    let polarity = Polarity::likeliest(probabilities);
    Sentiment::new(level, polarity, probabilities[polarity as usize])
}

#[cfg(test)]
mod tests {
    use blattwerk_core::{Span, contract};

    use super::*;

    /// A small lexicon with simple weights.
    fn small() -> Lexicon {
        let softmax = Softmax([[-1.0, 0.0, 3.0], [0.0, 0.0, 0.0], [-1.0, 3.0, 0.0]]);
        let mut lexicon = Lexicon::without_words(softmax);
        let words = "gut\t1\nErfolg\t1\ngefällt\t1\nfreundlich\t1\nHaft\t-1\nKrise\t-1\nSchaden\t-1\nteuer\t-0.5\n";
        lexicon.add(parse(Path::new("small.tsv"), words).unwrap());
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
            ("Er überlebte die Krise nicht.", 0.0, 1.0),
            ("Niemand sprach von einer Krise.", 0.6, 0.0),
        ];
        let lexicon = small();
        for &(text, good, bad) in cases {
            let found = lexicon.evidence(text, &mut Reader::default(), &mut String::new());
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
            ("Botschaft", None),
        ];
        for (word, weight) in cases {
            let found = lexicon.matches(word).first().map(|found| found.weight);
            assert_eq!(found, weight, "{word}");
        }
    }

    #[test]
    fn a_match_has_its_place_and_its_entry() {
        let lexicon = small();
        let matches = lexicon.matches("Die Ölkrise war teuer.");
        let found: Vec<_> = matches
            .iter()
            .map(|found| (found.span, found.word))
            .collect();
        assert_eq!(
            found,
            [(Span::new(4, 12), "Krise"), (Span::new(17, 22), "teuer")]
        );
    }

    /// The log-odds of the small lexicon are 3 ln(1 + good) - 3 ln(1 + bad).
    #[test]
    fn reasons_are_what_the_odds_lose_without_the_word() {
        let cases: &[(&str, &[(&str, f32)])] = &[
            // 3 ln 2
            ("Das Essen ist gut.", &[("gut", 2.079)]),
            // -3 ln 1.6 without "gut" is 0, without "nicht" it is 3 ln 2
            (
                "Das Essen ist nicht gut.",
                &[("nicht", -1.410 - 2.079), ("gut", -1.410)],
            ),
            // 3 ln 2 - 3 ln 2
            (
                "Nach der Finanzkrise, sehr teuer, kam der Erfolg.",
                &[
                    ("Erfolg", 2.079),
                    // 3 ln(2.55 / 1.75), 3 ln(2.55 / 1.8), 3 ln(2.55 / 2.3)
                    ("Finanzkrise", -1.129),
                    ("teuer", -1.045),
                    ("sehr", -0.310),
                ],
            ),
            ("Er kam um neun.", &[]),
        ];
        let lexicon = small();
        for &(text, expected) in cases {
            let found = lexicon.reasons(text);
            reasons::tests::expect(text, &found, expected);
        }
    }

    #[test]
    fn an_article_has_the_strongest_reasons_of_its_sentences() {
        let judge = Judge {
            lexicon: small(),
            explains: true,
        };
        let text = "Ein Erfolg ist gut. Die Krise ist ein Schaden. Das gefällt.";
        let mut document = Document::new("a", text);
        document.sentences = vec![Span::new(0, 19), Span::new(20, 46), Span::new(47, 60)];
        let layer = judge.process(&document).unwrap();
        let words = |index: usize| -> Vec<&str> {
            let reasons = layer[index].reasons.iter();
            reasons.map(|reason| &document.text[reason.span]).collect()
        };
        assert_eq!(words(2), ["Krise", "Schaden"]);
        // A word that is alone in its sentence adds more: 3 ln 2 instead of 3 ln(3 / 2).
        assert_eq!(words(0), ["gefällt", "Erfolg", "gut", "Krise", "Schaden"]);
    }

    #[test]
    fn neutral_sentences_do_not_drown_out_an_opinion() {
        let judge = Judge {
            lexicon: small(),
            explains: false,
        };
        let mut text = "Das Treffen begann um neun Uhr. ".repeat(20);
        text.push_str("Die Krise ist ein Schaden. Die Krise wächst. Der Schaden auch.");
        let mut document = Document::new("a", text);
        let mut start = 0;
        for (end, _) in document.text.as_str().to_owned().match_indices('.') {
            document.sentences.push(Span::new(start, end + 1));
            start = end + 2;
        }
        let layer = judge.process(&document).unwrap();
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
    fn own_words_take_precedence() {
        let mut lexicon = small();
        let own = "# Eigene\n\nGut\t-1\nohne\t-0.5\nkrise\t0.5";
        lexicon.add_own(parse(Path::new("own.tsv"), own).unwrap());
        let weights: Vec<_> = lexicon
            .matches("ohne gut Krise")
            .iter()
            .map(|found| found.weight)
            .collect();
        assert_eq!(
            weights,
            [-0.5, -1.0, 0.5],
            "\"ohne\" is no longer a negator"
        );
    }

    #[test]
    fn a_bad_line_is_named() {
        for bad in [
            "gut",
            "gut 1",
            "gut\tsehr",
            "gut\t7",
            "\t1",
            "gut\tNaN",
            "sehr gut\t1",
        ] {
            let error = parse(Path::new("own.tsv"), &format!("schön\t1\n{bad}"))
                .err()
                .unwrap();
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
