//! Judgements by the user's own program.

use blattwerk_command::{Mismatch, score};
use blattwerk_core::{Document, Level, Polarity, Sentiment};
use serde::Deserialize;

/// The program's answer: judgements of the article, then of sentences, then of entities.
///
/// It may leave out some or all of them: a model that judges only articles is useful too.
#[derive(Deserialize)]
pub(crate) struct Answer {
    sentiment: Vec<Judgement>,
}

#[derive(Deserialize)]
struct Judgement {
    level: Kind,
    index: usize,
    label: Class,
    score: f32,
}

#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Kind {
    Article,
    Sentence,
    Entity,
}

#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Class {
    Negative,
    Neutral,
    Positive,
}

impl blattwerk_command::Answer for Answer {
    type Layer = Vec<Sentiment>;

    const EXAMPLE: &'static str =
        r#"{"sentiment": [{"level": "article", "index": 0, "label": "positive", "score": 0.7}]}"#;

    fn layer(self, document: &Document) -> Result<Vec<Sentiment>, Mismatch> {
        let mut before = None;
        self.sentiment
            .into_iter()
            .map(|judgement| {
                let level = judgement.level(document)?;
                if let Some(before) = before.replace(level).filter(|&before| before >= level) {
                    return Err(Mismatch::new(
                        "each level once and in order: article, sentences, entities",
                        format!("{} after {}", shown(level), shown(before)),
                    ));
                }
                let polarity = match judgement.label {
                    Class::Negative => Polarity::Negative,
                    Class::Neutral => Polarity::Neutral,
                    Class::Positive => Polarity::Positive,
                };
                Ok(Sentiment::new(level, polarity, score(judgement.score)?))
            })
            .collect()
    }
}

impl Judgement {
    fn level(&self, document: &Document) -> Result<Level, Mismatch> {
        let (level, count) = match self.level {
            Kind::Article => (Level::Article, 1),
            Kind::Sentence => (Level::Sentence(self.index), document.sentences.len()),
            Kind::Entity => (Level::Entity(self.index), document.entities.len()),
        };
        if self.index >= count {
            return Err(Mismatch::new(
                format!("the index of one of {count}, counted from 0"),
                format!("{} {}", level.parts().0, self.index),
            ));
        }
        Ok(level)
    }
}

fn shown(level: Level) -> String {
    let (word, index) = level.parts();
    format!("{word} {index}")
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use blattwerk_command::{Answer as _, Config};
    use blattwerk_core::{Span, contract};

    use super::*;

    fn document() -> Document {
        let mut document = Document::new("a1", "Die Brücke ist gesperrt. Köln freut sich.");
        document.sentences = vec![Span::new(0, 25), Span::new(26, 43)];
        document
    }

    #[test]
    fn the_example_keeps_the_contract() {
        let config = Config {
            command: ["python3", "stage.py", "sentiment"]
                .map(str::to_owned)
                .into(),
            ..Config::default()
        };
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/command");
        let built = config.build::<Answer>(&root).unwrap();
        let found = built.stage.process(&document()).unwrap();
        assert_eq!(
            found,
            [
                Sentiment::new(Level::Article, Polarity::Neutral, 1.0 / 2.0),
                Sentiment::new(Level::Sentence(0), Polarity::Negative, 2.0 / 3.0),
                Sentiment::new(Level::Sentence(1), Polarity::Positive, 2.0 / 3.0),
            ]
        );
        contract::check(&*built.stage, "Köln freut sich.", |_| Vec::new());
    }

    #[test]
    fn judgements_that_break_a_promise_are_refused() {
        let judgement = |level: &str, index: usize, score: f32| {
            format!(
                r#"{{"level": "{level}", "index": {index}, "label": "neutral", "score": {score}}}"#
            )
        };
        let cases = [
            (
                vec![judgement("article", 1, 0.5)],
                "expected the index of one of 1, counted from 0, found article 1",
            ),
            (
                vec![judgement("sentence", 2, 0.5)],
                "expected the index of one of 2, counted from 0, found sentence 2",
            ),
            (
                vec![judgement("entity", 0, 0.5)],
                "expected the index of one of 0, counted from 0, found entity 0",
            ),
            (
                vec![judgement("sentence", 0, 0.5), judgement("sentence", 0, 0.5)],
                "expected each level once and in order: article, sentences, entities, found sentence 0 after sentence 0",
            ),
            (
                vec![judgement("sentence", 0, 0.5), judgement("article", 0, 0.5)],
                "expected each level once and in order: article, sentences, entities, found article 0 after sentence 0",
            ),
            (
                vec![judgement("article", 0, -0.5)],
                "expected a score from 0 to 1, found the score -0.5",
            ),
        ];
        for (judgements, message) in cases {
            let answer = format!(r#"{{"sentiment": [{}]}}"#, judgements.join(", "));
            let answer: Answer = serde_json::from_str(&answer).unwrap();
            let refused = answer.layer(&document()).unwrap_err();
            assert_eq!(
                format!("expected {}, found {}", refused.expected, refused.found),
                message
            );
        }
    }
}
