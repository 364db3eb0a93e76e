//! An article and the layers that the stages add to it.

use std::fmt;
use std::sync::Arc;

use crate::{Span, Text};

/// An article on its way through the pipeline.
///
/// It starts with what was read; the runner adds the layer of each stage, in the order of the fields.
#[derive(Debug, Clone)]
pub struct Document {
    /// The id of the article in every table, unique within a run.
    pub id: String,
    /// Where it was read: the file, with the line if the format has lines.
    pub source: String,
    /// The headline, if the record has one. It is not part of the text.
    pub title: Option<String>,
    /// The date as given in the record.
    pub date: Option<String>,
    /// The web address as given in the record.
    pub url: Option<String>,
    /// Who published it: a name as given in the record, or else the host of its address.
    pub outlet: Option<String>,
    /// The language as given in the record; replaced by *language* if that detects one.
    pub language: Option<String>,
    /// Whether the text was extracted from markup, so that the input does not contain it as it is.
    pub is_extracted: bool,
    /// The text: as it came in, until *normalize* has cleaned it.
    pub text: Text,
    /// The passages that *normalize* removed, in order.
    pub removed: Vec<Removed>,
    /// The sentences, in order and without overlap. Between them is only white space.
    pub sentences: Vec<Span>,
    /// The entities, in order and without overlap.
    pub entities: Vec<Entity>,
    /// What *ner* judged on the way, if its backend judges.
    pub judged: Option<Judged>,
    /// The keywords, best first.
    pub keywords: Vec<Keyword>,
    /// The judgements: first the article, then sentences, then entities.
    pub sentiment: Vec<Sentiment>,
    /// The summary; empty if there is none.
    pub summary: Summary,
}

impl Document {
    /// Returns a document that has only an id and a text.
    pub fn new(id: impl Into<String>, text: impl Into<String>) -> Self {
        Self {
            id: id.into(),
            source: String::new(),
            title: None,
            date: None,
            url: None,
            outlet: None,
            language: None,
            is_extracted: false,
            text: Text::new(text),
            removed: Vec::new(),
            sentences: Vec::new(),
            entities: Vec::new(),
            judged: None,
            keywords: Vec::new(),
            sentiment: Vec::new(),
            summary: Summary::default(),
        }
    }

    /// Returns the index of the sentence that contains a byte of the current text, if there is one.
    pub fn sentence_at(&self, byte: usize) -> Option<usize> {
        let index = self
            .sentences
            .partition_point(|sentence| sentence.end <= byte);
        self.sentences
            .get(index)
            .filter(|sentence| sentence.start <= byte)
            .map(|_| index)
    }
}

/// The result of *normalize*.
#[derive(Debug, Clone)]
pub struct Normalized {
    /// The clean text, aligned with its source.
    pub text: Text,
    /// The passages that are not part of the story, in order.
    pub removed: Vec<Removed>,
    /// The headline, if it was looked for in the text and found.
    pub title: Option<String>,
    /// The date, if it was looked for in the text and found.
    pub date: Option<String>,
}

/// A passage that was removed from an article because it is not part of the story.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Removed {
    /// Bytes of the source.
    pub source: Span,
    /// The reason, as one word: `related`, `comments`, `newsletter` …
    pub reason: Arc<str>,
}

/// The kind of an entity: `PER`, `LOC`, `ORG`, `MISC`, or a label from the user's own list.
///
/// It is shared, because a dump has millions of entities but few labels.
pub type Label = Arc<str>;

/// A name in the text.
#[derive(Debug, Clone, PartialEq)]
pub struct Entity {
    /// Bytes of the current text.
    pub span: Span,
    /// What kind of name it is.
    pub label: Label,
    /// How sure the backend is: a probability between 0 and 1.
    pub score: f32,
}

/// The result of *ner*.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Names {
    /// The entities, in order and without overlap.
    pub entities: Vec<Entity>,
    /// What was judged on the way, for *sentiment*.
    pub judged: Option<Judged>,
}

impl From<Vec<Entity>> for Names {
    fn from(entities: Vec<Entity>) -> Self {
        Self {
            entities,
            judged: None,
        }
    }
}

/// The probabilities of the classes of [`Polarity::ALL`].
pub type Probabilities = [f32; 3];

/// Judgements of a model that finds names and judges sentences and names in one pass.
#[derive(Debug, Clone, PartialEq)]
pub struct Judged {
    /// The hash of the model, so that *sentiment* uses the judgements of its own model only.
    pub model: Arc<str>,
    /// The tone of each sentence.
    pub sentences: Vec<Probabilities>,
    /// The stance toward each entity.
    pub entities: Vec<Probabilities>,
}

