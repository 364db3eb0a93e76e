//! Models that read a text and generate another, step by step.

use rust_bert::bart::{self, BartForConditionalGeneration};
use rust_bert::pegasus::PegasusForConditionalGeneration;
use rust_bert::t5::{self, T5ForConditionalGeneration};
use serde_json::json;
use tch::{Kind, Tensor, nn};

use crate::Fault;
use crate::config::Keys;
use crate::pool::phrase;

/// A model of one of the supported kinds.
pub(crate) enum Model {
    Bart(BartForConditionalGeneration),
    Pegasus(PegasusForConditionalGeneration),
    T5(T5ForConditionalGeneration),
}

/// What a layer caches of the previous tokens, and of the text.
type Layers<S> = Vec<(Option<S>, Option<S>)>;

/// What a model caches between two steps.
enum Past {
    Bart(Layers<bart::LayerState>),
    T5(Layers<t5::LayerState>),
}

impl Model {
    /// Builds a model.
    pub(crate) fn build(keys: &Keys, path: &nn::Path) -> Result<Self, Fault> {
        match keys.text("model_type") {
            "bart" => {
                for key in [
                    "normalize_before",
                    "add_final_layer_norm",
                    "add_bias_logits",
                ] {
                    keys.expect(key, &json!(false))?;
                }
                let config = keys.to(0)?;
                Ok(Self::Bart(BartForConditionalGeneration::new(path, &config)))
            }
            "pegasus" => {
                let config = keys.to(0)?;
                Ok(Self::Pegasus(PegasusForConditionalGeneration::new(
                    path, &config,
                )))
            }
            "t5" | "mt5" => {
                if let Some(layers) = keys.number("num_layers") {
                    keys.expect("num_decoder_layers", &layers.into())?;
                }
                Ok(Self::T5(T5ForConditionalGeneration::new(
                    path,
                    &keys.to(0)?,
                )))
            }
            other => Err(Fault::Config(format!(
                "`model_type` = \"{other}\" and none of `bart`, `pegasus`, `t5`, `mt5`"
            ))),
        }
    }

    fn encode(&self, ids: &Tensor) -> Tensor {
        match self {
            Self::Bart(model) => model.encode(ids, None),
            Self::Pegasus(model) => model.encode(ids, None),
            Self::T5(model) => model.encode(ids, None),
        }
    }

    /// Returns the logits of the next token, row by row.
    fn decode(
        &self,
        encoded: &Tensor,
        tokens: &Tensor,
        past: Option<Past>,
    ) -> (Tensor, Option<Past>) {
        match self {
            Self::Bart(model) => {
                let past = past.and_then(Past::bart);
                let output =
                    model.forward_t(None, None, Some(encoded), Some(tokens), None, past, false);
                (output.decoder_output, output.cache.map(Past::Bart))
            }
            Self::Pegasus(model) => {
                let past = past.and_then(Past::bart);
                let output =
                    model.forward_t(None, None, Some(encoded), Some(tokens), None, past, false);
                (output.decoder_output, output.cache.map(Past::Bart))
            }
            Self::T5(model) => {
                let past = past.and_then(Past::t5);
                let output = model.forward_t(
                    None,
                    None,
                    Some(encoded),
                    Some(tokens),
                    None,
                    None,
                    None,
                    past,
                    false,
                );
                (output.decoder_output, output.next_cache.map(Past::T5))
            }
        }
    }
}

impl Past {
    fn bart(self) -> Option<Layers<bart::LayerState>> {
        match self {
            Self::Bart(layers) => Some(layers),
            Self::T5(_) => None,
        }
    }

    fn t5(self) -> Option<Layers<t5::LayerState>> {
        match self {
            Self::T5(layers) => Some(layers),
            Self::Bart(_) => None,
        }
    }

    /// Reorders the rows. What is cached of the text is the same in all of them.
    fn turn(&mut self, parents: &Tensor) {
        let turn = |tensor: &mut Tensor| *tensor = tensor.index_select(0, parents);
        match self {
            Self::Bart(layers) => {
                for state in layers.iter_mut().filter_map(|(own, _)| own.as_mut()) {
                    turn(&mut state.prev_key);
                    turn(&mut state.prev_value);
                }
            }
            Self::T5(layers) => {
                for state in layers.iter_mut().filter_map(|(own, _)| own.as_mut()) {
                    turn(&mut state.prev_key);
                    turn(&mut state.prev_value);
                }
            }
        }
    }
}

/// A text that is being generated, in several drafts.
pub(crate) struct Decoding<'a> {
    model: &'a Model,
    encoded: Tensor,
    past: Option<Past>,
}

impl<'a> Decoding<'a> {
    /// Reads the text to generate from.
    pub(crate) fn new(model: &'a Model, ids: &[i32], drafts: usize) -> Self {
        let ids = Tensor::from_slice(ids).to_kind(Kind::Int64).unsqueeze(0);
        let drafts = i64::try_from(drafts).unwrap_or(i64::MAX);
        let encoded = model.encode(&ids).repeat([drafts, 1, 1]);
        Self {
            model,
            encoded,
            past: None,
        }
    }

    /// Adds a token to each draft, and returns the log-probabilities of the next token.
    ///
    /// For each draft, `parents` has the index of the earlier draft that it continues.
    pub(crate) fn next(
        &mut self,
        parents: &[usize],
        tokens: &[i32],
    ) -> Result<Vec<Vec<f32>>, String> {
        let mut past = self.past.take();
        if let Some(past) = &mut past {
            let parents: Vec<i64> = parents
                .iter()
                .map(|&parent| i64::try_from(parent).unwrap_or(i64::MAX))
                .collect();
            past.turn(&Tensor::from_slice(&parents));
        }
        let tokens = Tensor::from_slice(tokens).to_kind(Kind::Int64).unsqueeze(1);
        let (logits, past) = self.model.decode(&self.encoded, &tokens, past);
        self.past = past;
        let scores = logits.select(1, -1).log_softmax(-1, Kind::Float);
        Vec::<Vec<f32>>::try_from(scores).map_err(|error| phrase(&error))
    }
}
