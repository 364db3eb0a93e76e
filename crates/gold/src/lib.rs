//! Labelled articles: what a careful reader marked in news.
//!
//! The stages are measured on them and learn from them. A file has a JSON object for each sentence:
//!
//! ```json
//! {"article": "a1", "text": "Ida Berg lobte die Stadt Bonn.", "names": [[0, 8, "PER", "0"], [25, 29, "LOC", "+"]], "tone": "+"}
//! ```
//!
//! `names` are the names of the sentence in order: start and end in characters of `text`, label, and how the sentence shows the
//! bearer (`-`, `0` or `+`). `tone` is that of the whole sentence. The stance of a name and the tone may be left out.
//! Consecutive lines with the same `article` are the sentences of one article.

pub mod marked;
#[cfg(feature = "raw")]
pub mod raw;

use std::path::Path;

use blattwerk_core::{Asset, Chars, Document, Entity, Error, Polarity, Result, Span};
use serde::Deserialize;

/// An article as its reader marked it.
#[derive(Debug, Clone)]
pub struct Article {
    /// The text, with its sentences and, as entities, its names. Everything else is empty.
    pub document: Document,
    /// How its sentence shows each name, in the order of the entities; `None` if that is not marked.
    pub stances: Vec<Option<Polarity>>,
    /// The tone of each sentence; `None` if it is not marked.
    pub tones: Vec<Option<Polarity>>,
}

#[derive(Deserialize)]
struct Line {
    article: String,
    text: String,
    #[serde(default)]
    names: Vec<Vec<Cell>>,
    tone: Option<String>,
}

/// A cell of a name: an offset, or a label or stance.
type Cell = serde_json::Value;

/// What a line should be, for messages.
const EXPECTED: &str =
    "a JSON object with `article`, `text` and, in order, `names` as [start, end, label, stance]";
const EXPECTED_TONE: &str = "`-`, `0` or `+` as stance or tone";

/// Tells whether a file holds labelled articles: its first character is that of a JSON object.
pub fn is_labelled(content: &str) -> bool {
    content.trim_start().starts_with('{')
}

/// Reads a file of labelled articles.
///
/// # Errors
///
/// If the file cannot be read or a line is malformed; the error names the file and the line.
pub fn read(path: &Path) -> Result<Vec<Article>> {
    parse(&Asset::read_text(path)?.0, path)
}

/// Parses labelled articles; see [`read`]. `path` is for messages.
///
/// # Errors
///
/// If a line is malformed.
pub fn parse(content: &str, path: &Path) -> Result<Vec<Article>> {
    let mut articles: Vec<Draft> = Vec::new();
    for (line, number) in content.lines().zip(1..) {
        if line.trim().is_empty() {
            continue;
        }
        let malformed = |expected: &str, found: String| Error::Malformed {
            path: path.to_owned(),
            line: number,
            expected: expected.to_owned(),
            found,
        };
        let record: Line =
            serde_json::from_str(line).map_err(|error| malformed(EXPECTED, error.to_string()))?;
        let is_new = articles.last().is_none_or(|last| last.id != record.article);
        if is_new {
            articles.push(Draft::new(record.article));
        }
        let Some(draft) = articles.last_mut() else {
            continue;
        };
        let start = draft.start(&record.text);
        let tone = record.tone.as_deref().map(polarity);
        let tone = tone.map(|tone| tone.ok_or_else(|| malformed(EXPECTED_TONE, line.to_owned())));
        draft.tones.push(tone.transpose()?);
        let mut chars = Chars::new(&record.text);
        let mut end = 0;
        for cells in &record.names {
            let found = || malformed(EXPECTED, serde_json::json!(cells).to_string());
            let name = name(cells, &mut chars).filter(|name| name.span.start >= end);
            let name = name.ok_or_else(found)?;
            end = name.span.end;
            draft.stances.push(name.stance);
            draft.entities.push(Entity {
                span: Span::new(start + name.span.start, start + name.span.end),
                label: name.label.into(),
                score: 1.0,
            });
        }
    }
    Ok(articles.into_iter().map(Draft::finish).collect())
}

struct Name<'a> {
    span: Span,
    label: &'a str,
    stance: Option<Polarity>,
}

