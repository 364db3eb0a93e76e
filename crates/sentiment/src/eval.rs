//! How well the judgements of sentences agree with labels given by people.

use std::fmt;
use std::path::Path;

use blattwerk_core::{Document, Entity, Error, Level, Polarity, Result, Sentiment, Span, Stage};
use blattwerk_gold::Article;

/// A sentence with its label.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Gold {
    /// The correct class.
    pub label: Polarity,
    /// The sentence.
    pub sentence: String,
    /// What the label is about, if it is not the sentence as a whole.
    pub target: Option<String>,
}

impl Gold {
    /// Reads lines `label TAB sentence`, optionally followed by `TAB target`; `path` is for messages.
    ///
    /// # Errors
    ///
    /// [`Error::Malformed`] with the first line of any other form.
    pub fn parse(path: &Path, text: &str) -> Result<Vec<Self>> {
        let gold = |(index, line): (usize, &str)| {
            let mut cells = line.split('\t');
            let label = cells.next().and_then(Polarity::from_name);
            match (label, cells.next(), cells.next(), cells.next()) {
                (Some(label), Some(sentence), target, None) => Ok(Self {
                    label,
                    sentence: sentence.to_owned(),
                    target: target.map(str::to_owned),
                }),
                _ => Err(Error::Malformed {
                    path: path.to_owned(),
                    line: index + 1,
                    expected: "`negative`, `neutral` or `positive`, a tab and a sentence".into(),
                    found: format!("{line:?}"),
                }),
            }
        };
        text.lines().enumerate().map(gold).collect()
    }

    /// Returns the occurrences of the target in the sentence, in bytes: those that are whole words, or if there are none,
    /// those inside words. Empty if there is no target or it does not occur.
    pub fn target_spans(&self) -> Vec<Span> {
        let Some(target) = self.target.as_deref().filter(|target| !target.is_empty()) else {
            return Vec::new();
        };
        let is_part = |c: Option<char>| c.is_some_and(char::is_alphanumeric);
        let (whole, inside): (Vec<_>, Vec<_>) = self
            .sentence
            .match_indices(target)
            .map(|(at, found)| Span::new(at, at + found.len()))
            .partition(|span| {
                let (before, rest) = self.sentence.split_at(span.start);
                let (_, behind) = rest.split_at(span.len());
                !is_part(before.chars().next_back()) && !is_part(behind.chars().next())
            });
        if whole.is_empty() { inside } else { whole }
    }
}

/// Judges each sentence as a separate article: toward its target, which becomes the article's entity, or as a whole if it
/// has no target or the stage does not judge entities.
///
/// # Errors
///
/// The first error of the stage.
pub fn judge(stage: &dyn Stage<Layer = Vec<Sentiment>>, gold: &[Gold]) -> Result<Vec<Polarity>> {
    let documents: Vec<Document> = gold
        .iter()
        .map(|gold| {
            let mut document = Document::new("gold", gold.sentence.as_str());
            document.sentences = vec![document.text.span()];
            let entity = |span| Entity {
                span,
                label: "TARGET".into(),
                score: 1.0,
            };
            document.entities = gold.target_spans().into_iter().map(entity).collect();
            document
        })
        .collect();
    stage
        .process_all(&documents)
        .into_iter()
        .map(|layer| {
            let layer = layer?;
            let of = |level: Level| layer.iter().find(|found| found.level == level);
            let found = of(Level::Entity(0)).or_else(|| of(Level::Sentence(0)));
            Ok(found.map_or(Polarity::Neutral, |found| found.polarity))
        })
        .collect()
}

/// The correct and the predicted classes of labelled articles.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Judged {
    /// Of names, toward their bearers. Names labelled [`UNJUDGED`] are left out.
    pub stances: Vec<(Polarity, Polarity)>,
    /// Of sentences.
    pub tones: Vec<(Polarity, Polarity)>,
}

/// The label of names that readers do not judge: works, products and events.
pub const UNJUDGED: &str = "MISC";

