//! Sentences from a program supplied by the user.

use blattwerk_command::{Mismatch, spans};
use blattwerk_core::{Document, Span};
use serde::Deserialize;

/// The program's answer: the spans of its sentences, in text order.
///
/// White space around a sentence is trimmed, since many splitters leave it on.
#[derive(Deserialize)]
pub(crate) struct Answer {
    sentences: Vec<[usize; 2]>,
}

impl blattwerk_command::Answer for Answer {
    type Layer = Vec<Span>;

    const EXAMPLE: &'static str = r#"{"sentences": [[0, 12], [13, 40]]}"#;

    fn layer(self, document: &Document) -> Result<Vec<Span>, Mismatch> {
        let found = spans(document.text.as_str(), self.sentences.iter().copied())?;
        let mut sentences = Vec::with_capacity(found.len());
        let mut at = 0;
        for span in found {
            nothing_lost(document, Span::new(at, span.start))?;
            at = span.end;
            let text = &document.text[span];
            let trimmed = text.trim_start();
            if trimmed.is_empty() {
                let blank = format!("{text:?}");
                return Err(Mismatch::new("a sentence that is not empty", blank));
            }
            let start = span.end - trimmed.len();
            sentences.push(Span::new(start, start + trimmed.trim_end().len()));
        }
        nothing_lost(document, Span::new(at, document.text.len()))?;
        Ok(sentences)
    }
}

/// Checks that there is only white space in the gap between two sentences.
fn nothing_lost(document: &Document, gap: Span) -> Result<(), Mismatch> {
    let lost = document.text[gap].trim();
    if lost.is_empty() {
        return Ok(());
    }
    let start: String = lost.chars().take(40).collect();
    Err(Mismatch::new(
        "all text but white space to be in sentences",
        format!("{start:?} outside"),
    ))
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use blattwerk_command::{Answer as _, Config};
    use blattwerk_core::contract;

    use super::*;

    fn layer(text: &str, sentences: &str) -> Result<Vec<String>, String> {
        let answer: Answer =
            serde_json::from_str(&format!(r#"{{"sentences": {sentences}}}"#)).unwrap();
        let document = Document::new("a1", text);
        answer
            .layer(&document)
            .map(|spans| {
                spans
                    .iter()
                    .map(|&span| document.text[span].to_owned())
                    .collect()
            })
            .map_err(|refused| format!("expected {}, found {}", refused.expected, refused.found))
    }

    #[test]
    fn the_example_keeps_the_contract() {
        let config = Config {
            command: ["python3", "stage.py", "split"].map(str::to_owned).into(),
            ..Config::default()
        };
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/command");
        let built = config.build::<Answer>(&root).unwrap();
        let document = Document::new("a1", "Über Köln\n\nDer Dom steht. Er ist alt!\n");
        let sentences = built.stage.process(&document).unwrap();
        let found: Vec<&str> = sentences.iter().map(|&span| &document.text[span]).collect();
        assert_eq!(found, ["Über Köln", "Der Dom steht.", "Er ist alt!"]);
        contract::check(&*built.stage, "Eins. Zwei.", Clone::clone);
    }

    #[test]
    fn surrounding_white_space_is_trimmed() {
        assert_eq!(
            layer("Ja.  Öl.\n", "[[0, 4], [4, 9]]"),
            Ok(vec!["Ja.".into(), "Öl.".into()])
        );
    }

    #[test]
    fn sentences_that_break_a_promise_are_refused() {
        let cases = [
            (
                "[[0, 3]]",
                "expected all text but white space to be in sentences, found \"Öl.\" outside",
            ),
            (
                "[[4, 8]]",
                "expected all text but white space to be in sentences, found \"Ja.\" outside",
            ),
            (
                "[]",
                "expected all text but white space to be in sentences, found \"Ja.  Öl.\" outside",
            ),
            (
                "[[0, 3], [3, 5], [5, 8]]",
                "expected a sentence that is not empty, found \"  \"",
            ),
            (
                "[[0, 4], [3, 8]]",
                "expected spans in the order of the text, without overlap, found [3, 8] after [0, 4]",
            ),
        ];
        for (sentences, message) in cases {
            assert_eq!(
                layer("Ja.  Öl.", sentences),
                Err(message.into()),
                "{sentences}"
            );
        }
    }
}