/// A word, name or phrase that says what the article is about.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Keyword {
    /// Bytes of the current text: the first occurrence of the form that represents all forms of the keyword.
    pub span: Span,
    /// Its weight relative to the best keyword of the article, which has 1.
    pub score: f32,
}

/// The three classes of sentiment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Polarity {
    /// Against the subject, or bad news.
    Negative,
    /// Neither, or both equally.
    Neutral,
    /// For the subject, or good news.
    Positive,
}

impl Polarity {
    /// All classes, in order.
    pub const ALL: [Self; 3] = [Self::Negative, Self::Neutral, Self::Positive];

    /// Returns the word for the class in tables and messages.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Negative => "negative",
            Self::Neutral => "neutral",
            Self::Positive => "positive",
        }
    }

    /// Returns the most likely class; neutral wins a tie.
    pub fn likeliest(probabilities: Probabilities) -> Self {
        let likeliness = |polarity: Self| probabilities[polarity as usize];
        [Self::Negative, Self::Positive]
            .into_iter()
            .fold(Self::Neutral, |best, other| {
                if likeliness(other) > likeliness(best) {
                    other
                } else {
                    best
                }
            })
    }

    /// Returns the class of a word, the inverse of [`Polarity::as_str`].
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|polarity| polarity.as_str() == name)
    }
}

impl fmt::Display for Polarity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The subject of a judgement.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Level {
    /// The whole article.
    Article,
    /// One sentence, by its index in the layer.
    Sentence(usize),
    /// One entity, by its index in the layer.
    Entity(usize),
}

impl Level {
    /// Returns the word for the level in tables, and the index within it.
    pub fn parts(self) -> (&'static str, usize) {
        match self {
            Self::Article => ("article", 0),
            Self::Sentence(index) => ("sentence", index),
            Self::Entity(index) => ("entity", index),
        }
    }
}

/// A judgement about an article, a sentence or an entity.
#[derive(Debug, Clone, PartialEq)]
pub struct Sentiment {
    /// What is judged.
    pub level: Level,
    /// The class.
    pub polarity: Polarity,
    /// How sure the backend is of that class: a probability between 0 and 1.
    pub score: f32,
    /// The words that led to the judgement, strongest first, if the backend was asked for them.
    pub reasons: Vec<Reason>,
}

impl Sentiment {
    /// Returns a judgement without reasons.
    pub fn new(level: Level, polarity: Polarity, score: f32) -> Self {
        Self {
            level,
            polarity,
            score,
            reasons: Vec::new(),
        }
    }
}

/// A word that led to a judgement.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Reason {
    /// Bytes of the current text.
    pub span: Span,
    /// What the word adds to the log-odds of positive against negative: above 0 it is positive, below 0 negative.
    pub weight: f32,
}

/// A short version of the article. It is empty if there is none.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Summary {
    /// The indices of the sentences that it quotes, in ascending order; empty if the backend wrote it in its own words.
    pub sentences: Vec<usize>,
    /// The text, on one line.
    pub text: String,
}

impl Summary {
    /// Returns the summary that quotes some sentences of a document, in the order of the text.
    ///
    /// Line ends within a sentence become spaces.
    ///
    /// # Panics
    ///
    /// If there is no sentence with one of the indices.
    pub fn extract(document: &Document, mut sentences: Vec<usize>) -> Self {
        sentences.sort_unstable();
        sentences.dedup();
        let mut text = String::new();
        for &index in &sentences {
            for word in document.text[document.sentences[index]].split_whitespace() {
                if !text.is_empty() {
                    text.push(' ');
                }
                text.push_str(word);
            }
        }
        Self { sentences, text }
    }

    /// Tells whether there is no summary.
    pub fn is_empty(&self) -> bool {
        self.text.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_byte_between_sentences_is_in_none() {
        let mut document = Document::new("a", "Ja. Nein.");
        document.sentences = vec![Span::new(0, 3), Span::new(4, 9)];
        let found: Vec<_> = [0, 2, 3, 4, 8, 9]
            .map(|byte| document.sentence_at(byte))
            .into();
        assert_eq!(found, [Some(0), Some(0), None, Some(1), Some(1), None]);
    }

    #[test]
    fn an_extract_keeps_the_order_of_the_text() {
        let mut document = Document::new("a", "Eins\nzwei. Drei.");
        document.sentences = vec![Span::new(0, 10), Span::new(11, 16)];
        let summary = Summary::extract(&document, vec![1, 0, 1]);
        assert_eq!(
            summary,
            Summary {
                sentences: vec![0, 1],
                text: "Eins zwei. Drei.".into()
            }
        );
    }

    #[test]
    fn polarity_words_are_read_back() {
        assert_eq!(
            Polarity::ALL.map(|p| Polarity::from_name(p.as_str())),
            Polarity::ALL.map(Some)
        );
        assert_eq!(Polarity::from_name("good"), None);
    }
}