/// Reads the cells of a name; `chars` is where the one before ended.
fn name<'a>(cells: &'a [Cell], chars: &mut Chars) -> Option<Name<'a>> {
    let (start, end, label, stance) = match cells {
        [start, end, label] => (start, end, label, None),
        [start, end, label, stance] => (start, end, label, Some(polarity(stance.as_str()?)?)),
        _ => return None,
    };
    let mut byte = |cell: &Cell| chars.byte_of(usize::try_from(cell.as_u64()?).ok()?);
    let (start, end) = (byte(start)?, byte(end)?);
    let label = label.as_str().filter(|label| !label.is_empty())?;
    (start < end).then_some(Name {
        span: Span::new(start, end),
        label,
        stance,
    })
}

fn polarity(sign: &str) -> Option<Polarity> {
    match sign {
        "-" => Some(Polarity::Negative),
        "0" => Some(Polarity::Neutral),
        "+" => Some(Polarity::Positive),
        _ => None,
    }
}

/// An article while its lines are read.
struct Draft {
    id: String,
    text: String,
    sentences: Vec<Span>,
    entities: Vec<Entity>,
    stances: Vec<Option<Polarity>>,
    tones: Vec<Option<Polarity>>,
}

impl Draft {
    fn new(id: String) -> Self {
        Self {
            id,
            text: String::new(),
            sentences: Vec::new(),
            entities: Vec::new(),
            stances: Vec::new(),
            tones: Vec::new(),
        }
    }

    /// Adds a sentence and returns where it starts.
    fn start(&mut self, sentence: &str) -> usize {
        if !self.text.is_empty() {
            self.text.push('\n');
        }
        let start = self.text.len();
        self.text.push_str(sentence);
        self.sentences.push(Span::new(start, self.text.len()));
        start
    }

    fn finish(self) -> Article {
        let mut document = Document::new(self.id, self.text);
        document.sentences = self.sentences;
        document.entities = self.entities;
        Article {
            document,
            stances: self.stances,
            tones: self.tones,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(content: &str) -> Result<Vec<Article>> {
        parse(content, Path::new("gold.jsonl"))
    }

    #[test]
    fn consecutive_lines_are_an_article() {
        let articles = parsed(
            r#"{"article": "a", "text": "Übrigens lobte Ida Berg Bonn.", "names": [[15, 23, "PER", "0"], [24, 28, "LOC", "+"]], "tone": "+"}
{"article": "a", "sentence": 1, "text": "Es regnet.", "names": [], "tone": "0"}

{"article": "b", "text": "Jan schweigt.", "names": [[0, 3, "PER"]]}"#,
        )
        .unwrap();
        let [first, second] = &articles[..] else {
            panic!("{articles:?}");
        };
        let document = &first.document;
        let quoted = |article: &Article, spans: &[Span]| -> Vec<String> {
            let text = &article.document.text;
            spans.iter().map(|&span| text[span].to_owned()).collect()
        };
        assert_eq!(
            quoted(first, &document.sentences),
            ["Übrigens lobte Ida Berg Bonn.", "Es regnet."]
        );
        let spans: Vec<Span> = document.entities.iter().map(|name| name.span).collect();
        assert_eq!(quoted(first, &spans), ["Ida Berg", "Bonn"]);
        assert_eq!(
            first.stances,
            [Some(Polarity::Neutral), Some(Polarity::Positive)]
        );
        assert_eq!(
            first.tones,
            [Some(Polarity::Positive), Some(Polarity::Neutral)]
        );
        assert_eq!(second.document.id, "b");
        assert_eq!(
            (&second.stances[..], &second.tones[..]),
            (&[None][..], &[None][..])
        );
    }

    #[test]
    fn malformed_lines_are_named() {
        let cases = [
            r#"{"text": "Ida."}"#,
            r#"{"article": "a", "text": "Ida.", "names": [[0, 9, "PER", "0"]]}"#,
            r#"{"article": "a", "text": "Ida.", "names": [[3, 3, "PER", "0"]]}"#,
            r#"{"article": "a", "text": "Ida.", "names": [[0, 3, "PER", "gut"]]}"#,
            r#"{"article": "a", "text": "Ida lobt.", "names": [[4, 8, "PER"], [0, 3, "PER"]]}"#,
            r#"{"article": "a", "text": "Ida.", "tone": "heiter"}"#,
            "Ida",
        ];
        for case in cases {
            let content = format!("{{\"article\": \"a\", \"text\": \"Ja.\"}}\n{case}");
            let error = parsed(&content).unwrap_err().to_string();
            assert!(error.starts_with("gold.jsonl:2: expected "), "{error}");
        }
    }
}
