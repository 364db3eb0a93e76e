//! Measures a backend against sentences split by hand.
//!
//! A gold file has one sentence per line and a blank line between documents. The sentences of a document are
//! joined by a space, as in running text, or by a line break after a sentence without a final mark, as after a
//! headline. A boundary is the end of every sentence but the document's last; it is correct if the backend has
//! a boundary between the same two letters.

use std::fmt;
use std::path::Path;

use blattwerk_core::{Asset, Document, Error, Result, Span, Stage};

/// Documents split by hand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Gold {
    /// The documents, each with its sentences.
    pub documents: Vec<Vec<Sentence>>,
}

/// A sentence of a gold file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sentence {
    /// Its line in the file, counted from 1.
    pub line: usize,
    /// Its text.
    pub text: String,
}

impl Gold {
    /// Reads a gold file.
    ///
    /// # Errors
    ///
    /// If the file cannot be read, is not UTF-8, has no sentence, or has a sentence that contains another kind
    /// of line break; the error names the line.
    pub fn read(path: &Path) -> Result<Self> {
        let (content, _) = Asset::read_text(path)?;
        let gold = Self::parse(&content);
        let malformed = |line, found: String| Error::Malformed {
            path: path.to_owned(),
            line,
            expected: "one sentence per line and a blank line between documents".into(),
            found,
        };
        if gold.documents.is_empty() {
            return Err(malformed(1, "no sentence".into()));
        }
        for sentence in gold.documents.iter().flatten() {
            if let Some(c) = sentence.text.chars().find(|&c| is_line_break(c)) {
                let found = format!("the line break U+{:04X} in a sentence", u32::from(c));
                return Err(malformed(sentence.line, found));
            }
        }
        Ok(gold)
    }

    /// Parses the content of a gold file.
    pub fn parse(content: &str) -> Self {
        let mut documents = Vec::new();
        let mut sentences = Vec::new();
        for (index, line) in content.lines().enumerate() {
            let text = line.trim();
            if !text.is_empty() {
                sentences.push(Sentence {
                    line: index + 1,
                    text: text.to_owned(),
                });
            } else if !sentences.is_empty() {
                documents.push(std::mem::take(&mut sentences));
            }
        }
        if !sentences.is_empty() {
            documents.push(sentences);
        }
        Self { documents }
    }
}

fn is_line_break(c: char) -> bool {
    matches!(c, '\u{B}'..='\r' | '\u{85}' | '\u{2028}' | '\u{2029}')
}

/// Returns the text of a document, as a backend gets it.
pub fn join(sentences: &[Sentence]) -> String {
    let mut text = String::new();
    for sentence in sentences {
        if !text.is_empty() {
            text.push(if has_final_mark(&text) { ' ' } else { '\n' });
        }
        text.push_str(&sentence.text);
    }
    text
}

/// Returns whether a sentence ends in `.`, `!`, `?` or `…`, ignoring closing quotes and brackets.
fn has_final_mark(sentence: &str) -> bool {
    sentence
        .trim_end_matches([
            '"', '\'', '“', '”', '’', '‘', '»', '«', '›', '‹', ')', ']', '}',
        ])
        .ends_with(['.', '!', '?', '…'])
}

/// The result of an evaluation.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Report {
    /// Number of documents split.
    pub documents: usize,
    /// Number of boundaries in the gold file.
    pub expected: usize,
    /// Number of boundaries the backend found.
    pub found: usize,
    /// Number of boundaries in both.
    pub right: usize,
    /// Every boundary that is in only one of the two.
    pub mistakes: Vec<Mistake>,
}

/// A wrong or missing boundary.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mistake {
    /// Whether the backend missed it; otherwise it is a spurious one.
    pub is_missed: bool,
    /// The line in the gold file of the sentence that it ends or cuts.
    pub line: usize,
    /// The text before it.
    pub before: String,
    /// The text after it.
    pub behind: String,
}

impl fmt::Display for Mistake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kind = if self.is_missed { "missed" } else { "wrong" };
        let Self {
            line,
            before,
            behind,
            ..
        } = self;
        write!(f, "line {line}: {kind} {before:?} | {behind:?}")
    }
}

impl Report {
    /// Returns the share of the found boundaries that are correct.
    pub fn precision(&self) -> f64 {
        part(self.right, self.found)
    }

    /// Returns the share of the expected boundaries that were found.
    pub fn recall(&self) -> f64 {
        part(self.right, self.expected)
    }

    /// Returns the harmonic mean of precision and recall.
    pub fn f1(&self) -> f64 {
        part(2 * self.right, self.expected + self.found)
    }
}

#[expect(clippy::cast_precision_loss, reason = "counts of sentences")]
fn part(some: usize, all: usize) -> f64 {
    if all == 0 {
        1.0
    } else {
        some as f64 / all as f64
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "precision {:.2} recall {:.2} F1 {:.2} ({} documents, {} boundaries, {} found, {} right)",
            self.precision() * 100.0,
            self.recall() * 100.0,
            self.f1() * 100.0,
            self.documents,
            self.expected,
            self.found,
            self.right
        )
    }
}

