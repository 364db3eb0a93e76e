//! What the user sets where libtorch runs a model.

use std::collections::BTreeMap;
use std::path::PathBuf;

use schemars::JsonSchema;
use serde::Deserialize;

use crate::Runtime;

/// The file of the weights, as the model hubs name it.
#[cfg(feature = "model")]
pub(crate) const FILE: &str = "model.safetensors";

/// Runs a transformer model of yours, in a folder as people download it, by libtorch.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// The folder of the model, with `config.json`, `tokenizer.json` and the weights. No default.
    pub model: PathBuf,
    /// The file of the weights within the folder. `model.safetensors` by default.
    pub file: Option<PathBuf>,
    /// What the labels of the model mean, where its names do not fit, such as
    /// `{ LABEL_2 = "positive" }` or `{ person = "PER" }`; `O` is no label. None by default.
    pub labels: BTreeMap<String, String>,
    /// The most tokens that the model reads at once; longer text is read in windows that overlap. What the
    /// model can hold by default.
    pub max_tokens: Option<usize>,
}

impl From<&Config> for crate::Config {
    fn from(config: &Config) -> Self {
        let Config {
            model,
            file,
            labels,
            max_tokens,
        } = config.clone();
        Self {
            model,
            file,
            labels,
            max_tokens,
            runtime: Runtime::RustBert,
            library: None,
        }
    }
}
