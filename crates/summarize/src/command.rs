//! Summaries by the user's own program.

use blattwerk_command::Mismatch;
use blattwerk_core::{Document, Summary};
use serde::Deserialize;

/// The program's answer: the sentences it takes, in any order, or a text in its own words.
#[derive(Deserialize)]
pub(crate) struct Answer {
    sentences: Option<Vec<usize>>,
    text: Option<String>,
}

impl blattwerk_command::Answer for Answer {
    type Layer = Summary;

    const EXAMPLE: &'static str = r#"{"sentences": [0, 3]}` or `{"text": "Köln feiert."}"#;

    fn layer(self, document: &Document) -> Result<Summary, Mismatch> {
        match (self.sentences, self.text) {
            (Some(sentences), None) => {
                let count = document.sentences.len();
                if let Some(index) = sentences.iter().find(|&&index| index >= count) {
                    return Err(Mismatch::new(
                        format!("indexes of {count} sentences, counted from 0"),
                        index.to_string(),
                    ));
                }
                Ok(Summary::extract(document, sentences))
            }
            (None, Some(text)) => Ok(Summary {
                sentences: Vec::new(),
                text: text.split_whitespace().collect::<Vec<_>>().join(" "),
            }),
            (None, None) => Err(Mismatch::new("`sentences` or `text`", "neither")),
            (Some(_), Some(_)) => Err(Mismatch::new("`sentences` or `text`", "both")),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use blattwerk_command::{Answer as _, Config};
    use blattwerk_core::{Span, contract};

    use super::*;

    fn document() -> Document {
        let mut document = Document::new("a1", "Köln feiert. Der Dom\nsteht. Alle sind da.");
        document.sentences = vec![Span::new(0, 13), Span::new(14, 28), Span::new(29, 42)];
        document
    }

    fn layer(answer: &str) -> Result<(Vec<usize>, String), String> {
        let answer: Answer = serde_json::from_str(answer).unwrap();
        answer
            .layer(&document())
            .map(|summary| (summary.sentences, summary.text))
            .map_err(|refused| format!("expected {}, found {}", refused.expected, refused.found))
    }

    #[test]
    fn the_example_keeps_the_contract() {
        let config = Config {
            command: ["python3", "stage.py", "summarize"]
                .map(str::to_owned)
                .into(),
            ..Config::default()
        };
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/command");
        let built = config.build::<Answer>(&root).unwrap();
        let summary = built.stage.process(&document()).unwrap();
        assert_eq!(summary.text, "Köln feiert. Der Dom steht.");
        contract::check(&*built.stage, "Köln feiert.", |_| Vec::new());
    }

    #[test]
    fn a_summary_quotes_sentences_or_has_its_own_words() {
        assert_eq!(
            layer(r#"{"sentences": [2, 0, 2]}"#),
            Ok((vec![0, 2], "Köln feiert. Alle sind da.".into()))
        );
        assert_eq!(
            layer(r#"{"text": " Der Dom\n steht. "}"#),
            Ok((Vec::new(), "Der Dom steht.".into()))
        );
        assert_eq!(layer(r#"{"text": ""}"#), Ok((Vec::new(), String::new())));
    }

    #[test]
    fn summaries_that_break_a_promise_are_refused() {
        let cases = [
            (
                r#"{"sentences": [0, 3]}"#,
                "expected indexes of 3 sentences, counted from 0, found 3",
            ),
            ("{}", "expected `sentences` or `text`, found neither"),
            (
                r#"{"sentences": [], "text": ""}"#,
                "expected `sentences` or `text`, found both",
            ),
        ];
        for (answer, message) in cases {
            assert_eq!(layer(answer), Err(message.into()), "{answer}");
        }
    }
}