/// Splits the documents of a gold file with a backend and compares the boundaries.
///
/// # Errors
///
/// If the backend fails on a document.
pub fn evaluate(gold: &Gold, stage: &dyn Stage<Layer = Vec<Span>>) -> Result<Report> {
    let mut report = Report::default();
    for sentences in &gold.documents {
        let document = Document::new("gold", join(sentences));
        let found = stage.process(&document)?;
        report.add(sentences, document.text.as_str(), &found);
    }
    Ok(report)
}

impl Report {
    fn add(&mut self, sentences: &[Sentence], text: &str, found: &[Span]) {
        let mut at = 0;
        let mut expected = Vec::new();
        for sentence in sentences {
            at += sentence.text.len();
            expected.push((at, sentence.line));
            at += 1;
        }
        let last = expected.pop().map_or(0, |(_, line)| line);
        let found = found.split_last().map_or(&[][..], |(_, rest)| rest);
        self.documents += 1;
        self.expected += expected.len();
        self.found += found.len();

        // A sentence ends right after its last letter, so boundaries between the same letters are equal.
        let mut expected = expected.into_iter().peekable();
        let mut found = found.iter().map(|span| span.end).peekable();
        loop {
            let (at, line, is_missed) = match (expected.peek(), found.peek()) {
                (Some(&(e, _)), Some(&f)) if e == f => {
                    self.right += 1;
                    expected.next();
                    found.next();
                    continue;
                }
                (Some(&(e, line)), f) if f.is_none_or(|&f| e < f) => {
                    expected.next();
                    (e, line, true)
                }
                (e, Some(&f)) => {
                    let line = e.map_or(last, |&(_, line)| line);
                    found.next();
                    (f, line, false)
                }
                _ => return,
            };
            let (before, behind) = text.split_at(at);
            let from = before.char_indices().rev().nth(39).map_or(0, |(at, _)| at);
            self.mistakes.push(Mistake {
                is_missed,
                line,
                before: before.get(from..).unwrap_or_default().to_owned(),
                behind: behind.chars().take(40).collect(),
            });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOLD: &str = "Schlagzeile\n Am 3. Mai regnet es. \n„Ja!“\nGut.\n\n\nZwei.\r\nDrei.\n";

    /// Ends a sentence at every space after a full stop, as a naive splitter would.
    #[expect(clippy::unnecessary_wraps, reason = "a stage is fallible")]
    fn simple(document: &Document) -> Result<Vec<Span>> {
        let text = document.text.as_str();
        let mut ends: Vec<usize> = text.match_indices(". ").map(|(at, _)| at + 1).collect();
        ends.push(text.len());
        let starts = [0].into_iter().chain(ends.iter().map(|end| end + 1));
        Ok(starts
            .zip(&ends)
            .map(|(start, &end)| Span::new(start, end))
            .collect())
    }

    #[test]
    fn sentences_are_joined_as_in_an_article() {
        let gold = Gold::parse(GOLD);
        let texts: Vec<String> = gold
            .documents
            .iter()
            .map(|document| join(document))
            .collect();
        assert_eq!(
            texts,
            [
                "Schlagzeile\nAm 3. Mai regnet es. „Ja!“ Gut.",
                "Zwei. Drei."
            ]
        );
        assert_eq!(gold.documents[1][0].line, 7);
    }

    #[test]
    fn every_boundary_is_right_wrong_or_missed() {
        let report = evaluate(&Gold::parse(GOLD), &simple).unwrap();
        let counts = (
            report.documents,
            report.expected,
            report.found,
            report.right,
        );
        assert_eq!(counts, (2, 4, 3, 2));
        let mistakes: Vec<String> = report.mistakes.iter().map(Mistake::to_string).collect();
        assert_eq!(
            mistakes,
            [
                r#"line 1: missed "Schlagzeile" | "\nAm 3. Mai regnet es. „Ja!“ Gut.""#,
                r#"line 2: wrong "Schlagzeile\nAm 3." | " Mai regnet es. „Ja!“ Gut.""#,
                r#"line 3: missed "Schlagzeile\nAm 3. Mai regnet es. „Ja!“" | " Gut.""#,
            ]
        );
        assert!((report.precision() - 2.0 / 3.0).abs() < 1e-9);
        assert!((report.recall() - 0.5).abs() < 1e-9);
        assert!((report.f1() - 4.0 / 7.0).abs() < 1e-9);
    }

    #[test]
    fn a_gold_file_that_is_none_is_refused_with_its_line() {
        let path = std::env::temp_dir().join(format!("blattwerk-gold-{}.txt", std::process::id()));
        let expected = "expected one sentence per line and a blank line between documents, found";
        for (content, line, found) in [
            ("\n \n", 1, "no sentence"),
            (
                "Eins.\n\nZwei.\u{2028}Drei.\n",
                3,
                "the line break U+2028 in a sentence",
            ),
        ] {
            std::fs::write(&path, content).unwrap();
            let error = Gold::read(&path).unwrap_err().to_string();
            assert_eq!(
                error,
                format!("{}:{line}: {expected} {found}", path.display())
            );
        }
        std::fs::remove_file(&path).unwrap();
    }
}
