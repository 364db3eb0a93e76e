//! Models that label tokens or sequences.

use std::path::Path;

use rust_bert::bert::{BertForSequenceClassification, BertForTokenClassification};
use rust_bert::distilbert::{DistilBertForTokenClassification, DistilBertModelClassifier};
use rust_bert::electra::{ElectraConfig, ElectraForTokenClassification, ElectraModel};
use rust_bert::roberta::{RobertaForSequenceClassification, RobertaForTokenClassification};
use serde_json::json;
use tch::{Kind, Tensor, nn};

use crate::Fault;
use crate::config::Keys;
use crate::pool::{Pool, phrase};

/// What a model labels.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Task {
    /// Each token.
    Tokens,
    /// The sequence.
    Sequence,
}

/// The forward pass of a model: from ids, mask and segments to logits.
type Forward = Box<dyn Fn(&Tensor, &Tensor, &Tensor) -> Result<Tensor, String> + Send>;

/// A BERT or related model that labels tokens or sequences.
pub struct Classifier {
    pool: Pool<Forward>,
}

impl Classifier {
    /// Opens a model with `labels` labels, given the content of its `config.json` and the file of its weights.
    ///
    /// # Errors
    ///
    /// If the model is of another kind, a file is corrupt, or the files do not match.
    pub fn open(config: &str, weights: &Path, task: Task, labels: usize) -> Result<Self, Fault> {
        let keys = Keys::read(config)?;
        let build = move |path: &nn::Path| forward(&keys, path, task, labels);
        Ok(Self {
            pool: Pool::open(weights, build)?,
        })
    }

    /// Returns the logits of `rows` sequences of `length` tokens, with their shape. Ids, mask and segments are
    /// given row after row.
    ///
    /// # Errors
    ///
    /// The error of libtorch, as a phrase.
    pub fn logits(
        &self,
        [rows, length]: [usize; 2],
        ids: &[i32],
        mask: &[i32],
        types: &[i32],
    ) -> Result<(Vec<usize>, Vec<f32>), String> {
        let tensor = |values: &[i32]| {
            let (rows, length) = (size(rows), size(length));
            let tensor = Tensor::f_from_slice(values).and_then(|all| all.f_view([rows, length]));
            tensor
                .and_then(|tensor| tensor.f_to_kind(Kind::Int64))
                .map_err(|error| phrase(&error))
        };
        let (ids, mask, types) = (tensor(ids)?, tensor(mask)?, tensor(types)?);
        self.pool.with(|forward| {
            let logits = forward(&ids, &mask, &types)?;
            let shape = logits
                .size()
                .into_iter()
                .map(|size| usize::try_from(size).unwrap_or(0));
            let values = Vec::<f32>::try_from(logits.contiguous().view(-1));
            Ok((shape.collect(), values.map_err(|error| phrase(&error))?))
        })
    }
}

fn size(of: usize) -> i64 {
    i64::try_from(of).unwrap_or(i64::MAX)
}

/// The forward pass of a model that takes ids, mask, segments, positions and embeddings.
macro_rules! usual {
    ($model:expr) => {{
        let model = $model.map_err(|error| Fault::Config(phrase(&error)))?;
        Box::new(move |ids: &Tensor, mask: &Tensor, types: &Tensor| {
            let output = model.forward_t(Some(ids), Some(mask), Some(types), None, None, false);
            Ok(output.logits)
        })
    }};
}

/// The forward pass of a `DistilBERT`, which has no segments.
macro_rules! distilled {
    ($model:expr) => {{
        let model = $model.map_err(|error| Fault::Config(phrase(&error)))?;
        Box::new(move |ids: &Tensor, mask: &Tensor, _: &Tensor| {
            let output = model.forward_t(Some(ids), Some(mask), None, false);
            output
                .map(|output| output.logits)
                .map_err(|error| phrase(&error))
        })
    }};
}

/// Builds a model.
fn forward(keys: &Keys, path: &nn::Path, task: Task, labels: usize) -> Result<Forward, Fault> {
    keys.expect("position_embedding_type", &json!("absolute"))?;
    Ok(match (keys.text("model_type"), task) {
        ("bert", Task::Tokens) => {
            usual!(BertForTokenClassification::new(path, &keys.to(labels)?))
        }
        ("bert", Task::Sequence) => {
            usual!(BertForSequenceClassification::new(path, &keys.to(labels)?))
        }
        ("distilbert", Task::Tokens) => {
            distilled!(DistilBertForTokenClassification::new(
                path,
                &keys.to(labels)?
            ))
        }
        ("distilbert", Task::Sequence) => {
            distilled!(DistilBertModelClassifier::new(path, &keys.to(labels)?))
        }
        ("roberta" | "xlm-roberta" | "camembert", task) => {
            // The number that positions start from is fixed in `rust-bert`.
            keys.expect("pad_token_id", &json!(1))?;
            match task {
                Task::Tokens => usual!(RobertaForTokenClassification::new(path, &keys.to(labels)?)),
                Task::Sequence => usual!(RobertaForSequenceClassification::new(
                    path,
                    &keys.to(labels)?
                )),
            }
        }
        ("electra", task) => {
            let forward: Forward = match task {
                Task::Tokens => usual!(ElectraForTokenClassification::new(path, &keys.to(labels)?)),
                Task::Sequence => electra_for_sequences(path, &keys.to(labels)?, labels),
            };
            // `rust-bert` adds the mask to the attention scores as it is.
            Box::new(move |ids, mask, types| {
                let hidden: Tensor = (1 - mask) * -10_000.0;
                forward(ids, &hidden.to_kind(Kind::Float), types)
            })
        }
        (other, _) => {
            return Err(Fault::Config(format!(
                "`model_type` = \"{other}\" and not one of `bert`, `distilbert`, `roberta`, `xlm-roberta`, `camembert`, \
                 `electra`"
            )));
        }
    })
}

/// The only classifier that `rust-bert` lacks.
fn electra_for_sequences(path: &nn::Path, config: &ElectraConfig, labels: usize) -> Forward {
    let model = ElectraModel::new(path / "electra", config);
    let linear = |name, out| {
        let path = path / "classifier" / name;
        nn::linear(path, config.hidden_size, out, nn::LinearConfig::default())
    };
    let dense = linear("dense", config.hidden_size);
    let out = linear("out_proj", size(labels));
    Box::new(move |ids, mask, types| {
        let output = model.forward_t(Some(ids), Some(mask), Some(types), None, None, false);
        let output = output.map_err(|error| phrase(&error))?;
        let first = output.hidden_state.select(1, 0);
        Ok(first.apply(&dense).gelu("none").apply(&out))
    })
}
