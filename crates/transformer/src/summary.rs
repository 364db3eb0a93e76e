//! What the user sets where a model writes summaries.

use std::path::PathBuf;

use schemars::JsonSchema;
use serde::Deserialize;

/// Writes summaries with a transformer model of yours (BART, Pegasus, T5), by libtorch.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// The folder of the model, with `config.json`, `tokenizer.json` and the weights, and
    /// `generation_config.json` if there is one. No default.
    pub model: PathBuf,
    /// The file of the weights within the folder. `model.safetensors` by default.
    pub file: Option<PathBuf>,
    /// What is put before the text, such as `summarize:`, which many T5 want. Nothing by default.
    pub prefix: String,
    /// The most tokens that the model reads at once. A longer article is summarized in parts of whole sentences.
    /// What the model can hold by default.
    pub max_tokens: Option<usize>,
    /// The most tokens of the summary of a part. What the model's files say by default, or 256.
    pub summary_tokens: Option<usize>,
    /// How many drafts of a summary are followed at once; 1 is the fastest. What the model's files say by default,
    /// or 4.
    pub beams: Option<usize>,
}

#[cfg(not(feature = "rust-bert"))]
pub use missing::Summarizer;

#[cfg(not(feature = "rust-bert"))]
mod missing {
    use std::convert::Infallible;
    use std::path::Path;

    use blattwerk_core::{Asset, Result, Span};

    use super::Config;

    /// A model that writes summaries. This build has none.
    pub struct Summarizer(Infallible);

    impl Summarizer {
        /// Loads no model.
        ///
        /// # Errors
        ///
        /// Always; it says which cargo feature to build.
        pub fn load(_: &Config, _: &Path) -> Result<Self> {
            Err(crate::Runtime::RustBert.missing())
        }

        /// Returns the files that it was loaded from.
        pub fn assets(&self) -> &[Asset] {
            match self.0 {}
        }

        /// Returns the summary of each text.
        pub fn summarize(&self, _: &[(&str, &[Span])]) -> Vec<Result<String>> {
            match self.0 {}
        }
    }
}
