//! Entities from a program supplied by the user.

use blattwerk_command::{Mismatch, score, spans};
use blattwerk_core::{Document, Entity, Label};
use serde::Deserialize;

/// The program's answer: its entities, in text order and without overlap.
#[derive(Deserialize)]
pub(crate) struct Answer {
    entities: Vec<Named>,
}

#[derive(Deserialize)]
struct Named {
    start: usize,
    end: usize,
    label: String,
    score: f32,
}

impl blattwerk_command::Answer for Answer {
    type Layer = Vec<Entity>;

    const EXAMPLE: &'static str =
        r#"{"entities": [{"start": 0, "end": 5, "label": "PER", "score": 0.9}]}"#;

    fn layer(self, document: &Document) -> Result<Vec<Entity>, Mismatch> {
        let in_chars = self.entities.iter().map(|named| [named.start, named.end]);
        let spans = spans(document.text.as_str(), in_chars)?;
        spans
            .into_iter()
            .zip(self.entities)
            .map(|(span, named)| {
                if named.label.is_empty() || named.label.contains(char::is_whitespace) {
                    let found = format!("`{}`", named.label);
                    return Err(Mismatch::new("a label of one word", found));
                }
                Ok(Entity {
                    span,
                    label: Label::from(named.label),
                    score: score(named.score)?,
                })
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use blattwerk_command::{Answer as _, Config};
    use blattwerk_core::contract;

    use super::*;

    #[test]
    fn the_example_keeps_the_contract() {
        let config = Config {
            command: ["python3", "stage.py", "ner"].map(str::to_owned).into(),
            ..Config::default()
        };
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/command");
        let built = config.build::<Answer>(&root).unwrap();
        assert_eq!(built.assets.len(), 1, "the script is recorded");

        let document = Document::new("a1", "Grüße an Ada Lovelace, aus Köln!");
        let entities = built.stage.process(&document).unwrap();
        let found: Vec<(&str, &str, f32)> = entities
            .iter()
            .map(|entity| (&document.text[entity.span], &*entity.label, entity.score))
            .collect();
        assert_eq!(found, [("Ada Lovelace", "PER", 0.9), ("Köln", "LOC", 0.9)]);

        contract::check(&*built.stage, "Ada Lovelace kam aus Köln.", |found| {
            found.iter().map(|entity| entity.span).collect()
        });
    }

    #[test]
    fn entities_that_break_a_promise_are_refused() {
        let cases = [
            (
                r#"{"start": 0, "end": 9, "label": "LOC", "score": 1}"#,
                "expected spans in a text of 4 characters, found [0, 9]",
            ),
            (
                r#"{"start": 0, "end": 4, "label": "LOC", "score": 1.5}"#,
                "expected a score from 0 to 1, found the score 1.5",
            ),
            (
                r#"{"start": 0, "end": 4, "label": "", "score": 1}"#,
                "expected a label of one word, found ``",
            ),
        ];
        for (entity, message) in cases {
            let answer: Answer =
                serde_json::from_str(&format!(r#"{{"entities": [{entity}]}}"#)).unwrap();
            let refused = answer.layer(&Document::new("a1", "Köln")).unwrap_err();
            assert_eq!(
                format!("expected {}, found {}", refused.expected, refused.found),
                message
            );
        }
    }
}
