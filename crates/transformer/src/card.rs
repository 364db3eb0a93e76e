//! A model's `config.json`.

use std::collections::BTreeMap;
use std::path::Path;

use blattwerk_core::{Asset, Error, Result};
use serde::Deserialize;

use crate::labels::quoted;

/// The task of a model.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Task {
    /// A label for each token.
    Tokens,
    /// A label for the text.
    Sequence,
    /// Writing a text.
    Text,
}

impl Task {
    /// The suffix of the names of architectures for this task.
    fn suffix(self) -> &'static str {
        match self {
            Self::Tokens => "ForTokenClassification",
            Self::Sequence => "ForSequenceClassification",
            Self::Text => "ForConditionalGeneration",
        }
    }

    /// What such a model is called in messages.
    fn noun(self) -> &'static str {
        match self {
            Self::Tokens => "a token classifier",
            Self::Sequence => "a sequence classifier",
            Self::Text => "a model that writes text",
        }
    }
}

/// The part of a model's `config.json` that is used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Card {
    /// The labels, by number; empty for a model that writes text.
    pub(crate) labels: Vec<String>,
    /// The maximum number of tokens in a sequence, including those around the text.
    pub(crate) max_tokens: usize,
    /// The size of the vocabulary.
    pub(crate) vocabulary: Option<usize>,
    /// The padding token.
    pub(crate) padding: Option<u32>,
}

/// The keys as they are in the file.
#[derive(Deserialize)]
struct File {
    model_type: Option<String>,
    architectures: Option<Vec<String>>,
    id2label: Option<BTreeMap<String, String>>,
    num_labels: Option<usize>,
    max_position_embeddings: Option<usize>,
    n_positions: Option<usize>,
    vocab_size: Option<usize>,
    pad_token_id: Option<i64>,
    problem_type: Option<String>,
}

/// Models whose positions start after the number of the padding token, as in fairseq.
const OFFSET_POSITIONS: [&str; 7] = [
    "roberta",
    "xlm-roberta",
    "xlm-roberta-xl",
    "camembert",
    "roberta-prelayernorm",
    "xmod",
    "data2vec-text",
];

/// The maximum number of tokens for a model that does not state one.
const COMMON_LENGTH: usize = 512;

impl Card {
    /// Reads the file.
    ///
    /// # Errors
    ///
    /// If it cannot be read, is not JSON, or describes another kind of model.
    pub(crate) fn read(path: &Path, task: Task) -> Result<(Self, Asset)> {
        let (content, asset) = Asset::read_text(path)?;
        let refuse = |expected: &str, found: String| Error::Model {
            name: path.display().to_string(),
            expected: expected.into(),
            found,
        };
        let file: File = serde_json::from_str(&content).map_err(|error| {
            refuse(
                "the config of a model in JSON",
                format!("an error: {error}"),
            )
        })?;

        if let Some(architectures) = file.architectures.filter(|names| !names.is_empty())
            && !architectures
                .iter()
                .any(|name| name.ends_with(task.suffix()))
        {
            let expected = format!("{} (`…{}`)", task.noun(), task.suffix());
            return Err(refuse(&expected, quoted(&architectures)));
        }
        let is_classifier = task != Task::Text;
        if let Some(kind) = file
            .problem_type
            .filter(|_| is_classifier)
            .filter(|kind| kind != "single_label_classification")
        {
            return Err(refuse(
                "a model that gives each text one label",
                format!("`{kind}`"),
            ));
        }
        let labels = if is_classifier {
            labels(file.id2label, file.num_labels).map_err(|found| {
                refuse(
                    "`id2label` with a name for each of at least two labels",
                    found,
                )
            })?
        } else {
            Vec::new()
        };

        let padding = file.pad_token_id.and_then(|id| u32::try_from(id).ok());
        let model_type = file.model_type.unwrap_or_default();
        let positions = file.max_position_embeddings.or(file.n_positions);
        let positions = positions.unwrap_or(COMMON_LENGTH);
        let skipped = if OFFSET_POSITIONS.contains(&model_type.as_str()) {
            padding.map_or(0, |padding| padding as usize + 1)
        } else {
            0
        };
        let card = Self {
            labels,
            max_tokens: positions.saturating_sub(skipped),
            vocabulary: file.vocab_size,
            padding,
        };
        Ok((card, asset))
    }
}

/// Returns the labels in order, or what is wrong with them.
fn labels(
    names: Option<BTreeMap<String, String>>,
    count: Option<usize>,
) -> Result<Vec<String>, String> {
    let Some(names) = names else {
        return match count {
            Some(count @ 2..=10_000) => Ok((0..count).map(|id| format!("LABEL_{id}")).collect()),
            _ => Err("no labels".into()),
        };
    };
    if names.len() < 2 {
        return Err(format!("{} of them", names.len()));
    }
    (0..names.len())
        .map(|id| {
            names
                .get(&id.to_string())
                .cloned()
                .ok_or_else(|| format!("{} names, but none for the number {id}", names.len()))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn card(content: &str, task: Task) -> Result<Card> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("config.json");
        std::fs::write(&path, content).unwrap();
        Card::read(&path, task).map(|(card, _)| card)
    }

    #[test]
    fn length_and_labels_are_read() {
        let labels = r#""id2label": {"0": "O", "1": "B-PER", "2": "I-PER"}"#;
        let cases = [
            (
                r#""model_type": "bert", "max_position_embeddings": 512"#,
                512,
            ),
            (
                r#""model_type": "xlm-roberta", "max_position_embeddings": 514, "pad_token_id": 1"#,
                512,
            ),
            (r#""model_type": "electra""#, 512),
            (r#""max_position_embeddings": 40, "pad_token_id": 0"#, 40),
        ];
        for (keys, length) in cases {
            let found = card(&format!("{{{keys}, {labels}}}"), Task::Tokens).unwrap();
            assert_eq!(found.max_tokens, length, "{keys}");
            assert_eq!(found.labels, ["O", "B-PER", "I-PER"]);
        }
    }

    #[test]
    fn many_labels_are_in_the_order_of_their_numbers() {
        let names: Vec<String> = (0..12).map(|id| format!(r#""{id}": "T{id}""#)).collect();
        let content = format!(r#"{{"id2label": {{{}}}}}"#, names.join(", "));
        let found = card(&content, Task::Tokens).unwrap();
        assert_eq!(found.labels[2], "T2");
        assert_eq!(found.labels[11], "T11");
    }

    #[test]
    fn a_config_that_does_not_fit_is_refused() {
        let two = r#""id2label": {"0": "a", "1": "b"}"#.to_owned();
        let cases = [
            (String::new(), "expected the config of a model in JSON"),
            ("[]".into(), "expected the config of a model in JSON"),
            (
                format!(r#"{{"architectures": ["BertForMaskedLM"], {two}}}"#),
                "expected a sequence classifier (`…ForSequenceClassification`), found `BertForMaskedLM`",
            ),
            (
                format!(r#"{{"problem_type": "regression", {two}}}"#),
                "each text one label, found `regression`",
            ),
            ("{}".into(), "found no labels"),
            (r#"{"id2label": {"0": "a"}}"#.into(), "found 1 of them"),
            (
                r#"{"id2label": {"0": "a", "2": "b"}}"#.into(),
                "none for the number 1",
            ),
        ];
        for (content, says) in cases {
            let error = card(&content, Task::Sequence).unwrap_err().to_string();
            assert!(error.contains(says), "{says:?} is in {error:?}");
        }
    }
}
