//! A model's `config.json`, adapted to what `rust-bert` expects.

use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};

use crate::Fault;

/// The keys of a model's `config.json`.
#[derive(Debug, Clone)]
pub(crate) struct Keys(Map<String, Value>);

impl Keys {
    /// Reads `config.json`.
    pub(crate) fn read(content: &str) -> Result<Self, Fault> {
        serde_json::from_str(content)
            .map(Self)
            .map_err(|error| Fault::Config(format!("an error: {error}")))
    }

    /// Returns the text of a key; empty if it has none.
    pub(crate) fn text(&self, key: &str) -> &str {
        self.0.get(key).and_then(Value::as_str).unwrap_or_default()
    }

    /// Returns the number of a key.
    pub(crate) fn number(&self, key: &str) -> Option<i64> {
        self.0.get(key).and_then(Value::as_i64)
    }

    /// Refuses a config in which a key has another value than the one that is supported.
    pub(crate) fn expect(&self, key: &str, expected: &Value) -> Result<(), Fault> {
        match self.0.get(key) {
            Some(found) if found != expected => Err(Fault::Config(format!(
                "`{key}` = {found} and not {expected}"
            ))),
            _ => Ok(()),
        }
    }

    /// Returns the config of a kind of model, with `labels` labels.
    pub(crate) fn to<C: DeserializeOwned>(&self, labels: usize) -> Result<C, Fault> {
        let mut keys = self.0.clone();
        // `rust-bert` requires these keys, and current files lack them. Neither affects an answer.
        for (key, value) in [("tie_weights_", json!(true)), ("pad_token_id", json!(0))] {
            keys.entry(key).or_insert(value);
        }
        let names = (0..labels).map(|id| (id.to_string(), Value::from(format!("LABEL_{id}"))));
        keys.insert("id2label".into(), Value::Object(names.collect()));
        // It fails on the values of these.
        for key in ["label2id", "task_specific_params", "is_decoder"] {
            keys.insert(key.into(), Value::Null);
        }
        // The first two cost memory; positions are always among the weights.
        for key in [
            "output_attentions",
            "output_hidden_states",
            "sinusoidal_pos_embds",
        ] {
            keys.insert(key.into(), false.into());
        }
        serde_json::from_value(Value::Object(keys))
            .map_err(|error| Fault::Config(format!("an error: {error}")))
    }
}
