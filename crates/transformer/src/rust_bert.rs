//! The keys of the backend `rust-bert`.

use std::collections::BTreeMap;
use std::path::PathBuf;

use schemars::JsonSchema;
use serde::Deserialize;

use crate::Runtime;

/// The file of the weights, as model hubs name it.
#[cfg(feature = "model")]
pub(crate) const FILE: &str = "model.safetensors";

/// Runs a transformer model of yours with libtorch, from a folder as downloaded from a model hub.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// The folder of the model, with `config.json`, `tokenizer.json` and the weights. Required.
    #[schemars(example = "my-model")]
    pub model: PathBuf,
    /// The file of the weights, relative to the folder. `model.safetensors` by default.
    #[schemars(example = "model.safetensors")]
    pub file: Option<PathBuf>,
    /// New names for labels of the model, such as `{ LABEL_2 = "positive" }` or `{ person = "PER" }`; `O` means
    /// no label. Empty by default, which keeps the names of the model.
    #[schemars(example = BTreeMap::from_iter(vec![("LABEL_2", "positive")]))]
    pub labels: BTreeMap<String, String>,
    /// The maximum number of tokens that the model reads at once; longer text is read in overlapping windows. By
    /// default, as many as the model supports.
    #[schemars(example = 512)]
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