/// Judges labelled articles as a run would, given their names. What the stage does not judge is neutral.
///
/// # Errors
///
/// The first error of the stage.
pub fn judge_articles(
    stage: &dyn Stage<Layer = Vec<Sentiment>>,
    articles: &[Article],
) -> Result<Judged> {
    let documents: Vec<Document> = articles.iter().map(|a| a.document.clone()).collect();
    let mut judged = Judged::default();
    for (article, layer) in articles.iter().zip(stage.process_all(&documents)) {
        let mut tones = vec![Polarity::Neutral; article.tones.len()];
        let mut stances = vec![Polarity::Neutral; article.stances.len()];
        for found in layer? {
            let place = match found.level {
                Level::Article => None,
                Level::Sentence(index) => tones.get_mut(index),
                Level::Entity(index) => stances.get_mut(index),
            };
            if let Some(place) = place {
                *place = found.polarity;
            }
        }
        let marked = |(right, found): (&Option<Polarity>, Polarity)| Some(((*right)?, found));
        let names = article.document.entities.iter();
        let pairs = names.zip(article.stances.iter().zip(stances));
        judged.stances.extend(
            pairs
                .filter(|(name, _)| &*name.label != UNJUDGED)
                .filter_map(|(_, pair)| marked(pair)),
        );
        let pairs = article.tones.iter().zip(tones);
        judged.tones.extend(pairs.filter_map(marked));
    }
    Ok(judged)
}

/// The confusion matrix of the classes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Scores {
    /// Rows are the correct classes, columns the predicted ones, both in the order of [`Polarity::ALL`].
    pub confusion: [[usize; 3]; 3],
}

impl Scores {
    /// Counts pairs of a correct and a predicted class.
    pub fn new(pairs: impl IntoIterator<Item = (Polarity, Polarity)>) -> Self {
        let mut scores = Self::default();
        for (right, given) in pairs {
            scores.confusion[right as usize][given as usize] += 1;
        }
        scores
    }

    /// Returns the share of correct predictions.
    pub fn accuracy(&self) -> f64 {
        let right = Polarity::ALL.map(|class| self.confusion[class as usize][class as usize]);
        ratio(right.iter().sum(), self.confusion.iter().flatten().sum())
    }

    /// Returns the harmonic mean of precision and recall of a class; 0 if it neither occurs nor was predicted.
    pub fn f1(&self, class: Polarity) -> f64 {
        let class = class as usize;
        let right: usize = self.confusion[class].iter().sum();
        let given: usize = self.confusion.iter().map(|row| row[class]).sum();
        ratio(2 * self.confusion[class][class], right + given)
    }

    /// Returns the mean F1 of the three classes: all have equal weight, however rare they are.
    pub fn macro_f1(&self) -> f64 {
        Polarity::ALL
            .map(|class| self.f1(class))
            .iter()
            .sum::<f64>()
            / 3.0
    }
}

#[expect(
    clippy::cast_precision_loss,
    reason = "counts of sentences are far below 2^52"
)]
fn ratio(part: usize, whole: usize) -> f64 {
    if whole == 0 {
        0.0
    } else {
        part as f64 / whole as f64
    }
}

impl fmt::Display for Scores {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "macro-F1 {:.4}  accuracy {:.4}\n",
            self.macro_f1(),
            self.accuracy()
        )?;
        writeln!(
            f,
            "{:>10}  {:>9} {:>9} {:>9}      F1",
            "", "negative", "neutral", "positive"
        )?;
        for class in Polarity::ALL {
            let [negative, neutral, positive] = self.confusion[class as usize];
            let f1 = self.f1(class);
            writeln!(
                f,
                "{:>10}  {negative:>9} {neutral:>9} {positive:>9}  {f1:.4}",
                class.as_str()
            )?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use Polarity::{Negative, Neutral, Positive};

    use super::*;

    #[test]
    fn scores_are_those_of_the_textbook() {
        let scores = Scores::new([
            (Negative, Negative),
            (Negative, Neutral),
            (Neutral, Neutral),
            (Positive, Neutral),
        ]);
        assert!((scores.accuracy() - 0.5).abs() < 1e-12);
        // negative: precision 1, recall 1/2; neutral: precision 1/3, recall 1; positive: never predicted
        assert!((scores.f1(Negative) - 2.0 / 3.0).abs() < 1e-12);
        assert!((scores.f1(Neutral) - 0.5).abs() < 1e-12);
        assert!((scores.macro_f1() - (2.0 / 3.0 + 0.5) / 3.0).abs() < 1e-12);
        assert!(Scores::default().macro_f1().abs() < 1e-12);
    }

    #[test]
    fn gold_lines_have_a_label_a_sentence_and_an_optional_target() {
        let path = Path::new("gold.tsv");
        let gold =
            Gold::parse(path, "neutral\tEs regnet.\npositive\tIda lobt Jan.\tJan\n").unwrap();
        assert_eq!(gold[0].target, None);
        assert_eq!(gold[1].target.as_deref(), Some("Jan"));
        let error = Gold::parse(path, "neutral\tEs regnet.\ngut\tJa.").unwrap_err();
        assert_eq!(
            error.to_string(),
            "gold.tsv:2: expected `negative`, `neutral` or `positive`, a tab and a sentence, found \"gut\\tJa.\""
        );
    }

    #[test]
    fn targets_are_whole_words_where_they_can_be() {
        let spans = |line: &str| {
            let gold = Gold::parse(Path::new(""), line).unwrap();
            let ranges = gold[0].target_spans();
            ranges
                .iter()
                .map(|span| (span.start, span.end))
                .collect::<Vec<_>>()
        };
        let cases: &[(&str, &[(usize, usize)])] = &[
            ("neutral\tJan und Janine und Jan.\tJan", &[(0, 3), (19, 22)]),
            ("neutral\tDie Impfpflicht.\tpflicht", &[(8, 15)]),
            ("neutral\tEs regnet.\tJan", &[]),
            ("neutral\tEs regnet.\t", &[]),
            ("neutral\tEs regnet.", &[]),
        ];
        for &(line, expected) in cases {
            assert_eq!(spans(line), expected, "{line:?}");
        }
    }

    #[test]
    fn a_judgement_toward_the_target_takes_precedence_over_that_of_the_sentence() {
        let gold = Gold::parse(
            Path::new(""),
            "negative\tEs regnet auf Jan.\tJan\nneutral\tEs regnet.",
        )
        .unwrap();
        let stage = |document: &Document| {
            let judged = |level, polarity| Sentiment::new(level, polarity, 1.0);
            let mut layer = vec![judged(Level::Sentence(0), Positive)];
            layer.extend((0..document.entities.len()).map(|i| judged(Level::Entity(i), Negative)));
            Ok(layer)
        };
        assert_eq!(judge(&stage, &gold).unwrap(), [Negative, Positive]);
    }

    #[test]
    fn articles_are_judged_by_name_and_sentence() {
        let lines = r#"{"article": "a", "text": "Ida lobt Jan.", "names": [[0, 3, "PER", "0"], [9, 12, "PER", "+"]], "tone": "+"}
{"article": "a", "text": "Uwe las Faust.", "names": [[0, 3, "PER"], [8, 13, "MISC", "0"]]}"#;
        let articles = blattwerk_gold::parse(lines, Path::new("")).unwrap();
        let stage = |document: &Document| {
            assert_eq!(document.sentences.len(), 2);
            let judged = |level, polarity| Sentiment::new(level, polarity, 1.0);
            Ok(vec![
                judged(Level::Article, Negative),
                judged(Level::Sentence(0), Positive),
                judged(Level::Entity(1), Positive),
                judged(Level::Entity(2), Negative),
                judged(Level::Entity(3), Negative),
            ])
        };
        let judged = judge_articles(&stage, &articles).unwrap();
        assert_eq!(judged.stances, [(Neutral, Neutral), (Positive, Positive)]);
        assert_eq!(judged.tones, [(Positive, Positive)]);
    }

    #[test]
    fn a_stage_that_judges_nothing_is_neutral() {
        let gold = Gold::parse(Path::new(""), "negative\tEs regnet.").unwrap();
        let off = |_: &Document| Ok(Vec::new());
        assert_eq!(judge(&off, &gold).unwrap(), [Neutral]);
    }
}
